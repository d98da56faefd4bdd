"""Figures of 20 to 400 regions: no text over another, or a refusal that says what to do."""

from itertools import product

import pytest
from album import pages
from crowds import crowd
from drawings import Drawing

from analysis.charts.page import LEAST_PLOT
from analysis.errors import CrowdedError, UsageError
from analysis.figures import calls

DRAWN = {
    20: ("overview", "comparison", "trend", "changes", "expected", "peers", "profile"),
    60: ("trend",),
    200: ("comparison", "peers", "ranked", "tiles"),
    400: ("trend",),
}
MOST_PAGES = (200, "trend")  # a panel a region: drawn for minutes, and so by slow tests only
ARGUMENTS = {"overview": (), "profile": ("simaat",)}


def cases():
    """Each kind in both languages and forms; half of them are slow tests."""
    for regions, names in DRAWN.items():
        for name, language, form in product(names, ("zh", "en"), ("slide", "page")):
            twin = (language, form) in {("zh", "slide"), ("en", "page")}
            marks = [pytest.mark.slow] if twin else []
            yield pytest.param(regions, name, language, form, marks=marks)
    for language, form in (("zh", "slide"), ("en", "page")):
        yield pytest.param(*MOST_PAGES, language, form, marks=pytest.mark.slow)


@pytest.mark.parametrize(("regions", "name", "language", "form"), [*cases()])
def test_a_crowd_is_drawn_without_a_fault(regions, name, language, form):
    """On as many pages as it takes, of which the first, one between and the last are looked at."""
    call = getattr(calls, name)
    given = {"rows": crowd(regions), "language": language, "form": form}
    figures = pages(call(*ARGUMENTS.get(name, ("deaths",)), **given))
    faults = {figure.name: Drawing(figure).faults for figure in some(figures)}

    assert {file: fault for file, fault in faults.items() if fault} == {}
    assert min(figure.room[2] * figure.room[3] for figure in figures) >= LEAST_PLOT


def some(figures):
    """The first, the middle and the last."""
    return [figures[at] for at in sorted({0, len(figures) // 2, len(figures) - 1})]


@pytest.mark.parametrize("name", ["changes", "expected"])
def test_more_regions_than_a_page_holds_are_refused(name):
    """Text that cannot be read is no figure."""
    with pytest.raises(CrowdedError, match=r"\d+ regions.*do not fit one page"):
        getattr(calls, name)("deaths", rows=crowd(200))


def test_an_ordinary_figure_of_thousands_names_those_that_draw_them():
    """Before it has computed for minutes."""
    with pytest.raises(UsageError, match=r"\d+ regions are more than.*peers, ranked, tiles"):
        calls.changes("deaths", rows=crowd(400))


@pytest.mark.parametrize("call", [calls.ranked, calls.tiles])
def test_a_few_regions_are_no_crowd(call):
    """Rows of ordinary tables, or of a small panel."""
    with pytest.raises(UsageError, match="give rows of a panel"):
        call("deaths")
    with pytest.raises(UsageError, match="at least 30 are needed; `expected` draws a few"):
        call("deaths", rows=crowd(20))


@pytest.mark.parametrize("name", ["peers", "trend", "ranked", "tiles"])
def test_three_thousand_regions_are_drawn(name):
    """On one page, from the rows of the panel to a PNG; `benchmarks.scale` measures how fast."""
    (figure,) = pages(getattr(calls, name)("deaths", rows=crowd(3200), language="en"))

    assert figure.drawn("png", dpi=100).startswith(b"\x89PNG")


def test_every_region_of_a_crowd_has_its_mark():
    """An interval each in `ranked`; what is left out of a log scale is counted in a note."""
    ranked = calls.ranked(rows=crowd(200), language="en")
    peers = calls.peers(rows=crowd(200), language="en")
    assert peers.rows["value"].eq(0).sum() == 1

    assert {*Drawing(ranked).marks} == {*ranked.rows["id"]}
    assert ranked.rows["ratio"].is_monotonic_increasing
    assert "1 region without any" in " ".join(note.en for note in peers.caption.notes)


def test_provinces_are_the_sums_of_their_regions():
    """Counts, and the expected ones; the rate is that of all people in them."""
    rows = crowd(200)
    tiles = calls.tiles(rows=rows, language="en").rows
    regions = calls.ranked(rows=rows, language="en").rows
    first = regions[regions["adcode"].str.startswith("91")]
    (province,) = tiles[tiles["adcode"].eq("910000")].to_dict("records")

    assert tiles["value"].sum() == regions["value"].sum()
    assert province["value"] == first["value"].sum()
    assert province["regions"] == len(first)
    rate = 100_000 * first["value"].sum() / first["population"].sum()
    assert province["rate"] == pytest.approx(rate)
