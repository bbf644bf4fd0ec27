"""Seeds the demo business into a development database. Running it again changes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from config.settings import settings
from models.access import access_by_account_token
from models.database import tenant_session
from models.demo_business import ENTRIES, PROFILE
from models.knowledge import KnowledgeEntry
from models.tenant import PapercupsAccount, configuration, create_tenant

DEMO_MAIL = "hello@lindenhair.example"  # where the demo business is told: the development inbox shows it
DEMO_ACCOUNT_ID = "de300000-0000-4000-8000-000000000001"  # also the demo's account token


@dataclass(frozen=True)
class Demo:
    """The demo tenant. Its key and webhook address are known only when it was made just now."""

    tenant_id: uuid.UUID
    account_token: str
    api_key: str
    papercups_webhook_url: str


def seed(account: PapercupsAccount | None = None) -> Demo:
    """The demo tenant with its profile and entries, made unless it is there; `account` is its account at Papercups."""
    account = account or PapercupsAccount(DEMO_ACCOUNT_ID)
    existing = access_by_account_token(account.account_id)
    if existing is not None:
        return Demo(existing.tenant_id, account.account_id, "", "")
    made = create_tenant(PROFILE.name, account, time_zone=PROFILE.time_zone)
    with tenant_session(made.tenant_id) as session:
        _, config = configuration(session)
        config.profile, config.tone = PROFILE.facts, PROFILE.tone
        config.language, config.region = PROFILE.language, PROFILE.region
        config.hours = {day: [opens, closes] for day, opens, closes in PROFILE.hours}
        config.notify = [DEMO_MAIL]
        for entry in ENTRIES:
            session.add(KnowledgeEntry(tenant_id=made.tenant_id, question=entry.question, answer=entry.answer))
    url = made.as_json(settings().external_url)["papercups_webhook_url"]
    return Demo(made.tenant_id, made.account_token, made.api_key, url)
