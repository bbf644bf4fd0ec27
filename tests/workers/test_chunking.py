from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clients.documents.blocks import Block, BlockKind
from workers.chunking import LONGEST, TARGET, chunks_of, sentences


def heading(text: str, level: int = 1) -> Block:
    return Block(BlockKind.HEADING, text, level)


def text(said: str) -> Block:
    return Block(BlockKind.TEXT, said)


def item(said: str, level: int = 0) -> Block:
    return Block(BlockKind.ITEM, said, level)


def row(said: str) -> Block:
    return Block(BlockKind.ROW, said)


SENTENCE = "This sentence number {} is about as long as sentences are. "


def long_text(count: int) -> Block:
    return text("".join(SENTENCE.format(number) for number in range(count)).strip())


def test_a_passage_stands_under_the_path_of_headings_above_it():
    made = chunks_of(
        "Prices",
        [
            text("All include a wash."),
            heading("Colour", 2),
            text("From 40."),
            heading("Short hair", 3),
            text("45."),
            heading("Cuts", 2),
            text("30."),
        ],
    )
    assert [(chunk.heading, chunk.text) for chunk in made] == [
        ("Prices", "All include a wash."),
        ("Prices > Colour", "From 40."),
        ("Prices > Colour > Short hair", "45."),
        ("Prices > Cuts", "30."),
    ]


def test_a_heading_that_repeats_the_title_stands_once_and_one_without_words_makes_no_chunk():
    made = chunks_of("Prices", [heading("PRICES"), heading("Colour", 2), heading("Blonde", 3), text("60.")])
    assert [chunk.heading for chunk in made] == ["Prices > Colour > Blonde"]


def test_a_long_text_is_cut_between_sentences_into_pieces_of_a_size():
    made = chunks_of(None, [long_text(60)])
    assert all(400 <= len(chunk.text) <= LONGEST for chunk in made[:-1])
    assert all(chunk.text.endswith(".") and chunk.text.startswith("This") for chunk in made)


def test_items_and_rows_stay_whole_each_on_a_line():
    made = chunks_of(
        None, [text("We offer:"), *(item(f"cut {number} for every head, " + "long " * 20) for number in range(20))]
    )
    assert made[0].text.startswith("We offer:\n- cut 0")
    assert all(line.startswith("- cut") for chunk in made for line in chunk.text.splitlines()[1:])
    table = chunks_of("Hours", [row("Day: Monday; Hours: 9-18"), row("Day: Sunday; Hours: closed")])
    assert [chunk.text for chunk in table] == ["Day: Monday; Hours: 9-18\nDay: Sunday; Hours: closed"]


def test_nested_items_keep_their_depth():
    assert chunks_of(None, [item("a"), item("b", 1)])[0].text == "- a\n  - b"


def test_a_list_stays_with_the_line_that_announces_it():
    made = chunks_of(None, [long_text(11), text("Bring this:"), item("a towel"), item("a friend")])
    assert any("Bring this:\n- a towel" in chunk.text for chunk in made)


def test_a_short_rest_joins_what_stands_before_it():
    made = chunks_of(None, [text("x" * 10 + " word" * 130 + "."), text("Call us.")])
    assert made[-1].text.endswith("Call us.")
    assert len(made) == 1


def test_a_sentence_longer_than_a_chunk_is_cut_at_a_clause_or_a_word():
    made = chunks_of(None, [text("a clause of words, " * 200)])
    assert all(len(chunk.text) <= LONGEST for chunk in made)
    assert all(chunk.text.startswith("a clause") for chunk in made)
    assert all(len(chunk.text) <= LONGEST for chunk in chunks_of(None, [text("x" * 5000)]))


def test_what_is_said_twice_under_one_heading_is_said_once():
    assert len(chunks_of("A", [heading("B", 2), text("Same."), heading("B", 2), text("Same.")])) == 1


def test_sentences_end_where_they_end():
    for said, count in {
        "We open early. We close at 6.": 2,
        "Wir sind im 2. Stock, 3. Tür.": 1,
        "Call Dr. Smith or Mrs. Jones today.": 1,
        "Am 3. Mai öffnen wir um 8.30 Uhr.": 1,
        "Das kostet z. B. fünf Euro. Mehr nicht!": 2,
        "¿Abren hoy? ¡Claro! Hasta las 8.": 3,
        "今日は開いています。明日は休みです。": 2,
        "Version 2.0 of www.example.com costs 5.50 now.": 1,
        'He said "Yes." Then he left.': 2,
        "مفتوح اليوم؟ نعم.": 2,
    }.items():
        assert len(sentences(said)) == count, sentences(said)


kinds = st.sampled_from(BlockKind)
blocks = st.lists(st.builds(Block, kinds, st.text(min_size=1, max_size=3000), st.integers(0, 6)), max_size=12)


@given(st.one_of(st.none(), st.text(max_size=300)), blocks)
def test_whatever_is_read_no_chunk_is_too_long_and_no_word_is_lost(title, read):
    made = chunks_of(title, read)
    assert all(0 < len(chunk.text) <= LONGEST + TARGET for chunk in made)
    said = "".join("".join(chunk.text.split()) for chunk in made)
    for block in read:
        if block.kind is BlockKind.ROW and len(block.text) < 200:
            assert "".join(block.text.split()) in said
