"""Keeps the booking of a conversation: plans a turn's step from the rows, and carries it out once its reply was said.

A plan stands beside the booking until then, under its turn's id: a redelivery says the same again, and a turn that was
superseded or silenced has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from config import metrics
from models.base import now
from models.booking import Booking, BookingState, open_booking
from models.conversation import Conversation
from models.lead import merge_lead
from models.message import visitor_texts
from models.notice import NoticeKind
from models.tenant import Tenant, TenantConfiguration, configuration
from models.turn import Turn
from workers import bookings, leads, notices
from workers.booking_wish import Change, Place, Reminder, Standing, Step, Wish
from workers.intents import Intent
from workers.leads import Contact
from workers.moments import by_clock_of
from workers.opening import hours_of
from workers.phrases import DEFAULT_LANGUAGE, calendar, spoken

ABANDONED_AFTER = timedelta(hours=24)  # nobody goes on with a talk of yesterday
RECENT = 20  # visitor messages that may hold parts of one contact
MONTH_FIRST_REGIONS = frozenset({"US"})
STARTING_INTENTS = frozenset(
    {Intent.BOOKING, Intent.CONTACT, Intent.OTHER}
)  # "book me in, my number is …" is all three

_TOLD = {
    Change.REQUESTED: "asks for an appointment",
    Change.CHANGED: "changed an appointment request",
    Change.CANCELLED: "cancelled an appointment request",
}


@dataclass(frozen=True)
class Plan:
    """What to say instead of an answer, or after it."""

    reply: str | None = None
    reminder: str | None = None


def concerns(session: Session, standing: Booking | None, conversation: Conversation, text: str) -> bool:
    """Whether an open booking goes on with this message."""
    booking = _live(standing)
    if booking is None:
        return False
    tenant, config = configuration(session)
    return isinstance(_step(session, booking, conversation, tenant, config, text), Step)


def plan(
    session: Session,
    standing: Booking | None,
    turn: Turn,
    conversation: Conversation,
    tenant: Tenant,
    config: TenantConfiguration,
    text: str,
) -> Plan:
    """What the open booking makes of this turn; its row is changed by `carry_out` alone."""
    booking = _live(standing)
    if booking is None and turn.intent not in STARTING_INTENTS:
        return Plan()
    if booking is not None and (planned := booking.wanted.get("planned")) and planned["turn"] == str(turn.id):
        return Plan(reply=planned["reply"])
    step = _step(session, booking, conversation, tenant, config, text)
    if isinstance(step, Reminder):
        return Plan(reminder=step.text)
    if step is None:
        return Plan()
    if booking is None:
        if standing is not None:
            standing.move(BookingState.PASSED if standing.state == BookingState.REQUESTED else BookingState.ABANDONED)
            session.flush()
        booking = Booking(tenant_id=turn.tenant_id, conversation_id=conversation.id, wanted={})
        booking.move(BookingState.ASKING)
        session.add(booking)
    turn.intent = Intent.BOOKING
    booking.wanted = {**booking.wanted, "planned": _as_json(turn, step)}
    return Plan(reply=step.reply)


def carry_out(session: Session, turn: Turn, conversation: Conversation) -> bool:
    """Within the transaction that records the reply as said; True when the business is to be told after it."""
    if turn.intent != Intent.BOOKING:
        return False
    booking = open_booking(session, turn.id).get()
    planned: dict[str, Any] | None = booking.wanted.get("planned") if booking else None
    if booking is None or planned is None or planned["turn"] != str(turn.id):
        return False
    booking.wanted = {"wish": planned["wish"]}
    booking.starts_at = datetime.fromisoformat(planned["starts_at"]) if planned["starts_at"] else None
    booking.move(BookingState(planned["state"]))
    change = Change(planned["change"])
    if change is Change.NOTHING:
        return False
    metrics.bookings.labels(change).inc()
    _tell(session, turn, conversation, booking, change)
    return True


def tell_business(turn: Turn) -> None:
    """After that commit."""
    notices.send_notice_of(turn.tenant_id, NoticeKind.BOOKING, str(turn.id))


def _live(booking: Booking | None) -> Booking | None:
    """The open booking, unless its time is over."""
    if booking is None:
        return None
    if booking.state == BookingState.REQUESTED:
        return booking if booking.starts_at is None or booking.starts_at > now() else None
    return booking if now() - booking.updated_at < ABANDONED_AFTER else None


def _step(
    session: Session,
    booking: Booking | None,
    conversation: Conversation,
    tenant: Tenant,
    config: TenantConfiguration,
    text: str,
) -> Step | Reminder | None:
    at = local_now(tenant.time_zone)
    language = spoken(conversation.language, config.language)
    place = Place(at, hours_of(config, at.date()), config.region in MONTH_FIRST_REGIONS, language)
    standing = None
    if booking is not None:
        starts_at = booking.starts_at.astimezone(at.tzinfo) if booking.starts_at else None
        standing = Standing(BookingState(booking.state), Wish.from_json(booking.wanted.get("wish") or {}), starts_at)
    elif not bookings.begins(text, place):
        return None
    contact = _contact(session, conversation, config)
    told = leads.extract([text], None, config.region).reachable
    return bookings.take(text, standing, contact, place, contact_in_text=told)


def _contact(session: Session, conversation: Conversation, config: TenantConfiguration) -> Contact:
    words = visitor_texts(session, conversation.id, RECENT)
    return leads.extract(words, conversation.customer, config.region)


def local_now(time_zone: str) -> datetime:
    """Now, by the business's own clock."""
    return by_clock_of(now(), time_zone)


def _as_json(turn: Turn, step: Step) -> dict[str, Any]:
    return {
        "turn": str(turn.id),
        "reply": step.reply,
        "state": step.state,
        "starts_at": step.starts_at.isoformat() if step.starts_at else None,
        "wish": step.wish.as_json(),
        "change": step.change,
    }


def _tell(session: Session, turn: Turn, conversation: Conversation, booking: Booking, change: Change) -> None:
    """The lead, and the notice to the business."""
    tenant, config = configuration(session)
    wish, contact = Wish.from_json(booking.wanted["wish"]), _contact(session, conversation, config)
    at = local_now(tenant.time_zone)
    in_words = calendar(DEFAULT_LANGUAGE).in_words
    when = in_words(booking.starts_at.astimezone(at.tzinfo), at.date()) if booking.starts_at else "no time"
    name = contact.name or wish.name
    if contact.reachable:
        verb = "Appointment cancelled" if change is Change.CANCELLED else "Appointment"
        lead = merge_lead(
            session,
            turn.tenant_id,
            conversation.id,
            name=name,
            email=contact.email,
            phone=contact.phone,
            company=contact.company,
            wish=f"{verb}: {when} ({wish.what})" if wish.what else f"{verb}: {when}",
        )
        booking.lead_id = lead.id
    who = name or contact.email or contact.phone or "A visitor"
    facts = {"When": when, "Name": name, "Phone": contact.phone, "Email": contact.email, "In their words": wish.what}
    heading = f"{who} {_TOLD[change]}."
    if change is not Change.CANCELLED:
        heading += " Please confirm it, or propose another time."
    lines = [heading, "", *(f"{key}: {value}" for key, value in facts.items() if value)]
    notices.store_notice(
        session, NoticeKind.BOOKING, str(turn.id), f"{who} {_TOLD[change]}: {when}", lines, conversation
    )
