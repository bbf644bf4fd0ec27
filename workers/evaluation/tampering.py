"""Alters a sentence as somebody else would who tests us: the same kinds of facts, found and changed by other patterns.

`alterations.py` was there when the check was written; this came after it and shares nothing with it or with the check.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

Match = re.Match[str]
Instead = Callable[[Match], Sequence[str]]

# Words of one language in an order in which each may stand for its neighbours.
_LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("weekday", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"), ("weekday", "Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays"),
        ("weekday", "Mon Tue Wed Thu Fri Sat Sun"), ("weekday", "weekday weekend"), ("weekday", "weekdays weekends"),
        ("date", "January February March April May June July August September October November December"),
        ("number", "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty"), ("number", "first second third fourth"), ("number", "once twice"),
        ("unit", "second minute hour day week month year"), ("unit", "seconds minutes hours days weeks months years"), ("unit", "km miles metres"), ("unit", "mile yard"), ("unit", "kg g lbs"),
        ("unit", "night week"), ("currency", "pounds euros dollars"), ("time", "morning afternoon"), ("time", "mornings evenings"),
    ),
    "de": (
        ("weekday", "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"), ("weekday", "montags dienstags mittwochs donnerstags freitags samstags sonntags"),
        ("weekday", "Mo Di Mi Do Fr Sa So"), ("date", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        ("number", "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"), ("number", "ersten zweiten dritten vierten"), ("number", "einmal zweimal dreimal"),
        ("unit", "Minute Stunde Tag Woche Monat Jahr"), ("unit", "Minuten Stunden Tagen Wochen Monaten Jahren"), ("unit", "Minuten Stunden Tage Wochen Monate Jahre"), ("unit", "Werktage Wochen"),
        ("unit", "Werktagen Wochen"), ("unit", "km Meilen m"), ("unit", "Kilometer Meter"), ("unit", "kg g"), ("currency", "Euro Dollar Pfund"),
    ),
    "fr": (
        ("weekday", "lundi mardi mercredi jeudi vendredi samedi dimanche"), ("weekday", "semaine week-end"),
        ("date", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"), ("number", "deux trois quatre cinq six sept huit neuf dix onze douze"),
        ("number", "premier deuxième troisième"), ("unit", "minute heure jour semaine mois an"), ("unit", "minutes heures jours semaines mois ans"), ("unit", "km m"), ("unit", "kilomètre mètre"),
        ("unit", "kg g"), ("currency", "euros dollars livres"),
    ),
    "es": (
        ("weekday", "lunes martes miércoles jueves viernes sábado domingo"), ("weekday", "sábados domingos"), ("date", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        ("number", "dos tres cuatro cinco seis siete ocho nueve diez once doce"), ("number", "primer segundo tercer"), ("unit", "minuto hora día semana mes año"), ("unit", "minutos horas días semanas meses años"),
        ("unit", "km millas m"), ("unit", "kilómetro metro"), ("unit", "kg g"), ("currency", "euros dólares libras"), ("time", "mañana tarde"),
    ),
    "pt": (
        ("weekday", "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"), ("date", "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        ("number", "dois três quatro cinco seis sete oito"), ("number", "duas três quatro"), ("unit", "minutos horas dias semanas meses"), ("unit", "noite semana mês"), ("unit", "metros quilómetros"), ("unit", "kg g"),
    ),
    "it": (
        ("weekday", "lunedì martedì mercoledì giovedì venerdì sabato domenica"), ("date", "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        ("number", "due tre quattro cinque sei sette otto"), ("unit", "minuti ore giorni settimane mesi"), ("unit", "notte settimana"), ("unit", "metri chilometri"), ("unit", "kg g"),
    ),
    "nl": (
        ("weekday", "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"), ("date", "januari februari maart april mei juni juli augustus september oktober november december"),
        ("number", "twee drie vier vijf zes zeven acht"), ("unit", "minuten uur dagen weken maanden"), ("unit", "nacht week"), ("unit", "meter kilometer"), ("unit", "kg g"),
    ),
    "tr": (
        ("weekday", "pazartesi salı çarşamba perşembe cuma cumartesi pazar"), ("date", "haziran temmuz ağustos"), ("number", "iki üç dört beş altı yedi sekiz"),
        ("unit", "dakika saat gün hafta ay"), ("unit", "metre kilometre"), ("unit", "kg g"),
    ),
}  # fmt: skip

# What denies, and what takes a denial away. Each is tried where it fits; a sentence may give several.
_DENIALS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"\b(is|are|was|can|may|must|do|does|will|should|could)(?:n't| not)\b", r"\1"), (r"\b(?:cannot|can't)\b", "can"), (r"\b(is|are|can|may|must|will|should)\b(?! not|n't|')", r"\1 not"),
        (r"\bWe (\w+)\b(?<!are)(?<!do)(?<!'re)", r"We never \1"), (r"\bnever\b", "always"), (r"\balways\b", "never"), (r"\bno (?=[a-z])", "any "), (r"\bnot (?=[a-z])", ""), (r"\bfree\b", "not free"),
        (r"\bincluded\b", "excluded"), (r"\bincluding\b", "excluding"), (r"\bincludes\b", "excludes"), (r"\bincluded\b", "not included"), (r"\bexcept\b", "including"), (r"\bwith\b", "without"), (r"\bwithout\b", "with"),
        (r"\bopen\b", "closed"), (r"\bclosed\b", "open"), (r"\bbefore\b", "after"), (r"\bafter\b", "before"), (r"\bup to\b", "at least"), (r"\bwithin\b", "after"), (r"\buntil\b", "from"), (r"\bfrom (?=[£€$])", "up to "),
        (r"\bless than\b", "more than"), (r"\b(costs?|start|starts|takes?|stops?|receive|need|restores?|replies|get)\b", r"does not \1"), (r"\bor (?=[a-z]+\.)", "but not "), (r"\bYou can\b", "You cannot"),
        (r"\bbut not\b", "and also"), (r"\bbut no\b", "and also"), (r"\bnot (?=in |by )", "also "),
    ),
    "de": (
        (r"\bnicht ", ""), (r"\bkein(e|en|er)?\b", r"ein\1"), (r"\bnichts\b", "alles"), (r"\b(ist|sind|können|dürfen|gibt|kostet|kosten|erhalten|behandeln|hält|hat|zahlen|beträgt|haben|akzeptieren|restauriert)\b(?! nicht)", r"\1 nicht"),
        (r"\bohne\b", "mit"), (r"\bmit\b", "ohne"), (r"\bgeöffnet\b", "geschlossen"), (r"\bgeschlossen\b", "geöffnet"), (r"\binklusive\b", "exklusive"), (r"\bausgenommen\b", "einschließlich"), (r"\bkostenlos\b", "kostenpflichtig"),
        (r"\bkostenlos\b", "nicht kostenlos"), (r"\bleider nicht\b", "gern"), (r"\bvor(her)?\b", r"nach\1"), (r"\bab (?=\d)", "bis "), (r"\bbis zu\b", "mindestens"), (r"\bweniger als\b", "mehr als"), (r"\baußerhalb\b", "innerhalb"),
        (r"\binnerhalb von\b", "nach"), (r"\bimmer\b", "nie"), (r"\bnie\b", "immer"), (r"\benthalten\b", "nicht enthalten"),
    ),
    "fr": (
        (r"\b(?:ne |n')(\w+) (?:pas|plus|jamais) ?", r"\1 "), (r"\b(coûte|coûtent|est|sont|soignons|s'arrête|s'applique|recevons|pouvez|facturons|ont|restaure|répond|demandons|avons|trouve|restent)\b", r"ne \1 pas"),
        (r"\bsans\b", "avec"), (r"\bavec\b", "sans"), (r"\bouverts?\b", "fermé"), (r"\bouverte\b", "fermée"), (r"\bfermée?\b", "ouverte"), (r"\bcompris\b", "non compris"), (r"\bcomprise\b", "exclue"), (r"\bhors\b", "y compris"), (r"\bsauf\b", "y compris"),
        (r"\bgratuit\b", "payant"), (r"\bgratuitement\b", "contre paiement"), (r"\bmoins de\b", "plus de"), (r"\bavant\b", "après"), (r"\bà partir de\b", "jusqu'à"), (r"\bjusqu'à\b", "à partir de"), (r"\bni les (\w+) ni\b", r"les \1 et"),
        (r"\bAucune? ", "Une "), (r"\bmais pas\b", "et aussi"), (r"\bmais ni\b", "et aussi"),
    ),
    "es": (
        (r"\b[Nn]o ", ""), (r"\b(cuesta|cuestan|son|está|estamos|abrimos|atendemos|puede|cobramos|tienen|tiene|es|restaura|damos|para|contesta|pedimos|llevan)\b", r"no \1"), (r"\bsin\b", "con"), (r"\bcon\b", "sin"), (r"\bincluid([oa])\b", r"no incluid\1"),
        (r"\bincluid([oa])\b", r"excluid\1"), (r"\bcerrada\b", "abierta"), (r"\babiertos\b", "cerrados"), (r"\bsalvo\b", "incluso"), (r"\bexcepto\b", "incluidas"), (r"\bgratuito\b", "de pago"), (r"\bgratis\b", "pagando"), (r"\bmenos de\b", "más de"),
        (r"\bantes\b", "después"), (r"\bdesde (?=\d)", "hasta "), (r"\bhasta\b", "desde"), (r"\bpero no\b", "y también"), (r"\bsolo\b", "nunca"),
    ),
    "pt": (
        (r"\b[Nn]ão ", ""), (r"\b(custa|pode|é|são|aceitamos|estamos|servimos|fica)\b", r"não \1"), (r"\bexceto\b", "incluindo"), (r"\bincluídos\b", "excluídos"), (r"\bproibido\b", "permitido"), (r"\baté\b", "depois das"), (r"\bantes\b", "depois"), (r"\bgratuito\b", "pago"),
    ),
    "it": (
        (r"\bnon ", ""), (r"\b(costa|può|è|sono|accettiamo|potete|siamo)\b", r"non \1"), (r"\btranne\b", "compreso"), (r"\bincluse\b", "escluse"), (r"\bvietato\b", "permesso"), (r"(?<!la )\bprima\b", "dopo"), (r"\b(del)?la prima\b", r"\1l'ultima"), (r"\bgratuita\b", "a pagamento"), (r"\bcon\b", "senza"),
    ),
    "nl": (
        (r"\bniet ", ""), (r"\b(kost|kan|zijn|mag|wordt|vindt|kunt)\b", r"\1 niet"), (r"\bbehalve\b", "inclusief"), (r"\binclusief\b", "exclusief"), (r"\bverboden\b", "toegestaan"), (r"\bvoor aankomst\b", "na aankomst"), (r"\bgratis\b", "tegen betaling"), (r"\bgeen\b", "wel"),
    ),
    "tr": (
        (r"\bhariç\b", "dahil"), (r"\bdahil\b", "hariç"), (r"\bücretsiz\b", "ücretli"), (r"\byasaktır\b", "serbesttir"), (r"etmiyoruz\b", "ediyoruz"), (r"ediyoruz\b", "etmiyoruz"), (r"\bedilmez\b", "edilir"), (r"\böncesine\b", "sonrasına"), (r"abilirsiniz\b", "amazsınız"),
    ),
}  # fmt: skip
_PROMISES = {
    "en": "free of charge", "de": "kostenfrei", "fr": "sans frais", "es": "sin coste", "pt": "de graça", "it": "in omaggio", "nl": "kosteloos", "tr": "bedava",
}  # fmt: skip

_PHONE = re.compile(r"(?<![\w/.-])\(?\+?\(?\d[\d ().\-/]{7,}\d(?!\w)")
_LINK = re.compile(r"(?:https?://|www\.)[^\s,;]+[\w/]|\b[\w-]+\.example(?:/[\w/-]+)?")
_EMAIL = re.compile(r"[\w.]+@[\w.-]+\w")
_CLOCK = re.compile(r"(?<![\d.,/€£-])(\d{1,2})([:.]|h| h )(\d{2})?(?![\d.,]\d|\w| ?€)")
_MONEY = re.compile(r"(?:[€£$] ?)\d[\d.,]*\d|(?:[€£$] ?)\d|\d[\d.,]* ?(?:€|£|\$|[Ee]uros?\b|pounds\b|avro\b)")
_NUMBER = re.compile(r"(?<![\w@/+])(?<!\d[.,:])\d+(?:[.,]\d+)?(?!\w)(?![.,:]\d)")
_HOUSE = re.compile(r"(?<![\d.,:])\b(\d{1,3})( ?(?:[A-Z]|(?<! )[abcdefgi]|bis|ter)\b)(?! \d)")
_HOUSE_DASHED = re.compile(r"\b(\d{1,3})(-[A-Z])\b")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d{1,2} \d[A-Z]{2}\b|\b\d{5}\b|\b\d{4}-\d{3}\b")
_STREET = re.compile(r"\b(Road|Street|Yard|Lane|rue|chemin|calle|Rua)\b|(?<=[a-zß])(allee|straße|str\.)")
_STREETS = {"Road": "Street", "Street": "Road", "Yard": "Square", "Lane": "Road", "rue": "place", "chemin": "avenue", "calle": "avenida", "Rua": "Avenida", "allee": "straße", "straße": "weg", "str.": "platz"}  # fmt: skip


def tampered(
    sentence: str, language: str, names: Sequence[str], figures: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """(kind, altered sentence). `names`: the tenant's people, places and brands; `figures`: sums of its other entries."""
    seen = {sentence}
    for kind, altered in _all(sentence, language, names, figures):
        if altered not in seen:
            seen.add(altered)
            yield kind, altered


