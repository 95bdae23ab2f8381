//! From what a hand drew to what a scene takes.

use super::Stroke;
use crate::geometry::{Point, distance};
use crate::validate::check_stroke;
use crate::{Domain, Limits, Scene, SceneError, Water};

/// How far a fitted line may be from the drawn one, in cells.
const TOLERANCE_CELLS: f64 = 0.125;
/// The share of it that thinning takes; the rest is left to simplifying.
const THINNING_SHARE: f64 = 0.25;
/// How far from the origin a pointer can be and still mean it, metres.
const FARTHEST_M: f64 = 1e6;

impl Scene {
    /// The scene that a drawing makes: where a pointer, a key, a file and a
    /// voice all end.
    ///
    /// The lines may be as rough as a hand is: long, dense, with points twice,
    /// partly outside. Each becomes what [`Stroke::fitted`] makes of it. Gravity,
    /// duration and the rest are [`Scene::default`]'s, the caller's to change.
    ///
    /// ```
    /// use weir_scene::{Domain, Scene, Stroke, Water};
    ///
    /// let line = Stroke::from(vec![[0.2, 0.5], [0.21, 0.497], [0.9, 0.3], [1.7, 0.1]]);
    /// let water = Water::Block { min_m: [0.1, 0.6], max_m: [0.5, 0.9], velocity_m_s: [0.0; 2] };
    /// let scene = Scene::from_strokes(&[line], Domain::default(), vec![water])?;
    /// assert_eq!(scene.strokes[0].points_m.last().map(|p| p[0]), Some(1.5));
    /// # Ok::<(), weir_scene::SceneError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Scene::validate`] with the default [`Limits`]; `stroke[2]` is the
    /// third line of `strokes`.
    pub fn from_strokes(
        strokes: &[Stroke],
        domain: Domain,
        water: Vec<Water>,
    ) -> Result<Self, SceneError> {
        Self::from_strokes_within(strokes, domain, water, &Limits::default())
    }

    /// [`Scene::from_strokes`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Scene::from_strokes`].
    pub fn from_strokes_within(
        strokes: &[Stroke],
        domain: Domain,
        water: Vec<Water>,
        limits: &Limits,
    ) -> Result<Self, SceneError> {
        let mut scene = Self { domain, water, ..Self::default() };
        scene.validate(limits)?;
        if strokes.len() > limits.strokes {
            let got = format!("a list of {}", strokes.len());
            return Err(SceneError::new("stroke", got, format!("at most {}", limits.strokes)));
        }
        for (i, stroke) in strokes.iter().enumerate() {
            let key = || format!("stroke[{i}]");
            scene.strokes.extend(fit(stroke, &scene.domain, limits, key)?);
        }
        scene.validate(limits)?;
        Ok(scene)
    }
}

impl Stroke {
    /// The lines that this one, as drawn, leaves in a valid domain: thinned and
    /// simplified to within an eighth of a cell, cut at the walls, checked. None
    /// when it lies outside.
    ///
    /// # Errors
    /// A point that is not a finite number, fewer than two different points,
    /// more points than the limit after thinning, or a thickness that cannot be.
    pub fn fitted(&self, domain: &Domain, limits: &Limits) -> Result<Vec<Self>, SceneError> {
        fit(self, domain, limits, || "stroke".to_owned())
    }

    /// The line without the points that are nearer than `apart_m` to the one kept
    /// before them. Both ends stay; on a closed line the first is the end too.
    fn thinned(&self, apart_m: f64) -> Self {
        let mut kept: Vec<Point> = Vec::new();
        for &point in &self.points_m {
            if kept.last().is_none_or(|&last| distance(last, point) > apart_m) {
                kept.push(point);
            }
        }
        if self.closed {
            while kept.len() > 1 && distance(kept[0], kept[kept.len() - 1]) <= apart_m {
                kept.pop();
            }
        } else if self.points_m.last() != kept.last() {
            kept.extend(self.points_m.last());
        }
        self.with_points(kept)
    }
}

