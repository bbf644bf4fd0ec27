"""What a visitor hears when the budget has no room for the model: the business's entries, then a wish to reach them, a person.

Costs nothing. Never silent: where nothing of it is left, the caller hands the conversation to a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from clients.language_model import ModelRequest
from models.conversation import Conversation
from models.database import tenant_session
from models.lead import leads_of
from models.spending import Step
from models.turn import Turn, took_step
from workers import extractive
from workers.phrases import DEFAULT_LANGUAGE, is_dont_know

ASK_CONTACT = {  # what we say in our own name; rests on nothing that could be wrong
    "en": "I can't answer that here right now. If you leave your e-mail address or phone number, a person will get back to "
    "you.",
    "es": "Ahora mismo no puedo responder a eso aquí. Si deja su correo electrónico o su teléfono, una persona se pondrá en "
    "contacto con usted.",
    "fr": "Je ne peux pas répondre à cela ici pour le moment. Laissez votre adresse e-mail ou votre numéro de téléphone, et "
    "une personne vous recontactera.",
    "de": "Das kann ich hier gerade nicht beantworten. Wenn Sie Ihre E-Mail-Adresse oder Telefonnummer hinterlassen, meldet "
    "sich ein Mensch bei Ihnen.",
    "pt": "De momento não consigo responder a isso aqui. Se deixar o seu e-mail ou número de telefone, uma pessoa entrará em "
    "contacto consigo.",
    "it": "Al momento non posso rispondere qui. Se lascia il suo indirizzo e-mail o numero di telefono, una persona la "
    "ricontatterà.",
    "nl": "Dat kan ik hier nu niet beantwoorden. Als u uw e-mailadres of telefoonnummer achterlaat, neemt een medewerker "
    "contact met u op.",
    "tr": "Şu anda buradan yanıt veremiyorum. E-posta adresinizi veya telefon numaranızı bırakırsanız "
    "bir kişi size dönecektir.",
}


def from_entries(request: ModelRequest) -> Iterator[str]:
    """Quoted sentences of the business's entries; none when they do not answer the question."""
    sentences = extractive.answer(request)
    if not is_dont_know(sentences[0]):
        yield from (f"{sentence} " for sentence in sentences)


def contact_form(turn: Turn, language: str) -> str | None:
    """A request for a way to reach the visitor; None when there is one already, or this was asked before."""
    with tenant_session(turn.tenant_id) as session:
        conversation = session.get_one(Conversation, (turn.tenant_id, turn.conversation_id))
        customer, lead = conversation.customer, leads_of(session, [turn.conversation_id]).get(turn.conversation_id)
        known = any(customer.get(name) or getattr(lead, name, None) for name in ("email", "phone"))
        if known or took_step(session, turn.conversation_id, Step.CONTACT):
            return None
    return ASK_CONTACT.get(language, ASK_CONTACT[DEFAULT_LANGUAGE])
