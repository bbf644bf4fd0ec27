"""Streams the predecessor's rows from CSV or JSON lines, in one file or a folder, or from its own Postgres database.

A broken line costs itself alone: a quote that is never closed does not swallow the lines after it. Nothing is held but a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnClause, column, create_engine, inspect, literal_column, select
from sqlalchemy import table as table_named
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from config.errors import InvalidInput
from models.legacy import BadRow, Table, table_of
from models.legacy_csv import csv_records
from models.legacy_lines import LONGEST_LINE_BYTES, Place, Record, Unreadable, lines_of, printable, shown

ROWS_AT_ONCE = 1000
ORDER = {  # the oldest first, so that what merges does so in the order in which it happened
    Table.CONVERSATIONS: "created_at",
    Table.MESSAGES: "timestamp",
    Table.KNOWLEDGE_BASES: "updated_at",
    Table.LEADS: "created_at",
}
POSTGRES = ("postgres://", "postgresql://", "postgresql+psycopg://")
ENDINGS = {".csv": "csv", ".tsv": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json"}


class Source(Protocol):
    """Where rows come from; each table is asked for once."""

    def records(self, table: Table) -> Iterator[Record | Unreadable]: ...


def open_source(where: str) -> Source:
    """A file, a folder or a Postgres URL.

    Raises:
        InvalidInput: there is nothing there that holds the predecessor's tables.
    """
    if where.startswith(POSTGRES):
        return DatabaseSource(where)
    path = Path(where)
    if path.is_dir():
        files = [(file, table_of(file.stem)) for file in sorted(path.iterdir()) if file.suffix.lower() in ENDINGS]
    elif path.is_file():
        files = [(path, table_of(path.stem))]
    else:
        raise InvalidInput(f"{printable(where)}: there is no such file or folder.")
    if not files:
        raise InvalidInput(f"{printable(where)}: the folder holds no .csv or .jsonl file.")
    return FileSource(files)


class FileSource:
    """Files, each of one table, or with a field `table` in each row."""

    def __init__(self, files: list[tuple[Path, Table | None]]) -> None:
        self._files = files

    def records(self, table: Table) -> Iterator[Record | Unreadable]:
        for path, only in self._files:
            if only in (table, None):
                mixed = only is None
                for found in _read(path, table, mixed=mixed):
                    if mixed:
                        found_in = _sorted_out(found, table)
                        if found_in is not None:
                            yield found_in
                    else:
                        yield found


def _sorted_out(found: Record | Unreadable, table: Table) -> Record | Unreadable | None:
    """Of a mixed file: this table's rows; what belongs to no table is told once, with the first of them."""
    said = table_of(str(found.values.get("table", ""))) if isinstance(found, Record) else None
    if said is not None:
        return found if said is table else None
    if table is not next(iter(Table)):
        return None
    if isinstance(found, Record):
        return Unreadable(found.place, f"table: expected one of {', '.join(Table)}.", found.raw)
    return found


def _read(path: Path, table: Table, *, mixed: bool) -> Iterator[Record | Unreadable]:
    kind = ENDINGS.get(path.suffix.lower()) or _sniffed(path)
    return _json_records(path) if kind == "json" else csv_records(path, table, mixed=mixed)


def _sniffed(path: Path) -> str:
    with path.open("rb") as file:
        return "json" if file.read(1024).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else "csv"


def _json_records(path: Path) -> Iterator[Record | Unreadable]:
    for number, line in lines_of(path):
        place = Place(printable(path.name), number)
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST_LINE_BYTES:
                raise BadRow("longer than 1 MiB.")
            values = json.loads(line.decode("utf-8"))
            if not isinstance(values, dict):
                raise BadRow("not a JSON object.")
        except (BadRow, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, BadRow) else "not JSON in UTF-8."
            yield Unreadable(place, reason, shown(line))
        else:
            yield Record(place, {str(name).strip().lower(): value for name, value in values.items()}, shown(line))


class DatabaseSource:
    """The predecessor's own database, read in one read-only transaction for each table."""

    def __init__(self, url: str) -> None:
        _, _, rest = url.partition("://")
        self._engine = create_engine(
            f"postgresql+psycopg://{rest}",
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            connect_args={"prepare_threshold": None, "connect_timeout": 10, "application_name": "frontdesk import"},
        )

    def records(self, table: Table) -> Iterator[Record | Unreadable]:
        try:
            yield from self._rows(table)
        except SQLAlchemyError as error:
            raise InvalidInput(f"{table}: the old database cannot be read ({type(error).__name__}).") from None

    def _rows(self, table: Table) -> Iterator[Record | Unreadable]:
        with self._engine.connect() as connection:
            if not inspect(connection).has_table(table):
                return
            connection.rollback()
            reading = connection.execution_options(
                postgresql_readonly=True, stream_results=True, yield_per=ROWS_AT_ONCE
            )
            everything: ColumnClause[Any] = literal_column("*")
            whole = select(everything).select_from(table_named(table))
            rows = reading.execute(whole.order_by(column(ORDER[table]), column("id"))).mappings()
            for number, row in enumerate(rows, 1):
                values = dict(row)
                yield Record(Place(table, number), values, json.dumps(values, default=str, ensure_ascii=False))
