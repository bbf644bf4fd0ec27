"""A business on the deployment, its visitors and its people, as the outside world sees them; and its rows."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx2
from sqlalchemy import select, update

from clients.channels.marker import verify_marker
from config.secrets import marker_key
from models.connection import Connection, ConnectionKind
from models.conversation import Conversation, conversation_id
from models.database import tenant_session
from models.jobs import ANSWER_QUEUES, BULK_QUEUES, WORKER_QUEUES
from models.knowledge import KnowledgeEntry
from models.outbound import UNSENT, Outbound
from models.tenant import NewTenant, PapercupsAccount, configuration, create_tenant
from models.turn import UNFINISHED, Turn
from models.usage import Usage, UsageKind
from tests.scenarios.deployment import Deployment
from tests.scenarios.programs import wait_until

CANARY = "kanarienvogel"  # in everything visitors write, in every answer; never in a log
HOURS = f"What are your opening hours? {CANARY}"
PARKING = f"Is there parking? {CANARY}"
PRICE = f"How much is a haircut? {CANARY}"
STORY_LINES = 40  # of each log


@dataclass
class Business:
    """A tenant with its account at the Papercups double. `word` stands in all of its knowledge and nowhere else."""

    opened: ClassVar[list[Business]] = []

    deployment: Deployment
    tenant: NewTenant
    account: dict[str, Any]
    word: str
    connection_id: uuid.UUID
    http: httpx2.Client = field(repr=False)

    @property
    def tenant_id(self) -> uuid.UUID:
        return self.tenant.tenant_id

    def close(self) -> None:
        """Out of business: the clock need not look after its channel any more."""
        self.http.close()
        with tenant_session(self.tenant_id) as session:
            session.execute(update(Connection).values(sealed_credential=None))

    def configure(self, **values: Any) -> None:
        with tenant_session(self.tenant_id) as session:
            _, config = configuration(session)
            for name, value in values.items():
                setattr(config, name, value)

    # In the channel

    def visitor_writes(self, body: str = HOURS, chat: str | None = None, **more: Any) -> str:
        """A visitor writes into a chat, by default a new one; returns the chat's id."""
        given = {"conversation_id": chat} if chat else {"account_id": self.account["account_id"]}
        return str(self.deployment.double.say(body=body, **given, **more)["conversation_id"])

    def person_writes(self, chat: str, body: str = f"Hello, Anna here. {CANARY}") -> None:
        self.deployment.double.say(conversation_id=chat, body=body, **{"as": "human"})

    def said(self, chat: str) -> list[str]:
        """What the bot said in public, at the double, each with a marker that only we can make."""
        messages = self.deployment.double.journal(chat)["messages"]
        bot = [each for each in messages if each["type"] == "bot"]
        for message in bot:
            assert message["user_id"] == self.account["bot_user_id"]
            assert not message["private"]
            assert verify_marker(marker_key(self.tenant_id), message["metadata"]["frontdesk"])
        return [str(each["body"]) for each in bot]

    def notes(self, chat: str) -> list[str]:
        messages = self.deployment.double.journal(chat)["messages"]
        return [str(each["body"]) for each in messages if each["who"] == "note"]

    def webhook(self, envelope: dict[str, Any]) -> httpx2.Response:
        return self.http.post(f"/papercups/webhook/{self.tenant.papercups_webhook_token}", json=envelope)

    def signed_webhook(self, chat: str, body: str, **data: Any) -> httpx2.Response:
        about = {"content": body, "from": "customer", "conversation_id": chat, **data}
        raw = json.dumps({"account_id": self.account["account_id"], "event": "message.created", "data": about}).encode()
        digest = hmac.new(self.tenant.papercups_webhook_secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Papercups-Signature": f"sha256={digest}", "Content-Type": "application/json"}
        return self.http.post("/papercups/webhook", content=raw, headers=headers)

    # Over the API

    def ask(self, session: str, message: str = HOURS, **headers: str) -> httpx2.Response:
        return self.http.post(
            "/api/v1/chat",
            json={"session_id": session, "message": message},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def turn(self, turn_id: str) -> dict[str, Any]:
        return dict(self.http.get(f"/api/v1/turns/{turn_id}").raise_for_status().json())

    def give_to(self, owner: str, conversation: uuid.UUID | str) -> None:
        answer = self.http.post(f"/api/v1/conversations/{conversation}/owner", json={"owner": owner})
        assert answer.status_code == 200, answer.text

    # When a story fails

    def story(self) -> list[tuple[str, str]]:
        """What each program logged of this business, with a title; and what the language model's double answered to anybody."""
        ours = str(self.tenant_id)
        told = []
        for name, program in self.deployment.programs.items():
            lines = [line for line in program.log.read_text().splitlines() if ours in line]
            told.append((f"log of {name}", "\n".join(lines[-STORY_LINES:])))
        return [
            *told,
            ("the language model's double", "\n".join(self.deployment.model.answered(self.word)[-STORY_LINES:])),
        ]

    # In the rows

    def conversation_id(self, chat: str) -> uuid.UUID:
        return conversation_id(self.tenant_id, self.connection_id, chat)

    def conversation(self, chat: str) -> Conversation | None:
        with tenant_session(self.tenant_id) as session:
            return session.get(Conversation, (self.tenant_id, self.conversation_id(chat)))

    def turns(self, chat: str | None = None) -> list[Turn]:
        """Turns in their order; of one chat, or all."""
        query = select(Turn).order_by(Turn.position)
        if chat:
            query = query.where(Turn.conversation_id == self.conversation_id(chat))
        with tenant_session(self.tenant_id) as session:
            return list(session.scalars(query))

    def model_calls(self) -> list[Usage]:
        with tenant_session(self.tenant_id) as session:
            return list(session.scalars(select(Usage).where(Usage.kind == UsageKind.MODEL_CALL)))

    def replies_counted(self) -> int:
        with tenant_session(self.tenant_id) as session:
            return len(list(session.scalars(select(Usage).where(Usage.kind == UsageKind.REPLY))))

    def at_rest(self) -> bool:
        """Nothing of this business waits or runs anywhere, and nothing is on its way to it."""
        if self.deployment.waiting(self.tenant_id, *set(WORKER_QUEUES) - set(BULK_QUEUES), *ANSWER_QUEUES):
            return False
        with tenant_session(self.tenant_id) as session:
            unfinished = session.scalars(select(Turn.id).where(Turn.state.in_(UNFINISHED)).limit(1)).first()
            unsent = session.scalars(select(Outbound.id).where(Outbound.state.in_(UNSENT)).limit(1)).first()
        return unfinished is None and unsent is None

    def ended(self, chat: str | None = None, turns: int = 1, within_s: float = 15.0) -> list[Turn]:
        """Wait until so many turns came to their end and nothing is left to do; the turns in their order."""
        label = f"{turns} turn(s) of {self.word} end"
        try:
            wait_until(lambda: len(self.turns(chat)) >= turns and self.at_rest(), label, within_s)
        except AssertionError as error:
            found = [(each.state, each.reason, each.claim_message) for each in self.turns(chat)]
            raise AssertionError(f"{error}; found {found}, {self._queues()}") from None
        return self.turns(chat)

    def _queues(self) -> dict[str, int]:
        return {name: self.deployment.waiting(self.tenant_id, name) for name in (*WORKER_QUEUES, *ANSWER_QUEUES)}


def open_business(deployment: Deployment, *, webhooks: bool = True, wait_ms: int = 0) -> Business:
    """A new tenant, account, bot user and subscription, with three entries of knowledge."""
    double = deployment.double
    account = double.seed()
    tenant = create_tenant(
        f"Shop {len(Business.opened)}",
        PapercupsAccount(account["account_id"], double.base_url, account["bot_key"], account["bot_user_id"]),
    )
    word = "word" + "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(10))
    entries = {
        "What are your opening hours?": f"We are open from nine to five on weekdays, {CANARY} {word}hours.",
        "Is there parking?": f"There is free parking behind the house, {CANARY} {word}parking.",
        "How much is a haircut?": f"A haircut costs £25, {CANARY} {word}price.",
    }
    with tenant_session(tenant.tenant_id) as session:
        _, config = configuration(session)
        config.wait_ms = wait_ms
        for question, answer in entries.items():
            session.add(KnowledgeEntry(tenant_id=tenant.tenant_id, question=question, answer=answer))
        connection_id = session.scalars(select(Connection.id).where(Connection.kind == ConnectionKind.PAPERCUPS)).one()
    http = httpx2.Client(
        base_url=deployment.url,
        trust_env=False,
        verify=False,  # there is no TLS on loopback, and reading the certificates takes 20 ms
        timeout=40,
        headers={"X-API-Key": tenant.api_key},
    )
    business = Business(deployment, tenant, account, word, connection_id, http)
    Business.opened.append(business)
    if webhooks:
        url = tenant.as_json(deployment.url)["papercups_webhook_url"]
        subscribed = double.http.post(
            f"/_double/accounts/{account['account_id']}/webhook",
            json={"webhook_url": url, "scope": "conversation:updated"},
        )
        assert subscribed.json()["verified"], "the subscription's challenge was answered"
    return business
