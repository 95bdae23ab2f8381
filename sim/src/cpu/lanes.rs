//! Sums in a fixed order that the processor can take four at a time.

/// Adds `Σ one(k)` for `k` below `count` to `sums`: four running sums, then
/// their total, then what is left over.
#[inline(always)]
pub fn sum(count: usize, one: impl Fn(usize) -> (f32, f32), sums: &mut (f32, f32)) {
    let mut lanes = [(0.0_f32, 0.0_f32); 4];
    let whole = count / 4 * 4;
    let mut k = 0;
    while k < whole {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let (a, b) = one(k + lane);
            sum.0 += a;
            sum.1 += b;
        }
        k += 4;
    }
    let total = |pick: fn(&(f32, f32)) -> f32| {
        (pick(&lanes[0]) + pick(&lanes[1])) + (pick(&lanes[2]) + pick(&lanes[3]))
    };
    sums.0 += total(|l| l.0);
    sums.1 += total(|l| l.1);
    for k in whole..count {
        let (a, b) = one(k);
        sums.0 += a;
        sums.1 += b;
    }
}
