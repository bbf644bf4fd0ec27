"""Reads day and time from a visitor's English message, in the business's own calendar. Pure and deterministic."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workers.clock_words import Clock, bare_number, clock_of, read_clock, read_part
from workers.day_words import COUNT, Day, Part, day_of_month, number_of, read_day
from workers.intents import normalised

PART_ENDS = {Part.MORNING: time(12), Part.LUNCHTIME: time(14), Part.AFTERNOON: time(18), Part.EVENING: time(23)}

_FROM_NOW = re.compile(rf"\bin (?:(?P<half>half an hour)|(?P<count>{COUNT}) (?P<unit>hours?|hrs?|min(?:ute)?s?))\b")


class Bare(StrEnum):
    """What a number alone would answer."""

    DAY = "day"
    TIME = "time"


@dataclass(frozen=True)
class Said:
    """What a message tells: a day or none, a time or none, a part of the day or none."""

    day: Day = field(default_factory=Day)
    clock: Clock | None = None
    part: Part | None = None

    @property
    def anything(self) -> bool:
        return self.clock is not None or self.part is not None or self.day != Day()


def read(text: str, now: datetime, *, month_first: bool = False, bare: Bare | None = None) -> Said:
    """What `text` says of a day and a time; `now` is the business's local time.

    `month_first` reads 3/12 as 12 March; `bare` says what was asked, so what a number alone means.
    """
    plain = normalised(text)
    if match := _FROM_NOW.search(plain):
        return _from_now(match, now)
    day, rest = read_day(plain, now.date(), month_first=month_first)
    clock, rest = read_clock(rest)
    part = day.part or read_part(rest)
    number = bare_number(rest) if clock is None and bare is not None else None
    if number is not None and bare is Bare.TIME and int(number) <= 24:
        clock = clock_of(int(number), 0, number)
    elif number is not None and bare is Bare.DAY and day.on is None:
        day = day_of_month(int(number), now.date())
    return Said(day, clock, part)


def local(day: date, at: time, now: datetime) -> datetime:
    """That wall-clock time where `now` is. A time that a clock change skips becomes the one an hour later."""
    return datetime.combine(day, at, tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)


def by_clock_of(at: datetime, time_zone: str) -> datetime:
    """An instant by the clock of a time zone; as it is where there is no such zone."""
    try:
        return at.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return at


def _from_now(match: re.Match[str], now: datetime) -> Said:
    """ "In two hours": real hours, also over a clock change; rounded down to five minutes."""
    minutes = 30 if match["half"] else number_of(match["count"]) * (60 if match["unit"].startswith("h") else 1)
    moment = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    return Said(Day(moment.date()), Clock(moment.hour, moment.minute - moment.minute % 5))
