"""A small business's intents, and vectors that need no model: each word has a direction of its own."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from workers.taught.arrays import Floats
from workers.taught.material import material
from workers.taught.training import Material

SIZE = 48
INTENTS = {
    "parcel_status": (
        "where is my parcel",
        "has my parcel left yet",
        "when will my parcel arrive",
        "track my parcel please",
        "my parcel is still not here",
        "is the parcel on its way",
        "what is the status of my parcel",
    ),
    "gift_card": (
        "do you sell gift cards",
        "i want to buy a gift card",
        "how can i use my gift card",
        "is there a gift card for children",
        "can i pay with a gift card",
        "how long is a gift card good for",
        "send a gift card to my mother",
    ),
    "recipe": (
        "what is in the rye bread",
        "which flour is in the rolls",
        "are there nuts in the cake",
        "what are the ingredients of the bread",
        "is there milk in the rolls",
        "tell me the ingredients of the cake",
        "does the bread contain soy",
    ),
}


def vector(text: str) -> Floats:
    """Of unit length; texts that share words are near each other."""
    words = text.casefold().split() or [""]
    total = sum(np.random.default_rng(zlib.crc32(word.encode())).standard_normal(SIZE) for word in words)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def embed(texts: Sequence[str]) -> list[Floats]:
    return [vector(text) for text in texts]


def taught(examples: dict[str, Sequence[str]]) -> Material:
    return material([(name, text, vector(text)) for name, texts in examples.items() for text in texts], embed)
