from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.web.urls import arranged, calendar_pattern, differing, is_worth_asking, normal, same_site, without

BASE = "https://example.com/shop/list?page=2"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTP://Example.COM:80", "http://example.com/"),
        ("https://example.com:443/a/./b/../c#part", "https://example.com/a/c"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("../about", "https://example.com/about"),
        ("?page=3", "https://example.com/shop/list?page=3"),
        ("//other.example/x", "https://other.example/x"),
        ("/%7euser/%e4%bd%a0/ü b", "https://example.com/~user/%E4%BD%A0/%C3%BC%20b"),
        ("/a?utm_source=x&id=1&fbclid=y&PHPSESSID=z", "https://example.com/a?id=1"),
        ("/a?session_id=9f&id=1&sort=price&order=DESC&_x=2", "https://example.com/a?id=1&_x=2"),
        ("/a?order=17&view=article&dir=up&mode=", "https://example.com/a?order=17&view=article&dir=up&mode="),
        ("/(S(lit3py55t21z5v55vlm25s55))/a", "https://example.com/a"),
        ("/a;jsessionid=12AB?x=1", "https://example.com/a?x=1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("/a%zz", "https://example.com/a%25zz"),
        ("\n https://example.com/\ta ", "https://example.com/a"),
        ("\\\\other.example\\x", "https://other.example/x"),
    ],
)
def test_an_address_has_one_spelling(written, meant):
    assert normal(written, BASE) == meant
    assert normal(meant) == meant


@pytest.mark.parametrize(
    "written",
    [
        "mailto:a@example.test",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://user:pw@example.com/",
        "http://user@example.com/",
        "http://[broken/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http:///x",
        "http://exa mple.com/",
        "https://example.com/" + "x" * 1000,
        "data:text/html,x",
    ],
)
def test_what_is_no_address_of_a_page_is_none(written):
    assert normal(written, BASE) is None


@given(st.text(max_size=80))
def test_any_text_ends_as_an_address_that_stays_as_it_is_or_as_none(text):
    found = normal(text, BASE)
    assert found is None or normal(found) == found


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://example.com/x", True),
        ("http://www.example.com/", True),
        ("https://shop.example.com/", False),
        ("https://example.com.evil.example/", False),
        ("https://example.com:8443/", False),
        ("https://example.org/", False),
    ],
)
def test_a_site_is_its_host_with_or_without_www(url, same):
    assert same_site("https://example.com/", url) is same


@pytest.mark.parametrize(
    ("path", "worth"),
    [
        ("/prices", True),
        ("/price-list.pdf", True),
        ("/v1.2/notes", True),
        ("/photo.JPG", False),
        ("/setup.exe", False),
        ("/feed.xml", False),
        ("/a/b/a/b/a/b/a", False),
        ("/" + "/".join("abcdefghijklmnop"), False),
    ],
)
def test_links_that_hold_no_words_are_not_asked_for(path, worth):
    assert is_worth_asking(f"https://example.com{path}") is worth


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/calendar/2026-11", "/calendar/#-#"),
        ("/events?month=11&year=2026", "/events?month=#&year=#"),
        ("/2026/11/", "/#/#/"),
        ("/blog/2026/11/05/post-17", None),
        ("/product/17", None),
        ("/update/17", None),
        ("/?page_id=17", None),
    ],
)
def test_a_calendar_is_known_by_its_dates_and_a_post_is_not_one(path, pattern):
    assert calendar_pattern(f"https://example.com{path}") == pattern


def test_addresses_are_compared_by_their_parameters():
    url, other = "https://e.com/a/?x=1&y=2&visit=7", "https://e.com/a?y=2&x=1"
    assert arranged(url) == "https://e.com/a/?visit=7&x=1&y=2"
    assert without(url, {"visit"}) == without(other, {"visit"})
    assert differing(url, other) == {"visit"}
    assert differing("https://e.com/a?id=1", "https://e.com/a?id=2") == {"id"}
    assert differing("https://e.com/a", "https://e.com/b") == set()