def _all(sentence: str, language: str, names: Sequence[str], figures: Sequence[str]) -> Iterator[tuple[str, str]]:
    contacts = [match.span() for pattern in (_PHONE, _EMAIL, _LINK, _POSTCODE) for match in pattern.finditer(sentence)]

    def each(pattern: re.Pattern[str], make: Instead, *, anywhere: bool = False) -> Iterator[str]:
        for match in pattern.finditer(sentence):
            if anywhere or not any(begin <= match.start() < end for begin, end in contacts):
                for instead in make(match):
                    if instead != match[0]:
                        yield sentence[: match.start()] + instead + sentence[match.end() :]

    for kind, words in _LISTS.get(language, ()):
        pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(words.split())})(?![\w-])", re.IGNORECASE)
        make = _others(words.split(), counted=kind == "unit")
        yield from ((kind, text) for text in each(pattern, make))
    for kind, pattern, make in (
        ("number", _NUMBER, _other_numbers),
        ("time", _CLOCK, _other_times),
        ("time", re.compile(r"(?<=\d)( ?)([ap])m\b"), lambda m: [m[1] + ("a" if m[2] == "p" else "p") + "m"]),
        ("currency", _MONEY, _other_currencies),
        ("currency", _MONEY, lambda m: [figure for figure in figures if figure not in sentence]),
        ("number", re.compile(r"\d+ ?%"), lambda m: [m[0].rstrip("% ") + " €", m[0][0] + m[0]]),
        ("date", re.compile(r"\b20\d\d\b"), lambda m: [str(int(m[0]) + 1), str(int(m[0]) - 1)]),
        ("address", _HOUSE, _other_houses),
        ("address", _HOUSE_DASHED, lambda m: [m[1], m[1] + "-C"]),
        ("address", _STREET, lambda m: [_STREETS[m[0]]]),
    ):
        yield from ((kind, text) for text in each(pattern, make))
    for kind, pattern, make in (
        ("phone", _PHONE, _other_phones),
        ("link", _EMAIL, lambda m: ["x" + m[0], m[0].replace("@", "@mail-"), m[0].replace(".example", ".example.net")]),
        ("link", _LINK, _other_links),
        ("address", _POSTCODE, lambda m: [m[0][:-1] + ("1" if m[0][-1] != "1" else "2"), m[0][::-1]]),
    ):
        yield from ((kind, text) for text in each(pattern, make, anywhere=True))
    for pattern_text, instead in _DENIALS.get(language, ()):
        for match in re.finditer(pattern_text, sentence, re.IGNORECASE):
            if instead == "but not " and re.search(r"\b(?:not|no|never)\b|n't", sentence):
                continue
            made = match.expand(instead)
            altered = (
                sentence[: match.start()]
                + (made.capitalize() if match.start() == 0 else made)
                + sentence[match.end() :]
            )
            yield "negation", re.sub(r" {2,}", " ", altered)
    if not any(
        word in sentence.casefold()
        for word in ("free", "gratis", "gratuit", "kostenlos", "ücretsiz", "no pag", "nothing", "nichts")
    ):
        yield "promise", f"{sentence.rstrip('. ')} {_PROMISES.get(language, _PROMISES['en'])}."
    yield from (("name", text) for text in _other_names(sentence, names))
    yield from (("swap", text) for text in _swapped(sentence))


