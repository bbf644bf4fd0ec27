"""Requests made from the OpenAPI document by schemathesis: each field right, wrong, missing, too long, of another type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.config import SanitizationConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.transport.prepare import prepare_request

from tests.hostile.wire import Sent

PARAMETER = re.compile(r"{\w+}")
BASE_URL = "http://frontdesk.example"
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
_PLAIN = SanitizationConfig(enabled=False)
_SEED = 20260


@dataclass(frozen=True)
class Generated:
    """A case, and the request it stands for."""

    case: Case
    sent: Sent

    @property
    def path(self) -> str:
        """The template."""
        return str(self.case.operation.path)

    @property
    def label(self) -> str:
        return str(self.case.operation.label)

    @property
    def definition(self) -> dict[str, Any]:
        """The operation as the document has it."""
        return dict(self.case.operation.definition.raw)

    @property
    def right(self) -> bool:
        """Whether it is meant to be accepted."""
        return self.case.meta is not None and self.case.meta.generation.mode.is_positive

    @property
    def wrong_body(self) -> bool:
        """Whether its body, and only that, breaks the schema."""
        meta = self.case.meta
        if meta is None or not meta.generation.mode.is_negative:
            return False
        return {where for where, part in meta.components.items() if part.mode.is_negative} == {ParameterLocation.BODY}

    def at(self, segment: str) -> str:
        """The target with another id in its path."""
        query = self.sent.target.partition("?")[2]
        return PARAMETER.sub(lambda _: segment, self.path) + (f"?{query}" if query else "")


def covered(document: dict[str, Any]) -> Iterator[Case]:
    """Every operation by the boundaries and types of its schema; the same at each run."""
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation = found.ok()
        config = schema.config.generation_for(operation=operation)
        yield from schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=config)


def fuzzed(document: dict[str, Any], per_operation: int) -> Iterator[Case]:
    """Random ones, right and wrong, from a fixed seed."""
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in MODES:
            yield from _drawn(operation.as_strategy(generation_mode=mode), per_operation)


def _drawn(strategy: Any, count: int) -> list[Case]:
    cases: list[Case] = []

    @seed(_SEED)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(case: Case) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):  # nothing can be wrong with a request that takes nothing
        draw()
    return cases


def request_of(case: Case) -> Sent:
    """As schemathesis would send it."""
    prepared = prepare_request(case, {}, config=_PLAIN, base_url=BASE_URL)
    body = prepared.body or b""
    named = {"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid", "host"}
    return Sent(
        what=f"{case.operation.label}: {case.meta.phase.data.description if case.meta else ''}",
        method=str(case.method),
        target=str(prepared.url).removeprefix(BASE_URL),
        headers=tuple((str(name), str(value)) for name, value in prepared.headers.items() if name.lower() not in named),
        body=body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass"),
    )
