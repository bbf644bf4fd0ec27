"""German."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Hallo und willkommen bei {business}! Wie kann ich Ihnen helfen?",
    P.THANKS: "Gern geschehen! Wenn Sie noch etwas brauchen, schreiben Sie einfach.",
    P.DONT_KNOW = (
    r"(?:es tut mir (?:sehr )?leid|tut mir leid|leider)?[,.:; ]*(?:aber )?(?:dazu |darüber |hierzu )?habe ich "
    r"(?:dazu |darüber |hierzu |leider )*keine (?:genauen |weiteren )?(?:informationen|angaben|auskunft)"
    r"|(?:das|dies) weiß ich (?:leider )?nicht"
)
