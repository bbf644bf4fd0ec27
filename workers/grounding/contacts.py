"""E-mail addresses, links and phone numbers in the one form in which they are compared."""

from __future__ import annotations

import re
from collections.abc import Hashable

Key = Hashable

# Country codes of one and of two digits; all others have three.
_SHORT_CODES = frozenset(
    str(code)
    for code in (
        1,
        7,
        20,
        27,
        *range(30, 35),
        36,
        39,
        40,
        41,
        *range(43, 50),
        *range(51, 59),
        *range(60, 67),
        81,
        82,
        84,
        86,
        *range(90, 96),
        98,
    )
)


def email_key(text: str) -> Key:
    return ("email", text.casefold().rstrip("."))


def link_keys(raw: str) -> tuple[Key, ...]:
    """With and without scheme, "www." and a closing slash it is one link; its path is kept as it is written."""
    scheme, colon, rest = raw.partition(":")
    if colon and scheme.casefold() == "mailto":
        return (email_key(rest.partition("?")[0]),)
    if colon and scheme.casefold() == "tel":
        return phone_keys(rest)[1]
    text = re.sub(r"\A(?:https?://)?(?:www\.)?", "", raw, count=1, flags=re.IGNORECASE)
    host, slash, path = text.partition("/")
    where = host.casefold() + (slash + path).rstrip("/")
    return ("link", where), ("unsafe link", where)


def link_facts(raw: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """What a link says and what it needs: "https" may be left out or added, and never be made "http"."""
    keys = link_keys(raw)
    if len(keys) < 2:
        return keys, keys
    if raw[:6].casefold() == "https:":
        return keys[:1], keys[:1]
    return keys, keys[1:] if raw[:5].casefold() == "http:" else keys[:1]


def phone_keys(raw: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """What a number says and what it needs.

    A number with a country code is itself, or the national one; a national one may gain a country code, never another.
    """
    text = raw.replace("(0)", "").strip()
    digits = re.sub(r"\D", "", text)
    abroad = text.startswith("+") or digits.startswith("00")
    if not abroad:
        national = digits.lstrip("0")
        return (("phone", national), ("local", national)), (("phone", national),)
    digits = digits.lstrip("0")
    code = next((digits[:size] for size in (1, 2) if digits[:size] in _SHORT_CODES), digits[:3])
    national = digits[len(code) :].lstrip("0")
    return (("abroad", code, national), ("phone", national)), (("abroad", code, national), ("local", national))
