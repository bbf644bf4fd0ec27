"""The businesses of a seed: each with an account at the Papercups double, a word of its own, and an address for its mail."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.administration import change_tenant
from models.connection import Connection, ConnectionKind, api_connection_id
from models.conversation import conversation_id
from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from models.tenant import PapercupsAccount, configuration, create_tenant
from tests.doubles.papercups.handle import PapercupsDouble


@dataclass(frozen=True)
class ChaosTenant:
    """What the harness needs to know of a business."""

    tenant_id: uuid.UUID
    api_key: str
    account: dict[str, Any]
    word: str
    connection_id: uuid.UUID

    def conversation_of_chat(self, chat: str) -> str:
        return str(conversation_id(self.tenant_id, self.connection_id, chat))

    def conversation_of_session(self, session: str) -> str:
        external_id = hashlib.sha256(f"secret:{session}".encode()).hexdigest()
        return str(conversation_id(self.tenant_id, api_connection_id(self.tenant_id), external_id))


AT_ONCE = 1_000  # messages a business with a budget may get at once: its budget is to be the limit


def make_tenant(
    double: PapercupsDouble, web_url: str, number: int, word: str, budget: int | None = None
) -> ChaosTenant:
    """A business; every second one waits a moment for what a visitor may add."""
    account = double.seed()
    # Without an address of its own: each process names its own one for the double (PAPERCUPS_URL), and so itself.
    papercups = PapercupsAccount(account["account_id"], None, account["bot_key"], account["bot_user_id"])
    made = create_tenant(f"Business {number}", papercups)
    if budget is not None:
        change_tenant(made.tenant_id, {"budget_day_micro": budget, "burst": AT_ONCE})
    with tenant_session(made.tenant_id) as session:
        _, config = configuration(session)
        config.wait_ms = 300 * (number % 2)
        config.profile = f"The word of this business is {word}."
        config.notify = [f"owner{number}@example.org"]
        entry = KnowledgeEntry(
            tenant_id=made.tenant_id,
            question="Where is your parking? What about my case?",
            answer=f"Behind the house. Say the word {word} and write about your case.",
        )
        session.add(entry)
        connection = select(Connection.id).where(Connection.kind == ConnectionKind.PAPERCUPS)
        connection_id = session.scalars(connection).one()
    url = made.as_json(web_url)["papercups_webhook_url"]
    subscription = {"webhook_url": url, "scope": "conversation:updated", "verified": True}
    double.http.post(f"/_double/accounts/{account['account_id']}/webhook", json=subscription).raise_for_status()
    return ChaosTenant(made.tenant_id, made.api_key, account, word, connection_id)
