"""What a question asks for by its form (how long, how often, how old, how many), and whether a text says anything of the kind.

"How often must it be serviced?" is not answered by a text that tells of no "every", "twice" or "yearly", whatever else the two
share. Eight languages; a form that is not known asks for nothing.
"""

from __future__ import annotations

import re

from workers.words import fold

_DURATION = re.compile(
    r"\b(?:seconds?|minutes?|mins?|hours?|days?|weeks?|fortnights?|months?|years?|nights?|overnight|immediately|at once"
    r"|(?:right|straight) away"
    r"|sekunden?|minuten?|stunden?|tag(?:en?|s)?|woch\w*|monat\w*|jahr\w*|nachte?|ubernacht|sofort|gleich"
    r"|segundos?|minutos?|horas?|dias?|semanas?|mes(?:es)?|anos?|noches?|inmediat\w+|enseguida"
    r"|secondes?|heures?|jours?|journees?|semaines?|mois|ans?|annees?|nuits?|immediate\w*|aussitot"
    r"|second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|nott[ei]|subito"
    r"|meses|noites?|imediat\w+|seconden|uur|uren|uurtje|dag(?:en)?|we(?:ek|ken)|maand\w*|jaar|jaren|nacht(?:en)?|meteen|direct"
    r"|saniye|dakika\w*|saat\w*|gun\w*|hafta\w*|ay\w{0,4}|yil\w*|gece\w*|hemen)\b"
)
_FREQUENCY = re.compile(
    r"\b(?:every|each|per|times?|once|twice|hourly|daily|weekly|monthly|quarterly|yearly|annual\w*|regular\w*|always|never|often|usually"
    r"|alle|jede[mnrs]?|pro|\w*mals?|stundlich|taglich|wochentlich|monatlich|jahrlich|regelmassig|immer|nie|oft|ublicherweise"
    r"|cada|por|vez|veces|tod[oa]s|diari\w+|semanal\w*|mensual\w*|anual\w*|siempre|nunca"
    r"|chaque|par|fois|tou(?:s|tes)|quotidien\w*|hebdomadaire\w*|mensuel\w*|annuel\w*|toujours|jamais"
    r"|ogni|volt[ae]|al|giornalier\w+|settimanal\w+|mensil\w+|annual\w+|sempre|mai|vezes|mensal\w*"
    r"|elk[e]?|ieder[e]?|keer|dagelijks|wekelijks|maandelijks|jaarlijks|altijd|nooit|her|kez|kere|defa|gunluk|haftalik|aylik|yillik)\b"
)
_AGE = re.compile(
    r"\b(?:years?|yrs?|aged?|ages|old|born|since|founded|adults?|under|over|jahr\w*|\w*jahrig\w*|alt\w*|seit"
    r"|geboren|erwachsene\w*|anos?|edad\w*|desde|adult\w+|ans?|ages?|depuis|majeur\w*|ann[oi]|eta"
    r"|idade\w*|maior\w*|jaar|oud\w*|sinds|volwassen\w*|yas\w*|yetiskin\w*"
    r"|(?:from|ab|des|dai|a partir de|vanaf) (?:\d+|\w+ (?:months?|monat\w*|mes\w*|mois|maand\w*)))\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:no|none|any|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|both|half|dozen|single|limit\w*|unlimited"
    r"|kein\w*|ein(?:e[mnrs]?)?|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf|beide|halbe?|unbegrenzt"
    r"|ningun\w*|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|ambos|medi[oa]|ilimitad\w*"
    r"|aucun\w*|une?|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|demie?|illimite\w*"
    r"|nessun\w*|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|mezz[oa]|illimitat\w*"
    r"|nenhum\w*|uma?|dois|duas|quatro|sete|oito|dez|doze|mei[oa]"
    r"|geen|een|twee|drie|vijf|zes|zeven|negen|tien|twaalf|beide|half|onbeperkt"
    r"|yok|bir|iki|uc|dort|bes|alti|yedi|sekiz|dokuz|on|yarim|sinirsiz)\b"
)
_FORMS = (
    ("duration", re.compile(
        r"\bhow (?:long|soon|quick\w*|fast)\b|\bwie (?:lang\w*|schnell)\b"
        r"|\bcuanto (?:tiempo|dura|tarda\w*)\b"
        r"|\bcombien de (?:temps|jours|minutes|semaines)\b|\bquanto (?:tempo|dura|demora)\b"
        r"|\bhoe (?:lang|snel)\b|\bne kadar (?:sur|zaman)\w*"
    ), _DURATION),
    ("frequency", re.compile(
        r"\bhow (?:often|regularly|frequently)\b|\bwie oft\b|\bcada cuanto\w*|\bcuantas veces\b"
        r"|\bcon que frecuencia\b|\bcombien de fois\b"
        r"|\btous les combien\b|\bogni quanto\b|\bquante volte\b|\bquantas vezes\b|\bcom que frequencia\b"
        r"|\bhoe vaak\b|\bne siklik\w*|\bkac kez\b"
    ), _FREQUENCY),
    ("age", re.compile(
        r"\bhow (?:old|young)\b|\bwie (?:alt|jung)\b|\bque edad\w*|\bquel age\b"
        r"|\bche eta\b|\bquanti anni\b|\bque idade\b|\bquantos anos\b|\bhoe (?:oud|jong)\b|\bkac yas\w*"
    ), _AGE),
    ("number", re.compile(
        r"\bhow (?:many|far|big|large|heavy|tall|deep|high|wide)\b"
        r"|\bwie (?:viele|weit|gross|schwer|hoch|tief|breit)\b"
        r"|\bcuant[oa]s\b|\bque (?:distancia|altura|peso)\b|\bcombien d['e]|\bquant[ei]\b|\bquant[oa]s\b"
        r"|\bhoe (?:veel|ver|groot|zwaar|hoog|diep)\b|\bkac (?:kisi|tane)\w*"
    ), _NUMBER),
)  # fmt: skip


def asked_form(question: str) -> str | None:
    """ "duration", "frequency", "age" or "number", the first that is asked for; None where it is something else."""
    asked = fold(question)
    return next((name for name, form, _ in _FORMS if form.search(asked)), None)


def told_forms(text: str) -> frozenset[str]:
    """Which of them a text says anything of."""
    said = fold(text)
    return frozenset(name for name, _, telling in _FORMS if telling.search(said))
