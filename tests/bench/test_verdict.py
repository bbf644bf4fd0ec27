"""The checker of `make chaos` on hand-made journals: each violation is flagged, each named exception counted and let pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.chaos.facts import Asked, Back, Facts, Heard, Killed, Money, Outage, Row, Said, Sent, Sign, Trouble
from bench.chaos.verdict import SETTLE_S, judge

ALICE, MALLORY = "tenant-alice", "tenant-mallory"
WORDS = {ALICE: "wordbadafagaka", MALLORY: "wordpitisikimi"}
REFERENCE, CHAT, TURN = "refbadafagaka", "alices-chat", "turn-1"
ANSWER = f"Our word is {WORDS[ALICE]}. You asked about {REFERENCE}. This was call number 1."

ASKED = Asked(REFERENCE, ALICE, CHAT, channel=True, at_s=10.0, accepted=True)
ROW = Row(REFERENCE, ALICE, CHAT, TURN, "delivered", None, True, 10.1, 10.1, 12.1, ANSWER)
SAID = Said(ALICE, CHAT, TURN, "reply", ANSWER, True, released_s=12.0, stored_s=12.0, looked_s=11.98, checked_s=11.99)
OVER_API = replace(SAID, channel=False, looked_s=None, checked_s=None)
SENT = Sent(TURN, "reply", "delivered")


@pytest.fixture
def facts() -> Facts:
    """One message of Alice's visitor, answered once, everything as it should be."""
    return Facts(
        dict(WORDS),
        [ASKED],
        [SAID],
        rows=[ROW],
        sent=[SENT],
        metered={TURN: 1},
        delivered=frozenset({TURN}),
        time_scale=10,
    )


def kinds(facts: Facts) -> list[str]:
    return [each.kind for each in judge(facts).violations]


def test_a_quiet_run_has_no_violation_and_is_counted(facts):
    verdict = judge(facts)
    assert verdict.violations == []
    assert (verdict.messages, verdict.replies, verdict.crossings, verdict.late_duplicates) == (1, 1, [], 0)
    assert verdict.ends == {"delivered": 1}


# Said at most once


def test_a_part_that_the_channel_stored_twice_is_a_duplicate(facts):
    facts.said.append(replace(SAID, released_s=25.0, stored_s=25.0, looked_s=24.9, checked_s=24.95))
    assert kinds(facts) == ["duplicate"]


def test_one_stored_later_than_settle_after_our_time_out_is_counted_instead(facts):
    late = replace(SAID, stored_s=12.0 + 5.0 + SETTLE_S / 10 + 0.1, late_s=SETTLE_S / 10 + 0.1)
    facts.said[0] = late
    facts.said.append(replace(SAID, released_s=25.0, stored_s=25.0))
    verdict = judge(facts)
    assert verdict.violations == []
    assert verdict.late_duplicates == 1


def test_one_stored_within_settle_after_our_time_out_must_not_be_posted_again(facts):
    facts.said[0] = replace(SAID, stored_s=19.9, late_s=SETTLE_S / 10 - 0.1)
    facts.said.append(replace(SAID, released_s=25.0, stored_s=25.0))
    assert kinds(facts) == ["duplicate"]


def test_a_message_that_two_turns_answer_is_a_duplicate_whatever_the_rows_say(facts):
    facts.said.append(replace(SAID, turn="turn-2"))
    assert kinds(facts) == ["duplicate"]


def test_a_stream_whose_sentences_are_not_what_is_stored_is_flagged(facts):
    facts.heard = [Heard(TURN, (ANSWER[:30], ANSWER[30:])), Heard(TURN, (ANSWER[:30], "Something else."))]
    assert kinds(facts) == ["changed"]


def test_a_repeated_stream_may_lack_what_redis_lost(facts):
    facts.heard = [Heard(TURN, (ANSWER[30:],))]
    assert kinds(facts) == []


def test_a_reply_that_was_not_metered_is_flagged(facts):
    facts.metered = {}
    assert kinds(facts) == ["meter"]


# Never after a take-over


