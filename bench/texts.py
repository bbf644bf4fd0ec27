"""Short public texts for (g): what Python's standard library says of its own functions, which every machine has.

With DATA, a folder holding covidfaq.json and clinc150.json, instead of that: frequent questions and answers about
COVID-19, and what people ask an assistant.
"""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MODULES = (
    "argparse ast asyncio calendar collections configparser contextlib copy csv ctypes datetime decimal difflib "
    "email.message enum fractions ftplib functools gettext gzip hashlib heapq html http.client imaplib inspect io "
    "ipaddress itertools json locale logging mailbox math multiprocessing os pathlib pickle platform plistlib poplib "
    "posixpath pprint random re sched secrets selectors shelve shutil signal smtplib socket sqlite3 ssl statistics "
    "string struct subprocess sys tarfile tempfile textwrap threading time timeit tokenize traceback types typing "
    "unicodedata unittest urllib.parse urllib.request uuid warnings wave weakref xml.dom.minidom xml.etree.ElementTree "
    "zipfile zoneinfo"
)
SHORTEST, LONGEST, LONGEST_BODY = 20, 200, 400  # characters
Pairs = list[tuple[str, str]]


def texts(count: int, chance: Any, folder: Path | None) -> tuple[Pairs, list[str]]:
    """(heading, body) of up to `count` texts, and questions that are none of them."""
    return _of_python(count) if folder is None else _of_sets(count, chance, folder)


def _of_python(count: int) -> tuple[Pairs, list[str]]:
    """A docstring's first line and the rest of it; the questions are those that are one line only."""
    said: dict[str, str] = {}
    for each in _callables():
        first, _, rest = (inspect.getdoc(each) or "").partition("\n\n")
        if SHORTEST <= len(line := " ".join(first.split())) <= LONGEST:
            said.setdefault(line, " ".join(rest.split())[:LONGEST_BODY])
    pairs = [(line, rest) for line, rest in said.items() if len(rest) > SHORTEST]
    return pairs[:count], [line for line, rest in said.items() if not rest]


def _callables() -> Iterator[Callable[..., object]]:
    for name in MODULES.split():
        for _, thing in inspect.getmembers(importlib.import_module(name), callable):
            yield thing
            if inspect.isclass(thing):
                yield from (each for each in vars(thing).values() if callable(each))


def _of_sets(count: int, chance: Any, folder: Path) -> tuple[Pairs, list[str]]:
    covid = json.loads((folder / "covidfaq.json").read_text())
    clinc = json.loads((folder / "clinc150.json").read_text())
    said = [text for text, _ in clinc["train"]]
    picked = chance.permutation(len(said))
    pairs = [(entry["question"], entry["answer"][:LONGEST_BODY]) for entry in covid["faq"]]
    pairs += [(said[i], said[j]) for i, j in zip(picked[: count - len(pairs)], picked[count:], strict=False)]
    return pairs, [each["query"] for each in covid["queries"]] + [text for text, _ in clinc["test"]]
