"""`manage.py unanswered` and `manage.py golden`, as an operator types them."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

import manage
from dashboard.commands.unanswered import STATES
from models.database import tenant_session
from models.golden import Cause, GoldenQuestion, GoldenRun, Result, begin_run, golden_questions, lock_run
from models.knowledge import KnowledgeEntry
from models.tenant import configuration
from models.unanswered import UnansweredQuestion, UnansweredState
from tests.ingress.test_unanswered import ask

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], alice) -> Run:
    """A command's output for Alice's tenant, or another's."""

    def command(*words: object, tenant=alice, status: int = 0) -> str:
        capsys.readouterr()  # what stages logged
        assert manage.main([*(str(word) for word in words), "--tenant", str(tenant.tenant_id)]) == status
        return capsys.readouterr().out

    return command


def questions(tenant) -> dict[str, UnansweredQuestion]:
    with tenant_session(tenant.tenant_id) as session:
        return {each.text: each for each in session.query(UnansweredQuestion)}


def test_the_states_are_those_of_the_table():
    assert set(STATES) == set(UnansweredState)


def test_questions_are_listed_answered_dismissed_and_opened_again(run: Run, workers, alice):
    assert run("unanswered", "list") == "There are none.\n"
    ask(alice, "Do you sell car tyres?", "Do you have a pool?")
    tyres, pool = questions(alice)["Do you sell car tyres?"], questions(alice)["Do you have a pool?"]
    heading, *rows = run("unanswered", "list").splitlines()
    assert heading.split() == ["id", "asked", "last", "question", "times"]
    assert [row.split()[0] for row in rows] == [str(pool.id), str(tyres.id)]
    assert "from now on" in run("unanswered", "answer", tyres.id, "From £40.", "--question", "Do you sell tyres?")
    assert run("unanswered", "dismiss", pool.id) == "1 dismissed.\n"
    assert run("unanswered", "list") == "There are none.\n"
    assert "Do you have a pool?" in run("unanswered", "list", "--state", "dismissed")
    run("unanswered", "open", pool.id)
    assert "Do you have a pool?" in run("unanswered", "list")
    with tenant_session(alice.tenant_id) as session:
        (entry,) = session.query(KnowledgeEntry)
    assert (entry.question, entry.answer) == ("Do you sell tyres?", "From £40.")
    assert questions(alice)["Do you sell car tyres?"].entry_id == entry.id


def test_the_exported_table_is_filled_in_and_imported(run: Run, workers, alice, tmp_path: Path):
    ask(alice, "Do you sell car tyres?", "Do you have a pool?")
    file = tmp_path / "unanswered.csv"
    run("unanswered", "export", "--to", file)
    rows = list(csv.reader(file.read_text().splitlines()))
    assert [row[:3] for row in rows] == [
        ["question", "answer", "times"],
        ["Do you have a pool?", "", "1"],
        ["Do you sell car tyres?", "", "1"],
    ]
    rows[2][1] = "From £40."
    file.write_text("\n".join(",".join(row) for row in rows))
    said = run("knowledge", "import", file, status=1).splitlines()
    assert said == [
        "line 2: The answer is empty.",
        "2 read, 1 added, 0 changed, 0 unchanged, 1 refused.",
    ]


def test_another_tenants_question_is_nobodys(run: Run, workers, alice, mallory):
    ask(alice, "Do you sell car tyres?")
    (name,) = (each.id for each in questions(alice).values())
    for words in (("dismiss", name), ("answer", name, "x")):
        with pytest.raises(SystemExit, match="no unanswered question by that id"):
            run("unanswered", *words, tenant=mallory)
    with pytest.raises(SystemExit, match="The answer is empty"):
        run("unanswered", "answer", name, " ")