def test_a_reply_after_a_person_was_visible_in_the_read_back_is_flagged(facts):
    facts.signs = [Sign(CHAT, seen_s=11.5, known_s=None)]
    assert kinds(facts) == ["after take-over"]


def test_a_reply_whose_epoch_was_asked_after_the_ingress_knew_is_flagged(facts):
    facts.said[0] = replace(SAID, looked_s=11.0, checked_s=11.9)
    facts.signs = [Sign(CHAT, seen_s=11.1, known_s=11.2)]
    assert kinds(facts) == ["after take-over"]


def test_a_reply_posted_without_a_look_is_flagged_once_a_person_was_there(facts):
    facts.said[0] = replace(SAID, looked_s=None, checked_s=None)
    facts.signs = [Sign(CHAT, seen_s=11.5, known_s=None)]
    assert kinds(facts) == ["after take-over"]


def test_what_crosses_a_person_on_the_wire_is_counted_with_its_gap(facts):
    facts.said[0] = replace(SAID, stored_s=13.0)
    facts.signs = [Sign(CHAT, seen_s=12.4, known_s=12.5)]
    verdict = judge(facts)
    assert verdict.violations == []
    assert verdict.crossings == [pytest.approx(0.6)]


def test_what_the_channel_does_after_our_time_out_is_not_on_the_wire(facts):
    facts.said[0] = replace(SAID, stored_s=19.0, late_s=2.0)
    facts.signs = [Sign(CHAT, seen_s=16.0, known_s=16.1), Sign(CHAT, seen_s=18.0, known_s=18.1)]
    verdict = judge(facts)
    assert verdict.violations == []
    assert verdict.crossings == [pytest.approx(1.0)]


def test_crossing_for_longer_than_the_send_time_out_is_flagged(facts):
    facts.said[0] = replace(SAID, looked_s=11.0, checked_s=11.1, released_s=15.5, stored_s=16.5)
    facts.signs = [Sign(CHAT, seen_s=11.2, known_s=None)]
    assert kinds(facts) == ["after take-over"]


def test_a_sentence_that_the_model_said_after_the_take_over_was_known_is_flagged(facts):
    facts.said, facts.sent = [OVER_API], []
    facts.signs = [Sign(CHAT, seen_s=11.0, known_s=11.0)]
    assert kinds(facts) == ["after take-over"]


def test_one_it_had_said_before_is_not(facts):
    facts.said, facts.sent = [OVER_API], []
    facts.signs = [Sign(CHAT, seen_s=12.01, known_s=12.01)]
    assert kinds(facts) == []


def test_a_conversation_given_back_may_be_answered_again(facts):
    facts.signs, facts.backs = [Sign(CHAT, seen_s=5.0, known_s=5.1)], [Back(CHAT, 6.0)]
    assert kinds(facts) == []


def test_but_not_what_was_asked_before_the_person_came(facts):
    facts.rows = [replace(ROW, accepted_s=4.0, oldest_s=4.0)]
    facts.signs, facts.backs = [Sign(CHAT, seen_s=5.0, known_s=5.1)], [Back(CHAT, 6.0)]
    assert kinds(facts) == ["after take-over"]


# Everything ends


@pytest.mark.parametrize("state", ["received", "sending", "unknown", "superseded"])
def test_a_message_whose_turn_has_no_end_is_flagged(facts, state):
    facts.rows = [replace(ROW, state=state, ended_s=None if state != "superseded" else 12.0)]
    assert kinds(facts) == ["no end"]


def test_an_end_after_the_limit_is_flagged(facts):
    facts.rows = [replace(ROW, ended_s=10.1 + 60.0 + 1.0 + 5.1)]
    assert kinds(facts) == ["no end"]


def test_two_minutes_after_the_stores_are_back_are_in_time(facts):
    facts.rows, facts.outages = [replace(ROW, ended_s=95.0)], [Outage(50.0, 80.0)]
    assert kinds(facts) == []


def test_a_killed_workers_turn_goes_on_within_15_s(facts):
    facts.killed = [Killed(11.0, "answers", TURN, (10.5, 25.9))]
    assert kinds(facts) == []
    facts.killed = [Killed(11.0, "answers", TURN, (10.5, 26.1))]
    assert kinds(facts) == ["stuck"]