def _others(words: list[str], *, counted: bool) -> Instead:
    """The word's neighbours in its list; a unit only where it is counted ("two hours", "per hour", "45 min")."""

    def make(match: Match) -> list[str]:
        if counted and not re.search(
            r"(?:[\d%€£]|\b(?:per|a|an|one|two|three|four|five|six|seven|eight|twelve|fifteen|working|pro|zwei|drei|vier|fünf|sechs|am|im|par|de l'|trois|quatre|cinq|six|douze|quinze|al|la|por|dos|tres|cuatro|cinco|due|cinque|três|duas|sete|zeven|twee|zes|yedi|iki))[ -]?$",
            match.string[: match.start()],
        ):
            return []
        at = next((at for at, word in enumerate(words) if word.casefold() == match[0].casefold()), 0)
        found = {words[at - 1], words[(at + 1) % len(words)], words[(at + 3) % len(words)]} - {words[at]}
        return sorted(word.capitalize() if match[0][0].isupper() else word for word in found)

    return make


def _other_numbers(match: Match) -> list[str]:
    """One more, twice as many, two digits exchanged, the decimal point elsewhere."""
    raw = match[0]
    whole = re.sub(r"\D", "", raw)
    found = {raw[:-1] + str((int(raw[-1]) + 1) % 10), raw + "0", str(int(whole[0]) % 9 + 1) + raw[1:]}
    if len(raw) > 1 and raw[0] != raw[1]:
        found.add(raw[1] + raw[0] + raw[2:] if raw[1].isdigit() and raw[1] != "0" else raw)
    if raw != whole:
        found |= {whole[:-1] + "," + whole[-1], whole[:-1] + "." + whole[-1], whole[0] + "," + whole[1:]}
        found -= {
            found_one
            for found_one in found
            if re.sub(r"[.,]", "", found_one) == whole and _value(found_one) == _value(raw)
        }
    return sorted(found - {raw})


