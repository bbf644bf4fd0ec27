"""Which questions may be answered with what was said before, and under which name the answer is kept. Pure.

Not those that hold personal data, depend on the moment ("are you open now?") or are written in a language whose words for that
we do not have. The name is a keyed hash of the question, its language, the model, and the code that says what may be said.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
import uuid
from functools import cache
from pathlib import Path

from config.secrets import derived_key
from workers import grounding, prompts

KEPT_S = 6 * 3600  # and never beyond the tenant's day
LONGEST = 300  # characters; longer ones do not come twice
LANGUAGES = frozenset({"en", "es", "fr", "de", "pt", "it", "nl", "tr"})

_PERSONAL = re.compile(
    r"@|\d[\d\s./-]{4,}\d"  # addresses, numbers of phones, orders and cards, dates
    r"|\b(?:my name|i am|i'm|im|me llamo|soy|mi nombre|je m'appelle|je suis|mon nom|ich bin|ich hei(?:ss|ß)e|mein name"
    r"|sou|meu nome|chamo|mi chiamo|sono|mio nome|ik ben|ik heet|mijn naam|ad[ıi]m|benim|ben)\b",
)
_MOMENT = re.compile(
    r"\b(?:"
    r"now|today|tonight|tomorrow|yesterday|currently|still|yet|already|soon|open|opened|closed|next|this|week|weekend|minutes?"
    r"|ahora|hoy|ma[nñ]ana|ayer|todav[ií]a|a[uú]n|ya|abiert[oa]s?|cerrad[oa]s?|semana|finde|noche|pr[oó]xim[oa]"
    r"|maintenant|aujourd|demain|hier|encore|d[eé]j[aà]|ouverte?s?|ferm[eé]e?s?|semaine|soir|prochaine?"
    r"|jetzt|heute|morgen|gestern|noch|schon|gerade|offen|ge[oö]ffnet|geschlossen|woche|wochenende|abend|n[aä]chste[rnsm]?|auf"
    r"|agora|hoje|amanh[aã]|ontem|ainda|j[aá]|abert[oa]s?|fechad[oa]s?|fim"
    r"|adesso|ora|oggi|domani|ieri|ancora|gi[aà]|apert[oaie]|chius[oaie]|settimana|sera|stasera|prossim[oa]"
    r"|nu|vandaag|gisteren|nog|al|gesloten|vanavond|volgende?"
    r"|[sş]imdi|bug[uü]n|yar[ıi]n|d[uü]n|h[aâ]l[aâ]|a[cç][ıi]k|kapal[ıi]|hafta|ak[sş]am|gelecek"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|segunda|ter[cç]a|quarta|quinta|sexta|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|pazar(?:tesi)?|sal[ıi]|[cç]ar[sş]amba|per[sş]embe|cuma(?:rtesi)?"
    r")\b"
)
_SAID_NOW = re.compile(
    r"\b(?:now|today|tonight|tomorrow|currently|still|ahora|hoy|ma[nñ]ana|maintenant|aujourd|demain|jetzt|heute|morgen|gerade"
    r"|agora|hoje|amanh[aã]|adesso|oggi|domani|nu|vandaag|[sş]imdi|bug[uü]n|yar[ıi]n"
    r"|in \d+ (?:minutes?|hours?)|en \d+ (?:minut\w*|h\w*)|dans \d+ \w+|in \d+ (?:minut\w*|stund\w*|ore))\b"
)
_NOISE = re.compile(r"[^\w\s]+")


def normalised(question: str, language: str) -> str | None:
    """What two askings of one question have in common; None where the answer of one is not the other's."""
    text = unicodedata.normalize("NFKC", question).casefold().replace("’", "'")
    if language not in LANGUAGES or len(text) > LONGEST or _PERSONAL.search(text) or _MOMENT.search(text):
        return None
    return " ".join(_NOISE.sub(" ", text).split()) or None


def lasts(reply: str) -> bool:
    """Whether a reply stays right for a while: it says nothing of the moment in which it was said."""
    return _SAID_NOW.search(unicodedata.normalize("NFKC", reply).casefold()) is None


def name_of(tenant_id: uuid.UUID, question: str, language: str, model: str, day: str) -> uuid.UUID:
    """The answer's id; of another tenant, day, model or release it is another."""
    told = "\x00".join((str(tenant_id), question, language, model, day, _edition()))
    digest = hmac.new(derived_key("kept-answer"), told.encode(), hashlib.sha256).digest()
    return uuid.UUID(bytes=digest[:16])


@cache
def _edition() -> str:
    """Of the rules a model is given and what its sentences are checked by: a release that changes them begins anew."""
    texts = [Path(str(module.__file__)).read_bytes() for module in (prompts, grounding)]
    return hashlib.sha256(b"\x00".join(texts)).hexdigest()
