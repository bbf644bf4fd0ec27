"""Has golden questions asked again when another model answers than before. A hint from the clock."""

from __future__ import annotations

from models.database import system_session
from models.golden import tenants_of_another_model
from models.jobs import RunGolden
from workers.resources import language_model, send


def golden_overdue(round_number: int) -> None:
    """One job for each tenant in each round; a run that has begun is not begun again."""
    with system_session() as session:
        found = tenants_of_another_model(session, language_model().name)
    for tenant_id in found:
        send(RunGolden(tenant_id=str(tenant_id), run_id=""), message_id=f"golden-model:{tenant_id}:{round_number}")
