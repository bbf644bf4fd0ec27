"""A sentence of a tenant, changed in one fact by patterns the check has not seen: none of them is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from clients.language_model import Passage
from workers.evaluation.grounding import Case, TenantFile, cases, demo_tenant, unseen_tenant
from workers.evaluation.tampering import tampered
from workers.grounding import check
from workers.grounding.text import fold

TENANTS = {"demo": demo_tenant, "unseen": unseen_tenant}
_SUM = re.compile(r"[€£$] ?\d[\d.,]*\b|\b\d+ ?[€£$]")


def _altered(tenant: TenantFile, names: Sequence[str]) -> dict[str, list[Case]]:
    """The altered sentences by kind; those that a source says after all are none."""
    found: dict[str, list[Case]] = {}
    for case in cases(tenant):
        if case.altered or case.kind != "verbatim":
            continue
        grounds = [fold(f"{one.title} {one.text}") for one in case.passages] + [fold(case.facts)]
        figures = sorted({match[0] for one in case.passages[1:] for match in _SUM.finditer(one.text)})
        for kind, sentence in tampered(case.sentence, case.language, names, figures):
            if not any(fold(sentence.strip(". ")) in ground for ground in grounds):
                altered = Case(kind, case.language, sentence, case.passages, case.facts, True, case.sentence)
                found.setdefault(kind, []).append(altered)
    return found


NAMES = {
    "demo": ("Elena", "Priya", "Maya", "Shudehill", "Linden"),
    "unseen": ("Aylin", "Marek", "Baumwall", "Speicher"),
}


@pytest.mark.parametrize("tenant", TENANTS)
def test_no_sentence_with_a_changed_fact_is_sent(tenant: str) -> None:
    altered = _altered(TENANTS[tenant](), NAMES[tenant])

    sent = [f"{kind}: {case.sentence}" for kind, made in altered.items() for case in made if case.sent()]

    assert sent == []
    assert {"number", "unit", "currency", "weekday", "time", "phone", "link", "negation", "name"} <= altered.keys()


CLINIC = Passage(
    "1",
    "Prices",
    "A first visit costs £45, a second one £28. Rabbits need two vaccinations a year, parking included. "
    "Dr. Weber is on call at weekends, Dr. Okoro from Monday to Thursday. Find us at 112b Ashley Down Road. "
    "Book at https://clinic.example/visit. We treat cats, but no reptiles. You may pay by card, but not by cheque.",
    1.0,
)


@pytest.mark.parametrize(
    "sentence",
    [
        "A third visit costs £45. [1]",
        "Rabbits need two vaccinations a month. [1]",
        "Rabbits need two vaccinations per month. [1]",
        "Parking is excluded. [1]",
        "At weekends Dr. Okoro is on call. [1]",
        "At weekends Dr. Down is on call. [1]",
        "Find us at 112 Ashley Down Road. [1]",
        "Find us at 112c Ashley Down Road. [1]",
        "Book at http://clinic.example/visit. [1]",
        "Book at https://clinic.example.evil.example/visit. [1]",
        "A first visit costs up to £45. [1]",
        "You may not not pay by card. [1]",
        "We treat reptiles. [1]",
        "You may pay by cheque. [1]",
    ],
)
def test_each_of_these_says_what_no_source_says(sentence: str) -> None:
    assert check(sentence, [CLINIC]).text is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Rabbits need 2 vaccinations per year. [1]",
        "Dr. Weber is on call at weekends. [1]",
        "You'll find us at 112b Ashley Down Road. [1]",
        "Book at clinic.example/visit. [1]",
        "You may not pay by cheque. [1]",
        "Unfortunately, we treat no reptiles. [1]",
    ],
)
def test_each_of_these_says_the_same_in_other_words(sentence: str) -> None:
    assert check(sentence, [CLINIC]).text is not None
