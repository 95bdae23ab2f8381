//! Who looks at a run from the terminal.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use weir_surrogate::checkpoints;
use weir_surrogate::train::{Step, Tracker};
use weir_training::{Onlooker, Run};

use super::machine::Watch;
use super::progress::Progress;
use super::sample;
use crate::beside::{Beside, Outcome};
use crate::interrupt::Interrupt;
use crate::output;

/// A bar, Ctrl-C, and scenes that are sampled.
pub struct Terminal {
    progress: Progress,
    interrupt: Interrupt,
    begun: Instant,
    /// When it stops by itself.
    after: Option<Duration>,
    samples: Vec<Beside>,
    machine: Option<Watch>,
}

impl Terminal {
    /// Looks at `run`, which is to stop after so many seconds.
    ///
    /// # Errors
    /// The system does not let a handler of Ctrl-C be set.
    pub fn new(run: &Run, seconds: Option<u64>, machine: Option<Watch>) -> anyhow::Result<Self> {
        let plan = run.plan();
        let begun = Instant::now();
        let samples =
            if plan.samples > 0 { sample::samples(run.model(), run.data()) } else { Vec::new() };
        Ok(Self {
            progress: Progress::new(plan.config.steps, run.steps_done(), plan.config.batch),
            interrupt: Interrupt::listen()?,
            begun,
            after: seconds.map(Duration::from_secs),
            samples,
            machine,
        })
    }

    /// Takes the bar away: the results follow.
    pub fn finish(self) {
        self.progress.finish();
    }
}

impl Onlooker for Terminal {
    fn step(&mut self, _run: &Run, step: &Step) -> ControlFlow<()> {
        if let Some(machine) = &self.machine {
            machine.at(step.step);
        }
        self.progress.note(step);
        let is_late = self.after.is_some_and(|after| self.begun.elapsed() >= after);
        if is_late || self.interrupt.asked() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Lets the network flow. What goes wrong is said, and the run goes on.
    fn sample(&mut self, run: &Run) {
        let steps = run.steps_done();
        let name = checkpoints::folder_name(steps);
        let folder = run.plan().folder.join("rollouts").join(&name);
        for sample in &self.samples {
            match sample.roll_out(run.model(), sample::LOOKS, &folder, &mut sample::to_its_end) {
                Ok(sampled) => {
                    let notes = run.notes();
                    sampled.iter().for_each(|one| note(notes, &sample.name, one, steps));
                }
                Err(error) => output::notice(&format!("{} is not sampled: {error:#}", sample.name)),
            }
        }
    }
}

/// The network has flowed in a scene after so many steps.
fn note(tracker: &dyn Tracker, name: &str, sampled: &Outcome, steps: u64) {
    let folder = format!("rollouts/{}", checkpoints::folder_name(steps));
    tracker.artifact(&sampled.picture, &folder);
    if let Some(film) = &sampled.film {
        tracker.artifact(film, &folder);
    }
    tracker.picture(&format!("rollout/{name}"), steps, &sampled.picture);
    let metric = |key: &str, value: f64| {
        tracker.metric(&format!("rollout/{name}/{key}"), value, steps);
    };
    metric("centre_off_m", sampled.centre_off_m);
    metric("lasted_s", sampled.lasted_s);
    metric("line_crossings", sampled.line_crossings as f64);
}
