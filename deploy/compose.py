"""Holds the compositions to what a schema cannot say.

    python deploy/compose.py
"""

import pathlib
import re

import yaml

HERE = pathlib.Path(__file__).parent
# Of another part of deploy/: a checkout can be without it for a while.
ELSEWHERE = "monitoring"


def load(name):
    return yaml.safe_load((HERE / name).read_text())


def merged(*names):
    """Services, as far as they are looked at here: the later file over the earlier."""
    services = {}
    for name in names:
        for service, said in load(name)["services"].items():
            services.setdefault(service, {}).update(said)
    return services


def health_in_dockerfile(service):
    build = service.get("build")
    if not build:
        return False
    folder = HERE / build["context"]
    return "HEALTHCHECK" in (folder / build.get("dockerfile", "Dockerfile")).read_text()


def hold_production(services):
    for name, service in services.items():
        assert service.get("read_only"), f"{name}: can write into its image"
        assert service.get("cap_drop") == ["ALL"], f"{name}: has rights"
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}, f"{name}: has rights"
        assert "no-new-privileges:true" in service.get("security_opt", []), name
        assert not service.get("privileged"), name
        assert service.get("restart") == "unless-stopped", f"{name}: stays down"
        limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
        assert {"cpus", "memory", "pids"} <= limits.keys(), f"{name}: can take the whole machine"
        logging = service.get("logging", {})
        assert logging.get("driver") == "json-file", f"{name}: where do its logs go?"
        assert {"max-size", "max-file"} <= logging["options"].keys(), f"{name}: its logs fill the disk"
        assert "healthcheck" in service or health_in_dockerfile(service), f"{name}: who says it is well?"
    assert "WEIR_IMAGE:?" in services["weir"]["image"], "production takes an image by its digest"


def hold_files(services, whole):
    """What is mounted is there, or is made by make-secrets."""
    made = re.findall(r"[\w.-]+", (HERE / "make-secrets").read_text())
    for name, secret in whole.get("secrets", {}).items():
        path = pathlib.PurePath(secret["file"])
        assert path.parent.name == "secrets" and path.name in made, f"{path}: nobody makes it"
    for name, service in services.items():
        for secret in service.get("secrets", []):
            assert secret in whole["secrets"], f"{name}: {secret} is none"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not source.startswith("."):
                assert source in whole["volumes"] or source in load("compose.prod.yaml")["volumes"], source
            elif source.startswith("./secrets/"):
                assert pathlib.PurePath(source).name in made, f"{source}: nobody makes it"
            elif not (HERE / source).exists():
                assert source.startswith(f"./{ELSEWHERE}"), f"{source}: is not there"
                print(f"skipped: {name} mounts {source}, which is not in this checkout")


def hold_ports(services):
    """On this machine alone, but for who is meant for all."""
    for name, service in services.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:") or name == "caddy", f"{name}: {port} is open to all"


def hold_variables():
    """What has to be said is in .env.example."""
    example = (HERE / ".env.example").read_text()
    for path in sorted(HERE.glob("compose*.yaml")):
        for name in re.findall(r"\$\{(\w+)", path.read_text()):
            assert name == "COMMIT" or re.search(rf"^#?{name}=", example, re.M), f"{path.name}: {name} is in no .env.example"


def hold_trust():
    """weir believes the network in which Caddy is, and no other."""
    subnet = load("compose.yaml")["networks"]["edge"]["ipam"]["config"][0]["subnet"]
    assert f'trusted_proxies = ["{subnet}"]' in (HERE / "weir.toml").read_text(), subnet


def main():
    whole = load("compose.yaml")
    dev, prod = merged("compose.yaml"), merged("compose.yaml", "compose.prod.yaml")
    hold_files(prod, whole)
    hold_ports(prod)
    hold_production(prod)
    hold_variables()
    hold_trust()
    for name, service in dev.items():
        assert "healthcheck" in service or health_in_dockerfile(service), f"{name}: who says it is well?"
    print(f"compositions: {len(prod)} services are held to what production takes")


if __name__ == "__main__":
    main()
