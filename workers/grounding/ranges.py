"""Reads what stands around a number: the other end of its range, and whether it is a least or a most."""

from __future__ import annotations

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding.dates import Dates
from workers.grounding.reading import Amount, Key, Reading


class Ranges(Dates):
    """Ranges and limits."""

    def _range(self, first: Amount) -> Amount:
        """ "9:00 to 18:00", "Mon–Fri", "24 to 26 December", "20–30 €", "9'dan 18'e": both ends in one."""
        step = first.end
        words = self.words
        spaced_and = (
            step < len(words)
            and words[step] in ("and", "und", "et", "y", "e", "en", "ve", "ile")
            and (words[step] == "ile" or self._between(first.at))
        )
        if step < len(words) and (words[step] in measures.RANGE_WORDS or spaced_and):
            step += 1
            while step < min(first.end + 3, len(words)) and words[step] in measures.AFTER_RANGE_WORD:
                step += 1
        elif step + 1 < len(words) and words[step] == "'" and words[step + 1] in ("dan", "den", "tan", "ten"):
            step += 2
        elif not (
            first.label == "day"
            and words[first.end - 1].endswith(("dan", "den", "tan", "ten"))
            and calendar.DAYS.get(words[first.end - 1]) is None
        ):
            return first
        if step >= len(self.pieces):
            return first
        second = self._amount(step)
        if second is None or second.end <= step:
            return first
        pairs = _paired(first, second)
        if pairs is None:
            return first
        first.readings, first.upto = pairs
        first.end, first.label = second.end, second.label if first.bare else first.label
        first.rate = second.rate
        if first.label == "time" and first.bare:
            first.bare = False
        return first

    def _between(self, at: int) -> bool:
        return any(word in measures.BETWEEN for word in self.words[max(0, at - 3) : at])

    def _limit(self, amount: Amount) -> str:
        after = tuple(self.words[amount.end : amount.end + 2])
        if amount.upto:
            return ""
        if (sign := measures.AFTERWARDS.get(after) or self._behind(amount.end)) is not None:
            return sign
        if self.language == "tr":
            return self._turkish_limit(amount)
        begin = amount.at
        while begin > 0 and amount.at - begin < 2 and self.words[begin - 1] in measures.ARTICLES:
            if (
                self.words[max(0, begin - 2) : begin]
                and tuple(self.words[max(0, begin - 2) : begin]) in measures.LIMITS
            ):
                break
            begin -= 1
        begin = self._before_age(begin)
        for size in range(measures.LIMIT_WORDS, 0, -1):
            phrase = tuple(self.words[begin - size : begin]) if begin >= size else ()
            if phrase in measures.OF and amount.label not in ("time", "date"):
                return ""  # "ein Pfand von 5 €"
            if (sign := measures.LIMITS.get(phrase)) is not None:
                ahead = any(one.kind == "n" for one in amount.readings) and after[:1] and after[0] in measures.AHEAD
                return sign if not ahead or phrase not in measures.TURNED else "<" if sign == ">" else ">"
        return self._least_or_most(amount)

    def _before_age(self, at: int) -> int:
        """Where "the age of" begins, which stands between a limit and its number; a hyphen does too: "under-16s"."""
        words = self.words
        if at > 1 and words[at - 1] == "-" and words[at - 2] in ("under", "over", "unter", "uber"):
            return at - 1
        step = at
        while step > max(0, at - 5) and (
            words[step - 1] in measures.AGES
            or words[step - 1] in ("of", "von", "de", "the", "l", "la", "'", "di", "van")
        ):
            step -= 1
        return step if any(word in measures.AGES for word in words[step:at]) else at

    def _behind(self, end: int) -> str | None:
        """The limit behind a number and at most two words that say what it counts: "six people at most"."""
        for step in range(end, min(end + 3, len(self.words))):
            for size in (3, 2, 1):
                phrase = tuple(self.words[step : step + size])
                if (sign := measures.BEHIND.get(phrase)) is None or len(phrase) < size:
                    continue
                following = self.pieces[step + size : step + size + 1]
                if following and (following[0].kind == "number" or following[0].text in ("tard", "tot", "of", "de")):
                    return None  # it belongs to what follows
                return sign
            if self.pieces[step].kind != "word" or languages.small(self.words[step], self.language):
                return None
        return None

    def _least_or_most(self, amount: Amount) -> str:
        """ "The minimum term is three months", "Mindestlaufzeit: drei Monate": an adjective before the number's noun."""
        last = self.found[-1].end or self.found[-1].at + 1 if self.found and self.found[-1].needs else 0
        for step in range(amount.at - 1, max(last, amount.at - 6) - 1, -1):
            piece = self.pieces[step]
            if piece.kind != "word" and piece.raw not in ":'":
                return ""
            for begins, sign in measures.LEAST_OR_MOST:
                if piece.text.startswith(begins):
                    return sign
        return ""

    def _turkish_limit(self, amount: Amount) -> str:
        behind = self.words[amount.end : amount.end + 4]
        if "kadar" in behind or "once" in behind:
            return ">"
        if "itibaren" in behind or "sonra" in behind:
            return "<"
        before = tuple(self.words[max(0, amount.at - 2) : amount.at])
        return measures.LIMITS.get(before, "") if before in (("en", "az"), ("en", "fazla"), ("en", "cok")) else ""


