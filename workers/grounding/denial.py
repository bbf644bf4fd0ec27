"""What a sentence denies and its source does not, what it leaves undenied, and what it turns into its opposite."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from workers.grounding import calendar_words
from workers.grounding import language_words as languages
from workers.grounding.alignment import denied_times
from workers.grounding.grounds import Grounds, Part
from workers.grounding.statements import FIGURES, Clause, Denial, Key, Statement, nouns

ROOT = 5  # letters that two forms of a word share
# More and less, least and most, later and earlier: said by the limit of a number as well.
_LIMITS = frozenset(abs(languages.side(word)) for word in ("more", "minimum", "later"))
_IMPOSSIBLE, _LAST = languages.side("impossible"), languages.side("last")


def unsound(statement: Statement, grounds: Grounds) -> str | None:
    """A denial that denies nothing or is said twice; "before" or "after" where no source orders anything."""
    denials = [
        item.raw
        for clause in statement.clauses
        for item in clause.items
        if item.label == "word" and languages.negates(item.raw)
    ]
    if len(denials) == 1 and denials[0] in languages.AND_NOT:
        return denials[0]
    if (
        denials
        and _half(denials, statement)
        and not any(
            _half([item.raw for clause in own.clauses for item in clause.items if languages.negates(item.raw)], own)
            for source in grounds.sources
            for own in source.statements
        )
    ):
        return denials[0]
    for clause in statement.clauses:
        words = [item.raw for item in clause.items if item.label == "word" and languages.negates(item.raw)]
        twice = next((word for word in words if words.count(word) > 1 and word not in languages.AND_NOT), None)
        if twice is None and sum(word in languages.ONLY_ONE for word in words) > 1:
            twice = next(word for word in words if word in languages.ONLY_ONE)
        if twice is not None and not any(
            sum(item.raw in languages.ONLY_ONE or item.raw == twice for item in part.clause.items) > 1
            for part in grounds.parts
        ):
            return f"{twice} twice"
        for item in clause.items:
            if item.raw in languages.SURE_ORDER and item.side not in grounds.sides:
                return item.raw
        if _takes_back(words) and not any(
            _takes_back([item.raw for item in part.clause.items if languages.negates(item.raw)])
            for part in grounds.parts
        ):
            return "a denial of what is forbidden"
    return None


def unlike(statement: Statement, evidence: Sequence[Part]) -> str | None:
    """ "Impossible", of what its sources neither deny nor call so; the last hours, of what they say of no last ones."""
    told = frozenset(side for part in evidence for clause in part.statement.clauses for side in clause.sides)
    denying = any(part.statement.denials or part.statement.particle == "no" for part in evidence)
    for clause in statement.clauses:
        for item in clause.items:
            if item.side == _IMPOSSIBLE and item.side not in told and not denying:
                return item.raw
        for item, following in itertools.pairwise(clause.items):
            if "unit" in (item.label, following.label) and _LAST in (item.side, following.side) and _LAST not in told:
                return f"{item.raw} {following.raw}"
    return None


def _takes_back(denials: Sequence[str]) -> bool:
    """ "Smoking is not forbidden": of "forbidden", and no denial of its own."""
    return len(denials) > 1 and 0 < sum(word in languages.FORBIDDING for word in denials) < len(denials)


def _half(denials: Sequence[str], statement: Statement) -> bool:
    """Whether a "ne" stands without its "pas", and means no "ne … que" either."""
    words = {item.raw for clause in statement.clauses for item in clause.items}
    return bool(denials) and all(word in ("ne", "n") for word in denials) and not words & {"que", "qu"}


def opposed(clause: Clause, used: Sequence[Part], parts: Sequence[Part]) -> str | None:
    """A word whose opposite stands in the source instead: in what is drawn on, or beside the very same figures."""
    figures = [number for number, item in enumerate(clause.items) if item.needs and item.label in FIGURES]
    alike = [part for part in parts if figures and all(part.held.get(number) == 1.0 for number in figures)]
    sides_alike = frozenset(side for part in alike for side in part.clause.sides)
    limited = any(
        isinstance(need, tuple) and need[2:3] in (("<",), (">",)) for item in clause.items for need in item.needs
    )
    for item in clause.items:
        if not item.side or (limited and abs(item.side) in _LIMITS):
            continue
        if -item.side in sides_alike and item.side not in sides_alike and -item.side not in clause.sides:
            return item.raw
        for part in used:
            sides = part.clause.sides
            if -item.side in sides and item.side not in sides and -item.side not in clause.sides:
                return item.raw
            if sides or item.says[0] in part.clause.own:
                continue
            around = frozenset(side for earlier in part.statement.clauses for side in earlier.sides)
            if -item.side in around and item.side not in around:
                return item.raw
    return None


def denied(statement: Statement, evidence: Sequence[Part]) -> str | None:
    """A denial in the source that the reply lacks, or one in the reply that the source lacks."""
    said = frozenset(
        item.says[0]
        for clause in statement.clauses
        for item in clause.items
        if not item.small and item.label in ("word", "promise", "place")
    )
    statements = list({id(part.statement): part.statement for part in evidence}.values())
    for own in statements:
        for denial in own.denials:
            if any(denial.excepts == mine.excepts and denial.reach & mine.reach for mine in statement.denials):
                continue
            if not denial.reach and statement.denials:
                continue
            if denial.excepts and not said & (own.keys - denial.core):
                continue  # says something else of what is excepted
            hits = len(denial.core & said)
            if len(said) > 1 and said <= denial.reach and not denial.excepts:
                return "denial dropped"
            if hits and (hits * 2 >= len(denial.core) or hits * 5 >= 3 * len(said)):
                return "denial dropped"
    if _times(statement) > sum(map(_times, statements)):
        return "denial added"
    for mine in statement.denials:
        if not any(_same_denial(mine, denial) for own in statements for denial in own.denials):
            return "denial added"
    return None


def _times(statement: Statement) -> int:
    return denied_times([item for clause in statement.clauses for item in clause.items])


def left_out(statement: Statement, grounds: Grounds) -> str | None:
    """What a source denies in so many words, said without the denial: "breakfast is included" of "does not include"."""
    if statement.denials:
        return None
    for source in grounds.sources:
        for own in source.statements:
            for denial in own.denials:
                said = frozenset(key for key in denial.reach if _stands(key, statement))
                whole = denial.core <= said and len(said) > 1
                if not denial.excepts and whole and not _said_plainly(said, grounds):
                    return "denial left out"
    return None


_INCLUDED, _WITH = ("promise", "included"), languages.side("with")


def _stands(key: Key, statement: Statement) -> bool:
    """Whether a word stands in a statement, in whatever form; "with the fee" says that the fee is included."""
    if key in statement.keys:
        return True
    if isinstance(key, str):
        return len(key) > ROOT and any(isinstance(own, str) and own[:ROOT] == key[:ROOT] for own in statement.keys)
    return key == _INCLUDED and any(item.side == _WITH for clause in statement.clauses for item in clause.items)


def _said_plainly(keys: frozenset[Key], grounds: Grounds) -> bool:
    return any(not own.denials and keys <= own.keys for source in grounds.sources for own in source.statements)


def contrary(statement: Statement, grounds: Grounds) -> str | None:
    """A state of something that every statement about it says to be the opposite: "the gym is closed from 7 to 20 July",
    of "We close from 7 to 20 July. The gym stays open"."""
    if statement.denials:
        return None
    for clause in statement.clauses:
        states = {item.side: item.raw for item in clause.items if abs(item.side) in languages.STATES}
        for noun in nouns(clause.items) if states else ():
            about = [
                (own, clause)
                for source in grounds.sources
                for own in source.statements
                for clause in own.clauses
                if noun.says[0] in own.keys or noun.says[0] in clause.around
            ]
            for side, word in states.items():
                if any(side in clause.sides or _denies(clause) or _opens(clause) for _, clause in about):
                    continue
                if any(
                    -side in clause.sides and (noun.says[0] in own.keys or _goes_on(clause)) for own, clause in about
                ):
                    return f"{word}, of {noun.raw}"
    return None


def _denies(clause: Clause) -> bool:
    return any(item.label == "word" and languages.negates(item.raw) for item in clause.items)


def _goes_on(clause: Clause) -> bool:
    """Whether it says "it" of what the statement before it is about."""
    return any(clause.items[0].raw in words for words in languages.PRONOUNS.values())


def _opens(clause: Clause) -> bool:
    """Whether a verb says when something opens or closes: that is a time, and no state."""
    return any(item.raw in calendar_words.OPENING and not item.side for item in clause.items)


def denied_elsewhere(statement: Statement, grounds: Grounds) -> bool:
    """Whether another source's sentence has all the facts of this one, and denies the same."""
    needed = [item.needs for clause in statement.clauses for item in clause.items if item.needs]
    return any(
        all(any(need in own.keys for need in needs) for needs in needed)
        and all(
            any(mine.excepts == denial.excepts and mine.reach & denial.reach for denial in own.denials)
            for mine in statement.denials
        )
        for source in grounds.sources
        for own in source.statements
        if own.denials
    )


def _same_denial(mine: Denial, own: Denial) -> bool:
    return mine.excepts == own.excepts and bool(own.reach & mine.reach or not own.reach or not mine.reach)


def agrees(statement: Statement, evidence: Sequence[Part]) -> bool:
    """Whether "yes" or "no" in front of a statement fits what its source says."""
    particles = {part.statement.particle for part in evidence} - {""}
    if particles:
        return statement.particle in particles
    return (statement.particle == "no") == bool(statement.denials)
