"""Compares a sentence word by word with the source sentence it is nearest to, when it is almost the same.

Then a fact, a name or a denial that has taken another's place is seen for what it is, however few words it shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from workers.grounding import language_words as languages
from workers.grounding import number_words
from workers.grounding.reading import LIGHT, WORD, Item
from workers.grounding.statements import Clause, Key, Source, Statement

ALMOST = 0.55  # of the sentence's words and facts, found in the same order in a source's sentence
TIED = 0.04
MOST = 120  # items compared
CANDIDATES = 3
LEADING = 0.6  # of the sentence without the fact in question, found in the statement it is about
LEAD = 0.3  # of it, more than in any statement that has the fact


def exchanged(statement: Statement, sources: Sequence[Source]) -> str | None:
    """What stands in the sentence instead of something else in its source; None when nothing does."""
    own = [item for clause in statement.clauses for item in clause.items][:MOST]
    if not own:
        return None
    keys = [_key(item) for item in own]
    found: list[tuple[float, str | None]] = []
    for other in _nearest(statement, sources):
        theirs = [item for clause in other.clauses for item in clause.items][:MOST]
        matcher = SequenceMatcher(None, keys, [_key(item) for item in theirs], autojunk=False)
        share = sum(block.size for block in matcher.get_matching_blocks()) / len(own)
        if share >= ALMOST:
            found.append((share, _difference(own, theirs, matcher)))
    if not found:
        return None
    best = max(share for share, _ in found)
    verdicts = [verdict for share, verdict in found if share >= best - TIED]
    return None if any(verdict is None for verdict in verdicts) else verdicts[0]


def _nearest(statement: Statement, sources: Sequence[Source]) -> list[Statement]:
    scored = [
        (len(statement.keys & other.keys), number, other)
        for number, other in enumerate(other for source in sources for other in source.statements)
    ]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [other for shared, _, other in scored[:CANDIDATES] if shared]


def _difference(own: list[Item], theirs: list[Item], matcher: SequenceMatcher[Key]) -> str | None:
    for item in own:  # "Monday and Monday" for "Sunday and Monday"
        if item.needs and 0 < sum(_held(item, [other]) for other in theirs) < sum(
            _key(other) == _key(item) for other in own
        ):
            return item.raw
    if _other_direction(own, theirs, matcher):
        return "another direction"
    ours_denied, theirs_denied = denied_times(own), denied_times(theirs)
    for step, begin, end, other_begin, other_end in matcher.get_opcodes():
        mine, instead = own[begin:end], theirs[other_begin:other_end]
        denied_more = ours_denied > theirs_denied and any(map(_denies, mine)) and not any(map(_denies, instead))
        if step in ("replace", "delete") and denied_more:
            return "denial added"
        at_once = step == "insert" and all(map(_denies, instead))
        if step in ("replace", "insert") and (begin or at_once) and end < len(own) and ours_denied < theirs_denied:
            denied = any(_denies(item) for item in instead) and not any(_denies(item) for item in mine)
            if denied and sum(item.weight >= LIGHT for item in instead) <= sum(_denies(item) for item in instead):
                return "denial dropped"
        if step == "replace" and any(item.weight >= WORD or item.needs for item in instead):
            if len(mine) == len(instead) and any(
                other.needs and other.label != "promise" and not item.needs and item.weight >= WORD
                for item, other in zip(mine, instead, strict=True)
            ):
                return mine[0].raw
            if (unit := _other_unit(mine, instead)) is not None:
                return unit
            if _one_for_many(mine, instead):
                return mine[0].raw
            for item in mine:
                if item.needs:
                    replaced = not _held(item, instead)
                else:
                    same = item.label == "word" and any(item.says[0] == other.says[0] for other in instead)
                    moved = item.at == 0 and any(item.says[0] == other.says[0] for other in theirs)
                    replaced = item.capital and item.weight >= WORD and not same and not moved
                if replaced:
                    return item.raw
    return None


def _other_unit(mine: Sequence[Item], instead: Sequence[Item]) -> str | None:
    """ "The next working year", in the place of "the next working day": a measure without a number."""
    ours, theirs = (
        {key: item.raw for item in items for key in item.says if isinstance(key, tuple) and key[0] == "u"}
        for items in (mine, instead)
    )
    return next(iter(ours.values())) if ours and theirs and not ours.keys() & theirs.keys() else None


def _one_for_many(mine: Sequence[Item], instead: Sequence[Item]) -> bool:
    """ "One lesson", in the place of "eight lessons"."""
    return mine[-1].raw in number_words.ONES and instead[-1].label == "number"


def _other_direction(own: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[Key]) -> bool:
    """ "From the gate", in the place of "to the gate"."""
    ways: tuple[set[int], set[int]] = (set(), set())
    for step, begin, end, other_begin, other_end in matcher.get_opcodes():
        if step != "equal":
            ways[0].update(languages.direction(item.raw) for item in own[begin:end])
            ways[1].update(languages.direction(item.raw) for item in theirs[other_begin:other_end])
    ours, instead = (found - {0} for found in ways)
    return len(ours) == len(instead) == 1 and ours != instead


def displaced(statement: Statement, sources: Sequence[Source]) -> str | None:
    """A fact, a name or a side that stands only in statements about something else, while the one that the sentence is
    about has another of its kind: the sentence is that one with a fact of another. Whatever the order of its words."""
    own = [item for clause in statement.clauses for item in clause.items]
    tellable = [(number, item) for number, item in enumerate(own) if _tells(item)]
    others = [(other, _marks(other)) for source in sources for other in source.statements]
    for number, item in tellable:
        words = {
            _key(one): one.weight for place, one in enumerate(own) if place != number and not _same_kind(one, item)
        }
        whole = sum(words.values())
        if whole < WORD:
            continue
        holder = rival = 0.0
        for other, marks in others:
            share = sum(weight for key, weight in words.items() if key in other.keys) / whole
            if _stands(item, other, marks):
                holder = max(holder, share)
            elif share >= LEADING and share > rival and _has_another(item, marks, statement):
                rival = share
        if rival > holder + LEAD:
            return item.raw
    return None


def crossed(statement: Statement, sources: Sequence[Source]) -> str | None:
    """Two facts that stand in different parts of the sources, each beside another one in the other's place:
    "Dr. Okoro at the weekend" of "Dr. Weber at the weekend, Dr. Okoro from Monday to Thursday"."""
    own = [item for clause in statement.clauses for item in clause.items if _is_name(item) or item.label in _CROSSING]
    if len({_kind(item) for item in own}) < 2:
        return None
    parts = [[clause for one in source.statements for clause in one.clauses] for source in sources]
    held = [[[_places(item, part) for item in own] for part in clauses] for clauses in parts]
    kinds = [
        [{_kind(item) for item in part.items if not _said(item, statement)} for part in clauses] for clauses in parts
    ]
    for one, other in _pairs(own):
        verdicts = {
            _cross(places, beside, one, other, _kind(own[one]), _kind(own[other]))
            for places, beside in zip(held, kinds, strict=True)
        }
        if True in verdicts and False not in verdicts:
            return own[one].raw
    return None


def _cross(
    held: Sequence[Sequence[bool]], beside: Sequence[set[str]], one: int, other: int, kind: str, other_kind: str
) -> bool | None:
    """Whether the two are exchanged in this source; None when it does not have both."""
    first = [number for number, places in enumerate(held) if places[one]]
    second = [number for number, places in enumerate(held) if places[other]]
    if not first or not second:
        return None
    if set(first) & set(second):
        return False
    return all(other_kind in beside[number] for number in first) and all(kind in beside[number] for number in second)


def _pairs(own: Sequence[Item]) -> Iterator[tuple[int, int]]:
    for one, item in enumerate(own[:MOST_CROSSED]):
        for other in range(one + 1, min(len(own), MOST_CROSSED)):
            if _kind(own[other]) != _kind(item):
                yield one, other


def _is_name(item: Item) -> bool:
    return item.label == "word" and item.capital and item.weight >= WORD and item.at > 0


def _kind(item: Item) -> str:
    return "name" if item.label == "word" and item.capital and item.weight >= WORD else item.label


def _places(item: Item, clause: Clause) -> bool:
    return any(key in clause.own for key in item.needs or item.says[:1])


def _said(item: Item, statement: Statement) -> bool:
    return any(key in statement.keys for key in item.says)


_CROSSING = frozenset({"money", "day", "time", "date", "percent", "unit", "number", "phone"})
MOST_CROSSED = 12  # facts of a sentence compared with one another


def _tells(item: Item) -> bool:
    return bool(item.needs) or (item.label == "word" and (item.side != 0 or (item.capital and item.weight >= WORD)))


def _same_kind(one: Item, item: Item) -> bool:
    return one.label == item.label and bool(one.needs) and bool(item.needs)


def _stands(item: Item, other: Statement, marks: frozenset[Key]) -> bool:
    if item.needs:
        return any(need in other.keys for need in item.needs)
    if item.side and not (item.capital and item.weight >= WORD):
        return ("side", item.side) in marks
    return item.says[0] in other.keys


def _marks(statement: Statement) -> frozenset[Key]:
    """The kinds of facts of a statement, and its sides."""
    items = [item for clause in statement.clauses for item in clause.items]
    sides = {("side", item.side) for item in items if item.side}
    names = {("word", item.says[0]) for item in items if _is_name(item)}
    return frozenset(sides | names | {(item.label, key) for item in items if item.needs for key in item.says})


def _has_another(item: Item, marks: frozenset[Key], statement: Statement) -> bool:
    """Whether a statement has a fact of the item's kind, or its opposite, that the sentence does not say."""
    if not item.needs and item.side:
        return ("side", -item.side) in marks
    later = any(one.side == _LATER for clause in statement.clauses for one in clause.items)
    if item.label == "money" and _FREE in marks and _FREE[1] not in statement.keys and not later:
        return True  # what is free has no price
    return any(
        isinstance(mark, tuple)
        and mark[0] in (item.label, *_FIGURES_OR_DAY[item.label == "word"])
        and mark[1] not in statement.keys
        for mark in marks
    )


_LATER = languages.side("after")
_FREE = ("promise", ("promise", "free"))
_FIGURES_OR_DAY = ((), ("day", "place"))


def _held(item: Item, others: Sequence[Item]) -> bool:
    return any(need in other.says for need in item.needs for other in others)


def _denies(item: Item) -> bool:
    return item.label == "word" and (languages.negates(item.raw) or languages.excepts(item.raw))


def denied_times(items: Sequence[Item]) -> int:
    """How often something is denied: "ne … pas" once, "ne … ni … ni" once."""
    words = [item.raw for item in items if _denies(item)]
    plain = [word for word in words if word not in ("ne", "n") and word not in languages.AND_NOT]
    return len(plain) or min(1, len(words))


def _key(item: Item) -> Key:
    return item.needs[0] if item.needs else item.says[0]
