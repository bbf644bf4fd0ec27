"""Takes over a predecessor's conversations, messages, knowledge and leads as history: nothing of it is ever answered.

Ids follow from the old ids, so a second run adds nothing; 1,000 rows a transaction, so a run that broke off goes on. A bad row
is told with its place and kept aside, and the rest goes on.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self, cast

from sqlalchemy.orm import Session

from config.errors import NotFound
from models.database import tenant_session
from models.legacy import BadRow, OldConversation, OldKnowledge, OldLead, OldMessage, OldRow, Table, read_row, text_id
from models.legacy_lines import Place, Record, Unreadable
from models.legacy_rows import Bad, add_conversations, add_knowledge, add_leads, add_messages
from models.legacy_source import ROWS_AT_ONCE, Source
from models.tenant import Tenant

BATCH_CHARACTERS = 8_000_000  # of rows held at once, however few they are


@dataclass
class Counts:
    """Of one table: rows read, taken over now, there already, and kept aside."""

    read: int = 0
    added: int = 0
    known: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Reject:
    """A row that was kept aside."""

    place: Place
    table: Table
    reason: str
    raw: str


class KeptAside:
    """Where bad rows go: a file of JSON lines, made with the first of them, readable by its owner alone."""

    def __init__(self, path: Path, told: Callable[[Reject], None]) -> None:
        self._path, self._told = path, told
        self._file: IO[str] | None = None
        self.kept = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def keep(self, reject: Reject) -> None:
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            self._file = os.fdopen(os.open(self._path, flags, mode=0o600), "w", encoding="utf-8")
        line = {
            "file": reject.place.file,
            "line": reject.place.line,
            "table": reject.table,
            "reason": reject.reason,
            "raw": reject.raw,
        }
        self._file.write(json.dumps(line) + "\n")
        self.kept += 1
        self._told(reject)


@dataclass
class Import:
    """One run. `progress` is told of every batch, `rejected` of every row kept aside.

    `old_tenant`: only rows of this tenant of the old system; else those of the tenant that the first row names.
    """

    tenant_id: uuid.UUID
    source: Source
    rejected: Callable[[Reject], None]
    progress: Callable[[Table, Counts], None]
    old_tenant: str | None = None
    counts: dict[Table, Counts] = field(default_factory=lambda: {table: Counts() for table in Table})
    _trial: Session | None = None

    def run(self, *, dry_run: bool = False) -> dict[Table, Counts]:
        """Everything, or, as a trial, everything in one transaction that is undone at the end: the counts are exact.

        Raises:
            NotFound: there is no such tenant.
            InvalidInput: the source cannot be read.
        """
        with tenant_session(self.tenant_id) as session:
            if session.get(Tenant, self.tenant_id) is None:
                raise NotFound("There is no tenant by that id.")
        if not dry_run:
            self._run()
            return self.counts
        try:
            with tenant_session(self.tenant_id) as self._trial:
                self._run()
                raise _Undone
        except _Undone:
            return self.counts
        finally:
            self._trial = None

    def _run(self) -> None:
        for table in Table:
            for batch in self._batches(table):
                self._add(table, batch)
                self.progress(table, self.counts[table])

    def _batches(self, table: Table) -> Iterator[list[tuple[Record, OldRow]]]:
        batch: list[tuple[Record, OldRow]] = []
        characters = 0
        for found in self.source.records(table):
            self.counts[table].read += 1
            try:
                if isinstance(found, Unreadable):
                    raise BadRow(found.reason)
                self._check_tenant(found)
                batch.append((found, read_row(table, found.values)))
            except BadRow as bad:
                self._reject(table, found, str(bad))
                continue
            characters += len(found.raw)
            if len(batch) >= ROWS_AT_ONCE or characters >= BATCH_CHARACTERS:
                yield batch
                batch, characters = [], 0
        yield batch

    def _check_tenant(self, found: Record) -> None:
        """Rows of two businesses never become one's."""
        said = text_id(found.values.get("tenant_id"))
        if said is None:  # a single-tenant predecessor may have left it out
            return
        self.old_tenant = self.old_tenant or said
        if said != self.old_tenant:
            raise BadRow("tenant_id: of another tenant of the old system; --old-tenant says which one is meant.")

    def _add(self, table: Table, batch: Sequence[tuple[Record, OldRow]]) -> None:
        rows, counts = [row for _, row in batch], self.counts[table]
        with self._transaction() as session:
            match table:
                case Table.CONVERSATIONS:
                    outcome = add_conversations(session, self.tenant_id, cast(list[OldConversation], rows))
                case Table.MESSAGES:
                    outcome = add_messages(session, self.tenant_id, cast(list[OldMessage], rows))
                case Table.KNOWLEDGE_BASES:
                    outcome = add_knowledge(session, self.tenant_id, cast(list[OldKnowledge], rows))
                case Table.LEADS:
                    outcome = add_leads(session, self.tenant_id, cast(list[OldLead], rows))
        for (found, _), came in zip(batch, outcome, strict=True):
            if isinstance(came, Bad):
                self._reject(table, found, came.reason)
            elif came:
                counts.added += 1
            else:
                counts.known += 1

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        if self._trial is not None:
            yield self._trial
            return
        with tenant_session(self.tenant_id) as session:
            yield session

    def _reject(self, table: Table, found: Record | Unreadable, reason: str) -> None:
        self.counts[table].rejected += 1
        self.rejected(Reject(found.place, table, reason, found.raw))


class _Undone(Exception):
    """Ends a trial."""
