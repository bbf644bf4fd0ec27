from __future__ import annotations

import gzip

import pytest

from clients.web.robots import Robots, relevant, sitemaps, wishes
from clients.web.sitemap import read_sitemap

SITE = "https://example.com"


def test_the_rules_for_us_count_and_those_for_others_do_not():
    rules = Robots(
        relevant(
            "User-agent: Other\nDisallow: /\n\nUser-agent: frontdesk\nDisallow: /no\nAllow: /no/yes\nCrawl-delay: 3"
        )
    )
    assert rules.allows(f"{SITE}/")
    assert not rules.allows(f"{SITE}/no/thing")
    assert rules.allows(f"{SITE}/no/yes")
    assert rules.delay_s == 3
    assert Robots(relevant("User-agent: Other\nDisallow: /")).allows(f"{SITE}/")
    assert not Robots(relevant("User-agent: Other\nUser-agent: *\nDisallow: /")).allows(f"{SITE}/")


def test_a_name_with_a_version_is_ours_and_a_longer_one_is_not():
    assert not Robots(relevant("User-agent: FRONTDESK/1.0\nDisallow: /")).allows(f"{SITE}/")
    assert Robots(relevant("User-agent: Frontdesk-Images\nDisallow: /")).allows(f"{SITE}/")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/same", True),  # of two rules as long as each other the one that allows
        ("/list.pdf", False),
        ("/list.pdf?v=2", True),
        ("/find?q=x", False),
        ("/caf%C3%A9", False),
        ("/~joe/", False),
    ],
)
def test_the_longest_rule_counts_with_stars_ends_and_escapes(path, allowed):
    forbidden = ("/same", "/*.pdf$", "/find?", "/café", "/%7Ejoe/")
    text = "User-agent: *\nAllow: /same\n" + "".join(f"Disallow: {each}\n" for each in forbidden)
    assert Robots(relevant(text)).allows(SITE + path) is allowed


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("noindex, nofollow", {"noindex", "nofollow"}),
        ("googlebot: noindex, nofollow", set()),
        ("googlebot: noindex\nnofollow", {"nofollow"}),
        ("googlebot: nofollow, frontdesk: noindex", {"noindex"}),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST", {"unavailable_after: 25 jun 2030 15:00:00 pst"}),
        ("", set()),
    ],
)
def test_what_a_header_asks_of_others_is_not_asked_of_us(header, asked):
    assert wishes(header) == asked


def test_a_site_that_asks_for_a_day_between_requests_gets_ten_seconds():
    assert Robots("User-agent: *\nCrawl-delay: 86400").delay_s == 10
    assert Robots("User-agent: *\nCrawl-delay: -5").delay_s == 0
    assert Robots().delay_s == 0


def test_a_file_with_very_many_names_and_rules_costs_little():
    text = "".join(f"User-agent: bot{n}\n" for n in range(15_000)) + "".join(
        f"Disallow: /{n}*x*x$\n" for n in range(8_000)
    )
    assert len(relevant(text).splitlines()) == 8_001
    assert Robots(relevant(text)).allows(f"{SITE}/{'x' * 900}")


def test_sitemaps_are_named_by_anyone_for_anyone():
    assert sitemaps("User-agent: x\nSitemap: https://a/b.xml\n sitemap : https://a/c.xml") == [
        "https://a/b.xml",
        "https://a/c.xml",
    ]


def urlset(*addresses: str) -> bytes:
    inner = "".join(f"<url><loc> {each} </loc><lastmod>2026-01-01</lastmod></url>" for each in addresses)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'.encode()


@pytest.mark.parametrize("form", [lambda body: body, gzip.compress, lambda body: b"\xef\xbb\xbf" + body])
def test_a_sitemap_is_read_packed_or_not(form):
    found = read_sitemap(form(urlset("https://a/1", "https://a/2?x=1&amp;y=2")))
    assert (found.pages, found.fault) == (["https://a/1", "https://a/2?x=1&y=2"], None)


def test_an_index_names_further_ones():
    body = b"<sitemapindex><sitemap><loc>https://a/s.xml</loc></sitemap></sitemapindex>"
    assert read_sitemap(body).sitemaps == ["https://a/s.xml"]


def test_what_was_read_before_a_fault_counts():
    found = read_sitemap(urlset("https://a/1")[:-20] + b"<url><loc>https://a/2</url>")
    assert found.pages[:1] == ["https://a/1"]
    assert found.fault


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        b'<!DOCTYPE x SYSTEM "http://10.0.0.1/x.dtd"><urlset/>',
        b"<html><body>not found</body></html>",
        b"",
        b"\x1f\x8bnonsense",
        b"<" * 100_000,
        b"<urlset><url><loc>" + b"x" * 100_000,
    ],
)
def test_a_hostile_one_gives_nothing(body):
    assert read_sitemap(body).pages == []


def test_a_bomb_is_read_to_its_limit():
    found = read_sitemap(gzip.compress(urlset("https://a/1")[:-9] + b" " * 60_000_000))
    assert found.pages == ["https://a/1"]
    assert "larger than" in (found.fault or "")


def test_a_plain_list_is_one_too():
    assert read_sitemap(b"https://a/1\n# no\nhttps://a/2\n").pages == ["https://a/1", "https://a/2"]
