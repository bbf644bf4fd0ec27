"""Sends a turn's parts through its channel: at most once, and never after a person showed up.

Each part: (1) one transaction marks it SENDING with a deadline; (2) the conversation is read back and the epoch looked up;
(3) it is posted, if the deadline allows. What nobody can say became of it is read back until `settle` after the deadline,
and only then posted once more. That is also why running twice is safe: a crashed try is treated as an unknown one.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from clients.channels import ChannelConversation, NotSent, QuickReply, Unknown
from clients.channels.papercups import marker
from config.errors import NotYet, PermanentError, TransientError
from config.secrets import marker_key
from config.settings import settings
from models.base import now
from models.connection import Connection, connection_of_turn
from models.conversation import Conversation
from models.database import tenant_session
from models.jobs import DeliverTurn
from models.message import HAND_OFF, add_message, known_to_turn
from models.outbound import MAX_POSTS, Outbound, OutboundState, Part, ask_part, parts_of_turn
from models.tenant import configuration
from models.turn import Claimed, Delivery, Done, Held, Turn, TurnState, claim, reclaim, release
from models.usage import record_reply
from workers import booking_desk, hand_over, notices, read_back
from workers.broker import actor, queue
from workers.ends import report_end, tell_end
from workers.phrases import Phrase, say, spoken
from workers.resources import channel

LEASE = timedelta(seconds=30)
POST_S = 5.0  # a post's time-out: it must start early enough to end before the deadline
LEAST_SHARE = (
    0.2  # of it that a post must have left; it is counted from the look before: a person may have written since
)
SENDING = timedelta(seconds=10)  # from the transaction to the deadline
SETTLE_S = 30.0  # after the deadline the channel has stored whatever it will ever store
LOOK_AGAIN_MS = 2_000  # between two read-backs of an unknown part
GIVE_UP_S = 86_400.0  # after its turn's end a part that cannot leave is given up
CLAIMABLE = (
    TurnState.ANSWERED,
    TurnState.SENDING,
    TurnState.UNKNOWN,
    TurnState.HANDED_OVER,  # ended, but its parts still have to leave
    TurnState.FAILED,
)

log = structlog.get_logger()


class Fenced(Exception):
    """Another delivery holds the turn."""


@dataclass
class Parcel:
    """One part on its way, with what is needed to send it. Rows are detached; `_standing` fetches them anew."""

    part: Outbound
    turn: Turn
    conversation: Conversation
    connection: Connection
    delivery: Delivery
    known: frozenset[str]  # external ids of the conversation's messages that we have rows of
    more: bool  # parts behind this one
    post_until: float | None = None  # monotonic clock, seconds; None: not let go

    @property
    def marker(self) -> str:
        return marker(marker_key(self.turn.tenant_id), str(self.turn.id), self.part.part)

    def look(self) -> ChannelConversation:
        return channel(self.connection).read_back(self.conversation.external_id)


@actor(DeliverTurn, time_limit_ms=60_000)
def deliver(job: DeliverTurn, delivery: Delivery) -> None:
    """Part by part, until none is left."""
    tenant_id, turn_id = uuid.UUID(job.tenant_id), uuid.UUID(job.turn_id)
    try:
        parcel = _next(tenant_id, turn_id, delivery)
        while parcel is not None:
            if parcel.post_until is None and parcel.part.unsent and _may_post_again(parcel):
                _let_go_again(parcel)
            if parcel.post_until is not None:
                _post(parcel)
            parcel = _next(tenant_id, turn_id, delivery) if parcel.more else None
    except Fenced:
        log.info("turn.deliver.skipped", fenced=True)
    except BaseException:
        with tenant_session(tenant_id) as session:
            release(session, turn_id, delivery)
        raise


def _next(tenant_id: uuid.UUID, turn_id: uuid.UUID, delivery: Delivery) -> Parcel | None:
    """Claim the turn (again), find its next unsent part and, if it was never let go, let it go: step 1.

    The row says SENDING before anything is sent, so a crash from here on is noticed as unknown. None: nothing is left.
    """
    started, dropped, parcel = time.monotonic(), False, None
    with tenant_session(tenant_id) as session:
        parts, known = parts_of_turn(session, turn_id), known_to_turn(session, turn_id)
        connection = connection_of_turn(session, turn_id)
        match claim(session, turn_id, delivery, CLAIMABLE, LEASE):
            case Done():
                return None
            case Held(delay_ms):
                raise NotYet(delay_ms)
            case Claimed(turn, conversation):
                pass
        unsent = [each for each in parts.get() if each.unsent]
        if not unsent or not turn.channel or _too_late(turn, unsent):
            turn.release_claim()
            _settle_without_channel(turn, conversation, unsent)
        else:
            more = len(unsent) > 1
            parcel = Parcel(unsent[0], turn, conversation, connection.get(), delivery, known.get(), more)
            if parcel.part.posts == 0:
                dropped = not _let_go(parcel, started)
    if parcel is not None and dropped:
        _drop(parcel)
    if turn.ended and not turn.channel:
        (hand_over.announce if unsent else tell_end)(turn)
    return parcel


def _too_late(turn: Turn, unsent: list[Outbound]) -> bool:
    """A day after the turn's end; what is said of a missed promise was written later and has its own day."""
    if turn.ended_at is None:
        return False
    since = max((each.created_at for each in unsent if each.part == Part.MISSED), default=turn.ended_at)
    return (now() - since).total_seconds() > settings().scaled_s(GIVE_UP_S)


