"""When a person will answer, by the business's hours, and how the visitor is told. Pure.

Refuses to promise what it cannot know: without hours, or with none in sight, there is no outlook.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workers.opening import Hours
from workers.phrases import Phrase, calendar, say

REMIND_AFTER = 2 / 3  # of the time to answer, where somebody is there; else when the business opens


@dataclass(frozen=True)
class Outlook:
    """What to expect of the people of a business. Instants have the business's own zone."""

    asked_at: datetime
    there: bool  # and can answer before closing
    answer_minutes: int
    due_at: datetime
    remind_at: datetime


def outlook(hours: Hours, answer_minutes: int, at: datetime) -> Outlook | None:
    """From the local instant `at`: within so many minutes, or so many after the next opening."""
    if not hours.known:
        return None
    margin = timedelta(minutes=answer_minutes)
    closes = hours.closing(at)
    due = _later(at, margin)
    if closes is not None and due <= closes:
        return Outlook(at, True, answer_minutes, due, _later(at, margin * REMIND_AFTER))
    opens = hours.opening(at)
    if opens is None:
        return None
    return Outlook(at, False, answer_minutes, _later(opens, margin), opens)


def sentences(seen: Outlook, language: str, *, reachable: bool) -> str:
    """What the visitor is told: the expectation; or the promise, and if nobody could reach them, the wish for contact."""
    if seen.there:
        return say(Phrase.THERE, language=language, time=calendar(language).duration_in_words(seen.answer_minutes))
    told = say(Phrase.AWAY, language=language, when=when(seen.due_at, seen.asked_at, language), zone=zone(seen.due_at))
    return told if reachable else f"{told} {say(Phrase.LEAVE_CONTACT, language=language)}"


def missed(due_at: datetime, at: datetime, language: str) -> str:
    """That a promise was not kept; both instants local."""
    return say(Phrase.MISSED, language=language, when=f"{when(due_at, at, language)} ({zone(due_at)})")


def when(moment: datetime, now: datetime, language: str) -> str:
    """ "Tuesday 8 December at 15:00", of a local instant; on to the next minute, which a promise can bear."""
    whole = moment if not (moment.second or moment.microsecond) else _later(moment, timedelta(minutes=1))
    return calendar(language).in_words(whole, now.date())


def zone(moment: datetime) -> str:
    """Whose time it is: the city of the business's time zone."""
    return str(moment.tzinfo).rpartition("/")[2].replace("_", " ")


def _later(at: datetime, by: timedelta) -> datetime:
    """Real time later, also over a clock change."""
    return (at.astimezone(UTC) + by).astimezone(at.tzinfo)
