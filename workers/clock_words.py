"""Reads a time of day from English words: "half past two", "3pm", "14:30", "at noon". Pure.

Refuses to guess: an hour without am or pm may be twelve hours later, and says so (`Clock.twelve`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from workers.day_words import GONE, TH, Part, number_of


@dataclass(frozen=True)
class Clock:
    """A time as said. `twelve`: without am or pm, so it may be twelve hours later."""

    hour: int
    minute: int = 0
    twelve: bool = False

    def candidates(self, part: Part | None) -> tuple[time, ...]:
        """The times it may mean, the likelier first: 7 to 11 in the morning, else in the afternoon."""
        early, late = time(self.hour % 24, self.minute), time((self.hour + 12) % 24, self.minute)
        if not self.twelve or part is Part.MORNING:
            return (early,)
        if part is not None:
            return (early if part is Part.LUNCHTIME and self.hour >= 11 else late,)
        return (late, early) if self.hour < 7 else (early, late)


def read_clock(text: str) -> tuple[Clock | None, str]:
    """The first time said, by the surest pattern, and the text with it taken out."""
    text = _NOISE.sub(" ", text)
    for pattern, meaning in _CLOCKS:
        for match in pattern.finditer(text):
            clock = meaning(match)
            if 0 <= clock.hour < 24 and 0 <= clock.minute < 60:
                return clock, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def read_part(text: str) -> Part | None:
    """The part of the day that is named."""
    return next((part for pattern, part in _PARTS if pattern.search(text)), None)


def bare_number(text: str) -> str | None:
    """The number, when a message is no more than one: "14", "maybe 3, please"."""
    match = _ALONE.fullmatch(text)
    return match[1] if match else None


def clock_of(hour: int, minute: int, written: str) -> Clock:
    """An hour without am or pm, as it was written: 03 is exact, 3 is not."""
    return Clock(0 if hour == 24 else hour, minute, twelve=0 < hour < 12 and not written.startswith("0"))


def _meridiem(match: re.Match[str]) -> Clock:
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if not 1 <= hour <= 12:
        return Clock(hour, minute)  # "15pm"
    return Clock(hour % 12 + (12 if half == "p" else 0), minute)


def _digits(match: re.Match[str]) -> Clock:
    return clock_of(int(match[1]), int(match[2]), match[1])


def _military(match: re.Match[str]) -> Clock:
    return Clock(int(match[1]), int(match[2]))


def _hour(match: re.Match[str]) -> Clock:
    return _spoken(match[1], 0)


def _past(match: re.Match[str]) -> Clock:
    return _spoken(match["hour"], {"half": 30, "quarter": 15}.get(match["part"]) or number_of(match["part"]))


def _to(match: re.Match[str]) -> Clock:
    minutes = 15 if match["part"] == "quarter" else number_of(match["part"])
    hour = number_of(match["hour"])
    if hour == 1:
        return Clock(12, 60 - minutes)
    return Clock(hour - 1, 60 - minutes, twelve=1 < hour <= 12)


def _spoken(hour: str, minute: int) -> Clock:
    return clock_of(number_of(hour), minute, hour)


_HOUR = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MINUTES = r"(?<!from )(?<!between )(?:twenty[ -]five|five|ten|twenty|[12]?[05]|\d{1,2}(?= min))"
_NO_UNIT = (
    rf"\b(?![/.:]\d|{TH}\b)(?! ?(?:%|people|persons?|guests?|of us|pax|adults?|kids|child\w*|friends?|weeks?|days?|months?|"
    r"years?|yrs?|hours?|hrs?|min\w*|times|pounds?|quid|euros?|dollars?|miles?|km|inch\w*|cm|x\b))"
)
_NO_PARTY = r"(?<!\btable for )(?<!\bparty for )(?<!\bgroup for )"  # "a table for 8" seats eight
_NOISE = re.compile(  # mail addresses, phone numbers, prices, greetings
    r"\S+@\S+|(?<![\w:])(?:\+|\(?0)\d[\d\s()./-]{5,}\d|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b|(?<![\d/.-])\d{7,}|"
    r"[£$€] ?\d+(?:[.,]\d+)?|\b24/7\b"
)
_FILL = (
    r"(?:please|pls|thanks?|thank you|then|is (?:fine|good|ok|great)|works?|would be (?:good|great|fine|perfect)|sharp)"
)
_ALONE = re.compile(
    rf"[\W{GONE}]*(?:(?:ok|okay|yes|sure|maybe|then|say|how about|what about|perhaps|rather|no|the|on)[ ,]+)*"
    rf"(\d{{1,2}})(?:[ ,]+{_FILL})*[\W{GONE}]*"
)
_CLOCKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Clock]], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (  # in this order: the surest first
        (r"(?<![\d£$€:.])(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.? ?m\b\.?", _meridiem),
        (rf"\b(?P<part>half|quarter|{_MINUTES})(?: min(?:ute)?s?)? (?:past|after) (?P<hour>{_HOUR})\b", _past),
        (rf"\b(?P<part>quarter|{_MINUTES})(?: min(?:ute)?s?)? (?:to|before|of) (?P<hour>{_HOUR})\b(?!{TH})", _to),
        (rf"\b(?P<part>half) (?P<hour>{_HOUR})\b", _past),
        (r"(?<![\d£$€:.])(\d{1,2})[:h]([0-5]\d)(?![\d:])", _digits),
        (r"(?<![\d£$€:./])(\d{1,2})\.([0-5]\d)(?![\d.])", _digits),
        (r"\b(\d{1,2}) ?h(?:rs|ours)?\b(?! (?:long|later|before|ago))", lambda match: Clock(int(match[1]))),
        (r"\b([01]\d|2[0-3])([0-5]\d) ?h(?:rs|ours)?\b", _military),
        (r"\bat ([01]\d|2[0-3])([0-5]\d)\b", _military),
        (r"\b(?:high )?noon\b|\bmid-?day\b", lambda match: Clock(12)),
        (r"\bmidnight\b", lambda match: Clock(0)),
        (rf"\b({_HOUR}) ?o ?'? ?clock\b", _hour),
        (rf"\b({_HOUR}) ?-?ish\b", _hour),
        (
            rf"(?:\b(?:at|around|about|by|from|after|before|make it|say|until|till|between)|@) ?(?:about |around )?"
            rf"({_HOUR}){_NO_UNIT}",
            _hour,
        ),
        (
            rf"\b(?:move|change|push|shift|put|switch|bring|set|book|slot|squeeze|fit|me|us|in)(?: \w+){{0,4}}? (?:to|for) "
            rf"{_NO_PARTY}({_HOUR}){_NO_UNIT}",
            _hour,
        ),
        (rf"{GONE}[ ,]*(\d{{1,2}}){_NO_UNIT}", _hour),
        (rf"(?:^|[ ,]){_NO_PARTY}(\d{{1,2}}),? (?:on )?{GONE}", _hour),
    )
)
_PARTS = (
    (re.compile(r"\blunch(?: ?time|-time)?\b"), Part.LUNCHTIME),
    (re.compile(rf"\bmornings?\b|\bfirst thing\b|{GONE} ?am\b"), Part.MORNING),
    (re.compile(rf"\bafternoons?\b|{GONE} ?pm\b"), Part.AFTERNOON),
    (re.compile(r"\bevenings?\b|\bnight\b|\bafter work\b"), Part.EVENING),
)
