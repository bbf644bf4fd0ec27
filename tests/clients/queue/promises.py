"""Which property is checked on which plans. test_model.py keeps the scripts to them, test_mutants.py that they can break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.clients.queue import plans, properties, properties_of_cost
from tests.clients.queue.history import History
from tests.clients.queue.steps import Step


@dataclass(frozen=True)
class Promise:
    holds: Callable[[History], Iterator[str]]
    plan: st.SearchStrategy[list[Step]]

    @property
    def name(self) -> str:
        return self.holds.__name__

    def check(self, history: History) -> None:
        broken = list(self.holds(history))
        assert not broken, "\n".join(broken)


PROMISES = (
    Promise(properties_of_cost.time_never_falls, plans.shares),
    Promise(properties_of_cost.tenants_share_by_cost, plans.shares),
    Promise(properties_of_cost.accounts_balance, plans.shares),
    Promise(properties_of_cost.accounts_balance, plans.anything),
    Promise(properties.oldest_first, plans.orders),
    Promise(properties.keys_run_one_at_a_time, plans.orders),
    Promise(properties.nothing_waits_without_a_reason, plans.idle_hands),
    Promise(properties.buckets_hold, plans.buckets),
    Promise(properties.caps_hold, plans.idle_hands),
    Promise(properties.bulk_gets_its_share, plans.classes),
    Promise(properties.poison_runs_alone, plans.deaths),
    Promise(properties.deliveries_count_up, plans.deaths),
    Promise(properties.a_repeated_call_starts_nothing, plans.repeats),
    Promise(properties.nothing_is_lost, plans.anything),
)


TIMES = max(1, settings.default.max_examples // 100)  # of the usual number of examples
LONGEST_S = 60 * TIMES


def examples(count: int) -> settings:
    """So many; `--hypothesis-profile=long` plays fifty times as many."""
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
