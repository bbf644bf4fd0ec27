"""The site: its pages, the traps between them, and what a crawl should make of each.

`EXPECTED` are the addresses whose words must be indexed, with words that stand on each. `PROBED` may be asked for, once a
round: one learns what they are only by asking. All else, but the start of the calendar, must never be asked for.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field

from tests.doubles.website.files import docx, paragraph, pdf

HUGE_BYTES = 7 * 1024 * 1024
BOMB_BYTES = 200 * 1024 * 1024
SERVICES, PRODUCTS, LISTS, POSTS_PER_LIST, ARCHIVED, CHAIN = 25, 40, 6, 10, 48, 7


@dataclass
class Page:
    """One answer. `slow`: drips for ever. Without `etag` the server cannot say that it is unchanged."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False
    etag: bool = True

    def tag(self) -> str:
        return '"' + hashlib.sha256(self.body).hexdigest()[:16] + '"'


def html(title: str, main: str, *, head: str = "", lang: str = "en") -> Page:
    """A page as sites have them: navigation and foot around the words."""
    text = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} | Linden Hair</title>{head}</head>'
        "<body>"
        '<nav><a href="/">Home</a> <a href="/about">About</a> <a href="/contact#top">Contact</a></nav>'
        f"<main><h1>{title}</h1>{main}</main><footer><p>Linden Hair, 5 High Street, Springfield.</p></footer></body></html>"
    )
    return Page(text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def links(*addresses: str) -> str:
    return (
        "<ul>"
        + "".join(f'<li><a href="{address}">see {number}</a></li>' for number, address in enumerate(addresses))
        + "</ul>"
    )


def moved(target: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": target})


class Site:
    """The pages by path and query. `port` is its own, `other_port` that of a server which must not be asked."""

    def __init__(self, port: int, other_port: int) -> None:
        self.here, self.elsewhere = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other_port}"
        self.port, self.other_port = port, other_port
        self.pages: dict[str, Page] = {}
        self.expected: dict[str, str] = {}
        self.probed: set[str] = set()
        self._words()
        self._shop_and_blog()
        self._files()
        self._encodings()
        self._duplicates()
        self._redirects()
        self._traps()
        self._rules()
        self._home()

    def say(self, path: str, title: str, words: str, *, main: str = "", head: str = "") -> None:
        """A page whose words must be found."""
        self.pages[path] = html(title, f"<p>{words}</p>{main}", head=head)
        self.expected[path] = words

    def trap(self, path: str, page: Page) -> None:
        """One that may be asked for, and gives nothing."""
        self.pages[path] = page
        self.probed.add(path)

    def _words(self) -> None:
        self.say("/about", "About us", "We have cut hair in Springfield since 1987.")
        self.say("/contact", "Contact", "Call us at 555 0100 or come by.")
        self.say(
            "/prices",
            "Prices",
            "All prices include a wash.",
            main="<h2>Colour</h2><p>Full head colour is 60 euros.</p>",
        )
        self.say("/hours", "Opening hours", "We are open from Tuesday to Saturday.")
        for number in range(SERVICES):
            self.say(
                f"/services/{number}", f"Service {number}", f"Service number {number} takes {number + 20} minutes."
            )
        self.pages["/services/"] = html(
            "Services", "<p>All that we do for your hair.</p>" + links(*(str(n) for n in range(SERVICES)))
        )
        self.expected["/services/"] = "All that we do for your hair."
        path = "/help"
        for number in range(CHAIN):
            following = f"{path}/step{number}"
            self.say(path, f"Help {number}", f"Help page {number} explains step {number}.", main=links(following))
            path = following
        self.say(path, "The last help", "The last page of help says goodbye.")

    def _shop_and_blog(self) -> None:
        products = [f"/shop?id={number}" for number in range(PRODUCTS)]
        self.say(
            "/shop", "Shop", "Our shop sells shampoo.", main=links(*(f"{each}&utm_source=shop" for each in products))
        )
        for number, path in enumerate(products):
            self.say(path, f"Product {number}", f"Product {number} smells of lemon number {number}.")
        for page in range(LISTS):
            posts = [f"/blog/2026/{page + 1:02}/post-{page}-{number}" for number in range(POSTS_PER_LIST)]
            more = f"/blog?page={page + 1}" if page + 1 < LISTS else "/blog?page=0"
            self.say(f"/blog?page={page}", f"Blog {page}", f"Page {page} of our blog.", main=links(*posts, more))
            for number, path in enumerate(posts):
                self.say(
                    path, f"Post {page}.{number}", f"Post {page}.{number} is about curls, part {page * 100 + number}."
                )
        for number in range(ARCHIVED):  # nobody links to them
            self.say(f"/archive/{number}", f"Archive {number}", f"Archived news number {number} from long ago.")

    def _files(self) -> None:
        self.pages["/files/price-list"] = Page(
            pdf([["Price list of the salon", "", "The cut of a child costs 15 euros."]], title="Price list"),
            headers={"Content-Type": "application/pdf"},
        )
        self.pages["/files/handbook.docx"] = Page(
            docx(paragraph("Handbook", "berschrift1") + paragraph("The key lies under the mat.")),
            headers={"Content-Type": "application/octet-stream"},
        )
        self.pages["/files/notes.txt"] = Page(b"Notes\n\nBring your own towel.", headers={"Content-Type": "text/plain"})
        self.pages["/files/sizes.csv"] = Page(
            b"size;price\nsmall;10\nmedium;20\nlarge;30\n", headers={"Content-Type": "text/csv"}
        )
        self.expected |= {
            "/files/price-list": "The cut of a child costs 15 euros.",
            "/files/handbook.docx": "The key lies under the mat.",
            "/files/notes.txt": "Bring your own towel.",
            "/files/sizes.csv": "size: medium; price: 20",
        }

    def _encodings(self) -> None:
        def written(path: str, words: str, encoding: str, declared: str, lang: str = "de") -> None:
            text = f'<html lang="{lang}"><head><title>x</title></head><body><p>{words}</p></body></html>'
            self.pages[path] = Page(text.encode(encoding), headers={"Content-Type": f"text/html{declared}"})
            self.expected[path] = words

        written("/coded/latin", "Schöne Grüße aus Köln für 5 €", "cp1252", "; charset=utf-8")
        written("/coded/utf8", "Façade élégante à côté", "utf-8", "; charset=iso-8859-1", "fr")
        written("/coded/utf16", "Größe und Maß", "utf-16", "")
        written("/coded/russian", "Мы открыты по субботам до шести", "cp1251", "", "ru")
        written("/coded/nonsense", "Über den Dächern", "cp1252", "; charset=klingon")
        broken = (
            b"<html><body><div><p>Broken <b>but <i>readable</b> words<p>second<table><tr><td>x</div></span><!-- <p>"
        )
        self.pages["/broken/markup"] = Page(broken, headers={"Content-Type": "text/html"})
        self.expected["/broken/markup"] = "readable"
        nested = b"<html><body>" + b"<div>" * 1500 + b"Deeply buried words" + b"</div>" * 1500
        self.pages["/broken/deep"] = Page(nested, headers={"Content-Type": "text/html"})
        self.expected["/broken/deep"] = "Deeply buried words"

    def _duplicates(self) -> None:
        def canonical(path: str) -> str:
            return f'<link rel="canonical" href="{path}">'

        self.say("/shoes", "Shoes", "Shoes that fit every foot.", head=canonical(f"{self.here}/shoes"))
        for colour in ("red", "blue"):
            self.trap(
                f"/shoes?colour={colour}",
                html("Shoes", f"<p>Shoes that fit every foot, in {colour}.</p>", head=canonical("/shoes")),
            )
        self.say("/alone", "Alone", "This page names a page that is not there.", head=canonical("/not-there-at-all"))
        self.probed.add("/not-there-at-all")
        self.say("/homesick", "Homesick", "This page claims to be the first page.", head=canonical("/"))
        self.trap(
            "/print/about", Page(self.pages["/about"].body, headers=self.pages["/about"].headers)
        )  # the same words
        self.trap(
            "/secret-wish",
            html("No", "<p>Do not take this.</p>", head='<meta name="robots" content="noindex,nofollow">'),
        )
        self.pages["/secret-wish"].body += b'<a href="/behind-secret">never</a>'

    def _redirects(self) -> None:
        self.say("/new-place", "New place", "We have moved to a new place.")
        self.trap("/old-place", moved("/new-place", 301))
        self.trap("/circle/a", moved("/circle/b"))
        self.trap("/circle/b", moved("/circle/a"))
        self.trap("/self", moved("/self"))
        for number in range(9):
            self.pages[f"/hop/{number}"] = moved(f"/hop/{number + 1}")
            if number <= 5:
                self.probed.add(f"/hop/{number}")
        for name, target in {
            "port": f"{self.elsewhere}/from-redirect",
            "meta": "http://169.254.169.254/latest/meta-data/",
            "ten": "http://10.0.0.1/admin",
            "mapped": f"http://[::ffff:127.0.0.1]:{self.port}/from-mapped",
            "six": f"http://[::1]:{self.port}/from-six",
            "decimal": f"http://2130706433:{self.port}/from-decimal",
            "file": "file:///etc/passwd",
            "user": f"http://admin:secret@127.0.0.1:{self.port}/from-user",
        }.items():
            self.trap(f"/leave/{name}", moved(target))

    def _traps(self) -> None:
        text = {"Content-Type": "text/html"}
        self.trap("/huge", Page(b"<p>" + b"words " * (HUGE_BYTES // 6), headers=text))
        packed = gzip.compress(b"<html>" + b" " * BOMB_BYTES, 9)
        self.trap("/bomb", Page(packed, headers={**text, "Content-Encoding": "gzip"}))
        self.trap("/slow", Page(b"<p>slow", headers=text, slow=True))
        self.trap("/error", Page(b"oops", 500, text))
        self.trap("/members", Page(b"no", 403, text))
        self.trap("/lost", Page(b"no", 404, text))
        self.trap("/empty", Page(b"<html><body><script>write()</script></body></html>", headers=text))
        self.trap("/photo", Page(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, headers={"Content-Type": "image/png"}))
        self.trap("/lying", Page(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, headers=text))
        self.trap(
            "/loop/x",
            html(
                "Loop",
                "<p>A loop goes round and round here.</p>"
                + links("x/../x", "./x", "x", "/loop/x?", "/loop//../x", "x/"),
            ),
        )
        self.probed.add("/loop/x/")  # might be another page; it is none
        self.expected["/loop/x"] = "A loop goes round"
        self.trap("/grow/", html("Grow", "<p>A link that grows with each page.</p>" + links("grow/")))
        for times in (2, 3):
            self.trap("/grow/" * 1 + "grow/" * (times - 1), html("Grow", f"<p>It grew {times}.</p>" + links("grow/")))

    def calendar(self, path: str) -> Page | None:
        """A month, linked to the next ones until the end of time."""
        parts = path.removeprefix("/calendar/").split("-")
        if not path.startswith("/calendar/") or len(parts) != 2 or not all(part.isdigit() for part in parts):
            return None
        number = int(parts[0]) * 12 + int(parts[1])
        months = [f"/calendar/{(number + ahead) // 12}-{(number + ahead) % 12 + 1}" for ahead in range(8)]
        return html(f"Month {path}", f"<p>Nothing happens in {path[10:]}.</p>" + links(*months))

    def _rules(self) -> None:
        self.pages["/robots.txt"] = Page(
            (
                "User-agent: BadBot\nDisallow: /\n\nUser-agent: *\nDisallow: /private/\nDisallow: /*.secret$\n"
                f"Allow: /private/open\nCrawl-delay: 1\n\nSitemap: {self.here}/maps/index.xml\n"
                f"Sitemap: {self.elsewhere}/maps/foreign.xml\n"
            ).encode(),
            headers={"Content-Type": "text/plain"},
        )
        self.say("/private/open", "Open", "This private page is open to all.")
        for path in ("/private/diary", "/plans.secret"):
            self.pages[path] = html("Private", "<p>Never read this.</p>" + links("/private/deeper"))
        listed = [f"{self.here}/archive/{number}" for number in range(ARCHIVED)]
        listed += [f"{self.here}/private/diary", f"{self.elsewhere}/from-sitemap", "http://10.0.0.1/from-sitemap"]
        urls = "".join(f"<url><loc>{each}</loc></url>" for each in listed)
        archive = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>'
        index = "".join(
            f"<sitemap><loc>{self.here}/maps/{name}</loc></sitemap>"
            for name in ("archive.xml.gz", "entity.xml", "index.xml")
        )
        xml = {"Content-Type": "application/xml"}
        self.trap("/maps/index.xml", Page(f"<sitemapindex>{index}</sitemapindex>".encode(), headers=xml))
        self.trap(
            "/maps/archive.xml.gz", Page(gzip.compress(archive.encode()), headers={"Content-Type": "application/gzip"})
        )
        self.trap("/maps/entity.xml", Page(entity.encode(), headers=xml))
        self.probed.add("/robots.txt")

    def _home(self) -> None:
        ways = [path for path in self.expected if path.startswith(("/files", "/coded", "/broken", "/loop"))]
        ways += [
            "/about",
            "/prices",
            "/hours",
            "/services/",
            "/help",
            "/shop",
            "/blog?page=0",
            "/shoes",
            "/alone",
            "/homesick",
        ]
        ways += ["/private/open", "/private/diary", "/plans.secret", "/calendar/2026-11", "/hop/0"]
        ways += sorted(
            self.probed
            - {"/robots.txt", "/not-there-at-all", *(f"/hop/{n}" for n in range(1, 9))}
            - {p for p in self.probed if p.startswith("/maps/")}
        )
        ways += [
            "/logo.png",
            "/style.css",
            f"{self.elsewhere}/from-link",
            "mailto:a@example.test",
            "javascript:alert(1)",
            "tel:5550100",
        ]
        ways += [
            f"http://127.0.0.2:{self.port}/from-link",
            "//10.0.0.1/from-link",
            "http://localhost:22/",
            "",
            "http://[broken",
        ]
        self.say("/", "Welcome", "Welcome to Linden Hair, the salon at the corner.", main=links(*ways))
        self.pages["/nofollow"] = html("Nofollow", "<p>Never.</p>")
        self.pages["/"].body = self.pages["/"].body.replace(
            b"</main>", b'<a rel="nofollow" href="/nofollow">x</a></main>'
        )
