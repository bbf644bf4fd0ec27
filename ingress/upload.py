"""Bodies larger than a webhook's: read as they arrive, within a size and a pace, raw or as one file of a form.

Nobody holds a whole one: what arrived is handed on at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

from clients.channels.untrusted import clean
from config.errors import InvalidInput, TooLarge
from ingress.body import CLOSE, header
from ingress.errors import TooSlow

if TYPE_CHECKING:
    from python_multipart import MultipartParser

PIECE_WITHIN_S = 15.0
ALL_WITHIN_S = 300.0
LONGEST_NAME = 200
ENVELOPE_BYTES = 16 * 1024  # of a form, besides its file


@dataclass
class Upload:
    """One file on its way in. Its name is known once the first piece has come."""

    request: Request
    limit_bytes: int
    name: str = ""

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes.

        Raises:
            TooLarge, TooSlow: as the names say.
            InvalidInput: a form that is none, or holds no file.
        """
        declared = header(self.request, b"content-length") or ""
        most = self.limit_bytes + ENVELOPE_BYTES
        if len(declared) > 12 or (declared.isdecimal() and int(declared) > most):
            raise self._too_large()
        content_type = header(self.request, b"content-type") or ""
        self.name = shortened(self.request.query_params.get("name", ""))
        source = self._of_form(content_type) if content_type.lower().startswith("multipart/") else self._raw()
        size = 0
        async for piece in source:
            size += len(piece)
            if size > self.limit_bytes:
                raise self._too_large()
            yield piece

    async def _raw(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        ends_at, size = loop.time() + ALL_WITHIN_S, 0
        while True:
            try:
                async with asyncio.timeout(min(PIECE_WITHIN_S, max(0.0, ends_at - loop.time()))):
                    message = await self.request.receive()
            except TimeoutError:
                raise TooSlow("The file did not arrive in time.", headers=CLOSE) from None
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if piece := message.get("body", b""):
                size += len(piece)
                if size > self.limit_bytes + ENVELOPE_BYTES:
                    raise self._too_large()
                yield piece
            if not message.get("more_body", False):
                return

    async def _of_form(self, content_type: str) -> AsyncIterator[bytes]:
        """The first part that is a file; fields and further files are not read."""
        form = _Form(content_type)
        async for piece in self._raw():
            for part in form.feed(piece):
                self.name = self.name or form.name
                yield part
        if not form.found:
            raise InvalidInput("file: expected a form with a file.")

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The file is larger than {self.limit_bytes // 1024 // 1024} MiB.", headers=CLOSE)


class _Form:
    """Takes the first file out of a multipart form as it arrives."""

    def __init__(self, content_type: str) -> None:
        from python_multipart.exceptions import FormParserError
        from python_multipart.multipart import parse_options_header

        self.name, self.found = "", False
        self._faults: type[Exception] = FormParserError
        self._open = False
        self._header, self._value, self._headers = b"", b"", dict[bytes, bytes]()
        self._ready: list[bytes] = []
        self._options = parse_options_header
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise InvalidInput("The form names no boundary.")
        self._parser = self._made(boundary)

    def _made(self, boundary: bytes) -> MultipartParser:
        from python_multipart import MultipartParser

        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": self._on_data,
                    "on_part_end": self._on_end,
                },
            )
        except self._faults:
            raise InvalidInput("The form's boundary is not valid.") from None

    def feed(self, piece: bytes) -> list[bytes]:
        """The bytes of the file in this piece of the form."""
        try:
            self._parser.write(piece)
        except self._faults:
            raise InvalidInput("The form is broken.") from None
        ready, self._ready = self._ready, []
        return ready

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = self._options(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        self._open = b"filename" in options and not self.found
        if self._open:
            self.found = True
            self.name = shortened(options[b"filename"].decode("utf-8", "replace"))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._open:
            self._ready.append(data[start:end])

    def _on_end(self) -> None:
        self._open = False


def shortened(name: str) -> str:
    """A file's name without folders and what cannot be shown."""
    plain = clean(name).replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in plain if sign.isprintable()).strip()[:LONGEST_NAME]
