"""Replaces a visitor's personal data before their words leave for a language model, and puts it back into what it says.

E-mail addresses, phone numbers, card numbers, IBANs and street addresses, by their form; names are not found. What the
business says of itself stays: a model needs it, and it is public. Pure; one Masking holds one turn's values, in memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_EMAIL = re.compile(r"[\w.+-]{1,64}+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_PHONE = re.compile(r"(?<![\w+])\+?\(?\d[\d \u00a0()./-]{5,24}\d(?!\w)")
_DATE_OR_SUM = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|"
    r"\d{1,2}[.:]\d{2}\s?-\s?\d{1,2}[.:]\d{2}|\d{4}\s?-\s?\d{4}"
)
_KIND = (
    r"street|st\.|road|rd\.|avenue|ave\.|lane|drive|square|court|close|crescent|terrace|boulevard|straße|strasse|str\.|"
    r"weg|gasse|platz|allee|straat|laan|plein|sokak|sokağı|caddesi|cad\."
)
_LEADING = (
    r"rue|avenue|boulevard|place|impasse|chemin|calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|praça|travessa"
)
_WORD = r"[^\W\d_][\w'’.-]{0,30}"
_ADDRESS = re.compile(
    rf"\b\d{{1,4}}[a-z]?,? (?:{_WORD} ){{1,3}}(?:{_KIND})(?!\w)"  # 14 Linden Street
    rf"|\b(?-i:(?:[A-ZÄÖÜ]{_WORD} ){{0,2}}){_WORD}?(?:{_KIND}) ?\d{{1,4}}[a-z]?\b"  # Lindenstraße 14
    rf"|\b(?:\d{{1,4}}(?: bis| ter)?,? )(?:{_LEADING}) (?:{_WORD} ){{0,3}}{_WORD}"  # 12 rue de la Paix
    rf"|\b(?:{_LEADING}) (?:{_WORD} ){{0,3}}{_WORD},? (?:n[ºo°.]? ?)?\d{{1,4}}\b",  # calle Mayor 5
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\b(?:EMAIL|IBAN|CARD|PHONE|ADDRESS)_\d{1,3}\b")
LONGEST = 20_000  # characters looked at; a visitor's message is shorter


class Masking:
    """The placeholders of one turn. The same value gets the same one in every text."""

    def __init__(self, public: Sequence[str] = ()) -> None:
        """`public`: texts whose data is nobody's secret: the business's facts and passages."""
        self._public = " ".join(public).casefold()
        self._public_digits = [
            re.sub(r"\D", "", found[0])[-8:] for found in _PHONE.finditer(" ".join(public)[:LONGEST])
        ]
        self._placeholder_of: dict[str, str] = {}
        self._value_of: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """The text with placeholders instead of personal data: "write to EMAIL_1"."""
        text = text[:LONGEST]
        text = _EMAIL.sub(lambda found: self._of("EMAIL", found[0]), text)
        text = _IBAN.sub(lambda found: self._of("IBAN", found[0]) if _is_iban(found[0]) else found[0], text)
        text = _CARD.sub(lambda found: self._of("CARD", found[0]) if _is_card(found[0]) else found[0], text)
        text = _PHONE.sub(lambda found: self._of("PHONE", found[0]) if _is_phone(found[0]) else found[0], text)
        return _ADDRESS.sub(lambda found: self._of("ADDRESS", found[0]), text)

    def unmask(self, text: str) -> str:
        """The text with the values again; a placeholder nobody gave out stays as it is."""
        return _PLACEHOLDER.sub(lambda found: self._value_of.get(found[0], found[0]), text)

    def _of(self, kind: str, value: str) -> str:
        if self._is_public(kind, value):
            return value
        known = self._placeholder_of.get(value)
        if known is None:
            number = sum(name.startswith(kind) for name in self._value_of) + 1
            known = self._placeholder_of[value] = f"{kind}_{number}"
            self._value_of[known] = value
        return known

    def _is_public(self, kind: str, value: str) -> bool:
        if kind == "PHONE":
            return re.sub(r"\D", "", value)[-8:] in self._public_digits
        return kind in ("EMAIL", "ADDRESS") and value.casefold() in self._public


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return 7 <= digits <= 15 and _DATE_OR_SUM.fullmatch(text.strip()) is None


def _is_card(text: str) -> bool:
    """Luhn's check: the sum of the digits, every second one from the right doubled, ends in 0."""
    digits = [int(character) for character in text if character.isdigit()][::-1]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0 and len(set(digits)) > 1


def _is_iban(text: str) -> bool:
    """The check of ISO 13616: read as a number, the country and check digits moved to its end, it leaves 1 of 97."""
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1
