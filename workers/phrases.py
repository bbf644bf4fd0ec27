"""Every sentence Frontdesk says in its own name, by purpose and language. Nothing here is specific to one business."""

from __future__ import annotations

from enum import StrEnum

DEFAULT_LANGUAGE = "en"


class Phrase(StrEnum):
    """Why we speak to a visitor. There is no phrase for spam: it gets no answer."""

    GREETING = "greeting"  # the visitor said hello
    THANKS = "thanks"  # the visitor thanked us or said good-bye
    DONT_KNOW = "dont_know"  # nothing in the business's knowledge answers this
    ASKED = "asked"  # handed over: the visitor wants a person
    COMPLAINT = "complaint"  # handed over: the visitor complains
    UNSURE = "unsure"  # handed over: we would have to guess
    UNABLE = "unable"  # handed over: no answer could be written, or not in time


_TEXTS: dict[str, dict[Phrase, str]] = {
    "en": {
        Phrase.GREETING: "Hello, and welcome to {business}! How can I help you?",
        Phrase.THANKS: "You're welcome! If there is anything else, just write.",
        Phrase.DONT_KNOW: "I'm sorry, I don't have that information. Would you like me to pass your question on to a person?",
        Phrase.ASKED: "Of course. I'm passing this chat on to a person, who will answer you here.",
        Phrase.COMPLAINT: "I'm sorry to hear that. I'm passing this on to a person, who will look into it and answer you here.",
        Phrase.UNSURE: "I'd rather not guess at this one. I'm passing your question on to a person, who will answer you here.",
        Phrase.UNABLE: "I'm sorry, I can't answer this right now. I'm passing it on to a person, who will answer you here.",
    },
}

# A hand-over's reason, as it stands on the turn. One we do not know is told as "unable": it is always true.
_HAND_OVERS = {"asked": Phrase.ASKED, "complaint": Phrase.COMPLAINT, "low_confidence": Phrase.UNSURE}

_NOTE_HEADINGS = {
    "asked": "The visitor asked for a person.",
    "complaint": "The visitor has a complaint.",
    "low_confidence": "Frontdesk does not know the answer.",
    "model_down": "The language model could not be reached in time.",
    "model_refused": "The language model refused to answer.",
    "found_late": "Frontdesk found this message late and has not answered it.",
    "overdue": "This message was not answered within its limit.",
}


def say(phrase: Phrase, *, business: str = "", language: str = DEFAULT_LANGUAGE) -> str:
    """The text for a visitor; a language we do not have yet falls back to English."""
    texts = _TEXTS.get(language, _TEXTS[DEFAULT_LANGUAGE])
    return texts[phrase].replace("{business}", business)  # not format(): a business may be called "{Curly}"


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