def _value(raw: str) -> float:
    head, _, tail = re.split(r"([.,])", raw, maxsplit=1) if re.search(r"[.,]", raw) else (raw, "", "")
    return float(head + tail) if len(tail) == 3 else float(f"{head}.{tail or 0}")


def _other_times(match: Match) -> list[str]:
    hour, sign, minute = int(match[1]), match[2], match[3] or ""
    if hour > 24 or (sign in (":", ".") and not minute):
        return []
    later = {(hour + 12) % 24, (hour + 1) % 24, (hour - 1) % 24}
    found = {f"{other}{sign}{minute}" for other in later}
    found |= {f"{hour}{sign}{other}" for other in ("15", "45", "05") if other != minute}
    return sorted(found)


def _other_currencies(match: Match) -> list[str]:
    signs = "€£$"
    sign = next((one for one in signs if one in match[0]), "")
    if not sign:
        return [re.sub(r"[A-Za-z]+", other, match[0]) for other in ("dollars", "CHF", "cents")]
    digits = match[0].replace(sign, "").strip()
    return [match[0].replace(sign, other) for other in signs if other != sign] + [
        f"{digits} CHF",
        f"{digits} %",
        f"{digits} cents",
    ]


def _other_houses(match: Match) -> list[str]:
    behind = match.string[match.end() :]
    if match[2].strip() in ("bis", "ter") and not re.match(r",| (?:rue|avenue|boulevard|place|chemin|quai)\b", behind):
        return [
            str(int(match[1]) + 1) + match[2],
            match[1][::-1] + match[2],
        ]  # "line 22 bis Magdalen Gates" is no house
    return [match[1], match[1] + match[2][:-1] + "g", str(int(match[1]) + 1) + match[2], match[1][::-1] + match[2]]


