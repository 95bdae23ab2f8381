#!/usr/bin/env python3
"""What has to hold between files of pipelines, which no tool for one of them can know.

    deploy/test/pipelines.py ROOT     a line for each rule; exits with 1 at the first that is broken
"""

import pathlib
import re
import sys

import yaml

# What workflows hand to what is not of this repository.
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
VERSION = re.compile(r"uses: (\S+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def workflows(root):
    for path in sorted((root / ".github/workflows").glob("*.yml")):
        yield path, yaml.safe_load(path.read_text())


def steps(workflow):
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            yield name, step


def actions_are_pinned(root):
    """Actions are pinned by commit, with the version beside it, one commit for each."""
    seen = {}
    for path, workflow in workflows(root):
        for _, step in steps(workflow):
            if "uses" in step and not PINNED.match(step["uses"]):
                yield f"{path.name}: {step['uses']} is not pinned by a commit"
        for line in path.read_text().splitlines():
            if "uses:" not in line:
                continue
            found = VERSION.search(line)
            if not found:
                yield f"{path.name}: no version beside: {line.strip()}"
            elif seen.setdefault(found[1], line.strip(" -")) != line.strip(" -"):
                yield f"{path.name}: {found[1]} is pinned twice, otherwise"


def credentials_do_not_stay(root):
    """A checkout leaves no token behind for the steps after it."""
    for path, workflow in workflows(root):
        for name, step in steps(workflow):
            is_checkout = step.get("uses", "").startswith("actions/checkout@")
            if is_checkout and step.get("with", {}).get("persist-credentials") is not False:
                yield f"{path.name}: {name}: persist-credentials is not false"


def rights_are_few(root):
    """Workflows have no rights, and jobs those they say; each ends by itself."""
    for path, workflow in workflows(root):
        if workflow.get("permissions") != {}:
            yield f"{path.name}: permissions: takes {{}}, so that each job says its own"
        if "concurrency" not in workflow:
            yield f"{path.name}: no concurrency"
        for name, job in workflow["jobs"].items():
            if "permissions" not in job or job["permissions"] in ("write-all", "read-all"):
                yield f"{path.name}: {name}: no permissions of its own"
            if "timeout-minutes" not in job:
                yield f"{path.name}: {name}: no timeout-minutes"
            written = {right for right, level in job.get("permissions", {}).items() if level == "write"}
            if written and path.name != "release.yml":
                yield f"{path.name}: {name}: may write {', '.join(sorted(written))}"


def workflows_hold_no_logic(root):
    """Workflows run a job of deploy/jobs or .ci/run, in one line, which a person can run, too."""
    job = re.compile(r'^(bash \.ci/run|deploy/jobs/[a-z-]+( [\w./-]+)*( --outputs| outputs)?( >>"\$GITHUB_OUTPUT")?)$')
    for path, workflow in workflows(root):
        for name, step in steps(workflow):
            command = step.get("run")
            if command is None:
                continue
            if not job.match(command):
                yield f"{path.name}: {name}: logic of its own: {command!r}"
                continue
            file = root / [word for word in command.split() if "/" in word][0]
            if not file.is_file():
                yield f"{path.name}: {name}: no {file.relative_to(root)}"


def promotion_waits(root):
    """Nothing is promoted but in an environment with reviewers, and only where that is asked for."""
    found = 0
    for path, workflow in workflows(root):
        for name, step in steps(workflow):
            if "deploy/jobs/promote" in step.get("run", ""):
                found += 1
                job = workflow["jobs"][name]
                if job.get("environment") != "promotion" or "inputs.promote" not in str(job.get("if")):
                    yield f"{path.name}: {name}: promotes without approval"
            if "jobs/release" in step.get("run", "") and " deploy" in step["run"]:
                found += 1
                if workflow["jobs"][name].get("environment") != "production":
                    yield f"{path.name}: {name}: deploys without approval"
    if found != 2:
        yield f"{found} steps promote or deploy, not 2: this rule looks for something else than there is"


def objects(root, name):
    return {one["kind"]: one for one in yaml.safe_load_all((root / "deploy/batch" / name).read_text()) if one}


def job_and_shards_agree(root):
    """The Indexed Job has as many indices as there are shards, and ends at once on bad input."""
    made, collected = objects(root, "kubernetes.yaml"), objects(root, "kubernetes-collect.yaml")
    spec, said = made["Job"]["spec"], made["ConfigMap"]["data"]
    if str(spec["completions"]) != said["SHARDS"]:
        yield f"completions: {spec['completions']}, and SHARDS: {said['SHARDS']}"
    if spec["completionMode"] != "Indexed" or "backoffLimitPerIndex" not in spec:
        yield "the Job is not one that tries again index by index"
    pods = [job["spec"]["template"]["spec"]["containers"][0] for job in (made["Job"], collected["Job"])]
    if pods[0]["image"] != pods[1]["image"]:
        yield f"two images: {pods[0]['image']} and {pods[1]['image']}"
    for job, pod in ((made["Job"], pods[0]), (collected["Job"], pods[1])):
        codes = [rule["onExitCodes"] for rule in job["spec"]["podFailurePolicy"]["rules"] if rule["action"] == "FailJob"]
        if not any(code["containerName"] == pod["name"] and 2 in code["values"] for code in codes):
            yield f"{job['metadata']['name']}: exit 2 is tried again"


def images_have_one_base(root):
    """deploy/batch/Dockerfile is pinned, by the digest that deploy/Dockerfile has for the same name."""
    def bases(path):
        return re.findall(r"^FROM (\S+)@(sha256:[0-9a-f]{64})", path.read_text(), re.MULTILINE)

    ours = bases(root / "deploy/batch/Dockerfile")
    if not ours:
        yield "deploy/batch/Dockerfile: no base by its digest"
    theirs = root / "deploy/Dockerfile"
    if not theirs.is_file():
        print("skipped: there is no deploy/Dockerfile to compare deploy/batch/Dockerfile with")
        return
    known = dict(bases(theirs))
    for name, digest in ours:
        if known.get(name) != digest:
            yield f"{name}: {digest}, in deploy/Dockerfile {known.get(name)}"


def dvc_follows_params(root):
    """Stages come in the order that the README draws, each after the one before."""
    file = yaml.safe_load((root / "experiments/pipeline/dvc.yaml").read_text())
    if list(file["stages"]) != ["generate", "check", "train", "evaluate", "gate"]:
        yield f"stages: {list(file['stages'])}"
    for name, stage in file["stages"].items():
        for program in re.findall(r"\./(\w+)", stage["cmd"]):
            if program not in stage["deps"]:
                yield f"{name}: runs ./{program}, and does not depend on it"


RULES = [
    actions_are_pinned,
    credentials_do_not_stay,
    rights_are_few,
    workflows_hold_no_logic,
    promotion_waits,
    job_and_shards_agree,
    images_have_one_base,
    dvc_follows_params,
]


def main(root):
    for rule in RULES:
        for fault in rule(root):
            print(f"FAILED: {rule.__name__}: {fault}", file=sys.stderr)
            sys.exit(1)
        print(f"ok: {rule.__doc__}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
