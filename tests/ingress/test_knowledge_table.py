"""Entries as a CSV table: in, whatever spreadsheets make of one, and out, so that it comes back the same."""

from __future__ import annotations

import csv
import io

import pytest

from models.entry_table import LIMIT_BYTES
from tests.ingress.conftest import key
from tests.ingress.test_knowledge import ENTRIES, PARKING, add

IMPORT, EXPORT = "/api/v1/knowledge/import", "/api/v1/knowledge/export"


def take(http, tenant, table: str | bytes, query: str = "", **more: str):
    raw = table.encode() if isinstance(table, str) else table
    headers = key(tenant.api_key, **{"Content-Type": "text/csv", **more})
    return http.post(f"{IMPORT}{query}", content=raw, headers=headers)


def entries(http, tenant) -> dict[str, str]:
    page = http.get(f"{ENTRIES}?limit=100", headers=key(tenant.api_key)).json()
    return {entry["question"]: entry["answer"] for entry in page["entries"]}


def counts(answer) -> tuple[int, ...]:
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()[name] for name in ("read", "added", "changed", "unchanged", "refused"))


def test_a_table_is_taken_over_and_taken_again_changes_nothing(http, workers, alice):
    table = 'question,answer\nOpen?,Yes.\n"Park, where?","Behind, ""there"".\nTwo lines."\n'
    assert counts(take(http, alice, table)) == (2, 2, 0, 0, 0)
    assert entries(http, alice) == {"Open?": "Yes.", "Park, where?": 'Behind, "there".\nTwo lines.'}
    assert counts(take(http, alice, table)) == (2, 0, 0, 2, 0)


def test_a_question_that_is_there_gets_its_new_answer(http, workers, alice):
    made = add(http, alice).json()
    assert counts(take(http, alice, "question,answer\n where  can I PARK? ,In front.\nNew?,Yes.")) == (2, 1, 1, 0, 0)
    changed = http.get(f"{ENTRIES}/{made['id']}", headers=key(alice.api_key)).json()
    assert (changed["question"], changed["answer"]) == ("where  can I PARK?", "In front.")


