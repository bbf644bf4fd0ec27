"""Reads dates and weekdays: "24 December", "24.12.", "Dec 24, 2026", "Mon–Fri", "lundi"."""

from __future__ import annotations

import re

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding.clocks import Clocks
from workers.grounding.reading import Amount, Reading

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})")


class Dates(Clocks):
    """Dates, months and weekdays."""

    def _written_date(self, at: int) -> Amount | None:
        raw = self.pieces[at].raw
        after = self.pieces[at + 1].raw if at + 1 < len(self.pieces) else ""
        if iso := _ISO.fullmatch(raw):
            return self._date([(int(iso[3]), int(iso[2]), int(iso[1]))], at, at + 1)
        if dotted := _DOTTED.fullmatch(raw):
            return self._date([(int(dotted[1]), int(dotted[2]), _year(dotted[3]))], at, at + 1)
        if slashed := _SLASHED.fullmatch(raw):
            first, second, year = int(slashed[1]), int(slashed[2]), _year(slashed[3])
            both = [(first, second, year), (second, first, year)]
            amount = self._date([date for date in both if 1 <= date[0] <= 31 and 1 <= date[1] <= 12], at, at + 1)
            if amount is not None and len(amount.readings) > 1:
                amount.label = "slashed"
            return amount
        if (short := _DAY_MONTH.fullmatch(raw)) and after == "." and self.pieces[at + 1].tight:
            return self._date([(int(short[1]), int(short[2]), None)], at, at + 2)
        return None

    def _date(self, dates: list[tuple[int, int, int | None]], at: int, end: int) -> Amount | None:
        dates = [date for date in dates if 1 <= date[0] <= 31 and 1 <= date[1] <= 12]
        return Amount([Reading("date", date) for date in dates], at, end, "date") if dates else None

    def _day_of_month(self, value: float, at: int, end: int) -> Amount | None:
        """ "24 December", "24. Dezember 2026", "24th of December", "24 de diciembre"."""
        if not 1 <= value <= 31:
            return None
        step = end
        if (step < len(self.pieces) and self.pieces[step].raw == "." and self.pieces[step].tight) or (
            step < len(self.pieces) and self.pieces[step].tight and self.words[step] in calendar.ORDINAL_ENDS
        ):
            step += 1
        if step < len(self.words) and self.words[step] in ("of", "de", "d", "del", "di"):
            step += 1
            step += step < len(self.pieces) and self.pieces[step].raw == "'"
        if step >= len(self.words) or (month := self._month(step)) is None:
            return None
        year, stop = self._with_year(step + 1)
        return self._date([(int(value), month, year)], at, stop)

    def _month(self, at: int) -> int | None:
        month = calendar.month(self.words[at])
        if month is None:  # Turkish: "24 Aralık'ta", "Aralikta"
            return None
        return (
            None
            if self.words[at] in ("mai", "out", "set", "mart", "mag")
            and self.pieces[at].raw.islower()
            and self.language == "en"
            else month
        )

    def _with_year(self, at: int) -> tuple[int | None, int]:
        step = at
        while step < min(at + 2, len(self.pieces)) and self.pieces[step].raw in (",", ".", "de", "del"):
            step += 1
        if (
            self._is_number(step)
            and len(self.pieces[step].raw) == 4
            and self.pieces[step].raw.isdigit()
            and 1900 <= int(self.pieces[step].raw) < 2200
        ):
            return int(self.pieces[step].raw), step + 1
        return None, at

    def _month_first(self, at: int) -> Amount | None:
        """ "December 24, 2026", or a month alone."""
        month = calendar.month(self.words[at])
        if month is None:
            return None
        step = at + 1
        step += step < len(self.pieces) and self.pieces[step].raw == "." and self.pieces[step].tight
        if (
            self._is_number(step)
            and self.pieces[step].raw.isdigit()
            and 1 <= int(self.pieces[step].raw) <= 31
            and self.pieces[at].capital_first
        ):
            stop = step + 1
            if stop < len(self.pieces) and self.pieces[stop].tight and self.words[stop] in calendar.ORDINAL_ENDS:
                stop += 1
            elif stop < len(self.pieces) and (
                measures.unit(self.words[stop], near=True) or self.words[stop] in ("uhr", "am", "pm")
            ):
                return None
            year, stop = self._with_year(stop)
            return self._date([(int(self.pieces[step].raw), month, year)], at, stop)
        if self.words[at] in calendar.UNSURE_MONTHS and not self._surely_month(at):
            return None
        year, stop = self._with_year(at + 1)
        return Amount([Reading("month", (month, year))], at, stop, "date")

    def _surely_month(self, at: int) -> bool:
        if self.words[at] == "sept" and self.language in ("fr", None):
            return False  # seven
        if self.language == "en" or (self.language is None and self.words[at] in ("may", "set", "out")):
            return self.pieces[at].capital_first and at > 0
        before = self._before(at)
        return (self.pieces[at].capital_first and at > 0) or before in calendar.BEFORE_MONTHS

    def _day(self, at: int) -> Amount | None:
        word = self.words[at]
        if (days := calendar.GROUPS.get(word)) is not None:
            return Amount([Reading("days", days)], at, at + 1, "day")
        day = calendar.day(word)
        end = at + 1
        if day is None and word in calendar.SHORT_DAYS and self._beside_day_or_time(at):
            day = calendar.SHORT_DAYS[word]
            end += end < len(self.pieces) and self.pieces[end].raw == "." and self.pieces[end].tight
        elif (
            word in ("segunda", "terca", "quarta", "quinta", "sexta")
            and end + 1 < len(self.words)
            and self.words[end] == "-"
            and self.words[end + 1].startswith("feira")
        ):
            day, end = ("segunda", "terca", "quarta", "quinta", "sexta").index(word), end + 2
        return Amount([Reading("days", (day,))], at, end, "day") if day is not None else None

    def _beside_day_or_time(self, at: int) -> bool:
        """Whether an abbreviation like "Mo" or "Do" is a day here."""
        if not self.pieces[at].capital_first:
            return False
        last = self.found[-1] if self.found else None
        if last is not None and last.label == "day" and at - last.at <= 3:
            return True
        step = at + 1
        while step < min(at + 3, len(self.pieces)) and (
            self.pieces[step].raw in ".,-–—&/:"
            or self.words[step] in measures.RANGE_WORDS
            or self.words[step] in ("and", "und", "et", "y", "e", "en")
        ):
            step += 1
        if step >= len(self.pieces):
            return False
        return (
            step > at + 1
            and (
                calendar.day(self.words[step]) is not None
                or (self.words[step] in calendar.SHORT_DAYS and self.pieces[step].capital_first)
            )
        ) or (
            self.pieces[step].kind == "number"
            and len(self.words[at]) > 1
            and (self.words[at] not in languages.FUNCTION or ":" in self.pieces[step].raw)
        )


def _year(text: str | None) -> int | None:
    return None if not text else int(text) if len(text) == 4 else 2000 + int(text)
