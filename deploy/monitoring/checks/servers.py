"""Programs that run for a while beside a check, and end with it."""

import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Failed(Exception):
    """Something did not come about."""


def free_ports(count):
    """Ports that nobody listens at just now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def program(*names):
    """The first of these that there is: Debian calls some by other names."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise Failed(f"{names[0]} is not installed")


class Servers(contextlib.ExitStack):
    """Starts programs; ends all, the last first, however it is left."""

    def __init__(self, folder):
        super().__init__()
        self.folder = pathlib.Path(folder)

    def start(self, name, *command, **environment):
        log = self.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment or None
        )
        process.name = name
        self.callback(end, process)
        return process

    def last_words(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-2000:]


def end(process, patience_s=15):
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def get(url, token=None):
    request = urllib.request.Request(url)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read().decode()


def get_json(url):
    return json.loads(get(url))


def until(what, look, patience_s, every_s=0.5):
    """What `look` finds as soon as that is something; a server that does not answer is nothing."""
    last, begun = None, time.monotonic()
    while time.monotonic() - begun < patience_s:
        try:
            if found := look():
                return found
        except (urllib.error.URLError, ConnectionError, TimeoutError, OSError) as error:
            last = error
        time.sleep(every_s)
    raise Failed(f"{what}: not within {patience_s} s" + (f" ({last})" if last else ""))
