"""Whether a sentence is supported: each of its facts must stand in the part of a source that is about the same thing.

Two parts of a source may hold the same kind of fact. Which of them a clause of the reply is about is told by its words;
a fact counts only where the words lead. So a price of one service is no support for another's.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.grounding import language_words as languages
from workers.grounding.alignment import crossed, denied_times, displaced, exchanged
from workers.grounding.reading import LIGHT, SMALL, WORD, Item
from workers.grounding.statements import FIGURES, Clause, Denial, Key, Source, Statement, content
from workers.grounding.stems import same_name

NEAR = 0.12  # two parts whose words fit this equally are both what a clause may be about
COVERED = 0.5  # of the words around a fact, found where the fact stands
SUPPORTED = 0.6  # of the words of a sentence without facts
UNKNOWN = 0.34  # of its words, at most, that stand in no source
TAKEN, AROUND = (
    0.8,
    0.4,
)  # what a word counts for that stands earlier in the statement; in the title or the statement before
ALONE = 0.6  # the same, of a part that has no words beside the fact in question
SAID_FREELY = frozenset({"hours", "hour", "day", "days"})  # "our opening hours"
CONTACTS = frozenset({"phone", "email", "link"})
OWN_WORDS = 0.5  # how much it matters that the words of a source's part are the reply's as well


@dataclass(slots=True)
class Finding:
    """What came of it. reason: None when supported; places: the texts that support it."""

    reason: str | None = None
    detail: str = ""
    places: list[int] = field(default_factory=list)
    facts: int = 0


@dataclass(slots=True)
class _Part:
    """A clause of a source, and how well it fits the clause of the reply in hand."""

    clause: Clause
    place: int
    statement: Statement
    fit: float = 0.0
    matched: float = 0.0  # weight of the part's own words that the reply's clause has as well
    held: dict[int, float] = field(default_factory=dict)  # of each item of the reply's clause: how far it is in here


class Grounds:
    """The texts a sentence may draw on."""

    def __init__(self, sources: Sequence[Source], names: frozenset[str] = frozenset()) -> None:
        self.sources = sources
        self.names = names  # of the business itself: said anywhere
        self.parts = [
            _Part(clause, place, statement)
            for place, source in enumerate(sources)
            for statement in source.statements
            for clause in statement.clauses
        ]
        self.stems: frozenset[Key] = frozenset().union(*(source.stems for source in sources))
        self.sides = frozenset(side for part in self.parts for side in part.clause.sides)
        self.forms: frozenset[str] = frozenset().union(*(source.forms for source in sources))
        self.nouns = any(source.language == "de" for source in sources)  # written with capitals: they tell no names
        self.pairs = frozenset(
            (one.raw, two.raw) for part in self.parts for one, two in itertools.pairwise(part.clause.items)
        )

    def single(self, item: Item) -> bool:
        """Whether no source has another contact of the kind, with which this one could have been exchanged."""
        same = [other for part in self.parts for other in part.clause.items if other.label == item.label]
        return all(any(need in other.says for need in item.needs) for other in same)

    def verbatim(self, statement: Statement) -> int | None:
        """Where the statement stands as it is, its facts perhaps in another format."""
        for place, source in enumerate(self.sources):
            for own in source.statements:
                if own.shape == statement.shape:
                    return place
        return None

    def knows(self, item: Item) -> bool:
        """Whether a word stands in any of the texts; one with a capital must stand there in this form."""
        if item.raw in self.forms or item.raw in self.names:
            return True
        if item.side and item.side in self.sides and not item.capital:
            return True  # "geöffnet" of "open"
        if not item.capital:
            return item.says[0] in self.stems
        return any(same_name(form, item.raw) for form in self.forms)


def find(statement: Statement, grounds: Grounds, asked: frozenset[Key]) -> Finding:
    """Judge a statement. `asked`: the words of the visitor's question; they support nothing, but surprise nobody."""
    if (place := grounds.verbatim(statement)) is not None:
        return Finding(places=[place], facts=_figures(statement))
    if not statement.clauses:
        return Finding("bare", statement.particle)
    if (stranger := _stranger(statement, grounds, asked)) is not None:
        return stranger
    if (unsound := _unsound(statement, grounds)) is not None:
        return Finding("negation", unsound)
    finding = Finding(facts=_figures(statement))
    evidence: list[_Part] = []
    covered = total = 0.0
    said: list[Item] = []
    for clause in statement.clauses:
        own = [item for item in clause.items if item.label == "word" and item.weight >= LIGHT and not item.capital]
        elliptic = sum(item.weight for item in own) < WORD
        context = said[-6:] if elliptic else []
        parts = _fitted(clause, context, grounds)
        used = _bound(clause, context, parts, grounds, finding, statement.keys)
        if used is None:
            return finding
        best = max(parts, key=lambda part: part.fit) if parts else None
        if best is None:
            return Finding("unsupported", "nothing to draw on")
        used = used or [best]
        if (conflict := _opposed(clause, used, parts)) is not None:
            return Finding("negation", conflict)
        evidence += used
        weight = content(clause)
        total += weight
        covered += weight * max(_covers(clause, part) for part in used)
        said += [item for item in clause.items if item.label == "word" and item.weight >= LIGHT]
    if total and covered / total < (COVERED if finding.facts else SUPPORTED):
        return Finding("unsupported", f"{covered / total:.2f} of its words")
    if (concept := _promised_twice(statement, grounds)) is not None:
        return Finding("promise", f"{concept} twice")
    instead = exchanged(statement, grounds.sources)
    if instead is not None and not (instead.startswith("denial added") and _denied_elsewhere(statement, grounds)):
        return Finding(
            "negation" if instead.startswith("denial ") else "binding", f"{instead} stands instead of something else"
        )
    if (instead := displaced(statement, grounds.sources)) is not None:
        return Finding("binding", f"{instead}, in a statement about something else")
    if (instead := crossed(statement, grounds.sources)) is not None:
        return Finding("binding", f"{instead}, beside something else")
    if (denial := _denied(statement, evidence)) is not None:
        return Finding("negation", denial)
    if statement.particle and not _agrees(statement, evidence):
        return Finding("negation", statement.particle)
    finding.places = list(dict.fromkeys(part.place for part in evidence))
    return finding


