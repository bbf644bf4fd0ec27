"""Tells whether a message asks for an appointment, changes, confirms or cancels one, or merely asks about them. Pure.

Questions about booking ("how do I cancel?", "can I book online?") are left to the business's entries.
"""

from __future__ import annotations

import re

from workers.intents import is_yes, normalised

_APPOINTMENT = r"(?:appoint?m\w*|bookings?|reservations?|slots?|viewing|consultation|fitting)"
_SERVICE = (
    r"(?:cut|hair ?cut|trim|colou?r|highlights|balayage|blow-?dry|facial|manicure|pedicure|wax\w*|massage|beard|patch test|"
    r"treatment|session|demo|table|court|room|check-?up|repair|service|visit|meeting|lesson|class|tour|call)"
)
_ASKS = re.compile(
    rf"\b(?:book|schedule|reserve|arrange|make|get|have|want|need|like|take|fix|set up|find) (?:me |us )?"
    rf"(?:(?:in|for|an?|my|the|another|new|your|next|first|to) |\w+ (?=(?:\w+ )?{_APPOINTMENT})){{0,3}}"
    rf"(?:(?:\w+['’]?\w* ){{0,2}}{_APPOINTMENT})\b"
    rf"|\b(?:book|reserve|schedule) (?:me|us|in|an?|my|for|the)\b|\bbook(?:ing)? (?:\w+ ){{0,2}}{_SERVICE}\b"
    rf"|\b(?:squeeze|fit|slot|pencil|put|book) (?:me|us) in\b"
    rf"|\b(?:any|have|got) (?:(?!job)\w+ )?(?:slots?|availability|appointments?|openings?|"
    rf"free (?:slots?|times?|appointments?))\b"
    rf"|\bchance of (?:an? )?{_APPOINTMENT}\b|\b(?:anything|something) (?:free|available|open)\b"
    rf"|\b(?:like|want|need|hoping|looking) to (?:come in|pop in|see (?:dr|doctor|the|you|someone)|visit you|book|reserve|"
    rf"schedule)\b"
    rf"|\blooking to (?:book|reserve|schedule)\b|\b(?:table|party) (?:for|of) (?:\d|two|three|four|five|six)"
    rf"|^(?:an? )?(?:new |another )?{_APPOINTMENT}(?: please| pls)?[.!]*$"
)
_WITH_MOMENT = re.compile(  # an appointment only because a day or a time stands beside it
    rf"\b{_APPOINTMENT}\b|\b(?:i|we)(?:'d| would)? (?:really )?(?:need|want|like|love|prefer)\b|\b(?:free|available|"
    rf"availability)\b|\b(?:do|have|fit|see|take) me\b"
    rf"|\b(?:can|could|may) (?:i|we) (?:come|pop|drop|get|be)(?: \w+)? (?:in|by|over|round|seen)\b"
)
_ABOUT = re.compile(
    r"^(?:(?:hi|hello|hey|good \w+|ok|and)[ ,!.]*)*(?:how (?!about\b)|where|why|who\b|what (?!about\b|times? (?:\w+ )*(?:free|"
    r"available)|(?:slots?|days?|appointments?)\b)|when (?:do|does|are|is|will)\b|which (?!times?|slots?|days?)|is it (?:ok|"
    r"okay|possible|allowed)|am i (?:able|allowed))"
    r"|\b(?:online|by (?:phone|e-?mail|text)|over the phone|via|website|web ?site|the app|whatsapp|in person)\b"
    r"|\b(?:do|must|should|would) (?:i|we) (?:have to|need|pay)\b|\bdo you (?:take|accept|offer|charge|require|need|"
    r"allow|send)\b"
    r"|\bwithout (?:an? )?(?:appointment|booking)\b|\bwalk[- ]?ins?\b|\bpolicy\b|\bdeposit\b|\bin advance\b|\bfees?\b"
    r"|\bcancellations?\b|\bfree of charge\b|\b(?:running|bit|min\w*|am|be|i'm) late\b|\bdid (?:my|the)\b"
)
_OF_KEEPS_CONTACT = re.compile(
    r"\b(?:don'?t|do not|won'?t|rather not|prefer not)\b.*\b(?:give|share|say|tell|leave|number|e-?mail)\b|"
    r"\bno (?:phone|e-?mail|number)\b|\b(?:answer|write|reply)(?: me)? here\b"
)
_MADE_ELSEWHERE = re.compile(  # one that stands already, of which the desk knows nothing
    r"\b(?:cancel|re-?schedule|postpone|(?:move|change|push|shift) (?:my|our|the))|\brefunds?\b|\bmoney back\b"
    r"|\b(?:can'?t|can ?not|couldn'?t|won'?t|unable to|not able to) (?:be able to )?(?:make|attend|keep|use) "
    rf"(?:(?:my|our|the) (?:\w+ )?{_APPOINTMENT}\b|it\b)"
)
_CHANGES = re.compile(
    r"\b(?:make it|move|change|re-?schedule|re-?arrange|postpone|push|shift|swap|switch|bring forward|put back|instead|rather|"
    r"actually|earlier|later|can we do|could we do|different (?:day|time)|another (?:day|time))\b"
)
_CANCELS = re.compile(
    r"\b(?:cancel|call off|drop|scrap|withdraw)(?: \w+){0,2} (?:it|that|this|my|the|our)\b|"
    r"^(?:please )?cancel\w*(?: (?:please|it|"
    r"that|this|everything|all|pls))*[.! ]*$|\b(?:please|to|must|can you|could you|need to|want to) cancel\b|"
    r"\bcancel (?:my|the|our|it|that|this)\b|"
    r"\b(?:forget (?:it|about it|that|the (?:appointment|booking))|never ?mind)\b|\bno longer (?:need|want)\b|"
    r"\b(?:don'?t|do not) (?:need|want) (?:it|that|the|an?|my) ?(?:appointment|booking)?(?: any ?more)?[.! ]*$|"
    r"\bchanged my mind\b|\b(?:can'?t|cannot|won'?t|not able to) (?:be able to )?(?:make it|come)\b"
)
_ASKS_IT = re.compile(
    r"\b(?:when|what time|which day|what day) (?:is|was|did i)\b.*\b(?:my|our|the|i)\b|\b(?:my|the|our) (?:appointment|booking|"
    r"request|reservation) (?:still |been |now )*(?:confirmed|go through|gone through|ok|on|booked|noted)\b|"
    r"\b(?:is|has|did) (?:my|the|our) (?:appointment|booking|request|reservation)\b|\bam i booked\b"
)
_QUESTION = re.compile(
    r"\?|^(?:(?:and|but|ok|so|hi|hello|by the way|btw)[ ,]+)*(?:(?:un)?till? when|wat|whats|whens|"
    r"how|what|where|why|who|which|when|do|does|did|are|"
    r"is|can|could|will|"
    r"would|may|should)\b"
)
_ABOUT_BUSINESS = re.compile(
    r"\bhow (?:much|long|many|far|do|does|old|often|expensive)\b|\b(?:price|prices|cost|costs|charge|open|opening|"
    r"close[sd]?|closing|"
    r"hours|parking|park|address|where|who|why|pay|card|cards|cash|policy|deposit|offer|sell|wi-?fi|voucher|gift)\b|"
    r"\b(?:do|does|are|is) (?:you|u|your|there|the|maya|it)\b|\bwhat (?:is|are|do|does|happens|if)\b|\bdo i (?:need|have)\b"
)
_PROPOSES = re.compile(
    r"\b(?:what|how) about\b|\b(?:would|could|can|does|is|will|might)\b.*\b(?:possible|ok|okay|work|works|free|"
    r"available|suit|fine|"
    r"do|come|be|make|move|change|have)\b"
)
_NO = re.compile(
    r"(?:no|nope|nah|not (?:really|quite|that one)|no thanks?|no thank you|wrong|that'?s (?:wrong|not right)|i'?d rather not|"
    r"rather not|neither|none of (?:those|them))(?:[ ,.!]+(?:thanks?|thank you|please|sorry|it does ?n'?t|"
    r"it is ?n'?t|that does ?n'?t "
    r"(?:work|suit)(?: me)?|not that|i can'?t|i won'?t))*[ .!]*"
)
_YES_TOO = re.compile(
    r"(?:(?:yes|yeah|yep|ok|okay|sure|ah|oh|great|perfect)[ ,.!]+)*(?:that'?s (?:right|correct|fine|good|ok|okay|"
    r"perfect|great|it)|"
    r"correct|right|perfect|great|lovely|brilliant|exactly|confirm(?:ed)?|i confirm|fine|agreed|good|"
    r"sounds (?:good|great|fine|perfect)|(?:that |it )?(?:works|suits)(?: (?:for )?me)?(?: (?:fine|well))?|"
    r"(?:that|it)(?: would|'?d| will|'?ll)? (?:be|is|do|suits?|works?)(?: (?:fine|good|great|perfect|me))*|"
    r"(?:please )?(?:send|book|do|take) (?:it|that|the request)|book me in|go for it)"
    r"(?:[ ,.!]+(?:please|thanks?|thank you|yes|cheers|so much|very much))*[ .!]*"
)
_BEGINS_YES = re.compile(r"(?:yes|yeah|yep|yup|sure|ok|okay|perfect|correct)\b")
_ANOTHER = re.compile(
    r"\b(?:another|second|one more|a further|additional) (?:\w+ )?(?:appointment|booking|slot|table)\b"
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}")
_NO_NAME = re.compile(
    r"\b(?:no|not|yes|ok|okay|hi|hello|hey|thanks?|thank|you|why|what|who|sure|please|cancel|hmm+|later|sorry|test|"
    r"help|i|we|the|it|"
    r"maybe|never|none|stop)\b"
)


