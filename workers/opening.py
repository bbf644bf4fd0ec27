"""A business's opening hours: whether it is open at a time, and the nearest time it is. Pure.

Hours that make no sense count as unknown: then every time is accepted and a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60
LAST_START_MINUTES = 30  # what is offered starts at least so long before closing
LOOK_AHEAD_DAYS = 14

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")

Span = tuple[int, int]  # minutes of the local day; past midnight the second is above 1440


@dataclass(frozen=True)
class Hours:
    """By weekday, Monday is 0. Empty: unknown. A weekday that is missing is closed."""

    spans: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return bool(self.spans)

    def on(self, day: date) -> tuple[Span, ...]:
        """When it opens and closes that day."""
        return self.spans.get(day.weekday(), ())

    def open_at(self, day: date, at: time) -> bool:
        """Whether somebody is there; true when the hours are unknown."""
        minute = at.hour * 60 + at.minute
        before = self.on(day - timedelta(days=1))
        return (
            not self.known
            or any(opens <= minute < closes for opens, closes in self.on(day))
            or any(minute < closes - DAY_MINUTES for _, closes in before)
        )

    def nearest(self, day: date, at: time, not_before: datetime) -> tuple[date, time] | None:
        """The open time nearest to the one wanted, still to come (`not_before` is local); None when there is none."""
        wanted = datetime.combine(day, at)
        earliest = not_before.replace(tzinfo=None)
        found: list[datetime] = []
        for shift in range(-LOOK_AHEAD_DAYS, LOOK_AHEAD_DAYS + 1):
            midnight = datetime.combine(day + timedelta(days=shift), time())
            for opens, closes in self.on(midnight.date()):
                first = midnight + timedelta(minutes=opens)
                last = max(first, midnight + timedelta(minutes=closes - LAST_START_MINUTES))
                start = min(max(wanted, first, _next_half_hour(earliest)), last)
                if start >= earliest:
                    found.append(start)
        if not found:
            return None
        best = min(found, key=lambda start: (abs(start - wanted), start))
        return best.date(), best.time()

    def in_words(self, day: date) -> str:
        """ "9:00 to 18:00", for a day it is open on."""
        return " and ".join(f"{_clock(opens)} to {_clock(closes)}" for opens, closes in self.on(day))


def read_hours(value: object) -> Hours:
    """As the configuration holds them: {"tuesday": ["09:00", "18:00"], …}, also with several spans a day."""
    if not isinstance(value, Mapping):
        return Hours()
    spans: dict[int, tuple[Span, ...]] = {}
    for name, times in value.items():
        weekday = WEEKDAYS.index(name.casefold()) if isinstance(name, str) and name.casefold() in WEEKDAYS else None
        flat = _flat(times)
        if weekday is None or flat is None:
            return Hours()
        if flat:
            spans[weekday] = tuple(
                (opens, closes if closes > opens else closes + DAY_MINUTES)
                for opens, closes in zip(flat[::2], flat[1::2], strict=True)
            )
    return Hours(spans)


def _flat(times: object) -> list[int] | None:
    """Minutes, an even number of them; None when it is something else."""
    if not isinstance(times, list | tuple):
        return [] if times is None else None
    minutes: list[int] = []
    for each in times:
        if isinstance(each, list | tuple):
            inner = _flat(each)
            if inner is None:
                return None
            minutes += inner
        elif isinstance(each, str) and (match := _TIME.fullmatch(each.strip())):
            minutes.append(int(match[1]) * 60 + int(match[2]))
        else:
            return None
    return minutes if len(minutes) % 2 == 0 else None


def _next_half_hour(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment - past + timedelta(minutes=30) if past else moment


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24}:{minutes % 60:02d}" if minutes != DAY_MINUTES else "24:00"
