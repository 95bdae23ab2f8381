//! How much of each component a moving outline sweeps: the matrix J.
//!
//! For component c and mover b, J is ∫ n·(x̂, ŷ, r×) dS over the part of b's
//! outline that bounds c, with n pointing from the water into the solid. It is
//! the volume that unit motions of b take from c, and its transpose is the force
//! and torque that unit pressure in c exerts on b: one matrix for both, so
//! energy is neither made nor lost between them (Batty et al. 2007).
//!
//! Pressure is known at the centres of cells and acts on the outline, up to half
//! a cell away; taken as it is, buoyancy would rise in steps as a body sinks
//! through the grid. What the slope of pressure adds on the way from the centre
//! to the outline is a second matrix, the *leverage*. It acts on bodies one step
//! later and takes no volume: in J it would make a body that drifts along with
//! the water meet resistance.

use rayon::prelude::*;

use crate::solid::Mover;
use weir_ground::{Link, Obstacles, Segment, Topology};

/// One entry of J.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyFlux {
    /// The component.
    pub component: u32,
    /// Index of the mover.
    pub mover: u32,
    /// Per unit velocity along x, along y, and per unit turning; cells, cells, cells².
    pub flux: [f64; 3],
}

/// How far beside an outline the component is looked up, in cells. A sliver of
/// water that holds no micro-point is no component; its share goes to the one
/// behind it, or a body would lose its buoyancy each time its bottom comes
/// close to a side of the grid.
const BESIDE: [f64; 3] = [1e-4, 0.07, 0.14];

/// A part of an outline that bounds one component.
#[derive(Clone, Copy, Debug)]
pub struct Patch {
    component: u32,
    mover: u32,
    /// Its middle, cells.
    middle: [f64; 2],
    /// Its length times its normal, which points into the solid, cells.
    area: [f64; 2],
    flux: [f64; 3],
}

/// Writes J for all movers, in a fixed order, and the leverage.
pub fn run(
    topology: &Topology,
    obstacles: &Obstacles,
    fluid: &[bool],
    movers: &[Mover],
    flux: &mut Vec<BodyFlux>,
    leverage: &mut Vec<BodyFlux>,
) {
    let patches = find(topology, obstacles, movers, flux);
    find_leverage(topology, fluid, &patches, leverage);
}

/// Writes J for all movers, in a fixed order. It needs to know nothing of the water.
pub fn find(
    topology: &Topology,
    obstacles: &Obstacles,
    movers: &[Mover],
    flux: &mut Vec<BodyFlux>,
) -> Vec<Patch> {
    let sides: Vec<(u32, Segment)> = movers
        .iter()
        .enumerate()
        .flat_map(|(index, mover)| mover.outline_before().map(move |s| (index as u32, s)))
        .collect();
    let patches: Vec<Patch> = sides
        .par_iter()
        .with_min_len(8)
        .flat_map_iter(|&(mover, side)| {
            along(topology, obstacles, mover, movers[mover as usize].centre, side)
        })
        .collect();
    flux.clear();
    flux.extend(patches.iter().map(|&Patch { component, mover, flux, .. }| BodyFlux {
        component,
        mover,
        flux,
    }));
    close(topology, obstacles, movers, flux);
    patches
}

/// Writes the leverage of patches, in their order.
pub fn find_leverage(
    topology: &Topology,
    fluid: &[bool],
    patches: &[Patch],
    leverage: &mut Vec<BodyFlux>,
) {
    leverage.clear();
    for patch in patches {
        for_slopes(topology, fluid, patch, |component, share| {
            let flux = patch.flux.map(|f| share * f);
            leverage.push(BodyFlux { component, mover: patch.mover, flux });
        });
    }
}

/// Makes the open sides and the outlines around each component a closed surface.
///
/// Slivers leave gaps: a side of a cell too narrow to see a micro-point counts
/// as closed, and a uniform stream would seem to pile up behind it. What is
/// missing, Σ a n + Σ ∫ n dS, goes to the component's longest part of an outline.
/// Beside lines at rest and at the sides of the rectangle, which are part of the
/// surface too, nothing is known to be missing.
fn close(topology: &Topology, obstacles: &Obstacles, movers: &[Mover], flux: &mut [BodyFlux]) {
    let mut order: Vec<(u32, usize)> =
        flux.iter().enumerate().map(|(entry, f)| (f.component, entry)).collect();
    order.sort_unstable();
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        let component = group[0].0 as usize;
        let cell = topology.cell_of(component);
        if !topology.is_inner(cell) || obstacles.lines_near(cell).next().is_some() {
            continue;
        }
        let mut gap = [0.0; 2];
        topology.for_links(component, |link| {
            gap[link.axis as usize] += f64::from(link.aperture * link.outward);
        });
        let length = |entry: usize| flux[entry].flux[0].hypot(flux[entry].flux[1]);
        for &(_, entry) in group {
            (0..2).for_each(|k| gap[k] += flux[entry].flux[k]);
        }
        let longest = group.iter().max_by(|a, b| length(a.1).total_cmp(&length(b.1)));
        let Some(&(_, entry)) = longest else { continue };
        let grid = topology.grid();
        let middle = [(cell % grid.nx) as f64 + 0.5, (cell / grid.nx) as f64 + 0.5];
        let centre = movers[flux[entry].mover as usize].centre;
        let r = [middle[0] - centre[0], middle[1] - centre[1]];
        let own = &mut flux[entry].flux;
        own[0] -= gap[0];
        own[1] -= gap[1];
        own[2] -= r[0] * gap[1] - r[1] * gap[0];
    }
}

