"""Renders the chart with several values and holds what comes out to what it has to be.

    python deploy/helm/check.py FOLDER      # writes what is rendered there, one folder for each values

Kubernetes' own schemas are not looked at here; deploy/lint/images does it with what this writes.
"""

import pathlib
import sys
import tomllib

import yaml
from helm_python.chart import Chart, lint
from helm_python.errors import HelmError

HERE = pathlib.Path(__file__).parent
CHART = HERE / "weir"
DIGEST = {"image": {"digest": "sha256:" + "a" * 64}}
RULES = bool(list((CHART / "rules").glob("*.yml")))


def merge(under, over):
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(under.get(key), dict)
        under[key] = merge(dict(under[key]), value) if both else value
    return under


def of_file(path, **more):
    values = merge(yaml.safe_load(path.read_text()), more)
    if not RULES:
        # Rules are copied into the chart by deploy/helm/rules.
        values.get("monitoring", {}).get("prometheusRule", {})["enabled"] = False
    return values


GOOD = {
    "default": {},
    "k3s": of_file(CHART / "values-k3s.yaml", **DIGEST),
    "managed": of_file(CHART / "values-managed.yaml", **DIGEST),
    "everything": of_file(HERE / "tests/everything.yaml"),
    "nothing-kept": of_file(HERE / "tests/nothing-kept.yaml"),
}

SECRET = {"secret": {"name": "a"}}
# What has to be refused, and a word that has to be in what is said of it.
BAD = {
    "a key that is none": ({"replica": 2}, "replica"),
    "a key that is none, further in": ({"ingress": {"hosts": ["a"]}}, "hosts"),
    "a count in words": ({"replicas": "two"}, "replicas"),
    "a digest that is none": ({"image": {"digest": "sha256:abc"}}, "digest"),
    "the tag latest": ({"image": {"tag": "latest"}}, "tag"),
    "NATS by a tag": ({"nats": {"image": "nats:2"}}, "nats"),
    "a secret among what is not": ({"config": {"metrics": {"token": "0123456789abcdef"}}}, "token"),
    "a password in a URL": ({"config": {"assistant": {"vectors": {"url": "postgres://a:b@c/d"}}}}, "url"),
    "a key of somebody else": ({"config": {"assistant": {"chat": {"key": "0123456789abcdef"}}}}, "key"),
    "an address that is the chart's": ({"config": {"addr": "127.0.0.1:80"}}, "addr"),
    "encryption in the pod": ({"config": {"tls": {"mode": "acme"}}}, "tls"),
    "a key that TOML would have to quote": ({"config": {"a b": 1}}, "config"),
    "a null": ({"config": {"log": {"level": None, "x": [None]}}}, "config"),
    "two secrets": (SECRET | {"secret": {"name": "a", "sealed": {"enabled": True, "encryptedData": {"a": "b"}}}}, "one of"),
    "an external secret from nowhere": ({"secret": {"external": {"enabled": True, "key": "a"}}}, "store"),
    "two brokers": ({"nats": {"enabled": True}, "config": {"broker": {"url": "nats://a:4222"}}}, "broker"),
    "an affinity that is none": ({"service": {"affinity": "Cookie"}}, "affinity"),
    "a broker's token from nowhere": ({"nats": {"enabled": True, "auth": True}}, "WEIR_BROKER__TOKEN"),
    "a refresh without PostgreSQL": ({"refresh": {"enabled": True}}, "postgres.enabled"),
    "a refresh of nothing": (SECRET | {"postgres": {"enabled": True}, "refresh": {"enabled": True}}, "embeddings"),
    "PostgreSQL without its URL": ({"postgres": {"enabled": True}}, "VECTORS__URL"),
    "a token that is not there": ({"monitoring": {"serviceMonitor": {"enabled": True, "token": True}}}, "METRICS__TOKEN"),
    "fewer at most than at least": ({"autoscaling": {"enabled": True, "min": 3, "max": 2}}, "max"),
    "no time to go": ({"preStopSeconds": 25}, "terminationGracePeriodSeconds"),
}


def render(values, name="weir"):
    with Chart.load(CHART) as chart:
        return chart.render(values, name=name, namespace="weir")


def documents(values):
    found = []
    for path, text in sorted(render(values).items()):
        if path.endswith(".txt"):
            continue
        found += [one for one in yaml.safe_load_all(text) if one]
    return found


