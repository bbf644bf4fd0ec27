"""The talk that leads to an appointment request: what is known, what is asked next, what is agreed. Pure: no I/O, no clock.

Asks for day, time and contact over as many turns as it takes. Refuses to promise: a person of the business decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from models.booking import BookingState
from workers import booking_words as words
from workers.booking_wish import (
    Asked,
    Change,
    Place,
    Reminder,
    Standing,
    Step,
    Wish,
)
from workers.clock_words import Clock
from workers.day_words import Roll, rolled
from workers.intents import normalised
from workers.leads import Contact
from workers.moments import PART_ENDS, Bare, Said, local, read
from workers.phrases import BookingPhrase as P
from workers.phrases import Calendar, calendar, say_booking
from workers.tongues import into_english

LONGEST_AHEAD = timedelta(days=366)
WHAT_CHARACTERS = 300
READ_CHARACTERS = 1_000  # an appointment is asked for in few words, and some patterns take quadratic time
SHORT_WORDS = 12  # a message that short, with a day in it, changes the request without saying "change"


def begins(text: str, place: Place) -> bool:
    """Whether the message, with no booking open, clearly asks for an appointment."""
    text = text[:READ_CHARACTERS]
    text = into_english(text, place.language)
    said = read(text, place.now, month_first=place.month_first)
    return words.asks_for_appointment(text, with_moment=said.day.on is not None or said.clock is not None)


def take(
    text: str, standing: Standing | None, contact: Contact, place: Place, *, contact_in_text: bool = False
) -> Step | Reminder | None:
    """The next step of the talk; None when the message is none of ours.

    `contact` is all that is known of the visitor, `contact_in_text` whether this message holds some of it.
    """
    text = text[:READ_CHARACTERS]
    if standing is None or (standing.state is BookingState.ASKING and standing.wish == Wish()):
        if not begins(text, place):
            return None
        understood = into_english(text, place.language)
        said = read(understood, place.now, month_first=place.month_first)
        wish = Wish(what=_cut(text)).hearing(said)
        begun = Standing(BookingState.ASKING, wish)
        return _Talk(understood, text, begun, contact, place, contact_in_text).go_on(said, begins=True)
    understood = into_english(text, place.language)
    return _Talk(understood, text, standing, contact, place, contact_in_text).answer()


@dataclass
class _Talk:
    """One message of the visitor and all it is understood by."""

    text: str  # in English, as far as it was understood
    written: str
    standing: Standing
    contact: Contact
    place: Place
    contact_in_text: bool

    def answer(self) -> Step | Reminder | None:
        wish, requested = self.standing.wish, self.standing.state is BookingState.REQUESTED
        if words.cancels(self.text):
            return self._cancelled()
        if requested and words.asks_how_it_stands(self.text):
            return self._unchanged(P.STANDS)
        if words.asks_in_between(self.text):
            return None if requested else self._reminder()
        bare = {Asked.DAY: Bare.DAY, Asked.TIME: Bare.TIME, Asked.OFFER: Bare.TIME}.get(wish.asked)
        said = read(self.text, self.place.now, month_first=self.place.month_first, bare=bare)
        if requested:
            return self._about_request(said)
        if said.anything:
            self._hear(said)
            return self.go_on(said)
        return self._without_moment(said)

    # While asking

    def _without_moment(self, said: Said) -> Step | None:
        wish = self.standing.wish
        if self.contact_in_text:
            agreed = wish.asked is Asked.CONFIRM and words.begins_with_yes(self.text)
            return self._record() if agreed else self.go_on(said)
        if wish.asked in (Asked.CONFIRM, Asked.OFFER) and words.agrees(self.text):
            return self._agreed(said)
        if wish.asked is Asked.CONTACT and words.refuses_contact(self.text):
            self._set(replace(wish, no_contact=True))
            return self.go_on(said)
        if words.declines(self.text):
            return self._declined()
        if (
            words.agrees(self.text)
            or words.asks_for_appointment(self.text, with_moment=False)
            or words.changes(self.text)
        ):
            return self.go_on(said)
        if wish.asked is Asked.CONTACT and (name := self._name()) is not None:
            self._set(replace(wish, name=name))
            return self._say(P.NAME_NOTED, Asked.CONTACT, name=name)
        return None

    def _agreed(self, said: Said) -> Step:
        """To a time we named: it was said in words, so nothing is left to confirm once we know whom to answer."""
        if self._contact_missing():
            return self.go_on(said)
        return self._record()

    def _declined(self) -> Step:
        wish = self.standing.wish
        if wish.asked is Asked.CONFIRM:
            return self._say(P.WHAT_ELSE, Asked.DAY)
        self._set(replace(wish, day=None, roll=Roll.NEVER, clock=None, part=None))
        return self._say(P.OTHER_MOMENT, Asked.DAY)

    def _record(self) -> Step:
        moment = self._moment()
        if moment is None:  # what was agreed has passed meanwhile
            return self.go_on(Said())
        return replace(
            self._say(
                P.REQUESTED if self.contact.reachable else P.REQUESTED_HERE, Asked.NOTHING, when=self._when(moment)
            ),
            state=BookingState.REQUESTED,
            starts_at=moment,
            change=Change.REQUESTED,
        )

    def _reminder(self) -> Reminder | None:
        step = self.go_on(Said())
        return Reminder(step.reply) if self.standing.wish.asked is not Asked.NOTHING else None

    # Once requested

    def _about_request(self, said: Said) -> Step | None:
        wish, short = self.standing.wish, len(self.text.split()) <= SHORT_WORDS
        pending = wish.asked in (Asked.DAY, Asked.TIME, Asked.OFFER)
        if wish.asked is Asked.OFFER and words.agrees(self.text):
            return self._change()
        if pending and words.declines(self.text):
            self._set(wish.at(self.standing.starts_at))
            return self._unchanged(P.LEFT)
        if words.asks_for_another(self.text):
            return self._unchanged(P.ONE_ONLY)
        if said.anything and (pending or short or words.changes(self.text)):
            if not pending:
                self._set(wish.at(self.standing.starts_at))
            self._hear(said)
            return self.go_on(said)
        if words.changes(self.text) and re.search(
            r"\b(?:appointment|booking|request|it|day|time)\b", self.text.casefold()
        ):
            return self._say(P.CHANGE_TO, Asked.DAY, when=self._requested_in_words())
        if self.contact_in_text and short:
            return replace(self._unchanged(P.CONTACT_NOTED), change=Change.CHANGED)
        return None

    def _change(self) -> Step:
        moment = self._moment()
        if moment is None:
            return self.go_on(Said())
        return replace(
            self._say(P.CHANGED, Asked.NOTHING, when=self._when(moment)),
            state=BookingState.REQUESTED,
            starts_at=moment,
            change=Change.CHANGED,
        )

    def _unchanged(self, phrase: P) -> Step:
        return self._say(phrase, Asked.NOTHING, when=self._requested_in_words())

    def _cancelled(self) -> Step:
        requested = self.standing.state is BookingState.REQUESTED
        step = self._say(P.CANCELLED if requested else P.DROPPED, Asked.NOTHING, when=self._requested_in_words())
        change = Change.CANCELLED if requested else Change.NOTHING
        return replace(step, state=BookingState.CANCELLED, change=change)

    # What comes next

    def go_on(self, said: Said, *, begins: bool = False) -> Step:
        """Ask for what is missing, in this order: a day that exists, an open day, a time, an open time, contact, a yes."""
        hours, wish = self.place.hours, self.standing.wish
        if said.day.impossible:
            return self._say(P.NO_SUCH_DAY, Asked.DAY)
        if said.day.past:
            return self._say(P.PASSED, Asked.DAY)
        day = wish.day
        if day is None:
            return self._say(P.ASK_DAY_FIRST if begins else P.ASK_DAY, Asked.DAY)
        if self._is_over(day):
            if wish.roll is Roll.NEVER:
                return self._forgetting_day(P.PASSED)
            day = rolled(day, wish.roll)
            self._set(replace(wish, day=day))
        if day - self.place.now.date() > LONGEST_AHEAD:
            return self._forgetting_day(P.TOO_FAR)
        if hours.known and not hours.on(day) and not self._open_late():
            return self._closed_day(day)
        if wish.clock is None:
            return self._ask_time(day)
        moment = self._moment()
        if moment is None:
            return self._forgetting_day(P.PASSED)
        if not hours.open_at(moment.date(), moment.time()):
            return self._closed_time(moment)
        if self.standing.state is BookingState.REQUESTED:
            return self._change()
        if self._contact_missing():
            return self._say(P.ASK_CONTACT, Asked.CONTACT, when=self._when(moment))
        phrase = P.CONFIRM if self.contact.reachable else P.CONFIRM_HERE
        return self._say(phrase, Asked.CONFIRM, when=self._when(moment), contact=self._reached_at())

    def _ask_time(self, day: date) -> Step:
        part, hours = self.standing.wish.part, self.place.hours
        facts = {"day": self._day(day), "hours": hours.in_words(day, self.place.language) if hours.known else ""}
        phrase = P.ASK_TIME_OPEN if hours.known else P.ASK_TIME
        if part is not None:
            facts["part"], phrase = self._calendar.part_in_words(part), P.ASK_TIME_OF_PART
        return self._say(phrase, Asked.TIME, **facts)

    def _closed_day(self, day: date) -> Step:
        """A day without opening hours: the nearest time that is open, of the time wanted or of the day's beginning."""
        wanted = self._times()[0] if self.standing.wish.clock else time(12)
        found = self.place.hours.nearest(day, wanted, self.place.now)
        closed = self._day(day)
        if found is None:
            return self._forgetting_day(P.CLOSED_DAY, day=closed)
        if self.standing.wish.clock is None:
            self._set(replace(self.standing.wish, day=found[0], roll=Roll.NEVER))
            hours = self.place.hours.in_words(found[0], self.place.language)
            other = self._day(found[0])
            return self._say(P.CLOSED_DAY_OTHER, Asked.TIME, day=closed, other=other, hours=hours)
        return self._offer(P.CLOSED_DAY_OFFER, found, day=closed)

    def _closed_time(self, moment: datetime) -> Step:
        found = self.place.hours.nearest(moment.date(), moment.time(), self.place.now)
        day = self._day(moment.date())
        if found is None:
            return self._forgetting_day(P.CLOSED_DAY, day=day)
        hours = self.place.hours.in_words(moment.date(), self.place.language)
        return self._offer(P.CLOSED_TIME_OFFER if hours else P.CLOSED_DAY_OFFER, found, day=day, hours=hours)

    def _offer(self, phrase: P, found: tuple[date, time], **facts: str) -> Step:
        day, at = found
        self._set(replace(self.standing.wish, day=day, roll=Roll.NEVER, clock=Clock(at.hour, at.minute), part=None))
        return self._say(phrase, Asked.OFFER, when=self._when(local(day, at, self.place.now)), **facts)

    def _forgetting_day(self, phrase: P, **facts: str) -> Step:
        self._set(replace(self.standing.wish, day=None, roll=Roll.NEVER))
        return self._say(phrase, Asked.DAY, **facts)

    # What was understood

    def _hear(self, said: Said) -> None:
        day = said.day
        asked_at = self.standing.starts_at
        if asked_at is not None and day.weekday is not None:  # "make it Wednesday": of the same week, if still to come
            same_week = asked_at.date() + timedelta(days=day.weekday - asked_at.weekday())
            if same_week >= self.place.now.date():
                said = replace(said, day=replace(day, on=same_week))
        self._set(self.standing.wish.hearing(said))

    def _times(self) -> tuple[time, ...]:
        wish = self.standing.wish
        return wish.clock.candidates(wish.part) if wish.clock else ()

    def _moment(self) -> datetime | None:
        """The moment meant: open before closed, still to come; a day named loosely moves on. None: it has passed."""
        wish, hours, now = self.standing.wish, self.place.hours, self.place.now
        if wish.day is None or wish.clock is None:
            return None
        days = dict.fromkeys((wish.day, rolled(wish.day, wish.roll)))
        coming = [moment for at in self._times() for day in days if (moment := local(day, at, now)) > now]
        is_open = sorted(each for each in coming if hours.known and hours.open_at(each.date(), each.time()))
        return next(iter(is_open or coming), None)

    def _open_late(self) -> bool:
        """A closed day whose first hours still belong to the evening before."""
        day = self.standing.wish.day
        return day is not None and any(self.place.hours.open_at(day, at) for at in self._times())

    def _is_over(self, day: date) -> bool:
        """A day, or the part of it that was named, with no hour left to come to."""
        now, wish = self.place.now, self.standing.wish
        if day > now.date() or (wish.clock is not None and day == now.date()):
            return False
        if day < now.date() or (wish.part is not None and now.time() >= PART_ENDS[wish.part]):
            return True
        spans = self.place.hours.on(day)
        return bool(spans) and all(closes <= now.hour * 60 + now.minute for _, closes in spans)

    def _name(self) -> str | None:
        """A message of which nothing was understood may be no more than a name."""
        strange = self.text == self.written or self.text == normalised(self.written)
        return words.as_name(self.written) if strange else None

    def _contact_missing(self) -> bool:
        return not self.contact.reachable and not self.standing.wish.no_contact

    def _reached_at(self) -> str:
        return self.contact.phone or self.contact.email or ""

    def _requested_in_words(self) -> str:
        return self._when(self.standing.starts_at) if self.standing.starts_at else ""

    def _when(self, moment: datetime) -> str:
        return self._calendar.in_words(moment, self.place.now.date())

    def _day(self, day: date) -> str:
        return self._calendar.day_in_words(day, self.place.now.date())

    @property
    def _calendar(self) -> Calendar:
        return calendar(self.place.language)

    def _set(self, wish: Wish) -> None:
        self.standing = replace(self.standing, wish=wish)

    def _say(self, phrase: P, asked: Asked, **facts: str) -> Step:
        reply = say_booking(phrase, language=self.place.language, **facts)
        return Step(reply, self.standing.state, replace(self.standing.wish, asked=asked), self.standing.starts_at)


def _cut(text: str) -> str:
    return text.strip()[:WHAT_CHARACTERS]
