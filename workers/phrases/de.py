"""German."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Hallo und willkommen bei {business}! Wie kann ich Ihnen helfen?",
    P.THANKS: "Gern geschehen! Wenn Sie noch etwas brauchen, schreiben Sie einfach.",
    P.DONT_KNOW: "Es tut mir leid, dazu habe ich keine Informationen. Soll ich Ihre Frage an eine Person weitergeben?",
    P.ASKED: "Natürlich. Ich gebe diesen Chat an eine Person weiter, die Ihnen hier antworten wird.",
    P.COMPLAINT: (
        "Das tut mir leid. Ich gebe es an eine Person weiter, die sich darum kümmert und Ihnen hier antwortet."
    ),
    P.RULE: "Danke für Ihre Nachricht. Ich gebe sie an eine Person weiter, die Ihnen hier antworten wird.",
    P.UNSURE: (
        "Hier möchte ich lieber nicht raten. Ich gebe Ihre Frage an eine Person weiter, die Ihnen hier antworten wird."
    ),
    P.UNABLE: (
        "Es tut mir leid, das kann ich gerade nicht beantworten. Ich gebe es an eine Person weiter, die Ihnen "
        "hier antworten wird."
    ),
    P.TALK_TO_PERSON: "Mit einer Person sprechen",
    P.THERE: "Es ist gerade jemand da; üblicherweise kommt eine Antwort innerhalb von {time}.",
    P.AWAY: "Gerade ist niemand da; Sie bekommen eine Antwort bis {when} ({zone}).",
    P.LEAVE_CONTACT: (
        "Bitte hinterlassen Sie Ihren Namen und eine E-Mail-Adresse oder Telefonnummer, damit man Sie erreichen kann."
    ),
    P.MISSED: (
        "Es tut mir leid: Ich hatte Ihnen eine Antwort bis {when} zugesagt, und noch hat niemand geschrieben. "
        "Ich habe das Team erinnert; man antwortet Ihnen so bald wie möglich."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Gern notiere ich einen Termin für Sie. Welcher Tag passt Ihnen?",
    B.ASK_DAY: "Welcher Tag passt Ihnen?",
    B.ASK_TIME: "Um wie viel Uhr am {day}?",
    B.ASK_TIME_OPEN: "Um wie viel Uhr am {day}? Wir haben von {hours} geöffnet.",
    B.ASK_TIME_OF_PART: "Um wie viel Uhr am {day}, {part}?",
    B.ASK_CONTACT: (
        "{when}: Wie können wir Sie erreichen? Bitte nennen Sie Ihren Namen und eine Telefonnummer oder E-Mail-Adresse."
    ),
    B.NAME_NOTED: "Danke, {name}. Unter welcher Telefonnummer oder E-Mail-Adresse dürfen wir antworten?",
    B.CONFIRM: "Soll ich Ihre Anfrage für {when} abschicken? Wir würden Ihnen unter {contact} antworten.",
    B.CONFIRM_HERE: "Soll ich Ihre Anfrage für {when} abschicken? Wir würden Ihnen hier im Chat antworten.",
    B.REQUESTED: (
        "Danke! Ich habe Ihre Anfrage für {when} notiert. Eine Person wird sie bestätigen. Sie können sie hier "
        "noch ändern oder absagen."
    ),
    B.REQUESTED_HERE: (
        "Danke! Ich habe Ihre Anfrage für {when} notiert. Eine Person wird sie hier bestätigen. Sie können sie "
        "noch ändern oder absagen."
    ),
    B.WHAT_ELSE: "In Ordnung. Welcher Tag und welche Uhrzeit sollen es stattdessen sein?",
    B.OTHER_MOMENT: "Kein Problem. Welcher andere Tag und welche Uhrzeit würden Ihnen passen?",
    B.PASSED: "Das ist schon vorbei. Welcher Tag und welche Uhrzeit passen Ihnen?",
    B.NO_SUCH_DAY: "Diesen Tag gibt es im Kalender nicht. Welcher Tag passt Ihnen?",
    B.TOO_FAR: "Das ist mehr als ein Jahr im Voraus. Welcher frühere Tag passt Ihnen?",
    B.CLOSED_DAY: "Am {day} haben wir geschlossen. Welcher andere Tag passt Ihnen?",
    B.CLOSED_DAY_OTHER: (
        "Am {day} haben wir geschlossen. Der nächstgelegene offene Tag ist {other}, von {hours}. Welche Uhrzeit "
        "passt Ihnen dann?"
    ),
    B.CLOSED_DAY_OFFER: (
        "Am {day} haben wir geschlossen. Der nächstgelegene offene Zeitpunkt ist {when}. Würde Ihnen das passen?"
    ),
    B.CLOSED_TIME_OFFER: (
        "Am {day} haben wir von {hours} geöffnet. Am nächsten an Ihrem Wunsch liegt {when}. Würde Ihnen das passen?"
    ),
    B.STANDS: "Ihre Anfrage für {when} ist notiert. Eine Person wird sie bestätigen.",
    B.CHANGE_TO: "Ihre Anfrage ist für {when}. Welcher Tag und welche Uhrzeit sollen es stattdessen sein?",
    B.CHANGED: "Erledigt: Ihre Anfrage ist jetzt für {when}. Eine Person wird sie bestätigen.",
    B.LEFT: "In Ordnung, ich lasse Ihre Anfrage, wie sie ist: {when}.",
    B.ONE_ONLY: (
        "Ich kann in einem Chat eine Anfrage notieren, und Ihre ist für {when}. Sie können sie ändern oder "
        "absagen oder nach einer Person fragen."
    ),
    B.CONTACT_NOTED: "Danke, ich habe das mit Ihrer Anfrage für {when} weitergegeben.",
    B.CANCELLED: "Erledigt: Ihre Anfrage für {when} ist abgesagt.",
    B.DROPPED: "In Ordnung, ich habe es verworfen: Es wurde nichts angefragt.",
}

CALENDAR = Calendar(
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day="{weekday}, {number}. {month}{year}",
    year=" {year}",
    moment="{day} um {time} Uhr",
    span="{opens} bis {closes} Uhr",
    also=" und von ",
    parts=("vormittags", "mittags", "nachmittags", "abends"),
    minutes=("Minute", "Minuten"),
    hours=("Stunde", "Stunden"),
)

DONT_KNOW = (
    r"(?:es tut mir (?:sehr )?leid|tut mir leid|leider)?[,.:; ]*(?:aber )?(?:dazu |darüber |hierzu )?habe ich "
    r"(?:dazu |darüber |hierzu |leider )*keine (?:genauen |weiteren )?(?:informationen|angaben|auskunft)"
    r"|(?:das|dies) weiß ich (?:leider )?nicht"
)
