//! The cases, one module each: the reference first, the run after it.

mod barge;
mod bodies;
mod cavity;
mod channel;
mod dam_break;
mod determinism;
mod hydrostatic;
mod leak;
mod shapes;
mod standing_wave;
mod taylor_green;
mod torricelli;

use super::Case;

/// Every case, in the order of the documentation.
pub fn cases() -> Vec<Box<dyn Case>> {
    vec![
        Box::new(dam_break::DamBreak),
        Box::new(hydrostatic::Hydrostatic),
        Box::new(standing_wave::StandingWave),
        Box::new(torricelli::Torricelli),
        Box::new(taylor_green::TaylorGreen),
        Box::new(channel::Poiseuille),
        Box::new(channel::Couette),
        Box::new(cavity::Cavity),
        Box::new(barge::Barge),
        Box::new(bodies::Bodies),
        Box::new(leak::Leak),
        Box::new(determinism::Determinism),
    ]
}