def keys(reading: Reading, upto: Reading | None, amount: Amount) -> tuple[list[Key], list[Key]]:
    """What one reading says and needs."""
    kind, value, rate = reading.kind, reading.value, amount.rate
    if kind == "days":
        days = _span(value, upto.value) if upto is not None else value
        return [("day", day) for day in (*days, days)], [("day", days if len(days) > 1 else days[0])]
    if kind in ("code", "promise", "ord"):
        return [(kind, value)], [(kind, value)]
    if upto is not None:
        return [(kind, value, upto.value, rate), (kind, value, "<", rate), (kind, upto.value, ">", rate)], [
            (kind, value, upto.value, rate)
        ]
    limit = amount.limit
    if not limit:
        exact = amount.label in ("money", "percent")  # "€38" is neither "from €38" nor "up to €38"
        says: list[Key] = [(kind, value, sign, rate) for sign in (("",) if exact else ("", "<", ">"))]
    else:
        says = [(kind, value, limit, rate)]
        if not (limit == "<" and amount.label == "money"):
            says.append((kind, value, "", rate))
    if rate.startswith("per "):  # "£6 per child" is "£6" as well
        says += [(*key[:3], "") for key in says if isinstance(key, tuple)]
    says += [(kind, value, limit, other) for other in amount.for_whom]
    needs: list[Key] = [(kind, value, limit, rate)]
    if kind == "date" and isinstance(value, tuple):
        says += [(kind, (*value[:2], None), sign, rate) for sign in (("", "<", ">") if not limit else (limit, ""))]
    return says, needs


def _span(first: tuple[int, ...], last: tuple[int, ...]) -> tuple[int, ...]:
    begin, end = first[0], last[-1]
    if begin == end:
        return (begin, 7)  # "Tuesday to Tuesday": no range that anybody writes
    return tuple(sorted((begin + step) % 7 for step in range((end - begin) % 7 + 1)))


def _paired(first: Amount, second: Amount) -> tuple[list[Reading], list[Reading]] | None:
    """The two ends of a range in the same kind; what is said only of the last ("9 to 18 Uhr") goes for both."""
    pairs = [
        (one, other)
        for one in first.readings
        for other in second.readings
        if one.kind == other.kind and (one.kind != "n" or one.value[0] == other.value[0])
    ]
    pairs = (
        [pair for pair in pairs if not (first.bare and not second.bare and pair[0].kind == "n")]
        if first.bare != second.bare
        else pairs
    )
    if not pairs and (first.bare or second.bare) and first.bare != second.bare:
        bare, full = (first, second) if first.bare else (second, first)
        made = [_like(bare.number, reading) for reading in full.readings]
        kept = [(new, old) for new, old in zip(made, full.readings, strict=True) if new is not None]
        pairs = [pair if first.bare else (pair[1], pair[0]) for pair in kept]
    if not pairs:
        return None
    if first.bare and second.bare and _hours(first.number, second.number):
        pairs.append(
            (Reading("time", int(first.number) % 24 * 60), Reading("time", _closing(first.number, second.number)))
        )
    return [one for one, _ in pairs], [other for _, other in pairs]


def _hours(first: float, second: float) -> bool:
    return first == int(first) and second == int(second) and 5 <= first <= 23 and 1 <= second <= 24


def _closing(first: float, second: float) -> int:
    hour = int(second) + 12 if second <= first and second <= 12 else int(second)
    return hour % 24 * 60


def _like(value: float, reading: Reading) -> Reading | None:
    """A bare number in the kind of the other end of its range."""
    if reading.kind == "time":
        if value != int(value) or not 0 <= value <= 24:
            return None
        minutes = int(value) * 60
        end = int(reading.value)
        if end > 720 and minutes + 720 < end and value < 7:
            minutes += 720  # "2–6 pm"
        return Reading("time", minutes % 1440)
    if reading.kind == "date":
        _, month, year = reading.value
        return Reading("date", (int(value), month, year)) if value == int(value) and 1 <= value <= 31 else None
    if reading.kind == "n":
        dimension, _ = reading.value
        return (
            Reading("n", (dimension, value))
            if dimension not in ("min", "d", "mo", "mm", "g", "ml", "w")
            else Reading("n*", (dimension, value))
        )
    return None
