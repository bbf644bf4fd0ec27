"""Below which chance a text counts as out of scope: one number for a model, chosen on texts that it had not seen."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from workers.taught.arrays import Flags, Floats

EXCHANGE = 0.15  # catching all that is out of scope is worth losing this share of what is in scope
WITHOUT_STRANGERS = 0.97  # share of what is right in scope that must pass where nothing out of scope is known
SPREAD = 0.6  # in log odds: another text of the same kind may have come out so much surer or less sure
TRIED = np.linspace(-7.0, 4.0, 441)  # log odds; 4: no model is surer than 98 %


def choose_threshold(right: Flags, sure: Floats, in_scope: Flags, exchange: float = EXCHANGE) -> float:
    """The threshold with the best sum of in-scope accuracy (a rejected text counts as wrong) and, at the exchange rate,
    out-of-scope recall. Each text counts as spread around its log odds: few texts would else choose by their accidents.
    """
    odds = _log_odds(sure)
    kept = _share_below(-odds[in_scope & right], -TRIED) * (in_scope & right).sum() / max(int(in_scope.sum()), 1)
    if in_scope.all():
        passing = TRIED[kept >= WITHOUT_STRANGERS * kept.max()]
        return _chance(float(passing.max()))
    return _chance(float(TRIED[np.argmax(kept + exchange * _share_below(odds[~in_scope], TRIED))]))


def _share_below(odds: NDArray[np.float64], limits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of texts around these log odds, the share that is below each limit."""
    if not len(odds):
        return np.zeros(len(limits))
    steepness = 1.702 / SPREAD  # the logistic curve nearest to the normal one
    found = [float((1.0 / (1.0 + np.exp(-steepness * (limit - odds)))).mean()) for limit in limits]
    return np.array(found)


def _log_odds(chance: Floats) -> NDArray[np.float64]:
    bounded = np.clip(chance.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(bounded / (1 - bounded)))


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))


def frontier(right: Flags, sure: Floats, in_scope: Flags, threshold: float) -> tuple[float, float]:
    """In-scope accuracy, a rejected text counting as wrong, and out-of-scope recall at this threshold."""
    accuracy = float((right & (sure >= threshold))[in_scope].mean()) if in_scope.any() else 0.0
    recall = float((sure < threshold)[~in_scope].mean()) if (~in_scope).any() else 0.0
    return accuracy, recall
