"""Carries out a plan's trouble at its instants, in the one thread that may start processes; then lets everything drain."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import psycopg
import redis

from bench.chaos import held
from bench.chaos.deployment import Deployment
from bench.chaos.dynos import Dyno
from bench.chaos.kills import Killer
from bench.chaos.ledger import Kill, Ledger
from bench.chaos.load import Load
from bench.chaos.plan import Action, Plan
from bench.chaos.timers import Timers

RESTART_S = (0.3, 1.5)  # how long a killed store stays away
LOST_S = 0.8  # of writes that a replica never got
QUIET_S = 2.5  # nothing left to do for so long: it is over
LOOK_S = 0.5
DEPLOY_STEP_S = 0.3
SIGN_PATIENCE_S = 2.0
NEEDS_STORES = {"transaction", "queue", "accepting"}  # kills that strike with their help
STORES_PATIENCE_S = 3.0
WORKING = ("worker", "answers", "web")
EVERYTHING = "black-out"  # the name of the fault by which the channel is away

UNFINISHED = """
SELECT (SELECT count(*) FROM turn WHERE state IN ('received','classified','answered','sending','unknown')),
       (SELECT count(*) FROM outbound WHERE state IN ('pending','sending','unknown'))"""
REFERENCES = "SELECT body FROM message WHERE author = 'visitor'"


class Storm:
    """One seed's trouble."""

    def __init__(self, plan: Plan, deployment: Deployment, ledger: Ledger, load: Load) -> None:
        self._plan, self._deployment, self._ledger, self._load = plan, deployment, ledger, load
        self._chance = random.Random(plan.seed * 7919 + 1)
        self._timers = Timers()
        self._killer = Killer(deployment, ledger, load, self._chance, self._timers)
        self._away: dict[str, float] = {}  # store -> since when
        self._deploying: list[tuple[str, int]] = []
        self._replaced: list[Dyno] = []
        self._newcomer: Dyno | None = None
        self._newcomer_until = 0.0
        self._doing: dict[str, Callable[[Action], None]] = {
            "kill": self._killer.strike,
            "fault": self._fault,
            "stop": self._stop,
            "redis": self._redis,
            "postgres": self._postgres,
            "black out": self._black_out,
            "deploy": self._deploy,
            "sign": self._sign,
        }

    def rage(self, began_s: float) -> None:
        """Until the plan's trouble is over."""
        for action in self._plan.trouble:
            self._timers.wait(began_s + action.at_s - time.monotonic())
            if time.monotonic() < began_s + self._plan.storm_s:
                self._do(action)
        self._timers.wait(began_s + self._plan.storm_s - time.monotonic())
        self._calm_down()

    def _do(self, action: Action) -> None:
        if action.kind == "kill" and self._away and action.args["side"] in NEEDS_STORES:
            if self._timers.wait(STORES_PATIENCE_S, lambda: not self._away):
                time.sleep(1.0)  # work has to come back first
            else:  # a black-out: somebody else dies
                action = replace(action, args=action.args | {"stage": "any", "side": self._chance.choice(WORKING)})
        self._doing[action.kind](action)

    def _calm_down(self) -> None:
        """No new trouble; what was to end later ends now, and a deploy is finished."""
        for store in list(self._away):
            self._back(store)
        deployment = self._deployment
        for dyno in deployment.dynos:
            dyno.signal_group(signal.SIGCONT)
        for number in range(self._killer.strikes + 1):
            deployment.double.let_go(f"kill-{number}")
            deployment.outside.post("/_let_go", json={"name": f"kill-{number}"})
        deployment.double.http.delete("/_double/faults")
        self._model_is_back()
        while self._deploying:
            self._deploy_step()
            time.sleep(DEPLOY_STEP_S)
        self._ledger.note("the storm is over")

    def drain(self, until_s: float) -> str:
        """Wait until everything came to rest; what did not in time, else nothing."""
        quiet_since: float | None = None
        while True:
            left = self._left()
            if left:
                quiet_since = None
            else:
                quiet_since = quiet_since or time.monotonic()
                if time.monotonic() - quiet_since > QUIET_S:
                    return ""
            if time.monotonic() > until_s:
                return left or "something came and went"
            time.sleep(LOOK_S)

    def _left(self) -> str:
        """What still waits or runs."""
        deployment = self._deployment
        if not self._load.over:
            return "callers of the API wait"
        busy = deployment.double.http.get("/_double/health").json()
        if busy["running"] or busy["pending_webhooks"]:
            return f"the channel is at it: {busy}"
        try:
            with deployment.redis.client() as client:
                if waiting := held.unsettled(client):
                    return "in the queues: " + "; ".join(waiting)
            turns, parts = deployment.ask(UNFINISHED)[0]
            recorded = " ".join(row[0] for row in deployment.ask(REFERENCES))
        except (redis.RedisError, psycopg.Error) as error:
            return f"a store does not answer ({type(error).__name__})"
        if turns or parts:
            return f"{turns} turns and {parts} parts have no end"
        missing = [reference for reference, _, _ in self._ledger.said if reference not in recorded]
        return f"not recorded: {missing}" if missing else ""

    # What

    def _fault(self, action: Action) -> None:
        given = dict(action.args)
        if "tenant" in given:
            given["account_id"] = self._deployment.tenants[given.pop("tenant")].account["account_id"]
        self._deployment.double.fault(given.pop("fault"), **given)

    def _stop(self, action: Action) -> None:
        """A process that holds work stands still, longer than the others believe it alive."""
        for dyno in self._deployment.alive(action.args["line"]):
            pids = [each.pid for each in dyno.family()]
            dyno.signal_group(signal.SIGSTOP)
            jobs = []
            with suppress(redis.RedisError), self._deployment.redis.client() as client:
                jobs = held.in_flight(client, dyno.name, pids)
            if jobs or dyno is self._deployment.alive(action.args["line"])[-1]:
                self._ledger.note(f"stopped {dyno.name} for {action.args['for_s']} s, holding {len(jobs)}")
                now_s = time.monotonic()
                self._ledger.stops.append((dyno.line, now_s, now_s + action.args["for_s"]))
                self._timers.after(action.args["for_s"], partial(dyno.signal_group, signal.SIGCONT))
                return
            dyno.signal_group(signal.SIGCONT)

    def _redis(self, action: Action) -> None:
        how, stores = action.args["how"], self._deployment.redis
        if "redis" in self._away:
            self._ledger.missed.append(f"redis: {how}")
            return
        if how == "forget budgets":
            with stores.client() as client:
                gone = sum(client.delete(key) for key in client.scan_iter("{fdm1:*"))
            self._ledger.note(f"redis: {gone} keys of budgets are gone")
            return
        if how in {"fail over", "demote"}:
            stores.attach_replica()
        with stores.client() as client:
            flying = held.all_in_flight(client)
        began = time.monotonic()
        if how in {"fail over", "demote"}:
            stores.fail_over(lost_s=LOST_S, demoted=how == "demote")
            self._ledger.outages.append((began, time.monotonic()))
        else:
            stores.kill()
            self._away["redis"] = began
            if how == "cut":
                went = stores.cut(began)
                self._ledger.note(f"{went} bytes of the append-only file went")
            self._timers.after(self._chance.uniform(*RESTART_S), lambda: self._back("redis"))
        if how != "demote":
            self._ledger.kills.append(
                Kill(began, "redis", f"redis: {how}", "redis" if flying else "", "inside", flying)
            )
        self._ledger.note(f"redis: {how}, {flying} in flight")

    def _postgres(self, action: Action) -> None:
        if "postgres" in self._away:
            self._ledger.missed.append("postgres")
            return
        with self._deployment.redis.client() as client:
            flying = held.all_in_flight(client) if "redis" not in self._away else 0
        began, backend = time.monotonic(), action.args["how"] == "backend"
        self._deployment.postgres.kill(backend=backend)
        self._ledger.kills.append(Kill(began, "postgres", "postgres", "postgres" if flying else "", "inside", flying))
        self._ledger.note(f"postgres: killed {action.args['how']}, {flying} in flight")
        if backend:
            self._ledger.outages.append((began, began + 1.0))
            return
        self._away["postgres"] = began
        self._timers.after(self._chance.uniform(*RESTART_S), lambda: self._back("postgres"))

    def _back(self, store: str) -> None:
        began = self._away.pop(store, None)
        if began is None:
            return
        (self._deployment.postgres if store == "postgres" else self._deployment.redis).start()
        self._ledger.outages.append((began, time.monotonic()))
        self._ledger.note(f"{store} is back")

    def _black_out(self, action: Action) -> None:
        """Five minutes, in compressed time, without a store, the model, or the channel."""
        what, for_s = action.args["what"], action.args["for_s"]
        self._ledger.note(f"black-out: {what} for {for_s:g} s")
        deployment = self._deployment
        if what == "model":
            deployment.outside.post("/_away", json={"away": True})
            self._timers.after(for_s, self._model_is_back)
        elif what == "channel":
            deployment.double.fault("answer", method="*", path="/api", status=503, times=1_000_000, name=EVERYTHING)
            self._timers.after(for_s, lambda: deployment.double.let_go(EVERYTHING))
        else:
            for store in ("postgres", "redis") if what == "stores" else (what,):
                if store not in self._away:
                    (deployment.postgres if store == "postgres" else deployment.redis).kill()
                    self._away[store] = time.monotonic()
                self._timers.after(for_s, partial(self._back, store))

    def _model_is_back(self) -> None:
        self._deployment.outside.post("/_away", json={"away": False})

    def _sign(self, action: Action) -> None:
        """A person writes while a read-back is on its way: it does not show her, but the ingress knows before its end."""
        name, double = f"sign-{action.at_s}", self._deployment.double
        double.fault("hold_after", method="GET", path="/api/v1/conversations/", name=name)
        self._timers.wait(SIGN_PATIENCE_S, lambda: double.held(name, 0.1) is not None)
        request = double.held(name, 0.0)
        if request is not None:
            chat = request["path"].rpartition("/")[2]
            double.say(conversation_id=chat, body="Anna here, I have it.", **{"as": "human"})
            known = partial(double.http.get, "/_double/settled", params={"timeout_s": 1})
            self._ledger.note(f"a person wrote during a read-back of {chat}: {known().json()}")
        double.let_go(name)

    def _deploy(self, action: Action) -> None:
        """A new release takes the place of each process in turn, as platforms do it: started, ready, then SIGTERM."""
        self._deployment.next_generation()
        self._ledger.deployed_s = (time.monotonic(), time.monotonic())
        self._ledger.note("deploy")
        self._replaced = list(self._deployment.alive())
        self._deploying = [(each.line, index) for index, each in enumerate(self._replaced)]
        self._newcomer = None
        self._deploy_step()

    def _deploy_step(self) -> None:
        """Start the next newcomer, or see whether it is ready; once it is, the old one is told to stop."""
        if not self._deploying:
            return
        line, index = self._deploying[0]
        old = self._replaced[index]
        if self._newcomer is None:
            slot = 1 + sum(each.line == line for each in self._replaced[:index])
            self._newcomer = self._deployment.start_dyno(line, slot)
            self._newcomer_until = time.monotonic() + 20.0
        elif self._deployment.ready(self._newcomer) or time.monotonic() > self._newcomer_until:
            old.retired = True
            self._deployment.route()
            old.terminate()
            self._deploying.pop(0)
            self._newcomer = None
        with suppress(redis.RedisError), self._deployment.redis.client() as client:
            self._ledger.spent = max(self._ledger.spent, held.spent_attempts(client))
        if self._deploying:
            self._timers.after(DEPLOY_STEP_S, self._deploy_step)
        else:
            self._ledger.deployed_s = (self._ledger.deployed_s[0], time.monotonic())
            self._ledger.note("deployed")
