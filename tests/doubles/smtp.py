"""A mail server for tests: a real one over sockets, from the standard library alone, that can refuse, stall and vanish.

`with running() as server:` gives its URL, what it took, and the knobs below. Loopback only; never imported by the product.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Delivered:
    """One mail the server took, or whose text it read before it vanished (`said_yes` False)."""

    sender: str
    recipients: list[str]
    raw: bytes
    said_yes: bool

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpDouble:
    """Knobs: set one and the next connections behave so."""

    port: int = 0
    mails: list[Delivered] = field(default_factory=list)
    connections: int = 0
    greeting: str = "220 double ESMTP"
    refuse: dict[str, str] = field(default_factory=dict)  # recipient -> answer, "*" for all; e.g. "450 later"
    refuse_sender: str = ""
    after_data: str = "250 taken"  # the answer to the text
    cut_after_data: bool = False  # read the text, then vanish without an answer
    delay_s: float = 0.0  # before every answer
    password: str = ""  # AUTH PLAIN is offered and this one expected
    tls: ssl.SSLContext | None = None  # STARTTLS is offered
    commands: list[str] = field(default_factory=list)
    farewell: str = "221 bye"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def reset(self) -> None:
        fresh = SmtpDouble(port=self.port)
        self.__dict__.update(fresh.__dict__)


class Session:
    """One connection."""

    def __init__(self, double: SmtpDouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.double, self.reader, self.writer = double, reader, writer
        self.sender, self.recipients = "", list[str]()

    async def say(self, answer: str) -> None:
        await asyncio.sleep(self.double.delay_s)
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()

    async def run(self) -> None:
        await self.say(self.double.greeting)
        while line := (await self.reader.readline()).decode("ascii", "replace").strip():
            self.double.commands.append(line.split()[0].upper())
            if not await self.obey(line):
                return

    async def obey(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        match word.upper():
            case "EHLO":
                offers = ["8BITMIME"]
                offers += ["AUTH PLAIN"] if self.double.password else []
                offers += ["STARTTLS"] if self.double.tls and not self.encrypted else []
                await self.say(
                    "\r\n".join(["250-double", *(f"250-{offer}" for offer in offers[:-1]), f"250 {offers[-1]}"])
                )
            case "STARTTLS":
                await self.say("220 go on")
                assert self.double.tls
                await self.writer.start_tls(self.double.tls)
            case "AUTH":
                given = base64.b64decode(rest.split()[1]).split(b"\0")[-1].decode()
                await self.say("235 welcome" if given == self.double.password else "535 wrong password")
            case "MAIL":
                self.sender = rest.partition("<")[2].partition(">")[0]
                await self.say(self.double.refuse_sender or "250 ok")
            case "RCPT":
                await self.recipient(rest.partition("<")[2].partition(">")[0])
            case "DATA":
                return await self.data()
            case "QUIT":
                await self.say(self.double.farewell)
                return False
            case _:
                await self.say("250 ok")
        return True

    @property
    def encrypted(self) -> bool:
        return self.writer.get_extra_info("ssl_object") is not None

    async def recipient(self, address: str) -> None:
        refusal = self.double.refuse.get(address) or self.double.refuse.get("*")
        if not refusal:
            self.recipients.append(address)
        await self.say(refusal or "250 ok")

    async def data(self) -> bool:
        await self.say("354 go on")
        raw = (await self.reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        said_yes = self.double.after_data.startswith("2") and not self.double.cut_after_data
        if said_yes or self.double.cut_after_data:
            self.double.mails.append(Delivered(self.sender, self.recipients, raw, said_yes))
        self.recipients = []
        if self.double.cut_after_data:
            return False
        await self.say(self.double.after_data)
        return True


@contextmanager
def running() -> Iterator[SmtpDouble]:
    """The server on a free port of this machine, in a thread of its own."""
    double, loop = SmtpDouble(), asyncio.new_event_loop()
    started = threading.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        double.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await Session(double, reader, writer).run()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        double.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(5)
    try:
        yield double
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()
