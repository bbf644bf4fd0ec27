"""Compares a sentence word by word with the source sentence it is nearest to, when it is almost the same.

Then a fact, a name or a denial that has taken another's place is seen for what it is, however few words it shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from workers.grounding import language_words as languages
from workers.grounding.reading import LIGHT, WORD, Item
from workers.grounding.statements import Key, Source, Statement

ALMOST = 0.55  # of the sentence's words and facts, found in the same order in a source's sentence
TIED = 0.04
MOST = 120  # items compared
CANDIDATES = 3


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
    for step, begin, end, other_begin, other_end in matcher.get_opcodes():
        mine, instead = own[begin:end], theirs[other_begin:other_end]
        if step in ("replace", "delete") and any(map(_denies, mine)) and not any(map(_denies, instead)):
            return "denial added"
        if step in ("replace", "insert") and begin and end < len(own):
            denied = any(_denies(item) for item in instead) and not any(_denies(item) for item in mine)
            if denied and sum(item.weight >= LIGHT for item in instead) <= sum(_denies(item) for item in instead):
                return "denial dropped"
        if step == "replace" and any(item.weight >= WORD or item.needs for item in instead):
            for item in mine:
                if item.needs:
                    replaced = not _held(item, instead)
                else:
                    same = item.label == "word" and any(item.says[0] == other.says[0] for other in instead)
                    replaced = item.capital and item.weight >= WORD and not same
                if replaced:
                    return item.raw
    return None


def _held(item: Item, others: Sequence[Item]) -> bool:
    return any(need in other.says for need in item.needs for other in others)


def _denies(item: Item) -> bool:
    return item.label == "word" and (languages.negates(item.raw) or languages.excepts(item.raw))


def _key(item: Item) -> Key:
    return item.needs[0] if item.needs else item.says[0]