def test_a_dry_run_says_the_same_and_does_nothing(http, workers, alice):
    add(http, alice)
    table = f"question,answer\n{PARKING['question']},Elsewhere.\nNew?,Yes.\n,x\n"
    answer = take(http, alice, table, "?dry_run=true")
    assert counts(answer) == (3, 1, 1, 0, 1)
    assert answer.json()["dry_run"] is True
    assert entries(http, alice) == {PARKING["question"]: PARKING["answer"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_whatever_a_spreadsheet_writes_is_read(http, workers, alice, encoding, delimiter, ending):
    lines = [
        ["Nr", "QUESTION ", " Answer"],
        ["1", "Für wie viel?", "30 €, inklusive Wäsche; täglich."],
        ["", "", ""],
        ["2", "Ça va?", "Oui."],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=ending).writerows(lines)
    assert counts(take(http, alice, written.getvalue().encode(encoding))) == (2, 2, 0, 0, 0)
    assert entries(http, alice) == {"Für wie viel?": "30 €, inklusive Wäsche; täglich.", "Ça va?": "Oui."}


def test_a_wrong_line_costs_itself_and_is_named(http, workers, alice):
    table = (
        "question,answer\n"
        "Good?,Yes.\n"  # 2
        "Only a question\n"  # 3
        ",No question.\n"  # 4
        f"{'x' * 501},Long.\n"  # 5
        f"Long?,{'y' * 8001}\n"  # 6
        'Broken?,"never closed\n'  # 7
        "good?,Again.\n"  # 8
        'Text after?,"a quote" here\n'  # 9
        "Also good?,Yes.\n"  # 10
    )
    answer = take(http, alice, table)
    assert counts(answer) == (9, 2, 0, 0, 7)
    told = {error["line"]: error["detail"] for error in answer.json()["errors"]}
    assert told == {
        3: "It has 1 columns; question and answer are columns 1 and 2.",
        4: "The question is empty.",
        5: "The question has 501 characters; at most 500 are taken.",
        6: "The answer has 8,001 characters; at most 8,000 are taken.",
        7: "A quote is in the wrong place: it is opened and never closed, or text follows it.",
        8: "It asks the same as line 2, which was taken.",
        9: "A quote is in the wrong place: it is opened and never closed, or text follows it.",
    }
    assert set(entries(http, alice)) == {"Good?", "Also good?"}


@pytest.mark.parametrize(
    "table", [b"", b"\n\n", b"a,b\n1,2\n", b"question,question,answer\n", b"\x00\x01\x02", b"\xff\xfe", b"question\n"]
)
def test_what_is_no_such_table_is_refused(http, workers, alice, table):
    answer = take(http, alice, table)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert "question and answer" in answer.json()["detail"]


def test_a_table_that_is_too_large_is_refused_before_it_is_read(http, workers, alice):
    answer = take(http, alice, b"question,answer\n" + b"x" * LIMIT_BYTES)
    assert (answer.status_code, answer.json()["detail"]) == (413, "The file is larger than 4 MiB.")
    assert entries(http, alice) == {}


def test_too_many_rows_are_told(http, workers, alice):
    table = "question,answer\n" + "".join(f"Question {number}?,Yes.\n" for number in range(10_005))
    answer = take(http, alice, table, "?dry_run=true")
    assert counts(answer) == (10_000, 10_000, 0, 0, 1)
    assert answer.json()["errors"] == [
        {"line": 10_002, "detail": "More than 10,000 rows: this one and those after it were not read."}
    ]


def test_a_form_may_carry_the_table(http, workers, alice):
    files = {"file": ("faq.csv", b"question,answer\nOpen?,Yes.\n", "text/csv")}
    answer = http.post(IMPORT, files=files, data={"other": "field"}, headers=key(alice.api_key))
    assert counts(answer) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"A: b\r\n" * 50_000, "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data; boundary=" + "x" * 5000),
    ],
)
def test_a_form_that_is_none_is_refused(http, workers, alice, body, content_type):
    answer = take(http, alice, body, **{"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")


HOSTILE = [
    "=1+1",
    "+49 30",
    "-2",
    "@SUM(A1)",
    "'=1+1",
    "''@x",
    "|cmd",
    "%x",
    "'quoted'",
    "plain",
    "a=b",
    "\uff1dx",
    '"',
    "a\nb",
]


def test_an_export_runs_nowhere_and_comes_back_the_same(http, workers, alice, mallory):
    for number, text in enumerate(HOSTILE):
        add(http, alice, question=f"{text} {number}", answer=text)
    answer = http.get(EXPORT, headers=key(alice.api_key))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["question", "answer"]
    assert not any(cell.startswith(("=", "+", "-", "@", "|", "%", "\uff1d")) for row in rows for cell in row)
    assert counts(take(http, alice, answer.text)) == (len(HOSTILE), 0, 0, len(HOSTILE), 0)
    assert counts(take(http, mallory, answer.text)) == (len(HOSTILE), len(HOSTILE), 0, 0, 0)
    assert entries(http, mallory) == entries(http, alice)


def test_an_export_is_complete_and_in_order(http, workers, alice):
    table = "question,answer\n" + "".join(f"Question {number:04}?,Yes.\n" for number in range(1200))
    assert counts(take(http, alice, table)) == (1200, 1200, 0, 0, 0)
    lines = http.get(EXPORT, headers=key(alice.api_key)).text.splitlines()
    assert sorted(lines[1:]) == [f"Question {number:04}?,Yes." for number in range(1200)]


def test_mallorys_import_changes_nothing_of_alices(http, workers, alice, mallory):
    add(http, alice)
    assert counts(take(http, mallory, f"question,answer\n{PARKING['question']},Mine.\n")) == (1, 1, 0, 0, 0)
    assert entries(http, alice) == {PARKING["question"]: PARKING["answer"]}
    assert PARKING["answer"] not in http.get(EXPORT, headers=key(mallory.api_key)).text


def test_a_secret_key_of_the_scope_is_needed(http, workers, alice):
    for credential in (alice.account_token, "fd_nobody"):
        assert take(http, alice, "question,answer\n", **{"X-API-Key": credential}).status_code in {401, 403}
        assert http.get(EXPORT, headers=key(credential)).status_code in {401, 403}
