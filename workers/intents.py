"""Guesses what a visitor wants from the words alone, at once and without a model; says when it is not certain.

Refuses to be clever: what is not clear from a few plain patterns goes to the language model.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from models.intent import Intent as Intent  # its stages say intents.Intent
from workers.intent_words import CLUES, FILLERS, GIBBERISH, NEGATORS, QUESTION

LABELS: dict[str, str] = {
    Intent.PRICING: "asks what something costs, or for prices, fees, discounts or a quote",
    Intent.BOOKING: "wants to make, move, cancel or check an appointment or reservation, or asks for free times",
    Intent.FAQ: "asks a question about the business: hours, place, services, products, rules, payment, delivery",
    Intent.CONTACT: "leaves contact details, wants to be called or written to, or asks how to reach the business",
    Intent.HUMAN: "wants to talk to a person instead of an automated assistant",
    Intent.COMPLAINT: "is unhappy with the business, its work or its people, or wants money back for that",
    Intent.GREETING: "only says hello, thank you or good-bye",
    Intent.SPAM: "advertises something to the business, a scam, or meaningless characters",
    Intent.OTHER: "anything else: unclear, off topic, or an answer that only the conversation explains",
}

SURE = 3.0  # a clue of this weight decides alone
HINT = 1.5  # a clue of this weight makes a question one about its own subject, not a general one
LEAD = 1.5  # by how much the best intent must beat the next to be certain
READ_CHARACTERS = 4000  # nobody needs more to say what they want, and patterns may take time by the square of it
LONG_CHARACTERS = 400  # longer messages carry several wishes; words alone do not tell which one counts

_THANKS = re.compile(
    r"\b(?:thank\w*|thx|cheers|ta|bye|goodbye|see you|merci|danke\w*|gracias|obrigad[oa]|grazie|dank je|dank u|bedankt|"
    r"tesekkur\w*|sag ?ol|adios|"
    r"hasta luego|bonne journee|schonen tag|fijne dag|buona giornata|bom fim|gorusuruz|"
    r"iyi gunler dilerim|tchau|arrivederci|tschuss|au revoir|have a (?:nice|good|great|lovely) \w+|that'?s all)\b"
)


_YES = re.compile(
    r"(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|do|go ahead|of course|si|claro|vale|por supuesto|oui|bien sur|d'accord|"
    r"volontiers|"
    r"ja|jawohl|gerne?|bitte|klar|naturlich|sim|pode ser|certo|certamente|va bene|volentieri|graag|natuurlijk|evet|tabii?|olur|"
    r"tamam|lutfen)"
    r"(?:[ ,]+(?:please|thanks?|thank you|do|do that|that would be (?:great|good|nice)|i would|go ahead|por favor|gracias|"
    r"s'il vous plait|svp|merci|bitte|gerne?|danke|obrigad[oa]|per favore|grazie|graag|alstublieft|dank (?:je|u)|lutfen|"
    r"tesekkurler))*"
)


@dataclass(frozen=True)
class Guess:
    """The likeliest intent. `certain`: clear enough to go on without asking a model."""

    intent: Intent
    confidence: float
    certain: bool


def classify(text: str) -> Guess:
    """The intent of one turn's text. Takes well under a millisecond."""
    plain = normalised(text)
    if not re.search(r"\w", plain):
        return Guess(Intent.GREETING, 0.95, certain=True) if "👋" in text else Guess(Intent.OTHER, 0.3, certain=False)
    if GIBBERISH.search(plain):
        return Guess(Intent.SPAM, 0.9, certain=True)
    if _only_pleasantries(plain):
        return Guess(Intent.GREETING, 0.98, certain=True)
    scores = {Intent(name): _score(plain, name) for name in CLUES}
    if all(score < HINT for intent, score in scores.items() if intent != Intent.FAQ):
        scores[Intent.FAQ] += sum(weight for pattern, weight in QUESTION if pattern.search(plain))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    (best, first), (_, second) = ranked[0], ranked[1]
    if first <= 0:
        return Guess(Intent.OTHER, 0.2, certain=False)
    certain = first >= SURE and first - second >= LEAD and len(text) <= LONG_CHARACTERS
    return Guess(best, 0.95 if certain else round(0.3 + 0.4 * first / (first + second), 2), certain)


def asks(text: str) -> bool:
    """Whether it has the form of a question."""
    plain = normalised(text)
    return any(pattern.search(plain) for pattern, _ in QUESTION)


def is_yes(text: str) -> bool:
    """Whether it is no more than a yes."""
    return _YES.fullmatch(normalised(text).strip(" .!,")) is not None


def is_thanks(text: str) -> bool:
    """Among greetings: whether it is rather a thank-you or a good-bye."""
    return _THANKS.search(normalised(text)) is not None


def normalised(text: str) -> str:
    """Lower case, no accents, plain quotes, single spaces: what the patterns are written for.

    Of what is longer than anybody needs, the beginning and the end.
    """
    if len(text) > READ_CHARACTERS:
        text = f"{text[: READ_CHARACTERS // 2]}\n{text[-READ_CHARACTERS // 2 :]}"
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i").replace("’", "'").replace("ß", "ss"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))  # one sign may have become eighteen
    return " ".join(plain[: 2 * READ_CHARACTERS].split())


def _only_pleasantries(plain: str) -> bool:
    """Nothing is left once greetings, thanks and small words are taken away, and there was at least one of them."""
    words = re.sub(r"[^\w' ]+", " ", plain)
    without, found = CLUES["greeting"][0][0].subn(" ", words)
    return found > 0 and not FILLERS.sub(" ", without).split()


def _score(plain: str, name: str) -> float:
    total = sum(weight for pattern, weight in CLUES[name] if pattern.search(plain))
    return total * 0.2 if name in NEGATORS and NEGATORS[name].search(plain) else total
