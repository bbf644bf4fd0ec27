"""Which queue is asked first."""

from __future__ import annotations

import itertools
from collections import Counter

from clients.queue.courier import Rota


def test_every_queue_is_asked_first_by_its_weight_and_the_rest_follow_by_urgency() -> None:
    rota = Rota(("receive", "turn", "lead", "notice"))
    orders = [rota.next() for _ in range(110)]
    assert Counter(order[0] for order in orders) == {"receive": 40, "turn": 40, "lead": 20, "notice": 10}
    assert ("lead", "receive", "turn", "notice") in orders


def test_nobody_waits_long_to_be_asked_first() -> None:
    rota = Rota(("receive", "turn", "lead", "notice"))
    first = [rota.next()[0] for _ in range(44)]
    turns = [place for place, name in enumerate(first) if name == "turn"]
    assert max(later - earlier for earlier, later in itertools.pairwise(turns)) <= 4


def test_one_queue_or_none_needs_no_rota() -> None:
    assert [Rota(("answer",)).next(), Rota(()).next()] == [("answer",), ()]
