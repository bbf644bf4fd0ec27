"""Pages as sites write them: what counts as their words, what does not, and where they lead. Read in this process."""

from __future__ import annotations

import pytest

from clients.documents.blocks import Document, Unreadable
from clients.documents.encoding import decoded
from clients.documents.html import read_html

LONG = "".join(
    f"<p>Sentence {number} tells what the shop does for its customers, in some detail.</p>" for number in range(12)
)
SHAPES = {
    "marked": "<nav>{menu}</nav><main><h1>Prices</h1>{words}</main><footer>{foot}</footer>",
    "named": '<div class="site-nav">{menu}</div><div id="content"><h1>Prices</h1>{words}</div><div class="footer">{foot}</div>',
    "listed": '<ul id="menu">{menu}</ul><h1>Prices</h1>{words}<p class="copyright">{foot}</p>',
    "headed": '<div id="header">{menu} {foot} guests</div><h1>Prices</h1>{words}<div id="footer">{foot}</div>',
    "by role": '<div role="navigation">{menu}</div><h1>Prices</h1>{words}<div role="contentinfo">{foot}</div>',
    "stamped": "<h1>Prices</h1>{words}<p>Last updated: {foot}</p><p>© {foot} Linden</p>",
}


def page(body: str, *, url: str = "https://example.com/prices", head: str = "<title>Prices</title>") -> Document:
    return read_html(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "text/html", url)


def said(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


@pytest.mark.parametrize("words", ["<p>A cut costs 30 euros.</p>", LONG], ids=["short", "long"])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_stands_around_the_words_may_change(shape, words):
    before = page(SHAPES[shape].format(menu='<li><a href="/">Home</a></li>', words=words, foot="2026-11-21"))
    after = page(
        SHAPES[shape].format(
            menu='<li><a href="/">Home</a></li><li><a href="/new">All that is new</a></li>',
            words=words,
            foot="2026-11-22 10:04",
        )
    )
    assert "Home" not in said(before)
    assert before.content_hash == after.content_hash


def test_a_restaurants_menu_and_the_foot_of_an_article_are_words():
    document = page(
        '<div class="menu"><h2>Menu</h2><p>Soup 5 euros, <a href="/soup">more</a></p></div>'
        '<article><p>We cut hair.</p><div class="footer">Call 555 0100 first.</div></article>'
    )
    assert {"Soup 5 euros, more", "Call 555 0100 first."} <= set(said(document))


def test_a_page_without_words_leads_on():
    door = page(
        '<a href="/in"><img src="x.png"></a><map><area href="/map"></map>',
        head='<meta http-equiv="Refresh" content="3; URL=\'/soon\'"><link rel="next" href="/2">'
        '<link rel="stylesheet" href="/c.css">'
        '<link rel="alternate" hreflang="de" href="/de"><link rel="alternate" type="application/rss+xml" href="/feed">',
    )
    assert door.blocks == []
    assert [link.removeprefix("https://example.com") for link in door.links] == ["/soon", "/2", "/de", "/in", "/map"]
    with pytest.raises(Unreadable, match="no text"):
        page("<script>write()</script>")


@pytest.mark.parametrize(
    "heading",
    ["404", "404 - Not found", "Page not found", "Seite nicht gefunden", "The page you asked for does not exist"],
)
def test_a_page_that_says_it_is_not_there_is_not_taken(heading):
    with pytest.raises(Unreadable, match="not there"):
        page(f"<h1>{heading}</h1><p>Sorry. Try our <a href='/'>first page</a>.</p>", head="")


@pytest.mark.parametrize("heading", ["404 Main Street", "What if my parcel is not found?", "Lost and found"])
def test_a_page_about_something_else_is(heading):
    assert "We help." in said(page(f"<h1>{heading}</h1><p>We help.</p>", head=""))


@pytest.mark.parametrize(
    ("data", "content_type", "words"),
    [
        ("日本語の文章です。".encode("iso2022_jp"), "", "日本語の文章です。"),
        (("Grüße aus Köln " * 20).encode() + b"\xfc und mehr", "text/html; charset=iso-8859-1", "Grüße aus Köln"),
        ("Grüße aus Köln".encode("cp1252"), "text/html; charset=utf-8", "Grüße aus Köln"),
        (b"\xef\xbb\xbf" + "Grüße".encode(), "text/html; charset=iso-8859-1", "Grüße"),
    ],
)
def test_words_are_decoded_by_what_they_are(data, content_type, words):
    assert decoded(data, content_type).startswith(words)
