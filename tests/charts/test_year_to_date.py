"""The drawing of the months of two years."""

import pytest
from album import drawings
from drawings import Drawing
from tidy import ABSENT

from analysis.charts import style
from analysis.charts.year_to_date import year_to_date as draw_year_to_date
from analysis.comparability import findings
from analysis.errors import CrowdedError
from analysis.language.messages import say
from analysis.statistics import gaps, percents

FORMS = [("zh", "slide"), ("zh", "page"), ("en", "slide"), ("en", "page")]


def of(months, rows, *, language="en", form="slide"):
    """The drawing of cumulative counts."""
    with style.house_style():
        return Drawing(
            draw_year_to_date(
                months,
                title=findings.year_to_date(months),
                language=language,
                refused=gaps.regions(rows, "deaths", set(months["region"]), ABSENT),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request):
    """The deaths of the real tables."""
    language, form = request.param
    (drawing,) = drawings("year_to_date", language, form)
    return drawing


def test_each_count_lies_at_its_month(drawing):
    """Chuxiong: 21 and 26 to June, 37 and 32 to August, 51 and 45 for the year."""
    places = sorted((m.get_xdata()[0], m.get_ydata()[0]) for m in drawing.marks.values())

    assert places == [(4, 18), (6, 21), (6, 26), (8, 32), (8, 37), (12, 45), (12, 51)]


def test_no_line_is_drawn_before_the_first_count(drawing):
    """April 2023 and June 2024: the months before them are unknown."""
    starts = [line.get_xydata()[0].tolist() for line in drawing.named("year-")]

    assert starts == [[4, 18], [6, 26]]


def test_the_title_has_the_half_year_and_the_year(drawing):
    """26 after 21 and 45 after 51: the sign turned; the form is that of the published -11.8 %."""
    title = drawing.figure.caption.title

    assert "+23.8%" in title.zh
    assert "−11.8%" in title.en


def test_every_change_has_its_interval_and_none_can_tell(drawing):
    """26 after 21: 0.67 to 2.31 times."""
    ends = [line.get_ydata() for line in drawing.named("interval-")]

    assert len(ends) == 3
    assert all(low < 0 < high for low, high in ends)
    assert any(round(low) == -33 and round(high) == 131 for low, high in ends)
    assert say("term.too_few")[drawing.figure.language] in drawing.said.replace("\n", " ")


def test_counts_of_the_report_are_filled_and_others_hollow(drawing):
    """Only the whole year 2024 is in the report."""
    filled = [m for m in drawing.marks.values() if m.get_markerfacecolor() != "white"]

    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in filled] == [(12, 45)]


def test_regions_without_such_counts_are_named(drawing):
    """Each reporting region is drawn or left out with a reason."""
    drawn = set(drawing.figure.rows["region"])

    assert {*drawn, *drawing.figure.refusals["region"]} == {
        *("anhui", "anshan", "chuxiong", "nantong", "yaohai")
    }


def test_many_regions_are_refused(rows, context):
    """Panels of less than a third of a slide cannot be read."""
    months = percents.months(rows, context, "deaths", 2024)
    crowd = months.loc[months.index.repeat(20)].reset_index(drop=True)
    crowd["region"] = [f"r{n % 20}" for n in range(len(crowd))]

    with pytest.raises(CrowdedError, match="20 regions"):
        of(crowd, rows)


def test_nothing_to_draw_is_a_page_of_reasons(rows, context):
    """No cumulative counts of two years."""
    drawing = of(percents.months(rows, context, "deaths", 2015), rows)

    assert drawing.marks == {}
    assert drawing.faults == {}
