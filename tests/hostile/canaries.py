"""Words that nobody says by chance: one for each thing that must stay where it was put, and a search for all of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LONG_ENOUGH = 12  # of a secret's beginning, to be found where it was cut
CRASHED: set[str] = set()  # ids of messages whose jobs were made to fail: others look for failures that were not


@dataclass
class Canaries:
    """`words` are content, `secrets` are keys; both by what they are."""

    words: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def word(self, what: str) -> str:
        """A new word for one place: letters only, so that no writing of it looks different."""
        made = "zq" + "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(14))
        return self.words.setdefault(what, made)

    def number(self, what: str) -> str:
        """A British mobile number."""
        return self.words.setdefault(what, "7700" + "".join(secrets.choice("123456789") for _ in range(6)))

    def secret(self, what: str, value: str) -> str:
        return self.secrets.setdefault(what, value)

    def found_in(self, texts: Mapping[str, str], *, only_secrets: bool = False) -> list[str]:
        """Which canary stands where, with the line."""
        wanted = {what: value[:40].lower() for what, value in self.secrets.items()}
        wanted |= {f"the beginning of {what}": value[:LONG_ENOUGH].lower() for what, value in self.secrets.items()}
        if not only_secrets:
            wanted |= {what: value.lower() for what, value in self.words.items()}
        return [
            f"{what} in {where}: {_around(text, value)}"
            for where, text in texts.items()
            for what, value in wanted.items()
            if value in text.lower()
        ]


def _around(text: str, value: str) -> str:
    at = text.lower().index(value)
    return text[max(0, at - 150) : at + 60].replace("\n", " ⏎ ")


def named(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by where they stand, those of the same place together."""
    together: dict[str, str] = {}
    for where, text in texts:
        together[where] = together.get(where, "") + "\n" + text
    return together
