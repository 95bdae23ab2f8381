//! The tables of a run of the network's bench.

use std::fmt::{self, Write};

use crate::summary::{Contender, SecondRow, Summary};

/// The cost of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    /// Which network.
    pub name: &'static str,
    /// Numbers that it has learned.
    pub parameters: usize,
    /// Median seconds.
    pub call_s: f64,
}

/// The cost of a layer, ours and burn's.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerRow {
    /// What goes in and out.
    pub layer: String,
    /// Median seconds of the answer, ours and burn's.
    pub forward_s: [f64; 2],
    /// Median seconds of the answer and all gradients, ours and burn's.
    pub both_ways_s: [f64; 2],
}

/// All that a run has measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkSummary {
    /// Simulated seconds.
    pub seconds: Vec<SecondRow>,
    /// Calls.
    pub calls: Vec<CallRow>,
    /// Samples that are learned a second.
    pub samples_per_s: Option<f64>,
    /// Layers.
    pub layers: Vec<LayerRow>,
}

impl NetworkSummary {
    /// The simulated seconds as curves.
    pub fn curves(&self) -> Summary {
        Summary { seconds: self.seconds.clone(), steps: Vec::new() }
    }

    /// The tables, in Markdown, under the text `conditions`.
    pub fn markdown(&self, conditions: &str) -> String {
        let mut out = String::from("# What the network costs\n\n");
        // Writing to a string cannot fail.
        let _ = self.write_markdown(conditions, &mut out);
        out
    }

    fn write_markdown(&self, conditions: &str, out: &mut String) -> fmt::Result {
        writeln!(out, "{conditions}\n")?;
        writeln!(
            out,
            "The first second of a dam break on cells of 1/64 m, 60 frames: the model that ships, \
             with transfers, relaxation and collisions, and the solver with its defaults in the same \
             box. Both ran in the same process on the same threads; medians.\n\n\
             | | particles | threads | wall s per simulated s | simulated s per wall s | times the solver | \
             outside the box |\n|---|---:|---:|---:|---:|---:|---:|"
        )?;
        for row in &self.seconds {
            writeln!(
                out,
                "| {} | {} | {} | {:.3} | {:.1} | {} | {} |",
                if row.contender == Contender::Weir { "solver" } else { "network" },
                row.particles,
                row.threads,
                row.wall_s,
                1.0 / row.wall_s,
                self.times_solver(row).map_or("–".into(), |ratio| format!("{ratio:.2}")),
                row.escaped
            )?;
        }
        if !self.calls.is_empty() {
            writeln!(
                out,
                "\n# What a call costs\n\nThe U-Net alone on 96 × 64 cells; a call covers two frames.\n\n\
                 | network | numbers | ms |\n|---|---:|---:|"
            )?;
        }
        for CallRow { name, parameters, call_s } in &self.calls {
            writeln!(out, "| {name} | {parameters} | {:.2} |", call_s * 1e3)?;
        }
        if let Some(rate) = self.samples_per_s {
            writeln!(
                out,
                "\n# What learning costs\n\n{rate:.1} samples a second: the smallest network, default \
                 settings, on the dam break of 2,000 particles."
            )?;
        }
        self.write_layers(out)
    }

    fn write_layers(&self, out: &mut String) -> fmt::Result {
        if self.layers.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n# What a layer costs\n\n`weir-convolution` and burn-flex's `conv2d` on one sample, ms. Both \
             ways is the answer with its gradients, burn's by its autodiff.\n\n\
             | layer | ours | burn | burn / ours | ours, both ways | burn, both ways | burn / ours |\n\
             |---|---:|---:|---:|---:|---:|---:|"
        )?;
        let line = |out: &mut String, name: &str, forward: [f64; 2], both: [f64; 2]| {
            let ms = |[ours, burns]: [f64; 2]| {
                format!("{:.3} | {:.3} | {:.1}", ours * 1e3, burns * 1e3, burns / ours)
            };
            writeln!(out, "| {name} | {} | {} |", ms(forward), ms(both))
        };
        let (mut forward, mut both) = ([0.0; 2], [0.0; 2]);
        for row in &self.layers {
            line(out, &row.layer, row.forward_s, row.both_ways_s)?;
            (0..2).for_each(|k| forward[k] += row.forward_s[k]);
            (0..2).for_each(|k| both[k] += row.both_ways_s[k]);
        }
        line(out, "all", forward, both)
    }

    fn times_solver(&self, row: &SecondRow) -> Option<f64> {
        let same = |other: &&SecondRow| {
            other.contender == Contender::Weir
                && (other.particles, other.threads) == (row.particles, row.threads)
        };
        Some(self.seconds.iter().find(same)?.wall_s / row.wall_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_ratios_and_sums() {
        let row = |contender, wall_s| SecondRow {
            contender,
            particles: 2048,
            threads: 2,
            wall_s,
            escaped: 0,
        };
        let layer = |layer: &str, forward_s| LayerRow {
            layer: layer.to_owned(),
            forward_s,
            both_ways_s: [2e-3, 8e-3],
        };
        let summary = NetworkSummary {
            seconds: vec![row(Contender::Network, 0.1), row(Contender::Weir, 0.05)],
            calls: vec![CallRow { name: "S", parameters: 126_248, call_s: 2.5e-3 }],
            samples_per_s: Some(40.0),
            layers: vec![layer("a", [1e-3, 2e-3]), layer("b", [1e-3, 4e-3])],
        };
        let text = summary.markdown("On a slide rule.");
        assert!(text.contains("On a slide rule."));
        assert!(text.contains("| network | 2048 | 2 | 0.100 | 10.0 | 0.50 | 0 |"), "{text}");
        assert!(text.contains("| solver | 2048 | 2 | 0.050 | 20.0 | 1.00 | 0 |"), "{text}");
        assert!(text.contains("| S | 126248 | 2.50 |"), "{text}");
        assert!(text.contains("40.0 samples a second"), "{text}");
        assert!(text.contains("| all | 2.000 | 6.000 | 3.0 | 4.000 | 16.000 | 4.0 |"), "{text}");
    }
}
