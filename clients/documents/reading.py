"""The reading process: turns bytes into a Document, one after the other. Started by reader.py, never imported by others.

It holds no secret (its environment is empty) and is bounded: memory, time, no file written. A file made to break parsers
breaks this process and nothing else. Frames on both pipes: length, then JSON; the bytes follow.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

from clients.documents.blocks import Document, Kind, Unreadable
from clients.documents.sniff import kind_of

MEMORY_BYTES = 1024 * 1024 * 1024  # of addresses, most of which are libraries'
_LENGTH = struct.Struct(">II")


def read(data: bytes, name: str, content_type: str, url: str) -> Document:
    """Whatever it is, by its content.

    Raises:
        Unreadable: with a sentence.
    """
    match kind_of(data, name, content_type):
        case Kind.PDF:
            from clients.documents.pdf import read_pdf

            return read_pdf(data)
        case Kind.DOCX:
            from clients.documents.docx import read_docx

            return read_docx(data)
        case Kind.HTML:
            from clients.documents.html import read_html

            return read_html(data, content_type, url)
        case Kind.CSV:
            from clients.documents.text import read_csv

            return read_csv(data, content_type)
        case Kind.TEXT:
            from clients.documents.text import read_text

            return read_text(data, content_type)


def _answer(asked: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        found = read(data, asked["name"], asked["content_type"], asked["url"])
        return {"document": found.as_json()}
    except Unreadable as error:
        return {"unreadable": str(error)}
    except (MemoryError, RecursionError):
        return {"unreadable": "It is too large or too deeply nested to be read."}
    except Exception as error:  # of a parser that met what nobody thought of: told by class, never with what was read
        return {"unreadable": "It is broken and cannot be read.", "error": type(error).__name__}


def _bounded() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise SystemExit(0)  # whoever asked is gone
    return data


def serve(asking: BinaryIO, answering: BinaryIO) -> None:
    """Until the pipe is closed. A job that takes too long ends the process, also when nobody waits for it any more."""
    while True:
        about, size = _LENGTH.unpack(_exactly(asking, _LENGTH.size))
        asked = json.loads(_exactly(asking, about))
        data = _exactly(asking, size)
        signal.setitimer(signal.ITIMER_REAL, asked["within_s"] + 1)  # SIGALRM, unhandled: the end
        answer = json.dumps(_answer(asked, data)).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        answering.write(_LENGTH.pack(len(answer), 0) + answer)
        answering.flush()


if __name__ == "__main__":
    _bounded()
    quiet = os.open(os.devnull, os.O_WRONLY)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(quiet, 1)  # what a library prints must not be taken for an answer
    os.dup2(quiet, 2)
    serve(sys.stdin.buffer, answers)
