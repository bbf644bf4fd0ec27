"""Numbers in words, in eight languages: "forty-five", "fünfundvierzig", "quatre-vingt-dix", "kırk beş". Folded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from workers.grounding.stems import words_of

_ONES: dict[str, str] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho "
    "veintinueve",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "pt": "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito "
    "dezenove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien",
    "tr": "sifir bir iki uc dort bes alti yedi sekiz dokuz",
}  # fmt: skip
_TENS: dict[str, str] = {  # from ten or twenty, in steps of ten
    "en": "20 twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "20 zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "fr": "20 vingt trente quarante cinquante soixante",
    "es": "30 treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "20 venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "20 vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "20 twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "tr": "10 on yirmi otuz kirk elli altmis yetmis seksen doksan",
}  # fmt: skip
_MORE: dict[str, dict[str, int]] = {
    "en": {"fourty": 40, "dozen": 12, "fortnight": 14},
    "fr": {"vingts": 80, "septante": 70, "huitante": 80, "nonante": 90, "dizaine": 10, "quinzaine": 15},
    "es": {"docena": 12},
    "pt": {"duas": 2, "quatorze": 14, "dezasseis": 16, "dezassete": 17, "dezanove": 19, "duzentos": 200, "trezentos": 300,
           "quinhentos": 500},
    "it": {"ventuno": 21, "ventotto": 28},
    "de": {"zwo": 2, "dutzend": 12},
    "nl": {},
    "tr": {},
}  # fmt: skip
_MULTIPLIERS: dict[str, dict[str, int]] = {
    "en": {"hundred": 100, "thousand": 1000},
    "de": {"hundert": 100, "tausend": 1000},
    "fr": {"cent": 100, "cents": 100, "mille": 1000},
    "es": {"cien": 100, "ciento": 100, "mil": 1000, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
           "cuatrocientos": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600, "setecientos": 700,
           "ochocientos": 800, "novecientos": 900},
    "it": {"cento": 100, "mille": 1000, "mila": 1000},
    "pt": {"cem": 100, "cento": 100, "mil": 1000},
    "nl": {"honderd": 100, "duizend": 1000},
    "tr": {"yuz": 100, "bin": 1000},
}  # fmt: skip
# "y" of "cuarenta y cinco", and its kin.
_LINKS: dict[str, frozenset[str]] = {
    "es": frozenset("y"),
    "pt": frozenset("e"),
    "fr": frozenset({"et"}),
    "en": frozenset({"and"}),
}
# Read as numbers only in a text that is surely in the language: elsewhere they are common words.
_DOUBTFUL = words_of(
    "once on bin due sei ten neuf dos cent cents mil elf uno un um een bir eins one sept null six tien elli "
    "kirk otto sette cento alti acht mila"
)  # fmt: skip
_HALF = {"half": 0.5, "halb": 0.5, "halbe": 0.5, "halben": 0.5, "demi": 0.5, "demie": 0.5, "media": 0.5, "medio": 0.5, "mezza": 0.5,
         "mezzo": 0.5, "meia": 0.5, "meio": 0.5, "half-": 0.5, "halve": 0.5, "halfuur": 0.5, "yarim": 0.5, "bucuk": 0.5}  # fmt: skip
ORDINALS = {
    word: value
    for value, words in enumerate(
        (
            "first erste ersten erster erstes erstem premier premiere premiers premieres primer primero primera primeros primeras primo primeiro primeira primeiros primeiras eerste ilk birinci",
            "second zweite zweiten zweiter zweites zweitem deuxieme segundo tweede ikinci seconda",
            "third dritte dritten dritter drittes drittem troisieme tercer tercero tercera terzo terza terceiro terceira derde ucuncu",
            "fourth vierte vierten vierter viertes viertem quatrieme vierde dorduncu",
            "fifth funfte funften funfter funftes cinquieme vijfde besinci",
            "sixth sechste sechsten sechster sixieme zesde altinci",
            "seventh siebte siebten septieme zevende yedinci", "eighth huitieme achtste sekizinci", "ninth neunte neunten neuvieme negende", "tenth zehnte zehnten dixieme tiende onuncu",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
ONES = words_of("a an one ein eine einen einem einer un une una um uma uno een bir l")


@cache
def _words(language: str) -> dict[str, int]:
    words = {word: value for value, word in enumerate(_ONES[language].split())}
    first, *tens = _TENS[language].split()
    words |= {word: int(first) + 10 * step for step, word in enumerate(tens)}
    words |= _MORE[language]
    if language in ("de", "nl"):
        words |= _backwards(language)
    if language == "it":
        words |= _joined_italian(words)
    return words


def _backwards(language: str) -> dict[str, int]:
    """ "fünfundvierzig", "vijfenveertig", "zweihundertfünfzig": one word, up to 999."""
    link, hundred = ("und", "hundert") if language == "de" else ("en", "honderd")
    ones = _ONES[language].split()
    small = dict(zip(ones, range(20), strict=False))
    for step, ten in enumerate(_TENS[language].split()[1:], start=2):
        small[ten] = 10 * step
        for unit in range(1, 10):
            one = "ein" if language == "de" and unit == 1 else ones[unit]
            small[f"{one}{link}{ten}"] = 10 * step + unit
    made = dict(small)
    for count in range(1, 10):
        for name in {
            ones[count],
            "ein" if count == 1 and language == "de" else ones[count],
            "" if count == 1 else ones[count],
        }:
            made[f"{name}{hundred}"] = 100 * count
            for word, value in small.items():
                if value:
                    made[f"{name}{hundred}{word}"] = 100 * count + value
    return made


def _joined_italian(words: dict[str, int]) -> dict[str, int]:
    ones, made = _ONES["it"].split(), {}
    for ten, value in list(words.items()):
        if value % 10 == 0 and value >= 20:
            for unit in range(1, 10):
                made[(ten[:-1] if ones[unit][0] in "ou" else ten) + ones[unit]] = value + unit
    for count in range(1, 10):
        head = "cento" if count == 1 else ones[count] + "cento"
        made[head] = 100 * count
    return made


@cache
def _anywhere() -> dict[str, int]:
    """Words that are the same number in every language that has them."""
    merged: dict[str, int] = {}
    clashes: set[str] = set()
    for language in _ONES:
        for word, value in _words(language).items():
            if merged.setdefault(word, value) != value:
                clashes.add(word)
    return {word: value for word, value in merged.items() if word not in clashes and word not in _DOUBTFUL}


def half(word: str) -> bool:
    return word in _HALF


def read(words: Sequence[str], at: int, language: str | None) -> tuple[float, int] | None:
    """The number that begins at `words[at]` and how many words it takes; None when none does."""
    if words[at] in ("quatre", "soixante") and language is None:
        language = "fr"
    known = _words(language) if language else _anywhere()
    other = _anywhere()
    multipliers = _MULTIPLIERS.get(language or "en", {})
    first = words[at]
    if first not in known and first not in other and first not in multipliers:
        return None
    if language is None and first in _DOUBTFUL:
        return None
    total, current, size, last_was = 0, 0, 0, 1000
    while at + size < len(words):
        word = words[at + size]
        value = known.get(word, other.get(word))
        if word in multipliers and (
            size or word not in ("cent", "cents", "mil", "mille") or _follows_number(words, at, known)
        ):
            multiplier = multipliers[word]
            if multiplier >= 1000:
                total, current = (total + max(current, 1)) * multiplier, 0
            else:
                current = current * multiplier if 0 < current < 10 and multiplier == 100 else current + multiplier
            last_was = multiplier
        elif value is not None and (size == 0 or _continues(current, value, last_was, language)):
            current = 80 if language == "fr" and word in ("vingt", "vingts") and current == 4 else current + value
            last_was = 80 if current == 80 else max(value, 1)
        elif (
            word in _LINKS.get(language or "en", frozenset()) and size > 0 and _links(words, at + size, known, last_was)
        ):
            pass
        else:
            break
        size += 1
    return (float(total + current), size) if size else None


def _follows_number(words: Sequence[str], at: int, known: dict[str, int]) -> bool:
    """Whether "cent" or "mil" that begins a number is one: "cent vingt", "mil euros" (not "5 cent")."""
    return at + 1 < len(words) and (words[at + 1] in known or words[at + 1].startswith("eur"))


def _continues(current: int, value: int, last: int, language: str | None) -> bool:
    if language == "fr" and last in (60, 80) and 0 < value < 20:
        return True
    if language == "fr" and current == 4 and value in (20, 80):
        return True
    return (0 < value < last and last >= 20 and last % 10 == 0 and (value < 10 or last >= 100)) or (last == 10 and language in ("tr", "fr") and 0 < value < 10)  # fmt: skip


def _links(words: Sequence[str], at: int, known: dict[str, int], last: int) -> bool:
    following = known.get(words[at + 1]) if at + 1 < len(words) else None
    return (
        following is not None
        and last >= 20
        and last % 10 == 0
        and 0 < following < last
        and (following < 10 or last >= 100 or last in (60, 80))
    )
