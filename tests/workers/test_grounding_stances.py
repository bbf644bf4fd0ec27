"""What one must or may do, by which means, and what is paid extra, against a source that says the contrary."""

from __future__ import annotations

import pytest

from clients.language_model import Passage
from workers.grounding import check


def sent(sentence: str, *texts: str) -> bool:
    """Whether it is sent citing the first text, or drawing on all of them."""
    passages = [Passage(str(number), "", text, 1.0) for number, text in enumerate(texts)]
    return any(check(one, passages).text is not None for one in (f"{sentence} [1]", sentence))


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("Season passes are valid for 12 months. They are not transferable.", "Season passes are transferable."),
        ("Saisonkarten gelten 12 Monate. Sie sind nicht übertragbar.", "Saisonkarten sind übertragbar."),
        ("Les abonnements sont valables un an. Ils ne sont pas transmissibles.", "Les abonnements sont transmissibles."),
        ("Los abonos valen 12 meses. No son transferibles.", "Los abonos son transferibles."),
        ("Gli abbonamenti valgono 12 mesi. Non sono trasferibili.", "Gli abbonamenti sono trasferibili."),
        ("Pode ver as revistas na sala. Não é permitido levá-las para casa.", "Pode levar as revistas para casa."),
        ("Abonnementen gelden 12 maanden. Ze zijn niet overdraagbaar.", "Abonnementen zijn overdraagbaar."),
    ],
)  # fmt: skip
def test_what_is_denied_of_a_pronoun_is_denied_of_what_it_stands_for(source: str, altered: str) -> None:
    assert not sent(altered, source)


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("The reading is on Mondays, and no registration is needed.", "You have to register for the reading."),
        ("Die Lesung ist montags, und eine Anmeldung ist nicht nötig.", "Für die Lesung müssen Sie sich anmelden."),
        ("La lecture a lieu le lundi. Une réservation n'est pas nécessaire.", "Vous devez réserver pour la lecture."),
        ("La lectura es los lunes y no es necesario reservar.", "Hay que reservar para la lectura."),
        ("La lettura è di lunedì e non è necessario prenotare.", "Per la lettura bisogna prenotare."),
        ("De lezing is op maandag, en reserveren is niet nodig.", "Voor de lezing moet u reserveren."),
    ],
)
def test_what_is_not_needed_is_no_duty(source: str, altered: str) -> None:
    assert not sent(altered, source)


@pytest.mark.parametrize(
    ("source", "true", "altered"),
    [
        ("Own saddles are not allowed in the arena. Your own helmet is welcome.",
         "Your own helmet is welcome.", "You may bring your own saddle."),
        ("Eigene Sättel sind in der Halle nicht erlaubt. Ihr eigener Helm ist willkommen.",
         "Ihr eigener Helm ist willkommen.", "Sie dürfen eigene Sättel benutzen."),
        ("Les selles ne sont pas autorisées dans la salle. Votre casque est bienvenu.",
         "Votre casque est bienvenu.", "Vous pouvez apporter vos selles."),
        ("Las sillas no están permitidas en la sala. Su casco es bienvenido.",
         "Su casco es bienvenido.", "Puede traer sus sillas."),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_not_permitted(source: str, true: str, altered: str) -> None:
    assert sent(true, source)
    assert not sent(altered, source)


def test_what_is_not_allowed_in_one_place_may_be_in_another() -> None:
    source = "Dogs are not allowed in the hall. You may bring your dog to the garden."

    assert sent("You may bring your dog to the garden.", source)


@pytest.mark.parametrize(
    ("source", "true", "altered"),
    [
        ("We confirm the lesson by mail.", "We confirm your lesson by mail.", "We confirm your lesson by phone."),
        ("Wir bestätigen die Stunde per Mail.", "Die Stunde bestätigen wir per Mail.",
         "Wir bestätigen die Stunde per Telefon."),
        ("Nous confirmons la leçon par courriel.", "Nous confirmons votre leçon par courriel.",
         "Nous confirmons votre leçon par téléphone."),
        ("Confirmamos la clase por correo.", "Confirmamos su clase por correo.", "Confirmamos su clase por teléfono."),
        ("Confermiamo la lezione per email.", "Confermiamo la sua lezione per email.",
         "Confermiamo la sua lezione per telefono."),
    ],
)  # fmt: skip
def test_one_means_is_not_another(source: str, true: str, altered: str) -> None:
    assert sent(true, source)
    assert not sent(altered, source)


def test_what_is_not_paid_online_is_not_paid_online() -> None:
    source = "Book with Sam. You pay on the day, not online."

    assert not sent("You have to pay online when booking.", source)


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("The room has 14 seats. The beamer is included.", "The beamer is paid separately."),
        ("Der Raum hat 14 Plätze. Der Beamer ist inbegriffen.", "Der Beamer wird separat bezahlt."),
        ("La salle a 14 places. Le projecteur est compris.", "Le projecteur se paie à part."),
        ("La sala tiene 14 plazas. El proyector está incluido.", "El proyector se paga aparte."),
        ("La sala ha 14 posti. Il proiettore è incluso.", "Il proiettore si paga a parte."),
        ("De zaal heeft 14 plaatsen. De beamer is inbegrepen.", "De beamer betaalt u apart."),
    ],
)
def test_what_is_included_is_not_paid_extra(source: str, altered: str) -> None:
    assert not sent(altered, source)


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("Yes, we host weddings for up to 40 guests.", "Weddings are impossible for up to 40 guests."),
        ("Ja, wir richten Hochzeiten für bis zu 40 Gäste aus.", "Hochzeiten sind für bis zu 40 Gäste unmöglich."),
        ("Oui, nous organisons des mariages jusqu'à 40 invités.", "Les mariages sont impossibles jusqu'à 40 invités."),
        ("Sí, organizamos bodas para hasta 40 invitados.", "Las bodas son imposibles para hasta 40 invitados."),
    ],
)
def test_what_is_offered_is_not_impossible(source: str, altered: str) -> None:
    assert not sent(altered, source)


@pytest.mark.parametrize(
    ("source", "true", "altered"),
    [
        ("Parking is free for three hours. After that it costs £2.",
         "Parking is free three hours.", "The last three hours of parking are free."),
        ("Parken ist drei Stunden kostenlos. Danach kostet es 2 €.",
         "Parken ist drei Stunden kostenlos.", "Parken ist die letzten drei Stunden kostenlos."),
        ("Le parking est gratuit pendant trois heures.",
         "Le parking est gratuit trois heures.", "Le parking est gratuit les trois dernières heures."),
        ("El aparcamiento es gratis durante tres horas.",
         "El aparcamiento es gratis tres horas.", "El aparcamiento es gratis las últimas tres horas."),
    ],
)  # fmt: skip
def test_the_hours_that_are_free_are_not_the_last(source: str, true: str, altered: str) -> None:
    assert sent(true, source)
    assert not sent(altered, source)
