"""One call for each kind of figure: it reads, computes, draws, and checks what it is given."""

import csv

import pandas as pd
import pytest
from album import CALLS, FORMS, drawings, each, pages
from drawings import Drawing
from matplotlib.figure import Figure as Page

import analysis as rs
from analysis import project
from analysis.charts.kinds import KINDS
from analysis.errors import UsageError, WordError
from analysis.figures import calls, request
from analysis.figures.request import Request
from analysis.language.messages import LANGUAGE


@pytest.fixture(scope="module")
def rows():
    """The rows of the project."""
    return rs.load().rows


@pytest.fixture(scope="module")
def near():
    """The reports and indicators of ``data/absences.csv``."""
    with (project.home() / "data" / "absences.csv").open(encoding="utf-8") as lines:
        return {(line["report"], line["indicator"]) for line in csv.DictReader(lines)}


@pytest.fixture
def undrawn(monkeypatch):
    """Figures replaced by the frames that they would be drawn from."""
    names = ("not_comparable", "trend", "changes", "expected", "parts", "coverage", "profile")
    homes = {request: ["comparison", "side_by_side"], calls: names}
    for home, name in ((home, name) for home, listed in homes.items() for name in listed):
        monkeypatch.setattr(home, f"draw_{name}", lambda *_, _name=name, **given: (_name, given))
    monkeypatch.setattr(Request, "figure", lambda _asked, draw, *_names: draw())
    monkeypatch.setattr(
        Request, "pages", lambda _asked, draw, rows, *_names, **_given: [draw(rows)]
    )
    monkeypatch.setattr(calls, "Pages", list)


def silent(frame, reason="rule"):
    """The reports of *frame* that are said not to mention something."""
    return set(frame.loc[frame[reason].eq("not_reported"), "report"])


@pytest.mark.usefixtures("undrawn")
def test_no_figure_calls_a_report_silent_that_comes_near_the_indicator(rows, near):
    """Every comparison, trend, expectation and parts of a shared indicator, and the lists."""
    regions = rows.groupby("indicator")["region"].nunique()
    for code in regions[regions > 1].index:
        said = silent(rows.safety.compare(code).refused)
        expected = [calls.expected] if code == "deaths" else []
        for call in (calls.trend, calls.parts, *expected):
            drawn = call(code)
            _, given = drawn[0] if isinstance(drawn, list) else drawn
            said |= silent(given["refused"])
        assert not {(report, code) for report in said} & near, code
    gaps = calls.coverage()[1]["gaps"]
    cells = gaps.loc[gaps["gap"].eq("not_reported"), ["report", "indicator"]]
    assert not {*cells.itertuples(index=False, name=None)} & near
    for region in rows["region"].unique():
        unsaid = calls.profile(region)[1]["unsaid"]
        cells = unsaid.loc[unsaid["rule"].eq("not_reported"), ["report", "indicator"]]
        assert not {*cells.itertuples(index=False, name=None)} & near


def test_every_kind_has_a_call():
    """A kind without one could only be drawn by hand."""
    homes = {name: getattr(value, "__module__", "") for name, value in vars(calls).items()}
    drawn = {name for name, home in homes.items() if home == calls.__name__ and name[0].islower()}
    assert drawn - set(KINDS) == set(), "calls without a `KIND` of this name in analysis/charts/"
    assert set(KINDS) - drawn == set(), "kinds without a call in analysis/figures/calls.py"
    assert set(KINDS) - set(CALLS) == set(), "give arguments in `EXAMPLES` of tests/album.py"
    assert drawn <= set(dir(rs))


def test_every_kind_of_the_five_reports_is_drawn_by_a_notebook():
    """`ranked` and `tiles` are of panels with thousands of regions."""
    notebooks = "".join(
        p.read_text("utf-8") for p in (project.home() / "notebooks").glob("*.ipynb")
    )
    absent = {name for name in KINDS if f"rs.{name}(" not in notebooks}
    assert absent == {"ranked", "tiles"}, "kinds without a notebook in notebooks/"


