"""No text costs a worker seconds, however it is made: patterns that take time by the square of it would stop every tenant.

Measured as time of this process' own processor, so that a busy machine changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from clients.channels.untrusted import BODY_CHARACTERS
from clients.language_model import ModelRequest, Passage
from models.contact import emails, phones
from workers import booking_words, extractive, grounding, intents, leads, moments, words

AT_MOST_S = 1.5  # one of these took 5 s, all of them together a minute
OPEN = Passage("1", "When?", "At nine.", 1.0)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
REPEATED = (
    *(
        "0",
        "a",
        "\u0660",
        "a.",
        "a?",
        "a-",
        "a@b.",
        "e.g.",
        "Mr. ",
        "I am A ",
        "1/1/",
        "is ",
        "would ",
        "don't ",
        "what time ",
    ),
    *("book a ", "£1", "\t", "\n", "(", "[1", "'", "www.", "\u202e", "\ufdfa"),
)
READERS: dict[str, Callable[[str], object]] = {
    "intent": intents.classify,
    "yes": intents.is_yes,
    "thanks": intents.is_thanks,
    "contact": lambda text: leads.extract([text], {}, "GB"),
    "emails": lambda text: list(emails([text])),
    "phones": lambda text: list(phones([text], "GB")),
    "moment": lambda text: moments.read(text, NOW),
    "sentences": grounding.split,
    "statements": lambda text: grounding.check(text, []),
    "grounds": lambda text: grounding.check("At nine.", [Passage("1", "When?", text, 1.0)]),
    "units": words.units,
    "language": words.language_of,
    "stated": words.stated,
    "subject": words.subject,
    "search": words.search_words,
    "question": lambda text: extractive.answer(ModelRequest("", (), text, (OPEN,), 500)),
    "follow-up": lambda text: extractive.follows_up(text),
    "profile": lambda text: extractive.answer(ModelRequest("", (), "When do you open?", (), 500, text)),
    "entry": lambda text: extractive.answer(
        ModelRequest("", (), "When do you open?", (Passage("1", "When do you open?", text[:8000], 1.0),), 500)
    ),
    "appointment": lambda text: booking_words.asks_for_appointment(text, with_moment=True),
    "in between": booking_words.asks_in_between,
    "how it stands": booking_words.asks_how_it_stands,
    "another": booking_words.asks_for_another,
    "changes": booking_words.changes,
    "cancels": booking_words.cancels,
    "agrees": booking_words.agrees,
    "declines": booking_words.declines,
    "keeps contact": booking_words.refuses_contact,
    "name": booking_words.as_name,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_text_takes_long_to_read(reader: Callable[[str], object]) -> None:
    took_s: dict[str, float] = {}
    for piece in REPEATED:
        text = (piece * BODY_CHARACTERS)[:BODY_CHARACTERS]
        began = time.process_time()
        reader(text)
        took_s[piece] = time.process_time() - began
    slowest = max(took_s, key=lambda piece: took_s[piece])
    assert took_s[slowest] < AT_MOST_S, f"{slowest!r} took {took_s[slowest]:.1f} s"


def test_of_a_long_message_the_beginning_and_the_end_are_read() -> None:
    filler = "and so on " * 2000
    assert "parking" in intents.normalised(f"Is there parking? {filler}")
    assert "parking" in intents.normalised(f"{filler} Is there parking?")
    assert len(intents.normalised("\ufdfa" * 20_000)) <= 2 * intents.READ_CHARACTERS
