//! One run of one scene as a file, schema version 1.

use std::path::Path;

use weir_scene::{Frame, Pose, Trajectory};

use crate::atomic::{self, write_all};
use crate::store::{Attribute, Sink, Source};
use crate::{Fault, FileError, hdf5};

/// The version of the schema that this crate writes and reads.
pub const SCHEMA_VERSION: i64 = 1;

/// The `particle_type` of water.
const WATER: i64 = 0;

/// A run as it stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTrajectory {
    /// Time between two frames, seconds.
    pub dt_s: f64,
    /// The scene, JSON; see [`weir_scene::Scene::from_json`].
    pub scene_json: String,
    /// What made the frames.
    pub producer: String,
    /// Number of frames.
    pub frames: usize,
    /// Number of particles that ever lived.
    pub particles: usize,
    /// Number of bodies.
    pub bodies: usize,
    /// `frames × particles`, metres; `NaN` where a particle does not live.
    pub positions_m: Vec<[f32; 2]>,
    /// `frames × particles`, m/s; `NaN` where a particle does not live.
    pub velocities_m_s: Vec<[f32; 2]>,
    /// What each particle is; 0 is water.
    pub particle_types: Vec<i64>,
    /// `frames × bodies`.
    pub body_poses: Vec<Pose>,
}

impl StoredTrajectory {
    /// Positions of frame `t` by id, metres.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn positions_m(&self, t: usize) -> &[[f32; 2]] {
        &self.positions_m[t * self.particles..(t + 1) * self.particles]
    }

    /// Velocities of frame `t` by id, m/s.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn velocities_m_s(&self, t: usize) -> &[[f32; 2]] {
        &self.velocities_m_s[t * self.particles..(t + 1) * self.particles]
    }

    /// Body poses of frame `t`.
    ///
    /// # Panics
    /// There is no frame `t`.
    pub fn body_poses(&self, t: usize) -> &[Pose] {
        &self.body_poses[t * self.bodies..(t + 1) * self.bodies]
    }

    /// The run as frames of living particles, to be played by
    /// [`weir_scene::Recording`].
    pub fn to_trajectory(&self) -> Trajectory {
        let mut trajectory = Trajectory::new(self.dt_s);
        trajectory.frames = (0..self.frames).map(|t| self.frame(t)).collect();
        trajectory
    }

    /// Checks that each particle has all four numbers while it lives and none
    /// before and after, and that it lives once.
    ///
    /// # Errors
    /// [`Fault::NotFinite`] at the first place where a number is missing, or
    /// [`Fault::Form`] for a particle that comes back.
    pub fn check_lives(&self) -> Result<(), Fault> {
        #[derive(Clone, Copy, PartialEq)]
        enum Life {
            Unborn,
            Alive,
            Over,
        }
        let mut lives = vec![Life::Unborn; self.particles];
        for frame in 0..self.frames {
            let states = self.positions_m(frame).iter().zip(self.velocities_m_s(frame));
            for ((particle, (p, v)), life) in states.enumerate().zip(&mut lives) {
                let lives = [p[0], p[1], v[0], v[1]].iter().any(|number| !number.is_nan());
                for (name, vector) in [("position", p), ("velocity", v)] {
                    if lives && !vector.iter().all(|number| number.is_finite()) {
                        let item = format!("dataset `{name}`");
                        return Err(Fault::NotFinite { item, frame, particle });
                    }
                }
                *life = match (*life, lives) {
                    (Life::Unborn | Life::Alive, true) => Life::Alive,
                    (Life::Unborn, false) => Life::Unborn,
                    (Life::Alive | Life::Over, false) => Life::Over,
                    (Life::Over, true) => {
                        let item = format!("frame {frame}, particle {particle}");
                        return Err(Fault::form(item, "a second life", "one"));
                    }
                };
            }
        }
        Ok(())
    }

    fn frame(&self, t: usize) -> Frame {
        let mut frame = Frame {
            time_s: t as f64 * self.dt_s,
            body_poses: self.body_poses(t).to_vec(),
            ..Frame::default()
        };
        let rows = self.positions_m(t).iter().zip(self.velocities_m_s(t));
        for (id, (&position_m, &velocity_m_s)) in (0..).zip(rows) {
            if !position_m[0].is_nan() {
                frame.ids.push(id);
                frame.positions_m.push(position_m);
                frame.velocities_m_s.push(velocity_m_s);
            }
        }
        frame
    }
}

/// Writes a run to `path`, whole or not at all. All of its particles are water.
///
/// Needs 32 bytes of memory for each particle and frame beside the run itself.
///
/// # Errors
/// The frames do not fit together, or the file cannot be written; what stood at
/// `path` is then untouched.
pub fn write(
    path: impl AsRef<Path>,
    trajectory: &Trajectory,
    scene_json: &str,
    producer: &str,
) -> Result<(), FileError> {
    let path = path.as_ref();
    let written = encode(trajectory, scene_json, producer)
        .and_then(|bytes| atomic::write(path, |out| write_all(out, &bytes)));
    written.map_err(|fault| fault.of(path))
}

/// The file of a run, in memory.
pub(crate) fn encode(
    trajectory: &Trajectory,
    scene_json: &str,
    producer: &str,
) -> Result<Vec<u8>, Fault> {
    encode_typed(trajectory, &vec![WATER; trajectory.particle_count()], scene_json, producer)
}

