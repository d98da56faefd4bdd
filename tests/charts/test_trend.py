"""Counts over the years, and changes without counts beside them; read back from the drawing."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from drawings import Drawing
from tidy import ABSENT, context, frame, row

import analysis as rs
from analysis import charts
from analysis.charts import style
from analysis.charts.trend import trend as draw_trend
from analysis.comparability import findings
from analysis.language.messages import label
from analysis.language.vocabulary import Gap
from analysis.statistics import gaps, rates
from analysis.statistics import years as annual

PERCENT = {"measure": "change_pct", "unit": "%"}
NEW = [f"sim{n:03}" for n in range(5)]
NOTHING = frame(context(year=1990)).iloc[:0]


def drawn(rows, other=NOTHING, indicator="deaths", language="zh", form="slide", expected=None):
    """The drawing of the years of an indicator, as the notebook makes it."""
    years = rates.limits(annual.levels(rows, other, indicator, first_year=2015))
    changes = annual.changes_of(rows, other, indicator, first_year=2015)
    stated = changes[changes["mark"].ne("exact")]
    partly = annual.to_date(rows, other, indicator, first_year=2015)
    every = pd.concat([years, partly, stated], ignore_index=True)
    shown = set(every["region"])
    with style.house_style():
        picture = draw_trend(
            every,
            title=findings.trend(years, stated, changes),
            language=language,
            refused=gaps.regions(rows, indicator, shown, ABSENT),
            expected=expected,
            form=form,
        )
    return Drawing(picture)


@pytest.fixture
def years():
    """Three years of Chuxiong: 53 from another publication, 51 and 45 reported."""
    return frame(row(value=45), row(value=51, year=2023)), frame(context(value=53, year=2022))


def points(drawing):
    """Where the dots lie: year and count."""
    marks = drawing.marks.values()
    return sorted((int(m.get_xdata()[0]), float(m.get_ydata()[0])) for m in marks)


def test_each_year_is_a_dot_at_its_count(years):
    """2022: 53, 2023: 51, 2024: 45."""
    assert points(drawn(*years)) == [(2022, 53), (2023, 51), (2024, 45)]


def test_each_dot_has_its_exact_interval(years):
    """45 events: 32.8 to 60.2."""
    drawing = drawn(*years)
    ends = {
        int(line.get_xdata()[0]): [f"{y:.1f}" for y in line.get_ydata()]
        for line in drawing.named("interval-")
    }

    assert ends[2024] == ["32.8", "60.2"]
    assert ends[2023] == ["38.0", "67.1"]
    assert set(ends) == {2022, 2023, 2024}


def test_other_publications_are_hollow_and_the_report_is_filled(years):
    """And a note says whose the hollow ones are."""
    drawing = drawn(*years)
    fill = {int(m.get_xdata()[0]): m.get_markerfacecolor() for m in drawing.marks.values()}

    assert fill == {
        2022: "white",
        2023: style.colour("chuxiong"),
        2024: style.colour("chuxiong"),
    }
    assert "空心圆点取自其他出版物" in drawing.said


def test_a_missing_year_breaks_the_line(years):
    """2021 and 2023 to 2024: one link, never one across 2022."""
    drawing = drawn(years[0], frame(context(value=60, year=2021)))
    links = [list(line.get_xdata()) for line in drawing.named("line-chuxiong")]

    assert links == [[2023, 2024]]
    assert points(drawing)[0] == (2021, 60)


def test_counts_of_two_regions_share_no_axis(years):
    """A panel a region with its own scale, named and said to be no comparison."""
    reported, other = years
    twin = {
        "region": "lijiang",
        "region_zh": "丽江",
        "region_en": "Lijiang",
        "report": "lijiang-2024",
    }
    drawing = drawn(
        pd.concat([reported, reported.assign(**twin, value=reported["value"] * 9)]), other
    )
    found = {
        line.get_gid(): line.axes
        for axes in drawing.picture.axes
        for line in axes.lines
        if str(line.get_gid()).startswith("line-")
    }

    assert set(found) == {"line-chuxiong", "line-lijiang"}
    tops = {name: axes.get_ylim()[1] for name, axes in found.items()}
    assert tops["line-lijiang"] > 4 * tops["line-chuxiong"]
    assert any("a scale of its own" in note.en for note in drawing.figure.caption.notes)
    assert drawing.faults == {}


def test_more_regions_than_fit_are_drawn_on_several_pages():
    """Ten regions with counts on half a sheet, beside a change without: each region once."""
    names = ["anshan", "nantong", "chuxiong", "yaohai", "hefei", *NEW]
    counts = [_as(name, row(value=40, year=year)) for name in names for year in (2023, 2024)]
    rows, other = (
        frame(*counts, row("anhui", value=-9.2, **PERCENT)),
        frame(context(value=70, year=2010)),
    )
    changes = annual.changes_of(rows, other, "deaths", first_year=2015)
    stated = changes[changes["mark"].ne("exact")]
    years = rates.limits(annual.levels(rows, other, "deaths", first_year=2015))
    refused = gaps.regions(rows, "deaths", {*names, "anhui"}, ABSENT)
    draw = partial(draw_trend, language="en", form="page", refused=refused)
    every = pd.concat([years, stated], ignore_index=True)
    with style.house_style():
        pages = charts.on_pages(draw, every, title=findings.trend(years, stated, changes))

    drawn_on = [name for page in pages for name in set(page.rows["region"])]
    assert len(pages) > 1
    assert sorted(drawn_on) == sorted([*names, "anhui"])
    assert [Drawing(page).faults for page in pages] == [{}] * len(pages)


def test_a_count_calculated_back_is_said_to_be():
    """53 people minus 8: the report prints the change, not the year before."""
    counts = frame(row(value=45), row(value=-8, measure="change_abs"))
    drawing = drawn(counts, frame(context(value=70, year=2010)))
    notes = [note.en for note in drawing.figure.caption.notes]

    assert "computed from later figures: Chuxiong 2023" in notes


def test_notes_name_the_years_that_are_computed_or_reprinted():
    """53 = 51 + 2 and 192 = 118 ÷ (1 − 38.54 %) are of context.csv; 118 is known from a reprint."""
    (page,) = rs.trend("accidents", language="en")
    notes = [note.en for note in page.caption.notes]

    computed = "computed from later figures: "
    assert computed + "Nantong 2020, Chuxiong 2022" in notes
    assert "second-hand: Nantong 2021, Nantong 24 Dec 2024" in notes


def test_a_missing_year_is_never_a_zero(years):
    """No mark lies at zero, and none stands in the gap."""
    drawing = drawn(years[0], frame(context(value=60, year=2021)))

    assert 2022 not in dict(points(drawing))
    assert min(count for _, count in points(drawing)) == 45


def test_the_scale_of_counts_begins_at_zero_and_years_are_whole(years):
    """No cut axis, no year and a half."""
    (axes,) = drawn(*years).picture.axes

    assert axes.get_ylim()[0] == 0
    assert axes.get_xticks().tolist() == [2022, 2023, 2024]


@pytest.fixture
def stated():
    """Nantong by percentages of two years, Anhui by a direction beside a percentage."""
    return frame(
        row("nantong", value=-14.3, printed="14.3%", **PERCENT),
        row("nantong", value=-9.25, printed="9.25%", year=2023, **PERCENT),
        row("anhui", value=-1, measure="direction", unit="", printed="下降", year=2023),
        row("anhui", value=-6.07, printed="6.07%", year=2023, **PERCENT),
    )


def test_changes_without_counts_have_a_panel_per_region_and_one_scale(stated):
    """Diamonds and an arrow; no change is named once on the left, each percentage at its mark."""
    panels = drawn(stated).picture.axes

    assert len(panels) == 2
    assert {axes.get_ylim() for axes in panels} == {panels[0].get_ylim()}
    scales = [[label.get_text() for label in axes.get_yticklabels()] for axes in panels]
    assert scales[0] == ["0%"]
    assert set(scales[1]) <= {""}
    for axes in panels:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["2023", "2024"]


def test_computed_counts_are_marked_in_the_text_alternative():
    """Nantong's 136 of 2020 follow from 74 in 2021, which was printed."""
    import analysis as rs

    (figure,) = rs.trend("deaths", language="en")
    assert "Nantong 2020: 136 (computed), 2021: 74, " in figure.caption.alt.en
    assert "2022: 53 (computed), 2023: 51, 2024: 45" in figure.caption.alt.en


