"""The error tree: what a caller is told, and what the queue does about a failed job.

Codes are stable words, messages plain sentences for people. An expected refusal is never a 500.
"""

from __future__ import annotations

from typing import ClassVar


class FrontdeskError(Exception):
    """Base of every error we raise on purpose. `code` and `status` are what HTTP callers see."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}


class InvalidInput(FrontdeskError):
    """The body or a parameter does not parse; the sentence names the field."""

    code, status = "invalid_input", 422


class Unauthorized(FrontdeskError):
    """Missing, wrong or unverifiable credential. One sentence for all of them: they must not be told apart."""

    code, status = "unauthorized", 401

    def __init__(self, detail: str = "The credential is missing or not valid.") -> None:
        super().__init__(detail)


class Forbidden(FrontdeskError):
    """A valid credential that may not do this: missing scope, origin not allowed, tenant suspended."""

    code, status = "forbidden", 403


class NotFound(FrontdeskError):
    """No such thing for this tenant. Another tenant's id gets exactly the same answer."""

    code, status = "not_found", 404

    def __init__(self, detail: str = "There is nothing here by that id.") -> None:
        super().__init__(detail)


class Conflict(FrontdeskError):
    """The same Idempotency-Key with another body, or a state that does not allow the call."""

    code, status = "conflict", 409


class TooLarge(FrontdeskError):
    """The body is over the size limit."""

    code, status = "too_large", 413


class TooMany(FrontdeskError):
    """Over the rate limit; `retry_after_ms` says when a token is due."""

    code, status = "rate_limited", 429

    def __init__(self, detail: str, *, retry_after_ms: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, -(-retry_after_ms // 1000)))})
        self.retry_after_ms = retry_after_ms


class Unavailable(FrontdeskError):
    """A store is away or a lane is full; the caller may try again."""

    code, status = "unavailable", 503

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class NotYet(Exception):
    """A job's turn has not come: it is held and comes back in `delay_ms`, spending no attempt."""

    def __init__(self, delay_ms: int) -> None:
        super().__init__(f"not before {delay_ms} ms")
        self.delay_ms = delay_ms


class TransientError(Exception):
    """Later: the outside world is away. Bounded by time, not by count; never a dead letter.

    `delay_ms` is what the other side asked for (Retry-After), None lets the queue back off.
    """

    free = False  # of a model call: nothing can have been charged for it

    def __init__(self, reason: str, *, delay_ms: int | None = None) -> None:
        super().__init__(reason)
        self.delay_ms = delay_ms


class PermanentError(Exception):
    """Never: trying again cannot help. The row says why; the message is acknowledged."""

    free = False  # as above


class OverBudget(PermanentError):
    """The tenant's budget has no room for what this call may cost at most; it was not made."""

    free = True


class Cancelled(Exception):
    """A call was abandoned on purpose: the turn was superseded, taken over, or the process stops."""


class StoreUnavailable(TransientError):
    """Redis or Postgres cannot be reached or refuses writes."""
