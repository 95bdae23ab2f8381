//! How readily solids yield to a push: the matrix K in ΔV = K · impulse.
//!
//! For a free body K is its inverse mass matrix. A pinned or resting body yields
//! less, and water that does not know it pumps through: it would be projected
//! against a motion that rapier then refuses. So K is the inverse mass matrix
//! projected onto the motions that joints and pressing contacts allow,
//!
//! K = M⁻¹ − M⁻¹Gᵀ (G M⁻¹ Gᵀ)⁻¹ G M⁻¹,
//!
//! with one row of G for each held velocity (Baraff 1996). A contact counts
//! only while it pressed in the last step, so a body that water lifts is free
//! one step later.

/// One held velocity: Σ coefficient · velocity = 0 over a few unknowns.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Pairs of an unknown (3 · mover + 0, 1, 2 for u, v, spin) and its coefficient.
    pub terms: Vec<(usize, f64)>,
}

/// The matrix K, dense and symmetric, over three unknowns a mover.
#[derive(Clone, Debug, Default)]
pub struct Mobility {
    size: usize,
    k: Vec<f64>,
    held: Vec<bool>,
}

impl Mobility {
    /// K for movers with the given diagonal inverse masses (zero: moved by
    /// nothing) under `constraints`.
    pub fn new(inverse_mass: &[[f64; 3]], constraints: &[Constraint]) -> Self {
        let size = 3 * inverse_mass.len();
        let diagonal: Vec<f64> = inverse_mass.iter().flatten().copied().collect();
        let mut k = vec![0.0; size * size];
        for (row, &value) in diagonal.iter().enumerate() {
            k[row * size + row] = value;
        }
        // Hold one velocity after the other: K ← K − (Kg)(Kg)ᵀ / (gᵀKg). In exact
        // arithmetic this is the projection above, and a redundant row (a second
        // contact that holds nothing new) finds gᵀKg ≈ 0 and is passed over.
        for constraint in constraints {
            let kg: Vec<f64> = (0..size)
                .map(|row| constraint.terms.iter().map(|&(c, g)| k[row * size + c] * g).sum())
                .collect();
            let free: f64 = constraint.terms.iter().map(|&(c, g)| diagonal[c] * g * g).sum();
            let left: f64 = constraint.terms.iter().map(|&(c, g)| kg[c] * g).sum();
            if left <= 1e-6 * free {
                continue;
            }
            for row in 0..size {
                for column in 0..size {
                    k[row * size + column] -= kg[row] * kg[column] / left;
                }
            }
        }
        let held = diagonal.iter().map(|&value| value == 0.0).collect();
        Self { size, k, held }
    }

    /// Whether nothing yields.
    pub fn is_rigid(&self) -> bool {
        self.k.iter().all(|&value| value == 0.0)
    }

    /// K, row by row.
    pub fn elements(&self) -> &[f64] {
        &self.k
    }

    /// `out = K · impulse`.
    pub fn apply(&self, impulse: &[f64], out: &mut [f64]) {
        for (row, out) in self.k.chunks_exact(self.size.max(1)).zip(out) {
            *out = row.iter().zip(impulse).map(|(k, f)| k * f).sum();
        }
    }

    /// The allowed velocity that results when bodies with `velocity` are let go:
    /// K M · velocity, with the given velocity kept where nothing can change it.
    pub fn project(&self, inverse_mass: &[[f64; 3]], velocity: &mut [f64]) {
        let momentum: Vec<f64> = velocity
            .iter()
            .zip(inverse_mass.iter().flatten())
            .map(|(v, w)| if *w > 0.0 { v / w } else { 0.0 })
            .collect();
        let mut allowed = vec![0.0; self.size];
        self.apply(&momentum, &mut allowed);
        for ((v, allowed), held) in velocity.iter_mut().zip(allowed).zip(&self.held) {
            if !held {
                *v = allowed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_rod_turns_about_its_pin_with_the_parallel_axis_inertia() {
        // Unit mass, inertia 0.5, pinned 2 to the left of its centre.
        let inverse_mass = [[1.0, 1.0, 2.0]];
        let pin = [
            Constraint { terms: vec![(0, 1.0), (2, 0.0)] },
            Constraint { terms: vec![(1, 1.0), (2, -2.0)] },
        ];
        let mobility = Mobility::new(&inverse_mass, &pin);
        let mut out = [0.0; 3];
        mobility.apply(&[0.0, 1.0, 0.0], &mut out);
        let spin = 2.0 / (0.5 + 1.0 * 4.0); // torque about the pin over inertia about the pin
        assert!((out[2] - spin).abs() < 1e-12 && (out[1] - 2.0 * spin).abs() < 1e-12);
        assert_eq!(out[0], 0.0);
    }

    #[test]
    fn a_redundant_constraint_changes_nothing() {
        let inverse_mass = [[1.0, 1.0, 0.3]];
        let row = Constraint { terms: vec![(1, 1.0), (2, 0.5)] };
        let once = Mobility::new(&inverse_mass, std::slice::from_ref(&row));
        let twice = Mobility::new(&inverse_mass, &[row.clone(), row]);
        assert_eq!(once.k, twice.k);
    }
}
