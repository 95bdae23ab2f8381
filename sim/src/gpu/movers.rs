//! Solids that move, between the processor that moves them and the card that moves the water.
//!
//! rapier2d knows where solids are and what holds them; the card finds the pressure on them. In
//! each step the processor writes how outlines sweep the components beside them (J) and how
//! readily solids yield (K), the card solves, and the pressure is read back once: it says how
//! the solids were pushed. Where they went is written before the particles go.

use std::collections::BTreeMap;

use crate::cpu::body_flux::{self, BodyFlux, Patch};
use crate::particles::VOLUME;
use crate::solid::{Mobility, Mover};
use crate::solver::host::{Host, Step};
use weir_gpu::NONE;

/// Words of a mover's record.
const MOVER: usize = 20;

/// What couples the solids of a scene to its water in one step.
#[derive(Debug, Default)]
pub struct Coupling {
    flux: Vec<BodyFlux>,
    patches: Vec<Patch>,
    leverage: Vec<BodyFlux>,
    mobility: Mobility,
    /// Velocities before pressure acts and after it has, three a mover.
    falling: Vec<f64>,
    pushed: Vec<f64>,
    /// Impulse by the leverage in the last step, three a mover.
    lever_impulse: Vec<f64>,
    /// What each body of water, by its first component, gives to solids: the sum of its
    /// particles' velocities, cells/s.
    given: BTreeMap<u32, [f64; 2]>,
}

impl Coupling {
    /// Finds how the solids fall in a step, and what water they border.
    pub fn begin(&mut self, host: &Host, step: Step) {
        let Host { topology, obstacles, movers, world, .. } = host;
        self.patches = body_flux::find(topology, obstacles, movers, &mut self.flux);
        (self.mobility, self.falling) = world.let_fall(movers, step.kick_s);
        if self.lever_impulse.len() == self.falling.len() {
            let mut lever = vec![0.0; self.falling.len()];
            self.mobility.apply(&self.lever_impulse, &mut lever);
            self.falling.iter_mut().zip(lever).for_each(|(v, push)| *v += push);
        }
        self.pushed.clone_from(&self.falling);
        self.given.clear();
    }

    /// Rounds of loops that a thread makes over solids in an iteration of a solve, at the most:
    /// over what borders one of them, over how they yield to each other, and over what each of
    /// its components borders.
    pub fn rounds(&self) -> usize {
        let motions = self.falling.len();
        let mut bordered = vec![0; motions / 3];
        self.flux.iter().for_each(|entry| bordered[entry.mover as usize] += 1);
        let most = bordered.into_iter().max().unwrap_or(0);
        most + motions + (2 + motions / 3) * self.flux.len().div_ceil(256)
    }

    /// Lets the pressure of each component push the solids, and rapier2d move them. `pools` is
    /// the first component of the body of water that each is of.
    pub fn push(
        &mut self,
        host: &mut Host,
        step: Step,
        pressure: &[f32],
        fluid: &[bool],
        pools: &[u32],
    ) {
        let Host { topology, movers, world, .. } = host;
        body_flux::find_leverage(topology, fluid, &self.patches, &mut self.leverage);
        let impulse = body_flux::impulses(&self.flux, pressure, movers.len());
        self.lever_impulse = body_flux::impulses(&self.leverage, pressure, movers.len());
        for entry in self.flux.iter().chain(&self.leverage) {
            let component = entry.component as usize;
            if fluid[component] {
                let per_particle = f64::from(pressure[component]) / f64::from(VOLUME);
                let sum = self.given.entry(pools[component]).or_default();
                (0..2).for_each(|k| sum[k] += entry.flux[k] * per_particle);
            }
        }
        self.mobility.apply(&impulse, &mut self.pushed);
        self.pushed.iter_mut().zip(&self.falling).for_each(|(v, falling)| *v += falling);
        world.step(step.dt_s, &self.pushed, movers);
        host.lines_changed |= host.world.any_line_moving() || host.world.just_stopped();
    }

