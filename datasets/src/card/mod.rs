//! What a data set says of itself: to people in Markdown, to machines in JSON-LD.

mod croissant;

use std::fmt::Write;

use crate::{Manifest, Quality, Split};

pub use croissant::croissant;

/// A figure of the card: the file beside it, and what it shows.
pub type FigureFile<'a> = (&'a str, &'a str);

/// The data-set card: a Markdown page with a head that model and data hubs read.
pub fn markdown(manifest: &Manifest, quality: &Quality, figures: &[FigureFile]) -> String {
    let card = &manifest.card;
    let licence = card.license.as_deref().unwrap_or("missing");
    let mut page = format!(
        "---\n\
         pretty_name: {}\n\
         license: {}\n\
         tags: [physics, fluid, simulation, particles]\n\
         ---\n\n\
         # {}\n\n{}\n\n",
        quoted(&card.title),
        quoted(&licence.to_lowercase()),
        card.title,
        card.description
    );
    // Writing to a string cannot fail.
    let mut line = |text: String| {
        let _ = writeln!(page, "{text}");
    };
    line(
        format!("| | {} |\n|---|--:|", Split::ALL.map(Split::name).join(" | "))
            .replace("|---|--:|", "|---|--:|--:|--:|"),
    );
    let of_splits = |value: &dyn Fn(Split) -> String| Split::ALL.map(value).join(" | ");
    let members = |split| manifest.scenes.iter().filter(move |entry| entry.split == split);
    line(format!("| scenes | {} |", of_splits(&|split| members(split).count().to_string())));
    line(format!(
        "| frames | {} |",
        of_splits(&|split| members(split).map(|entry| entry.frames).sum::<usize>().to_string())
    ));
    line(format!(
        "| particles in a scene, most | {} |",
        of_splits(&|split| {
            members(split).map(|entry| entry.particles).max().unwrap_or_default().to_string()
        })
    ));
    line(format!(
        "| gigabytes | {} |",
        of_splits(&|split| {
            format!("{:.2}", members(split).map(|entry| entry.bytes).sum::<u64>() as f64 / 1e9)
        })
    ));

    let metadata = manifest.metadata();
    line(format!(
        "\n## What is in it\n\n\
         One HDF5 file a scene, `scenes/00000.h5`: `position` and `velocity` (f32, frames × particles × 2,\n\
         metres and m/s, `NaN` where a particle does not live), `particle_type` (0 is water),\n\
         `body_pose`, and the scene with its lines as JSON in the attribute `scene`. Frames are\n\
         {:.6} s apart; frame 0 is the initial state. Water is in cells of {} m, four particles in a\n\
         full one. `manifest.json` has the checksum and split of each file, `metadata.json` the numbers\n\
         to normalise by.\n\n\
         ```python\n\
         import h5py, json\n\
         with h5py.File(\"scenes/00000.h5\") as run:\n    \
             position, scene = run[\"position\"][:], json.loads(run.attrs[\"scene\"])\n\
         ```\n\n\
         ## How it was made\n",
        metadata.dt, manifest.cell_m,
    ));
    line(origin(manifest));
    line(format!(
        "\n## Quality\n\n\
         `weir check` {} it. What is measured, at worst over all scenes:\n\n\
         | check | measured | gate | |\n|---|--:|--:|---|",
        if quality.pass { "passes" } else { "**fails**" }
    ));
    for check in &quality.checks {
        let number =
            |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
        let verdict = if check.pass { "pass" } else { "**fail**" };
        let (measured, gate) = (number(check.measured), number(check.gate));
        line(format!("| {} | {measured} | {gate} | {verdict} |", check.about));
    }
    for (file, title) in figures {
        line(format!("\n![{title}]({file})"));
    }
    line(format!(
        "\n## Limits\n\n\
         Two dimensions, water without surface tension, one resolution. Splashes thinner than a\n\
         particle distance are spray of single particles. Hands are imitated, not recorded.\n\n\
         ## Licence\n\n{licence}{}",
        if card.creators.is_empty() {
            String::new()
        } else {
            format!(", by {}", card.creators.join(", "))
        }
    ));
    page
}

/// Where the scenes come from.
fn origin(manifest: &Manifest) -> String {
    let Some(recipe) = &manifest.recipe else {
        return "Brought here from files in another form; the water is theirs.".to_owned();
    };
    let families = recipe.lines.families.iter().filter(|(_, weight)| **weight > 0.0);
    let names: Vec<&str> = families.map(|(family, _)| family.name()).collect();
    format!(
        "Drawn from the recipe `{}` with seed {} by weir {}{}: an incompressible free-surface solver\n\
         (particles on a grid, pressure and density projections) in which lines have no thickness and\n\
         let nothing through. The recipe is in `manifest.json`; `weir generate` makes the same files\n\
         from it. Lines are of these families: {}.",
        recipe.name,
        recipe.seed,
        manifest.weir_version,
        manifest.commit.as_ref().map_or(String::new(), |commit| format!(" at {commit}")),
        names.join(", ")
    )
}

/// A YAML string: JSON's are.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
