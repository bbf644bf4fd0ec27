"""A conversation's id is the same whoever computes it."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from models.conversation import conversation_id, conversation_name


@given(st.uuids(), st.uuids(), st.text(st.characters(codec="utf-8")))
def test_the_name_is_the_id_as_text(tenant_id: uuid.UUID, connection_id: uuid.UUID, external_id: str) -> None:
    named = conversation_name(tenant_id, str(connection_id), external_id)
    assert named == str(conversation_id(tenant_id, connection_id, external_id))
