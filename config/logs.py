"""structlog for every process: readable lines in development, JSON in production. Events are constant `noun.past_verb`.

Facts are fields. A message body, a key or an address never is one: `_drop_content` removes what slips through by name.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from config.settings import Environment, process_name, settings

NEVER_LOGGED = frozenset(
    {"body", "content", "reply", "question", "api_key", "key", "token", "secret", "email", "phone"}
)


def configure(service: str) -> None:
    """Route structlog and the standard library's loggers of this process to one handler on stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _ProcessFacts(service, process_name()),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_content,
    ]
    environment = settings().environment
    readable = environment is not Environment.PRODUCTION
    renderer: structlog.typing.Processor = (
        # Plain tracebacks: the pretty ones print local variables, which hold what visitors wrote and keys. Even so
        # messages of exceptions quote rows and requests, so only a developer's own machine shows them.
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer()
    )
    exceptions = (
        [] if environment is Environment.DEVELOPMENT else [structlog.processors.ExceptionRenderer(_exception_facts)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *exceptions, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings().log_level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").propagate = False  # its lines hold webhook tokens and addresses
    for name in ("httpx2", "httpcore2", "openai", "alembic", "sqlalchemy", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("dramatiq").setLevel(logging.CRITICAL)  # it prints arguments; workers/broker.py logs instead
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class _ProcessFacts:
    """Adds who speaks. Not a context variable: those do not reach threads that were started before."""

    def __init__(self, service: str, process: str) -> None:
        self._facts = {"service": service, "process": process}

    def __call__(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.update(self._facts)
        return event


def _drop_content(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in NEVER_LOGGED & event.keys():
        event[name] = "…"
    return event


def _exception_facts(exc_info: structlog.typing.ExcInfo) -> str:
    """Class and code locations, without messages: an exception's text may quote what somebody wrote."""
    kind, _, trace = exc_info
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join([kind.__name__, *reversed(places[-12:])])
