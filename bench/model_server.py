"""An OpenAI-compatible endpoint that answers at once, or takes exactly as long as it is told: `python -m bench.model_server`.

One event loop, bytes only: 200 streams cost it a few percent of a core. It answers with the first passage it was given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PIECES = 20  # of a streamed answer
_PASSAGE = re.compile(r"<passages>\n\[1\] [^\n]*\n([^\n]*)")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@contextmanager
def model_server(seconds: float = 0.0) -> Iterator[str]:
    """A process of its own; its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.model_server", "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


class Server:
    """`seconds` is how long one streamed answer takes from the request to its last byte."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = _LENGTH.search(head)
                asked = json.loads(await reader.readexactly(int(length[1]) if length else 0))
                await (self._stream if asked.get("stream") else self._whole)(asked, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _stream(self, asked: dict[str, object], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        start, pieces = loop.time(), _pieces(_answer(asked))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, piece in enumerate(pieces, start=1):
            if self.seconds:
                await asyncio.sleep(start + self.seconds * number / len(pieces) - loop.time())
            writer.write(_chunk({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}))
        writer.write(_chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        writer.write(_chunk({"choices": [], "usage": _USAGE}) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()

    async def _whole(self, asked: dict[str, object], writer: asyncio.StreamWriter) -> None:
        content = json.dumps({"label": "faq", "confidence": 0.9})
        message = {"role": "assistant", "content": content}
        body = json.dumps(
            {
                "id": "bench",
                "object": "chat.completion",
                "created": 0,
                "model": "bench",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": _USAGE,
            }
        ).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        await writer.drain()


def _answer(asked: dict[str, object]) -> str:
    messages = asked["messages"]
    assert isinstance(messages, list)
    found = _PASSAGE.search(messages[0]["content"])
    return f"{found[1]} [1]" if found else "I don't know."


def _pieces(text: str) -> list[str]:
    size = max(1, -(-len(text) // PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)]


def _chunk(event: dict[str, object]) -> bytes:
    return _framed(b"data: " + json.dumps(event).encode() + b"\n\n")


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _main(seconds: float) -> None:
    server = await asyncio.start_server(Server(seconds).serve, "127.0.0.1", 0, backlog=1024, limit=2**20)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    parser = argparse.ArgumentParser(prog="bench.model_server", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.0)
    uvloop.run(_main(parser.parse_args().seconds))
