"""Embeddings that are paid for: where an endpoint makes them, each request's worst case is reserved first.

Made in process they cost nothing, take no reservation and need no budget.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from clients.embeddings import EmbeddingEndpoint, Embeddings, InProcessEmbeddings, embeddings, most_tokens
from clients.language_model import Bound, Usage
from models.usage import Purpose
from workers.spending import NEAR_CAP, Account, Wish, account_of, paid

if TYPE_CHECKING:
    from clients.embeddings import Vector

ALL = 100  # percent of the caps: for questions that somebody waits to have answered; all else leaves the rest to them


def embeddings_for(tenant_id: uuid.UUID, account: Account | None = None, *, percent: int = NEAR_CAP) -> Embeddings:
    """The process's embeddings, at the tenant's cost. `account`: of a turn, where it is at hand."""
    made_by = embeddings()
    return made_by if isinstance(made_by, InProcessEmbeddings) else PaidEmbeddings(made_by, tenant_id, account, percent)


class PaidEmbeddings:
    """An endpoint's face that pays. Each method raises what the endpoint does, and besides

    OverBudget: the budget has no room for a request. What requests before it brought is lost: ask for little at once.
    StoreUnavailable: a store is away, so that nothing can be reserved.
    """

    def __init__(
        self, by: EmbeddingEndpoint, tenant_id: uuid.UUID, account: Account | None = None, percent: int = NEAR_CAP
    ) -> None:
        self.name = by.name
        self._by, self._tenant_id, self._given, self._percent = by, tenant_id, account, percent

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        return [vector for part in self._by.requests(texts) for vector in self._asked(part)]

    passages = queries

    def both(self, queries: Sequence[str], passages: Sequence[str]) -> tuple[list[Vector], list[Vector]]:
        """In the same requests: the endpoint tells no difference."""
        made = self.queries([*queries, *passages])
        return made[: len(queries)], made[len(queries) :]

    @cached_property
    def _account(self) -> Account:
        return self._given or account_of(self._tenant_id)

    def _asked(self, texts: list[str]) -> list[Vector]:
        most = most_tokens(texts)
        with paid(self._account, Purpose.EMBEDDING, Wish(self.name, Bound(most, 0), self._percent)) as charge:
            made = self._by.ask(texts)
            if made.tokens is not None:
                charge.ended(Usage(self.name, made.tokens, 0, reported=True))
        return made.vectors
