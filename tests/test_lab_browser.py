"""The panel in a real browser, under JupyterLab and under Voilà; nothing leaves the machine."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
LAB = [
    "jupyterlab",
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.default_url=/lab/tree/notebooks/9_explore.ipynb",
]
VOILA = ["voila", "--no-browser", "--Voila.ip=127.0.0.1", "9_explore.ipynb"]
START = 60_000  # milliseconds for a server, a kernel or a first page: a busy machine takes long

# Press a button and tell how long the page took to show what came of it, in seconds.
PRESS = """
([row, place]) => new Promise((done, failed) => {
  const rows = [...document.querySelectorAll(".rs-explore .rs-row")];
  const shown = () => document.querySelector(".rs-answer").dataset.name;
  const said = () => document.querySelector(".rs-said").textContent;
  const button = rows[row].querySelectorAll("button")[place];
  const grey = button.classList.contains("rs-refused");
  const held = button.classList.contains("rs-chosen");
  const before = [shown(), document.querySelector(".rs-answer")];
  const began = performance.now();
  const settled = () => held || (grey ? said() === button.title
                                      : document.querySelector(".rs-answer") !== before[1]);
  const look = () => {
    if (!settled()) return;
    watch.disconnect();
    done({grey, held, title: button.title, said: said(), before: before[0], shown: shown(),
          seconds: (performance.now() - began) / 1000});
  };
  const watch = new MutationObserver(look);
  setTimeout(() => failed(`nothing came of ${button.textContent}`), 20000);
  watch.observe(document.querySelector(".rs-explore"),
                {childList: true, subtree: true, characterData: true});
  button.click();
  look();
})
"""

SETTLED = """
() => document.querySelector(".rs-story")?.dataset.name
      === document.querySelector(".rs-answer").dataset.name
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A project of its own: what the browser does leaves ours as it is."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in ("analysis", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "plan.toml", folder)
    return folder


@contextmanager
def serving(arguments, copy, folder):
    """A server on a port of its own; its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = copy.parent / "home"
    home.mkdir(exist_ok=True)
    places = {"HOME": str(home), "PYTHONPATH": str(copy), "JUPYTER_PATH": "."}
    log = copy.parent / f"{arguments[0]}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", *arguments, f"--port={port}"],
            cwd=folder, env={**os.environ, **places}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield answered(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.terminate()
        server.wait(30)


def answered(address, server, log):
    """The address of a server, as soon as it accepts a connection."""
    port, end = int(address.rpartition(":")[2]), time.monotonic() + START / 1000
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text("utf-8")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return address
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@contextmanager
def opened(chromium, address):
    """A page that must not err, and must ask for nothing outside."""
    page = chromium.new_page(viewport={"width": 1300, "height": 1200})
    page.set_default_timeout(START)
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert outside == []
    assert failed == []


def pressed(page, row, place):
    """Press one button of a row; hold what came of it to what it promised."""
    page.wait_for_function(SETTLED)
    came = page.evaluate(PRESS, [row, place])
    if came["grey"]:
        assert came["said"] == came["title"]
        assert ": " in came["said"]
        assert came["shown"] == came["before"]
    else:
        assert came["held"] == (came["shown"] == came["before"])
        assert came["held"] or came["said"] == ""
    return came


def every_button(page, row):
    """Press each button of a row in turn."""
    count = page.evaluate(
        "row => document.querySelectorAll('.rs-explore .rs-row')[row]"
        ".querySelectorAll('button').length",
        row,
    )
    return [pressed(page, row, place) for place in range(count)]


def choose(page, name):
    """Choose an indicator from its list, with the keyboard's own means."""
    page.locator(".rs-explore select").nth(1).select_option(label=name)


def wait_for(page, part):
    """Wait until the name of the figure shown has *part* in it."""
    page.wait_for_function(
        "part => document.querySelector('.rs-answer').dataset.name.includes(part)", arg=part
    )


@pytest.fixture(scope="module")
def lab(chromium, copy):
    """JupyterLab with the notebook open and run, and the seconds to the first figure."""
    with (
        serving([*LAB, f"--notebook-dir={copy}"], copy, copy) as address,
        opened(chromium, address) as page,
    ):
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
        began = time.perf_counter()
        page.click("li.lm-MenuBar-item:has-text('Run')")
        page.click("li[data-command='runmenu:run-all']")
        page.wait_for_selector(".rs-answer img")
        yield page, time.perf_counter() - began


