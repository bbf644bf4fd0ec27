"""Reads what can be checked out of a text: each number with its unit, each time, date, weekday, contact, name and promise.

A fact `says` the keys that its text supports and `needs` one of some keys in the text that is to support it; both forms
are the same however the fact was written. A fact that may be read in two ways says both and needs either.
"""

from __future__ import annotations

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding import promise_words as promises
from workers.grounding.contacts import email_key, link_keys, phone_keys
from workers.grounding.ranges import Ranges, keys
from workers.grounding.reading import FACT, LIGHT, SMALL, WORD, Amount, Item, Key, Reading
from workers.grounding.stems import stem
from workers.grounding.text import Token, fold, plain, tokens


def facts(text: str, language: str | None = None, perhaps: str | None = None) -> tuple[list[Item], list[Token]]:
    """The items of a text in order, and its tokens. `language` is its own, or `perhaps` where its words do not tell."""
    pieces = tokens(plain(text))
    language = language or languages.guess(piece.text for piece in pieces if piece.kind == "word") or perhaps
    return Reader(pieces, language).items(), pieces


class Reader(Ranges):
    """Reads the tokens of one text."""

    def items(self) -> list[Item]:
        at = 0
        while at < len(self.pieces):
            amount = self._amount(at)
            if amount is not None:
                amount = self._range(amount)
                amount.limit = self._limit(amount) or self._opening(amount)
                self.found.append(self._item(amount))
                at = amount.end
                continue
            at = self._plain(at)
        return self.found

    def _opening(self, amount: Amount) -> str:
        """ "We open at 9:00" is from, "we close at 18:00" is until; the verb has then said what it had to say."""
        if amount.label != "time" or amount.upto:
            return ""
        for item in self.found[-3:][::-1]:
            limit = calendar.OPENING.get(item.raw) if item.label == "word" and amount.at - item.at <= 4 else None
            if limit is not None and self._before(item.at) not in calendar.BEING:
                item.side, item.weight = 0, LIGHT
                return limit
        return ""

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
            sign: Key = ("sign", measures.currency(piece.text) or piece.text)
            self._add("currency", piece, (sign,), (sign,), at)
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
            key: Key = ("promise", concept)
            self.found.append(Item("promise", word, (key, stem(word)), (key,), FACT, at, piece.capital_first))
        elif word in promises.PLACES and (word not in promises.OFTEN_NO_PLACE or (piece.capital_first and at > 0)):
            self.found.append(
                Item("place", word, (("place", word), stem(word)), (("place", word),), WORD, at, piece.capital_first)
            )
        elif (relative := calendar.RELATIVE.get(word)) is not None:
            self.found.append(Item("day", word, (("relative", relative),), (("relative", relative),), FACT, at))
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
        written = fold("".join(piece.raw for piece in self.pieces[at:end]))
        self.found.append(Item("code", written, (("code", written),), (("code", written),), FACT, at))
        return end

    def _hyphened(self, at: int) -> bool:
        """Whether a word is the second half of another: "step-free"."""
        return at >= 2 and self.pieces[at].tight and self.pieces[at - 1].raw == "-" and self.pieces[at - 1].tight

    def _add(self, label: str, piece: Token, says: tuple[Key, ...], needs: tuple[Key, ...], at: int) -> None:
        self.found.append(Item(label, piece.raw, says, needs, FACT, at))

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

    def _item(self, amount: Amount) -> Item:
        says: list[Key] = []
        needs: list[Key] = []
        for number_, reading in enumerate(amount.readings):
            upto = amount.upto[number_] if number_ < len(amount.upto) else None
            say, need = keys(reading, upto, amount)
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
