"""`manage.py knowledge`, as an operator uses it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

import manage
from clients.documents.reader import Reader
from clients.web.fetch import Fetcher
from tests.workers.reading import Desk, source_of

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], stores) -> Run:
    """A command's output; it ends with the status 0 unless another is named."""

    def command(*words: object, status: int = 0) -> str:
        assert manage.main(["knowledge", *(str(word) for word in words)]) == status
        return capsys.readouterr().out

    return command


def test_a_table_goes_in_and_comes_out(run: Run, alice, tmp_path: Path):
    table = tmp_path / "faq.csv"
    table.write_text("question;answer\nOpen?;Yes, daily.\n;nothing\n", encoding="cp1252")
    said = run("import", table, "--tenant", alice.tenant_id, "--dry-run", status=1).splitlines()
    assert said == [
        "line 3: The question is empty.",
        "2 read, 1 added, 0 changed, 0 unchanged, 1 refused.",
        "This was a dry run: nothing was changed.",
    ]
    run("import", table, "--tenant", alice.tenant_id, status=1)
    out = tmp_path / "out.csv"
    run("export", "--tenant", alice.tenant_id, "--to", out)
    assert out.read_bytes() == b'question,answer\r\nOpen?,"Yes, daily."\r\n'
    assert run("export", "--tenant", alice.tenant_id) == 'question,answer\r\nOpen?,"Yes, daily."\r\n'


def test_a_file_is_added_shown_and_deleted(run: Run, workers, alice, tmp_path: Path):
    path = tmp_path / "notes.md"
    path.write_text("# Notes\n\nBring a towel.\n" * 50_000)
    assert "is read now" in run("add", path, "--tenant", alice.tenant_id)
    reader = Reader()
    Desk(Fetcher("Test"), reader).run()
    reader.close()
    source = source_of(alice)
    heading, line = run("list", "--tenant", alice.tenant_id).splitlines()[-2:]
    assert heading.split() == ["source", "name", "state", "pages", "passages"]
    assert line.split()[:4] == [str(source.id), "notes.md", "ready", "1"]
    assert "state:    ready" in run("show", source.id, "--tenant", alice.tenant_id)
    assert run("delete", source.id, "--tenant", alice.tenant_id) == "Deleted.\n"
    assert run("list", "--tenant", alice.tenant_id) == "There are none.\n"


def test_a_website_is_added_cancelled_and_read_again(run: Run, workers, alice):
    words = ("--max-pages", 5, "--max-depth", 1, "--refresh-hours", 0)
    run("add", "linden.example", "--tenant", alice.tenant_id, *words)
    source = source_of(alice)
    assert (source.url, source.max_pages, source.max_depth, source.refresh_hours) == (
        "https://linden.example/",
        5,
        1,
        None,
    )
    assert workers.queue.depth("knowledge") == {str(alice.tenant_id): 1}
    assert "state:    cancelled" in run("cancel", source.id, "--tenant", alice.tenant_id)
    assert "read again" in run("refresh", source.id, "--tenant", alice.tenant_id)


def test_what_the_bot_finds_is_shown(run: Run, workers, alice, tmp_path: Path):
    table = tmp_path / "faq.csv"
    table.write_text("question,answer\nDo you have Wi-Fi?,Yes. Ask us for the password.\n")
    run("import", table, "--tenant", alice.tenant_id)
    shown = run("search", "wi-fi password", "--tenant", alice.tenant_id)
    assert "Do you have Wi-Fi?" in shown
    assert "by words alone" in shown
    assert "Nothing is found." in run("search", "zebras", "--tenant", alice.tenant_id)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "no-such-file"), "neither a file nor an address"),
        (("add", "ftp://a.example"), "neither a file nor an address"),
        (("add", "a.example", "--max-pages", "0"), "from 1 to 5000"),
        (("search", " "), "1 to 500 characters"),
        (("search", "a", "--limit", "0"), "from 1 to 50"),
        (("import", "/no/such.csv"), "No such file"),
        (("show", str(uuid.uuid4())), "nothing here by that id"),
        (("delete", str(uuid.uuid4())), "nothing here by that id"),
    ],
)
def test_what_is_refused_is_a_sentence(run: Run, workers, alice, words, sentence):
    with pytest.raises(SystemExit, match=sentence):
        run(*words, "--tenant", alice.tenant_id)


def test_another_tenants_source_is_nobodys(run: Run, workers, alice, mallory):
    run("add", "linden.example", "--tenant", alice.tenant_id)
    with pytest.raises(SystemExit, match="nothing here by that id"):
        run("delete", source_of(alice).id, "--tenant", mallory.tenant_id)
    with pytest.raises(SystemExit, match="no tenant"):
        run("add", "linden.example", "--tenant", uuid.uuid4())
