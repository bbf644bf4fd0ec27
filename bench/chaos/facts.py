"""What a seed leaves behind, as plain values for the verdict: from the doubles' journals, the API's answers and the rows.

All times are seconds of this machine's monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

REPLY, HAND_OVER = "reply", "hand_over"


@dataclass(frozen=True)
class Asked:
    """A visitor's message: stored in the channel, or sent to the API."""

    reference: str
    tenant: str
    conversation: str  # our id of it
    channel: bool
    at_s: float
    accepted: bool  # the channel has it, or the API answered with a 2xx at least once
    answered: bool = True  # the caller of the API came to an end
    refused: str = ""  # or was sent away for good, with this


@dataclass(frozen=True)
class Said:
    """One message of the bot, as the channel stored it or a caller of the API was told it."""

    tenant: str  # whose account or key it was
    conversation: str
    turn: str
    part: str
    text: str
    channel: bool
    released_s: float | None  # not let go before: the request's arrival, or when the model had said the last of it
    stored_s: float
    looked_s: float | None = None  # what the read-back before it showed is from then
    checked_s: float | None = None  # that read-back was answered: the epoch was asked after it
    late_s: float = 0.0  # how long after our time-out the channel stored it


@dataclass(frozen=True)
class Sign:
    """A person took the conversation."""

    conversation: str
    seen_s: float  # visible in the channel from then on
    known_s: float | None  # the ingress had accepted it by then


@dataclass(frozen=True)
class Back:
    """The bot got it back."""

    conversation: str
    at_s: float


@dataclass(frozen=True)
class Row:
    """A visitor's message in Postgres, with the turn that has it."""

    reference: str
    tenant: str
    conversation: str
    turn: str | None
    state: str | None
    reason: str | None
    channel: bool
    accepted_s: float
    oldest_s: float
    ended_s: float | None
    reply: str | None


@dataclass(frozen=True)
class Sent:
    """An outbound row."""

    turn: str
    part: str
    state: str


@dataclass(frozen=True)
class Heard:
    """What a caller was told of a turn: its sentences in their order, or the whole reply as one."""

    turn: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Killed:
    """A process that was answering or delivering a turn was killed."""

    at_s: float
    line: str  # of the Procfile
    turn: str
    seen_s: tuple[float, ...]  # when the outside world saw somebody work on the turn, or it ended; in order


@dataclass(frozen=True)
class Trouble:
    """Something that keeps those from going on who could: of one line of the Procfile, or of all ("")."""

    line: str
    from_s: float
    until_s: float


@dataclass(frozen=True)
class Money:
    """A tenant's, in micro-units: what the provider asks for, what we charged it, what we hold for calls without an end."""

    tenant: str
    cap: int | None
    billed: float
    charged: int
    held: int


@dataclass(frozen=True)
class Outage:
    """Postgres or Redis was away."""

    from_s: float
    until_s: float


@dataclass
class Facts:
    """Everything the verdict looks at."""

    words: dict[str, str]  # tenant -> its word
    asked: list[Asked] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    started: dict[str, float] = field(default_factory=dict)  # reference -> the first call of the model for it
    metered: dict[str, int] = field(default_factory=dict)  # turn -> usage rows of kind `reply`
    delivered: frozenset[str] = frozenset()  # turns that are
    money: list[Money] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)  # how replies came about -> how many
    dead_letters: int = 0
    errors: tuple[str, ...] = ()  # what the processes logged of exceptions that nobody expected
    restless: str = ""  # what still waited or ran long after the last trouble
    time_scale: float = 1.0
