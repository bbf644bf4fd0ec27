"""Days, times and durations in a visitor's language, as each language's file has them. Pure.

Our own tables rather than a locale's: what is said must fit the sentences it stands in ("am Dienstag, 8. Dezember").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

PARTS = ("morning", "lunchtime", "afternoon", "evening")
DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Calendar:
    """How one language names moments. The templates' slots are those of the methods below."""

    weekdays: tuple[str, ...]  # from Monday
    months: tuple[str, ...]
    day: str  # {weekday} {number} {month} {year}
    year: str  # what {year} becomes where it is another than this one
    moment: str  # {day} {time}
    span: str  # {opens} {closes}
    also: str  # between two spans of a day
    parts: tuple[str, ...]  # of the day, in the order of PARTS
    minutes: tuple[str, str]  # one, several
    hours: tuple[str, str]
    first: str = "1"  # the first of a month
    moment_at_one: str = ""  # where one o'clock takes another word than the rest

    def day_in_words(self, day: date, today: date) -> str:
        """ "Tuesday 8 December"; the year only when it is another one."""
        facts = {
            "weekday": self.weekdays[day.weekday()],
            "number": self.first if day.day == 1 else str(day.day),
            "month": self.months[day.month - 1],
            "year": self.year.replace("{year}", str(day.year)) if day.year != today.year else "",
        }
        return _filled(self.day, facts)

    def in_words(self, moment: datetime, today: date) -> str:
        """ "Tuesday 8 December at 15:00"."""
        template = self.moment_at_one if self.moment_at_one and moment.hour == 1 else self.moment
        time = f"{moment.hour}:{moment.minute:02d}"
        return _filled(template, {"day": self.day_in_words(moment.date(), today), "time": time})

    def hours_in_words(self, spans: Sequence[tuple[int, int]]) -> str:
        """ "9:00 to 12:00 and 14:00 to 18:00"; minutes of the day."""
        said = [_filled(self.span, {"opens": clock(opens), "closes": clock(closes)}) for opens, closes in spans]
        return self.also.join(said)

    def part_in_words(self, part: str) -> str:
        return self.parts[PARTS.index(part)]

    def duration_in_words(self, minutes: int) -> str:
        """ "15 minutes", "2 hours", "90 minutes"."""
        whole = minutes % 60 == 0
        count, (one, several) = (minutes // 60, self.hours) if whole else (minutes, self.minutes)
        return f"{count} {one if count == 1 else several}"


def clock(minutes: int) -> str:
    """ "9:30", from minutes of the day, those after midnight included."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}" if minutes != DAY_MINUTES else "24:00"


def _filled(template: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        template = template.replace("{" + name + "}", value)
    return template
