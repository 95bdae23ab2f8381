//! What the solver shows of the water on the grid.

use weir_scene::{GridField, Stagger};

use super::Solver;
use super::host::Host;
use super::water::State;
use crate::solid::WATER_KG_M3;
use crate::stencil::Stencil;
use weir_ground::Axis;

impl Solver {
    /// Velocity of the water on the grid at a point, m/s; none where there is no water.
    pub fn velocity_at(&self, position_m: [f64; 2]) -> Option<[f64; 2]> {
        let host = self.water.host();
        let Host { grid, topology, obstacles, .. } = host;
        let p = position_m.map(|c| c / grid.cell_m);
        let outside = p[0] < 0.0 || p[1] < 0.0;
        if outside || p[0] > grid.nx as f64 || p[1] > grid.ny as f64 {
            return None;
        }
        let (i, j) = ((p[0] as usize).min(grid.nx - 1), (p[1] as usize).min(grid.ny - 1));
        let cell = grid.cell(i, j);
        let component = topology.component_at(obstacles, cell, p)?;
        let mut found = None;
        self.water.look(&mut |state| {
            if state.fluid.get(component as usize) != Some(&true) {
                return;
            }
            found = Some(Axis::BOTH.map(|axis| {
                let p = p.map(|c| c as f32);
                let stencil = Stencil::at(topology, obstacles, host.no_slip, axis, cell, p);
                f64::from(stencil.value(&state.sides[axis as usize]).to_array()[0]) * grid.cell_m
            }));
        });
        found
    }

    /// Pressure of the last step at cell centres, pascals; NaN outside the water.
    pub fn pressure(&self) -> GridField {
        let host = self.water.host();
        let (dx, kick_s) = (host.grid.cell_m, host.diagnostics.kick_s);
        let scale = if kick_s > 0.0 { WATER_KG_M3 * dx * dx / kick_s } else { 0.0 };
        self.cell_field("pressure", "Pa", |state, component| {
            let value = component.and_then(|component| state.pressure.get(component));
            value.map_or(f32::NAN, |&p| (f64::from(p) * scale) as f32)
        })
    }

    /// Density over rest density at cell centres; zero where there is no water.
    pub fn density(&self) -> GridField {
        self.cell_field("density ratio", "1", |state, component| {
            component.and_then(|component| state.density.get(component)).copied().unwrap_or(0.0)
        })
    }

    /// A value for each cell, from what it shows.
    fn cell_field(
        &self,
        name: &'static str,
        unit: &'static str,
        value: impl Fn(&State<'_>, Option<usize>) -> f32,
    ) -> GridField {
        let host = self.water.host();
        let cells = 0..host.grid.len(Stagger::Centre);
        let mut values = vec![f32::NAN; cells.len()];
        self.water.look(&mut |state| {
            values = cells.clone().map(|cell| value(&state, shown(host, &state, cell))).collect();
        });
        GridField { name, unit, grid: host.grid, stagger: Stagger::Centre, values }
    }
}

/// The wet component that a cell shows: the one at its centre, or any.
fn shown(host: &Host, state: &State<'_>, cell: usize) -> Option<usize> {
    let wet = |component: &usize| state.fluid.get(*component) == Some(&true);
    let corner = [cell % host.grid.nx, cell / host.grid.nx];
    let centre = corner.map(|c| c as f64 + 0.5);
    let at_centre = host.topology.component_at(&host.obstacles, cell, centre);
    let any = || host.topology.components_of(cell).find(wet);
    at_centre.map(|component| component as usize).filter(wet).or_else(any)
}
