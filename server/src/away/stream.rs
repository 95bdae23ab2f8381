//! One stream of another server's frames, made into frames as they are told here.
//!
//! Bytes that follow the frame before go on as they came, to whoever has that one. For those
//! who have not, a frame is told anew from what was understood of it.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::spawn_blocking;
use weir_wire::{Glance, Kind, Picture, Receiver, Scale, WireError, speed_step};

use crate::told::Told;

/// Longest time between two frames in which a particle's speed is what it went: as the fastest
/// run goes in a beat, and some.
const LONGEST_MS: u32 = 1_000;

/// What came of some bytes.
#[derive(Debug)]
pub enum Taken {
    /// A frame.
    Told(Arc<Told>),
    /// The frame that is there already.
    Known,
    /// One that follows a frame that has not come.
    Gap,
}

/// Understands the frames of a stream.
#[derive(Debug, Default)]
pub struct Stream {
    receiver: Receiver,
    /// Number and time of the last frame, simulated milliseconds.
    last: Option<(u32, u32)>,
}

impl Stream {
    /// The number of the last frame, 0 if there was none.
    pub fn number(&self) -> u32 {
        self.last.map_or(0, |(number, _)| number)
    }

    /// Takes a frame, in a rectangle of this scale.
    ///
    /// # Errors
    /// The bytes are none.
    pub async fn take(&mut self, bytes: Bytes, scale: Scale) -> Result<Taken, WireError> {
        let glance = Glance::of(&bytes)?;
        let mut receiver = mem::take(&mut self.receiver);
        if glance.kind == Kind::Alone {
            // Whoever has this one alone has no chain; so that nobody is sent what follows one,
            // there is none here either.
            if self.last.is_some_and(|(number, _)| number == glance.number) {
                return Ok(Taken::Known);
            }
            receiver = Receiver::default();
        }
        let passed_ms = self.last.map_or(0, |(_, before)| glance.time_ms.saturating_sub(before));
        // It takes some milliseconds, in which this thread has visitors to serve.
        let reading = spawn_blocking(move || {
            let picture = receiver.take(&bytes).map(|picture| {
                let is_next = glance.kind == Kind::Next;
                let speeds = if is_next { speeds(&receiver, passed_ms, scale) } else { None };
                let picture = Picture { speeds: speeds.unwrap_or(picture.speeds), ..picture };
                Told::again(is_next, bytes, picture)
            });
            (receiver, picture)
        });
        let (receiver, told) = reading.await.map_err(|_| WireError::Wrong("frame"))?;
        self.receiver = receiver;
        match told {
            Ok(told) => {
                self.last = Some((glance.number, glance.time_ms));
                Ok(Taken::Told(Arc::new(told)))
            }
            Err(WireError::Gap { .. }) => Ok(Taken::Gap),
            Err(error) => Err(error),
        }
    }
}

/// How fast particles go that were told by what changed: as far as they went since. New ones
/// stand still for a frame.
fn speeds(receiver: &Receiver, passed_ms: u32, scale: Scale) -> Option<Vec<u8>> {
    if !(1..=LONGEST_MS).contains(&passed_ms) {
        return None;
    }
    let m_s = scale.unit_m() / (passed_ms as f32 / 1000.0);
    let speed = |went: Option<[i16; 2]>| {
        went.map_or(0, |[x, y]| speed_step(m_s * f32::from(x).hypot(f32::from(y))))
    };
    Some(receiver.steps().map(speed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Chain;
    use crate::told::Teller;
    use weir_scene::{Frame, Scene};

    const SPEED_M_S: f32 = 0.2;

    /// Water that goes to the right, a frame of a thirtieth of a second each.
    fn told(count: usize) -> Vec<Arc<Told>> {
        let mut teller = Teller::new(&Scene::default());
        let frame = |k: usize| Frame {
            time_s: k as f64 / 30.0,
            positions_m: (0..40)
                .map(|p| [0.005 * p as f32 + SPEED_M_S * k as f32 / 30.0, 0.5])
                .collect(),
            velocities_m_s: vec![[SPEED_M_S, 0.0]; 40],
            ids: (0..40).collect(),
            ..Frame::default()
        };
        (0..count).map(|k| teller.tell(&frame(k))).collect()
    }

    fn scale() -> Scale {
        let domain = &Scene::default().domain;
        Scale::new([domain.width_m, domain.height_m])
    }

    async fn take(stream: &mut Stream, bytes: Bytes) -> Arc<Told> {
        match stream.take(bytes, scale()).await {
            Ok(Taken::Told(told)) => told,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn frames_are_told_as_they_were_and_stand_alone_for_who_has_missed_some() {
        let (mut chain, mut stream) = (Chain::default(), Stream::default());
        let mut slow = Receiver::default();
        for (k, first) in told(70).iter().enumerate() {
            let again = take(&mut stream, chain.tell(first)).await;
            assert_eq!((again.number, again.follows), (first.number, first.follows));
            assert_eq!(again.chained, first.chained, "to the bit");
            if k % 7 == 3 {
                let (here, there) = (slow.take(&again.alone()), slow.take(&first.alone()));
                let (here, there) = (here.expect("a frame"), there.expect("a frame"));
                assert_eq!((here.time_ms, &here.places), (there.time_ms, &there.places));
                let step = speed_step(SPEED_M_S);
                assert!(there.speeds.iter().all(|speed| *speed == step));
                // As far as steps of a place tell it.
                let off = |speed: &u8| speed.abs_diff(step);
                assert!(here.speeds.iter().all(|speed| off(speed) <= 1), "{:?}", here.speeds);
            }
        }
    }

    #[tokio::test]
    async fn what_is_missed_is_a_gap_until_a_frame_stands_alone() {
        let told = told(130);
        let mut stream = Stream::default();
        take(&mut stream, told[0].chained.clone()).await;
        take(&mut stream, told[1].chained.clone()).await;
        let missed = stream.take(told[3].chained.clone(), scale()).await;
        assert!(matches!(missed, Ok(Taken::Gap)), "{missed:?}");
        assert_eq!(stream.number(), told[1].number);
        let alone = take(&mut stream, told[4].alone()).await;
        assert!(!alone.follows && alone.number == told[4].number);
        let again = stream.take(told[4].alone(), scale()).await;
        assert!(matches!(again, Ok(Taken::Known)), "{again:?}");
        // Nobody who has it alone could follow.
        let next = stream.take(told[5].chained.clone(), scale()).await;
        assert!(matches!(next, Ok(Taken::Gap)), "{next:?}");
        let first = (6..).find(|&k| !told[k].follows).expect("chains begin anew");
        take(&mut stream, told[first].chained.clone()).await;
        assert!(take(&mut stream, told[first + 1].chained.clone()).await.follows);
    }

    #[tokio::test]
    async fn what_is_no_frame_is_an_error() {
        let told = told(2);
        for cut in [0, 1, 5, 12] {
            let mut stream = Stream::default();
            let taken = stream.take(told[0].chained.slice(..cut), scale()).await;
            assert!(taken.is_err(), "{cut}: {taken:?}");
        }
        let mut stream = Stream::default();
        take(&mut stream, told[0].chained.clone()).await;
        let mut next = told[1].chained.to_vec();
        next.truncate(next.len() / 2);
        let taken = stream.take(next.into(), scale()).await;
        assert!(taken.is_err(), "{taken:?}");
    }
}
