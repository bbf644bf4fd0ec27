"""What tells one thing from another of the same name: the word before or behind its noun, and how many of them it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from workers.grounding import language_words as languages
from workers.grounding import number_words
from workers.grounding import thing_words as things
from workers.grounding.grounds import Grounds, Part
from workers.grounding.reading import WORD, Item
from workers.grounding.statements import FIGURES, Clause


def another(clause: Clause, used: Sequence[Part], grounds: Grounds) -> str | None:
    """A noun with a word before or behind it that belongs to another thing: "the main pool has 33 °C" of "the teaching
    pool has 33 °C", where there is a main pool as well."""
    holding = [part for part in used if any(_holds(part, item) for item in clause.items)]
    if not holding:
        return None
    for one, two in _adjacent(clause.items):
        for noun, quality in ((two, one), (one, two)):
            known = (one.raw, two.raw) in grounds.pairs
            strange = quality.says[0] not in grounds.stems and _told_apart(noun, quality, clause)
            if (known or strange) and all(_another(noun, quality, clause, part, grounds) for part in holding):
                return f"{one.raw} {two.raw}"
    return None


def _told_apart(noun: Item, quality: Item, clause: Clause) -> bool:
    """Whether a word no source has stands like an adjective: "the large pool", "la piscina grande está"."""
    at = clause.items.index(quality)
    before, behind = clause.items[at - 1 : at], clause.items[at + 1 : at + 2]
    if quality.at < noun.at:
        return bool(before) and before[0].weight < WORD
    return bool(behind) and behind[0].raw in things.IS


def _holds(part: Part, item: Item) -> bool:
    return item.label in FIGURES and any(need in part.clause.own for need in item.needs)


def _another(noun: Item, quality: Item, clause: Clause, part: Part, grounds: Grounds) -> bool:
    """Whether a part of a source speaks of the noun with another quality, and its text not of this one."""
    source = grounds.sources[part.place]
    if quality.says[0] in part.statement.keys or quality.says[0] in source.title:
        return False
    theirs = [item for own in part.statement.clauses for item in own.items]
    for number, item in enumerate(theirs):
        if item.label != "word" or item.says[0] != noun.says[0]:
            continue
        if any(other.says[0] not in clause.own for other in _qualities(theirs, number, grounds)):
            return True
    return False


def _qualities(items: Sequence[Item], number: int, grounds: Grounds) -> list[Item]:
    """The words that tell a noun: right before it where that is no verb, and behind it with an "of" between."""
    found = [one for one, two in _adjacent(items[max(0, number - 1) : number + 1]) if two is items[number]]
    behind = items[number + 1 : number + 4]
    linked = list(itertools.takewhile(lambda item: item.raw in things.OF, behind))
    if linked and len(linked) < len(behind) and _is_word(behind[len(linked)]):
        found.append(behind[len(linked)])
    return found


def _adjacent(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    return [
        (one, two)
        for one, two in itertools.pairwise(items)
        if _is_word(one) and _is_word(two) and two.at == (one.end or one.at + 1)
    ]


def _is_word(item: Item) -> bool:
    return item.label == "word" and item.weight >= WORD and not languages.negates(item.raw)


def several(clause: Clause, grounds: Grounds) -> str | None:
    """One of something, at the price that every source says of several: "a lesson costs £96" of "eight lessons cost £96"."""
    for money in (item for item in clause.items if item.label == "money"):
        parts = [part for part in grounds.parts if any(need in part.clause.own for need in money.needs)]
        for before, noun in itertools.pairwise(clause.items):
            if before.raw not in number_words.ONES or not _is_word(noun):
                continue
            if parts and all(_counts(part, noun, clause) for part in parts):
                return f"{before.raw} {noun.raw}"
    return None


def _counts(part: Part, noun: Item, clause: Clause) -> bool:
    return any(
        one.label == "number" and two.says[0] == noun.says[0] and not any(key in clause.own for key in one.needs)
        for one, two in itertools.pairwise(part.clause.items)
    )


def in_full(clause: Clause, used: Sequence[Part]) -> str | None:
    """The full price, of what is free: "carers pay the full fare" of "carers travel free"."""
    for one, two in itertools.pairwise(clause.items):
        if things.full_price(one.raw, two.raw) and _FREE not in clause.sides:
            pair = {one.says[0], two.says[0]}
            if any(_FREE in part.clause.sides and not pair <= part.clause.own.keys() for part in used):
                return f"{one.raw} {two.raw}"
    return None


_FREE = languages.side("free")
