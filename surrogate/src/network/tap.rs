//! Looking into a network while it works.

use burn::tensor::Tensor;

/// Sees what each layer answers, and may change what a skip connection carries.
/// `()` looks at nothing and costs nothing.
pub trait Tap {
    /// The layer `name` has answered `[batch, channels, height, width]`.
    fn see(&mut self, _name: &str, _answer: &Tensor<4>) {}

    /// What arrives at level `name` over its skip connection.
    fn skip(&mut self, _name: &str, carried: Tensor<4>) -> Tensor<4> {
        carried
    }
}

impl Tap for () {}

impl<T: Tap> Tap for Option<T> {
    fn see(&mut self, name: &str, answer: &Tensor<4>) {
        if let Some(tap) = self {
            tap.see(name, answer);
        }
    }

    fn skip(&mut self, name: &str, carried: Tensor<4>) -> Tensor<4> {
        match self {
            Some(tap) => tap.skip(name, carried),
            None => carried,
        }
    }
}

/// One channel of a layer's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The layer.
    pub layer: String,
    /// Which of its channels.
    pub channel: usize,
    /// Columns.
    pub width: usize,
    /// Rows, the lowest first.
    pub height: usize,
    /// `height × width`.
    pub values: Vec<f32>,
}
