"""What belongs to what: prices per person, ages from and up to, subjects, states and "only"."""

from __future__ import annotations

import pytest

from clients.language_model import Passage
from workers.grounding import check

MUSEUM = (
    "A visit costs £9 for adults and £4 for under-14s. The audio guide is extra at £3 per person. "
    "Children can join the workshop from the age of 6. The workshop takes at most ten people. "
    "Groups must book no later than 5 days before their visit. Membership has a minimum term of two years. "
    "The tower is not included in the ticket. Eight evening talks cost £64."
)
ROUTINE = "We close from 3 to 16 March for repairs. The library remains open during that time."
CAFE = "The café is open from 9:00 to 17:00. Dogs are welcome there."
PASSAGES = [
    Passage("1", "Visiting the museum", MUSEUM, 0.9),
    Passage("2", "When are you closed?", ROUTINE, 0.8),
    Passage("3", "Where can I eat?", CAFE, 0.7),
]


def sent(sentence: str, passages: list[Passage] = PASSAGES) -> bool:
    return check(sentence, passages).text is not None


@pytest.mark.parametrize(
    "sentence",
    [
        "The audio guide costs an extra £3 per person.",
        "Children may join the workshop from the age of 6.",
        "The workshop takes ten people at most.",
        "Groups must book at least 5 days before their visit.",
        "The workshop takes no more than ten people.",
        "Membership has a term of at least two years.",
        "A visit costs £4 for under-14s.",
        "The café is open between 9:00 and 17:00.",
    ],
)
def test_a_paraphrase_with_the_same_limits_is_sent(sentence: str) -> None:
    assert sent(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A visit costs £9 per group.",
        "The audio guide is extra at £3 per group.",
        "The audio guide is included at £3 per person.",
        "Children can join the workshop up to the age of 6.",
        "The workshop takes at least ten people.",
        "Groups must book no earlier than 5 days before their visit.",
        "Groups must book no later than 5 days after their visit.",
        "Membership has a maximum term of two years.",
        "A visit costs £9 for adults and £4 for over-14s.",
        "The ticket includes the tower.",
        "The library is closed from 3 to 16 March.",
        "The library is open from 9:00 to 17:00.",
        "Only the café is open from 9:00 to 17:00.",
        "A visit costs £9 for adults free of charge.",
    ],
)
def test_a_limit_a_rate_or_a_subject_exchanged_is_cut(sentence: str) -> None:
    assert not sent(sentence)


@pytest.mark.parametrize(
    ("source", "true", "altered"),
    [
        (
            "Les groupes comptent six personnes au plus.",
            "Les groupes sont de six personnes au maximum.",
            "Les groupes comptent six personnes au moins.",
        ),
        (
            "Los grupos son de seis personas como mucho.",
            "Los grupos son de seis personas como máximo.",
            "Los grupos son de seis personas como mínimo.",
        ),
        (
            "Die Mindestlaufzeit beträgt drei Monate.",
            "Die Mindestlaufzeit ist drei Monate.",
            "Die Höchstlaufzeit beträgt drei Monate.",
        ),
        (
            "Die Aufnahmegebühr entfällt für Studierende.",
            "Für Studierende entfällt die Aufnahmegebühr.",
            "Studierende zahlen eine Aufnahmegebühr.",
        ),
        (
            "Die ersten drei Stunden sind kostenlos.",
            "Die ersten drei Stunden sind gratis.",
            "Die letzten drei Stunden sind kostenlos.",
        ),
        (
            "È vietato fumare nelle camere.",
            "È vietato fumare nelle camere.",
            "Non è vietato fumare nelle camere.",
        ),
        (
            "Prenez le bus jusqu'à Millbrook, puis marchez.",
            "Prenez le bus jusqu'à Millbrook.",
            "Prenez le bus à partir de Millbrook, puis marchez.",
        ),
    ],
)
def test_limits_and_denials_are_told_apart_in_other_languages(source: str, true: str, altered: str) -> None:
    passages = [Passage("1", "", source, 0.9)]
    assert sent(true, passages)
    assert not sent(altered, passages)


def test_a_word_that_is_a_unit_elsewhere_is_none_in_its_own_language() -> None:
    assert sent("The audio guide costs an extra £3 per person. [1]")  # "an" is a year in French


def test_a_sum_said_twice_is_cut_where_no_source_says_it_twice() -> None:
    passages = [Passage("1", "Towels", "A towel costs £2.50 to hire, with a deposit of £10.", 0.9)]
    assert sent("A towel costs £2.50 with a deposit of £10.", passages)
    assert not sent("A towel costs £10 with a deposit of £10.", passages)


def test_what_the_business_is_may_be_the_subject_of_its_facts() -> None:
    profile = "Arden House is a museum at 2 Mill Lane."
    closing = Passage("1", "When do you close?", "We are closed on Mondays and in February.", 0.9)
    other = Passage("2", "Which museum pass do you take?", "Every museum pass of the county.", 0.8)
    assert check("The museum is closed on Mondays.", [closing, other], [profile]).text is not None
