"""The command `eval` of manage.py: reads its arguments and runs the evaluation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from config.development import data_folder

KINDS_TEXT = "intents, retrieval, answers, grounding, injections, language"


def add_to(commands: Any) -> None:
    """eval [KIND [FILE]] [--data FOLDER]."""
    text = "Measure what Frontdesk says against sets of questions; exit status 1 when a bound is missed."
    made = commands.add_parser("eval", help=text, description=text)
    made.add_argument("kind", nargs="?", metavar="KIND", help=f"{KINDS_TEXT}; everything when none is named")
    made.add_argument("file", nargs="?", metavar="FILE", type=Path, help="a set (JSON); our own when none is named")
    made.add_argument("--data", metavar="FOLDER", type=Path, help="with everything: also the sets in this folder")
    made.set_defaults(command=evaluate)


def evaluate(asked: argparse.Namespace) -> int:
    """The exit status: 0 all bounds hold, 1 one is missed, 2 the arguments make no sense."""
    from workers.evaluation.run import KINDS, run

    if asked.kind is not None and asked.kind not in KINDS:
        print(f"There is no evaluation {asked.kind!r}: one of {KINDS_TEXT}.")
        return 2
    if asked.kind is not None and asked.data is not None:
        print("--data goes with everything; name a FILE instead.")
        return 2
    return run(asked.kind, asked.file, asked.data, data_folder() / "eval.json")
