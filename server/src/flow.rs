//! How many frames are on their way to one visitor, and which come next.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use crate::told::Told;

/// Frames on the way that have not been seen; more would only wait in somebody's buffers.
const ON_THE_WAY: usize = 3;

/// The last frame of an unbroken chain that somebody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(Option<u32>);

impl Chain {
    /// A frame in bytes that are understood by who has this chain; it may grow by it.
    pub fn tell(&mut self, told: &Told) -> Bytes {
        let follows = self.0.is_some_and(|last| last.wrapping_add(1) == told.number);
        if follows || !told.follows {
            self.0 = Some(told.number);
            told.chained.clone()
        } else {
            self.0 = None;
            told.alone()
        }
    }

    /// It is broken: frames stand alone until the next that begins one.
    pub fn cut(&mut self) {
        self.0 = None;
    }
}

/// One stream to one visitor.
#[derive(Debug, Default)]
pub struct Flow {
    stream: u8,
    chain: Chain,
    unseen: VecDeque<u32>,
}

impl Flow {
    /// The stream of this number.
    pub fn new(stream: u8) -> Self {
        Self { stream, ..Self::default() }
    }

    /// The message that carries a frame, or `None` if enough is on the way.
    pub fn carry(&mut self, told: &Told) -> Option<Bytes> {
        if self.unseen.len() >= ON_THE_WAY {
            return None;
        }
        let frame = self.chain.tell(told);
        self.unseen.push_back(told.number);
        let mut message = BytesMut::with_capacity(1 + frame.len());
        message.put_u8(self.stream);
        message.put(frame);
        Some(message.freeze())
    }

    /// The visitor has seen this frame, and with it those before.
    pub fn seen(&mut self, number: u32) {
        if let Some(k) = self.unseen.iter().position(|&sent| sent == number) {
            self.unseen.drain(..=k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::Teller;
    use weir_scene::{Frame, Scene};

    fn told(count: usize) -> Vec<std::sync::Arc<Told>> {
        let mut teller = Teller::new(&Scene::default());
        let frame = |k: usize| Frame {
            positions_m: vec![[0.1 + 0.001 * k as f32, 0.5]],
            velocities_m_s: vec![[0.03, 0.0]],
            ids: vec![7],
            ..Frame::default()
        };
        (0..count).map(|k| teller.tell(&frame(k))).collect()
    }

    #[test]
    fn who_sees_all_gets_a_chain_and_who_missed_one_gets_frames_that_stand_alone() {
        let told = told(70);
        let (mut all, mut some) = (Flow::new(1), Flow::new(0));
        let (mut every, mut few) = (weir_wire::Receiver::default(), weir_wire::Receiver::default());
        for (k, told) in told.iter().enumerate() {
            let message = all.carry(told).expect("all are seen");
            assert_eq!(message[0], 1);
            assert_eq!(message[1..], told.chained[..]);
            every.take(&message[1..]).expect("a frame");
            all.seen(told.number);
            if k != 5 {
                let message = some.carry(told).expect("all are seen");
                few.take(&message[1..]).unwrap_or_else(|e| panic!("frame {k}: {e}"));
                some.seen(told.number);
            }
        }
        assert!(!told[60].follows, "after two seconds a chain begins anew");
        assert_eq!(some.chain, Chain(Some(told[69].number)));
    }

    #[test]
    fn who_sees_nothing_gets_no_more_than_a_few() {
        let mut flow = Flow::new(0);
        let told = told(10);
        assert_eq!(told.iter().filter(|told| flow.carry(told).is_some()).count(), ON_THE_WAY);
        flow.seen(told[1].number);
        flow.seen(999);
        assert_eq!(told[3..].iter().filter(|told| flow.carry(told).is_some()).count(), 2);
    }
}
