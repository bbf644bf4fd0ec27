"""What a sentence says with "only" or in spite of one: for these and no others, on this day and no other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from workers.grounding import language_words as languages
from workers.grounding.grounds import Grounds, Part
from workers.grounding.reading import SMALL, WORD, Item
from workers.grounding.statements import FIGURES, Clause, Statement


def alone(statement: Statement, evidence: Sequence[Part]) -> str | None:
    """An "only" that the source does not say: neither so, nor by a limit, a denial or a reservation."""
    items = [item for clause in statement.clauses for item in clause.items]
    for number, (item, following) in enumerate(itertools.pairwise(items)):
        if item.raw not in languages.EXCLUSIVE or following.label in ("money", "unit", "percent"):
            continue
        begins, figure = item.at == 0, _meets_figure(items, number)
        if not any(_restricts(part.statement, begins=begins, figure=figure) for part in evidence):
            return item.raw
    return None


def _restricts(statement: Statement, *, begins: bool, figure: bool) -> bool:
    """Whether a source says "only"; where a reply does not begin with it, a limit or a denial says as much.

    One that begins with it and a thing ("only the dovetail course") needs one about a thing: "limited to six people"
    and "only on Sundays" are about something else.
    """
    if statement.denials and not begins:
        return True
    items = [item for clause in statement.clauses for item in clause.items]
    return any(
        (item.raw in languages.EXCLUSIVE and (not begins or figure or not _meets_figure(items, number)))
        or (item.raw.startswith(languages.RESERVED) and not (begins and _limits_figure(items, number)))
        or (not begins and any(need[2:3] in (("<",), (">",)) for need in item.needs if isinstance(need, tuple)))
        for number, item in enumerate(items)
    )


def _meets_figure(items: Sequence[Item], number: int) -> bool:
    """Whether the first that counts behind a word is a figure or a day."""
    following = next((item for item in items[number + 1 :] if item.weight > SMALL), None)
    return following is not None and following.label in FIGURES


def _limits_figure(items: Sequence[Item], number: int) -> bool:
    """ "Limited to six people", "auf sechs Personen beschränkt"."""
    return _meets_figure(items, number) or any(item.label in FIGURES for item in items[max(0, number - 2) : number])


def in_spite(clause: Clause, grounds: Grounds) -> str | None:
    """A fact beside one that a source allows another one only: "line 21 on Sundays" of "on Sundays only line 22 runs".

    Where the source speaks of the same thing, by a word at least.
    """
    facts = [item for item in clause.items if item.label in FIGURES and item.needs]
    if len({item.label for item in facts}) < 2:
        return None
    words = [item for item in clause.items if item.label == "word" and item.weight >= WORD]
    for part in grounds.parts:
        if not any(item.says[0] in part.clause.own for item in words):
            continue
        for sole in _sole(part.clause.items):
            others = [item for item in facts if item.label == sole.label]
            beside = [item for item in facts if item.label != sole.label and _stands(item, part.clause)]
            if others and beside and not any(_stands(item, part.clause) for item in others):
                return f"{others[0].raw}, beside {beside[0].raw}"
    return None


def shortened(statement: Statement, grounds: Grounds) -> str | None:
    """ "Only on Sundays", of "on Saturdays, Sundays and bank holidays only": it leaves out a day of those that count."""
    own = [item for clause in statement.clauses for item in clause.items]
    if not any(item.raw in languages.EXCLUSIVE for item in own):
        return None
    days = [item for item in own if item.label == "day"]
    verdicts = [
        any(other.needs[0] not in statement.keys for other in run)
        for source in grounds.sources
        for one in source.statements
        for run in _runs(one)
        if any(day.needs[0] in other.says for day in days for other in run)
    ]
    return days[0].raw if verdicts and all(verdicts) else None


def _runs(statement: Statement) -> list[list[Item]]:
    """The days that a statement with an "only" enumerates in a row."""
    items = [item for clause in statement.clauses for item in clause.items]
    if not any(item.raw in languages.EXCLUSIVE for item in items):
        return []
    return [list(run) for is_day, run in itertools.groupby(items, lambda item: item.label == "day") if is_day]


def _sole(items: Sequence[Item]) -> list[Item]:
    """The facts that an "only" is about, with one word between them at most: "only line 22", "seule la ligne 22"."""
    found: list[Item] = []
    for number, item in enumerate(items):
        if item.raw in languages.EXCLUSIVE:
            words = 0
            for one in items[number + 1 :]:
                words += one.label == "word" and one.weight >= WORD
                if one.label in FIGURES or words > 1:
                    found += [one] if one.label in FIGURES else []
                    break
    return found


def _stands(item: Item, clause: Clause) -> bool:
    return any(need in clause.own for need in item.needs)
