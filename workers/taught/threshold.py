"""Below which chance a text counts as out of scope: one number for a model, chosen on texts that it had not seen."""

from __future__ import annotations

import numpy as np

from workers.taught.arrays import Flags, Floats

EXCHANGE = 0.15  # catching all that is out of scope is worth losing this share of what is in scope
HIGHEST = 0.95  # no model is that sure of everything
WITHOUT_STRANGERS = 0.97  # share of what is in scope that must pass where nothing out of scope is known


def choose_threshold(right: Flags, sure: Floats, in_scope: Flags, exchange: float = EXCHANGE) -> float:
    """The threshold with the best sum of in-scope accuracy (a rejected text counts as wrong) and, at the exchange rate,
    out-of-scope recall. Between two neighbouring chances the middle.
    """
    inside, outside = np.sort(sure[in_scope & right]), np.sort(sure[~in_scope])
    count = max(int(in_scope.sum()), 1)
    candidates = np.unique(np.concatenate([sure, [0.0]])).astype(np.float64)
    between = np.concatenate([candidates[:1] * 0.5, (candidates[1:] + candidates[:-1]) / 2])
    between = between[between <= HIGHEST]
    kept = (len(inside) - np.searchsorted(inside, between)) / count
    if not len(outside):
        allowed = between[kept >= WITHOUT_STRANGERS * len(inside) / count]
        return float(allowed.max()) if len(allowed) else 0.0
    caught = np.searchsorted(outside, between) / len(outside)
    return float(between[np.argmax(kept + exchange * caught)])


def frontier(right: Flags, sure: Floats, in_scope: Flags, threshold: float) -> tuple[float, float]:
    """In-scope accuracy, a rejected text counting as wrong, and out-of-scope recall at this threshold."""
    accuracy = float((right & (sure >= threshold))[in_scope].mean()) if in_scope.any() else 0.0
    recall = float((sure < threshold)[~in_scope].mean()) if (~in_scope).any() else 0.0
    return accuracy, recall
