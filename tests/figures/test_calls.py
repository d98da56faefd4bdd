"""One call for each kind of figure: it reads, computes, draws, and checks what it is given."""

import csv

import pandas as pd
import pytest
from crowds import crowd
from drawings import Drawing
from matplotlib.figure import Figure as Page

import analysis as rs
from analysis import project
from analysis.charts.kinds import KINDS
from analysis.errors import UsageError, WordError
from analysis.figures import calls
from analysis.figures.request import Request
from analysis.project import LANGUAGE

CALLS = {
    "overview": calls.overview,
    "coverage": calls.coverage,
    "comparison": lambda **given: calls.comparison("deaths", **given),
    "not_comparable": calls.not_comparable,
    "trend": lambda **given: calls.trend("deaths", **given),
    "changes": calls.changes,
    "percent_meanings": calls.percent_meanings,
    "vintages": calls.vintages,
    "year_to_date": calls.year_to_date,
    "expected": calls.expected,
    "peers": calls.peers,
    "ranked": lambda **given: calls.ranked(rows=crowd(200), **given),
    "tiles": lambda **given: calls.tiles(rows=crowd(200), **given),
    "open_hazards": calls.open_hazards,
    "parts": lambda **given: calls.parts("disaster_direct_loss", **given),
    "targets": calls.targets,
    "instruments": calls.instruments,
    "commitments": calls.commitments,
    "profile": lambda **given: calls.profile("chuxiong", **given),
}


@pytest.fixture(scope="module")
def rows():
    """The rows of the project."""
    return rs.load().rows


def pages(drawn):
    """The figures of a call, one or several."""
    return drawn if isinstance(drawn, tuple) else (drawn,)


@pytest.fixture(scope="module")
def near():
    """The reports and indicators of ``data/absences.csv``."""
    with (project.home() / "data" / "absences.csv").open(encoding="utf-8") as lines:
        return {(line["report"], line["indicator"]) for line in csv.DictReader(lines)}


@pytest.fixture
def undrawn(monkeypatch):
    """Figures replaced by the frames that they would be drawn from."""
    names = "comparison side_by_side not_comparable trend changes expected parts"
    for name in (*names.split(), "coverage", "profile"):
        monkeypatch.setattr(calls.charts, name, lambda *_, _name=name, **given: (_name, given))
    monkeypatch.setattr(Request, "figure", lambda _asked, draw, _name: draw())
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
        expected = [calls.expected] if code in {"deaths", "accidents"} else []
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
    assert set(CALLS) == set(KINDS)
    assert {call.__name__ for call in CALLS.values()} - {"<lambda>"} <= set(dir(rs))


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", CALLS)
def test_a_call_draws_figures_of_its_kind_without_a_fault(kind, language, form):
    """No text over another, outside the page or struck by a mark; a mark for each of its rows."""
    figures = pages(CALLS[kind](language=language, form=form))

    assert {figure.kind for figure in figures} == {kind}
    names = [figure.name for figure in figures]
    assert len(set(names)) == len(names)
    assert all(name.endswith(f"-{language}") for name in names)
    for figure in figures:
        drawing = Drawing(figure)
        assert drawing.faults == {}, figure.name
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


def test_rows_of_other_tables_are_refused(rows):
    """They would be judged by the populations of these."""
    strange = rows.assign(region=rows["region"].replace({"chuxiong": "atlantis"}))

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