def test_golden_questions_come_from_json_and_csv(run: Run, alice, tmp_path: Path):
    sets, table = tmp_path / "golden.json", tmp_path / "golden.csv"
    sets.write_text(json.dumps({"questions": [{"question": "Open?", "expected": ["9:00", "18:00"]}]}))
    table.write_text("question;expected\nopen?;9:00|18:00\nCar tyres?;\n")
    assert run("golden", "import", sets) == "1 read, 1 added, 0 changed, 0 unchanged.\n"
    assert run("golden", "import", table) == "2 read, 1 added, 0 changed, 1 unchanged.\n"
    with tenant_session(alice.tenant_id) as session:
        found = {each.question: each.expected for each in golden_questions(session)}
    assert found == {"Open?": ["9:00", "18:00"], "Car tyres?": None}
    shown = run("golden", "list")
    assert "9:00 | 18:00" in shown
    assert "(that it is not known)" in shown
    name = next(line.split()[0] for line in shown.splitlines() if "tyres" in line)
    assert run("golden", "delete", name) == "Deleted.\n"
    assert "tyres" not in run("golden", "list")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "must name the columns question and expected"),
        ("question,answer\na,b\n", "must name the columns question and expected"),
        ("question,expected\n", "There is no question in the file"),
        ("question,expected\n,x\n", "line 2: a question or a fact is empty"),
        ('question,expected\n"a,x\n', "a quote is in the wrong place"),
        ("{", "not valid JSON"),
        ('{"business": "x"}', "Expected a list"),
        ('[{"question": "a"}]', "question 1: expected"),
        ('[{"question": "a", "expected": []}]', "question 1: expected is a list of facts"),
        ('[{"question": "a", "expected": [7]}]', "question 1: a question or a fact is empty, or no text"),
        (json.dumps([{"question": f"q{n}", "expected": None} for n in range(201)]), "at most 200"),
    ],
)
def test_a_file_that_is_none_ends_in_a_sentence(run: Run, alice, tmp_path: Path, content: str, sentence: str):
    file = tmp_path / "golden"
    file.write_text(content)
    with pytest.raises(SystemExit, match=sentence):
        run("golden", "import", file)


def test_what_is_not_there_ends_in_a_sentence(run: Run, workers, alice):
    for words in (("golden", "report"), ("golden", "report", "--run", uuid.uuid4())):
        with pytest.raises(SystemExit, match="no such run"):
            run(*words)
    with pytest.raises(SystemExit, match="No configuration is held back"):
        run("golden", "activate")
    with pytest.raises(SystemExit, match="no golden questions to ask"):
        run("golden", "run")
    with pytest.raises(SystemExit, match="No such file"):
        run("golden", "import", "/no/such.csv")


def test_a_run_is_reported_and_what_it_holds_back_goes_live(run: Run, alice):
    with tenant_session(alice.tenant_id) as session:
        session.add(GoldenQuestion(tenant_id=alice.tenant_id, question="Open?", expected=["9:00"]))
        name = begin_run(session, alice.tenant_id, Cause.CONFIGURATION, {"tone": "silly"})
        found: GoldenRun | None = lock_run(session, alice.tenant_id, name)
        assert found is not None
        found.add(Result(uuid.uuid4(), "Open?", "Who knows.", ["9:00"], right=False, was_right=True))
        found.end()
    shown = run("golden", "report")
    assert "held, 0 of 1 right, 1 before." in shown
    assert "missing:  9:00" in shown
    assert "held" in run("golden", "runs")
    assert run("golden", "activate") == "The configuration is live: tone.\n"
    with tenant_session(alice.tenant_id) as session:
        assert configuration(session)[1].tone == "silly"
    with pytest.raises(SystemExit, match="holds no configuration back"):
        run("golden", "activate", "--run", name)


def test_a_business_is_configured_and_a_new_tone_is_tried_first(run: Run, workers, alice):
    assert run("config", "set", '{"answer_minutes": 30, "time_zone": "Europe/Berlin"}') == (
        "Set: answer_minutes, time_zone.\n"
    )
    shown = json.loads(run("config", "show"))
    assert (shown["answer_minutes"], shown["time_zone"]) == (30, "Europe/Berlin")
    with tenant_session(alice.tenant_id) as session:
        session.add(GoldenQuestion(tenant_id=alice.tenant_id, question="Open?", expected=["9:00"]))
    assert "Tried on the golden questions first: tone" in run("config", "set", '{"tone": "silly", "greeting": "Hi"}')
    shown = json.loads(run("config", "show"))
    assert (shown["greeting"], shown["trial"]["fields"]) == ("Hi", {"tone": "silly"})
    assert shown["tone"] != "silly"
    run("config", "set", '{"tone": "silly"}', "--force")
    assert json.loads(run("config", "show"))["tone"] == "silly"
    for values, sentence in (("x", "not valid JSON"), ('{"hour": 1}', "hour: There is no such field")):
        with pytest.raises(SystemExit, match=sentence):
            run("config", "set", values)
