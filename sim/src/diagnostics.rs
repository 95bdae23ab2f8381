//! What a step reports about itself.

use std::time::Duration;

/// Seconds that each stage of a step took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StageTimes {
    /// Emitters, drains and the sort by cell.
    pub sort: Duration,
    /// Cut-cell topology.
    pub topology: Duration,
    /// Particles to grid.
    pub particle_to_grid: Duration,
    /// Gravity and viscosity.
    pub forces: Duration,
    /// The solves for pressure and density.
    pub pressure: Duration,
    /// rapier2d: contacts and joints.
    pub bodies: Duration,
    /// Velocity extrapolation.
    pub extrapolate: Duration,
    /// Grid to particles, and moving them.
    pub grid_to_particle: Duration,
    /// Density, the surface and the pressure matrix, beside particles to grid.
    pub density: Duration,
    /// The sums for the diagnostics.
    pub measure: Duration,
}

/// What one step did and what it left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// Time at the end of the step, seconds.
    pub time_s: f64,
    /// Length of the step, seconds.
    pub dt_s: f64,
    /// How long gravity acted in the step, seconds: from the middle of the step
    /// before to the middle of this one, which is when velocities hold (leapfrog).
    pub kick_s: f64,
    /// Particles alive.
    pub particles: usize,
    /// Fastest particle, m/s.
    pub max_speed_m_s: f64,
    /// Largest |∇·u|·dt over fluid cells after projection, dimensionless.
    pub max_divergence_dt: f64,
    /// Cells that are full: wet, with nothing but water two cells around.
    pub full_cells: usize,
    /// Mean of ρ/ρ₀ − 1 over full cells: positive when the water is compressed.
    pub density_signed_err: f64,
    /// Its absolute value.
    pub density_mean_err: f64,
    /// Mean of |ρ/ρ₀ − 1| over full cells: how unevenly particles lie.
    pub density_spread: f64,
    /// 99th percentile of |ρ/ρ₀ − 1| over full cells.
    pub density_p99_err: f64,
    /// Relative change since the first step of the area that the water covers, per
    /// particle; with emitters, its deviation from what a particle stands for.
    pub volume_drift: f64,
    /// Kinetic energy of the water, joules per metre of depth.
    pub kinetic_j: f64,
    /// Potential energy of the water above the origin, joules per metre of depth.
    pub potential_j: f64,
    /// Momentum of the water, kg·m/s per metre of depth.
    pub water_momentum_kg_m_s: [f64; 2],
    /// Momentum of the bodies, kg·m/s per metre of depth.
    pub body_momentum_kg_m_s: [f64; 2],
    /// Moves in this step that crossed a line. Zero, or there is a bug.
    pub line_crossings: u64,
    /// Particles that ended this step more than a hundredth of a cell inside a body.
    pub body_penetrations: u64,
    /// Iterations of the pressure solve.
    pub pressure_iterations: usize,
    /// Iterations of the density solve.
    pub density_iterations: usize,
    /// Time spent.
    pub stages: StageTimes,
}

/// Sums and extremes since the scene began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Steps taken.
    pub steps: u64,
    /// Moves that crossed a line.
    pub line_crossings: u64,
    /// Particle-steps that ended more than a hundredth of a cell inside a body.
    pub body_penetrations: u64,
    /// Largest |∇·u|·dt of any step.
    pub max_divergence_dt: f64,
    /// |mean of ρ/ρ₀ − 1| over the full cells of all steps.
    pub density_mean_err: f64,
    /// Mean of |ρ/ρ₀ − 1| over the full cells of all steps.
    pub density_spread: f64,
    /// 99th percentile of |ρ/ρ₀ − 1|, averaged over steps by full cells.
    pub density_p99_err: f64,
    /// Largest over steps of the error of the mean density.
    pub density_mean_err_max: f64,
    /// Wall time of all stages. Stages that overlap count twice.
    pub stages: StageTimes,
    full_cells: f64,
    density_sum: f64,
}

impl Totals {
    /// Takes in one more step.
    pub(crate) fn add(&mut self, step: &Diagnostics) {
        self.steps += 1;
        self.line_crossings += step.line_crossings;
        self.body_penetrations += step.body_penetrations;
        self.max_divergence_dt = self.max_divergence_dt.max(step.max_divergence_dt);
        if step.full_cells > 0 {
            let cells = step.full_cells as f64;
            self.full_cells += cells;
            let share = cells / self.full_cells;
            self.density_sum += cells * step.density_signed_err;
            self.density_mean_err = (self.density_sum / self.full_cells).abs();
            self.density_spread += (step.density_spread - self.density_spread) * share;
            self.density_p99_err += (step.density_p99_err - self.density_p99_err) * share;
        }
        self.density_mean_err_max = self.density_mean_err_max.max(step.density_mean_err);
        self.stages += step.stages;
    }
}

impl std::ops::AddAssign for StageTimes {
    fn add_assign(&mut self, other: Self) {
        self.sort += other.sort;
        self.topology += other.topology;
        self.particle_to_grid += other.particle_to_grid;
        self.forces += other.forces;
        self.pressure += other.pressure;
        self.bodies += other.bodies;
        self.extrapolate += other.extrapolate;
        self.grid_to_particle += other.grid_to_particle;
        self.density += other.density;
        self.measure += other.measure;
    }
}
