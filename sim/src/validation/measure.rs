//! Turning particles and samples into numbers.

use weir_scene::Frame;

/// Water's density, kg/m³.
pub(super) const WATER_KG_M3: f64 = 1000.0;

/// Position of a particle as f64, metres.
pub(super) fn f64s(v: [f32; 2]) -> [f64; 2] {
    v.map(f64::from)
}

/// Mean position of the particles, metres.
pub(super) fn centroid_m(frame: &Frame) -> [f64; 2] {
    let sum = frame.positions_m.iter().fold([0.0; 2], |sum, &p| {
        let p = f64s(p);
        [sum[0] + p[0], sum[1] + p[1]]
    });
    sum.map(|s| s / frame.positions_m.len() as f64)
}

/// Greatest speed of a particle, m/s.
pub(super) fn max_speed_m_s(frame: &Frame) -> f64 {
    frame.velocities_m_s.iter().map(|&v| f64::hypot(v[0].into(), v[1].into())).fold(0.0, f64::max)
}

/// How far to the right the water reaches that hangs together with the left
/// wall: walks the columns of cells from the left up to the first empty one.
/// Drops that flew ahead of the front do not count.
pub(super) fn front_m(frame: &Frame, cell_m: f64) -> f64 {
    let mut reach: Vec<f64> = Vec::new();
    for &p in &frame.positions_m {
        let x = f64::from(p[0]);
        let column = (x / cell_m).max(0.0) as usize;
        if reach.len() <= column {
            reach.resize(column + 1, f64::NEG_INFINITY);
        }
        reach[column] = reach[column].max(x);
    }
    // A particle stands for water a quarter of a cell to either side of it.
    reach.iter().take_while(|x| x.is_finite()).last().map_or(f64::NAN, |x| x + cell_m / 4.0)
}

/// Times at which a sampled signal changes sign, interpolated linearly.
pub(super) fn zero_crossings(samples: &[[f64; 2]]) -> Vec<f64> {
    samples
        .windows(2)
        .filter(|w| (w[0][1] < 0.0) != (w[1][1] < 0.0))
        .map(|w| w[0][0] - w[0][1] * (w[1][0] - w[0][0]) / (w[1][1] - w[0][1]))
        .collect()
}

/// Slope of the least-squares line through points.
pub(super) fn slope(points: &[[f64; 2]]) -> f64 {
    let n = points.len() as f64;
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f64>() / n;
    let (mx, my) = (mean(0), mean(1));
    let covariance: f64 = points.iter().map(|p| (p[0] - mx) * (p[1] - my)).sum();
    let variance: f64 = points.iter().map(|p| (p[0] - mx).powi(2)).sum();
    covariance / variance
}

/// Value of a sampled curve at `x`, NaN outside it. The abscissae rise.
pub(super) fn interpolate(curve: &[[f64; 2]], x: f64) -> f64 {
    let after = curve.partition_point(|p| p[0] < x);
    match (after.checked_sub(1).map(|k| curve[k]), curve.get(after)) {
        (Some(a), Some(b)) => a[1] + (x - a[0]) / (b[0] - a[0]) * (b[1] - a[1]),
        (None, Some(b)) if b[0] == x => b[1],
        _ => f64::NAN,
    }
}

/// First abscissa at which a sampled curve reaches `y`, NaN if it never does.
pub(super) fn first_reaches(curve: &[[f64; 2]], y: f64) -> f64 {
    curve
        .windows(2)
        .find(|w| w[0][1] <= y && y <= w[1][1] && w[0][1] < w[1][1])
        .map_or(f64::NAN, |w| w[0][0] + (y - w[0][1]) / (w[1][1] - w[0][1]) * (w[1][0] - w[0][0]))
}

/// Mean of the values; NaN of none.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = values.into_iter().fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / n
}

/// Largest of the values; NaN if any is NaN or there is none, unlike `f64::max`.
pub(super) fn worst(values: impl IntoIterator<Item = f64>) -> f64 {
    values
        .into_iter()
        .reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
        .unwrap_or(f64::NAN)
}

/// Root of the mean of the squares.
pub(super) fn rms(values: impl IntoIterator<Item = f64>) -> f64 {
    mean(values.into_iter().map(|v| v * v)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_at(xs: &[f32]) -> Frame {
        Frame { positions_m: xs.iter().map(|&x| [x, 0.1]).collect(), ..Frame::default() }
    }

    #[test]
    fn front_ignores_a_drop_that_flew_ahead() {
        let front = front_m(&frame_at(&[0.1, 0.9, 1.4, 1.2, 2.6, 7.0]), 1.0);
        assert!((front - 2.85).abs() < 1e-6, "{front}");
        assert!(front_m(&frame_at(&[]), 1.0).is_nan());
    }

    #[test]
    fn zero_crossings_of_a_sine_are_half_periods() {
        let samples: Vec<[f64; 2]> =
            (0..400).map(|k| f64::from(k) * 0.01 + 0.005).map(|t| [t, (7.0 * t).sin()]).collect();
        let spacing = std::f64::consts::PI / 7.0;
        for (k, t) in zero_crossings(&samples).into_iter().enumerate() {
            assert!((t - (k + 1) as f64 * spacing).abs() < 1e-4);
        }
    }

    #[test]
    fn slope_of_a_power_law_in_logarithms_is_its_exponent() {
        let points = [0.1, 0.2, 0.4].map(|h: f64| [h.log2(), (3.0 * h * h).log2()]);
        assert!((slope(&points) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn interpolation_is_exact_on_lines_and_nan_outside() {
        let curve = [[0.0, 1.0], [1.0, 3.0], [2.0, 5.0]];
        assert_eq!(interpolate(&curve, 0.0), 1.0);
        assert_eq!(interpolate(&curve, 1.5), 4.0);
        assert!(interpolate(&curve, 2.1).is_nan());
        assert_eq!(first_reaches(&curve, 4.0), 1.5);
        assert!(first_reaches(&curve, 6.0).is_nan());
    }

    #[test]
    fn worst_does_not_lose_a_nan() {
        assert_eq!(worst([1.0, 3.0, 2.0]), 3.0);
        assert!(worst([1.0, f64::NAN, 2.0]).is_nan());
        assert!(worst([]).is_nan());
    }
}
