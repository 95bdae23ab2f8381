//! The bump that one particle spreads over the picture.

/// A windowed Gaussian, separable in x and y, that sums to one over the pixels
/// of full water: particles `spacing` apart on a square lattice.
///
/// Its standard deviation is the particle spacing. Narrower, and the lattice
/// shows as dots; wider, and thin sheets of water fade away.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Distance between particles in full water, pixels.
    pub spacing_px: f32,
    /// Beyond this distance in x or y the kernel is zero, pixels.
    pub reach_px: f32,
    sigma_px: f32,
    edge: f32,
    scale: f32,
}

impl Kernel {
    const SIGMA_PER_SPACING: f32 = 1.15;
    const REACH_PER_SIGMA: f32 = 2.25;

    /// The kernel for particles `spacing_px` apart.
    pub fn new(spacing_px: f32) -> Self {
        let sigma_px = Self::SIGMA_PER_SPACING * spacing_px;
        let reach_px = Self::REACH_PER_SIGMA * sigma_px;
        let edge = (-0.5 * Self::REACH_PER_SIGMA.powi(2)).exp();
        let mut kernel = Self { spacing_px, reach_px, sigma_px, edge, scale: 1.0 };
        kernel.scale = spacing_px / kernel.integral(reach_px);
        kernel
    }

    /// One factor of the kernel at `offset_px`; the kernel is the product of that in x and in y.
    #[inline]
    pub fn factor(&self, offset_px: f32) -> f32 {
        let x = offset_px / self.sigma_px;
        self.scale * ((-0.5 * x * x).exp() - self.edge).max(0.0)
    }

    /// Standard deviation of the Gaussian, pixels.
    pub fn sigma_px(&self) -> f32 {
        self.sigma_px
    }

    /// Share of the kernel that lies below `offset_px` along one axis, `0..=1`.
    pub fn share_below(&self, offset_px: f32) -> f32 {
        let offset = offset_px.clamp(-self.reach_px, self.reach_px);
        self.integral(offset) / self.spacing_px
    }

    /// Offsets that, equally weighted, stand for the kernel: a sunflower whose
    /// seeds are as dense as the Gaussian is high.
    pub fn samples(&self, count: usize) -> Vec<[f32; 2]> {
        const GOLDEN_ANGLE: f32 = 2.399_963_2;
        let heaviest = 1.0 - self.edge;
        let sample = |i: usize| {
            let rank = heaviest * (i as f32 + 0.5) / count as f32;
            let radius = self.sigma_px * (-2.0 * (1.0 - rank).ln()).sqrt();
            let angle = GOLDEN_ANGLE * i as f32;
            [radius * angle.cos(), radius * angle.sin()]
        };
        (0..count).map(sample).collect()
    }

    /// Integral of the factor from its left end to `offset_px`, by the midpoint rule.
    fn integral(&self, offset_px: f32) -> f32 {
        const STEPS: usize = 64;
        let width = (offset_px + self.reach_px) / STEPS as f32;
        let middle = |i: usize| -self.reach_px + (i as f32 + 0.5) * width;
        (0..STEPS).map(|i| self.factor(middle(i)) * width).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_water_is_seamless() {
        for spacing in [2.0_f32, 6.1, 11.7] {
            let kernel = Kernel::new(spacing);
            let line =
                |x: f32| -> f32 { (-20..=20).map(|i| kernel.factor(x - i as f32 * spacing)).sum() };
            for step in 0..10 {
                let (x, y) = (0.1 * step as f32 * spacing, 0.07 * step as f32 * spacing);
                assert!(
                    (line(x) * line(y) - 1.0).abs() < 0.03,
                    "a lattice {spacing} px wide shows"
                );
            }
        }
    }

    #[test]
    fn half_of_the_kernel_lies_on_each_side() {
        let kernel = Kernel::new(6.0);
        assert!((kernel.share_below(0.0) - 0.5).abs() < 1e-3);
        assert!((kernel.share_below(kernel.reach_px) - 1.0).abs() < 1e-3);
        assert!(kernel.share_below(-kernel.reach_px).abs() < 1e-6);
    }
}
