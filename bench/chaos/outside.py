"""The slow language model and the mail server of a seed: one process that can stand still where the harness orders it.

The model says what it finds in its prompt (the business's word, the references of the messages it is to answer), slowly
and always the same for the same references. Its journal tells when it was asked and when each sentence was out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bench.chaos.bill import Bill
from bench.chaos.words import REFERENCE, WORD, numbered
from tests.doubles.holds import Holds
from tests.doubles.smtp import Session, SmtpDouble

Journal = dict[str, Any]
SLOW_ONE_IN = 12  # calls; such a one takes several times as long


@dataclass
class Order:
    """A hold that waits for its call."""

    name: str
    kind: str  # answer | intent | mail
    where: str  # before | after


@dataclass
class Outside:
    """What the process remembers."""

    holds: Holds = field(default_factory=Holds)
    orders: list[Order] = field(default_factory=list)
    bills: dict[int, Bill] = field(default_factory=dict)  # by number of the call
    asked: deque[Journal] = field(default_factory=lambda: deque(maxlen=50_000))
    away: bool = False
    numbers: int = 0
    mails: SmtpDouble = field(default_factory=SmtpDouble)

    async def pass_by(self, kind: str, where: str, facts: Journal) -> bool:
        """Stand still if that was ordered for such a call at this point."""
        for order in self.orders:
            if (order.kind, order.where) == (kind, where):
                self.orders.remove(order)
                return await self.holds.stand(order.name, facts)
        return True


async def completions(request: Request) -> Response:
    outside: Outside = request.app.state.outside
    if outside.away:
        return JSONResponse({"error": {"message": "away", "code": "unavailable"}}, 503)
    body = await request.json()
    outside.numbers += 1
    noted: Journal = {"number": outside.numbers, "via": request.path_params["via"], "asked_s": time.monotonic()}
    noted |= {"kind": "answer" if body.get("stream") else "intent", "sentences": []}
    question = str(body["messages"][-1]["content"])
    noted["references"] = REFERENCE.findall(question)
    outside.asked.append(noted)
    bill = outside.bills[outside.numbers] = Bill(body, random.Random(outside.numbers))
    pace = random.Random(hashlib.sha256(" ".join(noted["references"]).encode()).digest())
    if not await outside.pass_by(noted["kind"], "before", noted):
        return JSONResponse({"error": {"message": "dropped", "code": "unavailable"}}, 503)
    if noted["kind"] == "intent":
        await asyncio.sleep(pace.uniform(0.02, 0.2))
        await outside.pass_by("intent", "after", noted)
        return JSONResponse(_completion(body["model"], bill))
    words = WORD.findall(str(body["messages"][0]["content"]))
    texts = sentences(noted["number"], words, noted["references"])
    stream = _stream(outside, noted, body["model"], texts, pace, bill)
    return StreamingResponse(stream, media_type="text/event-stream")


def sentences(number: int, words: list[str], references: list[str]) -> list[str]:
    """What call `number` answers."""
    return [
        f"Our word is {' and '.join(dict.fromkeys(words)) or 'not known'}. ",
        f"You asked about {' and '.join(dict.fromkeys(references)) or 'nothing'}. ",
        numbered(number),
    ]


async def _stream(
    outside: Outside, noted: Journal, model: str, texts: list[str], pace: random.Random, bill: Bill
) -> AsyncIterator[bytes]:
    slow = 6.0 if pace.randrange(SLOW_ONE_IN) == 0 else 1.0
    await asyncio.sleep(slow * pace.uniform(0.05, 0.5))
    for text in texts:
        half = len(text) // 2
        yield _chunk(model, {"content": text[:half]})
        await asyncio.sleep(slow * pace.uniform(0.02, 0.15))
        noted["sentences"].append(time.monotonic())  # nobody can have said it before
        yield _chunk(model, {"content": text[half:]})
        await asyncio.sleep(slow * pace.uniform(0.02, 0.15))
    await outside.pass_by("answer", "after", noted)
    noted["ended_s"] = time.monotonic()
    yield _chunk(model, {}, finish_reason="stop", usage=bill.ended())
    yield b"data: [DONE]\n\n"


def _chunk(
    model: str, delta: Journal, *, finish_reason: str | None = None, usage: dict[str, int] | None = None
) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk: Journal = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
    return f"data: {json.dumps(chunk | ({'usage': usage} if usage else {}))}\n\n".encode()


def _completion(model: str, bill: Bill) -> Journal:
    content = json.dumps({"label": "faq", "confidence": 0.9})
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    used = bill.ended()
    used["total_tokens"] = sum(used.values())
    return {"id": "c", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": used}


class HeldMail(Session):
    """A mail session that can stand still before it reads the text, and before it says that it has it."""

    outside: Outside

    async def say(self, answer: str) -> None:
        if answer == self.double.after_data:
            await self.outside.pass_by("mail", "after", self._facts())
        await super().say(answer)

    async def data(self) -> bool:
        await self.outside.pass_by("mail", "before", self._facts())
        return await super().data()

    def _facts(self) -> Journal:
        return {"peer_port": self.writer.get_extra_info("peername")[1], "via": None}


async def order(request: Request) -> Response:
    request.app.state.outside.orders.append(Order(**await request.json()))
    return Response(status_code=204)


async def held(request: Request) -> Response:
    query = request.query_params
    return JSONResponse(await request.app.state.outside.holds.reached(query["name"], float(query["timeout_s"])))


async def let_go(request: Request) -> Response:
    given, outside = await request.json(), request.app.state.outside
    outside.orders = [each for each in outside.orders if each.name != given["name"]]
    outside.holds.let_go(given["name"], drop=bool(given.get("drop")))
    return Response(status_code=204)


async def away(request: Request) -> Response:
    request.app.state.outside.away = bool((await request.json())["away"])
    return Response(status_code=204)


async def journal(request: Request) -> Response:
    outside: Outside = request.app.state.outside
    asked = [each | {"billed_micro": outside.bills[each["number"]].micro} for each in outside.asked]
    return JSONResponse({"asked": asked, "mails": len(outside.mails.mails)})


def create_app() -> Starlette:
    app = Starlette(
        routes=[
            Route("/_via/{via}/v1/chat/completions", completions, methods=["POST"]),
            Route("/_order", order, methods=["POST"]),
            Route("/_held", held),
            Route("/_let_go", let_go, methods=["POST"]),
            Route("/_away", away, methods=["POST"]),
            Route("/_journal", journal),
        ]
    )
    app.state.outside = Outside()
    return app


async def main(port: int, mail_port: int) -> None:
    """Serve both until killed."""
    app = create_app()
    outside: Outside = app.state.outside

    async def mailed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = HeldMail(outside.mails, reader, writer)
        session.outside = outside
        await _quietly(session.run())
        writer.close()

    server = await asyncio.start_server(mailed, "127.0.0.1", mail_port)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    async with server:
        await uvicorn.Server(config).serve()


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await work


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    asked = parser.parse_args()
    asyncio.run(main(asked.port, asked.mail_port))
