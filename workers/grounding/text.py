"""Turns text into tokens that can be compared: one form of each character, words folded, contacts whole. Linear in time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from workers.grounding.stems import words_of

Kind = Literal["word", "number", "code", "email", "link", "phone", "currency", "mark"]

LONGEST = 8_000  # characters read of one text

# Directions, invisible joiners, tags and controls: they change what is seen or hide what is said.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_FRACTION = re.compile("(\\d?) ?([½¼¾])")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "−": "-", "：": ":"})
_SHORT = {"re": " are", "ve": " have", "ll": " will", "m": " am"}
# (what must stand in a lower-cased text for the pattern to find anything, the pattern, what is written instead)
_SPELLED: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("m", re.compile(r"\b([ap])\. ?m\b\.?", re.IGNORECASE), r"\1m"),
    ("clock", re.compile(r"\bo ?' ?clock\b", re.IGNORECASE), "oclock"),
    ("2", re.compile(r"(?<=\d) ?m(?:\^?2|²)(?!\w)"), " qm"),
    ("3", re.compile(r"(?<=\d) ?m(?:\^?3|³)(?!\w)"), " cbm"),
    ("'", re.compile(r"(?<=\w)'(re|ve|ll|m)\b", re.IGNORECASE), lambda found: _SHORT[found[1].casefold()]),
    ("km", re.compile(r"(?<=\d) ?km ?/ ?h\b"), " kmh"),
    ("week", re.compile(r"\bweek-?end(s?)\b", re.IGNORECASE), r"weekend\1"),
    ("seman", re.compile(r"\b(?:en|entre) semana?e?\b(?! de| du)", re.IGNORECASE), "weekdays"),
    ("$", re.compile(r"\b(US|CA|AU|R|C|A) ?\$"), r"\1$"),
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")  # of another script
_NOT = re.compile(r"(?<=\w)n't\b|(?<=\bcan)(?=not\b)", re.IGNORECASE)

_TOKEN = re.compile(
    r"(?P<email>[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}(?:/[^\s<>\"]{0,200})?)"
    r"|(?P<link>(?:(?:[a-z][a-z0-9+.-]{0,11}://|(?:mailto|tel|javascript|data|sms):)|www\.)[^\s<>\"]{1,2000}"
    r"|(?:[^\W_][\w-]{0,62}\.){1,6}(?:[^\W\d_]{2,24})(?![\w@])(?:[:/?#][^\s<>\"]{1,2000})?)"
    r"|(?P<number>\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\d/])|\d+(?:[.,:']\d+)*+)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<currency>[€£$¥₺₹₽₴₩₪₫฿₦₱])"
    r"|(?P<mark>\S)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\(?\d[\d \u00a0()./-]{5,26}\d")
_GROUPED = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})++(?![\d])(?:[.,]\d{1,2}(?!\d))?")
_DATE_LIKE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d|[./-]\d)|\d{1,2}[:.]\d{2} ?-|\d{4} ?[-/] ?\d{4}(?!\d)"
)
_COUNTED = re.compile(r" ?(?:[€£$%₺]|[^\W\d_]{2,})")  # behind a number that is an amount
_FILE_END = words_of("pdf docx doc html htm csv txt jpg png xlsx zip")


@dataclass(slots=True)
class Token:
    """One piece: `text` folded (no case, no accents), `raw` as written; tight: no space before it."""

    kind: Kind
    text: str
    raw: str
    tight: bool

    @property
    def capital_first(self) -> bool:
        return self.raw[:1].isupper()


# Joiners between Latin letters, where no script needs them.
_JOINED = re.compile("(?<=[A-Za-z\u00c0-\u024f])[\u200c\u200d]+(?=[A-Za-z\u00c0-\u024f])")


def visible(text: str) -> str:
    """Without characters that reorder what is seen or hide what is said."""
    return text if text.isascii() and text.isprintable() else _JOINED.sub("", _HIDDEN.sub("", text))


def plain(text: str) -> str:
    """One form of each character: full-width, other digits, typographic apostrophes; "don't" as "do not"."""
    text = visible(text[:LONGEST])
    if not text.isascii():
        text = text.replace("m²", "m2").replace("m³", "m3")
        text = _FRACTION.sub(lambda found: (found[1] or " 0") + _FRACTIONS[found[2]], text)
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN))[:LONGEST].translate(_PLAIN)
        text = _OTHER_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), text)
    lowered = text.lower()
    for sign, pattern, instead in _SPELLED:
        if sign in lowered:
            text = pattern.sub(instead, text)
    if "n't" not in lowered and "cannot" not in lowered:
        return text
    return _NOT.sub(lambda found: " not" if found[0] else " ", text)


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """Without case and accents."""
    if word.isascii():
        return word.casefold()
    decomposed = unicodedata.normalize("NFKD", word.replace("İ", "i").replace("ı", "i").casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def tokens(text: str) -> list[Token]:
    """The tokens of a plain text, in order."""
    found: list[Token] = []
    at, end, last = 0, len(text), 0
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        stop = match.end()
        if kind == "number" or (kind == "mark" and match[0] in "+("):
            if (phone := _phone(text, at, found)) is not None:
                kind, stop = "phone", phone
            elif kind == "number" and (grouped := _GROUPED.match(text, at)) is not None and grouped.end() > stop:
                stop = grouped.end()
        elif kind in ("link", "email"):
            stop = _without_closing(text, at, stop)
            if kind == "link" and not _is_link(text[at:stop]):
                kind, stop = "word", _WORD_END(text, at)
        raw = text[at:stop]
        found.append(Token(kind, fold(raw) if kind in ("word", "email") else raw, raw, at == last and at > 0))
        at = last = stop
    return found


def _WORD_END(text: str, at: int) -> int:
    stop = at
    while stop < len(text) and text[stop].isalpha():
        stop += 1
    return max(stop, at + 1)


def _is_link(raw: str) -> bool:
    if "://" in raw or raw[:4].casefold() == "www." or raw.partition(":")[0].casefold() in _SCHEMES:
        return True
    host = raw.partition("/")[0]
    if not any(character.isalpha() for character in host.partition(".")[0]):
        return False
    labels = host.partition(":")[0].split(".")
    return all(len(label) > 1 for label in labels[:-1]) and labels[-1].islower()


_SCHEMES = frozenset({"mailto", "tel", "javascript", "data", "sms"})


def _without_closing(text: str, at: int, stop: int) -> int:
    while stop > at + 1 and text[stop - 1] in ".,;:!?'*_)]}>»”’":
        if text[stop - 1] == ")" and "(" in text[at:stop]:
            break
        stop -= 1
    return stop


def _phone(text: str, at: int, found: list[Token]) -> int | None:
    """Where a phone number that begins here ends; None when this is a date, a time, a price or a plain number."""
    match = _PHONE.match(text, at)
    if match is None or (found and found[-1].kind == "currency"):
        return None
    raw = match[0]
    digits = sum(character.isdigit() for character in raw)
    if not 7 <= digits <= 15 or _DATE_LIKE.match(raw) or (found and found[-1].kind == "number"):
        return None
    if raw[0] not in "+(0" and _GROUPED.fullmatch(raw) and (digits < 9 or _COUNTED.match(text, match.end())):
        return None
    separated = any(character in raw for character in " \u00a0/-()") or digits >= 9
    return match.end() if raw[0] in "+(0" or (separated and "." not in raw) or raw.count(".") >= 2 else None
