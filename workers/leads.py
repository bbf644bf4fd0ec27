"""Reads who a visitor is and what they want from their own words and record; drops whatever does not stand there.

Refuses to guess: a value that no pattern shows clearly is left out, and a model's suggestion counts only if `verified`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.contact import emails, phones
from workers.grounding import split

WISH_CHARACTERS = 300
NAME_CHARACTERS = 80
SHORTEST_PHONE_DIGITS = 7


@dataclass(frozen=True)
class Contact:
    """A visitor's contact. `email` is lower case, `phone` E.164, `wish` their own sentence."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    wish: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether the business could write or call."""
        return self.email is not None or self.phone is not None


SHORTEST_PHONE = 6  # digits

_DIGIT_RUN = re.compile(r"\+?\(?\d[\d\s()./-]{5,}\d")

_WORD = r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*"
_CAPITAL = r"(?:[A-ZÀ-ÞĀ-Ž][^\W\d_]*(?:['’-][^\W\d_]+)*|[A-Z]\.)"
_CAPITALS = rf"{_CAPITAL}(?: (?:van|von|de|da|di|del|der|den|la|le|bin|al|y)){{0,2}}(?: {_CAPITAL}){{0,2}}"
_FULL_NAME = rf"{_CAPITAL}(?: (?:van|von|de|da|di|del|der|den|la|le|bin|al|y)){{0,2}}(?: {_CAPITAL}){{1,2}}"
_COMPANY = r"(?:The )?[A-Z0-9À-Þ][\w'’.&-]*(?: (?:(?:of|and|&|y|und|et) )?[A-Z0-9À-Þ][\w'’.&-]*){0,4}"
_LEGAL = r"(?:Ltd|Limited|LLC|LLP|plc|Inc|Corp|Co|GmbH|AG|UG|KG|e\.K|SARL|SAS|SA|SL|Srl|SpA|Lda|BV|NV|AŞ)\b\.?"

_SAYS_NAME = re.compile(
    rf"(?i:\b(?:my (?:full )?name(?:'s| is| ist)?:?|the name(?:'s| is)|name:|mein name ist|ich hei(?:ß|ss)e|"
    rf"je m['’]appelle|"
    rf"mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|(?:o )?meu nome é|chamo-me|me chamo|ik heet|"
    rf"mijn naam is|"
    rf"(?:benim )?ad[ıi]m)) (?P<name>{_WORD}(?: {_WORD}){{0,2}})"
)
_IS_NAME = (
    re.compile(
        rf"\b(?:I am|I['’]m|i am|i['’]m|Ich bin|ich bin|Je suis|je suis|Soy|soy|Sono|"
        rf"sono) (?P<name>{_FULL_NAME})(?![\w'’])"
    ),
    re.compile(
        rf"\b(?:I am|I['’]m|i am|i['’]m|(?i:this is|it['’]s|here is|hier ist)) (?P<name>{_CAPITALS}),? (?:from|of|"
        rf"with|at|von|de|here)\b"
    ),
    re.compile(
        rf"^(?:(?i:hi|hello|hey|good \w+),? )?(?i:this is|it['’]s) (?P<name>{_CAPITALS})\s*(?:[,.!]|$)", re.MULTILINE
    ),
)
_SIGNATURE = re.compile(
    r"(?i:(?:kind |best |warm )?(?:regards|wishes)|best|cheers|sincerely|yours|many thanks|thanks|thank you|"
    r"mit freundlichen grüßen|"
    rf"(?:viele|liebe|beste) grüße|lg|cordialement|saludos|cordiali saluti|atenciosamente|groetjes|"
    rf"saygılar)[,!.]?\s*\n\s*(?P<name>{_CAPITALS})\s*(?:\n|\Z)"
)
_SAYS_COMPANY = (
    re.compile(rf"(?i:\b(?:this is|it['’]s)) {_CAPITALS},? (?:from|of|at) (?P<company>{_COMPANY})"),
    re.compile(rf"(?i:\b(?:i work (?:for|at)|i represent|on behalf of|(?:calling|writing) from|"
               rf"my company is(?: called)?|our company is(?: called)?|"
               rf"i run|i own|company:|ich arbeite (?:für|bei)|je travaille chez|trabajo en|"
               rf"lavoro per)) (?P<company>{_COMPANY})"),
    re.compile(rf"\b(?i:from|of|at|von|de|with) (?P<company>{_COMPANY} {_LEGAL})"),
)  # fmt: skip

# Words that begin a sentence of their own, and so never belong to a name: "I'm Looking", "my name is on the list".
_NO_NAME = re.compile(
    r"a|about|after|all|also|am|an|and|any|are|as|at|available|back|be|because|but|by|call|can|coming|contact|"
    r"currently|email|for|from|good|happy|hello|help|here|hi|hoping|i|if|in|interested|is|it|just|late|looking|"
    r"mail|me|my|not|now|of|on|or|phone|please|quite|really|reach|ready|running|so|sorry|still|sure|than|thanks|"
    r"that|the|this|to|today|trying|unhappy|unable|und|et|y|ve|very|wanting|we|what|when|who|with|wondering|"
    r"working|writing|you|your|yes|english|german|french|spanish|italian|portuguese|dutch|turkish|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday"
)