def pods(found):
    """Each pod's name, specification and labels, whatever makes it."""
    for one in found:
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if one["kind"] == "Pod":
            yield one["metadata"]["name"], spec, one["metadata"]["labels"]
        elif "template" in spec and one["kind"] != "SealedSecret":
            yield one["metadata"]["name"], spec["template"]["spec"], spec["template"]["metadata"]["labels"]


def of(found, kind, name):
    return next((one for one in found if (one["kind"], one["metadata"]["name"]) == (kind, name)), None)


def fits(labels, selector):
    return all(labels.get(key) == value for key, value in selector.items())


def hold_all(found):
    """What has to hold whatever the values are."""
    names = [(one["kind"], one["metadata"]["name"]) for one in found]
    assert len(names) == len(set(names)), "two documents have one name"
    for one in found:
        assert one["metadata"]["namespace"] == "weir", one["metadata"]
    for name, spec, _ in pods(found):
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        whole = spec["securityContext"]
        assert whole["runAsNonRoot"] and whole["runAsUser"] >= 10000, name
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}, name
        mounted = {volume["name"] for volume in spec.get("volumes", [])}
        for container in spec["containers"]:
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"], name
            assert own["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"], name
            wanted = {mount["name"] for mount in container.get("volumeMounts", [])}
            claims = {"data"} if mounted and "data" not in mounted else set()
            assert wanted <= mounted | claims, (name, wanted, mounted)
    for one in found:
        if one["kind"] == "Service":
            selector, ports = one["spec"]["selector"], {p["targetPort"] for p in one["spec"]["ports"]}
            behind = [spec for _, spec, labels in pods(found) if fits(labels, selector)]
            assert len(behind) == 1, f"{one['metadata']['name']}: {len(behind)} pods are behind it"
            there = {p["name"] for c in behind[0]["containers"] for p in c["ports"]}
            assert ports <= there, (ports, there)
    policies = [one["spec"]["podSelector"]["matchLabels"] for one in found if one["kind"] == "NetworkPolicy"]
    if policies:
        for name, _, labels in pods(found):
            assert any(fits(labels, selector) for selector in policies), f"{name}: no policy is about it"


def toml(found, name="weir"):
    return tomllib.loads(of(found, "ConfigMap", name)["data"]["weir.toml"])


