"""What a site's robots.txt asks of us. Pure; the parser (Protego) is imported on first use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

NAME = "Frontdesk"  # the name that robots.txt may address us by
LIMIT_BYTES = 500 * 1024  # RFC 9309: at least this much is read
LONGEST_DELAY_S = 10.0  # a site that asks for more is asked every ten seconds
MOST_SITEMAPS = 20
_WITH_VALUE = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)  # no robots' names
_OURS = re.compile(rf"{NAME}(?![\w-])", re.IGNORECASE)  # with or without a version
_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*:?\s*(.*?)\s*(?:#.*)?$", re.IGNORECASE)


class _Rules(Protocol):
    def can_fetch(self, url: str, user_agent: str) -> bool: ...
    def crawl_delay(self, user_agent: str) -> float | None: ...


@dataclass(frozen=True)
class Robots:
    """The rules for us. Without a text everything is allowed."""

    text: str = ""

    def allows(self, url: str) -> bool:
        return not self.text or _parsed(self.text).can_fetch(url, NAME)

    @property
    def delay_s(self) -> float:
        """What the site asks for between two requests, within our cap; 0 when it asks for nothing."""
        asked = _parsed(self.text).crawl_delay(NAME) if self.text else None
        return min(max(0.0, asked or 0.0), LONGEST_DELAY_S)


def relevant(text: str) -> str:
    """The text without other robots' names: rules are counted for each name, and a hostile file has very many."""
    kept, others = list[str](), False
    for line in text.replace("\x00", "").splitlines():
        named = _AGENT_LINE.match(line)
        foreign = named is not None and named[1] != "*" and NAME.lower() not in named[1].lower()
        if foreign and others:
            continue
        others = foreign
        ours = named is not None and _OURS.match(named[1])
        kept.append("User-agent: others" if foreign else f"User-agent: {NAME}" if ours else line)
    return "\n".join(kept)


def sitemaps(text: str) -> list[str]:
    """The sitemaps it names, as written."""
    named = re.findall(r"^\s*sitemap\s*:\s*(\S+)", text, re.IGNORECASE | re.MULTILINE)
    return list(dict.fromkeys(named))[:MOST_SITEMAPS]


def wishes(header: str) -> set[str]:
    """What `X-Robots-Tag` asks of us; each line is one header. A name in front holds to the line's end."""
    found: set[str] = set()
    for line in header.lower().splitlines():
        for_us = True
        for part in line.split(","):
            name, colon, rest = part.strip().partition(":")
            if colon and name.strip() not in _WITH_VALUE:
                for_us, part = name.strip() in {"*", NAME.lower()}, rest
            if for_us:
                found.add(part.strip())
    return found


@lru_cache(maxsize=64)
def _parsed(text: str) -> _Rules:
    from protego import Protego

    rules: _Rules = Protego.parse(text)
    return rules
