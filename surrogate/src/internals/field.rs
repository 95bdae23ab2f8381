//! On which places an answer depends.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};

use super::question::Question;
use super::watch::{learning, read};
use crate::ModelError;
use crate::encode::INPUTS;
use crate::model::Model;
use crate::network::{Map, Shape};

/// How much the answer at `cell` (column, row) depends on each place: the sum of
/// |∂ answer / ∂ input| over all that is answered there and all that is shown here,
/// both in the network's units. Beyond [`reach_cells`] it is zero; within, most
/// networks listen to far less than they could (Luo et al. 2016).
///
/// # Errors
/// The cell is not on the grid, the model's cells are of another size, or the device
/// failed.
pub fn receptive_field(
    model: &Model,
    question: &Question,
    cell: [usize; 2],
) -> Result<Map, ModelError> {
    let [columns, rows] = question.size();
    let [i, j] = cell;
    if i >= columns || j >= rows {
        return Err(ModelError::Scene {
            what: "cell",
            got: format!("{i}, {j}"),
            takes: format!("less than {columns}, {rows}"),
        });
    }
    let (canvas, input) = question.encode(model)?;
    let device = learning(model);
    let net = model.net().clone().train();
    let shape = [1, INPUTS, canvas.height, canvas.width];
    let mut sum = vec![0.0_f32; canvas.area()];
    for channel in 0..model.config.shape.outputs() {
        let data = TensorData::new(input.clone(), shape);
        let shown = Tensor::<4>::from_data(data, &device).require_grad();
        let answer = net.forward(shown.clone(), &mut ());
        let there = answer.slice([0..1, channel..channel + 1, j..j + 1, i..i + 1]);
        let gradients = there.sum().backward();
        let Some(gradient) = shown.grad(&gradients) else { continue };
        for map in read(gradient)?.chunks(canvas.area()) {
            sum.iter_mut().zip(map).for_each(|(sum, slope)| *sum += slope.abs());
        }
    }
    Ok(question.map("receptive-field", 0, canvas.lift(&sum)))
}

/// Farthest that anything reaches through a network of this shape, cells: one for
/// each convolution, as large as its level's cells, and what the coarsest level's
/// cells stick out.
pub fn reach_cells(shape: &Shape) -> usize {
    let levels = shape.channels.len();
    let down: usize = (0..levels).map(|level| shape.convolutions << level).sum();
    let up: usize = (0..levels.saturating_sub(1)).map(|level| shape.convolutions << level).sum();
    down + up + shape.coarsest() - 1
}
