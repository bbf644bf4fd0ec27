"""`manage.py intents`: what an operator does with a tenant's own intents: list, train, report, activate, roll back.

Training runs in the workers, as it does for the API; `train` waits for it.
"""

from __future__ import annotations

import argparse
import json
import time
import uuid

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant

WAIT_S, LOOK_EVERY_S = 600.0, 0.5


def add_to(commands: Commands[Parser]) -> None:
    """list, import, train, report, activate, rollback, deactivate."""
    intents = add_group(commands, "intents", "A tenant's own intents: teach, train, activate.")
    add_tenant(add(intents, "list", show, "Print the tenant's intents and versions."))
    made = add(intents, "import", import_csv, "Add examples from a CSV file with the headings text,intent.")
    add_tenant(made)
    made.add_argument("file", metavar="FILE", help="UTF-8")
    made = add(intents, "train", train, "Train a version and wait for its report; needs a running worker.")
    add_tenant(made)
    made.add_argument("--no-activate", action="store_true", help="only train it")
    for name, command, text in (
        ("report", report, "Print a version's report as JSON (the newest by default)."),
        ("activate", activate, "Recognise by this version (the newest by default)."),
    ):
        made = add(intents, name, command, text)
        add_tenant(made)
        made.add_argument("--version", type=int, metavar="N")
    add_tenant(add(intents, "rollback", roll_back, "Recognise by the version that was active before."))
    add_tenant(add(intents, "deactivate", deactivate, "Recognise by no version."))


def show(asked: argparse.Namespace) -> int:
    from dashboard.commands.asking import table
    from models import intent_model, own_intent
    from models.database import tenant_session
    from models.page import MAX_LIMIT, Page

    with tenant_session(asked.tenant) as session:
        intents = own_intent.every_intent(session)
        counts = own_intent.count_examples(session, [intent.id for intent in intents])
        versions = intent_model.newest_models(session, Page(MAX_LIMIT))
    table(
        [("intent", "action", "examples")]
        + [(intent.name, intent.action, str(counts.get(intent.id, 0))) for intent in intents],
        words=2,
    )
    print()
    rows = [("version", "state", "active", "intents", "examples", "accuracy")]
    for each in versions:
        accuracy = f"{each.report['accuracy']:.1%}" if "accuracy" in each.report else "-"
        facts = (str(each.intents), str(each.examples), accuracy)
        rows.append((str(each.version), each.state, "yes" if each.active else "", *facts))
    table(rows, words=3)
    return 0


def import_csv(asked: argparse.Namespace) -> int:
    import csv

    from config.errors import FrontdeskError
    from models.database import tenant_session
    from models.teaching import teach

    try:
        with open(asked.file, encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            if not {"text", "intent"} <= set(table.fieldnames or ()):
                raise SystemExit(f"{asked.file}: the first line must name the columns text and intent.")
            rows = list(table)
        pairs = [(row["intent"] or "", row["text"] or "") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SystemExit(f"{asked.file}: not a CSV file in UTF-8 ({error})") from None
    try:
        with tenant_session(asked.tenant) as session:
            taught = teach(session, asked.tenant, pairs)
    except FrontdeskError as refused:
        raise SystemExit(refused.detail) from None
    print(f"{taught.intents} new intents, {taught.examples} new examples, {taught.known} known already.")
    return 0


def train(asked: argparse.Namespace) -> int:
    from clients.embeddings import embedding_model
    from config.settings import settings
    from dashboard.commands.asking import queue
    from models import intent_model
    from models.database import tenant_session
    from models.jobs import TrainIntents
    from models.own_intent import example_texts

    with tenant_session(asked.tenant) as session:
        digest = intent_model.digest_of(example_texts(session), embedding_model(settings()))
        found, starts = intent_model.ask_for_training(session, asked.tenant, digest, activate=not asked.no_activate)
        version, model_id = found.version, found.id
    if not starts:
        print(f"Nothing has changed since version {version}.")
        return 0
    with queue() as front:
        front.enqueue(TrainIntents(tenant_id=str(asked.tenant), model_id=str(model_id)))
    return _wait(asked.tenant, version)


def _wait(tenant_id: uuid.UUID, version: int) -> int:
    from models.database import tenant_session
    from models.intent_model import ModelState, model_by_version

    until, told = time.monotonic() + WAIT_S, ""
    while time.monotonic() < until:
        with tenant_session(tenant_id) as session:
            found = model_by_version(session, version)
        if found is None or found.state == ModelState.FAILED:
            print(f"Version {version}: {found.reason if found else 'it is gone'}")
            return 1
        if found.state == ModelState.READY:
            ended = "and active" if found.active else found.reason or "and not active"
            print(f"Version {version} is ready {ended}: accuracy {found.report['accuracy']:.1%}.")
            for warning in found.report["warnings"]:
                print(f"  {', '.join(warning['intents'])}: {warning['text']}")
            return 0
        progress = f"Version {version}: {found.state}, {found.embedded} of {found.examples} examples embedded"
        if progress != told:
            print(told := progress)
        time.sleep(LOOK_EVERY_S)
    print(f"Version {version} is not ready after {WAIT_S:.0f} s: does a worker run?")
    return 1


def report(asked: argparse.Namespace) -> int:
    from models.database import tenant_session
    from models.intent_model import model_by_version, newest_model

    with tenant_session(asked.tenant) as session:
        found = model_by_version(session, asked.version) if asked.version else newest_model(session)
    if found is None:
        raise SystemExit("There is no such version.")
    print(json.dumps({"version": found.version, "state": found.state, "reason": found.reason} | found.report, indent=2))
    return 0


def activate(asked: argparse.Namespace) -> int:
    from config.errors import Conflict
    from models import intent_model
    from models.database import tenant_session

    try:
        with tenant_session(asked.tenant) as session:
            intent_model.lock_versions(session)
            newest = intent_model.newest_model(session)
            found = intent_model.model_by_version(session, asked.version) if asked.version else newest
            if found is None:
                raise SystemExit("There is no such version.")
            intent_model.activate(session, found)
    except Conflict as refused:
        raise SystemExit(refused.detail) from None
    print(f"Version {found.version} is active.")
    return 0


def roll_back(asked: argparse.Namespace) -> int:
    from config.errors import Conflict
    from models import intent_model
    from models.database import tenant_session

    try:
        with tenant_session(asked.tenant) as session:
            intent_model.lock_versions(session)
            version = intent_model.roll_back(session).version
    except Conflict as refused:
        raise SystemExit(refused.detail) from None
    print(f"Version {version} is active again.")
    return 0


def deactivate(asked: argparse.Namespace) -> int:
    from models import intent_model
    from models.database import tenant_session

    with tenant_session(asked.tenant) as session:
        intent_model.lock_versions(session)
        was = intent_model.deactivate(session)
    print("No version is active any more." if was else "No version was active.")
    return 0
