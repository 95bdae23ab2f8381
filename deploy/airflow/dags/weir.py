"""What has to be done again and again with weir, for Airflow 3.

`weir_model` makes data on as many workers as are asked for, checks them, trains a network, judges
it and asks the gate. It ends there: a person promotes. `weir_refresh` reads again each night what
questions are answered from.

Where things are is set on the workers, not here:

    WEIR               the program [weir]
    WEIR_WORK          a folder that all workers see [/var/lib/weir-work]
    WEIR_BATCH         the folder of this repository that has `shard` [deploy/batch beside this file's]
    WEIR_CONFIG        the configuration of the server whose documents are refreshed [/etc/weir/weir.toml]

What is typed into a form of Airflow reaches a shell as the value of a variable and as nothing
else: commands have no templates in them.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, chain, dag, task

BATCH = os.environ.get("WEIR_BATCH", str(Path(__file__).resolve().parents[2] / "batch"))
WORK = os.environ.get("WEIR_WORK", "/var/lib/weir-work")
# The exit code of a gate that says no.
NO = 1

PARAMS = {
    "recipe": Param("drawn", type="string", minLength=1, description="one that comes with weir, or a file"),
    "scenes": Param("0..1120", type="string", pattern=r"^[0-9]+\.\.[0-9]+$", description="A..B of the recipe, all"),
    "shards": Param(4, type="integer", minimum=1, maximum=1000, description="parts that are made side by side"),
    "config": Param("", type="string", description="a training configuration; empty for weir's defaults"),
    "champion": Param("default", type="string", minLength=1, description="who has to be beaten"),
    "quick": Param(False, type="boolean", description="evaluate and ask the gate in less time: a first look"),
}
# Each run has a folder of its own, named after it; data are named after the recipe, and are kept.
ENVIRONMENT = {
    "WEIR_WORK": WORK,
    "WEIR_BATCH": BATCH,
    "RECIPE": "{{ params.recipe }}",
    "SCENES": "{{ params.scenes }}",
    "SHARDS": "{{ params.shards }}",
    "CONFIG": "{{ params.config }}",
    "CHAMPION": "{{ params.champion }}",
    "QUICK": "{{ '1' if params.quick else '' }}",
    "RUN": "{{ run_id }}",
}
# What all steps begin with. What is in a name of Airflow's that a folder's should not have is cut out.
BEGIN = r"""set -euo pipefail
weir=${WEIR:-weir}
data=$WEIR_WORK/data/$(basename "$RECIPE" .toml)
run=$WEIR_WORK/runs/$(printf %s "$RUN" | tr -c 'A-Za-z0-9_.-' '_')
mkdir -p "$WEIR_WORK/data" "$run"
"""


def step(task_id: str, command: str, **options) -> BashOperator:
    return BashOperator(
        task_id=task_id, bash_command=BEGIN + command, env=ENVIRONMENT, append_env=True, **options
    )


@dag(
    dag_id="weir_model",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["weir"],
    doc_md=__doc__,
)
def weir_model():
    """From a recipe to a network that the gate has said yes or no to."""

    @task(retries=0)
    def parts(params=None, run_id=None) -> list[dict[str, str]]:
        """One environment for each part; which scenes it has is `shard`'s to say."""
        shards = int(params["shards"])
        same = {
            "WEIR_WORK": WORK,
            "WEIR_BATCH": BATCH,
            "RECIPE": params["recipe"],
            "SCENES": params["scenes"],
            "SHARDS": str(shards),
            "RUN": run_id,
        }
        return [{**same, "SHARD": str(shard)} for shard in range(shards)]

    # A part that is tried again keeps the scenes that are whole.
    generate = BashOperator.partial(
        task_id="generate",
        bash_command=BEGIN + '"$WEIR_BATCH/shard" "$RECIPE" "$data" --json',
        append_env=True,
        execution_timeout=timedelta(hours=12),
    ).expand(env=parts())
    collect = step("collect", '"$WEIR_BATCH/shard" --collect "$RECIPE" "$data"')
    check = step("check", '"$weir" check "$data" --json >"$run/check.json"', retries=0)
    # What was cut off goes on where it was; a run that is done is not trained again.
    train = step(
        "train",
        """resume=()
if [[ -e $run/network/state ]]; then resume=(--resume); fi
config=$CONFIG
if [[ -z $config ]]; then config=$run/config.toml && touch "$config"; fi
exec "$weir" train "$config" --data "$data" --out "$run/network" --json "${resume[@]}"
""",
        execution_timeout=timedelta(days=3),
    )
    evaluate = step(
        "evaluate",
        """quick=()
if [[ -n $QUICK ]]; then quick=(--quick); fi
"$weir" evaluate "$run/network/model" --data "$data" --split test --json --report "$run/report" \
    "${quick[@]}" >"$run/evaluate.json"
""",
    )
    # A no is no failure, and tried again it stays a no: the task is shown as skipped.
    gate = step(
        "gate",
        """quick=()
if [[ -n $QUICK ]]; then quick=(--quick); fi
exec "$weir" gate "$run/network/model" --champion "$CHAMPION" --data "$data" --out "$run/gate" "${quick[@]}"
""",
        skip_on_exit_code=NO,
        retries=0,
    )
    chain(generate, collect, check, train, evaluate, gate)


@dag(
    dag_id="weir_refresh",
    schedule="17 3 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["weir"],
)
def weir_refresh():
    """Documents that have changed are read and embedded again; a server that runs notices."""
    BashOperator(
        task_id="refresh",
        bash_command="""set -euo pipefail
exec "${WEIR:-weir}" refresh --config "$WEIR_CONFIG" --json
""",
        env={"WEIR_CONFIG": os.environ.get("WEIR_CONFIG", "/etc/weir/weir.toml")},
        append_env=True,
        execution_timeout=timedelta(hours=1),
    )


weir_model()
weir_refresh()
