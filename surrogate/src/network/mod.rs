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
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

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
        let config = |inputs| {
            let config = Conv2dConfig::new([inputs, channels], [3, 3]);
            config.with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        };
        let [count, residual] = counts;
        let inputs = std::iter::once(inputs).chain(std::iter::repeat(channels));
        let convolutions = inputs.take(count).map(|inputs| config(inputs).init(device));
        let nothing = config(channels).with_initializer(burn::nn::Initializer::Zeros);
        Self {
            convolutions: convolutions.collect(),
            residual: (0..residual).map(|_| nothing.init(device)).collect(),
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
    /// A network with fresh weights; the head starts at zero, so that an untrained
    /// network lets everything fall freely.
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
        let head = Conv2dConfig::new([finest, shape.outputs()], [1, 1])
            .with_initializer(burn::nn::Initializer::Zeros)
            .init(device);
        Self { down, up, head }
    }

    /// `[batch, INPUTS, height, width]` to `[batch, 2 × sub-frames, height, width]`.
    /// Height and width have to be multiples of [`Shape::coarsest`]. `tap` sees the
    /// answer of each layer.
    pub fn forward(&self, input: Tensor<4>, tap: &mut dyn Tap) -> Tensor<4> {
        let mut skips = Vec::new();
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
