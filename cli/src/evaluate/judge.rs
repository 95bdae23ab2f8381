//! One scene, all contenders.

use std::collections::BTreeMap;

use serde::Serialize;
use weir_scene::{Frame, Scene};
use weir_surrogate::evaluate::endurance::{BlowUp, Endurance};
use weir_surrogate::evaluate::follow::Follow;
use weir_surrogate::evaluate::{MARKS, Run, Scores, Truth};

use super::contender::{Contender, Engine};
use super::task::{Source, Task};

/// Frames of the reference from which runs begin that begin in motion.
const WARM_STARTS: [usize; 3] = [30, 60, 90];
/// Frame that pictures show, unless a run is shorter.
const STILL: usize = 60;

/// What came out of one scene.
#[derive(Debug)]
pub struct Outcome {
    /// Name of the scene.
    pub label: String,
    /// Slices that it belongs to.
    pub slices: Vec<String>,
    /// Whether it counts by itself.
    pub stress: bool,
    /// What stood in the rectangle.
    pub scene: Scene,
    /// Most particles at a time, in the reference.
    pub particles: usize,
    /// Where the reference came from.
    pub source: Source,
    /// Kinetic energy of the reference, joules per metre of depth, over seconds.
    pub kinetic_j: Vec<[f64; 2]>,
    /// Numbers by contender.
    pub scores: BTreeMap<String, Scores>,
    /// Long runs by network.
    pub long: BTreeMap<String, Long>,
    /// Contenders that could not be judged, and why.
    pub failures: Vec<(String, String)>,
    /// A frame of the reference and the same of the first network.
    pub stills: Option<[Frame; 2]>,
    /// Which frame that is.
    pub still_at: usize,
}

/// A long run.
#[derive(Clone, Debug, Serialize)]
pub struct Long {
    /// Frames that were made.
    pub frames: usize,
    /// How it ended before its time.
    pub blow_up: Option<BlowUp>,
    /// Most energy, as a share of what had come in.
    pub most_energy: f64,
}

/// Why a scene has no outcome.
#[derive(Debug)]
pub enum Ended {
    /// The user asked.
    Stopped,
    /// There is no reference.
    Failed(String),
}

/// Judges all contenders on one scene. `tick` hears of each frame and says whether to go on.
///
/// # Errors
/// There is no reference, or `tick` said to stop.
pub fn judge(
    task: &Task<'_>,
    contenders: &[Contender],
    long: usize,
    tick: &dyn Fn() -> bool,
) -> Result<Outcome, Ended> {
    let go_on = || if tick() { Ok(()) } else { Err(String::new()) };
    let ended = |why: String| if why.is_empty() { Ended::Stopped } else { Ended::Failed(why) };
    let (frames, source) = task.reference(go_on).map_err(ended)?;
    let truth = Truth::new(&task.scene, frames);
    let mut outcome = Outcome {
        label: task.label.clone(),
        slices: task.slices.clone(),
        stress: task.stress,
        scene: task.scene.clone(),
        particles: truth.frames.iter().map(|f| f.ids.len()).max().unwrap_or(0),
        source,
        kinetic_j: truth.kinetic_j(),
        scores: BTreeMap::new(),
        long: BTreeMap::new(),
        failures: Vec::new(),
        stills: None,
        still_at: STILL.min(task.frames),
    };
    for contender in contenders {
        let still = contender.is_network() && outcome.stills.is_none();
        match one(task, &truth, contender, long, tick) {
            Ok(Judged { scores, long, still: frame }) => {
                let truth = truth.frames.get(outcome.still_at);
                if let (true, Some(frame), Some(truth)) = (still, frame, truth) {
                    outcome.stills = Some([truth.clone(), frame]);
                }
                outcome.scores.insert(contender.name.clone(), scores);
                if let Some(long) = long {
                    outcome.long.insert(contender.name.clone(), long);
                }
            }
            Err(Ended::Failed(why)) => outcome.failures.push((contender.name.clone(), why)),
            Err(Ended::Stopped) => return Err(Ended::Stopped),
        }
    }
    Ok(outcome)
}

struct Judged {
    scores: Scores,
    long: Option<Long>,
    still: Option<Frame>,
}

