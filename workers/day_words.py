"""Reads a day from English words: "next Tuesday", "the 12th", "3 December", "in two weeks". Pure; `today` is given.

Refuses to guess: a week or a weekend is no day, and a date that does not exist says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Part(StrEnum):
    """A part of the day: no time yet, but it tells 3 in the afternoon from 3 in the morning."""

    MORNING = "morning"
    LUNCHTIME = "lunchtime"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Roll(StrEnum):
    """Which day is meant when the one named has passed."""

    NEVER = "never"  # "today", "12 December 2026"
    WEEK = "week"  # "Friday"
    MONTH = "month"  # "the 12th"
    YEAR = "year"  # "12 December"


@dataclass(frozen=True)
class Day:
    """A day as said. `weekday` is set when a plain "Wednesday" was all there was of it."""

    on: date | None = None
    roll: Roll = Roll.NEVER
    weekday: int | None = None
    part: Part | None = None  # "tonight"
    past: bool = False  # "yesterday"
    impossible: bool = False  # "31 November"
    wide: bool = False  # "next week", "at the weekend": the day is still missing


GONE = "\x01"  # stands for a day that was read, in the text that is left
NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "twenty five": 25, "twenty-five": 25,
}  # fmt: skip
COUNT = r"(?:\d{1,2}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + ")"
TH = r"(?:st|nd|rd|th)"

_WEEKDAYS = (
    "mon(?:day)?s?", "tue(?:s(?:day)?)?s?", "wed(?:s|nesday|nsday|ensday)?s?", "thu(?:r(?:s(?:day)?)?|rday)?s?",
    "fri(?:day)?s?", "sat(?:urday)?s?", "sun(?:day)?s?",
)  # fmt: skip
_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sep(?:t(?:ember)?)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_WEEKDAY = "(?:" + "|".join(_WEEKDAYS) + ")"
_MONTH = "(?:" + "|".join(_MONTHS) + r")\b\.?"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_TODAY, _TOMORROW = "(?:today|tdy)", "(?:tomm?orr?ow|tmr[wo]?|2moro?w?|tomoz)"
_PLEASANTRY = re.compile(r"\b(?:good|nice|great|lovely) (?:morning|afternoon|evening|night|day|weekend)\b")
_WIDE = re.compile(r"\b(?:next|this|following) (?:week|month)\b|\bweek-?end\b|\bin (?:a )?few days\b|\bsome ?time\b")

_Meaning = Callable[[re.Match[str], date, bool], Day]


def read_day(text: str, today: date, *, month_first: bool) -> tuple[Day, str]:
    """The first day named in a normalised text, and the text with `GONE` in its place.

    `month_first` reads 3/12 as 12 March.
    """
    text = _PLEASANTRY.sub(" ", text)
    for pattern, meaning in _DAYS:
        if match := pattern.search(text):
            return meaning(match, today, month_first), f"{text[: match.start()]}{GONE}{text[match.end() :]}"
    return Day(wide=bool(_WIDE.search(text))), text


def day_of_month(number: int, today: date) -> Day:
    """The next day of that number, today included."""
    if not 1 <= number <= 31:
        return Day(impossible=True)
    found = _valid(today.year, today.month, number)
    return Day(found if found and found >= today else _next_month_with(number, today), Roll.MONTH)


def rolled(day: date, roll: Roll) -> date:
    """The next day that the same words can mean."""
    match roll:
        case Roll.WEEK:
            return day + timedelta(days=7)
        case Roll.MONTH:
            return _next_month_with(day.day, day)
        case Roll.YEAR:
            return next(found for year in range(1, 9) if (found := _valid(day.year + year, day.month, day.day)))
        case _:
            return day


def number_of(word: str) -> int:
    """A count in digits or words, as `COUNT` matches it."""
    return int(word) if word.isdigit() else NUMBER_WORDS[word]


def _iso(match: re.Match[str], today: date, month_first: bool) -> Day:
    return _exact(int(match[1]), int(match[2]), int(match[3]))


def _numeric(match: re.Match[str], today: date, month_first: bool) -> Day:
    first, second, year = int(match[1]), int(match[2]), match[3]
    day, month = (second, first) if month_first else (first, second)
    if month > 12 >= day:
        day, month = month, day
    if year:
        return _exact(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _this_or_next_year(month, day, today)


def _named_month(match: re.Match[str], today: date, month_first: bool) -> Day:
    month = next(number for number, name in enumerate(_MONTHS, 1) if re.fullmatch(name, match["month"].rstrip(".")))
    if match["year"]:
        return _exact(int(match["year"]), month, int(match["day"]))
    return _this_or_next_year(month, int(match["day"]), today)


def _weekday(match: re.Match[str], today: date, month_first: bool) -> Day:
    """Weeks begin on Monday: "next Tuesday" is the Tuesday of the next week, "Tuesday" the next there is."""
    number = next(number for number, name in enumerate(_WEEKDAYS) if re.fullmatch(name, match["weekday"]))
    which, after = (match["which"] or "").strip(), (match["after"] or "").strip(" ,")
    if which == "last":
        return Day(past=True)
    if which in {"next", "following"} or after.endswith("next week") or match["week"]:
        monday = today - timedelta(days=today.weekday())
        return Day(monday + timedelta(days=7 + number))
    coming = today + timedelta(days=(number - today.weekday()) % 7)
    if after in {"week", "after next"} or match["from"]:
        return Day(coming + timedelta(days=7))
    return Day(coming, Roll.WEEK, weekday=None if which else number)


def _ahead(match: re.Match[str], today: date, month_first: bool) -> Day:
    count, unit = number_of(match["count"]), match["unit"]
    if not unit.startswith("month"):
        return Day(today + timedelta(days=count * {"d": 1, "w": 7, "f": 14}[unit[0]]))
    months = today.month - 1 + count
    year, month = today.year + months // 12, months % 12 + 1
    return Day(next(found for day in range(today.day, 0, -1) if (found := _valid(year, month, day))))


def _shift(days: int, part: Part | None = None) -> _Meaning:
    return lambda match, today, month_first: Day(today + timedelta(days=days), part=part)


def _exact(year: int, month: int, day: int) -> Day:
    found = _valid(year, month, day)
    return Day(found) if found else Day(impossible=True)


def _this_or_next_year(month: int, day: int, today: date) -> Day:
    for year in range(today.year, today.year + 9):
        found = _valid(year, month, day)
        if found and found >= today:
            return Day(found, Roll.YEAR)
    return Day(impossible=True)


def _next_month_with(day: int, this: date) -> date:
    month = (this.replace(day=1) + timedelta(days=32)).replace(day=1)
    while (found := _valid(month.year, month.month, day)) is None:
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _compiled(*pairs: tuple[str, _Meaning]) -> tuple[tuple[re.Pattern[str], _Meaning], ...]:
    return tuple((re.compile(pattern), meaning) for pattern, meaning in pairs)


_DAYS = _compiled(  # in this order: the surest first
    (r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b", _iso),
    (r"(?<![\d£$€/.-])(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d|\d\d)(?![\d/])", _numeric),
    (r"(?<![\d£$€/.])(?!24/7)(\d{1,2})/(\d{1,2})()(?![\d/])", _numeric),
    (r"(?<![\d£$€/.])(\d{1,2})\.(\d{1,2})\.()(?!\d)", _numeric),
    (rf"(?<!\d)(?P<day>\d{{1,2}}){TH}?(?: of)? (?P<month>{_MONTH})(?! i\b){_YEAR}", _named_month),
    (rf"\b(?P<month>{_MONTH}) (?:the )?(?P<day>\d{{1,2}}){TH}?(?![\d:]| ?[ap]\.?m\b){_YEAR}", _named_month),
    (rf"\b(?P<count>{COUNT}) (?P<unit>days?|weeks?|months?) (?:from (?:now|today)|time)\b", _ahead),
    (rf"\b(?:the )?day after {_TOMORROW}\b", _shift(2)),
    (rf"\b(?:a )?week (?:from |on )?{_TODAY}\b|\b{_TODAY} week\b", _shift(7)),
    (rf"\b(?:a )?week (?:from |on )?{_TOMORROW}\b|\b{_TOMORROW} week\b", _shift(8)),
    (rf"\b{_TOMORROW}\b", _shift(1)),
    (r"\btonight\b", _shift(0, Part.EVENING)),
    (r"\bthis morning\b", _shift(0, Part.MORNING)),
    (r"\bthis afternoon\b", _shift(0, Part.AFTERNOON)),
    (r"\bthis evening\b", _shift(0, Part.EVENING)),
    (rf"\b{_TODAY}\b", _shift(0)),
    (r"\byesterday\b|\blast (?:week|month|night)\b", lambda match, today, month_first: Day(past=True)),
    (
        rf"(?P<week>\bnext week(?: on|,)? )?(?P<from>\b(?:a )?week (?:on|from) )?"
        rf"(?P<which>\b(?:next|this(?: coming)?|coming|following|last) )?\b(?P<weekday>{_WEEKDAY})\b\.?"
        rf"(?P<after>,? (?:(?:of )?next week|week\b|after next))?",
        _weekday,
    ),
    (rf"\bin (?P<count>{COUNT}) (?P<unit>days?|weeks?|months?)\b(?:'? time)?", _ahead),
    (r"\bin (?P<count>a) (?P<unit>fortnight)\b", _ahead),
    (
        rf"(?<![\d:.])(?:on )?(?:the )?(\d{{1,2}}){TH}\b(?! (?:time|floor|street|st\b|avenue|birthday|visit|anniversary|of))",
        lambda match, today, month_first: day_of_month(int(match[1]), today),
    ),
)
