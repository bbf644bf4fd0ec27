"""Answers a question as the answering stage would, for nobody: nothing is said, stored or handed over.

With fields of a configuration that is not live yet, it tells what they would change.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import OverBudget, PermanentError
from models.database import tenant_session
from models.search import ask_vector_model, search
from models.tenant import configuration
from workers import booking_desk, language
from workers.answer import Answer, speak
from workers.paid_model import PaidModel
from workers.phrases import Phrase, is_dont_know, say, spoken
from workers.question import PASSAGES, Grounds, request_for
from workers.resources import language_model
from workers.spending import Account, account_of
from workers.vectors import QuestionVector, made_vector
from workers.words import search_words


@dataclass(frozen=True)
class Rehearsed:
    """What would have been said, and whether that is that we do not know."""

    reply: str
    abstained: bool


def rehearse(
    tenant_id: uuid.UUID, question: str, should_stop: Callable[[], bool], candidate: Mapping[str, Any] | None = None
) -> Rehearsed:
    """One question of the tenant's, asked on its own.

    Raises:
        TransientError, PermanentError, Cancelled: as the language model does. OverBudget: the budget has no room for it.
    """
    account = account_of(tenant_id)
    asked = _vector(question, tenant_id, account)
    with tenant_session(tenant_id) as session:
        tenant, config = configuration(session)
        found = search(
            session,
            f"{question} {search_words(question, config.language)}",
            limit=PASSAGES,
            language=config.language,
            vector=asked.vector.tolist() if asked else None,
            model=asked.model if asked else None,
        )
    asked_in = language.detect(question, config.languages, config.language)
    own = spoken(asked_in, None, config.language)
    request = request_for(tenant, config, found.get(), [], [question], own, asked_in, candidate)
    facts = str((candidate or {}).get("profile", config.profile))
    grounds = Grounds(facts, tenant.name, booking_desk.local_now(tenant.time_zone).date(), question)
    paid = PaidModel(language_model(), account)
    answer = Answer(paid)
    try:
        for _ in speak(request, grounds, answer, should_stop):
            pass
    finally:
        if paid.unrecorded or paid.called:
            with tenant_session(tenant_id) as session:
                paid.record(session)
        paid.close()
    reply = answer.text if answer.useful else say(Phrase.DONT_KNOW, language=own)
    return Rehearsed(reply, is_dont_know(reply))


def _vector(question: str, tenant_id: uuid.UUID, account: Account) -> QuestionVector | None:
    """Nobody waits: rather later than by words alone, which would look as if answers had become worse."""
    with tenant_session(tenant_id) as session:
        compared = ask_vector_model(session).get() is not None
    if not compared:
        return None
    try:
        return made_vector(question, tenant_id, account)
    except OverBudget:
        raise
    except PermanentError:  # so a visitor would be answered, too
        return None
