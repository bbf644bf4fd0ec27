"""Which part of a source a clause is about: a fact counts only where the words lead.

So a price of one service is no support for another's.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.grounding import calendar_words
from workers.grounding import language_words as languages
from workers.grounding.grounds import Finding, Grounds, Part
from workers.grounding.reading import LIGHT, SMALL, WORD, Item
from workers.grounding.statements import FIGURES, Clause, Key

NEAR = 0.12  # two parts whose words fit this equally are both what a clause may be about
COVERED = 0.5  # of the words around a fact, found where the fact stands
OWED = 0.6  # of what a part says beside a fact, said by a reply whose clause is no more than the fact
TAKEN, AROUND = 0.8, 0.4  # what a word counts for that stands earlier in the statement; in the title or the one before
ALONE = 0.6  # the same, of a part that has no words beside the fact in question
CONTACTS = frozenset({"phone", "email", "link"})
OWN_WORDS = 0.5  # how much it matters that the words of a source's part are the reply's as well


def fitted(clause: Clause, context: Sequence[Item], grounds: Grounds) -> list[Part]:
    """Every part of the sources with how well its words fit the clause's."""
    items = [*clause.items, *context]
    weights = [_weight(item) * (0.5 if number >= len(clause.items) else 1.0) for number, item in enumerate(items)]
    whole = sum(weights) or 1.0
    for part in grounds.parts:
        held: dict[int, float] = {}
        own, taken, around = part.clause.own, part.clause.taken, part.clause.around
        total = 0.0
        for number, item in enumerate(items):
            share = 0.0
            for key in item.needs or item.says[:1]:
                if key in own:
                    share = 1.0
                elif key in taken:
                    share = max(share, TAKEN)
                elif key in around and not item.needs:
                    share = max(share, AROUND)
            if share:
                held[number] = share
                total += share * weights[number]
        part.held = held
        part.matched = _matched(items, held)
        recalled = min(1.0, part.matched / part.clause.words) if part.clause.words else 0.5
        part.fit = total / whole + OWN_WORDS * recalled
    return grounds.parts


def _weight(item: Item) -> float:
    """What an item counts for; a denial tells little of what is spoken of."""
    return LIGHT if item.label == "word" and languages.negates(item.raw) else item.weight


def _matched(items: Sequence[Item], held: dict[int, float]) -> float:
    return sum(
        items[number].weight
        for number, share in held.items()
        if share == 1.0 and (items[number].label not in FIGURES or items[number].label == "day")
    )


def bound(
    clause: Clause,
    context: Sequence[Item],
    parts: list[Part],
    grounds: Grounds,
    finding: Finding,
    said: frozenset[Key],
) -> list[Part] | None:
    """The parts that hold the clause's facts and names; None, with the reason noted, when one is held elsewhere only."""
    used: list[Part] = []
    items = [*clause.items, *context]
    whole = sum(item.weight for item in items) or 1.0
    for number, item in enumerate(clause.items):
        name = item.label == "word" and item.capital and item.weight >= WORD
        if not item.needs and not name:
            continue
        if name and (item.raw in grounds.names or item.raw not in grounds.forms):
            continue
        if item.label in CONTACTS and grounds.single(item):
            used += [part for part in parts if part.held.get(number)][:1]
            continue
        holders = [part for part in parts if part.held.get(number, 0) >= (AROUND if name else 1.0)]
        if item.label == "promise":  # "free for over-4s" rests on no "free for under-4s"
            holders = [part for part in holders if not any(_other_way(one, part) for one in clause.items)]
        rivals = (
            parts if name or item.label == "promise" else [part for part in parts if _has_other(part, item, clause)]
        )
        if not holders:
            finding.reason, finding.detail = "fact", f"{item.label}: {item.raw}"
            return None
        share = item.weight / whole
        best = max(holders, key=lambda part: _without(part, number, item, share))
        rival = max((_without(part, number, item, share) for part in rivals), default=0.0)
        against = max((_without(part, number, item, share) for part in parts if _other_way(item, part)), default=-1.0)
        if _without(best, number, item, share) < max(rival - NEAR, against):
            finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}"
            return None
        if context and len(clause.items) <= 2 and _owed(best, item, said) < OWED:
            finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, without what it belongs to"
            return None
        if item.needs:
            if item.label not in CONTACTS and covers(clause, best, grounds.general) < COVERED:
                finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, about something else"
                return None
            if item.label == "time" and _opens(clause) and _speaks_of_another_time(best, clause):
                finding.reason, finding.detail = "binding", f"time: {item.raw}, when something else is"
                return None
            if not _beside(item, clause, [part for part in holders if part.fit >= best.fit - NEAR]):
                finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, in another place"
                return None
            used.append(best)
    return used


