"""Golden questions from a file: JSON as `manage.py eval answers` takes it, or a CSV table; told what is wrong by its place.

A question that is there already (whatever its case and spaces) gets its new facts.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from config.errors import InvalidInput
from models.entry_table import LONGEST_QUESTION, question_key
from models.golden import LONGEST_FACT, MOST_FACTS, MOST_QUESTIONS, GoldenQuestion, golden_questions

LIMIT_BYTES = 1024 * 1024
BETWEEN = "|"  # the facts of one cell


@dataclass(frozen=True)
class Wanted:
    """A question with the facts its answer must hold; None: the bot must say that it does not know."""

    question: str
    expected: list[str] | None


@dataclass(frozen=True)
class Kept:
    """What an import came to."""

    added: int
    changed: int
    unchanged: int


def read_questions(raw: bytes) -> list[Wanted]:
    """The questions of a file.

    Raises:
        InvalidInput: it is neither kind of file, or one of its questions cannot be one.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8.") from None
    found = _from_json(text) if text.lstrip()[:1] in ("{", "[") else _from_csv(text)
    if not found:
        raise InvalidInput("There is no question in the file.")
    return found


def keep_questions(session: Session, tenant_id: uuid.UUID, wanted: Sequence[Wanted]) -> Kept:
    """Add them; one that is there already gets its new facts.

    Raises:
        InvalidInput: there would be more than there can be.
    """
    standing = {question_key(each.question): each for each in golden_questions(session)}
    added = changed = unchanged = 0
    for each in wanted:
        there = standing.get(question_key(each.question))
        if there is None:
            there = GoldenQuestion(tenant_id=tenant_id, question=each.question, expected=each.expected)
            session.add(there)
            standing[question_key(each.question)] = there
            added += 1
        elif there.expected != each.expected:
            there.expected = each.expected
            changed += 1
        else:
            unchanged += 1
    if len(standing) > MOST_QUESTIONS:
        raise InvalidInput(f"There can be at most {MOST_QUESTIONS} golden questions; this would make {len(standing)}.")
    return Kept(added, changed, unchanged)


def _from_json(text: str) -> list[Wanted]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("The file is not valid JSON.") from None
    questions = content.get("questions") if isinstance(content, dict) else content
    if not isinstance(questions, list):
        raise InvalidInput('Expected a list of {"question", "expected"}, or an object whose "questions" is one.')
    return [_from_object(f"question {number}", each) for number, each in enumerate(questions, 1)]


def _from_object(place: str, given: Any) -> Wanted:
    if not isinstance(given, dict) or "question" not in given or "expected" not in given:
        raise InvalidInput(f'{place}: expected {{"question": "…", "expected": ["…"]}}, or null as expected.')
    expected = [given["expected"]] if isinstance(given["expected"], str) else given["expected"]
    if expected is not None and not (isinstance(expected, list) and expected):
        raise InvalidInput(f"{place}: expected is a list of facts, or null when it cannot be answered.")
    return _checked(place, given["question"], expected)


def _from_csv(text: str) -> list[Wanted]:
    """An empty cell of `expected` is null; facts are separated by |."""
    head, _, _ = text.partition("\n")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    found = list[Wanted]()
    try:
        names = [name.strip().lower() for name in rows.fieldnames or ()]
        if not {"question", "expected"} <= set(names):
            raise InvalidInput("The first line must name the columns question and expected.")
        rows.fieldnames = names
        for row in rows:
            facts = [fact.strip() for fact in (row["expected"] or "").split(BETWEEN) if fact.strip()]
            found.append(_checked(f"line {rows.line_num}", row["question"], facts or None))
    except csv.Error:
        raise InvalidInput(f"line {rows.line_num}: a quote is in the wrong place.") from None
    return found


def _checked(place: str, question: Any, expected: list[Any] | None) -> Wanted:
    texts = [question, *(expected or [])]
    if not all(isinstance(each, str) and each.strip() and "\0" not in each for each in texts):
        raise InvalidInput(f"{place}: a question or a fact is empty, or no text.")
    if len(question.strip()) > LONGEST_QUESTION:
        raise InvalidInput(f"{place}: a question has at most {LONGEST_QUESTION} characters.")
    if len(texts) - 1 > MOST_FACTS or any(len(fact.strip()) > LONGEST_FACT for fact in texts[1:]):
        raise InvalidInput(f"{place}: at most {MOST_FACTS} facts of at most {LONGEST_FACT} characters each.")
    return Wanted(question.strip(), None if expected is None else [fact.strip() for fact in expected])
