"""Mails one notice to the business: claim it, give it to the mail server, record what the server said.

Safe to run twice: a sent notice is skipped, and one that somebody is sending waits. The one exception has a name: a crash
(or a lost connection) between the server's yes and the row sends the mail again, under the same Message-ID.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import structlog
from dramatiq.middleware import TimeLimitExceeded

from clients.mail import Mail, Taken
from config import metrics
from config.errors import NotYet, PermanentError, StoreUnavailable, TransientError
from config.settings import settings
from models.base import now
from models.database import tenant_session
from models.jobs import SendNotice
from models.notice import Notice, NoticeState, lock_notice
from models.turn import Delivery
from workers.broker import actor, stopping
from workers.resources import mail

TIME_LIMIT_MS = 90_000
LEASE = timedelta(seconds=100)  # longer than the time limit: nobody else sends it meanwhile
TRIED_FOR_S = 86_400.0
SOONEST_S, LATEST_S = 2.0, 900.0  # between two tries: as long as it has waited, within these
RECORD_TRIES, RECORD_AGAIN_S = 20, 1.0  # a mail that was taken is worth waiting for Postgres

log = structlog.get_logger()


@actor(SendNotice, time_limit_ms=TIME_LIMIT_MS)
def send_notice(job: SendNotice, delivery: Delivery) -> None:
    """Whoever was not reached yet gets it, for a day; then the row says why not."""
    tenant_id, name = uuid.UUID(job.tenant_id), uuid.UUID(job.notice_id)
    notice = _claimed(tenant_id, name)
    if notice is None:
        log.info("notice.send.skipped", notice_id=job.notice_id)
        return
    mailed = Mail(notice.message_id, notice.waiting, notice.subject, notice.body, notice.created_at)
    try:
        taken, reason = mail().send(mailed), None
    except PermanentError as error:
        taken, reason = Taken(never=dict.fromkeys(mailed.recipients, "refused")), str(error)
    except (TransientError, TimeLimitExceeded) as error:
        taken, reason = Taken(later=dict.fromkeys(mailed.recipients, "later")), str(error) or "no answer in time"
    except BaseException:
        with tenant_session(tenant_id) as session:
            if (standing := lock_notice(session, tenant_id, name)) is not None:
                standing.claim_until = None
        raise
    if _record(notice, taken, reason):
        raise TransientError("somebody is still to be reached", delay_ms=_delay_ms(notice))


def _claimed(tenant_id: uuid.UUID, name: uuid.UUID) -> Notice | None:
    """The notice, nobody else's for a while; None when there is nothing to send.

    Raises:
        NotYet: somebody is sending it, or was when its process died.
    """
    with tenant_session(tenant_id) as session:
        notice = lock_notice(session, tenant_id, name)
        if notice is None or notice.state != NoticeState.PENDING:
            return None
        if notice.claim_until is not None and notice.claim_until > now():
            raise NotYet(max(1_000, int((notice.claim_until - now()).total_seconds() * 1000)))
        if not notice.recipients:
            _end(notice, NoticeState.FAILED, "no address")
            return None
        if _too_late(notice):
            _end(notice, NoticeState.SENT if notice.reached else NoticeState.FAILED, notice.reason)
            return None
        notice.claim_until = now() + LEASE
        notice.updated_at = now()
        return notice


def _record(notice: Notice, taken: Taken, reason: str | None) -> bool:
    """What the server said; True when somebody is still to be reached. Postgres is waited for: the server will not ask."""
    for left in reversed(range(RECORD_TRIES)):
        try:
            return _recorded(notice, taken, reason)
        except StoreUnavailable:
            if not left or stopping():
                raise
            time.sleep(RECORD_AGAIN_S)
    raise AssertionError("unreachable")


def _recorded(notice: Notice, taken: Taken, reason: str | None) -> bool:
    with tenant_session(notice.tenant_id) as session:
        standing = lock_notice(session, notice.tenant_id, notice.id)
        if standing is None or standing.state != NoticeState.PENDING:  # erased meanwhile
            return False
        standing.reached = [*standing.reached, *taken.reached]
        standing.refused = {**standing.refused, **taken.never}
        unreached = {**standing.refused, **taken.later}
        reason = reason or "; ".join(f"{address}: {why}" for address, why in unreached.items()) or None
        if taken.later and not _too_late(standing):
            standing.move(NoticeState.PENDING, reason)
            log.warning("notice.delayed", notice_id=str(notice.id))
            return True
        _end(standing, NoticeState.SENT if standing.reached else NoticeState.FAILED, reason)
        return False


def _end(notice: Notice, state: NoticeState, reason: str | None) -> None:
    notice.move(state, reason)
    metrics.notices.labels(notice.kind, state).inc()
    level = log.info if state is NoticeState.SENT else log.error
    level("notice.ended", notice_id=str(notice.id), kind=notice.kind, state=str(state))


def _too_late(notice: Notice) -> bool:
    return (now() - notice.created_at).total_seconds() > settings().scaled_s(TRIED_FOR_S)


def _delay_ms(notice: Notice) -> int:
    """As long again as it has waited."""
    waited_s = (now() - notice.created_at).total_seconds()
    return int(settings().scaled_s(min(max(waited_s, SOONEST_S), LATEST_S)) * 1000)
