"""English."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Hello, and welcome to {business}! How can I help you?",
    P.THANKS: "You're welcome! If there is anything else, just write.",
    P.DONT_KNOW: "I'm sorry, I don't have that information. Would you like me to pass your question on to a person?",
    P.ASKED: "Of course. I'm passing this chat on to a person, who will answer you here.",
    P.COMPLAINT: "I'm sorry to hear that. I'm passing this on to a person, who will look into it and answer you here.",
    P.RULE: "Thank you for your message. I'm passing this on to a person, who will answer you here.",
    P.UNSURE: "I'd rather not guess at this one. I'm passing your question on to a person, who will answer you here.",
    P.UNABLE: "I'm sorry, I can't answer this right now. I'm passing it on to a person, who will answer you here.",
    P.TALK_TO_PERSON: "Talk to a person",
    P.THERE: "Somebody is there now and usually answers within {time}.",
    P.AWAY: "Nobody is there right now; you will have an answer by {when} ({zone}).",
    P.LEAVE_CONTACT: "Please leave your name and an e-mail address or phone number, so that they can reach you.",
    P.MISSED: (
        "I'm sorry: I told you there would be an answer by {when}, and nobody has written yet. "
        "I have reminded the team; they will answer you as soon as they can."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "I'll gladly note an appointment for you. Which day would suit you?",
    B.ASK_DAY: "Which day would suit you?",
    B.ASK_TIME: "At what time on {day}?",
    B.ASK_TIME_OPEN: "At what time on {day}? We are open from {hours}.",
    B.ASK_TIME_OF_PART: "At what time on {day}, in the {part}?",
    B.ASK_CONTACT: "{when}: how can we reach you? Please leave your name and a phone number or e-mail address.",
    B.NAME_NOTED: "Thank you, {name}. Which phone number or e-mail address may we answer to?",
    B.CONFIRM: "Shall I send your request for {when}? We'd answer you at {contact}.",
    B.CONFIRM_HERE: "Shall I send your request for {when}? We'd answer you here in the chat.",
    B.REQUESTED: (
        "Thank you! I've noted your request for {when}. A person will confirm it. You can still change or cancel it here."
    ),
    B.REQUESTED_HERE: (
        "Thank you! I've noted your request for {when}. A person will confirm it here. You can still change or cancel it."
    ),
    B.WHAT_ELSE: "All right. Which day and time should it be instead?",
    B.OTHER_MOMENT: "No problem. Which other day and time would suit you?",
    B.PASSED: "That has already passed. Which day and time would suit you?",
    B.NO_SUCH_DAY: "There is no such day in the calendar. Which day would suit you?",
    B.TOO_FAR: "That is more than a year ahead. Which earlier day would suit you?",
    B.CLOSED_DAY: "We are closed on {day}. Which other day would suit you?",
    B.CLOSED_DAY_OTHER: (
        "We are closed on {day}. The nearest day we are open is {other}, from {hours}. Which time would suit you then?"
    ),
    B.CLOSED_DAY_OFFER: "We are closed on {day}. The nearest time we are open is {when}. Would that suit you?",
    B.CLOSED_TIME_OFFER: (
        "On {day} we are open from {hours}. The nearest time to yours is {when}. Would that suit you?"
    ),
    B.STANDS: "Your request for {when} is noted. A person will confirm it.",
    B.CHANGE_TO: "Your request is for {when}. Which day and time should it be instead?",
    B.CHANGED: "Done: your request is now for {when}. A person will confirm it.",
    B.LEFT: "All right, I leave your request as it is: {when}.",
    B.ONE_ONLY: (
        "I can note one request in a chat, and yours is for {when}. You can change or cancel it, or ask for a person."
    ),
    B.CONTACT_NOTED: "Thank you, I've passed that on with your request for {when}.",
    B.CANCELLED: "Done: your request for {when} is cancelled.",
    B.DROPPED: "All right, I've dropped it: nothing was requested.",
}

CALENDAR = Calendar(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    day="{weekday} {number} {month}{year}",
    year=" {year}",
    moment="{day} at {time}",
    span="{opens} to {closes}",
    also=" and ",
    parts=("morning", "lunchtime", "afternoon", "evening"),
    minutes=("minute", "minutes"),
    hours=("hour", "hours"),
)  # fmt: skip

# What a model says in its own words instead of P.DONT_KNOW, at the beginning of its answer; lower case, plain quotes.
DONT_KNOW = (
    r"(?:i'?m (?:really |so |very )?sorry|sorry|unfortunately|i'?m afraid)?[,.:; ]*(?:but )?i (?:do not|don'?t|can'?t|cannot) "
    r"(?:currently )?(?:have|find|see) (?:any |that |this |the )*(?:specific )?(?:information|details|answer)"
)
