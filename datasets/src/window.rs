//! A few frames of a run, read without the rest.
//!
//! Arrays lie in one piece and frame after frame, so frames `a..b` are one
//! stretch of the file: two reads fetch their positions and velocities. That is
//! why files are neither compressed nor chunked.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use weir_scene::Pose;

use crate::Fault;
use crate::hdf5::{Extent, Headers};

/// Consecutive frames of a scene; rows follow persistent particle ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// Index of the first frame in its scene.
    pub first_frame: usize,
    /// Number of frames.
    pub frames: usize,
    /// Number of particles that ever live in the scene.
    pub particles: usize,
    /// Number of bodies.
    pub bodies: usize,
    /// `frames × particles`, metres; `NaN` where a particle does not live.
    pub positions_m: Vec<[f32; 2]>,
    /// `frames × particles`, m/s; `NaN` where a particle does not live.
    pub velocities_m_s: Vec<[f32; 2]>,
    /// `frames × bodies`.
    pub body_poses: Vec<Pose>,
}

impl Window {
    /// Positions of the window's frame `t`, metres.
    ///
    /// # Panics
    /// The window has no frame `t`.
    pub fn positions_m(&self, t: usize) -> &[[f32; 2]] {
        &self.positions_m[t * self.particles..(t + 1) * self.particles]
    }

    /// Velocities of the window's frame `t`, m/s.
    ///
    /// # Panics
    /// The window has no frame `t`.
    pub fn velocities_m_s(&self, t: usize) -> &[[f32; 2]] {
        &self.velocities_m_s[t * self.particles..(t + 1) * self.particles]
    }

    /// Poses of the window's frame `t`.
    ///
    /// # Panics
    /// The window has no frame `t`.
    pub fn body_poses(&self, t: usize) -> &[Pose] {
        &self.body_poses[t * self.bodies..(t + 1) * self.bodies]
    }

    /// A number that is missing where a particle lives: it lives where any of
    /// its four numbers is one.
    fn check(&self) -> Result<(), Fault> {
        let states = self.positions_m.iter().zip(&self.velocities_m_s);
        for (row, (position, velocity)) in states.enumerate() {
            let (p, v) = (finite(*position), finite(*velocity));
            let dead = || position.iter().chain(velocity).all(|number| number.is_nan());
            if !(p && v || !p && !v && dead()) {
                let name = if p { "velocity" } else { "position" };
                return Err(Fault::NotFinite {
                    item: format!("dataset `{name}`"),
                    frame: self.first_frame + row / self.particles,
                    particle: row % self.particles,
                });
            }
        }
        Ok(())
    }
}

fn finite(vector: [f32; 2]) -> bool {
    vector.iter().all(|number| number.is_finite())
}

/// Where a run's arrays are in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    position: Extent<3>,
    velocity: Extent<3>,
    body_pose: Extent<3>,
}

impl Places {
    /// Finds them, and checks that they fit together.
    pub(crate) fn find(path: &Path) -> Result<Self, Fault> {
        let headers = Headers::open(path)?;
        let position = headers.floats::<3>("position")?;
        let [frames, particles, _] = position.shape;
        let velocity = headers.floats::<3>("velocity")?;
        let body_pose = headers.floats::<3>("body_pose")?;
        let bodies = body_pose.shape[1];
        for (name, got, takes) in [
            ("position", position.shape, [frames, particles, 2]),
            ("velocity", velocity.shape, [frames, particles, 2]),
            ("body_pose", body_pose.shape, [frames, bodies, 3]),
        ] {
            if got != takes {
                let (got, takes) = (format!("shape {got:?}"), format!("shape {takes:?}"));
                return Err(Fault::form(format!("dataset `{name}`"), got, takes));
            }
        }
        Ok(Self { position, velocity, body_pose })
    }

    /// Frames and particles.
    pub(crate) fn shape(&self) -> [usize; 2] {
        [self.position.shape[0], self.position.shape[1]]
    }

    /// Reads frames of the file at `path` into a window, whose memory is used again.
    pub(crate) fn read(
        &self,
        path: &Path,
        frames: Range<usize>,
        window: &mut Window,
    ) -> Result<(), Fault> {
        let [count, particles] = self.shape();
        if frames.start >= frames.end || frames.end > count {
            let got = format!("{}..{}", frames.start, frames.end);
            return Err(Fault::form("frames".to_owned(), got, format!("a part of 0..{count}")));
        }
        let mut file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Fault::Absent,
            _ => Fault::io("open")(error),
        })?;
        window.first_frame = frames.start;
        window.frames = frames.len();
        window.particles = particles;
        window.bodies = self.body_pose.shape[1];
        let mut bytes = Vec::new();
        rows(&mut file, &self.position, &frames, &mut bytes, &mut window.positions_m)?;
        rows(&mut file, &self.velocity, &frames, &mut bytes, &mut window.velocities_m_s)?;
        let mut poses: Vec<[f32; 3]> = Vec::new();
        rows(&mut file, &self.body_pose, &frames, &mut bytes, &mut poses)?;
        window.body_poses.clear();
        let pose = |[x, y, angle_rad]: [f32; 3]| Pose { position_m: [x, y], angle_rad };
        window.body_poses.extend(poses.into_iter().map(pose));
        window.check()
    }
}

/// Reads the rows of some frames: `WIDTH` numbers each.
fn rows<const WIDTH: usize>(
    file: &mut File,
    array: &Extent<3>,
    frames: &Range<usize>,
    bytes: &mut Vec<u8>,
    values: &mut Vec<[f32; WIDTH]>,
) -> Result<(), Fault> {
    let frame_bytes = 4 * WIDTH * array.shape[1];
    bytes.resize(frames.len() * frame_bytes, 0);
    let start = array.offset + (frames.start * frame_bytes) as u64;
    file.seek(SeekFrom::Start(start)).map_err(Fault::io("read"))?;
    file.read_exact(bytes).map_err(|error| match error.kind() {
        // The file has become shorter since its headers were read.
        ErrorKind::UnexpectedEof => {
            let got = file.metadata().map_or(0, |file| file.len());
            Fault::Size { got, takes: start + bytes.len() as u64 }
        }
        _ => Fault::io("read")(error),
    })?;
    values.clear();
    let numbers = bytes.as_chunks::<4>().0.as_chunks::<WIDTH>().0;
    values.extend(numbers.iter().map(|row| row.map(f32::from_le_bytes)));
    Ok(())
}
