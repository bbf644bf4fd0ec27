"""Reads times of day: "9:00", "9 am", "9 Uhr", "9h30", "half past nine", "a las 6 de la tarde"."""

from __future__ import annotations

import re

from workers.grounding import calendar_words as calendar
from workers.grounding import measure_words as measures
from workers.grounding import number_words
from workers.grounding.amounts import Amounts
from workers.grounding.reading import Amount, Reading


class Clocks(Amounts):
    """Times of day."""

    def _says_at(self, at: int) -> bool:
        return any(word in calendar.AT for word in self.words[max(0, at - 1) : at])

    def _time(self, value: float, at: int, end: int, clock: re.Match[str] | None) -> Amount | None:
        hour, minute = (int(clock[1]), int(clock[2])) if clock else (int(value), 0) if value == int(value) else (-1, 0)
        if not (0 <= hour <= 24 and minute < 60):
            return None
        pieces, words = self.pieces, self.words
        after = words[end] if end < len(pieces) else ""
        if after in calendar.CLOCK_WORDS and not (after == "u" and not pieces[end].tight):
            end += 1
            if (
                end < len(pieces)
                and clock is None
                and self._is_number(end)
                and pieces[end].raw.isdigit()
                and len(pieces[end].raw) == 2
                and int(pieces[end].raw) < 60
            ):
                minute, end = int(pieces[end].raw), end + 1
            if (halved := self._and_half(end)) is not None:
                minute, end = 30, halved
            return self._part_of_day(hour, minute, at, end, surely=True)
        if (
            after in ("am", "pm", "a", "p")
            and (after in ("am", "pm"))
            and 1 <= hour <= 12
            and not (after == "am" and self.language == "de" and clock is None)
        ):
            hour = hour % 12 + (12 if after == "pm" else 0)
            return Amount([Reading("time", hour * 60 + minute)], at, end + 1, "time")
        if after in calendar.CLOCK_OR_LENGTH and clock is None:
            tight_minutes = (
                end + 1 < len(pieces)
                and self._is_number(end + 1)
                and pieces[end + 1].raw.isdigit()
                and len(pieces[end + 1].raw) == 2
            )
            stop = end + 1
            if tight_minutes and int(pieces[end + 1].raw) < 60 and not self._unit(end + 2)[0]:
                minute, stop = int(pieces[end + 1].raw), end + 2
            elif (halved := self._and_half(stop)) is not None:
                minute, stop = 30, halved
            elif tight_minutes:
                return None
            time = self._part_of_day(hour, minute, at, stop, surely=True)
            if time is not None:
                time.readings.append(Reading("n", ("min", float(hour * 60 + minute))))
            return time
        if clock is not None and ":" in clock[0]:
            if len(after) > 2 and measures.unit(after, near=False) not in (None, "h"):
                return None  # "22:00 days"
            if after in calendar.CLOCK_OR_LENGTH:
                end += 1
            return self._part_of_day(hour, minute, at, end, surely=True)
        if clock is not None and (after in calendar.CLOCK_OR_LENGTH and after != "hrs"):
            return Amount(
                [Reading("time", hour % 24 * 60 + minute), Reading("n", ("min", float(hour * 60 + minute)))],
                at,
                end + 1,
                "time",
            )
        if self._says_at(at) or clock is None:
            return self._part_of_day(hour, minute, at, end, surely=False) if 1 <= hour <= 12 else None
        return None

    def _part_of_day(self, hour: int, minute: int, at: int, end: int, *, surely: bool) -> Amount | None:
        """The time, in the afternoon where the words behind it say so."""
        step = end
        while step < min(end + 2, len(self.words)) and self.words[step] in calendar.PART_LINKS:
            step += 1
        part = self.words[step] if step < len(self.words) else ""
        said = part in calendar.PM or (part in calendar.AM and part != "am")
        if said and 1 <= hour <= 12 and (step > end or part.endswith("s") or part in ("pm", "aksam", "sabah")):
            hour = hour % 12 + (
                12 if part in calendar.PM and not (part in ("noche", "noite", "sera") and hour == 12) else 0
            )
            return Amount([Reading("time", hour * 60 + minute)], at, step + 1, "time")
        return Amount([Reading("time", hour % 24 * 60 + minute)], at, end, "time") if surely else None

    def _noon(self, at: int) -> Amount | None:
        minutes = calendar.NOON.get(self.words[at])
        return None if minutes is None else Amount([Reading("time", minutes)], at, at + 1, "time")

    def _spoken_clock(self, at: int) -> Amount | None:
        """ "half past nine", "quarter to ten", "halb zehn", "Viertel nach neun"."""
        words = self.words
        if words[at] in ("half", "quarter", "viertel", "kwart", "halb") and at + 1 < len(words):
            link = words[at + 1]
            if (
                link in ("past", "to", "nach", "vor", "over", "voor")
                and at + 2 < len(words)
                and (hour := self._hour(at + 2)) is not None
            ):
                minutes = hour[0] * 60 + (30 if words[at] == "half" else 15) * (
                    1 if link in ("past", "nach", "over") else -1
                )
                return Amount([Reading("time", minutes % 1440)], at, hour[1], "time")
            if (words[at] == "halb" or (words[at] == "half" and self.language == "nl")) and (
                hour := self._hour(at + 1)
            ) is not None:
                return Amount([Reading("time", (hour[0] * 60 - 30) % 1440)], at, hour[1], "time")
        return None

    def _hour(self, at: int) -> tuple[int, int] | None:
        if self._is_number(at):
            value, end = self._value(at), at + 1
        else:
            read = number_words.read(self.words, at, self.language)
            value, end = (read[0], at + read[1]) if read else (None, at)
        if value is None or value != int(value) or not 1 <= value <= 24:
            return None
        return int(value), end + (end < len(self.words) and self.words[end] in ("uhr", "uur"))
