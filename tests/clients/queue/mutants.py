"""Deliberately broken schedulers: each a small change of the Lua, and the promise it breaks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from clients.queue import scripts
from tests.clients.queue import lua_scenes, properties, properties_of_cost

NOT_LIFTED = "call('ZADD', P .. 'r:' .. {0}, 'NX', call('ZSCORE', P .. 'v:' .. {0}, {1}) or 0, {1})"


@dataclass(frozen=True)
class Mutant:
    name: str
    breaks: Callable[..., object]  # the property, or the scene
    changes: tuple[tuple[str, str, str], ...]  # part, its text, what stands there instead

    def source(self, name: str) -> tuple[bytes, str]:
        """As `scripts.source`."""
        text = scripts.source(name)[0].decode()
        for part, old, new in self.changes:
            if part in (name, *scripts.PARTS[name]):
                if text.count(old) != 1:
                    raise LookupError(f"{name} holds {text.count(old)} times {old!r}: follow the code")
                text = text.replace(old, new)
        return text.encode(), hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def touches(self) -> set[str]:
        """The scripts that are not as they were."""
        return {name for name in scripts.PARTS if self.source(name) != scripts.source(name)}


def mutant(name: str, breaks: Callable[..., object], part: str, old: str, new: str, *more: str) -> Mutant:
    facts = (part, old, new, *more)
    return Mutant(name, breaks, tuple(zip(facts[::3], facts[1::3], facts[2::3], strict=True)))


MUTANTS = (
    mutant(
        "no lift on activation",
        properties_of_cost.tenants_share_by_cost,
        "lanes",
        "if unpaid and parked(queue, tenant) then return end\n  ready(queue, tenant)",
        "if unpaid and parked(queue, tenant) then return end\n  " + NOT_LIFTED.format("queue", "tenant"),
    ),
    mutant(
        "no lift on return from parking",
        properties_of_cost.accounts_balance,
        "lanes",
        "ready(first, second)",
        NOT_LIFTED.format("first", "second"),
    ),
    mutant(
        "no lift on return from absence for capacity",
        properties_of_cost.accounts_balance,
        "lanes",
        "parked(queue, tenant)) then\n    ready(queue, tenant)",
        "parked(queue, tenant)) then\n    " + NOT_LIFTED.format("queue", "tenant"),
    ),
    mutant(
        "virtual time decreases: it follows the counters, from which corrections are taken at once",
        properties_of_cost.time_never_falls,
        "counters",
        "if counter <= virtual_time(queue) then return end",
        "",
        "counters",
        "return owe(queue, tenant, owes(queue, tenant) + delta)",
        "return call('ZINCRBY', P .. 'r:' .. queue, delta / limits_of(tenant), tenant)",
    ),
    mutant(
        "no charge on completion",
        properties_of_cost.accounts_balance,
        "settle",
        "if ARGV[14] ~= '' then",
        "if false then",
    ),
    mutant(
        "correction dropped when a worker dies",
        properties_of_cost.accounts_balance,
        "flight",
        "correct(queue, tenant, m[5], -tonumber(m[4]))",
        "if not died then correct(queue, tenant, m[5], -tonumber(m[4])) end",
    ),
    mutant(
        "a credit lowers the counter",
        properties_of_cost.time_never_falls,
        "flight",
        "local charged = math.max(0, due)",
        "local charged = due",
        "counters",
        "if counter <= virtual_time(queue) then return end",
        "",
    ),
    mutant(
        "the charge is not divided by the weight",
        properties_of_cost.accounts_balance,
        "flight",
        "counter = counter + charged / weight",
        "counter = counter + charged",
    ),
    mutant(
        "bucket off by one: a token too many", properties.buckets_hold, "tokens", "tokens >= 1 - 1e-6", "tokens >= 0"
    ),
    mutant(
        "bucket off by one: a token above burst",
        properties.buckets_hold,
        "tokens",
        "math.min(burst,",
        "math.min(burst + 1,",
    ),
    mutant(
        "bucket off by one: a token too few",
        properties.buckets_hold,
        "tokens",
        "tokens >= 1 - 1e-6",
        "tokens >= 2 - 1e-6",
    ),
    mutant(
        "wrong head on requeue: at the tail",
        properties.oldest_first,
        "flight",
        "eligible(queue, tenant, mid, m[2], m[3] == '1')",
        "eligible(queue, tenant, mid, next_number(queue), m[3] == '1')",
    ),
    mutant(
        "wrong head on requeue: of its key",
        properties.keys_run_one_at_a_time,
        "lanes",
        "if call('ZRANK', k, mid) > 0 then return end",
        "",
    ),
    mutant(
        "the next of a key is not let go",
        properties.nothing_is_lost,
        "lanes",
        "  if head[1] then",
        "  if false then",
    ),
    mutant("cap ignored", properties.caps_hold, "flight", "if cap and full(queue, tenant, cap) then", "if false then"),
    mutant(
        "capacity that is free again goes unnoticed",
        properties.nothing_waits_without_a_reason,
        "settle",
        "leave(queue, tenant, mid, m[2])\n  end\n  return resume(queue, tenant)",
        "leave(queue, tenant, mid, m[2])\n  end",
    ),
    mutant(
        "bulk share missing",
        properties.bulk_gets_its_share,
        "flight",
        "state.interactive >= BULK_AFTER and",
        "false and",
    ),
    mutant(
        "poison not alone",
        properties.poison_runs_alone,
        "flight",
        ">= ALONE_FROM and 1 or 0",
        ">= ALONE_FROM and 0 or 0",
    ),
    mutant("poison never ends", properties.poison_runs_alone, "flight", ">= POISON_AT then", ">= 2 * POISON_AT then"),
    mutant(
        "delivery number not raised",
        properties.deliveries_count_up,
        "flight",
        "local delivery = tonumber(m[3]) + 1",
        "local delivery = math.max(1, tonumber(m[3]))",
    ),
    mutant(
        "a lost reply is not remembered",
        properties.a_repeated_call_starts_nothing,
        "fetch",
        "if again then return again end",
        "",
    ),
    mutant(
        "what a dead process held stays with it",
        properties.nothing_is_lost,
        "flight",
        "  eligible(queue, tenant, mid, m[2], m[3] == '1')",
        "  if not died then eligible(queue, tenant, mid, m[2], m[3] == '1') end",
    ),
)

# Takes too many messages for a plan: a scene shows it.
UNCAPPED = mutant(
    "dead letters uncapped",
    lua_scenes.dead_letters_are_a_thousand_at_most,
    "flight",
    "if call('ZCARD', dead) > DEAD_MAX then",
    "if false then",
)
