"""What the reports share and what can be compared of it, read back from the matrix."""

import pandas as pd
import pytest
from drawings import Drawing
from tidy import ABSENT, UNDECLARED, declared, frame, population, row

import analysis as rs
from analysis.charts import style
from analysis.charts.coverage import coverage as draw_coverage
from analysis.comparability import families, findings
from analysis.statistics import gaps, rates, summaries

FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]
PEOPLE = frame(population("chuxiong", 2_300_000, 2024), population("nantong", 7_700_000, 2024))
DRILLS = {"indicator": "drills_held", "indicator_en": "Drills held", "theme": "drills"}
DRILLS |= {"unit": "项", "denominator": ""}


def drawn(rows, indicators, known=UNDECLARED, language="en", form="slide"):
    """The matrix of a few rows."""
    rated = rates.rates(rates.limits(rows), PEOPLE)
    compared = families.compared(rated, known, indicators)
    cells = families.cells(rows, known, compared)
    reports = pd.DataFrame({"report": rows["report"].unique(), "characters": 2000})
    with style.house_style():
        picture = draw_coverage(
            cells,
            title=findings.compared(cells, len(compared)),
            language=language,
            indicators=indicators,
            density=summaries.density(rows, reports),
            gaps=gaps.cells(rows, indicators, ABSENT),
            form=form,
        )
    return Drawing(picture)


@pytest.fixture
def some():
    """Deaths of two regions, and three kinds of drills, of which one region reports two."""
    tidy = frame(
        row("nantong", -14.3, measure="change_pct", unit="%"),
        row("chuxiong", 45),
        row("nantong", 1200, breakdown="kind:a", printed="1200余场", comparator=">=", **DRILLS),
        row("chuxiong", 7, breakdown="kind:b", start=3, **DRILLS),
        row("chuxiong", 9, breakdown="kind:c", start=1, **DRILLS),
    )
    return rates.marks(tidy)


@pytest.mark.parametrize(("language", "form"), FORMS)
def test_the_matrix_of_the_project_is_one_page_without_a_fault(language, form):
    """Every indicator that can be compared, with the number of the others."""
    figure = rs.coverage(language=language, form=form)

    drawing = Drawing(figure)
    assert drawing.faults == {}
    shared = figure.rows.groupby("indicator")["region"].nunique()
    assert shared.min() > 1
    assert f"{len(shared)}" in figure.caption.title[language]
    rows = figure.rows
    comparable = rows.loc[rows["pairing"].eq("inside"), "indicator"]
    assert sorted(drawing.marks) == sorted(rows.loc[rows["indicator"].isin(comparable), "id"])
    others = {"zh": "另有21项共有指标不可比", "en": "21 other indicators cannot be compared"}
    assert others[language] in drawing.said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_totals_are_those_of_the_title(language):
    """Chuxiong reports 33 of the indicators, Yaohai 2; no text is smaller than notes."""
    drawing = Drawing(rs.coverage(language=language))
    counts = drawing.figure.rows.groupby("region", observed=True)["indicator"].nunique()
    words = [text for text, _ in drawing.words]
    start = words.index(
        {"zh": "37项共有指标中报告的项数", "en": "Indicators reported, of 37 shared"}[language]
    )

    assert list(map(int, words[start + 1 : start + 6])) == [8, 21, 23, 33, 2]
    assert list(map(int, words[start + 7 : start + 12])) == [3, 8, 10, 13, 1]
    assert counts["chuxiong"] == 33
    sizes = [text.get_fontsize() for text in drawing.picture.texts if text.get_gid() != "signature"]
    assert min(sizes) >= style.SLIDE.note


def test_cells_have_the_figures_as_printed_without_their_unit(some):
    """A percentage, a bound, a count; of several parts their number."""
    drawing = drawn(some, ["deaths", "drills_held"], language="zh")
    texts = [text for text, _ in drawing.words]

    assert {"45", "−14.3%", "≥1200", "2项"} <= set(texts)


