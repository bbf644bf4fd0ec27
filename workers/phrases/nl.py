"""Dutch."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Hallo en welkom bij {business}! Waarmee kan ik u helpen?",
    P.THANKS: "Graag gedaan! Als u nog iets nodig hebt, schrijf dan gerust.",
    P.DONT_KNOW: "Het spijt me, die informatie heb ik niet. Zal ik uw vraag doorgeven aan een medewerker?",
    P.ASKED: "Natuurlijk. Ik geef deze chat door aan een medewerker, die u hier zal antwoorden.",
    P.COMPLAINT: "Dat spijt me. Ik geef het door aan een medewerker, die ernaar kijkt en u hier zal antwoorden.",
    P.RULE: "Bedankt voor uw bericht. Ik geef het door aan een medewerker, die u hier zal antwoorden.",
    P.UNSURE: (
        "Hier wil ik liever niet naar raden. Ik geef uw vraag door aan een medewerker, die u hier zal antwoorden."
    ),
    P.UNABLE: (
        "Het spijt me, dit kan ik nu niet beantwoorden. Ik geef het door aan een medewerker, die u hier zal antwoorden."
    ),
    P.TALK_TO_PERSON: "Met een medewerker praten",
    P.THERE: "Er is nu iemand; meestal krijgt u binnen {time} antwoord.",
    P.AWAY: "Er is nu niemand; u krijgt uiterlijk {when} antwoord ({zone}).",
    P.LEAVE_CONTACT: (
        "Laat alstublieft uw naam en een e-mailadres of telefoonnummer achter, zodat we u kunnen bereiken."
    ),
    P.MISSED: (
        "Het spijt me: ik had u uiterlijk {when} antwoord beloofd, en er heeft nog niemand geschreven. Ik heb "
        "het team eraan herinnerd; u krijgt zo snel mogelijk antwoord."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Ik noteer graag een afspraak voor u. Welke dag komt u uit?",
    B.ASK_DAY: "Welke dag komt u uit?",
    B.ASK_TIME: "Hoe laat op {day}?",
    B.ASK_TIME_OPEN: "Hoe laat op {day}? We zijn open van {hours}.",
    B.ASK_TIME_OF_PART: "Hoe laat op {day}, {part}?",
    B.ASK_CONTACT: "{when}: hoe kunnen we u bereiken? Laat uw naam en een telefoonnummer of e-mailadres achter.",
    B.NAME_NOTED: "Dank u, {name}. Naar welk telefoonnummer of e-mailadres mogen we antwoorden?",
    B.CONFIRM: "Zal ik uw aanvraag voor {when} versturen? We zouden u antwoorden via {contact}.",
    B.CONFIRM_HERE: "Zal ik uw aanvraag voor {when} versturen? We zouden u hier in de chat antwoorden.",
    B.REQUESTED: (
        "Bedankt! Ik heb uw aanvraag voor {when} genoteerd. Een medewerker zal die bevestigen. U kunt die hier "
        "nog wijzigen of annuleren."
    ),
    B.REQUESTED_HERE: (
        "Bedankt! Ik heb uw aanvraag voor {when} genoteerd. Een medewerker zal die hier bevestigen. U kunt die "
        "nog wijzigen of annuleren."
    ),
    B.WHAT_ELSE: "Goed. Welke dag en tijd moet het dan worden?",
    B.OTHER_MOMENT: "Geen probleem. Welke andere dag en tijd komen u uit?",
    B.PASSED: "Dat is al voorbij. Welke dag en tijd komen u uit?",
    B.NO_SUCH_DAY: "Die dag bestaat niet in de kalender. Welke dag komt u uit?",
    B.TOO_FAR: "Dat is meer dan een jaar vooruit. Welke eerdere dag komt u uit?",
    B.CLOSED_DAY: "Op {day} zijn we gesloten. Welke andere dag komt u uit?",
    B.CLOSED_DAY_OTHER: (
        "Op {day} zijn we gesloten. De dichtstbijzijnde dag dat we open zijn is {other}, van {hours}. Welke tijd "
        "komt u dan uit?"
    ),
    B.CLOSED_DAY_OFFER: (
        "Op {day} zijn we gesloten. Het dichtstbijzijnde moment dat we open zijn is {when}. Komt dat u uit?"
    ),
    B.CLOSED_TIME_OFFER: "Op {day} zijn we open van {hours}. Het dichtst bij uw wens is {when}. Komt dat u uit?",
    B.STANDS: "Uw aanvraag voor {when} is genoteerd. Een medewerker zal die bevestigen.",
    B.CHANGE_TO: "Uw aanvraag is voor {when}. Welke dag en tijd moet het in plaats daarvan worden?",
    B.CHANGED: "Gedaan: uw aanvraag is nu voor {when}. Een medewerker zal die bevestigen.",
    B.LEFT: "Goed, ik laat uw aanvraag zoals die is: {when}.",
    B.ONE_ONLY: (
        "Ik kan één aanvraag per chat noteren, en die van u is voor {when}. U kunt die wijzigen of annuleren, of "
        "naar een medewerker vragen."
    ),
    B.CONTACT_NOTED: "Dank u, ik heb dat doorgegeven bij uw aanvraag voor {when}.",
    B.CANCELLED: "Gedaan: uw aanvraag voor {when} is geannuleerd.",
    B.DROPPED: "Goed, ik laat het vallen: er is niets aangevraagd.",
}

CALENDAR = Calendar(
    weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    months=(
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    day="{weekday} {number} {month}{year}",
    year=" {year}",
    moment="{day} om {time} uur",
    span="{opens} tot {closes} uur",
    also=" en van ",
    parts=("'s ochtends", "tussen de middag", "'s middags", "'s avonds"),
    minutes=("minuut", "minuten"),
    hours=("uur", "uur"),
)

DONT_KNOW = (
    r"(?:het spijt me|sorry|helaas)?[,.:; ]*(?:maar )?"
    r"(?:die informatie heb ik (?:helaas )?niet|ik heb (?:daar |hierover |daarover |helaas )*"
    r"geen (?:specifieke |verdere )?(?:informatie|gegevens|antwoord)|dat weet ik (?:helaas )?niet)"
)
