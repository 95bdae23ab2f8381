#!/usr/bin/env python3
"""Runs checkov over Terraform, and over a copy without the exceptions that are written in it.

The first has to find nothing; the second has to find just what the exceptions name. So an exception
that nothing needs any more is noticed, and so is a checkov that finds nothing at all.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

SKIP = re.compile(r"^.*#checkov:skip=([A-Z0-9_]+):(.*)\n", re.M)


def scan(folder):
    said = subprocess.run(
        ["checkov", "-d", str(folder), "--framework", "terraform", "--skip-download", "--output", "json"],
        stdout=subprocess.PIPE,
    ).stdout
    return json.loads(said)


def failed(report):
    return {(check["file_path"], check["check_id"]) for check in report["results"]["failed_checks"]}


def main():
    folder, copy = Path(sys.argv[1]), Path(sys.argv[2])
    report = scan(folder)
    faults = [f"{path}: {check}" for path, check in sorted(failed(report))]
    faults += [f"checkov cannot read {path}" for path in report["results"]["parsing_errors"]]
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".terraform"))
    excepted = set()
    for path in copy.rglob("*.tf"):
        text = path.read_text()
        for check, reason in SKIP.findall(text):
            excepted.add(("/" + str(path.relative_to(copy)), check))
            if len(reason) < 20:
                faults.append(f"{path}: {check} is skipped without a reason")
        path.write_text(SKIP.sub("", text))
    bare = failed(scan(copy))
    faults += [f"{path}: nothing needs the exception {check}" for path, check in sorted(excepted - bare)]
    for fault in faults:
        print(f"FAILED: {fault}")
    if faults:
        sys.exit(1)
    print(
        f"checkov {report['summary']['checkov_version']}: {report['summary']['passed']} checks pass; "
        f"{len(excepted)} exceptions, each with its reason and needed"
    )


if __name__ == "__main__":
    main()
