//! What a case hands back: numbers with their gates, and figures as plain data.

use std::fmt;

/// One measured number against its reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name within the case, `"front-mps"`.
    pub name: String,
    /// What was measured.
    pub measured: f64,
    /// What it should be; `None` where the number stands for itself.
    pub reference: Option<f64>,
    /// Unit of `measured` and `reference`.
    pub unit: &'static str,
    /// How far off: a share of the reference if `relative`, else in `unit`.
    pub error: f64,
    /// Whether `error` and `gate` are shares rather than in `unit`.
    pub relative: bool,
    /// Largest error that passes; `None` for a number that is only reported.
    pub gate: Option<f64>,
    /// Whether the error is within the gate. Never true for a NaN.
    pub pass: bool,
}

impl Check {
    /// `measured` within a share `gate` of `reference`.
    pub fn relative(
        name: impl Into<String>,
        unit: &'static str,
        measured: f64,
        reference: f64,
        gate: f64,
    ) -> Self {
        let error = (measured / reference - 1.0).abs();
        Self::new(name.into(), unit, measured, Some(reference), error, true, Some(gate))
    }

    /// `measured` within `gate`, in `unit`, of `reference`.
    pub fn absolute(
        name: impl Into<String>,
        unit: &'static str,
        measured: f64,
        reference: f64,
        gate: f64,
    ) -> Self {
        let error = (measured - reference).abs();
        Self::new(name.into(), unit, measured, Some(reference), error, false, Some(gate))
    }

    /// An error that was made up of many points already, as a share.
    pub fn share(name: impl Into<String>, error: f64, gate: f64) -> Self {
        Self::new(name.into(), "1", error, Some(0.0), error.abs(), true, Some(gate))
    }

    /// `measured` at least `reference`, less the shortfall that `gate` allows.
    pub fn at_least(
        name: impl Into<String>,
        unit: &'static str,
        measured: f64,
        reference: f64,
        gate: f64,
    ) -> Self {
        // Not `max`: that would turn a NaN into a pass.
        let shortfall = reference - measured;
        let error = if shortfall < 0.0 { 0.0 } else { shortfall };
        Self::new(name.into(), unit, measured, Some(reference), error, false, Some(gate))
    }

    /// A number to know, with no gate.
    pub fn reported(name: impl Into<String>, unit: &'static str, measured: f64) -> Self {
        Self::new(name.into(), unit, measured, None, measured.abs(), unit == "1", None)
    }

    fn new(
        name: String,
        unit: &'static str,
        measured: f64,
        reference: Option<f64>,
        error: f64,
        relative: bool,
        gate: Option<f64>,
    ) -> Self {
        let pass = gate.is_none_or(|gate| error <= gate);
        Self { name, measured, reference, unit, error, relative, gate, pass }
    }
}

impl Check {
    /// An error or a gate of this check as text: in percent, or in its unit.
    pub fn deviation_text(&self, deviation: f64) -> String {
        if self.relative {
            format!("{} %", significant(deviation * 100.0))
        } else {
            format!("{} {}", significant(deviation), self.unit).replace(" 1", "")
        }
    }

    /// What was measured, with its unit.
    pub fn measured_text(&self) -> String {
        if self.relative && self.unit == "1" && self.reference.is_none_or(|r| r == 0.0) {
            return self.deviation_text(self.measured);
        }
        let unit = if self.unit == "1" { "" } else { self.unit };
        format!("{} {unit}", significant(self.measured)).trim_end().to_owned()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.measured_text())?;
        if let Some(reference) = self.reference.filter(|r| *r != 0.0) {
            write!(f, ", should be {}", significant(reference))?;
        }
        match self.gate {
            Some(gate) => write!(
                f,
                "; off by {}, gate {}: {}",
                self.deviation_text(self.error),
                self.deviation_text(gate),
                if self.pass { "pass" } else { "FAIL" },
            ),
            None => Ok(()),
        }
    }
}