def hold_default(found):
    site = of(found, "StatefulSet", "weir")["spec"]
    assert site["replicas"] == 1 and site["volumeClaimTemplates"]
    assert toml(found)["addr"] == "0.0.0.0:8080"
    template = site["template"]["spec"]
    assert template["terminationGracePeriodSeconds"] >= 10 + 5
    container = template["containers"][0]
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 5
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    for probe in ("startupProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] == "/healthz"
    for kind in ("Ingress", "HorizontalPodAutoscaler", "ServiceMonitor", "CronJob", "ExternalSecret"):
        assert not [one for one in found if one["kind"] == kind], kind
    policy = of(found, "NetworkPolicy", "weir")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and len(policy["egress"]) == 1
    assert {p["port"] for p in policy["egress"][0]["ports"]} == {53}
    assert of(found, "Pod", "weir-smoke")["metadata"]["annotations"]["helm.sh/hook"] == "test"


def hold_k3s(found):
    assert of(found, "Ingress", "weir")["spec"]["ingressClassName"] == "traefik"
    assert toml(found)["trusted_proxies"] == ["10.42.0.0/16"]
    sticky = of(found, "Service", "weir")["metadata"]["annotations"]
    assert sticky["traefik.ingress.kubernetes.io/service.sticky.cookie"] == "true"
    policy = of(found, "NetworkPolicy", "weir")["spec"]["ingress"][0]["from"]
    assert any(p.get("podSelector", {}).get("matchLabels") == {"app.kubernetes.io/name": "traefik"} for p in policy)


def hold_managed(found):
    assert "replicas" not in of(found, "StatefulSet", "weir")["spec"], "two would count replicas"
    assert of(found, "HorizontalPodAutoscaler", "weir")["spec"]["scaleTargetRef"]["kind"] == "StatefulSet"
    assert of(found, "ExternalSecret", "weir")["apiVersion"] == "external-secrets.io/v1"
    assert toml(found)["broker"]["url"] == "nats://weir-nats:4222"
    env = of(found, "StatefulSet", "weir")["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    assert env == [{"secretRef": {"name": "weir"}}]
    nats = of(found, "StatefulSet", "weir-nats")["spec"]
    assert nats["replicas"] == 1 and "$NATS_TOKEN" in of(found, "ConfigMap", "weir-nats")["data"]["nats.conf"]
    of_monitor = of(found, "ServiceMonitor", "weir")["spec"]
    assert of_monitor["endpoints"][0]["authorization"]["credentials"]["key"] == "WEIR_METRICS__TOKEN"
    assert fits(of(found, "Service", "weir-replicas")["metadata"]["labels"], of_monitor["selector"]["matchLabels"])
    if RULES:
        files = [yaml.safe_load(f.read_text())["groups"] for f in sorted((CHART / "rules").glob("*.yml"))]
        assert of(found, "PrometheusRule", "weir")["spec"]["groups"] == sum(files, []), "rules are not as they were"


def hold_everything(found):
    config = toml(found)
    assert config["registry"] == {"place": "https://mlflow.weir.example", "poll_s": 30, "canary_share": 0.25}
    assert isinstance(config["registry"]["poll_s"], int) and config["audit"]["share"] == 0.01
    assert config["model"] == 'a"quote'
    assert config["limits"]["requests"]["per_second"] == 50
    assert config["assistant"]["embeddings"] == {"by": "openai", "dimensions": 1536}
    site = of(found, "StatefulSet", "weir")["spec"]["template"]["spec"]["containers"][0]
    assert site["args"] == ["serve", "--config", "/etc/weir/weir.toml", "--content", "/srv/content"]
    assert site["image"].endswith("@sha256:" + "a" * 64)
    job = of(found, "CronJob", "weir-refresh")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert job["containers"][0]["args"][0] == "refresh" and job["restartPolicy"] == "Never"
    assert {"name": "data", "emptyDir": {"sizeLimit": "256Mi"}} in job["volumes"]
    ports = [port["port"] for rule in of(found, "NetworkPolicy", "weir")["spec"]["egress"] for port in rule["ports"]]
    assert ports == [53, 53, 4222, 5432, 5000, 443], ports
    metrics = of(found, "HorizontalPodAutoscaler", "weir")["spec"]["metrics"]
    assert metrics[1]["pods"]["metric"]["name"] == "weir_stage_busy_ratio"
    assert {p["name"] for p in of(found, "Service", "weir")["spec"]["ports"]} == {"http", "calls"}


def hold_nothing_kept(found):
    site = of(found, "StatefulSet", "try")["spec"]
    assert "volumeClaimTemplates" not in site and site["replicas"] == 3
    assert {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}} in site["template"]["spec"]["volumes"]
    assert not [one for one in found if one["kind"] in ("NetworkPolicy", "PodDisruptionBudget")]
    assert of(found, "SealedSecret", "try")["spec"]["template"]["metadata"]["name"] == "try"
    assert site["template"]["spec"]["containers"][0]["envFrom"] == [{"secretRef": {"name": "try"}}]


HOLDS = {
    "default": hold_default,
    "k3s": hold_k3s,
    "managed": hold_managed,
    "everything": hold_everything,
    "nothing-kept": hold_nothing_kept,
}


def main(folder):
    if not RULES:
        print("skipped: PrometheusRule: there are no rules in the chart yet (deploy/helm/rules)")
    for name, values in GOOD.items():
        report = lint(CHART, values, strict=True, namespace="weir", kube_version="v1.33.0")
        bad = [m for m in report["messages"] if m["severity"] > 1]
        assert not report["errors"] and not bad, f"{name}: {report}"
        found = documents(values)
        hold_all(found)
        HOLDS[name](found)
        into = folder / name
        into.mkdir(parents=True, exist_ok=True)
        for one in found:
            file = into / f"{one['kind']}-{one['metadata']['name']}.yaml".lower()
            file.write_text(yaml.safe_dump(one, sort_keys=False, width=1000))
            # For who reads these: weir and NATS.
            for key, text in one.get("data", {}).items() if one["kind"] == "ConfigMap" else ():
                (into / key).write_text(text)
        print(f"helm lint and assertions: {name}, {len(found)} documents")
    for name, (values, word) in BAD.items():
        try:
            render(values)
        except HelmError as error:
            assert word in str(error), f"{name}: refused, but without a word of {word!r}: {error}"
        else:
            sys.exit(f"{name}: was not refused: {values}")
    print(f"refused as they have to be: {len(BAD)} values")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
