from __future__ import annotations

from dataclasses import dataclass

import pytest

from workers.leads import Contact, extract, verified


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Anna Schmidt.", "Anna Schmidt"),
        ("my name is anna schmidt and I need a cut", "Anna Schmidt"),
        ("Hi, I'm Anna Schmidt, can you call me?", "Anna Schmidt"),
        ("I’m Jean-Luc O’Brien", "Jean-Luc O’Brien"),
        ("This is Laura from Petal & Co", "Laura"),
        ("I'm Peter from Berlin", "Peter"),
        ("it's Sarah, I wrote yesterday", "Sarah"),
        ("Please send the list.\n\nBest regards,\nTom Becker", "Tom Becker"),
        ("Ich heiße Jürgen Müller", "Jürgen Müller"),
        ("Je m'appelle Zoé Martin", "Zoé Martin"),
        ("Me llamo José García", "José García"),
        ("My name is Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("I'm looking for a new bike", None),
        ("I'm Looking for a cut", None),
        ("I'm Very Unhappy", None),
        ("I am interested in the franchise", None),
        ("my name is on the list", None),
        ("this is great", None),
        ("It's Monday, are you open?", None),
        ("Is Anna available?", None),
        ("Thanks!\nCan I come at 3?", None),
        ("I'm German", None),
    ],
)
def test_names_come_only_from_clear_words(text: str, name: str | None) -> None:
    assert extract([text], None, "GB").name == name


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("This is Laura from Petal & Co, hello", "Petal & Co"),
        ("I work for Northwind Traders and need a quote", "Northwind Traders"),
        ("I'm Peter from Northwind Ltd", "Northwind Ltd"),
        ("I'm writing on behalf of Bakery Blum GmbH.", "Bakery Blum GmbH"),
        ("I'm Peter from Berlin", None),
        ("I work from home", None),
    ],
)
def test_companies_come_only_from_clear_words(text: str, company: str | None) -> None:
    assert extract([text], None, "GB").company == company


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("call me on 0161 496 0142", "GB", "+441614960142"),
        ("call me on 07700 900123", "GB", "+447700900123"),
        ("my number is +49 (0)30 901820", "GB", "+4930901820"),
        ("You can reach me at 0044 161 496 0142", "GB", "+441614960142"),
        ("my number: (212) 555-0142", "US", "+12125550142"),
        ("call me on 0161 496 0142", None, None),
        ("order 20240103 from 2024-01-03 for 1500", "GB", None),
        ("the year 2024", "GB", None),
    ],
)
def test_phones_become_e164(text: str, region: str | None, phone: str | None) -> None:
    assert extract([text], None, region).phone == phone


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("write to Anna.Schmidt@Example.org.", "anna.schmidt@example.org"),
        ("<anna+news@mail.example.co.uk>", "anna+news@mail.example.co.uk"),
        ("anna@example", None),
        ("@anna on x", None),
    ],
)
def test_emails_are_lower_case(text: str, email: str | None) -> None:
    assert extract([text], None, None).email == email


def test_later_words_correct_earlier_ones() -> None:
    assert extract(["I'm at a@example.org", "sorry, b@example.org"], None, None).email == "b@example.org"


def test_the_record_fills_what_the_visitor_did_not_say() -> None:
    record = {"name": "Anna Schmidt", "email": "Anna@Example.org", "phone": "0161 496 0142", "company": "Blum", "id": 7}
    assert extract(["Hello"], record, "GB") == Contact("Anna Schmidt", "anna@example.org", "+441614960142", "Blum")
    assert extract(["my name is Eva Brandt"], record, "GB").name == "Eva Brandt"


@pytest.mark.parametrize(
    ("texts", "wish"),
    [
        (["Hi there.", "I'd like a quote for 12 chairs. My email is a@example.org"], "I'd like a quote for 12 chairs."),
        (["Could you call me back?"], "Could you call me back?"),
        (["I need a plumber! Please call me."], "I need a plumber!"),
        (["Ich suche einen Maler. Danke."], "Ich suche einen Maler."),
        (["Hello", "thanks"], None),
    ],
)
def test_the_wish_is_the_visitors_own_sentence(texts: list[str], wish: str | None) -> None:
    assert extract(texts, None, None).wish == wish


def test_a_long_wish_is_cut_at_a_word() -> None:
    wish = extract(["I need " + "painting " * 60], None, None).wish
    assert wish is not None
    assert len(wish) <= 300
    assert wish.endswith("painting")


@dataclass(frozen=True)
class InventingModel:
    """A model that suggests contacts: some from the text, some made up."""

    suggestion: Contact

    def suggest(self, texts: list[str]) -> Contact:
        assert texts
        return self.suggestion


TEXTS = ["Hello, ANNA  schmidt here, from Blum & Söhne.", "I need a quote. Call 0161-496 0142 or anna@example.org"]


@pytest.mark.parametrize(
    "invented",
    [
        Contact(name="Hannah Schmidt"),
        Contact(name="Ann"),
        Contact(email="schmidt@example.org"),
        Contact(email="anna@example.org.uk"),
        Contact(phone="+441614960143"),
        Contact(phone="+491614960142"),
        Contact(phone="+44161496014"),
        Contact(company="Blum Group"),
        Contact(wish="I need a new website."),
    ],
)
def test_what_a_model_invents_is_dropped(invented: Contact) -> None:
    model = InventingModel(invented)
    assert verified(model.suggest(TEXTS), TEXTS, None, region="GB") == Contact()


def test_what_a_model_reads_is_kept_however_it_was_written() -> None:
    read = Contact("Anna Schmidt", "anna@example.org", "+441614960142", "Blum & Sohne", "I need a quote.")
    assert verified(InventingModel(read).suggest(TEXTS), TEXTS, None, region="GB") == read


def test_a_wish_counts_only_from_the_visitors_own_text() -> None:
    assert verified(Contact(wish="free cuts"), ["Hello"], {"note": "free cuts"}).wish is None


def test_the_record_supports_values_too() -> None:
    record = {"name": "Eva", "metadata": {"work": "Eva@Example.org"}, "phone": "+441614960142"}
    kept = verified(Contact("Eva", "eva@example.org", "+441614960142"), [], record)
    assert kept == Contact("Eva", "eva@example.org", "+441614960142")
