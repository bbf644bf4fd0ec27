"""Says which of a tenant's own intents a text holds, and how surely: about a millisecond once the embedding is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.taught.arrays import Floats
from workers.taught.softmax import Softmax, chances
from workers.taught.space import Space


@dataclass(frozen=True)
class Classifier:
    """A trained version. The last class of `fitted` is out of scope."""

    space: Space
    fitted: Softmax
    intents: Sequence[str]
    threshold: float

    def chances(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """Each intent's chance for each text; what is missing to 1 is out of scope."""
        rows = [self.space.weigh(self.space.lexicon.row(text)) for text in texts]
        return chances(self.fitted.scores(self.space.likeness(vectors, rows)))[:, :-1]

    def recognise(self, text: str, vector: Floats) -> tuple[str | None, float]:
        """The intent, None where it is not sure, and the likeliest intent's chance."""
        likely = self.chances([text], vector[None, :])[0]
        best = int(np.argmax(likely))
        sure = float(likely[best])
        return (self.intents[best] if sure >= self.threshold else None), sure
