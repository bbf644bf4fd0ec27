"""Grounding: whole sentences out of a stream, and the check that each passes before it is sent. Pure: no I/O."""

from __future__ import annotations

from workers.grounding.check import Checked, Similarity, check
from workers.grounding.hostile import without_orders
from workers.grounding.split import Sentences, split

__all__ = ["Checked", "Sentences", "Similarity", "check", "split", "without_orders"]
