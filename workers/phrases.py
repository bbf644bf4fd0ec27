"""Every sentence Frontdesk says in its own name, by purpose and language. Nothing here is specific to one business."""

from __future__ import annotations

import re
from enum import StrEnum

DEFAULT_LANGUAGE = "en"


class Phrase(StrEnum):
    """Why we speak to a visitor. There is no phrase for spam: it gets no answer."""

    GREETING = "greeting"  # the visitor said hello
    THANKS = "thanks"  # the visitor thanked us or said good-bye
    DONT_KNOW = "dont_know"  # nothing in the business's knowledge answers this
    ASKED = "asked"  # handed over: the visitor wants a person
    COMPLAINT = "complaint"  # handed over: the visitor complains
    RULE = "rule"  # handed over: the business wants a person to answer such messages
    UNSURE = "unsure"  # handed over: we would have to guess
    UNABLE = "unable"  # handed over: no answer could be written, or not in time
    TALK_TO_PERSON = "talk_to_person"  # the button below "I don't know"


class BookingPhrase(StrEnum):
    """What we say while an appointment is asked for; a person of the business decides on it."""

    ASK_DAY_FIRST = "ask_day_first"
    ASK_DAY = "ask_day"
    ASK_TIME = "ask_time"
    ASK_TIME_OPEN = "ask_time_open"
    ASK_TIME_OF_PART = "ask_time_of_part"
    ASK_CONTACT = "ask_contact"
    NAME_NOTED = "name_noted"
    CONFIRM = "confirm"
    CONFIRM_HERE = "confirm_here"  # the visitor leaves no contact
    REQUESTED = "requested"
    REQUESTED_HERE = "requested_here"
    WHAT_ELSE = "what_else"  # not confirmed
    OTHER_MOMENT = "other_moment"
    PASSED = "passed"
    NO_SUCH_DAY = "no_such_day"
    TOO_FAR = "too_far"
    CLOSED_DAY = "closed_day"
    CLOSED_DAY_OTHER = "closed_day_other"
    CLOSED_DAY_OFFER = "closed_day_offer"
    CLOSED_TIME_OFFER = "closed_time_offer"
    STANDS = "stands"
    CHANGE_TO = "change_to"
    CHANGED = "changed"
    LEFT = "left"
    ONE_ONLY = "one_only"
    CONTACT_NOTED = "contact_noted"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


_TEXTS: dict[str, dict[Phrase, str]] = {
    "en": {
        Phrase.GREETING: "Hello, and welcome to {business}! How can I help you?",
        Phrase.THANKS: "You're welcome! If there is anything else, just write.",
        Phrase.DONT_KNOW: "I'm sorry, I don't have that information. Would you like me to pass your question on to a person?",
        Phrase.ASKED: "Of course. I'm passing this chat on to a person, who will answer you here.",
        Phrase.COMPLAINT: "I'm sorry to hear that. I'm passing this on to a person, who will look into it and answer you here.",
        Phrase.RULE: "Thank you for your message. I'm passing this on to a person, who will answer you here.",
        Phrase.UNSURE: "I'd rather not guess at this one. I'm passing your question on to a person, who will answer you here.",
        Phrase.UNABLE: "I'm sorry, I can't answer this right now. I'm passing it on to a person, who will answer you here.",
        Phrase.TALK_TO_PERSON: "Talk to a person",
    },
}

