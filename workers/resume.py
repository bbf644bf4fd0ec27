"""What a redelivery does that finds its stage done: the delivery before it may have died between its commit and its word.

Sends the next stage's job again, or tells the end again. A repeat of either changes nothing.
"""

from __future__ import annotations

import uuid

from models.database import tenant_session
from models.jobs import AnswerTurn, DeliverTurn, TurnJob
from models.turn import Delivery, Turn, TurnState
from workers.ends import tell_end
from workers.resources import send


def resume(job: TurnJob, delivery: Delivery) -> None:
    """Nothing for a first delivery: nobody worked for this job before."""
    if delivery.number == 1:
        return
    with tenant_session(uuid.UUID(job.tenant_id)) as session:
        turn = session.get(Turn, (uuid.UUID(job.tenant_id), uuid.UUID(job.turn_id)))
    if turn is None or turn.claimed:
        return
    if turn.state == TurnState.CLASSIFIED:
        send(AnswerTurn(tenant_id=job.tenant_id, turn_id=job.turn_id))
    elif turn.state in (TurnState.ANSWERED, TurnState.HANDED_OVER):
        send(DeliverTurn(tenant_id=job.tenant_id, turn_id=job.turn_id))
    elif turn.ended:
        tell_end(turn)
