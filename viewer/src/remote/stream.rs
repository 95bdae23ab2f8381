//! Frames of a run: from bytes to water, and when each of them is shown.
//!
//! A server keeps its own time and the window another. Frames wait until the window's clock has
//! come to theirs.

use std::collections::VecDeque;
use std::sync::Arc;

use weir_scene::{Frame, Pose, Scene};
use weir_wire::{Glance, Picture, Receiver, Scale, WireError, speed_m_s};

use crate::desk::moment_of;
use crate::engine::Told;
use crate::worker::Moment;

/// Half of the shortest time between two frames, seconds: closer than that is the same moment.
pub const SAME_S: f64 = 1.0 / 120.0;
/// Most frames that wait, four seconds of them.
const WAITING: usize = 120;
/// Water that is not farther than this, seconds, may be at its beginning.
const BEGINNING_S: f64 = 0.25;

/// The frames of one run.
#[derive(Debug)]
pub struct Stream {
    scale: Scale,
    gravity_m_s2: [f64; 2],
    receiver: Receiver,
    /// Time of the last picture, milliseconds.
    last_ms: Option<u32>,
    /// Whether what comes may still be from before the water began anew.
    is_stale: bool,
    waiting: VecDeque<Waiting>,
    shown: Arc<Frame>,
    has_shown: bool,
    moments: Vec<Moment>,
}

#[derive(Debug)]
struct Waiting {
    frame: Frame,
    /// Whether it is known whereto particles go, and not only how fast.
    is_directed: bool,
}

impl Stream {
    /// Of a run of this scene.
    pub fn new(scene: &Scene) -> Self {
        Self {
            scale: Scale::new([scene.domain.width_m, scene.domain.height_m]),
            gravity_m_s2: scene.gravity_m_s2,
            receiver: Receiver::default(),
            last_ms: None,
            is_stale: false,
            waiting: VecDeque::new(),
            shown: Arc::default(),
            has_shown: false,
            moments: Vec::new(),
        }
    }

    /// The scene is another one from the next frame on.
    pub fn set_scene(&mut self, scene: &Scene) {
        self.scale = Scale::new([scene.domain.width_m, scene.domain.height_m]);
        self.gravity_m_s2 = scene.gravity_m_s2;
    }

    /// The water begins anew; what is on its way is from before.
    pub fn begin(&mut self) {
        self.is_stale = self.last_ms.is_some();
        self.waiting.clear();
        (self.shown, self.has_shown) = (Arc::default(), false);
        self.moments.clear();
    }

    /// The connection is another one; the water is not.
    pub fn reconnect(&mut self) {
        (self.receiver, self.is_stale) = (Receiver::default(), false);
    }

    /// What is shown.
    pub fn shown(&self) -> &Arc<Frame> {
        &self.shown
    }

    /// How much farther than that the water is known, seconds.
    pub fn ahead_s(&self) -> f64 {
        self.waiting.back().map_or(0.0, |last| last.frame.time_s - self.shown.time_s)
    }

    /// Whether there is water beyond a time.
    pub fn is_beyond(&self, time_s: f64) -> bool {
        self.waiting.back().is_some_and(|last| last.frame.time_s > time_s + SAME_S)
    }

    /// Numbers of the moments that were shown since this was last asked.
    pub fn take_moments(&mut self) -> Vec<Moment> {
        std::mem::take(&mut self.moments)
    }

    /// Takes a frame. What is to be acknowledged is its number, whatever comes of it: without
    /// that a server soon sends nothing any more.
    pub fn take(&mut self, bytes: &[u8]) -> (Option<u32>, Result<(), WireError>) {
        let number = Glance::of(bytes).ok().map(|glance| glance.number);
        match self.receiver.take(bytes) {
            Ok(picture) => {
                self.put(&picture);
                (number, Ok(()))
            }
            // The next frame that stands alone puts a gap right.
            Err(WireError::Gap { .. }) => (number, Ok(())),
            Err(error) => (number, Err(error)),
        }
    }

