"""A connection: how one channel of one tenant is reached, with its credentials sealed."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Computed, Index, LargeBinary, Text, Uuid, column, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.secrets import decrypt
from models.base import Base, TenantOwned, of_tenant
from models.entity import loaded
from models.trip import Asked, Query, ask, given


class ConnectionKind(StrEnum):
    """Which channel."""

    API = "api"  # POST /api/v1/chat and the widget: the conversation in Postgres is the channel
    PAPERCUPS = "papercups"


class Connection(TenantOwned, Base):
    """One channel account. `external_account_id` is the channel's own name for the tenant."""

    __tablename__ = "connection"
    __table_args__ = (of_tenant(), Index("ix_connection_webhook_token_hash", "webhook_token_hash"))

    kind: Mapped[str] = mapped_column(Text)
    external_account_id: Mapped[str | None] = mapped_column(Text)
    base_url: Mapped[str | None] = mapped_column(Text)  # None: PAPERCUPS_URL of the deployment
    bot_user_id: Mapped[int | None] = mapped_column(BigInteger)
    sealed_credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    webhook_token_hash: Mapped[str | None] = mapped_column(Text)
    sealed_webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    reachable: Mapped[bool] = mapped_column(Computed("sealed_credential IS NOT NULL", persisted=True))
    reconciled_until: Mapped[datetime | None]  # last activity in the channel that was compared with our rows

    @property
    def is_channel(self) -> bool:
        """Whether replies leave through a vendor, not through our own conversation."""
        return self.kind != ConnectionKind.API

    @property
    def credential(self) -> str | None:
        return decrypt(self.sealed_credential) if self.sealed_credential else None


def api_connection_id(tenant_id: uuid.UUID) -> uuid.UUID:
    """The tenant's one API connection; derived, so the ingress needs no look-up."""
    return uuid.uuid5(tenant_id, "connection:api")


_TURN = table("turn", column("id", Uuid()), column("conversation_id", Uuid()))
_CONVERSATION = table("conversation", column("id", Uuid()), column("connection_id", Uuid()))
_OF_TURN = Query(
    select(Connection).where(
        Connection.id
        == select(_CONVERSATION.c.connection_id)
        .join_from(_CONVERSATION, _TURN, _TURN.c.conversation_id == _CONVERSATION.c.id)
        .where(_TURN.c.id == given("turn"))
        .scalar_subquery()
    )
)


def connection_of_turn(session: Session, turn_id: uuid.UUID) -> Asked[Connection]:
    """Through which channel a turn came and its reply leaves."""
    return ask(session, _OF_TURN, {"turn": turn_id}, lambda rows: loaded(session, Connection, _OF_TURN.keys, rows[0]))


def connection_kinds(session: Session) -> dict[uuid.UUID, str]:
    """Which channel each of the session's tenant's connections is."""
    return {row.id: row.kind for row in session.execute(select(Connection.id, Connection.kind))}


def reachable_connections(session: Session) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, connection) of every channel connection with a credential, of all tenants; for the system door."""
    rows = session.execute(select(Connection.tenant_id, Connection.id).where(Connection.reachable))
    return [(row.tenant_id, row.id) for row in rows]