@FORMS
@each(CALLS)
def test_a_call_draws_figures_of_its_kind(name, language, form):
    """Each with a name of its own, its title on the page, and marks of its rows only."""
    drawn = drawings(name, language, form)
    figures = [drawing.figure for drawing in drawn]

    assert {figure.kind for figure in figures} == {name}
    names = [figure.name for figure in figures]
    assert len(set(names)) == len(names)
    assert all(name.endswith(f"-{language}") for name in names)
    for drawing, figure in zip(drawn, figures, strict=True):
        assert {*drawing.marks} <= {*figure.rows["id"], *figure.beside.get("id", ())}, figure.name
        assert len(figure.rows), figure.name
        assert figure.caption.title[language].split("：")[0][:4] in drawing.said.replace("\n", "")


def test_a_filtered_frame_gives_a_figure_of_what_it_holds(rows):
    """One region of five; what an earlier question added to the rows does no harm."""
    mine = rows[rows["region"].eq("chuxiong")]
    (trend,) = rs.trend("deaths", rows=mine.assign(mark="exact"), language="en")

    assert set(trend.rows["region"]) == {"chuxiong"}
    assert trend.refusals.empty
    assert {r for f in rs.instruments(rows=mine) for r in f.rows["region"]} == {"chuxiong"}


def test_a_name_in_either_language_is_as_good_as_a_code():
    """Indicators and regions."""
    assert (
        rs.expected("生产安全事故死亡人数", language="en").name
        == rs.expected("deaths", language="en").name
    )
    assert rs.profile("Chuxiong", language="zh").name == "profile-chuxiong-zh"


def test_the_environment_may_choose_the_language(monkeypatch):
    """Unless the call does."""
    monkeypatch.setenv(LANGUAGE, "en")

    assert rs.comparison("deaths")[0].language == "en"
    assert rs.comparison("deaths", language="zh")[0].language == "zh"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: rs.trend("deths"), "indicator 'deths'.*did you mean deaths"),
        (lambda: rs.profile("chuxoing"), "region 'chuxoing'.*chuxiong"),
        (lambda: rs.instruments("nothing"), "theme 'nothing'"),
        (lambda: rs.trend("deaths", language="fr"), "language 'fr'.*zh, en"),
        (lambda: rs.trend("deaths", form="poster"), "form 'poster'.*slide, page"),
        (lambda: rs.trend("deaths", lang="en"), "option 'lang'.*language"),
        (lambda: rs.trend("deaths", rows=pd.DataFrame({"a": [1]})), r"rows of load\(\).rows"),
    ],
)
def test_an_argument_that_is_not_known_is_refused_with_what_is(call, told):
    """Before anything is drawn."""
    with pytest.raises(UsageError, match=told):
        call()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"title": 3}, "title: give plain text, not int"),
        ({"ax": [1]}, "ax: give one of the axes of plt.subplots, not list"),
        ({"rows": [1]}, "rows: give a frame.*not list"),
    ],
)
def test_an_option_of_another_type_is_refused_with_what_to_give(given, wanted):
    """By its name, before the tables are read."""
    with pytest.raises(UsageError, match=wanted):
        rs.trend("deaths", **given)


def test_a_list_of_indicators_is_refused_where_one_is_asked_for():
    """`expected` takes several one after the other."""
    with pytest.raises(UsageError, match="indicator: give one code or name as text, not list"):
        rs.expected(["deaths"])


@pytest.mark.parametrize("kind", sorted({*CALLS} - {"ranked", "tiles"}))
def test_a_filter_that_leaves_nothing_is_named(kind, rows):
    """An empty figure would look like a finding."""
    with pytest.raises(UsageError, match="rows: none are left of the filter"):
        CALLS[kind](rows=rows.iloc[:0])