def test_a_percentage_lies_at_its_size_and_is_printed(stated):
    """Below the line of no change, which both regions share."""
    drawing = drawn(stated)
    heights = {m.get_ydata()[0] for n, m in drawing.marks.items() if n.startswith("nantong")}

    assert heights == {-14.3, -9.25}
    assert "−14.3%" in drawing.said
    assert "−9.25%" in drawing.said


def test_a_percentage_is_an_open_diamond_and_a_direction_an_arrow_down(stated):
    """No filled dot: there is no count."""
    marks = drawn(stated).marks
    diamonds = [m for name, m in marks.items() if "change_pct" in name]
    (arrow,) = [m for name, m in marks.items() if "direction" in name]

    assert {m.get_marker() for m in diamonds} == {"D"}
    assert {m.get_markerfacecolor() for m in diamonds} == {"white"}
    tail, head = (np.array(end) for end in arrow._posA_posB)
    assert head[1] < tail[1]


def test_percentages_of_other_publications_are_in_brackets_and_said_to_be(stated):
    """As beside yearly changes: a reader sees which percentages the report itself prints."""
    own = stated[stated["value"].eq(-14.3)]
    drawing = drawn(own, frame(context("nantong", value=-9.25, year=2023, **PERCENT)))

    assert "−14.3%" in drawing.said.splitlines()
    assert "[−9.25%]" in drawing.said.splitlines()
    assert "方括号内的百分比取自其他出版物" in drawing.said
    assert "方括号" not in drawn(own).said


