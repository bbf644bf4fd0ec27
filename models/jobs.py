"""The contract between the edges: what may be enqueued. A job is names and ids; `ReceiveMessage` alone carries content.

An edge enqueues a job and never imports the worker that runs it; every job has exactly one actor (a test keeps it so).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self

ESTIMATED_TOKENS = 1_000  # of a model call, prompt and reply; what it really took is charged at its end


class MessageKind(StrEnum):
    """What a `ReceiveMessage` tells about its conversation."""

    VISITOR = "visitor"  # a visitor wrote: starts, joins or supersedes a turn
    HUMAN = "human"  # a person on the business's side wrote in public: a human sign
    ASSIGNED = "assigned"  # the channel assigned the conversation to another user: a human sign
    CLOSED = "closed"  # the channel closed the conversation: the bot gets it back


@cache
def _fields(job: type[Job]) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(job))


@dataclass(frozen=True, kw_only=True)
class Job:
    """Base of all jobs: arguments are JSON values; `tenant_id` is always one of them, unless the job is `system`."""

    name: ClassVar[str]
    queue: ClassVar[str]
    system: ClassVar[bool] = False

    tenant_id: str

    @property
    def sequence_key(self) -> str | None:
        """Messages of one key in one queue run one at a time, in order; None runs freely."""
        return None

    @property
    def cost(self) -> int:
        """Estimated service the tenant is charged at dispatch."""
        return 1

    def arguments(self) -> dict[str, Any]:
        """The JSON form that travels; `from_arguments` reads it back and ignores fields of a newer release."""
        return dict(vars(self))

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> Self:
        known = _fields(cls)  # type: ignore[arg-type]  # a class is hashable
        if arguments.keys() <= known:
            return cls(**arguments)
        return cls(**{name: value for name, value in arguments.items() if name in known})


@dataclass(frozen=True, kw_only=True)
class ReceiveMessage(Job):
    """Record one accepted message or sign of a conversation. Its queue entry is the only copy until then."""

    name: ClassVar[str] = "message.receive"
    queue: ClassVar[str] = "receive"

    kind: str  # a MessageKind
    connection_id: str
    conversation_id: str  # models.conversation.conversation_id(): known before any row exists
    conversation_external_id: str  # the channel's id; for API and widget the hash of credential class and session
    external_id: (
        str | None
    )  # the message's id in its channel, or the Idempotency-Key's; None for signs without a message
    body: str = ""
    sent_at: str | None = None  # ISO 8601 with zone, as the sender claims; None when unknown
    accepted_at: str = ""  # ISO 8601 with zone, our clock
    customer: dict[str, Any] | None = None  # {external_id, name, email, phone, company, …} as claimed by the channel
    metadata: dict[str, Any] | None = None  # e.g. {"reply_action": …}; never authorises anything
    assignee: str | None = None  # ASSIGNED: the channel's user id
    turn_id: str | None = None  # API and widget: the turn the caller was promised
    stream: bool = False  # the caller reads sentence by sentence
    widget: bool = False  # a person types it: messages that belong together are waited for as on a channel
    public: bool = False  # the account token's, which stands in the business's pages: only a share of the budget is its
    found_late: bool = False  # reconciliation: entered by its row, not by a webhook
    answered_by_human: bool = False  # reconciliation: a person has already replied after it
    durable: bool = False  # it stands in `webhook_event` until it is recorded
    epoch: int | None = None  # reconciliation: what this sign raised the conversation's epoch to

    @property
    def sequence_key(self) -> str | None:
        return self.conversation_id


@dataclass(frozen=True, kw_only=True)
class TurnJob(Job):
    """A stage's work on one turn."""

    turn_id: str


@dataclass(frozen=True, kw_only=True)
class DetectIntent(TurnJob):
    """RECEIVED → CLASSIFIED, HANDED_OVER or SILENT."""

    name: ClassVar[str] = "turn.detect_intent"
    queue: ClassVar[str] = "turn"


@dataclass(frozen=True, kw_only=True)
class AnswerTurn(TurnJob):
    """CLASSIFIED → ANSWERED (channels), or released here (API, widget). Costs the model's tokens."""

    name: ClassVar[str] = "turn.answer"
    queue: ClassVar[str] = "answer"

    @property
    def cost(self) -> int:
        return ESTIMATED_TOKENS


