"""French."""

from __future__ import annotations

from workers.phrases.calendar import Calendar
from workers.phrases.names import BookingPhrase as B
from workers.phrases.names import Phrase as P

PHRASES = {
    P.GREETING: "Bonjour et bienvenue chez {business} ! Comment puis-je vous aider ?",
    P.THANKS: "Je vous en prie ! Si vous avez besoin d'autre chose, écrivez-moi.",
    P.DONT_KNOW: (
        "Je suis désolé, je n'ai pas cette information. Voulez-vous que je transmette votre question à une personne ?"
    ),
    P.ASKED: "Bien sûr. Je transmets cette conversation à une personne, qui vous répondra ici.",
    P.COMPLAINT: (
        "Je suis désolé de l'apprendre. Je transmets votre message à une personne, qui s'en occupera et vous "
        "répondra ici."
    ),
    P.RULE: "Merci pour votre message. Je le transmets à une personne, qui vous répondra ici.",
    P.UNSURE: "Je préfère ne pas deviner. Je transmets votre question à une personne, qui vous répondra ici.",
    P.UNABLE: (
        "Je suis désolé, je ne peux pas répondre à cela pour le moment. Je transmets à une personne, qui vous "
        "répondra ici."
    ),
    P.TALK_TO_PERSON: "Parler à une personne",
    P.THERE: "Quelqu'un est là en ce moment et répond généralement en {time}.",
    P.AWAY: "Il n'y a personne en ce moment ; vous aurez une réponse au plus tard le {when} ({zone}).",
    P.LEAVE_CONTACT: (
        "Laissez, s'il vous plaît, votre nom et une adresse e-mail ou un numéro de téléphone pour que l'on "
        "puisse vous joindre."
    ),
    P.MISSED: (
        "Je suis désolé : je vous avais annoncé une réponse au plus tard le {when}, et personne n'a encore "
        "écrit. J'ai relancé l'équipe ; elle vous répondra dès que possible."
    ),
}

BOOKING = {
    B.ASK_DAY_FIRST: "Je note volontiers un rendez-vous pour vous. Quel jour vous conviendrait ?",
    B.ASK_DAY: "Quel jour vous conviendrait ?",
    B.ASK_TIME: "À quelle heure le {day} ?",
    B.ASK_TIME_OPEN: "À quelle heure le {day} ? Nous sommes ouverts de {hours}.",
    B.ASK_TIME_OF_PART: "À quelle heure le {day}, {part} ?",
    B.ASK_CONTACT: (
        "{when} : comment pouvons-nous vous joindre ? Laissez votre nom et un numéro de téléphone ou une adresse "
        "e-mail."
    ),
    B.NAME_NOTED: "Merci, {name}. À quel numéro de téléphone ou à quelle adresse e-mail pouvons-nous répondre ?",
    B.CONFIRM: "Dois-je envoyer votre demande pour le {when} ? Nous vous répondrions à {contact}.",
    B.CONFIRM_HERE: "Dois-je envoyer votre demande pour le {when} ? Nous vous répondrions ici dans le chat.",
    B.REQUESTED: (
        "Merci ! J'ai noté votre demande pour le {when}. Une personne la confirmera. Vous pouvez encore la "
        "modifier ou l'annuler ici."
    ),
    B.REQUESTED_HERE: (
        "Merci ! J'ai noté votre demande pour le {when}. Une personne la confirmera ici. Vous pouvez encore la "
        "modifier ou l'annuler."
    ),
    B.WHAT_ELSE: "D'accord. Quel jour et quelle heure préférez-vous ?",
    B.OTHER_MOMENT: "Pas de problème. Quel autre jour et quelle heure vous conviendraient ?",
    B.PASSED: "C'est déjà passé. Quel jour et quelle heure vous conviendraient ?",
    B.NO_SUCH_DAY: "Ce jour n'existe pas dans le calendrier. Quel jour vous conviendrait ?",
    B.TOO_FAR: "C'est dans plus d'un an. Quel jour plus proche vous conviendrait ?",
    B.CLOSED_DAY: "Nous sommes fermés le {day}. Quel autre jour vous conviendrait ?",
    B.CLOSED_DAY_OTHER: (
        "Nous sommes fermés le {day}. Le jour d'ouverture le plus proche est le {other}, de {hours}. Quelle "
        "heure vous conviendrait ?"
    ),
    B.CLOSED_DAY_OFFER: (
        "Nous sommes fermés le {day}. L'heure d'ouverture la plus proche est le {when}. Cela vous conviendrait-il ?"
    ),
    B.CLOSED_TIME_OFFER: (
        "Le {day}, nous sommes ouverts de {hours}. L'heure la plus proche de la vôtre est le {when}. Cela vous "
        "conviendrait-il ?"
    ),
    B.STANDS: "Votre demande pour le {when} est notée. Une personne la confirmera.",
    B.CHANGE_TO: "Votre demande est pour le {when}. Quel jour et quelle heure voulez-vous à la place ?",
    B.CHANGED: "C'est fait : votre demande est maintenant pour le {when}. Une personne la confirmera.",
    B.LEFT: "D'accord, je laisse votre demande telle quelle : {when}.",
    B.ONE_ONLY: (
        "Je peux noter une demande par conversation, et la vôtre est pour le {when}. Vous pouvez la modifier, "
        "l'annuler ou demander une personne."
    ),
    B.CONTACT_NOTED: "Merci, je l'ai transmis avec votre demande pour le {when}.",
    B.CANCELLED: "C'est fait : votre demande pour le {when} est annulée.",
    B.DROPPED: "D'accord, je laisse tomber : rien n'a été demandé.",
}

CALENDAR = Calendar(
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    day="{weekday} {number} {month}{year}",
    year=" {year}",
    moment="{day} à {time}",
    span="{opens} à {closes}",
    also=" et de ",
    parts=("le matin", "à midi", "l'après-midi", "le soir"),
    minutes=("minute", "minutes"),
    hours=("heure", "heures"),
    first="1er",
)

DONT_KNOW = (
    r"(?:je suis (?:vraiment )?désolée?|désolée?|malheureusement)?[,.:; ]*(?:mais )?je (?:n'ai|ne dispose|ne trouve) "
    r"(?:pas|aucune)(?: de| d'| cette| la| l')? ?(?:information|renseignement|réponse|donnée)s?"
)
