"""What can happen to the queue, as plain values: plans.py has hypothesis draw them, player.py plays them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clients.queue import Limits

INTERACTIVE, BULK = ("chat", "mail"), ("crawl",)
PROCESSES = 3

Token = Literal["none", "wait", "refuse"]
Outcome = Literal["done", "later", "dead", "back"]


@dataclass(frozen=True)
class Put:
    """New messages, each enqueued; or accepted, if `token` says how."""

    tenant: str
    queue: str = "chat"
    count: int = 1
    cost: int = 1
    key: str = ""
    delay_ms: int = 0
    token: Token | None = None


@dataclass(frozen=True)
class PutAgain:
    """An id that is known, waiting or settled."""

    which: int  # modulo their count


@dataclass(frozen=True)
class Fetch:
    process: int
    count: int = 1
    bulk: bool = True
    lost: bool = False  # the process never learns what it was given


@dataclass(frozen=True)
class Settle:
    which: int  # of the deliveries held anywhere, modulo their count
    outcome: Outcome = "done"
    cost: int | None = None
    delay_ms: int = 0
    count: int = 0
    lost: bool = False


@dataclass(frozen=True)
class Repeat:
    """The last fetch or settle of a process once more, as after a lost reply."""

    process: int


@dataclass(frozen=True)
class Report:
    """A process reports what it holds but the first `left_out`."""

    process: int
    left_out: int = 0


@dataclass(frozen=True)
class Pass:
    """Seconds pass in which every process reports but one, which is silent and may have crashed."""

    seconds: int
    silent: int | None = None
    crashed: bool = False


@dataclass(frozen=True)
class Advance:
    """Time passes in which nobody says a word."""

    ms: int


@dataclass(frozen=True)
class Goodbye:
    process: int


@dataclass(frozen=True)
class SetLimits:
    tenant: str
    limits: Limits


@dataclass(frozen=True)
class Revive:
    """The oldest dead letter of a tenant is tried again, or dropped."""

    tenant: str
    drop: bool = False


@dataclass(frozen=True)
class FlushScripts:
    pass


Step = Put | PutAgain | Fetch | Settle | Repeat | Report | Pass | Advance | Goodbye | SetLimits | Revive | FlushScripts
