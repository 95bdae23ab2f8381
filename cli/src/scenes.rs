//! `weir scenes`: what comes with the command.

use std::process::ExitCode;

use weir_scene::Scene;

use crate::{output, scene_source};

/// List the scenes that come with weir, or print one to start from
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir scenes                       one line a scene
  weir scenes funnel > mine.toml    a copy to change")]
pub struct Args {
    /// Print this scene's file instead of the list
    name: Option<String>,
}

/// Prints the list, or one scene.
///
/// # Errors
/// There is no scene of that name.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let text = match &args.name {
        None => list()?,
        Some(name) => Scene::examples()
            .iter()
            .find(|example| example.name == name)
            .map(|example| example.text.trim_end().to_owned())
            .ok_or_else(|| scene_source::unknown(name))?,
    };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> anyhow::Result<String> {
    let widest = Scene::examples().iter().map(|example| example.name.len()).max().unwrap_or(0);
    let lines = Scene::examples().iter().map(|example| {
        let scene = scene_source::example(example.name)?;
        Ok(format!("{:widest$}  {} ({} s)", example.name, scene.name, scene.duration_s))
    });
    Ok(lines.collect::<anyhow::Result<Vec<_>>>()?.join("\n"))
}
