"""/api/v1/customer/config: a business reads and changes how its own bot speaks, waits and hands over.

Needs `Authorization: Bearer` and a token of `manage.py customer token`; the token names the tenant, nothing else does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from clients.channels.untrusted import parse, read_json
from config.errors import NotFound
from dashboard.bearer import customer
from dashboard.fields import (
    Colour,
    Dates,
    HolidayRegion,
    Hours,
    Input,
    Language,
    Languages,
    MailAddresses,
    Name,
    Origins,
    Region,
    Text,
    TimeZone,
    iso,
    one_of,
)
from dashboard.lent import lent
from models.database import tenant_session
from models.golden import TRIED, Cause, GoldenRun, begin_run, drop_trials, has_golden_questions, standing_trial
from models.intent import NEVER_HANDED_OVER, Intent
from models.jobs import RunGolden
from models.tenant import Tenant, TenantConfiguration, configuration

LONGEST_PROFILE = 8000  # with the prompt it must fit a model's window beside entries and history
LONGEST_PROMPT = 4000
LONGEST_TONE = 300
LONGEST_GREETING = 500
MAX_WAIT_MS = 10_000
MAX_ANSWER_MINUTES = 1440
DAY_S = 86_400
OF_TENANT = frozenset({"name", "time_zone"})

log = structlog.get_logger()


def _with_human(names: list[str]) -> list[str]:
    """In the order of the intents. Whoever asks for a person gets one, whatever else is set."""
    return [str(intent) for intent in Intent if intent in {*names, Intent.HUMAN}]


HandOverIntent = Annotated[str, AfterValidator(one_of(*(str(i) for i in Intent if i not in NEVER_HANDED_OVER)))]
HandOverIntents = Annotated[list[HandOverIntent], Field(max_length=20), AfterValidator(_with_human)]


class ConfigurationChange(Input):
    """What a business may set; a field that is not sent stays as it is. The names are those of the answer."""

    name: Name = ""
    profile: Annotated[Text, Field(max_length=LONGEST_PROFILE)] = ""
    prompt: Annotated[Text, Field(max_length=LONGEST_PROMPT)] = ""
    tone: Annotated[Text, Field(min_length=1, max_length=LONGEST_TONE)] = ""
    language: Language = ""
    languages: Languages = Field(default_factory=list)
    region: Region | None = None
    time_zone: TimeZone = ""
    wait_ms: Annotated[int, Field(ge=0, le=MAX_WAIT_MS)] | None = None
    hand_back_after_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = DAY_S
    abstentions_before_hand_over: Annotated[int, Field(ge=1, le=20)] = 1
    hand_over_intents: HandOverIntents = Field(default_factory=list)
    allowed_origins: Origins = Field(default_factory=list)
    notify: MailAddresses = Field(default_factory=list)
    greeting: Annotated[Text, Field(max_length=LONGEST_GREETING)] = ""
    colour: Colour = ""
    hours: Hours = Field(default_factory=dict)
    closed_on: Dates = Field(default_factory=list)
    holiday_region: HolidayRegion | None = None
    answer_minutes: Annotated[int, Field(ge=1, le=MAX_ANSWER_MINUTES)] = 1
    mask_personal_data: bool = False


async def config(request: Request) -> Response:
    """GET: everything that may be set. PATCH: set some of it; it reaches every process within a second.

    Of a business with golden questions, what answers are made of is tried on them first, unless `?force=true`.
    """
    tenant_id = await customer(request)
    shared = lent(request)
    if request.method == "PATCH":
        wanted = parse(ConfigurationChange, read_json(await shared.read_body(request)))
        values, forced = wanted.given(), request.query_params.get("force") == "true"
        view = await shared.threads.run(partial(change_configuration, tenant_id, values, forced))
        await shared.queue.publish_invalidation(str(tenant_id))
        if (trial := view.get("trial")) is not None:  # a repeat does no harm
            job = RunGolden(tenant_id=str(tenant_id), run_id=trial["run_id"])
            await shared.queue.enqueue(job, message_id=uuid.uuid4().hex)
        log.info("configuration.changed", tenant_id=str(tenant_id), fields=sorted(values))
        return JSONResponse(view)
    return JSONResponse(await shared.threads.run(partial(change_configuration, tenant_id, {})))


def change_configuration(tenant_id: uuid.UUID, values: Mapping[str, Any], forced: bool = False) -> dict[str, Any]:
    """Set what `values` name; without any, only read. Two changes at once to different fields both count."""
    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id, with_for_update=bool(values)) is None:
            raise NotFound  # forgotten since the token was checked
        tenant, config = configuration(session)
        tried = {name: value for name, value in values.items() if name in TRIED and value != getattr(config, name)}
        if forced:
            drop_trials(session)
        held_back = tried if tried and not forced and has_golden_questions(session) else {}
        for name, value in values.items():
            if name not in held_back:
                setattr(tenant if name in OF_TENANT else config, name, value)
        if held_back:
            begin_run(session, tenant_id, Cause.CONFIGURATION, held_back)
        session.flush()
        session.refresh(config)
        return _as_json(tenant, config, standing_trial(session))


def _as_json(tenant: Tenant, config: TenantConfiguration, trial: GoldenRun | None) -> dict[str, Any]:
    of_row = {name: getattr(config, name) for name in ConfigurationChange.model_fields if name not in OF_TENANT}
    return {
        "tenant_id": str(tenant.id),
        "name": tenant.name,
        "time_zone": tenant.time_zone,
        **of_row,
        "closed_on": [day.isoformat() for day in config.closed_on],
        "updated_at": iso(config.updated_at),
        **({"trial": {"run_id": str(trial.id), "state": trial.state, "fields": trial.candidate}} if trial else {}),
    }


ROUTES: tuple[BaseRoute, ...] = (Route("/api/v1/customer/config", config, methods=["GET", "PATCH"]),)
