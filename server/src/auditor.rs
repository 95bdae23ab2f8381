//! Who looks whether the network still does what the solver does: some runs are solved again.
//!
//! It happens beside the water and after it, on a thread of its own that comes last. What waits
//! is bounded; what does not fit is let go, and counted.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rayon::ThreadPoolBuilder;
use weir_scene::{Advance, Frame, Scene};
use weir_surrogate::Surrogate;
use weir_surrogate::evaluate::floor::ballistic;

use crate::cast::Cast;
use crate::conduct::Conduct;
use crate::config::AuditConfig;
use crate::engine::Role;
use crate::lot::{Lot, Share};
use crate::priority::after_the_water;

/// Frames that a run is compared after: a second.
pub const FRAMES: usize = 60;
/// Where free fall is closer to the solver than this many spacings of particles, there is
/// nothing to be learned, and so nothing to compare.
const NOTHING: f64 = 0.5;

/// A run as far as it is compared.
#[derive(Debug)]
pub struct Audit {
    /// What it began as, with its lines.
    pub scene: Scene,
    /// How its water lay after [`FRAMES`].
    pub frame: Frame,
    /// What its network is here for.
    pub role: Role,
}

/// Takes runs to the auditor's thread.
#[derive(Clone)]
pub struct Auditor {
    share: Share,
    queue: SyncSender<Audit>,
    conduct: Conduct,
}

impl Debug for Auditor {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auditor").field("share", &self.share).finish_non_exhaustive()
    }
}

impl Auditor {
    /// Starts the thread. It ends with the last `Auditor`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(cast: Cast, config: &AuditConfig, conduct: Conduct) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(config.queue.get());
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(|_| "auditor".to_owned())
            .start_handler(|_| after_the_water())
            .build()
            .map_err(std::io::Error::other)?;
        let (counts, is_shadowed) = (conduct.clone(), config.shadow);
        let work = move || pool.install(move || audit_all(waiting, &cast, is_shadowed, &counts));
        std::thread::Builder::new().name("audits".to_owned()).spawn(work)?;
        Ok(Self { share: config.share, queue, conduct })
    }

    /// Whether a run that drew this lot is audited.
    pub fn wants(&self, lot: Lot) -> bool {
        lot.is_in(self.share, "audit")
    }

    /// Takes a run, if there is room.
    pub fn take(&self, audit: Audit) {
        match self.queue.try_send(audit) {
            Ok(()) => (),
            Err(TrySendError::Full(_)) => self.conduct.audit_dropped(),
            Err(TrySendError::Disconnected(_)) => tracing::warn!("the auditor has ended"),
        }
    }
}

fn audit_all(waiting: Receiver<Audit>, cast: &Cast, is_shadowed: bool, conduct: &Conduct) {
    for audit in waiting {
        match Findings::of(&audit, cast, is_shadowed) {
            Ok(findings) => {
                conduct.audit();
                for (role, error) in findings.map(|findings| findings.0).unwrap_or_default() {
                    conduct.error(role, error);
                }
            }
            Err(why) => tracing::warn!(scene = audit.scene.name, why, "a run cannot be audited"),
        }
    }
}

/// Errors by role, as shares of that of free fall.
struct Findings(Vec<(Role, f64)>);

impl Findings {
    /// `None` where free fall says all there is to say.
    fn of(audit: &Audit, cast: &Cast, is_shadowed: bool) -> Result<Option<Self>, String> {
        let Audit { scene, frame, role } = audit;
        let champion = cast.champion();
        let truth = after(&mut *(champion.reference)(scene)?)?;
        let floor = distance_m(&truth, &network(&ballistic(&champion.model), scene)?);
        if floor.is_none_or(|floor| floor < NOTHING * scene.domain.particle_spacing_m()) {
            return Ok(None);
        }
        let share = |frame: &Frame| Some(distance_m(&truth, frame)? / floor?);
        let mut found: Vec<(Role, f64)> =
            share(frame).map(|error| (*role, error)).into_iter().collect();
        let other = Some(Role::Challenger).filter(|other| is_shadowed && other != role);
        if let Some(challenger) = other.and_then(|other| cast.of(other)) {
            let shadow = network(&challenger.model, scene)?;
            found.extend(share(&shadow).map(|error| (Role::Challenger, error)));
        }
        Ok(Some(Self(found)))
    }
}

fn network(model: &weir_surrogate::Model, scene: &Scene) -> Result<Frame, String> {
    let water = Surrogate::new(model.clone(), scene);
    after(&mut water.map_err(|error| error.to_string())?)
}

/// How water lies after [`FRAMES`].
fn after<W: Advance + ?Sized>(water: &mut W) -> Result<Frame, String> {
    let mut frame = Frame::default();
    for _ in 0..FRAMES {
        water.advance(&mut frame).map_err(|error| error.to_string())?;
    }
    Ok(frame)
}

/// Root mean square distance of particles that both have; `None` where there are none.
fn distance_m(one: &Frame, other: &Frame) -> Option<f64> {
    let places: HashMap<u32, [f32; 2]> =
        one.ids.iter().copied().zip(one.positions_m.iter().copied()).collect();
    let squares = other.ids.iter().zip(&other.positions_m).filter_map(|(id, p)| {
        let q = places.get(id)?;
        Some(f64::from(p[0] - q[0]).powi(2) + f64::from(p[1] - q[1]).powi(2))
    });
    let (sum, count) = squares.fold((0.0, 0_u32), |(sum, count), s| (sum + s, count + 1));
    (count > 0).then(|| (sum / f64::from(count)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(particles: &[(u32, [f32; 2])]) -> Frame {
        Frame {
            ids: particles.iter().map(|(id, _)| *id).collect(),
            positions_m: particles.iter().map(|(_, p)| *p).collect(),
            velocities_m_s: vec![[0.0; 2]; particles.len()],
            ..Frame::default()
        }
    }

    #[test]
    fn particles_are_compared_with_themselves_wherever_they_stand_in_a_frame() {
        let one = frame(&[(0, [0.0, 0.0]), (1, [1.0, 1.0]), (2, [5.0, 5.0])]);
        let other = frame(&[(1, [1.0, 1.0]), (0, [0.3, 0.4]), (7, [9.0, 9.0])]);
        let distance = distance_m(&one, &other).expect("two that both have");
        assert!((distance - 0.5 / 2.0_f64.sqrt()).abs() < 1e-6, "{distance}");
        assert_eq!(distance_m(&one, &frame(&[(9, [0.0; 2])])), None);
    }
}
