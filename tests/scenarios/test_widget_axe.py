"""axe looks at the open widget, light and dark, on a desk and on a phone: nothing serious stands in anybody's way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.browsing import PERSON, ask, bubbles
from tests.scenarios.business import HOURS, PARKING

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(120)]

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
GREEN, YELLOW = "#2f6f4f", "#ffd400"  # ours, and one that white cannot be read on
TOO_LONG = "Too long? " * 801  # the field takes half of it, from a keyboard
BARRIERS = {"serious", "critical"}

Look = Callable[[Page], None]


@pytest.fixture(scope="module")
def look(packages: Path) -> Look:
    """All of axe's rules on the page as it stands."""
    axe = (packages / "axe-core/axe.min.js").read_text()

    def run(page: Page) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)  # as the debugger, which the page's policy does not bind
        found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        assert ".panel" in str(found["passes"]), "axe looked into the widget"
        barriers = [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['failureSummary']}"
            for rule in found["violations"]
            if rule["impact"] in BARRIERS
            for node in rule["nodes"]
        ]
        assert barriers == []

    return run


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "colour"), [(DESK, GREEN), (PHONE, YELLOW)], ids=["desk", "phone"])
def test_nothing_stands_in_a_visitors_way(site, look, device, colour, scheme):
    site.shop.configure(colour=colour)
    page = site.visit(**device, color_scheme=scheme, reduced_motion="reduce")
    expect(bubbles(page, "bot")).to_have_count(1)
    look(page)

    ask(page, HOURS)
    page.get_by_text("1 source").click()
    expect(page.locator("details li strong")).to_be_visible()
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    look(page)

    site.say_as_person()
    expect(bubbles(page, "human")).to_have_text([PERSON])
    page.get_by_label("Your message").evaluate("(field, text) => { field.value = text; }", TOO_LONG)
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.context.set_offline(True)
    ask(page, PARKING)
    expect(page.get_by_text("Not sent yet. Trying again …")).to_be_visible()
    look(page)
