"""The plan of a chaos seed: the same number is the same plan, and every plan holds what the issue asks for."""

from __future__ import annotations

from collections import Counter

from bench.chaos.__main__ import STORIES
from bench.chaos.plan import BLACK_OUTS, KILLS, SEND_TIMEOUT_S, SETTLE_S, draw
from bench.chaos.plants import PLANTS

SEEDS = range(1, 21)


def test_the_same_seed_is_the_same_plan():
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_a_plan_is_in_order_and_within_its_storm():
    for seed in SEEDS:
        plan = draw(seed)
        for actions in (plan.load, plan.trouble):
            times = [action.at_s for action in actions]
            assert times == sorted(times)
            assert times[-1] <= plan.storm_s


def test_twenty_seeds_kill_two_hundred_times_on_every_stage_and_side():
    kills = [action for seed in SEEDS for action in draw(seed).trouble if action.kind == "kill"]
    assert len(kills) >= 200
    assert {(kill.args["stage"], kill.args["side"]) for kill in kills} >= set(KILLS)


def test_twenty_seeds_black_out_everything_once():
    outs = Counter(action.args["what"] for seed in SEEDS for action in draw(seed).trouble if action.kind == "black out")
    assert set(outs) == set(BLACK_OUTS)


def test_what_is_stored_late_is_stored_within_settle_of_our_time_out():
    for seed in SEEDS:
        plan = draw(seed)
        late = [action.args["delay_ms"] / 1000 for action in plan.trouble if action.args.get("fault") == "store_late"]
        assert all(SEND_TIMEOUT_S < delay_s <= SEND_TIMEOUT_S + SETTLE_S / plan.time_scale for delay_s in late)


def test_words_and_references_are_unique():
    plan = draw(3)
    references = [action.args["reference"] for action in plan.load if "reference" in action.args]
    assert len(set(plan.words)) == len(plan.words)
    assert len(set(references)) == len(references)


def test_each_planted_fault_has_a_plan_of_its_own():
    assert set(PLANTS) == {"repost", "epoch", "ack", "claim", "dedupe", "sweep", "spend", "estimate"}
    for plant in PLANTS.values():
        assert plant.story in STORIES if plant.story else draw(1, bias=plant.bias) != draw(1)
