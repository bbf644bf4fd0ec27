"""A tenant's Papercups account on its connection's row: read, and replaced whole in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotFound
from config.secrets import credential_hash, encrypt
from models.access import access_by_account_token
from models.base import now
from models.connection import Connection, ConnectionKind
from models.database import tenant_session
from models.tenant import PapercupsAccount, configuration


@dataclass(frozen=True)
class PapercupsTenant:
    """What connecting needs to know of a tenant."""

    name: str
    greeting: str
    colour: str
    account: PapercupsAccount | None  # with the bot's key; None: not connected yet
    webhook_token_hash: str | None


def papercups_tenant(tenant_id: uuid.UUID) -> PapercupsTenant | None:
    """The tenant and its Papercups account so far; None when there is no such tenant."""
    with tenant_session(tenant_id) as session:
        connection = _connection(session)
        if connection is None:
            return None
        tenant, config = configuration(session)
        account = None
        if connection.credential and connection.external_account_id and connection.bot_user_id is not None:
            account = PapercupsAccount(
                connection.external_account_id, connection.base_url, connection.credential, connection.bot_user_id
            )
        return PapercupsTenant(tenant.name, config.greeting, config.colour, account, connection.webhook_token_hash)


def held_by_another(account_id: str, tenant_id: uuid.UUID) -> bool:
    """Whether another tenant answers for this Papercups account already."""
    holder = access_by_account_token(account_id)
    return holder is not None and holder.tenant_id != tenant_id


def connect_account(tenant_id: uuid.UUID, account: PapercupsAccount, webhook_token: str | None) -> None:
    """Everything at once: server, account, bot, key, the public token, and a new webhook token if one is given."""
    with tenant_session(tenant_id) as session:
        connection = _connection(session)
        if connection is None or account.api_key is None:
            raise NotFound
        if connection.sealed_credential is None or connection.external_account_id != account.account_id:
            connection.created_at = now()  # what was written to this account before is not ours to answer
            connection.reconciled_until = None
        connection.external_account_id, connection.base_url = account.account_id, account.base_url
        connection.bot_user_id, connection.sealed_credential = account.bot_user_id, encrypt(account.api_key)
        if webhook_token is not None:
            connection.webhook_token_hash = credential_hash(webhook_token)
        tenant, _ = configuration(session)
        tenant.account_token = account.account_id


def _connection(session: Session) -> Connection | None:
    return session.scalars(select(Connection).where(Connection.kind == ConnectionKind.PAPERCUPS)).first()