def _figures(statement: Statement) -> int:
    return sum(
        item.label in FIGURES or item.label in ("promise", "ordinal")
        for clause in statement.clauses
        for item in clause.items
    )


# --- words and facts that stand nowhere -------------------------------------------------------------------------


def _stranger(statement: Statement, grounds: Grounds, asked: frozenset[Key]) -> Finding | None:
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


def _half(denials: Sequence[str], statement: Statement) -> bool:
    """Whether a "ne" stands without its "pas", and means no "ne … que" either."""
    words = {item.raw for clause in statement.clauses for item in clause.items}
    return bool(denials) and all(word in ("ne", "n") for word in denials) and not words & {"que", "qu"}


def _only_begins(item: Item, clause: Clause, last: Item | None, grounds: Grounds) -> bool:
    """Whether the capital of an unknown word makes no name of it: a verb or a form of a known word that begins the
    sentence, a noun of German behind "eine" or "Ihre", or a part of a known compound."""
    if last is not None and languages.before_noun(last.raw):
        return True
    if item.at == 0:
        following = next((other.raw for other in clause.items if other.at > 0), "")
        return languages.verb_at_start(item.raw, following) or any(
            len(form) >= 4 and item.raw.startswith(form) for form in grounds.forms
        )
    return len(item.raw) >= 3 and any(
        len(form) >= len(item.raw) + 4 and form.startswith(item.raw) for form in grounds.forms
    )


def _unsound(statement: Statement, grounds: Grounds) -> str | None:
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
    return None