def _other_way(item: Item, part: Part) -> bool:
    """Whether a part has the same amount limited the other way: "up to the age of 4" of "from the age of 4"."""
    turned = {"<": ">", ">": "<"}
    return any(
        (*need[:2], turned[need[2]], need[3]) in part.clause.own and need not in part.clause.own
        for need in item.needs
        if isinstance(need, tuple) and len(need) == 4 and need[2] in turned
    )


def _has_other(part: Part, item: Item, clause: Clause) -> bool:
    """Whether a part of a source has a figure, one of the kind in question among them, that the clause does not say."""
    if item.label not in FIGURES:
        return part.clause.figures
    labels = {item.label}
    if any(isinstance(need, tuple) and need[0] == "n" for need in item.needs if item.label == "time"):
        labels.add("unit")  # "moins de deux heures" may be a length of time, and stand instead of "moins de 4 ans"
    return any(
        other.label in labels and not any(key in clause.own for key in other.says) for other in part.clause.items
    )


def _without(part: Part, number: int, item: Item, share: float) -> float:
    """How well a part fits, leaving aside whether it holds the fact in question."""
    held = part.held.get(number, 0.0)
    fit = part.fit - share * held
    if held == 1.0 and part.clause.words and (item.label not in FIGURES or item.label == "day"):
        rest = part.clause.words - item.weight
        matched = max(0.0, part.matched - item.weight)
        fit += OWN_WORDS * (
            min(1.0, matched / rest if rest > SMALL else ALONE) - min(1.0, part.matched / part.clause.words)
        )
    return fit


def _owed(part: Part, item: Item, said: frozenset[Key]) -> float:
    """Of what a part says beside the fact, how much the reply says as well. For a clause that is no more than a fact."""
    others = [
        other
        for other in part.clause.items
        if other.weight >= WORD
        and (other.label not in FIGURES or other.label == "day")
        and other.says[0] != item.says[0]
    ]
    return sum(any(key in said for key in other.says) for other in others) / len(others) if others else 1.0


def covers(clause: Clause, part: Part, general: frozenset[Key]) -> float:
    """Of the clause's words, those that stand in the part or around it; and what the business is, of a part that speaks of
    nothing else: "the hall opens" of "we open"."""
    total = matched = 0.0
    ours = not any(_speaks_of_more(item, clause) for item in part.clause.items)
    for number, item in enumerate(clause.items):
        if item.label in ("word", "place") and item.weight >= LIGHT:
            total += item.weight
            found = (
                part.held.get(number)
                or item.weight < WORD
                or item.says[0] in part.statement.keys
                or (ours and item.says[0] in general)
                or (item.side and item.side in part.clause.sides)  # "compreso" of "incluso"
            )
            matched += item.weight if found else 0.0
    return matched / total if total else 1.0


def _speaks_of_more(item: Item, clause: Clause) -> bool:
    return item.label in ("word", "place", "promise") and item.weight >= WORD and item.says[0] not in clause.own


def _opens(clause: Clause) -> bool:
    return any(item.raw in calendar_words.OPENING for item in clause.items)


def _speaks_of_another_time(part: Part, clause: Clause) -> bool:
    """Whether a part tells no hours, but when something else is: "last entry is at 20:30"."""
    opening = languages.side("open")
    if any(abs(item.side) == opening or item.raw in calendar_words.OPENING for item in part.clause.items):
        return False
    return any(_speaks_of_more(item, clause) for item in part.clause.items)


def _beside(item: Item, clause: Clause, holders: list[Part]) -> bool:
    """Where a part holds several facts of a kind, the one meant is told by the word before or behind it."""
    for part in holders:
        same = [other for other in part.clause.items if other.label == item.label]
        mine = [other for other in same if any(need in other.says for need in item.needs)]
        if len(same) == len(mine) or len(same) < 2 or item.label in ("day", "promise"):
            return True
        neighbours = _neighbours(item, clause)
        if not neighbours or any(neighbours & _neighbours(other, part.clause) for other in mine):
            return True
    return False


def _neighbours(item: Item, clause: Clause) -> set[tuple[str, Key]]:
    at = clause.items.index(item)
    found: set[tuple[str, Key]] = set()
    for other in clause.items[max(0, at - 2) : at]:
        found.add(("before", other.says[0]))
    for other in clause.items[at + 1 : at + 2]:
        found.add(("behind", other.says[0]))
    return found
