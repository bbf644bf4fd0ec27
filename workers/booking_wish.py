"""What an appointment's talk is about: the wish so far, where the talk stands, what a step of it changes. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.booking import BookingState
from workers.clock_words import Clock
from workers.day_words import Part, Roll
from workers.moments import Said
from workers.opening import Hours


class Asked(StrEnum):
    """What the visitor was asked last, so what a yes, a no or a number alone means."""

    NOTHING = "nothing"
    DAY = "day"
    TIME = "time"
    CONTACT = "contact"
    CONFIRM = "confirm"
    OFFER = "offer"  # another time than the one wanted


class Change(StrEnum):
    """What becomes of the request with this step."""

    NOTHING = "nothing"
    REQUESTED = "requested"
    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Wish:
    """What is known so far of the appointment that is wanted."""

    day: date | None = None
    roll: Roll = Roll.NEVER
    clock: Clock | None = None
    part: Part | None = None
    what: str = ""  # the visitor's own first words
    name: str | None = None  # given when asked for contact
    asked: Asked = Asked.NOTHING
    no_contact: bool = False  # the visitor would rather be answered in the chat

    def hearing(self, said: Said) -> Wish:
        """With what was said on top: a new day leaves the time, a new time the day."""
        wish, day = self, said.day
        if day.on is not None:
            wish = replace(wish, day=day.on, roll=day.roll)
        elif day.wide or day.past or day.impossible:
            wish = replace(wish, day=None, roll=Roll.NEVER)
        if said.part is not None:
            wish = replace(
                wish, part=said.part, clock=said.clock if said.clock or wish.asked is not Asked.TIME else None
            )
        if said.clock is not None:
            wish = replace(wish, clock=said.clock, part=said.part or (wish.part if said.clock.twelve else None))
        return wish

    def at(self, moment: datetime | None) -> Wish:
        """The same wish for exactly this moment, as what was requested is to be changed in part."""
        if moment is None:
            return self
        return replace(self, day=moment.date(), roll=Roll.NEVER, clock=Clock(moment.hour, moment.minute), part=None)

    def as_json(self) -> dict[str, Any]:
        clock = self.clock
        return {
            "day": self.day.isoformat() if self.day else None,
            "roll": self.roll,
            "clock": [clock.hour, clock.minute, clock.twelve] if clock else None,
            "part": self.part,
            "what": self.what,
            "name": self.name,
            "asked": self.asked,
            "no_contact": self.no_contact,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Wish:
        clock = value.get("clock")
        return cls(
            day=date.fromisoformat(value["day"]) if value.get("day") else None,
            roll=Roll(value.get("roll") or Roll.NEVER),
            clock=Clock(*clock) if clock else None,
            part=Part(value["part"]) if value.get("part") else None,
            what=value.get("what") or "",
            name=value.get("name"),
            asked=Asked(value.get("asked") or Asked.NOTHING),
            no_contact=bool(value.get("no_contact")),
        )


@dataclass(frozen=True)
class Standing:
    """The open booking of a conversation."""

    state: BookingState
    wish: Wish
    starts_at: datetime | None = None  # local; what was requested


@dataclass(frozen=True)
class Place:
    """What the business is and what time it is there."""

    now: datetime  # local, with zone
    hours: Hours = field(default_factory=Hours)
    month_first: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Step:
    """What we say, and how the booking stands once that has been said."""

    reply: str
    state: BookingState
    wish: Wish
    starts_at: datetime | None = None
    change: Change = Change.NOTHING


@dataclass(frozen=True)
class Reminder:
    """The message is another question; after its answer the booking goes on with this one."""

    text: str
