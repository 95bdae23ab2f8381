//! Which parts of the rectangle are connected, found anew after every edit.
//!
//! A line has no thickness, so a cell that it crosses cannot be "part solid".
//! It falls into *components*: the sets of an 8 × 8 lattice of micro-points
//! that reach each other by lattice links that no segment crosses. Each
//! component is one pressure unknown. The sides of such a cell split at the
//! exact crossings into *pieces*; each piece is one velocity unknown with an
//! open length (its aperture) and the component on either side. A piece that
//! sees no component on one of its sides is closed.
//!
//! The idea is that of the cut-cell method with split cells (Quirk 1994;
//! Azevedo et al. 2016 for thin boundaries), with a lattice instead of exact
//! polygons: it needs no case analysis for tips, joints, crossings and slivers.

use rayon::prelude::*;
use std::ops::Range;

use weir_scene::{Grid, Stagger};

use crate::cut::{Cut, SIDE, micro_point, origin};
use crate::open::OpenSquares;
use crate::{Obstacles, Point, Polygon};

/// Component number of what is no component.
pub const NONE: u32 = u32::MAX;

/// The direction that a face's normal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Vertical sides; the velocity component is `u`.
    X = 0,
    /// Horizontal sides; the velocity component is `v`.
    Y = 1,
}

impl Axis {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::X, Self::Y];

    /// Where on a cell the values of this axis live.
    pub fn stagger(self) -> Stagger {
        match self {
            Self::X => Stagger::FaceX,
            Self::Y => Stagger::FaceY,
        }
    }
}

/// An open part of a cell side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Index of its velocity unknown.
    pub node: u32,
    /// Its middle, cell widths.
    pub at: [f32; 2],
    /// Its length, cell widths.
    pub aperture: f32,
    /// Components on its lower and upper side along the axis.
    pub sides: [u32; 2],
}

impl Piece {
    /// Whether the pieces of a side are one, which is all of it.
    #[inline]
    pub fn make_a_whole(pieces: &[Self]) -> bool {
        matches!(pieces, [piece] if piece.aperture == 1.0)
    }
}

/// One connection of a component to another through a side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Direction of the side's normal.
    pub axis: Axis,
    /// Index of the velocity unknown.
    pub node: u32,
    /// Open length, cell widths.
    pub aperture: f32,
    /// +1 when the axis points out of the component, −1 when it points in.
    pub outward: f32,
    /// The component on the other side.
    pub other: u32,
}

/// Components, pieces and how they connect.
#[derive(Clone, Debug)]
pub struct Topology {
    grid: Grid,
    periodic_x: bool,
    cut_of_cell: Vec<u32>,
    solid_bits: Vec<u64>,
    cuts: Vec<Cut>,
    extra_cells: Vec<u32>,
    /// For each axis and face: range of `pieces`, when the face touches a cut cell.
    faces: [Vec<(u32, u32)>; 2],
    /// Those faces, in ascending order.
    special_faces: [Vec<u32>; 2],
    /// For each cell: whether it is whole, as are its four sides and neighbours.
    whole: Vec<bool>,
    open: OpenSquares,
    pieces: Vec<Piece>,
    node_counts: [usize; 2],
    last: Last,
}

/// The topology before this one, from which cells that nothing stirred are taken over.
#[derive(Clone, Debug, Default)]
struct Last {
    cut_of_cell: Vec<u32>,
    cuts: Vec<Cut>,
    extra_cells: Vec<u32>,
    faces: [Vec<(u32, u32)>; 2],
    pieces: Vec<Piece>,
}

impl Topology {
    /// The topology of an empty rectangle.
    pub fn new(grid: Grid, periodic_x: bool) -> Self {
        let faces = Axis::BOTH.map(|axis| vec![(NONE, 0); grid.len(axis.stagger())]);
        Self {
            grid,
            periodic_x,
            cut_of_cell: vec![NONE; grid.nx * grid.ny],
            solid_bits: vec![0; grid.nx * grid.ny],
            cuts: Vec::new(),
            extra_cells: Vec::new(),
            faces,
            special_faces: [Vec::new(), Vec::new()],
            whole: Vec::new(),
            open: OpenSquares::new(&grid),
            pieces: Vec::new(),
            node_counts: Axis::BOTH.map(|axis| grid.len(axis.stagger())),
            last: Last::default(),
        }
    }

