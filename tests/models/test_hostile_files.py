"""Files of a predecessor that hold anything at all: each row is taken over or told with its place, and the command ends."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.errors import InvalidInput
from models.importer import Import, Reject
from models.legacy import Table
from models.legacy_source import open_source
from models.message import Message
from tests.hostile.nasty import BODIES, VALUES
from tests.models.test_importer import AT, COLUMNS, rows

ROOT = Path(__file__).parents[2]
GOOD: dict[str, dict[str, Any]] = {
    "conversations": {"id": "c0", "tenant_id": "old", "session_id": "s0", "created_at": AT},
    "messages": {
        "id": "m0",
        "tenant_id": "old",
        "conversation_id": "c0",
        "role": "user",
        "content": "Hi",
        "timestamp": AT,
    },
    "leads": {
        "id": "l0",
        "tenant_id": "old",
        "intent": "pricing",
        "contact_info": "a@b.example",
        "created_at": AT,
    },
    "knowledge_bases": {"id": "k0", "tenant_id": "old", "content": "Q: When?\nA: At nine.", "updated_at": AT},
}
# 2 times each value of the list in each column but the tenant's: rows of one old tenant stay together.
WRONG = {
    name: [
        {column: value}
        for column, value in itertools.product([c for c in columns if c != "tenant_id"], VALUES.values())
    ]
    for name, columns in COLUMNS.items()
}


def take(tenant: Any, source: Path) -> tuple[int, int, list[Reject]]:
    """(rows read, rows taken over, those kept aside)."""
    rejects: list[Reject] = []
    run = Import(tenant.tenant_id, open_source(str(source)), rejects.append, lambda *_: None)
    counts = run.run().values()
    return sum(each.read for each in counts), sum(each.added for each in counts), rejects


@contextmanager
def refused_in_a_sentence(name: str) -> Iterator[None]:
    """Or not at all."""
    said = ""
    try:
        yield
    except InvalidInput as refused:
        said = str(refused)
    assert not said or name in said
    assert len(said) < 400
    assert said.isprintable()


def numbered(name: str) -> Iterator[dict[str, Any]]:
    """Good rows, each with one wrong field; the first is wholly good."""
    yield GOOD[name]
    for number, wrong in enumerate(WRONG[name], 1):
        yield GOOD[name] | {"id": f"{name}{number}"} | wrong


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_hostile_field_is_taken_over_or_told(stores, alice, tmp_path, form):
    written = 0
    for name in GOOD:
        lines = list(numbered(name))
        written += len(lines)
        if form == "jsonl":
            (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
            continue
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(COLUMNS[name])
        writer.writerows([str(line[column]) for column in COLUMNS[name]] for line in lines)
        (tmp_path / f"{name}.csv").write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    read, added, rejects = take(alice, tmp_path)
    assert added >= len(GOOD)
    assert rejects
    if form == "jsonl":
        assert read == written
    assert all(len(reject.reason) < 200 and reject.reason.isprintable() for reject in rejects)
    stored = [message.body for message in rows(alice, Message)]
    assert stored
    assert not any("\x00" in body for body in stored)


@pytest.mark.parametrize("name", ["messages.jsonl", "messages.csv", "messages", "leads.json"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_file_of_nonsense_is_told_in_a_sentence(tmp_path, name, body):
    (tmp_path / name).write_bytes(body)
    reasons: list[str] = []
    with refused_in_a_sentence(name):
        found = open_source(str(tmp_path / name)).records(Table.LEADS if "leads" in name else Table.MESSAGES)
        reasons += [getattr(each, "reason", "") for each in found]
    assert all(len(reason) < 200 for reason in reasons)


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(GOOD["messages"]).encode("utf-16"),
        gzip.compress(json.dumps(GOOD["messages"]).encode()),
        b"PK\x03\x04" + os.urandom(2000),
        b"\r".join(json.dumps(GOOD["messages"]).encode() for _ in range(3)),
        ",".join(f"c{number}" for number in range(50_000)).encode(),
        ("," * 500_000).encode() + b"\n" + ("," * 500_000).encode(),
        b'"' * 300_000,
        b"\n" * 300_000,
        b"\x00" * 300_000,
    ],
    ids=["UTF-16", "gzip", "zip", "carriage returns", "columns", "commas", "quotes", "lines", "zeros"],
)
@pytest.mark.parametrize("name", ["messages.jsonl", "messages.csv", "export"])
def test_a_file_of_another_form_is_told_in_a_sentence(stores, alice, tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    with refused_in_a_sentence(name):
        _, added, _ = take(alice, tmp_path / name)
        assert added == 0


def test_the_command_ends_in_sentences_whatever_a_file_is_called(stores, alice, tmp_path):
    folder = os.fsencode(tmp_path)
    for name in (b"messages-\xff\xfe.jsonl", b"leads-\x1b[31m.jsonl", "conversations-\u202e.jsonl".encode()):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"{\xff\n\x00")
    command = [sys.executable, "manage.py", "import", "legacy", str(tmp_path), "--tenant", str(alice.tenant_id)]
    command += ["--rejects", str(tmp_path / "aside")]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    assert b"Traceback" not in done.stderr
    assert b"\x1b[31m" not in done.stdout + done.stderr
    for name in (rb"messages-\xff\xfe.jsonl:1", rb"leads-\x1b[31m.jsonl:1", rb"conversations-\u202e.jsonl:1"):
        assert name in done.stdout
