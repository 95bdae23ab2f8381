//! The U-Net (Ronneberger et al. 2015) and what of it can be looked at.
//!
//! Fully convolutional, so a rectangle of any size runs. No normalisation
//! layers: they would couple drops that are far from each other. Averages on the
//! way down; on the way up each value is repeated and convolved, since transposed
//! convolutions leave checkerboards (Odena et al. 2016).

mod kernels;
mod tap;

pub use tap::{Map, Tap};

use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::module::{avg_pool2d, interpolate};
use burn::tensor::ops::{AvgPoolOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::encode::INPUTS;

/// Shape of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Channels of each level, finest first.
    pub channels: Vec<usize>,
    /// Convolutions of each level on the way down, and again on the way up.
    pub convolutions: usize,
    /// Convolutions of each level, finest first, that follow these and whose answer
    /// is added to what they are given; none where the list ends. They cost little
    /// on coarse levels, where the pressure far away is found.
    #[serde(default)]
    pub residual: Vec<usize>,
    /// Sub-frames that one call answers.
    pub sub_frames: usize,
}

impl Shape {
    /// 16-32-48-64-64 channels, one convolution a level and some more on coarse ones.
    pub fn small(sub_frames: usize) -> Self {
        let residual = vec![0, 0, 1, 1, 2];
        Self { residual, ..Self::plain(vec![16, 32, 48, 64, 64], 1, sub_frames) }
    }

    /// 24-32-48-64-64 channels, two convolutions a level.
    pub fn medium(sub_frames: usize) -> Self {
        Self::plain(vec![24, 32, 48, 64, 64], 2, sub_frames)
    }

    /// 32-48-64-96-96 channels, two convolutions a level.
    pub fn large(sub_frames: usize) -> Self {
        Self::plain(vec![32, 48, 64, 96, 96], 2, sub_frames)
    }

    /// A network without residual convolutions.
    pub fn plain(channels: Vec<usize>, convolutions: usize, sub_frames: usize) -> Self {
        Self { channels, convolutions, residual: Vec::new(), sub_frames }
    }

    /// Whether a network of this shape can begin with the weights of one of `other`:
    /// where it has more convolutions, these are residual, and answer nothing yet.
    pub fn grows_from(&self, other: &Self) -> bool {
        let levels = self.channels.len().max(self.residual.len()).max(other.residual.len());
        let same = (&self.channels, self.convolutions, self.sub_frames)
            == (&other.channels, other.convolutions, other.sub_frames);
        same && (0..levels).all(|k| self.residual_of(k) >= other.residual_of(k))
    }

    fn residual_of(&self, level: usize) -> usize {
        self.residual.get(level).copied().unwrap_or_default()
    }

    /// Cells along each side that one value of the coarsest level covers.
    pub fn coarsest(&self) -> usize {
        1 << (self.channels.len() - 1)
    }

    /// Maps that the network answers: a change of velocity along x and y for each sub-frame.
    pub fn outputs(&self) -> usize {
        2 * self.sub_frames
    }
}

/// Convolutions of one level, each with SiLU.
#[derive(Module, Debug)]
struct Level {
    convolutions: Vec<Conv2d>,
    residual: Vec<Conv2d>,
}

impl Level {
    fn new(inputs: usize, channels: usize, counts: [usize; 2], device: &Device) -> Self {
        let [count, residual] = counts;
        let inputs = std::iter::once(inputs).chain(std::iter::repeat(channels)).take(count);
        let convolution = |inputs| zeros(inputs, channels, 3, device);
        Self {
            convolutions: inputs.map(convolution).collect(),
            residual: (0..residual).map(|_| convolution(channels)).collect(),
        }
    }

    fn forward(&self, name: &str, mut x: Tensor<4>, tap: &mut dyn Tap) -> Tensor<4> {
        for (k, convolution) in self.convolutions.iter().enumerate() {
            x = kernels::swish(apply(convolution, x));
            tap.see(&format!("{name}.{k}"), &x);
        }
        for (k, convolution) in self.residual.iter().enumerate() {
            x = x.clone() + kernels::swish(apply(convolution, x));
            tap.see(&format!("{name}.{}", self.convolutions.len() + k), &x);
        }
        x
    }
}

/// A convolution whose answer is zero.
fn zeros(inputs: usize, outputs: usize, side: usize, device: &Device) -> Conv2d {
    let config = Conv2dConfig::new([inputs, outputs], [side, side]);
    let edge = side / 2;
    let config = config.with_padding(PaddingConfig2d::Explicit(edge, edge, edge, edge));
    config.with_initializer(burn::nn::Initializer::Zeros).init(device)
}

/// Weights that keep the variance of what passes (He et al. 2015, with the gain of
/// Glorot & Bengio's linear unit): uniform within ±1/√n for n numbers that make one.
///
/// Drawn here and not by the device, whose one source of chance all threads share.
fn draw(convolution: &mut Conv2d, dice: &mut Dice) {
    let weight = convolution.weight.val();
    let (dims, device) = (weight.dims(), weight.device());
    let bound = 1.0 / (dims[1..].iter().product::<usize>() as f64).sqrt();
    let mut numbers = |count: usize| -> Vec<f32> {
        (0..count).map(|_| (bound * (2.0 * dice.unit() - 1.0)) as f32).collect()
    };
    let data = TensorData::new(numbers(dims.iter().product()), dims);
    convolution.weight = Param::from_data(data, &device);
    let data = TensorData::new(numbers(dims[0]), [dims[0]]);
    convolution.bias = Some(Param::from_data(data, &device));
}

