"""What Frontdesk has to say in its own name, as names; each language's file says all of them."""

from __future__ import annotations

from enum import StrEnum


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
    THERE = "there"  # behind a hand-over: somebody is there, and how soon they answer
    AWAY = "away"  # behind a hand-over: nobody is there; by when there will be an answer
    LEAVE_CONTACT = "leave_contact"  # behind that: how to reach the visitor is not known
    MISSED = "missed"  # what was promised with the hand-over was not kept


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
