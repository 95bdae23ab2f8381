//! What stands in a scene as tables of words, for the shaders (`ground.wgsl`): lines as
//! [`weir_gpu::ground`] has them, and what is connected to what.

use weir_gpu::Words;
use weir_gpu::ground::{self, CELL_IS_CLEAR, lists};
use weir_ground::{Axis, NONE, Obstacles, Point, Sink, Topology, square};

use super::layout::Scene;
use crate::cpu::neighbours::Neighbours;
use crate::cpu::rest_density::Room;
use crate::cpu::viscosity::{self, End, Links};
use crate::field::{self, NoSlip};

const CELL_IS_CUT: u32 = 2;
const CELL_IS_INNER: u32 = 4;
const OPEN: u32 = 1 << 31;
const EXISTS: u32 = 16;
const OF_A_CUT: u32 = 32;
/// Words of what a side is linked to, before its links to other sides.
const SURROUNDINGS: usize = 4;

/// What is written of a scene.
pub struct Ground<'a> {
    /// What is connected.
    pub topology: &'a Topology,
    /// What is in the way.
    pub obstacles: &'a Obstacles,
    /// What water fits around each component.
    pub rest: &'a [Room],
    /// What swallows it.
    pub sinks: &'a [Sink],
    /// Whether there are outlines that move.
    pub has_movers: bool,
    /// Walls that drag.
    pub no_slip: NoSlip,
    /// Whether viscosity may be felt.
    pub is_viscous: bool,
}

