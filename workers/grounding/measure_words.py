"""Units, currencies, percent and the words that limit a number, in eight languages. Folded; nothing else in here."""

from __future__ import annotations

from workers.grounding.stems import words_of

# name of a measure -> (dimension it is compared in, factor)
_UNITS: dict[str, tuple[str, float]] = {
    "s": ("min", 1 / 60), "min": ("min", 1), "h": ("min", 60), "d": ("d", 1), "wk": ("d", 7), "mo": ("mo", 1), "yr": ("mo", 12),
    "workday": ("workday", 1), "night": ("night", 1),
    "km": ("mm", 1e6), "m": ("mm", 1e3), "cm": ("mm", 10), "mm": ("mm", 1), "mi": ("mi", 1), "ft": ("in", 12), "in": ("in", 1),
    "yd": ("in", 36),
    "kg": ("g", 1e3), "g": ("g", 1), "mg": ("g", 1e-3), "t": ("t", 1), "lb": ("lb", 1), "oz": ("oz", 1),
    "l": ("ml", 1e3), "ml": ("ml", 1), "cl": ("ml", 10), "m2": ("m2", 1), "m3": ("m3", 1), "ha": ("ha", 1), "ft2": ("ft2", 1),
    "%": ("%", 1), "degC": ("degC", 1), "degF": ("degF", 1), "deg": ("deg", 1), "w": ("w", 1), "kw": ("w", 1e3), "kwh": ("wh", 1e3),
    "wh": ("wh", 1), "v": ("v", 1), "mb": ("mb", 1), "gb": ("mb", 1e3), "mbit": ("mbit", 1), "hp": ("hp", 1), "kmh": ("kmh", 1),
    "bar": ("bar", 1), "star": ("star", 1), "x": ("x", 1), "pp": ("person", 1),
}  # fmt: skip
_WORDS = {
    "s": "seconds secs sec sekunden sekunde secondes segundos secondi secondo seconden saniye",
    "min": "minute minutes min mins minuten minuto minutos minuti minuut dakika dakikalik dk minutig minutige minutigen minutiger",
    "h": "hour hours hr hrs h std stunde stunden stundig hora horas heure heures ora ore uur uren saat saatlik hourly",
    "d": "day days tag tage tagen tagig tagige dia dias jour jours journee giorno giorni dag dagen gun gunluk tageweise",
    "workday": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen werkdag werkdagen",
    "wk": "week weeks woche wochen semana semanas semaine semaines settimana settimane weken hafta haftalik wochentlich",
    "mo": "month months monat monate monaten mes meses mois mese mesi maand maanden ay aylik monatig monatige",
    "yr": "year years yr yrs jahr jahre jahren jahrig jahrige ano anos an ans annee annees anno anni jaar jaren yil yillik",
    "night": "night nights nacht nachte nachten noche noches nuit nuits notte notti noite noites gece",
    "km": "km kms kilometre kilometres kilometer kilometers kilometern kilometro kilometros chilometro chilometri kilometros quilometro quilometros kilometre",
    "m": "m metre metres meter meters metern metro metros metri metr",
    "cm": "cm centimetre centimetres centimeter centimeters zentimeter centimetro centimetros centimetri santim",
    "mm": "mm millimetre millimetres millimeter milimetro milimetros millimetri milimetre",
    "mi": "mi mile miles meile meilen milla millas miglio miglia milha milhas mijl mijlen",
    "ft": "ft feet foot fuss", "in": "inch inches zoll pouces pulgadas pollici polegadas", "yd": "yd yard yards",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos chilo chili quilo quilos",
    "g": "g gr gram grams gramm gramme grammes gramo gramos grammo grammi grama gramas gramas", "mg": "mg", "t": "t tonne tonnes tonnen toneladas",
    "lb": "lb lbs", "oz": "oz ounce ounces",
    "l": "l litre litres liter liters litern litro litros litri", "ml": "ml millilitre millilitres milliliter mililitros millilitri", "cl": "cl",
    "m2": "m2 qm sqm metrekare quadratmeter quadratmetern vierkante", "m3": "m3 cbm", "ha": "ha hectares hektar", "ft2": "sqft",
    "%": "% percent percents pct prozent prozentig pourcent pourcents procent porciento yuzde",
    "degC": "°c celsius", "degF": "°f fahrenheit", "deg": "° degrees grad",
    "w": "w watt watts", "kw": "kw kilowatt", "kwh": "kwh", "wh": "wh", "v": "v volt volts", "mb": "mb megabyte megabytes", "gb": "gb gigabyte gigabytes",
    "mbit": "mbit mbps", "hp": "hp ps", "kmh": "kmh km/h", "bar": "bar", "x": "times veces vez fois volte volta vezes keer kez defa mal",
}  # fmt: skip
UNITS = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_LETTERS = words_of("h m g l t s w v x")  # units only behind a number, and close to it

