"""The one reader of the environment. A wrong or missing value stops the process with a sentence; no secret has a default."""

from __future__ import annotations

import os
from email.utils import parseaddr
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where this runs: `development` and `test` allow what production refuses (demo page, doubles, time scale)."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


class Accept(StrEnum):
    """When a message is accepted: once the queue has it, or once Postgres has it too (docs/fairness.md: what that costs)."""

    FAST = "fast"
    DURABLE = "durable"


def _postgres_url(url: str) -> str:
    """Heroku and Render say postgres://; SQLAlchemy wants the driver named."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError("expected a postgres:// or postgresql:// URL")
    return "postgresql+psycopg://" + rest


def _redis_url(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("expected a redis:// or rediss:// URL")
    return url


def _base_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an http:// or https:// URL")
    return url.rstrip("/")


PostgresURL = Annotated[str, AfterValidator(_postgres_url)]
RedisURL = Annotated[str, AfterValidator(_redis_url)]
BaseURL = Annotated[str, AfterValidator(_base_url)]


class Settings(BaseSettings):
    """Everything the environment may say. Durations carry their unit in the name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    database_url: PostgresURL = Field(repr=False)
    database_owner_url: PostgresURL | None = Field(default=None, repr=False)
    redis_url: RedisURL = Field(repr=False)
    redis_ca: Path | None = None
    secret_key: SecretStr = Field(min_length=32)
    environment: Environment = Environment.PRODUCTION

    public_url: BaseURL | None = None
    dashboard_url: BaseURL | None = None
    port: int = Field(default=8000, ge=1, le=65535)
    dashboard_port: int | None = Field(default=None, ge=1, le=65535)

    openai_api_key: SecretStr | None = None
    openai_base_url: BaseURL | None = None
    openai_model: str = "gpt-6-luna"

    papercups_url: BaseURL | None = None

    stripe_api_key: SecretStr | None = None
    stripe_api_base: BaseURL | None = None
    stripe_webhook_secret: SecretStr | None = None

    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    admin_emails: str = ""

    trusted_proxies: str = ""
    metrics_token: SecretStr | None = None
    log_level: str = "INFO"
    web_concurrency: int = Field(default=1, ge=1, le=32)
    worker_threads: int = Field(default=8, ge=1, le=64)
    answer_threads: int = Field(default=32, ge=1, le=512)

    embedding_base_url: BaseURL | None = None
    embedding_api_key: SecretStr | None = None
    embedding_model: str | None = None

    accept: Accept = Accept.FAST
    frontdesk_data: Path = Path(".frontdesk")
    crawl_allow_loopback: bool = False
    time_scale: float = Field(default=1.0, ge=1.0, le=1000.0)

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            parts = urlsplit(value.get_secret_value()) if value else None
            usable = parts is None or (parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0)
        except ValueError:  # a port that is none
            usable = False
        if not usable:
            raise ValueError("expected smtp://user:password@host:port, or smtps://")
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None and ("@" not in parseaddr(value)[1] or not value.isprintable()):
            raise ValueError("expected an address, as in Frontdesk <desk@example.com>")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("expected DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @model_validator(mode="after")
    def _refused_in_production(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            if self.time_scale != 1.0:
                raise ValueError("TIME_SCALE is refused in production")
            if self.crawl_allow_loopback:
                raise ValueError("CRAWL_ALLOW_LOOPBACK is refused in production")
        return self

    @model_validator(mode="after")
    def _model_of_an_endpoint(self) -> Self:
        if self.embedding_model and not self.uses_embedding_endpoint:
            raise ValueError(
                "EMBEDDING_MODEL names a model of an endpoint: set EMBEDDING_API_KEY or EMBEDDING_BASE_URL"
            )
        return self

    @property
    def uses_language_model(self) -> bool:
        """Whether an OpenAI-compatible endpoint is configured; otherwise the extractive answerer quotes entries."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @property
    def uses_embedding_endpoint(self) -> bool:
        """Whether texts are embedded by an endpoint; otherwise in process."""
        return self.embedding_base_url is not None or self.embedding_api_key is not None

    @property
    def external_url(self) -> str:
        """Where the world reaches `web`, without a trailing slash."""
        return self.public_url or f"http://localhost:{self.port}"

    def scaled_s(self, seconds: float) -> float:
        """A long duration, divided by TIME_SCALE (development and test only)."""
        return seconds / self.time_scale


class SettingsError(SystemExit):
    """The environment does not describe a runnable process. Its text is for the person who starts it."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: naming each wrong or missing variable, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in item['loc']).upper() or 'environment'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("Frontdesk cannot start, the environment is not right:\n" + "\n".join(lines)) from None


def process_name() -> str:
    """A stable name for this process in logs and metrics: the dyno or instance where there is one."""
    return (
        os.environ.get("DYNO") or os.environ.get("RENDER_INSTANCE_ID") or os.environ.get("FRONTDESK_PROCESS", "local")
    )
