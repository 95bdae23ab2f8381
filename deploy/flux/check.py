"""Holds what Flux is told to what is there: kustomize does it in a cluster, where it is late.

    python deploy/flux/check.py

Flux's own definitions and kustomize are not at hand, so that an unknown key of theirs is not seen.
"""

import pathlib
import sys

import yaml

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "helm"))
from check import RULES, documents, hold_all, of  # noqa: E402

# The versions that Flux 2.7 and later serve and do not call old.
VERSIONS = {
    "GitRepository": "source.toolkit.fluxcd.io/v1",
    "OCIRepository": "source.toolkit.fluxcd.io/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "ImageRepository": "image.toolkit.fluxcd.io/v1",
    "ImagePolicy": "image.toolkit.fluxcd.io/v1",
    "ImageUpdateAutomation": "image.toolkit.fluxcd.io/v1",
}
PLACEHOLDER = "weir.example"


def load(path):
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def hold_environment(folder):
    kustomization = load(folder / "kustomization.yaml")[0]
    resources = [folder / name for name in kustomization["resources"]]
    for path in resources + [folder / name for name in kustomization["configurations"]]:
        assert path.exists(), f"{path}: is not there"
    made = {one["name"]: one["files"] for one in kustomization["configMapGenerator"]}
    release = load(HERE / "base/release.yaml")[0]["spec"]
    for wanted in release["valuesFrom"]:
        assert wanted["valuesKey"] in made.get(wanted["name"], []), f"{folder}: makes no {wanted}"
    # Its name gets a hash, which has to reach the release.
    names = load(folder / "names.yaml")[0]["nameReference"][0]
    assert (names["kind"], names["fieldSpecs"][0]["kind"]) == ("ConfigMap", "HelmRelease")
    for patch in kustomization.get("patches", []):
        kinds = {one["kind"] for path in (HERE / "base").glob("*.yaml") for one in load(path)}
        assert patch["target"]["kind"] in kinds, patch

    values = load(folder / "values.yaml")[0]
    image = values["image"]
    if folder.name == "production" and not image.get("digest"):
        assert PLACEHOLDER in image["repository"], "production: takes a digest of the image"
        print("skipped: production names no digest: there is no registry yet, only weir.example")
    if not RULES and values.get("monitoring", {}).get("prometheusRule", {}).get("enabled"):
        values["monitoring"]["prometheusRule"]["enabled"] = False
        print(f"skipped: {folder.name}: PrometheusRule: there are no rules in the chart yet")
    found = documents(values)
    hold_all(found)
    assert of(found, "NetworkPolicy", "weir") and of(found, "Ingress", "weir"), folder
    print(f"flux: {folder.name}: what it names is there, and the chart takes its values")


def main():
    for path in sorted(HERE.glob("*/*.yaml")):
        for one in load(path):
            kind = one.get("kind")
            if kind in VERSIONS:
                assert one["apiVersion"] == VERSIONS[kind], f"{path}: takes {VERSIONS[kind]}"
            if kind in ("GitRepository", "OCIRepository"):
                assert one["spec"].get("verify"), f"{path}: nothing is verified"
    for name in ("staging", "production"):
        hold_environment(HERE / name)
        cluster = load(HERE / f"clusters/{name}.yaml")[0]["spec"]
        assert (ROOT / cluster["path"] / "kustomization.yaml").exists(), cluster["path"]
        source = load(HERE / "clusters/source.yaml")[0]
        wanted = cluster["sourceRef"]
        assert (wanted["kind"], wanted["name"]) == (source["kind"], source["metadata"]["name"])
        assert f"!/deploy/flux" in source["spec"]["ignore"], "the source leaves Flux's files out"
    # What writes an image finds where to.
    policy = next(one for one in load(HERE / "staging/images.yaml") if one["kind"] == "ImagePolicy")
    marker = f'"$imagepolicy": "weir:{policy["metadata"]["name"]}:tag"'
    assert marker in (HERE / "staging/values.yaml").read_text(), "staging/values.yaml has no marker"


if __name__ == "__main__":
    main()
