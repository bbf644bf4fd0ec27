"""What a text is about: the same, whatever its words, its language or its spelling."""

from __future__ import annotations

import pytest

from workers.matching import misspelt
from workers.trade_words import TRADE_LANGUAGES, TRADES
from workers.words import LANGUAGES, language_of, stated, subject, units


def about(text: str) -> set[str]:
    return {unit.name for unit in units(text, language_of(text))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("opening hours", "When do you close?"),
        ("cost of a haircut", "How much are haircuts?"),
        ("coloring", "colours"),
        ("children's cut", "kids cuts"),
        ("Café", "cafe"),
        ("cancelling", "cancel"),
        ("batteries", "battery"),
        ("How much is a men's haircut?", "Was kostet ein Herrenhaarschnitt?"),
        ("Is there parking?", "¿Hay aparcamiento?"),
        ("Is breakfast included?", "Le petit-déjeuner est-il compris ?"),
        ("Do you fix punctures?", "tyres repaired?"),
        ("We have a flat tyre", "a puncture"),
        ("Is there a loo at the shop?", "toilets"),
        ("Do you stock umbrellas?", "umbrellas"),
        ("How old does she have to be?", "From what age?"),
        ("jabs for my puppy", "vaccination dog"),
        ("Vacunan a los perros", "impfen Sie Hunde"),
    ],
)
def test_different_words_are_about_one_thing(one: str, other: str):
    assert about(one) == about(other)


@pytest.mark.parametrize(
    ("one", "other"), [("men's cut", "women's cut"), ("dogs", "cats"), ("PayPal", "credit card"), ("lunch", "dinner")]
)
def test_what_a_business_tells_apart_stays_apart(one: str, other: str):
    assert about(one) != about(other)


def test_every_trade_has_its_four_columns_and_no_word_twice():
    for columns in TRADES.values():
        assert columns.count("|") == len(TRADE_LANGUAGES) - 1
        for column in columns.split("|"):
            assert len(set(column.split())) == len(column.split())


def test_small_words_are_no_things():
    assert about("¿Hay una piscina?") == about("¿Hay piscina?")
    assert about("how often shoud I becuse of that") == set()


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("my old bicycle", "minimum_age"),
        ("zwei Jahre Garantie", "minimum_age"),
        ("it shows an error code", "voucher_code"),
        ("Do you offer massages?", "discount"),
        ("How long can I stay?", "overnight"),
    ],
)
def test_a_word_in_another_sense_is_not_the_concept(text: str, concept: str):
    assert concept not in about(text)


def test_days_between_are_meant_too():
    assert "wednesday" in about("Open Tuesday to Friday")
    assert {"saturday", "sunday"} <= about("von Mittwoch bis Sonntag")
    assert "sunday" not in about("Open Tuesday to Friday")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where can I park my car?", "en"),
        ("Wo kann ich mein Auto abstellen?", "de"), ("¿Dónde puedo aparcar el coche?", "es"),
        ("Où est-ce que je peux me garer ?", "fr"), ("Dove posso parcheggiare la mia auto?", "it"),
        ("Onde é que posso estacionar o meu carro?", "pt"), ("Waar kan ik mijn auto parkeren?", "nl"),
    ],
)  # fmt: skip
def test_small_words_tell_the_language(text: str, language: str):
    assert language_of(text) == language
    assert language in LANGUAGES


def test_without_small_words_it_is_the_default():
    assert language_of("Parkplatz", "de") == "de"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It is £48.", {"price"}), ("ab 13,90 €", {"price"}), ("until 18:00", {"hours"}), ("Call 0161 496 0142", {"phone"}),
        ("hello@lindenhair.example", {"mail"}), ("14 Linden Street", {"where"}), ("Dorfstraße 12", {"where"}),
        ("We are glad.", set()),
    ],
)  # fmt: skip
def test_facts_are_known_by_their_form(text: str, kinds: set[str]):
    assert stated(text) == kinds


@pytest.mark.parametrize(("word", "other"), [("hygenist", "hygienist"), ("pisina", "piscina"), ("recieve", "receive")])
def test_a_slip_is_forgiven(word: str, other: str):
    assert misspelt(word, other)


@pytest.mark.parametrize(("word", "other"), [("card", "care"), ("house", "mouse"), ("2150", "2151")])
def test_another_word_is_no_slip(word: str, other: str):
    assert not misspelt(word, other)


def test_a_subject_does_not_depend_on_the_wording():
    assert subject("Do you open on Sundays?") == subject("are you open sunday") == "hours sunday"
    assert subject("???") == "???"
