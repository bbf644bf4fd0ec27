"""Spanish."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "¡Hola y bienvenido a {business}! ¿En qué puedo ayudarle?",
    P.THANKS: "¡De nada! Si necesita algo más, escríbame.",
    P.DONT_KNOW: "Lo siento, no tengo esa información. ¿Quiere que pase su pregunta a una persona?",
    P.ASKED: "Por supuesto. Paso este chat a una persona, que le responderá aquí.",
    P.COMPLAINT: "Lamento oír eso. Lo paso a una persona, que se ocupará y le responderá aquí.",
    P.RULE: "Gracias por su mensaje. Lo paso a una persona, que le responderá aquí.",
    P.UNSURE: "Prefiero no adivinar. Paso su pregunta a una persona, que le responderá aquí.",
    P.UNABLE: "Lo siento, ahora mismo no puedo responder a esto. Lo paso a una persona, que le responderá aquí.",
    P.TALK_TO_PERSON: "Hablar con una persona",
    P.THERE: "Ahora hay alguien, que suele responder en {time}.",
    P.AWAY: "Ahora mismo no hay nadie; tendrá una respuesta antes del {when} ({zone}).",
    P.LEAVE_CONTACT: (
        "Por favor, deje su nombre y un correo electrónico o número de teléfono para que puedan contactarle."
    ),
    P.MISSED: (
        "Lo siento: le dije que tendría una respuesta antes del {when} y todavía no ha escrito nadie. He avisado "
        "al equipo; le responderán lo antes posible."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Con gusto le anoto una cita. ¿Qué día le viene bien?",
    B.ASK_DAY: "¿Qué día le viene bien?",
    B.ASK_TIME: "¿A qué hora el {day}?",
    B.ASK_TIME_OPEN: "¿A qué hora el {day}? Abrimos de {hours}.",
    B.ASK_TIME_OF_PART: "¿A qué hora el {day}, {part}?",
    B.ASK_CONTACT: "{when}: ¿cómo podemos contactarle? Deje, por favor, su nombre y un teléfono o correo electrónico.",
    B.NAME_NOTED: "Gracias, {name}. ¿A qué teléfono o correo electrónico podemos responderle?",
    B.CONFIRM: "¿Envío su solicitud para el {when}? Le responderíamos a {contact}.",
    B.CONFIRM_HERE: "¿Envío su solicitud para el {when}? Le responderíamos aquí en el chat.",
    B.REQUESTED: (
        "¡Gracias! He anotado su solicitud para el {when}. Una persona la confirmará. Todavía puede cambiarla o "
        "cancelarla aquí."
    ),
    B.REQUESTED_HERE: (
        "¡Gracias! He anotado su solicitud para el {when}. Una persona la confirmará aquí. Todavía puede "
        "cambiarla o cancelarla."
    ),
    B.WHAT_ELSE: "De acuerdo. ¿Qué día y a qué hora prefiere?",
    B.OTHER_MOMENT: "No hay problema. ¿Qué otro día y a qué hora le vendría bien?",
    B.PASSED: "Eso ya ha pasado. ¿Qué día y a qué hora le viene bien?",
    B.NO_SUCH_DAY: "Ese día no existe en el calendario. ¿Qué día le viene bien?",
    B.TOO_FAR: "Falta más de un año para eso. ¿Qué día anterior le viene bien?",
    B.CLOSED_DAY: "El {day} está cerrado. ¿Qué otro día le viene bien?",
    B.CLOSED_DAY_OTHER: (
        "El {day} está cerrado. El día abierto más cercano es el {other}, de {hours}. ¿A qué hora le viene bien?"
    ),
    B.CLOSED_DAY_OFFER: "El {day} está cerrado. La hora abierta más cercana es el {when}. ¿Le viene bien?",
    B.CLOSED_TIME_OFFER: "El {day} abrimos de {hours}. La hora más cercana a la suya es el {when}. ¿Le viene bien?",
    B.STANDS: "Su solicitud para el {when} está anotada. Una persona la confirmará.",
    B.CHANGE_TO: "Su solicitud es para el {when}. ¿Para qué día y hora la cambiamos?",
    B.CHANGED: "Hecho: su solicitud es ahora para el {when}. Una persona la confirmará.",
    B.LEFT: "De acuerdo, dejo su solicitud como está: {when}.",
    B.ONE_ONLY: (
        "Puedo anotar una solicitud por chat, y la suya es para el {when}. Puede cambiarla o cancelarla, o pedir "
        "hablar con una persona."
    ),
    B.CONTACT_NOTED: "Gracias, lo he añadido a su solicitud para el {when}.",
    B.CANCELLED: "Hecho: su solicitud para el {when} está cancelada.",
    B.DROPPED: "De acuerdo, lo dejo: no se ha solicitado nada.",
}

CALENDAR = Calendar(
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    day="{weekday} {number} de {month}{year}",
    year=" de {year}",
    moment="{day} a las {time}",
    moment_at_one="{day} a la {time}",
    span="{opens} a {closes}",
    also=" y de ",
    parts=("por la mañana", "al mediodía", "por la tarde", "por la noche"),
    minutes=("minuto", "minutos"),
    hours=("hora", "horas"),
)

DONT_KNOW = (
    r"(?:lo siento|lo lamento|lamentablemente|desafortunadamente)?[,.:; ]*(?:pero )?no (?:tengo|dispongo de|encuentro) "
    r"(?:ninguna |esa |más |la )*(?:información|respuesta|datos)"
)
