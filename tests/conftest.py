"""What the tests share: the real tables, five visible rows, and no warning left unread."""

import gc
import logging
import os
from pathlib import Path

import pytest
from copies import FIRST, made
from filelock import FileLock
from hypothesis import settings
from tidy import ABSENT, frame, row

from analysis import validation
from analysis.comparability import rules
from analysis.statistics import rates
from analysis.tables import load

# What passes once passes again; `pytest --hypothesis-profile=default` looks for new examples.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2_000, print_blob=True, deadline=None)
settings.load_profile("repeatable")

validation.skip_grammar()

# Commands that the tests start print English whatever the locale of the machine.
os.environ["REGIONAL_SAFETY_LANGUAGE"] = "en"


def pytest_collection_finish():
    """Keep modules and collected tests out of later garbage collections, and make these rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # by default they take a sixth of the time


DATA = Path(__file__).parents[1] / "data"
MORE = ("2_trend-zh-deaths", "7_parts-zh-disaster_direct_loss")  # of other marks
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def data():
    """The tables of the repository, read once."""
    return load.load(DATA)


@pytest.fixture(scope="session")
def rows(data):
    """Every reported row, marked."""
    return rates.marks(data.rows)


@pytest.fixture(scope="session")
def context(data):
    """Every row of other publications, marked."""
    return rates.marks(data.context_rows)


@pytest.fixture(scope="session")
def rated(rows, context):
    """Every reported row with its limits and rates."""
    return rates.rates(rates.limits(rows), context)


@pytest.fixture(scope="session")
def comparisons(rated):
    """What may be compared of every indicator of the tables."""
    return {code: rules.comparable(rated, code, ABSENT) for code in rated["indicator"].unique()}


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A copy of the project with figures of every notebook, made once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "published"
    with FileLock(f"{folder}.lock"):
        if not (folder / "figures" / "manifest.json").exists():
            folder.mkdir(exist_ok=True)
            made(folder, *MORE, *(job.name for job in FIRST.values()))
    return folder


@pytest.fixture
def five():
    """Deaths as five regions might report them: in five different ways."""
    return frame(
        row("anhui", measure="direction", value=-1, year=2023, unit="", printed="下降"),
        row("anshan", 30, breakdown="sector:mining", end="2023-11-30", year=2023),
        row("nantong", measure="change_pct", value=-14.3, unit="%", printed="14.3%"),
        row("chuxiong", 45),
        row("yaohai", 0, status="target", year=2020, kind="plan"),
    )


class _Raised(logging.Handler):
    """Keeps what matplotlib says in its log, where it hides what other libraries warn of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def _no_words_in_the_log():
    """A font that is not found, or a glyph that is not there, fails the test that drew it."""
    handler, log = _Raised(), logging.getLogger("matplotlib")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    assert not handler.said, handler.said


@pytest.fixture(scope="module")
def chromium():
    """The system's browser, driven by playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="bash .ci/slow-tools")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
        yield browser
        browser.close()