/// A number with three significant digits, as a reader would write it.
pub fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 || value.is_nan() || (magnitude >= 100.0 && value.fract() == 0.0) {
        return value.to_string();
    }
    if !(1e-4..1e7).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    let decimals = (2.0 - magnitude.log10().floor()).max(0.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// What a case found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseReport {
    /// How each run was set up, a sentence each: grid, particles, steps, FLIP share.
    pub setups: Vec<String>,
    /// The numbers.
    pub checks: Vec<Check>,
    /// The figures.
    pub figures: Vec<FigureData>,
}

impl CaseReport {
    /// Whether every gate holds.
    pub fn pass(&self) -> bool {
        self.checks.iter().all(|check| check.pass)
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// A figure, not yet drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureData {
    /// File name without extension, `"dam-break"`.
    pub slug: &'static str,
    /// What the figure shows.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The data.
    pub series: Vec<Series>,
    /// Errors, gates and orders, to be written on the figure; one line per entry.
    pub notes: Vec<String>,
    /// Whether a unit of x is as long as a unit of y: a map rather than a graph.
    pub same_scale: bool,
}

/// An axis of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Quantity and unit.
    pub label: &'static str,
    /// Whether the axis is logarithmic.
    pub log: bool,
}

impl Axis {
    /// A linear axis.
    pub const fn linear(label: &'static str) -> Self {
        Self { label, log: false }
    }

    /// A logarithmic axis.
    pub const fn log(label: &'static str) -> Self {
        Self { label, log: true }
    }
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the legend; empty for none.
    pub name: String,
    /// The points, `[x, y]`. One with a NaN breaks a line.
    pub points: Vec<[f64; 2]>,
    /// How to draw them.
    pub style: Style,
    /// Series with the same number have the same colour: a measurement and its reference.
    pub hue: usize,
}

impl Series {
    /// A series in the figure's colour number `hue`.
    pub fn new(
        name: impl Into<String>,
        style: Style,
        hue: usize,
        points: impl IntoIterator<Item = [f64; 2]>,
    ) -> Self {
        Self { name: name.into(), points: points.into_iter().collect(), style, hue }
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A line: what the solver says.
    Line,
    /// A thin grey line: a gate, a slope, a limit.
    Guide,
    /// Rings: reference data.
    Marks,
    /// Small dots: particles.
    Dots,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_passes_within_its_gate_only() {
        assert!(Check::relative("a", "s", 1.01, 1.0, 0.02).pass);
        assert!(!Check::relative("a", "s", 1.03, 1.0, 0.02).pass);
        assert!(Check::absolute("a", "m", -0.5, 0.0, 0.5).pass);
        assert!(Check::at_least("a", "1", 3.0, 2.0, 0.0).pass);
        assert!(!Check::at_least("a", "1", 1.7, 2.0, 0.2).pass);
        assert!(Check::reported("a", "1", 9.0).pass);
    }

    #[test]
    fn checks_read_like_a_sentence() {
        let period = Check::relative("period", "s", 1.66, 1.6713, 0.01);
        assert_eq!(
            period.to_string(),
            "period: 1.66 s, should be 1.67; off by 0.676 %, gate 1 %: pass"
        );
        let drift = Check::share("drift", 0.002, 0.001);
        assert_eq!(drift.to_string(), "drift: 0.2 %; off by 0.2 %, gate 0.1 %: FAIL");
        let moves = Check::absolute("astray", "moves", 0.0, 0.0, 0.0);
        assert_eq!(moves.to_string(), "astray: 0 moves; off by 0 moves, gate 0 moves: pass");
        assert_eq!(Check::reported("p99", "1", 0.0371).to_string(), "p99: 3.71 %");
    }

    #[test]
    fn numbers_have_three_digits() {
        let texts = [0.0, 0.12345, 15.625, 16.0, 1_234.5, 1_203_456.0, 3.2e-6].map(significant);
        assert_eq!(texts, ["0", "0.123", "15.6", "16", "1234", "1203456", "3.20e-6"]);
    }

    #[test]
    fn a_nan_never_passes_a_gate() {
        for check in [
            Check::relative("a", "s", f64::NAN, 1.0, 0.02),
            Check::absolute("a", "s", f64::NAN, 1.0, 0.02),
            Check::share("a", f64::NAN, 0.02),
            Check::at_least("a", "1", f64::NAN, 2.0, 0.2),
        ] {
            assert!(!check.pass);
        }
    }
}
