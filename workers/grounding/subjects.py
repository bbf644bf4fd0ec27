"""What a sentence is about: its facts may not be those of something else."""

from __future__ import annotations

from collections.abc import Sequence

from workers.grounding import language_words as languages
from workers.grounding import thing_words as things
from workers.grounding.binding import CONTACTS
from workers.grounding.grounds import Grounds
from workers.grounding.reading import LIGHT, SMALL, WORD, Item
from workers.grounding.statements import Clause, Source, Statement, nouns


def foreign(statement: Statement, grounds: Grounds) -> str | None:
    """The subject of a sentence when no source that has its facts speaks of it, and another does, cited or not: the
    price of one thing said of another."""
    clause = statement.clauses[0]
    if (contact := _contact(clause)) is not None:
        holding = [source for source in grounds.sources if _has(source, contact)]
        return _of_another([item for item in _subject(clause) if item.weight >= WORD], holding, grounds)
    facts = _facts(clause) or [item for other in statement.clauses for item in _facts(other)]
    if not facts or any(item.label == "place" for item in clause.items):
        return None  # the business's own address goes by whatever name
    holding = [source for source in grounds.sources if all(_has(source, item) for item in facts)]
    return _of_another(_subject(clause), holding, grounds)


def _of_another(subject: Sequence[Item], holding: Sequence[Source], grounds: Grounds) -> str | None:
    """A word of the subject that stands in none of the sources that have its facts, and in another."""
    for item in subject if holding else ():
        key = item.says[0]
        if item.raw in grounds.names or key in grounds.general or any(key in source.stems for source in holding):
            continue
        if key in grounds.stems or key in grounds.elsewhere:
            return item.raw
    return None


def _contact(clause: Clause) -> Item | None:
    """What "is" says to be somebody's number or address: "the switchboard is 0161 496 0142"."""
    for at, item in enumerate(clause.items):
        if item.label in CONTACTS:
            before = [one for one in clause.items[:at] if one.raw not in languages.DETERMINERS]
            return item if before and before[-1].raw in things.IS else None
    return None


def _facts(clause: Clause) -> list[Item]:
    return [item for item in clause.items if item.needs and item.label not in CONTACTS]


def _subject(clause: Clause) -> list[Item]:
    """The words of the noun that a clause begins with: "swim membership", "curso de repaso", "phone number".

    All of them where a verb follows that any thing may have, "is" or "costs"; otherwise the first, which is surely one.
    """
    items = clause.items
    first = next((at for at, item in enumerate(items) if item.weight > SMALL and item.label == "word"), len(items))
    if first == len(items) or any(item.label != "word" and item.label != "ordinal" for item in items[:first]):
        return []
    end = first
    while end < len(items) and _belongs(items, first, end):
        end += 1
    found = [item for item in items[first:end] if item.weight > SMALL and item.raw not in things.OF]
    verb = items[end] if end < len(items) else None
    sure = items[first] in nouns(items[: first + 1]) or (
        items[first].raw in things.POINTING and first > 0 and items[first - 1].raw in languages.DETERMINERS
    )
    if verb is not None and verb.label == "word" and (verb.raw in things.IS or verb.weight == LIGHT):
        return found if sure else []
    return found[:1] if sure else []


def _belongs(items: Sequence[Item], first: int, at: int) -> bool:
    """Whether a word still belongs to the noun: one more noun or adjective, or "of" between two."""
    item = items[at]
    if item.label == "ordinal":
        return True
    if item.label != "word" or languages.negates(item.raw):
        return False
    if at > first and item.at != (items[at - 1].end or items[at - 1].at + 1) and items[at - 1].raw not in ("d", "l"):
        return False
    if item.weight >= WORD or item.raw in things.POINTING:
        return True
    linked = at > first and at + 1 < len(items) and items[at + 1].label == "word" and items[at + 1].weight >= WORD
    return linked and item.raw in things.OF


def _has(source: Source, item: Item) -> bool:
    return any(need in source.stems for need in item.needs)
