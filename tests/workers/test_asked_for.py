"""Whether a question for how long, how often, how old or how many is known by its form, and a text that says nothing of it."""

from __future__ import annotations

import time

import pytest

from workers.asked_for import asked_form, told_forms


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("How long does a check-up take?", "duration"),
        ("how quickly do you answer?", "duration"),
        ("Wie lange dauert eine Prophylaxe?", "duration"),
        ("¿Cuánto tiempo tarda?", "duration"),
        ("Combien de temps dure le soin ?", "duration"),
        ("Quanto dura la visita?", "duration"),
        ("Hoe lang duurt het?", "duration"),
        ("Ne kadar sürer?", "duration"),
        ("How often should I come in?", "frequency"),
        ("Wie oft muss man das machen?", "frequency"),
        ("¿Con qué frecuencia hay que venir?", "frequency"),
        ("Combien de fois par an ?", "frequency"),
        ("Quante volte all'anno?", "frequency"),
        ("How many of us can come?", "number"),
        ("Wie alt muss man sein?", "age"),
        ("¿Qué edad hay que tener?", "age"),
        ("¿Cuántas personas caben?", "number"),
        ("How much is a haircut?", None),
        ("When do you open?", None),
        ("Do you have parking?", None),
        ("", None),
    ],
)
def test_what_is_asked_for(question: str, form: str | None) -> None:
    assert asked_form(question) == form


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It takes about two hours.", {"duration", "number"}),
        ("Children from 8 years may climb.", {"duration", "age", "number"}),
        ("Das dauert eine Stunde.", {"duration", "number"}),
        ("We come immediately.", {"duration"}),
        ("Come every six months.", {"duration", "frequency", "number"}),
        ("Babies from six months are welcome.", {"duration", "age", "number"}),
        ("Ein Mal jährlich.", {"duration", "frequency", "age", "number"}),
        ("Up to 8 guests.", {"number"}),
        ("We look for cataracts in each eye test.", {"frequency"}),
        ("There is free parking behind the house.", set()),
        ("", set()),
    ],
)
def test_what_a_text_tells(text: str, told: set[str]) -> None:
    assert told_forms(text) == told


def test_a_hostile_text_takes_no_time() -> None:
    began = time.process_time()
    for text in ("1" * 4000, "ab" * 2000, "how " * 1000, "je" * 2000):
        asked_form(text)
        told_forms(text)
    assert time.process_time() - began < 0.5
