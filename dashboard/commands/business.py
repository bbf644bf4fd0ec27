"""`manage.py config`: what a business may set (hours, holidays, languages, prompt …), as /api/v1/customer/config has it."""

from __future__ import annotations

import argparse
import json

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant
from dashboard.commands.asking import sentences


def add_to(commands: Commands[Parser]) -> None:
    """show, set."""
    config = add_group(commands, "config", "How a business's bot speaks, waits and hands over (docs/hand-over.md).")
    add_tenant(add(config, "show", show, "Print everything that may be set, as JSON."))
    made = add(config, "set", change, "Set some of it; a field that is not named stays as it is.")
    made.add_argument(
        "values", metavar="JSON", help="""such as '{"answer_minutes": 30, "closed_on": ["2026-12-24"]}'"""
    )
    made.add_argument("--force", action="store_true", help="live at once, untried on the golden questions")
    add_tenant(made)


def show(asked: argparse.Namespace) -> int:
    from dashboard.configuration import change_configuration

    with sentences():
        print(json.dumps(change_configuration(asked.tenant, {}), indent=2, ensure_ascii=False))
    return 0


def change(asked: argparse.Namespace) -> int:
    import uuid

    from clients.channels.untrusted import parse, read_json
    from dashboard.commands.asking import queue
    from dashboard.configuration import ConfigurationChange, change_configuration
    from models.jobs import RunGolden

    with sentences():
        values = parse(ConfigurationChange, read_json(asked.values.encode())).given()
        view = change_configuration(asked.tenant, values, asked.force)
        with queue() as front:
            front.publish_invalidation(str(asked.tenant))
            if (trial := view.get("trial")) is not None:
                job = RunGolden(tenant_id=str(asked.tenant), run_id=trial["run_id"])
                front.enqueue(job, message_id=uuid.uuid4().hex)
    held = sorted(trial["fields"]) if trial is not None else []
    print(f"Set: {', '.join(sorted(values.keys() - set(held))) or 'nothing'}.")
    if held:
        print(f"Tried on the golden questions first: {', '.join(held)}. `manage.py golden report` says how it went.")
    return 0
