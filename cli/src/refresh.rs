//! `weir refresh`: what is answered from, read again.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use weir_assistant::{Assistant, RenewalError, Renewed};
use weir_server::Content;

use crate::configured::Source;
use crate::failure::Failure;
use crate::{output, progress};

/// Read the documents again that questions are answered from, and renew what finds them
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// What the pages say, as `weir serve` is given it [default: placeholders]
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  weir refresh --config weir.toml            after documents have changed
  weir refresh --config weir.toml --json | jq '.changes.changed'
  17 * * * *  weir refresh --config /etc/weir.toml      in a crontab; a task of Airflow is the same

A server may run on the same data_dir: it goes on with what it has, notices within seconds that
this is done, and takes the vectors that were made here. Only parts that say something new are
embedded; what is cut off goes on where it was. Documents are compared with those of the last
`weir refresh`. Where nobody embeds, words are all that counts: then this tells the server to read
again, and checks that every document can be read.

Exits with 2 if a document is wrong, and with 3 if what embeds or keeps vectors fails; then
everything is as it was.";

/// Runs the command.
///
/// # Errors
/// The configuration or a document is wrong, or what embeds or keeps vectors fails.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let wrong = |why: String| Failure::BadInput(why);
    let config = args.source.config(&[]).map_err(|error| wrong(error.to_string()))?;
    let content = match &args.content {
        Some(folder) => Content::from_folder(folder),
        None => Content::load(),
    };
    let content = content.map_err(|error| wrong(format!("content: {error}")))?;
    let folder = config.data_dir.join("assistant");
    let assistant = Assistant::open(config.assistant, &folder, content.documents().to_vec());
    let assistant = assistant.map_err(|error| wrong(format!("assistant.{error}")))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("starting threads")?;
    let bar = progress::bar(None, "{bar:32.cyan} {pos} of {len} parts embedded, {eta} left");
    let renewed = runtime.block_on(assistant.renew(|embedded| match &bar {
        Some(bar) => {
            bar.set_length(embedded.of as u64);
            bar.set_position(embedded.done as u64);
        }
        None => output::notice(&format!("{} of {} parts embedded", embedded.done, embedded.of)),
    }));
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let renewed = renewed.map_err(|error| match error {
        RenewalError::Documents(error) => wrong(format!("assistant.{error}")),
        RenewalError::Failed(why) => Failure::Lacking(why),
    })?;
    let text = if args.json { serde_json::to_string(&renewed)? } else { table(&renewed) };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table(renewed: &Renewed) -> String {
    let changes = &renewed.changes;
    let mut lines = Vec::new();
    for (what, names) in
        [("added", &changes.added), ("changed", &changes.changed), ("removed", &changes.removed)]
    {
        lines.extend(names.iter().map(|name| format!("{what:9} {name}")));
    }
    let count = |what: &str, names: &[String]| format!("{} {what}", names.len());
    lines.push(format!(
        "documents {}, {}, {}, {}",
        count("added", &changes.added),
        count("changed", &changes.changed),
        count("removed", &changes.removed),
        count("unchanged", &changes.unchanged)
    ));
    let parts = &renewed.parts;
    lines.push(format!(
        "parts     {} kept, {} embedded, {} removed",
        parts.kept, parts.embedded, parts.removed
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_what_changed_and_counts_all() {
        let mut renewed = Renewed { changes: Default::default(), parts: Default::default() };
        renewed.changes.added = vec!["about/a.md".to_owned()];
        renewed.changes.unchanged = vec!["about/b.md".to_owned(); 3];
        renewed.parts.embedded = 2;
        let table = table(&renewed);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "what is unchanged is only counted");
        assert_eq!(lines[0], "added     about/a.md");
        assert_eq!(lines[1], "documents 1 added, 0 changed, 0 removed, 3 unchanged");
        assert_eq!(lines[2], "parts     0 kept, 2 embedded, 0 removed");
    }
}
