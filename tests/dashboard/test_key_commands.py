"""`manage.py key`, as an operator types it, and what its keys may do."""

from __future__ import annotations

import uuid

import pytest

import manage
from tests.ingress.conftest import key

ENTRIES = "/api/v1/knowledge/entries"


def run(tenant, *words: object) -> int:
    return manage.main(["key", *(str(word) for word in words), "--tenant", str(tenant.tenant_id)])


def test_a_key_may_what_its_scopes_say_until_it_is_revoked(http, workers, alice, capsys):
    run(alice, "create", "--scope", "knowledge:read")
    shown = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[:3])
    assert shown["scopes"] == "knowledge:read"
    assert http.get(ENTRIES, headers=key(shown["key"])).status_code == 200
    refused = http.post(ENTRIES, json={"question": "a", "answer": "b"}, headers=key(shown["key"]))
    assert (refused.status_code, "knowledge:write" in refused.json()["detail"]) == (403, True)
    run(alice, "list")
    assert shown["id"] in capsys.readouterr().out
    run(alice, "revoke", shown["id"])
    run(alice, "list")
    assert shown["id"] not in capsys.readouterr().out
    with pytest.raises(SystemExit, match="nothing here by that id"):
        run(alice, "revoke", shown["id"])


def test_another_tenants_key_is_nobodys(workers, alice, mallory, capsys):
    run(alice, "create", "--scope", "chat")
    name = capsys.readouterr().out.split()[1]
    for asked in (name, uuid.uuid4()):
        with pytest.raises(SystemExit, match="nothing here by that id"):
            run(mallory, "revoke", asked)


def test_a_scope_that_is_none_is_refused(alice):
    with pytest.raises(SystemExit, match="There is no scope everything"):
        run(alice, "create", "--scope", "everything")
