"""The page of one region: no panel is empty, nothing refused is drawn, every mark has its row."""

import pandas as pd
import pytest
from drawings import Drawing

from analysis import charts
from analysis.charts import silence, style
from analysis.comparability import findings, profiles
from analysis.statistics import policies, years

REGIONS = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


@pytest.fixture(scope="module")
def codes(data):
    """The indicators in the order of their table."""
    return list(data.indicators["indicator"])


@pytest.fixture(scope="module")
def compared(rated, codes):
    """Every comparison of the real tables."""
    return profiles.compared(rated, codes)


@pytest.fixture(scope="module")
def draw(data, rows, rated, context, codes, compared):
    """Draws the page of a region as its notebook does."""
    changes = years.changes(rows, context)
    standings, commitments = policies.standings(data), policies.commitments(data)

    def drawn(region, language="en", form="slide", wider=lambda beside: beside):
        mine = profiles.of(rated, region, data.themes, codes)
        changed, beside = profiles.changed(changes, region), profiles.beside(compared, region)
        with style.house_style():
            picture = charts.profile(
                mine,
                title=findings.profile(mine, changed, beside),
                language=language,
                beside=wider(beside),
                unsaid=profiles.unsaid(compared, region),
                sentences=findings.counted_changes(changed),
                aside=findings.policies(standings, commitments, region),
                form=form,
            )
        return Drawing(picture)

    return drawn


@pytest.fixture(scope="module")
def slides(draw):
    """The English slide of every region."""
    return {region: draw(region) for region in REGIONS}


@pytest.mark.parametrize("region", REGIONS)
def test_every_word_can_be_read(draw, slides, region):
    """No text covers another, leaves the page or is struck by a mark."""
    assert slides[region].faults == {}
    assert draw(region, "zh").faults == {}


@pytest.mark.parametrize(("region", "language"), [("chuxiong", "en"), ("nantong", "zh")])
def test_the_fullest_pages_fit_half_a_sheet(draw, region, language):
    """What does not fit the small form is left out whole, never squeezed."""
    assert draw(region, language, "page").faults == {}


@pytest.mark.parametrize("region", REGIONS)
def test_every_mark_leads_to_a_row(slides, region):
    """What is drawn is in the record, and every outcome is drawn."""
    drawing = slides[region]
    rows = drawing.figure.rows
    outcomes = rows[rows["outcome"].notna()]

    assert set(drawing.marks) <= set(rows["id"])
    assert set(outcomes["id"]) <= set(drawing.marks)


@pytest.mark.parametrize("region", REGIONS)
def test_no_refused_figure_is_drawn(slides, compared, region):
    """Of other regions, only what compare kept beside this one."""
    drawing = slides[region]
    kept = {
        id_
        for comparison in compared
        if region in set(comparison.rows["region"])
        for id_ in comparison.rows["id"]
    }
    others = drawing.figure.rows
    drawn = set(others.loc[others["region"].ne(region), "id"]) & set(drawing.marks)

    assert drawn <= kept


def test_counts_stand_on_the_scale_of_their_panel(slides):
    """42, 45 and 15 are in proportion to the axis, and so are their intervals."""
    drawing = slides["chuxiong"]
    rows = drawing.figure.rows
    shown = rows[rows["outcome"].notna() & rows["lower"].notna()].to_dict("records")
    zero = min(drawing.marks[row["id"]].get_xdata()[0] for row in shown)
    inches = {
        round((drawing.marks[row["id"]].get_xdata()[0] - zero) / row["value"], 6)
        for row in shown
        if row["value"]
    }

    assert len(inches) == 1
    (inch,) = inches
    for row in shown:
        (line,) = drawing.named(f"interval-{row['id']}")
        ends = [zero + row[name] * inch for name in ("lower", "upper")]
        assert list(line.get_xdata()) == pytest.approx(ends, rel=1e-4)


def test_zero_and_missing_look_different(slides):
    """A stated zero is a dot on the axis; what the report does not mention is a dash."""
    anhui = slides["anhui"]
    rows = anhui.figure.rows
    zeros = rows.loc[rows["outcome"].notna() & rows["mark"].eq("zero"), "id"]

    assert len(zeros)
    assert {anhui.marks[id_].get_marker() for id_ in zeros} == {"o"}
    assert {dash.get_marker() for dash in anhui.named("gap")} == {"_"}