fn one(
    task: &Task<'_>,
    truth: &Truth,
    contender: &Contender,
    long: usize,
    tick: &dyn Fn() -> bool,
) -> Result<Judged, Ended> {
    let failed = |why: String| Ended::Failed(why);
    let mut run = Run::new(truth, contender.cell_m(&task.scene));
    let engine = Engine::new(contender, &task.scene).map_err(|e| failed(e.to_string()))?;
    let Some(mut engine) = engine else {
        for (index, frame) in truth.frames.iter().enumerate().take(contender.frames + 1) {
            redraw(task, index, &mut run);
            run.see(index, frame);
        }
        return Ok(Judged { scores: run.finish(0), long: None, still: None });
    };
    let is_long = contender.is_network() && !task.stress && long > 0;
    let last = contender.frames.min(task.frames);
    let until = if is_long { last.max(long) } else { last };
    let mut endurance = Endurance::new(&task.scene, 0.5 * contender.cell_m(&task.scene));
    let mut frame = Frame::default();
    engine.snapshot(&mut frame);
    run.see(0, &frame);
    endurance.see(&frame);
    let mut still = None;
    let stride = contender.stride();
    for index in (stride..=until).step_by(stride) {
        for (_, edit) in task.edits.iter().filter(|(at, _)| (index - stride..index).contains(at)) {
            engine.apply(edit).map_err(failed)?;
        }
        if let Err(error) = engine.advance(&mut frame) {
            if !is_long {
                return Err(failed(error.to_string()));
            }
            // A network that cannot go on has blown up, which is a result.
            endurance.fail(error.to_string());
            break;
        }
        redraw(task, index, &mut run);
        run.see(index, &frame);
        if is_long {
            endurance.see(&frame);
        }
        if index == STILL.min(task.frames) && contender.is_network() {
            still = Some(frame.clone());
        }
        if !tick() {
            return Err(Ended::Stopped);
        }
    }
    let mut scores = run.finish(engine.crossings());
    // Particles of another size are no water to a network.
    let sized = (contender.cell_m(&task.scene) - task.scene.domain.cell_m).abs() < 1e-9;
    if contender.resumes() && sized && task.edits.is_empty() {
        warm(task, truth, contender, &mut scores, tick)?;
    }
    let long = is_long.then(|| Long {
        frames: endurance.frames().saturating_sub(1),
        blow_up: endurance.blow_up().cloned(),
        most_energy: endurance.most_energy(),
    });
    if let Some(long) = &long {
        let blown = if long.blow_up.is_some() { 1.0 } else { 0.0 };
        scores.values.insert("blow_up".to_owned(), blown);
    }
    Ok(Judged { scores, long, still })
}

/// Tells the run of lines that have changed since its last frame.
fn redraw(task: &Task<'_>, index: usize, run: &mut Run<'_>) {
    // A network may heed an edit one call late, and water steps aside for a while.
    let lately = |at: &usize| index > *at && index - at <= 4;
    if task.edits.iter().any(|(at, _)| lately(at)) {
        run.redraw(&task.strokes(index));
    }
}

/// Mean squared distances of runs that begin from states of the reference.
fn warm(
    task: &Task<'_>,
    truth: &Truth,
    contender: &Contender,
    scores: &mut Scores,
    tick: &dyn Fn() -> bool,
) -> Result<(), Ended> {
    let marks = &MARKS[..3];
    let mut sums: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
    for start in WARM_STARTS {
        let reached = marks.iter().copied().filter(|mark| start + mark <= truth.last());
        let Some(most) = reached.clone().max() else { continue };
        let engine = Engine::new(contender, &task.scene);
        let Ok(Some(Engine::Network(mut network))) = engine else { return Ok(()) };
        let begun = &truth.frames[start];
        network.resume(begun);
        let mut follow = Follow::new(task.scene.domain.particle_spacing_m());
        follow.see(begun, begun);
        let mut frame = Frame::default();
        for k in 1..=most {
            if weir_scene::Advance::advance(&mut *network, &mut frame).is_err() {
                break;
            }
            let truth = &truth.frames[start + k];
            follow.see(truth, &frame);
            if reached.clone().any(|mark| mark == k) {
                let offset = follow.offset(truth, &frame);
                if offset.particles > 0 {
                    let sum = sums.entry(k).or_default();
                    sum[0] += offset.squared_m2;
                    sum[1] += 1.0;
                }
            }
            if !tick() {
                return Err(Ended::Stopped);
            }
        }
    }
    for (mark, [sum, runs]) in sums {
        scores.values.insert(format!("warm_mse_{mark}"), sum / runs);
    }
    Ok(())
}
