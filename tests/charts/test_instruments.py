"""The drawing of instruments: which reports mention which."""

import pytest
from album import drawings
from drawings import Drawing

from analysis.charts import grid, style
from analysis.charts.instruments import instruments as draw_instruments
from analysis.comparability import findings
from analysis.language.vocabulary import Standing
from analysis.statistics import policies

ORDER = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


@pytest.fixture(scope="module")
def standings(data):
    """Every instrument in every region of the real tables."""
    return policies.standings(data)


@pytest.fixture(scope="module", params=[("zh", "slide"), ("en", "page")], ids="-".join)
def pages(request):
    """Both pages, drawn."""
    language, form = request.param
    return drawings("instruments", language, form)


def test_every_mention_has_one_mark(pages, standings):
    """What is drawn are the rows that rest on a sentence; silence is a refusal."""
    known = standings[standings["status"].ne("not_mentioned")]
    marks = [id_ for page in pages for id_ in page.marks]

    assert sorted(marks) == sorted(known["id"])
    assert sum(len(page.figure.refusals) for page in pages) == len(standings) - len(known)


def test_the_key_tells_the_standings_apart_without_colour(pages):
    """In use, being built and planned differ in their filling, which the subtitle explains."""
    fills = {Standing.IN_USE: "full", Standing.BUILDING: "left", Standing.PLANNED: "none"}

    for page in pages:
        for row in page.figure.rows.to_dict("records"):
            mark = page.marks[row["id"]]
            assert mark.get_fillstyle() == fills[Standing(row["status"])]
            assert mark.get_color() == style.colour(row["region"])
        assert all(sign in page.figure.caption.subtitle.en for sign in "●◐○")


def test_regions_are_in_house_order_from_left_to_right(pages):
    """By level, then adcode."""
    for page in pages:
        language = page.figure.language
        names = {r["region"]: r[f"region_{language}"] for r in grid.regions(page.figure.rows)}
        places = {}
        for text, box in page.words:
            places.setdefault(text, box.x0)  # the heat map, drawn later, repeats the names
        heads = [places[names[region]] for region in ORDER]
        assert heads == sorted(heads)


def test_lines_are_sets_of_reports_the_widest_first(pages):
    """Eight instruments are in all five reports; the second page ends with those of one."""
    first, second = (page.figure.rows for page in pages)
    reports = first.drop_duplicates("indicator")["reports"]

    assert reports.is_monotonic_decreasing
    assert reports.eq(5).sum() == 8
    assert reports.min() == 3
    assert second["reports"].max() == 2
    assert second["reports"].iloc[-1] == 1


def test_titles_count_instruments(pages, standings):
    """Counted from the table of standings."""
    reports = standings[standings["status"].ne("not_mentioned")].groupby("indicator").size()
    every, total = reports.eq(5).sum(), len(reports)
    known = standings[standings["status"].ne("not_mentioned") & standings["region"].eq("chuxiong")]
    alone = known["indicator"].map(reports).eq(1).sum()
    first, second = (page.figure.caption.title.en for page in pages)

    assert first == f"{every} of {total} instruments are in all 5 reports"
    assert second == (f"Chuxiong: {len(known)} of {total} instruments, {alone} in no other report")


def test_the_heat_map_counts_what_two_reports_share(pages, standings):
    """Of Nantong's instruments, those in Chuxiong's report too."""
    known = standings[standings["status"].ne("not_mentioned")]
    sets = {name: set(group["indicator"]) for name, group in known.groupby("region")}
    cells = [text.get_text() for text in pages[1].picture.axes[0].texts]
    mesh = next(axes for axes in pages[1].picture.axes if axes.collections)
    cells = [text.get_text() for text in mesh.texts]

    assert cells == [str(len(sets[one] & sets[other])) for one in ORDER for other in ORDER]


def test_names_that_do_not_fit_are_counted(pages):
    """No name is dropped without its number."""
    said = pages[1].said
    more = {"zh": "等，另有", "en": "more"}[pages[1].figure.language]

    assert more in said


def test_a_region_without_entries_has_a_reason(data, standings):
    """A report that is not in the table yet is named below the plot."""
    some = standings[standings["region"].ne("nantong")]
    patterns = policies.patterns(some[some["theme"].eq("insurance")])
    with style.house_style():
        figure = draw_instruments(
            patterns,
            title=findings.instruments(patterns),
            language="en",
            absent=policies.unlisted(data, some),
        )

    assert [entry.region for entry in figure.caption.left_out] == ["nantong"]
    assert Drawing(figure).faults == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_narrow_page_has_the_lines_without_the_heat_map(language):
    """Beside the map the names would take a column of two words, and three pages."""
    pages = drawings("instruments", language, "a4")

    assert len(pages) == 2
    assert not any(axes.collections for page in pages for axes in page.picture.axes)
