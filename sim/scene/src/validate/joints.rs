//! Pins and welds.

use super::check::in_domain;
use crate::{Scene, SceneError};

pub(super) fn check(scene: &Scene) -> Result<(), SceneError> {
    let bodies = scene.bodies.len();
    for (i, joint) in scene.joints.iter().enumerate() {
        check_index(joint.body, bodies, || format!("joint[{i}].body"))?;
        if let Some(other) = joint.other {
            check_index(other, bodies, || format!("joint[{i}].other"))?;
            if other == joint.body {
                let got = format!("{other}, the joint's own body");
                let takes = "another body, or nothing for the world";
                return Err(SceneError::new(format!("joint[{i}].other"), got, takes));
            }
        }
        in_domain(joint.at_m, &scene.domain, || format!("joint[{i}].at_m"))?;
    }
    Ok(())
}

fn check_index(index: usize, bodies: usize, key: impl Fn() -> String) -> Result<(), SceneError> {
    if index < bodies {
        return Ok(());
    }
    let takes = match bodies {
        0 => "the index of a body; the scene has none".to_owned(),
        1 => "0, the index of the one body".to_owned(),
        _ => format!("the index of a body, 0 to {}", bodies - 1),
    };
    Err(SceneError::new(key(), index, takes))
}