/// A convolution that keeps the size of its maps; its bias is always there.
fn apply(convolution: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let weight = convolution.weight.val();
    let bias = convolution.bias.as_ref().map(Param::val);
    let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], &x.device()));
    kernels::convolve(x, weight, bias)
}

/// The network.
#[derive(Module, Debug)]
pub struct UNet {
    down: Vec<Level>,
    up: Vec<Level>,
    head: Conv2d,
}

impl UNet {
    /// A network of zeros, for weights to be put into. Its answer is zero: it lets
    /// everything fall freely.
    pub fn new(shape: &Shape, device: &Device) -> Self {
        let channels = &shape.channels;
        let inputs = std::iter::once(INPUTS).chain(channels.iter().copied());
        let level = |k, inputs, outputs| {
            Level::new(inputs, outputs, [shape.convolutions, shape.residual_of(k)], device)
        };
        let down = inputs.zip(channels).enumerate().map(|(k, (i, &o))| level(k, i, o));
        let pairs = channels.windows(2).enumerate().rev();
        let up = pairs.map(|(k, pair)| level(k, pair[0] + pair[1], pair[0]));
        let (down, up) = (down.collect(), up.collect());
        let finest = channels.first().copied().unwrap_or(INPUTS);
        let head = zeros(finest, shape.outputs(), 1, device);
        Self { down, up, head }
    }

    /// A network to be trained, the same for a seed on every device. Its answer is
    /// still zero: that of the head and of residual convolutions begins there.
    pub fn seeded(shape: &Shape, seed: u64, device: &Device) -> Self {
        let mut net = Self::new(shape, device);
        let mut dice = Dice::new(seed, u64::MAX - 1, 0);
        let levels = net.down.iter_mut().chain(&mut net.up);
        levels.flat_map(|level| &mut level.convolutions).for_each(|c| draw(c, &mut dice));
        net
    }

    /// Each convolution with the name of the layer whose answer it makes, in the order in which
    /// they work.
    pub(crate) fn convolutions(&self) -> Vec<(String, &Conv2d)> {
        let down = self.down.iter().enumerate().map(|(k, level)| (format!("down{k}"), level));
        let finest = self.up.len().saturating_sub(1);
        let up = self.up.iter().enumerate();
        let up = up.map(|(k, level)| (format!("up{}", finest - k), level));
        let mut all = Vec::new();
        for (name, level) in down.chain(up) {
            let convolutions = level.convolutions.iter().chain(&level.residual).enumerate();
            all.extend(convolutions.map(|(k, own)| (format!("{name}.{k}"), own)));
        }
        all.push(("answer".to_owned(), &self.head));
        all
    }

    /// `[batch, INPUTS, height, width]` to `[batch, 2 × sub-frames, height, width]`.
    /// Height and width have to be multiples of [`Shape::coarsest`]. `tap` sees the
    /// `input`, the answer of each layer, and the `answer` of all.
    pub fn forward(&self, input: Tensor<4>, tap: &mut dyn Tap) -> Tensor<4> {
        let mut skips = Vec::new();
        tap.see("input", &input);
        let mut x = input;
        for (k, level) in self.down.iter().enumerate() {
            if k > 0 {
                skips.push(x.clone());
                x = avg_pool2d(x, AvgPoolOptions::new([2, 2]).with_stride([2, 2]));
            }
            x = level.forward(&format!("down{k}"), x, tap);
        }
        for (k, level) in self.up.iter().enumerate() {
            let Some(skip) = skips.pop() else { break };
            let name = format!("up{}", self.up.len() - 1 - k);
            let skip = tap.skip(&name, skip);
            let [_, _, height, width] = skip.dims();
            let repeat =
                InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([height, width]);
            x = level.forward(&name, Tensor::cat(vec![interpolate(x, repeat), skip], 1), tap);
        }
        let answer = apply(&self.head, x);
        tap.see("answer", &answer);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(net: &UNet) -> Vec<Vec<f32>> {
        let levels = net.down.iter().chain(&net.up);
        let all = levels.flat_map(|level| level.convolutions.iter().chain(&level.residual));
        let of = |c: &Conv2d| c.weight.val().into_data().try_to_vec().expect("numbers");
        all.chain([&net.head]).map(of).collect()
    }

    #[test]
    fn a_seed_is_a_network_whoever_else_draws() {
        let (shape, device) = (Shape::small(2), Device::flex());
        let net = |seed| weights(&UNet::seeded(&shape, seed, &device));
        let first = net(1);
        device.seed(7);
        assert_eq!(net(1), first);
        assert_ne!(net(2), first);
    }

    #[test]
    fn weights_begin_as_wide_as_those_of_burn() {
        let device = Device::flex();
        let net = UNet::seeded(&Shape::small(2), 1, &device);
        let ours = &weights(&net)[1];
        let theirs: Conv2d = Conv2dConfig::new([16, 32], [3, 3]).init(&device);
        let theirs: Vec<f32> = theirs.weight.val().into_data().try_to_vec().expect("numbers");
        assert_eq!(ours.len(), theirs.len());
        let [ours, theirs] = [ours, &theirs].map(|w| {
            let squares = w.iter().map(|w| w * w).sum::<f32>() / w.len() as f32;
            let largest = w.iter().fold(0.0_f32, |m, w| m.max(w.abs()));
            (squares.sqrt(), largest)
        });
        assert!((ours.0 / theirs.0 - 1.0).abs() < 0.05, "{ours:?} {theirs:?}");
        assert!((ours.1 / theirs.1 - 1.0).abs() < 0.01, "{ours:?} {theirs:?}");
        assert_eq!(weights(&net).last().map(|head| head.iter().all(|w| *w == 0.0)), Some(true));
    }
}
