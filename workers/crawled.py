"""What a crawl's answers do to the rows: pages taken, kept, retired; links found; a round brought to its end.

Runs in the transaction that holds the source's lock. A site that breaks loses nothing: words are kept until the page was
missed twice in a row, or says itself that it is gone elsewhere or not for us.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from clients.documents.blocks import READER, Document, Unreadable
from clients.documents.encoding import decoded
from clients.web import fetch, robots, urls
from clients.web.fetch import Answer, NotReached, NotTaken
from clients.web.robots import Robots
from clients.web.sitemap import Sitemap
from models import crawl
from models.base import now
from models.chunk import DocumentOwner, NewChunk, replace_chunks
from models.source import DocumentKind, DocumentState, KnowledgeDocument, KnowledgeSource, SourceState, Tie
from workers import url_variants
from workers.chunking import chunks_of
from workers.language import of_passage

REDIRECTS = fetch.REDIRECTS
MOST_TRIES = 2  # of an address that does not answer, in one round
MOST_FAILURES = 20  # addresses in a row without an answer: the site is away
MOST_HOPS = 5
MOST_LINKS_KEPT = 2_000  # of one page; one with more is read anew each time
MOST_TOLD = 200  # pages that robots.txt forbids, named in the list
MOST_OF_A_CALENDAR = 60
MOST_SITEMAPS = 50
ROUND_BYTES = 1024 * 1024 * 1024
ROUND_S = 6 * 3600.0
LONGEST_WAIT_S = 60.0  # that a site may ask for
MISSED_OFTEN = 2  # rounds in a row: then its words go
FORBIDDEN = "The site's robots.txt asks not to read this page."


def over_limit(source: KnowledgeSource) -> str | None:
    """The sentence that ends a round which has become too large."""
    if source.bytes_read > ROUND_BYTES:
        return f"The reading stopped after {ROUND_BYTES // 1024**2:,} MiB."
    began = source.started_at or now()
    if now() - began > timedelta(seconds=ROUND_S):
        return f"The reading stopped after {ROUND_S / 3600:.0f} hours."
    return None


def finish(session: Session, source: KnowledgeSource, stopped: str | None = None) -> bool:
    """End the round, unless who named another page must be read after all (then False)."""
    if stopped is None and crawl.settle_ties(session, source):
        return False
    session.flush()
    ended = crawl.outcome(session, source)
    state, detail = SourceState.READY, stopped
    if not ended[DocumentState.INDEXED] and not (stopped and ended[DocumentState.WAITING]):
        state, detail = SourceState.FAILED, crawl.first_trouble(session, source) or "Nothing was found to read."
    elif detail is None and source.pages >= source.max_pages:
        detail = f"The site has more than the {source.max_pages} pages that are read of it."
    elif detail is None and (failed := ended[DocumentState.FAILED]):
        detail = f"{failed} of {sum(ended.values())} pages could not be read; what was read of them before is kept."
    crawl.end_crawl(session, source, state, detail)
    return True


def _give_up(session: Session, source: KnowledgeSource, detail: str) -> None:
    crawl.end_crawl(session, source, SourceState.FAILED, f"{detail} What was read before is kept.")


def asked_to_wait_s(answer: Answer | None) -> float:
    """A site that is overloaded may ask for a pause."""
    if answer is None or answer.status not in {429, 503}:
        return 0.0
    said = answer.headers.get("retry-after", "").strip()
    return min(float(said), LONGEST_WAIT_S) if re.fullmatch(r"\d{1,6}", said) else 5.0


def record_robots(
    session: Session,
    source: KnowledgeSource,
    document: KnowledgeDocument,
    answer: Answer | None,
    error: Exception | None,
) -> None:
    """The rules of the site where `document` stands. A site whose rules cannot be read is not read (RFC 9309)."""
    away = (answer is None and isinstance(error, NotReached | NotTaken)) or (
        answer is not None and (answer.status >= 500 or answer.status == 429)
    )
    if away:
        source.failures += 1
        if source.failures > MOST_TRIES:
            why = (
                str(error)
                if error
                else f"The site's robots.txt cannot be read (error {answer.status if answer else 0})."
            )
            _give_up(session, source, why)
        return
    source.failures = 0
    text = ""
    if answer is not None and answer.status == 200:
        text = robots.relevant(decoded(answer.body, answer.headers.get("content-type", "")))[: robots.LIMIT_BYTES]
    site = urls.origin(document.url)
    first = not source.robots
    source.robots = {**source.robots, site: text}
    named = [found for found in (urls.normal(each, site) for each in robots.sitemaps(text)) if found]
    found = [each for each in named if urls.same_site(each, site)]
    if first and not found and document.url == source.url and source.max_depth > 0:
        found = [f"{site}/sitemap.xml"]
    if source.max_depth > 0:
        crawl.add_found(session, source, found, kind=DocumentKind.SITEMAP)


def record_sitemap(
    session: Session,
    source: KnowledgeSource,
    document: KnowledgeDocument,
    answer: Answer | None,
    sitemap: Sitemap | None,
    error: Exception | None,
) -> None:
    """A missing sitemap is nobody's trouble: most sites have none."""
    document.state, document.detail = DocumentState.SKIPPED, str(error) if error else None
    if answer is not None and answer.status in REDIRECTS:
        target = urls.normal(answer.headers.get("location", ""), document.url)
        if target and urls.same_site(target, document.url) and document.hops < MOST_HOPS:
            crawl.add_found(session, source, [target], hops=document.hops + 1, kind=DocumentKind.SITEMAP)
    if sitemap is None:
        return
    document.state, document.detail = DocumentState.INDEXED, sitemap.fault
    nested = _normal(sitemap.sitemaps, document.url)
    if document.depth < 2:
        crawl.add_found(session, source, nested[:MOST_SITEMAPS], depth=document.depth + 1, kind=DocumentKind.SITEMAP)
    _take_links(session, source, _normal(sitemap.pages, document.url), depth=1)


