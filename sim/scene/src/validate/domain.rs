//! The rectangle and its cells.

use super::SPEED_MAX_M_S;
use super::check::{above_zero, within};
use crate::{Domain, Limits, Scene, SceneError, Walls};

/// The largest cell, metres; scenes are tanks and flumes, not oceans.
const CELL_MAX_M: f64 = 100.0;
/// The longest side, metres.
const SIDE_MAX_M: f64 = 10_000.0;
/// How far from a whole number of cells a side may be, relative to the number.
const WHOLE_TOLERANCE: f64 = 1e-6;

pub(super) fn check(scene: &Scene, limits: &Limits) -> Result<(), SceneError> {
    let domain = &scene.domain;
    above_zero(domain.cell_m, CELL_MAX_M, "m", || "domain.cell_m".to_owned())?;
    let columns = whole_cells("domain.width_m", domain.width_m, domain, limits)?;
    let rows = whole_cells("domain.height_m", domain.height_m, domain, limits)?;
    if columns * rows > limits.cells as f64 {
        let got = format!("{:?}, which makes {columns} × {rows} cells", domain.cell_m);
        let takes = format!("a size that makes at most {} cells", limits.cells);
        return Err(SceneError::new("domain.cell_m", got, takes));
    }
    check_lid(domain)?;
    if domain.periodic_x && !scene.bodies.is_empty() {
        let got = format!("true, with {} [[body]]", scene.bodies.len());
        return Err(SceneError::new("domain.periodic_x", got, "false where there are bodies"));
    }
    Ok(())
}

/// The side's number of cells, which must be whole.
fn whole_cells(
    key: &str,
    side_m: f64,
    domain: &Domain,
    limits: &Limits,
) -> Result<f64, SceneError> {
    above_zero(side_m, SIDE_MAX_M, "m", || key.to_owned())?;
    let cell_m = domain.cell_m;
    let cells = side_m / cell_m;
    if cells > limits.cells_a_side as f64 + 0.5 {
        let got = format!("{side_m:?}, {cells:.0} cells of {cell_m:?} m");
        return Err(SceneError::new(key, got, format!("at most {} cells", limits.cells_a_side)));
    }
    let whole = cells.round();
    if whole < 1.0 || (cells - whole).abs() > WHOLE_TOLERANCE * whole {
        let above = format!("{:?}", cells.ceil() * cell_m);
        let nearest = match cells.floor() {
            0.0 => above,
            below => format!("{:?} or {above}", below * cell_m),
        };
        let takes = format!("a whole multiple of cell_m = {cell_m:?}; the nearest: {nearest}");
        return Err(SceneError::new(key, format!("{side_m:?}"), takes));
    }
    Ok(whole)
}

fn check_lid(domain: &Domain) -> Result<(), SceneError> {
    let key = || "domain.lid_speed_m_s".to_owned();
    within(domain.lid_speed_m_s, -SPEED_MAX_M_S..=SPEED_MAX_M_S, "m/s", key)?;
    if domain.lid_speed_m_s != 0.0 && domain.walls == Walls::Slip {
        let got = format!("{:?}, with slip walls", domain.lid_speed_m_s);
        let takes = "0.0, or walls = \"no-slip\" to drag the water along";
        return Err(SceneError::new(key(), got, takes));
    }
    Ok(())
}
