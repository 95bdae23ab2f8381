#!/usr/bin/env bash
# Runs an experiment again: trains a network of each of its configurations, and
# judges them all on scenes that none has seen.
#
#   experiments/run.sh size            one of the folders beside this file
#   experiments/run.sh size teaching   or some
#
#   WORK     where data and runs are kept, 4 GB [target/experiments]
#   WEIR     the program [built from here]
#   DEVICE   what computes: flex, wgpu, cuda [flex]
#   SCENES   how many scenes to train on [96]
#   JUDGED   how many to judge by [16]
#
# What is there already is not made again; what was cut off goes on. Configurations
# that differ in nothing but their name share a run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
work=${WORK:-target/experiments} device=${DEVICE:-flex}
scenes=${SCENES:-96} judged=${JUDGED:-16}
if (($# == 0)); then
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 2
fi
for name in "$@"; do
    compgen -G "$here/$name/*.toml" >/dev/null && continue
    echo "no experiment $name; there are: $(cd "$here" && ls -d */ | tr -d / | xargs)" >&2
    exit 2
done
if [[ -z ${WEIR:-} ]]; then
    cargo build --release --workspace
    WEIR=${CARGO_TARGET_DIR:-target}/release/weir
fi
mkdir -p "$work"
"$WEIR" generate drawn --out "$work/drawn" --scenes "0..$scenes"
# The scenes after those for training: networks are compared on them, and chosen by them.
"$WEIR" generate drawn --out "$work/drawn-valid" --scenes "1000..$((1000 + judged))"

for name in "$@"; do
    models=()
    for config in "$here/$name"/*.toml; do
        key=$(grep -v '^name' "$config" | cat - <(echo "$scenes $device") | sha256sum | cut -c1-12)
        run=$work/runs/$key
        if [[ ! -e $run/done ]]; then
            resume=()
            [[ -d $run/state ]] && resume=(--resume)
            # The run belongs to every configuration like it: it bears the first's name.
            mkdir -p "$run"
            [[ -e $run/config.toml ]] || cp "$config" "$run/config.toml"
            "$WEIR" train "$run/config.toml" --data "$work/drawn" --part --device "$device" \
                --samples 0 --out "$run" "${resume[@]}"
            touch "$run/done"
        fi
        # Called in the report what it is called here.
        model=$work/models/$(basename "$config" .toml)
        rm -rf "$model" && mkdir -p "$work/models"
        cp -r "$run/model" "$model"
        sed -i "s/^name = .*/name = \"$(basename "$config" .toml)\"/" "$model/model.toml"
        models+=("$model")
    done
    "$WEIR" evaluate "${models[@]}" --data "$work/drawn-valid" --part --split valid --quick \
        --report "$work/reports/$name"
    echo "report: $work/reports/$name/report.md"
done
