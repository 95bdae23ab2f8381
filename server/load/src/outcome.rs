//! What a measurement ends with.

use std::fmt::Display;

use serde::Serialize;

/// A result that can be told, in words and as JSON, and judged.
pub trait Outcome: Serialize + Display {
    /// The bounds that were given and not kept, in words.
    fn broken(&self) -> &[String];
}

/// Judges a number by the bound that was given for it, if one was.
pub(crate) fn at_most(broken: &mut Vec<String>, what: &str, got: f64, most: Option<f64>) {
    if let Some(most) = most
        && got > most
    {
        broken.push(format!("{what}: {got:.3}, and {most} was the most"));
    }
}

/// Where progress is told.
pub type Say<'a> = &'a (dyn Fn(&str) + Sync);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bounds_that_were_given_can_be_broken() {
        let mut broken = Vec::new();
        at_most(&mut broken, "late", 5.0, None);
        at_most(&mut broken, "late", 5.0, Some(5.0));
        assert!(broken.is_empty());
        at_most(&mut broken, "late", 5.1, Some(5.0));
        assert_eq!(broken, ["late: 5.100, and 5 was the most"]);
    }
}
