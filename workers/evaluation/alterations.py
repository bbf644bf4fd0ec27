"""Alters a sentence mechanically so that it says something its source does not: one fact at a time, every kind of fact."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

KINDS = (
    "number",
    "unit",
    "currency",
    "date",
    "weekday",
    "time",
    "phone",
    "address",
    "link",
    "negation",
    "name",
    "promise",
    "swap",
)

_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "tr": "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
}
_MONTHS = (
    "January February March April May June July August September October November December",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)
_UNITS = (
    "minutes hours days weeks months years miles km kg",
    "minute hour day week month year mile km kg",
    "Minuten Stunden Tage Wochen Monate Jahre Meilen km kg",
    "Tagen Wochen Monaten Jahren Stunden",
    "minutos horas días semanas meses años millas km kg",
    "minutes heures jours semaines mois ans milles km kg",
    "minuti ore giorni settimane mesi anni miglia km kg",
    "minutos horas dias semanas meses anos milhas km kg",
    "minuten uur dagen weken maanden jaar mijl km kg",
    "dakika saat gün hafta ay yıl mil km kg",
)
# What denies, and what takes a denial away; "rest" is for Italian, Portuguese, Dutch and Turkish.
_NEGATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"\b(do|does|may|can|is|are|will|could) not\b", r"\1"), (r"\bcannot\b", "can"), (r"\b(do|does|is|are)n't\b", r"\1"), (r"\bcan't\b", "can"), (r"\bnever\b", "always"), (r"\bno\b(?! \d)", "a"),
        (r"\bwithout\b", "with"), (r"\bnobody\b", "somebody"), (r"\bneeds no\b", "needs an"), (r"\bwith\b", "without"), (r"\bopen\b", "closed"), (r"\bclosed\b", "open"),
        (r"\bunder\b", "over"), (r"\bup to\b", "at least"), (r"\bat least\b", "at most"), (r"\bbefore\b", "after"), (r"\b(We|You|They) (are|can|may)\b(?!')", r"\1 \2 not"),
        (r"\b(is|are) ", r"\1 not "), (r"\bWe (take|offer|have|speak|work|do|come|answer)\b", r"We do not \1"), (r"\bcan\b(?!')", "cannot"),
    ),
    "de": (
        (r"\bnicht (?=\w)", ""), (r" nicht(?=[ .,])", ""), (r"\bkeine?n?\b", "eine"), (r"\bohne\b", "mit"), (r"\bmit\b(?= \w)", "ohne"), (r"\bgeöffnet\b", "geschlossen"),
        (r"\bgeschlossen\b", "geöffnet"), (r"\b(kostet|dauert|ist|sind|können|beginnt|reicht)\b", r"\1 nicht"), (r"\bnichts\b", "alles"), (r"\b[Uu]nter (?=\d{1,2} )", "über "), (r"\bBis (?=\d)", "Ab "),
    ),
    "es": (
        (r"\b[Nn]o (?=\w)", ""), (r"\bsin\b", "con"), (r"\bcon\b", "sin"), (r"\b(cuesta|dura|abre|tenemos|puede|tarda|estamos|respondemos)\b", r"no \1"), (r"\b[Cc]erramos\b", "abrimos"), (r"\b[Aa]brimos\b", "cerramos"), (r"\bantes\b", "después"), (r"\bhasta (?=\d)", "desde "),
    ),
    "fr": (
        (r"\bn'(\w+) pas\b", r"\1"), (r"\bne (\w+) pas\b", r"\1"), (r"\bsans\b", "avec"), (r"\bavec\b", "sans"), (r"\bfermés?\b", "ouverts"), (r"\bouvrons\b", "fermons"), (r"\bfermons\b", "ouvrons"), (r"\b(coûte|dure|prend|répondons|avons)\b", r"ne \1 pas"), (r"\bavant\b", "après"), (r"\bmoins de\b", "plus de"),
    ),
    "rest": (
        (r"\bnon (?=\w)", ""), (r"\bsenza\b", "con"), (r"\bnão (?=\w)", ""), (r"\bsem\b", "com"), (r"\bniet (?=\w)", ""), (r"\bgeen\b", "een"), (r"\bzonder\b", "met"), (r"\bdeğil\b", ""), (r"\byok\b", "var"),
    ),
}  # fmt: skip
_PROMISES = {
    "en": ("for free", "with a 20 % discount", "guaranteed", "always"), "de": ("kostenlos", "mit 20 % Rabatt", "garantiert", "immer"),
    "es": ("gratis", "con un 20 % de descuento", "garantizado", "siempre"), "fr": ("gratuitement", "avec 20 % de remise", "garanti", "toujours"),
}  # fmt: skip
_OTHER_NAMES = ("Wagner", "Olivia", "Brighton")
_PLACE = re.compile(
    r"\b(Street|Lane|Road|Avenue|Square|[Ss]traße|gasse|rue|calle|Calle|via|Via|Platz|platz|avenue|boulevard|plaza)\b|(?<=\w)(straße|gasse|platz|weg)\b"
)
_PLACES = {
    "street": "Road",
    "lane": "Road",
    "road": "Street",
    "avenue": "Street",
    "square": "Street",
    "straße": "gasse",
    "gasse": "straße",
    "rue": "avenue",
    "calle": "plaza",
    "via": "piazza",
    "platz": "straße",
    "boulevard": "rue",
    "plaza": "calle",
    "weg": "platz",
}
_COMMON = re.compile(
    r"(?<=[a-zäöüéñ,;] )([A-ZÄÖÜÉ][a-zäöüéñ]{2,})\b|\A(?:Yes, |Ja, |Sí, |Oui, )?([A-Z][a-z]{2,})(?= (?:does|macht|hace|fait|repairs|repariert|repara|répare|speaks|builds))"
)


def alterations(sentence: str, language: str, others: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """(kind, altered sentence) for every fact found. `others`: names of the same business, for exchanging."""
    seen = {sentence}
    for kind, make in _MAKERS.items():
        for altered in make(sentence, language):
            if altered not in seen and altered.strip():
                seen.add(altered)
                yield kind, altered
    for altered in _names(sentence, language, others):
        if altered not in seen:
            seen.add(altered)
            yield "name", altered


def _each(pattern: re.Pattern[str], sentence: str, make: Callable[[re.Match[str]], Sequence[str]]) -> Iterator[str]:
    for match in pattern.finditer(sentence):
        for instead in make(match):
            if instead != match[0]:
                yield sentence[: match.start()] + instead + sentence[match.end() :]


def _always(*instead: str) -> Callable[[re.Match[str]], Sequence[str]]:
    return lambda _: instead


def _like(other: str) -> Callable[[re.Match[str]], Sequence[str]]:
    return lambda match: [other.capitalize() if match[0][0].isupper() else other]


def _as_spaced(other: str) -> Callable[[re.Match[str]], Sequence[str]]:
    return lambda match: [match[0].replace(match[0].strip(" "), other)]


def _other_months(months: list[str]) -> Callable[[re.Match[str]], Sequence[str]]:
    return lambda match: [months[(months.index(match[0]) + 1) % 12], months[months.index(match[0]) - 3]]


_PHONE = re.compile(r"\+?\d[\d ]{8,}\d")
_NUMBER = re.compile(r"(?<![\w:.,/+@-])(\d+)(?![\d:]|\.\d|h\d|[\w]*@)(?! Uhr|h\b)")


def _numbers(sentence: str, language: str) -> Iterator[str]:
    if _PHONE.search(sentence):
        return
    dates = re.compile(rf"\d+(?:\.|er)? (?:de )?(?:{'|'.join(' '.join(_MONTHS).split())})")
    skip = [match.span() for match in dates.finditer(sentence)]
    for match in _NUMBER.finditer(sentence):
        if any(begin <= match.start() < end for begin, end in skip) or sentence[match.end() : match.end() + 1] == "h":
            continue
        value = int(match[1])
        for instead in {value + 1, value * 10, value + 10, max(1, value - 1), int(match[1][::-1]), value // 2} - {
            value
        }:
            yield sentence[: match.start()] + str(instead) + sentence[match.end() :]
    words = {
        "en": "two three four five six seven eight", "de": "zwei drei vier fünf sechs sieben acht", "es": "dos tres cuatro cinco seis siete ocho",
        "fr": "deux trois quatre cinq six sept huit", "it": "due tre quattro cinque sei sette otto", "pt": "dois três quatro cinco seis sete oito",
        "nl": "twee drie vier vijf zes zeven acht", "tr": "iki üç dört beş altı yedi sekiz",
    }.get(language, "").split()  # fmt: skip
    for number, word in enumerate(words):
        pattern = re.compile(rf"\b{word}\b(?! y media)")
        yield from _each(pattern, sentence, _always(words[(number + 1) % len(words)], words[number - 1]))


def _units(sentence: str, language: str) -> Iterator[str]:
    for line in _UNITS:
        units = line.split()
        for number, unit in enumerate(units):
            pattern = re.compile(rf"(?<=[\w½]) {unit}\b|(?<=\d){unit}\b|(?<=-){unit}\b|(?<=\w ){unit}\b(?= vor)")
            if not re.search(
                rf"(?:\d|\b(?:two|three|four|five|six|seven|eight|half|an?|zwei|drei|vier|fünf|sieben|eine?|eines|einer|dos|tres|cuatro|cinco|siete|un|una|al|por|deux|trois|quatre|cinq|sept|une|par|pro|am|due|tre|quattro|cinque|sette|twee|drie|vier|vijf|iki|üç|dört|beş))[ -](?:working |full )?{unit}\b",
                sentence,
            ):
                continue
            for other in (units[(number + 1) % len(units)], units[(number + 2) % len(units)]):
                yield from _each(pattern, sentence, _as_spaced(other))


def _currencies(sentence: str, language: str) -> Iterator[str]:
    others = {"€": ("£", "$", "%"), "£": ("€", "$", "%"), "$": ("€", "£", "%")}
    yield from _each(
        re.compile(r"[€£$](?= ?\d)"), sentence, lambda m: [other for other in others[m[0]] if other != "%"]
    )
    yield from _each(re.compile(r"(?<=\d) ?[€£$]"), sentence, lambda m: [f" {other}" for other in others[m[0].strip()]])
    yield from _each(re.compile(r"[€£$] ?(\d+)"), sentence, lambda m: [f"{m[1]} %", f"{m[1]} CHF"])
    yield from _each(re.compile(r"(\d+) ?%"), sentence, lambda m: [f"{m[1]} €", f"£{m[1]}"])


def _dates(sentence: str, language: str) -> Iterator[str]:
    for line in _MONTHS:
        months = line.split()
        pattern = re.compile(rf"\b(?:{'|'.join(months)})\b")
        yield from _each(
            pattern,
            sentence,
            _other_months(months),
        )
        day = re.compile(rf"\b(\d{{1,2}})(?=(?:\.|er|st|nd|rd|th)? (?:de )?(?:{'|'.join(months)})\b)")
        yield from _each(day, sentence, lambda m: [str(int(m[1]) % 28 + 1), str((int(m[1]) + 10) % 28 + 1)])


def _weekdays(sentence: str, language: str) -> Iterator[str]:
    days = _DAYS.get(language, _DAYS["en"]).split()
    own_plurals = language in ("es", "pt")  # "los domingos", "los lunes"; elsewhere each day takes the same ending
    for number, day in enumerate(days):
        pattern = re.compile(rf"\b{day}s?\b" if own_plurals else rf"\b{day}(?=s?\b)", re.IGNORECASE)
        for shift in (1, 2, 4):
            other = days[(number + shift) % 7]
            yield from _each(pattern, sentence, _plural(other) if own_plurals else _like(other))


def _plural(other: str) -> Callable[[re.Match[str]], Sequence[str]]:
    """A Spanish or Portuguese day in the place of another, in the plural behind a plural article."""
    several = other + "s" if other in ("sábado", "domingo") else other.replace("-feira", "s-feiras")
    return lambda match: _like(several if re.search(r"\b[ao]s $|los $", match.string[: match.start()]) else other)(
        match
    )


def _times(sentence: str, language: str) -> Iterator[str]:
    def other(hour: int, minute: str) -> list[tuple[int, str]]:
        return [
            ((hour + 12) % 24, minute),
            ((hour + 1) % 24, minute),
            ((hour + 23) % 24, minute),
            (hour, "15" if minute != "15" else "45"),
        ]

    yield from _each(
        re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?! ?[ap]\.?m)"),
        sentence,
        lambda m: [f"{h}:{n}" for h, n in other(int(m[1]), m[2])],
    )
    yield from _each(
        re.compile(r"(?<!\d)(\d{1,2})h(\d{2})?\b"),
        sentence,
        lambda m: [f"{h}h{n if n != '00' else ''}" for h, n in other(int(m[1]), m[2] or "00")],
    )
    yield from _each(
        re.compile(r"(?<![\d:])(\d{1,2})(?= Uhr| bis \d{1,2} Uhr)"),
        sentence,
        lambda m: [str(h) for h, n in other(int(m[1]), "00")[:3]],
    )
    if language == "en":
        yield from _each(re.compile(r"(?<=\d) ?am\b"), sentence, lambda m: [" pm"])
        yield from _each(re.compile(r"(?<=\d) ?pm\b"), sentence, lambda m: [" am"])


def _phones(sentence: str, language: str) -> Iterator[str]:
    for match in _PHONE.finditer(sentence):
        raw = match[0]
        digits = [place for place, character in enumerate(raw) if character.isdigit()]
        for place in digits[2:]:
            yield (
                sentence[: match.start()]
                + raw[:place]
                + str((int(raw[place]) + 1) % 10)
                + raw[place + 1 :]
                + sentence[match.end() :]
            )
        yield sentence[: match.end()] + "7" + sentence[match.end() :]
        yield sentence[: match.start()] + raw[:-1].rstrip() + sentence[match.end() :]
        yield (
            sentence[: match.start()] + raw[:-2] + raw[-1] + raw[-2] + sentence[match.end() :]
            if raw[-1] != raw[-2]
            else sentence
        )


def _addresses(sentence: str, language: str) -> Iterator[str]:
    for match in _PLACE.finditer(sentence):
        yield sentence[: match.start()] + _PLACES[match[0].lower()] + sentence[match.end() :]
    if _PLACE.search(sentence):
        yield from _each(re.compile(r"\b\d{1,5}\b(?=[ ,])"), sentence, lambda m: [str(int(m[0]) + 2), m[0][::-1]])
        yield from _each(re.compile(r"\b[A-Z]\d \d[A-Z]{2}\b"), sentence, lambda m: [m[0][:-1] + "X", "B" + m[0][1:]])
        yield from _each(
            re.compile(r"\b(?:Linden|Harbour|Hafen|Puerto|Port|Manchester|Hamburg|Hamburgo|Hambourg|Tib)\b"),
            sentence,
            lambda m: ["Castle", "Bergen"],
        )


def _links(sentence: str, language: str) -> Iterator[str]:
    for pattern, make in (
        (re.compile(r"(?<=\w)\.example(?=[/ .,]|$)"), lambda m: [".test", ".example.org"]),
        (re.compile(r"(?<=\.example)/\w+"), lambda m: ["/admin", "/free", m[0] + "2"]),
        (re.compile(r"\b\w+@"), lambda m: ["sales@", "x" + m[0]]),
        (re.compile(r"@\w+"), lambda m: ["@evil", m[0] + "s"]),
        (re.compile(r"(?<=https://)(?:www\.)?\w+"), lambda m: ["evil"]),
    ):
        yield from _each(pattern, sentence, make)


def _negations(sentence: str, language: str) -> Iterator[str]:
    for pattern, instead in _NEGATIONS.get(language, _NEGATIONS["rest"]):
        flags = 0 if pattern[2:3].isupper() else re.IGNORECASE
        altered = re.sub(pattern, instead, sentence, count=1, flags=flags)
        if altered != sentence:
            yield re.sub(" {2,}", " ", altered)


def _promises(sentence: str, language: str) -> Iterator[str]:
    stem = sentence.rstrip()
    for words in _PROMISES.get(language, _PROMISES["en"]):
        if words.split()[0] not in sentence and not any(
            word in sentence.casefold() for word in ("free", "gratis", "gratuit", "kostenlos", "always", "immer")
        ):
            yield f"{stem.rstrip('.')} {words}."


def _swaps(sentence: str, language: str) -> Iterator[str]:
    """Two facts of one kind in one sentence, exchanged."""
    for pattern in (
        re.compile(r"[€£$] ?\d+|\d+ ?[€£$]"),
        re.compile(r"(?<!\d)\d{1,2}:\d{2}"),
        re.compile(r"\b\d{1,2}h(?:\d{2})?\b"),
    ):
        found = list(pattern.finditer(sentence))
        for one, other in itertools.pairwise(found):
            if one[0] != other[0]:
                yield (
                    sentence[: one.start()]
                    + other[0]
                    + sentence[one.end() : other.start()]
                    + one[0]
                    + sentence[other.end() :]
                )
    figures = re.findall(r"\d+", sentence)
    for one, other in itertools.pairwise(figures):
        if (
            int(one) != int(other)
            and not _PHONE.search(sentence)
            and ":" not in sentence
            and "h" not in sentence.split(one)[1][:1]
        ):
            yield re.sub(rf"\b{one}\b", other, sentence, count=1)


def _names(sentence: str, language: str, others: Sequence[str]) -> Iterator[str]:
    known = set(others)
    for match in _COMMON.finditer(sentence):
        group = 1 if match[1] else 2
        word = match[group]
        if language == "de" and word not in known:
            continue  # every noun has a capital
        if word.casefold() in " ".join(_DAYS.values()).casefold() or word in " ".join(_MONTHS):
            continue
        for other in (*_OTHER_NAMES, *(name for name in others if name != word and name not in sentence)):
            yield sentence[: match.start(group)] + other + sentence[match.end(group) :]


_MAKERS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "number": _numbers, "unit": _units, "currency": _currencies, "date": _dates, "weekday": _weekdays, "time": _times, "phone": _phones,
    "address": _addresses, "link": _links, "negation": _negations, "promise": _promises, "swap": _swaps,
}  # fmt: skip
