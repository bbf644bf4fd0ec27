"""`manage.py eval intents`: which sets it takes, and what it counts. With vectors that need no model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.workers.taught import INTENTS, vector
from workers.evaluation.intents import measure, measure_set, read
from workers.evaluation.table import NoSet

TRAIN = [[text, name] for name, texts in INTENTS.items() for text in texts]
TEST = [
    ["is my parcel here", "parcel_status"],
    ["a gift card please", "gift_card"],
    ["is there milk in the cake", "recipe"],
]
STRANGE = [["zebras gallop over frozen lakes", "oos"], ["quarks wobble under velvet moons", "oos"]]


def written(folder: Path, **parts: object) -> Path:
    path = folder / "set.json"
    path.write_text(json.dumps(parts))
    return path


def embed(texts):
    return np.stack([vector(text) for text in texts])


def values(path: Path) -> dict[str, float]:
    found = measure_set(read(path), embed, lambda _: None)
    return {each.name.partition(": ")[2]: each.value for each in found}


def test_what_is_right_and_what_is_rejected_is_counted(tmp_path):
    parts = {
        "train": TRAIN,
        "test": TEST,
        "val": TEST,
        "oos_test": STRANGE,
        "oos_val": STRANGE,
        "oos_train": STRANGE[:1],
    }
    found = values(written(tmp_path, **parts))
    assert found["in-scope accuracy without a threshold"] == 100
    assert 0 <= found["in-scope accuracy, rejected counts as wrong"] <= 100
    assert 0 <= found["out-of-scope recall at the same threshold"] <= 100


def test_a_set_of_train_and_test_alone_is_measured_without_rejecting(tmp_path):
    found = values(written(tmp_path, train=TRAIN, test=TEST))
    assert found["in-scope accuracy, rejected counts as wrong"] == found["in-scope accuracy without a threshold"] == 100
    assert not any("recall" in name for name in found)


def test_what_a_set_calls_out_of_scope_among_its_intents_is_none(tmp_path):
    found = read(written(tmp_path, train=TRAIN + STRANGE, test=TEST + STRANGE))
    assert [text for text, _ in found.parts["oos_test"]] == [text for text, _ in STRANGE]
    assert len(found.parts["test"]) == 3


def test_ten_examples_of_each_are_the_same_ten_at_every_run(tmp_path):
    more = TRAIN + [[f"{text} now", name] for text, name in TRAIN]
    path = written(tmp_path, train=more, test=TEST)
    names = {each.name for each in measure_set(read(path), embed, lambda _: None)}
    assert {name.partition(":")[0] for name in names} == {"all examples", "10 examples"}
    assert values(path) == values(path)


@pytest.mark.parametrize(
    "parts",
    [{}, {"train": TRAIN}, {"train": [], "test": []}, {"train": TRAIN, "test": [["a"]]}, {"train": "x", "test": []}],
)
def test_what_is_no_set_is_refused_with_a_sentence(tmp_path, parts):
    with pytest.raises(NoSet, match=r"set\.json"):
        measure(written(tmp_path, **parts), lambda _: None)
    with pytest.raises(NoSet, match="name one"):
        measure(None, lambda _: None)