def _other_phones(match: Match) -> list[str]:
    raw = match[0]
    places = [at for at, sign in enumerate(raw) if sign.isdigit()]
    found = []
    for at, following in itertools.pairwise(places[1:]):
        found.append(raw[:at] + str((int(raw[at]) + 5) % 10) + raw[at + 1 :])
        found.append(raw[:at] + raw[following] + raw[at + 1 : following] + raw[at] + raw[following + 1 :])
    found += [raw + "0", raw[: places[-1]].rstrip(" .-/"), raw[: places[4]] + raw[places[5] :]]
    if raw.startswith("+"):
        found.append(raw[:2] + str((int(raw[2]) + 1) % 10) + raw[3:])
    return found


def _other_links(match: Match) -> list[str]:
    raw = match[0]
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", raw).partition("/")[0]
    first = host.partition(".")[0]
    lookalikes = [
        first + "s",
        first[:2] + "-" + first[2:],
        first.replace("o", "0", 1),
        first.replace("l", "1", 1),
        "evil." + first,
        first + ".evil",
    ]
    found = [raw.replace(first, other, 1) for other in lookalikes]
    found += [raw.replace(".example", other, 1) for other in (".com", ".example.com", ".exarnple")]
    path = raw.partition(host)[2]
    found += [raw + "2", raw + "/pay"] if path else [raw + "/login"]
    found += [raw.replace(path, "/" + path[1:][::-1]), raw[: -len(path)] + "/refund"] if len(path) > 1 else []
    return [*found, raw.replace("https://", "http://", 1)]


def _other_names(sentence: str, names: Sequence[str]) -> Iterator[str]:
    """A name instead of another: a stranger's, a colleague's, one that only looks alike."""
    for name in names:
        for match in re.finditer(rf"(?<![\w@./-]){re.escape(name)}(?![\w@-]|\.\w)", sentence):
            alike = name[:-1] + ("a" if name[-1] != "a" else "e")
            for other in ("Wagner", "Zorban", alike, *names):
                if other != name and other not in sentence:
                    yield sentence[: match.start()] + other + sentence[match.end() :]


def _swapped(sentence: str) -> Iterator[str]:
    """Two sums of one sentence exchanged, or all of them made the last one."""
    found = list(_MONEY.finditer(sentence))
    for one, other in itertools.pairwise(found):
        if one[0] == other[0]:
            continue
        between = sentence[one.end() : other.start()]
        if re.fullmatch(r"\W{1,3}|\W?(?:to|bis|à|a|y|and|und|et)\W?", between.strip()):
            continue
        yield sentence[: one.start()] + other[0] + between + one[0] + sentence[other.end() :]
        yield sentence[: one.start()] + other[0] + between + other[0] + sentence[other.end() :]


__all__ = ["tampered"]
