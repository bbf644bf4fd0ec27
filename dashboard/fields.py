"""The kinds of field that operators and businesses fill in, each with the sentence it is refused with. No I/O."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from clients.channels.untrusted import clean
from clients.public_holidays import is_known
from config.errors import NotFound

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MAX_SPANS = 6  # of a day's hours
DEFAULT_PORTS = {"http": 80, "https": 443}

_MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63})"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_HOST = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]")


class Input(BaseModel):
    """A body: strict types, and a field that nobody knows is refused by its name."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """What was sent; the rest stays as it is."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", sentence)


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset({"UTC", *available_timezones()})


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise _wrong("Input should be a time zone's name such as Europe/London")
    return name


def _language(code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise _wrong("Input should be a language's code of two or three small letters such as en or de")
    return code


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise _wrong("Input should be a colour such as #2f6f4f")
    return text.lower()


def _region(code: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS  # late: web seldom needs it

    if code not in SUPPORTED_REGIONS:
        raise _wrong("Input should be a country's code of two capitals such as GB or DE")
    return code


def _origin(text: str) -> str:
    """An origin as browsers write it: nothing to normalise, so that it can be compared as it is."""
    problem = _wrong("Input should be an origin as browsers send it, such as https://www.example.com")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    except ValueError:
        raise problem from None
    written = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    if parts.scheme not in DEFAULT_PORTS or not _HOST.fullmatch(host) or written != text:
        raise problem
    if port is not None and (port == DEFAULT_PORTS[parts.scheme] or not port):
        raise problem
    return text


def _mail_address(text: str) -> str:
    if len(text) > 254 or not _MAIL.fullmatch(text) or ".." in text or ".@" in text:
        raise _wrong("Input should be a mail address")
    return text


def _hours(days: Mapping[str, tuple[tuple[str, str], ...]]) -> dict[str, list[Any]]:
    """In the order of the week; a day of one span as that span alone, a day of none is closed and left out."""
    for day, spans in days.items():
        if day not in DAYS:
            raise _wrong("Input should name days as monday to sunday")
        for opens, closes in spans:
            if not _CLOCK.fullmatch(opens) or not _CLOCK.fullmatch(closes):
                raise _wrong("Input should give times as HH:MM, from 00:00 to 23:59")
            if time.fromisoformat(opens) >= time.fromisoformat(closes):
                raise _wrong("Input should open before it closes, on the same day")
        if any(closes > opens for (_, closes), (opens, _) in pairwise(spans)):
            raise _wrong("Input should give a day's spans in order, none within another")
    written = {day: [list(span) for span in days[day]] for day in DAYS if days.get(day)}
    return {day: spans[0] if len(spans) == 1 else spans for day, spans in written.items()}


def _spans(value: object) -> object:
    """[opens, closes], or a list of such."""
    if not isinstance(value, list) or len(value) > MAX_SPANS:
        raise _wrong(f"Input should be [opens, closes], or at most {MAX_SPANS} of them")
    spans = value if all(isinstance(each, list) for each in value) else [value]
    if any(len(span) != 2 for span in spans):
        raise _wrong("Input should be [opens, closes], or a list of them")
    return tuple(tuple(span) for span in spans)


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise _wrong("Input should be a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong("Input should be a date of the calendar") from None


def _holiday_region(code: str) -> str:
    if not is_known(code):
        raise _wrong("Input should be a country's code such as DE, or with a hyphen one of its parts, such as DE-BY")
    return code


def one_of(*names: str) -> Callable[[str], str]:
    """A check for one of a few words."""

    def check(value: str) -> str:
        if value not in names:
            raise _wrong(f"Input should be one of {', '.join(names)}")
        return value

    return check


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _line(value: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise _wrong("Input should be one line of text")
    return value


Text = Annotated[str, BeforeValidator(_trimmed)]
Name = Annotated[Text, Field(min_length=1, max_length=200), AfterValidator(_line)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_time_zone)]
Region = Annotated[str, Field(max_length=2), AfterValidator(_region)]
Language = Annotated[str, AfterValidator(_language)]
Colour = Annotated[str, AfterValidator(_colour)]
Origins = Annotated[
    list[Annotated[str, Field(max_length=300), AfterValidator(_origin)]], Field(max_length=50), AfterValidator(_unique)
]
MailAddresses = Annotated[
    list[Annotated[str, BeforeValidator(_trimmed), AfterValidator(_mail_address)]],
    Field(max_length=20),
    AfterValidator(_unique),
]
Languages = Annotated[list[Language], Field(max_length=20), AfterValidator(_unique)]
Hours = Annotated[
    dict[str, Annotated[tuple[tuple[str, str], ...], BeforeValidator(_spans)]],
    Field(max_length=7),
    AfterValidator(_hours),
]
Dates = Annotated[
    list[Annotated[str, Field(max_length=10), AfterValidator(_date)]],
    Field(max_length=400),
    AfterValidator(lambda dates: sorted(set(dates))),
]
HolidayRegion = Annotated[str, Field(max_length=10), AfterValidator(_holiday_region)]

Weight = Annotated[float, Field(ge=0.01, le=1000)]
Rate = Annotated[float, Field(ge=0.01, le=10_000)]
Burst = Annotated[int, Field(ge=1, le=100_000)]
Concurrency = Annotated[int, Field(ge=1, le=1000)]
BudgetMicro = Annotated[int, Field(ge=0, le=10**15)]  # millionths of the currency
ModelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
PLAN_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PlanId = Annotated[str, Field(pattern=f"^{PLAN_ID.pattern}$")]


def path_id(request: Request) -> uuid.UUID:
    """The tenant's id in the path; another spelling of one is nobody's.

    Raises:
        NotFound: it is none.
    """
    text = request.path_params["id"]
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        raise NotFound from None
    if str(parsed) != text.lower():
        raise NotFound
    return parsed


def iso(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None
