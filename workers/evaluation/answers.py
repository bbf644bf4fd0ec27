"""Measures answers end to end: a tenant file's questions, asked of a real tenant through the real stages.

Answerable ones must hold the expected facts, unanswerable ones must be abstained from, and nothing said may be invented.
Further unanswerable questions are made by deleting the entries that answer an answerable one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clients.language_model import Passage
from workers import grounding
from workers.evaluation import sets
from workers.evaluation.servers import start_servers
from workers.evaluation.table import Measure, NoSet, Progress, at_least, at_most
from workers.evaluation.visiting import Business, Fact, Said
from workers.words import fold

DATA = Path(__file__).parent / "data"
OWN = ("answers_salon", "answers_dental")  # the threshold was chosen on the first, and is reported on the second
RIGHT, ABSTAINED = 85.0, 90.0  # per cent


@dataclass(frozen=True)
class Asked:
    """A question; `expected` facts must stand in the reply, None when it cannot be answered. `after`: asked just before."""

    text: str
    expected: tuple[str, ...] | None
    after: str | None = None

    @property
    def messages(self) -> tuple[str, ...]:
        return (self.after, self.text) if self.after else (self.text,)


@dataclass(frozen=True)
class Tenant:
    """A tenant file."""

    business: str
    facts: tuple[Fact, ...]
    questions: tuple[Asked, ...]

    def answered_by(self, asked: Asked) -> list[Fact]:
        """The entries any of the expected facts stands in."""
        return [fact for fact in self.facts if any(holds(fact.text, each) for each in asked.expected or ())]

    def profile_answers(self, asked: Asked) -> bool:
        """Whether the business's own text says it too: deleting entries makes it no secret."""
        return all(holds(self.business, each) for each in asked.expected or ())


@dataclass
class Tally:
    """Cases counted, and those that went wrong."""

    cases: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, right: bool, case: str) -> None:
        self.cases += 1
        if not right:
            self.wrong.append(case)

    @property
    def share(self) -> float:
        return 100.0 * (self.cases - len(self.wrong)) / self.cases if self.cases else 100.0


def measure(path: Path | None, progress: Progress) -> list[Measure]:
    """One tenant file, or ours."""
    if path is not None:
        return _measured(read_tenant(path), "", progress)
    found: list[Measure] = []
    for name in OWN:
        found += _measured(read_tenant(DATA / f"{name}.json"), f"{name.removeprefix('answers_')}: ", progress)
    return found


def read_tenant(path: Path) -> Tenant:
    """The file, checked.

    Raises:
        NoSet: its shape is another; says where.
    """
    content = sets.read(path)
    try:
        facts = tuple(Fact(str(entry["question"]), str(entry["answer"])) for entry in content["entries"])
        questions = tuple(_asked(question) for question in content["questions"])
        return Tenant(str(content["business"]), facts, questions)
    except (KeyError, TypeError) as error:
        raise NoSet(
            f"{path}: expected business (text), entries [{{question, answer}}], questions [{{question, expected}}]; "
            f"missing or wrong: {error}"
        ) from None


def _asked(question: Any) -> Asked:
    expected = question["expected"]
    if isinstance(expected, str):
        expected = [expected]
    after = question.get("after")
    return Asked(
        str(question["question"]),
        None if expected is None else tuple(map(str, expected)),
        str(after) if after else None,
    )


def _measured(tenant: Tenant, label: str, progress: Progress) -> list[Measure]:
    start_servers()
    progress(f"{label}teaching {len(tenant.facts)} entries")
    business = Business(tenant.business, tenant.facts)
    right, abstained, deleted, invented = Tally(), Tally(), Tally(), Tally()
    progress(f"{label}asking {len(tenant.questions)} questions")
    started = time.monotonic()
    for asked in tenant.questions:
        said = business.ask(*asked.messages)
        case = f"{asked.text!r} -> {said.reply!r}"
        if asked.expected is None:
            abstained.count(said.abstained, case)
        else:
            right.count(not said.abstained and all(holds(said.reply, each) for each in asked.expected), case)
        invented.count(not _invents(tenant, asked, said), case)
    each_ms = 1000 * (time.monotonic() - started) / max(1, len(tenant.questions))
    _without_their_entries(tenant, business, deleted, invented, label, progress)
    unanswerable = Tally(abstained.cases + deleted.cases, [*abstained.wrong, *deleted.wrong])
    return [
        Measure(f"{label}questions", len(tenant.questions)),
        at_least(f"{label}answerable: right", right.share, RIGHT, details=right.wrong),
        at_least(f"{label}unanswerable: abstained", abstained.share, ABSTAINED, details=abstained.wrong),
        Measure(f"{label}entry deleted: abstained", deleted.share, "%", details=tuple(deleted.wrong)),
        at_least(f"{label}both: abstained", unanswerable.share, ABSTAINED, details=unanswerable.wrong),
        at_most(f"{label}invented", len(invented.wrong), 0, details=invented.wrong),
        Measure(f"{label}each turn", each_ms, "ms"),
    ]


def _without_their_entries(
    tenant: Tenant, business: Business, deleted: Tally, invented: Tally, label: str, progress: Progress
) -> None:
    """Ask answerable questions again, their entries deleted; those that share their entries together."""
    by_entries: dict[tuple[Fact, ...], list[Asked]] = {}
    for asked in tenant.questions:
        if asked.expected and not asked.after and not tenant.profile_answers(asked):
            entries = tuple(tenant.answered_by(asked))
            if entries:
                by_entries.setdefault(entries, []).append(asked)
    progress(f"{label}asking {sum(map(len, by_entries.values()))} of them without their entries")
    for entries, questions in by_entries.items():
        business.forget(entries)
        for asked in questions:
            said = business.ask(asked.text)
            case = f"(deleted) {asked.text!r} -> {said.reply!r}"
            deleted.count(said.abstained, case)
            invented.count(not _invents(tenant, asked, said), case)
        business.teach(entries)


def _invents(tenant: Tenant, asked: Asked, said: Said) -> bool:
    """Whether the reply states what stands nowhere in the file, nor in the question.

    What the booking desk says is ours and states nothing of the business; it counts as not abstained, that is all.
    """
    if said.abstained or said.booking:
        return False
    passages = [Passage("", fact.question, fact.answer, 1.0) for fact in tenant.facts]
    known = [tenant.business, *asked.messages]
    return any(grounding.check(sentence, passages, known).unsupported for sentence in grounding.split(said.reply))


def holds(text: str, fact: str) -> bool:
    """Whether the fact stands in the text, whatever its case and typography."""
    return _plain(fact) in _plain(text)


def _plain(text: str) -> str:
    """Without case, accents, and what typography does to numbers: narrow spaces, a space before a currency or per cent."""
    return " ".join(fold(text.replace("\u202f", " ").replace("\xa0", " ")).split()).strip(" .")
