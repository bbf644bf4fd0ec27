"""The talk that leads to an appointment: what is asked, offered, confirmed, changed, and what is left to the entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from models.booking import BookingState
from workers import bookings
from workers.booking_wish import Change, Place, Reminder, Standing, Step, Wish
from workers.leads import Contact, extract
from workers.opening import Hours, read_hours

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 2, 10, 0, tzinfo=LONDON)  # a Wednesday
SALON = read_hours(
    {
        "tuesday": ["09:00", "18:00"],
        "wednesday": ["09:00", "18:00"],
        "thursday": ["09:00", "20:00"],
        "friday": ["09:00", "18:00"],
        "saturday": ["09:00", "16:00"],
    }
)
PHONE = "0161 496 0142"


@dataclass
class Talk:
    """A visitor at the desk: what is said is what stands, as it does once a reply left."""

    hours: Hours = field(default_factory=lambda: SALON)
    now: datetime = NOW
    standing: Standing | None = None
    said: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    customer: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> str | None:
        """The reply; None when the message is answered like any other; a reminder in brackets."""
        self.said.append(text)
        contact: Contact = extract(self.said, self.customer, "GB")
        told = extract([text], None, "GB").reachable
        step = bookings.take(text, self.standing, contact, Place(self.now, self.hours), contact_in_text=told)
        if isinstance(step, Reminder):
            return f"({step.text})"
        if step is None:
            return None
        assert isinstance(step, Step)
        self.standing = Standing(step.state, Wish.from_json(step.wish.as_json()), step.starts_at)
        if step.state is BookingState.CANCELLED:
            self.standing = None
        self.changes.append(step.change)
        return step.reply

    @property
    def starts_at(self) -> str:
        assert self.standing is not None
        return f"{self.standing.starts_at:%Y-%m-%d %H:%M}" if self.standing.starts_at else ""


def requested(when: str = "next Tuesday at 3pm", **more: object) -> Talk:
    talk = Talk(**more)  # type: ignore[arg-type]
    talk.say(f"I'd like to book a haircut {when}")
    talk.say(PHONE)
    assert "noted your request" in str(talk.say("yes"))
    talk.changes.clear()
    return talk


def test_over_as_many_turns_as_it_takes():
    talk = Talk()
    assert talk.say("Hi, I'd like to book an appointment") == (
        "I'll gladly note an appointment for you. Which day would suit you?"
    )
    assert talk.say("Thursday") == "At what time on Thursday 3 December? We are open from 9:00 to 20:00."
    assert "Thursday 3 December at 15:00: how can we reach you?" in str(talk.say("3"))
    assert talk.say("Maya") == "Thank you, Maya. Which phone number or e-mail address may we answer to?"
    assert (
        talk.say(PHONE)
        == "Shall I send your request for Thursday 3 December at 15:00? We'd answer you at +441614960142."
    )
    assert str(talk.say("yes please")).startswith(
        "Thank you! I've noted your request for Thursday 3 December at 15:00."
    )
    assert (talk.starts_at, talk.changes[-1]) == ("2026-12-03 15:00", Change.REQUESTED)
    assert talk.standing is not None
    assert talk.standing.wish.name == "Maya"


def test_all_in_one_message():
    talk = Talk()
    reply = talk.say("Can I book a cut tomorrow at 3? My number is 0161 496 0142")
    assert reply == "Shall I send your request for Thursday 3 December at 15:00? We'd answer you at +441614960142."
    assert talk.say("Yes!") is not None
    assert talk.starts_at == "2026-12-03 15:00"


def test_contact_that_the_channel_knows_is_not_asked_for():
    talk = Talk(customer={"email": "maya@example.com"})
    assert "We'd answer you at maya@example.com" in str(talk.say("book me in for tomorrow at 11"))


# what is said | where it leads: a moment that is then confirmed, or parts of the reply
SETTLED = """
tomorrow at 3                | 2026-12-03 15:00
tomorrow at 3pm              | 2026-12-03 15:00
tomorrow at 9                | 2026-12-03 09:00
tomorrow at 7                | 2026-12-03 19:00
tomorrow 7.30                | 2026-12-03 19:30
tomorrow at 12               | 2026-12-03 12:00
next Tuesday 14:30           | 2026-12-08 14:30
on the 12th at noon          | 2026-12-12 12:00
today at 3                   | 2026-12-02 15:00
today at 11                  | 2026-12-02 11:00
Wednesday at 9               | 2026-12-09 09:00
Wednesday at 2               | 2026-12-02 14:00
Friday at half past four     | 2026-12-04 16:30
the 2nd at 9:30              | 2027-01-02 09:30
2 December at 3pm            | 2026-12-02 15:00
in two weeks at 10           | 2026-12-16 10:00
in 3 hours                   | 2026-12-02 13:00
Saturday 3.30                | 2026-12-05 15:30
Friday morning               | At what time on Friday 4 December, in the morning?
Friday in the afternoon      | At what time on Friday 4 December, in the afternoon?
Friday                       | At what time on Friday 4 December? We are open from 9:00 to 18:00.
at 3pm                       | I'll gladly note an appointment for you. Which day
next week                    | I'll gladly note an appointment for you. Which day
this morning at 8:30am       | That has already passed.
today at 9am                 | That has already passed.
yesterday                    | That has already passed.
31 November                  | There is no such day in the calendar.
in 20 months at 3pm          | That is more than a year ahead.
on Sunday                    | We are closed on Sunday 6 December … is Saturday 5 December, from 9:00 to 16:00.
on Monday at 3pm             | We are closed on Monday 7 December. The nearest time we are open is Tuesday 8 December at 9:00.
Sunday at 10am               | We are closed on Sunday 6 December. The nearest time we are open is Saturday 5 December at 15:30.
Friday at 19:00              | Friday 4 December we are open from 9:00 to 18:00 … is Friday 4 December at 17:30.
Friday at 18:00              | Friday 4 December we are open from 9:00 to 18:00 … is Friday 4 December at 17:30.
Friday at 8am                | Friday 4 December we are open from 9:00 to 18:00 … is Friday 4 December at 9:00.
Saturday at 5                | Saturday 5 December we are open from 9:00 to 16:00 … is Saturday 5 December at 15:30.
tomorrow at 3am              | Thursday 3 December we are open from 9:00 to 20:00 … is Thursday 3 December at 9:00.
"""


@pytest.mark.parametrize(
    ("when", "leads_to"), [line.split("|") for line in SETTLED.strip().splitlines()], ids=lambda value: None
)
def test_a_wish_is_settled_within_the_opening_hours(when: str, leads_to: str):
    talk = Talk(customer={"phone": PHONE})
    reply, leads_to = str(talk.say(f"I'd like to book a haircut {when.strip()}")), leads_to.strip()
    if not leads_to[0].isdigit():
        assert all(part in reply for part in leads_to.split(" … "))
        return
    assert reply.startswith("Shall I send your request for ")
    talk.say("yes")
    assert talk.starts_at == leads_to


@pytest.mark.parametrize(
    ("when", "moment"), [("tomorrow at 3", "15:00"), ("tomorrow at 3am", "03:00"), ("tomorrow at 22:00", "22:00")]
)
def test_unknown_hours_accept_every_time(when: str, moment: str):
    talk = requested(when, hours=Hours())
    assert talk.starts_at == f"2026-12-03 {moment}"


def test_a_day_that_is_over_moves_on_to_the_next_week():
    friday = datetime(2026, 12, 4, 18, 30, tzinfo=LONDON)
    assert "Friday 11 December" in str(Talk(now=friday).say("I want to make an appointment on friday"))
    afternoon = datetime(2026, 12, 4, 14, 0, tzinfo=LONDON)
    assert "Friday 11 December, in the morning" in str(Talk(now=afternoon).say("any slots friday morning?"))


def test_the_offer_is_taken_or_left():
    talk = Talk(customer={"phone": PHONE})
    assert "Would that suit you?" in str(talk.say("I need an appointment on Friday at 7pm"))
    assert "noted your request for Friday 4 December at 17:30" in str(talk.say("yes, that works"))
    talk = Talk(customer={"phone": PHONE})
    talk.say("I need an appointment on Friday at 7pm")
    assert talk.say("no thanks") == "No problem. Which other day and time would suit you?"
    assert "Shall I send your request for Saturday 5 December at 11:00" in str(talk.say("Saturday at 11 then"))


def test_an_offer_is_answered_with_another_time():
    talk = Talk(customer={"phone": PHONE})
    talk.say("book me in on Friday at 7pm")
    assert "Friday 4 December at 16:00" in str(talk.say("4"))


def test_what_is_confirmed_can_be_corrected_before_it_is_sent():
    talk = Talk(customer={"phone": PHONE})
    talk.say("I'd like an appointment tomorrow at 3pm")
    assert talk.say("no") == "All right. Which day and time should it be instead?"
    assert "Friday 4 December at 15:00" in str(talk.say("Friday"))
    assert "Friday 4 December at 16:30" in str(talk.say("no, half past four"))
    assert "noted your request for Friday 4 December at 16:30" in str(talk.say("perfect, thanks"))


def test_no_contact_means_an_answer_in_the_chat():
    talk = Talk()
    talk.say("I'd like an appointment tomorrow at 3pm")
    assert "answer you here in the chat" in str(talk.say("I'd rather not give my number"))
    assert "confirm it here" in str(talk.say("ok"))


def test_a_question_in_between_is_answered_and_the_booking_goes_on():
    talk = Talk(customer={"phone": PHONE})
    talk.say("I'd like to make an appointment for Friday")
    for question in (
        "how much is it?",
        "Do you have parking?",
        "are you open on Sunday?",
        "What does a cut cost on Friday?",
    ):
        assert talk.say(question) == "(At what time on Friday 4 December? We are open from 9:00 to 18:00.)"
    assert "Friday 4 December at 14:00" in str(talk.say("what about 2pm?"))
    assert talk.say("how long does it take?") == (
        "(Shall I send your request for Friday 4 December at 14:00? We'd answer you at +441614960142.)"
    )
    assert "noted" in str(talk.say("yes"))


@pytest.mark.parametrize(
    "text", ["the weather is lovely", "hmm", "Do you sell gift cards?", "thanks", "hello", "??", "🙂"]
)
def test_what_carries_nothing_for_the_booking_is_answered_as_ever(text: str):
    talk = Talk(customer={"phone": PHONE})
    talk.say("I'd like to make an appointment for Friday")
    before = talk.standing
    reply = talk.say(text)
    assert reply is None or reply.startswith("(")
    assert talk.standing == before


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("make it Wednesday", "2026-12-09 15:00"),
        ("Can we do Thursday at 5 instead?", "2026-12-10 17:00"),
        ("make it 4", "2026-12-08 16:00"),
        ("actually, could you move it to 11?", "2026-12-08 11:00"),
        ("change it to the 12th at noon please", "2026-12-12 12:00"),
        ("I need to reschedule my appointment to Friday", "2026-12-11 15:00"),
        ("what about 9:30?", "2026-12-08 09:30"),
    ],
)
def test_a_request_is_changed(text: str, moment: str):
    talk = requested()
    assert str(talk.say(text)).startswith("Done: your request is now for ")
    assert (talk.starts_at, talk.changes) == (moment, [Change.CHANGED])


def test_a_change_asks_for_what_is_missing():
    talk = requested()
    assert talk.say("I need to move my appointment") == (
        "Your request is for Tuesday 8 December at 15:00. Which day and time should it be instead?"
    )
    assert talk.changes == [Change.NOTHING]
    assert "now for Thursday 10 December at 15:00" in str(talk.say("Thursday"))


def test_a_change_to_a_closed_time_offers_another_and_keeps_the_request_until_then():
    talk = requested()
    assert "closed on Monday 7 December" in str(talk.say("make it Monday"))
    assert talk.starts_at == "2026-12-08 15:00"
    assert talk.say("no") == "All right, I leave your request as it is: Tuesday 8 December at 15:00."
    talk.say("make it Friday at 8pm")
    assert "now for Friday 11 December at 17:30" in str(talk.say("yes"))


@pytest.mark.parametrize(
    "text",
    ["cancel my appointment", "Please cancel it", "cancel", "I no longer need the appointment", "never mind, forget it",
     "can you cancel my booking?", "I want to cancel", "sorry, I can't make it", "I've changed my mind"],
)  # fmt: skip
def test_a_request_is_cancelled(text: str):
    talk = requested()
    assert talk.say(text) == "Done: your request for Tuesday 8 December at 15:00 is cancelled."
    assert (talk.standing, talk.changes) == (None, [Change.CANCELLED])
    assert talk.say("yes") is None


def test_a_booking_is_dropped_before_it_was_sent():
    talk = Talk()
    talk.say("I'd like to book an appointment")
    assert talk.say("forget it") == "All right, I've dropped it: nothing was requested."
    assert talk.changes == [Change.NOTHING, Change.NOTHING]


@pytest.mark.parametrize("text", ["When is my appointment?", "is my booking confirmed?", "did my request go through?"])
def test_how_it_stands(text: str):
    assert requested().say(text) == "Your request for Tuesday 8 December at 15:00 is noted. A person will confirm it."


def test_one_request_per_chat():
    assert "one request in a chat" in str(requested().say("I'd like another appointment on Friday at 10"))


def test_new_contact_goes_along_with_the_request():
    talk = requested()
    assert "passed that on" in str(talk.say("my new number is 0161 496 0999"))
    assert talk.changes == [Change.CHANGED]


@pytest.mark.parametrize(
    "text", ["thanks!", "how much is a beard trim?", "Do you have parking?", "great, see you then", "yes"]
)
def test_after_a_request_other_messages_are_answered_as_ever(text: str):
    assert requested().say(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "How do I cancel an appointment?",
        "how can I cancel my appointment?",
        "can I book online?",
        "Can I book by phone?",
        "How do I book an appointment?",
        "Do I need an appointment?",
        "Can I come without an appointment?",
        "What is your cancellation policy?",
        "How long does an appointment take?",
        "do you take bookings for groups?",
        "how far in advance should I book?",
        "What happens if I miss my appointment?",
        "Do I have to pay a deposit when I book?",
        "Where do I come for my appointment?",
        "did my booking go through?",
        "please cancel my booking for friday",
        "running 10 min late, can you still fit me in?",
        "are you open on Friday?",
        "how much is a cut on Saturday?",
        "hello",
        "I love books",
        "Is it possible to book through the website?",
    ],
)
def test_questions_about_booking_are_left_to_the_entries(text: str):
    assert Talk().say(text) is None


@pytest.mark.parametrize(
    "text", ["How do I cancel an appointment?", "can I book online?", "What is your cancellation policy?"]
)
def test_they_are_also_while_a_booking_is_open(text: str):
    talk = requested()
    assert talk.say(text) is None
    assert talk.starts_at == "2026-12-08 15:00"


@pytest.mark.parametrize(
    "text",
    [
        "I'd like to book an appointment",
        "book me in for a trim",
        "Can I come in tomorrow at 3pm?",
        "do you have anything free on saturday morning",
        "Can I make a reservation for two people tonight?",
        "appointmnt for tuesday pls",
        "Any slots left this week?",
        "Is Anna available on the 11th?",
        "Could I schedule a demo with your team?",
        "Need a table for 4 at 8pm",
        "Looking to reserve a court for Saturday 10am",
        "I want to come in for a fitting",
        "I need a haircut on Friday",
        "can you squeeze me in today for a quick beard trim?",
        "I'd like to see Dr Patel on Tuesday if possible",
        "any chance of an appointment before Christmas",
        "What times do you have free tomorrow?",
        "appointment please",
        "Do you have availability next Thursday after work?",
        "I want to get my hair cut, can I have an appointment?",
    ],
)
def test_a_clear_wish_begins_the_talk(text: str):
    assert Talk().say(text) is not None


def test_hours_are_read_from_the_configuration_or_unknown():
    assert read_hours({"monday": ["09:00", "12:00", "14:00", "18:00"]}).in_words(date(2026, 12, 7)) == (
        "9:00 to 12:00 and 14:00 to 18:00"
    )
    assert read_hours({"monday": [["09:00", "12:00"]], "sunday": []}).on(date(2026, 12, 6)) == ()
    for broken in ({}, None, [], {"mo": ["9", "5"]}, {"monday": ["09:00"]}, {"monday": "9-5"}, {"monday": [9, 17]}):
        assert not read_hours(broken).known


def test_hours_past_midnight_belong_to_the_evening_before():
    bar = read_hours({"friday": ["18:00", "02:00"]})
    assert bar.open_at(date(2026, 12, 4), time(23, 0))
    assert bar.open_at(date(2026, 12, 5), time(1, 30))
    assert not bar.open_at(date(2026, 12, 5), time(2, 0))
    talk = Talk(hours=bar, customer={"phone": PHONE})
    assert "Saturday 5 December at 1:00" in str(talk.say("book a table on saturday at 1am"))


def test_the_nearest_open_time_is_still_to_come():
    found = SALON.nearest(date(2026, 12, 2), time(9, 0), NOW)
    assert found == (date(2026, 12, 2), time(10, 0))
    assert Hours().nearest(date(2026, 12, 2), time(9, 0), NOW) is None


def test_every_question_of_the_demo_business_is_left_to_its_entries():
    from models.demo_business import ENTRIES

    assert [entry.question for entry in ENTRIES if Talk().say(entry.question) is not None] == []


@pytest.mark.parametrize("words", ["can you ", "is my ", "when is ", "12/", "would ", "a ", "yes ", "1 ", "book an "])
@pytest.mark.parametrize("open_booking", [False, True])
def test_a_hostile_message_takes_no_time(words: str, open_booking: bool):
    import time as clock

    talk = requested() if open_booking else Talk()
    began = clock.perf_counter()
    talk.say((words * 20_000)[:20_000])
    assert clock.perf_counter() - began < 1.0  # most of it is looking for contact, which reads the whole text


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("I have a wheelchair, can I get in?", False),
        ("Can I come in on Friday?", True),
        ("I have terrible toothache, can I be seen today?", True),
        ("Do you have any job openings for developers?", False),
        ("Do you have any openings on Thursday?", True),
        ("My friend is ill and we can't make our slot next week, do we get our money back?", False),
        ("I can't make Friday, can I book for Monday?", True),
    ],
)
def test_an_appointment_is_begun_by_who_wants_a_new_one(text: str, begins: bool) -> None:
    assert bookings.begins(text, Place(NOW, SALON)) is begins