def test_a_single_year_is_named_once_and_no_interval_is_spoken_of(stated):
    """One percentage of one year: no span of years, and no word on intervals."""
    said = drawn(stated[stated["value"].eq(-14.3)]).said

    assert "2024年" in said
    assert "2024—2024" not in said
    assert "区间" not in said


def test_counts_and_bare_changes_never_share_an_axis(years, stated):
    """Two panels; the dots in one, the diamonds in the other."""
    rows = frame(*years[0].to_dict("records"), *stated.to_dict("records"))
    drawing = drawn(rows, years[1])
    kinds = {mark.get_gid(): mark.axes for mark in drawing.named("mark-")}

    counts = {a for n, a in kinds.items() if "level" in n}
    assert len(counts) == 1
    assert counts.isdisjoint(a for n, a in kinds.items() if "level" not in n)
    assert drawing.faults == {}


def test_regions_with_neither_are_named_with_their_reason(years):
    """A target, a plan, and one count that shows no change."""
    rows = frame(
        *years[0].to_dict("records"),
        row("anshan", value=-1, measure="direction", unit="", status="target"),
        row("nantong", 30),
        row("yaohai", kind="plan", indicator="drills"),
    )
    told = drawn(rows, years[1]).said

    assert f"{label(Gap.TARGET_ONLY).zh}：目标同比下降" in told
    assert "只有一期数字，无从比较变化：30人" in told
    assert label(Gap.PLAN_REPORT).zh in told


def test_what_a_wider_rate_would_give_is_a_grey_line(years):
    """Never in the colour of the region, and explained."""
    rows, other = years
    wide = {"of_zh": "全国", "of_en": "China", "region": "chuxiong"}
    line = frame(row(), row(year=2023))[["period_end"]].assign(value=[30.0, 33.0], **wide)

    drawing = drawn(rows, other, expected=line)
    (drawn_line,) = drawing.named("benchmark")

    assert drawn_line.get_color() == style.GREY
    assert "按全国平均水平：33" in drawing.said


def test_amounts_that_chance_does_not_make_have_no_interval():
    """Money over two years: dots, no lines, and no crash."""
    money = {"quantity": "money", "unit": "元"}
    drawing = drawn(frame(row(value=5e6, **money), row(value=4e6, year=2023, **money)))

    assert drawing.named("interval-") == []
    assert len(drawing.marks) == 2
    assert np.isfinite(drawing.picture.axes[0].get_ylim()).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_over_the_years_is_a_page_of_reasons(language):
    """One count of one year: no axes, every region with its reason."""
    drawing = drawn(frame(row(), row("yaohai", kind="plan", indicator="drills")), language=language)

    assert drawing.picture.axes == []
    assert drawing.faults == {}
    assert ("只有一期数字" if language == "zh" else "one period only") in drawing.said
    assert ("死亡人数｜" if language == "zh" else "Deaths | ") in drawing.said


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("indicator", ["accidents", "deaths", "injuries"])
def test_the_trends_of_the_tables_are_laid_out_without_a_fault(
    rows, context, indicator, language, form
):
    """Each text inside the page, none over another, none struck by a mark or an arrow."""
    levels = rates.limits(annual.levels(rows, context, indicator, first_year=2020))
    expected = rates.expected(levels, annual.series(rows, context), context, indicator)

    drawing = drawn(rows, context, indicator, language, form, expected)

    assert drawing.faults == {}


