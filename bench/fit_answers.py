"""Fits the weights in workers/matching.py: `python -m bench.fit_answers`, about five minutes.

The businesses are those in bench/businesses and the two of workers/evaluation/data. Each is taught to a real tenant and
asked through the real stages, its answerable questions also with their entries deleted; what the answerer was given is
kept. Printed are both sets of weights, and what each business loses when it is left out of its own fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clients.language_model import ModelRequest
from workers import answer
from workers.evaluation import answers
from workers.evaluation.servers import start_servers
from workers.evaluation.visiting import Business
from workers.matching import WITH_VECTORS, WITHOUT_VECTORS, facts
from workers.question import Grounds

FOLDERS = (Path(__file__).parent / "businesses", answers.DATA)
ABSTAINED = 0.91  # share of unanswerable questions at whose threshold the right answers are counted
ROUNDS = 30  # of Newton's method; ten are enough


@dataclass(frozen=True)
class Case:
    """A question as the answerer got it; `right`: which passages hold what is expected."""

    business: str
    request: ModelRequest
    right: list[bool]
    answerable: bool


def main() -> None:
    """Ask, fit, print."""
    start_servers()
    files = [path for folder in FOLDERS for path in sorted(folder.glob("*.json")) if _is_tenant(path)]
    cases = [case for path in files for case in _cases(path)]
    for title, with_vectors, names, ridge in (
        ("WITH_VECTORS", True, list(WITH_VECTORS)[:-1], 0.002),
        ("WITHOUT_VECTORS", False, list(WITHOUT_VECTORS)[:-1], 0.003),
    ):
        seen = [_matrix(case, names, with_vectors) for case in cases]
        found = _fit(cases, seen, ridge)
        print(title, {name: round(float(value), 2) for name, value in zip([*names, "1"], found, strict=True)})
        for label, left_out in (("left out", True), ("in sample", False)):
            print(f"  right, {label}:", _report(cases, seen, ridge, left_out=left_out))


def _is_tenant(path: Path) -> bool:
    return path.parent == FOLDERS[0] or path.stem in answers.OWN


def _cases(path: Path) -> Iterator[Case]:
    tenant = answers.read_tenant(path)
    business = Business(tenant.business, tenant.facts)
    for asked in tenant.questions:
        if not asked.after:
            yield from _case(path.stem, business, asked, answerable=asked.expected is not None)
    for asked in tenant.questions:
        entries = tenant.answered_by(asked)
        if asked.expected and not asked.after and entries and not tenant.profile_answers(asked):
            business.forget(entries)
            yield from _case(path.stem, business, asked, answerable=False)
            business.teach(entries)


def _case(name: str, business: Business, asked: answers.Asked, *, answerable: bool) -> Iterator[Case]:
    with _watched() as requests:
        business.ask(asked.text)
    for request in requests[-1:]:
        texts = [f"{passage.title} {passage.text}" for passage in request.passages]
        held = [[answers.holds(text, fact) for fact in asked.expected or ()] for text in texts]
        right = [answerable and all(each) for each in held]
        if texts:
            yield Case(name, request, right if any(right) else [answerable and any(each) for each in held], answerable)


@contextmanager
def _watched() -> Iterator[list[ModelRequest]]:
    """What the answerer is asked meanwhile."""
    seen: list[ModelRequest] = []
    speak = answer.speak

    def watching(
        request: ModelRequest, grounds: Grounds, said: answer.Answer, should_stop: Callable[[], bool]
    ) -> Iterator[str]:
        seen.append(request)
        return speak(request, grounds, said, should_stop)

    answer.speak = watching
    try:
        yield seen
    finally:
        answer.speak = speak


def _matrix(case: Case, names: Sequence[str], with_vectors: bool) -> Any:
    found = facts(case.request.question, case.request.passages, with_vectors=with_vectors)
    return np.array([[*(fact.get(name, 0.0) for name in names), 1.0] for fact in found])


def _fit(cases: Sequence[Case], seen: Sequence[Any], ridge: float) -> Any:
    """A logistic regression over question and passage, ridged on standardised facts; every business counts alike."""
    rows, right = np.vstack(seen), np.concatenate([np.array(case.right, float) for case in cases])
    sizes = {case.business: 0 for case in cases}
    for case in cases:
        sizes[case.business] += len(case.right)
    share = np.concatenate([np.full(len(case.right), 1000 / sizes[case.business]) for case in cases])
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    mean[-1], spread[-1] = 0, 1
    scaled, weights = (rows - mean) / spread, np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], ridge * share.sum())
    penalty[-1] = 1e-6
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (share * (right - chance)) - penalty * weights
        curve = (scaled * (share * chance * (1 - chance))[:, None]).T @ scaled + np.diag(penalty)
        weights = weights + np.linalg.solve(curve, slope)
    found = weights / spread
    found[-1] = weights[-1] - (weights / spread * mean)[:-1].sum()
    return found


def _report(cases: Sequence[Case], seen: Sequence[Any], ridge: float, *, left_out: bool) -> str:
    best = []
    everything = None if left_out else _fit(cases, seen, ridge)
    names = sorted({case.business for case in cases})
    fits = dict.fromkeys(names, everything)
    if left_out:
        for name in names:
            rest = [n for n, case in enumerate(cases) if case.business != name]
            fits[name] = _fit([cases[n] for n in rest], [seen[n] for n in rest], ridge)
    for case, rows in zip(cases, seen, strict=True):
        sums = rows @ fits[case.business]
        best.append((float(sums.max()), case.right[int(sums.argmax())]))
    enough = np.quantile([top for (top, _), case in zip(best, cases, strict=True) if not case.answerable], ABSTAINED)
    shares = {}
    for name in names:
        own = [top > enough and right for (top, right), case in zip(best, cases, strict=True)
               if case.business == name and case.answerable]  # fmt: skip
        shares[name] = 100 * sum(own) / len(own)
    each = ", ".join(f"{name} {share:.0f}" for name, share in shares.items())
    return f"{each}; mean {sum(shares.values()) / len(shares):.1f} %"


if __name__ == "__main__":
    main()
