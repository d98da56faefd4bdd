"""Regions side by side, read back from the drawing: places, words, reasons, and nothing more."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawings import Drawing
from tidy import ABSENT, context, frame, population, row

from analysis.charts import style
from analysis.charts.comparison import comparison as draw_comparison
from analysis.comparability import findings, rules
from analysis.language.messages import label
from analysis.language.text import Text
from analysis.language.vocabulary import Gap
from analysis.statistics import gaps, rates

PEOPLE = frame(
    population("anhui", 60_000_000, 2024),
    population("anshan", 3_000_000, 2024),
    population("chuxiong", 2_000_000, 2024),
    population("nantong", 8_000_000, 2024),
)


def compared(*rows, indicator="deaths"):
    """What may be compared of the rows."""
    return rules.comparable(rates.rates(rates.limits(frame(*rows)), PEOPLE), indicator, ABSENT)


def drawn(result, language="zh", form="slide", benchmarks=None):
    """The drawing of a comparison."""
    with style.house_style():
        picture = draw_comparison(
            result.rows,
            title=findings.comparison(result),
            language=language,
            refused=result.refused,
            cautions=result.cautions,
            benchmarks=benchmarks,
            scale=result.scale,
            form=form,
        )
    return Drawing(picture)


@pytest.fixture
def two():
    """100 deaths of eight and 40 of two million."""
    return compared(row("nantong", 100), row("chuxiong", 40))


def test_each_dot_lies_at_the_rate_of_its_row(two):
    """1.25 and 2 per 100 000, in house order from the top."""
    drawing = drawn(two)
    upper, lower = (drawing.marks[code] for code in two.rows["id"])

    assert upper.get_xdata() == pytest.approx([1.25])
    assert lower.get_xdata() == pytest.approx([2.0])
    assert upper.get_ydata()[0] > lower.get_ydata()[0]


def test_each_line_runs_from_the_lower_to_the_upper_limit(two):
    """The interval is drawn as it was computed, through its dot."""
    drawing = drawn(two)

    for given in two.rows.to_dict("records"):
        (line,) = drawing.named(f"interval-{given['id']}")
        assert line.get_xdata() == pytest.approx([given["rate_lower"], given["rate_upper"]])
        assert set(line.get_ydata()) == set(drawing.marks[given["id"]].get_ydata())


def test_the_scale_begins_at_zero_and_holds_every_interval(two):
    """No cut axis, no interval that leaves the plot."""
    (axes,) = drawn(two).picture.axes
    low, high = axes.get_xlim()

    assert low == 0
    assert high > two.rows["rate_upper"].max()


@pytest.mark.parametrize(("language", "said"), [("zh", "2（1.43–2.72）"), ("en", "2 (1.43–2.72)")])
def test_a_label_gives_the_value_with_its_limits(two, language, said):
    """Garwood: 40 events are 28.58 to 54.47, so 1.43 to 2.72 per 100 000 of two million."""
    assert said in drawn(two, language).said


def test_the_count_and_its_period_stand_under_the_name(two):
    """A rate never hides the count behind it."""
    told = drawn(two).said

    assert "楚雄" in told
    assert "40人，2024年" in told


def test_a_unit_that_a_language_does_not_name_leaves_no_empty_place():
    """个 has no English: the subtitle is name and year, without a bar between nothing."""
    bare = {"denominator": "", "unit": "个", "unit_en": "", "indicator": "sectors"}
    result = compared(row("nantong", 12, **bare), row(value=9, **bare), indicator="sectors")
    subtitle = drawn(result, "en").figure.caption.subtitle

    assert (subtitle.zh, subtitle.en) == ("死亡人数｜个｜2024年", "Deaths | 2024")


def test_every_refused_region_is_in_the_strip_with_its_reason(five):
    """Four reasons, in both languages, and no mark for any of them."""
    result = rules.comparable(rates.rates(rates.limits(five), PEOPLE), "deaths", ABSENT)
    for language in ("zh", "en"):
        drawing = drawn(result, language)
        for refused in result.refused.to_dict("records"):
            assert refused[f"region_{language}"] in drawing.said
        assert set(drawing.marks) == set(result.rows["id"])
    assert f"{label(Gap.PERCENT_ONLY).zh}：同比下降14.3%" in drawn(result).said


def test_a_bound_is_an_open_triangle_without_interval():
    """At least 100: no line, a sign before the number, and a note that says so."""
    result = compared(row("nantong", 100, comparator=">="), row("chuxiong", 40))
    drawing = drawn(result)
    bound = drawing.marks[result.rows["id"][0]]

    assert bound.get_marker() == "^"
    assert bound.get_markerfacecolor() == "white"
    assert drawing.named(f"interval-{result.rows['id'][0]}") == []
    assert "≥1.25" in drawing.said
    assert "下限" in drawing.said


def test_zero_has_a_ring_and_an_interval():
    """No deaths among eight million: 0 to 0.046 per 100 000, and not an empty place."""
    result = compared(row("nantong", 0), row("chuxiong", 40))
    drawing = drawn(result)
    zero = drawing.marks[result.rows["id"][0]]
    (line,) = drawing.named(f"interval-{result.rows['id'][0]}")

    assert zero.get_xdata()[0] == 0
    assert line.get_xdata() == pytest.approx([0, 3.689 / 80], abs=1e-4)
    assert len(drawing.picture.axes[0].lines) > 4  # dots, lines, the ring, the axis


@pytest.fixture(scope="module")
def shared(rated):
    """The indicators that two or more reports give rows of."""
    regions = rated.groupby("indicator")["region"].nunique()
    return regions[regions.ge(2)].index.to_list()


@pytest.fixture(scope="module")
def drawings(shared, comparisons, context):
    """Every shared indicator, drawn in both languages and both forms."""
    made = {}
    for code in shared:
        result = comparisons[code]
        line = rates.benchmark(context, result.rows) if result.scale == "rate" else None
        for language, form in FORMS:
            made[code, language, form] = drawn(result, language, form, line)
    return made


FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]


def test_every_comparison_of_the_tables_is_laid_out_without_a_fault(drawings, comparisons):
    """Each text inside the page, none over another, none struck by a mark."""
    for (code, language, form), drawing in drawings.items():
        assert drawing.faults == {}, (code, language, form)
        told = drawing.said.replace("\n", " " if language == "en" else "")
        assert comparisons[code].name[language] in told, (code, language, form)


def test_the_drawing_shows_the_rows_kept_and_nothing_else(drawings, comparisons):
    """No region that was refused has a mark."""
    for (code, *_), drawing in drawings.items():
        assert set(drawing.marks) == set(comparisons[code].rows["id"]), code


def test_what_is_missing_is_never_drawn_at_zero(drawings, comparisons):
    """A mark lies at zero only where the report says zero, and every mark lies somewhere."""
    for (code, *_), drawing in drawings.items():
        values = comparisons[code].rows.set_index("id")["value"]
        for name, mark in drawing.marks.items():
            place = mark.get_xdata()[0]
            assert np.isfinite(place), code
            assert (place == 0) == (values[name] == 0), code


def test_marks_stand_in_house_order_whatever_their_values(drawings, comparisons):
    """From the top: level, then adcode; read from the dots."""
    for (code, *_), drawing in drawings.items():
        marks = drawing.marks
        heights = [marks[name].get_ydata()[0] for name in comparisons[code].rows["id"]]
        assert heights == sorted(heights, reverse=True), code


def test_a_wider_region_is_a_line_and_never_a_dot(two):
    """China stands beside, not inside, the set."""
    wider = frame(
        context("china", 28_000), population("china", 1.4e9, 2024, indicator="census_population")
    )
    line = rates.benchmark(wider, two.rows)
    drawing = drawn(two, benchmarks=line)
    (drawn_line,) = drawing.named("benchmark-")

    assert drawn_line.get_xdata() == pytest.approx([2.0, 2.0])
    assert set(drawing.marks) == set(two.rows["id"])
    assert "全国 2024年: 2" in drawing.said


def test_the_scale_reaches_a_benchmark_beyond_the_intervals(two):
    """The line is never off the page."""
    wider = frame(
        context("china", 280_000), population("china", 1.4e9, 2024, indicator="census_population")
    )

    (axes,) = drawn(two, benchmarks=rates.benchmark(wider, two.rows)).picture.axes

    assert axes.get_xlim()[1] > 20


def test_nothing_to_compare_is_said_and_not_left_blank():
    """Every region in the strip, and words where the plot would be."""
    result = compared(row(value=-9.2, measure="change_pct", unit="%"), row("yaohai", status="plan"))
    drawing = drawn(result)

    assert drawing.picture.axes == []
    assert "没有任何两地的数字可以比较" in drawing.said
    assert "仅" not in drawing.figure.caption.title.zh
    assert drawing.faults == {}


def test_a_silent_set_of_reports_is_drawn_too(rated):
    """An indicator that no report mentions: the reports that were searched are the source."""
    told = rules.comparable(rated, "deaths", ABSENT)
    silent = gaps.regions(rated, "no_such_thing", set(), ABSENT)
    drawing = drawn(replace(told, rows=told.rows.iloc[:0], refused=silent, cautions=()), "en")

    assert "Anhui report 2023" in drawing.said
    assert drawing.faults == {}


def test_the_picture_carries_what_it_shows_and_what_it_leaves_out(two):
    """Rows and refusals travel with the figure; the alt text says both."""
    figure = drawn(two).figure

    pd.testing.assert_frame_equal(figure.rows, two.rows)
    assert figure.refusals.empty
    assert figure.caption.alt.en.startswith(findings.comparison(two).en)
    assert "Nantong 100 people" in figure.caption.alt.en


def test_the_source_line_names_the_reports_of_the_rows_drawn(two):
    """And no other."""
    said = drawn(two, "en").figure.caption.source.en

    assert said == "Sources: Nantong report 2024; Chuxiong report 2024"


def test_cautions_and_methods_stand_under_the_plot():
    """Levels, the interval, and that deaths cluster; the name of the method is in the record."""
    drawing = drawn(compared(row("anhui", 900), row("chuxiong", 40)), "en")
    told = drawing.said.replace("\n", " ")

    assert "levels differ" in told.lower()
    assert "95% confidence interval" in told
    assert set(drawing.figure.rows["method"]) == {"exact-c"}
    assert "cluster within accidents" in told


def test_a_title_is_never_typed_by_hand():
    """A chart takes a Text, so both languages are there."""
    with pytest.raises((AttributeError, TypeError)):
        drawn_title("Deaths")


def drawn_title(title):
    """A comparison with a plain string for a title."""
    result = compared(row())
    return draw_comparison(result.rows, title=title, language="zh", refused=result.refused)


def test_a_text_works_as_a_title():
    """The other half of the rule above."""
    assert drawn_title(Text("甲", "one")).caption.title.en == "one"
