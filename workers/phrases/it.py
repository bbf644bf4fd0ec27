"""Italian."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Salve e benvenuto da {business}! Come posso aiutarla?",
    P.THANKS: "Prego! Se le serve altro, mi scriva pure.",
    P.DONT_KNOW: "Mi dispiace, non ho questa informazione. Vuole che passi la sua domanda a una persona?",
    P.ASKED: "Certo. Passo questa chat a una persona, che le risponderà qui.",
    P.COMPLAINT: "Mi dispiace molto. Lo passo a una persona, che se ne occuperà e le risponderà qui.",
    P.RULE: "Grazie per il suo messaggio. Lo passo a una persona, che le risponderà qui.",
    P.UNSURE: "Preferisco non tirare a indovinare. Passo la sua domanda a una persona, che le risponderà qui.",
    P.UNABLE: (
        "Mi dispiace, in questo momento non posso rispondere. Passo la chat a una persona, che le risponderà qui."
    ),
    P.TALK_TO_PERSON: "Parlare con una persona",
    P.THERE: "In questo momento c'è qualcuno, che di solito risponde entro {time}.",
    P.AWAY: "In questo momento non c'è nessuno; avrà una risposta entro {when} ({zone}).",
    P.LEAVE_CONTACT: (
        "Per favore, lasci il suo nome e un indirizzo e-mail o un numero di telefono, così potranno contattarla."
    ),
    P.MISSED: (
        "Mi dispiace: le avevo detto che avrebbe avuto una risposta entro {when}, e nessuno ha ancora scritto. "
        "Ho sollecitato il team; le risponderanno appena possibile."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Le annoto volentieri un appuntamento. Quale giorno le andrebbe bene?",
    B.ASK_DAY: "Quale giorno le andrebbe bene?",
    B.ASK_TIME: "A che ora, {day}?",
    B.ASK_TIME_OPEN: "A che ora, {day}? Siamo aperti dalle {hours}.",
    B.ASK_TIME_OF_PART: "A che ora, {day}, {part}?",
    B.ASK_CONTACT: (
        "{when}: come possiamo contattarla? Lasci il suo nome e un numero di telefono o un indirizzo e-mail."
    ),
    B.NAME_NOTED: "Grazie, {name}. A quale numero di telefono o indirizzo e-mail possiamo rispondere?",
    B.CONFIRM: "Invio la sua richiesta per {when}? Le risponderemmo a {contact}.",
    B.CONFIRM_HERE: "Invio la sua richiesta per {when}? Le risponderemmo qui in chat.",
    B.REQUESTED: (
        "Grazie! Ho annotato la sua richiesta per {when}. Una persona la confermerà. Può ancora cambiarla o "
        "annullarla qui."
    ),
    B.REQUESTED_HERE: (
        "Grazie! Ho annotato la sua richiesta per {when}. Una persona la confermerà qui. Può ancora cambiarla o "
        "annullarla."
    ),
    B.WHAT_ELSE: "Va bene. Quale giorno e quale ora preferisce?",
    B.OTHER_MOMENT: "Nessun problema. Quale altro giorno e quale ora le andrebbero bene?",
    B.PASSED: "È già passato. Quale giorno e quale ora le andrebbero bene?",
    B.NO_SUCH_DAY: "Questo giorno non esiste nel calendario. Quale giorno le andrebbe bene?",
    B.TOO_FAR: "Manca più di un anno. Quale giorno più vicino le andrebbe bene?",
    B.CLOSED_DAY: "{day} siamo chiusi. Quale altro giorno le andrebbe bene?",
    B.CLOSED_DAY_OTHER: (
        "{day} siamo chiusi. Il giorno di apertura più vicino è {other}, dalle {hours}. Quale ora le andrebbe bene?"
    ),
    B.CLOSED_DAY_OFFER: "{day} siamo chiusi. L'orario di apertura più vicino è {when}. Le andrebbe bene?",
    B.CLOSED_TIME_OFFER: "{day} siamo aperti dalle {hours}. L'orario più vicino al suo è {when}. Le andrebbe bene?",
    B.STANDS: "La sua richiesta per {when} è annotata. Una persona la confermerà.",
    B.CHANGE_TO: "La sua richiesta è per {when}. A quale giorno e ora vuole spostarla?",
    B.CHANGED: "Fatto: la sua richiesta ora è per {when}. Una persona la confermerà.",
    B.LEFT: "Va bene, lascio la sua richiesta com'è: {when}.",
    B.ONE_ONLY: (
        "Posso annotare una richiesta per chat, e la sua è per {when}. Può cambiarla, annullarla o chiedere di "
        "una persona."
    ),
    B.CONTACT_NOTED: "Grazie, l'ho aggiunto alla sua richiesta per {when}.",
    B.CANCELLED: "Fatto: la sua richiesta per {when} è annullata.",
    B.DROPPED: "Va bene, lascio stare: non è stato richiesto nulla.",
}

CALENDAR = Calendar(
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    months=(
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ),
    day="{weekday} {number} {month}{year}",
    year=" {year}",
    moment="{day} alle {time}",
    moment_at_one="{day} all'{time}",
    span="{opens} alle {closes}",
    also=" e dalle ",
    parts=("di mattina", "all'ora di pranzo", "nel pomeriggio", "di sera"),
    minutes=("minuto", "minuti"),
    hours=("ora", "ore"),
    first="1º",
)

DONT_KNOW = (
    r"(?:mi dispiace|mi spiace|purtroppo|sono spiacente)?[,.:; ]*(?:ma )?non (?:ho|dispongo di|trovo|sono disponibili) "
    r"(?:questa |queste |alcuna |altre |l')*(?:informazione|informazioni|risposta|dati)"
)
