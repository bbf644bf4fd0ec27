"""Every sentence Frontdesk says to a visitor in its own name, by purpose and language: one file per language.

Nothing here is specific to one business. A language we have no sentences in is answered for by another one: `spoken`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workers.phrases import de, en, es, fr, it, nl, pt, tr
from workers.phrases.calendar import Calendar as Calendar
from workers.phrases.names import BookingPhrase as BookingPhrase
from workers.phrases.names import Phrase as Phrase

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Speech:
    """All that is said in one language."""

    phrases: Mapping[Phrase, str]
    booking: Mapping[BookingPhrase, str]
    calendar: Calendar
    dont_know: str


SPEECH = {
    name: Speech(module.PHRASES, module.BOOKING, module.CALENDAR, module.DONT_KNOW)
    for name, module in {"en": en, "es": es, "fr": fr, "de": de, "pt": pt, "it": it, "nl": nl, "tr": tr}.items()
}
LANGUAGES = tuple(SPEECH)

# A hand-over's reason, as it stands on the turn. One we do not know is told as "unable": it is always true.
_HAND_OVERS = {
    "asked": Phrase.ASKED,
    "complaint": Phrase.COMPLAINT,
    "rule": Phrase.RULE,
    "low_confidence": Phrase.UNSURE,
}

# For the business's own people, in English like all mail to them.
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
_WANTS = {
    "pricing": "to know a price",
    "booking": "an appointment",
    "faq": "to know something about the business",
    "contact": "to be contacted",
    "human": "to talk to a person",
    "complaint": "to complain",
    "greeting": "to say hello",
    "other": "something Frontdesk could not tell",
}


def spoken(*wanted: str | None) -> str:
    """The first of these languages that we have sentences in, else English."""
    return next((language for language in wanted if language in SPEECH), DEFAULT_LANGUAGE)


def say(phrase: Phrase, *, business: str = "", language: str = DEFAULT_LANGUAGE, **facts: str) -> str:
    """The text for a visitor, each {fact} filled in; a language without sentences falls back to English."""
    return _filled(SPEECH[spoken(language)].phrases[phrase], {"business": business, **facts})


def say_booking(phrase: BookingPhrase, *, language: str = DEFAULT_LANGUAGE, **facts: str) -> str:
    """The text for a visitor, each {fact} filled in."""
    return _filled(SPEECH[spoken(language)].booking[phrase], facts)


def calendar(language: str) -> Calendar:
    """How days and times are said."""
    return SPEECH[spoken(language)].calendar


def hand_over(reason: str, language: str = DEFAULT_LANGUAGE) -> str:
    """What the visitor reads when a person takes over, by the reason that stands on the turn."""
    return say(_HAND_OVERS.get(reason, Phrase.UNABLE), language=language)


def note_heading(reason: str) -> str:
    """The first line of the note for the business's own people."""
    return _NOTE_HEADINGS.get(reason, "A person is needed.")


def wants(intent: str) -> str:
    """What the visitor is after, in plain words; an intent of the business's own by its name."""
    return _WANTS.get(intent, intent.replace("_", " "))


def is_dont_know(reply: str) -> bool:
    """Whether a reply says that it does not know: in our words for it in any language, or a model's own at its beginning."""
    said = _plain(reply)
    return any(sentence in said for sentence in _our_dont_knows()) or _DONT_KNOW.match(said) is not None


@lru_cache(maxsize=1)
def _our_dont_knows() -> tuple[str, ...]:
    """The first sentence of each language's phrase."""
    return tuple(_plain(speech.phrases[Phrase.DONT_KNOW]).partition(".")[0] for speech in SPEECH.values())


_DONT_KNOW = re.compile("|".join(f"(?:{speech.dont_know})" for speech in SPEECH.values()))


def _filled(text: str, facts: Mapping[str, str]) -> str:
    """Not format(): a business may be called "{Curly}"."""
    return re.sub(r"\{(\w+)\}", lambda slot: facts.get(slot[1], ""), text)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())
