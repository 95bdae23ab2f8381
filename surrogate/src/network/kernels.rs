//! The two operations that nearly all time goes into.
//!
//! On a processor they are those of [`weir_convolution`]; on any other device,
//! burn's. Gradients are spelled out, so that learning is as fast as running.

use burn::backend::Backend;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Tensor, TensorData};
use weir_convolution::{Convolution, silu};

/// `w ∗ x + b` with zeros around, and `w` of `[outputs, inputs, side, side]`, where the
/// side is 1 or 3.
pub fn convolve(x: Tensor<4>, w: Tensor<4>, b: Tensor<1>) -> Tensor<4> {
    let y = Dispatch::slide(x.into_dispatch(), w.into_dispatch(), b.into_dispatch());
    Tensor::from_dispatch(y)
}

/// `x σ(x)`.
pub fn swish(x: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::swish(x.into_dispatch()))
}

/// What a tensor of any device can do.
#[backend_extension(Flex, Cube: cfg(any(feature = "wgpu", feature = "cuda", feature = "webgpu")), Autodiff)]
trait Differentiable: Backend {
    fn slide(x: FloatTensor<Self>, w: FloatTensor<Self>, b: FloatTensor<Self>)
    -> FloatTensor<Self>;
    fn swish(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What a device brings for it.
trait Kernels: Backend {
    fn convolution(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let options = same(&w);
        Self::conv2d(x, w, Some(b), options)
    }

    fn input_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        dy: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let options = same(&w);
        Self::conv2d_x_backward(x, w, dy, options)
    }

    fn weight_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        dy: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let options = same(&w);
        Self::conv2d_weight_backward(x, w, dy, options)
    }

    fn bias_gradient(
        x: FloatTensor<Self>,
        b: FloatTensor<Self>,
        dy: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::conv2d_bias_backward(x, b, dy)
    }

    fn silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_mul(x.clone(), Self::sigmoid(x))
    }

    fn silu_gradient(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self> {
        let s = Self::sigmoid(x.clone());
        // σ + x σ (1 − σ)
        let rest = Self::float_add_scalar(Self::float_neg(s.clone()), 1.0.into());
        let bend = Self::float_mul(Self::float_mul(x, s.clone()), rest);
        Self::float_mul(dy, Self::float_add(s, bend))
    }
}

/// An answer as large as the question.
fn same(w: &impl TensorMetadata) -> ConvOptions<2> {
    let half = w.shape()[3] / 2;
    ConvOptions::new([1, 1], [half, half], [1, 1], 1)
}

impl Kernels for Flex {
    fn convolution(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (plan, batch) = plan(&x, &w);
        let [x, w, b] = [x, w, b].map(|tensor| tensor.to_contiguous());
        let mut y = vec![0.0; batch * plan.outputs * plan.height * plan.width];
        plan.forward(x.storage(), w.storage(), b.storage(), &mut y);
        tensor(y, &[batch, plan.outputs, plan.height, plan.width])
    }

    fn input_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        dy: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (plan, batch) = plan(&x, &w);
        let [w, dy] = [w, dy].map(|tensor| tensor.to_contiguous());
        let mut dx = vec![0.0; batch * plan.inputs * plan.height * plan.width];
        plan.input_gradient(w.storage(), dy.storage(), &mut dx);
        tensor(dx, &[batch, plan.inputs, plan.height, plan.width])
    }

    fn weight_gradient(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        dy: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let (plan, _) = plan(&x, &w);
        let [x, dy] = [x, dy].map(|tensor| tensor.to_contiguous());
        let mut dw = vec![0.0; plan.outputs * plan.inputs * plan.side * plan.side];
        plan.weight_gradient(x.storage(), dy.storage(), &mut dw);
        tensor(dw, &[plan.outputs, plan.inputs, plan.side, plan.side])
    }

    fn silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = x.to_contiguous();
        let mut y = vec![0.0; x.shape().num_elements()];
        silu::forward(x.storage(), &mut y);
        tensor(y, &x.shape())
    }

    fn silu_gradient(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self> {
        let [x, dy] = [x, dy].map(|tensor| tensor.to_contiguous());
        let mut dx = vec![0.0; x.shape().num_elements()];
        silu::gradient(x.storage(), dy.storage(), &mut dx);
        tensor(dx, &x.shape())
    }
}

/// The convolution of `w` over `x`, and how many samples there are.
fn plan(x: &FloatTensor<Flex>, w: &FloatTensor<Flex>) -> (Convolution, usize) {
    let (x, w) = (x.shape(), w.shape());
    let plan = Convolution { inputs: w[1], outputs: w[0], side: w[3], height: x[2], width: x[3] };
    (plan, x[0])
}

