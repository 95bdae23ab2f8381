// Which particles a sort leaves out: at the beginning of a call, what drains have swallowed.

override DROPS: bool = false;

fn leaves(s: Scene, k: u32) -> bool {
    return DROPS && tags[k].is_gone != 0u;
}
