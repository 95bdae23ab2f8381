#!/bin/bash
# A data set, made by an array job of Slurm, in a folder that all nodes see.
#
#   export SCENES=0..1120
#   made=$(sbatch --parsable --array=0-27 deploy/batch/slurm.sh drawn /shared/drawn)
#   sbatch --job-name=weir-collect --dependency="afterok:$made" deploy/batch/slurm.sh --collect drawn /shared/drawn
#
# from the root of the repository. WEIR names the program if it is in no one's PATH.
#SBATCH --job-name=weir-generate
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --output=%x-%j.log
# Two minutes before its time is up it is asked to stop, and keeps the scenes that are whole.
#SBATCH --signal=B:TERM@120
set -euo pipefail
# Slurm runs a copy of this file from elsewhere.
shard=${SLURM_SUBMIT_DIR:-$PWD}/deploy/batch/shard
if [[ ${1:-} == --collect ]]; then
    exec "$shard" "$@"
fi
exec "$shard" "$@" --threads "${SLURM_CPUS_PER_TASK:-1}" --json
