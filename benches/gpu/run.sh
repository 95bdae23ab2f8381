#!/usr/bin/env bash
# What a graphics card does, on a machine that has one and need not have Rust.
#
#   benches/gpu/run.sh [PROGRAM]
#
#   PROGRAM   the bench, built elsewhere with
#               cargo bench --bench gpu --no-run
#             which says where it is; without it cargo builds it here
#   OUT       where the table goes [target/weir-bench]
#
# The driver of the card is looked for at run time: Vulkan, Metal or Direct3D 12. Debian's
# mesa-vulkan-drivers brings one that computes on the processor, to see that all is well.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${OUT:-$here/../target/weir-bench}
mkdir -p "$out"
if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv | tee "$out/card.csv"
fi
export WEIR_BENCH_OUT=$out
if (($# > 0)); then
    exec "$1" --bench
fi
exec cargo bench --manifest-path "$here/Cargo.toml" --bench gpu
