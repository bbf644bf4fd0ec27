"""Measures the grounding check on cases derived from a tenant's own entries: none is chosen by hand.

Each sentence of each answer, as it stands and in other formats, must be sent; each of its facts altered must not be.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clients.language_model import Passage
from models.demo_business import ENTRIES, PROFILE
from workers.evaluation.alterations import alterations
from workers.evaluation.formats import variants
from workers.evaluation.table import Measure, NoSet, Progress, at_least, at_most
from workers.grounding import check, split
from workers.grounding import language_words as languages
from workers.grounding.text import fold

DATA = Path(__file__).parent / "data"
ENOUGH_SENT = 90.0  # % of the supported sentences
_FIGURES = (
    re.compile(r"[€£$] ?\d[\d.,]*\b"),
    re.compile(r"\b\d[\d.,]* ?[€£$](?!\w)"),
    re.compile(r"\b\d{1,2}:\d{2}\b"),
    re.compile(r"\b\d+ %"),
    re.compile(r"\b\d+ (?:minutes|hours|days|months|Minuten|Stunden|minutos|horas|heures)\b"),
)
BESIDE = 7  # other entries retrieved with the right one


@dataclass(frozen=True)
class Entry:
    """One question and its answer."""

    question: str
    answer: str
    language: str


@dataclass(frozen=True)
class TenantFile:
    """What a foreign tenant file holds of use here."""

    business: str
    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, path: Path) -> TenantFile:
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(content.get("business", ""), tuple(_entry(entry) for entry in content["entries"]))


@dataclass(frozen=True)
class Case:
    """One sentence a model might say, citing the first of the passages or nothing. kind: what was altered or rewritten."""

    kind: str
    language: str
    sentence: str
    passages: tuple[Passage, ...]
    facts: str
    altered: bool
    source: str

    def sent(self) -> bool:
        """Whether the check lets it through, with a citation or without one."""
        sentences = (f"{self.sentence.rstrip()} [1]", self.sentence)
        results = [check(sentence, self.passages, [self.facts]).text is not None for sentence in sentences]
        return any(results) if self.altered else all(results)


@dataclass
class Outcome:
    """How many cases of each kind and language there were, and how many were sent."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Case] = field(default_factory=list)

    def add(self, case: Case) -> None:
        key = (case.kind, case.language)
        sent = case.sent()
        self.cases[key] += 1
        self.sent[key] += sent
        if sent is case.altered:
            self.wrong.append(case)

    @property
    def share_sent(self) -> float:
        return self.sent.total() / max(1, self.cases.total())


def measure(path: Path | None, progress: Progress) -> list[Measure]:
    """The foreign tenant's, or those of our own: the demo's, on which thresholds were chosen, and the unseen one's."""
    if path is not None:
        return _measures("", tenant_of(path), progress)
    return [
        *_measures("demo, ", demo_tenant(), progress, chosen_on=True),
        *_measures("unseen, ", unseen_tenant(), progress),
    ]


def _measures(prefix: str, tenant: TenantFile, progress: Progress, *, chosen_on: bool = False) -> list[Measure]:
    progress(f"{prefix}{len(tenant.entries)} entries")
    supported, altered = outcomes(tenant)
    wrong = [f"{case.kind}, {case.language}: {case.sentence}" for case in altered.wrong]
    cut = [f"{case.kind}, {case.language}: {case.sentence}" for case in supported.wrong]
    share = Measure(f"{prefix}supported sentences sent", 100 * supported.share_sent, "%", details=tuple(cut))
    measures = [
        at_most(f"{prefix}altered facts sent", altered.sent.total(), 0, details=wrong),
        share if chosen_on else at_least(share.name, share.value, ENOUGH_SENT, details=cut),
        Measure(f"{prefix}altered sentences tried", altered.cases.total()),
        Measure(f"{prefix}supported sentences tried", supported.cases.total()),
    ]
    for name, outcome in (("altered", altered), ("supported", supported)):
        for kind in sorted({kind for kind, _ in outcome.cases}):
            told = ", ".join(
                f"{language} {outcome.sent[kind, language]} of {outcome.cases[kind, language]}"
                for language in sorted({language for other, language in outcome.cases if other == kind})
            )
            sent = sum(count for (other, _), count in outcome.sent.items() if other == kind)
            measures.append(Measure(f"{prefix}{name}: {kind} ({told})", sent, "sent"))
    return measures


