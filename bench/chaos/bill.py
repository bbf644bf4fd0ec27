"""What the model's provider asks for: its own tariff and arithmetic, none of ours.

A call is billed from the moment it is heard. Only one whose answer was given to its end is billed what it says it used; one
that its caller left is billed all that it was allowed to say. Some prompts have a token for each byte.
"""

from __future__ import annotations

import json
import random
from typing import Any

TARIFF = {"slow-model": (1.25, 4.0), "slow-cheap-model": (0.25, 1.0)}  # micro-units a prompt token, an output token
# As our side is told it (MODEL_PRICES), per million tokens: input, cached, output, and what the provider may write down.
PRICES = json.dumps({name: [prompt * 0.8, 0, output, prompt] for name, (prompt, output) in TARIFF.items()})
MOST_OUTPUT = 4096  # of a call that sets no limit


class Bill:
    """One call's."""

    def __init__(self, body: dict[str, Any], chance: random.Random) -> None:
        self._model = body["model"]
        sent = sum(len(str(message["content"]).encode()) for message in body["messages"])
        self._allowed = int(body.get("max_completion_tokens") or MOST_OUTPUT)
        self._prompt = sent if chance.random() < 0.5 else sent // 4
        self._said = self._allowed if chance.random() < 0.5 else 30
        self._ended = False

    def ended(self) -> dict[str, int]:
        """The answer was given to its end: what it says it used."""
        self._ended = True
        return {"prompt_tokens": self._prompt, "completion_tokens": self._said}

    @property
    def micro(self) -> float:
        prompt, output = TARIFF[self._model]
        return self._prompt * prompt + (self._said if self._ended else self._allowed) * output
