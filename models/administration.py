"""What an operator does with tenants: list, change, suspend, delete with grace, and forget for good.

Across tenants only ids and dates are read, through the system door; the rest of each is read as that tenant.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.errors import Conflict, NotFound
from models.base import FRESH, now
from models.conversation import Conversation
from models.database import system_session, tenant_session
from models.page import Page, cursor
from models.plan import MONEY, NAMES, LimitsView, change_limits, limits_of_tenant
from models.price import CURRENCY
from models.tenant import NewTenant, PapercupsAccount, Tenant, create_tenant

OF_TENANT = frozenset({"name", "time_zone"})
CONVERSATIONS_AT_ONCE = 200  # deleted with all that hangs on them, well within a statement's time


class Forgetting(StrEnum):
    """How far it has come."""

    GOES_ON = "goes_on"
    EMPTY = "empty"  # only the tenant itself is left, so that what else knows it can be cleared first
    NOT_DUE = "not_due"  # resumed meanwhile, or gone already


@dataclass(frozen=True)
class Overview:
    """A tenant as operators see it."""

    tenant: Tenant
    view: LimitsView

    def as_json(self) -> dict[str, Any]:
        """Weight, rate and burst stand beside the rest as well: earlier releases showed them there."""
        tenant, limits = self.tenant, self.view.limits
        return {
            "tenant_id": str(tenant.id),
            "name": tenant.name,
            "account_token": tenant.account_token,
            "time_zone": tenant.time_zone,
            "created_at": _iso(tenant.created_at),
            "suspended_at": _iso(tenant.suspended_at),
            "delete_after": _iso(tenant.delete_after),
            "weight": limits.weight,
            "rate_per_s": limits.rate_per_s,
            "burst": limits.burst,
            "plan": self.view.plan_id,
            "limits": limits.as_json(),
            "limits_of_plan": [name for name in NAMES if name in self.view.of_plan],
            "budget": {**self.view.money, "currency": CURRENCY},
            "budget_of_plan": [name for name in MONEY if name in self.view.of_plan],
        }


def new_tenant(name: str, papercups: PapercupsAccount | None, time_zone: str) -> NewTenant:
    """A new tenant.

    Raises:
        Conflict: another tenant has this Papercups account.
    """
    try:
        return create_tenant(name, papercups, time_zone=time_zone)
    except IntegrityError:
        raise Conflict("papercups_account_id: another tenant has this account.") from None


def tenants(page: Page) -> tuple[list[Overview], str | None]:
    """One page of all tenants, newest first, and where the next one begins."""
    with system_session() as session:
        found = session.execute(page.of(select(Tenant.id, Tenant.created_at), Tenant.created_at, Tenant.id)).all()
    rows, more = page.cut(found)
    known = [_known(row.id) for row in rows]
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return [overview for overview in known if overview is not None], following


def tenant_overview(tenant_id: uuid.UUID) -> Overview:
    """One tenant.

    Raises:
        NotFound: there is none by that id.
    """
    overview = _known(tenant_id)
    if overview is None:
        raise NotFound
    return overview


def change_tenant(tenant_id: uuid.UUID, values: Mapping[str, Any]) -> Overview:
    """Set what `values` name, on the tenant or its limits; a limit that is None is the plan's again.

    Raises:
        NotFound: there is no such tenant.
        InvalidInput: there is no such plan.
    """

    def change(session: Session, tenant: Tenant) -> None:
        for name in OF_TENANT & values.keys():
            setattr(tenant, name, values[name])
        change_limits(session, tenant, values)

    return _changed(tenant_id, change)


def suspend(tenant_id: uuid.UUID) -> Overview:
    """Refuse the tenant from now on."""

    def change(_: Session, tenant: Tenant) -> None:
        tenant.suspended_at = tenant.suspended_at or now()

    return _changed(tenant_id, change)


def resume(tenant_id: uuid.UUID) -> Overview:
    """Serve the tenant again; undoes a deletion whose grace has not passed."""

    def change(_: Session, tenant: Tenant) -> None:
        tenant.suspended_at = tenant.delete_after = None

    return _changed(tenant_id, change)


def delete_with_grace(tenant_id: uuid.UUID, grace: timedelta) -> Overview:
    """Suspend at once, and let the clock forget the tenant when the grace has passed."""

    def change(_: Session, tenant: Tenant) -> None:
        at = now()
        tenant.suspended_at = tenant.suspended_at or at
        tenant.delete_after = at + grace

    return _changed(tenant_id, change)


def due_for_forgetting(session: Session, at: datetime) -> list[uuid.UUID]:
    """Tenants whose grace has passed, of all; for the system door."""
    return list(session.scalars(select(Tenant.id).where(Tenant.delete_after <= at).order_by(Tenant.delete_after)))


def forget_some(tenant_id: uuid.UUID) -> Forgetting:
    """Delete a part of the tenant for good. Conversations go some at a time: one statement for years of them would not end
    in time.
    """
    with tenant_session(tenant_id) as session:
        if _due(session, tenant_id) is None:
            return Forgetting.NOT_DUE
        some = select(Conversation.id).limit(CONVERSATIONS_AT_ONCE)
        gone = session.execute(delete(Conversation).where(Conversation.id.in_(some)).returning(Conversation.id)).all()
        return Forgetting.GOES_ON if gone else Forgetting.EMPTY


def forget_the_rest(tenant_id: uuid.UUID) -> bool:
    """Delete the tenant itself and all that is left of it; False when it was resumed meanwhile, or is gone."""
    with tenant_session(tenant_id) as session:
        tenant = _due(session, tenant_id)
        if tenant is not None:
            session.execute(delete(Tenant).where(Tenant.id == tenant_id))
        return tenant is not None


def _due(session: Session, tenant_id: uuid.UUID) -> Tenant | None:
    """The tenant, its row locked, if it is to be forgotten."""
    tenant = session.get(Tenant, tenant_id, with_for_update=True, execution_options=FRESH)
    return None if tenant is None or tenant.delete_after is None or tenant.delete_after > now() else tenant


def _known(tenant_id: uuid.UUID) -> Overview | None:
    with tenant_session(tenant_id) as session:
        tenant = session.get(Tenant, tenant_id)
        if tenant is None:
            return None
        return Overview(tenant, limits_of_tenant(session))


def _changed(tenant_id: uuid.UUID, change: Callable[[Session, Tenant], None]) -> Overview:
    with tenant_session(tenant_id) as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound
        change(session, tenant)
        session.flush()
        return Overview(tenant, limits_of_tenant(session))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
