"""Reads the doubles' journals, the harness's own ledger and the rows of a seed that came to rest into `Facts`."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime
from typing import Any

from bench.chaos import held
from bench.chaos.deployment import Deployment
from bench.chaos.facts import (
    HAND_OVER,
    REPLY,
    Asked,
    Back,
    Facts,
    Heard,
    Killed,
    Money,
    Outage,
    Row,
    Said,
    Sent,
    Sign,
    Trouble,
)
from bench.chaos.ledger import Ledger, Person
from bench.chaos.load import session_name
from bench.chaos.plan import SEND_TIMEOUT_S
from bench.chaos.words import REFERENCE, number_of

LOOKED_WITHIN_S = 20.0  # how long before its post the read-back of a delivery may lie

ROWS = """
SELECT m.body, m.tenant_id::text, m.conversation_id::text, m.accepted_at,
       t.id::text, t.state, t.reason, t.channel, t.oldest_at, t.ended_at, t.reply
FROM message m LEFT JOIN turn t ON t.tenant_id = m.tenant_id AND t.id = m.turn_id
WHERE m.author = 'visitor'"""
TURNS = """
SELECT id::text, tenant_id::text, conversation_id::text, stream, channel, state, reply, ended_at FROM turn"""
SENT = """
SELECT o.turn_id::text, o.part, o.state
FROM outbound o JOIN turn t ON t.tenant_id = o.tenant_id AND t.id = o.turn_id WHERE t.channel"""
CHARGED = "SELECT tenant_id::text, sum(cost_micro)::bigint FROM usage WHERE kind = 'model_call' GROUP BY 1"
HELD = "SELECT tenant_id::text, sum(amount_micro)::bigint FROM model_hold GROUP BY 1"
STEPS = "SELECT step, count(*) FROM turn WHERE step IS NOT NULL GROUP BY 1"
METERED = "SELECT turn_id::text, count(*) FROM usage WHERE kind = 'reply' GROUP BY turn_id"


class Gatherer:
    """One seed's."""

    def __init__(self, deployment: Deployment, ledger: Ledger) -> None:
        self._deployment, self._ledger = deployment, ledger
        self._journal: dict[str, Any] = deployment.double.http.get("/_double/journal", timeout=60).json()
        self._calls: dict[int, dict[str, Any]] = {
            each["number"]: each for each in deployment.outside.get("/_journal", timeout=60).json()["asked"]
        }
        self._clock_s = time.time() - time.monotonic()
        self._started_s: float = self._journal["started_s"]
        self._tenants = {str(each.tenant_id): each for each in deployment.tenants}
        self._accounts = {each.account["account_id"]: each for each in deployment.tenants}

    def facts(self) -> Facts:
        deployment = self._deployment
        turns, rows = deployment.ask(TURNS), self._rows()
        facts = Facts({name: each.word for name, each in self._tenants.items()}, time_scale=deployment.plan.time_scale)
        facts.rows = rows
        facts.asked = self._asked()
        facts.said = self._said_in_channel() + self._said_over_api(turns)
        facts.signs, facts.backs = self._signs(), self._backs()
        facts.sent = [Sent(*row) for row in deployment.ask(SENT)]
        facts.heard = self._heard()
        for number in sorted(self._calls, reverse=True):
            facts.started |= dict.fromkeys(self._calls[number]["references"], self._calls[number]["asked_s"])
        facts.killed, facts.troubles = self._killed(rows), self._troubles()
        facts.outages = [Outage(*each) for each in self._ledger.outages]
        facts.metered = {row[0]: row[1] for row in deployment.ask(METERED)}
        facts.delivered = frozenset(row[0] for row in turns if row[5] == "delivered")
        facts.money, facts.steps = self._money(), dict(deployment.ask(STEPS))  # type: ignore[arg-type]
        with deployment.redis.client() as client:
            facts.dead_letters = held.dead_letters(client)
        return facts

    def _money(self) -> list[Money]:
        """The provider knows no tenants: whose a call was, the references of its messages tell."""
        ledger, tenants = self._ledger, self._deployment.tenants
        whose = {reference: tenant for reference, _, tenant in ledger.said}
        whose |= {call.reference: call.tenant for call in ledger.calls}
        billed: dict[int, float] = defaultdict(float)
        for call in self._calls.values():
            for tenant in {whose[each] for each in call["references"] if each in whose}:
                billed[tenant] += call["billed_micro"]
        charged, held_ = (dict(self._deployment.ask(each)) for each in (CHARGED, HELD))  # type: ignore[arg-type]
        caps = self._deployment.plan.budgets
        return [
            Money(
                name := str(each.tenant_id),
                caps[number] if number < len(caps) else None,
                billed[number],
                charged.get(name, 0),
                held_.get(name, 0),
            )
            for number, each in enumerate(tenants)
        ]

    # Clocks

    def _double_s(self, at_ms: float) -> float:
        return self._started_s + at_ms / 1000

    def _row_s(self, at: datetime) -> float:
        return at.timestamp() - self._clock_s

    # What was asked

    def _asked(self) -> list[Asked]:
        found = []
        at_ms = {
            reference: each["at_ms"]
            for each in self._journal["messages"]
            if each["who"] == "customer"
            for reference in REFERENCE.findall(each["body"] or "")
        }
        for reference, chat, number in self._ledger.said:
            tenant = self._deployment.tenants[number]
            named = tenant.conversation_of_chat(self._ledger.chats[chat])
            found.append(
                Asked(reference, str(tenant.tenant_id), named, True, self._double_s(at_ms[reference]), accepted=True)
            )
        for call in self._ledger.calls:
            tenant = self._deployment.tenants[call.tenant]
            named = tenant.conversation_of_session(session_name(self._deployment.plan, call.session))
            began_s = call.attempts[0].started_s if call.attempts else 0.0
            answered = call.final is not None or bool(call.refused)
            found.append(
                Asked(
                    call.reference, str(tenant.tenant_id), named, False, began_s, call.accepted, answered, call.refused
                )
            )
        return found

    def _rows(self) -> list[Row]:
        found = []
        for (
            body,
            tenant,
            conversation,
            accepted,
            turn,
            state,
            reason,
            channel,
            oldest,
            ended,
            reply,
        ) in self._deployment.ask(ROWS):
            for reference in set(REFERENCE.findall(body)):
                accepted_s = self._row_s(accepted)
                oldest_s = self._row_s(oldest) if oldest else accepted_s
                ended_s = self._row_s(ended) if ended else None
                found.append(
                    Row(reference, tenant, conversation, turn, state, reason, bool(channel), accepted_s, oldest_s,
                        ended_s, reply)
                )  # fmt: skip
        return found

    # What was said

    def _said_in_channel(self) -> list[Said]:
        posts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        looks: dict[tuple[str | None, str], list[dict[str, Any]]] = defaultdict(list)
        for request in self._journal["requests"]:
            body = request["body"] if isinstance(request["body"], dict) else {}
            if request["method"] == "POST" and request["path"] == "/api/v1/messages":
                marked = (body.get("message") or {}).get("metadata", {}).get("frontdesk")
                posts[marked].append(request)
            elif request["method"] == "GET" and "done_ms" in request and request["status"] == 200:
                looks[request["via"], request["path"].removeprefix("/api/v1/conversations/")].append(request)
        found = []
        for message in self._journal["messages"]:
            if message["user_id"] is None or not (message["metadata"] or {}).get("frontdesk"):
                continue
            marked = message["metadata"]["frontdesk"]
            turn, part = marked.split(":")[:2]
            tenant = self._accounts[message["account_id"]]
            # Of several requests with this marker: the one that the application carried out when this was stored.
            post = min(
                (each for each in posts[marked] if "done_ms" in each),
                key=lambda each: abs(each["done_ms"] - message["at_ms"]),
            )
            seen = [
                each
                for each in looks[post["via"], message["conversation_id"]]
                if "answered_ms" in each
                and post["at_ms"] - LOOKED_WITHIN_S * 1000 < each["answered_ms"] <= post["at_ms"] + 5
            ]
            look = max(seen, key=lambda each: each["answered_ms"], default=None)
            released_s, stored_s = self._double_s(post["at_ms"]), self._double_s(message["at_ms"])
            found.append(
                Said(
                    str(tenant.tenant_id),
                    tenant.conversation_of_chat(message["conversation_id"]),
                    turn,
                    part,
                    message["body"] or "",
                    channel=True,
                    released_s=released_s,
                    stored_s=stored_s,
                    looked_s=self._double_s(look["done_ms"]) if look else None,
                    checked_s=self._double_s(look["answered_ms"]) if look else None,
                    late_s=max(0.0, stored_s - released_s - SEND_TIMEOUT_S),
                )
            )
        return found

    def _said_over_api(self, turns: list[tuple[Any, ...]]) -> list[Said]:
        """Over the API the conversation in Postgres is the channel."""
        found = []
        for turn, tenant, conversation, stream, channel, state, reply, ended_at in turns:
            if not channel and reply and state in {"delivered", "handed_over"}:
                part = HAND_OVER if state == "handed_over" else REPLY
                spoken_s, ended_s = self._spoken_s(reply, stream=stream), self._row_s(ended_at)
                found.append(Said(tenant, conversation, turn, part, reply, False, spoken_s, ended_s))
        return found

    def _spoken_s(self, text: str, *, stream: bool) -> float | None:
        """Before this instant the reply cannot have been released: the model had not said the last of it."""
        number = number_of(text)
        call = self._calls.get(number) if number is not None else None
        if call is None:
            return None
        if stream:
            return float(call["sentences"][-1])
        return float(call["ended_s"]) if "ended_s" in call else None

    def _heard(self) -> list[Heard]:
        found = []
        for call in self._ledger.calls:
            for attempt in call.attempts:
                view = attempt.view
                if attempt.sentences and view is not None:
                    found.append(Heard(view["turn_id"], tuple(text for _, text in attempt.sentences)))
                if view is not None and view.get("reply"):
                    found.append(Heard(view["turn_id"], (view["reply"],)))
        return found

    # Who was killed

    def _killed(self, rows: list[Row]) -> list[Killed]:
        """Each with the instants at which somebody asked the model or the channel about the turn, and its end."""
        seen: dict[str, list[float]] = defaultdict(list)
        turn_of = {row.reference: row.turn for row in rows if row.turn}
        for call in self._calls.values():
            for turn in {turn_of[each] for each in call["references"] if each in turn_of}:
                seen[turn].append(call["asked_s"])
        looked: dict[str, list[float]] = defaultdict(list)
        for request in self._journal["requests"]:
            body = request["body"] if isinstance(request["body"], dict) else {}
            chat = (body.get("message") or {}).get("conversation_id") or request["path"].rpartition("/")[2]
            looked[chat].append(self._double_s(request["at_ms"]))
        chats = {named: chat for chat in self._ledger.chats.values() for named in self._named(chat)}
        for row in rows:
            if row.turn is not None:
                seen[row.turn] += looked[chats.get(row.conversation, "")]
                seen[row.turn] += [row.ended_s] if row.ended_s else []
        return [
            Killed(kill.at_s, kill.line, turn, tuple(sorted(seen[turn])))
            for kill in self._ledger.kills
            for turn in kill.turns
            if turn in seen
        ]

    def _named(self, chat: str) -> list[str]:
        tenant = self._tenant_of_chat(chat)
        return [tenant.conversation_of_chat(chat)] if tenant else []

    def _troubles(self) -> list[Trouble]:
        ledger = self._ledger
        found = [Trouble(kill.line, kill.at_s, kill.at_s) for kill in ledger.kills]
        found += [Trouble(*each) for each in ledger.stops]
        found += [Trouble("", *each) for each in ledger.outages]
        return [*found, Trouble("", *ledger.deployed_s)]

    # Who stepped in

    def _signs(self) -> list[Sign]:
        accepted = self._accepted_signs()
        found = []
        for message in self._journal["messages"]:
            if message["who"] == "human":
                tenant = self._accounts[message["account_id"]]
                named = tenant.conversation_of_chat(message["conversation_id"])
                found.append(Sign(named, self._double_s(message["at_ms"]), accepted.get(message["id"])))
        people = {each.account["human_user_id"] for each in self._deployment.tenants}
        assignees: dict[str, int | None] = {}  # a sign is a change: who had it when it was closed has it when it opens
        for update in self._journal["updates"]:
            chat, assignee = update["conversation_id"], update["assignee_id"]
            tenant = self._tenant_of_chat(chat)
            if tenant and assignee in people and assignee != assignees.get(chat) and update["status"] == "open":
                found.append(Sign(tenant.conversation_of_chat(chat), self._double_s(update["at_ms"]), None))
            assignees[chat] = assignee
        found += [Sign(self._conversation_of(each), each.until_s, each.until_s) for each in self._owners("human")]
        return found

    def _accepted_signs(self) -> dict[str, float]:
        """Message of a person -> when the ingress had accepted its webhook."""
        found: dict[str, float] = {}
        for webhook in self._journal["webhooks"]:
            if webhook["event"] == "message:created" and webhook.get("status") in {200, 202}:
                payload = webhook["body"]["payload"]
                if payload.get("user_id") is not None:
                    at_s = self._double_s(webhook["at_ms"] + webhook["took_ms"])
                    found[payload["id"]] = min(at_s, found.get(payload["id"], at_s))
        return found

    def _backs(self) -> list[Back]:
        found = []
        for update in self._journal["updates"]:
            if update["status"] == "closed" and (tenant := self._tenant_of_chat(update["conversation_id"])):
                named = tenant.conversation_of_chat(update["conversation_id"])
                found.append(Back(named, self._double_s(update["at_ms"])))
        found += [Back(self._conversation_of(each), each.from_s) for each in self._owners("bot")]
        return found

    def _owners(self, owner: str) -> list[Person]:
        """Changes of owner over the API."""
        persons = self._ledger.persons
        return [each for each in persons if each.session is not None and each.how == owner and each.done]

    def _tenant_of_chat(self, chat: str) -> Any:
        for message in self._journal["messages"]:
            if message["conversation_id"] == chat:
                return self._accounts[message["account_id"]]
        return None

    def _conversation_of(self, person: Person) -> str:
        tenant = self._deployment.tenants[person.tenant]
        return tenant.conversation_of_session(session_name(self._deployment.plan, person.session or 0))
