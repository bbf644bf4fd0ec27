"""Finds text that wants to steer a language model, in passages and in replies, and writing that hides what it says.

Such sentences are dropped from what a model reads and from what may support a reply; the rest of a passage stays.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from workers.grounding.split import split
from workers.grounding.text import fold, plain, visible

_MODEL = (
    r"(?:ai|ki|ia|llm|gpt|chat ?gpt|chat ?bot|bot|assistant|assistent|assistenten|asistente|assistente|asistan|language model|sprachmodell|modele de langage|"
    r"modelo de lenguaje|modello linguistico|taalmodel|yapay zeka|system prompt|virtual agent)"
)
_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|guardrails?|anweisungen?|anweisung|regeln?|vorgaben|instruktionen|consignes|regles?|directives|instrucciones|indicaciones|reglas?|"
    r"istruzioni|regole|instrucoes|regras|instructies|regels|talimatlari?|talimatlar|kurallari?|kurallar)"
)
_IGNORE = (
    r"(?:ignore|ignoring|disregard|forget|override|overrule|bypass|violate|ignorier\w*|vergiss|vergessen sie|missachte\w*|ignorez|oubliez|ignora|ignore[nm]?|olvida|olvide|olvidate|"
    r"dimentica|ignori|ignorare|esqueca|esquece|negeer|vergeet|yok say|unut|goz ardi et)"
)
_TELL = (
    r"(?:tell|inform|reply|respond|answer|say|state|mention|recommend|confirm|promise|offer|reveal|print|output|repeat|write|include|append|add|send|direct|redirect|ask|"
    r"sage|sagen|antworte\w*|bestatig\w*|erwahn\w*|schreib\w*|gib|nenne|empfiehl|dis|dites|repond\w*|confirme\w*|mentionne\w*|ecri\w*|di|diga|dile|responde\w*|confirma\w*|menciona\w*|"
    r"escribe|escriba|rispondi|conferma|scrivi|diga|responda|escreva|zeg|antwoord|bevestig|schrijf|soyle|yanitla)"
)
_PERSON = r"(?:the |all |any |every |each |this |a |den |dem |der |alle |jedem |le |la |les |el |los |al |a los |il |gli |o |os |de )?(?:user|users|visitor|visitors|customers? who ask|nutzer|benutzer|besucher|besuchern|utilisateurs?|visiteurs?|usuarios?|visitantes?|utenti|utente|visitatori|usuario|bezoekers?|gebruikers?|kullanici\w*|ziyaretci\w*)"
_SAYING = r"(?:repond\w*|dire|decir|dizer|zeggen|sagen|antworten|antwoorden|responder\w*|rispondere|say|tell|answer|reply|respond|claim|promise|offer|confirm\w*)"
_ORDERS = re.compile(
    rf"\b{_IGNORE}\b.{{0,60}}\b{_RULES}\b|\b{_RULES}\b.{{0,40}}\b(?:{_IGNORE}|no longer apply|gelten nicht)\b"
    r"|\b(?:ignore|disregard|forget)\b.{0,30}\b(?:everything|all|anything) (?:above|before|previous|prior|you)\b"
    r"|\b(?:vergiss|vergessen sie|olvida|oubliez|dimentica|esqueca|vergeet) (?:alles|todo|tout|tutto|tudo)\b"
    rf"|\b(?:note|notice|message|instructions?|attention|important|hinweis|anweisung|instruction|nota|aviso|mensaje|avviso|istruzione|bericht) (?:to|for|an|fur|an den|an die|a l|al|para el|para|pour l|pour|per|all|voor de|voor) ?'?(?:the |any |all |alle |das |den |die |el |la |le |l'|il |o |a )?{_MODEL}\b"
    rf"|\b(?:as|als|en tant qu|como|come|en tant que) ?'?(?:an? |ein |eine |une? |un |uma? )?{_MODEL}\b.{{0,60}}\b(?:must|should|you|musst|mussen|sollst|doit|devez|debes|debe|devi|deve|moet)\b"
    rf"|\b{_MODEL}s?\b.{{0,30}}\b(?:must|should|shall|has to|have to|is required|are required|is to|muss|mussen|soll|sollen|doit|doivent|debe|deben|deve|devono|devem|moet|moeten)\b"
    rf"|\b(?:if|when|whenever|wenn|falls|si|quand|cuando|se|quando|als) (?:you are|du|sie|vous etes|tu es|eres|usted es|sei|voce e|je) .{{0,12}}\b{_MODEL}\b"
    rf"|\b(?:dear|hey|attention|achtung|hello|liebe[rs]?|cher|querido|estimado|caro) {_MODEL}\b"
    r"|\b(?:you are|you're) (?:now|no longer)\b|\bfrom now on,? you\b|\bdu bist (?:jetzt|ab jetzt|nun)\b|\bab (?:jetzt|sofort) (?:bist|antwortest|sagst) du\b|\bvous etes (?:maintenant|desormais)\b|\btu es (?:maintenant|desormais)\b"
    r"|\b(?:ahora eres|a partir de ahora eres|ora sei|agora voce e|je bent nu|artik sen)\b|\bpretend (?:to be|you|that you)\b|\bact as (?:an?|if|the)\b|\brole ?-?play\b|\bdeveloper mode\b|\bjailbreak\b|\bdan mode\b|\bdo anything now\b"
    r"|\b(?:system|hidden|secret|initial|original) (?:prompt|message|instruction)s?\b|\bsystem-?prompt\b|\b(?:system|developer|assistant|user|instruction) ?: |\bnew (?:rule|instruction|system|policy for the)\w*\b ?:|\bend of (?:passages?|context|data|document)\b"
    rf"|\b{_TELL}\b (?:to )?{_PERSON}\b(?! (?:manual|guide|account))"
    rf"|\b(?:when|whenever|if|wenn|falls|quand|lorsqu|si|cuando|se|quando|als|wanneer) ?'?(?:asked|someone asks|anyone asks|{_PERSON} (?:asks?|fragt|demande|pregunta|chiede|pergunta|vraagt|wants|writes|says)|you are asked|du gefragt|gefragt|te preguntan?|le preguntan?)\b.{{0,80}}\b{_TELL}\b"
    rf"|\balways (?:respond|reply|answer|say|tell|include|mention|recommend|append|end)\b|\b(?:immer|toujours|siempre|sempre|altijd) {_TELL}\b"
    rf"|\b{_TELL}\b.{{0,40}}\b(?:exactly|verbatim|word for word|wortlich|genau so|exactement|exactamente|esattamente|letterlijk)\b|\b(?:respond|reply|answer) (?:only )?with\b|\byour (?:response|reply|answer|output) (?:must|should|has to)\b|\b(?:repeat|print|reveal|output|translate|summari[sz]e|show|display) (?:me )?(?:your|the) (?:\w+ )?(?:rules|prompt|instructions|text above|words above)\b"
    r"|\b(?:sage|antworte|schreibe|bestatige|erwahne|nenne) (?:immer|stets|jedem|allen|den kunden|dem kunden|nur|folgendes)\b|\b(?:do not|don't|never) (?:follow|obey|mention this|reveal this|tell the (?:user|visitor))\b"
    rf"|\b(?:you (?:must|have to|should)|du (?:musst|sollst)|tu dois|vous devez|(?:tu )?debes|tienes que|devi|deves|(?:je moet|moet je))\b.{{0,30}}\b{_SAYING}\b.{{0,40}}\b{_PERSON}\b"
    r"|\bdecode (?:and|the|this|it)\b|\bbase ?64\b|\brot ?13\b|\b(?:data|conversation|chat history|e-mail address|email) (?:to|as a parameter|in the url)\b.{0,30}https?"
    r"|<\s*/?\s*(?:system|assistant|user|instructions?|prompt|rules?|facts|wishes|passages?|im_start|im_end|s|inst)\b|\[/?(?:inst|system|assistant)\]|<\|[a-z_]{1,30}\|>|###\s*(?:system|instruction|user|assistant|new|end)",
    re.IGNORECASE,
)  # fmt: skip
_LONGEST_SENTENCE = 3_000
_TAG = re.compile(r"<(?=\s*[/|]?\s*\w)|(?<=\w)\s*\|>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_DISGUISED = 4  # letters; shorter ones may be units: "kΩ"
_CITATION = re.compile(r"\[\d{1,2}\]")
_OUR_RULES = frozenset({"rules", "facts", "wishes", "passages"})
_SHINGLE = 5


def gives_orders(sentence: str) -> bool:
    """Whether a sentence speaks to a language model rather than to people."""
    return _ORDERS.search(fold(plain(sentence[:_LONGEST_SENTENCE]))) is not None


def _disguises(text: str) -> bool:
    """Whether a word of some length mixes alphabets: it is to be read by a model, and not to be found by us."""
    return not text.isascii() and any(
        len(word) >= _DISGUISED and len(_scripts(word)) > 1 for word in _WORD.findall(text) if not word.isascii()
    )


@lru_cache(maxsize=1024)
def without_orders(text: str) -> str:
    """A passage without the sentences that speak to a model, and without those that follow such a one in its paragraph."""
    text = visible(text)
    if _ORDERS.search(fold(plain(text).replace("\n", " "))) is None and not _disguises(text):
        return text
    kept: list[str] = []
    steered = False
    for sentence in split(text):
        if gives_orders(sentence) or _disguises(sentence):
            steered = True
            kept.append("\n")
        elif not steered:
            kept.append(sentence)
            steered = _CITATION.search(sentence) is not None  # what follows a made-up source is not the business's
        elif sentence.endswith("\n\n") or "\n\n" in sentence:
            steered = False
    rest = "".join(kept).strip()
    return rest if _ORDERS.search(fold(plain(rest).replace("\n", " "))) is None else ""


def mixes_scripts(text: str) -> bool:
    """Whether a word mixes alphabets: "Rаbatt" with a Cyrillic "a" reads like another word."""
    if text.isascii():
        return False
    return any(len(_scripts(word)) > 1 for word in _WORD.findall(text) if not word.isascii())


@lru_cache(maxsize=4096)
def _scripts(word: str) -> frozenset[str]:
    names = (unicodedata.name(character, "").split(" ", 1)[0] for character in word)
    return frozenset(
        name
        for name in names
        if name in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")
    )


def tells_rules(text: str) -> bool:
    """Whether a sentence gives away the rules we give a model: five of their words in a row."""
    words = [fold(word) for word in _WORD.findall(text)]
    return any(tuple(words[at : at + _SHINGLE]) in _shingles() for at in range(len(words) - _SHINGLE + 1))


@lru_cache(maxsize=1)
def _shingles() -> frozenset[tuple[str, ...]]:
    from workers.rules import RULES

    words = [fold(word) for word in _WORD.findall(RULES)]
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))