def record_page(
    session: Session,
    source: KnowledgeSource,
    document: KnowledgeDocument,
    answer: Answer | None,
    found: Document | None,
    error: Exception | None,
) -> int:
    """What became of a page. Returns how many chunks are new."""
    if document.tries == 0:
        source.pages += 1
    if answer is None:
        if isinstance(error, NotReached):
            _unanswered(session, source, document, str(error))
        else:
            source.failures = 0
            _failed(document, str(error), DocumentState.FAILED if document.content_hash else DocumentState.SKIPPED)
        return 0
    if answer.status >= 500 or answer.status == 429:
        _unanswered(session, source, document, f"The site answered with an error ({answer.status}).")
        return 0
    source.failures = 0
    if answer.status == 304:
        _standing(session, source, document, answer)
    elif answer.status in REDIRECTS:
        _moved(session, source, document, answer)
    elif answer.status in {404, 410}:
        _missed(
            session, document, "The page is not there any more." if document.content_hash else "There is no such page."
        )
    elif answer.status != 200:
        _failed(document, f"The site does not let Frontdesk read this page ({answer.status}).")
    elif answer.unwanted:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()[:80]
        _missed(
            session, document, f"It holds no text that could be read ({kind or 'of no kind'}).", DocumentState.SKIPPED
        )
    elif found is None:
        assert isinstance(error, Unreadable)  # noqa: S101  # what _ask leaves in this case
        _missed(session, document, str(error), DocumentState.SKIPPED)
    else:
        return _read(session, source, document, answer, found)
    return 0


def not_needed(document: KnowledgeDocument) -> None:
    """It is another page's address with something in its query that was seen to change nothing."""
    document.state, document.detail = (
        DocumentState.SKIPPED,
        "It differs from a page that was read in nothing that matters there.",
    )


def not_allowed(session: Session, document: KnowledgeDocument) -> None:
    """The site's rules forbid it: it was not asked for, and what was read before goes."""
    document.state, document.detail = DocumentState.SKIPPED, FORBIDDEN
    if document.content_hash is not None:
        crawl.retire(session, [document])


def _unanswered(session: Session, source: KnowledgeSource, document: KnowledgeDocument, detail: str) -> None:
    """Once more at the round's end; many in a row end the round, and nothing is lost."""
    if document.tries == 0:
        source.failures += 1
    document.tries += 1
    if document.tries >= MOST_TRIES:
        _failed(document, detail)
    if source.failures >= MOST_FAILURES:
        _give_up(session, source, f"The site has stopped answering. {detail}")


def _failed(document: KnowledgeDocument, detail: str, state: DocumentState = DocumentState.FAILED) -> None:
    document.state, document.detail = state, detail


