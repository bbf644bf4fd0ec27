"""What a sentence affirms of something that its sources only deny, where few of its words are theirs."""

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