def test_the_trend_of_deaths_shows_what_the_issue_asks_for(rows, context):
    """Chuxiong 2022-2024 and Nantong to 2021 as counts; else percentages or directions only."""
    drawing = drawn(rows, context)
    kinds = {}
    for name, mark in drawing.marks.items():
        shape = mark.get_marker() if hasattr(mark, "get_marker") else "arrow"
        kinds.setdefault(name.split("-")[0], set()).add(shape)

    assert kinds == {"chuxiong": {"o"}, "anhui": {"D", "arrow"}, "nantong": {"D", "o"}}
    assert all(f"{name}——" in drawing.said for name in ("鞍山", "瑶海"))


def test_a_count_of_a_part_of_a_year_is_a_dated_hollow_mark(years):
    """68 to 24 December, of a year without a whole count: no interval, no line, not scaled up."""
    reported, other = years
    part = context(value=68, year=2025, end="2025-12-24", id="part")
    drawing = drawn(reported, pd.concat([other, frame(part)]))
    mark = drawing.marks["part"]

    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (2025, 68)
    assert mark.get_markerfacecolor() == "white"
    assert "68\n截至12月24日" in drawing.said
    assert drawing.named("interval-part") == []
    assert len(drawing.named("line-")) == 2
    assert drawing.faults == {}


def test_a_part_of_a_year_with_a_whole_count_is_not_drawn(years):
    """Nor a base that a later year implies."""
    reported, other = years
    half = context(value=26, year=2024, end="2024-06-30", id="half")
    base = context(value=30, year=2025, end="2025-06-30", id="base", vintage="base")

    assert {"half", "base"}.isdisjoint(drawn(reported, pd.concat([other, frame(half, base)])).marks)


def test_a_break_of_the_series_is_marked_and_interrupts_the_line(years):
    """2022 lies before a declared break: a dotted line, and no link across it."""
    reported, other = years
    drawing = drawn(reported, other.assign(segment=1))

    (mark,) = drawing.named("break")
    assert set(mark.get_xdata()) == {2022.5}
    assert [list(line.get_xdata()) for line in drawing.named("line-")] == [[2023, 2024]]
    assert "口径变化" in drawing.said


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("count", [5, 20])
def test_any_number_of_regions_is_laid_out_without_a_fault(count, form):
    """Half of them with counts, half with percentages: on pages, each region once."""
    names = [f"sim{n:03}" for n in range(count)]
    rows = frame(
        *(
            _as(name, row(value=40 + n % 7, year=year))
            for n, name in enumerate(names[::2])
            for year in (2022, 2023, 2024)
        ),
        *(_as(name, row(value=-(n % 30), **PERCENT)) for n, name in enumerate(names[1::2])),
    )
    changes = annual.changes_of(rows, NOTHING, "deaths", first_year=2015)
    years = rates.limits(annual.levels(rows, NOTHING, "deaths", first_year=2015))
    stated = changes[changes["mark"].ne("exact")]
    draw = partial(draw_trend, language="en", form=form, refused=rows.iloc[:0])
    every = pd.concat([years, stated], ignore_index=True)
    with style.house_style():
        pages = charts.on_pages(draw, every, title=findings.trend(years, stated, changes))

    assert sorted(name for page in pages for name in set(page.rows["region"])) == names
    assert [Drawing(page).faults for page in pages] == [{}] * len(pages)


def _as(name, cells):
    """The row of another region."""
    named = {"region": name, "adcode": name, "region_zh": f"区{name}", "region_en": name}
    return cells | named | {"id": f"{name}-{cells['id']}"}
