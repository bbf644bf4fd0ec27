"""A text as statements, and a statement as clauses: what is said, what is denied, and what a clause takes from its context."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from workers.grounding import language_words as languages
from workers.grounding.facts import facts
from workers.grounding.measure_words import AFTERWARDS
from workers.grounding.reading import LIGHT, SMALL, WORD, Item
from workers.grounding.split import split
from workers.grounding.stems import words_of
from workers.grounding.text import LONGEST, fold, plain

Key = Hashable

_JOINS = {
    language: words_of(words)
    for language, words in {
        "en": "and or but while whereas", "de": "und oder aber sondern sowie wahrend", "fr": "et ou mais",
        "es": "y o u e pero sino", "it": "e ed o ma oppure", "pt": "e ou mas", "nl": "en of maar", "tr": "ve veya ama",
    }.items()
}  # fmt: skip
_ANY_JOINS = words_of("and or but und oder aber sondern sowie et ou mais y pero sino ed oppure ve veya maar")
_NO_JOINS = frozenset({"é", "è", "où"})  # "is" and "where", which have another meaning without their accent
_BREAKS = frozenset(",;:()–—|/•")
_TURNS = words_of("but aber sondern jedoch doch mais pero sino ma mas porem maar ama fakat however whereas")
_BEFORE, _AFTER = 3, 6  # words a denial reaches
FIGURES = words_of("number money unit percent time date day phone email link code currency")
LONGEST_STATEMENT = 2_000  # characters of a source's sentence
MOST_STATEMENTS = 400  # of one source; a text of some thousand characters has a hundred
CAPTION = 100  # characters of a title kept as context


@dataclass(frozen=True, slots=True)
class Denial:
    """A "not" or an "except". core: what it is about; reach: all it may be about; excepts: whether it is an "except"."""

    core: frozenset[Key]
    reach: frozenset[Key]
    excepts: bool = False


@dataclass(slots=True)
class Clause:
    """Part of a statement. own: what it says itself, with weights; taken: what earlier parts of the statement say."""

    items: list[Item]
    own: dict[Key, float]
    taken: frozenset[Key] = frozenset()
    around: frozenset[Key] = frozenset()  # title and the statement before
    words: float = 0.0  # weight of its own words
    figures: bool = False
    sides: frozenset[int] = frozenset()


@dataclass(slots=True)
class Statement:
    """One sentence. denials: its words of denial; shape: its items, however they were written."""

    clauses: list[Clause]
    denials: list[Denial]
    particle: str  # "yes", "no" or nothing, at its beginning
    shape: tuple[Key, ...]
    text: str
    keys: frozenset[Key] = frozenset()


@dataclass(slots=True)
class Source:
    """A text that statements may be drawn from."""

    statements: list[Statement]
    stems: frozenset[Key]
    forms: frozenset[str]  # folded words, as they stand
    title: frozenset[Key] = field(default_factory=frozenset)
    language: str | None = None


def read_statement(text: str, language: str | None = None, perhaps: str | None = None) -> Statement:
    """Read one sentence."""
    items, pieces, language = facts(text, language, perhaps)
    particle, begin = _particle(items, [piece.raw for piece in pieces])
    clauses = _clauses(items[begin:], [piece.raw for piece in pieces], _JOINS.get(language or "", _ANY_JOINS))
    denials = _denials(items[begin:], [piece.text for piece in pieces])
    keys = frozenset(key for item in items for key in item.says)
    return Statement(clauses, denials, particle, _shape(items), text, keys)


@lru_cache(maxsize=512)
def read_source(title: str, text: str) -> Source:
    """Read a passage or the business's facts. Cached: the same few are asked for sentence after sentence."""
    language = languages.guess(fold(word) for word in plain(f"{title} {text}"[:4_000]).replace("'", " ").split())
    caption = read_statement(title[:CAPTION], language) if title else None
    title_keys = caption.keys if caption else frozenset()
    statements: list[Statement] = []
    before: frozenset[Key] = frozenset()
    text = text[:LONGEST]
    pieces = ([title] if title and "?" not in title else []) + split(text)
    for piece in pieces[:MOST_STATEMENTS]:
        statement = read_statement(piece[:LONGEST_STATEMENT], language)
        if not statement.clauses and not statement.particle:
            continue
        for clause in statement.clauses:
            clause.around = title_keys | before
        if statements and statement.clauses and _points_back(statement, language):
            for key in _subject(statements[-1]):
                statement.clauses[0].own.setdefault(key, WORD)
        statements.append(statement)
        before = statement.keys
    stems = frozenset(key for statement in statements for key in statement.keys) | title_keys
    forms = frozenset(fold(word) for word in _words(plain(f"{title} {text}")))
    return Source(statements, stems, forms, title_keys, language)


def _points_back(statement: Statement, language: str | None) -> bool:
    """Whether it begins with a pronoun: "They are valid for three years"."""
    first = statement.clauses[0].items[0]
    return first.label == "word" and first.raw in languages.PRONOUNS.get(language or "", ())


def _subject(statement: Statement) -> frozenset[Key]:
    """What a statement begins with: its first word that says something."""
    told = (item for clause in statement.clauses for item in clause.items if item.weight >= WORD)
    words = (item for item in told if item.label in ("word", "promise"))
    return frozenset(next((item.says for item in words), ()))


