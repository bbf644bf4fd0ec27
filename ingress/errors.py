"""Every refusal as `{"error": code, "detail": sentence}`: one shape, no trace, nothing of what was sent."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from config.errors import FrontdeskError, StoreUnavailable, Unavailable

STORE_AWAY = "A part of the service is away. Please try again."


class TooSlow(FrontdeskError):
    """The body did not arrive in time."""

    code, status = "timeout", 408


def error_response(error: FrontdeskError) -> Response:
    """The answer to an expected refusal."""
    return _answer(error.status, error.code, error.detail, error.headers)


def internal_error() -> Response:
    """The answer to a bug; the log has the place."""
    return _answer(500, "internal", "Something went wrong on our side.", {})


def store_away_response() -> Response:
    """The answer while Redis or Postgres cannot be reached."""
    return error_response(Unavailable(STORE_AWAY))


async def refused(_: Request, error: Exception) -> Response:
    """A FrontdeskError that an endpoint raised."""
    assert isinstance(error, FrontdeskError)  # noqa: S101  # what it is registered for
    return error_response(error)


async def store_away(_: Request, __: Exception) -> Response:
    """Redis or Postgres cannot be reached."""
    return store_away_response()


async def routing(_: Request, error: Exception) -> Response:
    """No such path, or not with this method."""
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if "Allow" in headers:
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return _answer(status, status.phrase.lower().replace(" ", "_"), f"{status.description or status.phrase}.", headers)


HANDLERS = {FrontdeskError: refused, StoreUnavailable: store_away, HTTPException: routing}


def _answer(status: int, code: str, detail: str, headers: dict[str, str]) -> Response:
    return JSONResponse({"error": code, "detail": detail}, status, headers)
