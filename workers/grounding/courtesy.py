"""Sentences that state nothing about the business: greetings, thanks, regrets, offers of help or of a person.

A closed list: a sentence passes only if each of its words is one of these, or a word that says nothing by itself.
"""

from __future__ import annotations

from workers.grounding import language_words as languages
from workers.grounding.reading import SMALL
from workers.grounding.statements import Statement
from workers.grounding.stems import words_of

LONGEST = 30  # words

_ANCHORS = words_of(
    "hello hi hey welcome thank thanks sorry apologize apologies apologise help assist happy glad gladly question "
    "questions goodbye bye person colleague colleagues team human anything else information know regards day "
    "unfortunately moment hallo willkommen danke dank vielen bitte entschuldigung tut leid helfen hilfe "
    "weiterhelfen freue freuen frage fragen tschuss mitarbeiter mitarbeiterin kollege kollegen kollegin menschen "
    "mensch informationen leider weiss bonjour bonsoir salut bienvenue merci desole desolee excusez aider aide ravi "
    "ravie plaisir revoir personne collegue collegues equipe informations malheureusement sais hola buenos buenas "
    "bienvenido bienvenida bienvenidos gracias siento lamento lamentamos perdon disculpe disculpa ayudar ayudarle "
    "ayudarte ayuda encantado encantada gusto pregunta preguntas adios persona companero companera equipo "
    "informacion lamentablemente ciao buongiorno buonasera benvenuto benvenuti grazie spiace dispiace scusi aiutare "
    "aiutarla aiutarti aiuto lieto lieta piacere domanda domande arrivederci collega squadra informazione "
    "informazioni purtroppo prego ola bom bem-vindo bem-vinda obrigado obrigada desculpe ajudar ajuda-lo ajuda "
    "prazer pergunta perguntas adeus pessoa colega equipa informacao informacoes infelizmente hoi dag welkom "
    "bedankt dankjewel dankuwel spijt helpen graag blij vraag vragen doei medewerker mens persoon informatie helaas "
    "merhaba selam hosgeldiniz tesekkur tesekkurler uzgunum uzgunuz yardim yardimci memnuniyetle soru sorunuz "
    "sorunuzu gorusmek kisi kisiye bilgi maalesef rica"
)  # fmt: skip
_FILLERS = words_of(
    "much free ask asking for message write writing reach reaching contact contacting free feel hesitate pass passing forward "
    "connect speak talk reply answer answers answered further other more kind great nice good very well soon back "
    "touch moment wait details detail specific about that this what matter topic request rather guess here chat "
    "course no not certain sure understand you're morning afternoon evening wish would schreiben nachricht melden "
    "weitere weiteren weiterleiten leite leiten gebe geben weitergeben verbinden sprechen antwort antworten "
    "beantworten gut guten schon schonen schoner gern gerne morgen tag abend noch etwas sonst anfrage dazu daruber "
    "diese liegt liegen vor mir uns wunsche nicht keine kein contacter ecrire transmettre transmets transmettrai "
    "poser repondre reponse autre autres bonne journee soiree pas plus sujet demande ne n savoir souhaitez voulez "
    "mensaje escribir escribirnos contactar pasar paso transmitir responder respuesta otra otras mas buen buena dia "
    "dias tardes noches tema consulta desea quiere quieres saber messaggio scrivere contattare passare passo "
    "trasmettere rispondere risposta altra altre altro buona giornata serata argomento richiesta non desidera vuole "
    "vuoi sapere mensagem escrever contatar passar encaminhar encaminho resposta outra outras boa tarde noite "
    "assunto pedido nao deseja quer mais bericht schrijven doorgeven geef door doorsturen antwoord antwoorden "
    "andere verder goed goede fijne prettige onderwerp weet niet geen wilt mesaj mesajiniz yazin yazabilirsiniz "
    "iletmemi iletiyorum iletebilirim ister misiniz cevap yanit baska iyi gunler aksamlar konuda hakkinda "
    "edebilirim olabilirim ederim ederiz nasil bir bu sahip degilim bilmiyorum isterseniz"
)  # fmt: skip
_ECHO = (
    "you asked", "you ask", "you want", "you would like", "you wrote", "you mentioned", "your question", "sie fragen", "sie haben gefragt", "sie mochten", "du fragst", "vous demandez",
    "vous souhaitez", "vous avez demande", "usted pregunta", "preguntas por", "pregunta por", "ha preguntado", "lei chiede", "hai chiesto", "ha chiesto", "voce perguntou", "u vraagt", "je vraagt",
)  # fmt: skip
_HARMLESS = frozenset({"time", "day", "date", "number", "unit"})  # of a visitor's own words, said back to them


def is_courtesy(statement: Statement) -> bool:
    """Whether a sentence has nothing but courtesy in it."""
    items = [item for clause in statement.clauses for item in clause.items]
    if not items or len(items) > LONGEST:
        return False
    anchored = False
    for item in items:
        if item.label == "promise" and item.raw in ("free", "libre", "now"):
            return False
        if item.label not in ("word", "promise"):
            return False
        if item.raw in _ANCHORS:
            anchored = True
        elif item.label == "promise" or not (
            item.weight <= SMALL or item.raw in _FILLERS or languages.negates(item.raw)
        ):
            return False
    return anchored


def repeats(statement: Statement, asked: Statement | None, folded: str) -> bool:
    """Whether a sentence only says back what the visitor wrote, as their words: times, days and counts, no offers."""
    if asked is None or not folded.startswith(_ECHO):
        return False
    items = [item for clause in statement.clauses for item in clause.items]
    return len(items) <= LONGEST and all(_own(item.label, item.needs, item.says, item.weight, asked) for item in items)


def may_ask(statement: Statement, asked: Statement | None, known: frozenset[object]) -> bool:
    """Whether a question to the visitor presupposes nothing that stands neither in a source nor in their own words."""
    items = [item for clause in statement.clauses for item in clause.items]
    own = asked.keys if asked else frozenset()
    unknown = 0
    for item in items:
        if item.needs:
            in_question = item.label in _HARMLESS and any(need in own for need in item.needs)
            if not in_question and not any(need in known for need in item.needs):
                return False
        elif (
            item.weight > SMALL
            and item.raw not in _ANCHORS
            and item.raw not in _FILLERS
            and item.says[0] not in known
            and item.says[0] not in own
        ):
            if item.capital and item.at > 0:
                return False
            unknown += item.weight >= 1
    return (
        bool(items)
        and len(items) <= LONGEST
        and unknown * 2 <= len([item for item in items if item.weight > SMALL]) + 1
    )


def _own(label: str, needs: tuple[object, ...], says: tuple[object, ...], weight: float, asked: Statement) -> bool:
    if needs:
        return label in _HARMLESS and any(need in asked.keys for need in needs)
    return weight < 1 or says[0] in asked.keys or any(says[0] == key for key in _ANCHOR_STEMS)


_ANCHOR_STEMS = frozenset({"ask", "asked", "question", "frag", "want"})
