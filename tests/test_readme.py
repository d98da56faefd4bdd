"""README and the pages: every command, finding and link is that of the package."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import analysis as rs
from analysis.cli import main
from analysis.figures import calls
from analysis.tables import load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", sorted(main.main.commands))
def test_every_command_is_in_the_readme_and_helps(name):
    """A command that the README does not show, or that has no help, is not offered."""
    assert re.search(rf"`regional-safety [^`]*\b{name}\b|`{name}\b", README), name
    assert main.main.commands[name].help


def test_the_numbers_of_shared_and_of_comparable_indicators_are_those_of_the_figure(monkeypatch):
    """README repeats the title of the coverage figure, and the count of the tables."""
    monkeypatch.chdir(ROOT)
    regions = load.load(ROOT / "data").rows.groupby("indicator")["region"].nunique()
    comparable, shared = re.findall(r"(\d+) of the (\d+) indicators", README)[0]
    assert int(shared) == (regions > 1).sum()
    title = rs.coverage(language="en").caption.title.en
    assert title.startswith(f"{comparable} of {shared} indicators compare: ")


def test_every_missing_figure_is_on_a_page_that_readme_names():
    """Each indicator of two reports or more is in the dictionary and on the missing page."""
    rows = load.load(ROOT / "data").rows
    shared = rows[rows.groupby("indicator")["region"].transform("nunique") > 1]
    for name in ("docs/dictionary.en.md", "docs/missing.en.md"):
        assert f"]({name})" in README
        page = (ROOT / name).read_text("utf-8")
        assert {n for n in shared["indicator_en"] if n not in page} == set()


def test_the_answers_have_the_numbers_that_the_package_computes(monkeypatch):
    """The level beside nation, province and peers as `explain` has it, and the change."""
    monkeypatch.chdir(ROOT)
    answers = dict(re.findall(r"^\| (.+?\?) \| (.+) \|$", README, re.MULTILINE))
    asked = ["explain", "chuxiong", "deaths", "2024", "--language", "en"]
    level = CliRunner().invoke(main.main, asked).output
    rows = rs.load().rows
    deaths = rows[rows["region"].eq("chuxiong") & rows["indicator"].eq("deaths")]
    change = rs.comparability.findings.reading(deaths.safety.change())["en"]

    assert numbers(answers["Are Chuxiong's work-safety deaths high?"]) <= numbers(level)
    assert numbers(answers["Did they fall in 2024?"]) <= numbers(change)


def numbers(text):
    """The numbers in *text*, as printed."""
    found = set(re.findall(r"\d+(?:\.\d+)?", text))
    assert len(found) > 4
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    """A link to a file of the repository that is not there sends a reader astray."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_picture_of_the_architecture_shows_every_room_at_the_height_of_its_layer():
    """Each layer of the linter is one line of the picture, in its order."""
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = [line.split(" | ") for line in layers["contracts"][0]["layers"] if line != "__main__"]
    picture = (ROOT / "docs" / "pictures" / "architecture.svg").read_text("utf-8")
    heights = {room: int(y) for y, room in re.findall(r'y="(\d+)" class="room">(\w+)<', picture)}

    assert list(heights) == [room for line in layers for room in line]
    assert all(len({heights[room] for room in line}) == 1 for line in layers)
    assert sorted(heights.values()) == list(heights.values())
    assert {path.parent.name for path in (ROOT / "analysis").glob("*/__init__.py")} <= set(heights)


def test_the_version_is_the_same_everywhere():
    """Package, citation, changelog and the example of a citation."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    newest, day = re.findall(r"^## ([\d.]+) – ([\d-]+)$", changelog(), re.MULTILINE)[0]

    assert newest == version
    assert f"version: {version}\ndate-released: {day}\n" in citation
    assert f"version {version}" in README
    assert f"regional-safety {version}" in CHINESE


def changelog():
    """The text of the changelog."""
    return (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_both_languages_give_the_same_numbers():
    """A number that is corrected in one README only would be a contradiction."""
    answers = [
        re.findall(r"^\| .+?[?？] \| (.+) \|$", page, re.MULTILINE) for page in (README, CHINESE)
    ]
    assert len(answers[0]) == len(answers[1]) > 4
    for english, chinese in zip(*answers, strict=True):
        assert digits(english) - {"2"} <= digits(chinese), english  # "two or more" is in words


def digits(text):
    """The numbers of *text*, without separators of thousands."""
    return set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "").replace("10万", "100000")))


@pytest.mark.parametrize("page", ["jupyter.md", "jupyter.zh.md"])
def test_every_call_that_draws_is_in_the_list_of_calls(page):
    """A figure that the page does not name is not found by a reader."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    every = vars(calls).items()
    drawn = [name for name, call in every if getattr(call, "__module__", "") == calls.__name__]
    public = [name for name in drawn if name[0].islower()]
    assert [name for name in public if f"`rs.{name}(" not in text] == [], "run `make docs`"


def test_the_first_steps_run(monkeypatch, tmp_path):
    """The code that README begins with does what its comments say."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(ROOT)
    found = {}

    monkeypatch.setenv("REGIONAL_SAFETY_OUTPUT", str(tmp_path))
    exec(code, found)  # noqa: S102

    change = found["chuxiong"].safety.change().iloc[-1]
    told = f"{change['value']:.0f} after {change['before']:.0f}: {change['ratio']:.2f}"
    assert f"{told} ({change['lower']:.2f}-{change['upper']:.2f})" in code
    assert (tmp_path / "comparison-drills_held-en.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "comparison-drills_held-en.json").read_bytes())["rows"], (
        "trace finds its rows"
    )
