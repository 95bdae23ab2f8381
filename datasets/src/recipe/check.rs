//! What a recipe must be before any scene is drawn from it.

use super::{Recipe, RecipeError, Span};

/// Scenes in one data set; their files have five digits.
const MOST_SCENES: usize = 100_000;

/// Reads the text, and says where it is wrong.
pub(super) fn parse(text: &str) -> Result<Recipe, RecipeError> {
    let place = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {}", before.matches('\n').count() + 1)
    };
    let document = toml::Deserializer::parse(text)
        .map_err(|error| RecipeError::new(place(&error), one_line(error.message())))?;
    serde_path_to_error::deserialize(document).map_err(|error| {
        let reason = one_line(error.inner().message());
        match error.path().to_string().as_str() {
            "." => RecipeError::new(place(error.inner()), reason),
            key => RecipeError::new(key, reason),
        }
    })
}

fn one_line(message: &str) -> String {
    message.trim().replace('\n', ", ")
}

impl Recipe {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        self.check_identity()?;
        for (key, value, low, high) in self.numbers() {
            if !(low..=high).contains(&value) {
                let reason = format!("got {value:?}, takes {low:?} to {high:?}");
                return Err(RecipeError::new(key, reason));
            }
        }
        for (key, span, low, high) in self.spans() {
            if span.low() < low || span.high() > high {
                let got = format!("[{:?}, {:?}]", span.low(), span.high());
                let reason = format!("got {got}, takes a range within {low:?} to {high:?}");
                return Err(RecipeError::new(key, reason));
            }
        }
        self.check_families()
    }

    fn check_identity(&self) -> Result<(), RecipeError> {
        if self.version != Self::VERSION {
            let reason =
                format!("got {}, takes {}, the one known version", self.version, Self::VERSION);
            return Err(RecipeError::new("version", reason));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > 60 || !self.name.chars().all(plain) {
            let takes = "1 to 60 lower-case letters, digits and hyphens";
            let got = self.name.chars().take(60).collect::<String>();
            return Err(RecipeError::new("name", format!("got {got:?}, takes {takes}")));
        }
        if !(1..=MOST_SCENES).contains(&self.scene_count()) {
            let got = self.scene_count();
            let reason = format!("got {got} in all, takes 1 to {MOST_SCENES}");
            return Err(RecipeError::new("scenes", reason));
        }
        Ok(())
    }

    fn check_families(&self) -> Result<(), RecipeError> {
        let weights = &self.lines.families;
        if let Some((family, weight)) =
            weights.iter().find(|(_, weight)| !(0.0..=1e6).contains(*weight))
        {
            let key = format!("lines.families.{}", family.name());
            return Err(RecipeError::new(key, format!("got {weight:?}, takes 0.0 to 1000000.0")));
        }
        if self.lines.count.high() > 0 && weights.values().sum::<f64>() <= 0.0 {
            let reason = "no family has a weight above 0, and lines.count asks for figures";
            return Err(RecipeError::new("lines.families", reason));
        }
        Ok(())
    }

    /// Key, value, and the range that it must be in.
    fn numbers(&self) -> Vec<(&'static str, f64, f64, f64)> {
        let mut numbers = vec![
            ("fps", self.fps, 1.0, 10_000.0),
            ("duration_s", self.duration_s, 0.01, 600.0),
            ("domain.cell_m", self.domain.cell_m, 1e-3, 1.0),
            ("blocks.aloft", self.blocks.aloft, 0.0, 1.0),
            ("blocks.count", self.blocks.count.high() as f64, 0.0, 16.0),
            ("lines.count", self.lines.count.high() as f64, 0.0, 64.0),
            ("lines.in_the_way", self.lines.in_the_way, 0.0, 1.0),
            ("lines.joined", self.lines.joined, 0.0, 1.0),
            ("particles", self.particles.high() as f64, 1.0, 1e6),
        ];
        if let Some(emitters) = &self.emitters {
            numbers.push(("emitters.share", emitters.share, 0.0, 1.0));
            numbers.push(("emitters.count", emitters.count.high() as f64, 1.0, 8.0));
        }
        if let Some(drains) = &self.drains {
            numbers.push(("drains.share", drains.share, 0.0, 1.0));
        }
        if let Some(bodies) = &self.bodies {
            numbers.push(("bodies.share", bodies.share, 0.0, 1.0));
            numbers.push(("bodies.count", bodies.count.high() as f64, 1.0, 16.0));
        }
        numbers
    }

    /// Key, span, and the range that it must be within.
    fn spans(&self) -> Vec<(&'static str, Span, f64, f64)> {
        let cell_m = self.domain.cell_m;
        let least_m = 8.0 * cell_m;
        let (width_m, height_m) = (self.domain.width_m.low(), self.domain.height_m.low());
        let side_m = width_m.min(height_m);
        let mut spans = vec![
            ("domain.width_m", self.domain.width_m, least_m, 1_000.0 * cell_m),
            ("domain.height_m", self.domain.height_m, least_m, 1_000.0 * cell_m),
            ("blocks.width_m", self.blocks.width_m, cell_m, width_m),
            ("blocks.height_m", self.blocks.height_m, cell_m, height_m),
            ("blocks.speed_m_s", self.blocks.speed_m_s, 0.0, 10.0),
            ("lines.size_m", self.lines.size_m, 2.0 * cell_m, width_m.max(height_m)),
            ("lines.thickness_m", self.lines.thickness_m, 0.0, 0.1 * side_m),
            ("hand.wobble", self.hand.wobble, 0.0, 0.2),
            ("hand.tremor_m", self.hand.tremor_m, 0.0, 0.05),
            ("hand.rounding_m", self.hand.rounding_m, 0.0, 0.2),
            ("hand.overshoot_m", self.hand.overshoot_m, -0.05, 0.2),
        ];
        if let Some(emitters) = &self.emitters {
            spans.push(("emitters.width_m", emitters.width_m, cell_m, 0.5 * side_m));
            spans.push(("emitters.speed_m_s", emitters.speed_m_s, 0.01, 20.0));
            spans.push(("emitters.open_s", emitters.open_s, 0.01, 600.0));
        }
        if let Some(drains) = &self.drains {
            spans.push(("drains.width_m", drains.width_m, cell_m, width_m));
            spans.push(("drains.height_m", drains.height_m, cell_m, height_m));
        }
        if let Some(bodies) = &self.bodies {
            spans.push(("bodies.size_m", bodies.size_m, 2.0 * cell_m, 0.5 * side_m));
            spans.push(("bodies.density_kg_m3", bodies.density_kg_m3, 1.0, 25_000.0));
        }
        spans
    }
}
