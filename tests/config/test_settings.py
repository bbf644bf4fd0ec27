"""The settings' documentation and the platforms' files say what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, settings
from config.supervisor import read_procfile

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-of-at-least-thirty-two-characters"


def _example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    yield
    settings.cache_clear()


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(_example()) == {name.upper() for name in Settings.model_fields}


def test_each_setting_of_the_example_has_a_comment() -> None:
    text = (ROOT / ".env.example").read_text()
    for name in _example():
        assert re.search(rf"^# .+\n{name}=", text, re.MULTILINE), name


def test_the_values_of_the_example_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    required = {"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h", "SECRET_KEY": SECRET}
    _set(monkeypatch, **required)
    plain = settings()
    _set(monkeypatch, **{**_example(), **required})
    assert settings() == plain


def test_a_wrong_value_is_named_but_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, DATABASE_URL="mysql://user:hunter2@h/d", REDIS_URL="redis://h", SECRET_KEY="short-hunter2")
    with pytest.raises(SettingsError) as refused:
        settings()
    assert "DATABASE_URL" in str(refused.value)
    assert "SECRET_KEY" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_platforms_run_the_lines_of_the_procfile() -> None:
    programs = {program.name: program.command for program in read_procfile(ROOT / "Procfile", without=())}
    blueprint = (ROOT / "render.yaml").read_text()
    started = re.findall(r"name: frontdesk-(\w+)\n(?:.+\n)*?    startCommand: (.+)", blueprint)
    assert dict(started) == {name: command for name, command in programs.items() if name != "release"}
    assert f"preDeployCommand: {programs['release']}\n" in blueprint
    assert set(json.loads((ROOT / "app.json").read_text())["formation"]) == set(programs) - {"release"}
