//! `weir export`: a data set for others' tools.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;
use weir_datasets::exchange::{self, Exported};
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
    /// The folder that takes it [default: beside the data set, named after the form]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  weir export drawn --as card     README.md with figures and croissant.json, in the data set
  weir export drawn --as dvc      drawn.dvc, and the cache of the DVC repository around it
  weir export ramps --as lagrangebench --out lb    train.h5, valid.h5, test.h5, metadata.json
  weir export ramps --as gns      ramps-gns: train.npz, valid.npz, test.npz, metadata.json

Graph networks take lines as particles that stand still, and scenes whose water
is the same throughout; others are left out, and counted.";

/// A form of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// README.md with figures for people, croissant.json for machines
    Card,
    /// The .dvc file and the cache objects; `dvc push` and `dvc pull` work then
    Dvc,
    /// HDF5 files as LagrangeBench reads them
    Lagrangebench,
    /// NumPy archives as geoelements/gns reads them
    Gns,
}

/// Writes the files.
///
/// # Errors
/// There is no whole data set in the folder, or the files cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match args.kind {
        Kind::Card => write_card(&args.folder)?,
        Kind::Dvc => track(&args.folder)?,
        Kind::Lagrangebench => exchange(args, "lagrangebench", exchange::lagrangebench)?,
        Kind::Gns => exchange(args, "gns", exchange::gns)?,
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

fn exchange(
    args: &Args,
    form: &str,
    export: fn(&Dataset, &Path) -> Result<Exported, FileError>,
) -> anyhow::Result<()> {
    let data = open(&args.folder)?;
    let beside = || {
        let name = args.folder.file_name().unwrap_or_default().to_string_lossy();
        args.folder.with_file_name(format!("{name}-{form}"))
    };
    let out = args.out.clone().unwrap_or_else(beside);
    let Exported { files, scenes, left_out } = export(&data, &out)?;
    output::result(&format!(
        "wrote {} to {}: {scenes} scenes; {} left out, in which water or bodies come, go or move",
        files.join(", "),
        out.display(),
        left_out.len()
    ))?;
    Ok(())
}