    fn put(&mut self, picture: &Picture) {
        let before_ms = self.last_ms.replace(picture.time_ms);
        let is_back = before_ms.is_some_and(|before_ms| picture.time_ms < before_ms);
        let is_early = f64::from(picture.time_ms) < 1e3 * BEGINNING_S;
        if self.is_stale && !is_back && !is_early {
            return;
        }
        self.is_stale = false;
        if is_back {
            self.waiting.clear();
        }
        let since_ms = before_ms.map_or(0, |before_ms| picture.time_ms.saturating_sub(before_ms));
        let is_directed = picture.speeds.is_empty() && since_ms > 0;
        let frame = self.frame(picture, since_ms);
        // Who looks on at what cannot wait misses some.
        if self.waiting.len() >= WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Waiting { frame, is_directed });
    }

    fn frame(&self, picture: &Picture, since_ms: u32) -> Frame {
        let count = picture.places.len();
        let mut velocities_m_s: Vec<[f32; 2]> = if picture.speeds.is_empty() {
            let per_step =
                if since_ms > 0 { 1e3 * self.scale.unit_m() / since_ms as f32 } else { 0.0 };
            let velocity = |step: Option<[i16; 2]>| {
                step.unwrap_or_default().map(|steps| per_step * f32::from(steps))
            };
            self.receiver.steps().map(velocity).collect()
        } else {
            // A frame that stands alone says how fast, and not whereto: colours need no more.
            picture.speeds.iter().map(|&step| [speed_m_s(step), 0.0]).collect()
        };
        velocities_m_s.resize(count, [0.0; 2]);
        let turn = std::f32::consts::TAU / 65_536.0;
        Frame {
            time_s: f64::from(picture.time_ms) * 1e-3,
            positions_m: picture.places.iter().map(|&place| self.scale.position_m(place)).collect(),
            velocities_m_s,
            // Which is which is not sent.
            ids: (0..count as u32).collect(),
            body_poses: picture
                .bodies
                .iter()
                .map(|body| Pose {
                    position_m: self.scale.position_m(body.place),
                    angle_rad: turn * f32::from(body.angle),
                })
                .collect(),
            fields: Vec::new(),
        }
    }

    /// Shows what the clock has come to; the first frame of a run in any case.
    pub fn show(&mut self, now_s: f64) {
        while let Some(next) = self.waiting.front() {
            if self.has_shown && next.frame.time_s > now_s + SAME_S {
                break;
            }
            let Some(Waiting { frame, is_directed }) = self.waiting.pop_front() else { break };
            let mut moment = moment_of(&frame, self.gravity_m_s2, &Told::default());
            let is_known = |name: &str| is_directed || !name.starts_with("momentum");
            moment.figures.retain(|figure| is_known(figure.name));
            self.moments.push(moment);
            (self.shown, self.has_shown) = (Arc::new(frame), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use weir_wire::Sender;

    /// A particle that goes to the right by 100 steps a frame.
    fn picture(number: u32, time_ms: u32) -> Picture {
        let places = vec![[(100 * number) as u16, 2_000]];
        Picture { number, time_ms, places, speeds: vec![5], ..Picture::default() }
    }

    fn stream() -> (Sender, Stream) {
        (Sender::default(), Stream::new(&Scene::default()))
    }

    fn take(stream: &mut Stream, bytes: &[u8]) -> u32 {
        let (number, taken) = stream.take(bytes);
        taken.expect("a frame");
        number.expect("its number")
    }

    #[test]
    fn frames_wait_for_the_clock_and_say_how_fast_water_goes() {
        let (mut sender, mut stream) = stream();
        take(&mut stream, &sender.first(&picture(1, 0), &[7]));
        stream.show(0.0);
        assert_eq!((stream.shown().time_s, stream.ahead_s()), (0.0, 0.0));
        for number in 2..=4 {
            let next = sender.next(&picture(number, (number - 1) * 50), &[7]).expect("the next");
            assert_eq!(take(&mut stream, &next), number);
        }
        assert!((stream.ahead_s() - 0.15).abs() < 1e-9);
        stream.show(0.101);
        assert_eq!((stream.shown().time_s, stream.shown().ids.len()), (0.1, 1));
        assert!(stream.is_beyond(0.101) && !stream.is_beyond(0.15));
        let [along_x, along_y] = stream.shown().velocities_m_s[0];
        let unit_m = Scale::new([1.5, 1.0]).unit_m();
        assert!((along_x - 100.0 * unit_m / 0.05).abs() < 1e-3 && along_y == 0.0, "{along_x}");
        let moments = stream.take_moments();
        let of = |k: usize, name: &str| moments[k].figures.iter().find(|f| f.name == name);
        assert_eq!(moments.len(), 3);
        assert!(of(0, "momentum along x").is_none(), "nobody knows where it went");
        assert!(of(2, "momentum along x").is_some_and(|figure| figure.value > 0.5));
        assert!(of(0, "kinetic energy").is_some_and(|figure| figure.value > 0.0));
    }

    #[test]
    fn what_was_on_its_way_before_water_began_anew_is_not_shown() {
        let (mut sender, mut stream) = stream();
        take(&mut stream, &sender.first(&picture(1, 3_000), &[7]));
        stream.show(0.0);
        assert_eq!(stream.shown().time_s, 3.0, "a run that goes on is shown as it is");
        stream.begin();
        assert!(stream.shown().ids.is_empty());
        take(&mut stream, &sender.next(&picture(2, 3_033), &[7]).expect("the next"));
        stream.show(9.0);
        assert!(stream.shown().ids.is_empty(), "it is from before");
        take(&mut stream, &Sender::alone(&picture(3, 0)));
        stream.show(0.0);
        assert_eq!((stream.shown().time_s, stream.shown().ids.len()), (0.0, 1));
        // Water that nobody has asked for may begin anew as well.
        take(&mut stream, &Sender::alone(&picture(4, 33)));
        take(&mut stream, &Sender::alone(&picture(5, 0)));
        stream.show(0.0);
        assert_eq!(stream.ahead_s(), 0.0);
    }

    #[test]
    fn a_gap_is_acknowledged_and_what_waits_is_not_without_end() {
        let (mut sender, mut stream) = stream();
        take(&mut stream, &sender.first(&picture(1, 0), &[7]));
        sender.next(&picture(2, 33), &[7]).expect("the next");
        let third = sender.next(&picture(3, 66), &[7]).expect("the next");
        assert_eq!(take(&mut stream, &third), 3);
        for number in 4..400 {
            take(&mut stream, &Sender::alone(&picture(number % 40, 33 * number)));
        }
        assert_eq!(stream.waiting.len(), WAITING);
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic(
            heads in prop::collection::vec((0_u8..3, 0_u32..9, 0_u32..99, 0_u32..5), 1..6),
            tails in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 6),
            now_s in -1.0..10.0,
        ) {
            let mut stream = Stream::new(&Scene::default());
            for ((kind, number, time_ms, count), tail) in heads.into_iter().zip(tails) {
                let mut bytes = vec![weir_wire::VERSION, kind];
                bytes.extend([number as u8, time_ms as u8, count as u8, 0]);
                bytes.extend(&tail);
                let _ = stream.take(&bytes);
                let _ = stream.take(&tail);
                stream.show(now_s);
            }
        }
    }
}