def _missed(
    session: Session, document: KnowledgeDocument, detail: str, state: DocumentState = DocumentState.GONE
) -> None:
    """It is not there, or not as it was. Its words stay until the next round misses it too."""
    document.state, document.detail = state, detail
    if document.content_hash is None:
        return
    document.missing += 1
    if document.missing >= MISSED_OFTEN:
        crawl.retire(session, [document])
    else:
        document.state = DocumentState.GONE
        document.detail = f"{detail} What was read before is kept until the next reading."


def _standing(session: Session, source: KnowledgeSource, document: KnowledgeDocument, answer: Answer) -> None:
    """Its words are what the page says, and it leads where it led: what stands there may have been missed before."""
    if document.content_hash is None:
        _failed(document, "The site says that the page has not changed, but never sent it.")
        return
    document.state, document.detail, document.same_as = DocumentState.INDEXED, None, None
    document.missing, document.checked_at = 0, now()
    document.etag = answer.headers.get("etag") or document.etag
    document.modified = answer.headers.get("last-modified") or document.modified
    session.flush()
    _take_links(session, source, document.links or (), depth=document.depth + 1)


def _moved(session: Session, source: KnowledgeSource, document: KnowledgeDocument, answer: Answer) -> None:
    """A redirect is never followed on the spot: where it leads is an address like any other, met once and by the rules."""
    target = urls.normal(answer.headers.get("location", ""), document.url)
    if target is None:
        _missed(session, document, "It leads to an address that is none.", DocumentState.SKIPPED)
    elif not urls.same_site(target, document.url):
        elsewhere = f"It leads to another site ({urls.origin(target)}), which is not read with this one."
        _missed(session, document, elsewhere, DocumentState.SKIPPED)
    elif target == document.url or document.hops >= MOST_HOPS:
        _failed(document, "It leads to itself, or around in a circle.")
    else:
        crawl.add_found(session, source, [target], depth=document.depth, hops=document.hops + 1)
        kept = document.content_hash is not None and answer.status not in {301, 308}
        if kept:
            _missed(session, document, f"It leads to {target} for now.", DocumentState.SKIPPED)
        else:
            document.state, document.detail = DocumentState.SKIPPED, f"It leads to {target}."
            document.tie, document.same_as = Tie.MOVED, target


def _read(
    session: Session, source: KnowledgeSource, document: KnowledgeDocument, answer: Answer, found: Document
) -> int:
    """A page that came whole: its links, then its words unless they are another's or not for us."""
    document.state = DocumentState.INDEXED  # it waits no more, whatever becomes of it: there is room for another
    session.flush()
    wishes = robots.wishes(answer.headers.get("x-robots-tag", ""))
    followed = not found.nofollow and not wishes & {"nofollow", "none"}
    links = _normal(found.links, document.url) if followed else []
    same = crawl.same_words(session, document, found.content_hash)
    leading_on = (
        links if same is None or not urls.same_path(same.url, document.url) else _elsewhere(session, source, links)
    )
    _take_links(session, source, leading_on, depth=document.depth + 1)
    document.title = (found.title or "")[:300] or None
    if found.noindex or wishes & {"noindex", "none"}:
        document.state, document.detail = DocumentState.SKIPPED, "The page asks not to be taken."
        if document.content_hash is not None:
            crawl.retire(session, [document])
        return 0
    if not found.blocks:
        _missed(session, document, "The page holds no text.", DocumentState.SKIPPED)
        return 0
    if (canonical := _canonical(document, found)) is not None:
        document.state, document.detail = DocumentState.SKIPPED, f"It says that it is the same page as {canonical}."
        document.tie, document.same_as = Tie.CANONICAL, canonical
        crawl.add_found(session, source, [canonical], depth=document.depth)
        return 0
    new = take_words(session, document, found, answer)
    document.links = links if len(links) <= MOST_LINKS_KEPT else None
    if document.links is None:  # where it leads is learned only by reading it
        document.etag = document.modified = None
    return new


