"""Every row of the database as a fingerprint, told apart by table and tenant: what changed, and whose it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

Ask = Callable[..., list[tuple[Any, ...]]]
Rows = Counter[tuple[str, str, str]]  # table, tenant, fingerprint

CLOCK = {"tick"}  # what time itself changes
DERIVED = {  # by jobs, from what is compared here
    "knowledge_vector",
    "knowledge_space",
    "knowledge_term",
    "embedding_due",
    "answer_version",
}
DERIVED_ROWS = {"golden_run": "cause IN ('knowledge', 'model')"}  # begun by a job half a minute after a change settled
DERIVED_COLUMNS = {"knowledge_chunk": ["language", "detected", "words"]}  # told from the text when it is embedded


def all_rows(ask: Ask) -> Rows:
    """As the superuser sees them."""
    columns = ask(
        "SELECT table_name, bool_or(column_name = 'tenant_id') FROM information_schema.columns "
        "WHERE table_schema = 'public' GROUP BY table_name"
    )
    found: Rows = Counter()
    for table, owned in columns:
        if table in CLOCK | DERIVED:
            continue
        owner = "tenant_id::text" if owned else ("id::text" if table == "tenant" else "''")
        left_out = ",".join(DERIVED_COLUMNS.get(table, []))
        row = f"(to_jsonb(t) - '{{{left_out}}}'::text[])::text" if left_out else "t::text"
        compared = f"NOT ({DERIVED_ROWS[table]})" if table in DERIVED_ROWS else "true"
        rows = ask(f'SELECT {owner}, md5({row}) FROM public."{table}" t WHERE {compared}')
        found.update((table, tenant, fingerprint) for tenant, fingerprint in rows)
    return found


def of_tenant(rows: Rows, tenant_id: object) -> Rows:
    return Counter({row: count for row, count in rows.items() if row[1] == str(tenant_id)})


def difference(before: Rows, after: Rows) -> dict[tuple[str, str], int]:
    """How many rows of which table and tenant came, went or changed."""
    changed = (before - after) + (after - before)
    told: Counter[tuple[str, str]] = Counter()
    for (table, tenant, _), count in changed.items():
        told[table, tenant] += count
    return dict(told)
