"""README and the pages: every command, finding and link is that of the package."""

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

import analysis as rs
from analysis.cli import main
from analysis.tables import load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


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
    assert title == f"{comparable} of {shared} shared indicators can be compared"


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


def test_the_architecture_is_the_one_that_the_linter_checks():
    """Each line of the picture in CONTRIBUTING is one layer of the linter, in its order."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = pyproject["tool"]["importlinter"]["contracts"][0]["layers"]
    floor = {name.strip(" ()"): n for n, line in enumerate(layers) for name in line.split("|")}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    plan = text.partition("## Architecture")[2].partition("The way of a figure")[0]
    lines = [
        re.split(r" {2,}", line.strip())[0] for line in re.findall(r"^ {4}\w.*", plan, re.MULTILINE)
    ]
    found = [{floor[name] for name in line.split(" · ")} for line in lines]

    assert all(len(floors) == 1 for floors in found)
    assert all(max(upper) < min(lower) for upper, lower in pairwise(found))
    assert len(found) >= len(layers) - 1


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
