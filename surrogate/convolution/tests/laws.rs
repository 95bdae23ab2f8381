//! A convolution is bilinear, and its gradients are its adjoints.

use weir_convolution::Convolution;

/// Numbers without pattern in [-1, 1).
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The definition, in double precision.
fn plainly(c: &Convolution, x: &[f32], w: &[f32], b: &[f32]) -> Vec<f64> {
    let (height, width) = (c.height as isize, c.width as isize);
    let half = (c.side / 2) as isize;
    let batch = x.len() / (c.inputs * c.height * c.width);
    let mut y = Vec::new();
    for sample in 0..batch {
        for o in 0..c.outputs {
            for j in 0..height {
                for i in 0..width {
                    let mut sum = f64::from(b[o]);
                    for input in 0..c.inputs {
                        for (tap, weight) in w[(o * c.inputs + input) * c.side * c.side..]
                            [..c.side * c.side]
                            .iter()
                            .enumerate()
                        {
                            let (jj, ii) = (
                                j + (tap / c.side) as isize - half,
                                i + (tap % c.side) as isize - half,
                            );
                            if (0..height).contains(&jj) && (0..width).contains(&ii) {
                                let at = ((sample * c.inputs + input) * c.height + jj as usize)
                                    * c.width
                                    + ii as usize;
                                sum += f64::from(*weight) * f64::from(x[at]);
                            }
                        }
                    }
                    y.push(sum);
                }
            }
        }
    }
    y
}

fn cases() -> Vec<(usize, Convolution)> {
    let mut cases = Vec::new();
    for (batch, inputs, outputs, side, height, width) in [
        (1, 1, 1, 3, 1, 1),
        (1, 1, 1, 1, 1, 1),
        (2, 3, 5, 3, 7, 9),
        (3, 10, 16, 3, 16, 24),
        (1, 48, 16, 3, 12, 33),
        (2, 16, 8, 1, 9, 50),
        (1, 5, 13, 1, 40, 40),
        (1, 2, 9, 3, 64, 96),
        (1, 16, 16, 3, 41, 40),
        (1, 64, 61, 3, 8, 12),
    ] {
        cases.push((batch, Convolution { inputs, outputs, side, height, width }));
    }
    cases
}

struct Arrays {
    x: Vec<f32>,
    w: Vec<f32>,
    b: Vec<f32>,
    y: Vec<f32>,
    dy: Vec<f32>,
}

fn arrays(batch: usize, c: &Convolution) -> Arrays {
    let area = c.height * c.width;
    let x = noise(batch * c.inputs * area, 1);
    let w = noise(c.outputs * c.inputs * c.side * c.side, 2);
    let b = noise(c.outputs, 3);
    let mut y = vec![f32::NAN; batch * c.outputs * area];
    c.forward(&x, &w, &b, &mut y);
    let dy = noise(y.len(), 4);
    Arrays { x, w, b, y, dy }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[test]
fn it_is_its_definition() {
    for (batch, c) in cases() {
        let Arrays { x, w, b, y, .. } = arrays(batch, &c);
        let exact = plainly(&c, &x, &w, &b);
        let terms = (c.inputs * c.side * c.side) as f64;
        for (k, (got, exact)) in y.iter().zip(&exact).enumerate() {
            assert!((f64::from(*got) - exact).abs() < 1e-6 * terms, "{c:?} at {k}: {got} {exact}");
        }
    }
}

#[test]
fn gradients_are_adjoints() {
    for (batch, c) in cases() {
        let Arrays { x, w, b, y, dy } = arrays(batch, &c);
        let mut dx = vec![f32::NAN; x.len()];
        let mut dw = vec![f32::NAN; w.len()];
        let mut db = vec![f32::NAN; b.len()];
        c.input_gradient(&w, &dy, &mut dx);
        c.weight_gradient(&x, &dy, &mut dw);
        c.bias_gradient(&dy, &mut db);
        // ⟨dy, w ∗ x⟩ = ⟨dx, x⟩ = ⟨dw, w⟩, with what the bias adds taken off.
        let answer = dot(&dy, &y) - dot(&db, &b);
        let scale = (dy.len() * c.inputs * c.side * c.side) as f64;
        assert!((answer - dot(&dx, &x)).abs() < 1e-6 * scale, "{c:?}: {answer} {}", dot(&dx, &x));
        assert!((answer - dot(&dw, &w)).abs() < 1e-6 * scale, "{c:?}: {answer} {}", dot(&dw, &w));
    }
}

#[test]
fn a_sample_does_not_see_its_neighbours() {
    for (_, c) in cases() {
        let (three, w, b) = (arrays(3, &c), arrays(1, &c).w, arrays(1, &c).b);
        let (one_x, one_y) = (three.x.len() / 3, three.y.len() / 3);
        for k in 0..3 {
            let mut y = vec![f32::NAN; one_y];
            c.forward(&three.x[k * one_x..][..one_x], &w, &b, &mut y);
            assert_eq!(y, three.y[k * one_y..][..one_y], "{c:?}, sample {k}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let run = |threads: usize, batch: usize, c: Convolution| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let Arrays { x, y, dy, w, .. } = arrays(batch, &c);
            let (mut dx, mut dw) = (vec![0.0; x.len()], vec![0.0; w.len()]);
            c.input_gradient(&w, &dy, &mut dx);
            c.weight_gradient(&x, &dy, &mut dw);
            (y, dx, dw)
        })
    };
    // Shared out by samples; by bands of rows, the last of them shorter; by channels.
    for (batch, inputs, outputs, side, height, width) in [
        (5, 10, 24, 3, 16, 20),
        (1, 24, 16, 3, 41, 40),
        (1, 64, 61, 3, 8, 12),
        (1, 64, 64, 1, 40, 40),
    ] {
        let c = Convolution { inputs, outputs, side, height, width };
        let one = run(1, batch, c);
        for threads in [2, 3, 7] {
            assert!(one == run(threads, batch, c), "{c:?} on {threads} threads");
        }
    }
}
