//! The table on standard output.

use super::summary::{Summary, slice_line};

/// Numbers that the table shows, in order.
pub const SHOWN: [&str; 26] = [
    "mse_1",
    "mse_20",
    "mse_100",
    "mse_600",
    "warm_mse_1",
    "warm_mse_20",
    "warm_mse_100",
    "sinkhorn_20",
    "sinkhorn_100",
    "sinkhorn_600",
    "iou_20",
    "iou_100",
    "iou_600",
    "iou_fine_20",
    "iou_fine_100",
    "kinetic_error_20",
    "kinetic_error_100",
    "kinetic_error_600",
    "kinetic_mse_20",
    "kinetic_mse_100",
    "momentum_error_100",
    "front_error_100",
    "surface_error_100",
    "surface_error_600",
    "density_error",
    "divergence",
];

/// Contenders that it has columns for, beside the networks.
pub const COLUMNS: [&str; 6] =
    ["reference", "ballistic", "straight", "solver-1/2", "solver-3/4", "solver-1"];

/// A number in as few letters as it needs.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e5).contains(&size) {
        format!("{value:.1e}")
    } else {
        let decimals = (2 - size.log10().floor() as i32).max(0) as usize;
        format!("{value:.decimals$}")
    }
}

/// Names of the contenders that have a column: networks first.
pub fn columns(summary: &Summary) -> Vec<&str> {
    let names = || summary.contenders.iter().map(|c| c.name.as_str());
    let others = COLUMNS.into_iter().filter(|name| names().any(|n| n == *name));
    names().filter(|n| summary.long.contains_key(*n) || *n == summary.model).chain(others).collect()
}

/// The table.
pub fn text(summary: &Summary) -> String {
    let columns = columns(summary);
    let mut lines = vec![format!(
        "{}: {} scenes of {} ({}), frames of 1/60 s, {:.0} % intervals",
        summary.model,
        summary.scenes,
        summary.data.join(", "),
        summary.split,
        100.0 * summary.interval,
    )];
    let mut head = format!("{:20} {:>6} {:>28}", "", "", columns.first().unwrap_or(&""));
    columns.iter().skip(1).for_each(|name| head += &format!(" {name:>11}"));
    lines.push(head);
    for number in SHOWN {
        let Some(own) = summary.get(&summary.model, number) else { continue };
        let unit = summary.unit(number);
        let interval = format!("{} [{}, {}]", short(own.mean), short(own.lo), short(own.hi));
        let mut line = format!("{number:20} {unit:>6} {interval:>28}");
        for name in columns.iter().skip(1) {
            let value = summary.get(name, number).map_or("-".to_owned(), |i| short(i.mean));
            line += &format!(" {value:>11}");
        }
        lines.push(line);
    }
    lines.push(String::new());
    for (contender, numbers) in ["ballistic", "solver-1/2"]
        .map(|name| (name, ["mse_20", "mse_100", "warm_mse_20", "sinkhorn_20", "sinkhorn_100"]))
    {
        let Some(ratios) = summary.ratios.get(contender) else { continue };
        let words = numbers.iter().filter_map(|number| {
            let i = ratios.get(*number)?;
            Some(format!("{number} {}x [{}, {}]", short(i.mean), short(i.lo), short(i.hi)))
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            lines.push(format!("errors of {contender:10}  {}", words.join(", ")));
        }
    }
    for (name, slice) in &summary.slices {
        lines.extend(slice_line(summary, name, slice));
    }
    for (name, runs) in &summary.long {
        lines.push(format!("{name}: {}", runs.told(summary.long_frames)));
        let blown = runs.blown_up.iter();
        lines.extend(blown.map(|p| format!("  blew up: {}: {}", p.scene, p.why)));
    }
    if let Some(first) = summary.speed.first() {
        let each = summary.speed.iter().map(|c| format!("{} {:.0}", c.contender, c.ms_per_s));
        let each: Vec<String> = each.collect();
        lines.push(format!(
            "ms for a simulated second on {} threads: {}",
            first.threads,
            each.join(", ")
        ));
    }
    for problem in &summary.failures {
        let who = problem.contender.as_deref().unwrap_or("no reference");
        lines.push(format!("NOT JUDGED {} ({who}): {}", problem.scene, problem.why));
    }
    if summary.interrupted {
        lines.push("stopped by Ctrl-C: these are the scenes that were whole by then".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short() {
        let words = [0.0, 1.234e-6, 0.012345, 1.5, 99.96, 1234.5].map(short);
        assert_eq!(words, ["0", "1.2e-6", "0.0123", "1.50", "100.0", "1234"]);
    }
}