def test_or_within_15_s_of_the_last_thing_that_befell_who_could_go_on(facts):
    facts.killed = [Killed(11.0, "answers", TURN, (10.5, 40.0))]
    facts.troubles = [Trouble("worker", 20.0, 30.0), Trouble("answers", 20.0, 24.0)]
    assert kinds(facts) == ["stuck"]
    facts.troubles = [Trouble("answers", 20.0, 26.0)]
    assert kinds(facts) == []
    facts.troubles = [Trouble("", 20.0, 26.0)]
    assert kinds(facts) == []
    facts.troubles = [Trouble("", 27.0, 39.0)]
    assert kinds(facts) == ["stuck"]


def test_a_caller_who_never_heard_of_an_end_is_flagged(facts):
    facts.asked = [replace(ASKED, answered=False)]
    assert kinds(facts) == ["no end"]


def test_a_caller_who_was_sent_away_for_good_is_flagged(facts):
    facts.asked = [replace(ASKED, refused="409 conflict")]
    assert kinds(facts) == ["no end"]


def test_a_silence_because_of_a_person_needs_a_person(facts):
    facts.rows, facts.said, facts.sent = [replace(ROW, state="silent", reason="human_owns")], [], []
    facts.metered, facts.delivered = {}, frozenset()
    assert kinds(facts) == ["mute"]
    facts.signs = [Sign(CHAT, 5.0, None)]
    assert kinds(facts) == []


def test_work_that_never_comes_to_rest_is_flagged(facts):
    facts.restless = "in the queues: turn 1"
    assert kinds(facts) == ["restless"]


def test_an_exception_that_nobody_expected_is_flagged(facts):
    facts.errors = ("worker1a: Traceback (most recent call last):",)
    assert kinds(facts) == ["unexpected"]


def test_dead_letters_are_bugs(facts):
    facts.dead_letters = 1
    assert kinds(facts) == ["dead letters"]


# Nothing is lost, nothing is mixed up


def test_an_accepted_message_without_a_row_is_lost(facts):
    facts.rows = []
    assert kinds(facts) == ["lost"]


def test_one_found_more_than_two_minutes_later_was_lost_for_too_long(facts):
    facts.rows = [replace(ROW, accepted_s=130.1, oldest_s=130.1, ended_s=131.0)]
    assert kinds(facts) == ["lost"]
    facts.outages = [Outage(9.0, 11.0)]
    assert kinds(facts) == []


def test_one_that_was_never_accepted_is_not(facts):
    facts.asked.append(replace(ASKED, reference="refpitisikimi", channel=False, accepted=False))
    assert kinds(facts) == []


def test_a_reply_recorded_as_said_that_the_channel_never_had_is_lost(facts):
    facts.said = []
    assert kinds(facts) == ["lost"]


def test_another_tenants_word_is_a_mix_up(facts):
    facts.said[0] = replace(SAID, text=f"{ANSWER} {WORDS[MALLORY]}")
    assert kinds(facts) == ["mix-up"]


def test_an_answer_in_another_conversation_is_a_mix_up(facts):
    facts.said[0] = replace(SAID, conversation="another-chat")
    assert kinds(facts) == ["mix-up"]


def test_a_message_recorded_for_another_tenant_is_a_mix_up(facts):
    facts.rows = [replace(ROW, tenant=MALLORY)]
    assert kinds(facts) == ["mix-up"]


def test_a_bill_above_the_cap_is_flagged(facts):
    facts.money = [Money("alice", 100, 100.0, 100, 0)]
    assert kinds(facts) == []
    facts.money = [Money("alice", 100, 101.0, 101, 0)]
    assert kinds(facts) == ["over budget"]


def test_a_bill_above_what_is_charged_and_held_is_flagged(facts):
    facts.money = [Money("alice", None, 100.0, 60, 40)]
    assert kinds(facts) == []
    facts.money = [Money("alice", None, 100.0, 60, 39)]
    assert kinds(facts) == ["uncounted"]
