"""`dramatiq bench.chaos.planted_workers` is `dramatiq workers.app` with a planted fault."""

from __future__ import annotations

from bench.chaos.plants import put_in

put_in()

from workers import app  # noqa: E402  # after the fault is in

__all__ = ["app"]