_BOOKING_TEXTS: dict[str, dict[BookingPhrase, str]] = {
    "en": {
        BookingPhrase.ASK_DAY_FIRST: "I'll gladly note an appointment for you. Which day would suit you?",
        BookingPhrase.ASK_DAY: "Which day would suit you?",
        BookingPhrase.ASK_TIME: "At what time on {day}?",
        BookingPhrase.ASK_TIME_OPEN: "At what time on {day}? We are open from {hours}.",
        BookingPhrase.ASK_TIME_OF_PART: "At what time on {day}, in the {part}?",
        BookingPhrase.ASK_CONTACT: "{when}: how can we reach you? Please leave your name and a phone number or e-mail address.",
        BookingPhrase.NAME_NOTED: "Thank you, {name}. Which phone number or e-mail address may we answer to?",
        BookingPhrase.CONFIRM: "Shall I send your request for {when}? We'd answer you at {contact}.",
        BookingPhrase.CONFIRM_HERE: "Shall I send your request for {when}? We'd answer you here in the chat.",
        BookingPhrase.REQUESTED: (
            "Thank you! I've noted your request for {when}. A person will confirm it. You can still change or cancel it here."
        ),
        BookingPhrase.REQUESTED_HERE: (
            "Thank you! I've noted your request for {when}. A person will confirm it here. You can still change or cancel it."
        ),
        BookingPhrase.WHAT_ELSE: "All right. Which day and time should it be instead?",
        BookingPhrase.OTHER_MOMENT: "No problem. Which other day and time would suit you?",
        BookingPhrase.PASSED: "That has already passed. Which day and time would suit you?",
        BookingPhrase.NO_SUCH_DAY: "There is no such day in the calendar. Which day would suit you?",
        BookingPhrase.TOO_FAR: "That is more than a year ahead. Which earlier day would suit you?",
        BookingPhrase.CLOSED_DAY: "We are closed on {day}. Which other day would suit you?",
        BookingPhrase.CLOSED_DAY_OTHER: (
            "We are closed on {day}. The nearest day we are open is {other}, from {hours}. Which time would suit you then?"
        ),
        BookingPhrase.CLOSED_DAY_OFFER: "We are closed on {day}. The nearest time we are open is {when}. Would that suit you?",
        BookingPhrase.CLOSED_TIME_OFFER: (
            "On {day} we are open from {hours}. The nearest time to yours is {when}. Would that suit you?"
        ),
        BookingPhrase.STANDS: "Your request for {when} is noted. A person will confirm it.",
        BookingPhrase.CHANGE_TO: "Your request is for {when}. Which day and time should it be instead?",
        BookingPhrase.CHANGED: "Done: your request is now for {when}. A person will confirm it.",
        BookingPhrase.LEFT: "All right, I leave your request as it is: {when}.",
        BookingPhrase.ONE_ONLY: (
            "I can note one request in a chat, and yours is for {when}. You can change or cancel it, or ask for a person."
        ),
        BookingPhrase.CONTACT_NOTED: "Thank you, I've passed that on with your request for {when}.",
        BookingPhrase.CANCELLED: "Done: your request for {when} is cancelled.",
        BookingPhrase.DROPPED: "All right, I've dropped it: nothing was requested.",
    },
}

# A hand-over's reason, as it stands on the turn. One we do not know is told as "unable": it is always true.
_HAND_OVERS = {
    "asked": Phrase.ASKED,
    "complaint": Phrase.COMPLAINT,
    "rule": Phrase.RULE,
    "low_confidence": Phrase.UNSURE,
}

_NOTE_HEADINGS = {
    "asked": "The visitor asked for a person.",
    "complaint": "The visitor has a complaint.",
    "rule": "By your settings a person answers messages like this one.",
    "low_confidence": "Frontdesk does not know the answer.",
    "model_down": "The language model could not be reached in time.",
    "model_refused": "The language model refused to answer.",
    "budget": "The budget for the language model is spent, and your own entries do not answer this.",
    "found_late": "Frontdesk found this message late and has not answered it.",
    "overdue": "This message was not answered within its limit.",
    "not_sent": "A reply was written, but the channel did not take it.",
}


def say(phrase: Phrase, *, business: str = "", language: str = DEFAULT_LANGUAGE) -> str:
    """The text for a visitor; a language we do not have yet falls back to English."""
    texts = _TEXTS.get(language, _TEXTS[DEFAULT_LANGUAGE])
    return texts[phrase].replace("{business}", business)  # not format(): a business may be called "{Curly}"


def say_booking(phrase: BookingPhrase, *, language: str = DEFAULT_LANGUAGE, **facts: str) -> str:
    """The text for a visitor, each {fact} filled in."""
    texts = _BOOKING_TEXTS.get(language, _BOOKING_TEXTS[DEFAULT_LANGUAGE])
    return re.sub(r"\{(\w+)\}", lambda slot: facts.get(slot[1], ""), texts[phrase])


def hand_over(reason: str, language: str = DEFAULT_LANGUAGE) -> str:
    """What the visitor reads when a person takes over, by the reason that stands on the turn."""
    return say(_HAND_OVERS.get(reason, Phrase.UNABLE), language=language)


def note_heading(reason: str) -> str:
    """The first line of the note for the business's own people."""
    return _NOTE_HEADINGS.get(reason, "A person is needed.")


def is_dont_know(reply: str) -> bool:
    """Whether a reply says that it does not know, in the words we have for it in any of our languages."""
    said = _plain(reply)
    return any(_plain(texts[Phrase.DONT_KNOW]).partition(".")[0] in said for texts in _TEXTS.values())


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())
