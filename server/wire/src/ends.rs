//! The two ends that frames go between.

use std::collections::HashMap;

use crate::WireError;
use crate::chain::Chain;
use crate::frame::{Kind, Picture, in_order, read_alone, read_head, write_alone, write_head};
use crate::range_coder::{Decoder, Encoder};

/// A chain, and the number of its last frame.
type Linked = (Chain, u32);

/// Tells the frames of one run.
#[derive(Debug, Default)]
pub struct Sender {
    chain: Option<Linked>,
    /// Of the particles of the chain.
    ids: Vec<u32>,
}

impl Sender {
    /// A frame that stands alone, for who has missed some. It is no part of the chain.
    pub fn alone(picture: &Picture) -> Vec<u8> {
        write_alone(Kind::Alone, picture, &in_order(&picture.places))
    }

    /// A frame that stands alone and that others can follow. `ids` say which particle is
    /// which, and are as many as the places.
    pub fn first(&mut self, picture: &Picture, ids: &[u32]) -> Vec<u8> {
        let order = in_order(&picture.places);
        let places = order.iter().map(|&k| picture.places[k as usize]);
        self.chain = Some((Chain::new(places), picture.number));
        self.ids = order.iter().map(|&k| ids[k as usize]).collect();
        write_alone(Kind::First, picture, &order)
    }

    /// A frame that is told by what changed since the last of the chain; `None` if its
    /// number is not the next.
    pub fn next(&mut self, picture: &Picture, ids: &[u32]) -> Option<Vec<u8>> {
        let (mut chain, last) = self.chain.take()?;
        if last.wrapping_add(1) != picture.number {
            return None;
        }
        self.ids = chain.sort().iter().map(|&k| self.ids[k as usize]).collect();
        let mut places: HashMap<u32, [u16; 2]> =
            ids.iter().copied().zip(picture.places.iter().copied()).collect();
        let next: Vec<Option<[u16; 2]>> = self.ids.iter().map(|id| places.remove(id)).collect();
        let mut born: Vec<(u32, [u16; 2])> = places.into_iter().collect();
        born.sort_unstable();
        let places: Vec<[u16; 2]> = born.iter().map(|(_, place)| *place).collect();
        let mut coder = Encoder::new(write_head(Kind::Next, picture));
        chain.advance(&mut coder, &next, &places).ok()?;
        let mut alive = next.iter();
        self.ids.retain(|_| alive.next().is_some_and(Option::is_some));
        self.ids.extend(born.iter().map(|(id, _)| *id));
        self.chain = Some((chain, picture.number));
        Some(coder.finish())
    }
}

/// Understands the frames of one run.
#[derive(Debug, Default)]
pub struct Receiver {
    chain: Option<Linked>,
}

impl Receiver {
    /// How far each particle of the last picture that was told by what changed has gone since the
    /// one before, in steps of a coordinate; `None` of those that are new.
    pub fn steps(&self) -> impl Iterator<Item = Option<[i16; 2]>> {
        self.chain.iter().flat_map(|(chain, _)| chain.known().iter().map(|known| known.went))
    }

    /// The picture that these bytes tell, its particles in an order of their own.
    ///
    /// # Errors
    /// They are no frame, or one that follows another that has not been seen. The next
    /// that stands alone puts things right.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Picture, WireError> {
        let head = read_head(bytes)?;
        let number = head.picture.number;
        match head.kind {
            Kind::Alone => read_alone(head),
            Kind::First => {
                self.chain = None;
                let picture = read_alone(head)?;
                self.chain = Some((Chain::new(picture.places.iter().copied()), number));
                Ok(picture)
            }
            Kind::Next => {
                let takes = number.wrapping_sub(1);
                // A chain that breaks on the way is gone.
                let Some((mut chain, _)) = self.chain.take_if(|(_, last)| *last == takes) else {
                    return Err(WireError::Gap { got: number, takes });
                };
                chain.sort();
                let mut coder = Decoder::new(head.rest);
                chain.advance(&mut coder, &[], &[])?;
                coder.finish()?;
                if chain.known().len() != head.particles as usize {
                    return Err(WireError::Wrong("number of particles"));
                }
                let places = chain.known().iter().map(|known| known.at).collect();
                self.chain = Some((chain, number));
                Ok(Picture { places, ..head.picture })
            }
        }
    }
}