def asks_for_appointment(text: str, *, with_moment: bool) -> bool:
    """Whether the visitor clearly wants one, rather than to know something about them."""
    plain = normalised(text)
    if _ABOUT.search(plain) or _MADE_ELSEWHERE.search(plain):
        return False
    return bool(_ASKS.search(plain)) or (with_moment and bool(_WITH_MOMENT.search(plain)))


def asks_in_between(text: str) -> bool:
    """Whether it is a question about the business, which the entries answer, although a booking is open."""
    plain = normalised(text)
    if not _QUESTION.search(plain):
        return False
    if _PROPOSES.search(plain) and not _ABOUT_BUSINESS.search(plain):
        return False
    return bool(_ABOUT_BUSINESS.search(plain) or _ABOUT.search(plain))


def asks_how_it_stands(text: str) -> bool:
    """ "When is my appointment?" """
    return bool(_ASKS_IT.search(normalised(text)))


def asks_for_another(text: str) -> bool:
    """A second appointment beside the first."""
    return bool(_ANOTHER.search(normalised(text)))


def changes(text: str) -> bool:
    """Whether something that stands is to be different."""
    return bool(_CHANGES.search(normalised(text)))


def cancels(text: str) -> bool:
    """Whether the open booking is to be dropped; not a question about cancelling."""
    plain = normalised(text)
    return bool(_CANCELS.search(plain)) and not _ABOUT.search(plain)


