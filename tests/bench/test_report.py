from __future__ import annotations

import json

import pytest

from bench.maths import jain, quantile
from bench.report import Figure, Part, alone, alternating, at_least, at_most, compared
from bench.table import number, table, write


def silent(text: str) -> None:
    """A progress that nobody reads."""


def test_jain_is_one_when_all_got_the_same():
    assert jain([3.0] * 50) == pytest.approx(1.0)


def test_jain_is_one_nth_when_one_got_everything():
    assert jain([9.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)


def test_jain_of_nothing_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        jain([0.0, 0.0])


def test_a_quantile_is_a_value_that_was_measured():
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile(list(range(1, 301)), 0.99) == 297
    assert quantile([7.0], 0.99) == 7.0
    assert quantile([1.0, 2.0], 0.0) == 1.0


def test_runs_alternate_and_change_who_goes_first():
    order: list[str] = []

    def run(name: str) -> float:
        order.append(name)
        return float(len(order))

    taken = alternating(3, {"ours": lambda: run("ours"), "theirs": lambda: run("theirs")}, silent)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert taken == {"ours": [1.0, 4.0, 5.0], "theirs": [2.0, 3.0, 6.0]}


def test_a_ratio_is_the_median_of_the_rounds_not_of_the_medians():
    figure = compared("jobs/s", [10.0, 40.0, 90.0], "1/s", "stock", [10.0, 20.0, 30.0], ratio_bound=at_least(2, "x"))
    assert figure.ratio == pytest.approx(2.0)
    assert figure.beside == ("stock", 20.0)
    assert figure.spread == (10.0, 90.0)
    assert figure.holds is True
    assert figure.bound == ">= 2 x"


def test_both_bounds_must_hold():
    figure = compared("start", [4.0], "ms", "stock", [400.0], ratio_bound=at_most(1, "x"), value_bound=at_most(3, "ms"))
    assert figure.holds is False
    assert figure.bound == "<= 1 x, <= 3 ms"


def test_a_figure_without_a_bound_neither_holds_nor_misses():
    assert alone("memory", [3.0, 1.0, 2.0], "MB") == Figure("memory", 2.0, "MB", spread=(1.0, 3.0))


def test_a_part_is_right_when_nothing_is_wrong_and_no_bound_missed():
    held, missed = alone("a", [1.0], "x", at_least(1)), alone("a", [1.0], "x", at_least(2))
    assert Part("b", "", (held,)).right
    assert not Part("b", "", (held, missed)).right
    assert not Part("b", "", (held,), wrong=("1 job lost",)).right


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (5213.4, "1/s", "5,213 1/s"),
        (312.0, "", "312"),
        (12.44, "ms", "12.4 ms"),
        (1.256, "x", "1.26 x"),
        (0.0312, "MB", "0.031 MB"),
        (3.0, "", "3"),
    ],
)
def test_numbers_show_the_digits_that_matter(value: float, unit: str, shown: str):
    assert number(value, unit) == shown


def test_the_table_says_which_bounds_are_missed_and_what_is_wrong():
    figure = compared("jobs/s", [3000.0], "1/s", "stock Dramatiq", [2000.0], ratio_bound=at_least(1.6, "x"))
    text = table([Part("b", "The queue", (figure,), notes=("8 threads",), wrong=("1 job ran twice",))])
    assert "(b) The queue" in text
    line = next(line for line in text.splitlines() if "jobs/s" in line)
    assert "3,000 1/s" in line
    assert "stock Dramatiq 2,000" in line
    assert "1.50 x" in line
    assert ">= 1.6 x" in line
    assert line.endswith("MISSED")
    assert "8 threads" in text
    assert "WRONG: 1 job ran twice" in text


def test_a_part_measured_again_replaces_its_earlier_one_and_leaves_the_others(tmp_path):
    path = tmp_path / "kept" / "bench.json"
    write(path, [Part("a", "old", ()), Part("b", "queue", (alone("x", [1.0], "ms"),), details={"n": 3})])
    write(path, [Part("a", "new", (), wrong=("lost",))])
    parts = json.loads(path.read_text())["parts"]
    assert parts["a"]["title"] == "new"
    assert parts["a"]["right"] is False
    assert parts["b"]["figures"][0]["ours"] == 1.0
    assert parts["b"]["details"] == {"n": 3}


def test_the_file_of_an_earlier_release_is_replaced(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text('{"steady": {}, "burst": {}}')
    write(path, [Part("a", "new", ())])
    assert list(json.loads(path.read_text())) == ["parts"]
