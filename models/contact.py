"""How contact details are read from text and written down: e-mail in lower case, phone in E.164. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

PHONE_CONTEXT_CHARACTERS = 30

_EMAIL = re.compile(r"(?<![\w.+@-])[\w+-][\w.+-]{0,63}@(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w@-])")
_PHONE_WORD = re.compile(
    r"(?:number|phone|mobile|cell|tel|call|ring|text|reach|whatsapp|nummer|telefon\w*|numero|numéro|número|"
    r"telefoon)\W*"
    r"(?:\w+\W+){0,3}\Z",
    re.IGNORECASE,
)


def emails(texts: Iterable[str]) -> Iterator[str]:
    """Every address, in the order in which they stand."""
    for text in texts:
        for match in _EMAIL.finditer(text):
            yield match.group().casefold()


def phones(texts: Iterable[str], region: str | None) -> Iterator[str]:
    """E.164 numbers: valid ones anywhere, merely possible ones where the text says that it is a phone number.

    `region` is the country of numbers written without a prefix; without it only international ones are read.
    """
    import phonenumbers  # late: its tables are large, and most processes never read a phone number
    from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

    for text in texts:
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            before = text[max(0, match.start - PHONE_CONTEXT_CHARACTERS) : match.start]
            if phonenumbers.is_valid_number(match.number) or _PHONE_WORD.search(before):
                yield phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
