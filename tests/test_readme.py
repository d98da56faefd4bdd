"""The README keeps up: every command, every shared indicator, every link."""

import re
from pathlib import Path

import pytest

from analysis import cli, tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", sorted(cli.main.commands))
def test_every_command_is_in_the_readme_and_helps(name):
    """A command that the README does not show, or that has no help, is not offered."""
    assert re.search(rf"`regional-safety [^`]*\b{name}\b|`{name}\b", README), name
    assert cli.main.commands[name].help


def test_every_indicator_of_two_reports_is_listed():
    """The list of what can be compared at all is the tables', not somebody's memory."""
    regions = tables.load(ROOT / "data").rows.groupby("indicator")["region"].nunique()
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
