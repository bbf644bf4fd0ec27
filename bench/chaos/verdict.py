"""Whether a seed kept the promises. Pure: facts in, violations and counted exceptions out.

G1: a turn is said at most once, and never released after a take-over was accepted by the ingress or visible in the
channel. Named exceptions, counted: what crosses a human message on the wire (at most the send time-out), and what a
channel stores more than `settle` after we gave it up. G2: nothing accepted is lost. G3: everything ends. G5: no budget is
exceeded, every call counted, by the provider's bill. G6: no mix-up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bench.chaos.facts import HAND_OVER, REPLY, Facts, Row, Said, Sign
from bench.chaos.words import REFERENCE, WORD

SEND_TIMEOUT_S = 5.0
SETTLE_S = 30.0  # divided by TIME_SCALE, as the three below
LIMIT_S = 600.0  # from a turn's oldest message to its end
AFTER_OUTAGE_S = 120.0  # or that long after the stores are back
SWEEP_S = 10.0
FOUND_S = 120.0  # not divided: a webhook that never arrived is found within two minutes, or after the stores are back
PROMPTLY_S = 5.0  # for what the sweep found overdue to be recorded as ended
GOES_ON_S = 15.0  # a killed worker's turn, if nothing else befalls those who could go on
CLOCKS_S = 0.005  # two events of one server this close have no order for others

SAID_ENDS = {"delivered", "handed_over"}
ENDS = {"delivered", "handed_over", "silent", "failed"}  # of a turn that still has messages: never superseded
PERSON = {"human", "human_owns"}  # why a turn was silent: only a person may be the cause


@dataclass(frozen=True)
class Violation:
    """What was promised and not kept, with the ids that are needed to look into it."""

    kind: str
    about: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"


@dataclass
class Verdict:
    """All that was counted."""

    violations: list[Violation] = field(default_factory=list)
    messages: int = 0
    replies: int = 0
    late_duplicates: int = 0  # the second named exception
    crossings: list[float] = field(default_factory=list)  # gaps in seconds: the first
    ends: dict[str, int] = field(default_factory=dict)

    def count(self, *kinds: str) -> int:
        return sum(each.kind in kinds for each in self.violations)


def judge(facts: Facts) -> Verdict:
    """Look at everything."""
    verdict = Verdict(messages=len(facts.asked), replies=sum(each.part == REPLY for each in facts.said))
    _ends(facts, verdict)
    for check in (_said_twice, _answered_twice, _after_take_over):
        check(facts, verdict)
    for find in (_without_end, _not_going_on, _lost, _mixed_up, _mute, _changed, _metered_wrong, _spent):
        verdict.violations.extend(find(facts))
    if facts.dead_letters:
        verdict.violations.append(Violation("dead letters", str(facts.dead_letters)))
    if facts.errors:
        verdict.violations.append(Violation("unexpected", f"{len(facts.errors)} errors, the first: {facts.errors[0]}"))
    if facts.restless:
        verdict.violations.append(Violation("restless", f"long after the last trouble, {facts.restless}"))
    return verdict


def _ends(facts: Facts, verdict: Verdict) -> None:
    for turn, row in {row.turn: row for row in facts.rows}.items():
        if turn is not None:
            name = f"{row.state}:{row.reason}" if row.reason else str(row.state)
            verdict.ends[name] = verdict.ends.get(name, 0) + 1


def _said_twice(facts: Facts, verdict: Verdict) -> None:
    """One part of one turn is stored once. A channel that stores after `settle` may have it twice: counted, named."""
    parts: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in facts.said:
        parts[said.turn, said.part].append(said)
    for (turn, part), found in parts.items():
        in_time = [each for each in found if not _too_late(each, facts)]
        verdict.late_duplicates += min(len(found) - 1, len(found) - len(in_time))
        if len(in_time) > 1:
            verdict.violations.append(Violation("duplicate", f"{part} of turn {turn} x{len(in_time)} {_times(found)}"))


def _too_late(said: Said, facts: Facts) -> bool:
    return said.late_s > SETTLE_S / facts.time_scale


def _answered_twice(facts: Facts, verdict: Verdict) -> None:
    """No message is answered by two turns, whatever our rows say."""
    answers: dict[str, set[str]] = defaultdict(set)
    for said in facts.said:
        if said.part == REPLY:
            for reference in set(REFERENCE.findall(said.text)):
                answers[reference].add(said.turn)
    for reference, turns in answers.items():
        if len(turns) > 1:
            verdict.violations.append(Violation("duplicate", f"{reference} answered by turns {sorted(turns)}"))


def _after_take_over(facts: Facts, verdict: Verdict) -> None:
    signs: dict[str, list[Sign]] = defaultdict(list)
    for sign in facts.signs:
        signs[sign.conversation].append(sign)
    accepted = {row.reference: row.accepted_s for row in facts.rows}
    for said in facts.said:
        if said.part not in {REPLY, HAND_OVER} or said.released_s is None:
            continue
        for sign in signs[said.conversation]:
            if _given_back(facts, said, sign, accepted):
                continue
            if (why := _too_late_to_say(said, sign)) is not None:
                about = f"{said.part} of turn {said.turn} in {said.conversation}, {why}"
                verdict.violations.append(Violation("after take-over", about))
            elif said.channel and sign.seen_s < _left_until(said):
                gap_s = _left_until(said) - sign.seen_s
                verdict.crossings.append(gap_s)
                if gap_s > SEND_TIMEOUT_S:
                    about = f"{said.part} of turn {said.turn} crossed for {gap_s:.2f} s"
                    verdict.violations.append(Violation("after take-over", about))


def _given_back(facts: Facts, said: Said, sign: Sign, accepted: dict[str, float]) -> bool:
    """Whether the bot had the conversation again when it said this, to something written after the sign."""
    assert said.released_s is not None
    back = any(
        sign.seen_s < each.at_s <= said.released_s for each in facts.backs if each.conversation == said.conversation
    )
    asked_at = [accepted[each] for each in REFERENCE.findall(said.text) if each in accepted]
    return back and (not asked_at or max(asked_at) > sign.seen_s)


def _too_late_to_say(said: Said, sign: Sign) -> str | None:
    """Why this may not have been released: when it was let go, the sign was there to be seen or known."""
    assert said.released_s is not None
    if not said.channel:
        known = sign.known_s is not None and sign.known_s < said.released_s
        return f"known {said.released_s - (sign.known_s or 0):.2f} s before" if known else None
    if said.looked_s is None:
        return "without a look at the channel" if sign.seen_s < said.released_s else None
    if sign.seen_s < said.looked_s - CLOCKS_S:
        return f"visible {said.looked_s - sign.seen_s:.2f} s before the read-back"
    if sign.known_s is not None and said.checked_s is not None and sign.known_s < said.checked_s - CLOCKS_S:
        return f"known {said.checked_s - sign.known_s:.2f} s before the epoch was asked"
    return None


def _left_until(said: Said) -> float:
    """Until when our call was open at the latest: what the channel does with it later is not on the wire."""
    assert said.released_s is not None
    return min(said.stored_s, said.released_s + SEND_TIMEOUT_S)


def _without_end(facts: Facts) -> Iterator[Violation]:
    for row in facts.rows:
        if row.turn is None or row.state not in ENDS or row.ended_s is None:
            yield Violation("no end", f"{row.reference}: turn {row.turn} is {row.state}")
        elif row.ended_s > (limit := _limit_s(row, facts)):
            yield Violation("no end", f"{row.reference}: turn {row.turn} ended {row.ended_s - limit:.1f} s too late")
    for asked in facts.asked:
        if asked.refused:
            yield Violation("no end", f"{asked.reference}: its caller was sent away with {asked.refused}")
        elif not asked.answered:
            yield Violation("no end", f"{asked.reference}: its caller never heard of one")


def _not_going_on(facts: Facts) -> Iterator[Violation]:
    """What a killed process was at goes on within 15 s, unless something befalls those who could: then 15 s from there."""
    for killed in facts.killed:
        went_on_s = next((at_s for at_s in killed.seen_s if at_s > killed.at_s), None)
        if went_on_s is None:
            continue  # it has no end either
        idle_s, since_s = 0.0, killed.at_s
        for trouble in sorted(facts.troubles, key=lambda each: each.from_s):
            if trouble.line in {"", killed.line} and trouble.until_s >= killed.at_s and trouble.from_s < went_on_s:
                idle_s = max(idle_s, trouble.from_s - since_s)
                since_s = max(since_s, trouble.until_s)
        idle_s = max(idle_s, went_on_s - since_s)
        if idle_s > GOES_ON_S:
            about = f"turn {killed.turn}: nobody went on for {idle_s:.1f} s after its {killed.line} was killed"
            yield Violation("stuck", about)


def _limit_s(row: Row, facts: Facts) -> float:
    """Ten minutes from the oldest message, or two after the stores were back, and one sweep to find it."""
    assert row.ended_s is not None
    limit = row.oldest_s + LIMIT_S / facts.time_scale
    for outage in facts.outages:
        if outage.from_s < row.ended_s and outage.until_s > row.oldest_s:
            limit = max(limit, outage.until_s + AFTER_OUTAGE_S / facts.time_scale)
    return limit + SWEEP_S / facts.time_scale + PROMPTLY_S


def _lost(facts: Facts) -> Iterator[Violation]:
    recorded = {row.reference for row in facts.rows}
    for asked in facts.asked:
        if asked.accepted and asked.reference not in recorded:
            where = "the channel" if asked.channel else "the API"
            yield Violation("lost", f"{asked.reference} of {asked.conversation}, accepted by {where}")
    accepted = {row.reference: row.accepted_s for row in facts.rows}
    for asked in facts.asked:
        found_s = accepted.get(asked.reference, asked.at_s)
        away = [each.until_s for each in facts.outages if each.until_s > asked.at_s and each.from_s < found_s]
        if asked.channel and found_s > (limit := max([asked.at_s, *away]) + FOUND_S):
            yield Violation("lost", f"{asked.reference}: found {found_s - limit:.1f} s too late")
    stored = {(said.turn, said.part) for said in facts.said if said.channel}
    for sent in facts.sent:
        if sent.state == "delivered" and sent.part != "assignment" and (sent.turn, sent.part) not in stored:
            yield Violation("lost", f"{sent.part} of turn {sent.turn}: recorded as said, but the channel never had it")


def _mixed_up(facts: Facts) -> Iterator[Violation]:
    owners = {asked.reference: (asked.tenant, asked.conversation) for asked in facts.asked}
    for said in facts.said:
        strange = set(WORD.findall(said.text)) - {facts.words[said.tenant]}
        if strange:
            yield Violation("mix-up", f"turn {said.turn} of {said.tenant} says {sorted(strange)}")
        for reference in set(REFERENCE.findall(said.text)):
            owner = owners.get(reference)
            if owner is not None and owner != (said.tenant, said.conversation):
                yield Violation("mix-up", f"turn {said.turn} in {said.conversation} answers {reference} of {owner}")
    for row in facts.rows:
        if row.reference in owners and owners[row.reference] != (row.tenant, row.conversation):
            yield Violation("mix-up", f"{row.reference} is recorded in {row.conversation} of {row.tenant}")


def _mute(facts: Facts) -> Iterator[Violation]:
    """Whoever is not answered because of a person has one: a sign, or a hand-over."""
    taken = {sign.conversation for sign in facts.signs}
    taken |= {row.conversation for row in facts.rows if row.state in {"handed_over", "failed"}}
    for row in facts.rows:
        if row.state == "silent" and row.reason in PERSON and row.conversation not in taken:
            yield Violation(
                "mute", f"{row.reference}: turn {row.turn} is silent ({row.reason}), and there is no person"
            )


def _changed(facts: Facts) -> Iterator[Violation]:
    """What was released is what is stored. A repeated stream may lack what Redis lost with its last second."""
    replies = {row.turn: row.reply or "" for row in facts.rows}
    for heard in facts.heard:
        rest = replies.get(heard.turn, "".join(heard.texts))  # a promised turn that was joined has no messages
        for text in heard.texts:
            _, found, rest = rest.partition(text.strip())
            if not found:
                yield Violation("changed", f"turn {heard.turn}: heard {text!r}, stored {replies[heard.turn]!r}")
                break


def _metered_wrong(facts: Facts) -> Iterator[Violation]:
    """The meter equals the replies (G8)."""
    for turn in facts.delivered ^ set(facts.metered):
        yield Violation("meter", f"turn {turn}: {facts.metered.get(turn, 0)} usage rows")


def _spent(facts: Facts) -> Iterator[Violation]:
    """The provider's bill stays within the cap, and nothing stands on it that we did not charge or hold (G5)."""
    for money in facts.money:
        if money.cap is not None and money.billed > money.cap:
            yield Violation("over budget", f"{money.tenant}: billed {money.billed:.0f} of {money.cap}")
        if money.billed > money.charged + money.held:
            counted = f"charged {money.charged}, held {money.held}"
            yield Violation("uncounted", f"{money.tenant}: billed {money.billed:.0f}, {counted}")


def _times(said: Iterable[Said]) -> str:
    return " ".join(
        f"[released {each.released_s}, stored {each.stored_s:.3f}, late {each.late_s:.1f}]" for each in said
    )
