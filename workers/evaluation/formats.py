"""Writes a sentence's facts in other formats without changing what it says, by patterns of its own: not the check's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Rewrite = Callable[[re.Match[str]], str]

_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_CURRENCY_WORDS = {
    "en": {"€": "euros", "£": "pounds", "$": "dollars"},
    "de": {"€": "Euro", "£": "Pfund", "$": "Dollar"},
    "es": {"€": "euros", "£": "libras", "$": "dólares"},
    "fr": {"€": "euros", "£": "livres", "$": "dollars"},
}
_ISO = {"€": "EUR", "£": "GBP", "$": "USD"}
_PERCENT = {"en": "percent", "de": "Prozent", "es": "por ciento", "fr": "pour cent"}
_MINUTES = {"en": "min", "de": "Min", "es": "min", "fr": "min"}
_CONTRACTIONS = (
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("cannot", "can't"),
    ("We are", "We're"),
    ("is not", "isn't"),
    ("You can ", "You may "),
)

_PRICE_FIRST = re.compile(r"([€£$]) ?(\d+)(?!\d|[.,]\d)")
_PRICE_LAST = re.compile(r"(?<![\d.,])(\d+) ?([€£$])")
_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?: Uhr)?(?!\d| ?[ap]\.?m)")
_FRENCH_TIME = re.compile(r"(?<!\d)(\d{1,2})h(\d{2})?(?!\w)")
_UHR = re.compile(r"(?<![\d:])(\d{1,2}) Uhr")

# An enumeration of days that goes on: of "Saturdays, Sundays and bank holidays only" no half says the same.
_DAY = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|lundi|mardi|"
    r"mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábados?|domingos?)\b",
    re.IGNORECASE,
)


def variants(sentence: str, language: str) -> Iterator[tuple[str, str]]:
    """(what was rewritten, the sentence rewritten), the sentence itself first."""
    yield "verbatim", sentence
    seen = {sentence}
    for name, rewritten in _all(sentence, language):
        if rewritten not in seen:
            seen.add(rewritten)
            yield name, rewritten


def _all(sentence: str, language: str) -> Iterator[tuple[str, str]]:
    yield from (("money", text) for text in _money(sentence, language))
    yield from (("time", text) for text in _times(sentence, language))
    yield from (("date", text) for text in _dates(sentence, language))
    yield from (("number", text) for text in _numbers(sentence, language))
    yield from (("contact", text) for text in _contacts(sentence))
    yield "percent", re.sub(r"(\d) %", r"\1%", sentence)
    yield "percent", re.sub(r"(\d) ?%", rf"\1 {_PERCENT.get(language, 'percent')}", sentence)
    yield (
        "unit",
        re.sub(r"(\d+)(?: |-)(?:minutes?|Minuten|minutos)\b", rf"\1 {_MINUTES.get(language, 'min')}", sentence),
    )
    yield "unit", re.sub(r"(\d+) (?:hours|Stunden|horas|heures)\b", r"\1 h", sentence)
    yield "unit", re.sub(r"(\d+) (km|kg)\b", r"\1\2", sentence)
    if language == "en":
        for long, short in _CONTRACTIONS:
            yield "contraction", sentence.replace(long, short)
    first, comma, rest = sentence.partition(", ")
    if comma and len(first.split()) > 3 and not _DAY.match(rest):
        yield "clause", first + "."


def _money(sentence: str, language: str) -> Iterator[str]:
    words = _CURRENCY_WORDS.get(language, _CURRENCY_WORDS["en"])
    for sign, amount in ((1, 2), (2, 1)):
        pattern = _PRICE_FIRST if sign == 1 else _PRICE_LAST
        for written in (
            lambda m, s=sign, a=amount: f"{m[a]} {m[s]}",
            lambda m, s=sign, a=amount: f"{m[s]}{m[a]}.00",
            lambda m, s=sign, a=amount: f"{m[a]},00 {m[s]}",
            lambda m, s=sign, a=amount: f"{_ISO[m[s]]} {m[a]}",
            lambda m, s=sign, a=amount: f"{m[a]} {words[m[s]]}",
        ):
            yield pattern.sub(written, sentence)


def _times(sentence: str, language: str) -> Iterator[str]:
    yield _TIME.sub(lambda m: f"{int(m[1]):02}:{m[2]}", sentence)
    yield _TIME.sub(lambda m: f"{m[1]}.{m[2]}" + (" Uhr" if language == "de" else ""), sentence)
    if language in ("en", "es"):
        yield _TIME.sub(_twelve, sentence)
    if language == "de":
        yield _UHR.sub(r"\1:00 Uhr", sentence)
        yield _TIME.sub(lambda m: f"{m[1]}.{m[2]} Uhr", sentence)
    if language == "fr":
        yield _FRENCH_TIME.sub(lambda m: f"{m[1]}:{m[2] or '00'}", sentence)
        yield _FRENCH_TIME.sub(lambda m: f"{m[1]} h {m[2]}" if m[2] else f"{m[1]} heures", sentence)
        yield _FRENCH_TIME.sub(lambda m: f"{m[1]}h{m[2] or '00'}", sentence)


def _twelve(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), match[2]
    half = "am" if hour < 12 else "pm"
    return f"{(hour - 1) % 12 + 1}{'' if minute == '00' else ':' + minute} {half}"


def _dates(sentence: str, language: str) -> Iterator[str]:
    months = _MONTHS.get(language, _MONTHS["en"]).split()
    pattern = re.compile(rf"(\d{{1,2}})(?:\.|er|st|nd|rd|th)? (?:de )?({'|'.join(months)})")

    def number(match: re.Match[str]) -> int:
        return months.index(match[2]) + 1

    yield pattern.sub(lambda m: f"{m[1]}.{number(m)}.", sentence)
    yield pattern.sub(lambda m: f"{m[1]}/{number(m):02}", sentence)
    yield pattern.sub(lambda m: f"{m[1]}. {m[2][:3]}", sentence)
    if language == "en":
        yield pattern.sub(lambda m: f"{m[2]} {m[1]}", sentence)
        yield pattern.sub(lambda m: f"{m[2][:3]} {m[1]}", sentence)
        yield pattern.sub(lambda m: f"the {m[1]}th of {m[2]}", sentence)


def _numbers(sentence: str, language: str) -> Iterator[str]:
    words = _WORDS.get(language, _WORDS["en"]).split()
    yield re.sub(
        r"(?<![\d:.,/£€$+-])(?<!\d )([2-9]|1[0-2])(?= [a-zäöüéñ]{3,})(?! (?:Uhr|am|pm|de|Dec|heures))",
        lambda m: words[int(m[1])],
        sentence,
    )
    yield re.sub(
        rf"\b({'|'.join(words[2:])})(?=[ -](?:minute|hour|day|week|month|Minuten|Stunden|Tage|Werktage|minutos|horas|días|minutes|heures|jours))(?!.{{1,9}}(?: y media| et demie))",
        lambda m: str(words.index(m[1])),
        sentence,
    )
    yield re.sub(r"(?<!\d)([1-9])000\b", r"\1,000", sentence)


def _contacts(sentence: str) -> Iterator[str]:
    yield sentence.replace("https://", "")
    yield sentence.replace("https://www.", "")
    yield re.sub(r"(?<!/)www\.", "https://", sentence)
    yield re.sub(r"(https://\S+?)\.$", r"\1/.", sentence)
    yield re.sub(r"(?<![\d+])0161 496 0142", "+44 161 496 0142", sentence)
    yield sentence.replace("+49 40 ", "040 ").replace("0161 496 0142", "0161-496-0142")
    yield re.sub(r"(\d{3,4}) (\d{3,4}) (\d{4})", r"\1/\2\3", sentence)
