"""Whether each alert leads to a part of a runbook that is there, and each part is led to.

A link is the address of the repository, a file of it, and a heading of that file as GitHub and
others make anchors of headings.
"""

import pathlib
import re
import sys

import names

ROOT = pathlib.Path(__file__).resolve().parents[3]
LINK = re.compile(r"\{\{ \$externalLabels\.repository \}\}/(docs/runbooks/[\w-]+\.md)#([\w-]+)")


def anchors(file):
    """Anchors of all headings but the first, outside of fenced code."""
    prose = re.sub(r"^```.*?^```$", "", file.read_text(), flags=re.M | re.S)
    for heading in re.findall(r"^##+ (.+)$", prose, flags=re.M):
        yield re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def main():
    led_to, faults = set(), []
    for file, rule in names.rules():
        if "alert" not in rule:
            continue
        link = LINK.fullmatch(rule["annotations"].get("runbook_url", ""))
        if not link:
            faults.append(f"{file}: {rule['alert']}: has no link to a runbook")
        elif not (ROOT / link[1]).is_file():
            faults.append(f"{file}: {rule['alert']}: there is no {link[1]}")
        elif link[2] not in anchors(ROOT / link[1]):
            faults.append(f"{file}: {rule['alert']}: {link[1]} has no heading {link[2]}")
        else:
            led_to.add((link[1], link[2]))
    for file in sorted(ROOT.glob("docs/runbooks/*.md")):
        path = str(file.relative_to(ROOT))
        # What is about alerts is named after one.
        for anchor in anchors(file):
            if anchor.startswith("weir") and (path, anchor) not in led_to:
                faults.append(f"{path}: no alert leads to {anchor}")
    if faults:
        sys.exit("\n".join(faults))
    print(f"runbooks: all alerts lead to {len(led_to)} parts that are there")


if __name__ == "__main__":
    main()
