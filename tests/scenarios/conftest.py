"""One deployment for all scenarios. Modules run in an order that restarts it seldom, and the last looks at what is left."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config import embedded
from tests.scenarios.browsing import Site, chromium, installed_packages, site_with_widget
from tests.scenarios.business import Business, open_business
from tests.scenarios.deployment import Deployment, Mode

ORDER = (
    "channel",
    "api",
    "widget_browser",
    "widget_axe",
    "papercups_browser",
    "stores",
    "crowd",
    "hostile",
    "direct",
    "killed",
    "model",
    "canaries",
    "lost_replies",
    "afterwards",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.path.stem.removeprefix("test_")
        return ORDER.index(name) if "scenarios" in item.path.parts else -1

    items.sort(key=place)  # stable


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that fails shows what the programs logged of its business, and what the language model's double was asked."""
    report = yield
    shop = getattr(item, "funcargs", {}).get("shop")
    if report.failed and isinstance(shop, Business):
        report.sections += shop.story()
    return report


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    with embedded.postgres(folder, temporary=True) as postgres, embedded.valkey(folder, temporary=True) as valkey:
        running = Deployment(folder, postgres, valkey)
        try:
            running.start()
            yield running
        finally:
            running.close()


@pytest.fixture(scope="module")
def mode() -> Mode:
    """A module overrides it."""
    return Mode()


@pytest.fixture
def deployment(everything: Deployment, mode: Mode) -> Deployment:
    everything.use(mode)
    return everything


@pytest.fixture
def shop(deployment: Deployment) -> Iterator[Business]:
    """A business with knowledge, a chat account and no patience: visitors are not waited for."""
    business = open_business(deployment)
    yield business
    business.close()


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., object]]:
    """Start something in a thread; returns its future."""
    with ThreadPoolExecutor(16) as threads:
        yield threads.submit


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site(shop: Business, browser: Browser) -> Iterator[Site]:
    """The shop's own page, with the widget in it."""
    with site_with_widget(shop, browser) as site:
        yield site


@pytest.fixture(scope="session")
def packages() -> Path:
    """What npm installed for the pages."""
    return installed_packages()
