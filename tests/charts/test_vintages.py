"""The drawing of first prints, bases and the two changes that they give."""

import pytest
from album import drawings
from drawings import Drawing
from tidy import context, frame, row

from analysis.charts import style
from analysis.charts.vintages import vintages as draw_vintages
from analysis.comparability import findings
from analysis.errors import CrowdedError
from analysis.statistics import percents

FORMS = [("zh", "slide"), ("zh", "page"), ("en", "slide"), ("en", "page")]
CODES = ("deaths", "accidents")


def drawn(rows, others, *, language="en", form="slide"):
    """The figure of first prints, as the call draws it."""
    prints, published = percents.vintages(rows, others, CODES)
    with style.house_style():
        return Drawing(
            draw_vintages(
                prints,
                title=findings.vintages(prints),
                language=language,
                published=published,
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request):
    """The figure of the real tables."""
    language, form = request.param
    (drawing,) = drawings("vintages", language, form)
    return drawing


def test_the_table_of_the_first_quarter_is_that_of_the_note(rows, context):
    """China's accidents: 3,570 printed, 4,841-4,847 implied, +36 %, -29.5 % and -4.3 %."""
    prints, _ = percents.vintages(rows, context, CODES)
    quarter = prints[prints["indicator"].eq("accidents") & prints["period_end"].eq("2024-03-31")]
    (line,) = quarter.to_dict("records")

    assert (line["first"], line["base_low"], line["base_high"]) == (3570, 4841, 4847)
    assert round(line["gap_low"]) == round(line["gap_high"]) == 36
    assert (line["percent"], round(line["firsts"], 1)) == (-29.5, -4.3)


@pytest.mark.parametrize(
    ("end", "gap", "published", "firsts"),
    [
        ("2024-06-30", 20, -22.9, -7.2),
        ("2024-09-30", 18, -20.8, -6.7),
        ("2024-12-31", 0, -8.7, -8.8),
    ],
)
def test_the_gap_closes_with_the_year(rows, context, end, gap, published, firsts):
    """The whole year is not affected: its rounded print covers the base."""
    prints, _ = percents.vintages(rows, context, CODES)
    mine = prints["region"].eq("china") & prints["indicator"].eq("accidents")
    (line,) = prints[mine & prints["period_end"].eq(end)].to_dict("records")

    assert round((line["gap_low"] + line["gap_high"]) / 2) == gap
    assert (line["percent"], round(line["firsts"], 1)) == (published, firsts)


def test_each_line_has_a_diamond_and_a_dot(drawing):
    """The published change leads to its own row, the dot to the first print."""
    rows = drawing.figure.rows
    shapes = {name: mark.get_marker() for name, mark in drawing.marks.items()}

    assert {shapes[name] for name in rows["id"]} == {"o"}
    assert {shapes[name] for name in rows["later_id"]} == {"D"}
    assert set(rows["later_id"]) == set(drawing.figure.beside["id"])


def test_the_title_has_the_widest_difference_and_its_period(drawing):
    """-29.5 % published for January to March, of which -4.3 % is between first prints."""
    caption = drawing.figure.caption

    assert caption.title.zh == "全国1—3月事故降29.5%主因基数改动"
    assert caption.title.en == "China's accidents to March: 29.5% fall, mostly a changed base"
    assert "−29.5% on the base, −4.3% on the first print" in caption.subtitle.en


def test_a_fall_of_which_the_base_explains_less_than_half_is_given_with_both_changes(drawing):
    """Yunnan's accidents of January to July: -25.79 % published, -19.7 % between first prints."""
    rows = drawing.figure.rows
    title = findings.vintages(rows[rows["region"].eq("yunnan")])

    both = "25.79% fall published, 19.7% without the changed base"
    assert title.en == f"Yunnan's accidents: {both}"


def test_a_base_within_the_rounded_first_print_is_the_same(drawing):
    """2.18万 covers 21,767 to 21,790; China and Chuxiong have five such bases."""
    same = {"zh": "未变", "en": "same"}[drawing.figure.language]
    assert drawing.said.split("\n").count(same) == 5


def test_a_line_has_both_years_of_its_change(drawing):
    """The change of 2025 is not that of 2024, the year of the base."""
    spans = {"zh": ("2024→2025年1—3月", "2024→2025年"), "en": ("Jan–Mar 2024→25", "2024→25")}
    assert set(spans[drawing.figure.language]) <= set(drawing.said.split("\n"))


def test_more_prints_than_fit_are_refused():
    """Fifty years of one region on one page."""
    counts = [context(value=100 + n, year=1950 + n) for n in range(50)]
    changes = [context(value=-5, year=1950 + n, measure="change_pct", unit="%") for n in range(50)]

    with pytest.raises(CrowdedError, match="49 lines do not fit one page"):
        drawn(frame(row()), frame(*counts, *changes).assign(vintage="first"))


def test_nothing_to_set_side_by_side_is_said():
    """No later year with a percentage."""
    drawing = drawn(frame(row()), frame(context(year=2010)).assign(vintage="first"))

    assert drawing.marks == {}
    assert drawing.faults == {}
