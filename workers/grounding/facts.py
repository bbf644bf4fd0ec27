"""Reads what can be checked out of a text: each number with its unit, each time, date, weekday, contact, name and promise.

A fact `says` the keys that its text supports and `needs` one of some keys in the text that is to support it; both forms
are the same however the fact was written. A fact that may be read in two ways says both and needs either.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding import number_words
from workers.grounding import promise_words as promises
from workers.grounding.contacts import email_key, link_keys, phone_keys
from workers.grounding.stems import stem
from workers.grounding.text import Token, fold, plain, tokens

Key = Hashable

FACT, WORD, LIGHT, SMALL = 1.0, 1.0, 0.35, 0.15  # what an item counts for when two clauses are compared


@dataclass(slots=True)
class Item:
    """A fact or a word. label: what it is, in one word; raw: as written (folded for words)."""

    label: str
    raw: str
    says: tuple[Key, ...]
    needs: tuple[Key, ...]  # any of them; empty for a plain word
    weight: float
    at: int  # which token it begins with
    capital: bool = False
    side: int = 0
    small: bool = False  # a function word of the text's own language


@dataclass(slots=True)
class Reading:
    """One way to understand a number: its kind and value; `limit` is "<" (from, at least) or ">" (until, at most)."""

    kind: str
    value: Hashable


@dataclass(slots=True)
class Amount:
    """A number, time, date, weekday or sum where it stands, tokens `at` to `end`."""

    readings: list[Reading]
    at: int
    end: int
    label: str
    bare: bool = False  # no unit, no currency, nothing
    limit: str = ""
    rate: str = ""
    number: float = 0.0
    upto: list[Reading] = field(default_factory=list)  # the end of a range


_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_DIGITS = re.compile(r"[\d.,' \u00a0\u202f]+")
_PM = frozenset(
    [
        "pm",
        "evening",
        "afternoon",
        "abends",
        "nachmittags",
        "abend",
        "nachmittag",
        "tarde",
        "noche",
        "soir",
        "sera",
        "pomeriggio",
        "noite",
        "avonds",
        "middags",
        "aksam",
    ]
)
_AM = frozenset(
    ["am", "morning", "morgens", "vormittags", "matin", "manana", "mattina", "mattino", "manha", "ochtends", "sabah"]
)
_PART_LINKS = frozenset(["in", "the", "de", "la", "du", "da", "di", "del", "al", "a"])
_CLOCK_WORDS = frozenset(["uhr", "oclock", "hs", "u"])
_CLOCK_OR_LENGTH = frozenset(["h", "heures", "heure", "uur", "horas", "hora", "hrs"])
_AT = frozenset(["at", "um", "gegen", "las", "alle", "ore", "as", "om", "saat", "vers", "sobre", "klokke"])
_MILLIONS = {"million": 1e6, "millions": 1e6, "millionen": 1e6, "millones": 1e6, "milioni": 1e6, "milhoes": 1e6, "miljoen": 1e6, "milyon": 1e6,
             "mio": 1e6, "billion": 1e9, "milliarden": 1e9, "milliards": 1e9, "thousand": 1e3, "tausend": 1e3, "tsd": 1e3}  # fmt: skip
_ORDINAL_ENDS = frozenset(["st", "nd", "rd", "th", "er", "ere", "eme", "e", "o", "a", "nde", "ste", "de"])
_WORKING = frozenset(
    [
        "working",
        "business",
        "werk",
        "arbeits",
        "ouvres",
        "ouvrables",
        "ouvrable",
        "ouvre",
        "habiles",
        "habil",
        "laborables",
        "laborable",
        "lavorativi",
        "lavorativo",
        "uteis",
        "util",
    ]
)
_SQUARE = frozenset(["square", "vierkante", "carres", "carre", "cuadrados", "quadrati", "quadri", "quadrados"])


def facts(text: str, language: str | None = None) -> tuple[list[Item], list[Token]]:
    """The items of a text in order, and its tokens."""
    pieces = tokens(plain(text))
    if language is None:
        language = languages.guess(piece.text for piece in pieces if piece.kind == "word")
    return Reader(pieces, language).items(), pieces


class Reader:
    """Reads the tokens of one text."""

    def __init__(self, pieces: list[Token], language: str | None) -> None:
        self.pieces = pieces
        self.words = [piece.text for piece in pieces]
        self.language = language
        self.found: list[Item] = []
        self.amounts: list[Amount] = []

    def items(self) -> list[Item]:
        at = 0
        while at < len(self.pieces):
            amount = self._amount(at)
            if amount is not None:
                amount = self._range(amount)
                amount.limit = self._limit(amount)
                self.found.append(self._item(amount))
                at = amount.end
                continue
            at = self._plain(at)
        return self.found

    # --- what is no amount -------------------------------------------------------------------------------------

    def _plain(self, at: int) -> int:
        piece = self.pieces[at]
        if piece.kind == "email":
            key = email_key(piece.text)
            self._add("email", piece, (key,), (key,), at)
        elif piece.kind == "link":
            says = link_keys(piece.raw)
            self._add("link", piece, says, says, at)
        elif piece.kind == "phone":
            says, needs = phone_keys(piece.raw)
            self._add("phone", piece, says, needs, at)
        elif piece.kind == "currency":
            self._add(
                "currency",
                piece,
                (("sign", measures.currency(piece.text) or piece.text),),
                (("sign", measures.currency(piece.text) or piece.text),),
                at,
            )
        elif piece.kind == "word":
            return self._word(at)
        return at + 1

    def _word(self, at: int) -> int:
        piece, word = self.pieces[at], self.words[at]
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        if (
            after is not None
            and after.kind == "number"
            and after.tight
            and (len(word) < 7 or word not in languages.FUNCTION)
        ):
            return self._code(at)
        if word in promises.SHORT_PLACES and (piece.capital_first or (after is not None and after.raw == ".")):
            word = promises.SHORT_PLACES[word]
        hyphened = self._hyphened(at)
        concept = None if hyphened or self._before(at) == "feel" else promises.promise(word)
        if concept is not None:
            key = ("promise", concept)
            self.found.append(Item("promise", word, (key, stem(word)), (key,), FACT, at, piece.capital_first))
        elif word in promises.PLACES:
            self.found.append(
                Item("place", word, (("place", word), stem(word)), (("place", word),), WORD, at, piece.capital_first)
            )
        elif (relative := calendar.RELATIVE.get(word)) is not None:
            key = ("relative", relative)
            self.found.append(Item("day", word, (key,), (key,), FACT, at))
        else:
            weight = (
                SMALL if word in languages.FUNCTION or len(word) == 1 else LIGHT if word in languages.LIGHT else WORD
            )
            base = stem(word)
            unit_name = measures.unit(word, near=False)
            says: tuple[Key, ...] = (base, ("u", unit_name)) if unit_name else (base,)
            self.found.append(
                Item(
                    "word",
                    word,
                    says,
                    (),
                    weight,
                    at,
                    piece.capital_first,
                    languages.side(word),
                    languages.small(word, self.language),
                )
            )
        return at + 1

    def _code(self, at: int) -> int:
        """Letters and digits in one: a postcode, a voucher, a model."""
        end = at + 1
        while end < len(self.pieces) and self.pieces[end].tight and self.pieces[end].kind in ("word", "number"):
            end += 1
        key = ("code", fold("".join(piece.raw for piece in self.pieces[at:end])))
        self.found.append(Item("code", str(key[1]), (key,), (key,), FACT, at))
        return end

    def _hyphened(self, at: int) -> bool:
        """Whether a word is the second half of another: "step-free"."""
        return at >= 2 and self.pieces[at].tight and self.pieces[at - 1].raw == "-" and self.pieces[at - 1].tight

    def _before(self, at: int) -> str:
        return self.words[at - 1] if at else ""

    def _add(self, label: str, piece: Token, says: tuple[Key, ...], needs: tuple[Key, ...], at: int) -> None:
        self.found.append(Item(label, piece.raw, says, needs, FACT, at))

    # --- amounts ----------------------------------------------------------------------------------------------

    def _amount(self, at: int) -> Amount | None:
        """What number, sum, time, date or weekday begins here."""
        piece = self.pieces[at]
        if piece.kind in ("email", "link", "phone"):
            return None
        if (money := self._money_before(at)) is not None:
            return money
        if piece.kind == "mark" and piece.raw == "%" and self._is_number(at + 1):
            value = self._value(at + 1)
            return Amount([Reading("n", ("%", value))], at, at + 2, "percent") if value is not None else None
        if piece.kind == "word" and piece.text in ("yuzde", "porciento") and self._is_number(at + 1):
            value = self._value(at + 1)
            return Amount([Reading("n", ("%", value))], at, at + 2, "percent") if value is not None else None
        if piece.kind == "number":
            return self._number(at)
        if piece.kind == "word":
            return (
                self._day(at)
                or self._month_first(at)
                or self._noon(at)
                or self._spoken_clock(at)
                or self._number_word(at)
            )
        return None

    def _is_number(self, at: int) -> bool:
        return at < len(self.pieces) and self.pieces[at].kind == "number"

    def _value(self, at: int) -> float | None:
        return number(self.pieces[at].raw)

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
        if end < len(self.pieces) and self.words[end] in _MILLIONS:
            value, end = value * _MILLIONS[self.words[end]], end + 1
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
            if self.pieces[step].raw == "'":
                step += 1
            if step < len(self.pieces) and (name := measures.unit(self.words[step], near=self.words[end] == "/")):
                amount.rate, amount.end = name, step + 1
        elif end < len(self.pieces) and self.words[end] in (
            "hourly",
            "stundlich",
            "saatlik",
            "taglich",
            "daily",
            "gunluk",
            "monatlich",
            "monthly",
            "mensuel",
            "mensuales",
            "jahrlich",
            "yearly",
            "weekly",
            "wochentlich",
        ):
            rates = {
                "h": "hourly stundlich saatlik",
                "d": "taglich daily gunluk",
                "mo": "monatlich monthly mensuel mensuales",
                "yr": "jahrlich yearly",
                "wk": "weekly wochentlich",
            }
            amount.rate = next(name for name, words in rates.items() if self.words[end] in words.split())
            amount.end = end + 1
        return amount

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

    def _continued(self, value: float, at: int, end: int, clock: re.Match[str] | None) -> Amount:
        """A number whose digits or words end before `end`: what stands behind it says what it is."""
        pieces, words = self.pieces, self.words
        after = words[end] if end < len(pieces) else ""
        tight = end < len(pieces) and pieces[end].tight
        whole = value == int(value) if value >= 0 else False
        if (date := self._day_of_month(value, at, end)) is not None and whole:
            return date
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
        if after in _MILLIONS:
            value, end = value * _MILLIONS[after], end + 1
            after = words[end] if end < len(pieces) else ""
        if (
            after == "-"
            and tight
            and end + 1 < len(pieces)
            and pieces[end + 1].tight
            and pieces[end + 1].kind == "word"
        ):
            if measures.unit(words[end + 1], near=False) or measures.currency(words[end + 1]):
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
        if tight and after in _ORDINAL_ENDS and whole:
            return Amount([Reading("ord", value)], at, end + 1, "number", number=value)
        if tight and end < len(pieces) and pieces[end].kind == "word":
            stop = end
            while stop < len(pieces) and pieces[stop].tight and pieces[stop].kind in ("word", "number"):
                stop += 1
            return Amount([Reading("code", fold("".join(piece.raw for piece in pieces[at:stop])))], at, stop, "code")
        readings = [Reading("n", ("", value))]
        if clock is not None and int(clock[1]) <= 24 and int(clock[2]) < 60:
            readings.append(Reading("time", int(clock[1]) % 24 * 60 + int(clock[2])))
            day, month = int(clock[1]), int(clock[2])
            if 1 <= day <= 31 and 1 <= month <= 12:
                readings.append(Reading("date", (day, month, None)))
        elif whole and value <= 24 and self._says_at(at):
            readings.append(Reading("time", int(value) % 24 * 60))
        return Amount(readings, at, end, "number", bare=True, number=value)

    def _says_at(self, at: int) -> bool:
        return any(word in _AT for word in self.words[max(0, at - 1) : at])

    def _measured(self, value: float, at: int, end: int) -> Amount | None:
        """A number with a unit, "one working day" and "2 h 30 min" included."""
        name, stop = self._unit(end)
        if name is None:
            return None
        if name == "d" and any(word in _WORKING for word in (self.words[end], *self.words[stop : stop + 1])):
            name = "workday"
            stop += stop < len(self.words) and self.words[stop] in _WORKING
        if name == "m" and (self.words[end] in _SQUARE or (stop < len(self.words) and self.words[stop] in _SQUARE)):
            name = "m2"
            stop += stop < len(self.words) and self.words[stop] in _SQUARE
        dimension, amount = measures.in_base(value, name)
        if (halved := self._and_half(stop)) is not None:
            amount, stop = amount + measures.in_base(0.5, name)[1], halved
        step = stop + (stop < len(self.words) and self.words[stop] in ("and", "und", "et", "y", "e", "en"))
        if dimension == "min" and name == "h" and self._is_number(step):
            more, (second, second_end) = self._value(step), self._unit(step + 1)
            if more is not None and second == "min":
                amount, stop = amount + more, second_end
        label = "percent" if dimension == "%" else "unit"
        return Amount([Reading("n", (dimension, amount))], at, stop, label, number=value)

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
        if (
            piece.kind == "word"
            and at + 1 < len(self.pieces)
            and self.pieces[at + 1].kind == "word"
            and piece.text not in languages.FUNCTION
        ):
            if (name := measures.unit(self.words[at + 1], near=False)) is not None and not languages.negates(
                piece.text
            ):
                return name, at + 2
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

    # --- times ---------------------------------------------------------------------------------------------------

    def _time(self, value: float, at: int, end: int, clock: re.Match[str] | None) -> Amount | None:
        hour, minute = (int(clock[1]), int(clock[2])) if clock else (int(value), 0) if value == int(value) else (-1, 0)
        if not (0 <= hour <= 24 and minute < 60):
            return None
        pieces, words = self.pieces, self.words
        after = words[end] if end < len(pieces) else ""
        if after in _CLOCK_WORDS and not (after == "u" and not pieces[end].tight):
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
        if after in _CLOCK_OR_LENGTH and clock is None:
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
            if after in _CLOCK_OR_LENGTH:
                end += 1
            return self._part_of_day(hour, minute, at, end, surely=True)
        if clock is not None and (after in _CLOCK_OR_LENGTH and after != "hrs"):
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
        while step < min(end + 2, len(self.words)) and self.words[step] in _PART_LINKS:
            step += 1
        part = self.words[step] if step < len(self.words) else ""
        said = part in _PM or (part in _AM and part != "am")
        if said and 1 <= hour <= 12 and (step > end or part.endswith("s") or part in ("pm", "aksam", "sabah")):
            hour = hour % 12 + (12 if part in _PM and not (part in ("noche", "noite", "sera") and hour == 12) else 0)
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

    # --- dates and days -----------------------------------------------------------------------------------------

    def _day_of_month(self, value: float, at: int, end: int) -> Amount | None:
        """ "24 December", "24. Dezember 2026", "24th of December", "24 de diciembre"."""
        if not 1 <= value <= 31:
            return None
        step = end
        if (step < len(self.pieces) and self.pieces[step].raw == "." and self.pieces[step].tight) or (
            step < len(self.pieces) and self.pieces[step].tight and self.words[step] in _ORDINAL_ENDS
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
            if stop < len(self.pieces) and self.pieces[stop].tight and self.words[stop] in _ORDINAL_ENDS:
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

    # --- number words --------------------------------------------------------------------------------------------

    def _number_word(self, at: int) -> Amount | None:
        words = self.words
        word = words[at]
        if word in (
            "half",
            "halbe",
            "halben",
            "media",
            "demi",
            "mezza",
            "mezz",
            "meia",
            "yarim",
            "halve",
            "anderthalb",
            "eineinhalb",
            "dreiviertel",
        ):
            step = at + 1
            step += step < len(words) and words[step] in ("a", "an", "-", "'", "of")
            name, end = self._unit(step) if step < len(words) else (None, step)
            if name is not None:
                size = {"anderthalb": 1.5, "eineinhalb": 1.5, "dreiviertel": 0.75}.get(word, 0.5)
                return Amount([Reading("n", measures.in_base(size, name))], at, end, "unit", number=size)
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
        words, ends = [], []
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

    # --- ranges and limits -----------------------------------------------------------------------------------------

    def _range(self, first: Amount) -> Amount:
        """ "9:00 to 18:00", "Mon–Fri", "24 to 26 December", "20–30 €", "9'dan 18'e": both ends in one."""
        step = first.end
        words = self.words
        spaced_and = (
            step < len(words)
            and words[step] in ("and", "und", "et", "y", "e", "en", "ve", "ile")
            and self._between(first.at)
        )
        if step < len(words) and (words[step] in measures.RANGE_WORDS or spaced_and):
            step += 1
            while step < min(first.end + 3, len(words)) and words[step] in (
                "the",
                "les",
                "las",
                "los",
                "le",
                "el",
                "il",
                "o",
                "zum",
                "um",
                "l",
                "'",
                "zu",
                "and",
                "including",
                "einschliesslich",
                "den",
                "incl",
                "met",
            ):
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
        return (
            any(
                word in ("between", "zwischen", "entre", "tra", "fra", "tussen")
                for word in self.words[max(0, at - 3) : at]
            )
            or self.language == "tr"
        )

    def _limit(self, amount: Amount) -> str:
        after = tuple(self.words[amount.end : amount.end + 2])
        if amount.upto:
            return ""
        if (sign := measures.AFTERWARDS.get(after)) is not None:  # type: ignore[arg-type]
            return sign
        if self.language == "tr":
            return self._turkish_limit(amount)
        begin = amount.at
        while (
            begin > 0
            and amount.at - begin < 2
            and self.words[begin - 1]
            in ("the", "a", "las", "les", "los", "le", "la", "el", "l", "'", "den", "dem", "um", "all", "alle")
        ):
            if (
                self.words[max(0, begin - 2) : begin]
                and tuple(self.words[max(0, begin - 2) : begin]) in measures.LIMITS
            ):
                break
            begin -= 1
        for size in range(measures.LIMIT_WORDS, 0, -1):
            if begin >= size and (sign := measures.LIMITS.get(tuple(self.words[begin - size : begin]))) is not None:
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

    def _item(self, amount: Amount) -> Item:
        says: list[Key] = []
        needs: list[Key] = []
        for number_, reading in enumerate(amount.readings):
            upto = amount.upto[number_] if number_ < len(amount.upto) else None
            say, need = _keys(reading, upto, amount)
            says += say
            needs += need
        label = "date" if amount.label == "slashed" else amount.label
        raw = " ".join(self.words[amount.at : amount.end])
        if amount.label == "slashed":  # two orders of day and month: only the same digits, or a date in words, are it
            says = [*(("slashed", raw), *((("either", key)) for key in says))]
            needs = [("slashed", raw), *needs]
        elif amount.label == "date":
            needs += [("either", key) for key in needs]
        return Item(label, raw, tuple(says), tuple(needs), FACT, amount.at)


def _keys(reading: Reading, upto: Reading | None, amount: Amount) -> tuple[list[Key], list[Key]]:
    """What one reading says and needs."""
    kind, value, rate = reading.kind, reading.value, amount.rate
    if kind == "days":
        days = _span(value, upto.value) if upto is not None else value  # type: ignore[arg-type]
        return [("day", day) for day in (*days, days)], [("day", days if len(days) > 1 else days[0])]  # type: ignore[attr-defined, misc]
    if kind in ("code", "promise", "ord"):
        return [(kind, value)], [(kind, value)]
    if upto is not None:
        return [(kind, value, upto.value, rate), (kind, value, "<", rate), (kind, upto.value, ">", rate)], [
            (kind, value, upto.value, rate)
        ]
    limit = amount.limit
    if not limit:
        says: list[Key] = [(kind, value, sign, rate) for sign in ("", "<", ">")]
    else:
        says = [(kind, value, limit, rate)]
        if not (limit == "<" and amount.label == "money"):
            says.append((kind, value, "", rate))
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
        if one.kind == other.kind and (one.kind != "n" or one.value[0] == other.value[0])  # type: ignore[index]
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
        end = int(reading.value)  # type: ignore[call-overload]
        if end > 720 and minutes + 720 < end and value < 7:
            minutes += 720  # "2–6 pm"
        return Reading("time", minutes % 1440)
    if reading.kind == "date":
        _, month, year = reading.value  # type: ignore[misc]
        return Reading("date", (int(value), month, year)) if value == int(value) and 1 <= value <= 31 else None
    if reading.kind == "n":
        dimension, amount = reading.value  # type: ignore[misc]
        return (
            Reading("n", (dimension, value))
            if dimension not in ("min", "d", "mo", "mm", "g", "ml", "w")
            else Reading("n*", (dimension, value))
        )
    return None


def _year(text: str | None) -> int | None:
    return None if not text else int(text) if len(text) == 4 else 2000 + int(text)


def number(raw: str) -> float | None:
    """ "1,000.50", "1.000,50", "1 000,50", "1'000" and "48,00" as numbers; None for what is none of these."""
    if not _DIGITS.fullmatch(raw):
        return None
    text = re.sub(r"[' \u00a0\u202f]", "", raw)
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif text.count(",") + text.count(".") == 1:
        separator = "," if "," in text else "."
        head, _, tail = text.partition(separator)
        text = head + tail if len(tail) == 3 and head.lstrip("0") and len(head) <= 3 else f"{head}.{tail}"
    else:
        groups = re.split(r"[.,]", text)
        if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
            return None
        text = "".join(groups)
    try:
        return float(text)
    except ValueError:
        return None
