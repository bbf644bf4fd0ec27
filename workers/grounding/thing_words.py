"""Words that say which thing is meant and how it stands to others: "of", "is", "next", "full price". Folded."""

from __future__ import annotations

from workers.grounding.language_words import BEING
from workers.grounding.stems import words_of

IS = BEING | words_of(
    "esta estan ha hanno tem tiene tienen a ont cuesta cuestan costa costano custa custam coute coutent"
)
# Said of few things by themselves, and yet what a sentence is about: "our phone number", "the next one".
POINTING = words_of(
    "phone number telephone telefon nummer numero telefono telefone numara next nachste nachster nachstes prochain "
    "prochaine proximo proxima prossimo prossima volgende sonraki"
)
OF = words_of("of de d del della di da do dos das du des van von fur for para para pour per voor")
_PRICES = words_of(
    "price fee fare amount rate admission preis preise betrag eintritt beitrag gebuhr satz prix tarif montant precio "
    "importe tarifa prezzo importo tariffa biglietto preco valor bilhete prijs bedrag tarief ucret ucreti bilet fiyat"
)
_WHOLE_PRICE = words_of(
    "full whole normal regular voll volle vollen voller volles ganze ganzen regularen plein entier complet "
    "integral completo completa entero entera intero intera pieno piena inteiro inteira volledige normale tam"
)


def full_price(one: str, two: str) -> bool:
    """Whether two words say that somebody pays all of it: "full price", "prix plein"."""
    return (one in _WHOLE_PRICE and two in _PRICES) or (two in _WHOLE_PRICE and one in _PRICES)
