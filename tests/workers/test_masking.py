from __future__ import annotations

import pytest

from workers.masking import Masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to maya@x.example or max@y.example.", "Write to EMAIL_1 or EMAIL_2."),
        ("Call 0161 496 0142 or +49 40 5550 1234!", "Call PHONE_1 or PHONE_2!"),
        ("My card is 4111 1111 1111 1111.", "My card is CARD_1."),
        ("IBAN DE89 3704 0044 0532 0130 00, please", "IBAN IBAN_1, please"),
        ("I live at 14 Linden Street.", "I live at ADDRESS_1."),
        ("Ich wohne in der Lindenstraße 14.", "Ich wohne in der ADDRESS_1."),
        ("J'habite au 12 rue de la Paix", "J'habite au ADDRESS_1"),
        ("Vivo en la calle Mayor 5", "Vivo en la ADDRESS_1"),
    ],
)
def test_personal_data_is_replaced_and_comes_back(text: str, masked: str) -> None:
    masking = Masking()
    assert masking.mask(text) == masked
    assert masking.unmask(masked) == text


@pytest.mark.parametrize(
    "text",
    ["On 24.12.2026 at 10:00-18:00", "It costs 1.000.000,00 euros", "From 2019-2024", "A cut for 12 people, please"],
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert Masking().mask(text) == text


def test_the_same_value_has_one_placeholder_in_all_texts() -> None:
    masking = Masking()
    assert masking.mask("a@x.example") == masking.mask("a@x.example") == "EMAIL_1"


def test_what_the_business_says_of_itself_stays() -> None:
    masking = Masking(["Call 0161 496 0142, write to hello@linden.example, come to 14 Linden Street."])
    text = "Is +44 161 496 0142 or hello@linden.example right for 14 Linden Street?"
    assert masking.mask(text) == text


def test_a_placeholder_nobody_gave_out_stays() -> None:
    assert Masking().unmask("EMAIL_1 and PHONE_9") == "EMAIL_1 and PHONE_9"