def _settle_without_channel(turn: Turn, conversation: Conversation, unsent: list[Outbound]) -> None:
    """Parts that `deliver` will not send: of an API caller's turn whose stage died before it announced it, or given up."""
    for part in unsent:
        if turn.channel:
            part.move(OutboundState.FAILED)
            log.error("outbound.failed", turn_id=str(turn.id), part=part.part, reason="given_up")
        elif turn.taken_over_by_human(conversation):
            part.move(OutboundState.DROPPED)
            turn.reply = None


def _may_post_again(parcel: Parcel) -> bool:
    """An earlier try may have been stored: look until `settle` is over; then once more, or never."""
    try:
        found = parcel.look().sent(parcel.marker)
    except PermanentError as error:
        _refused(parcel, error)
        return False
    if found is not None:
        _delivered(parcel, found.external_id)
        return False
    deadline = parcel.part.deadline_at or now()
    left_s = (deadline - now()).total_seconds() + settings().scaled_s(SETTLE_S)
    if left_s > 0:
        raise NotYet(min(LOOK_AGAIN_MS, int(left_s * 1000) + 1))
    if parcel.part.posts >= MAX_POSTS:
        _failed(parcel, "channel_silent")
        return False
    return True


def _let_go_again(parcel: Parcel) -> None:
    started = time.monotonic()
    with tenant_session(parcel.turn.tenant_id) as session:
        parcel.part, parcel.turn, parcel.conversation = _standing(session, parcel)
        dropped = not _let_go(parcel, started)
    if dropped:
        _drop(parcel)


def _let_go(parcel: Parcel, started: float) -> bool:
    """Within a transaction: SENDING with a deadline; False when a person took over."""
    part, turn = parcel.part, parcel.turn
    if turn.taken_over_by_human(parcel.conversation):
        return False
    part.move(OutboundState.SENDING)
    part.posts += 1
    part.deadline_at = now() + SENDING
    if part.part == Part.REPLY and turn.state != TurnState.SENDING:
        turn.move(TurnState.SENDING)
    turn.claim_until = now() + LEASE
    parcel.post_until = started + SENDING.total_seconds() - POST_S
    return True


def _post(parcel: Parcel) -> None:
    """Steps 2 and 3. What fails after the channel has taken it is read back by the next delivery, never taken back."""
    looked = time.monotonic()
    try:
        view = parcel.look()
        found = view.sent(parcel.marker)
        silenced = found is None and _person_showed_up(parcel, view)
        if found is None and not silenced:
            within_s = looked + POST_S - time.monotonic()  # look and post: so long may a reply cross a person's words
            if parcel.post_until is None or time.monotonic() > parcel.post_until or within_s < POST_S * LEAST_SHARE:
                _take_back(parcel)  # this process slept, or the read-back took too long
                raise NotYet(0)
            external_id = _hand_to_channel(parcel, within_s)
    except Unknown:
        _unknown(parcel)
        raise NotYet(LOOK_AGAIN_MS) from None
    except TransientError:  # NotSent among them: nothing was written
        _take_back(parcel)
        raise
    except PermanentError as error:
        _refused(parcel, error)
        return
    if silenced:
        _drop(parcel)
    else:
        _delivered(parcel, external_id if found is None else found.external_id)


def _hand_to_channel(parcel: Parcel, within_s: float) -> str | None:
    """The one place where something leaves. An assignment has no marker and may be repeated freely."""
    target, name = channel(parcel.connection), parcel.conversation.external_id
    if parcel.part.part == Part.ASSIGNMENT:
        try:
            target.hand_over(name)
        except Unknown:
            raise NotSent("the assignment may not have been made; making it twice is harmless") from None
        return None
    return target.send(
        name,
        parcel.part.body,
        marker=parcel.marker,
        sent_at=now(),
        private=parcel.part.part == Part.NOTE,
        quick_replies=_buttons(parcel),
        within_s=within_s,
    )


