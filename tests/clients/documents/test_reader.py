"""The reading process: what it reads, and what hostile files do to it (nothing)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from clients.documents.blocks import Block, BlockKind, Document, Kind, Unreadable
from clients.documents.reader import Reader
from tests.doubles.website.files import W, docx, paragraph, pdf


@pytest.fixture(scope="module")
def reader():
    made = Reader(within_s=8.0)
    yield made
    made.close()


def words(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pdf([["Hello there"]]), Kind.PDF),
        (docx(paragraph("Hello there")), Kind.DOCX),
        (b"<!DOCTYPE html><html><p>Hello there</p></html>", Kind.HTML),
        (b"  <div><p>Hello there</p></div>", Kind.HTML),
        (b"name,price\ncut,30\nwash,10\n", Kind.CSV),
        (b"name\tprice\ncut\t30\nwash\t10\n", Kind.CSV),
        (b"# Hello\n\nthere", Kind.TEXT),
        (b"Dear all, hello, there.\nThis, too, is text.\n", Kind.TEXT),
        ("Größe und Maß, überall".encode("utf-16"), Kind.TEXT),
    ],
)
def test_a_file_is_known_by_its_content_whatever_it_is_called(reader, data, kind):
    for name in ("x.exe", "x.pdf", "x.docx", ""):
        assert reader.read(data, name=name).kind is kind


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old kind"),
        (b"\x89PNG\r\n\x1a\n\x00", "picture"),
        (b"MZ\x90\x00", "program"),
        (b"{\\rtf1 hello}", "RTF"),
        (zipped(**{"a.txt": b"x"}), "packed"),
        (zipped(**{"xl/workbook.xml": b"x"}), "Excel"),
        (b"PK\x03\x04nonsense", "broken"),
        (bytes(range(256)) * 20, "not a text"),
        (b"%PDF-1.7\nnonsense", "broken"),
        (pdf([[""]]), "no text, only pictures"),
        (docx(""), "no text"),
        (b"<html><body><script>x()</script></body></html>", "no text"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(reader, data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        reader.read(data)


def test_a_word_file_is_read_by_its_styles_lists_and_tables(reader):
    cell = "<w:tc>{}</w:tc>".format
    table = "".join(
        f"<w:tr>{cell(paragraph(day))}{cell(paragraph(hours))}</w:tr>"
        for day, hours in (("Monday", "9-18"), ("Sunday", "closed"))
    )
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr><w:r><w:t>a towel</w:t></w:r></w:p>'
    deleted = "<w:del><w:r><w:delText>old price</w:delText></w:r></w:del>"
    deleted = f"<w:p>{deleted}<w:ins><w:r><w:t>new price</w:t></w:r></w:ins></w:p>"
    body = paragraph("Prices", "berschrift1") + paragraph("Bring:") + item + f"<w:tbl>{table}</w:tbl>" + deleted
    assert reader.read(docx(body)).blocks == [
        Block(BlockKind.HEADING, "Prices", 1),
        Block(BlockKind.TEXT, "Bring:"),
        Block(BlockKind.ITEM, "a towel", 1),
        Block(BlockKind.ROW, "Monday: 9-18"),
        Block(BlockKind.ROW, "Sunday: closed"),
        Block(BlockKind.TEXT, "new price"),
    ]


def test_a_pdf_is_read_by_pages_and_its_lines_are_joined(reader):
    found = reader.read(
        pdf(
            [["We open every day at nine and", "close at six."], ["- a towel", "- a friend"]],
            title="Guide",
        )
    )
    assert found.title == "Guide"
    assert words(found) == ["page 1", "We open every day at nine and close at six.", "page 2", "a towel", "a friend"]


def test_markdown_is_read_by_its_marks(reader):
    text = b"# Guide\n\nHello **you**, see [us](https://a/b).\n\n## List\n1. one\n   goes on\n- two\n\n"
    text += b"| a | b |\n|---|---|\n| 1 | 2 |\n\nUnder\n-----\n> quoted\n"
    found = reader.read(text)
    assert (found.title, words(found)) == (
        "Guide",
        ["Hello you, see us (https://a/b).", "List", "one goes on", "two", "a: 1; b: 2", "Under", "quoted"],
    )


def test_a_table_of_questions_and_answers_is_read_as_such(reader):
    found = reader.read(b"Question;Answer\nOpen?;Yes, daily.\nParking?;Behind.\n", name="faq.csv")
    assert [(block.kind, block.text) for block in found.blocks][:2] == [
        (BlockKind.HEADING, "Open?"),
        (BlockKind.TEXT, "Yes, daily."),
    ]


def test_a_page_is_read_for_its_words_and_its_wishes(reader):
    page = (
        "<html lang='de-AT'><head><title>Preise | Salon</title><base href='/x/'><link rel=canonical href='/preise'>"
        "<meta name=robots content='NOINDEX, nofollow'></head><body><nav>Menu</nav><main><h1>Preise</h1>"
        "<table><tr><th>Schnitt</th><th>Preis</th></tr><tr><td>kurz</td><td>30 €</td></tr></table>"
        "<dl><dt>Parken</dt><dd>hinten</dd></dl><p style='display:none'>unsichtbar</p>"
        "<a href='a'>A</a><a href='b' rel=nofollow>B</a></main><footer>Fuß</footer></body></html>"
    )
    found = reader.read(page.encode(), content_type="text/html", url="https://a.example/p")
    assert (found.title, found.language, found.noindex, found.nofollow) == ("Preise", "de", True, True)
    assert (found.canonical, found.links) == ("https://a.example/preise", ["https://a.example/x/a"])
    assert words(found)[:3] == ["Preise", "Schnitt: kurz; Preis: 30 €", "Parken: hinten"]
    assert not any("unsichtbar" in said or "Menu" in said or "Fuß" in said for said in words(found))


def test_a_sites_first_page_is_read_with_its_foot(reader):
    page = b"<html><body><main><p>Welcome to us.</p></main><footer><p>Call 555 0100.</p></footer></body></html>"
    assert words(reader.read(page, url="https://a.example/")) == ["Welcome to us.", "Call 555 0100."]
    assert words(reader.read(page, url="https://a.example/other")) == ["Welcome to us."]


BOMB = b"<w:p><w:r><w:t>" + b"a" * 90_000_000 + b"</w:t></w:r></w:p>"
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f'<!ENTITY file SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&j;&file;</w:t></w:r>'
    "</w:p></w:body></w:document>"
).encode()


def hostile() -> dict[str, bytes]:
    """Files made to break readers."""
    looped = pdf([["x"]]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")
    billion = pdf([["x"]]).replace(b"/Kids [5 0 R] /Count 1", b"/Kids [" + b"5 0 R " * 50_000 + b"] /Count 999999999")
    return {
        "a bomb": docx(BOMB.decode()),
        "entities": zipped(**{"word/document.xml": ENTITIES}),
        "entities in its styles": docx(paragraph("x"), styles=ENTITIES.decode()),
        "a file that holds itself": looped,
        "a billion pages": billion,
        "deep elements": b"<html>" + b"<b>" * 300_000 + b"x",
        "a table of tables": b"<html><body>" + b"<table><tr><td>" * 5_000 + b"x",
        "many attributes": b"<p " + b"a=b " * 500_000 + b">x</p>",
        "an open comment": b"<html><p>x</p>" + b"<!--" * 500_000,
        "an open quote": b'a,b\n"' + b"x,y\n" * 100_000,
        "a very long line": b"a," * 1_000_000 + b"\n" + b"b," * 1_000_000,
        "deep lists": b"- x\n" + b" " * 2_000_000 + b"- y",
        "zeros": b"\x00" * 1_000_000,
        "nested braces": b"%PDF-1.4\n" + b"[" * 500_000,
        "nested dictionaries": b"%PDF-1.4\n1 0 obj\n" + b"<</a" * 200_000,
    }


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_file_ends_as_a_sentence_or_as_few_words(reader, name):
    try:
        said = " ".join(words(reader.read(hostile()[name])))
    except Unreadable as error:
        said = str(error)
    assert "root:" not in said
    assert 0 < len(said) <= 2_100_000
    assert words(reader.read(b"still here")) == ["still here"]  # whatever it did to the process that read it


def test_a_protected_pdf_is_told(reader):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Secret words"]]))))
    writer.encrypt(user_password="secret", owner_password="other", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(Unreadable, match="password"):
        reader.read(locked.getvalue())
    writer.encrypt(user_password="", owner_password="other", algorithm="AES-256")
    opened = io.BytesIO()
    writer.write(opened)
    assert "Secret words" in words(reader.read(opened.getvalue()))


def test_one_that_takes_too_long_is_ended_and_the_next_is_read():
    impatient = Reader(within_s=0.3)
    try:
        with pytest.raises(Unreadable, match="too long"):
            impatient.read(b"<html><body>" + b"<p>some words " * 350_000)
    finally:
        impatient.close()


def test_the_process_holds_no_secret_and_writes_no_file(reader):
    reader.read(b"hello")
    process = reader._idle[0].program
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"SECRET" not in environment
    assert b"DATABASE" not in environment
    limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    assert next(line for line in limits if line.startswith("Max file size")).split()[3] == "0"


def test_what_is_read_comes_back_as_it_was_found(reader):
    found = reader.read(b"# T\n\n- a\n- b")
    assert Document.from_json(found.as_json()) == found
