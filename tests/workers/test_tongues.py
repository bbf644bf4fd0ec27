"""The talk about an appointment in the languages beside English: asked for, moved, cancelled, and said in that language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from models.booking import BookingState
from workers.booking_wish import Change, Place, Standing, Step
from workers.bookings import take
from workers.leads import Contact
from workers.moments import read
from workers.opening import read_hours
from workers.phrases import BookingPhrase, calendar, say_booking
from workers.tongues import MODULES, into_english

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Tuesday
HOURS = read_hours({day: ["09:00", "18:00"] for day in ("tuesday", "wednesday", "thursday", "friday", "saturday")})
REACHABLE = Contact(name="Ana", email="ana@example.test")

ASKED = {  # on Saturday at three, of all of them
    "es": "Quiero una cita el sábado a las 15:00",
    "fr": "Je voudrais un rendez-vous samedi à 15h",
    "de": "Ich möchte einen Termin am Samstag um 15 Uhr",
    "pt": "Queria marcar uma consulta no sábado às 15h",
    "it": "Vorrei un appuntamento sabato alle 15",
    "nl": "Ik wil graag een afspraak maken op zaterdag om 15 uur",
    "tr": "Cumartesi saat 15 için randevu almak istiyorum",
}
ASKED_WITHOUT = {
    "es": "Me gustaría pedir una cita", "fr": "J'aimerais prendre rendez-vous", "de": "Kann ich einen Termin vereinbaren?",
    "pt": "Gostaria de marcar uma consulta", "it": "Vorrei prenotare un appuntamento", "nl": "Ik wil een afspraak maken",
    "tr": "Randevu almak istiyorum",
}  # fmt: skip
DAYS = {"es": "mañana", "fr": "demain", "de": "morgen", "pt": "amanhã", "it": "domani", "nl": "morgen", "tr": "yarın"}
TIMES = {
    "es": "a las tres y media", "fr": "à 15h30", "de": "um halb vier", "pt": "às três e meia", "it": "alle tre e mezza",
    "nl": "om half vier", "tr": "saat üç buçukta",
}  # fmt: skip
YES = {
    "es": "sí, por favor",
    "fr": "oui, s'il vous plaît",
    "de": "ja bitte",
    "pt": "sim",
    "it": "va bene",
    "nl": "ja graag",
    "tr": "evet",
}
NO = {
    "es": "no, gracias",
    "fr": "non merci",
    "de": "nein danke",
    "pt": "não",
    "it": "no grazie",
    "nl": "nee",
    "tr": "hayır",
}
MONDAY = {
    "es": "el lunes", "fr": "lundi", "de": "am Montag", "pt": "segunda-feira", "it": "lunedì", "nl": "maandag",
    "tr": "pazartesi",
}  # fmt: skip
CANCEL = {
    "es": "quiero cancelar mi cita", "fr": "je veux annuler mon rendez-vous", "de": "Bitte meinen Termin absagen",
    "pt": "quero cancelar a minha consulta", "it": "vorrei annullare l'appuntamento", "nl": "ik wil mijn afspraak annuleren",
    "tr": "randevumu iptal etmek istiyorum",
}  # fmt: skip
ABOUT = {
    "es": "¿Cuánto cuesta un corte?", "fr": "Combien coûte une coupe ?", "de": "Was kostet ein Haarschnitt?",
    "pt": "Quanto custa um corte?", "it": "Quanto costa un taglio?", "nl": "Wat kost een knipbeurt?",
    "tr": "Saç kesimi ne kadar?",
}  # fmt: skip


def place(language: str) -> Place:
    return Place(NOW, HOURS, language=language)


def step(language: str, text: str, before: Step | None = None, contact: Contact = REACHABLE) -> Step:
    standing = Standing(before.state, before.wish, before.starts_at) if before else None
    found = take(text, standing, contact, place(language))
    assert isinstance(found, Step), text
    return found


@pytest.mark.parametrize("language", MODULES)
def test_an_appointment_is_asked_for_and_confirmed(language):
    asked = step(language, ASKED[language])
    when = calendar(language).in_words(datetime(2026, 12, 5, 15, 0, tzinfo=NOW.tzinfo), NOW.date())
    assert asked.reply == say_booking(BookingPhrase.CONFIRM, language=language, when=when, contact="ana@example.test")
    agreed = step(language, YES[language], asked)
    assert (agreed.state, agreed.change) == (BookingState.REQUESTED, Change.REQUESTED)
    assert agreed.reply == say_booking(BookingPhrase.REQUESTED, language=language, when=when)
    cancelled = step(language, CANCEL[language], agreed)
    assert (cancelled.state, cancelled.change) == (BookingState.CANCELLED, Change.CANCELLED)


@pytest.mark.parametrize("language", MODULES)
def test_what_is_missing_is_asked_for_one_after_the_other(language):
    first = step(language, ASKED_WITHOUT[language])
    assert first.reply == say_booking(BookingPhrase.ASK_DAY_FIRST, language=language)
    second = step(language, DAYS[language], first)
    assert "9:00" in second.reply
    third = step(language, TIMES[language], second)
    assert third.wish.day is not None
    assert (third.wish.day.isoformat(), "15:30" in third.reply) == ("2026-12-02", True)
    declined = step(language, NO[language], third)
    assert declined.reply == say_booking(BookingPhrase.WHAT_ELSE, language=language)


@pytest.mark.parametrize("language", MODULES)
def test_a_closed_day_is_answered_with_the_nearest_open_time(language):
    monday = {
        "es": "el lunes",
        "fr": "lundi",
        "de": "am Montag",
        "pt": "segunda-feira",
        "it": "lunedì",
        "nl": "maandag",
        "tr": "pazartesi",
    }
    closed = step(language, monday[language], step(language, ASKED_WITHOUT[language]))
    assert "9:00" in closed.reply
    assert closed.reply != step(language, DAYS[language], step(language, ASKED_WITHOUT[language])).reply


@pytest.mark.parametrize("language", MODULES)
def test_a_question_about_the_business_begins_no_booking(language):
    assert take(ABOUT[language], None, REACHABLE, place(language)) is None


@pytest.mark.parametrize(
    ("language", "text", "day", "clock"),
    [
        ("de", "übermorgen um viertel nach zehn", "2026-12-03", "10:15"),
        ("de", "am 12. Dezember um 9 Uhr", "2026-12-12", "9:00"),
        ("de", "nächsten Freitag um viertel vor drei", "2026-12-11", "2:45"),
        ("de", "in zwei Wochen", "2026-12-15", None),
        ("es", "pasado mañana a las once", "2026-12-03", "11:00"),
        ("es", "el 12 de diciembre a las diez y cuarto", "2026-12-12", "10:15"),
        ("fr", "après-demain à dix heures et quart", "2026-12-03", "10:15"),
        ("fr", "le 12 décembre", "2026-12-12", None),
        ("pt", "depois de amanhã às onze horas", "2026-12-03", "11:00"),
        ("pt", "dia 12 de dezembro", "2026-12-12", None),
        ("it", "dopodomani alle undici", "2026-12-03", "11:00"),
        ("it", "il 12 dicembre alle 14:30", "2026-12-12", "14:30"),
        ("nl", "overmorgen om kwart over tien", "2026-12-03", "10:15"),
        ("nl", "12 december om half elf", "2026-12-12", "10:30"),
        ("tr", "12 Aralık saat 14:30", "2026-12-12", "14:30"),
        ("tr", "cuma günü saat 11'de", "2026-12-04", "11:00"),
    ],
)  # fmt: skip
def test_days_and_times_are_read(language, text, day, clock):
    said = read(into_english(text, language), NOW)
    assert said.day.on is not None
    assert said.day.on.isoformat() == day
    assert (f"{said.clock.hour}:{said.clock.minute:02d}" if said.clock else None) == clock


def test_a_name_is_a_name_and_thanks_are_none():
    asked = step("de", ASKED["de"], contact=Contact())
    assert step("de", "Anna Müller", asked, Contact()).wish.name == "Anna Müller"
    assert take("danke", Standing(asked.state, asked.wish), Contact(), place("de")) is None
    here = step("de", "lieber hier antworten", asked, Contact())
    assert here.wish.no_contact


def test_english_and_unknown_languages_stay_as_they_are():
    assert into_english("Tomorrow at 3", "en") == "Tomorrow at 3"
    assert into_english("jutro o 15", "pl") == "jutro o 15"


@pytest.mark.parametrize("language", MODULES)
def test_long_and_strange_texts_take_no_time_and_break_nothing(language):
    for text in ("\ue000 \uf8ff 3", "um " * 3000, "1 " * 3000, "las " * 3000, "a" * 50_000):
        into_english(text[:1000], language)
