//! What the solver shows of the water on the grid.

use weir_scene::{GridField, Stagger};

use super::Solver;
use crate::solid::WATER_KG_M3;
use crate::stencil::Stencil;
use weir_ground::Axis;

impl Solver {
    /// Velocity of the water on the grid at a point, m/s; none where there is no water.
    pub fn velocity_at(&self, position_m: [f64; 2]) -> Option<[f64; 2]> {
        let dx = self.grid.cell_m;
        let p = position_m.map(|c| c / dx);
        let outside = p[0] < 0.0 || p[1] < 0.0;
        if outside || p[0] > self.grid.nx as f64 || p[1] > self.grid.ny as f64 {
            return None;
        }
        let (i, j) = ((p[0] as usize).min(self.grid.nx - 1), (p[1] as usize).min(self.grid.ny - 1));
        let cell = self.grid.cell(i, j);
        let component = self.topology.component_at(&self.obstacles, cell, p)?;
        if !*self.surface.fluid.get(component as usize)? {
            return None;
        }
        let read = |axis: Axis| {
            let p = p.map(|c| c as f32);
            let stencil = Stencil::at(&self.topology, &self.obstacles, self.no_slip, axis, cell, p);
            f64::from(stencil.value(&self.sides[axis as usize]).to_array()[0]) * dx
        };
        Some([read(Axis::X), read(Axis::Y)])
    }

    /// Pressure of the last step at cell centres, pascals; NaN outside the water.
    pub fn pressure(&self) -> GridField {
        let dx = self.grid.cell_m;
        let scale = if self.diagnostics.kick_s > 0.0 {
            WATER_KG_M3 * dx * dx / self.diagnostics.kick_s
        } else {
            0.0
        };
        self.cell_field("pressure", "Pa", |cell| {
            let value = self.shown(cell).and_then(|component| self.pressure.value.get(component));
            value.map_or(f32::NAN, |&p| (f64::from(p) * scale) as f32)
        })
    }

    /// Density over rest density at cell centres; zero where there is no water.
    pub fn density(&self) -> GridField {
        self.cell_field("density ratio", "1", |cell| {
            let value = self.shown(cell).and_then(|component| self.density.get(component));
            value.copied().unwrap_or(0.0)
        })
    }

    /// The wet component that a cell shows: the one at its centre, or any.
    fn shown(&self, cell: usize) -> Option<usize> {
        let wet = |component: &usize| self.surface.fluid.get(*component) == Some(&true);
        let corner = [cell % self.grid.nx, cell / self.grid.nx];
        let centre = corner.map(|c| c as f64 + 0.5);
        let at_centre = self.topology.component_at(&self.obstacles, cell, centre);
        let any = || self.topology.components_of(cell).find(wet);
        at_centre.map(|component| component as usize).filter(wet).or_else(any)
    }

    fn cell_field(
        &self,
        name: &'static str,
        unit: &'static str,
        at: impl Fn(usize) -> f32,
    ) -> GridField {
        let values = (0..self.grid.len(Stagger::Centre)).map(at).collect();
        GridField { name, unit, grid: self.grid, stagger: Stagger::Centre, values }
    }
}
