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
from models.tenant import NewTenant, PapercupsAccount, Tenant, TenantConfiguration, configuration, create_tenant

OF_TENANT = frozenset({"name", "time_zone"})
CONVERSATIONS_AT_ONCE = 200  # deleted with all that hangs on them, well within a statement's time


class Forgetting(StrEnum):
    """How far it has come."""

    GOES_ON = "goes_on"
    DONE = "done"
    NOT_DUE = "not_due"  # resumed meanwhile, or gone already


@dataclass(frozen=True)
class Overview:
    """A tenant as operators see it."""

    tenant: Tenant
    configuration: TenantConfiguration

    def as_json(self) -> dict[str, Any]:
        tenant, config = self.tenant, self.configuration
        return {
            "tenant_id": str(tenant.id),
            "name": tenant.name,
            "account_token": tenant.account_token,
            "time_zone": tenant.time_zone,
            "created_at": _iso(tenant.created_at),
            "suspended_at": _iso(tenant.suspended_at),
            "delete_after": _iso(tenant.delete_after),
            "weight": config.weight,
            "rate_per_s": config.rate_per_s,
            "burst": config.burst,
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
    """Set what `values` name, on the tenant or its configuration."""

    def change(tenant: Tenant, config: TenantConfiguration) -> None:
        for name, value in values.items():
            setattr(tenant if name in OF_TENANT else config, name, value)

    return _changed(tenant_id, change)


def suspend(tenant_id: uuid.UUID) -> Overview:
    """Refuse the tenant from now on."""

    def change(tenant: Tenant, _: TenantConfiguration) -> None:
        tenant.suspended_at = tenant.suspended_at or now()

    return _changed(tenant_id, change)


def resume(tenant_id: uuid.UUID) -> Overview:
    """Serve the tenant again; undoes a deletion whose grace has not passed."""

    def change(tenant: Tenant, _: TenantConfiguration) -> None:
        tenant.suspended_at = tenant.delete_after = None

    return _changed(tenant_id, change)


def delete_with_grace(tenant_id: uuid.UUID, grace: timedelta) -> Overview:
    """Suspend at once, and let the clock forget the tenant when the grace has passed."""

    def change(tenant: Tenant, _: TenantConfiguration) -> None:
        at = now()
        tenant.suspended_at = tenant.suspended_at or at
        tenant.delete_after = at + grace

    return _changed(tenant_id, change)


def due_for_forgetting(session: Session, at: datetime) -> list[uuid.UUID]:
    """Tenants whose grace has passed, of all; for the system door."""
    return list(session.scalars(select(Tenant.id).where(Tenant.delete_after <= at).order_by(Tenant.delete_after)))


def forget_some(tenant_id: uuid.UUID) -> Forgetting:
    """Delete a part of the tenant for good, and at the end the tenant itself. Conversations go first, some at a time: one
    statement for years of them would not end in time.
    """
    with tenant_session(tenant_id) as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True, execution_options=FRESH)
        if tenant is None or tenant.delete_after is None or tenant.delete_after > now():
            return Forgetting.NOT_DUE
        some = select(Conversation.id).limit(CONVERSATIONS_AT_ONCE)
        if session.execute(delete(Conversation).where(Conversation.id.in_(some)).returning(Conversation.id)).all():
            return Forgetting.GOES_ON
        session.execute(delete(Tenant).where(Tenant.id == tenant_id))  # the rest goes with it
        return Forgetting.DONE


def _known(tenant_id: uuid.UUID) -> Overview | None:
    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id) is None:
            return None
        return Overview(*configuration(session))


def _changed(tenant_id: uuid.UUID, change: Callable[[Tenant, TenantConfiguration], None]) -> Overview:
    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id, with_for_update=True) is None:
            raise NotFound
        overview = Overview(*configuration(session))
        change(overview.tenant, overview.configuration)
        session.flush()
        return overview


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
