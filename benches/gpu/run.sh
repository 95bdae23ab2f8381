#!/usr/bin/env bash
# What a graphics card does, on a machine that has one and need not have Rust.
#
#   benches/gpu/run.sh [BENCH [WEIR]]
#
#   BENCH     the bench, built elsewhere with  cargo bench --bench gpu --no-run
#             which says where it is; without it cargo builds it here
#   WEIR      the program, built elsewhere with  cargo build --release
#             with it data is written too, on the card and on the processor, and the solver is
#             validated on the card at full size
#   OUT       where tables and answers go [target/weir-bench]
#   SCENES    scenes of data to write [256]
#
# The driver of the card is looked for at run time: Vulkan, Metal or Direct3D 12. Debian's
# mesa-vulkan-drivers brings one that computes on the processor, to see that all is well.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${OUT:-$here/../target/weir-bench} scenes=${SCENES:-256}
bench=${1:-} weir=${2:-}
mkdir -p "$out"
export WEIR_BENCH_OUT=$out
if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv |
        tee "$out/card.csv"
fi
if [[ -n $bench ]]; then
    "$bench" --bench
else
    cargo bench --manifest-path "$here/Cargo.toml" --bench gpu
fi
[[ -n $weir ]] || exit 0

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
for backend in gpu cpu; do
    "$weir" generate drawn --scenes "0..$scenes" --backend "$backend" --at-once "$scenes" \
        --out "$data/$backend" --json | tee "$out/generate-$backend.json"
done
# A gate that fails is an answer too.
"$weir" validate --backend gpu --json | tee "$out/validate-gpu.json" ||
    echo "validate: exit code $?"