def test_every_choice_redraws_or_says_why_not(lab, record_testsuite_property):
    """Rows of buttons over a grid of indicators; the picture loads."""
    page, first = lab
    page.click(".rs-explore button:has-text('English')")
    wait_for(page, "-en")
    came = []
    for theme, indicator, code in [
        ("Accident outcomes", "Deaths in work-safety accidents", "deaths"),
        ("Drills", "Emergency drills held", "drills_held"),
        ("Training", "Training sessions", "training_sessions"),
    ]:
        page.locator(".rs-explore select").nth(0).select_option(label=theme)
        choose(page, indicator)
        wait_for(page, f"-{code}-")
        for row in (2, 3, 4, 2):
            came += every_button(page, row)
    wide = page.evaluate("document.querySelector('.rs-answer img').naturalWidth")
    drawn = [one["seconds"] for one in came if not one["grey"] and not one["held"]]

    assert wide > 600
    assert {one["grey"] for one in came} == {True, False}
    record_testsuite_property("seconds to the first figure", round(first, 2))
    record_testsuite_property("seconds a redraw", [round(one, 3) for one in sorted(drawn)])


def test_the_keyboard_alone_is_enough(lab):
    """Tab reaches a grey button, Enter on it says why, and the place is kept."""
    page, _ = lab
    page.wait_for_function(SETTLED)
    page.focus(".rs-explore select >> nth=1")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('rs-refused')"):
            break
    title = page.evaluate("document.activeElement.title")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "said => document.querySelector('.rs-said').textContent === said", arg=title
    )

    assert page.evaluate("document.activeElement.title") == title


def test_an_unreported_indicator_says_why_and_springs_back(lab):
    """The list shows what holds."""
    page, _ = lab
    page.locator(".rs-explore select").nth(0).select_option(label="Accident outcomes")
    wait_for(page, "-accidents-")
    page.wait_for_function(SETTLED)
    listed = page.locator(".rs-explore select").nth(1)
    name = listed.locator("option").last.inner_text().replace("\xa0", " ")
    listed.select_option(index=listed.locator("option").count() - 1)
    page.wait_for_selector(".rs-said:not(:empty)")

    assert page.inner_text(".rs-said") == name.removeprefix("✕ ")
    page.wait_for_function("() => document.querySelectorAll('.rs-explore select')[1].value"
                           " === 'Work-safety accidents'")  # fmt: skip


def test_the_button_writes_its_files(lab, copy):
    """Figure, record, entry and slide, in the project's own folder."""
    page, _ = lab
    page.wait_for_function(SETTLED)
    name = page.get_attribute(".rs-answer", "data-name")
    page.click(".rs-explore button:has-text('Save the figure')")
    page.wait_for_selector(".rs-explore code")

    kept = copy / "figures" / "by_hand"
    kinds = {path.suffix for path in kept.glob(f"{name}.*")}
    assert kinds == {".svg", ".png", ".json", ".toml", ".pptx"}
    assert all(path.stat().st_size for path in kept.iterdir())
    assert str(kept) in page.inner_text(".rs-explore code")


def test_the_same_notebook_under_voila(chromium, copy):
    """Its prose and panel, no code; each row redraws or says why not."""
    with (
        serving(VOILA, copy, copy / "notebooks") as address,
        opened(chromium, address) as page,
    ):
        page.wait_for_selector(".rs-answer img")
        page.click(".rs-explore button:has-text('English')")
        wait_for(page, "-en")
        came = [one for row in (2, 3, 4) for one in every_button(page, row)]

        assert {one["grey"] for one in came} == {True, False}
        assert page.query_selector(".jp-InputArea-editor") is None
        assert page.inner_text("h1").endswith("?")
        page.set_viewport_size({"width": 400, "height": 900})
        page.wait_for_function(
            "() => document.documentElement.scrollWidth <= innerWidth + 1"
            " && [...document.querySelectorAll('.rs-explore :is(button, select)')]"
            ".every(one => one.getBoundingClientRect().right <= innerWidth)"
        )
