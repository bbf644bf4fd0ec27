"""The Papercups double, one for the whole folder; every test seeds an account of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doubles.papercups.handle import PapercupsDouble, running


@pytest.fixture(scope="session")
def _papercups() -> Iterator[PapercupsDouble]:
    with running() as double:
        yield double


@pytest.fixture
def papercups(_papercups: PapercupsDouble) -> PapercupsDouble:
    _papercups.reset()
    return _papercups
