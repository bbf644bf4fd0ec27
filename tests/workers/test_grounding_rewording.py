"""Sentences in words of their own: synonyms, compounds, pronouns and what the business is, and where these must not help."""

from __future__ import annotations

import pytest

from clients.language_model import Passage
from workers.grounding import check

KNOWN = "Granite Loft is a climbing hall in Keswick with a small café."


def sent(sentence: str, *texts: str) -> bool:
    """Whether it is sent citing the first text, or drawing on all of them."""
    passages = [Passage(str(number), "", text, 1.0) for number, text in enumerate(texts)]
    return any(check(one, passages, [KNOWN]).text is not None for one in (f"{sentence} [1]", sentence))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("We answer mails within one working day.", "You get a reply to your mail within one working day."),
        ("You can start lessons at 17.", "You may begin lessons when you are 17."),
        ("Respondemos a los correos en dos días laborables.", "Contestamos a los correos en 2 días laborables."),
        ("Gutscheine gibt es ab 10 €. Sie gelten drei Jahre.", "Die Gutscheine sind 3 Jahre gültig."),
        ("Sie können mit Karte ab 5 £ oder bar zahlen.", "Kartenzahlung ist ab 5 £ möglich."),
        ("Der Hallenwettkampf ist am 14. März ab 12 Uhr.", "Der Wettkampf findet am 14. März statt."),
        ("Die Mindestlaufzeit beträgt drei Monate.", "Die Laufzeit beträgt mindestens 3 Monate."),
        ("Il tappetino è incluso.", "Il tappetino è compreso nel prezzo."),
    ],
)
def test_other_words_for_the_same_are_sent(source: str, said: str) -> None:
    assert sent(said, source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Eine Kinderkarte kostet 5 €.", "Eine Karte kostet 5 €."),
        ("Eine Tageskarte kostet 13 €. Eine Monatskarte kostet 42 €.", "Die Karte kostet 42 €."),
        ("Wir haben Nichtraucherzimmer.", "Wir haben Raucherzimmer."),
        ("Wir nehmen Kautionen von 50 €.", "Wir nehmen Anzahlungen von 50 €."),
        ("You can postpone a lesson up to 48 hours before.", "You can cancel a lesson up to 48 hours before."),
        ("All dishes can be made gluten-free.", "All dishes contain gluten."),
        ("We take cards.", "We take Visa."),
        ("Gareth Pugh rappelle le jour ouvré suivant.", "Gareta Pugh rappelle le jour ouvré suivant."),
        ("Die Karten gelten montags nicht für Kinder.", "Kinderkarten gelten montags."),
    ],
)
def test_what_is_not_the_same_is_cut(source: str, said: str) -> None:
    assert not sent(said, source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("The discount needs a card. It can't be combined with vouchers.", "You cannot combine the discount with vouchers."),
        ("Students get 8% off. The discount needs a card. It is valid until 20 June.", "The discount is valid until 20 June."),
        ("Die Familienkarte kostet 17,50 €. Sie gilt samstags.", "Die Familienkarte gilt samstags."),
    ],
)  # fmt: skip
def test_a_pronoun_goes_on_about_the_subject_before_it(source: str, said: str) -> None:
    assert sent(said, source)


def test_the_business_is_named_by_what_it_is_where_its_source_says_we() -> None:
    hours = "We open at 10:00 on weekdays and at 9:00 at weekends. Last entry is at 20:30."
    assert sent("At weekends the hall opens at 9:00.", hours)
    assert not sent("At weekends the hall closes at 9:00.", hours)
    assert not sent("At weekends the hall opens at 10:00.", hours)
    assert not sent("The hall opens at 8:00.", "The café opens at 8:00.")
    assert not sent("The hall costs £9.", "The café costs £9 an hour to rent.")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Le sauna est ouvert le vendredi de 17 h à 21 h.", "Le sauna ouvre le vendredi à 17 h."),
        ("Das Café ist täglich von 11 bis 17 Uhr geöffnet.", "Das Café schließt um 17 Uhr."),
        ("A sala fica no primeiro andar e abre às 10:30.", "A sala abre às 10:30."),
    ],
)
def test_hours_are_told_by_a_verb_as_well(source: str, said: str) -> None:
    assert sent(said, source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("We open at 10:00. Last entry is at 20:30, one hour before closing.", "We close at 20:30."),
        ("Das Café ist täglich von 11 bis 17 Uhr geöffnet.", "Das Café schließt um 11 Uhr."),
        ("Le sauna est ouvert le vendredi de 17 h à 21 h.", "Le sauna ferme le vendredi à 17 h."),
        ("Dogs are forbidden in the café, but cats are allowed.", "Cats are not allowed in the café."),
        ("Hunde sind verboten, Katzen sind erlaubt.", "Katzen sind nicht erlaubt."),
        ("Parking is not included, breakfast is included.", "Breakfast is not included."),
    ],
)
def test_hours_and_states_of_something_else_are_cut(source: str, said: str) -> None:
    assert not sent(said, source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Dogs are allowed on the terrace, not in the café.", "Dogs are not allowed in the café."),
        ("We are open Monday to Thursday. We don't open at weekends.", "The hall isn't open at weekends."),
    ],
)
def test_what_is_denied_somewhere_may_be_denied_there(source: str, said: str) -> None:
    assert sent(said, source)


def test_a_deposit_of_a_sum_is_no_deposit_from_that_sum_on() -> None:
    assert sent("Das Pfand beträgt 1 £.", "Es gibt Schließfächer mit einem Pfand von 1 £.")
    assert sent("Son cinco tardes por 88 £.", "El curso avanzado cuesta 88 £ por cinco tardes.")
