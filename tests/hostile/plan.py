"""Who sends what: strangers knock at every door, the attacker's own credentials send everything that can be wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.hostile import handmade
from tests.hostile.attacker import Attacker, fitting
from tests.hostile.generated import Generated, covered, fuzzed, request_of
from tests.hostile.wire import Sent

FUZZED = 3  # of each operation, right and as many wrong
STRANGERS = 2  # kinds of credential that each generated request is sent with, in turn
LEAVES = "/customer/leave"  # would end the attacker's own session
LISTS = (
    handmade.bodies,
    handmade.fields,
    handmade.envelopes,
    handmade.queries,
    handmade.paths,
    handmade.headers,
)


@dataclass(frozen=True)
class Attempt:
    """`kind` names the credential; `described`: the answer must be one that the document knows."""

    kind: str
    generated: Generated
    sent: Sent
    described: bool = False


class Plan:
    """`own` are the attacker's ids, by the words that paths use for such things; `foreign` are the victim's."""

    def __init__(
        self, document: dict[str, Any], attacker: Attacker, own: dict[str, str], foreign: dict[str, str]
    ) -> None:
        self._kinds = attacker.kinds()
        self._covered = [Generated(case, request_of(case)) for case in covered(document)]
        self._fuzzed = [Generated(case, request_of(case)) for case in fuzzed(document, FUZZED)]
        self._ids = (own, foreign)

    def strangers(self) -> list[Attempt]:
        """Every generated request with credentials that it is not for."""
        turns = itertools.cycle(self._kinds)
        found = []
        for each in self._covered:
            for kind in itertools.islice(turns, STRANGERS):
                wrong = kind not in self._fitting(each) and not (each.path == LEAVES and kind == "customer page")
                found.append(self._attempt(kind if wrong else "forged", each, each.sent))
        return found

    def insiders(self) -> list[Attempt]:
        """What the attacker's own credentials are for, done wrong in every way; and with the victim's ids."""
        found = []
        for each in (*self._covered, *self._fuzzed):
            for kind in self._fitting(each):
                found.append(self._attempt(kind, each, each.sent, described=True))
                for ids in self._ids:
                    if (name := self._named(each)) in ids:
                        there = replace(each.sent, what=f"{each.sent.what} at {name}", target=each.at(ids[name]))
                        found.append(self._attempt(kind, each, there, described=True))
        rich = list(self._rich())
        made = itertools.chain.from_iterable(requests(rich) for requests in LISTS)
        return found + [self._attempt(kind, each, sent) for each, sent in made for kind in self._fitting(each)]

    def large(self) -> list[Attempt]:
        """With credentials, so that the body is looked at."""
        made = handmade.large(list(self._rich()))
        return [self._attempt(kind, each, sent) for each, sent in made for kind in sorted(self._fitting(each))[:1]]

    def _attempt(self, kind: str, each: Generated, sent: Sent, *, described: bool = False) -> Attempt:
        disguised = self._kinds[kind](sent)
        return Attempt(kind, each, replace(disguised, what=f"{kind}: {sent.what}"), described)

    def _rich(self) -> Iterator[Generated]:
        """Of each operation the right request that says most."""
        best: dict[str, Generated] = {}
        for each in self._covered:
            if each.right and (each.label not in best or _said(each) > _said(best[each.label])):
                best[each.label] = each
        yield from best.values()

    @staticmethod
    def _fitting(each: Generated) -> set[str]:
        if each.path == LEAVES:
            return {"nobody"}
        return fitting(each.path, each.definition["security"])

    @staticmethod
    def _named(each: Generated) -> str:
        """Which kind of thing the id in the path is of."""
        return each.path.split("/{", 1)[0].rpartition("/")[2] if "{id}" in each.path else ""


def _said(each: Generated) -> int:
    body = each.case.body
    below = sum(len(value) for value in body.values() if isinstance(value, dict)) if isinstance(body, dict) else 0
    return len(body) + below if isinstance(body, dict) else 0
