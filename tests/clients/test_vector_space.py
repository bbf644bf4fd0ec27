"""What a tenant's questions and answers teach: their middle, and which directions say nothing about their meaning."""

from __future__ import annotations

import numpy
import pytest

from clients.vector_space import DIRECTIONS, VectorSpace, learn

SIZE = 16
MANNER = 0  # the axis along which questions and answers differ


def unit(vector: numpy.ndarray) -> list[float]:
    return list(vector / numpy.linalg.norm(vector))


def pairs(count: int, seed: int) -> list[tuple[list[float], list[float]]]:
    """Questions and answers that mean the same, but for their manner and a little noise."""
    chance = numpy.random.default_rng(seed)
    made = []
    for meaning in chance.normal(size=(count, SIZE)):
        question, answer = meaning.copy(), meaning + chance.normal(scale=0.05, size=SIZE)
        question[MANNER], answer[MANNER] = chance.normal(scale=2), chance.normal(scale=2)
        made.append((unit(question), unit(answer)))
    return made


def seen(space: VectorSpace, vector: list[float], mean: list[float]) -> numpy.ndarray:
    """As the search sees it."""
    centred = numpy.array(vector) - mean
    scaled = numpy.array(space.directions)
    past = (scaled**2).sum(axis=1)
    axes = scaled / numpy.sqrt(past)[:, None].clip(1e-9)
    return centred - ((axes @ centred) * (1 - numpy.sqrt(1 - past))) @ axes


def test_the_direction_that_only_tells_questions_from_answers_is_looked_past():
    known = pairs(60, seed=1)
    space = learn(known, [], pairs(4, seed=2))
    strongest = numpy.array(space.directions[0])
    assert abs(strongest[MANNER]) > 0.9 * numpy.linalg.norm(strongest)

    def right(see: bool) -> int:
        found = 0
        headings = [seen(space, h, space.heading_mean) if see else numpy.array(h) for h, _ in known]
        for number, (_, answer) in enumerate(known):
            asked = seen(space, answer, space.body_mean) if see else numpy.array(answer)
            nearness = [asked @ each / numpy.linalg.norm(each) for each in headings]
            found += int(numpy.argmax(nearness) == number)
        return found

    assert right(see=True) > right(see=False)


def test_there_are_no_more_directions_than_stated_and_none_is_longer_than_one():
    space = learn(pairs(100, seed=3), [], pairs(4, seed=4))
    assert len(space.directions) <= DIRECTIONS
    assert all(numpy.linalg.norm(direction) <= 1 for direction in space.directions)


def test_a_tenant_with_nothing_of_its_own_has_the_common_middle():
    common = pairs(5, seed=5)
    space = learn([], [], common)
    assert space.heading_mean == pytest.approx(numpy.mean([heading for heading, _ in common], axis=0))


def test_the_more_a_tenant_has_the_less_the_common_pairs_count():
    own, common = pairs(500, seed=6), pairs(5, seed=7)
    middle = numpy.mean([heading for heading, _ in own], axis=0)
    few, many = learn(own[:2], [], common), learn(own, [], common)
    assert numpy.linalg.norm(middle - many.heading_mean) < numpy.linalg.norm(middle - few.heading_mean)


def test_bodies_without_a_heading_count_for_the_middle():
    common = pairs(3, seed=8)
    alone = learn([], [[1.0] + [0.0] * (SIZE - 1)] * 100, common)
    assert alone.body_mean[0] > 0.8
