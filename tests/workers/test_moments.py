"""Days and times in a visitor's words: what is read, in the business's calendar, over clock changes and month ends."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from workers.clock_words import Clock
from workers.day_words import Part, Roll, rolled
from workers.moments import Bare, Said, local, read

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)  # a Wednesday

# text | day | time: a question mark where it may be twelve hours later | part of the day
TABLE = """
tomorrow at 3                             | 2026-12-03 | 03:00? |
tomorrow at 3pm                           | 2026-12-03 | 15:00  |
tomorrow at 3 p.m. please                 | 2026-12-03 | 15:00  |
Tomorrow, 15:30                           | 2026-12-03 | 15:30  |
tomorrow 3                                | 2026-12-03 | 03:00? |
tommorow at half past two                 | 2026-12-03 | 02:30? |
tmrw 9am                                  | 2026-12-03 | 09:00  |
can I come in tomorrow at 11?             | 2026-12-03 | 11:00? |
day after tomorrow at noon                | 2026-12-04 | 12:00  |
the day after tomorrow, 10.15             | 2026-12-04 | 10:15? |
today at 4                                | 2026-12-02 | 04:00? |
today 16h                                 | 2026-12-02 | 16:00  |
this afternoon                            | 2026-12-02 |        | afternoon
tonight at 7                              | 2026-12-02 | 07:00? | evening
this evening around 6.30                  | 2026-12-02 | 06:30? | evening
next Tuesday 14:30                        | 2026-12-08 | 14:30  |
next tues at 2.30pm                       | 2026-12-08 | 14:30  |
next Friday                               | 2026-12-11 |        |
this Friday at 5                          | 2026-12-04 | 05:00? |
Friday morning                            | 2026-12-04 |        | morning
on friday afternoon at 3                  | 2026-12-04 | 03:00? | afternoon
Fri 2pm                                   | 2026-12-04 | 14:00  |
Friday at ten to four                     | 2026-12-04 | 03:50? |
friday, quarter past 3                    | 2026-12-04 | 03:15? |
friday at quarter to one                  | 2026-12-04 | 12:45  |
friday half two                           | 2026-12-04 | 02:30? |
friday at five past eleven                | 2026-12-04 | 11:05? |
friday at 12                              | 2026-12-04 | 12:00  |
friday lunchtime                          | 2026-12-04 |        | lunchtime
Wednesday at 9                            | 2026-12-02 | 09:00? |
Thursdays after work                      | 2026-12-03 |        | evening
Saturday 10ish                            | 2026-12-05 | 10:00? |
Sat. at 11 o'clock                        | 2026-12-05 | 11:00? |
Tuesday week at 10am                      | 2026-12-15 | 10:00  |
a week on Friday                          | 2026-12-11 |        |
a week tomorrow                           | 2026-12-10 |        |
Monday next week, 9:15                    | 2026-12-07 | 09:15? |
next week on Thursday at 18:00            | 2026-12-10 | 18:00  |
next week Thursday                        | 2026-12-10 |        |
on the 12th at noon                       | 2026-12-12 | 12:00  |
the 12th                                  | 2026-12-12 |        |
on the 1st at 9 am                        | 2027-01-01 | 09:00  |
the 2nd                                   | 2026-12-02 |        |
31st at 10                                | 2026-12-31 | 10:00? |
12 December at 3                          | 2026-12-12 | 03:00? |
12th of december, 3pm                     | 2026-12-12 | 15:00  |
December 12th at 15:00                    | 2026-12-12 | 15:00  |
Dec 12 at 3:45pm                          | 2026-12-12 | 15:45  |
may 5 at 2pm                              | 2027-05-05 | 14:00  |
1 March 2027 10:00                        | 2027-03-01 | 10:00? |
12/12 at 14:00                            | 2026-12-12 | 14:00  |
3/12 at 14:00                             | 2026-12-03 | 14:00  |
12/13                                     | 2026-12-13 |        |
24.12. 11                                 | 2026-12-24 | 11:00? |
24.12.2026 at 11                          | 2026-12-24 | 11:00? |
12-12-26 at 1700h                         | 2026-12-12 | 17:00  |
2026-12-12 14:30                          | 2026-12-12 | 14:30  |
in 3 days at 4pm                          | 2026-12-05 | 16:00  |
in two weeks                              | 2026-12-16 |        |
in a fortnight at 10am                    | 2026-12-16 | 10:00  |
in a month                                | 2027-01-02 |        |
two weeks from today at 2pm               | 2026-12-16 | 14:00  |
in 2 hours                                | 2026-12-02 | 12:00  |
in half an hour                           | 2026-12-02 | 10:30  |
in an hour and a bit                      | 2026-12-02 | 11:00  |
at 3                                      |            | 03:00? |
3pm                                       |            | 15:00  |
at 1430                                   |            | 14:30  |
1430 hrs                                  |            | 14:30  |
at three                                  |            | 03:00? |
09:00                                     |            | 09:00  |
14h30                                     |            | 14:30  |
between 2 and 4                           |            | 02:00? |
from 2 to 4                               |            | 02:00? |
after 5                                   |            | 05:00? |
midday                                    |            | 12:00  |
make it 4                                 |            | 04:00? |
move it to 4 please                       |            | 04:00? |
I want to move my 2 o'clock               |            | 02:00? |
in the morning                            |            |        | morning
first thing                               |            |        | morning
friday first thing                        | 2026-12-04 |        | morning
monday am                                 | 2026-12-07 |        | morning
4 on friday                               | 2026-12-04 | 04:00? |
friday 4 people                           | 2026-12-04 |        |
table for 4 tomorrow at 8pm               | 2026-12-03 | 20:00  |
a table for 4 people on Saturday          | 2026-12-05 |        |
can we book a table for 8 on Saturday     | 2026-12-05 |        |
book a table for 8pm on Saturday          | 2026-12-05 | 20:00  |
tomorrow at 3, my number is 0161 496 0999 | 2026-12-03 | 03:00? |
friday 10am, mail me at jo3@example.com   | 2026-12-04 | 10:00  |
is it £30 on friday at 9?                 | 2026-12-04 | 09:00? |
Good morning! Friday please               | 2026-12-04 |        |
Good afternoon, can I book a cut          |            |        |
may I book a cut                          |            |        |
are you open 24/7                         |            |        |
my number is 07700 900123                 |            |        |
+44 161 496 0999                          |            |        |
two haircuts for 2 kids                   |            |        |
"""


def rows() -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("text", "day", "at", "part"), rows(), ids=lambda value: None)
def test_a_phrase_is_read(text: str, day: str, at: str, part: str):
    said = read(text, NOW)
    clock = f"{said.clock.hour:02d}:{said.clock.minute:02d}{'?' if said.clock.twelve else ''}" if said.clock else ""
    assert (said.day.on.isoformat() if said.day.on else "", clock, said.part or "") == (day, at, part)


def test_the_table_is_long_enough():
    assert len(rows()) >= 80


@pytest.mark.parametrize("text", ["next week", "at the weekend", "this weekend", "some time next month"])
def test_a_week_is_no_day(text: str):
    assert read(text, NOW).day.wide


@pytest.mark.parametrize("text", ["yesterday at 3", "last Tuesday", "last week"])
def test_what_has_passed_is_known_as_such(text: str):
    assert read(text, NOW).day.past


@pytest.mark.parametrize("text", ["31 November", "30/2 at 3pm", "29 February 2027", "2026-13-40"])
def test_a_day_that_does_not_exist_says_so(text: str):
    assert read(text, NOW).day.impossible


def test_american_dates_have_the_month_first():
    assert read("3/12 at 2pm", NOW, month_first=True).day.on == date(2027, 3, 12)
    assert read("12/25", NOW, month_first=True).day.on == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("text", "bare", "day", "clock"),
    [
        ("3", Bare.TIME, None, Clock(3, 0, True)),
        ("ok, 14 please", Bare.TIME, None, Clock(14)),
        ("14", Bare.DAY, date(2026, 12, 14), None),
        ("the 1", Bare.DAY, date(2027, 1, 1), None),
        ("45", Bare.DAY, None, None),
        ("45", Bare.TIME, None, None),
        ("3", None, None, None),
    ],
)
def test_a_number_alone_is_what_was_asked_for(text: str, bare: Bare | None, day: date | None, clock: Clock | None):
    said = read(text, NOW, bare=bare)
    assert (said.day.on, said.clock) == (day, clock)


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        ("2026-11-30", "tuesday", "2026-12-01"),  # a Monday
        ("2026-11-30", "next tuesday", "2026-12-08"),
        ("2026-12-01", "tuesday", "2026-12-01"),
        ("2026-12-01", "next tuesday", "2026-12-08"),
        ("2026-12-06", "next tuesday", "2026-12-08"),  # a Sunday: the next week begins tomorrow
        ("2026-12-06", "monday", "2026-12-07"),
        ("2026-12-31", "tomorrow", "2027-01-01"),
        ("2028-02-28", "tomorrow", "2028-02-29"),
        ("2027-02-01", "the 30th", "2027-03-30"),  # February has none
        ("2026-12-13", "12 december", "2027-12-12"),
        ("2026-12-13", "29 february", "2028-02-29"),
        ("2027-01-31", "in a month", "2027-02-28"),
    ],
)
def test_the_calendar(today: str, text: str, day: str):
    now = datetime.combine(date.fromisoformat(today), time(10), tzinfo=LONDON)
    assert read(text, now).day.on == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        # Clocks go forward on 28 March 2027 at 01:00, back on 31 October 2027 at 02:00.
        ("2027-03-27T10:00", "tomorrow at 9am", "2027-03-28T09:00+01:00"),
        ("2027-03-27T10:00", "tomorrow at 01:30", "2027-03-28T02:30+01:00"),  # there is no 01:30 that day
        ("2027-10-30T10:00", "tomorrow at 9am", "2027-10-31T09:00+00:00"),
        ("2027-10-30T10:00", "tomorrow at 01:30", "2027-10-31T01:30+01:00"),  # the first of two
        ("2027-03-28T00:30", "in 2 hours", "2027-03-28T03:30+01:00"),
        ("2027-10-31T00:30", "in 2 hours", "2027-10-31T01:30+01:00"),
        ("2026-12-02T23:50", "in 20 minutes", "2026-12-03T00:10+00:00"),
    ],
)
def test_clock_changes(now: str, text: str, expected: str):
    at = datetime.fromisoformat(now).replace(tzinfo=LONDON)
    said = read(text, at)
    assert said.day.on is not None
    assert said.clock is not None
    moment = local(said.day.on, time(said.clock.hour, said.clock.minute), at)
    assert moment.isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    ("clock", "part", "times"),
    [
        (Clock(3, 0, True), None, "15:00 03:00"),
        (Clock(9, 0, True), None, "09:00 21:00"),
        (Clock(9, 0, True), Part.EVENING, "21:00"),
        (Clock(3, 0, True), Part.MORNING, "03:00"),
        (Clock(3, 0, True), Part.AFTERNOON, "15:00"),
        (Clock(11, 30, True), Part.LUNCHTIME, "11:30"),
        (Clock(1, 0, True), Part.LUNCHTIME, "13:00"),
        (Clock(14, 30), None, "14:30"),
    ],
)
def test_what_an_hour_without_am_or_pm_may_mean(clock: Clock, part: Part | None, times: str):
    assert " ".join(f"{each:%H:%M}" for each in clock.candidates(part)) == times


def test_a_day_that_passed_moves_on_as_its_words_allow():
    assert rolled(date(2026, 12, 4), Roll.WEEK) == date(2026, 12, 11)
    assert rolled(date(2026, 10, 31), Roll.MONTH) == date(2026, 12, 31)
    assert rolled(date(2028, 2, 29), Roll.YEAR) == date(2032, 2, 29)
    assert rolled(date(2026, 12, 4), Roll.NEVER) == date(2026, 12, 4)


@pytest.mark.parametrize(
    "text", ["", "?", "hello", "1" * 5000, "at " * 2000, "12/" * 2000, "\x00\x01 3", "९ बजे", "at ٣"]
)
def test_anything_is_read_without_a_fault(text: str):
    assert isinstance(read(text, NOW, bare=Bare.TIME), Said)
