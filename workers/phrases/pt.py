"""Portuguese."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Olá e bem-vindo a {business}! Como posso ajudar?",
    P.THANKS: "De nada! Se precisar de mais alguma coisa, é só escrever.",
    P.DONT_KNOW: "Lamento, não tenho essa informação. Quer que eu passe a sua pergunta a uma pessoa?",
    P.ASKED: "Claro. Vou passar esta conversa a uma pessoa, que lhe responderá aqui.",
    P.COMPLAINT: (
        "Lamento saber disso. Vou passar a mensagem a uma pessoa, que tratará do assunto e lhe responderá aqui."
    ),
    P.RULE: "Obrigado pela sua mensagem. Vou passá-la a uma pessoa, que lhe responderá aqui.",
    P.UNSURE: "Prefiro não adivinhar. Vou passar a sua pergunta a uma pessoa, que lhe responderá aqui.",
    P.UNABLE: "Lamento, neste momento não consigo responder a isto. Vou passar a uma pessoa, que lhe responderá aqui.",
    P.TALK_TO_PERSON: "Falar com uma pessoa",
    P.THERE: "Há alguém disponível agora, que costuma responder em {time}.",
    P.AWAY: "Neste momento não há ninguém; terá uma resposta até {when} ({zone}).",
    P.LEAVE_CONTACT: "Por favor, deixe o seu nome e um e-mail ou número de telefone para que o possam contactar.",
    P.MISSED: (
        "Lamento: disse-lhe que teria uma resposta até {when} e ainda ninguém escreveu. Lembrei a equipa; vão "
        "responder-lhe assim que possível."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Com todo o gosto anoto uma marcação para si. Que dia lhe convém?",
    B.ASK_DAY: "Que dia lhe convém?",
    B.ASK_TIME: "{day}: a que horas?",
    B.ASK_TIME_OPEN: "{day}: a que horas? Estamos abertos das {hours}.",
    B.ASK_TIME_OF_PART: "{day}, {part}: a que horas?",
    B.ASK_CONTACT: "{when}: como podemos contactá-lo? Deixe o seu nome e um número de telefone ou e-mail.",
    B.NAME_NOTED: "Obrigado, {name}. Para que número de telefone ou e-mail podemos responder?",
    B.CONFIRM: "Envio o seu pedido para {when}? Responderíamos para {contact}.",
    B.CONFIRM_HERE: "Envio o seu pedido para {when}? Responderíamos aqui na conversa.",
    B.REQUESTED: (
        "Obrigado! Anotei o seu pedido para {when}. Uma pessoa vai confirmá-lo. Ainda pode alterá-lo ou "
        "cancelá-lo aqui."
    ),
    B.REQUESTED_HERE: (
        "Obrigado! Anotei o seu pedido para {when}. Uma pessoa vai confirmá-lo aqui. Ainda pode alterá-lo ou "
        "cancelá-lo."
    ),
    B.WHAT_ELSE: "Está bem. Que dia e hora prefere então?",
    B.OTHER_MOMENT: "Não há problema. Que outro dia e hora lhe convém?",
    B.PASSED: "Isso já passou. Que dia e hora lhe convém?",
    B.NO_SUCH_DAY: "Esse dia não existe no calendário. Que dia lhe convém?",
    B.TOO_FAR: "Falta mais de um ano para isso. Que dia mais próximo lhe convém?",
    B.CLOSED_DAY: "{day}: estamos fechados. Que outro dia lhe convém?",
    B.CLOSED_DAY_OTHER: (
        "{day}: estamos fechados. O dia aberto mais próximo é {other}, das {hours}. Que hora lhe convém?"
    ),
    B.CLOSED_DAY_OFFER: "{day}: estamos fechados. O horário aberto mais próximo é {when}. Convém-lhe?",
    B.CLOSED_TIME_OFFER: "{day}: estamos abertos das {hours}. O horário mais próximo do seu é {when}. Convém-lhe?",
    B.STANDS: "O seu pedido para {when} está anotado. Uma pessoa vai confirmá-lo.",
    B.CHANGE_TO: "O seu pedido é para {when}. Para que dia e hora quer mudar?",
    B.CHANGED: "Feito: o seu pedido é agora para {when}. Uma pessoa vai confirmá-lo.",
    B.LEFT: "Está bem, deixo o seu pedido como está: {when}.",
    B.ONE_ONLY: (
        "Posso anotar um pedido por conversa, e o seu é para {when}. Pode alterá-lo, cancelá-lo ou pedir para "
        "falar com uma pessoa."
    ),
    B.CONTACT_NOTED: "Obrigado, juntei isso ao seu pedido para {when}.",
    B.CANCELLED: "Feito: o seu pedido para {when} está cancelado.",
    B.DROPPED: "Está bem, deixei cair: nada foi pedido.",
}

CALENDAR = Calendar(
    weekdays=(
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
        "domingo",
    ),
    months=(
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
    day="{weekday}, {number} de {month}{year}",
    year=" de {year}",
    moment="{day}, às {time}",
    moment_at_one="{day}, à {time}",
    span="{opens} às {closes}",
    also=" e das ",
    parts=("de manhã", "à hora de almoço", "à tarde", "à noite"),
    minutes=("minuto", "minutos"),
    hours=("hora", "horas"),
)

DONT_KNOW = (
    r"(?:lamento|sinto muito|desculpe|peço desculpa|infelizmente)?[,.:; ]*(?:mas )?"
    r"não (?:tenho|disponho de|encontro|encontrei) "
    r"(?:nenhuma |essa |mais |a )*(?:informação|informações|resposta|dados)"
)
