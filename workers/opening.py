"""A business's hours: whether somebody is there, the nearest time there is, the next opening. Appointments and promises
of an answer rest on the same.

Hours that make no sense count as unknown: then every time is accepted, a person decides, and nothing is promised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from clients.public_holidays import public_holidays
from models.tenant import TenantConfiguration
from workers.moments import local
from workers.phrases import DEFAULT_LANGUAGE, calendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60
LAST_START_MINUTES = 30  # what is offered starts at least so long before closing
LOOK_AHEAD_DAYS = 14
LONGEST_CLOSED_DAYS = 62  # a summer's holidays; who opens later than that promises nothing

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")

Span = tuple[int, int]  # minutes of the local day; past midnight the second is above 1440


@dataclass(frozen=True)
class Hours:
    """By weekday, Monday is 0. Empty: unknown. A weekday that is missing is closed, and so is a date of `closed_on`."""

    spans: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    closed_on: Collection[date] = frozenset()

    @property
    def known(self) -> bool:
        return bool(self.spans)

    def on(self, day: date) -> tuple[Span, ...]:
        """When it opens and closes that day."""
        return () if day in self.closed_on else self.spans.get(day.weekday(), ())

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

    def closing(self, at: datetime) -> datetime | None:
        """When it closes that is open at this local instant, at the latest so many days on; None when it is closed.

        Who closes at midnight and opens at midnight does not close.
        """
        until = wall = at.replace(tzinfo=None)
        for opens, closes in self._around(wall.date(), days=LOOK_AHEAD_DAYS):
            if opens <= until < closes:
                until = closes
        return None if until == wall else local(until.date(), until.time(), at)

    def opening(self, at: datetime) -> datetime | None:
        """When it opens next after this local instant; None when that is out of sight."""
        wall = at.replace(tzinfo=None)
        for opens, _ in self._around(wall.date(), days=LONGEST_CLOSED_DAYS):
            if opens > wall:
                return local(opens.date(), opens.time(), at)
        return None

    def _around(self, day: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Its spans by the wall clock in order, from the evening before `day` on."""
        for shift in range(-1, days + 1):
            midnight = datetime.combine(day + timedelta(days=shift), time())
            for opens, closes in sorted(self.on(midnight.date())):
                yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)

    def in_words(self, day: date, language: str = DEFAULT_LANGUAGE) -> str:
        """ "9:00 to 18:00", for a day it is open on."""
        return calendar(language).hours_in_words(self.on(day))


def hours_of(config: TenantConfiguration, today: date) -> Hours:
    """A business's hours as they are set, without its holidays of this year and the next."""
    closed = set(config.closed_on)
    if config.holiday_region:
        for year in (today.year, today.year + 1):
            closed |= public_holidays(config.holiday_region, year)
    return read_hours(config.hours, closed)


def read_hours(value: object, closed_on: Collection[date] = frozenset()) -> Hours:
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
    return Hours(spans, frozenset(closed_on))


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
