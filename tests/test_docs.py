"""Every example of README.md and docs/ can be pasted: its command is one of manage.py's, its call one of the API's."""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import manage
from dashboard.app import ROUTES as DASHBOARD_ROUTES
from dashboard.openapi import DESCRIBED as DASHBOARD
from ingress.app import build

ROOT = Path(manage.__file__).parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BEGINS = re.compile(r"    (\$ )?([A-Z_]+=(\$\()?\S* ?)?(curl|python|manage\.py) ")
SAMPLE = str(uuid.UUID(int=7))
VALUES = {"URL": "http://desk", "API": "http://desk/api/v1/intents"}  # other names stand for ids and credentials


@dataclass(frozen=True)
class Example:
    """One command of a page, on as many lines as it takes."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0][:60]}"


def examples() -> Iterator[Example]:
    for page in PAGES:
        held: list[str] = []
        for line in page.read_text().splitlines():
            if not held and not BEGINS.match(line):
                continue
            held.append(line.removeprefix("    ").removeprefix("$ "))
            text = "\n".join(held)
            if not line.endswith("\\") and text.count("'") % 2 == 0:
                yield Example(page.name, text)
                held = []


def words(example: Example) -> list[str]:
    """As a shell would split it, up to a pipe, a redirection or the end of a substitution."""
    text = re.sub(r"^[A-Z_]+=(\$\()?", "", example.text).replace("\\\n", " ")
    text = re.sub(r"\$\{?([A-Z_]+)\}?", lambda name: VALUES.get(name[1], SAMPLE), text)
    found = shlex.split(text, comments=True)
    ends = (at for at, word in enumerate(found) if word in {"|", ">", "&&"})
    return found[: next(ends, len(found))]


ALL = tuple(examples())
COMMANDS = [each for each in ALL if "manage.py" in each.text]
CALLS = [each for each in ALL if "curl " in each.text and "manage.py" not in each.text]


def test_there_are_examples_of_both():
    assert len(COMMANDS) > 10
    assert len(CALLS) > 20


@pytest.mark.parametrize("example", COMMANDS, ids=str)
def test_a_command_is_one_that_manage_py_takes(example: Example):
    given = [SAMPLE if word in {"ID", "<id>"} else word for word in words(example)]
    given = given[given.index("manage.py") + 1 :] if "manage.py" in given else given[1:]
    given = [word.rstrip(")") for word in given]
    manage._parser().parse_args(given)


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    return dict(build(DASHBOARD_ROUTES, DASHBOARD).state.document["paths"])


@pytest.mark.parametrize("example", CALLS, ids=str)
def test_a_call_is_one_that_the_api_answers(example: Example, paths: dict[str, Any]):
    given = words(example)
    method = given[given.index("-X") + 1] if "-X" in given else ""
    bodies = [given[at + 1] for at, word in enumerate(given) if word in {"-d", "--data-binary", "-F"}]
    (address,) = (word for word in given[1:] if re.match(r"http://|https://", word) and word not in bodies)
    served = [
        described
        for path, described in paths.items()
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), urlsplit(address).path)
    ]
    assert any((method or ("POST" if bodies else "GET")).lower() in each for each in served), address
    for body in bodies:
        if not re.match(r"@|file=", body):
            json.loads(body)
