"""How a command joins the command line: a function of the parsed arguments that returns the exit status."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]
Commands = argparse._SubParsersAction  # what add_subparsers returns; argparse has no public name for it
Parser = argparse.ArgumentParser


def add(to: Commands[Parser], name: str, command: Command, text: str) -> Parser:
    """One command; `main` of manage.py runs it."""
    made = to.add_parser(name, help=text, description=text)
    made.set_defaults(command=command)
    return made


def add_group(to: Commands[Parser], name: str, text: str) -> Commands[Parser]:
    """A word that commands of a kind stand behind."""
    return to.add_parser(name, help=text, description=text).add_subparsers(required=True, metavar="COMMAND")


def add_tenant(parser: Parser, text: str | None = None) -> None:
    """`--tenant ID`."""
    parser.add_argument("--tenant", required=True, metavar="ID", type=uuid.UUID, help=text)
