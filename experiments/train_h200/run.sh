#!/usr/bin/env bash
# Data, training and evaluation in one go, on a machine with a GPU, many cores, and
# neither a network nor Rust. Call it again until it says that all is done: each call
# ends by itself, and goes on where the last one ended.
#
#   experiments/train_h200/run.sh
#
#   WEIR      the program, built elsewhere with
#             cargo build --release [./weir]
#   WORK      data and state, 10 GB, kept between calls [target/h200]
#   OUT       what is to be taken home, at most 8 files of 16 MiB [$WORK/out]
#   CONFIG    what to train [config.toml beside this file]
#   DEVICE    what computes: wgpu (Vulkan), or cuda where the program was built with it [wgpu]
#   SCENES    scenes to train on [640]
#   JUDGED    test scenes of the kind that was learned [32]; half as many of unseen families
#   SECONDS_A_CALL   after which a call ends [500]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
weir=${WEIR:-./weir} work=${WORK:-target/h200} device=${DEVICE:-wgpu}
out=${OUT:-$work/out} config=${CONFIG:-$here/config.toml} scenes=${SCENES:-640}
judged=${JUDGED:-32}
limit=${SECONDS_A_CALL:-500}
mkdir -p "$work" "$out"
left() { echo $((limit - SECONDS)); }
later() {
    echo "to be continued: $1"
    exit 0
}
# Ends a stage that would outlast the call; what it has made stays.
stage() { # name, command...
    local name=$1 code=0
    shift
    (($(left) > 20)) || later "$name"
    echo "== $name"
    timeout --signal=INT --kill-after=20 "$(left)" "$@" || code=$?
    case $code in
        0) ;;
        124 | 130) later "$name" ;;
        *) exit "$code" ;;
    esac
}

stage "data to learn from" "$weir" generate drawn --out "$work/drawn" --scenes "0..$scenes"
stage "data to judge by" "$weir" generate drawn --out "$work/drawn-test" \
    --scenes "1060..$((1060 + judged))"
stage "unseen families" "$weir" generate heldout --out "$work/heldout" \
    --scenes "30..$((30 + judged / 2))"

run=$work/run
if [[ ! -e $run/done ]]; then
    resume=()
    [[ -d $run/state ]] && resume=(--resume)
    # Half a minute is left to write everything down.
    stage training "$weir" train "$config" --data "$work/drawn" --part --device "$device" \
        --out "$run" --seconds "$(($(left) > 60 ? $(left) - 30 : 30))" "${resume[@]}" \
        > >(tee -a "$work/training.log") 2>&1
    touch "$run/done"
fi
cp "$run"/model/* "$run/losses.csv" "$out/"
# A report that was cut off is there too, of the scenes that were whole: this says that all were.
if [[ ! -e $work/judged ]]; then
    stage evaluation "$weir" evaluate "$run/model" --data "$work/drawn-test" --data "$work/heldout" \
        --part --split test --report "$work/report"
    touch "$work/judged"
fi
tar -czf "$out/report.tar.gz" -C "$work" report
gzip -c "$work/training.log" >"$out/training.log.gz"
cp "$config" "$out/config.toml"
echo "all is done: $out"
