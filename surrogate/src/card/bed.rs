//! What stands in a basin, for the card.

use weir_gpu::Words;
use weir_gpu::ground::{self, CELL_IS_CLEAR};

use super::layout::Scene;
use crate::basin::Basin;

/// Flag of a cell from which all nodes around are seen.
const CELL_SEES_ALL: u32 = 8;

/// Appends the tables of a basin, and notes in `scene` where they begin.
pub fn write(words: &mut Words, basin: &Basin, scene: &mut Scene) {
    let (bed, grid) = (basin.bed(), basin.bed().grid());
    let cells = grid.nx * grid.ny;
    scene.cell_table = words.end() as u32;
    words.extend((0..cells).map(|cell| {
        let clear = bed.obstacles().clear_near(cell);
        let sees_all = clear || !bed.sight().line_aware;
        let flag = |is: bool, bit: u32| if is { bit } else { 0 };
        flag(clear, CELL_IS_CLEAR) | flag(sees_all, CELL_SEES_ALL)
    }));
    scene.line_table = ground::lines(words, bed.obstacles(), cells, grid.nx);
    // Nothing stands here but lines.
    scene.near_table = scene.line_table;
    scene.sink_table = ground::sinks(words, basin.sinks());
}

/// The maps of a basin's bed, and after them its room.
pub fn maps(basin: &Basin) -> Vec<f32> {
    let bed = basin.bed();
    [&bed.maps[..], &bed.room].concat()
}