fn tensor(values: Vec<f32>, shape: &[usize]) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape.to_vec()))
}

#[cfg(any(feature = "wgpu", feature = "cuda", feature = "webgpu"))]
impl Kernels for burn::backend::Cube {}

macro_rules! as_it_is {
    ($($backend:ty),*) => {$(
        impl Differentiable for $backend {
            fn slide(
                x: FloatTensor<Self>,
                w: FloatTensor<Self>,
                b: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                Self::convolution(x, w, b)
            }

            fn swish(x: FloatTensor<Self>) -> FloatTensor<Self> {
                Self::silu(x)
            }
        }
    )*};
}

as_it_is!(Flex);
#[cfg(any(feature = "wgpu", feature = "cuda", feature = "webgpu"))]
as_it_is!(burn::backend::Cube);

impl<B: Kernels, C: CheckpointStrategy> Differentiable for Autodiff<B, C> {
    fn slide(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Slide;

        impl<B: Kernels> Backward<B, 3> for Slide {
            /// x, w and b.
            type State = [FloatTensor<B>; 3];

            fn backward(
                self,
                ops: Ops<Self::State, 3>,
                grads: &mut Gradients,
                _checkpointer: &mut Checkpointer,
            ) {
                let dy = grads.consume::<B>(&ops.node);
                let [of_x, of_w, of_b] = ops.parents;
                let [x, w, b] = ops.state;
                if let Some(node) = of_x {
                    let dx = B::input_gradient(x.clone(), w.clone(), dy.clone());
                    grads.register::<B>(node.id, dx);
                }
                if let Some(node) = of_w {
                    let dw = B::weight_gradient(x.clone(), w, dy.clone());
                    grads.register::<B>(node.id, dw);
                }
                if let Some(node) = of_b {
                    grads.register::<B>(node.id, B::bias_gradient(x, b, dy));
                }
            }
        }

        let nodes = [x.node(), w.node(), b.node()];
        let [x, w, b] = [x, w, b].map(|tensor| tensor.into_primitive());
        match Slide.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let state = [x.clone(), w.clone(), b.clone()];
                prepared.finish(state, B::convolution(x, w, b))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::convolution(x, w, b)),
        }
    }

    fn swish(x: FloatTensor<Self>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct Swish;

        impl<B: Kernels> Backward<B, 1> for Swish {
            /// x.
            type State = FloatTensor<B>;

            fn backward(
                self,
                ops: Ops<Self::State, 1>,
                grads: &mut Gradients,
                _checkpointer: &mut Checkpointer,
            ) {
                let x = ops.state;
                unary::<B, _>(ops.parents, ops.node, grads, |dy| B::silu_gradient(x, dy));
            }
        }

        let nodes = [x.node()];
        let x = x.into_primitive();
        match Swish.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(x.clone(), B::silu(x)),
            OpsKind::UnTracked(prepared) => prepared.finish(B::silu(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::module::conv2d;
    use burn::tensor::ops::ConvOptions;
    use burn::tensor::{Device, Distribution, Tolerance};

    /// The same by burn's own operations, which find their own gradients.
    fn plainly(x: Tensor<4>, w: Tensor<4>, b: Tensor<1>) -> Tensor<4> {
        let half = w.dims()[3] / 2;
        let options = ConvOptions::new([1, 1], [half, half], [1, 1], 1);
        let y = conv2d(x, w, Some(b), options);
        burn::tensor::activation::silu(y)
    }

    #[test]
    fn answers_and_gradients_are_those_of_burn() {
        let device = Device::flex().autodiff();
        device.seed(3);
        let random = |shape: [usize; 4]| {
            Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device).require_grad()
        };
        for side in [1, 3] {
            let (x, w) = (random([2, 5, 6, 10]), random([7, 5, side, side]));
            let b = Tensor::<1>::random([7], Distribution::Default, &device).require_grad();
            let towards = random([2, 7, 6, 10]);
            let ours = swish(convolve(x.clone(), w.clone(), b.clone()));
            let theirs = plainly(x.clone(), w.clone(), b.clone());
            let close = Tolerance::<f32>::rel_abs(1e-4, 1e-5);
            ours.to_data().assert_approx_eq(&theirs.to_data(), close);
            let ours = (ours * towards.clone()).sum().backward();
            let theirs = (theirs * towards).sum().backward();
            for leaf in [&x, &w] {
                let [ours, theirs] = [&ours, &theirs].map(|g| leaf.grad(g).expect("a gradient"));
                ours.to_data().assert_approx_eq(&theirs.to_data(), close);
            }
            let [ours, theirs] = [&ours, &theirs].map(|g| b.grad(g).expect("a gradient"));
            ours.to_data().assert_approx_eq(&theirs.to_data(), close);
        }
    }
}