def _buttons(parcel: Parcel) -> tuple[QuickReply, ...]:
    """Below "I don't know": a person. The click comes back as a message with this action."""
    if parcel.part.part != Part.REPLY or not parcel.turn.abstained:
        return ()
    with tenant_session(parcel.turn.tenant_id) as session:
        _, config = configuration(session)
    language = spoken(parcel.turn.language, parcel.conversation.language, config.language)
    return (QuickReply(say(Phrase.TALK_TO_PERSON, language=language), HAND_OFF),)


def _person_showed_up(parcel: Parcel, view: ChannelConversation) -> bool:
    """In the channel, or in Redis, where the ingress notes a sign the moment it is accepted. Late webhooks enter too."""
    found = read_back.missing(parcel.connection, parcel.conversation, view, parcel.known)
    read_back.receive(found)
    if found.human:
        return True
    epoch = queue().epoch(str(parcel.turn.tenant_id), str(parcel.conversation.id))
    return parcel.turn.taken_over_by_human(parcel.conversation, epoch)


def _delivered(parcel: Parcel, external_id: str | None) -> None:
    """Record that it was said, in one transaction with its usage and what it says of an appointment."""
    booked = False
    with tenant_session(parcel.turn.tenant_id) as session:
        part, turn, conversation = _standing(session, parcel)
        part.move(OutboundState.DELIVERED)
        part.external_id = external_id
        if part.part in (Part.REPLY, Part.HAND_OVER, Part.MISSED):
            add_message(session, hand_over.said(turn, conversation, part.body, external_id))
        if part.part == Part.REPLY:
            conversation.abstentions = conversation.abstentions + 1 if turn.abstained else 0
            record_reply(session, turn.tenant_id, turn.id)
            turn.move(TurnState.DELIVERED)
            booked = booking_desk.carry_out(session, turn, conversation)
        if not parcel.more:
            turn.release_claim()
    log.info("outbound.delivered", turn_id=str(turn.id), part=part.part, posts=part.posts)
    if booked:
        booking_desk.tell_business(turn)
    if part.part == Part.REPLY:
        report_end(turn)


def _drop(parcel: Parcel) -> None:
    """A person showed up first."""
    with tenant_session(parcel.turn.tenant_id) as session:
        part, turn, _ = _standing(session, parcel)
        part.move(OutboundState.DROPPED)
        if part.part == Part.REPLY:
            turn.reply, turn.sources = None, []
            turn.move(TurnState.SILENT, "human")
        if not parcel.more:
            turn.release_claim()
        parcel.part = part
    log.info("outbound.dropped", turn_id=str(turn.id), part=part.part)
    if part.part == Part.REPLY:
        report_end(turn)


def _refused(parcel: Parcel, error: PermanentError) -> None:
    log.error("outbound.refused", error=type(error).__name__, part=parcel.part.part)
    _failed(parcel, "channel_refused")


def _failed(parcel: Parcel, reason: str) -> None:
    """It could not be said: a person is told by a note and an assignment, the turn's next parts."""
    with tenant_session(parcel.turn.tenant_id) as session:
        part, turn, conversation = _standing(session, parcel)
        part.move(OutboundState.FAILED)
        if part.part == Part.REPLY:
            turn.move(TurnState.FAILED, reason)
            hand_over.tell_person(session, turn, conversation, hand_over.Reason.NOT_SENT)
            notices.tell_of_turn(session, turn, conversation, hand_over.Reason.NOT_SENT)
            parcel.more = True
        if not parcel.more:
            turn.release_claim()
    log.error("outbound.failed", turn_id=str(turn.id), part=part.part, reason=reason)
    if part.part == Part.REPLY:
        report_end(turn)
        hand_over.tell_business(turn)


def _take_back(parcel: Parcel) -> None:
    """Nothing was written to the wire: the try does not count."""
    with tenant_session(parcel.turn.tenant_id) as session:
        part, _, _ = _standing(session, parcel)
        part.posts -= 1
        part.move(OutboundState.PENDING if part.posts == 0 else OutboundState.UNKNOWN)


def _unknown(parcel: Parcel) -> None:
    with tenant_session(parcel.turn.tenant_id) as session:
        part, turn, _ = _standing(session, parcel)
        part.move(OutboundState.UNKNOWN)
        if part.part == Part.REPLY:
            turn.move(TurnState.UNKNOWN)
    log.warning("outbound.unknown", turn_id=str(turn.id), part=part.part)


def _standing(session: Session, parcel: Parcel) -> tuple[Outbound, Turn, Conversation]:
    """The rows as of now, under the conversation's lock.

    Raises:
        Fenced: this delivery no longer holds the turn, or the part moved without it.
    """
    asked = ask_part(session, parcel.part.id)
    standing, part = reclaim(session, parcel.turn.id, parcel.delivery), asked.get()
    if standing is None or part is None or not part.unsent:
        raise Fenced
    return part, standing.turn, standing.conversation
