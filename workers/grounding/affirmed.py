"""What a sentence affirms of something that its sources only deny, and the other way round."""

from __future__ import annotations

from workers.grounding import language_words as languages
from workers.grounding.grounds import Grounds, Part
from workers.grounding.reading import WORD, Item
from workers.grounding.statements import Clause, Statement, content

BARE = 1  # words of a clause that says nothing but a thing: "and also the helmet"


def only_denied(statement: Statement, grounds: Grounds) -> str | None:
    """A day, or a thing that is the whole of a clause, of which every source only says what is not so.

    "Pick-up is possible on Saturdays" of "We do not pick up on Saturdays"; "we lend the suit, and also the helmet" of
    "The helmet is not provided".
    """
    if statement.denials or statement.particle == "no" or any(map(_takes_away, statement.clauses)):
        return None
    for clause in statement.clauses:
        for item in _told(clause):
            keys = item.needs or item.says[:1]
            about = [part for part in grounds.parts if any(key in part.clause.own for key in keys)]
            if about and all(_denies(part, item) for part in about):
                return f"{item.raw}, which is only denied"
    return None


def only_affirmed(statement: Statement, grounds: Grounds) -> str | None:
    """A thing denied to be open, allowed, included, free or possible that every source says to be so: "cats are not allowed"
    of "Dogs are forbidden, but cats are allowed"."""
    negative = [part.clause for part in grounds.parts if _negative(part.clause)]
    if any(_says_all(one, statement) for one in negative):
        return None  # "not in the café", "we do not open at weekends"
    for clause in statement.clauses:
        states = {item.side for item in clause.items if item.side > 0 and item.side in languages.STATES}
        if not states or not any(languages.negates(item.raw) for item in clause.items if item.label == "word"):
            continue
        for item in clause.items:
            if item.label != "word" or item.weight < WORD or item.side or languages.negates(item.raw):
                continue
            about = [part.clause for part in grounds.parts if item.says[0] in part.clause.own]
            if not any(_negative(one) for one in about) and any(states & one.sides for one in about):
                return f"{item.raw}, which is only affirmed"
    return None


def _says_all(clause: Clause, statement: Statement) -> bool:
    """Whether a statement has all that a clause speaks of."""
    return all(
        item.side or languages.negates(item.raw) or any(key in statement.keys for key in item.says)
        for item in clause.items
        if item.weight >= WORD
    )


def _negative(clause: Clause) -> bool:
    return any(
        (item.label == "word" and languages.negates(item.raw)) or -item.side in languages.STATES
        for item in clause.items
    )


def _told(clause: Clause) -> list[Item]:
    days = [item for item in clause.items if item.label == "day"]
    words = [item for item in clause.items if item.label == "word" and item.weight >= WORD]
    if len(words) == BARE and content(clause) <= WORD and not any(item.needs for item in clause.items):
        return [*days, *words]
    return days


def _takes_away(clause: Clause) -> bool:
    """Whether a word says by what it means that something is not so: closed, impossible, only on other days."""
    return any(
        item.raw in languages.EXCLUSIVE
        or (item.side < 0 and -item.side in languages.STATES)
        or (item.label == "word" and item.weight >= WORD and languages.prefixed(item.raw))
        for item in clause.items
    )


def _denies(part: Part, item: Item) -> bool:
    if item.label == "day":
        return any(one.label == "word" and languages.negates(one.raw) for one in part.clause.items)
    return any(item.says[0] in denial.reach and not denial.excepts for denial in part.statement.denials)