def take_words(session: Session, document: KnowledgeDocument, found: Document, answer: Answer | None) -> int:
    """The document's words become what was found. Returns how many chunks are new."""
    content_hash = found.content_hash
    unchanged = document.content_hash == content_hash and document.reader == READER
    other = None if unchanged else crawl.same_words(session, document, content_hash)
    if other is not None and other.state == DocumentState.GONE:  # it has moved here
        crawl.retire(session, [other])
    elif other is not None:
        document.state, document.detail = DocumentState.SKIPPED, f"It says the same as {other.url}."
        document.tie, document.same_as = Tie.SAME, other.url
        if document.content_hash is not None:
            crawl.retire(session, [document])
        return 0
    new = 0
    if not unchanged:
        title = found.title or (document.url if document.kind == DocumentKind.FILE else None)
        chunks, spoken = _in_their_languages(chunks_of(title, found.blocks), found.language)
        new = replace_chunks(session, document.tenant_id, DocumentOwner(document.id), chunks, language=spoken)
        document.content_hash, document.reader, document.retired_at = content_hash, READER, None
    document.state, document.detail, document.same_as = DocumentState.INDEXED, found.note, None
    document.missing, document.checked_at = 0, now()
    if answer is not None:
        document.body_hash = hashlib.sha256(answer.body).hexdigest()
        document.etag, document.modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    return new


def _in_their_languages(chunks: Sequence[NewChunk], said: str | None) -> tuple[list[NewChunk], str | None]:
    """Each with the language that its words tell; and that of the rest: what most are in, else what the page `said`."""
    told = [replace(chunk, language=of_passage(f"{chunk.heading}\n{chunk.text}")) for chunk in chunks]
    sure = Counter(chunk.language for chunk in told if chunk.language)
    return told, max(sure, key=lambda name: sure[name]) if sure else said


def _canonical(document: KnowledgeDocument, found: Document) -> str | None:
    """The address the page calls its own, where that is another one of the site.

    A site whose every page names its first page means nothing by it; and who was wrong before is not believed again.
    """
    canonical = urls.normal(found.canonical) if found.canonical else None
    if canonical is None or canonical == document.url or document.tie == Tie.IGNORED:
        return None
    if not urls.same_site(canonical, document.url):
        return None
    if urls.is_home(canonical) and not urls.is_home_by_another_name(document.url):
        return None
    return canonical


def _normal(links: Iterable[str], base: str) -> list[str]:
    """In their one spelling, each once, within the site and worth a request."""
    made = dict.fromkeys(filter(None, (urls.normal(link, base) for link in links)))
    return [url for url in made if urls.same_site(url, base)]


def _take_links(session: Session, source: KnowledgeSource, links: Sequence[str], *, depth: int) -> None:
    """What this round has not met under any name, as far as there is room; what the rules forbid is told, not asked for."""
    if depth > source.max_depth:
        return
    worth = [url for url in links if urls.is_worth_asking(url)]
    worth = url_variants.fresh(session, source, worth)
    known = crawl.known_urls(session, source, worth)
    forbidden: list[str] = []
    allowed: list[str] = []
    for url in worth:
        if url not in known:
            rules = Robots(source.robots.get(urls.origin(url), ""))
            (allowed if rules.allows(url) else forbidden).append(url)
    if forbidden:
        told = max(0, MOST_TOLD - crawl.told(session, source, FORBIDDEN))
        state = DocumentState.SKIPPED
        crawl.add_found(session, source, forbidden[:told], depth=depth, state=state, detail=FORBIDDEN)
    if allowed:
        allowed = _without_endless(session, source, allowed)[: crawl.room(session, source)]
        crawl.add_found(session, source, allowed, depth=depth)


def _elsewhere(session: Session, source: KnowledgeSource, links: Sequence[str]) -> list[str]:
    """Links of a page whose query made no difference: to paths that the round has not met. Else one that writes something new
    into every query, such as a session's name, has no end.
    """
    met = {urls.path_of(url) for url in crawl.met_urls(session, source)}
    return [url for url in links if urls.path_of(url) not in met]


def _without_endless(session: Session, source: KnowledgeSource, links: list[str]) -> list[str]:
    """Of a calendar only so many pages: it has one for every month until the end of time."""
    met: dict[str, int] = {}
    kept = []
    for url in links:
        pattern = urls.calendar_pattern(url)
        if pattern is not None:
            if pattern not in met:
                met[pattern] = crawl.alike(session, source, pattern)
            met[pattern] += 1
            if met[pattern] > MOST_OF_A_CALENDAR:
                continue
        kept.append(url)
    return kept
