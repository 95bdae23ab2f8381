//! The latest scenes beside the reference.

use std::collections::VecDeque;

use weir_scene::Scene;

use crate::features::{COUNT, FEATURES, measure};
use crate::reference::{Bins, Reference};

/// Scenes below which nothing is said.
pub const LEAST: usize = 50;
/// 99 % quantiles of χ² with 1 to 9 degrees of freedom (Abramowitz and Stegun, table 26.8).
const CHI_SQUARED_99: [f64; 9] =
    [6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666];
/// What a bin is taken to have seen more, so that none is empty.
const PRIOR: f64 = 0.5;

/// The latest scenes.
#[derive(Clone, Debug)]
pub struct Window {
    bins: [Bins; COUNT],
    /// Scenes of the reference.
    learned: usize,
    size: usize,
    /// The bin of each number of each scene, the latest last.
    seen: VecDeque<[usize; COUNT]>,
}

impl Window {
    /// Of at most `size` scenes, beside this reference.
    pub fn new(reference: Reference, size: usize) -> Self {
        let (bins, learned) = (reference.bins(), reference.scenes);
        Self { bins, learned, size: size.max(1), seen: VecDeque::new() }
    }

    /// Sees a scene; the oldest is forgotten if there is no room.
    pub fn see(&mut self, scene: &Scene) {
        let numbers = measure(scene);
        let mut bins = [0; COUNT];
        for ((bin, of), number) in bins.iter_mut().zip(&self.bins).zip(numbers) {
            *bin = of.of_value(number);
        }
        while self.seen.len() >= self.size {
            self.seen.pop_front();
        }
        self.seen.push_back(bins);
    }

    /// Scenes that are in it.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// For each feature the population stability index over what it exceeds one time in a hundred where
    /// nothing has changed: above 1 is drift. Nothing for fewer than [`LEAST`] scenes.
    pub fn ratios(&self) -> Vec<(&'static str, f64)> {
        if self.seen.len() < LEAST || self.learned == 0 {
            return Vec::new();
        }
        (0..COUNT).map(|k| (FEATURES[k].name, self.ratio(k))).collect()
    }

    fn ratio(&self, k: usize) -> f64 {
        let shares = &self.bins[k].shares;
        let degrees = shares.len() - 1;
        // One bin: the reference knows a single value, and everything falls into it.
        let Some(quantile) = degrees.checked_sub(1).and_then(|at| CHI_SQUARED_99.get(at)) else {
            return 0.0;
        };
        let (n, m) = (self.seen.len() as f64, self.learned as f64);
        let mut counts = vec![0.0; shares.len()];
        self.seen.iter().for_each(|bins| counts[bins[k]] += 1.0);
        let share = |count: f64, of: f64| (count + PRIOR) / (of + PRIOR * shares.len() as f64);
        let terms = counts.iter().zip(shares).map(|(count, learned)| {
            let (p, q) = (share(*count, n), share(learned * m, m));
            (p - q) * (p / q).ln()
        });
        terms.sum::<f64>() / ((1.0 / n + 1.0 / m) * quantile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastrand::Rng;

    /// A scene with one block, whose numbers chance has drawn.
    fn scene(rng: &mut Rng, most_lines: usize) -> Scene {
        let text = "version = 1\ndomain = { width_m = 1.0, height_m = 1.0, cell_m = 0.0625 }";
        let mut scene = Scene::from_toml(text).expect("a scene");
        let (low, side) = (0.5 * rng.f64(), 0.1 + 0.3 * rng.f64());
        scene.water = vec![weir_scene::Water::Block {
            min_m: [low, low],
            max_m: [low + side, low + side],
            velocity_m_s: [0.0; 2],
        }];
        let mut end = || [rng.f64(), rng.f64()];
        let ends: Vec<_> = (0..most_lines).map(|_| vec![end(), end()]).collect();
        let lines = rng.usize(1..=most_lines);
        scene.strokes = ends
            .into_iter()
            .take(lines)
            .map(|points_m| weir_scene::Stroke { points_m, ..Default::default() })
            .collect();
        scene
    }

    const WINDOWS: usize = 300;

    /// Share of windows of `size` scenes in which a feature is above `limit` of its ratio.
    fn share_above(
        feature: &str,
        size: usize,
        most_lines: usize,
        limit: impl Fn(&Window) -> f64,
    ) -> f64 {
        let mut rng = Rng::with_seed(7);
        let learned: Vec<Scene> = (0..1000).map(|_| scene(&mut rng, 6)).collect();
        let reference = Reference::of("chance", learned);
        let fires = (0..WINDOWS).filter(|_| {
            let mut window = Window::new(reference.clone(), size);
            (0..size).for_each(|_| window.see(&scene(&mut rng, most_lines)));
            let ratios = window.ratios();
            let (_, ratio) = ratios.iter().find(|(name, _)| *name == feature).expect("a feature");
            *ratio > limit(&window)
        });
        fires.count() as f64 / WINDOWS as f64
    }

    #[test]
    fn where_nothing_has_changed_it_seldom_fires_whatever_the_size() {
        for size in [50, 200, 1000] {
            for feature in ["water", "line_length", "lines"] {
                let share = share_above(feature, size, 6, |_| 1.0);
                // One in a hundred; five of three hundred are four standard deviations above that.
                assert!(share <= 0.035, "{feature}, {size}: {share}");
            }
        }
    }

    #[test]
    fn the_customary_threshold_would_fire_all_the_time_in_a_small_window() {
        // 0.1 in units of the ratio.
        let customary = |window: &Window| {
            0.1 / ((1.0 / window.len() as f64 + 1.0 / 1000.0) * CHI_SQUARED_99[8])
        };
        let share = share_above("water", 50, 6, customary);
        assert!(share > 0.5, "{share}");
    }

    #[test]
    fn a_change_is_noticed_and_only_where_it_is() {
        assert!(share_above("lines", 200, 12, |_| 1.0) > 0.99);
        assert!(share_above("water", 200, 12, |_| 1.0) <= 0.035);
    }

    #[test]
    fn a_small_window_says_nothing_and_a_full_one_forgets() {
        let mut rng = Rng::with_seed(3);
        let reference = Reference::of("chance", (0..500).map(|_| scene(&mut rng, 6)));
        let mut window = Window::new(reference, 60);
        (0..LEAST - 1).for_each(|_| window.see(&scene(&mut rng, 6)));
        assert_eq!(window.ratios(), Vec::new());
        (0..500).for_each(|_| window.see(&scene(&mut rng, 30)));
        assert_eq!(window.len(), 60);
        // Many more lines are drift; a window of the ordinary again is none.
        let lines =
            |window: &Window| window.ratios().iter().find(|(n, _)| *n == "lines").map(|r| r.1);
        assert!(lines(&window).is_some_and(|ratio| ratio > 1.0));
        (0..60).for_each(|_| window.see(&scene(&mut rng, 6)));
        assert!(lines(&window).is_some_and(|ratio| ratio < 1.5));
    }
}
