"""Own intents as arithmetic: what is learnt, what the report says, how a version is kept. No database, no embedding model."""

from __future__ import annotations

import time

import numpy as np
import pytest

from config.errors import PermanentError
from tests.workers.taught import INTENTS, taught, vector
from workers.taught import stored
from workers.taught.pieces import learn, pieces
from workers.taught.report import report
from workers.taught.softmax import Problem, Softmax, fit, one_hot
from workers.taught.threshold import choose_threshold, frontier
from workers.taught.training import train
from workers.taught.wording import spoken

COUNTS = {name: len(texts) for name, texts in INTENTS.items()}


@pytest.fixture(scope="module")
def trained():
    return train(taught(INTENTS))


def said(trained, text: str) -> str | None:
    return trained.classifier.recognise(text, vector(text))[0]


def test_what_was_taught_is_recognised_and_what_is_strange_is_not(trained):
    assert said(trained, "where is the parcel of my mother") == "parcel_status"
    assert said(trained, "can my son use a gift card") == "gift_card"
    assert said(trained, "are there nuts in the rolls") == "recipe"
    assert said(trained, "zebras gallop over frozen lakes") is None
    assert said(trained, "") is None
    assert said(trained, "🦓🦓") is None


def test_the_same_examples_come_to_the_same_bytes_in_any_order(trained):
    again = train(taught(INTENTS))
    assert stored.pack(again.classifier, "m") == stored.pack(trained.classifier, "m")


def test_out_of_scope_examples_of_the_tenants_own_are_learnt():
    text = "do you repair old bread machines"
    without, strange = train(taught(INTENTS)), {"out_of_scope": (text, "who repairs machines", "my machine is broken")}
    with_them = train(taught(INTENTS | strange))
    assert "out_of_scope" not in with_them.classifier.intents
    before = without.classifier.recognise(text, vector(text))[1]
    assert with_them.classifier.recognise(text, vector(text))[1] < before


def test_too_little_is_refused_with_a_sentence():
    for examples in ({}, {"one": ("a single example",)}, {"out_of_scope": ("this", "that", "those")}):
        with pytest.raises(PermanentError, match="two examples"):
            train(taught(examples))


def test_one_intent_alone_is_told_from_everything_else():
    alone = train(taught({"gift_card": INTENTS["gift_card"]}))
    assert said(alone, "can i buy a gift card") == "gift_card"
    assert said(alone, "who painted that famous ceiling in rome") is None


def test_from_few_examples_an_intent_must_be_likelier_than_all_else():
    few = train(taught({name: INTENTS[name][:3] for name in ("gift_card", "recipe")}))
    assert few.classifier.threshold >= 0.5


def test_the_report_counts_what_was_not_seen(trained):
    found = report(trained, COUNTS, [])
    assert found["judged"] == sum(COUNTS.values())
    assert 0.5 < found["accuracy_with_threshold"] <= found["accuracy"] <= 1
    assert found["judged_out_of_scope"] > 50
    assert found["out_of_scope_recall"] > 0.8
    assert [each["intent"] for each in found["intents"]] == sorted(INTENTS)
    assert all(each["examples"] == 7 for each in found["intents"])
    assert found["warnings"] == [] or {each["kind"] for each in found["warnings"]} == {"overlapping_intents"}


def test_the_report_warns_of_what_should_be_mended():
    twins = {"delivery": INTENTS["parcel_status"][:4], "shipping": INTENTS["parcel_status"][1:5]}
    examples = {**INTENTS, **twins, "lonely": ("just one",)}
    counts = {name: len(texts) for name, texts in examples.items()}
    found = report(train(taught(examples)), counts, [("track my parcel please", ["delivery", "shipping"])])
    warned = {(each["kind"], each["intents"][0]) for each in found["warnings"]}
    assert {("not_learnt", "lonely"), ("too_few_examples", "delivery"), ("same_example", "delivery")} <= warned
    overlapping = [each["intents"] for each in found["warnings"] if each["kind"] == "overlapping_intents"]
    assert any({"delivery", "shipping"} & set(pair) for pair in overlapping)
    assert found["confusions"][0]["times"] >= found["confusions"][-1]["times"] >= 1


