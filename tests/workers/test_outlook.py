"""What a hand-over may promise: by the business's hours, holidays and clock, through changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clients.public_holidays import is_known, public_holidays
from models.tenant import TenantConfiguration
from workers.opening import WEEKDAYS, Hours, hours_of, read_hours
from workers.outlook import missed, outlook, sentences, zone
from workers.phrases import LANGUAGES

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
WEEK = {
    **{day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("monday", "tuesday", "wednesday", "thursday")},
    "friday": ["09:00", "15:00"],
}
HOURS = read_hours(WEEK)


def at(text: str, where: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=where)


def due(text: str, minutes: int = 15, hours: Hours = HOURS, where: ZoneInfo = BERLIN) -> tuple[bool, str, str]:
    seen = outlook(hours, minutes, at(text, where))
    assert seen is not None
    assert seen.asked_at < seen.remind_at < seen.due_at
    return seen.there, seen.due_at.strftime("%a %d %H:%M %z"), seen.remind_at.strftime("%a %d %H:%M")


def test_somebody_is_there_and_answers_in_their_usual_time():
    assert due("2026-11-23T10:00") == (True, "Mon 23 10:15 +0100", "Mon 23 10:10")
    assert due("2026-11-23T11:45") == (True, "Mon 23 12:00 +0100", "Mon 23 11:55")


def test_too_short_before_closing_it_is_the_next_opening():
    assert due("2026-11-23T11:50") == (False, "Mon 23 13:15 +0100", "Mon 23 13:00")
    assert due("2026-11-23T17:55") == (False, "Tue 24 09:15 +0100", "Tue 24 09:00")


def test_nobody_is_there_over_lunch_at_night_and_at_the_weekend():
    assert due("2026-11-23T12:00") == (False, "Mon 23 13:15 +0100", "Mon 23 13:00")
    assert due("2026-11-23T03:00") == (False, "Mon 23 09:15 +0100", "Mon 23 09:00")
    assert due("2026-11-27T15:00", 60) == (False, "Mon 30 10:00 +0100", "Mon 30 09:00")


def test_a_date_on_which_it_is_closed_is_left_out():
    closed = read_hours(WEEK, {date(2026, 11, 24), date(2026, 11, 25)})
    assert due("2026-11-24T10:00", hours=closed) == (False, "Thu 26 09:15 +0100", "Thu 26 09:00")


def test_public_holidays_are_those_of_the_region_also_over_the_turn_of_the_year():
    config = TenantConfiguration(hours=WEEK, closed_on=[date(2027, 1, 4)], holiday_region="DE-BY")
    hours = hours_of(config, date(2026, 12, 31))
    assert due("2026-12-31T18:30", hours=hours) == (False, "Tue 05 09:15 +0100", "Tue 05 09:00")  # Epiphany is the 6th
    assert hours.on(date(2027, 1, 6)) == ()
    config.holiday_region = "DE"
    assert hours_of(config, date(2026, 12, 31)).on(date(2027, 1, 6)) != ()


def test_a_region_nobody_knows_has_no_holidays():
    assert [is_known(region) for region in ("DE", "DE-BY", "GB-SCT", "DE-XX", "XX", "", "de", "DEU")] == [
        True, True, True, False, False, False, False, False,
    ]  # fmt: skip
    assert public_holidays("XX", 2026) == frozenset()


def test_what_is_out_of_sight_is_not_promised():
    assert outlook(read_hours({}), 15, at("2026-11-23T10:00")) is None
    assert outlook(read_hours({"monday": "always"}), 15, at("2026-11-23T10:00")) is None
    summer = {date.fromordinal(date(2026, 7, 1).toordinal() + shift) for shift in range(80)}
    assert outlook(read_hours(WEEK, summer), 15, at("2026-07-01T10:00")) is None


def test_who_is_there_day_and_night_is_there_over_midnight_too():
    for midnight in ("24:00", "00:00"):
        always = read_hours({day: ["00:00", midnight] for day in WEEKDAYS})
        assert due("2026-11-28T23:50", hours=always) == (True, "Sun 29 00:05 +0100", "Sun 29 00:00")
        assert due("2026-11-28T23:50", 3 * 24 * 60, hours=always)[:2] == (True, "Tue 01 23:50 +0100")
    short = read_hours({"friday": ["09:00", "24:00"], "saturday": ["00:00", "02:00"]})
    assert due("2026-11-27T23:50", hours=short)[:2] == (True, "Sat 28 00:05 +0100")
    assert due("2026-11-28T01:50", hours=short)[0] is False


def test_a_bar_is_there_after_midnight():
    bar = read_hours({"friday": ["18:00", "02:00"]})
    assert due("2026-11-28T01:00", hours=bar) == (True, "Sat 28 01:15 +0100", "Sat 28 01:10")
    assert due("2026-11-28T01:50", hours=bar)[0] is False


@pytest.mark.parametrize(
    ("asked", "where", "expected"),
    [
        ("2027-03-28T01:00", BERLIN, "Sun 28 10:00 +0200"),  # the clock goes forward at two
        ("2026-10-25T01:00", BERLIN, "Sun 25 10:00 +0100"),  # and back at three
        ("2027-03-14T01:00", NEW_YORK, "Sun 14 10:00 -0400"),
    ],
)
def test_over_a_change_of_the_clock_the_wall_clock_counts(asked, where, expected):
    sunday = read_hours({"sunday": ["09:00", "12:00"]})
    assert due(asked, 60, sunday, where)[1] == expected


def test_minutes_are_real_minutes_also_while_the_clock_changes():
    night = read_hours({"sunday": ["00:00", "06:00"]})
    assert due("2027-03-28T01:50", 20, night) == (True, "Sun 28 03:10 +0200", "Sun 28 03:03")
    seen = outlook(night, 90, at("2026-10-25T02:30"))
    assert seen is not None
    assert (seen.due_at.astimezone(UTC) - seen.asked_at.astimezone(UTC)).total_seconds() == 90 * 60
    assert seen.due_at.strftime("%H:%M") == "03:00"


def test_an_opening_that_the_clock_skips_is_an_hour_later():
    early = read_hours({"sunday": ["02:30", "06:00"]})
    assert due("2027-03-28T00:00", 15, early)[1] == "Sun 28 03:45 +0200"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_visitor_is_told_in_their_language_and_the_businesss_time(language):
    there = outlook(HOURS, 15, at("2026-11-23T10:00"))
    away = outlook(HOURS, 15, at("2026-11-28T10:00"))
    assert there is not None
    assert away is not None
    assert "15" in sentences(there, language, reachable=False)
    told = sentences(away, language, reachable=True)
    assert "9:15" in told
    assert "30" in told
    assert "(Berlin)" in told
    asks = sentences(away, language, reachable=False)
    assert asks.startswith(told)
    assert len(asks) > len(told)
    assert "9:15" in missed(away.due_at, at("2026-11-30T09:16"), language)


def test_in_words():
    away = outlook(HOURS, 15, at("2026-11-28T10:00"))
    assert away is not None
    assert sentences(away, "en", reachable=True) == (
        "Nobody is there right now; you will have an answer by Monday 30 November at 9:15 (Berlin)."
    )
    assert sentences(away, "de", reachable=False) == (
        "Gerade ist niemand da; Sie bekommen eine Antwort bis Montag, 30. November um 9:15 Uhr (Berlin). "
        "Bitte hinterlassen Sie Ihren Namen und eine E-Mail-Adresse oder Telefonnummer, damit man Sie erreichen kann."
    )
    assert zone(at("2026-11-28T10:00", NEW_YORK)) == "New York"
