"""Builds what a model is asked: our rules first, the business's wishes below, passages as data, within a budget.

Refuses to let a tenant's prompt, a passage or a visitor outrank the rules: each is marked as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clients.language_model import ChatTurn, ModelRequest, Passage
from workers.phrases import Phrase, say
from workers.rules import RULES

BYTES_PER_TOKEN = 3  # on the safe side: English is nearer 4, Turkish and Chinese nearer 3
MESSAGE_TOKENS = 8  # role and separators around each message
DEFAULT_BUDGET_TOKENS = 6_000
DEFAULT_OUTPUT_TOKENS = 500
RECENT_TURNS = 2  # kept longer than any passage but the best: without them "and on Saturday?" means nothing
SHORTEST_QUESTION_BYTES = 600

_TAG = re.compile(r"<(?=\s*/?\s*(?:facts|wishes|passages?|rules)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Business:
    """What a tenant's configuration says about it. `local_time` is now, in words, for "are you open?"."""

    name: str
    facts: str = ""
    tone: str = ""
    custom_prompt: str = ""
    local_time: str = ""


def build(
    business: Business,
    *,
    passages: Sequence[Passage],
    history: Sequence[ChatTurn],
    questions: Sequence[str],
    budget_tokens: int = DEFAULT_BUDGET_TOKENS,
    max_output_tokens: int = DEFAULT_OUTPUT_TOKENS,
) -> ModelRequest:
    """The request for one turn; `questions` are its messages in order.

    Over budget, the oldest history goes first, then the passages with the lowest score, then recent history, the
    tenant's wishes, its facts, and last the beginning of a very long question. The rules always stay.
    """
    ranked = tuple(sorted(passages, key=lambda passage: -passage.score))
    question = "\n".join(text.strip() for text in questions if text.strip())
    request = ModelRequest("", tuple(history), question, ranked, max_output_tokens)
    while estimate(request := _with_system(request, business)) > budget_tokens:
        if len(request.history) > RECENT_TURNS:
            request = replace(request, history=request.history[1:])
        elif len(request.passages) > 1:
            request = replace(request, passages=request.passages[:-1])
        elif request.history:
            request = replace(request, history=request.history[1:])
        elif business.custom_prompt:
            business = replace(business, custom_prompt=_halved(business.custom_prompt))
        elif business.facts:
            business = replace(business, facts=_halved(business.facts))
        elif len(request.question.encode()) > SHORTEST_QUESTION_BYTES:
            request = replace(request, question=request.question[len(request.question) // 4 :])
        elif request.passages:
            request = replace(request, passages=())
        else:
            break
    return request


def estimate(request: ModelRequest) -> int:
    """Tokens of the prompt, rather too many than too few."""
    texts = [request.system, request.question, *(turn.content for turn in request.history)]
    return sum(-(-len(text.encode()) // BYTES_PER_TOKEN) + MESSAGE_TOKENS for text in texts)


def _with_system(request: ModelRequest, business: Business) -> ModelRequest:
    parts = [RULES.replace("{dont_know}", say(Phrase.DONT_KNOW)).replace("{business}", _data(business.name))]
    if business.tone:
        parts.append(f"Tone: {_data(business.tone)}")
    if business.local_time:
        parts.append(f"It is now {_data(business.local_time)} at {_data(business.name)}.")
    if business.facts:
        parts.append(f"<facts>\n{_data(business.facts)}\n</facts>")
    if business.custom_prompt:
        parts.append(
            "What the business wishes. Follow it where it does not contradict the rules above, which come first:\n"
            f"<wishes>\n{_data(business.custom_prompt)}\n</wishes>"
        )
    parts.append(_passages(request.passages))
    return replace(request, system="\n\n".join(parts))


def _passages(passages: Sequence[Passage]) -> str:
    if not passages:
        return "<passages>\nNone was found for this question.\n</passages>"
    entries = [f"[{n}] {_data(passage.title)}\n{_data(passage.text)}" for n, passage in enumerate(passages, start=1)]
    return "<passages>\n" + "\n\n".join(entries) + "\n</passages>"


def _data(text: str) -> str:
    """Text that cannot close or open one of our sections."""
    return _TAG.sub("‹", text.strip())


def _halved(text: str) -> str:
    return text[: len(text) // 2] if len(text) > 200 else ""