def test_a_stored_version_says_what_the_trained_one_said(trained):
    loaded = stored.unpack(stored.pack(trained.classifier, "m"), "m")
    texts = [text for texts in INTENTS.values() for text in texts]
    vectors = np.stack([vector(text) for text in texts])
    assert np.allclose(loaded.chances(texts, vectors), trained.classifier.chances(texts, vectors), atol=0.01)
    assert loaded.threshold == trained.classifier.threshold


def test_a_damaged_version_is_refused_as_a_whole(trained):
    data = stored.pack(trained.classifier, "m")
    for place in range(0, len(data), max(1, len(data) // 97)):
        with pytest.raises(stored.Damaged):
            stored.unpack(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], "m")
    for cut in (b"", data[:3], data[: len(data) // 2], data + b"\0", b"\x80\x04K\x01."):
        with pytest.raises(stored.Damaged):
            stored.unpack(cut, "m")
    with pytest.raises(stored.Damaged, match="another embedding model"):
        stored.unpack(data, "other")


def test_recognising_takes_a_few_milliseconds_with_many_examples():
    many = {f"intent {at}": [f"{text} {at} {n}" for n, text in enumerate(INTENTS["recipe"])] for at in range(60)}
    model = train(taught(many)).classifier
    text = "i wonder whether there are nuts in the cake that my mother bought on saturday, intent 7"
    placed, took = vector(text), []
    for _ in range(20):
        start = time.perf_counter()
        model.recognise(text, placed)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.01  # 20 ms with the embedding, which takes about 10


def test_the_regression_finds_the_minimum():
    draw = np.random.default_rng(0)
    features = draw.standard_normal((60, 5)).astype(np.float32)
    problem = Problem(features, one_hot(draw.integers(0, 3, 60), 3), np.full(60, 1 / 60, np.float32), 0.01)
    found = fit(problem)
    point = np.vstack([found.weights, found.bias]).astype(np.float32)
    loss, gradient = problem.loss(point)
    assert np.abs(gradient).max() < 1e-3
    for _ in range(20):
        assert problem.loss(point + 0.05 * draw.standard_normal(point.shape).astype(np.float32))[0] > loss
    assert np.allclose(fit(problem, start=found).weights, found.weights, atol=0.05)
    assert Softmax(found.weights, found.bias).scores(features).shape == (60, 3)


def test_the_threshold_weighs_what_is_lost_against_what_is_caught():
    inside, outside = np.full(100, 0.9, np.float32), np.full(50, 0.3, np.float32)
    sure, in_scope = np.concatenate([inside, outside]), np.arange(150) < 100
    right = in_scope.copy()
    threshold = choose_threshold(right, sure, in_scope)
    assert frontier(right, sure, in_scope, threshold) == (1.0, 1.0)
    sure[:40] = 0.2  # catching what is out of scope would lose two fifths of what is in scope
    assert choose_threshold(right, sure, in_scope) < 0.2
    assert choose_threshold(right, sure, in_scope, exchange=1.0) > 0.3
    assert 0 < choose_threshold(right[:100], sure[:100], in_scope[:100]) <= 1


def test_any_script_has_pieces_and_unknown_pieces_make_a_text_strange():
    for text in ("naïve café", "где моя посылка", "包裹在哪里", "🦓", "", "\ud800"):
        assert pieces(text)
    lexicon, rows = learn(["where is my parcel", "track my parcel"])
    known = float(np.square(rows[0].weights).sum())
    half = float(np.square(lexicon.row("where is quetzalcoatl").weights).sum())
    assert known == pytest.approx(2.0, abs=1e-4)
    assert half < 1.2


def test_a_name_is_read_as_words():
    assert [spoken(name) for name in ("card_arrival", "card-arrival", "cardArrival", "card arrival", "__")] == [
        *["card arrival"] * 4,
        "__",
    ]
