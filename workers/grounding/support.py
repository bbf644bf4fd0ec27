"""Whether a sentence is supported: each of its facts must stand in the part of a source that is about the same thing."""

from __future__ import annotations

from workers.grounding import language_words as languages
from workers.grounding.affirmed import only_affirmed, only_denied
from workers.grounding.alignment import crossed, displaced, exchanged
from workers.grounding.binding import COVERED, bound, covers, fitted
from workers.grounding.denial import agrees, contrary, denied, denied_elsewhere, left_out, opposed, unlike, unsound
from workers.grounding.exclusive import alone, in_spite, shortened
from workers.grounding.grounds import Finding, Grounds, Part
from workers.grounding.qualifiers import another, in_full, several
from workers.grounding.reading import LIGHT, WORD, Item
from workers.grounding.stances import withstood
from workers.grounding.statements import FIGURES, Clause, Key, Statement, content
from workers.grounding.strangers import stranger
from workers.grounding.subjects import foreign

ALIKE = 0.75  # of a clause's words, found where its fact or denial stands, if the rest of its sentence stands elsewhere
SUPPORTED = 0.6  # of the words of a sentence without facts


def find(statement: Statement, grounds: Grounds, asked: frozenset[Key]) -> Finding:
    """Judge a statement. `asked`: the words of the visitor's question; they support nothing, but surprise nobody."""
    if (place := grounds.verbatim(statement)) is not None:
        return Finding(places=[place], facts=_figures(statement))
    if not statement.clauses:
        return Finding("bare", statement.particle)
    if (strange := stranger(statement, grounds, asked)) is not None:
        return strange
    if (unsure := unsound(statement, grounds)) is not None:
        return Finding("negation", unsure)
    finding = Finding(facts=_figures(statement))
    evidence: list[Part] = []
    told: list[Part] = []  # of clauses that say more than a day or a number
    covered = total = 0.0
    said: list[Item] = []
    for clause in statement.clauses:
        own = [item for item in clause.items if item.label == "word" and item.weight >= LIGHT and not item.capital]
        elliptic = sum(item.weight for item in own) < WORD
        context = said[-6:] if elliptic else []
        parts = fitted(clause, context, grounds)
        used = bound(clause, context, parts, grounds, finding, statement.keys)
        if used is None:
            return finding
        best = max(parts, key=lambda part: part.fit) if parts else None
        if best is None:
            return Finding("unsupported", "nothing to draw on")
        used = used or [best]
        if (turned := _turned(clause, used, parts, grounds)) is not None:
            return turned
        weight, share = content(clause), max(covers(clause, part, grounds.general) for part in used)
        if _strays(clause, share, used, told):
            return Finding("binding", "of another passage than the rest")
        evidence += used
        told += used if weight >= WORD else []
        total += weight
        covered += weight * share
        said += [item for item in clause.items if item.label == "word" and item.weight >= LIGHT]
    if total and covered / total < (COVERED if finding.facts else SUPPORTED):
        return Finding("unsupported", f"{covered / total:.2f} of its words")
    if (concept := _promised_twice(statement, grounds)) is not None:
        return Finding("promise", f"{concept} twice")
    if _free_and_paid(statement, grounds):
        return Finding("promise", "free, beside a price")
    if (figure := _said_twice(statement, grounds)) is not None:
        return Finding("binding", f"{figure} twice")
    if (subject := foreign(statement, grounds)) is not None:
        return Finding("binding", f"{subject}, with facts of something else")
    instead = exchanged(statement, grounds.sources)
    if instead is not None and not (instead.startswith("denial added") and denied_elsewhere(statement, grounds)):
        return Finding(
            "negation" if instead.startswith("denial ") else "binding", f"{instead} stands instead of something else"
        )
    if (instead := displaced(statement, grounds.sources)) is not None:
        return Finding("binding", f"{instead}, in a statement about something else")
    if (instead := crossed(statement, grounds.sources)) is not None:
        return Finding("binding", f"{instead}, beside something else")
    denial = (
        denied(statement, evidence)
        or left_out(statement, grounds)
        or alone(statement, evidence)
        or shortened(statement, grounds)
        or only_denied(statement, grounds)
        or only_affirmed(statement, grounds)
        or contrary(statement, grounds)
        or withstood(statement, grounds)
        or unlike(statement, evidence)
    )
    if denial is not None:
        return Finding("negation", denial)
    if statement.particle and not agrees(statement, evidence):
        return Finding("negation", statement.particle)
    finding.places = list(dict.fromkeys(part.place for part in evidence))
    return finding


def _turned(clause: Clause, used: list[Part], parts: list[Part], grounds: Grounds) -> Finding | None:
    """What a clause says of something else than its source does, or turns round."""
    if (conflict := opposed(clause, used, parts) or in_full(clause, used)) is not None:
        return Finding("negation", conflict)
    instead = another(clause, used, grounds) or several(clause, grounds) or in_spite(clause, grounds)
    return None if instead is None else Finding("binding", f"{instead}, in the place of something else")


def _strays(clause: Clause, share: float, used: list[Part], evidence: list[Part]) -> bool:
    """Whether a clause has a fact or a denial of another passage than the rest of its sentence, in other words than its."""
    return (
        share < ALIKE
        and bool(evidence)
        and (clause.figures or any(languages.negates(item.raw) for item in clause.items if item.label == "word"))
        and not {part.place for part in used} & {part.place for part in evidence}
    )


def _figures(statement: Statement) -> int:
    return sum(
        item.label in FIGURES or item.label in ("promise", "ordinal")
        for clause in statement.clauses
        for item in clause.items
    )


def _promised_twice(statement: Statement, grounds: Grounds) -> str | None:
    """A promise made twice in one breath, once more than in any source: "the guarantee guaranteed"."""
    for clause in statement.clauses:
        made = [item.needs[0] for item in clause.items if item.label == "promise"]
        for key in made:
            if made.count(key) > 1 and not any(
                sum(item.label == "promise" and item.needs[0] == key for item in part.clause.items) > 1
                for part in grounds.parts
            ):
                return str(key[1]) if isinstance(key, tuple) else ""
    return None


def _free_and_paid(statement: Statement, grounds: Grounds) -> bool:
    """Whether a price is called free in one breath, and in no source."""
    return any(map(_both, statement.clauses)) and not any(
        _both(clause) for source in grounds.sources for own in source.statements for clause in own.clauses
    )


def _both(clause: Clause) -> bool:
    labels = {item.label for item in clause.items}
    return "money" in labels and any(("promise", "free") in item.needs for item in clause.items)


def _said_twice(statement: Statement, grounds: Grounds) -> str | None:
    """A sum or a weekday that stands twice in a sentence and in no source: it has taken another's place."""
    sums = [item for clause in statement.clauses for item in clause.items if item.label in ("money", "day")]
    for item in sums:
        if sum(item.needs == other.needs for other in sums) > 1 and not any(
            sum(
                item.needs[0] in other.says
                for own in source.statements
                for clause in own.clauses
                for other in clause.items
            )
            > 1
            for source in grounds.sources
        ):
            return item.raw
    return None
