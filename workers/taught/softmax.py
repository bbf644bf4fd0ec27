"""Multinomial logistic regression in numpy: L-BFGS on the regularised cross-entropy. Convex, so its answer is the only one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from workers.taught.arrays import Floats, Ints

MEMORY = 12  # pairs that L-BFGS remembers
SUFFICIENT = 1e-4  # of the promised decrease, for a step to be taken
SHORTEST_STEP = 1e-10


@dataclass(frozen=True)
class Softmax:
    """Class scores are `features @ weights + bias`."""

    weights: Floats  # (features, classes)
    bias: Floats  # (classes,)

    def scores(self, features: Floats) -> Floats:
        return np.asarray(features @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True)
class Problem:
    """Rows with their target distributions and weights (which add up to 1); `penalty` on the squared weights, not the bias."""

    features: Floats  # (rows, features)
    targets: Floats  # (rows, classes)
    importance: Floats  # (rows,)
    penalty: float

    def loss(self, point: Floats) -> tuple[float, Floats]:
        """The regularised cross-entropy at a point and its gradient; a point is the weights with the bias below."""
        weights, bias = point[:-1], point[-1]
        scores = self.features @ weights
        scores += bias
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        sums = chances.sum(axis=1, keepdims=True)
        loss = float(np.dot((self.targets * (np.log(sums) - scores)).sum(axis=1, dtype=np.float64), self.importance))
        chances /= sums
        chances -= self.targets
        chances *= self.importance[:, None]
        gradient = np.empty_like(point)
        np.matmul(self.features.T, chances, out=gradient[:-1])
        gradient[:-1] += self.penalty * weights
        gradient[-1] = chances.sum(axis=0)
        return loss + 0.5 * self.penalty * float(np.vdot(weights, weights)), gradient


def fit(problem: Problem, *, start: Softmax | None = None, iterations: int = 200, tolerance: float = 1e-5) -> Softmax:
    """The minimum, as near as `iterations` come to it; `start` from a neighbouring problem's answer saves most of them."""
    point = np.zeros((problem.features.shape[1] + 1, problem.targets.shape[1]), dtype=np.float32)
    if start is not None:
        point[:-1], point[-1] = start.weights, start.bias
    loss, gradient = problem.loss(point)
    remembered: deque[tuple[Floats, Floats, float]] = deque(maxlen=MEMORY)
    for _ in range(iterations):
        if float(np.abs(gradient).max()) <= tolerance:
            break
        direction = _direction(gradient, remembered)
        slope = float(np.vdot(direction, gradient))
        if slope >= 0:  # what is remembered has become useless
            remembered.clear()
            direction, slope = -gradient, -float(np.vdot(gradient, gradient))
        step = 1.0 if remembered else min(1.0, 1.0 / max(float(np.abs(gradient).sum()), 1e-12)) * 10
        while True:
            tried = point + np.float32(step) * direction
            tried_loss, tried_gradient = problem.loss(tried)
            if tried_loss <= loss + SUFFICIENT * step * slope or step < SHORTEST_STEP:
                break
            step *= 0.5
        if step < SHORTEST_STEP:
            break
        moved, turned = tried - point, tried_gradient - gradient
        curvature = float(np.vdot(moved, turned))
        if curvature > 1e-12:
            remembered.append((moved, turned, 1.0 / curvature))
        progress = loss - tried_loss
        point, loss, gradient = tried, tried_loss, tried_gradient
        if progress < 1e-7 * max(1.0, abs(loss)):
            break
    return Softmax(point[:-1].copy(), point[-1].copy())


def _direction(gradient: Floats, remembered: deque[tuple[Floats, Floats, float]]) -> Floats:
    """The two-loop recursion."""
    direction = -gradient
    factors = []
    for moved, turned, scale in reversed(remembered):
        factor = scale * float(np.vdot(moved, direction))
        direction -= np.float32(factor) * turned
        factors.append(factor)
    if remembered:
        moved, turned, scale = remembered[-1]
        direction *= np.float32(1.0 / (scale * float(np.vdot(turned, turned))))
    for (moved, turned, scale), factor in zip(remembered, reversed(factors), strict=True):
        direction += np.float32(factor - scale * float(np.vdot(turned, direction))) * moved
    return direction


def chances(scores: Floats) -> Floats:
    """Scores of each row as chances that add up to 1."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def one_hot(classes: Ints, count: int, smoothing: float = 0.0) -> Floats:
    """Each row's class as a distribution, `smoothing` of it spread over all."""
    targets = np.full((len(classes), count), smoothing / count, dtype=np.float32)
    targets[np.arange(len(classes)), classes] += 1.0 - smoothing
    return targets
