"""Reduces text to what it is about: content words, lightly stemmed, with common business words merged into one concept.

English only: words of other languages count as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What businesses are asked about, and the words people use for it.
_SYNONYMS = {
    "price": "price prices pricing priced cost costs costing charge charges fee fees rate rates expensive cheap cheaper "
    "cheapest",
    "hours": "hours open opens opening opened close closes closed closing shut",
    "where": "where located location address directions situated",
    "book": "book booking booked bookings appointment appointments reserve reservation reservations slot slots schedule",
    "cancel": "cancel cancels cancelled canceled cancelling canceling cancellation cancellations "
    "move moving reschedule rescheduling postpone",
    "pay": "pay pays paying paid payment payments",
    "refund": "refund refunds refunded reimburse reimbursed",
    "return": "return returns returned returning exchange exchanged",
    "child": "child children childrens kid kids toddler toddlers son daughter boy girl",
    "woman": "woman women womans womens lady ladies female wife",
    "man": "man men mans mens gent gents male husband",
    "phone": "phone phones telephone call calls ring",
    "mail": "email emails mail mails",
    "contact": "contact reach touch",
    "parking": "parking park parked",
    "bike": "bike bikes bicycle bicycles cycle",
    "accessible": "accessible accessibility wheelchair wheelchairs disabled step-free",
    "dog": "dog dogs pet pets",
    "gift": "gift gifts voucher vouchers",
    "discount": "discount discounts reduction reductions concession concessions",
    "late": "late later delayed",
    "deposit": "deposit deposits upfront prepayment",
    "holiday": "holiday holidays christmas xmas easter",
    "happy": "happy unhappy satisfied dissatisfied dislike hate",
    "language": "language languages speak speaks spoken",
    "product": "product products brand brands",
    "wedding": "wedding weddings bridal bride brides bridesmaid",
    "student": "student students",
    "senior": "senior seniors pensioner pensioners oap retired",
    "colour": "colour colours coloured colouring color colors coloring colored dye dyed dyeing",
    "duration": "duration",
    "weekend": "weekend weekends",
    "policy": "policy policies rule rules",
    "makeup": "make-up makeup",
    "teenager": "teenager teenagers teen teens",
    "remove": "remove removes removed removing removal",
    "answer": "answer answers reply replies respond response",
    "delivery": "delivery deliver delivers delivered ship ships shipping",
}

# What entries about these say instead; not the same thing, so it finds entries but does not count as an answer.
_ALSO_SEARCHED = {
    "where": "find street road",
    "hours": "time daily",
    "duration": "long minutes",
    "walkin": "walk-in without appointment",
    "noshow": "miss come show",
    "contact": "phone mail",
    "gratis": "free charge",
}

# Several words that mean one thing. Order counts: the longer first.
_PHRASES = (
    (r"\bfor how long\b|\bhow (?:long|many (?:minutes|hours))\b|\bhow much time\b", " duration "),
    (r"\bhow (?:much|expensive)\b|\bset me back\b|\bwhat do (?:you|i) (?:charge|pay)\b", " price "),
    (r"\bopening (?:hours|times)\b|\bbusiness hours\b|\bwhat time\b|\buntil when\b|\bhow late\b|\bwhat days\b", " hours "),
    (r"\bhow (?:do|can|would) (?:i|we) (?:find|get to)\b|\bfind you\b|\bget to (?:you|your)\b", " where "),
    (r"n't\b", " not "),
    (r"'(?:d|ll|ve|re|m)\b", " "),
    (r"\bnew year(?:'?s(?: (?:day|eve))?)?\b|\bboxing day\b", " holiday "),
    (r"\bhow (?:fast|soon|quickly)\b|\b(?:closest|nearest|between|fastest|easiest)\b", " "),
    (r"\b(?:take|accept)s? (\w+ )?(cards?|cash|che(?:que|ck)s?|amex|american express|visa|mastercard)\b", r" pay \1 \2 "),
    (r"\b(?:free|no) of charge\b|\bfor free\b", " gratis "),
    (r"\bmoney back\b", " refund "),
    (r"\bwalk[- ]?ins?\b|\bdrop in\b|\bjust (?:turn|show) up\b|\bwithout (?:an? )?(?:appointment|booking)\b", " walkin "),
    (r"\bget in touch\b", " contact "),
    (r"\bhair ?cuts?\b", " hair cut "),
    (r"\bno[- ]show\b|\bdo not come\b|\bnot +(?:turn|show) up\b|\bmiss(?:ed)? (?:my|an) (?:appointment|booking)\b", " noshow "),
)  # fmt: skip

_STOP = re.compile(
    r"a|about|accept|accepted|actually|after|again|all|allowed|also|am|an|and|another|any|anyone|anything|"
    r"anywhere|are|around|as|ask|at|available|away|be|because|been|being|best|bit|both|bought|bring|but|buy|by|"
    r"can|cannot|case|come|comes|coming|could|d|day|days|dear|did|do|does|doing|done|each|else|ever|every|exactly|"
    r"first|for|from|general|get|gets|getting|give|given|go|going|good|got|guys|had|happen|happens|has|have|"
    r"having|hello|help|here|hey|hi|how|i|if|im|in|info|information|inside|interested|into|is|it|its|just|kind|"
    r"know|leave|let|like|ll|long|look|looking|lot|m|make|many|may|maybe|me|might|mine|more|most|much|must|my|"
    r"near|nearby|need|needed|needs|next|no|normal|normally|not|now|number|numbers|of|off|offer|offered|offers|oh|"
    r"ok|okay|old|on|one|only|or|other|our|out|outside|over|people|per|place|please|possible|problem|provide|"
    r"purchased|put|question|quick|quite|re|really|right|roughly|run|running|s|salon|same|say|see|sell|sells|"
    r"service|services|shall|shop|should|so|some|somebody|somehow|someone|someone's|something|somewhere|sort|"
    r"start|starts|stay|still|such|sure|t|take|takes|taking|tell|than|thank|thanks|that|the|their|them|then|there|"
    r"these|they|thing|this|those|through|time|times|to|today|tomorrow|tonight|too|u|up|us|use|used|using|usual|"
    r"usually|ve|very|visit|visiting|want|wanted|wanting|was|way|we|well|were|what|whats|when|whether|which|while|"
    r"who|why|will|wish|with|within|without|wonder|wondering|work|works|would|you|your|yours"
)

_WORDS = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_MONEY = re.compile(r"[£$€]\s?\d|\d\s?(?:£|\$|€|eur\b|usd\b|gbp\b|euros?\b|pounds?\b|dollars?\b)", re.IGNORECASE)

_CONCEPT_OF = {word: concept for concept, words in _SYNONYMS.items() for word in words.split()}
KINDS = frozenset({"price", "hours", "where", "book", "pay", "duration", "contact", "policy"})  # common to many entries


@lru_cache(maxsize=4096)
def concepts(text: str) -> frozenset[str]:
    """What a text is about."""
    plain = _plain(text)
    found = {"price"} if _MONEY.search(text) else set()
    for pattern, replacement in _PHRASES:
        plain = re.sub(pattern, replacement, plain)
    for word in _WORDS.findall(plain):
        found.update(_of_word(word))
    if "weekend" in found:
        found |= {"saturday", "sunday"}
        found.discard("weekend")
    return frozenset(found)


def search_words(question: str) -> str:
    """Words to search for beside the question's own: entries may use others for the same things."""
    words: list[str] = []
    for concept in sorted(concepts(question)):
        words += [*_SYNONYMS.get(concept, concept).split(), *_ALSO_SEARCHED.get(concept, "").split()]
    return " ".join(dict.fromkeys(words))


def _of_word(word: str) -> tuple[str, ...]:
    word = word.removesuffix("'s").replace("'", "")
    if concept := _CONCEPT_OF.get(word):
        return (concept,)
    if _STOP.fullmatch(word) or (len(word) < 2 and not word.isdigit()):
        return ()
    if "-" in word:
        return tuple(concept for part in word.split("-") for concept in _of_word(part))
    return (_CONCEPT_OF.get(_stem(word), _stem(word)),)


def _stem(word: str) -> str:
    for ending, put, keep in (
        ("ies", "y", 3),
        ("sses", "ss", 2),
        ("ing", "", 4),
        ("ed", "", 4),
        ("es", "", 4),
        ("s", "", 3),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= keep and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + put
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
