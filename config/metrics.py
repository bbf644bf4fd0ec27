"""Every metric, declared once with closed labels (never a tenant). One in-memory registry per process.

Dramatiq forks before it imports us, and prometheus_client's multiprocess mode must be chosen before its first import:
we need neither. Each process publishes its samples to Redis (clients/metrics.py) and `web` shows all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

REGISTRY = CollectorRegistry()
M = TypeVar("M", Counter, Histogram)

_FAST = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_SLOW = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)

accepted = Counter(
    "frontdesk_webhooks_total", "Requests on the accepting path.", ["source", "status"], registry=REGISTRY
)
accept_seconds = Histogram(
    "frontdesk_accept_seconds",
    "From the request's arrival to the accept script's answer.",
    ["source"],
    buckets=_FAST,
    registry=REGISTRY,
)
requests = Counter(
    "frontdesk_http_requests_total",
    "HTTP requests by route template.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
jobs = Counter("frontdesk_jobs_total", "Jobs by how they ended.", ["job", "verdict"], registry=REGISTRY)
job_seconds = Histogram("frontdesk_job_seconds", "Time in an actor.", ["job"], buckets=_SLOW, registry=REGISTRY)
jobs_running = Gauge("frontdesk_jobs_running", "Jobs in an actor right now.", ["job"], registry=REGISTRY)
job_wait_seconds = Histogram(
    "frontdesk_job_wait_seconds",
    "From enqueued (or due) to started.",
    ["queue"],
    buckets=(*_FAST, 10, 30, 60),
    registry=REGISTRY,
)
turns = Counter("frontdesk_turns_total", "Turns by end state and reason.", ["state", "reason"], registry=REGISTRY)
turn_seconds = Histogram(
    "frontdesk_turn_seconds",
    "From the oldest message accepted to the recorded end.",
    ["state"],
    buckets=_SLOW,
    registry=REGISTRY,
)
intents = Counter(
    "frontdesk_intents_total", "Intents by how they were decided.", ["intent", "decided"], registry=REGISTRY
)
model_calls = Counter(
    "frontdesk_model_calls_total", "Calls of the language model.", ["purpose", "outcome"], registry=REGISTRY
)
model_tokens = Counter("frontdesk_model_tokens_total", "Tokens used.", ["direction"], registry=REGISTRY)
charges = Counter(
    "frontdesk_charges_total",
    "Model calls by how their money ended: settled, presumed, released, refused.",
    ["purpose", "ending"],
    registry=REGISTRY,
)
spent_micro = Counter(
    "frontdesk_spent_micro_total", "Charged to tenants, in millionths of the currency.", ["purpose"], registry=REGISTRY
)
answer_steps = Counter("frontdesk_answer_steps_total", "Replies by what they came from.", ["step"], registry=REGISTRY)
hand_overs = Counter("frontdesk_hand_overs_total", "Conversations handed to a person.", ["reason"], registry=REGISTRY)
promises = Counter(
    "frontdesk_promises_total",
    "Answers promised with a hand-over: made, reminder, missed.",
    ["event"],
    registry=REGISTRY,
)
leads = Counter("frontdesk_leads_total", "Leads captured or merged.", registry=REGISTRY)
bookings = Counter(
    "frontdesk_bookings_total", "Appointment requests by what became of them.", ["change"], registry=REGISTRY
)
notices = Counter(
    "frontdesk_notices_total", "Notices to businesses by how they ended.", ["kind", "state"], registry=REGISTRY
)
ticks = Counter("frontdesk_ticks_total", "Runs of the clock's tasks.", ["task", "outcome"], registry=REGISTRY)
tick_age_seconds = Gauge(
    "frontdesk_tick_age_seconds", "Since the task last came to its end.", ["task"], registry=REGISTRY
)
reconciled = Counter(
    "frontdesk_reconciled_messages_total", "Messages found that no webhook brought.", registry=REGISTRY
)

ALL = "all"  # the label `process` of what holds for the whole deployment
OF_ALL = {  # gauges, asked or measured by whoever comes by; those of a queue carry its name
    "queue_messages": "Unsettled messages: waiting, delayed and running.",
    "queue_running_messages": "Messages given to a process.",
    "queue_oldest_seconds": "Since the oldest message that waits for a thread, a token or capacity arrived.",
    "queue_waiting_tenants": "Tenants with such messages.",
    "queue_ready_tenants": "Of these, tenants whom only a free thread is missing.",
    "dead_letters": "Messages that a bug stopped, or processes dying with them.",
    "turns_overdue": "Turns past their limit when the sweep came by; it hands each to a person.",
    "turns_unended": "Turns that the sweep did not end either; promised to be 0 (G3).",
    "messages_accepted_unrecorded": "Accepted today or yesterday, not recorded nor on their way; promised to be 0 (G2).",
}


def samples_of_all(values: Mapping[str, float]) -> str:
    """Values named as in OF_ALL, `name` or `name|queue`, in Prometheus' text form; what is not known is not shown."""
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for key, value in sorted(values.items()):
        name, _, queue = key.partition("|")
        if name not in OF_ALL:  # of another release
            continue
        if name not in gauges:
            gauges[name] = Gauge(f"frontdesk_{name}", OF_ALL[name], ["queue"] if queue else [], registry=registry)
        (gauges[name].labels(queue) if queue else gauges[name]).set(value)
    return generate_latest(registry).decode()


@cache
def labelled(metric: M, *values: str) -> M:
    """`metric.labels(*values)`, looked up once: it costs more than counting does. Labels are closed, so few are kept."""
    return metric.labels(*values)


def samples() -> bytes:
    """This process's samples in Prometheus' text form."""
    return generate_latest(REGISTRY)


def merged(by_process: Mapping[str, str]) -> bytes:
    """One exposition of many processes' samples, each told apart by the label `process`."""
    registry = CollectorRegistry()
    registry.register(_Families(by_process))
    return generate_latest(registry)


class _Families:
    """A collector over other processes' expositions."""

    def __init__(self, by_process: Mapping[str, str]) -> None:
        self._by_process = by_process

    def collect(self) -> list[Metric]:
        families: dict[str, Metric] = {}
        for process, exposition in sorted(self._by_process.items()):
            for family in text_string_to_metric_families(exposition):
                known = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = {**sample.labels, "process": process}
                    known.add_sample(sample.name, labels, sample.value, sample.timestamp)
        return list(families.values())
