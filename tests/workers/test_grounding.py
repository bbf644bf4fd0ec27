from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.language_model import Passage
from workers.grounding import Sentences, check, split

WHOLE = [
    ["We open at 9. ", "We close at six."],
    ["A cut costs £48.50 with wash. ", "A dry cut costs 38.00 €."],
    ["Dr. Smith and Mrs. Jones are in. ", "Ask for them."],
    ["We open at 9 a.m. and close at 6 p.m. ", "We are closed on Sunday."],
    ["Come at 6 p.m. Monday or Tuesday. ", "Bring a friend."],
    ["Bring a towel, soap, etc. ", "We have the rest."],
    ["See https://linden.example/prices?q=A.B for more. ", "It is short."],
    ["Write to hello@lindenhair.example. ", "We answer soon."],
    ["It costs £48. [1] ", "It takes an hour [2]. ", "Good?"],
    ["It costs £48. [1][2] ", "Next."],
    ["It costs £48 [1, 2]. ", "Next."],
    ["Really?! ", "Yes! ", "Good…  ", "So be it."],
    ["Wait... ", "Here it is."],
    ["He said “Come in.” ", "She did."],
    ["(We are closed on Sunday.) ", "Come on Monday."],
    ["Our prices:\n", "- Cut: £48\n", "- Colour: £65\n\n", "See you!"],
    ["1. Wash your hair. ", "2. Dry it. "],
    ["Wir haben am 3. Oktober geschlossen. ", "Bis bald."],
    ["Das kostet z.B. 30 Euro bzw. 40 Euro. ", "Ruf an."],
    ["Ask J. Smith or A. B. Miller. ", "They know."],
    ["Hello!", "We are open. ", "Come in."],
    ["We open at nine.", "We close at six."],
    ["我们九点开门。", "欢迎光临！", "好的。"],
    ["営業時間は9時です。[1]", "お待ちしています。"],
    ["نحن مفتوحون؟ ", "نعم."],
    ["Take tram No. 5 to the end. ", "No. ", "Stay."],
    ["Closed from Oct. 3 on. ", "Sorry."],
    ["I said no. ", "That was it."],
    ["**We are open.** ", "Come in."],
    ["no end mark at all"],
    ["We charge approx. ten pounds. ", "Or so."],
]


@pytest.mark.parametrize("sentences", WHOLE, ids=lambda s: s[0][:30])
def test_sentences_are_found(sentences: list[str]) -> None:
    assert split("".join(sentences)) == sentences


@pytest.mark.parametrize("sentences", WHOLE, ids=lambda s: s[0][:30])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_size_of_the_pieces_does_not_matter(sentences: list[str], size: int) -> None:
    text = "".join(sentences)
    splitter = Sentences()
    found = [s for start in range(0, len(text), size) for s in splitter.feed(text[start : start + size])]
    assert [*found, *splitter.end()] == sentences


PARTS = st.sampled_from(
    [
        "We",
        " ",
        ". ",
        ".",
        "3",
        "[1]",
        " [2]",
        "\n",
        "Mr",
        "a.m.",
        "?",
        "!",
        "”",
        "Open",
        "e.g",
        "。",
        "好",
        "...",
        "x",
        "[",
        "May",
    ]
)


@settings(deadline=None)  # other tests may hold the processor
@given(st.lists(PARTS, max_size=30), st.integers(1, 5))
def test_nothing_is_lost_however_the_pieces_fall(parts: list[str], size: int) -> None:
    text = "".join(parts)
    splitter = Sentences()
    found = [s for start in range(0, len(text), size) for s in splitter.feed(text[start : start + size])]
    found += splitter.end()
    assert "".join(found) == text
    assert found == split(text)


def test_a_sentence_leaves_as_soon_as_the_next_begins() -> None:
    splitter = Sentences()
    assert list(splitter.feed("We open at nine.")) == []
    assert list(splitter.feed(" We")) == ["We open at nine. "]


def test_a_half_sentence_is_dropped_when_the_model_ran_out_of_room() -> None:
    splitter = Sentences()
    assert list(splitter.feed("We open at nine. We clo")) == ["We open at nine. "]
    assert list(splitter.end(complete=False)) == []


def test_a_whole_last_sentence_survives_running_out_of_room() -> None:
    splitter = Sentences()
    assert list(splitter.feed("We open at nine.")) == []
    assert list(splitter.end(complete=False)) == ["We open at nine."]


def test_a_number_that_may_be_cut_is_dropped_when_the_model_ran_out_of_room() -> None:
    splitter = Sentences()
    assert list(splitter.feed("It is cheap. It costs £3.")) == ["It is cheap. "]
    assert list(splitter.end(complete=False)) == []


PASSAGES = (
    Passage("a", "How much is a cut?", "A cut costs £1,048.00 and takes 45 minutes.", 1.0),
    Passage("b", "How do I reach you?", "Call 0161 496 0142 or write to hello@linden.example. We open at 09:00.", 0.5),
)


@pytest.mark.parametrize(
    ("sentence", "text", "sources"),
    [
        ("A cut takes 45 minutes. [1] ", "A cut takes 45 minutes. ", (0,)),
        ("A cut takes 45 minutes [2][1].\n", "A cut takes 45 minutes.\n", (1, 0)),
        ("A cut takes 45 minutes [1, 2, 1].", "A cut takes 45 minutes.", (0, 1)),
        ("A cut takes 45 minutes 【1】.", "A cut takes 45 minutes.", (0,)),
        ("A cut takes 45 minutes.", "A cut takes 45 minutes.", (0,)),
        ("**A cut takes 45 minutes.** [1]", "A cut takes 45 minutes.", (0,)),
        ("- A cut takes 45 minutes [1]\n", "- A cut takes 45 minutes\n", (0,)),
        ("Thank you for your question!", "Thank you for your question!", ()),
        ("[1]", None, (0,)),
        (" - \n", None, ()),
    ],
)
def test_markers_become_sources(sentence: str, text: str | None, sources: tuple[int, ...]) -> None:
    checked = check(sentence, PASSAGES)
    assert (checked.text, checked.sources) == (text, sources)


@pytest.mark.parametrize(
    "sentence", ["A cut takes 45 minutes [7].", "A cut takes 45 minutes [0].", "A cut takes 45 minutes [2]."]
)
def test_a_citation_that_does_not_hold_the_fact_supports_nothing(sentence: str) -> None:
    checked = check(sentence, PASSAGES)
    assert (checked.text, checked.sources, checked.unsupported) == (None, (), True)


@pytest.mark.parametrize(
    ("sentence", "unsupported"),
    [
        ("A cut costs £1048.", False),
        ("A cut costs £1,048.", False),
        ("A cut costs 1.048,00 £.", False),
        ("A cut costs £1,050.", True),
        ("We open at 9:00.", False),
        ("We open at 9 am.", False),
        ("We open at 9:30.", True),
        ("Call +44 161 496 0142.", False),
        ("Call 0161 496 0143.", True),
        ("Write to Hello@Linden.example.", False),
        ("Write to info@linden.example.", True),
        ("See https://linden.example/x.", True),
    ],
)
def test_a_fact_found_nowhere_is_cut(sentence: str, unsupported: bool) -> None:
    checked = check(sentence, PASSAGES)
    assert (checked.unsupported, checked.text is None) == (unsupported, unsupported)
