//! `weir export`: a data set for others' tools.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;
use weir_datasets::storage::{Folder, Storage};
use weir_datasets::{Dataset, FileError, card, check, dvc};

use crate::check::figures;
use crate::failure::Failure;
use crate::{figure, output};

/// Write what others' tools read: cards, DVC, LagrangeBench, GNS
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder of the data set
    folder: PathBuf,
    /// What to write
    #[arg(long = "as", value_enum)]
    kind: Kind,
}

const EXAMPLES: &str = "\
Examples:
  weir export drawn --as card     README.md with figures and croissant.json, in the data set
  weir export drawn --as dvc      drawn.dvc, and the cache of the DVC repository around it";

/// A form of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// README.md with figures for people, croissant.json for machines
    Card,
    /// The .dvc file and the cache objects; `dvc push` and `dvc pull` work then
    Dvc,
}

/// Writes the files.
///
/// # Errors
/// There is no whole data set in the folder, or the files cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match args.kind {
        Kind::Card => write_card(&args.folder)?,
        Kind::Dvc => track(&args.folder)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn open(folder: &Path) -> Result<Dataset, Failure> {
    Dataset::open_part(folder).map_err(|error: FileError| Failure::BadInput(error.to_string()))
}

fn write_card(folder: &Path) -> anyhow::Result<()> {
    let data = open(folder)?;
    let quality = check(folder, |_| ()).context("checking the data set")?;
    let figures = figures::figures(&quality);
    let place = Folder::existing(folder)?;
    let mut files = Vec::new();
    for data in &figures {
        let name = format!("figures/{}.svg", data.slug);
        place.put(&name, figure::svg(data)?.into_bytes())?;
        files.push((name, data.title.as_str()));
    }
    let named: Vec<(&str, &str)> =
        files.iter().map(|(name, title)| (name.as_str(), *title)).collect();
    let text = card::markdown(data.manifest(), &quality, &named);
    place.put("README.md", text.into_bytes())?;
    let text = serde_json::to_string_pretty(&card::croissant(&data)?)?;
    place.put("croissant.json", format!("{text}\n").into_bytes())?;
    output::result(&format!("wrote README.md, croissant.json and {} figures", files.len()))?;
    Ok(())
}

fn track(folder: &Path) -> anyhow::Result<()> {
    open(folder)?;
    let tracked = dvc::track(folder).context("is `dvc init` done around it?")?;
    output::result(&format!(
        "wrote {}: {} files, {} bytes, in {}",
        tracked.pointer.display(),
        tracked.files,
        tracked.bytes,
        tracked.cache.display()
    ))?;
    Ok(())
}
