"""Answers a question as the answering stage would, for nobody: nothing is said, stored or handed over.

With fields of a configuration that is not live yet, it tells what they would change.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clients.language_model import Usage
from models.database import tenant_session
from models.search import search
from models.tenant import configuration
from workers.answer import Answer, speak
from workers.phrases import Phrase, is_dont_know, say
from workers.question import PASSAGES, request_for
from workers.vectors import vector_of
from workers.words import search_words


@dataclass(frozen=True)
class Rehearsed:
    """What would have been said, and whether that is that we do not know."""

    reply: str
    abstained: bool
    usage: Usage | None


def rehearse(
    tenant_id: uuid.UUID, question: str, should_stop: Callable[[], bool], candidate: Mapping[str, Any] | None = None
) -> Rehearsed:
    """One question of the tenant's, asked on its own.

    Raises:
        TransientError, PermanentError, Cancelled: as the language model does.
    """
    asked = vector_of(question)
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
    request = request_for(tenant, config, found.get(), [], [question], config.language, candidate)
    answer = Answer()
    for _ in speak(request, request.facts, answer, should_stop):
        pass
    reply = answer.text if answer.useful else say(Phrase.DONT_KNOW, language=config.language)
    return Rehearsed(reply, is_dont_know(reply), answer.usage)