fn fit(
    stroke: &Stroke,
    domain: &Domain,
    limits: &Limits,
    key: impl Fn() -> String,
) -> Result<Vec<Stroke>, SceneError> {
    for (j, point_m) in stroke.points_m.iter().enumerate() {
        for (axis, value) in point_m.iter().enumerate() {
            if !(-FARTHEST_M..=FARTHEST_M).contains(value) {
                let key = format!("{}.points_m[{j}][{axis}]", key());
                let takes = format!("a number within {FARTHEST_M:?} m of the domain");
                return Err(SceneError::new(key, format!("{value:?}"), takes));
            }
        }
    }
    let tolerance_m = TOLERANCE_CELLS * domain.cell_m;
    let thin = stroke.thinned(THINNING_SHARE * tolerance_m);
    // Before simplifying, whose time is quadratic at worst.
    if thin.points_m.len() > limits.stroke_points {
        let got = format!("{} points, thinned", thin.points_m.len());
        let takes = format!("at most {}", limits.stroke_points);
        return Err(SceneError::new(format!("{}.points_m", key()), got, takes));
    }
    let parts = thin.clipped([domain.width_m, domain.height_m]);
    parts
        .into_iter()
        .map(|part| {
            let fitted = part.simplified((1.0 - THINNING_SHARE) * tolerance_m);
            check_stroke(&fitted, domain, &key)?;
            Ok(fitted)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(stroke: Stroke) -> Result<Scene, SceneError> {
        Scene::from_strokes(&[stroke], Domain::default(), Vec::new())
    }

    #[test]
    fn a_million_noisy_points_become_a_few() {
        let points_m = (0..1_000_000).map(|i| {
            let along = f64::from(i) / 1e6;
            [0.2 + along, 0.5 + 1e-4 * (1e5 * along).sin()]
        });
        let scene = scene(Stroke::from(points_m.collect::<Vec<_>>())).expect("a valid scene");
        assert_eq!(scene.strokes[0].points_m.len(), 2);
    }

    #[test]
    fn a_scribble_beyond_the_limit_is_refused_at_once() {
        let points_m = (0..100_000).map(|i| [0.01 * f64::from(i % 100), 0.9 * f64::from(i % 2)]);
        let error = scene(Stroke::from(points_m.collect::<Vec<_>>())).expect_err("too many");
        assert_eq!(error.key, "stroke[0].points_m");
        assert_eq!(error.got, "100000 points, thinned");
    }

    #[test]
    fn dots_and_numbers_that_are_none_are_refused() {
        let dot = scene(Stroke::from(vec![[0.5, 0.5]; 40])).expect_err("a dot");
        assert_eq!(
            dot.to_string(),
            "stroke[0].points_m: got a list of 1, takes 2 or more points for a line"
        );
        let nan = scene(Stroke::from(vec![[0.5, 0.5], [0.6, f64::NAN]])).expect_err("NaN");
        assert_eq!((nan.key.as_str(), nan.got.as_str()), ("stroke[0].points_m[1][1]", "NaN"));
        assert!(scene(Stroke::from(vec![[0.5, 0.5], [f64::INFINITY, 0.5]])).is_err());
        assert!(scene(Stroke::from(Vec::new())).is_err());
    }

    #[test]
    fn a_line_outside_leaves_nothing_and_no_error() {
        let scene = scene(Stroke::from(vec![[2.0, 0.5], [2.5, 0.7]])).expect("a valid scene");
        assert!(scene.strokes.is_empty());
    }

    #[test]
    fn a_domain_that_cannot_be_is_refused_before_any_line_is_looked_at() {
        let domain = Domain { width_m: f64::NAN, ..Domain::default() };
        let line = Stroke::from(vec![[0.5, 0.5], [9.0, 0.5]]);
        let error = Scene::from_strokes(&[line], domain, Vec::new()).expect_err("no domain");
        assert_eq!(error.key, "domain.width_m");
    }

    #[test]
    fn a_loop_closed_by_hand_stays_a_loop() {
        let points_m = vec![[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2001]];
        let scene =
            scene(Stroke { closed: true, ..Stroke::from(points_m) }).expect("a valid scene");
        assert!(scene.strokes[0].closed);
        assert_eq!(scene.strokes[0].points_m.len(), 4);
    }
}