def _place_known(item: Item, grounds: Grounds) -> bool:
    return item.label == "place" and item.raw in grounds.forms


# --- which part of a source a clause is about ----------------------------------------------------------------------


def _fitted(clause: Clause, context: Sequence[Item], grounds: Grounds) -> list[_Part]:
    """Every part of the sources with how well its words fit the clause's."""
    items = [*clause.items, *context]
    weights = [item.weight * (0.5 if number >= len(clause.items) else 1.0) for number, item in enumerate(items)]
    whole = sum(weights) or 1.0
    for part in grounds.parts:
        held: dict[int, float] = {}
        own, taken, around = part.clause.own, part.clause.taken, part.clause.around
        total = 0.0
        for number, item in enumerate(items):
            share = 0.0
            for key in item.needs or item.says[:1]:
                if key in own:
                    share = 1.0
                elif key in taken:
                    share = max(share, TAKEN)
                elif key in around and not item.needs:
                    share = max(share, AROUND)
            if share:
                held[number] = share
                total += share * weights[number]
        part.held = held
        part.matched = _matched(items, held)
        recalled = min(1.0, part.matched / part.clause.words) if part.clause.words else 0.5
        part.fit = total / whole + OWN_WORDS * recalled
    return grounds.parts


def _matched(items: Sequence[Item], held: dict[int, float]) -> float:
    return sum(
        items[number].weight
        for number, share in held.items()
        if share == 1.0 and (items[number].label not in FIGURES or items[number].label == "day")
    )


def _bound(
    clause: Clause,
    context: Sequence[Item],
    parts: list[_Part],
    grounds: Grounds,
    finding: Finding,
    said: frozenset[Key],
) -> list[_Part] | None:
    """The parts that hold the clause's facts and names; None, with the reason noted, when one is held elsewhere only."""
    used: list[_Part] = []
    items = [*clause.items, *context]
    whole = sum(item.weight for item in items) or 1.0
    for number, item in enumerate(clause.items):
        name = item.label == "word" and item.capital and item.weight >= WORD
        if not item.needs and not name:
            continue
        if name and (item.raw in grounds.names or item.raw not in grounds.forms):
            continue
        if item.label in CONTACTS and grounds.single(item):
            used += [part for part in parts if part.held.get(number)][:1]
            continue
        holders = [part for part in parts if part.held.get(number, 0) >= (AROUND if name else 1.0)]
        rivals = (
            parts if name or item.label == "promise" else [part for part in parts if _has_other(part, item, clause)]
        )
        if not holders:
            finding.reason, finding.detail = "fact", f"{item.label}: {item.raw}"
            return None
        share = item.weight / whole
        best = max(holders, key=lambda part: _without(part, number, item, share))
        rival = max((_without(part, number, item, share) for part in rivals), default=0.0)
        if _without(best, number, item, share) < rival - NEAR:
            finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}"
            return None
        if context and len(clause.items) <= 2 and _owed(best, item, said) < SUPPORTED:
            finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, without what it belongs to"
            return None
        if item.needs:
            if item.label not in CONTACTS and _covers(clause, best) < COVERED:
                finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, about something else"
                return None
            if not _beside(item, clause, [part for part in holders if part.fit >= best.fit - NEAR]):
                finding.reason, finding.detail = "binding", f"{item.label}: {item.raw}, in another place"
                return None
            used.append(best)
    return used


def _has_other(part: _Part, item: Item, clause: Clause) -> bool:
    """Whether a part of a source has a figure, one of the kind in question among them, that the clause does not say."""
    if item.label not in FIGURES:
        return part.clause.figures
    return any(
        other.label == item.label and not any(key in clause.own for key in other.says) for other in part.clause.items
    )