def test_kinds_of_evidence_keep_their_marks(slides):
    """Percentages are diamonds, directions arrows, targets hollow squares, on no scale."""
    nantong, anshan, anhui = (slides[name] for name in ("nantong", "anshan", "anhui"))

    def marks(drawing, mark):
        rows = drawing.figure.rows
        ids = rows.loc[rows["outcome"].notna() & rows["mark"].eq(mark), "id"]
        return [drawing.marks[id_] for id_ in ids]

    assert {mark.get_marker() for mark in marks(nantong, "percent_only")} == {"D"}
    assert {mark.get_text() for mark in marks(anhui, "direction_only")} == {"↓"}
    assert {mark.get_marker() for mark in marks(anshan, "target")} == {"s"}
    assert len({mark.get_xdata()[0] for mark in marks(nantong, "percent_only")}) == 1


def test_a_plan_says_why_it_has_no_results(slides):
    """Yaohai's panels are sentences with their reasons, and its targets are shown."""
    drawing = slides["yaohai"]

    assert "the report is a plan and holds no results" in drawing.said
    assert "no figure matches" in drawing.said
    assert len(drawing.marks) == len(drawing.figure.rows) == 4


def test_counted_changes_are_read_out(slides):
    """The sentence on the page is the one of wording, with its ratio and what could be seen."""
    said = slides["chuxiong"].said.replace("\n", " ")

    assert "0.93 (0.60–1.45)" in said
    assert "≤27 or ≥67" in said
    assert "≤27 or ≥67" in slides["chuxiong"].figure.caption.alt.en


def test_the_page_names_every_reason(slides):
    """Each reason why an indicator cannot be compared is written, none is made up."""
    for drawing in slides.values():
        reasons = set(drawing.figure.refusals["reason_en"])
        assert all(reason in drawing.said for reason in reasons)


def test_a_long_list_ends_with_its_number(slides):
    """Whatever the line cannot hold is counted."""
    page = charts.page.Page(slides["anhui"].figure.caption, "en")
    names = ["a long name of an indicator"] * 40

    (line,) = silence.listed(page, names, 5.0)
    assert line.endswith("… 40 in all")
    assert silence.listed(page, names[:2], 5.0) == ["a long name of an indicator, " + names[0]]
    assert silence.listed(page, names, 0.5) == ["40 indicators"]


def test_a_plan_is_said_to_be_one(slides):
    """The page of a report without results carries that caveat; the others do not."""
    said = {
        region: any("plan only" in note.en for note in drawing.figure.caption.notes)
        for region, drawing in slides.items()
    }
    assert [region for region, is_plan in said.items() if is_plan] == ["yaohai"]


@pytest.mark.parametrize("form", ["slide", "page"])
def test_more_comparable_indicators_than_fit_are_counted(draw, form):
    """As with further reports: the first are drawn, the others are told by their number."""

    def wider(beside):
        others = beside[beside["indicator"].isin(list(dict.fromkeys(beside["indicator"]))[:4])]
        again = {name: others[name] + "_2" for name in ("id", "indicator")}
        return pd.concat([beside, others.assign(**again)], ignore_index=True)

    plain, drawing = draw("chuxiong", form=form), draw("chuxiong", form=form, wider=wider)

    assert drawing.faults == {}
    assert {*plain.marks} <= {*drawing.marks}
    added = {mark.split("-")[1] for mark in {*drawing.marks} - {*plain.marks}}
    last_three = {"entities_inspected", "drills_held", "relief_supplies_stock"}
    assert added == last_three, "five stand beside others, four more were added"
    assert any("first 8; 1 more" in note.en for note in drawing.figure.caption.notes)
    assert "9 indicators stand beside" in drawing.figure.caption.alt.en


def test_the_numbers_of_three_regions_stay_on_the_page(draw):
    """Where they would leave it, the intervals are left to the whiskers."""

    def with_intervals(beside):
        drills = beside["indicator"].eq("drills_held")
        ends = {"shown_lower": beside["shown"] - 7, "shown_upper": beside["shown"] + 8}
        return beside.assign(**{name: end.where(drills) for name, end in ends.items()})

    def wider(beside):
        drills = beside[beside["indicator"].eq("drills_held")]
        third = drills.iloc[:1].assign(
            id="third", region="lijiang", region_zh="丽江", region_en="Lijiang autonomous city"
        )
        return with_intervals(pd.concat([beside, third], ignore_index=True))

    drawing = draw("chuxiong", wider=wider)

    assert drawing.faults == {}
    assert "Chuxiong 368" in drawing.said
    assert "368 (361–376)" not in drawing.said
    assert "368 (361–376)" in draw("chuxiong", wider=with_intervals).said
