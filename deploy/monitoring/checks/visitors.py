"""Visitors who make a server count: pages, runs of its examples, a wish that is refused."""

import asyncio
import json
import urllib.error
import urllib.request

from websockets.asyncio.client import connect

import servers


def read(base, path):
    try:
        return servers.get(base + path)
    except urllib.error.HTTPError as refused:
        return refused.read().decode()


def pages(base):
    """Some that are there, and one that is not."""
    for path in ["/", "/api/model", "/api/scenes/none-of-this-name"]:
        read(base, path)
    return [scene["name"] for scene in json.loads(read(base, "/api/scenes"))]


async def play(base, example, frames):
    """Lets an example flow until so many frames have come, and says that each was seen."""
    async with connect(base.replace("http", "ws", 1) + "/ws", max_size=None) as socket:
        async def wish(**words):
            await socket.send(json.dumps(words))

        await wish(do="open", example=example, engine="network")
        await wish(do="erase", line=4_000_000)
        await wish(do="start")
        while frames > 0:
            message = await socket.recv()
            if isinstance(message, bytes) and message[0] == 0:
                frames -= 1
                # The version, the kind, and then the number, in sevens of bits.
                number, shift, at = 0, 0, 3
                while True:
                    number |= (message[at] & 127) << shift
                    if message[at] < 128:
                        break
                    shift, at = shift + 7, at + 1
                await wish(do="seen", number=number)
        await wish(do="leave")


async def crowd(base, examples, count, frames, together=8):
    """So many runs, some at a time; how many went well."""
    places = asyncio.Semaphore(together)

    async def one(number):
        async with places:
            async with asyncio.timeout(60):
                await play(base, examples[number % len(examples)], frames)

    ends = await asyncio.gather(*(one(number) for number in range(count)), return_exceptions=True)
    failures = [end for end in ends if isinstance(end, BaseException)]
    return count - len(failures), failures


def come(base, count, frames):
    return asyncio.run(crowd(base, pages(base), count, frames))
