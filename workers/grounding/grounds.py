"""The texts a sentence may draw on, cut into parts, and what came of looking there."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workers.grounding import language_words as languages
from workers.grounding.reading import SMALL, Item
from workers.grounding.statements import Clause, Key, Source, Statement
from workers.grounding.stems import same_name

OFTEN = 0.45  # of the sources


@dataclass(slots=True)
class Finding:
    """What came of it. reason: None when supported; places: the texts that support it."""

    reason: str | None = None
    detail: str = ""
    places: list[int] = field(default_factory=list)
    facts: int = 0


@dataclass(slots=True)
class Part:
    """A clause of a source, and how well it fits the clause of the reply in hand."""

    clause: Clause
    place: int
    statement: Statement
    fit: float = 0.0
    matched: float = 0.0  # weight of the part's own words that the reply's clause has as well
    held: dict[int, float] = field(default_factory=dict)  # of each item of the reply's clause: how far it is in here


class Grounds:
    """The texts a sentence may draw on."""

    def __init__(
        self, sources: Sequence[Source], names: frozenset[str] = frozenset(), others: Sequence[Source] = ()
    ) -> None:
        self.sources = sources
        self.others = others  # retrieved, but not cited: they support nothing, and tell what is spoken of elsewhere
        self.names = names  # of the business itself: said anywhere
        self.parts = [
            Part(clause, place, statement)
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

    @cached_property
    def elsewhere(self) -> frozenset[Key]:
        return frozenset().union(*(source.stems for source in self.others))

    @cached_property
    def general(self) -> frozenset[Key]:
        """What the business is ("a public swimming pool"), or what most of its texts speak of: said of anything."""
        texts = [*self.sources, *self.others]
        told = Counter(key for source in texts for key in source.stems)
        often = {key for key, times in told.items() if times >= 3 and times >= OFTEN * len(texts)}
        return frozenset(often).union(*(_kind_of_business(source) for source in self.sources if not source.title))

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


def _kind_of_business(source: Source) -> frozenset[Key]:
    """The nouns behind "X is a": up to the first preposition."""
    items = source.statements[0].clauses[0].items if source.statements else []
    begin = next((at for at, item in enumerate(items) if item.raw in languages.BEING), len(items))
    found: set[Key] = set()
    for item in items[begin + 1 :]:
        if item.weight > SMALL:
            found.update(item.says)
        elif found:
            break
    return frozenset(found)
