"""`manage.py knowledge search`: what a tenant's bot finds for a question, as GET /api/v1/knowledge/search tells it.

A worker makes the question's vector; when none does in time, the words alone are searched for, and it is said.
"""

from __future__ import annotations

import argparse
import time
import uuid

from dashboard.commands.adding import Commands, Parser, add, add_tenant
from dashboard.commands.asking import sentences

WAIT_S, LOOK_EVERY_S = 5.0, 0.1
LONGEST_QUERY, MOST_RESULTS = 500, 50


def add_to(knowledge: Commands[Parser]) -> None:
    """search."""
    made = add(knowledge, "search", find, "Print what the bot finds for a question, best first.")
    made.add_argument("question", metavar="QUESTION")
    made.add_argument("--limit", type=int, metavar="N", default=5, help="default: 5")
    add_tenant(made)


def find(asked: argparse.Namespace) -> int:
    from sqlalchemy import delete

    from clients.channels.untrusted import clean
    from models.database import tenant_session
    from models.search import search
    from models.tenant import ask_configuration
    from models.vector import AskedVector

    question = clean(asked.question).strip()
    if not 1 <= len(question) <= LONGEST_QUERY:
        raise SystemExit(f"QUESTION: expected 1 to {LONGEST_QUERY} characters.")
    if not 1 <= asked.limit <= MOST_RESULTS:
        raise SystemExit(f"--limit: expected a number from 1 to {MOST_RESULTS}.")
    with sentences():
        query_id = _embedded(asked.tenant, question)
        with tenant_session(asked.tenant) as session:
            _, configuration = ask_configuration(session).get()
            language = configuration.language
            found = search(session, question, limit=asked.limit, language=language, turn_id=query_id).get()
            if query_id is not None:
                session.execute(delete(AskedVector).where(AskedVector.id == query_id))
    for chunk in found:
        print(f"{chunk.score:6.3f}  {chunk.title}\n        {' '.join(chunk.text.split())[:160]}")
        if chunk.source:
            print(f"        {chunk.source}")
    if not found:
        print("Nothing is found.")
    if all(chunk.body_cosine is None for chunk in found):
        print("Searched for by words alone: there are no vectors yet, or no worker runs.")
    return 0


def _embedded(tenant_id: uuid.UUID, question: str) -> uuid.UUID | None:
    """The question's row, once a worker has made its vector or the time is over; None where there is none to compare with."""
    from dashboard.commands.asking import queue
    from models.database import tenant_session
    from models.jobs import EmbedQuery
    from models.search import ask_vector_model
    from models.vector import AskedVector

    with tenant_session(tenant_id) as session:
        if ask_vector_model(session).get() is None:
            return None
        name = uuid.uuid4()
        session.add(AskedVector(tenant_id=tenant_id, id=name, said=question))
    with queue() as front:
        front.enqueue(EmbedQuery(tenant_id=str(tenant_id), query_id=str(name)), message_id=str(name))
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        with tenant_session(tenant_id) as session:
            standing = session.get(AskedVector, (tenant_id, name))
            if standing is None or standing.vector is not None:
                break
        time.sleep(LOOK_EVERY_S)
    return name
