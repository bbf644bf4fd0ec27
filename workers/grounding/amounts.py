"""Reads sums, measures, percentages and plain numbers, in digits and in words."""

from __future__ import annotations

import re

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding import number_words
from workers.grounding.reading import WORD, Amount, Pieces, Reading, number
from workers.grounding.stems import stem
from workers.grounding.text import fold

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")


class Amounts(Pieces):
    """Sums, measures and numbers. What may be a date or a time instead is asked first."""

    def _written_date(self, at: int) -> Amount | None:
        raise NotImplementedError

    def _day_of_month(self, value: float, at: int, end: int) -> Amount | None:
        raise NotImplementedError

    def _time(self, value: float, at: int, end: int, clock: re.Match[str] | None) -> Amount | None:
        raise NotImplementedError

    def _says_at(self, at: int) -> bool:
        raise NotImplementedError

    def _money_before(self, at: int) -> Amount | None:
        """ "€48", "EUR 48", "US$ 48": the currency stands first."""
        piece = self.pieces[at]
        if piece.kind not in ("currency", "word") or not self._is_number(at + 1):
            if (
                piece.kind == "word"
                and at + 2 < len(self.pieces)
                and self.pieces[at + 1].raw == "$"
                and self._is_number(at + 2)
            ):
                prefix = measures.currency(f"{piece.text}$")
                value = self._value(at + 2)
                if prefix and value is not None:
                    return self._money(value, prefix, at, at + 3)
            return None
        name = measures.currency(piece.text)
        if (
            name is None
            or name == "CENT"
            or (
                piece.kind == "word"
                and piece.text in ("real", "try", "ron", "pound", "pounds", "p", "euros", "dollars")
            )
        ):
            return None
        if piece.kind == "word" and self.found and at and self.pieces[at - 1].kind == "number":
            return None
        value = self._value(at + 1)
        return self._money(value, name, at, at + 2) if value is not None else None

    def _money(self, value: float, name: str, at: int, end: int) -> Amount:
        if end + 1 < len(self.pieces) and self.pieces[end].raw in ",." and self.pieces[end + 1].raw in "-–—":
            end += 2
        if end < len(self.pieces) and self.words[end] in measures.MILLIONS:
            value, end = value * measures.MILLIONS[self.words[end]], end + 1
        if (
            end < len(self.pieces)
            and (measures.currency(self.words[end]) == name)
            and self.pieces[end].kind in ("currency", "word")
        ):
            end += 1
        amount = Amount([Reading("n", (name, value))], at, end, "money", number=value)
        return self._rated(amount)

    def _rated(self, amount: Amount) -> Amount:
        """ "£3 an hour", "5 €/Tag", "20 € por persona" without its noun: what a sum is per."""
        end = amount.end
        if end + 1 < len(self.pieces) and self.words[end] in measures.RATE_WORDS:
            step = end + 1
            step += self.words[end] == "de" and self.words[step] == "l"
            if step < len(self.pieces) and self.pieces[step].raw == "'":
                step += 1
            if step < len(self.pieces) and (name := measures.unit(self.words[step], near=self.words[end] == "/")):
                amount.rate, amount.end = name, step + 1
        elif end < len(self.pieces) and self.words[end] in measures.RATES:
            amount.rate, amount.end = measures.RATES[self.words[end]], end + 1
        if not amount.rate:
            self._per_whom(amount)
        return amount

    def _per_whom(self, amount: Amount) -> None:
        """ "£6 per child", "2,50 € je Handtuch"; "£6 for children" and "children pay £6" say as much."""
        end = amount.end
        if end + 1 < len(self.pieces) and self.words[end] in measures.PER_EACH and self._is_noun(end + 1):
            amount.rate, amount.end = _each(self.words[end + 1]), end + 2
        elif end < len(self.pieces) and self.words[end] in measures.EACH and self.words[end] != "je":
            nouns = [item.raw for item in self.found[-4:] if item.label == "word" and item.weight >= WORD]
            amount.for_whom = (*(_each(noun) for noun in nouns), _each("person"))
        elif end + 1 < len(self.pieces) and self.words[end] in measures.FOR and self._is_noun(end + 1):
            amount.for_whom = (_each(self.words[end + 1]),)
        elif len(self.found) > 1 and self.found[-1].raw in measures.PAYING and self.found[-2].label == "word":
            amount.for_whom = (_each(self.found[-2].raw),)

    def _is_noun(self, at: int) -> bool:
        if self.pieces[at].kind != "word" or languages.small(self.words[at], self.language):
            return False
        return number_words.read(self.words, at, self.language) is None  # "88 € por cinco tardes"

    def _number(self, at: int) -> Amount | None:
        piece = self.pieces[at]
        raw = piece.raw
        if raw == "24/7":
            return Amount([Reading("promise", "24/7")], at, at + 1, "promise")
        if (dates := self._written_date(at)) is not None:
            return dates
        value = number(raw)
        clock = _CLOCK.fullmatch(raw)
        if value is None and clock is None:
            return Amount([Reading("code", raw)], at, at + 1, "number")
        return self._continued(value if value is not None else -1.0, at, at + 1, clock)

    def _continued(self, value: float, at: int, end: int, clock: re.Match[str] | None) -> Amount:
        """A number whose digits or words end before `end`: what stands behind it says what it is."""
        pieces, words = self.pieces, self.words
        after = words[end] if end < len(pieces) else ""
        tight = end < len(pieces) and pieces[end].tight
        whole = value == int(value) if value >= 0 else False
        if (date := self._day_of_month(value, at, end)) is not None and whole:
            return date
        if whole and clock is None and (house := self._house(at, end)) is not None:
            return house
        if (time := self._time(value, at, end, clock)) is not None:
            return time
        if clock is not None and ":" in clock[0]:
            return Amount([Reading("code", clock[0])], at, end, "number")
        if (
            end + 1 < len(pieces)
            and after in (",", ".")
            and pieces[end + 1].raw in "-–—"
            and tight
            and end + 2 < len(pieces)
            and measures.currency(words[end + 2])
        ):
            return self._money(value, measures.currency(words[end + 2]) or "", at, end + 3)
        if after in measures.MILLIONS:
            value, end = value * measures.MILLIONS[after], end + 1
            after = words[end] if end < len(pieces) else ""
        if (
            after == "-"
            and tight
            and end + 1 < len(pieces)
            and pieces[end + 1].tight
            and (measures.unit(words[end + 1], near=False) or measures.currency(words[end + 1]))
        ):
            end, after, tight = end + 1, words[end + 1], False
        if (
            end < len(pieces)
            and pieces[end].kind in ("currency", "word")
            and (name := measures.currency(after)) is not None
            and after != "try"
        ):
            return self._money(value, name, at, end + 1)
        if after == "%" or (
            after in ("per", "por", "pour") and end + 1 < len(pieces) and words[end + 1] in ("cent", "ciento", "cento")
        ):
            return Amount([Reading("n", ("%", value))], at, end + (1 if after == "%" else 2), "percent", number=value)
        if (halved := self._and_half(end)) is not None:
            value, end = value + 0.5, halved
            after, tight = (words[end] if end < len(pieces) else ""), False
        if (measured := self._measured(value, at, end)) is not None:
            return measured
        if tight and whole and calendar.ends_ordinal(after, self.language):
            return Amount([Reading("ord", value)], at, end + 1, "number", number=value)
        if tight and after == "s" and whole and self.language == "en":
            return Amount([Reading("n", ("", value))], at, end + 1, "number", number=value)  # "under-16s"
        if tight and end < len(pieces) and pieces[end].kind == "word":
            stop = end
            while stop < len(pieces) and pieces[stop].tight and pieces[stop].kind in ("word", "number"):
                stop += 1
            return Amount([Reading("code", fold("".join(piece.raw for piece in pieces[at:stop])))], at, stop, "code")
        readings = [Reading("n", ("", value))]
        if whole and after == "." and tight and end + 1 < len(pieces) and pieces[end + 1].kind == "word":
            readings.append(Reading("ord", value))
        if clock is not None and int(clock[1]) <= 24 and int(clock[2]) < 60:
            readings.append(Reading("time", int(clock[1]) % 24 * 60 + int(clock[2])))
            day, month = int(clock[1]), int(clock[2])
            if 1 <= day <= 31 and 1 <= month <= 12:
                readings.append(Reading("date", (day, month, None)))
        elif whole and value <= 24 and self._says_at(at):
            readings.append(Reading("time", int(value) % 24 * 60))
        return Amount(readings, at, end, "number", bare=True, number=value)

    def _house(self, at: int, end: int) -> Amount | None:
        """ "112b", "112 B", "8-A", "12 bis": a house number with what tells it from its neighbour's."""
        step = end + (end < len(self.pieces) and self.pieces[end].raw == "-" and self.pieces[end].tight)
        if step >= len(self.pieces) or self.pieces[step].kind != "word" or (step > end and not self.pieces[step].tight):
            return None
        piece, following = self.pieces[step], self.pieces[step + 1 : step + 2]
        letter = len(piece.raw) == 1 and piece.raw.isupper() and piece.raw not in "CFKVW"
        second = piece.text in ("bis", "ter", "quater") and self.language not in ("de", None)
        if not (letter or second) or any(one.kind == "number" or (one.tight and one.raw in ".-'") for one in following):
            return None
        written = f"{self.pieces[at].raw}{piece.text}"
        return Amount([Reading("code", written)], at, step + 1, "code")

    def _measured(self, value: float, at: int, end: int) -> Amount | None:
        """A number with a unit, "one working day" and "2 h 30 min" included."""
        name, stop = self._unit(end)
        if name is None:
            return None
        if name == "d" and any(word in measures.WORKING for word in (self.words[end], *self.words[stop : stop + 1])):
            name = "workday"
            stop += stop < len(self.words) and self.words[stop] in measures.WORKING
        if name == "m" and (
            self.words[end] in measures.SQUARE or (stop < len(self.words) and self.words[stop] in measures.SQUARE)
        ):
            name = "m2"
            stop += stop < len(self.words) and self.words[stop] in measures.SQUARE
        dimension, amount = measures.in_base(value, name)
        if (halved := self._and_half(stop)) is not None:
            amount, stop = amount + measures.in_base(0.5, name)[1], halved
        step = stop + (stop < len(self.words) and self.words[stop] in ("and", "und", "et", "y", "e", "en"))
        if dimension == "min" and name == "h" and self._is_number(step):
            more, (second, second_end) = self._value(step), self._unit(step + 1)
            if more is not None and second == "min":
                amount, stop = amount + more, second_end
        label = "percent" if dimension == "%" else "unit"
        side = self._between_side(end, stop)
        return Amount([Reading("n", (dimension, amount))], at, stop, label, number=value, side=side)

    def _between_side(self, begin: int, end: int) -> int:
        """The side of a word that stands between a number and its unit."""
        return next((side for word in self.words[begin:end] if (side := languages.side_in(word, self.language))), 0)

    def _unit(self, at: int) -> tuple[str | None, int]:
        if at >= len(self.pieces):
            return None, at
        piece = self.pieces[at]
        if piece.raw == "°" and at + 1 < len(self.pieces) and self.words[at + 1] in ("c", "f"):
            return ("degC" if self.words[at + 1] == "c" else "degF"), at + 2
        if piece.kind not in ("word", "mark"):
            return None, at
        quoted = at + 1 < len(self.pieces) and self.pieces[at + 1].raw == "'" and self.pieces[at + 1].tight
        if (name := measures.unit(piece.text, near=not quoted)) is not None:
            return name, at + 1
        described = piece.kind == "word" and piece.text not in languages.FUNCTION and not languages.negates(piece.text)
        if described and at + 1 < len(self.pieces) and self.pieces[at + 1].kind == "word":  # "one working day"
            name = measures.unit(self.words[at + 1], near=False)
            return (name, at + 2) if name is not None else (None, at)
        return None, at

    def _and_half(self, at: int) -> int | None:
        """Where "and a half", "y media", "et demie" ends."""
        step = at
        while step < min(at + 2, len(self.words)) and self.words[step] in (
            "and",
            "a",
            "y",
            "et",
            "e",
            "en",
            "und",
            "ve",
            "eine",
            "un",
        ):
            step += 1
        found = (
            step < len(self.words)
            and number_words.half(self.words[step])
            and (step > at or self.words[step] in ("bucuk", "demi"))
        )
        return step + 1 if found else None

    def _number_word(self, at: int) -> Amount | None:
        words = self.words
        word = words[at]
        if word in measures.HALVES:
            step = at + 1
            step += step < len(words) and words[step] in ("a", "an", "-", "'", "of")
            name, end = self._unit(step) if step < len(words) else (None, step)
            if name is not None:
                size = {"anderthalb": 1.5, "eineinhalb": 1.5, "dreiviertel": 0.75}.get(word, 0.5)
                return Amount([Reading("n", measures.in_base(size, name))], at, end, "unit", number=size)
        if (period := self._per(at)) is not None:
            return period
        if (often := self._times(at)) is not None:
            return often
        if word in number_words.ONES:
            return self._one(at)
        if word.endswith("einhalb") and (before := number_words.read([word[:-7]], 0, "de")) is not None:
            return self._continued(before[0] + 0.5, at, at + 1, None)
        split = self._joined(at)
        read = number_words.read(split[0], 0, self.language)
        if read is None:
            return None
        return self._continued(read[0], at, at + split[1][read[1] - 1], None)

    def _joined(self, at: int) -> tuple[list[str], list[int]]:
        """The words from `at` on without the hyphens between them, and how many tokens each of them ends after."""
        words: list[str] = []
        ends: list[int] = []
        step = at
        while step < len(self.pieces) and len(words) < 8:
            piece = self.pieces[step]
            if piece.kind == "word":
                words.append(piece.text)
                ends.append(step - at + 1)
            elif not (piece.raw == "-" and piece.tight):
                break
            step += 1
        return words, ends

    def _per(self, at: int) -> Amount | None:
        """ "two vaccinations per year": the period in which a number of things happens."""
        step = at + 1 + (at + 1 < len(self.words) and self.words[at + 1] == "'")
        if self.words[at] not in measures.PER or step >= len(self.words):
            return None
        name = measures.unit(self.words[step], near=False)
        if name not in measures.PERIODS or not any(item.label in ("number", "unit") for item in self.found[-3:]):
            return None
        if self.words[at] in ("al", "im", "am", "all", "alla", "ao", "a", "an", "l") and self.found[-1].at < at - 4:
            return None
        return Amount([Reading("n", measures.in_base(1.0, name))], at, step + 1, "unit", number=1.0)

    def _times(self, at: int) -> Amount | None:
        """ "twice", "dreimal"; "once" only before a period, where it is no "as soon as"."""
        word = self.words[at]
        times = measures.TIMES.get(word)
        if word in measures.ONCE and at + 2 < len(self.words) and self.words[at + 1] in measures.PER:
            times = 1 if measures.unit(self.words[at + 2], near=False) in measures.PERIODS else None
        return Amount([Reading("n", ("x", float(times)))], at, at + 1, "unit", number=times) if times else None

    def _one(self, at: int) -> Amount | None:
        """ "an hour", "eine Stunde": one, where a unit follows."""
        step = at + 1
        if step < len(self.pieces) and self.pieces[step].raw == "'":
            step += 1
        last = self.found[-1] if self.found else None
        if last is not None and last.label == "money" and at - last.at < 4:
            return None
        if step >= len(self.words) or self.pieces[step].kind != "word" or self.words[at] == "l":
            return None
        name, end = self._unit(step)
        if name is None or self.words[step] in ("uhr",) or len(self.words[step]) < 2:
            return None
        if end - step > 1 and self.words[at] not in ("one", "einen", "ein"):
            return None
        return self._measured(1.0, at, step)


def _each(word: str) -> str:
    """A rate of something that is no measure."""
    return "per " + stem("person" if word in measures.PERSONS else word)
