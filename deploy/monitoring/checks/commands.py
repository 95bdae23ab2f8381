"""What runbooks tell people to type: commands of `weir`, with their options."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
CODE = re.compile(r"^```sh$(.*?)^```$|`([^`\n]+)`", re.M | re.S)


def typed():
    """Each command of weir in the runbooks, as words, with its file."""
    for file in sorted(ROOT.glob("docs/runbooks/*.md")):
        for block, span in CODE.findall(file.read_text()):
            for line in (block or span).splitlines():
                words = line.split("#")[0].split()
                if len(words) > 1 and words[0] == "weir" and re.fullmatch("[a-z-]+", words[1]):
                    yield file.name, words[1:]


def faults(weir):
    """Commands and options that this program does not have."""
    helps = {}
    for file, (command, *rest) in typed():
        if command not in helps:
            told = subprocess.run([weir, command, "--help"], capture_output=True, text=True, timeout=60)
            helps[command] = told.stdout if told.returncode == 0 else None
        if helps[command] is None:
            yield f"{file}: there is no weir {command}"
            continue
        for option in (word for word in rest if word.startswith("--")):
            if not re.search(rf"{option}\b", helps[command]):
                yield f"{file}: weir {command} has no {option}"
