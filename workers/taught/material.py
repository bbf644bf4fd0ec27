"""What training learns from, put together: the tenant's examples, the names of its intents, our own out-of-scope sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from workers.taught.arrays import Floats
from workers.taught.general import SENTENCES
from workers.taught.training import Embedded, Material
from workers.taught.wording import spoken

Embed = Callable[[Sequence[str]], Iterable[Floats]]


def material(examples: Sequence[tuple[str, str, Floats]], embed: Embed) -> Material:
    """Of (intent's name, text, embedding). `embed` makes the vectors that nobody keeps."""

    def embedded(texts: Sequence[str]) -> list[Embedded]:
        return [Embedded(text, vector) for text, vector in zip(texts, embed(texts), strict=True)]

    names = list(dict.fromkeys(intent for intent, _, _ in examples))
    return Material(
        [(intent, Embedded(text, vector)) for intent, text, vector in examples],
        dict(zip(names, embedded([spoken(name) for name in names]), strict=True)),
        embedded(SENTENCES),
    )


def as_bytes(vector: Floats) -> bytes:
    """How a vector is kept."""
    return vector.astype("<f4").tobytes()


def as_vector(kept: bytes) -> Floats:
    """What was kept."""
    return np.frombuffer(kept, dtype="<f4").astype(np.float32)