impl Ground<'_> {
    /// Appends the tables to `words`, and notes in `scene` where they begin.
    pub fn write(&self, words: &mut Words, scene: &mut Scene) {
        scene.cell_table = self.cells(words);
        scene.line_table = {
            let columns = self.topology.grid().nx;
            ground::lines(words, self.obstacles, self.cell_count(), columns)
        };
        scene.all_line_table = self.all_lines(words);
        // Where no outline moves, what stands near a cell is lines.
        scene.near_table = if self.has_movers { self.near(words) } else { scene.line_table };
        scene.touch_table = self.touch(words);
        let [x, y] = Axis::BOTH.map(|axis| self.squares(words, axis));
        [scene.square_table_x, scene.square_table_y] = [x, y];
        for axis in Axis::BOTH {
            let [faces, pieces] = self.faces(words, axis);
            let neighbours = self.neighbours(words, axis);
            let diffusion = self.diffusion(words, axis);
            match axis {
                Axis::X => {
                    scene.face_table_x = faces;
                    scene.piece_table_x = pieces;
                    scene.neighbour_table_x = neighbours;
                    scene.diffusion_table_x = diffusion;
                }
                Axis::Y => {
                    scene.face_table_y = faces;
                    scene.piece_table_y = pieces;
                    scene.neighbour_table_y = neighbours;
                    scene.diffusion_table_y = diffusion;
                }
            }
        }
        scene.component_table = self.components(words);
        scene.link_table = self.links(words);
        scene.cut_table = self.cuts(words);
        scene.sink_table = ground::sinks(words, self.sinks);
        scene.component_count = self.topology.component_count() as u32;
        scene.node_count_x = self.topology.node_count(Axis::X) as u32;
        scene.node_count_y = self.topology.node_count(Axis::Y) as u32;
    }

    fn cell_count(&self) -> usize {
        let grid = self.topology.grid();
        grid.nx * grid.ny
    }

    fn corner(&self, cell: usize) -> Point {
        ground::corner(cell, self.topology.grid().nx)
    }

    fn cells(&self, words: &mut Words) -> u32 {
        let first = words.end() as u32;
        words.extend((0..self.cell_count()).map(|cell| {
            let flag = |is: bool, bit: u32| if is { bit } else { 0 };
            flag(self.obstacles.clear_near(cell), CELL_IS_CLEAR)
                | flag(self.topology.is_cut(cell), CELL_IS_CUT)
                | flag(self.topology.is_inner(cell), CELL_IS_INNER)
        }));
        first
    }

    fn all_lines(&self, words: &mut Words) -> u32 {
        let first = words.end() as u32;
        words.push(self.obstacles.lines().len() as u32);
        for line in self.obstacles.lines() {
            words.extend([line.a, line.b].concat().into_iter().map(|c| (c as f32).to_bits()));
        }
        first
    }

    fn near(&self, words: &mut Words) -> u32 {
        lists(words, self.cell_count(), |cell| {
            (self.corner(cell), self.obstacles.near(cell).copied().collect(), 0)
        })
    }

    fn touch(&self, words: &mut Words) -> u32 {
        lists(words, self.cell_count(), |cell| {
            (self.corner(cell), self.obstacles.touching(cell).copied().collect(), 0)
        })
    }

    fn squares(&self, words: &mut Words, axis: Axis) -> u32 {
        let grid = self.topology.grid();
        let [columns, rows] = square::shape(grid);
        lists(words, columns * rows, |number| {
            let corner = square::corner(grid, axis, number);
            let open = if self.topology.is_open(axis, number) { OPEN } else { 0 };
            (corner, self.obstacles.between(axis, number).to_vec(), open)
        })
    }

    /// Where the table of faces begins, and that of pieces beyond the first of a face.
    fn faces(&self, words: &mut Words, axis: Axis) -> [u32; 2] {
        let count = self.topology.grid().len(axis.stagger());
        let first = words.end();
        words.extend((0..count).flat_map(|_| [NONE, 0]));
        let further = words.end();
        words.fill_to(further + self.topology.node_count(axis) - count, NONE);
        for (face, pieces) in self.topology.special_pieces(axis) {
            words[first + 2 * face] = words.end() as u32;
            words[first + 2 * face + 1] = pieces.len() as u32;
            for piece in pieces {
                if let Some(beyond) = (piece.node as usize).checked_sub(count) {
                    words[further + beyond] = words.end() as u32;
                }
                let [x, y] = piece.at.map(f32::to_bits);
                let [low, high] = piece.sides;
                words.extend([piece.node, x, y, piece.aperture.to_bits(), low, high]);
            }
        }
        [first, further].map(|at| at as u32)
    }

    fn neighbours(&self, words: &mut Words, axis: Axis) -> u32 {
        let mut all = Neighbours::default();
        all.forget(self.topology, axis);
        let first = words.end();
        let count = self.topology.node_count(axis);
        words.fill_to(first + count, NONE);
        let faces = self.topology.grid().len(axis.stagger());
        let further = self.topology.special_pieces(axis).flat_map(|(face, pieces)| {
            pieces.iter().skip(1).map(move |piece| (piece.node as usize, face))
        });
        for (node, face) in (0..faces).map(|face| (face, face)).chain(further) {
            if node < faces && all.is_whole(face) {
                continue;
            }
            words[first + node] = words.end() as u32;
            let seen = all.seen((self.topology, self.obstacles, axis), node, face);
            words.push(seen.len() as u32);
            words.extend(seen.iter().flat_map(|&(node, aperture)| [node, aperture.to_bits()]));
        }
        first as u32
    }

    /// To what each side is linked; nothing where viscosity is not felt.
    fn diffusion(&self, words: &mut Words, axis: Axis) -> u32 {
        let first = words.end();
        if !self.is_viscous {
            return first as u32;
        }
        let Self { topology, obstacles, no_slip, .. } = *self;
        let columns = field::columns(topology.grid(), axis) as u32;
        let count = topology.node_count(axis);
        words.fill_to(first + count, (first + count) as u32);
        // Walls and copies beyond a seam, which have no aperture and no links.
        words.extend([0; SURROUNDINGS]);
        let mut links = Vec::new();
        viscosity::for_sides(topology, axis, |side| {
            links.clear();
            let (mut walls, mut pull) = (0.0, 0.0);
            Links { topology, obstacles, no_slip, axis }.visit(&side, |end| match end {
                End::Node { node, share } => links.push((node, share)),
                End::Wall { share, speed } => {
                    walls += share;
                    pull += share * speed;
                }
            });
            let node = side.node;
            let around = || [node - columns, node - 1, node + 1, node + columns];
            let is_whole = side.aperture == 1.0 && walls == 0.0 && links.len() == 4;
            if is_whole && links.iter().copied().eq(around().map(|node| (node, 1.0))) {
                words[first + node as usize] = NONE;
                return;
            }
            words[first + node as usize] = words.end() as u32;
            words.extend([side.aperture, walls, pull].map(f32::to_bits));
            words.push(links.len() as u32);
            words.extend(links.iter().flat_map(|&(node, share)| [node, share.to_bits()]));
        });
        first as u32
    }

    fn components(&self, words: &mut Words) -> u32 {
        let first = words.end() as u32;
        for component in 0..self.topology.component_count() {
            let Room { area: room, slope, obstructed } = self.rest[component];
            let cell = self.topology.cell_of(component);
            let mut flags = 0;
            for (bit, obstructed) in obstructed.into_iter().enumerate() {
                flags |= u32::from(obstructed) << bit;
            }
            flags |= if self.topology.exists(component) { EXISTS } else { 0 };
            flags |= if self.topology.is_cut(cell) { OF_A_CUT } else { 0 };
            let sample = self.topology.sample(component).map(|c| c as f32);
            let numbers = [
                sample[0],
                sample[1],
                self.topology.area(component) as f32,
                room,
                slope[0],
                slope[1],
            ];
            words.push(cell as u32);
            words.extend(numbers.map(f32::to_bits));
            words.push(flags);
        }
        first
    }

    fn links(&self, words: &mut Words) -> u32 {
        let first = words.end();
        let count = self.topology.component_count();
        words.extend((0..count).flat_map(|_| [NONE, 4]));
        for component in 0..count {
            if self.topology.is_whole(component) {
                continue;
            }
            let (at, mut links) = (words.end() as u32, 0);
            self.topology.for_links(component, |link| {
                let outward = u32::from(link.outward > 0.0) << 31;
                let head = link.node | (link.axis as u32) << 30 | outward;
                words.extend([head, link.aperture.to_bits(), link.other]);
                links += 1;
            });
            [words[first + 2 * component], words[first + 2 * component + 1]] = [at, links];
        }
        first as u32
    }

    fn cuts(&self, words: &mut Words) -> u32 {
        let first = words.end();
        let cells = self.cell_count();
        words.fill_to(first + cells, NONE);
        let order = words.end() as u32;
        words.extend(
            weir_ground::nearest_first()
                .iter()
                .map(|&(x, y)| (x + 7) as u32 | ((y + 7) as u32) << 8),
        );
        for cell in (0..cells).filter(|&cell| self.topology.is_cut(cell)) {
            words[first + cell] = words.end() as u32;
            let (first_extra, labels) = self.topology.labels(cell);
            words.push(first_extra);
            words.extend(labels.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)));
            words.push(order);
            words.push(self.topology.components_of(cell).count() as u32);
        }
        first as u32
    }
}
