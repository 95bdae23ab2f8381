//! `weir import`: others' data sets in our form.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use weir_datasets::exchange::import_lagrangebench;
use weir_datasets::storage;

use crate::failure::Failure;
use crate::output;

/// Read a data set in LagrangeBench's form
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir import 2D_DAM_5740_20kevery100 --out dam   train.h5, valid.h5, test.h5 and metadata.json
  weir check dam                                  asks for a licence: add it to manifest.json")]
pub struct Args {
    /// The folder that has train.h5, valid.h5, test.h5 and metadata.json
    folder: PathBuf,
    /// The folder or URL that takes the data set
    #[arg(long, value_name = "DIR|URL")]
    out: String,
}

/// Reads the files and writes the data set.
///
/// # Errors
/// There is no folder of that kind, or a file in it is not as it should be.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.folder.is_dir() {
        let text = format!("folder: got {}, takes a folder that exists", args.folder.display());
        return Err(Failure::BadInput(text).into());
    }
    let storage = storage::open(&args.out)?;
    let producer = concat!("LagrangeBench, imported by weir ", env!("CARGO_PKG_VERSION"));
    let manifest = import_lagrangebench(&args.folder, &*storage, producer).context("importing")?;
    output::result(&format!(
        "{}: {} scenes in {}",
        manifest.name,
        manifest.scenes.len(),
        args.out
    ))?;
    Ok(ExitCode::SUCCESS)
}
