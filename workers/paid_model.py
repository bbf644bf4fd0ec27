"""A language model whose calls are paid for: it has the model's face, and reserves before each call (workers/spending.py).

Near the cap an answer is asked of the cheaper model, where there is one; what is left then is kept for answers. The extractive
answerer costs nothing and passes as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Self, TypeVar

from sqlalchemy.orm import Session

from clients.language_model import (
    Bound,
    ChatTurn,
    Classification,
    Extraction,
    LanguageModel,
    ModelCall,
    ModelRequest,
    Usage,
    answer_bound,
    classify_bound,
    extract_bound,
)
from config.errors import PermanentError, TransientError
from config.settings import settings
from models.spending import Step
from models.usage import Purpose
from workers import extractive, prompts
from workers.spending import NEAR_CAP, Account, Charge, Wish, intend, reserve

MOST_OF_AN_ANSWER = Bound(20_000, prompts.DEFAULT_OUTPUT_TOKENS)  # the prompt's budget in bytes, and what frames it

T = TypeVar("T", Classification, Extraction)


def is_free(model: LanguageModel) -> bool:
    """Whether nobody is asked who could send a bill."""
    return model.name == extractive.NAME


def intend_answer(session: Session, account: Account, model: LanguageModel) -> Charge | None:
    """The hold of the answer that this claim will ask for, if no budget bounds it: so it costs no round trip of its own."""
    if is_free(model):
        return None
    return intend(session, account, Purpose.ANSWER, Wish(model.name, MOST_OF_AN_ANSWER))


class PaidModel:
    """For one stage's work on one turn. `record` all its charges with what came of them, and `close` after the commit."""

    def __init__(self, model: LanguageModel, account: Account, *, intended: Charge | None = None) -> None:
        self.name = model.name
        self.model, self.account = model, account
        self.step: Step | None = None  # how the answer came about
        self._charges: list[Charge] = []
        self._intended = intended

    @property
    def called(self) -> bool:
        return bool(self._charges)

    @property
    def unrecorded(self) -> bool:
        return self._intended is not None or any(not charge.recorded for charge in self._charges)

    def stream(self, request: ModelRequest, *, should_stop: Callable[[], bool]) -> ModelCall:
        """Ask for one answer; as the model's own, and on entering raises OverBudget too."""
        if is_free(self.model):
            return self.model.stream(request, should_stop=should_stop)
        return _PaidCall(self, request, should_stop)

    def classify(self, text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Classification:
        """As the model's own; raises OverBudget too."""
        if is_free(self.model):
            return self.model.classify(text, history, labels)
        bound = classify_bound(text, history, labels)
        return self._asked(Purpose.INTENT, bound, lambda: self.model.classify(text, history, labels))

    def extract(self, texts: Sequence[str], fields: Mapping[str, str]) -> Extraction:
        """As the model's own; raises OverBudget too."""
        if is_free(self.model):
            return self.model.extract(texts, fields)
        bound = extract_bound(texts, fields)
        return self._asked(Purpose.LEAD, bound, lambda: self.model.extract(texts, fields))

    def record(self, session: Session) -> None:
        """Within the caller's transaction: what has ended."""
        if self._intended is not None:
            self._intended.ended(None)
            self._charges.append(self._intended)
            self._intended = None
        for charge in self._charges:
            charge.record(session)

    def close(self) -> None:
        """After the commit."""
        for charge in self._charges:
            charge.close()
        self._charges.clear()

    def _asked(self, purpose: Purpose, bound: Bound, ask: Callable[[], T]) -> T:
        charge, _ = reserve(self.account, purpose, (Wish(self.name, bound, NEAR_CAP),))
        self._charges.append(charge)
        charge.lost()  # until we hear more
        try:
            answer = ask()
        except (TransientError, PermanentError) as error:
            if error.free:
                charge.ended(None)
            raise
        charge.ended(answer.usage)
        return answer

    def paid_answer(self, bound: Bound) -> Charge:
        """The charge of the model that may be asked."""
        intended, wishes = self._intended, self._wishes(bound)
        if intended is not None and intended.call.amount_micro >= wishes[0].amount:
            charge, self._intended, number = intended, None, 0
        else:
            charge, number = reserve(self.account, Purpose.ANSWER, wishes)
        self._charges.append(charge)
        self.step = Step.CHEAPER if wishes[number].model != self.name else Step.MODEL
        return charge

    def _wishes(self, bound: Bound) -> tuple[Wish, ...]:
        whole = Wish(self.name, bound)
        cheaper = self.account.allowance.cheaper_model or settings().openai_model_cheap
        if cheaper is None or cheaper == self.name:
            return (whole,)
        less = Wish(cheaper, bound)
        return (replace(whole, percent=NEAR_CAP), less) if less.amount < whole.amount else (whole,)


class _PaidCall:
    """One answer, paid on entering."""

    def __init__(self, paid: PaidModel, request: ModelRequest, should_stop: Callable[[], bool]) -> None:
        self._paid, self._request, self._should_stop = paid, request, should_stop
        self._charge: Charge
        self._call: ModelCall

    @property
    def usage(self) -> Usage | None:
        return self._call.usage

    @property
    def finish_reason(self) -> str | None:
        return self._call.finish_reason

    def __enter__(self) -> Self:
        self._charge = self._paid.paid_answer(answer_bound(self._request))
        model = self._charge.call.model
        request = self._request if model == self._paid.name else replace(self._request, model=model)
        self._call = self._paid.model.stream(request, should_stop=self._should_stop)
        self._call.__enter__()
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(self._call)

    def __exit__(self, *exc: object) -> None:
        try:
            self._call.__exit__(*exc)
        finally:
            self._charge.ended(self._call.usage)
