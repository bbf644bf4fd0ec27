"""An OpenAI-compatible endpoint for embeddings that keeps its own bill: what it answered, it charges.

Its vectors have one direction for each word, so texts with words in common are near each other. A test tells it what to do
with the requests to come; by default it answers.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIZE = 64
Answer = tuple[int, Any]  # status and body; None as the body: the connection is cut


@dataclass
class EmbeddingsDouble:
    """The endpoint as a test sees it. `answer` may be replaced: it gets the body and returns a status and what to send."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0  # of all requests that were carried out, whether or not their answer arrived
    answer: Callable[[dict[str, Any]], Answer] = field(default=lambda body: (200, {}))

    def __post_init__(self) -> None:
        self.answer = self.usual

    def usual(self, body: dict[str, Any]) -> Answer:
        """As it should be; the rows come in no order one may rely on."""
        used = self.charge(body)
        rows = [
            {"object": "embedding", "index": place, "embedding": vector(text)}
            for place, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": used, "total_tokens": used}
        return 200, {"object": "list", "model": body["model"], "data": rows[::-1], "usage": usage}

    def silent(self, body: dict[str, Any]) -> Answer:
        """The same without a word about its cost."""
        status, said = self.usual(body)
        return status, {name: value for name, value in said.items() if name != "usage"}

    def cut(self, body: dict[str, Any]) -> Answer:
        """Carried out and charged; the answer never arrives."""
        self.charge(body)
        return 200, None

    def charge(self, body: dict[str, Any]) -> int:
        used = sum(max(1, len(text.split())) for text in body["input"])
        self.tokens += used
        return used


def vector(text: str) -> list[float]:
    made = [0.01] * SIZE
    for word in text.casefold().split():
        made[zlib.crc32(word.strip(".,?!").encode()) % SIZE] += 1.0
    return made


@contextmanager
def running() -> Iterator[EmbeddingsDouble]:
    """The double on a port of its own, until the block ends."""
    double = EmbeddingsDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            double.asked.append(body | {"path": self.path, "key": self.headers["authorization"]})
            status, said = double.answer(body)
            if said is None:
                self.close_connection = True
                return
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
