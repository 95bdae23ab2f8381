//! `weir inputs`: what scenes are like, as numbers to compare those of visitors with.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use weir_drift::Reference;

use crate::failure::Failure;
use crate::new_file::NewFile;
use crate::{generate, output};

/// Write down what a recipe's scenes are like, for the server to compare those of visitors with
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A recipe file (.toml), or one that comes with weir: tiny, ramps, drawn, heldout
    recipe: String,
    /// Write it here instead of to standard output
    #[arg(long, value_name = "FILE.toml")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  weir inputs drawn | head                                what the network that ships learned from
  weir inputs mine.toml --out mine.inputs.toml            what a network of yours learned from
  weir serve --set drift.reference=mine.inputs.toml       and what visitors draw, beside it

Deciles of how much water there is, how high, of how many lines, how long and how steep. No scene
is solved for it. /metrics of a server says how far from that its visitors' scenes are.";

/// Runs the command.
///
/// # Errors
/// There is no such recipe, or the file cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let recipe = generate::recipe(&args.recipe)?;
    let file = args.out.as_ref().map(|path| NewFile::create("--out", path)).transpose()?;
    let scenes = (0..recipe.scene_count()).map(|index| recipe.scene(index));
    let scenes = scenes.collect::<Result<Vec<_>, _>>();
    let scenes = scenes.map_err(|error| Failure::BadInput(format!("{}: {error}", args.recipe)))?;
    let reference = Reference::of(&format!("the recipe {}", recipe.name), scenes);
    let text = reference.to_toml()?;
    match file {
        None => output::result(text.trim_end())?,
        Some(mut file) => {
            file.file().write_all(text.as_bytes())?;
            output::notice(&format!(
                "{}: {} scenes",
                file.destination().display(),
                reference.scenes
            ));
            file.keep()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