def _without(part: _Part, number: int, item: Item, share: float) -> float:
    """How well a part fits, leaving aside whether it holds the fact in question."""
    held = part.held.get(number, 0.0)
    fit = part.fit - share * held
    if held == 1.0 and part.clause.words and (item.label not in FIGURES or item.label == "day"):
        rest = part.clause.words - item.weight
        matched = max(0.0, part.matched - item.weight)
        fit += OWN_WORDS * (
            min(1.0, matched / rest if rest > SMALL else ALONE) - min(1.0, part.matched / part.clause.words)
        )
    return fit


def _owed(part: _Part, item: Item, said: frozenset[Key]) -> float:
    """Of what a part says beside the fact, how much the reply says as well. For a clause that is no more than a fact."""
    others = [
        other
        for other in part.clause.items
        if other.weight >= WORD
        and (other.label not in FIGURES or other.label == "day")
        and other.says[0] != item.says[0]
    ]
    return sum(any(key in said for key in other.says) for other in others) / len(others) if others else 1.0


def _covers(clause: Clause, part: _Part) -> float:
    """Of the clause's words, those that stand in the part or around it."""
    total = matched = 0.0
    for number, item in enumerate(clause.items):
        if item.label in ("word", "place") and item.weight >= LIGHT:
            total += item.weight
            found = part.held.get(number) or item.weight < WORD or item.says[0] in part.statement.keys
            matched += item.weight if found else 0.0
    return matched / total if total else 1.0


def _beside(item: Item, clause: Clause, holders: list[_Part]) -> bool:
    """Where a part holds several facts of a kind, the one meant is told by the word before or behind it."""
    for part in holders:
        same = [other for other in part.clause.items if other.label == item.label]
        mine = [other for other in same if any(need in other.says for need in item.needs)]
        if len(same) == len(mine) or len(same) < 2 or item.label in ("day", "promise"):
            return True
        neighbours = _neighbours(item, clause)
        if not neighbours or any(neighbours & _neighbours(other, part.clause) for other in mine):
            return True
    return False


def _neighbours(item: Item, clause: Clause) -> set[tuple[str, Key]]:
    at = clause.items.index(item)
    found: set[tuple[str, Key]] = set()
    for other in clause.items[max(0, at - 2) : at]:
        found.add(("before", other.says[0]))
    for other in clause.items[at + 1 : at + 2]:
        found.add(("behind", other.says[0]))
    return found


# --- denial ---------------------------------------------------------------------------------------------------------


def _opposed(clause: Clause, used: Sequence[_Part], parts: Sequence[_Part]) -> str | None:
    """A word whose opposite stands in the source instead: in what is drawn on, or beside the very same figures."""
    figures = [number for number, item in enumerate(clause.items) if item.needs and item.label in FIGURES]
    alike = [part for part in parts if figures and all(part.held.get(number) == 1.0 for number in figures)]
    sides_alike = frozenset(side for part in alike for side in part.clause.sides)
    for item in clause.items:
        if not item.side:
            continue
        if -item.side in sides_alike and item.side not in sides_alike and -item.side not in clause.sides:
            return item.raw
        for part in used:
            sides = part.clause.sides
            if -item.side in sides and item.side not in sides and -item.side not in clause.sides:
                return item.raw
            around = {other.side for earlier in part.statement.clauses for other in earlier.items}
            if not sides and item.says[0] not in part.clause.own and -item.side in around and item.side not in around:
                return item.raw
    return None


def _denied(statement: Statement, evidence: Sequence[_Part]) -> str | None:
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


def _denied_elsewhere(statement: Statement, grounds: Grounds) -> bool:
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


def _same_denial(mine: Denial, own: Denial) -> bool:
    return mine.excepts == own.excepts and bool(own.reach & mine.reach or not own.reach or not mine.reach)


def _agrees(statement: Statement, evidence: Sequence[_Part]) -> bool:
    """Whether "yes" or "no" in front of a statement fits what its source says."""
    particles = {part.statement.particle for part in evidence} - {""}
    if particles:
        return statement.particle in particles
    return (statement.particle == "no") == bool(statement.denials)
