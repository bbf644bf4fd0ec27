"""What a turn's question becomes: one vector, made once in the process `worker`.

A vector that cannot be had never stops a turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from clients.embeddings import Remembered, embeddings
from config.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from clients.embeddings import Vector

log = structlog.get_logger()


@dataclass(frozen=True)
class QuestionVector:
    """A question's vector and the model that made it."""

    model: str
    vector: Vector


def vector_of(text: str) -> QuestionVector | None:
    """Of what a visitor asks; None when the endpoint does not give it. Never within a transaction: an endpoint is a network."""
    try:
        return QuestionVector(embeddings().name, _remembered()(text))
    except (TransientError, PermanentError):
        log.warning("question.embed.failed")
        return None


@lru_cache(maxsize=1)
def _remembered() -> Remembered:
    return Remembered(lambda text: embeddings().queries([text])[0])