fn along(
    topology: &Topology,
    obstacles: &Obstacles,
    mover: u32,
    centre: [f64; 2],
    side: Segment,
) -> Vec<Patch> {
    let grid = topology.grid();
    let mut out = Vec::new();
    let range = |k: usize, count: usize| {
        let low = (side.a[k].min(side.b[k]).floor() - 1.0).max(0.0) as usize;
        let high = (side.a[k].max(side.b[k]).floor() + 1.0).clamp(0.0, count as f64 - 1.0) as usize;
        low..=high
    };
    for j in range(1, grid.ny) {
        for i in range(0, grid.nx) {
            let (min, max) = ([i as f64, j as f64], [(i + 1) as f64, (j + 1) as f64]);
            let Some(part) = side.clipped(min, max) else { continue };
            let (dx, dy) = (part.b[0] - part.a[0], part.b[1] - part.a[1]);
            let length = dx.hypot(dy);
            if length < 1e-9 {
                continue;
            }
            let middle = [0.5 * (part.a[0] + part.b[0]), 0.5 * (part.a[1] + part.b[1])];
            // Water on the right of a → b is bounded by (−dy, dx), on the left by (dy, −dx).
            for sign in [1.0, -1.0] {
                let at = |distance: f64| {
                    let along = sign * distance / length;
                    [middle[0] + along * dy, middle[1] - along * dx]
                };
                let nearest = at(BESIDE[0]);
                if (0..2).any(|k| nearest[k] < min[k] || nearest[k] > max[k]) {
                    continue;
                }
                let found = BESIDE.iter().find_map(|&distance| {
                    let p = at(distance);
                    let outside = (0..2).any(|k| p[k] < 0.0 || p[k] > [grid.nx, grid.ny][k] as f64);
                    if outside || !obstacles.sees(grid.cell(i, j), nearest, p) {
                        return None;
                    }
                    let cell = [0, 1].map(|k| (p[k] as usize).min([grid.nx, grid.ny][k] - 1));
                    topology.component_at(obstacles, grid.cell(cell[0], cell[1]), p)
                });
                let Some(component) = found else { continue };
                let area = [-sign * dy, sign * dx];
                let r = [middle[0] - centre[0], middle[1] - centre[1]];
                let flux = [area[0], area[1], r[0] * area[1] - r[1] * area[0]];
                out.push(Patch { component, mover, middle, area, flux });
            }
        }
    }
    out
}

/// Impulse of `pressure`, by component, on each mover by way of `flux`: three a mover, in units
/// of ρ·dx² (dx⁴ for turning).
pub fn impulses(flux: &[BodyFlux], pressure: &[f32], movers: usize) -> Vec<f64> {
    let mut impulse = vec![0.0; 3 * movers];
    for entry in flux {
        let p = f64::from(pressure[entry.component as usize]);
        (0..3).for_each(|k| impulse[3 * entry.mover as usize + k] += entry.flux[k] * p);
    }
    impulse
}

/// Visits the components whose pressures make the difference between that on a patch and that
/// of the component beside it, and with which weights.
fn for_slopes(
    topology: &Topology,
    fluid: &[bool],
    &Patch { component, middle: at, area, .. }: &Patch,
    mut visit: impl FnMut(u32, f64),
) {
    if !fluid[component as usize] {
        return;
    }
    let grid = topology.grid();
    let cell = topology.cell_of(component as usize);
    let centre = [(cell % grid.nx) as f64 + 0.5, (cell / grid.nx) as f64 + 0.5];
    let mut own = 0.0;
    // The widest wet neighbour along each axis, away from the solid if there is one.
    let mut best: [Option<(f64, Link)>; 2] = [None, None];
    topology.for_links(component as usize, |link| {
        if !fluid[link.other as usize] || link.other == component {
            return;
        }
        let axis = link.axis as usize;
        let away = f64::from(link.outward) * area[axis] <= 0.0;
        let merit = f64::from(link.aperture) + if away { 1.0 } else { 0.0 };
        if best[axis].is_none_or(|(other, _)| merit > other) {
            best[axis] = Some((merit, link));
        }
    });
    for (_, link) in best.into_iter().flatten() {
        let axis = link.axis as usize;
        let share = (at[axis] - centre[axis]) * f64::from(link.outward);
        own -= share;
        visit(link.other, share);
    }
    visit(component, own);
}