def _words(text: str) -> Iterable[str]:
    word: list[str] = []
    for character in text:
        if character.isalpha():
            word.append(character)
        elif word:
            yield "".join(word)
            word = []
    if word:
        yield "".join(word)


def _particle(items: list[Item], raws: list[str]) -> tuple[str, int]:
    """ "Yes," and "No." at the beginning of a sentence are an answer, not part of what is said."""
    if not items or items[0].label != "word":
        return "", 0
    word, after = items[0].raw, raws[items[0].at + 1] if items[0].at + 1 < len(raws) else "."
    if after not in ",.!;:–—-":
        return "", 0
    if word in languages.PARTICLES_YES:
        return "yes", 1
    return ("no", 1) if word in languages.PARTICLES_NO else ("", 0)


def _shape(items: list[Item]) -> tuple[Key, ...]:
    return tuple(
        (item.needs[0], item.side) if item.label == "unit" and item.side else item.needs[0] if item.needs else item.raw
        for item in items
    )


def _clauses(items: list[Item], pieces: list[str], joins: frozenset[str]) -> list[Clause]:
    groups: list[list[Item]] = [[]]
    last = 0
    for number, item in enumerate(items):
        between = pieces[last : item.at]
        following = items[number + 1].raw if number + 1 < len(items) else ""
        limiting = bool(number) and items[number - 1].label in FIGURES and (item.raw, following) in AFTERWARDS
        joining = (
            not limiting and item.raw in joins and item.label == "word" and pieces[item.at].casefold() not in _NO_JOINS
        )
        if groups[-1] and (any(raw in _BREAKS for raw in between) or joining):
            groups.append([])
        if not joining:
            groups[-1].append(item)
        last = item.end or item.at + 1
    if len(groups) > 1 and groups[0] and all(_leads_in(item) for item in groups[0]):
        groups[:2] = [groups[0] + groups[1]]  # "On Saturday, we open at nine"
    clauses: list[Clause] = []
    taken: frozenset[Key] = frozenset()
    for group in groups:
        if not group:
            continue
        own = {key: item.weight for item in group for key in item.says}
        words = sum(item.weight for item in group if item.label not in FIGURES or item.label == "day")
        figures = any(item.label in FIGURES for item in group)
        sides = frozenset(item.side for item in group if item.side)
        clauses.append(Clause(group, own, taken, frozenset(), words, figures, sides))
        taken = taken | frozenset(key for item in group if item.label == "word" for key in item.says)
    return clauses


def _leads_in(item: Item) -> bool:
    return item.label in ("day", "time", "date") or (item.label == "word" and item.weight <= SMALL)


def _denials(items: list[Item], words: list[str]) -> list[Denial]:
    """What each word of denial reaches: a few words before it and after it, up to a "but"."""
    found: list[Denial] = []
    for number, item in enumerate(items):
        if item.label != "word":
            continue
        if number and item.raw in languages.FREE_OF and item.at > 1 and words[item.at - 1] == "-":  # "gluten-free"
            without = frozenset(items[number - 1].says[:1])
            found.append(Denial(without, without))
            continue
        if not (languages.negates(item.raw) or languages.excepts(item.raw)) or (
            item.raw == "n" and item.weight != SMALL
        ):
            continue
        reach: list[Key] = []
        for other in reversed(items[max(0, number - 8) : number]):
            if other.raw in _TURNS or len(reach) >= _BEFORE or _broken(words, other.at, item.at):
                break
            if _counts(other):
                reach.append(other.says[0])
        ahead: list[Key] = []
        for other in items[number + 1 : number + 14]:
            if (
                (other.raw in _TURNS and other is not items[number + 1])
                or len(ahead) >= _AFTER
                or _broken(words, item.at, other.at, strong=True)
            ):
                break
            if _counts(other):
                ahead.append(other.says[0])
        excepts = languages.excepts(item.raw)
        found.append(Denial(frozenset(ahead or reach), frozenset(reach + ahead), excepts))
    return found


def _broken(words: list[str], begin: int, end: int, *, strong: bool = False) -> bool:
    return any(word in (";", ":", ".") or (word == "," and not strong) for word in words[begin:end])


def _counts(item: Item) -> bool:
    """Whether a denial can be about it: a word with a meaning of its own."""
    if item.label not in ("word", "promise", "place"):
        return False
    return not item.small and len(item.raw) > 1 and not languages.negates(item.raw)


def content(clause: Clause) -> float:
    """What a clause says in words of its own."""
    return sum(
        item.weight for item in clause.items if item.label in ("word", "place", "promise") and item.weight >= LIGHT
    )


def nouns(items: Iterable[Item]) -> list[Item]:
    """The words of these items that are surely nouns: behind an article, or with a capital inside a sentence."""
    found: list[Item] = []
    before = ""
    for item in items:
        if item.label == "word" and item.weight >= WORD and (before in languages.DETERMINERS or item.capital):
            found.append(item)
        before = item.raw
    return found


def is_name(item: Item, first: int) -> bool:
    """A word written like a name: with a capital, and not common in any language."""
    return item.label == "word" and item.capital and item.weight >= WORD


__all__ = [
    "FIGURES",
    "Clause",
    "Denial",
    "Key",
    "Source",
    "Statement",
    "content",
    "is_name",
    "nouns",
    "read_source",
    "read_statement",
]