@pytest.mark.parametrize("kind", ["not_comparable", "coverage", "overview", "changes", "parts"])
def test_one_region_alone_is_drawn(kind, rows):
    """With little or nothing in it, but without a fault."""
    for figure in pages(CALLS[kind](rows=rows[rows["region"].eq("anhui")], language="en")):
        assert Drawing(figure).faults == {}


def test_a_title_may_be_plain_text(rows):
    """In place of the finding, on one page or several."""
    (trend,) = rs.trend("deaths", rows=rows, title="Deaths since 2020", language="en")

    assert trend.caption.title.en == "Deaths since 2020"
    assert "Deaths since 2020" in Drawing(trend).said
    assert rs.changes("deaths", title="变化").caption.title.zh == "变化"


def test_a_figure_shows_itself_with_its_caption_below(capsys):
    """The picture, and the texts that a page may have had no room for."""
    figure = rs.changes("deaths", language="en")
    figure._ipython_display_()

    assert "image/png" in capsys.readouterr().out
    lines = figure.caption.lines(figure.language)
    assert figure.caption.source.en == lines[-1]
    assert {note.en for note in figure.caption.notes} <= set(lines)


def test_axes_hold_one_page():
    """A figure of several pages says so, instead of a fault of matplotlib."""
    left, _ = Page(figsize=(20, 6)).subplots(1, 2)

    with pytest.raises(UsageError, match="ax: these axes are taken"):
        rs.instruments(ax=left)


def test_rows_of_other_tables_are_refused(rows):
    """They would be judged by the populations of these."""
    strange = rows.assign(region=rows["region"].astype("str").replace({"chuxiong": "atlantis"}))

    with pytest.raises(UsageError, match="atlantis not among the loaded regions"):
        rs.trend("deaths", rows=strange)


def test_an_indicator_that_cannot_be_compared_stops_with_the_reason():
    """As a notebook with that parameter does."""
    with pytest.raises(UsageError, match="units_guided cannot be compared"):
        rs.comparison("units_guided")


def test_axes_are_taken_over_and_the_whole_page_is_theirs():
    """Two trends in one figure of the caller, which the caller saves."""
    page = Page(figsize=(20, 6))
    left, right = page.subplots(1, 2)
    (trend,) = rs.trend("deaths", ax=left, language="en")

    assert trend.page is page
    assert left not in page.axes
    assert right in page.axes
    with pytest.raises(UsageError, match="drawn into axes of another figure"):
        trend.save()


def test_a_figure_saves_itself_under_its_name(tmp_path, monkeypatch):
    """And several do, each."""
    monkeypatch.setenv("REGIONAL_SAFETY_OUTPUT", str(tmp_path))

    rs.comparison("deaths", language="en").save(formats=["svg"])
    shown = rs.trend("deaths", language="en").save(formats=["svg"])

    assert {path.name for path in tmp_path.iterdir()} >= {
        "comparison-deaths-en.svg",
        "comparison-deaths-en.json",
        "trend-deaths-en.svg",
    }
    assert all(image.data[:4] == b"\x89PNG" for image in shown)


def test_the_front_door_offers_every_call():
    """And says that it has no other."""
    names = {
        "comparison",
        "trend",
        "changes",
        "expected",
        "peers",
        "parts",
        "targets",
        "instruments",
    }
    names |= {"commitments", "coverage", "not_comparable", "profile"}
    assert names <= set(dir(rs))
    assert all(getattr(rs, name) is getattr(calls, name) for name in names)
    with pytest.raises(AttributeError, match="slope"):
        _ = rs.slope
    with pytest.raises(WordError):
        rs.parts("nothing")


@pytest.mark.parametrize("year", ["2022", 2024.5, None, 20])
def test_a_first_year_that_is_none_is_refused(year):
    """Before anything is compared with it."""
    with pytest.raises(UsageError, match="first_year: give a year from 1990 to 2100, not"):
        rs.trend("deaths", first_year=year)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    """In place of every table that is missing in it."""
    with pytest.raises(UsageError, match=r"there is no folder .*nowhere: give that of the tables"):
        rs.load(tmp_path / "nowhere")
