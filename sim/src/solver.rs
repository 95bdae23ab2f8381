//! Placeholder while the stages are written: ballistic flight inside the rectangle.
use weir_scene::{Advance, AdvanceError, Frame, Scene, Stroke, Water};
use crate::{Backend, Diagnostics, SolverConfig, SolverError, Totals};

/// Names a stroke for as long as the solver lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrokeId(pub u32);

/// A rigid body's state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyState {
    /// Centre of mass, metres.
    pub centre_m: [f64; 2],
    /// Counter-clockwise angle, radians.
    pub angle_rad: f64,
    /// Velocity of the centre of mass, m/s.
    pub velocity_m_s: [f64; 2],
    /// Angular velocity, rad/s.
    pub angular_velocity_rad_s: f64,
    /// Mass, kg per metre of depth.
    pub mass_kg: f64,
    /// Moment of inertia about the centre of mass, kg·m² per metre of depth.
    pub inertia_kg_m2: f64,
}

/// The solver.
pub struct Solver { config: SolverConfig, scene: Scene, frame: Frame, diagnostics: Diagnostics, totals: Totals }

impl Solver {
    /// A solver at time zero of `scene`.
    pub fn new(scene: &Scene, backend: Backend) -> Result<Self, SolverError> { Self::with_config(scene, backend, SolverConfig::default()) }
    /// Same, with parameters.
    pub fn with_config(scene: &Scene, _backend: Backend, config: SolverConfig) -> Result<Self, SolverError> {
        let mut frame = Frame::default();
        let h = scene.domain.cell_m / 2.0;
        for water in &scene.water {
            if let Water::Block { min_m, max_m, velocity_m_s } = water {
                let mut y = min_m[1] + h / 2.0;
                while y < max_m[1] { let mut x = min_m[0] + h / 2.0; while x < max_m[0] {
                    frame.ids.push(frame.ids.len() as u32);
                    frame.positions_m.push([x as f32, y as f32]);
                    frame.velocities_m_s.push(velocity_m_s.map(|v| v as f32));
                    x += h; } y += h; }
            }
        }
        frame.body_poses = scene.bodies.iter().map(|b| weir_scene::Pose { position_m: b.position_m.map(|v| v as f32), angle_rad: b.angle_rad as f32 }).collect();
        Ok(Self { config, scene: scene.clone(), frame, diagnostics: Diagnostics::default(), totals: Totals::default() })
    }
    /// The last step's report.
    pub fn diagnostics(&self) -> &Diagnostics { &self.diagnostics }
    /// Sums since the scene began.
    pub fn totals(&self) -> &Totals { &self.totals }
    /// Hash of all positions, hexadecimal.
    pub fn digest(&self) -> String { String::new() }
    /// Adds a line to the running scene.
    pub fn add_stroke(&mut self, _stroke: &Stroke) -> Result<StrokeId, SolverError> { Ok(StrokeId(0)) }
    /// Takes a line away.
    pub fn erase_stroke(&mut self, _id: StrokeId) -> Result<(), SolverError> { Ok(()) }
    /// Gives every particle the velocity `f(position)`, m/s from metres.
    pub fn set_velocities(&mut self, f: impl Fn([f64; 2]) -> [f64; 2]) {
        for (p, v) in self.frame.positions_m.iter().zip(&mut self.frame.velocities_m_s) {
            *v = f(p.map(f64::from)).map(|c| c as f32);
        }
    }
    /// Velocity of the water on the grid, interpolated at a point, m/s; `None` where there is none.
    pub fn velocity_at(&self, _position_m: [f64; 2]) -> Option<[f64; 2]> { None }
    /// Pressure of the last step at cell centres, pascals; NaN outside the water.
    pub fn pressure(&self) -> weir_scene::GridField {
        let grid = self.scene.domain.grid();
        weir_scene::GridField { name: "pressure", unit: "Pa", grid, stagger: weir_scene::Stagger::Centre, values: vec![f32::NAN; grid.nx * grid.ny] }
    }
    /// Density over rest density at cell centres; zero where there is no water.
    pub fn density(&self) -> weir_scene::GridField {
        let grid = self.scene.domain.grid();
        weir_scene::GridField { name: "density ratio", unit: "1", grid, stagger: weir_scene::Stagger::Centre, values: vec![0.0; grid.nx * grid.ny] }
    }
    /// State of body `index` of the scene.
    pub fn body(&self, _index: usize) -> Option<BodyState> { None }
    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    pub fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> { Ok(dt_limit_s) }
    /// Moves a line by `by_m` over the next `over_s` seconds.
    pub fn move_stroke(&mut self, _id: StrokeId, _by_m: [f64; 2], _over_s: f64) -> Result<(), SolverError> { Ok(()) }
}

impl Advance for Solver {
    fn frame_dt_s(&self) -> f64 { 1.0 / self.config.fps }
    fn snapshot(&self, frame: &mut Frame) { frame.clone_from(&self.frame); }
    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        let dt = self.frame_dt_s() as f32;
        for (p, v) in self.frame.positions_m.iter_mut().zip(&mut self.frame.velocities_m_s) {
            v[1] += self.scene.gravity_m_s2[1] as f32 * dt;
            p[0] = (p[0] + v[0] * dt).clamp(0.0, self.scene.domain.width_m as f32);
            p[1] += v[1] * dt;
            if p[1] < 0.0 { p[1] = 0.0; v[1] = 0.0; }
        }
        self.frame.time_s += self.frame_dt_s();
        self.totals.steps += 1;
        self.snapshot(frame);
        Ok(())
    }
}