def tenant_of(path: Path) -> TenantFile:
    """A foreign tenant file, as `eval answers` takes it.

    Raises:
        NoSet: it is none.
    """
    try:
        return TenantFile.read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoSet(f"{path}: no tenant file ({type(error).__name__})") from None


def outcomes(tenant: TenantFile) -> tuple[Outcome, Outcome]:
    """(supported sentences, altered sentences) of a tenant."""
    supported, altered = Outcome(), Outcome()
    for case in cases(tenant):
        (altered if case.altered else supported).add(case)
    return supported, altered


def cases(tenant: TenantFile) -> Iterator[Case]:
    """Every case that can be derived from a tenant's entries."""
    names = _names(tenant)
    for entry in tenant.entries:
        passages = _passages(entry, tenant.entries)
        grounds = [fold(f"{passage.title} {passage.text}") for passage in passages] + [fold(tenant.business)]
        for sentence in (piece.strip() for piece in split(entry.answer)):
            if len(sentence.split()) < 2:
                continue
            for kind, text in variants(sentence, entry.language):
                yield Case(kind, entry.language, text, passages, tenant.business, False, sentence)
                borrowed = (("borrowed", changed) for changed in _borrowed(text, passages[1:]))
                for fact, changed in (*alterations(text, entry.language, names), *borrowed):
                    if not any(fold(changed.strip(". ")) in ground for ground in grounds):  # true after all
                        yield Case(fact, entry.language, changed, passages, tenant.business, True, text)


def demo_tenant() -> TenantFile:
    """The demo business: its own entries, and more in other languages."""
    more = TenantFile.read(DATA / "linden.json")
    return TenantFile(PROFILE.facts, (*(Entry(entry.question, entry.answer, "en") for entry in ENTRIES), *more.entries))


def unseen_tenant() -> TenantFile:
    """The business no threshold was chosen on."""
    return TenantFile.read(DATA / "velo.json")


def _entry(content: dict[str, str]) -> Entry:
    text = f"{content['question']} {content['answer']}"
    language = content.get("language") or languages.guess(fold(word) for word in re.findall(r"[^\W\d_]+", text)) or "en"
    return Entry(content["question"], content["answer"], language)


def _passages(entry: Entry, entries: Sequence[Entry]) -> tuple[Passage, ...]:
    """The entry first, then those whose words are nearest to it: what retrieval finds, and the likeliest to confuse."""
    own = set(fold(f"{entry.question} {entry.answer}").split())
    others = sorted(
        (other for other in entries if other is not entry and other.language == entry.language),
        key=lambda other: -len(own & set(fold(f"{other.question} {other.answer}").split())),
    )
    return tuple(
        Passage(str(number), one.question, one.answer, 1.0) for number, one in enumerate([entry, *others[:BESIDE]])
    )


def _borrowed(sentence: str, others: Sequence[Passage]) -> Iterator[str]:
    """The sentence with a figure of another entry in place of its own of the same form: €48 for €38, 9:00 for 8:30."""
    for pattern in _FIGURES:
        own = list(pattern.finditer(sentence))
        found = {match[0] for other in others for match in pattern.finditer(other.text)}
        for match in own:
            for figure in sorted(found - {one[0] for one in own}):
                yield sentence[: match.start()] + figure + sentence[match.end() :]


def _names(tenant: TenantFile) -> list[str]:
    """Words in the middle of the business's own sentence that are written like names."""
    return sorted(set(re.findall(r"(?<=[a-z,:;] )[A-Z][a-z]{2,}\b(?! (?:Street|Lane|\d))", tenant.business)))
