"""What a tenant's own questions and answers teach about its vectors: their middle, and what to look past.

All texts of one business are close together; seen from their middle they are far apart. A question and its answer mean
the same, so where they differ they differ in manner (a question asks, an answer tells): those directions are looked
past, the strongest most. This is within-class covariance normalisation with each question and answer as a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Numbers = Sequence[float]

DIRECTIONS = 32  # at most; the strongest
RESISTANCE = 0.1  # of the strongest direction's spread: how much spread a direction needs to be half looked past
PRIOR_PAIRS = 8  # what the common pairs count as together: a tenant with few of its own is not led by them alone


@dataclass(frozen=True)
class VectorSpace:
    """`directions` are scaled by how far they are looked past: a vector loses its part along each, times their length."""

    heading_mean: list[float]
    body_mean: list[float]
    directions: list[list[float]]


def learn(
    pairs: Sequence[tuple[Numbers, Numbers]],
    bodies: Sequence[Numbers],
    common: Sequence[tuple[Numbers, Numbers]],
) -> VectorSpace:
    """From a tenant's (heading, body) pairs, its bodies without a heading, and pairs that are common to all businesses."""
    import numpy

    size = len(common[0][0])

    def rows(vectors: Sequence[Numbers]) -> numpy.ndarray:
        return numpy.array(vectors, dtype=numpy.float64).reshape(len(vectors), size)

    own_headings, own_bodies = rows([heading for heading, _ in pairs]), rows([body for _, body in pairs])
    common_headings, common_bodies = rows([heading for heading, _ in common]), rows([body for _, body in common])
    lone = rows(bodies)
    share = PRIOR_PAIRS / len(common)  # the weight of one common pair

    def mean(own: list[numpy.ndarray], prior: numpy.ndarray) -> numpy.ndarray:
        there = [part for part in own if len(part)]
        total = sum((part.sum(axis=0) for part in there), prior.sum(axis=0) * share)
        return numpy.asarray(total / (sum(len(part) for part in there) + PRIOR_PAIRS))

    heading_mean = mean([own_headings], common_headings)
    body_mean = mean([own_bodies, lone], common_bodies)
    usual = heading_mean - body_mean
    differences = [(common_headings - common_bodies - usual) * numpy.sqrt(share)]
    if len(pairs):
        differences.append(own_headings - own_bodies - usual)
    stacked = numpy.concatenate(differences)
    spread = stacked.T @ stacked / (len(pairs) + PRIOR_PAIRS)
    strength, axes = numpy.linalg.eigh(spread)
    strongest = numpy.argsort(-strength)[:DIRECTIONS]
    strength, axes = numpy.maximum(strength[strongest], 0.0), axes[:, strongest]
    past = strength / (strength + RESISTANCE * max(float(strength[0]), 1e-12))
    scaled = (axes * numpy.sqrt(past)).T
    return VectorSpace(heading_mean.tolist(), body_mean.tolist(), scaled.tolist())
