// What the threads of one workgroup find together.

const GROUP: u32 = 256u;

var<workgroup> sums: array<u32, GROUP>;
var<workgroup> parts: array<vec2f, GROUP>;
var<workgroup> whole: vec2f;

// Sum of what the threads before this one hold; all of it lies in `sums[GROUP - 1]` afterwards.
fn scan(lane: u32, own: u32) -> u32 {
    sums[lane] = own;
    workgroupBarrier();
    for (var reach = 1u; reach < GROUP; reach *= 2u) {
        var more = 0u;
        if lane >= reach {
            more = sums[lane - reach];
        }
        workgroupBarrier();
        sums[lane] += more;
        workgroupBarrier();
    }
    return sums[lane] - own;
}

// Sums over all threads.
fn total(lane: u32, own: vec2f) -> vec2f {
    parts[lane] = own;
    workgroupBarrier();
    for (var reach = GROUP / 2u; reach > 0u; reach /= 2u) {
        if lane < reach {
            parts[lane] += parts[lane + reach];
        }
        workgroupBarrier();
    }
    if lane == 0u {
        whole = parts[0];
    }
    return workgroupUniformLoad(&whole);
}
