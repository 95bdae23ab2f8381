//! The same scene twice, or nearly: a test that was learned from judges nothing.

use super::{Finding, SceneQuality, finding};

/// Scenes whose numbers all agree to this share are nearly the same.
const NEAR: f64 = 2e-3;

/// Pairs within one split.
pub(super) fn within_splits(scenes: &[SceneQuality]) -> Vec<Finding> {
    pairs(scenes, |a, b| a.split == b.split)
}

/// Pairs across two splits.
pub(super) fn across_splits(scenes: &[SceneQuality]) -> Vec<Finding> {
    pairs(scenes, |a, b| a.split != b.split)
}

fn pairs(
    scenes: &[SceneQuality],
    concerns: impl Fn(&SceneQuality, &SceneQuality) -> bool,
) -> Vec<Finding> {
    // Near scenes have near lengths: sorted by that, they are neighbours.
    let mut order: Vec<&SceneQuality> = scenes.iter().collect();
    order.sort_by(|a, b| a.lines.length_m.total_cmp(&b.lines.length_m));
    let mut found = Vec::new();
    for (k, a) in order.iter().enumerate() {
        let reach = a.lines.length_m * (1.0 + NEAR) + NEAR;
        let following = order[k + 1..].iter().take_while(|b| b.lines.length_m <= reach);
        for b in following.filter(|b| concerns(a, b)) {
            let (first, second) = if a.index < b.index { (a, b) } else { (b, a) };
            let what = if a.identity == b.identity {
                "is the same as"
            } else if near(a, b) {
                "is nearly the same as"
            } else {
                continue;
            };
            let (index, split) = (first.index, first.split.name());
            found.push(finding(Some(second.index), format!("{what} scene {index} of {split}")));
        }
    }
    found.sort_by_key(|finding| finding.scene);
    found
}

fn near(a: &SceneQuality, b: &SceneQuality) -> bool {
    let numbers =
        |scene: &SceneQuality| -> Vec<f64> { scene.lines.numbers().chain(scene.water).collect() };
    numbers(a).iter().zip(numbers(b)).all(|(x, y)| {
        // Shares and places are of the size of 1.
        (x - y).abs() <= NEAR * x.abs().max(y.abs()).max(1.0)
    })
}
