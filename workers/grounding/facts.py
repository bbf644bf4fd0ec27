"""Reads what can be checked out of a text: each number with its unit, each time, date, weekday, contact, name and promise.

A fact `says` the keys that its text supports and `needs` one of some keys in the text that is to support it; both forms
are the same however the fact was written. A fact that may be read in two ways says both and needs either.
"""

from __future__ import annotations

from workers.grounding import calendar_words as calendar
from workers.grounding import language_words as languages
from workers.grounding import measure_words as measures
from workers.grounding import number_words
from workers.grounding import promise_words as promises
from workers.grounding.contacts import email_key, link_facts, phone_keys
from workers.grounding.ranges import Ranges, keys
from workers.grounding.reading import FACT, LIGHT, SMALL, WORD, Amount, Item, Key, Reading
from workers.grounding.stems import stem
from workers.grounding.text import Token, fold, plain, tokens


def facts(
    text: str, language: str | None = None, perhaps: str | None = None
) -> tuple[list[Item], list[Token], str | None]:
    """The items of a text in order, its tokens and its language.

    `language` is its own, or `perhaps` where its words do not tell.
    """
    pieces = tokens(plain(text))
    language = language or languages.guess(piece.text for piece in pieces if piece.kind == "word") or perhaps
    return Reader(pieces, language).items(), pieces, language


NEAR_VERB = 6  # words between "open" and its time, at most