    /// Appends the tables of `movers.wgsl` to `words`; returns where they begin.
    pub fn write(&self, movers: &[Mover], words: &mut Vec<u32>) -> u32 {
        if movers.is_empty() {
            return NONE;
        }
        let head = words.len();
        words.resize(head + 9, 0);
        words[head] = movers.len() as u32;
        words[head + 1] = write_movers(movers, words);
        words[head + 2] = words.len() as u32;
        words.extend(self.mobility.elements().iter().map(|&k| bits(k)));
        let contacts = self.contacts();
        words[head + 3] = self.write_contacts(&contacts, words);
        words[head + 4] = contacts.len() as u32;
        words[head + 5] = u32::from(!self.mobility.is_rigid());
        words[head + 6] = write_by_mover(&contacts, movers.len(), words);
        words[head + 7] = words.len() as u32;
        words[head + 8] = self.given.len() as u32;
        for (pool, [x, y]) in &self.given {
            words.extend([*pool, bits(*x), bits(*y)]);
        }
        head as u32
    }

    /// Entries of J by component and mover.
    fn contacts(&self) -> BTreeMap<u32, BTreeMap<u32, [f64; 3]>> {
        let mut contacts: BTreeMap<u32, BTreeMap<u32, [f64; 3]>> = BTreeMap::new();
        for BodyFlux { component, mover, flux } in &self.flux {
            let sum = contacts.entry(*component).or_default().entry(*mover).or_default();
            (0..3).for_each(|k| sum[k] += flux[k]);
        }
        contacts
    }

    fn write_contacts(
        &self,
        contacts: &BTreeMap<u32, BTreeMap<u32, [f64; 3]>>,
        words: &mut Vec<u32>,
    ) -> u32 {
        let first = words.len();
        words.resize(first + 5 * contacts.len(), 0);
        for (number, (component, entries)) in contacts.iter().enumerate() {
            let at = words.len();
            let swept = [&self.falling, &self.pushed].map(|velocity| {
                let of = |(mover, flux): (&u32, &[f64; 3])| -> f64 {
                    (0..3).map(|k| flux[k] * velocity[3 * *mover as usize + k]).sum()
                };
                bits(entries.iter().map(of).sum())
            });
            for (mover, flux) in entries {
                words.push(*mover);
                words.extend(flux.map(bits));
            }
            let own = [*component, at as u32, entries.len() as u32, swept[0], swept[1]];
            words[first + 5 * number..][..5].copy_from_slice(&own);
        }
        first as u32
    }
}

fn bits(x: f64) -> u32 {
    (x as f32).to_bits()
}

fn write_movers(movers: &[Mover], words: &mut Vec<u32>) -> u32 {
    let first = words.len();
    words.resize(first + MOVER * movers.len(), 0);
    for (number, mover) in movers.iter().enumerate() {
        let outline = words.len();
        for segment in &mover.outline {
            words.extend([segment.a, segment.b].concat().into_iter().map(bits));
        }
        let polygons: Vec<[u32; 2]> = mover
            .insides
            .iter()
            .map(|inside| {
                let at = words.len() as u32;
                let sides = inside.segments().map(|side| [side.a, side.b].concat());
                let mut count = 0;
                for side in sides {
                    words.extend(side.into_iter().map(bits));
                    count += 1;
                }
                [at, count]
            })
            .collect();
        let insides = words.len();
        words.extend(polygons.concat());
        let numbers = [mover.before.numbers(), mover.after.numbers()].concat();
        let numbers = numbers.into_iter().chain(mover.centre).chain(mover.velocity);
        let own: Vec<u32> = numbers
            .chain([mover.radius])
            .map(bits)
            .chain([outline as u32, mover.outline.len() as u32])
            .chain([insides as u32, polygons.len() as u32, u32::from(mover.yields)])
            .collect();
        words[first + MOVER * number..][..own.len()].copy_from_slice(&own);
    }
    first as u32
}

/// The entries by mover: each with its component.
fn write_by_mover(
    contacts: &BTreeMap<u32, BTreeMap<u32, [f64; 3]>>,
    movers: usize,
    words: &mut Vec<u32>,
) -> u32 {
    let first = words.len();
    words.resize(first + 2 * movers, 0);
    for mover in 0..movers {
        let at = words.len();
        let mut count = 0;
        for (component, entries) in contacts {
            if let Some(flux) = entries.get(&(mover as u32)) {
                words.push(*component);
                words.extend(flux.map(bits));
                count += 1;
            }
        }
        words[first + 2 * mover..][..2].copy_from_slice(&[at as u32, count]);
    }
    first as u32
}
