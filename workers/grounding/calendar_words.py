"""Weekdays, months and relative days in eight languages. Folded; nothing else in here."""

from __future__ import annotations

from functools import lru_cache

from workers.grounding.stems import words_of

_DAYS = (
    "monday mondays montag montags montage lundi lundis lunes lunedi maandag maandags maandagen pazartesi pazartesileri segunda-feira segundas-feiras",
    "tuesday tuesdays dienstag dienstags mardi mardis martes martedi dinsdag dinsdags dinsdagen sali saliyi terca-feira terca tercas",
    "wednesday wednesdays mittwoch mittwochs mercredi mercredis miercoles mercoledi woensdag woensdags carsamba quarta-feira",
    "thursday thursdays donnerstag donnerstags jeudi jeudis jueves giovedi donderdag donderdags persembe quinta-feira",
    "friday fridays freitag freitags vendredi vendredis viernes venerdi vrijdag vrijdags cuma sexta-feira",
    "saturday saturdays samstag samstags sonnabend sonnabends samedi samedis sabado sabados sabato zaterdag zaterdags cumartesi",
    "sunday sundays sonntag sonntags dimanche dimanches domingo domingos domenica zondag zondags pazar",
)
_SHORT = (  # only with a capital, and beside another day or a time
    "mon mo lun lu maa ma pzt seg", "tue tues di mar din sal ter", "wed mi mie mer woe wo car qua", "thu thur thurs do don jue jeu gio per qui",
    "fri fr vie ven vri vr cum sex", "sat sa sam sab za zat cmt", "sun so son dom dim zo zon paz",
)  # fmt: skip
_WEAK = {"segunda": 0, "quarta": 2, "quinta": 3, "sexta": 4}  # ordinals too: only beside another day
DAYS = {word: number for number, words in enumerate(_DAYS) for word in words.split()}
SHORT_DAYS = {word: number for number, words in enumerate(_SHORT) for word in words.split()} | _WEAK
_TURKISH_DAYS = ("pazartesi", "carsamba", "persembe", "cumartesi", "cuma", "sali", "pazar")
_TURKISH_ENDINGS = words_of("dan den tan ten ya ye yi a e i gunu gunleri lari leri nda nde")
GROUPS = {
    "weekend": (5, 6), "week-end": (5, 6), "sonn": (6,), "weekends": (5, 6), "wochenende": (5, 6), "wochenenden": (5, 6), "weekenden": (5, 6), "fines": (5, 6),
    "daily": (0, 1, 2, 3, 4, 5, 6), "taglich": (0, 1, 2, 3, 4, 5, 6), "diariamente": (0, 1, 2, 3, 4, 5, 6), "quotidiennement": (0, 1, 2, 3, 4, 5, 6),
    "dagelijks": (0, 1, 2, 3, 4, 5, 6), "weekday": (0, 1, 2, 3, 4), "weekdays": (0, 1, 2, 3, 4), "werktags": (0, 1, 2, 3, 4, 5),
}  # fmt: skip
_MONTHS = (
    "january januar janner janvier enero gennaio janeiro januari ocak jan ene gen",
    "february februar feber fevrier febrero febbraio fevereiro februari subat feb fev fevr",
    "march marz mars marzo marco maart mart mar mrz mrt",
    "april avril abril aprile nisan apr avr abr",
    "may mai mayo maggio maio mei mayis mag",
    "june juni juin junio giugno junho haziran jun giu",
    "july juli juillet julio luglio julho temmuz jul juil lug",
    "august aout agosto augustus agustos aug ago",
    "september septembre septiembre settembre setembro eylul sep sept set",
    "october oktober octobre octubre ottobre outubro ekim oct okt ott out",
    "november novembre noviembre novembro kasim nov",
    "december dezember decembre diciembre dicembre dezembro aralik dec dez dic",
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
# Months only beside a number or with nothing else they could be.
UNSURE_MONTHS = words_of(
    "may mar mars mart mai mag set out ago gen jan dec ene mei abr apr avr jun jul lug giu sep sept oct okt ott nov "
    "dez dic aug feb fev mrz mrt juil fevr ocak ekim marco"
)  # fmt: skip
BEFORE_MONTHS = words_of(
    "en in im au d de du fin debut a al nel em desde hasta jusqu depuis ab bis seit until from to since by mid mois "
    "sauf et y e und ou o"
)
TODAY = {
    0: "today tonight heute aujourd hui hoy oggi hoje vandaag bugun",
    1: "tomorrow morgen demain manana domani amanha yarin",
    -1: "yesterday gestern hier ayer ieri ontem gisteren dun",
}
RELATIVE = {
    word: shift
    for shift, words in TODAY.items()
    for word in words.split()
    if word not in ("hui", "aujourd", "morgen", "manana", "hier")
}
NOON = {"noon": 720, "midday": 720, "mittags": 720, "midi": 720, "mediodia": 720, "mezzogiorno": 720, "meio-dia": 720, "midnight": 0, "mitternacht": 0,
        "minuit": 0, "medianoche": 0, "mezzanotte": 0, "meia-noite": 0, "middernacht": 0}  # fmt: skip


@lru_cache(maxsize=16_384)
def day(word: str) -> int | None:
    """0 for Monday to 6; None for a word that is no full name of a day."""
    found = DAYS.get(word)
    if found is not None:
        return found
    for number, name in zip((0, 2, 3, 5, 4, 1, 6), _TURKISH_DAYS, strict=True):
        if word.startswith(name) and word[len(name) :] in _TURKISH_ENDINGS:
            return number
    return None


def month(word: str) -> int | None:
    return MONTHS.get(word)


PM = words_of(
    "pm evening afternoon abends nachmittags abend nachmittag tarde noche soir sera pomeriggio noite avonds middags "
    "aksam"
)
AM = words_of("am morning morgens vormittags matin manana mattina mattino manha ochtends sabah")
PART_LINKS = words_of("in the de la du da di del al a")
CLOCK_WORDS = frozenset(["uhr", "oclock", "hs", "u"])
CLOCK_OR_LENGTH = frozenset(
    ["h", "heures", "heure", "uur", "horas", "hora", "hrs"]
)  # "9 h" is a time, or a length of time
AT = words_of("at um gegen las alle ore as om saat vers sobre klokke")
ORDINAL_ENDS = words_of("st nd rd th er ere eme e o a nde ste de")


def ends_ordinal(word: str, language: str | None) -> bool:
    """Whether a number with this ending is an ordinal: "2nd", "3e"; "19a" is a house in most languages."""
    if word in ("a", "o"):
        return language in ("pt", "it", "es")
    return word in ORDINAL_ENDS and not (word == "e" and language in ("en", "de"))


OPENING = {
    **dict.fromkeys(words_of(
    "open opens offnen offnet ouvrons ouvre ouvrent abrimos abre abren apriamo apre aprono abrem opent openen "
    "aciyoruz aciliyor"
), "<"),
    **dict.fromkeys(
        words_of(
    "close closes schliessen schliesst fermons ferme ferment cerramos cierra cierran chiudiamo chiude chiudono "
    "fechamos fecha fecham sluit sluiten kapatiyoruz kapaniyor"
), ">"
    ),
}  # fmt: skip
BEING = words_of(
    "are is be was stay stays remain remains restons reste restent resta bleibt bleiben permanece permanecemos sind ist bleibt sommes est estamos esta siamo e zijn"
)
