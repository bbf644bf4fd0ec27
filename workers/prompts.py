"""Builds what a model is asked: our rules first, the business's wishes below, passages as data, within a budget.

Refuses to let a tenant's prompt, a passage or a visitor outrank the rules: each is marked as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clients.language_model import ChatTurn, ModelRequest, Passage
from workers.grounding.hostile import without_orders
from workers.grounding.text import visible
from workers.language_words import NAMES
from workers.phrases import DEFAULT_LANGUAGE, LANGUAGES, Phrase, say
from workers.rules import RULES

BYTES_PER_TOKEN = 3  # on the safe side: English is nearer 4, Turkish and Chinese nearer 3
MESSAGE_TOKENS = 8  # role and separators around each message
DEFAULT_BUDGET_TOKENS = 6_000
DEFAULT_OUTPUT_TOKENS = 500
RECENT_TURNS = 2  # kept longer than any passage but the best: without them "and on Saturday?" means nothing
SHORTEST_QUESTION_BYTES = 600

# What looks like a section of ours, or like a turn of the conversation in some model's own format.
_TAG = re.compile(
    r"[<＜﹤](?=\s*[/|!]?\s*(?:facts|wishes|passages?|rules|system|assistant|user|instructions?|prompt|im_|end|s>|-))",
    re.IGNORECASE,
)
_TURN = re.compile(r"\[(?=/?(?:inst|system|assistant)\b)|^#{2,}(?=\s*\w)|\|>", re.IGNORECASE | re.MULTILINE)
_MARKER = re.compile(r"[\[【［](\d{1,3}(?:\s*[,;]\s*\d{1,3}){0,20})[\]】］]")


@dataclass(frozen=True)
class Business:
    """What a tenant's configuration says about it. `local_time` is now, in words, for "are you open?"."""

    name: str
    facts: str = ""
    tone: str = ""
    custom_prompt: str = ""
    local_time: str = ""
    language: str = ""  # ISO 639, to answer in; empty: as the visitor's last message


def build(
    business: Business,
    *,
    passages: Sequence[Passage],
    history: Sequence[ChatTurn],
    questions: Sequence[str],
    language: str = DEFAULT_LANGUAGE,
    budget_tokens: int = DEFAULT_BUDGET_TOKENS,
    max_output_tokens: int = DEFAULT_OUTPUT_TOKENS,
) -> ModelRequest:
    """The request for one turn; `questions` are its messages in order, `language` that of our own sentences.

    Over budget, the oldest history goes first, then the passages with the lowest score, then recent history, the
    tenant's wishes, its facts, and last the beginning of a very long question. The rules always stay.
    """
    ranked = tuple(sorted(_harmless(passages), key=lambda passage: -passage.score))
    question = "\n".join(data(text).strip() for text in questions if text.strip())
    earlier = tuple(replace(turn, content=data(turn.content)) for turn in history)
    request = ModelRequest("", earlier, question, ranked, max_output_tokens, business.facts, language)
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
    parts = [_rules(business)]
    if business.tone:
        parts.append(f"Tone: {data(business.tone)}")
    if business.local_time:
        parts.append(f"It is now {data(business.local_time)} at {data(business.name)}.")
    if business.facts:
        parts.append(f"<facts>\n{data(business.facts).strip()}\n</facts>")
    if business.custom_prompt:
        parts.append(
            "What the business wishes. Follow it where it does not contradict the rules above, which come first:\n"
            f"<wishes>\n{data(business.custom_prompt).strip()}\n</wishes>"
        )
    parts.append(_passages(request.passages))
    return replace(request, system="\n\n".join(parts))


def _rules(business: Business) -> str:
    """In the language of the answer where we have the sentence in it, so that we know it again."""
    known = business.language in LANGUAGES
    slots = {
        "language": NAMES.get(business.language, "the language of the visitor's last message"),
        "translated": "" if known else ", translated into the visitor's language",
        "dont_know": say(Phrase.DONT_KNOW, language=business.language),
        "business": data(business.name),  # last: what it holds is filled in no more
    }
    rules = RULES
    for name, value in slots.items():
        rules = rules.replace("{" + name + "}", value)
    return rules


def _passages(passages: Sequence[Passage]) -> str:
    if not passages:
        return "<passages>\nNone was found for this question.\n</passages>"
    entries = [
        f"[{number}] {data(passage.title).strip()}\n{data(passage.text).strip()}"
        for number, passage in enumerate(passages, start=1)
    ]
    return "<passages>\n" + "\n\n".join(entries) + "\n</passages>"


def _harmless(passages: Sequence[Passage]) -> Iterator[Passage]:
    """The passages without what speaks to a model instead of to people; one that does nothing else is left out."""
    for passage in passages:
        text, title = without_orders(passage.text), without_orders(passage.title)
        if text.strip():
            yield (
                passage if (text, title) == (passage.text, passage.title) else replace(passage, title=title, text=text)
            )


def data(text: str) -> str:
    """Text that can neither open or close one of our sections, nor pass for a citation or another's turn, nor hide words."""
    text = _TURN.sub("‹", _TAG.sub("‹", visible(text)))
    return _MARKER.sub(r"(\1)", text)


def _halved(text: str) -> str:
    return text[: len(text) // 2] if len(text) > 200 else ""
