"""What a sentence says one must or may do, by which means and at what extra cost, where its sources say the contrary."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from workers.grounding import language_words as languages
from workers.grounding import stance_words as stances
from workers.grounding.grounds import Grounds, Part
from workers.grounding.reading import SMALL, WORD, Item
from workers.grounding.statements import FIGURES, Clause, Key, Statement
from workers.grounding.stems import stem

SHARED = 4  # letters that two forms of a verb share: "levar", "levá-los"


def withstood(statement: Statement, grounds: Grounds) -> str | None:
    """The first of what a sentence without a denial says against its sources."""
    if statement.denials or statement.particle == "no":
        return None
    return (
        _of_a_pronoun(statement, grounds)
        or _needless(statement, grounds)
        or _not_allowed(statement, grounds)
        or _by_other_means(statement, grounds)
        or _included(statement, grounds)
    )


def _of_a_pronoun(statement: Statement, grounds: Grounds) -> str | None:
    """What a source denies of the thing named in the statement before: "They are not refundable"."""
    told = [key for key in _told(statement) if not _stance(key)]
    figures = {
        item.needs[0] for clause in statement.clauses for item in clause.items if item.label in FIGURES and item.needs
    }
    for source in grounds.sources:
        for own in source.statements:
            around = own.clauses[0].around if own.clauses else frozenset()
            if not figures <= own.keys:
                continue  # about something that the denial is not
            for denial in own.denials:
                core = [
                    key for key in denial.core if not _stance(key) and (not isinstance(key, str) or len(key) >= SHARED)
                ]
                if denial.excepts or not core or not all(_among(key, told) for key in core):
                    continue
                rest = [key for key in told if not _among(key, core)]
                if rest and all(_among(key, around) for key in rest) and not _affirmed(core, grounds):
                    return "denied of what was named before"
    return None


def _needless(statement: Statement, grounds: Grounds) -> str | None:
    """A duty that a source says there is none of: "you have to register" of "no registration is needed"."""
    if not any(stances.obliges(_words(clause)) for clause in statement.clauses):
        return None
    told = [key for key in _told(statement) if not _stance(key)]
    for part in grounds.parts:
        if not _denied(part.clause) or not stances.obliges(_words(part.clause)):
            continue
        shared = [key for key in told if _among(key, part.clause.own)]
        if shared and not any(
            not _denied(other.clause)
            and stances.obliges(_words(other.clause))
            and any(_among(key, other.clause.own) for key in shared)
            for other in grounds.parts
        ):
            return "a duty that the source denies"
    return None


def _not_allowed(statement: Statement, grounds: Grounds) -> str | None:
    """A permission for what a source forbids, whatever else it allows."""
    if not any(word in stances.MAY for clause in statement.clauses for word in _words(clause)):
        return None
    told = [key for key in _told(statement) if not _stance(key)]
    for part in grounds.parts:
        if not _denied(part.clause) or not any(word in stances.MAY for word in _words(part.clause)):
            continue
        subject = _begins_with(part.clause)
        if not subject or not set(subject) <= set(told):
            continue
        if not any(_allows(other, subject, part.place) for other in grounds.parts):
            return "allowed, of what is not"
    return None


def _allows(part: Part, subject: Sequence[Key], place: int) -> bool:
    """Whether a part may allow the thing after all: it says so, or says something of it beside the denial."""
    if _denied(part.clause) or not all(key in part.clause.own for key in subject):
        return False
    return part.place == place or any(word in stances.MAY for word in _words(part.clause))


def _by_other_means(statement: Statement, grounds: Grounds) -> str | None:
    """By phone, of what a source says is done by mail; online, of what it says is not."""
    for clause in statement.clauses:
        named = {number: word for word in _words(clause) if (number := stances.means(word))}
        keys = [item.says[0] for item in clause.items if _counts(item) and not stances.means(item.raw)]
        for number, word in named.items():
            about = [part.clause for part in grounds.parts if any(key in part.clause.own for key in keys)]
            if any(_names(one, number) and not _denied(one) for one in about):
                if _refused(number, keys, about, grounds):
                    return f"{word}, which is denied"
                continue
            near = [
                one
                for one in about
                if 2 * len([k for k in keys if k in one.own and k not in grounds.general]) >= len(keys)
            ]
            if any(map(_any_means, near)) or _refused(number, keys, about, grounds):
                return f"{word}, in the place of other means"
    return None


def _names(clause: Clause, number: int) -> bool:
    return any(stances.means(word) == number for word in _words(clause))


def _any_means(clause: Clause) -> bool:
    return any(map(stances.means, _words(clause)))


def _refused(number: int, keys: Sequence[Key], about: Sequence[Clause], grounds: Grounds) -> bool:
    """ "You pay on the day, not online": a clause that is no more than a denial, behind one that says of what."""
    for source in grounds.sources:
        for own in source.statements:
            for before, clause in itertools.pairwise(own.clauses):
                shared = [key for key in keys if key in before.own]
                if not shared or len([item for item in clause.items if _counts(item)]) != 1:
                    continue
                if _denied(clause) and _names(clause, number):
                    return not any(
                        _names(one, number) and not _denied(one) and all(key in one.own for key in shared)
                        for one in about
                    )
    return False


def _included(statement: Statement, grounds: Grounds) -> str | None:
    """Paid extra, of what is included."""
    for clause in statement.clauses:
        if not stances.on_top(_words(clause)):
            continue
        for item in clause.items:
            about = [part.clause for part in grounds.parts if item.says[0] in part.clause.own]
            if item.label != "word" or item.weight < WORD or any(stances.on_top(_words(one)) for one in about):
                continue
            if any(_INCLUDED in one.sides and not _denied(one) for one in about) and not any(map(_has_sum, about)):
                return f"{item.raw}, which is included"
    return None


_INCLUDED = languages.side("included")


def _has_sum(clause: Clause) -> bool:
    return any(item.label == "money" for item in clause.items)


def _words(clause: Clause) -> list[str]:
    return [item.raw for item in clause.items if item.label in ("word", "promise")]


def _denied(clause: Clause) -> bool:
    return any(item.label == "word" and languages.negates(item.raw) for item in clause.items)


def _told(statement: Statement) -> list[Key]:
    return [item.says[0] for clause in statement.clauses for item in clause.items if _counts(item)]


def _counts(item: Item) -> bool:
    return item.label in ("word", "promise") and item.weight > SMALL and not languages.negates(item.raw)


def _begins_with(clause: Clause) -> list[Key]:
    """The words in a row that a clause begins with, if nothing denies before them: what the denial is about."""
    found: list[Key] = []
    for item in clause.items:
        if item.label != "word" or languages.negates(item.raw):
            break
        if item.weight >= WORD:
            found.append(item.says[0])
        elif found:
            break
    return found


_STANCE_STEMS = frozenset(map(stem, stances.NEED | stances.MAY))


def _stance(key: Key) -> bool:
    """Whether a stem is one of a word for "may" or "must": it says nothing of what is spoken of."""
    return key in _STANCE_STEMS


def _affirmed(core: Iterable[Key], grounds: Grounds) -> bool:
    return any(
        not own.denials and all(_among(key, own.keys) for key in core) for s in grounds.sources for own in s.statements
    )


def _among(key: Key, keys: Iterable[Key]) -> bool:
    """Whether a word stands among others, in whatever form."""
    if not isinstance(key, str):
        return key in keys
    return any(
        key == own
        or (isinstance(own, str) and min(len(key), len(own)) >= SHARED and (key.startswith(own) or own.startswith(key)))
        for own in keys
    )