/// As [`encode`], with what each particle is.
pub(crate) fn encode_typed(
    trajectory: &Trajectory,
    types: &[i64],
    scene_json: &str,
    producer: &str,
) -> Result<Vec<u8>, Fault> {
    check_frames(trajectory)?;
    let mut bytes = Vec::new();
    assemble(hdf5::Builder::new(), trajectory, types, scene_json, producer).finish(&mut bytes)?;
    Ok(bytes)
}

/// Reads a run.
///
/// Needs the memory of the file twice while it reads, and once afterwards.
///
/// # Errors
/// The file is missing, foreign, cut off or damaged, or an item of it has
/// another shape or type than the schema says; the error names both.
pub fn read(path: impl AsRef<Path>) -> Result<StoredTrajectory, FileError> {
    let path = path.as_ref();
    hdf5::Reader::open(path).and_then(|file| disassemble(&file)).map_err(|fault| fault.of(path))
}

/// A run from the bytes of its file.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<StoredTrajectory, Fault> {
    disassemble(&hdf5::Reader::of(bytes)?)
}

fn check_frames(trajectory: &Trajectory) -> Result<(), Fault> {
    if !(trajectory.dt_s.is_finite() && trajectory.dt_s > 0.0) {
        return Err(Fault::form("`dt_s`".to_owned(), trajectory.dt_s, "a number above 0"));
    }
    let bodies = trajectory.frames.first().map_or(0, |frame| frame.body_poses.len());
    for (t, frame) in trajectory.frames.iter().enumerate() {
        let lengths = [frame.positions_m.len(), frame.velocities_m_s.len()];
        if lengths != [frame.ids.len(); 2] {
            let got = format!("{} positions and {} velocities", lengths[0], lengths[1]);
            return Err(Fault::form(format!("frame {t}"), got, frame.ids.len()));
        }
        if frame.body_poses.len() != bodies {
            let got = format!("{} bodies", frame.body_poses.len());
            return Err(Fault::form(format!("frame {t}"), got, bodies));
        }
    }
    Ok(())
}

fn assemble<S: Sink>(
    mut file: S,
    trajectory: &Trajectory,
    types: &[i64],
    scene_json: &str,
    producer: &str,
) -> S {
    let by_id = trajectory.by_id();
    let (frames, particles) = (trajectory.frames.len(), by_id.particle_count());
    let bodies = trajectory.frames.first().map_or(0, |frame| frame.body_poses.len());
    file.attribute("schema_version", Attribute::Whole(SCHEMA_VERSION));
    file.attribute("dt_s", Attribute::Real(trajectory.dt_s));
    file.attribute("scene", Attribute::Text(scene_json));
    file.attribute("producer", Attribute::Text(producer));
    let shape = [frames, particles, 2];
    file.floats("position", &shape, (0..frames).flat_map(|t| by_id.positions_m(t)).flatten());
    file.floats("velocity", &shape, (0..frames).flat_map(|t| by_id.velocities_m_s(t)).flatten());
    file.integers("particle_type", &[particles], types.iter().copied());
    let poses = trajectory.frames.iter().flat_map(|frame| &frame.body_poses);
    let numbers = poses.flat_map(|pose| [pose.position_m[0], pose.position_m[1], pose.angle_rad]);
    file.floats("body_pose", &[frames, bodies, 3], numbers);
    file
}

fn disassemble(file: &impl Source) -> Result<StoredTrajectory, Fault> {
    let version = file.whole("schema_version")?;
    if version != SCHEMA_VERSION {
        let item = "attribute `schema_version`".to_owned();
        return Err(Fault::Version { item, got: version, takes: SCHEMA_VERSION });
    }
    let dt_s = file.real("dt_s")?;
    if !(dt_s.is_finite() && dt_s > 0.0) {
        return Err(Fault::form("attribute `dt_s`".to_owned(), dt_s, "a number above 0"));
    }
    let (scene_json, producer) = (file.text("scene")?, file.text("producer")?);

    let ([frames, particles, _], positions_m) = points(file, "position", None)?;
    let shape = [frames, particles, 2];
    let (_, velocities_m_s) = points(file, "velocity", Some(shape))?;
    let (types_shape, particle_types) = file.integers::<1>("particle_type")?;
    expect_shape("particle_type", &types_shape, &[particles])?;
    let ([pose_frames, bodies, numbers], poses) = file.floats::<3>("body_pose")?;
    expect_shape("body_pose", &[pose_frames, bodies, numbers], &[frames, bodies, 3])?;
    let body_poses = poses
        .as_chunks::<3>()
        .0
        .iter()
        .map(|&[x, y, angle_rad]| Pose { position_m: [x, y], angle_rad })
        .collect();
    Ok(StoredTrajectory {
        dt_s,
        scene_json,
        producer,
        frames,
        particles,
        bodies,
        positions_m,
        velocities_m_s,
        particle_types,
        body_poses,
    })
}

/// An array of points, of a given shape or else of any `frames × particles × 2`.
fn points(
    file: &impl Source,
    name: &str,
    expected: Option<[usize; 3]>,
) -> Result<([usize; 3], Vec<[f32; 2]>), Fault> {
    let (shape, values) = file.floats::<3>(name)?;
    expect_shape(name, &shape, &expected.unwrap_or([shape[0], shape[1], 2]))?;
    Ok((shape, values.as_chunks::<2>().0.to_vec()))
}

fn expect_shape(name: &str, got: &[usize], takes: &[usize]) -> Result<(), Fault> {
    if got == takes {
        return Ok(());
    }
    let [got, takes] = [got, takes].map(|shape| format!("shape {shape:?}"));
    Err(Fault::form(format!("dataset `{name}`"), got, takes))
}
