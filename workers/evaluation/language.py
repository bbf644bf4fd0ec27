"""`manage.py eval language`: whether short messages are taken for the language they are in, and all our sentences follow.

The set is written for this measure, 30 messages for each language we speak and some of others: `language.txt`. The weights
of `workers/language.py` were chosen on its even lines and on menus of a program that is not part of this.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workers.evaluation.table import Measure, NoSet, Progress, at_least, at_most
from workers.language import detect
from workers.phrases import LANGUAGES, SPEECH

OWN = Path(__file__).parent / "language.txt"
ELSEWHERE = {"en": "de"}  # the business's language, for a visitor of another one: English, or for the English German
TELL_NONE = ("Ok", "ok!", "15:30", "👍", "no", "super", "tom@x.example", "0161 496 0142", "?", "WhatsApp", "1.", "hi")
FACTS = ("business", "day", "hours", "part", "when", "contact", "name", "other", "time", "zone")

Messages = list[tuple[str, str]]


def measure(path: Path | None, progress: Progress) -> list[Measure]:
    """All measures; `path` is another file like our own."""
    messages = _read(path or OWN)
    progress(f"{len(messages)} messages")
    began = time.perf_counter()
    first = _wrong((language, text, ELSEWHERE.get(language, "en")) for language, text in messages)
    each_us = (time.perf_counter() - began) / len(messages) * 1e6
    within = _wrong((language, text, language) for language, text in messages)
    held = [(language, text, language) for language in LANGUAGES for text in TELL_NONE]
    moved = _wrong(held)
    sentences = list(_our_sentences())
    alike = _wrong((language, text, ELSEWHERE.get(language, "en")) for language, text in sentences)
    spoken = [language for language in LANGUAGES if all(text.strip() for text in _sentences(language))]
    outside = [
        f"{text!r} -> {found}"
        for _, text in messages
        for allowed in (("de",), ("en", "fr"), ("tr", "it", "es"))
        if (found := detect(text, allowed, allowed[0])) not in allowed
    ]
    return [
        at_least("first message, business of another language", _share(first, messages), 95, details=first),
        at_least("message within its conversation", _share(within, messages), 97, details=within),
        at_least("what tells none keeps the conversation's", _share(moved, held), 100, details=moved),
        at_most("languages outside those a business allows", len(outside), 0, details=outside),
        at_least("languages with every sentence of ours", len(spoken), len(LANGUAGES), ""),
        at_least("our sentences, taken for their language", _share(alike, sentences), 95, details=alike),
        Measure("a message takes", each_us, "µs"),
    ]


def _read(path: Path) -> Messages:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise NoSet(f"{path}: {error.strerror or 'cannot be read'}") from None
    found = [line.split(" ", 1) for line in lines if line.strip() and not line.startswith("#")]
    if not found or any(len(each) != 2 for each in found):
        raise NoSet(f"{path}: expected lines of a language's code, a space and a message")
    return [(language, text) for language, text in found]


def _wrong(cases: Iterable[tuple[str, str, str]]) -> list[str]:
    """Those taken for another language; each is (language, text, the language so far)."""
    return [
        f"{language}: {text!r} taken for {found}"
        for language, text, default in cases
        if (found := detect(text, (), default)) != language
    ]


def _share(wrong: Sequence[str], of: Sequence[object]) -> float:
    return 100 * (1 - len(wrong) / len(of))


def _our_sentences() -> Iterator[tuple[str, str]]:
    return ((language, text) for language in LANGUAGES for text in _sentences(language))


def _sentences(language: str) -> list[str]:
    """Without what is filled in."""
    speech = SPEECH[language]
    found = [*speech.phrases.values(), *speech.booking.values()]
    for fact in FACTS:
        found = [text.replace("{" + fact + "}", "") for text in found]
    return found