def agrees(text: str) -> bool:
    """A yes, and no more than that."""
    plain = normalised(text).strip()
    return is_yes(text) or _YES_TOO.fullmatch(plain) is not None


def begins_with_yes(text: str) -> bool:
    """A yes that goes on: "yes, my number is …"."""
    return _BEGINS_YES.match(normalised(text).strip()) is not None


def declines(text: str) -> bool:
    """A no, and no more than that."""
    return _NO.fullmatch(normalised(text).strip()) is not None


def refuses_contact(text: str) -> bool:
    """The visitor would rather not say how to be reached."""
    plain = normalised(text).strip()
    return declines(text) or bool(
        re.search(
            r"\b(?:don'?t|do not|won'?t|rather not|prefer not)\b.*\b(?:give|share|say|tell|leave|number|e-?mail)\b",
            plain,
        )
        or re.search(r"\bno (?:phone|e-?mail|number)\b|\b(?:just )?(?:answer|write|reply)(?: me)? here\b", plain)
    )


def as_name(text: str) -> str | None:
    """A message that is nothing but a name, given when asked who it is."""
    said = text.strip(" .,!")
    if _NAME.fullmatch(said) is None or len(said) > 60 or _NO_NAME.search(normalised(said)):
        return None
    return said.title() if said.islower() else said
