"""The frame of `make eval`: what is measured, what is named as missing, the table, the file and the exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from workers.evaluation import run as frame
from workers.evaluation import sets
from workers.evaluation.table import Measure, NoSet, Part, at_least, at_most, number, table, write


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Measure]]:
    """Every kind is a module that answers with these measures."""
    answers: dict[str, list[Measure]] = {kind: [at_least("right", 90, 85)] for kind in frame.KINDS}
    for kind in frame.KINDS:
        module = ModuleType(f"workers.evaluation.{kind}")
        module.measure = lambda path, progress, kind=kind: answers[kind]  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return answers


def a_file(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(content))
    return path


def test_a_bound_that_holds_ends_well(kinds, tmp_path, capsys):
    assert frame.run("answers", None, None, tmp_path / "eval.json") == 0
    assert "right  90 %  >= 85 %  holds" in capsys.readouterr().out


def test_a_bound_that_is_missed_is_an_exit_status_and_names_its_cases(kinds, tmp_path, capsys):
    kinds["answers"][:] = [at_most("invented", 1, 0, details=["How tall is the tower?"])]
    assert frame.run("answers", None, None, tmp_path / "eval.json") == 1
    shown = capsys.readouterr().out
    assert "MISSED" in shown
    assert "How tall is the tower?" in shown


def test_everything_is_every_kind_and_what_is_not_there_is_named(kinds, tmp_path, capsys):
    assert frame.run(None, None, None, tmp_path / "eval.json") == 0
    shown = capsys.readouterr().out
    assert all(f"{kind}: own sets" in shown for kind in frame.KINDS)
    assert "not measured: intents on clinc150.json: give DATA=<folder of sets>" in shown


def test_a_folder_adds_the_sets_in_it_told_by_their_shape(kinds, tmp_path, capsys):
    data = tmp_path / "sets"
    data.mkdir()
    a_file(data, "mine.json", {"faq": [], "queries": []})
    a_file(data, "hotel.json", {"business": "", "entries": [], "questions": []})
    a_file(data, "odd.json", {"something": 1})
    (data / "broken.json").write_text("{")
    assert frame.run(None, None, data, tmp_path / "eval.json") == 0
    shown = capsys.readouterr().out
    assert "retrieval: mine.json" in shown
    assert "answers: hotel.json" in shown
    assert "odd.json: its shape is of no set we measure" in shown
    assert "broken.json: not a JSON file" in shown
    assert "intents on clinc150.json: not in" in shown


def test_a_folder_that_is_not_there_is_said(kinds, tmp_path, capsys):
    assert frame.run(None, None, tmp_path / "nowhere", tmp_path / "eval.json") == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_one_that_fails_is_told_and_the_others_are_measured(kinds, tmp_path, capsys, monkeypatch):
    def fail(path, progress):
        raise ValueError("no such model")

    monkeypatch.setattr(sys.modules["workers.evaluation.intents"], "measure", fail)
    assert frame.run(None, None, None, tmp_path / "eval.json") == 1
    shown = capsys.readouterr().out
    assert "WRONG: ValueError: no such model" in shown
    assert "language: own sets" in shown


def test_a_kind_without_a_set_of_our_own_is_named(kinds, tmp_path, capsys, monkeypatch):
    def nothing(path, progress):
        raise NoSet("only with a file")

    monkeypatch.setattr(sys.modules["workers.evaluation.intents"], "measure", nothing)
    assert frame.run(None, None, None, tmp_path / "eval.json") == 0
    assert "not measured: intents: only with a file" in capsys.readouterr().out
    assert frame.run("intents", tmp_path / "x.json", None, tmp_path / "eval.json") == 1


def test_measuring_one_again_leaves_the_others_in_the_file(tmp_path):
    path = tmp_path / "eval.json"
    write(path, [Part("answers", "a.json", (Measure("right", 1),)), Part("intents", "own sets")])
    write(path, [Part("answers", "a.json", (Measure("right", 2),))])
    kept = json.loads(path.read_text())["sets"]
    assert kept["answers: a.json"]["measures"][0]["value"] == 2
    assert "intents: own sets" in kept


def test_a_broken_file_of_results_is_replaced(tmp_path):
    path = tmp_path / "eval.json"
    path.write_text("[")
    write(path, [Part("answers", "a.json")])
    assert "answers: a.json" in json.loads(path.read_text())["sets"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(96.24, "%", "96.2 %"), (100, "%", "100 %"), (0.7831, "", "0.783"), (1387, "", "1,387"), (12.34, "ms", "12.3 ms")],
)
def test_numbers_are_readable(value, unit, text):
    assert number(value, unit) == text


def test_a_long_list_of_cases_is_cut_in_the_table():
    measure = at_least("right", 0, 85, details=[f"case {n}" for n in range(30)])
    shown = table([Part("answers", "a.json", (measure,))])
    assert "case 11" in shown
    assert "case 12" not in shown
    assert "… and 18 more" in shown


def test_the_public_sets_are_known_by_their_shape(tmp_path):
    assert sets.kind_of(a_file(tmp_path, "a.json", {"train": [], "val": [], "test": [], "oos_test": []})) == "intents"
