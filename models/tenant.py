"""A tenant: one business, its configuration, and how it is created."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.secrets import credential_hash, encrypt, new_api_key, new_token
from models.base import Base, of_tenant
from models.connection import Connection, ConnectionKind, api_connection_id
from models.credential import ApiKey, Scope
from models.database import tenant_session
from models.entity import loaded
from models.trip import Asked, Query, Row, ask

DEFAULT_WAIT_MS = 700  # a visitor's pause between two messages that belong together
DEFAULT_PLAN = "default"  # seeded by the migrations


class Tone(StrEnum):
    """How the bot speaks."""

    FRIENDLY = "friendly"
    FORMAL = "formal"
    BRIEF = "brief"


class Tenant(Base):
    """The row that all others hang on. Its policy compares `id` with the session's tenant."""

    __tablename__ = "tenant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(Text)
    account_token: Mapped[str] = mapped_column(Text, unique=True)  # Papercups account id or a random UUID: public
    time_zone: Mapped[str] = mapped_column(Text, server_default="UTC")
    suspended_at: Mapped[datetime | None]
    delete_after: Mapped[datetime | None]  # deleted with grace: gone for good from then on
    plan_id: Mapped[str] = mapped_column(Text, ForeignKey("plan.id"), server_default=DEFAULT_PLAN)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TenantConfiguration(Base):
    """What the business may change about its bot."""

    __tablename__ = "tenant_configuration"
    __table_args__ = (of_tenant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    profile: Mapped[str] = mapped_column(Text, server_default="")  # facts: who, where, when, how much
    prompt: Mapped[str] = mapped_column(Text, server_default="")
    tone: Mapped[str] = mapped_column(Text, server_default=Tone.FRIENDLY)
    language: Mapped[str] = mapped_column(Text, server_default="en")  # until the visitor's own is known
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # the only ones; empty: any
    region: Mapped[str | None] = mapped_column(Text)  # ISO 3166 country for phone numbers without a prefix
    wait_ms: Mapped[int | None]  # None: DEFAULT_WAIT_MS on channels and widget, 0 on the API
    hand_back_after_s: Mapped[int] = mapped_column(server_default="43200")
    abstentions_before_hand_over: Mapped[int] = mapped_column(server_default="3")
    public_share: Mapped[float] = mapped_column(server_default="0.5")  # of the tenant's rate, for the public credential
    greeting: Mapped[str] = mapped_column(Text, server_default="")  # the widget's first words; empty: our own
    colour: Mapped[str] = mapped_column(Text, server_default="#2f6f4f")  # the widget's, as #rrggbb
    hours: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", default=dict
    )  # {"tuesday": ["09:00", "18:00"], "friday": [["09:00", "12:00"], ["13:00", "18:00"]], …}
    closed_on: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")  # whatever the weekday
    holiday_region: Mapped[str | None] = mapped_column(Text)  # closed on its public holidays too: "DE" or "DE-BY"
    answer_minutes: Mapped[int] = mapped_column(server_default="15")  # in which a person answers during the hours
    notify: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # mail addresses of the business
    hand_over_intents: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{human,complaint}")
    allowed_origins: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    mask_personal_data: Mapped[bool] = mapped_column(server_default="false")  # before it leaves for a language model
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


@dataclass(frozen=True)
class NewTenant:
    """What is shown once, when a tenant is made. Secrets are stored hashed or sealed."""

    tenant_id: uuid.UUID
    account_token: str
    api_key: str
    papercups_webhook_token: str
    papercups_webhook_secret: str

    def as_json(self, external_url: str) -> dict[str, Any]:
        """The stable output of `manage.py tenant create --json`."""
        return {
            "tenant_id": str(self.tenant_id),
            "account_token": self.account_token,
            "api_key": self.api_key,
            "papercups_webhook_url": f"{external_url}/papercups/webhook/{self.papercups_webhook_token}",
            "papercups_webhook_secret": self.papercups_webhook_secret,
        }


@dataclass(frozen=True)
class PapercupsAccount:
    """The business's account on a Papercups server and the bot user's key there."""

    account_id: str
    base_url: str | None = None
    api_key: str | None = None
    bot_user_id: int | None = None


def create_tenant(name: str, papercups: PapercupsAccount | None = None, *, time_zone: str = "UTC") -> NewTenant:
    """Create a tenant with its API and Papercups connections and one secret key holding every scope.

    Without a Papercups account the account token is a random UUID.
    """
    tenant_id = uuid.uuid4()
    made = NewTenant(
        tenant_id=tenant_id,
        account_token=papercups.account_id if papercups else str(uuid.uuid4()),
        api_key=new_api_key(),
        papercups_webhook_token=new_token(),
        papercups_webhook_secret=new_token(),
    )
    with tenant_session(tenant_id) as session:
        session.add(Tenant(id=tenant_id, name=name, account_token=made.account_token, time_zone=time_zone))
        session.flush()
        session.add(TenantConfiguration(tenant_id=tenant_id))
        session.add(Connection(tenant_id=tenant_id, id=api_connection_id(tenant_id), kind=ConnectionKind.API))
        session.add(
            Connection(
                tenant_id=tenant_id,
                kind=ConnectionKind.PAPERCUPS,
                external_account_id=made.account_token,
                base_url=papercups.base_url if papercups else None,
                bot_user_id=papercups.bot_user_id if papercups else None,
                sealed_credential=encrypt(papercups.api_key) if papercups and papercups.api_key else None,
                webhook_token_hash=credential_hash(made.papercups_webhook_token),
                sealed_webhook_secret=encrypt(made.papercups_webhook_secret),
            )
        )
        session.add(ApiKey.issued(tenant_id, made.api_key, list(Scope)))
    return made


_CONFIGURATION = Query(
    select(*Tenant.__table__.columns, *TenantConfiguration.__table__.columns).join(
        TenantConfiguration, TenantConfiguration.tenant_id == Tenant.id
    )
)
_TENANT_KEYS = tuple(Tenant.__table__.columns.keys())
_CONFIGURATION_KEYS = tuple(TenantConfiguration.__table__.columns.keys())


def configuration(session: Session) -> tuple[Tenant, TenantConfiguration]:
    """The session's tenant and its configuration."""
    return ask_configuration(session).get()


def ask_configuration(session: Session) -> Asked[tuple[Tenant, TenantConfiguration]]:
    """The same, asked once in a transaction."""
    asked: Asked[tuple[Tenant, TenantConfiguration]] | None = session.info.get("configuration")
    if asked is None:
        asked = session.info["configuration"] = ask(session, _CONFIGURATION, {}, lambda rows: _both(session, rows))
    return asked


def _both(session: Session, rows: list[Row]) -> tuple[Tenant, TenantConfiguration]:
    (row,) = rows
    size = len(_TENANT_KEYS)
    return (
        loaded(session, Tenant, _TENANT_KEYS, row[:size]),
        loaded(session, TenantConfiguration, _CONFIGURATION_KEYS, row[size:]),
    )