@dataclass(frozen=True, kw_only=True)
class DeliverTurn(TurnJob):
    """Send a turn's unfinished outbound parts through its channel."""

    name: ClassVar[str] = "turn.deliver"
    queue: ClassVar[str] = "turn"


@dataclass(frozen=True, kw_only=True)
class CaptureLead(Job):
    """Store contact and wish that occur in the visitor's own words or customer record."""

    name: ClassVar[str] = "lead.capture"
    queue: ClassVar[str] = "lead"

    conversation_id: str
    message_id: str

    @property
    def sequence_key(self) -> str | None:
        return self.conversation_id


@dataclass(frozen=True, kw_only=True)
class ReconcileConnection(Job):
    """Read a channel's recent conversations and receive what its webhooks lost."""

    name: ClassVar[str] = "connection.reconcile"
    queue: ClassVar[str] = "reconcile"

    connection_id: str
    cursor: str | None = None  # where an earlier job of this round stopped
    newest_at: str | None = None  # ISO 8601: the newest activity this round has seen

    @property
    def sequence_key(self) -> str | None:
        return self.connection_id


@dataclass(frozen=True, kw_only=True)
class UpdateChannel(Job):
    """Show in the channel that the bot has a conversation back, or that it is closed."""

    name: ClassVar[str] = "channel.update"
    queue: ClassVar[str] = "turn"

    conversation_id: str


@dataclass(frozen=True, kw_only=True)
class SendNotice(Job):
    """Mail one notice to the business, until the mail server took it."""

    name: ClassVar[str] = "notice.send"
    queue: ClassVar[str] = "notice"

    notice_id: str


@dataclass(frozen=True, kw_only=True)
class SourceJob(Job):
    """A step of one reading of a source; void once the source is in another round."""

    source_id: str
    round_id: str

    @property
    def sequence_key(self) -> str | None:
        return self.source_id


@dataclass(frozen=True, kw_only=True)
class CrawlSource(SourceJob):
    """Make a website's next request, record what came, and send the job of the request after it."""

    name: ClassVar[str] = "source.crawl"
    queue: ClassVar[str] = "knowledge"

    cursor: str = "0"  # which request of the round this is


@dataclass(frozen=True, kw_only=True)
class ReadFile(SourceJob):
    """Read an uploaded file."""

    name: ClassVar[str] = "source.read"
    queue: ClassVar[str] = "knowledge"


@dataclass(frozen=True, kw_only=True)
class TrainIntents(Job):
    """Fit a version of the tenant's own intents; one job embeds some examples and sends the next."""

    name: ClassVar[str] = "intents.train"
    queue: ClassVar[str] = "knowledge"

    model_id: str

    @property
    def sequence_key(self) -> str | None:
        return f"intents:{self.tenant_id}"


@dataclass(frozen=True, kw_only=True)
class EmbedChunks(Job):
    """Give the tenant's chunks the vectors they lack. One at a time for each tenant; sends its own successor."""

    name: ClassVar[str] = "knowledge.embed"
    queue: ClassVar[str] = "knowledge"

    @property
    def sequence_key(self) -> str | None:
        return f"embed:{self.tenant_id}"


@dataclass(frozen=True, kw_only=True)
class EmbedQuery(Job):
    """Give a search that somebody waits for its vector: the row named holds its words."""

    name: ClassVar[str] = "query.embed"
    queue: ClassVar[str] = "turn"

    query_id: str


@dataclass(frozen=True, kw_only=True)
class RunGolden(Job):
    """Ask a business's golden questions, one run at a time; sends its own successor. Without `run_id`: a new run."""

    name: ClassVar[str] = "golden.run"
    queue: ClassVar[str] = "knowledge"

    run_id: str

    @property
    def sequence_key(self) -> str | None:
        return f"golden:{self.tenant_id}"


JOBS: tuple[type[Job], ...] = (
    ReceiveMessage,
    DetectIntent,
    AnswerTurn,
    DeliverTurn,
    CaptureLead,
    SendNotice,
    UpdateChannel,
    ReconcileConnection,
    CrawlSource,
    ReadFile,
    TrainIntents,
    EmbedChunks,
    EmbedQuery,
    RunGolden,
)
WORKER_QUEUES = ("receive", "turn", "lead", "notice", "reconcile", "knowledge")
BULK_QUEUES = ("reconcile", "knowledge")  # of the class bulk: after all others, but every twentieth start
ANSWER_QUEUES = ("answer",)
