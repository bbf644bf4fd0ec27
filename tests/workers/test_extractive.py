"""Quoting without a model: verbatim, with its source, and nothing where nothing answers. `make eval` measures how well."""

from __future__ import annotations

import pytest

from clients.language_model import ChatTurn, Classification, ModelRequest, Passage
from config.errors import Cancelled
from models.demo_business import ENTRIES, PROFILE
from workers.extractive import ExtractiveAnswerer, answer, follows_up
from workers.grounding import check
from workers.matching import matches
from workers.phrases import is_dont_know
from workers.words import search_words, units

ANSWERED = {
    "how much is a manicure": "£26",
    "What time do you close on Thursday?": "20:00",
    "Can I park near the salon?": "Tib Street",
    "Do you accept American Express?": "do not take American Express",
    "is there a student discount?": "15 %",
    "I have a wheelchair, can I get in?": "step-free",
    "pedicur price": "£38",
    "Wie viel kostet ein Herrenhaarschnitt?": "£28",
}
NOT_ANSWERED = [
    "Do you sell car tyres?",
    "Can I pay with PayPal?",
    "How much is laser hair removal?",
    "Can my cat come?",
    "What is the capital of France?",
    "¿Hacen tatuajes?",
]


def passages_for(question: str, limit: int = 8) -> list[Passage]:
    """The entries that share most with the question, without vectors."""
    entries = [Passage(str(n), entry.question, entry.answer, 0.0) for n, entry in enumerate(ENTRIES)]
    found = sorted(matches(question, entries), key=lambda match: -match.coverage)
    return [match.passage for match in found[:limit]]


def asking(question: str, *history: ChatTurn, facts: str = "", language: str = "en") -> ModelRequest:
    asked = " ".join([*(turn.content for turn in history if turn.role == "user"), question])
    return ModelRequest("", history, question, tuple(passages_for(asked)), 500, facts, language)


@pytest.mark.parametrize(("question", "fact"), ANSWERED.items())
def test_an_answer_is_quoted_verbatim_with_its_source(question: str, fact: str) -> None:
    request = asking(question)
    said = answer(request)
    assert fact in " ".join(said)
    for sentence in said:
        checked = check(sentence, request.passages)
        assert checked.text is not None
        assert len(checked.sources) == 1
        assert checked.text.strip() in request.passages[checked.sources[0]].text
        assert not checked.unsupported


@pytest.mark.parametrize("question", NOT_ANSWERED)
def test_what_no_entry_answers_is_not_answered_and_cites_nothing(question: str) -> None:
    (said,) = answer(asking(question))
    assert is_dont_know(said)
    assert "[" not in said


def test_the_same_question_gets_the_same_answer() -> None:
    assert answer(asking("how much is a haircut?")) == answer(asking("how much is a haircut?"))


def test_two_questions_get_two_answers() -> None:
    said = " ".join(answer(asking("How much is a manicure? And do you have parking?")))
    assert "£26" in said
    assert "Tib Street" in said


@pytest.mark.parametrize(("near", "quoted"), [(0.7, ["Suitcases", "Lockers"]), (0.5, ["Suitcases"])])
def test_the_next_best_is_quoted_too_when_it_comes_near(near: float, quoted: list[str]) -> None:
    entries = [
        ("Is there somewhere for luggage?", "Suitcases can stand behind the reception.", 0.75),
        ("Are there lockers?", "Lockers take a one euro coin.", near),
        ("Is breakfast included?", "Breakfast costs 9 euros.", 0.1),
        ("Are dogs welcome?", "Dogs are welcome.", 0.1),
    ]
    passages = tuple(
        Passage(title, title, text, score, 0.8 + score * 0.12, 0.8 + score * 0.12, score)
        for title, text, score in entries
    )
    said = answer(ModelRequest("", (), "Where can I leave my stuff?", passages, 500, "", "en"))
    assert [sentence.split()[0] for sentence in said] == quoted


def test_a_follow_up_is_understood_by_what_was_asked_before() -> None:
    before = ChatTurn("user", "How much is a men's haircut?")
    assert "£32" in " ".join(answer(asking("and with a wash?", before)))


@pytest.mark.parametrize(
    "text", ["and on Fridays?", "How much is that?", "und am Samstag?", "¿y los domingos?", "how much"]
)
def test_short_words_that_go_on_follow_up(text: str) -> None:
    assert follows_up(text)


@pytest.mark.parametrize("text", ["Do you have parking?", "Wann haben Sie am Samstag geöffnet?"])
def test_a_question_of_its_own_does_not_follow_up(text: str) -> None:
    assert not follows_up(text)


def test_the_profile_answers_what_no_entry_does() -> None:
    said = answer(ModelRequest("", (), "Is Maya Okafor the owner?", (), 500, PROFILE.facts))
    assert said == ["Owner: Maya Okafor."]


def test_one_word_of_the_profile_answers_nothing() -> None:
    assert is_dont_know(answer(ModelRequest("", (), "How do I become a stylist?", (), 500, PROFILE.facts))[0])


VET = """Millbrook is a veterinary practice in Hexham.
Opening hours: Monday to Friday 8:30 to 18:30, Saturday 9:00 to 12:30.
Phone: 01434 555 018. E-mail: hello@millbrook.example.
Vets: Dr Eleanor Pike, Dr Tomasz Wrona."""
RING = Passage("e", "How do I book?", "Ring us or use the form. Saturday is by appointment only.", 1.0)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("phone number pls", "01434"),
        ("what time d'you close on Saturday", "12:30"),
        ("Who are the vets?", "Eleanor Pike"),
    ],
)
def test_a_number_or_hours_come_from_the_profile_when_no_passage_states_them(question: str, fact: str) -> None:
    assert fact in " ".join(answer(ModelRequest("", (), question, (RING,), 500, VET)))


def test_hours_of_something_else_are_not_the_profiles() -> None:
    assert is_dont_know(answer(ModelRequest("", (), "When does the sauna open?", (), 500, VET))[0])


def test_a_label_answers_who_and_nothing_else() -> None:
    assert is_dont_know(answer(ModelRequest("", (), "How many vets?", (), 500, VET))[0])


def test_a_long_entry_is_quoted_in_part() -> None:
    text = "First things first. " + "This is chatter. " * 5 + "The deposit is £30. " + "More chatter follows. " * 5
    passage = Passage("e", "How much is the deposit?", text, 1.0)
    quoted = answer(ModelRequest("", (), "how much is the deposit", (passage,), 500))
    assert "The deposit is £30. [1]" in quoted
    assert len(quoted) <= 4


def test_stopping_is_obeyed_between_sentences() -> None:
    call = ExtractiveAnswerer().stream(asking("how much is a haircut?"), should_stop=lambda: True)
    with call, pytest.raises(Cancelled):
        list(call)
    assert call.usage is None


def test_it_finishes_and_costs_nothing() -> None:
    with ExtractiveAnswerer().stream(ModelRequest("", (), "hours?", (), 500), should_stop=lambda: False) as call:
        assert is_dont_know("".join(call))
    assert call.finish_reason == "stop"
    assert call.usage is None


def test_it_does_not_classify() -> None:
    assert ExtractiveAnswerer().classify("how much", (), {"pricing": ""}) == Classification("other", 0.0, None)


def test_a_search_gets_the_words_an_entry_may_use() -> None:
    assert {"close", "opening"} <= set(search_words("until when?").split())
    assert {"bicycle*", "bike"} & set(search_words("my bicycle").split())
    assert units("my bicycle") == units("my bicycle", "en")
