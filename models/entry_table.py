"""Entries as a table: CSV in, told line by line what is wrong; CSV out that no spreadsheet runs and that reads back the same.

A question that is there already (whatever its case and spaces) gets its new answer. Rows are taken in batches, each in a
transaction of its own: after a fault the same file can simply be sent again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, TextIO

from sqlalchemy import Text, column, func, select, tuple_, values
from sqlalchemy.orm import Session

from config.errors import InvalidInput
from models.database import tenant_session
from models.knowledge import KnowledgeEntry

LIMIT_BYTES = 4 * 1024 * 1024
MOST_ROWS = 10_000
LONGEST_QUESTION, LONGEST_ANSWER = 500, 8000
TOLD_ERRORS = 100
BATCH = 250
COLUMNS = ("question", "answer")
MOST_LINES = 400  # of one row; more is a quote that was never closed
FORMULA = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20|%]|[\t\r\n]")  # what spreadsheets take for one
GUARDED = re.compile(r"'+(?:\s*[=+\-@\uff0b\uff0d\uff1d\uff20|%]|[\t\r\n])")

Clean = Callable[[str], str]
Table = IO[bytes]


@dataclass(frozen=True)
class LineError:
    """What is wrong with a line, in plain words."""

    line: int
    detail: str


@dataclass
class Imported:
    """What became of a table's rows. `errors` names the first of those refused."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    dry_run: bool = False
    errors: list[LineError] = field(default_factory=list)

    def refuse(self, line: int, detail: str) -> None:
        self.refused += 1
        if len(self.errors) < TOLD_ERRORS:
            self.errors.append(LineError(line, detail))

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "dry_run": self.dry_run,
            "errors": [{"line": error.line, "detail": error.detail} for error in self.errors],
        }


@dataclass(frozen=True)
class _Row:
    question: str
    answer: str


def import_entries(tenant_id: uuid.UUID, file: Table, *, clean: Clean, dry_run: bool = False) -> Imported:
    """Take the table over. `clean` removes what Postgres cannot hold.

    Raises:
        InvalidInput: it is no such table at all.
    """
    told = Imported(dry_run=dry_run)
    text = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        rows = _rows(text, told, clean)
        while batch := list(islice(rows, BATCH)):
            _take(tenant_id, batch, told)
    finally:
        text.detach()  # the file is its owner's to close
    return told


def _rows(file: TextIO, told: Imported, clean: Clean) -> Iterator[_Row]:
    """The rows that can be taken; the others are told."""
    records = _records(file, told)
    head = next(records, None)
    if head is None:
        raise InvalidInput("The file is empty: its first line must name the columns question and answer.")
    names = [name.strip().strip("\ufeff").lower() for name in head[1]]
    if any(names.count(name) != 1 for name in COLUMNS):
        raise InvalidInput("The first line must name the columns question and answer, each once.")
    at = [names.index(name) for name in COLUMNS]
    first_lines: dict[str, int] = {}
    for line, cells in records:
        if told.read >= MOST_ROWS:
            told.refuse(line, f"More than {MOST_ROWS:,} rows: this one and those after it were not read.")
            return
        told.read += 1
        if len(cells) <= max(at):
            told.refuse(
                line, f"It has {len(cells)} columns; question and answer are columns {at[0] + 1} and {at[1] + 1}."
            )
            continue
        question, answer = (_unguarded(clean(cells[place]).strip()) for place in at)
        if wrong := _wrong(question, answer):
            told.refuse(line, wrong)
            continue
        first = first_lines.setdefault(question_key(question), line)
        if first != line:
            told.refuse(line, f"It asks the same as line {first}, which was taken.")
            continue
        yield _Row(question, answer)


def _wrong(question: str, answer: str) -> str | None:
    for name, text, longest in (("question", question, LONGEST_QUESTION), ("answer", answer, LONGEST_ANSWER)):
        if not text:
            return f"The {name} is empty."
        if len(text) > longest:
            return f"The {name} has {len(text):,} characters; at most {longest:,} are taken."
    return None


def refuse_wrong_entry(question: str, answer: str) -> None:
    """Raises InvalidInput when they cannot be an entry."""
    if wrong := _wrong(question, answer):
        raise InvalidInput(wrong)