class Reader(Ranges):
    """Reads the tokens of one text."""

    def __init__(self, pieces: list[Token], language: str | None) -> None:
        super().__init__(pieces, language)
        self._opened: dict[int, str] = {}  # times by where they begin, which a verb says to be from or until

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
        """ "We open at 9:00" is from, "we close at 18:00" is until; the verb has then said what it had to say. It goes on:
        "We open at 10:00 on weekdays and at 9:00 at weekends".
        """
        if amount.label != "time" or amount.upto:
            return ""
        told = False
        for item in reversed(self.found[-NEAR_VERB:]):
            if item.label == "time":
                limit = None if told else self._opened.get(item.at)
                break
            if item.label != "word":
                continue
            accented = not self.pieces[item.at].raw.replace("ß", "ss").isascii()  # "fermé" is no verb
            limit = calendar.OPENING.get(item.raw) if not accented or item.raw.startswith("offn") else None
            if limit is not None and self._before(item.at) not in calendar.BEING and amount.at - item.at <= NEAR_VERB:
                item.side, item.weight = 0, LIGHT
                break
            told = told or item.weight >= WORD
        else:
            return ""
        if limit is not None:
            self._opened[amount.at] = limit
        return limit or ""

    def _plain(self, at: int) -> int:
        piece = self.pieces[at]
        if piece.kind == "email":
            key = email_key(piece.text)
            self._add("email", piece, (key,), (key,), at)
        elif piece.kind == "link":
            says, needs = link_facts(piece.raw)
            self._add("link", piece, says, needs, at)
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
        if word == "no" and self.language == "pt":
            word = "em"  # em + o; it denies nothing
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
        if (value := number_words.ORDINALS.get(word)) is not None and not (
            at == 0 and after is not None and after.raw == ","
        ):
            key: Key = ("ord", value)
            self.found.append(Item("ordinal", word, (key, stem(word)), (key,), WORD, at, side=languages.side(word)))
            return at + 1
        if (phrase := self._phrase(at)) is not None:
            return phrase
        if tuple(self.words[at : at + 3]) in measures.LIMITS and languages.negates(
            word
        ):  # "no later than" denies nothing
            self.found.append(Item("limit", word, (word,), (), SMALL, at))
            return at + 1
        hyphened = self._hyphened(at)
        concept = None if hyphened or self._before(at) == "feel" else promises.promise(word)
        if concept is not None:
            key = ("promise", concept)
            side = languages.side(word)
            self.found.append(Item("promise", word, (key, stem(word)), (key,), FACT, at, piece.capital_first, side))
        elif word in promises.PLACES and (
            word not in promises.OFTEN_NO_PLACE or (piece.capital_first and at > 0) or self._after_house_number(at)
        ):
            self.found.append(
                Item("place", word, (("place", word), stem(word)), (("place", word),), WORD, at, piece.capital_first)
            )
        elif (relative := calendar.RELATIVE.get(word)) is not None:
            self.found.append(Item("day", word, (("relative", relative),), (("relative", relative),), FACT, at))
        else:
            weight = (
                SMALL if word in languages.FUNCTION or len(word) == 1 else LIGHT if word in languages.LIGHT else WORD
            )
            if weight < WORD and self._like_a_name(at):
                weight = WORD
            if word in measures.LIMITING:
                weight = min(weight, LIGHT)
            base = stem(word)
            function = self.language is not None and languages.small(word, self.language)
            unit_name = None if function else measures.unit(word, near=False)  # "an" is a year in French only
            says: tuple[Key, ...] = (base, ("u", unit_name)) if unit_name else (base,)
            if (said := promises.SAYING.get(word)) is not None:
                says = (*says, ("promise", said))
            self.found.append(
                Item(
                    "word",
                    word,
                    says,
                    (),
                    weight,
                    at,
                    piece.capital_first,
                    self._side(at),
                    languages.small(word, self.language),
                )
            )
        return at + 1

    def _side(self, at: int) -> int:
        """The side a word stands on, by the words around it where they tell."""
        word, before = self.words[at], self._before(at)
        if (before, word) in measures.ADDED and self.found and self._behind_figure(at):
            return languages.side("more")
        if word == "prima" and before in measures.ARTICLES | measures.CONTRACTED:
            return languages.side("first")  # "la prima notte"; alone it is "before"
        return languages.side_in(word, self.language)

    def _behind_figure(self, at: int) -> bool:
        """Whether a number ends before the two words that end here, or one word earlier: "14 jours de plus"."""
        return any(
            item.label in ("unit", "number", "money") and at - (item.end or item.at + 1) <= 2 for item in self.found
        )

    def _like_a_name(self, at: int) -> bool:
        """Whether a small word is written like a name: "Apple Pay", "Ashley Down". German writes every noun so."""
        piece = self.pieces[at]
        if not piece.capital_first or at == 0 or len(piece.raw) < 2 or piece.text in languages.POLITE:
            return False
        before = self.pieces[at - 1].raw
        if before == "." and at > 1 and self.words[at - 2] in languages.TITLES:
            return True
        if self.language in (None, "de") and languages.small_or_light(piece.text, "de"):
            return False
        return before not in ".:!?–—|•" and self.language is not None

    def _after_house_number(self, at: int) -> bool:
        """Whether a street's kind follows a house number: "12 bis, place …"."""
        before = at - 1
        before -= before >= 0 and self.pieces[before].raw == ","
        return (
            before >= 0
            and bool(self.found)
            and self.found[-1].label in ("number", "code")
            and before - self.found[-1].at < 3
        )

    def _phrase(self, at: int) -> int | None:
        """Two words that promise, or take a promise back: "sans frais", "a pagamento"."""
        pair = (self.words[at], self.words[at + 1] if at + 1 < len(self.words) else "")
        if pair in promises.PAID:
            self.found.append(Item("word", "paid", (stem("paid"),), (), WORD, at, side=languages.side("paid")))
            return at + 2
        if (concept := promises.PHRASES.get(pair)) is None:
            return None
        key: Key = ("promise", concept)
        side = languages.side(concept)
        self.found.append(Item("promise", " ".join(pair), (key,), (key,), FACT, at, side=side))
        return at + 2

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
        earlier = next((item for item in reversed(self.found) if item.label == "money"), None)
        rates = {key[3] for key in earlier.needs if isinstance(key, tuple) and key[3]} if earlier is not None else ()
        for number_, reading in enumerate(amount.readings):
            upto = amount.upto[number_] if number_ < len(amount.upto) else None
            say, need = keys(reading, upto, amount)
            says += say
            if amount.label == "money" and not amount.rate:  # "€14 a month for dogs and €11 for cats"
                says += [(*key[:3], rate) for rate in rates for key in say if isinstance(key, tuple) and len(key) == 4]
            needs += need
        if amount.rate.startswith("per "):
            says.append(amount.rate[4:])
        label = "date" if amount.label == "slashed" else amount.label
        raw = " ".join(self.words[amount.at : amount.end])
        if amount.label == "slashed":  # two orders of day and month: only the same digits, or a date in words, are it
            says = [*(("slashed", raw), *((("either", key)) for key in says))]
            needs = [("slashed", raw), *needs]
        elif amount.label == "date":
            needs += [("either", key) for key in needs]
        return Item(label, raw, tuple(says), tuple(needs), FACT, amount.at, side=amount.side, end=amount.end)
