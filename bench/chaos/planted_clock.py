"""`python -m bench.chaos.planted_clock` is `python manage.py clock` with a planted fault."""

from __future__ import annotations

from bench.chaos.plants import put_in

put_in()

from workers.clock import run  # noqa: E402  # after the fault is in

run()