_CURRENCIES = {
    "EUR": "€ eur euro euros eurolari avro", "GBP": "£ gbp pound pounds quid pfund sterling libra libras livre livres sterlina sterline pond sterlin",
    "USD": "$ usd us$ dollar dollars dolar dolares dollari dollaro bucks", "CHF": "chf sfr franken francs franchi francos", "JPY": "¥ jpy yen",
    "TRY": "₺ try tl lira lirasi", "RUB": "₽ rub", "INR": "₹ inr rupees rupien", "PLN": "pln zloty zl", "SEK": "sek", "NOK": "nok", "DKK": "dkk",
    "KR": "kr kronen kronor kroner", "BRL": "brl reais real r$", "CAD": "cad c$ ca$", "AUD": "aud a$ au$", "CZK": "czk", "HUF": "huf", "RON": "ron", "UAH": "₴ uah",
    "KRW": "₩ krw", "ILS": "₪ ils", "NGN": "₦ ngn", "THB": "฿ thb", "PHP": "₱ php", "VND": "₫ vnd", "MXN": "mxn", "CNY": "cny rmb yuan",
    "CENT": "cent cents ct cts centimes centime centimos centimo centesimi centavos pence p rappen",
}  # fmt: skip
CURRENCIES = {word: currency for currency, words in _CURRENCIES.items() for word in words.split()}
_UNSURE_CURRENCIES = words_of(
    "real try p kr zl ron cents cent sterling"
)  # words of their own where no number stands by

