"""The check that each sentence of an answer passes before it is released: what may be sent, what it rests on, or why not.

Deterministic and strict: when in doubt a sentence is cut. It never rewrites what a sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from clients.language_model import Passage
from workers.grounding import calendar_words, courtesy, hostile, support
from workers.grounding.grounds import Finding, Grounds
from workers.grounding.reading import Item
from workers.grounding.rewording import reworded
from workers.grounding.statements import FIGURES, Key, Source, Statement, read_source, read_statement
from workers.grounding.text import fold, plain, visible
from workers.phrases import is_dont_know

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
LONGEST_SENTENCE = 1_500  # characters; what is longer is no sentence for a chat
MOST_ITEMS = 160  # words and facts, the same
REWORDED = frozenset({"unsupported", "name", "binding"})  # reasons that may be but another word for the same
SIMILAR = 0.84  # of a sentence in another language than its source; only with all its facts in that source

_MARKER = re.compile(r"(?<![ \t])[ \t]*[\[【](\d{1,3}(?:[ \t]*[,;][ \t]*\d{1,3}){0,20})[\]】]")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|`+|^[ \t]*#{1,6}[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_MARKUP = re.compile(
    r"<\s*/?\s*[a-zA-Z!][^<>]{0,400}>|!?\[[^\[\]]{0,400}\]\s*\(|&(?:lt|gt|amp|#\d{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE
)


@dataclass(frozen=True)
class Checked:
    """The verdict on one sentence.

    text: what may be sent, without markers; None when nothing is left of it or it is cut.
    sources: positions in the passages given (0 is the one cited as [1]): those cited, or, of a sentence without a
        citation, those that support it.
    unsupported: it is cut, for `reason`; `detail` says what of it, for logs of tests, never for production's.
    stated: it says something about the business (not only hello, thanks or a question back).
    """

    text: str | None
    sources: tuple[int, ...]
    unsupported: bool = False
    reason: str | None = None
    detail: str = ""
    stated: bool = False


def check(
    sentence: str,
    passages: Sequence[Passage],
    known: Sequence[str] = (),
    *,
    question: str = "",
    name: str = "",
    today: date | None = None,
    similarity: Similarity | None = None,
) -> Checked:
    """Check one sentence.

    A sentence with citations may draw on the passages it cites, one without on all; both on `known`, the business's own
    facts. What the visitor wrote (`question`) supports nothing. `name`: the business's, which may stand anywhere.
    `today`, in the business's time zone, gives "today" and "tomorrow" a weekday; without it they must stand in a source.
    `similarity` compares a sentence with others, for a reply in another language than its source; see docs/grounding.md.
    """
    numbers = [int(n) for marker in _MARKER.finditer(sentence) for n in re.split(r"\D+", marker.group(1)) if n]
    cited = tuple(dict.fromkeys(n - 1 for n in numbers if 1 <= n <= len(passages)))
    text = _EMPHASIS.sub("", visible(_MARKER.sub("", sentence)))
    if not any(character.isalnum() for character in text):
        return Checked(None, cited if numbers else (), reason="empty")  # emoji and list bullets alone go with it
    if (reason := _unfit(text)) is not None:
        return Checked(None, (), unsupported=True, reason=reason)
    places = cited or tuple(range(len(passages)))
    sources = [_source(passages[place]) for place in places] + [
        read_source("", hostile.without_orders(fact)) for fact in known
    ]
    perhaps = next((source.language for source in sources if source.language), None)
    statement = read_statement(_BULLET.sub("", text), None, perhaps)
    if sum(len(clause.items) for clause in statement.clauses) > MOST_ITEMS:
        return Checked(None, (), unsupported=True, reason="too_long")
    if today is not None:
        _place_days(statement, today)
    if is_dont_know(text) or courtesy.is_courtesy(statement):
        return Checked(text, ())
    if numbers and not cited:
        return Checked(None, (), unsupported=True, reason="citation")
    asked = _asked(question) if question else None
    others = [_source(passage) for place, passage in enumerate(passages) if place not in places]
    grounds = Grounds(sources, _names(name), others)
    finding = _judge(text, statement, grounds, asked, similarity, None if cited else len(places))
    if finding.reason in REWORDED and (other := reworded(_BULLET.sub("", text), grounds)) is not None:
        again = read_statement(other, None, perhaps)
        if today is not None:
            _place_days(again, today)
        second = _judge(other, again, grounds, asked, similarity, None if cited else len(places))
        finding = second if second.reason is None else finding
    if finding.reason is None and finding.places == [] and not finding.facts:
        return Checked(text, ())
    if finding.reason is not None:
        return Checked(None, (), unsupported=True, reason=finding.reason, detail=finding.detail)
    used = cited or tuple(places[place] for place in finding.places if place < len(places))
    return Checked(text, used, stated=True)


def _judge(
    text: str,
    statement: Statement,
    grounds: Grounds,
    asked: Statement | None,
    similarity: Similarity | None,
    retrieved: int | None,
) -> Finding:
    """`retrieved`: of a sentence that cites nothing, how many of the sources are passages; the others are known."""
    own = asked.keys if asked else frozenset()
    finding = support.find(statement, grounds, own)
    if finding.reason is None and finding.places and retrieved is not None:
        finding = _again(finding, statement, grounds, own, retrieved)
    if finding.reason is None:
        if statement.clauses or asked is None or not _claims(asked, grounds):
            return finding
        return Finding("bare", "the question claims more than the sources do")
    folded = fold(text).strip()
    if courtesy.repeats(statement, asked, folded) or (
        folded.rstrip().endswith(("?", "？", "؟")) and courtesy.may_ask(statement, asked, grounds.stems)
    ):
        return Finding()
    if similarity is not None and finding.reason in ("unsupported", "name", "binding"):
        return _similar(text, statement, grounds.sources, similarity) or finding
    return finding


def _again(finding: Finding, statement: Statement, grounds: Grounds, own: frozenset[Key], retrieved: int) -> Finding:
    """The finding, if the sentence would be sent as well had it cited what becomes its sources: a word that only stands
    in a passage about something else supports nothing."""
    kept: list[Source] = []
    rest: list[Source] = []
    for place, source in enumerate(grounds.sources):
        (kept if place in finding.places or place >= retrieved else rest).append(source)
    if not rest:
        return finding
    again = support.find(statement, Grounds(kept, grounds.names, rest), own)
    return finding if again.reason is None else again


def _claims(asked: Statement, grounds: Grounds) -> bool:
    """Whether a question has a fact in it that no source has: a bare "yes" would confirm it."""
    return any(
        item.needs and not any(need in grounds.stems for need in item.needs)
        for clause in asked.clauses
        for item in clause.items
    )


def _similar(text: str, statement: Statement, sources: Sequence[Source], similarity: Similarity) -> Finding | None:
    """The source sentence that means the same in another language and holds each fact and name; None when none does."""
    own = [(place, one) for place, source in enumerate(sources) for one in source.statements]
    if not own:
        return None
    scores = similarity(text, [one.text for _, one in own])
    best = max(scores)
    if best < SIMILAR:
        return None
    for score, (place, one) in zip(scores, own, strict=True):
        if score >= best - 0.01 and _holds(one, statement) and bool(one.denials) == bool(statement.denials):
            return Finding(places=[place], facts=1)
    return None


def _holds(source: Statement, statement: Statement) -> bool:
    forms = {fold(word) for word in re.findall(r"[^\W\d_]+", plain(source.text))}
    items = [item for clause in statement.clauses for item in clause.items]
    for number, item in enumerate(items):
        if item.needs and not any(need in source.keys for need in item.needs):
            return False
        if item.label == "word" and item.capital and item.weight >= 1 and number and item.raw not in forms:
            return False
    return len([item for item in items if item.label in FIGURES]) <= len(
        [key for key in source.keys if isinstance(key, tuple)]
    )


def _source(passage: Passage) -> Source:
    return read_source(hostile.without_orders(passage.title), hostile.without_orders(passage.text))


@lru_cache(maxsize=64)
def _asked(question: str) -> Statement:
    return read_statement(question[:LONGEST_SENTENCE])


@lru_cache(maxsize=256)
def _names(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in re.findall(r"[^\W\d_]+", plain(name)))


def _place_days(statement: Statement, today: date) -> None:
    """Give "today" and "tomorrow" their weekday."""
    for clause in statement.clauses:
        for item in clause.items:
            if item.label == "day" and isinstance(item.needs[0], tuple) and item.needs[0][0] == "relative":
                weekday = (today.weekday() + calendar_words.RELATIVE[item.raw]) % 7
                item.needs = item.says = (("day", weekday),)


def _unfit(text: str) -> str | None:
    """What no reply may have in it, whatever its sources say."""
    if len(text) > LONGEST_SENTENCE:
        return "too_long"
    if _MARKUP.search(text):
        return "markup"
    if hostile.mixes_scripts(text):
        return "script"
    if hostile.tells_rules(text):
        return "rules"
    return "instruction" if hostile.gives_orders(text) else None


__all__ = ["Checked", "Item", "Similarity", "check"]
