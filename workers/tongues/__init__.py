"""What a visitor says of an appointment in another language, as the plain English that the booking talk reads. Pure.

No translation: only words of days, times, wishes, yes and no are known; everything else stays as it is, and a message of
which nothing is known says nothing to the booking talk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from workers.intents import normalised
from workers.tongues import de, es, fr, it, nl, pt, tr

MODULES = {"es": es, "fr": fr, "de": de, "pt": pt, "it": it, "nl": nl, "tr": tr}
QUARTER, HALF, HOUR = 15, 30, 60
READ_CHARACTERS = 1_000
PRIVATE = 0xE000  # of Unicode's private use; `normalised` texts are shorter than there are signs
_NOTED = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True)
class Tongue:
    """One language, compiled."""

    hours: dict[str, int]
    clocks: tuple[tuple[str, re.Pattern[str]], ...]  # how the minutes count, and what names the hour `h`
    words: tuple[tuple[re.Pattern[str], str], ...]
    first: tuple[tuple[re.Pattern[str], str], ...]  # whole turns of phrase, before single words


def into_english(text: str, language: str) -> str:
    """The message with all known words in English; English and languages we do not know stay as they are."""
    if language not in MODULES:
        return text
    tongue, plain = _tongue(language), _NOTED.sub(" ", normalised(text[:READ_CHARACTERS]))
    said: list[str] = []  # what was understood; a sign of its own stands for it, so that nothing is read in it again

    def note(english: str) -> str:
        said.append(english)
        return chr(PRIVATE + len(said) - 1)

    for pattern, english in tongue.first:
        plain = pattern.sub(lambda match, english=english: note(match.expand(english)), plain)  # type: ignore[misc]
    for kind, pattern in tongue.clocks:
        plain = pattern.sub(lambda match, kind=kind: note(_clock(kind, match, tongue)), plain)  # type: ignore[misc]
    for pattern, english in tongue.words:
        plain = pattern.sub(lambda _, english=english: note(english), plain)  # type: ignore[misc]
    return " ".join(_NOTED.sub(lambda sign: f" {said[ord(sign[0]) - PRIVATE]} ", plain).split())


def _clock(kind: str, match: re.Match[str], tongue: Tongue) -> str:
    """An hour and its minutes in digits: "half to" three is 2:30."""
    word = match["h"]
    hour = int(word) if word.isdigit() else tongue.hours[word]
    minutes = {"hour": 0, "quarter": QUARTER, "half": HALF, "to_quarter": -QUARTER, "to_half": -HALF}[kind]
    if minutes < 0:
        hour, minutes = (hour - 1) or 12, HOUR + minutes
    return f"at {hour}:{minutes:02d}" if minutes else f"at {hour}"


@cache
def _tongue(language: str) -> Tongue:
    module = MODULES[language]
    hours = {word: number for number, names in enumerate(module.NUMBERS, 1) for word in names.split()}
    hour = r"(?P<h>\d{1,2}|" + "|".join(sorted(hours, key=len, reverse=True)) + ")"
    clocks = tuple((kind, re.compile(pattern.replace("{h}", hour))) for kind, pattern in module.CLOCKS)
    words: list[tuple[str, str]] = []
    words += [(names, english) for names, english in module.WORDS]
    words += zip(module.WEEKDAYS, _WEEKDAYS, strict=True)
    words += zip(module.MONTHS, _MONTHS, strict=True)
    words += [(word, str(number)) for word, number in hours.items() if word not in module.ARTICLES]
    return Tongue(
        hours,
        clocks,
        tuple((re.compile(rf"(?<!\w)(?:{names})(?!\w)"), english) for names, english in words),
        tuple((re.compile(pattern), english) for pattern, english in module.FIRST),
    )


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