def _records(file: TextIO, told: Imported) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that is not empty. A quote that is never closed costs its own line alone."""
    lines = _lines(file)
    csv.field_size_limit(1024 * 1024)
    delimiter, ahead = "", list[tuple[int, str]]()
    while True:
        taken = [ahead.pop(0) if ahead else next(lines, (0, ""))]
        number, text = taken[0]
        if not number:
            return
        if not text.strip().strip(",;\t"):
            continue
        delimiter = delimiter or max(",;\t", key=text.count)
        while _is_open("".join(each for _, each in taken), delimiter) and len(taken) < MOST_LINES:
            following = ahead.pop(0) if ahead else next(lines, (0, ""))
            if not following[0]:
                break
            taken.append(following)
        whole = "".join(each for _, each in taken)
        try:
            cells = next(csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error:
            ahead = taken[1:] + ahead
            told.read += 1
            told.refuse(number, "A quote is in the wrong place: it is opened and never closed, or text follows it.")
            continue
        yield number, cells


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a quoted cell goes on in the next line."""
    if text.count('"') % 2 == 0:
        return False
    try:
        next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """Numbered lines, read as they are needed."""
    for number, line in enumerate(file, 1):
        yield number, line.removeprefix("\ufeff") if number == 1 else line


def _encoding(file: Table) -> str:
    """By its mark; else UTF-8 where all of it is; else UTF-16 by its zeros; else what western spreadsheets write."""
    head = file.read(4096)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) > len(head) / 4:
        return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(64 * 1024):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8"


def question_key(question: str) -> str:
    """What makes two questions one: their words, whatever their case and spaces."""
    return " ".join(question.split()).lower()


def _take(tenant_id: uuid.UUID, rows: Sequence[_Row], told: Imported) -> None:
    """One batch: what is there already gets its new answer, the rest is added."""
    with tenant_session(tenant_id) as session:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"entries:{tenant_id}", 0))))
        known = _known(session, rows)
        for row in rows:
            entry = known.get(question_key(row.question))
            if entry is None:
                told.added += 1
                if not told.dry_run:
                    session.add(KnowledgeEntry(tenant_id=tenant_id, question=row.question, answer=row.answer))
            elif (entry.question, entry.answer) == (row.question, row.answer):
                told.unchanged += 1
            else:
                told.changed += 1
                if not told.dry_run:
                    entry.question, entry.answer = row.question, row.answer
        session.flush()
        session.expunge_all()


def _known(session: Session, rows: Sequence[_Row]) -> dict[str, KnowledgeEntry]:
    """The entries that ask what these rows ask. Of several with one question the oldest."""
    asked = values(column("key", Text), name="asked").data([(question_key(row.question),) for row in rows])
    normal = func.lower(func.btrim(func.regexp_replace(KnowledgeEntry.question, r"\s+", " ", "g")))
    found = session.scalars(
        select(KnowledgeEntry).join(asked, asked.c.key == normal).order_by(KnowledgeEntry.created_at.desc())
    )
    return {question_key(entry.question): entry for entry in found}


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV, every cell harmless."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_guarded(cell) for cell in row] for row in rows)
    return written.getvalue()


def _guarded(cell: str) -> str:
    """A cell that is shown, not run: what looks like a formula gets an apostrophe, and so does what looks guarded already."""
    return "'" + cell if FORMULA.match(cell) or GUARDED.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell


def oldest_entries(session: Session, after: tuple[Any, uuid.UUID] | None, limit: int) -> Sequence[KnowledgeEntry]:
    """The session's tenant's entries in the order in which they were made, from the one after `after` on."""
    entry = KnowledgeEntry
    statement = select(entry).order_by(entry.created_at, entry.id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(entry.created_at, entry.id) > tuple_(*after))
    return session.scalars(statement).all()


def exported(tenant_id: uuid.UUID, rows_at_once: int = 500) -> Iterator[str]:
    """All entries as CSV, a part at a time; no transaction is open while a part is being sent."""
    yield csv_lines([COLUMNS])
    after: tuple[Any, uuid.UUID] | None = None
    while True:
        with tenant_session(tenant_id) as session:
            found = [
                (each.created_at, each.id, each.question, each.answer)
                for each in oldest_entries(session, after, rows_at_once)
            ]
        if not found:
            return
        yield csv_lines([(question, answer) for _, _, question, answer in found])
        after = found[-1][0], found[-1][1]