_WANTS = re.compile(
    r"(?i)\b(?:i(?:['’]d| would) (?:like|love|need|be interested)|we(?:['’]d| would) (?:like|love|need)|(?:i|"
    r"we) (?:\w+ )?(?:want|need|wish)|looking (?:for|to)|"
    r"interested in|searching for|hoping to|(?:can|could|would) you|do you|is it possible|please (?:book|send|"
    r"call|quote|arrange)|"
    r"quote for|how much|ich (?:möchte|brauche|suche|hätte gern)|wir (?:möchten|brauchen|suchen)|je (?:voudrais|"
    r"cherche|souhaite)|nous (?:voudrions|cherchons)|"
    r"(?:quiero|quisiera|necesito|busco|me gustaría)|(?:vorrei|cerco|ho bisogno)|(?:gostaria|quero|preciso|"
    r"procuro)|ik (?:wil|zoek|zou graag)|"
    r"istiyorum|arıyorum)\b"
)
_ONLY_CONTACT = re.compile(
    r"(?i)\b(?:call|ring|e-?mail|contact|reach|phone|text) me\b|\bmy (?:name|number|e-?mail|phone)\b"
)


def may_hold_contact(text: str) -> bool:
    """Whether reading it closely can be worth a job: it has an at sign, the word, or digits enough for a phone number."""
    return "@" in text or " at " in text or sum(character.isdigit() for character in text) >= SHORTEST_PHONE


def extract(visitor_texts: Sequence[str], customer: Mapping[str, Any] | None, region: str | None) -> Contact:
    """What the visitor's texts (oldest first) and the channel's customer record say. Later words win over earlier ones.

    `region` is the country of numbers written without a prefix; without it only international ones are read.
    """
    record = customer or {}
    found = Contact(
        name=_last(_names(visitor_texts)) or _field(record, "name"),
        email=_last(emails(visitor_texts)) or _last(emails([_field(record, "email") or ""])),
        phone=_last(phones(visitor_texts, region)) or _last(phones([_labelled_phone(record)], region)),
        company=_last(_companies(visitor_texts)) or _field(record, "company"),
        wish=_wish(visitor_texts),
    )
    return verified(found, visitor_texts, record, region=region)


def verified(
    candidate: Contact,
    visitor_texts: Sequence[str],
    customer: Mapping[str, Any] | None,
    *,
    region: str | None = None,
) -> Contact:
    """`candidate` without each value that does not occur, normalised, in the visitor's own texts or record."""
    sources = [*visitor_texts, *_strings(customer or {})]
    words = [_plain(source) for source in sources]
    return replace(
        candidate,
        name=candidate.name if _occurs(candidate.name, words) else None,
        email=candidate.email if candidate.email and candidate.email.casefold() in set(emails(sources)) else None,
        phone=candidate.phone if candidate.phone and _dialled(candidate.phone, sources, region) else None,
        company=candidate.company if _occurs(candidate.company, words) else None,
        wish=candidate.wish if _occurs(candidate.wish, [_plain(text) for text in visitor_texts]) else None,
    )


def _names(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for pattern in (_SAYS_NAME, *_IS_NAME, _SIGNATURE):
            for match in pattern.finditer(text):
                if name := _name(match.group("name")):
                    yield name


def _name(words: str) -> str | None:
    """The words up to the first that cannot be part of a name; a name typed in small letters gets its capitals."""
    kept: list[str] = []
    for word in words.split():
        if _NO_NAME.fullmatch(word.casefold().rstrip(".")):
            break
        kept.append(word)
    name = " ".join(kept).strip(" .,-")[:NAME_CHARACTERS]
    return (name.title() if name.islower() else name) or None


def _labelled_phone(record: Mapping[str, Any]) -> str:
    phone = _field(record, "phone")
    return f"phone: {phone}" if phone else ""


def _companies(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for pattern in _SAYS_COMPANY:
            for match in pattern.finditer(text):
                yield match.group("company").strip(" .,-&")[:NAME_CHARACTERS]


def _wish(texts: Sequence[str]) -> str | None:
    """The latest sentence that says what the visitor wants, rather one that says more than how to reach them."""
    sentences = [sentence.strip() for text in texts for sentence in split(text)]
    wanting = [sentence for sentence in sentences if _WANTS.search(sentence)]
    telling = [sentence for sentence in wanting if not _ONLY_CONTACT.search(sentence)]
    chosen = _last(telling or wanting)
    if chosen is None or len(chosen) <= WISH_CHARACTERS:
        return chosen
    return chosen[: WISH_CHARACTERS + 1].rpartition(" ")[0] or chosen[:WISH_CHARACTERS]


def _dialled(phone: str, sources: Sequence[str], region: str | None) -> bool:
    """Whether one of the sources holds these digits, with the country's prefix or, for `region`, without it."""
    import phonenumbers

    digits = phone.removeprefix("+")
    country = str(phonenumbers.country_code_for_region(region)) if region else None
    for source in sources:
        for run in _DIGIT_RUN.findall(source):
            written = re.sub(r"\D", "", run.replace("(0)", ""))
            national = written.lstrip("0")
            if len(national) >= SHORTEST_PHONE_DIGITS and (
                national == digits or (country is not None and country + national == digits)
            ):
                return True
    return False


def _occurs(value: str | None, words: Sequence[str]) -> bool:
    if not value or not (wanted := _plain(value)):
        return False
    return any(f" {wanted} " in f" {text} " for text in words)


def _plain(text: str) -> str:
    """Words alone: no case, accents, punctuation or doubled spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in decomposed if not unicodedata.combining(c))))


def _strings(record: Mapping[str, Any]) -> Iterator[str]:
    for value in record.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value)


def _field(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value.strip()[:NAME_CHARACTERS] or None if isinstance(value, str) else None


def _last(values: Iterable[str]) -> str | None:
    last = None
    for value in values:
        last = value or last
    return last
