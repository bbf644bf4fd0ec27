from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.systems import journal
from bench.systems.journal import GATE, Journal, work

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("BENCH_GATE", str(tmp_path / "gate"))
    journal._journal.cache_clear()
    return tmp_path / "journal"


def test_starts_are_read_once_and_in_their_order(path: Path):
    read = Journal(path)
    work(3, 0)
    work(1, 0)
    first = read.new()
    work(2, 0)
    assert [start.number for start in first] == [3, 1]
    assert [start.number for start in read.new()] == [2]
    assert first[0].at <= first[1].at
    assert read.new() == []
    read.close()


def test_a_gate_job_ends_when_the_gate_is_open(path: Path):
    read = Journal(path)
    work(GATE, 0)
    assert [start.number for start in read.new()] == [GATE]
    read.close()


def test_processes_write_to_one_journal_by_one_clock(path: Path):
    read = Journal(path)
    work(1, 0)
    subprocess.run([sys.executable, "-c", "from bench.systems.journal import work; work(2, 0)"], cwd=ROOT, check=True)
    work(3, 0)
    starts = read.new()
    assert [start.number for start in starts] == [1, 2, 3]
    assert [start.at for start in starts] == sorted(start.at for start in starts)
    read.close()
