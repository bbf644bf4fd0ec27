"""Reads what others send: JSON, text, ids, times. Everything comes out cleaned, bounded and typed, or as InvalidInput.

Does no I/O and never repeats the input in a message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from config.errors import InvalidInput

BODY_CHARACTERS = 20_000
LINE_CHARACTERS = 500
_TIME_CHARACTERS = 64  # ISO 8601 with fraction and zone needs 35
_NAMED_CHARACTERS = 100  # of a field's name in a refusal

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_json(raw: bytes) -> object:
    """The JSON value in `raw`.

    Raises:
        InvalidInput: not UTF-8, not JSON, nested too deep, a number too long, NaN or Infinity.
    """
    try:
        value: object = _JSON.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InvalidInput("The body is not valid JSON.") from None
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)  # json.loads would make one each time


def clean(text: str) -> str:
    """Without what Postgres or UTF-8 refuse: null bytes go, lone surrogates become the replacement character."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse(model: type[ModelT], value: object, at: str = "") -> ModelT:
    """`value` as `model`.

    Raises:
        InvalidInput: one sentence that names the first wrong field, below `at`.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{at or 'The body'} must be a JSON object.")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = ".".join([at, *map(str, first["loc"])] if at else map(str, first["loc"]))
        raise InvalidInput(f"{_shortened(path) or 'The body'}: {_told(first)}.") from None


def _told(error: Mapping[str, object]) -> str:
    """Pydantic's sentence, except where it speaks of its own workings."""
    return (
        "There is no such field"
        if error["type"] == "extra_forbidden"
        else str(error["msg"]).removeprefix("Value error, ")
    )


def _shortened(path: str) -> str:
    """A field nobody knows is named as it was sent, but not at any length."""
    return path if len(path) <= _NAMED_CHARACTERS else path[:_NAMED_CHARACTERS] + "…"


def _clean_text(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _cut(limit: int) -> Callable[[str], str]:
    return lambda text: text[:limit]


def _time(value: object) -> object:
    """ISO 8601 text as an aware datetime in UTC; a naive one is UTC."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _TIME_CHARACTERS:
        raise ValueError("expected an ISO 8601 time")
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("expected an ISO 8601 time") from None


def _claimed_time(value: object) -> object:
    """A time only claimed by a sender: text that is none becomes None, or one forged message would hide a whole page."""
    try:
        return _time(value)
    except ValueError:
        if isinstance(value, str):
            return None
        raise


def _counted(value: object) -> object:
    if value is None:
        return 0
    if not isinstance(value, list):
        raise ValueError("expected a list")
    return len(value)


def _number_as_text(value: object) -> object:
    """Senders disagree whether an id is a number; ours are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else value


# Free text is cut: a long name must not lose a visitor's message. An id is refused: a cut id is another id.
Body = Annotated[str, BeforeValidator(_clean_text), AfterValidator(_cut(BODY_CHARACTERS))]
Line = Annotated[str, BeforeValidator(_clean_text), AfterValidator(_cut(LINE_CHARACTERS))]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=LINE_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]+$")]
LooseId = Annotated[ExternalId, BeforeValidator(_number_as_text)]
Moment = Annotated[datetime | None, BeforeValidator(_time)]
ClaimedMoment = Annotated[datetime | None, BeforeValidator(_claimed_time)]
Count = Annotated[int, BeforeValidator(_counted), Field(ge=0)]
