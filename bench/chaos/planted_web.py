"""`uvicorn bench.chaos.planted_web:app` is `uvicorn asgi:app` with a planted fault."""

from __future__ import annotations

from bench.chaos.plants import put_in

put_in()

from asgi import app  # noqa: E402  # after the fault is in

__all__ = ["app"]