# "from", "at least", "over" (<) and "until", "at most", "within", "under" (>), up to three words long.
_LIMITS = {
    "<": "dessus de|dela de|encima de|mas alla de|oberhalb von|sopra di|acima de|boven|beyond|exceeding|no less than|not less than|no fewer than|nicht weniger als|nicht fruher als|no menos de|older than|later than|no earlier than|not earlier than|at the earliest|from|starting at|starts at|start at|starting from|at least|minimum|min|more than|over|above|since|after|as of|"
    "ab|von|mindestens|mehr als|alter als|spater als|fruhestens|plus tard que|au plus tot|como pronto|mas tarde de|mayores de|mayor de|maiores de|maior de|ouder dan|uber|seit|nach|vom|beginnt bei|beginnen bei|beginnend bei|"
    "a partir de|a partir du|partir de|des|depuis|au moins|minimum de|plus de|apres|a compter de|"
    "desde|al menos|como minimo|minimo|mas de|despues de|a partir del|por lo menos|"
    "depois|despues|da|dal|dalle|a partire da|partire da|almeno|piu di|oltre|dopo|dopo le|"
    "a partir das|pelo menos|no minimo|mais de|depois de|apos|"
    "vanaf|van|minstens|minimaal|ten minste|meer dan|na|sinds|"
    "en az|fazla|sonra",
    ">": "dessous de|debajo de|unterhalb von|sotto di|abaixo de|onder|nicht mehr als|nicht spater als|no mas de|non piu di|nao mais de|niet meer dan|younger than|earlier than|not later than|at the latest|until|till|up to|to|at most|maximum|max|no more than|not more than|less than|under|below|within|by|before|no later than|fewer than|"
    "junger als|fruher als|au plus tard|plus tot que|a mas tardar|menores de|menor de|menores de|jonger dan|bis|bis zu|bis zum|bis um|hochstens|maximal|weniger als|unter|innerhalb|innerhalb von|binnen|spatestens|vor|innert|"
    "jusqu|jusque|jusqu a|jusqu au|au plus|au maximum|moins de|sous|avant|dans un delai de|"
    "hasta|hasta las|como maximo|maximo|menos de|antes de|antes de las|en un plazo de|dentro de|"
    "antes|prima|fino a|fino alle|al massimo|massimo|meno di|entro|prima di|prima delle|sotto|"
    "ate|ate as|no maximo|menos de|dentro de|em ate|"
    "tot|tot en met|hoogstens|maximaal|minder dan|binnen|voor|uiterlijk|"
    "kadar|en fazla|en cok|icinde|once",
}
LIMITS = {tuple(words.split()): sign for sign, all_words in _LIMITS.items() for words in all_words.split("|")}
LIMIT_WORDS = 3
LIMIT_ENDS = frozenset(words[-1] for words in LIMITS)
OF = frozenset({("von",), ("van",)})  # "from" before a time, else "of"
# Behind the number: "12 or more", "18:00'e kadar", "9:00'dan itibaren".
AFTERWARDS: dict[tuple[str, ...], str] = {
    ("or", "more"): "<", ("and", "more"): "<", ("and", "over"): "<", ("or", "older"): "<", ("and", "older"): "<", ("und", "mehr"): "<",
    ("oder", "mehr"): "<", ("ou", "plus"): "<", ("o", "mas"): "<", ("ou", "mais"): "<", ("o", "piu"): "<", ("of", "meer"): "<",
    ("ve", "uzeri"): "<", ("or", "less"): ">", ("and", "under"): ">", ("or", "younger"): ">", ("oder", "weniger"): ">", ("ou", "moins"): ">",
    ("o", "menos"): ">", ("o", "meno"): ">", ("ou", "menos"): ">", ("of", "minder"): ">", ("ve", "alti"): ">",
}  # fmt: skip
# Behind the number and what it counts: "six people at most", "trois enfants au maximum".
BEHIND = {
    tuple(words.split()): sign
    for sign, all_words in {
        "<": "at least|minimum|min|minimal|mindestens|au moins|au minimum|como minimo|al menos|por lo menos|almeno|al minimo|"
        "come minimo|no minimo|pelo menos|minimaal|minstens|or more|or older|or over|and more|and over|and older|and up|"
        "and above|und mehr|und alter|oder mehr|oder alter|et plus|ou plus|y mas|o mas|e piu|o piu|e mais|ou mais|of meer|en ouder",
        ">": "at most|at the most|maximum|max|maximal|hochstens|au plus|au maximum|como maximo|como mucho|al maximo|al massimo|"
        "no maximo|maximaal|hoogstens|or less|or fewer|or under|or younger|and under|and younger|and below|oder weniger|"
        "oder junger|und junger|et moins|ou moins|y menos|o menos|o meno|ou menos|of minder|en jonger",
    }.items()
    for words in all_words.split("|")
}  # fmt: skip
# "no later than 14 days before" is at least 14 days, "later than 12 hours before" less than 12 hours.
TURNED = {
    tuple(words.split())
    for words in (
        "later than", "earlier than", "no later than", "not later than", "no earlier than", "not earlier than",
        "at the latest", "at the earliest", "spater als", "fruher als", "spatestens", "fruhestens", "plus tard que",
        "plus tot que", "au plus tard", "au plus tot", "a mas tardar", "como pronto", "mas tarde de", "uiterlijk",
    )
}  # fmt: skip
AHEAD = words_of("before prior ahead vor vorher avant antes antelacion prima voor")
LEAST_OR_MOST = (("minim", "<"), ("mindest", "<"), ("maxim", ">"), ("hochst", ">"))  # how such words begin
AGES = words_of("age ages alter age edad eta idade leeftijd")
# What only limits a number says nothing else.
LIMITING = words_of(
    "least minimum min maximum max than later earlier latest earliest mindestens hochstens spatestens fruhestens maximal "
    "minimal spater fruher moins maximum minimum tard tot minimo maximo menos tardar pronto almeno massimo meno minstens "
    "hoogstens maximaal minimaal uiterlijk"
)
RANGE_WORDS = words_of("to till until through thru - – — bis a au aux al alle alla hasta ate as tot ile jusque")
RATE_WORDS = words_of(
    "a an per / pro je por par la le l les il al all alla à au ao each every die der das the de el del di en im am ao op"
)


