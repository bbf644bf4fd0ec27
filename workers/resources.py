"""What the stages of one process share: the language model, the channels and the queue. Made on first use, after any fork."""

from __future__ import annotations

import uuid
from functools import lru_cache

import structlog

from clients import openai_engine
from clients.channels import Channel, http
from clients.channels.papercups import PapercupsClient
from clients.documents.reader import Reader
from clients.language_model import LanguageModel, OpenAILanguageModel
from clients.mail import MailServer, mail_server
from clients.web.fetch import Fetcher
from config.errors import PermanentError
from config.secrets import marker_key
from config.settings import settings
from models.connection import Connection
from models.jobs import Job
from workers.broker import queue
from workers.extractive import ExtractiveAnswerer


@lru_cache(maxsize=1)
def language_model() -> LanguageModel:
    """The configured OpenAI-compatible endpoint, or the extractive answerer where there is none."""
    configured = settings()
    if not configured.uses_language_model:
        return ExtractiveAnswerer()
    key = configured.openai_api_key
    return OpenAILanguageModel(
        key.get_secret_value() if key else None, configured.openai_base_url, configured.openai_model
    )


def warm() -> None:
    """Load now what the first turn would wait for: half a second of imports."""
    http.load()
    if settings().uses_language_model:
        openai_engine.load()


@lru_cache(maxsize=1)
def mail() -> MailServer:
    """The configured mail server, or what stands in for it."""
    return mail_server(settings())


@lru_cache(maxsize=1)
def fetcher() -> Fetcher:
    """Asks websites for pages, under a name that says where to complain."""
    agent = f"Mozilla/5.0 (compatible; Frontdesk/1.0; +{settings().external_url})"
    return Fetcher(agent, allow_loopback=settings().crawl_allow_loopback)


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Reads pages and files, in processes of its own."""
    return Reader()


def send(job: Job, *, delay_ms: int = 0, message_id: str | None = None) -> None:
    """Enqueue a job under the request that is being worked on. After the commit, never before."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    queue().enqueue(job, delay_ms=delay_ms, message_id=message_id, request_id=request_id)


def channel(connection: Connection) -> Channel:
    """The client of a connection's channel; one per connection, its HTTP connections kept.

    Raises:
        PermanentError: the connection holds no credential or names no server.
    """
    base_url = connection.base_url or settings().papercups_url
    credential = connection.credential
    if not credential or not base_url or connection.bot_user_id is None:
        raise PermanentError("the connection has no key, no bot user or no server address")
    return _papercups(
        connection.tenant_id, base_url, credential, connection.bot_user_id, connection.external_account_id
    )


@lru_cache(maxsize=1024)
def _papercups(
    tenant_id: uuid.UUID, base_url: str, credential: str, bot_user_id: int, account_id: str | None
) -> Channel:
    return PapercupsClient(
        base_url, credential, bot_user_id, marker_secret=marker_key(tenant_id), account_id=account_id
    )
