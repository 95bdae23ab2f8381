"""Whether all that rules and panels name is there: metrics, labels, values of labels.

    names.py                                  against metrics.yml
    names.py --metrics FILE|URL [--token T]   against what a server says

Against a server values of labels are not held to what it happens to have counted, but for bounds
of histograms.
"""

import argparse
import json
import pathlib
import re
import sys

import yaml

import families
import promql

HERE = pathlib.Path(__file__).resolve().parent.parent
# Of an annotation, and of the legend of a panel.
SAID, LEGEND = re.compile(r"\$labels\.(\w+)"), re.compile(r"\{\{\s*(\w+)\s*\}\}")


def rules():
    for file in sorted(HERE.glob("rules/*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                yield file.name, rule


def panels():
    for file in sorted(HERE.glob("grafana/dashboards/*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield file.name, panel["title"], target


def check(known):
    """Faults; `known` is completed by what the rules record."""
    recorded = [(file, rule) for file, rule in rules() if "record" in rule]
    # One may be made of others, in any order of files.
    while recorded:
        later, why = [], []
        for file, rule in recorded:
            try:
                has = promql.labels(promql.parse(rule["expr"]), known)
                known[rule["record"]] = {**has, **dict.fromkeys(rule.get("labels", {}))}
            except promql.Wrong as wrong:
                later.append((file, rule))
                why.append(f"{file}: {rule['record']}: {wrong}")
        if len(later) == len(recorded):
            yield from why
            break
        recorded = later
    for file, rule in rules():
        if "alert" not in rule:
            continue
        try:
            has = promql.labels(promql.parse(rule["expr"]), known) or {}
        except promql.Wrong as wrong:
            yield f"{file}: {rule['alert']}: {wrong}"
            continue
        for label in SAID.findall(" ".join(rule["annotations"].values())):
            if label not in has:
                yield f"{file}: {rule['alert']}: an annotation names {label}, which the alert has not"
    for file, title, target in panels():
        try:
            has = promql.labels(promql.parse(target["expr"]), known) or {}
        except promql.Wrong as wrong:
            yield f"{file}: {title}: {wrong}"
            continue
        for label in LEGEND.findall(target["legendFormat"]):
            if label not in has:
                yield f"{file}: {title}: the legend names {label}, which the answer has not"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--metrics")
    arguments.add_argument("--token")
    given = arguments.parse_args()
    if given.metrics:
        found = families.of_text(families.read(given.metrics, given.token))
        known = families.samples(found)
        for labels in known.values():
            labels.update((name, None) for name in labels if name != "le")
    else:
        known = families.samples(families.contract())
    there = len(known)
    faults = list(check(known))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"names: {sum(1 for _ in rules())} rules and {sum(1 for _ in panels())} queries of panels"
          f" name nothing that is not among {there} names of {given.metrics or 'metrics.yml'}")


if __name__ == "__main__":
    main()