    /// Finds components and pieces for `obstacles`, the insides of `solids` excluded.
    pub fn rebuild<'a>(
        &mut self,
        obstacles: &Obstacles,
        solids: impl Iterator<Item = &'a Polygon>,
    ) {
        self.remember();
        for solid in solids {
            self.fill(solid);
        }
        for cell in 0..self.cut_of_cell.len() {
            let solid = self.solid_bits[cell];
            if solid != 0 || !obstacles.clear_in(cell) {
                self.cut_of_cell[cell] = self.cuts.len() as u32;
                self.cuts.push(Cut::new(cell, solid));
            }
        }
        let (grid, last) = (self.grid, &self.last);
        self.cuts.par_iter_mut().with_min_len(16).for_each(|cut| {
            let known = last.cut(cut.cell as usize).filter(|last| last.solid == cut.solid);
            match known {
                Some(known) if !obstacles.stirred(cut.cell as usize) => cut.clone_from(known),
                _ => cut.label(&grid, obstacles),
            }
        });
        self.number_components();
        self.split_faces(obstacles);
        self.find_whole();
        let mut open = std::mem::take(&mut self.open);
        open.find(self, obstacles);
        self.open = open;
    }

    /// Sets the present topology aside and starts with an empty rectangle.
    fn remember(&mut self) {
        let Self { last, .. } = self;
        std::mem::swap(&mut last.cut_of_cell, &mut self.cut_of_cell);
        std::mem::swap(&mut last.cuts, &mut self.cuts);
        std::mem::swap(&mut last.extra_cells, &mut self.extra_cells);
        std::mem::swap(&mut last.faces, &mut self.faces);
        std::mem::swap(&mut last.pieces, &mut self.pieces);
        self.cut_of_cell.clear();
        self.cut_of_cell.resize(self.solid_bits.len(), NONE);
        self.solid_bits.fill(0);
        self.cuts.clear();
        self.extra_cells.clear();
        self.pieces.clear();
        for axis in Axis::BOTH {
            let (a, count) = (axis as usize, self.grid.len(axis.stagger()));
            self.faces[a].clear();
            self.faces[a].resize(count, (NONE, 0));
            self.special_faces[a].clear();
            self.node_counts[a] = count;
        }
    }

    fn find_whole(&mut self) {
        let Grid { nx, ny, .. } = self.grid;
        let mut whole = std::mem::take(&mut self.whole);
        whole.clear();
        whole.extend((0..nx * ny).map(|cell| {
            let cut = |cell: usize| self.cut_of_cell[cell] != NONE;
            self.is_inner(cell)
                && ![cell, cell - 1, cell + 1, cell - nx, cell + nx].into_iter().any(cut)
        }));
        debug_assert_eq!(whole.len(), nx * ny);
        self.whole = whole;
    }

    /// Marks the micro-points inside `solid`, row by row.
    fn fill(&mut self, solid: &Polygon) {
        let fine = SIDE as f64;
        let rows = self.grid.ny * SIDE;
        let first = ((solid.min()[1] * fine - 0.5).ceil().max(0.0)) as usize;
        let mut crossings: Vec<f64> = Vec::new();
        for row in first..rows {
            let y = (row as f64 + 0.5) / fine;
            if y > solid.max()[1] {
                break;
            }
            crossings.clear();
            crossings.extend(
                solid
                    .segments()
                    .filter(|s| (s.a[1] > y) != (s.b[1] > y))
                    .map(|s| s.a[0] + (y - s.a[1]) / (s.b[1] - s.a[1]) * (s.b[0] - s.a[0])),
            );
            crossings.sort_by(f64::total_cmp);
            for span in crossings.chunks_exact(2) {
                let from = (span[0] * fine - 0.5).ceil().max(0.0) as usize;
                let to = (span[1] * fine - 0.5).floor().min((self.grid.nx * SIDE) as f64 - 1.0);
                let mut column = from;
                while (column as f64) <= to {
                    let cell = self.grid.cell(column / SIDE, row / SIDE);
                    self.solid_bits[cell] |= 1 << ((row % SIDE) * SIDE + column % SIDE);
                    column += 1;
                }
            }
        }
    }

    fn number_components(&mut self) {
        for cut in &mut self.cuts {
            cut.first_extra = (self.cut_of_cell.len() + self.extra_cells.len()) as u32;
            self.extra_cells.extend((1..cut.count).map(|_| cut.cell));
        }
    }

    fn split_faces(&mut self, obstacles: &Obstacles) {
        let cells: Vec<u32> = self.cuts.iter().map(|cut| cut.cell).collect();
        let mut crossings = Vec::new();
        for cell in cells {
            let (i, j) = (cell as usize % self.grid.nx, cell as usize / self.grid.nx);
            for (axis, i, j) in
                [(Axis::X, i, j), (Axis::X, i + 1, j), (Axis::Y, i, j), (Axis::Y, i, j + 1)]
            {
                self.split_face(obstacles, axis, i, j, &mut crossings);
            }
        }
        self.special_faces.iter_mut().for_each(|faces| faces.sort_unstable());
    }

    fn split_face(
        &mut self,
        obstacles: &Obstacles,
        axis: Axis,
        i: usize,
        j: usize,
        crossings: &mut Vec<f64>,
    ) {
        let Some([low, high]) = self.cells_beside(axis, i, j) else { return };
        let face = self.face(axis, i, j);
        if self.faces[axis as usize][face].0 != NONE {
            return;
        }
        let first = self.pieces.len();
        let known = self.last.pieces(axis, face);
        if let Some((from, to)) =
            known.filter(|_| !obstacles.stirred(low) && !obstacles.stirred(high))
        {
            for index in from..to {
                let mut piece = self.last.pieces[index];
                piece.sides = piece.sides.map(|side| self.renumbered(side));
                piece.node = self.next_node(axis, face, first);
                self.pieces.push(piece);
            }
            self.faces[axis as usize][face] = (first as u32, self.pieces.len() as u32);
            self.special_faces[axis as usize].push(face as u32);
            return;
        }
        let start = [i as f64, j as f64];
        let along = 1 - axis as usize;
        let point = |t: f64| {
            let mut p = start;
            p[along] += t;
            p
        };
        crossings.clear();
        crossings.extend([0.0, 1.0]);
        for segment in obstacles.touching(low).chain(obstacles.touching(high)) {
            if segment.crosses(point(0.0), point(1.0)) {
                let (a, b) = (segment.a, segment.b);
                let normal = axis as usize;
                let (da, db) = (a[normal] - start[normal], b[normal] - start[normal]);
                if da == db {
                    // It lies along the side: the part that it covers is closed.
                    crossings.extend([a[along] - start[along], b[along] - start[along]]);
                } else {
                    crossings
                        .push(a[along] + da / (da - db) * (b[along] - a[along]) - start[along]);
                }
            }
        }
        crossings.iter_mut().for_each(|t| *t = t.clamp(0.0, 1.0));
        crossings.sort_by(f64::total_cmp);

        for pair in crossings.windows(2) {
            let aperture = pair[1] - pair[0];
            if aperture < 1e-6 {
                continue;
            }
            let middle = point(0.5 * (pair[0] + pair[1]));
            let sides = [low, high].map(|cell| self.component_at(obstacles, cell, middle));
            let [Some(low_side), Some(high_side)] = sides else { continue };
            let node = self.next_node(axis, face, first);
            self.pieces.push(Piece {
                node,
                at: middle.map(|c| c as f32),
                aperture: aperture as f32,
                sides: [low_side, high_side],
            });
        }
        self.faces[axis as usize][face] = (first as u32, self.pieces.len() as u32);
        self.special_faces[axis as usize].push(face as u32);
    }

    /// The unknown of the next piece of `face`, whose pieces begin at `first`: the
    /// first takes the face's own number.
    fn next_node(&mut self, axis: Axis, face: usize, first: usize) -> u32 {
        if self.pieces.len() == first {
            return face as u32;
        }
        let count = &mut self.node_counts[axis as usize];
        *count += 1;
        (*count - 1) as u32
    }

    /// The present number of a component of the last topology, in a cell that
    /// was taken over.
    fn renumbered(&self, component: u32) -> u32 {
        let Some(extra) = (component as usize).checked_sub(self.cut_of_cell.len()) else {
            return component;
        };
        let cell = self.last.extra_cells[extra] as usize;
        let first = |cuts: &[Cut], of_cell: &[u32]| cuts[of_cell[cell] as usize].first_extra;
        component - first(&self.last.cuts, &self.last.cut_of_cell)
            + first(&self.cuts, &self.cut_of_cell)
    }

    /// Index of face `(i, j)`; on a periodic seam both ends are the left one.
    #[inline]
    pub fn face(&self, axis: Axis, i: usize, j: usize) -> usize {
        match axis {
            Axis::X if self.periodic_x && i == self.grid.nx => self.grid.face_x(0, j),
            Axis::X => self.grid.face_x(i, j),
            Axis::Y => self.grid.face_y(i, j),
        }
    }

    /// The cells below and above face `(i, j)` along its axis; none on a wall.
    #[inline]
    pub fn cells_beside(&self, axis: Axis, i: usize, j: usize) -> Option<[usize; 2]> {
        let Grid { nx, ny, .. } = self.grid;
        match axis {
            Axis::X if self.periodic_x => {
                Some([self.grid.cell((i + nx - 1) % nx, j), self.grid.cell(i % nx, j)])
            }
            Axis::X => (i > 0 && i < nx).then(|| [self.grid.cell(i - 1, j), self.grid.cell(i, j)]),
            Axis::Y => (j > 0 && j < ny).then(|| [self.grid.cell(i, j - 1), self.grid.cell(i, j)]),
        }
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Whether left and right are one.
    pub fn periodic_x(&self) -> bool {
        self.periodic_x
    }

    /// Number of components, counting one for each cell that is none.
    pub fn component_count(&self) -> usize {
        self.cut_of_cell.len() + self.extra_cells.len()
    }

    /// Number of velocity unknowns along `axis`.
    pub fn node_count(&self, axis: Axis) -> usize {
        self.node_counts[axis as usize]
    }

    /// Unknowns along `axis` in and around `rows` of cells, and those of all split
    /// sides beyond the first piece.
    pub fn nodes_in(&self, axis: Axis, rows: &Range<usize>) -> [Range<usize>; 2] {
        let faces = self.face_rows(axis, rows);
        let width = self.grid.shape(axis.stagger())[0];
        let regular = self.grid.len(axis.stagger());
        [faces.start * width..faces.end * width, regular..self.node_count(axis)]
    }

    /// Rows of faces across `axis` that border `rows` of cells.
    pub fn face_rows(&self, axis: Axis, rows: &Range<usize>) -> Range<usize> {
        rows.start..rows.end + usize::from(axis == Axis::Y && !rows.is_empty())
    }

    /// The cell that a component lies in.
    #[inline]
    pub fn cell_of(&self, component: usize) -> usize {
        match component.checked_sub(self.cut_of_cell.len()) {
            None => component,
            Some(extra) => self.extra_cells[extra] as usize,
        }
    }

    /// Whether the cell does not lie at a side of the rectangle.
    #[inline]
    pub fn is_inner(&self, cell: usize) -> bool {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        i > 0 && j > 0 && i + 1 < self.grid.nx && j + 1 < self.grid.ny
    }

    /// Whether the component is a cell that is whole, as are its four sides and neighbours.
    #[inline]
    pub fn is_whole(&self, component: usize) -> bool {
        self.whole.get(component) == Some(&true)
    }

    /// Of a cut cell: the number that its components after the first begin at, and for each
    /// micro-point, row by row, the number of its component within the cell, or
    /// [`u8::MAX`] inside a solid.
    ///
    /// # Panics
    /// The cell [is not cut](Self::is_cut).
    pub fn labels(&self, cell: usize) -> (u32, &[u8; SIDE * SIDE]) {
        let cut = &self.cuts[self.cut_of_cell[cell] as usize];
        (cut.first_extra, cut.labels())
    }

    /// Whether a line or an outline touches the cell, or a solid fills it.
    #[inline]
    pub fn is_cut(&self, cell: usize) -> bool {
        self.cut_of_cell[cell] != NONE
    }

    /// Whether the component exists; a cell inside a solid has none.
    #[inline]
    pub fn exists(&self, component: usize) -> bool {
        match self.cut_of_cell.get(component) {
            None | Some(&NONE) => true,
            Some(&cut) => self.cuts[cut as usize].count > 0,
        }
    }

    /// All components of cut cells.
    pub fn cut_components(&self) -> impl Iterator<Item = u32> + '_ {
        self.cuts.iter().flat_map(Cut::components)
    }

    /// The components of one cell.
    pub fn components_of(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let cut = self.cuts.get(self.cut_of_cell[cell] as usize);
        let whole = cut.is_none().then_some(cell);
        whole.into_iter().chain(cut.into_iter().flat_map(Cut::components).map(|c| c as usize))
    }

    /// Area of the component in cells, by its share of the micro-points.
    pub fn area(&self, component: usize) -> f64 {
        let cut = self.cut_of_cell[self.cell_of(component)];
        if cut == NONE {
            return 1.0;
        }
        let cut = &self.cuts[cut as usize];
        cut.area(cut.label_of(component, self.cut_of_cell.len()))
    }

    /// A point of the component to measure it at: the cell's centre, or the
    /// micro-point nearest to the component's centroid, cell widths.
    pub fn sample(&self, component: usize) -> Point {
        let cell = self.cell_of(component);
        let cut = self.cut_of_cell[cell];
        if cut == NONE || self.cuts[cut as usize].count == 0 {
            let corner = origin(&self.grid, cell);
            return [corner[0] + 0.5, corner[1] + 0.5];
        }
        let cut = &self.cuts[cut as usize];
        let label = cut.label_of(component, self.cut_of_cell.len());
        micro_point(origin(&self.grid, cell), usize::from(cut.samples[usize::from(label)]))
    }

    /// The component that `p`, a point of the closed `cell`, belongs to; none
    /// inside a solid, and in slivers that hold no micro-point.
    pub fn component_at(&self, obstacles: &Obstacles, cell: usize, p: Point) -> Option<u32> {
        let cut = self.cut_of_cell[cell];
        if cut == NONE {
            return Some(cell as u32);
        }
        let cut = &self.cuts[cut as usize];
        match cut.label_at(origin(&self.grid, cell), obstacles, p)? {
            0 => Some(cell as u32),
            label => Some(cut.first_extra + u32::from(label) - 1),
        }
    }

    /// The open pieces of a face that touches a cut cell; none for other faces.
    #[inline]
    pub fn pieces(&self, axis: Axis, face: usize) -> Option<&[Piece]> {
        let (first, end) = self.faces[axis as usize][face];
        (first != NONE).then(|| &self.pieces[first as usize..end as usize])
    }

    /// Whether a [`square`](crate::square) between four sides is open: each is one
    /// piece, and seen from all of it.
    #[inline]
    pub fn is_open(&self, axis: Axis, square: usize) -> bool {
        self.open.contains(axis, square)
    }

    /// All pieces of faces that touch a cut cell, by axis and face.
    pub fn special_pieces(&self, axis: Axis) -> impl Iterator<Item = (usize, &[Piece])> {
        let faces = self.special_faces[axis as usize].iter();
        faces
            .map(move |&face| (face as usize, self.pieces(axis, face as usize).unwrap_or_default()))
    }

    /// Visits each connection of `component` to another, in a fixed order.
    #[inline]
    pub fn for_links(&self, component: usize, mut visit: impl FnMut(Link)) {
        if self.is_whole(component) {
            let (nx, row) = (self.grid.nx, component / self.grid.nx);
            let left = component + row;
            let mut link = |axis, node: usize, outward, other: usize| {
                visit(Link {
                    axis,
                    node: node as u32,
                    aperture: 1.0,
                    outward,
                    other: other as u32,
                });
            };
            link(Axis::Y, component, -1.0, component - nx);
            link(Axis::X, left, -1.0, component - 1);
            link(Axis::X, left + 1, 1.0, component + 1);
            link(Axis::Y, component + nx, 1.0, component + nx);
            return;
        }
        let cell = self.cell_of(component);
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        for (axis, i, j, outward) in [
            (Axis::Y, i, j, -1.0),
            (Axis::X, i, j, -1.0),
            (Axis::X, i + 1, j, 1.0),
            (Axis::Y, i, j + 1, 1.0),
        ] {
            let Some(cells) = self.cells_beside(axis, i, j) else { continue };
            let face = self.face(axis, i, j);
            let here = usize::from(outward > 0.0);
            match self.pieces(axis, face) {
                None => visit(Link {
                    axis,
                    node: face as u32,
                    aperture: 1.0,
                    outward,
                    other: cells[here] as u32,
                }),
                Some(pieces) => {
                    for piece in pieces.iter().filter(|p| p.sides[1 - here] == component as u32) {
                        visit(Link {
                            axis,
                            node: piece.node,
                            aperture: piece.aperture,
                            outward,
                            other: piece.sides[here],
                        });
                    }
                }
            }
        }
    }
}

impl Last {
    fn cut(&self, cell: usize) -> Option<&Cut> {
        self.cuts.get(*self.cut_of_cell.get(cell)? as usize)
    }

    fn pieces(&self, axis: Axis, face: usize) -> Option<(usize, usize)> {
        let &(from, to) = self.faces[axis as usize].get(face)?;
        (from != NONE).then_some((from as usize, to as usize))
    }
}
