"""Splits a stream of text into sentences, however its pieces fall. Joined, they are the original text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "\"'”’»›)]}」』）】*_"
_END = re.compile(rf"(?:[.!?…؟।]+[{re.escape(_CLOSERS)}]*|[。！？]+[{re.escape(_CLOSERS)}]*|\n)")
_CITATIONS = re.compile(r"(?:[ \t]*\[\d{1,3}(?:[ \t]*,[ \t]*\d{1,3})*\])+[.,;:!?]?")
_PARTIAL_CITATION = re.compile(r"[ \t]*(?:\[[\d, \t]*)?\Z")
_WORD_STARTS = "([{\"“‘'«"  # before the first letter of a word
_MAYBE_CUT = re.compile(r"\d\.\s*\Z")  # "3." at the very end may be the beginning of "3.50"
_NEXT_WORD = re.compile(r"[^\W\d_]+")

# Never end a sentence: what they introduce always follows.
_OPENERS = re.compile(
    r"mrs?|ms|mx|dra?|prof|st|sra?|srta|rev|fr|hr|mme|mlle|sig|dott|ing|vs|approx|ca|cf|bzw|z\.b|d\.h|e\.g|i\.e|vgl|evtl|"
    r"ggf|inkl|zzgl|p\.ej|bijv|núm|str"
)
# Do not end one before a number: "No. 5", "Tel. 0161", "Oct. 3".
_COUNTED = re.compile(
    r"no|nr|n|p|pp|pag|pág|art|fig|tel|ph|ext|min|max|jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez|mon|tues?|wed|"
    r"thurs?|fri|sat|sun"
)
_SHORT_DAYS = re.compile(
    r"Mo|D[io]|Mi|Fr|S[ao]|[Ll]un?|[Mm]a[r]?|[Mm]er|[Jj]eu|[Vv]en|[Ss]am|[Dd][io]m|[Mm]i[eé]|[Jj]ue|[Vv]ie|[Ss][aá]b|[Gg]io"
)
# End one only before a capital that is neither a day nor a month: "6 p.m. We", but "6 p.m. Monday".
_ENDINGS = re.compile(r"[ap]\.?m|etc|inc|ltd|co|corp|usw|enz|u\.s|u\.k|b\.v|s\.a")
LONGEST_DAY = 12  # letters of a weekday or month, and one more
LONGEST_WORD = 200  # looked at before a terminator; an address may be that long
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|"
    r"(?:septem|octo|novem|decem)ber|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|januar|februar|märz|mai|juni|juli|"
    r"oktober|dezember"
)


class Sentences:
    """Splits a stream of pieces into sentences, however the pieces fall. Joined, they are the original text.

    A sentence carries its closing quotes, its citations and the white space after it.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._seen = 0  # before it no sentence ends, whatever follows

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are complete now; the last one waits until what follows shows that it has ended."""
        self._rest += piece
        yield from self._complete(final=False)

    def end(self, *, complete: bool = True) -> Iterator[str]:
        """What is left. Not `complete` (the model ran into its length limit): a half sentence is dropped."""
        for sentence in self._complete(final=True):
            if complete or self._rest or not _MAYBE_CUT.search(sentence):
                yield sentence
        rest, self._rest, self._seen = self._rest, "", 0
        if rest and complete:
            yield rest

    def _complete(self, *, final: bool) -> Iterator[str]:
        while True:
            end, self._seen = _boundary(self._rest, self._seen, final=final)
            if end is None:
                return
            sentence, self._rest, self._seen = self._rest[:end], self._rest[end:], 0
            yield sentence


def split(text: str) -> list[str]:
    """The sentences of a whole text."""
    sentences = Sentences()
    return [*sentences.feed(text), *sentences.end()]


def _boundary(text: str, start: int, *, final: bool) -> tuple[int | None, int]:
    """Where the first sentence ends, white space included; None when that cannot be known before more text comes.

    And where to look on then: before `start` none ends.
    """
    begins = len(text) - len(text.lstrip())
    for mark in _END.finditer(text, start):
        if mark.start() <= begins:
            if mark.end() == len(text):
                return None, mark.start()
            continue  # leading white space or stray marks belong to what follows
        end = mark.end()
        if mark.group() == "\n":
            return _through_space(text, end, final=final), mark.start()
        if end == len(text):  # "3." may become "3.50", "Wait." may become "Wait..."
            return (end if final else None), mark.start()
        if (cited := _CITATIONS.match(text, end)) is not None:
            end = cited.end()
        if not final and _PARTIAL_CITATION.match(text, end):
            return None, mark.start()  # a citation may still come; it stays with this sentence
        verdict = _ends_here(text, mark, end, begins, final=final)
        if verdict is None:
            return None, mark.start()
        if verdict:
            return _through_space(text, end, final=final), mark.start()
    return None, len(text)


def _through_space(text: str, end: int, *, final: bool) -> int | None:
    """`end` moved behind the white space that follows; None while more of it may come."""
    stop = end
    while stop < len(text) and text[stop].isspace():
        stop += 1
    return stop if final or stop < len(text) else None


def _ends_here(text: str, mark: re.Match[str], end: int, begins: int, *, final: bool) -> bool | None:
    """Whether a terminator ends its sentence, which begins at `begins`. None: only the next characters can tell."""
    sign = mark.group().rstrip(_CLOSERS)
    if sign[0] in "。！？":
        return True
    if end >= len(text):
        return True
    following = text[end]
    if not following.isspace() and not following.isupper():
        return False
    word = _word_before(text, mark.start())
    if not following.isspace():
        return _ends_without_space(text, end, sign, word, final=final)
    start = end
    while start < len(text) and text[start].isspace():
        start += 1
    if start == len(text):
        return True  # only when final: otherwise the partial-citation check has waited
    if sign[0] in "!?؟।" or "\n" in text[end:start]:
        return True
    return _ends_before(text, start, word, sign, first=mark.start() - len(word) <= begins, final=final)


def _ends_without_space(text: str, end: int, sign: str, word: str, *, final: bool) -> bool | None:
    """Whether "Yes!We do" or "at nine.We" ends before its capital; "3.50" and "x.example/?q=A" do not."""
    if any(part in word for part in ("://", "@", "www.", "/")):
        return False
    if end + 1 == len(text) and not final:
        return None
    lower_after = end + 1 < len(text) and text[end + 1].islower()
    return len(sign) == 1 and (
        sign in "!?" or (lower_after and len(word) > 1 and word[-1].islower() and "." not in word)
    )


def _ends_before(text: str, start: int, word: str, sign: str, *, first: bool, final: bool) -> bool | None:
    """Whether "word." ends its sentence when `text[start:]` follows after a space."""
    following = text[start]
    if following.islower():
        return False
    if len(sign) > 1 or sign == "…":
        return True
    plain = word.casefold()
    if len(word) == 1 and word.isupper() and word != "I":
        return False  # an initial
    if _OPENERS.fullmatch(plain) or (
        following.isdigit() and (_COUNTED.fullmatch(plain) or _SHORT_DAYS.fullmatch(word))
    ):
        return False
    if not (word.isdigit() or _ENDINGS.fullmatch(plain)):
        return True
    next_word = _NEXT_WORD.match(text, start)
    if not final and next_word is not None and next_word.end() == len(text) and len(text) - start < LONGEST_DAY:
        return None
    if next_word is not None and _CALENDAR.fullmatch(next_word.group().casefold()):
        return False
    return not first if word.isdigit() else following.isupper()  # "1. Wash" begins a list item


def _word_before(text: str, end: int) -> str:
    begin, least = end, max(0, end - LONGEST_WORD)
    while begin > least and text[begin - 1] not in _WORD_STARTS and not text[begin - 1].isspace():
        begin -= 1
    return text[begin:end]
