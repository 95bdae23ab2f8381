"""Whether each alert has a test in which it fires and one in which it does not.

It fires where a test says labels and annotations of it. It is silent where a test says that it
is, and has series that the alert reads: without any, everything is silent.
"""

import pathlib
import re
import sys

import yaml

import names
import promql

HERE = pathlib.Path(__file__).resolve().parent.parent


def read_by(expr, records):
    """Metrics that a query reads in the end: what is recorded is taken apart."""
    for selector in promql.selectors(promql.parse(expr)):
        if selector.name in records:
            yield from read_by(records[selector.name], records)
        else:
            yield selector.name


def tested():
    """Of each expectation: the alert, the metrics that its test has, and what is expected."""
    for file in sorted(HERE.glob("tests/*.yml")):
        for test in yaml.safe_load(file.read_text())["tests"]:
            series = {re.match(r"[\w:]+", one["series"])[0] for one in test["input_series"]}
            for case in test["alert_rule_test"]:
                yield case["alertname"], series, case["exp_alerts"]


def main():
    rules = [rule for _, rule in names.rules()]
    records = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
    alerts = {rule["alert"]: set(read_by(rule["expr"], records)) for rule in rules if "alert" in rule}
    fires, silent, faults = set(), set(), []
    for alert, series, expected in tested():
        if alert not in alerts:
            faults.append(f"tests: there is no alert {alert}")
        elif not expected:
            silent |= {alert} if series & alerts[alert] else set()
        elif all(one.get("exp_labels") and one.get("exp_annotations") for one in expected):
            fires.add(alert)
    faults += [f"tests: {alert} fires in none" for alert in sorted(set(alerts) - fires)]
    faults += [f"tests: {alert} stays silent in none" for alert in sorted(set(alerts) - silent)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"cases: each of {len(alerts)} alerts fires in a test and is silent in another")


if __name__ == "__main__":
    main()
