"""(f) 200 answers of one second each, held at the same time by one `answers` process: what they take longer, and its memory.

The endpoint is ours and streams for exactly one second. Callers of the API ask; the turns are classified beforehand, so
that `answers` alone works. They begin evenly over a second (then 200 run at once), and in a second series all at once.
"""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.maths import quantile
from bench.model_server import model_server
from bench.report import Part, Progress, alone, at_most
from bench.stages import stores
from clients.queue import Done
from models.jobs import AnswerTurn
from models.tenant import NewTenant

CALLS = 200
SECONDS = 1.0  # of one answer
QUESTION, WORD = "What is the secret word today?", "code0001x"  # an answer about today is never kept for the next
PATIENCE_S = 60.0
ROOT = Path(__file__).parent.parent
TENANTS = 20
ANSWERS = "workers.app --processes 1 --threads {threads} --queues answer --skip-logging --worker-shutdown-timeout 15000"


@dataclass(frozen=True)
class Series:
    """Of one round: how much longer than a second each took, from its job's being sent to its turn's recorded end."""

    added: list[float]  # shares of SECONDS
    held: int  # calls that ran at the same time
    memory_mb: float
    cpu_ms: float  # of one answer

    def percent(self, share: float) -> float:
        return 100 * quantile(self.added, share)


def measure(progress: Progress, rounds: int) -> list[Part]:
    """Both series, one after the other in each round."""
    with ExitStack() as stack:
        url = stack.enter_context(model_server(SECONDS))
        stack.enter_context(stores(OPENAI_BASE_URL=url, OPENAI_API_KEY="bench"))
        process = stack.enter_context(_answers(CALLS))
        desk = Desk(process)
        desk.round(0.0)  # warm: every thread has worked once
        spread, at_once = [], []
        for number in range(rounds):
            progress(f"{CALLS} calls, round {number + 1} of {rounds}")
            spread.append(desk.round(SECONDS))
            at_once.append(desk.round(0.0))
    figures = (
        alone("begun over a second: added, median", [one.percent(0.5) for one in spread], "%", at_most(25, "%")),
        alone("begun over a second: added, p95", [one.percent(0.95) for one in spread], "%"),
        alone("begun in one instant: added, median", [one.percent(0.5) for one in at_once], "%"),
        alone("begun in one instant: added, p95", [one.percent(0.95) for one in at_once], "%"),
        alone("calls held at once", [float(one.held) for one in spread], ""),
        alone("processor time of an answer", [one.cpu_ms for one in spread], "ms"),
        alone("memory", [one.memory_mb for one in spread + at_once], "MB", at_most(200, "MB")),
    )
    return [Part("f", f"Models: {CALLS} answers of {SECONDS:g} s in one process of as many threads", figures)]


@contextmanager
def _answers(threads: int) -> Iterator[psutil.Process]:
    """The Procfile's `answers`, with that many threads."""
    program = Path(sys.executable).with_name("dramatiq")
    command = [str(program), *ANSWERS.format(threads=threads).split()]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


class Desk:
    """Visitors of some tenants whose turns are classified; what is left of each is its answer."""

    def __init__(self, process: psutil.Process) -> None:
        from models.database import tenant_session
        from models.knowledge import KnowledgeEntry
        from models.tenant import create_tenant
        from tests.workers.line import Line

        self._process, self._line = process, Line()
        self._tenants = [create_tenant(f"Business {number}") for number in range(TENANTS)]
        for tenant in self._tenants:
            with tenant_session(tenant.tenant_id) as session:
                answer = f"The word is {WORD}."
                session.add(KnowledgeEntry(tenant_id=tenant.tenant_id, question=QUESTION, answer=answer))

    def round(self, over_s: float) -> Series:
        """CALLS answers asked for evenly over that time."""
        from workers.resources import send

        jobs = [self._classified(self._tenants[number % TENANTS]) for number in range(CALLS)]
        sent_at, start, cpu_s = {}, time.monotonic(), self._cpu_s()
        for number, job in enumerate(jobs):
            time.sleep(max(0.0, start + over_s * number / CALLS - time.monotonic()))
            sent_at[job.turn_id] = time.time()
            send(job)
        ended_at = self._ends(jobs)
        memory_mb = sum(each.memory_info().rss for each in [self._process, *self._process.children(True)]) / 1e6
        spans = [(sent_at[turn_id], ended_at[turn_id]) for turn_id in sent_at]
        held = max(sum(1 for began, end in spans if began <= at < end) for at, _ in spans)
        cpu_ms = (self._cpu_s() - cpu_s) / CALLS * 1000
        return Series([(end - began - SECONDS) / SECONDS for began, end in spans], held, memory_mb, cpu_ms)

    def _cpu_s(self) -> float:
        return float(sum(sum(each.cpu_times()[:2]) for each in [self._process, *self._process.children(True)]))

    def _classified(self, tenant: NewTenant) -> AnswerTurn:
        """What `receive` and `detect_intent` leave behind; the job that would go on is taken out of the queue."""
        from models.database import tenant_session
        from models.turn import TurnState, lock_turn
        from tests.workers.line import api_visitor
        from workers.broker import queue

        asked = api_visitor(tenant).say(QUESTION, stream=True)
        self._line.run_all("receive")
        detect = self._line.fetch("turn")
        assert detect is not None
        assert asked.turn_id is not None
        queue().settle(self._line.process, detect, Done(), call=self._line.call())
        with tenant_session(tenant.tenant_id) as session:
            locked = lock_turn(session, uuid.UUID(asked.turn_id))
            assert locked is not None
            locked[0].intent = "faq"
            locked[0].move(TurnState.CLASSIFIED)
        return AnswerTurn(tenant_id=asked.tenant_id, turn_id=asked.turn_id)

    def _ends(self, jobs: Sequence[AnswerTurn]) -> dict[str, float]:
        """When each turn was recorded as said, seconds of this machine's clock."""
        from models.database import tenant_session
        from models.turn import turns_named

        time.sleep(SECONDS)
        for _ in range(int(PATIENCE_S * 2)):
            ended: dict[str, float] = {}
            for tenant in self._tenants:
                own = [uuid.UUID(job.turn_id) for job in jobs if job.tenant_id == str(tenant.tenant_id)]
                with tenant_session(tenant.tenant_id) as session:
                    turns = turns_named(session, own).values()
                ended |= {str(turn.id): turn.ended_at.timestamp() for turn in turns if turn.ended_at}
                if wrong := [turn for turn in turns if turn.ended_at and WORD not in (turn.reply or "")]:
                    raise SystemExit(f"{len(wrong)} turns ended {wrong[0].state} with: {wrong[0].reply}")
            if len(ended) == len(jobs):
                return ended
            time.sleep(0.5)
        raise SystemExit(f"{len(jobs) - len(ended)} turns had no end within {PATIENCE_S:g} s")
