"""What a turn's question becomes: one vector, made once in the process `worker`, kept for the search of another.

A vector that cannot be had never stops a turn: the search goes by words then.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from clients.embeddings import Remembered
from config.errors import OverBudget, PermanentError, TransientError
from models.database import tenant_session
from models.search import LONGEST_QUERY, keep_turn_vector
from workers.paid_embeddings import ALL, embeddings_for
from workers.spending import Account

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from clients.embeddings import Vector

log = structlog.get_logger()


@dataclass(frozen=True)
class QuestionVector:
    """A question's vector and the model that made it."""

    model: str
    vector: Vector

    def keep(self, session: Session, tenant_id: uuid.UUID, turn_id: uuid.UUID) -> None:
        """For the search that answers the turn; travels with the session's next trip."""
        keep_turn_vector(session, tenant_id, turn_id, self.model, self.vector.tolist())

    def keep_now(self, tenant_id: uuid.UUID, turn_id: uuid.UUID) -> None:
        """In a transaction of its own: one round trip."""
        with tenant_session(tenant_id) as session:
            self.keep(session, tenant_id, turn_id)


def vector_of(text: str, tenant_id: uuid.UUID, account: Account | None = None) -> QuestionVector | None:
    """Of what a visitor asks; None when the endpoint does not give it, or the budget has no room for it.

    Never within a transaction: an endpoint is a network. `account`: the turn's, where it is at hand.
    """
    try:
        return made_vector(text, tenant_id, account)
    except OverBudget:
        log.info("question.embed.over_budget")
    except (TransientError, PermanentError):
        log.warning("question.embed.failed")
    return None


def made_vector(text: str, tenant_id: uuid.UUID, account: Account | None = None) -> QuestionVector:
    """The same for whoever can wait. Of a long message as much as is searched for: 8,000 characters would take the process six
    seconds, 2,000 take one.

    Raises:
        OverBudget, TransientError, PermanentError: as workers/paid_embeddings.py does.
    """
    by = embeddings_for(tenant_id, account, percent=ALL)
    (vector,) = _remembered().vectors([text[:LONGEST_QUERY]], by.queries)
    return QuestionVector(by.name, vector)


@lru_cache(maxsize=1)
def _remembered() -> Remembered:
    return Remembered()
