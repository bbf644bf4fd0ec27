"""Rows of a CSV file, one at a time. A quote that is never closed costs its own line and does not swallow those after it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from config.errors import InvalidInput
from models.legacy import REQUIRED, BadRow, Table, read_row, table_of
from models.legacy_lines import LONGEST_LINE_BYTES, Place, Record, Unreadable, lines_of, printable, shown

MOST_LINES = 2000  # of one row: a message with line breaks, not a file with a quote that is never closed


class _Feed:
    """Lines for one CSV row at a time, and back again when they did not make one."""

    def __init__(self, path: Path, is_row: Callable[[bytes], bool]) -> None:
        self._lines = lines_of(path)
        self._is_row = is_row
        self._again: deque[tuple[int, bytes]] = deque()
        self.taken: list[tuple[int, bytes]] = []

    def begin(self) -> bool:
        """Take the next row's first line; False at the end."""
        following = self._again.popleft() if self._again else next(self._lines, None)
        self.taken = [following] if following else []
        return following is not None

    def put_back(self) -> None:
        """All but the first of the lines taken."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def text(self) -> Iterator[str]:
        """What a CSV reader reads; it takes a further line while a quote is open."""
        yield self._checked(self.taken[0][1])
        while following := (self._again.popleft() if self._again else next(self._lines, None)):
            self.taken.append(following)
            if len(self.taken) > MOST_LINES or self._is_row(following[1]):
                raise BadRow("a quote is never closed.")
            yield self._checked(following[1])

    def _checked(self, line: bytes) -> str:
        if len(line) > LONGEST_LINE_BYTES or sum(len(taken) for _, taken in self.taken) > 2 * LONGEST_LINE_BYTES:
            raise BadRow("longer than 1 MiB.")
        return line.decode("utf-8")


def csv_records(path: Path, table: Table, *, mixed: bool) -> Iterator[Record | Unreadable]:
    """The rows below the first line, which names the columns; `mixed`: of several tables.

    Raises:
        InvalidInput: the first line lacks a column.
    """
    first = next(lines_of(path), None)
    if first is None:
        return
    header, delimiter = _header(path, first[1], () if mixed else REQUIRED[table], mixed=mixed)

    def read(lines: Iterator[str]) -> dict[str, object]:
        fields = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
        if len(fields) != len(header):
            raise BadRow(f"{len(fields)} columns instead of {len(header)}.")
        return dict(zip(header, fields, strict=True))

    def is_row(line: bytes) -> bool:
        """Whether a further line of a row is a good row by itself: then the quote before it was never closed."""
        try:
            values = read(iter([line.decode("utf-8")]))
            read_row(table_of(str(values.get("table", ""))) or table, values)
        except (BadRow, csv.Error, UnicodeDecodeError):
            return False
        return True

    csv.field_size_limit(2 * LONGEST_LINE_BYTES)
    feed = _Feed(path, is_row)
    feed.begin()  # the header
    while feed.begin():
        number, line = feed.taken[0]
        if not line.strip():
            continue
        try:
            values = read(feed.text())
        except (BadRow, csv.Error, UnicodeDecodeError) as error:
            feed.put_back()
            yield Unreadable(Place(printable(path.name), number), _why(error), shown(line))
        else:
            yield Record(Place(printable(path.name), number), values, shown(b"".join(taken for _, taken in feed.taken)))


def _why(error: Exception) -> str:
    if isinstance(error, BadRow):
        return str(error)
    return "not UTF-8." if isinstance(error, UnicodeDecodeError) else "not a row of CSV: a quote is in the wrong place."


def _header(path: Path, line: bytes, required: tuple[str, ...], *, mixed: bool) -> tuple[list[str], str]:
    try:
        plain = line.decode("utf-8")
        delimiter = max(",;\t", key=plain.count)
        names = [name.strip().lower() for name in next(csv.reader([plain], delimiter=delimiter, strict=True))]
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise InvalidInput(f"{printable(path.name)}: the first line does not name the columns.") from None
    if mixed and "table" not in names:
        raise InvalidInput(
            f"{printable(path.name)}: neither its name says which table it holds ({', '.join(Table)}), nor a column `table`."
        )
    missing = [name for name in required if name not in names]
    if missing or len(set(names)) < len(names):
        raise InvalidInput(
            f"{printable(path.name)}: the first line lacks the columns {', '.join(missing) or '(one is there twice)'}."
        )
    return names, delimiter
