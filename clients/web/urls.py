"""Addresses of pages: one spelling for each, which belong to a site, and which are not worth a request. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, urljoin, urlsplit

import idna

LONGEST = 1_000
MOST_SEGMENTS = 15  # deeper paths are a site's mistake: a relative link that grows with every page
MOST_REPEATS = 3  # of one segment in a path
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = re.compile(
    r"(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|srsltid|"
    r"_ga|_gl|_hs\w+|oly_\w+_id|vero_\w+|phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|sid|zenid|"
    r"oscsid|xtcsid|sess|sess_?id|session|session[_-]?(id|key|token)|timestamp|nocache|cache_?buster|rand|random)",
    re.IGNORECASE,
)
ARRANGEMENT = re.compile(  # the same words in another order or dress
    r"((sort|order)[_-]?by|sort([_-]?(order|dir|direction))?)=.*|(order|dir|direction)=(asc|desc)\w*|"
    r"(view|display|layout|mode)=(grid|list|table|tiles?)|print(able)?(=(1|true|yes|y))?",
    re.IGNORECASE,
)
SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*|/\([sax]\([^/()]*\)\)", re.IGNORECASE)
NOT_TEXT = re.compile(  # endings of what holds no words
    r"jpe?g|png|gif|webp|avif|svgz?|ico|bmp|tiff?|heic|mp[34g]|m4[av]|mov|avi|mkv|webm|og[gv]|wav|flac|zip|gz|tgz|bz2|xz|7z|"
    r"rar|tar|iso|dmg|exe|msi|apk|deb|rpm|css|m?js|map|json|xml|rss|atom|woff2?|ttf|otf|eot|swf|ics|vcf|kml|gpx|xlsx?|pptx?|"
    r"od[sp]|psd|ai|eps|wasm|bin|dat|sql",
    re.IGNORECASE,
)
CALENDAR = re.compile(  # a part of a path, or a parameter's name
    r"(?:^|[/?&])(?:[\w-]*calend[ae]r[\w-]*|kalender|agenda|month|year|week|date|day|datum|monat|mois|mes)(?=[/=?&]|$)",
    re.IGNORECASE,
)
DATED = re.compile(
    r"(?:19|20|21)\d\d([-/._]\d\d?){1,2}/?(?=[?&]|$)"
)  # and nothing after the date: a post has its name there
_UNESCAPED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_JUNK = re.compile(r"[\x00-\x20\x7f]+")


def normal(url: str, base: str | None = None) -> str | None:
    """The address in its one spelling, resolved against `base`; None when it is none that can be fetched.

    The fragment, parameters of tracking, sessions and order go; what else might matter to the server stays as it is.
    """
    text = _JUNK.sub("" if "\n" in url or "\t" in url else "%20", url.strip().replace("\\", "/"))
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc or port == 0:
        return None
    shown_port = "" if port in (None, DEFAULT_PORTS[scheme]) else f":{port}"
    path = _path(SESSION_IN_PATH.sub("", parts.path))
    query = _query(parts.query)
    made = f"{scheme}://{host}{shown_port}{path}{'?' + query if query else ''}"
    return made if len(made) <= LONGEST else None


def origin(url: str) -> str:
    """Scheme, host and port of a normal address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host(url: str) -> str:
    """Host and port of a normal address: what politeness is about."""
    return urlsplit(url).netloc


def same_site(url: str, other: str) -> bool:
    """Whether two normal addresses are of one site: the same host, with or without `www.`, by http or https.

    A port that is not the scheme's own is another site.
    """
    return _site(url) == _site(other)


def _site(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return (parts.hostname or "").removeprefix("www."), 0 if port == DEFAULT_PORTS[parts.scheme] else port


def path_of(url: str) -> str:
    """A normal address's path, whatever its case and closing slash."""
    return urlsplit(url).path.rstrip("/").lower()


def same_path(url: str, other: str) -> bool:
    """Whether two normal addresses of one site differ in the query at most."""
    return path_of(url) == path_of(other)


def arranged(url: str) -> str:
    """A normal address with its parameters in one order: to compare by, not to ask for."""
    before, mark, query = url.partition("?")
    return before + mark + "&".join(sorted(query.split("&")))


def without(url: str, names: Collection[str]) -> str:
    """A normal address without these parameters, in one order and whatever its path's closing slash: to compare by."""
    before, _, query = url.partition("?")
    kept = sorted(pair for pair in query.split("&") if pair and pair.partition("=")[0] not in names)
    return f"{before.rstrip('/')}?{'&'.join(kept)}"


def differing(url: str, other: str) -> set[str]:
    """Names of the parameters that two addresses do not share."""
    pairs = set(urlsplit(url).query.split("&")) ^ set(urlsplit(other).query.split("&"))
    return {pair.partition("=")[0] for pair in pairs if pair}


def is_worth_asking(url: str) -> bool:
    """Whether a link is likely to lead to words: not a picture, not a path that a broken link made ever longer."""
    path = urlsplit(url).path
    segments = [part for part in path.split("/") if part]
    ending = segments[-1].rpartition(".")[2] if segments and "." in segments[-1] else ""
    if NOT_TEXT.fullmatch(ending) or len(segments) > MOST_SEGMENTS:
        return False
    return all(segments.count(part) <= MOST_REPEATS for part in set(segments))


def is_home(url: str) -> bool:
    """The first page of its site."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def is_home_by_another_name(url: str) -> bool:
    """`/index.html` and the like."""
    parts = urlsplit(url)
    return bool(re.fullmatch(r"/?((index|default|home|start)(\.\w{2,5})?)?/?", parts.path, re.IGNORECASE))


def calendar_pattern(url: str) -> str | None:
    """What addresses of one calendar have in common; None for any other. Calendars go on for ever."""
    parts = urlsplit(url)
    told = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if not (CALENDAR.search(told) or DATED.search(told)) or not re.search(r"\d", told):
        return None
    return re.sub(r"\d+", "#", told)


def _host(name: str) -> str:
    name = name.rstrip(".").lower()
    if ":" in name:  # IPv6
        return f"[{name}]"
    if name.isascii():
        return name if re.fullmatch(r"[a-z0-9_.-]+", name) and len(name) <= 253 else ""
    return idna.encode(name, uts46=True).decode("ascii")  # idna.IDNAError is a UnicodeError


def _path(path: str) -> str:
    made: list[str] = []
    segments = _escaped(path, "/!$&'()*+,;=:@").split("/")[1:] or [""]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "..":
            if made:
                made.pop()
            made += [""] if last else []
        elif segment == ".":
            made += [""] if last else []
        else:
            made.append(segment)
    return "/" + "/".join(made)


def _query(query: str) -> str:
    kept = [
        pair
        for pair in query.split("&")
        if pair and not TRACKING.fullmatch(pair.partition("=")[0]) and not ARRANGEMENT.fullmatch(pair)
    ]
    return _escaped("&".join(kept), "/!$&'()*+,;=:@?[]|")


def _escaped(text: str, allowed: str) -> str:
    """Percent-encoding in one spelling: letters plain, hexadecimal in upper case, the rest encoded."""

    def one(match: re.Match[str]) -> str:
        sign = chr(int(match[1], 16))
        return sign if sign in _UNESCAPED else f"%{match[1].upper()}"

    return quote(_ESCAPE.sub(one, _STRAY_PERCENT.sub("%25", text)), safe=allowed + "%~")
