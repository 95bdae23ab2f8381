"""Whether dashboards/*.json are what Grafana and a reader need: each panel has title, description,
a unit that there is, and legends; nothing lies on anything else; all ask the one source of data
that is provisioned; and Prometheus can read each query.
"""

import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml

GRAFANA = pathlib.Path(__file__).resolve().parent.parent / "grafana"
# Of those of Grafana, which shows a misspelt one as text behind each number.
UNITS = {"short", "percentunit", "s", "reqps", "cps", "Bps", "bool_on_off"}
COLUMNS = 24


def source_uids():
    for file in GRAFANA.glob("provisioning/datasources/*.yml"):
        for source in yaml.safe_load(file.read_text())["datasources"]:
            yield source["uid"]


def overlap(one, other):
    a, b = one["gridPos"], other["gridPos"]
    return (a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
            and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"])


def of_panel(panel, uids):
    if not panel.get("title"):
        yield "has no title"
    if panel["gridPos"]["x"] + panel["gridPos"]["w"] > COLUMNS:
        yield "is beyond the right edge"
    if panel["type"] == "row":
        return
    if not panel.get("description"):
        yield "has no description"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield f"has unit {panel['fieldConfig']['defaults'].get('unit')}, takes one of {sorted(UNITS)}"
    if panel["type"] == "timeseries" and not panel["options"]["legend"]["showLegend"]:
        yield "shows no legend"
    if not panel["targets"]:
        yield "asks for nothing"
    for target in panel["targets"]:
        if not target.get("legendFormat"):
            yield f"query {target['refId']} has no legend"
    for asked in [panel, *panel["targets"]]:
        if asked["datasource"]["uid"] not in uids:
            yield f"asks {asked['datasource']['uid']}, provisioned is {sorted(uids)}"
    letters = [target["refId"] for target in panel["targets"]]
    if len(set(letters)) != len(letters):
        yield f"has queries of the same letter: {letters}"


def of_board(board, uids):
    panels = board["panels"]
    for panel in panels:
        for fault in of_panel(panel, uids):
            yield f"{panel.get('title')}: {fault}"
    ids = [panel["id"] for panel in panels]
    if len(set(ids)) != len(ids):
        yield f"panels have the same id: {ids}"
    for one, other in itertools.combinations(panels, 2):
        if overlap(one, other):
            yield f"{one['title']} lies on {other['title']}"


def readable(boards):
    """What Prometheus says of all queries, as if they were to be recorded."""
    exprs = [target["expr"] for board in boards for panel in board["panels"] for target in panel.get("targets", [])]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(exprs)]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}, file)
        file.flush()
        told = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
    return [told.stdout + told.stderr] if told.returncode else []


def main():
    files = sorted(GRAFANA.glob("dashboards/*.json"))
    boards, uids = [json.loads(file.read_text()) for file in files], set(source_uids())
    faults = [f"{file.name}: {fault}" for file, board in zip(files, boards) for fault in of_board(board, uids)]
    if len({board["uid"] for board in boards}) != len(boards):
        faults.append("two dashboards have the same uid")
    faults += readable(boards)
    if faults or not boards:
        sys.exit("\n".join(faults) or "there are no dashboards")
    print(f"dashboards: {len(boards)}, with {sum(len(board['panels']) for board in boards)} panels and rows")


if __name__ == "__main__":
    main()
