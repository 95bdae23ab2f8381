"""The metrics there are: of metrics.yml, of a text of /metrics, or of a server that is asked."""

import pathlib
import urllib.request

import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

CONTRACT = pathlib.Path(__file__).resolve().parent.parent / "metrics.yml"
ANY = None
# Of a type, what the names of its samples end in.
ENDINGS = {
    "counter": ["_total"],
    "gauge": [""],
    "info": ["_info"],
    "histogram": ["_bucket", "_count", "_sum"],
}
# What Prometheus gives to all that it scrapes.
TARGET = {"job": ANY, "instance": ANY}
# What Prometheus itself says: whether a target answers, and which alerts there are.
OWN = {
    "up": TARGET,
    "ALERTS": {
        **TARGET,
        "alertname": ANY,
        "alertstate": {"pending", "firing"},
        "severity": {"page", "ticket", "heartbeat"},
        "part": ANY,
    },
}


class Family:
    """A metric: its type, and for each label the values, a set or `ANY`."""

    def __init__(self, kind, labels, le=()):
        self.kind, self.labels, self.le = kind, labels, set(le)


def contract():
    families = {}
    for name, said in yaml.safe_load(CONTRACT.read_text()).items():
        labels = {
            label: ANY if values == "any" else set(values)
            for label, values in said.get("labels", {}).items()
        }
        families[name] = Family(said["type"], labels, said.get("le", []))
    return families


def of_text(text):
    families = {}
    for metric in text_string_to_metric_families(text):
        family = Family(metric.type, {})
        for sample in metric.samples:
            for label, value in sample.labels.items():
                if label == "le" and metric.type == "histogram":
                    family.le.add(value)
                else:
                    family.labels.setdefault(label, set()).add(value)
        families[metric.name] = family
    return families


def read(place, token=None):
    """The text at a file or a URL."""
    if "://" not in place:
        return pathlib.Path(place).read_text()
    request = urllib.request.Request(place)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def samples(families):
    """For each name that a query can select: its labels, with those of the target."""
    found = {name: dict(labels) for name, labels in OWN.items()}
    for name, family in families.items():
        for ending in ENDINGS[family.kind]:
            labels = {**TARGET, **family.labels}
            if ending == "_bucket":
                labels["le"] = set(family.le)
            found[name + ending] = labels
    return found