ADDED = {("de", "plus"), ("en", "plus"), ("in", "piu"), ("di", "piu")}  # behind a number: so many more
CONTRACTED = words_of("della nella alla dalla sulla una questa")  # before a noun: "della prima notte"
# "29 € per person": what a sum is for, where that is no measure.
PER_EACH = words_of("per pro je por par each")
FOR = words_of("for fur pour para voor")
PAYING = words_of(
    "pay pays zahlen zahlt bezahlen bezahlt paie paient payent paye pagan paga pagano pagam betalen betaalt"
)
EACH = words_of("each jeweils chacun chacune")
PERSONS = words_of(
    "person persons people personen personne personnes persona personas persone pessoa pessoas persoon kisi head kopf "
    "kop tete cabeza pp pax nase testa"
)


def unit(word: str, *, near: bool) -> str | None:
    """The unit a word is; letters alone only right behind a number (`near`)."""
    return None if word in _LETTERS and not near else UNITS.get(word)


def currency(word: str) -> str | None:
    return CURRENCIES.get(word)


def in_base(value: float, unit_name: str) -> tuple[str, float]:
    """A measured value in the unit it is compared in: two hours and 120 minutes are one, 48 hours and two days are not."""
    dimension, factor = _UNITS[unit_name]
    return dimension, round(value * factor, 6)


MILLIONS = {
    "million": 1e6, "millions": 1e6, "millionen": 1e6, "millones": 1e6, "milioni": 1e6, "milhoes": 1e6, "miljoen": 1e6, "milyon": 1e6, "mio": 1e6,
    "billion": 1e9, "milliarden": 1e9, "milliards": 1e9, "thousand": 1e3, "tausend": 1e3, "tsd": 1e3,
}  # fmt: skip
WORKING = words_of(
    "working business werk arbeits ouvres ouvrables ouvrable ouvre habiles habil laborables laborable lavorativi "
    "lavorativo uteis util"
)
SQUARE = frozenset(["square", "vierkante", "carres", "carre", "cuadrados", "quadrati", "quadri", "quadrados"])
HALVES = words_of("half halbe halben media demi mezza mezz meia yarim halve anderthalb eineinhalb dreiviertel")
RATES = {
    word: unit
    for unit, words in {
        "h": "hourly stundlich saatlik", "d": "taglich daily gunluk", "wk": "weekly wochentlich", "mo": "monatlich monthly mensuel mensuales",
        "yr": "jahrlich yearly",
    }.items()
    for word in words.split()
}  # fmt: skip
# How often: a number of times in one word.
TIMES = {
    word: times
    for times, words in {2: "twice zweimal tweemaal", 3: "thrice dreimal driemaal", 4: "viermal viermaal"}.items()
    for word in words.split()
}
ONCE = words_of("once einmal eenmaal")  # only before a period: "once a year"
PERIODS = frozenset(["s", "min", "h", "d", "wk", "mo", "yr", "night"])
PER = words_of("per pro je por par au al im am every each ao a an l all alla")
BETWEEN = frozenset(["between", "zwischen", "entre", "tra", "fra", "tussen"])
AFTER_RANGE_WORD = words_of("the as os les las los le el il o zum um l ' zu and including einschliesslich den incl met")
ARTICLES = words_of(
    "the a as o os las les los le la el l ' den dem der um all alle das dos da do ao aos au aux del dell delle degli dalle gli"
)
