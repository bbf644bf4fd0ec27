"""Which kind of set a JSON file is, told by its shape and not by its name; sets of others have names of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workers.evaluation.table import NoSet

KNOWN = {"clinc150.json": "intents", "covidfaq.json": "retrieval"}  # the public sets whose bounds we state
SHAPES = {
    "intents": ({"train", "test"},),
    "retrieval": ({"faq", "queries"},),
    "answers": ({"business", "entries", "questions"},),
}


def read(path: Path) -> Any:
    """The file's JSON.

    Raises:
        NoSet: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoSet(f"{path}: {error.strerror or 'cannot be read'}") from None
    except ValueError as error:
        raise NoSet(f"{path}: not a JSON file ({error})") from None


def kind_of(path: Path) -> str | None:
    """The evaluation that measures this file; None when it is no set we know."""
    content = read(path)
    if not isinstance(content, dict):
        return None
    return next((kind for kind, shapes in SHAPES.items() if any(keys <= content.keys() for keys in shapes)), None)


def in_folder(folder: Path) -> tuple[dict[str, list[Path]], list[str]]:
    """The folder's sets by kind, and a sentence for each file that is none and each known one that is missing.

    Raises:
        NoSet: there is no such folder.
    """
    if not folder.is_dir():
        raise NoSet(f"{folder}: there is no such folder")
    found: dict[str, list[Path]] = {}
    left_out: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            kind = kind_of(path)
        except NoSet as unreadable:
            left_out.append(str(unreadable))
            continue
        if kind is None:
            left_out.append(f"{path}: its shape is of no set we measure")
        else:
            found.setdefault(kind, []).append(path)
    left_out += [f"{kind} on {name}: not in {folder}" for name, kind in KNOWN.items() if not (folder / name).exists()]
    return found, left_out
