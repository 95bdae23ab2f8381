//! Water with lines around it, to ask networks about.

use std::collections::BTreeMap;

use weir_scene::{Scene, Stroke};

use crate::bed::{Bed, MAPS, Sight};
use crate::encode::{Canvas, WATER_MAPS, Water};
use crate::flow::Flow;
use crate::model::Model;
use crate::network::{Map, Tap};
use crate::{ModelError, StrokeId, Surrogate};

/// Water with lines around it at one instant.
#[derive(Clone, Debug)]
pub struct Question {
    scene: Scene,
    strokes: BTreeMap<StrokeId, Stroke>,
    water: Water,
    bed: Bed,
}

/// What a network answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Columns and rows of the maps.
    pub size: [usize; 2],
    /// Change of velocity in m/s: along x and y for each sub-frame in turn, each of
    /// `rows × columns`.
    pub change_m_s: Vec<Vec<f32>>,
    /// How full each place is, ρ/ρ₀.
    pub density: Vec<f32>,
}

impl Question {
    /// The water of `surrogate` as of its last call, with the lines as they are now.
    pub fn of(surrogate: &Surrogate) -> Self {
        let strokes = surrogate.strokes().map(|(id, stroke)| (id, stroke.clone())).collect();
        let sight = surrogate.model().config.sight;
        Self::new(surrogate.scene().clone(), strokes, surrogate.water().clone(), sight)
    }

    fn new(scene: Scene, strokes: BTreeMap<StrokeId, Stroke>, water: Water, sight: Sight) -> Self {
        let lines: Vec<Stroke> = strokes.values().cloned().collect();
        let bed = Bed::new(&scene, &lines, sight);
        Self { scene, strokes, water, bed }
    }

    /// The drawn lines.
    pub fn strokes(&self) -> impl Iterator<Item = (StrokeId, &Stroke)> {
        self.strokes.iter().map(|(id, stroke)| (*id, stroke))
    }

    /// The same water without one of the lines.
    pub fn without(&self, id: StrokeId) -> Self {
        let mut strokes = self.strokes.clone();
        strokes.remove(&id);
        Self::new(self.scene.clone(), strokes, self.water.clone(), self.bed.sight())
    }

    /// Columns and rows of the grid.
    pub fn size(&self) -> [usize; 2] {
        [self.bed.grid().nx, self.bed.grid().ny]
    }

    /// What `model` is shown, by the names of [`WATER_MAPS`] and [`MAPS`].
    ///
    /// # Errors
    /// The model's cells are of another size.
    pub fn shown(&self, model: &Model) -> Result<Vec<Map>, ModelError> {
        let (canvas, input) = self.encode(model)?;
        let names = WATER_MAPS.iter().chain(&MAPS);
        let maps = names.zip(input.chunks(canvas.area())).enumerate();
        Ok(maps.map(|(channel, (name, map))| self.map(name, channel, canvas.lift(map))).collect())
    }

    /// Asks `model`, with `tap` looking in.
    ///
    /// # Errors
    /// The model's cells are of another size, or the device failed.
    pub fn ask(&self, model: &Model, tap: &mut dyn Tap) -> Result<Asked, ModelError> {
        let (canvas, input) = self.encode(model)?;
        let answer = model.answer(input.clone(), 1, &canvas, tap)?;
        let unit = model.config.scales.change_m_s as f32;
        let lift = |map: &[f32]| -> Vec<f32> {
            let mut nodes = canvas.lift(map);
            nodes.iter_mut().for_each(|v| *v *= unit);
            nodes
        };
        Ok(Asked {
            size: self.size(),
            change_m_s: answer.chunks(canvas.area()).map(lift).collect(),
            // The first map that is shown.
            density: canvas.lift(&input[..canvas.area()]),
        })
    }

    pub(super) fn encode(&self, model: &Model) -> Result<(Canvas, Vec<f32>), ModelError> {
        let (got, takes) = (model.config.scales.cell_m, self.scene.domain.cell_m);
        if (got - takes).abs() > 1e-9 * takes {
            return Err(ModelError::Scene {
                what: "scales.cell_m",
                got: format!("{got} m"),
                takes: format!("{takes} m, as the water has"),
            });
        }
        let cell_m = self.scene.domain.cell_m;
        let gravity = self.scene.gravity_m_s2.map(|g| g / cell_m);
        let sight = model.config.sight;
        let own = (sight != self.bed.sight()).then(|| {
            let lines: Vec<Stroke> = self.strokes.values().cloned().collect();
            Bed::new(&self.scene, &lines, sight)
        });
        let bed = own.as_ref().unwrap_or(&self.bed);
        let (canvas, shown) = Flow { model, bed, gravity, fed: &[] }.encode(&self.water);
        Ok((canvas, shown.input))
    }

    pub(super) fn map(&self, name: &str, channel: usize, values: Vec<f32>) -> Map {
        let [width, height] = self.size();
        Map { layer: name.to_owned(), channel, width, height, values }
    }
}
