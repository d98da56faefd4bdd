"""The generated pages under ``docs/`` are what the tables say, whole and in both languages."""

from importlib.util import find_spec
from pathlib import Path

import build_site
import pages
import pytest

from analysis.language.vocabulary import Language

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def written(data):
    """Every page as the tables write it now."""
    return pages.contents(data)


def test_the_committed_pages_are_what_the_tables_generate(written):
    """`make docs` would change nothing."""
    for name, text in written.items():
        assert (DOCS / name).read_text("utf-8") == text, f"{name}: run `make docs`"


def test_the_dictionary_has_every_indicator(data, written):
    """Code, name, unit, kind, definition and who reports it."""
    for language in Language:
        page = written[f"dictionary.{language}.md"]
        for row in data.indicators.to_dict("records"):
            assert f"| `{row['indicator']}` | {row[f'name_{language}']} |" in page
            assert row[f"definition_{language}"].replace("|", r"\|") in page


def test_the_missing_page_has_a_cell_for_each_region(data, written):
    """A figure, or a reason; never an empty cell."""
    regions = data.regional_reports["region"].nunique()
    shared = data.rows.groupby("indicator")["region"].nunique().gt(1).sum()
    for language in Language:
        lines = written[f"missing.{language}.md"].splitlines()
        cells = [line.split(" | ") for line in lines if line.startswith("| ")]
        matrix = [row for row in cells if len(row) == regions + 1]
        assert len(matrix) == shared + 2
        assert all(cell.strip("| ") for row in matrix for cell in row)


def test_the_identities_page_says_how_each_closes(data, written):
    """One line an identity."""
    lines = [line for line in written["identities.md"].splitlines() if line.startswith("| ")]

    assert len(lines) == len(data.identities) + 2
    assert "26211" not in written["identities.md"].split("|")[0]


def test_every_documented_module_exists():
    """The site of the docs, which is built in slow tests only, would fail later."""
    assert [name for name in build_site.modules() if not find_spec(name)] == []


def test_a_bar_in_a_cell_does_not_end_it():
    """Markdown would see another column."""
    assert pages._table(["a"], [["x|y"]])[2] == r"| x\|y |"
