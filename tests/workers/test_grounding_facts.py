"""Which facts stand in a source, however they are written, and which do not although they look alike."""

from __future__ import annotations

import pytest

from clients.language_model import Passage
from workers.grounding import check

HOURS = "We are open Tuesday to Friday from 9:00 to 18:00, on Thursday until 20:00. We are closed on Sunday and Monday."
CUTS = "A women's cut with wash costs £48. A dry cut costs £38. A full colour starts at £65."
SUMS = "Parking costs €3 an hour. The deposit is 1.000,50 € and students get 10 % off. Repairs take three days."
DATES = "We are closed from 24 December to 6 January. The market is on 3 May 2027."
PLACE = "You find us at 14 Linden Street, Manchester M4 5JD. Elena does facials; Tom cuts hair. Book at https://linden.example/book."
NOT = "We do not accept cheques. You need no appointment. Dogs are welcome, but cats are not allowed."
AGES = "Children under 14 pay half. Teenagers from 13 to 17 pay £24. Cancel up to 24 hours before."
GERMAN = (
    "Wir haben montags bis freitags von 9 bis 18 Uhr geöffnet. Die Massage kostet 48 € und dauert zweieinhalb Stunden. "
    "Hunde sind nicht erlaubt."
)
FRENCH = "Nous ouvrons du lundi au vendredi de 9h30 à 18h. La coupe coûte 48 €. Nous n'acceptons pas les chèques."
SPANISH = "Abrimos de lunes a viernes de 9:00 a 18:00. El corte cuesta cuarenta y cinco euros. No aceptamos perros."
ITALIAN = "Siamo aperti da lunedì a venerdì dalle 9:00 alle 18:00. Il taglio costa 35 € e dura un'ora e mezza."
PORTUGUESE = "Abrimos de segunda-feira a sexta-feira das 9h às 18h. O corte custa 20 €. Não aceitamos cheques."
DUTCH = "We zijn open van maandag tot vrijdag van 9 tot 18 uur. Knippen kost 25 €. Honden zijn niet toegestaan."
TURKISH = "Pazartesiden cumaya 9:00'dan 18:00'e kadar açığız. Saç kesimi 300 TL. Nakit kabul etmiyoruz."

STANDS = [
    (HOURS, "We are open Tuesday–Friday from 9 am to 6 pm. [1]"),
    (HOURS, "Tue-Fri we are open 9:00–18:00. [1]"),
    (HOURS, "On Wednesday we are open from 9:00 to 18:00. [1]"),
    (HOURS, "We're closed on Monday. [1]"),
    (HOURS, "On Thursday we are open until 8 p.m. [1]"),
    (CUTS, "A dry cut costs 38 pounds. [1]"),
    (CUTS, "A women's cut with wash costs 48 GBP. [1]"),
    (CUTS, "A full colour costs from £65. [1]"),
    (SUMS, "The deposit is €1,000.50. [1]"),
    (SUMS, "Parking costs 3 euros per hour. [1]"),
    (SUMS, "Students get 10 percent off. [1]"),
    (SUMS, "Repairs take 3 days. [1]"),
    (DATES, "We are closed from Dec 24 to Jan 6. [1]"),
    (DATES, "We are closed from 24.12. to 6.1. [1]"),
    (DATES, "The market is on 2027-05-03. [1]"),
    (DATES, "The market is on 03/05/2027. [1]"),
    (PLACE, "Book at linden.example/book/. [1]"),
    (PLACE, "You find us at 14 Linden St., Manchester M4 5JD. [1]"),
    (NOT, "We don't accept cheques. [1]"),
    (NOT, "Cats are not allowed. [1]"),
    (AGES, "Teenagers (13–17) pay £24. [1]"),
    (GERMAN, "Wir haben Mo–Fr von 9:00 bis 18:00 Uhr geöffnet. [1]"),
    (GERMAN, "Die Massage kostet 48,00 EUR. [1]"),
    (GERMAN, "Die Massage dauert 2,5 Stunden. [1]"),
    (FRENCH, "Nous ouvrons du lundi au vendredi de 9:30 à 18:00. [1]"),
    (FRENCH, "La coupe coûte 48 euros. [1]"),
    (SPANISH, "El corte cuesta 45 €. [1]"),
    (ITALIAN, "Il taglio costa trentacinque euro. [1]"),
    (ITALIAN, "Siamo aperti da lunedì a venerdì, 9–18. [1]"),
    (PORTUGUESE, "O corte custa vinte euros. [1]"),
    (DUTCH, "Knippen kost € 25,-. [1]"),
    (TURKISH, "Saç kesimi 300 lira. [1]"),
]

