"""Adds examples to a tenant's own intents, within what one tenant may have. What the API and the command line share."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from config.errors import Conflict, InvalidInput
from models.intent_model import lock_versions
from models.own_intent import (
    MOST_EXAMPLES,
    MOST_INTENTS,
    OwnIntent,
    add_examples,
    intent_by_name,
    totals,
)

LONGEST_NAME = 80
LONGEST_EXAMPLE = 500  # characters


@dataclass(frozen=True)
class Taught:
    """What an import came to."""

    intents: int  # new
    examples: int  # new
    known: int  # examples that were there already, or twice in it


def intent_name(text: str) -> str:
    """A name as it is stored: one line, single spaces.

    Raises:
        InvalidInput: empty, too long, or with characters that do not print.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"intent: expected a name of 1 to {LONGEST_NAME} characters on one line.")
    return name


def example_text(text: str) -> str:
    """An example as it is stored.

    Raises:
        InvalidInput: empty or too long.
    """
    example = " ".join(text.split())
    if not 1 <= len(example) <= LONGEST_EXAMPLE:
        raise InvalidInput(f"examples: each needs 1 to {LONGEST_EXAMPLE} characters.")
    return example


def teach(session: Session, tenant_id: uuid.UUID, pairs: Sequence[tuple[str, str]]) -> Taught:
    """Add (intent's name, example) pairs; an intent that is not there is made. A second run adds nothing.

    Raises:
        InvalidInput: a name or an example cannot be one.
        Conflict: it would be more than one tenant may have.
    """
    by_name: dict[str, list[str]] = {}
    for name, text in pairs:
        by_name.setdefault(intent_name(name), []).append(example_text(text))
    lock_versions(session)
    made, added = 0, 0
    for name, texts in by_name.items():
        found = intent_by_name(session, name)
        if found is None:
            found = OwnIntent(tenant_id=tenant_id, id=uuid.uuid4(), name=name)
            session.add(found)
            session.flush()
            made += 1
        added += add_examples(session, tenant_id, found.id, texts)
    refuse_too_many(session)
    return Taught(made, added, len(pairs) - added)


def refuse_too_many(session: Session) -> None:
    """Behind what was added; the transaction takes it back.

    Raises:
        Conflict: more than one tenant may have.
    """
    intents, examples = totals(session)
    if intents > MOST_INTENTS:
        raise Conflict(f"There can be at most {MOST_INTENTS} intents.")
    if examples > MOST_EXAMPLES:
        raise Conflict(f"There can be at most {MOST_EXAMPLES} examples.")
