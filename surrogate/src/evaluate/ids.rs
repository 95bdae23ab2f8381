//! Where each particle stands in a frame, whose order changes from frame to frame.

use weir_scene::Frame;

/// Place of each particle in a frame, by id.
///
/// A table rather than a map: ids are given one after the other, and every frame
/// of every run is asked for thousands.
#[derive(Clone, Debug, Default)]
pub struct Places(Vec<u32>);

const NOWHERE: u32 = u32::MAX;

impl Places {
    /// Of the particles of `frame`; of twins, the later.
    pub fn of(frame: &Frame) -> Self {
        let count = frame.ids.iter().max().map_or(0, |&id| id as usize + 1);
        let mut places = vec![NOWHERE; count];
        for (place, &id) in (0_u32..).zip(&frame.ids) {
            places[id as usize] = place;
        }
        Self(places)
    }

    /// Place of a particle, if it is there.
    pub fn get(&self, id: u32) -> Option<usize> {
        self.0.get(id as usize).filter(|&&place| place != NOWHERE).map(|&place| place as usize)
    }
}