def test_a_region_has_its_figures_for_a_thousand_characters(some):
    """Five in two thousand characters: two of Nantong, three of Chuxiong."""
    texts = [text for text, _ in drawn(some, ["drills_held"]).words]

    assert "1.0" in texts
    assert "1.5" in texts


def test_the_declared_part_is_shown(some):
    """Of the region that has one, whatever the other parts; the other has its own figure."""
    mine, other = (some[some["value"].eq(n)].iloc[0].to_dict() for n in (7, 1200))
    known = declared({"own": "listing"}, ("own", mine, "member"), ("own", other, "member"))
    drawing = drawn(some, ["drills_held"], known)
    texts = [text for text, _ in drawing.words]

    assert {"7", "≥1,200"} <= set(texts)
    assert "2 parts" not in texts
    assert drawing.figure.rows["pairing"].tolist() == ["inside", "inside"]


def test_a_figure_compared_with_another_indicator_is_not_compared_in_its_row(some):
    """Drills of one kind beside deaths of the other region."""
    drills, deaths = (some[some["value"].eq(n)].iloc[0].to_dict() for n in (7, -14.3))
    known = declared({"own": "listing"}, ("own", drills, "member"), ("own", deaths, "member"))
    figure = drawn(some, ["deaths", "drills_held"], known).figure

    pairing = figure.rows.set_index(["region", "indicator"])["pairing"].to_dict()
    assert pairing["chuxiong", "drills_held"] == pairing["nantong", "deaths"] == "outside"
    assert pairing["nantong", "drills_held"] == "none"


def test_every_dark_cell_has_another_in_its_row_and_family():
    """In the tables of the project; 16 indicators have such cells."""
    rows = rs.coverage(language="en").rows
    dark = rows[rows["pairing"].eq("inside")]
    members = pd.read_csv("data/family_members.csv", keep_default_na=False)
    key = ["report", "indicator", "breakdown", "measure"]
    both = dark.merge(members[members["role"].ne("denominator")], on=key)
    regions = both.groupby(["indicator", "family"])["region"].nunique()

    assert dark.groupby("indicator")["region"].nunique().min() > 1
    assert set(regions[regions.gt(1)].index.get_level_values("indicator")) == set(dark["indicator"])
    assert dark["indicator"].nunique() == 16
    shown = rows.set_index(["region", "indicator"])["value"]
    assert shown["chuxiong", "accidents"] == pytest.approx(-6.7, abs=0.05)
    assert rows.set_index(["region", "indicator"])["pairing"]["yaohai", "drills_held"] == "outside"


def test_a_cell_without_a_figure_is_blank_and_has_its_reason():
    """In the record."""
    five = frame(row("nantong", 1), row("chuxiong", 2), row("anshan", 3, **DRILLS))
    drawing = drawn(five, ["deaths"])

    assert drawing.figure.refusals[["region", "gap"]].to_numpy().tolist() == [
        ["anshan", "unsearched"]
    ]


def test_indicators_without_room_are_counted(some):
    """Of thirty, none of which can be compared."""
    more = [some.assign(indicator=f"i{n}", id=[f"{n}-{k}" for k in some["id"]]) for n in range(30)]
    drawing = drawn(pd.concat(more), [f"i{n}" for n in range(30)])

    assert "30 other indicators cannot be compared" in drawing.said


def test_a_figure_reported_under_another_indicator_is_named(data):
    """Nantong's 3,586 major hazards are found and rectified in one figure."""
    for language, word in (("zh", "另列"), ("en", "elsewhere")):
        drawing = Drawing(rs.coverage(rows=data.rows, language=language))
        elsewhere = drawing.figure.refusals
        elsewhere = elsewhere[elsewhere["gap"].eq("told_elsewhere")]

        assert ("nantong", "major_hazards_found") in set(
            elsewhere[["region", "indicator"]].itertuples(index=False, name=None)
        )
        rows = drawing.figure.rows
        comparable = set(rows.loc[rows["pairing"].eq("inside"), "indicator"])
        drawn_ones = elsewhere["indicator"].isin(comparable)
        assert drawing.said.split("\n").count(word) == drawn_ones.sum() > 0
