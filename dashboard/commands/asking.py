"""What commands share: the queue for one that asks it something and ends, refusals as sentences, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clients.queue import Queue, connect
from config.errors import FrontdeskError, StoreUnavailable
from config.settings import settings


@contextmanager
def queue() -> Iterator[Queue]:
    """Raises SystemExit with a sentence when a store is away."""
    front = Queue(connect(settings().redis_url, ca=settings().redis_ca, max_connections=1))
    try:
        yield front
    except StoreUnavailable as away:
        raise SystemExit(f"{away}: is it running, is the URL right?") from None
    finally:
        front.close()


def table(rows: Sequence[Sequence[str]], *, words: int = 1) -> None:
    """Rows in columns, the first of them the heading; the first `words` columns to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


@contextmanager
def sentences() -> Iterator[None]:
    """What is refused ends the command with a sentence."""
    from sqlalchemy.exc import IntegrityError  # late: `--help` needs none of it

    try:
        yield
    except FrontdeskError as error:
        raise SystemExit(error.detail) from None
    except StoreUnavailable as error:
        raise SystemExit(f"{error}: is it running, is the URL right?") from None
    except IntegrityError:
        raise SystemExit("There is no tenant by that id.") from None
    except OSError as error:
        raise SystemExit(str(error)) from None
