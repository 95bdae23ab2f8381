//! What a run tells those who watch: each frame encoded once, however many they are.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use weir_scene::{Frame, Scene};
use weir_wire::{Body, Picture, Scale, Sender, speed_step};

/// Frames from one that stands alone to the next, so that who missed some does not wait long.
const CHAIN: u32 = 60;

/// A frame, as bytes for the wire.
#[derive(Debug)]
pub struct Told {
    /// Its number.
    pub number: u32,
    /// Whether it follows the frame before.
    pub follows: bool,
    /// For those who have the frame before, and for all if it does not follow it.
    pub chained: Bytes,
    picture: Picture,
    alone: OnceLock<Bytes>,
}

impl Told {
    /// A frame that another server has told, with what it shows.
    pub(crate) fn again(follows: bool, chained: Bytes, picture: Picture) -> Self {
        Self { number: picture.number, follows, chained, picture, alone: OnceLock::new() }
    }

    /// For those who have missed the frame before.
    pub fn alone(&self) -> Bytes {
        if !self.follows {
            return self.chained.clone();
        }
        self.alone.get_or_init(|| Sender::alone(&self.picture).into()).clone()
    }
}

/// Tells the frames of one stream.
#[derive(Debug)]
pub struct Teller {
    scale: Scale,
    sender: Sender,
    number: u32,
    since_first: u32,
}

impl Teller {
    /// For a scene's rectangle.
    pub fn new(scene: &Scene) -> Self {
        let scale = Scale::new([scene.domain.width_m, scene.domain.height_m]);
        Self { scale, sender: Sender::default(), number: 0, since_first: CHAIN }
    }

    /// The number of the last frame.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The next frame begins anew: it has little to do with the one before.
    pub fn cut(&mut self) {
        self.since_first = CHAIN;
    }

    /// Tells a frame.
    pub fn tell(&mut self, frame: &Frame) -> Arc<Told> {
        self.number = self.number.wrapping_add(1);
        let picture = picture(self.scale, self.number, frame);
        self.since_first += 1;
        let next =
            if self.since_first < CHAIN { self.sender.next(&picture, &frame.ids) } else { None };
        let follows = next.is_some();
        let chained = next.unwrap_or_else(|| {
            self.since_first = 0;
            self.sender.first(&picture, &frame.ids)
        });
        let (number, chained) = (self.number, chained.into());
        Arc::new(Told { number, follows, chained, picture, alone: OnceLock::new() })
    }
}

fn picture(scale: Scale, number: u32, frame: &Frame) -> Picture {
    let turn = |angle_rad: f32| {
        (angle_rad / std::f32::consts::TAU).rem_euclid(1.0).mul_add(65_536.0, 0.5) as u32 as u16
    };
    Picture {
        number,
        time_ms: (frame.time_s * 1000.0).round() as u32,
        places: frame.positions_m.iter().map(|&p| scale.place(p)).collect(),
        speeds: frame.velocities_m_s.iter().map(|v| speed_step(v[0].hypot(v[1]))).collect(),
        bodies: frame
            .body_poses
            .iter()
            .map(|pose| Body { place: scale.place(pose.position_m), angle: turn(pose.angle_rad) })
            .collect(),
    }
}
