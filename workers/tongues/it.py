"""Italian: words of an appointment, in `intents.normalised` form, and the English the booking talk reads."""

from __future__ import annotations

NUMBERS = ("una uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici", "dodici")
ARTICLES = ("una", "uno", "sei")  # numbers that are small words too
CLOCKS = (  # the surest first
    ("half", r"\b(?:alle |verso le |le )?{h} e mezz[ao]\b"),
    ("quarter", r"\b(?:alle |le )?{h} e un quarto\b"),
    ("to_quarter", r"\b(?:alle |le )?{h} meno un quarto\b"),
    ("hour", r"\b(?:alle|verso le|per le) (?:ore )?{h}\b(?![:.]\d)"),
    ("hour", r"\bore {h}\b(?![:.]\d)"),
)
WEEKDAYS = ("lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica")
MONTHS = (
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
)
FIRST = (
    (
        r"\b(?:annullare|disdire|cancellare|annulli|disdica)(?: (?:l'|il|la|mio|mia|"
        r"questo))*[ ']?(?:appuntamento|prenotazione|richiesta)\b",
        r"cancel my appointment",
    ),
    (
        r"\b(?:annullar(?:e|lo|la)|disdir(?:e|lo)|cancellar(?:e|lo)|annulli|lasci(?:a)? (?:perdere|stare))\b",
        r"cancel it",
    ),
    (
        r"\b(?:spostare|cambiare|modificare|rimandare)(?: (?:l'|il|la|mio|mia))*[ ']?(?:appuntamento|"
        r"prenotazione|giorno|ora|orario)\b",
        r"change my appointment",
    ),
    (r"\b(?:spostar(?:e|lo)|cambiar(?:e|lo)|rimandare)\b", r"change"),
    (
        r"\b(?:prenotare|fissare|prendere|avere)(?: (?:un|una|per))*(?: (?:appuntamento|prenotazione|tavolo|posto))?\b",
        r"book an appointment",
    ),
    (r"\b(?:qualcosa|un posto|posti?) (?:di )?liber[oi]\b|\bavete posto\b", r"anything free"),
    (r"\bposso (?:venire|passare)\b", r"can i come in"),
    (r"\bsenza appuntamento\b", r"without appointment"),
    (r"\b(?:niente (?:telefono|numero|mail)|rispond(?:a|ete)(?:mi)? qui|(?:meglio )?qui$)", r"answer here"),
    (r"\bil (?:giorno )?(\d{1,2})\b(?! [a-z]|[:./]\d)", r"the \1th"),
)
WORDS = (
    (r"buongiorno|buonasera", "hello"),
    (r"stasera|questa sera", "this evening"),
    (r"oggi pomeriggio|questo pomeriggio", "this afternoon"),
    (r"oggi", "today"),
    (r"dopodomani", "the day after tomorrow"),
    (r"domani mattina|domattina", "tomorrow morning"),
    (r"domani", "tomorrow"),
    (r"ieri", "yesterday"),
    (r"fine settimana|weekend", "weekend"),
    (r"(?:la )?(?:prossima settimana|settimana prossima)", "next week"),
    (r"prossim[oa]", "next"),
    (r"quest[oa]", "this"),
    (r"(?:di |la |in )?mattin[ao]|mattinata", "morning"),
    (r"(?:a |all'ora di )?(?:mezzogiorno|pranzo)", "lunchtime"),
    (r"(?:nel |di )?pomeriggio", "afternoon"),
    (r"(?:di |la )?sera", "evening"),
    (r"giorni|giorno", "days"),
    (r"settimane?a?", "weeks"),
    (r"mesi|mese", "months"),
    (r"ora|ore", "hours"),
    (r"minuti", "minutes"),
    (r"cancellazione|disdetta", "cancellation"),
    (r"appuntament[oi]|prenotazion[ei]", "appointment"),
    (r"tavolo", "table"),
    (r"liber[oi]a?|disponibil[ei]|disponibilita|posto", "free"),
    (r"invece|piuttosto", "instead"),
    (r"prima", "earlier"),
    (r"piu tardi|dopo", "later"),
    (r"(?:un )?altro giorno", "another day"),
    (r"(?:un')?altra ora|altro orario", "another time"),
    (r"no,? grazie", "no thanks"),
    (r"(?:va bene|per me va bene|perfetto|d'accordo|confermo|esatto|certo)", "that's fine"),
    (r"per favore|per piacere", "please"),
    (r"grazie", "thanks"),
    (r"(?:il )?mio|(?:la )?mia", "my"),
    (r"il|lo|la|i|le", "the"),
    (r"un|una", "a"),
    (r"(?:vorrei|voglio|ho bisogno di|mi serve|desidero)", "i want"),
    (r"quanto (?:costa|costano|viene)|che prezzo", "how much"),
    (r"quanto (?:tempo|dura)", "how long"),
    (r"come", "how"),
    (r"dove", "where"),
    (r"perche", "why"),
    (r"chi", "who"),
    (r"quando", "when"),
    (r"devo|bisogna", "do i have to"),
    (r"accettate", "do you take"),
    (r"parcheggio|parcheggiare", "parking"),
    (r"carta", "card"),
    (r"prezz[oi]", "price"),
    (r"apert[oi]|aprite", "open"),
    (r"chius[oi]|chiudete", "closed"),
)
