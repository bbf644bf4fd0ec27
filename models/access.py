"""From a credential to its tenant: looked up through the system door, then read as the tenant itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from config.secrets import credential_hash, decrypt
from models.connection import Connection, ConnectionKind, api_connection_id
from models.credential import ApiKey
from models.database import system_session, tenant_session
from models.plan import limits_of_tenant
from models.tenant import Tenant, TenantConfiguration


@dataclass(frozen=True)
class WidgetLook:
    """What the widget shows before anybody has said a word."""

    greeting: str = ""
    colour: str = ""
    language: str = "en"
    has_hours: bool = False
    languages: tuple[str, ...] = ()  # the only ones; none: any


@dataclass(frozen=True)
class TenantAccess:
    """What the ingress needs of a tenant for each request; small enough to cache."""

    tenant_id: uuid.UUID
    name: str
    suspended: bool
    allowed_origins: frozenset[str]
    weight: float
    rate_per_s: float
    burst: int
    public_share: float
    widget: WidgetLook = WidgetLook()
    concurrency: int | None = None

    @property
    def api_connection_id(self) -> uuid.UUID:
        return api_connection_id(self.tenant_id)


@dataclass(frozen=True)
class KeyAccess:
    """A secret key's tenant and scopes."""

    key_id: uuid.UUID
    scopes: frozenset[str]
    tenant: TenantAccess


@dataclass(frozen=True)
class ConnectionAccess:
    """A channel connection's tenant and what its webhooks are checked against."""

    connection_id: uuid.UUID
    external_account_id: str
    bot_user_id: int | None
    webhook_secret: str
    tenant: TenantAccess


def access_by_api_key(key: str) -> KeyAccess | None:
    """The tenant and scopes behind a secret key, or None."""
    with system_session() as session:
        row = session.execute(
            select(ApiKey.tenant_id, ApiKey.id, ApiKey.scopes).where(
                ApiKey.key_hash == credential_hash(key), ApiKey.revoked_at.is_(None)
            )
        ).first()
    if row is None:
        return None
    tenant = tenant_access(row.tenant_id)
    return KeyAccess(row.id, frozenset(row.scopes), tenant) if tenant else None


def access_by_account_token(token: str) -> TenantAccess | None:
    """The tenant behind a public account token, or None."""
    with system_session() as session:
        tenant_id = session.scalar(select(Tenant.id).where(Tenant.account_token == token))
    return tenant_access(tenant_id) if tenant_id else None


def access_by_webhook_token(token: str) -> ConnectionAccess | None:
    """The connection behind an unguessable webhook URL, or None."""
    with system_session() as session:
        row = session.execute(
            select(Connection.tenant_id, Connection.id).where(Connection.webhook_token_hash == credential_hash(token))
        ).first()
    return connection_access(row.tenant_id, row.id) if row else None


def access_by_papercups_account(account_id: str) -> ConnectionAccess | None:
    """The Papercups connection of the tenant whose account token this is, or None."""
    tenant = access_by_account_token(account_id)
    if tenant is None:
        return None
    with tenant_session(tenant.tenant_id) as session:
        connection_id = session.scalar(
            select(Connection.id).where(
                Connection.kind == ConnectionKind.PAPERCUPS, Connection.external_account_id == account_id
            )
        )
    return connection_access(tenant.tenant_id, connection_id) if connection_id else None


def tenant_access(tenant_id: uuid.UUID) -> TenantAccess | None:
    """The tenant's access record, read as the tenant itself."""
    with tenant_session(tenant_id) as session:
        row = session.execute(
            select(Tenant, TenantConfiguration).join(TenantConfiguration, TenantConfiguration.tenant_id == Tenant.id)
        ).first()
        if row is None:
            return None
        limits = limits_of_tenant(session).limits
    tenant, configuration = row
    return TenantAccess(
        tenant_id=tenant.id,
        name=tenant.name,
        suspended=tenant.suspended_at is not None,
        allowed_origins=frozenset(configuration.allowed_origins),
        weight=limits.weight,
        rate_per_s=limits.rate_per_s,
        burst=limits.burst,
        concurrency=limits.concurrency,
        public_share=configuration.public_share,
        widget=WidgetLook(
            configuration.greeting,
            configuration.colour,
            configuration.language,
            bool(configuration.hours),
            tuple(configuration.languages),
        ),
    )


def connection_access(tenant_id: uuid.UUID, connection_id: uuid.UUID) -> ConnectionAccess | None:
    """The connection's access record, read as its tenant."""
    tenant = tenant_access(tenant_id)
    with tenant_session(tenant_id) as session:
        connection = session.get(Connection, (tenant_id, connection_id))
        if connection is None or tenant is None:
            return None
        return ConnectionAccess(
            connection_id=connection.id,
            external_account_id=connection.external_account_id or "",
            bot_user_id=connection.bot_user_id,
            webhook_secret=decrypt(connection.sealed_webhook_secret) if connection.sealed_webhook_secret else "",
            tenant=tenant,
        )