DOES_NOT = [
    (HOURS, "We are open Monday to Friday from 9:00 to 18:00. [1]"),
    (HOURS, "We are open Tuesday to Friday from 9:00 to 20:00. [1]"),
    (HOURS, "We are open Tuesday to Friday from 9 pm to 6 pm. [1]"),
    (HOURS, "We are open on Sunday and Monday. [1]"),
    (HOURS, "We are closed on Sunday and Tuesday. [1]"),
    (HOURS, "We are open at 12:00. [1]"),
    (CUTS, "A women's cut with wash costs £38. [1]"),
    (CUTS, "A dry cut costs £48. [1]"),
    (CUTS, "A women's cut with wash costs $48. [1]"),
    (CUTS, "A women's cut with wash costs 48 %. [1]"),
    (CUTS, "A full colour costs £65. [1]"),
    (CUTS, "A dry cut is free. [1]"),
    (CUTS, "A dry cut always costs £38. [1]"),
    (SUMS, "Parking costs €3 a day. [1]"),
    (SUMS, "The deposit is 1.000,5 €0. [1]"),
    (SUMS, "The deposit is 10.005,0 €. [1]"),
    (SUMS, "Students get €10 off. [1]"),
    (SUMS, "Repairs take three weeks. [1]"),
    (SUMS, "Repairs take three to four days. [1]"),
    (DATES, "We are closed from 24 December to 6 June. [1]"),
    (DATES, "The market is on 5 March 2027. [1]"),
    (DATES, "The market is on 3 May 2026. [1]"),
    (DATES, "We are closed from 6 January to 24 December. [1]"),
    (PLACE, "You find us at 14 Linden Road, Manchester M4 5JD. [1]"),
    (PLACE, "You find us at 41 Linden Street, Manchester M4 5JD. [1]"),
    (PLACE, "You find us at 14 Linden Street, Manchester M5 4JD. [1]"),
    (PLACE, "You find us at 14 Lindner Street, Manchester M4 5JD. [1]"),
    (PLACE, "Tom does facials. [1]"),
    (PLACE, "Olga does facials. [1]"),
    (PLACE, "Book at https://linden.example/pay. [1]"),
    (PLACE, "Book at https://linden.example.evil.test/book. [1]"),
    (NOT, "We accept cheques. [1]"),
    (NOT, "You need an appointment. [1]"),
    (NOT, "Dogs are not welcome. [1]"),
    (NOT, "Cats are allowed. [1]"),
    (AGES, "Children over 14 pay half. [1]"),
    (AGES, "Teenagers from 17 to 13 pay £24. [1]"),
    (AGES, "Cancel at least 24 hours before. [1]"),
    (AGES, "Cancel up to 24 hours after. [1]"),
    (GERMAN, "Wir haben montags bis samstags von 9 bis 18 Uhr geöffnet. [1]"),
    (GERMAN, "Die Massage dauert zweieinhalb Tage. [1]"),
    (GERMAN, "Die Massage kostet 48 £. [1]"),
    (GERMAN, "Hunde sind erlaubt. [1]"),
    (FRENCH, "Nous acceptons les chèques. [1]"),
    (FRENCH, "Nous ouvrons du lundi au vendredi de 9h30 à 17h. [1]"),
    (SPANISH, "El corte cuesta cuarenta y seis euros. [1]"),
    (SPANISH, "Aceptamos perros. [1]"),
    (ITALIAN, "Il taglio dura un'ora. [1]"),
    (ITALIAN, "Siamo aperti da martedì a venerdì dalle 9:00 alle 18:00. [1]"),
    (PORTUGUESE, "Aceitamos cheques. [1]"),
    (PORTUGUESE, "Abrimos de segunda-feira a sábado das 9h às 18h. [1]"),
    (DUTCH, "Honden zijn toegestaan. [1]"),
    (DUTCH, "We zijn open van maandag tot zaterdag van 9 tot 18 uur. [1]"),
    (TURKISH, "Nakit kabul ediyoruz. [1]"),
    (TURKISH, "Saç kesimi 200 TL. [1]"),
]


@pytest.mark.parametrize(("source", "sentence"), STANDS, ids=lambda text: text[:40])
def test_a_fact_stands_in_its_source_in_any_format(source: str, sentence: str) -> None:
    checked = check(sentence, [Passage("1", "", source, 1.0)])
    assert checked.text is not None, (checked.reason, checked.detail)
    assert checked.stated


@pytest.mark.parametrize(("source", "sentence"), DOES_NOT, ids=lambda text: text[:40])
def test_a_fact_that_only_looks_alike_is_cut(source: str, sentence: str) -> None:
    assert check(sentence, [Passage("1", "", source, 1.0)]).text is None
    assert check(sentence.replace(" [1]", ""), [Passage("1", "", source, 1.0)]).text is None


JOINERY = [
    Passage(
        "1",
        "Where are you?",
        "We are at 19a Millrace Yard, Leeds LS12 1BE, behind the old mill. Pay by card, Apple Pay or cash. "
        "Ask for Dr. Anna Weber, or Tom.",
        1.0,
    )
]


@pytest.mark.parametrize(
    ("sentence", "sent"),
    [
        ("You'll find the workshop at 19a Millrace Yard, Leeds LS12 1BE.", True),
        ("You'll find the workshop at 19a Kessler Yard, Leeds LS12 1BE.", False),
        ("You'll find the workshop at 19a Millrace Kessler, Leeds LS12 1BE.", False),
        ("You can pay by card, Apple Pay or cash.", True),
        ("You can pay by card, Apple Pet or cash.", False),
        ("You can ask for Dr Anna Weber.", True),
    ],
)
def test_names_that_stand_apart_make_no_new_one(sentence: str, sent: bool) -> None:
    known = ["Kessler Joinery, in Leeds. The Pet of the house: Apple, a cat."]
    assert (check(f"{sentence} [1]", JOINERY, known, name="Kessler Joinery").text is not None) is sent
