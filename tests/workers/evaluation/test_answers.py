"""What counts as invented: statements that no entry holds; not what the booking desk asks."""

from __future__ import annotations

import pytest

from workers.evaluation.answers import Asked, Tenant, _invents
from workers.evaluation.visiting import Fact, Said

TENANT = Tenant("Linden Hair is a salon in Manchester.", (Fact("How much is a cut?", "A cut costs £48."),), ())
DESK = "I'll gladly note an appointment for you. Which day would suit you?"


@pytest.mark.parametrize(
    ("said", "invented"),
    [
        (Said("A cut costs £48.", False, ("How much is a cut?",)), False),
        (Said("A cut costs £38.", False, ("How much is a cut?",)), True),
        (Said("I don't know.", True, ()), False),
        (Said(DESK, False, (), booking=True), False),
        (Said("We have a pool and a sauna.", False, ()), True),
    ],
)
def test_an_invention_states_what_stands_nowhere(said: Said, invented: bool) -> None:
    assert _invents(TENANT, Asked("Can I be seen today?", None, None), said) is invented
