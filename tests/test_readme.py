"""The README keeps up: every command, every shared indicator, every link."""

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

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


def test_every_indicator_of_two_reports_is_listed():
    """The list of what can be compared at all is the tables', not somebody's memory."""
    regions = load.load(ROOT / "data").rows.groupby("indicator")["region"].nunique()
    shared = regions[regions > 1].index
    assert {code for code in shared if f"| `{code}` |" not in README} == set()
    assert len(shared) >= 18
    assert (regions > 2).sum() >= 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    """A link to a file of the repository that is not there sends a reader astray."""
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_floor_plan_is_the_one_that_the_linter_keeps():
    """Each room of the README stands on one floor with its neighbours, each floor lower."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = pyproject["tool"]["importlinter"]["contracts"][0]["layers"]
    floor = {name.strip(" ()"): n for n, line in enumerate(layers) for name in line.split("|")}
    plan = README.partition("## The floor plan")[2].partition("[CONTRIBUTING")[0]
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

    change = found["mine"].safety.change().iloc[-1]
    told = f"{change['value']:.0f} after {change['before']:.0f}: {change['ratio']:.2f}"
    assert f"{told} ({change['lower']:.2f}-{change['upper']:.2f})" in code
    assert (tmp_path / "comparison-drills_held-en.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "comparison-drills_held-en.json").read_bytes())["rows"], (
        "trace finds its rows"
    )
