"""The language of a turn: told from few words, kept where they tell none, and followed by everything that is said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.turn import TurnState
from tests.workers.line import api_visitor, configure
from workers import phrases
from workers.evaluation.language import measure
from workers.language import detect, of_passage
from workers.phrases import LANGUAGES, SPEECH, BookingPhrase, Phrase, is_dont_know, say, spoken

HUMAN = {
    "en": "I want to talk to a real person, please",
    "es": "Quiero hablar con una persona, por favor",
    "fr": "Je voudrais parler à une personne, s'il vous plaît",
    "de": "Ich möchte bitte mit einem Menschen sprechen",
    "pt": "Quero falar com uma pessoa, por favor",
    "it": "Vorrei parlare con una persona, per favore",
    "nl": "Ik wil graag met een medewerker spreken",
    "tr": "Bir yetkiliyle konuşmak istiyorum lütfen",
}
GREETINGS = {
    "es": "¡Hola, buenos días!", "fr": "Bonjour !", "de": "Guten Tag!", "pt": "Olá, bom dia!", "it": "Buongiorno!",
    "nl": "Goedemorgen!", "tr": "Merhaba, günaydın!",
}  # fmt: skip


def test_the_measured_bounds_hold():
    missed = [found for found in measure(None, lambda _: None) if found.holds is False]
    assert missed == []


@pytest.mark.parametrize(
    "text", ["", "  ", "15:30", "👍👍", "Ok", "tom@bakery.example", "https://www.bakery.example/de", "\x00"]
)
def test_what_tells_no_language_keeps_the_conversations(text):
    assert [detect(text, (), language) for language in ("tr", "ar", "en")] == ["tr", "ar", "en"]


def test_letters_of_another_script_tell_theirs():
    assert detect("كم السعر؟", (), "en") == "ar"
    assert detect("כמה זה עולה?", (), "en") == "he"
    assert detect("Сколько это стоит?", (), "en") == "ru"
    assert detect("カットはいくらですか", (), "en") == "ja"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where can I park?\nThere is free parking behind the bakery."),
        ("de", "Wir haben Montag bis Freitag von 8 bis 18 Uhr geöffnet."),
        ("fr", "Horaires\nNous sommes ouverts du lundi au vendredi de 9 h à 18 h."),
        ("es", "¿Dónde puedo aparcar?\nHay un aparcamiento gratuito detrás de la panadería."),
        ("it", "Orari\nSiamo aperti dal lunedì al venerdì dalle 9 alle 18."),
        ("pt", "Horário\nEstamos abertos de segunda a sexta das 9 às 18 horas."),
        ("nl", "Openingstijden\nWij zijn van maandag tot en met vrijdag geopend van 9 tot 18 uur."),
        ("tr", "Saatlerimiz\nHafta içi her gün 9 ile 18 arası açığız, bizi arayabilir ve bilgi alabilirsiniz."),
        ("pl", "Godziny otwarcia\nJesteśmy otwarci od poniedziałku do piątku w godzinach od 8 do 18."),
        ("ru", "Мы открыты с понедельника по пятницу с 9 до 18."),
        (None, "Balayage £130\nCut £48\nColour £90"),
        (None, "Team\nAnna Müller\nJosé García\nPierre Dupont"),
        (None, "Pizza Margherita, Pizza Funghi, Tiramisù, Espresso"),
        (None, "info@x.example +44 20 7946 0000"),
        (None, ""),
    ],
)
def test_a_passage_tells_its_language_only_when_it_is_sure(language, text):
    assert of_passage(text) == language


def test_a_business_may_fix_or_restrict_its_languages():
    assert detect("¿Cuánto cuesta un corte?", ("de",), "de") == "de"
    assert detect("¿Cuánto cuesta un corte?", ("de", "es"), "de") == "es"
    assert detect("كم السعر؟", ("de", "es"), "de") == "de"
    assert detect("What does it cost?", ("de", "es"), "en") == "de"  # the first one where its own is none of them


def test_a_long_or_hostile_text_is_read_in_no_time():
    assert detect("wie viel kostet das " * 5000, (), "en") == "de"
    assert detect("\u0301" * 4000, (), "en") == "en"
    assert detect("a\u0301\u200f\ud7ff" * 4000, (), "en") in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_exists_in_every_language(language):
    speech = SPEECH[language]
    assert set(speech.phrases) == set(Phrase)
    assert set(speech.booking) == set(BookingPhrase)
    english = SPEECH["en"]
    for phrase in Phrase:
        assert _slots(speech.phrases[phrase]) == _slots(english.phrases[phrase]), phrase
    for booking in BookingPhrase:
        assert _slots(speech.booking[booking]) == _slots(english.booking[booking]), booking


def _slots(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_we_do_not_know_is_recognised_in_every_language(language):
    assert is_dont_know(say(Phrase.DONT_KNOW, language=language))
    for phrase in set(Phrase) - {Phrase.DONT_KNOW}:
        assert not is_dont_know(say(phrase, language=language)), phrase


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I don't have any information about that.",
        "Unfortunately, I don’t have that information.",
        "Lo siento, pero no tengo información sobre eso.",
        "Désolé, je n'ai pas d'information à ce sujet.",
        "Leider habe ich dazu keine Informationen.",
        "Infelizmente, não tenho essa informação.",
        "Mi dispiace, ma non ho informazioni su questo.",
        "Sorry, ik heb daar geen informatie over.",
        "Maalesef bu konuda bilgim yok.",
    ],
)
def test_that_a_model_does_not_know_is_recognised_in_its_own_words(reply):
    assert is_dont_know(reply)


@pytest.mark.parametrize(
    "reply",
    ["We don't have parking information signs.", "Wir haben keine Parkplätze.", "No tenemos wifi.", "I have that."],
)
def test_an_answer_that_denies_something_is_an_answer(reply):
    assert not is_dont_know(reply)


def test_a_language_without_sentences_gets_the_businesss():
    assert spoken("pl", "ar", "de") == "de"
    assert spoken(None, "pl") == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_asks_for_a_person_is_answered_in_their_language(line, bakery, language):
    visitor = api_visitor(bakery)
    visitor.say(HUMAN[language])
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.language, turn.state, turn.reason) == (language, TurnState.HANDED_OVER, "asked")
    assert turn.reply == say(Phrase.ASKED, language=language)


@pytest.mark.parametrize("language", GREETINGS)
def test_a_greeting_is_returned_in_its_language(line, bakery, language):
    visitor = api_visitor(bakery)
    visitor.say(GREETINGS[language])
    line.run_all()
    (turn,) = visitor.turns()
    assert turn.reply == say(Phrase.GREETING, business="Alice's Bakery", language=language)


def test_a_word_that_tells_none_stays_with_the_conversations_language(line, bakery):
    visitor = api_visitor(bakery)
    for text in ("Habt ihr am Samstag geöffnet?", "Ok"):
        visitor.say(text)
        line.run_all()
    assert [turn.language for turn in visitor.turns()] == ["de", "de"]
    assert visitor.conversation().language == "de"


def test_what_is_not_known_is_said_in_the_visitors_language(line, bakery):
    visitor = api_visitor(bakery)
    visitor.say("Reparieren Sie auch U-Boote?")
    line.run_all()
    assert visitor.turns()[-1].reply == say(Phrase.DONT_KNOW, language="de")


def test_a_fixed_language_is_kept_whatever_is_written(line, bakery):
    configure(bakery, language="fr", languages=["fr"])
    visitor = api_visitor(bakery)
    visitor.say(HUMAN["de"])
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.language, turn.reply) == ("fr", say(Phrase.ASKED, language="fr"))


def test_a_language_we_have_no_sentences_in_is_told_to_the_model_and_answered_for_by_the_businesss(line, bakery):
    configure(bakery, language="de", hand_over_intents=["human", "other", "faq"])
    visitor = api_visitor(bakery)
    visitor.say("أريد التحدث مع شخص حقيقي")
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.language, turn.reply) in [("ar", say(phrase, language="de")) for phrase in Phrase]


def test_a_day_is_said_as_its_language_does():
    moment, today = datetime(2026, 12, 8, 15, 0, tzinfo=UTC), date(2026, 11, 1)
    said = {language: phrases.calendar(language).in_words(moment, today) for language in LANGUAGES}
    assert said == {
        "en": "Tuesday 8 December at 15:00",
        "es": "martes 8 de diciembre a las 15:00",
        "fr": "mardi 8 décembre à 15:00",
        "de": "Dienstag, 8. Dezember um 15:00 Uhr",
        "pt": "terça-feira, 8 de dezembro, às 15:00",
        "it": "martedì 8 dicembre alle 15:00",
        "nl": "dinsdag 8 december om 15:00 uur",
        "tr": "8 Aralık Salı, saat 15:00",
    }
    assert phrases.calendar("tr").day_in_words(date(2027, 1, 1), today) == "1 Ocak 2027 Cuma"
    assert phrases.calendar("fr").day_in_words(date(2027, 1, 1), today) == "vendredi 1er janvier 2027"
