"""Facts, names and words of a sentence that stand nowhere in its sources."""

from __future__ import annotations

from workers.grounding import language_words as languages
from workers.grounding.grounds import Finding, Grounds
from workers.grounding.reading import WORD, Item
from workers.grounding.statements import Clause, Key, Statement

UNKNOWN = 0.34  # of a sentence's words, at most, that stand in no source
SAID_FREELY = frozenset({"hours", "hour", "day", "days"})  # "our opening hours"


def stranger(statement: Statement, grounds: Grounds, asked: frozenset[Key]) -> Finding | None:
    """A fact or a name that no source has, or too many words that none has."""
    words = unknown = 0.0
    for clause in statement.clauses:
        last: Item | None = None
        for item in clause.items:
            if item.needs:
                if not any(need in grounds.stems for need in item.needs) and not _place_known(item, grounds):
                    return Finding("promise" if item.label == "promise" else "fact", f"{item.label}: {item.raw}")
            elif item.weight < WORD:
                if (
                    any(isinstance(key, tuple) for key in item.says)
                    and item.raw not in SAID_FREELY
                    and not grounds.knows(item)
                ):
                    return Finding("fact", item.raw)  # a unit that no source has
            else:
                words += 1
                if not grounds.knows(item):
                    if item.capital and not _only_begins(item, clause, last, grounds):
                        return Finding("name", item.raw)
                    if (last is not None and last.label == "number") or any(
                        isinstance(key, tuple) for key in item.says
                    ):
                        return Finding("fact", item.raw)
                    if languages.denied_form(item.raw, grounds.forms):
                        return Finding("negation", item.raw)
                    unknown += 1 if item.says[0] not in asked else 0.5
                elif _joins(last, item, grounds):
                    return Finding("name", f"{last.raw if last else ''} {item.raw}")
            last = item
    if words and unknown / words > UNKNOWN:
        return Finding("unsupported", f"{unknown:.0f} of {words:.0f} words stand nowhere")
    return None


def _joins(last: Item | None, item: Item, grounds: Grounds) -> bool:
    """Whether two names that stand apart in every source make a new one: "Kessler Yard", of "Millrace Yard" and Ms Kessler."""
    if last is None or not (last.capital and item.capital) or not (last.label == item.label == "word"):
        return False
    if grounds.nouns or last.at == 0 or item.at != (last.end or last.at + 1):
        return False
    if last.raw in grounds.names and item.raw in grounds.names:
        return False
    return (last.raw, item.raw) not in grounds.pairs


def _only_begins(item: Item, clause: Clause, last: Item | None, grounds: Grounds) -> bool:
    """Whether the capital of an unknown word makes no name of it: a verb or a form of a known word that begins the
    sentence, a noun of German behind "eine" or "Ihre", or a part of a known compound."""
    if last is not None and languages.before_noun(last.raw):
        return True
    if (item.at == 0 or grounds.nouns) and languages.formed(item.raw):
        return True
    if item.at == 0:
        following = next((other.raw for other in clause.items if other.at > 0), "")
        return languages.verb_at_start(item.raw, following) or any(
            len(form) >= 4 and item.raw.startswith(form) for form in grounds.forms
        )
    return len(item.raw) >= 3 and any(
        len(form) >= len(item.raw) + 4 and form.startswith(item.raw) for form in grounds.forms
    )


def _place_known(item: Item, grounds: Grounds) -> bool:
    return item.label == "place" and item.raw in grounds.forms
