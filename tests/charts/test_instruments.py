"""The drawing of instruments: who has which."""

import pytest
from drawings import Drawing

from analysis import charts
from analysis.charts import grid, style
from analysis.comparability import findings
from analysis.language.vocabulary import Standing
from analysis.statistics import policies

FORMS = [("zh", "slide"), ("en", "page")]
ORDER = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


@pytest.fixture(scope="module")
def standings(data):
    """Every instrument in every region of the real tables."""
    return policies.standings(data)


@pytest.fixture(scope="module")
def absent(data, standings):
    """No region is missing from the real tables."""
    return policies.unlisted(data, standings)


def page(data, rows, absent, language="en", form="slide"):
    """A page of instruments, drawn."""
    with style.house_style():
        picture = charts.instruments(
            rows,
            title=findings.instruments_page(rows, data.themes),
            language=language,
            themes=data.themes,
            absent=absent,
            form=form,
        )
    return Drawing(picture)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def matrix(request, data, standings, absent):
    """The first page of the shared instruments, drawn."""
    language, form = request.param
    shared = policies.groups(standings)["shared"]
    ordered = policies.ordered(shared, data.themes, language)
    return page(data, policies.pages(ordered, 20)[0], absent, language, form)


def heads(drawing):
    """The names of the regions with the place of their left edge, from left to right."""
    names = {r[f"region_{drawing.figure.language}"] for r in grid.regions(drawing.figure.rows)}
    found = {text: box.x0 for text, box in drawing.words if text in names}
    return sorted(found, key=found.get)


@pytest.fixture(scope="module")
def every(data, standings, absent):
    """Every page of every group, drawn in English."""
    groups = policies.groups(standings).values()
    pages = [part for group in groups for part in policies.pages(group, 20)]
    return [page(data, part, absent) for part in pages]


def test_every_word_can_be_read(matrix, every):
    """No text covers another, leaves the page or is struck by a mark."""
    for drawing in (matrix, *every):
        assert drawing.faults == {}


def test_every_mention_has_one_mark(every, standings):
    """What is drawn are the rows that stand on a sentence; silence is told apart."""
    known = policies.mentioned(standings)
    silent = len(standings) - len(known)

    assert sorted(id_ for drawing in every for id_ in drawing.marks) == sorted(known["id"])
    assert sorted(id_ for drawing in every for id_ in drawing.figure.rows["id"]) == sorted(
        known["id"]
    )
    assert sum(len(drawing.named("gap")) for drawing in every) == silent
    assert sum(len(drawing.figure.refusals) for drawing in every) == silent


def test_no_region_is_missing_and_the_order_is_the_house_order(matrix):
    """By level, then adcode, from left to right."""
    language = matrix.figure.language
    names = {r["region"]: r[f"region_{language}"] for r in grid.regions(matrix.figure.rows)}

    assert heads(matrix) == [names[region] for region in ORDER]


def test_planned_is_not_drawn_like_not_mentioned(every, standings):
    """Yaohai plans much and has little in use; its silence stays silence."""
    yaohai = standings[standings["region"].eq("yaohai")]
    planned = yaohai.loc[yaohai["status"].eq("planned"), "id"]
    marks = {id_: mark for drawing in every for id_, mark in drawing.marks.items()}

    assert {marks[id_].get_marker() for id_ in planned} == {"s"}
    assert not set(marks) & set(yaohai.loc[yaohai["status"].eq("not_mentioned"), "id"])


def test_four_standings_look_different_without_colour(matrix):
    """Shape and filling tell in use, under way, planned and not mentioned apart."""
    looks = {grid.LOOKS[standing] for standing in Standing}

    assert len(looks) == len(Standing)
    for row in matrix.figure.rows.to_dict("records"):
        mark = matrix.marks[row["id"]]
        assert (mark.get_marker(), mark.get_fillstyle()) == grid.LOOKS[Standing(row["status"])]
        assert mark.get_color() == style.colour(row["region"])
    for dash in matrix.named("gap"):
        assert dash.get_marker() == "_"


def test_lines_follow_theme_and_name(matrix, data):
    """The order of the page is that of the rows: by theme, then by name, never by number."""
    language = matrix.figure.language
    rows = matrix.figure.rows.drop_duplicates("indicator")
    names = list(rows[f"indicator_{language}"])
    places = {text: box.y1 for text, box in matrix.words if text in names}
    themes = {theme: place for place, theme in enumerate(data.themes["theme"])}
    shown = sorted(places, key=places.get, reverse=True)
    order = rows.set_index(f"indicator_{language}")["theme"].map(themes)

    assert [name for name in names if name in places] == shown
    assert order.is_monotonic_increasing


def test_an_instrument_of_one_region_says_so(data, standings, absent):
    """Its line has one mark, and the words for it."""
    own = policies.groups(standings)["own"]
    drawing = page(data, policies.pages(policies.ordered(own, data.themes, "en"), 20)[0], absent)
    count = drawing.figure.rows["indicator"].nunique()

    assert len(drawing.marks) == count
    assert drawing.said.count("only here") == count


def test_a_region_without_entries_stands_in_the_strip(data, standings):
    """A report that is not in the table yet is named below the plot."""
    some = standings[standings["region"].ne("nantong")]
    drawing = page(
        data, policies.groups(some, "insurance")["insurance"], policies.unlisted(data, some)
    )

    assert [entry.region for entry in drawing.figure.caption.left_out] == ["nantong"]
    assert "Nantong" in drawing.said
