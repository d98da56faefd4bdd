"""The drawing of the changes of one year: one percent axis for published and computed ones."""

import numpy as np
import pytest
from album import drawings
from drawings import Drawing
from tidy import ABSENT, context, frame, row

from analysis.charts import style
from analysis.charts.changes import changes as draw_changes
from analysis.comparability import findings
from analysis.errors import CrowdedError
from analysis.statistics import gaps, percents

FORMS = [("zh", "slide"), ("zh", "page"), ("en", "slide"), ("en", "page")]
NOTHING = frame(context(year=1990)).iloc[:0]
PERCENT = {"measure": "change_pct", "unit": "%"}


def drawn(rows, others=NOTHING, codes=("deaths",), *, language="en", form="slide"):
    """The figure of the changes of 2024, as the call draws it."""
    changes = percents.of_year(rows, others, codes, 2024)
    with style.house_style():
        return Drawing(
            draw_changes(
                changes,
                title=findings.changes(changes, rows["region"].nunique()),
                language=language,
                refused=gaps.regions(rows, codes[0], set(changes["region"]), ABSENT),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request):
    """The figure of the real tables."""
    language, form = request.param
    (drawing,) = drawings("changes", language, form)
    return drawing


def test_every_change_has_one_mark_at_its_percentage(drawing):
    """Sixteen of 2024: ten published, five computed, one of a part of the year."""
    rows = drawing.figure.rows.set_index("id")
    places = {name: mark.get_xdata()[0] for name, mark in drawing.marks.items()}

    assert len(rows) == len(places) == 16
    assert all(places[name] == pytest.approx(rows.loc[name, "percent"]) for name in places)


def test_both_panels_share_one_axis(drawing):
    """The deaths of Yunnan and its accidents are read on the same scale."""
    ends = {axes.get_xlim() for axes in drawing.picture.axes}

    assert len(drawing.picture.axes) == 2
    assert len(ends) == 1


def test_published_changes_are_diamonds_and_computed_ones_dots_with_an_interval(drawing):
    """A published percentage has no interval."""
    rows = drawing.figure.rows.set_index("id")
    shapes = {name: mark.get_marker() for name, mark in drawing.marks.items()}

    assert {shapes[name] for name in rows.index[rows["mark"].eq("exact")]} == {"o"}
    assert {shapes[name] for name in rows.index[rows["mark"].eq("percent_only")]} == {"D"}
    intervals = {line.get_gid().removeprefix("interval-") for line in drawing.named("interval-")}
    assert intervals == set(rows.index[rows["mark"].eq("exact")])


def test_an_interval_ends_where_its_ratio_does(drawing):
    """Chuxiong's deaths: 0.58 to 1.34 times, so -42 % to +34 %."""
    rows = drawing.figure.rows
    mine = rows["region"].eq("chuxiong") & rows["indicator"].eq("deaths") & rows["mark"].eq("exact")
    (line,) = drawing.named(f"interval-{rows[mine]['id'].iloc[0]}")

    assert np.round(line.get_xdata()).tolist() == [-42, 34]
    assert "−42" in drawing.said
    assert "+34" in drawing.said


def test_regions_keep_the_house_order(drawing):
    """By level and code: the country, provinces, prefectures."""
    names = ["全国", "安徽", "云南", "南通", "楚雄"]
    names = names if "全国" in drawing.said else ["China", "Anhui", "Yunnan", "Nantong", "Chuxiong"]
    heights = {text: box.y0 for text, box in drawing.words if text in names}

    assert sorted(heights, key=heights.get, reverse=True) == names


def test_a_percentage_of_a_part_of_the_year_is_dated_and_its_base_questioned(drawing):
    """Nantong to 24 December."""
    assert "至12月24日" in drawing.said or "to 24 Dec" in drawing.said
    notes = " ".join(note.en for note in drawing.figure.caption.notes)
    assert "the base may have been changed" in notes


def test_the_title_says_that_no_fall_is_certain(drawing):
    """-11.4 % in Anhui to -14.3 % in Nantong; -42 % to +34 % are possible in Chuxiong."""
    title = drawing.figure.caption.title

    assert title.zh == "3地死亡降11.4–14.3%，尚难确认"
    assert title.en == "Deaths down 11.4–14.3% in 3 regions; no fall is certain"


def test_the_title_is_about_the_regions_and_not_about_nation_and_province(drawing):
    """Without Chuxiong's counts: Anhui, Nantong and Chuxiong; China's -7.6 % is none of theirs."""
    rows = drawing.figure.rows
    ours = ~rows["region"].isin(["china", "yunnan"])
    title = findings.changes(rows[rows["mark"].ne("exact")].assign(reporting=ours), 5)

    assert title.zh == "3地死亡降11.4–14.3%，尚难确认"
    assert title.en == "Deaths down 11.4–14.3% in 3 regions; no fall is certain"


def test_publishers_of_percentages_that_are_not_of_a_report_are_named(drawing):
    """Anhui's are from the press office of its government, Nantong's to 24 December of a daily."""
    notes = " ".join(note.en for note in drawing.figure.caption.notes)

    assert "(Anhui\xa0– Anhui government press office, Nantong\xa0– China Daily)" in notes


def test_nation_and_province_are_grey_and_without_a_band(drawing):
    """Three of the five regions have colour, and a band in each of two panels."""
    rows = drawing.figure.rows.set_index("id")
    colours = {name: mark.get_markeredgecolor() for name, mark in drawing.marks.items()}
    grey = {name for name, colour in colours.items() if colour == style.GREY}

    assert set(rows.loc[sorted(grey), "region"]) == {"china", "yunnan"}
    assert {len(axes.patches) for axes in drawing.picture.axes} == {3}


def test_a_direction_is_an_arrow_in_the_margin():
    """At the left end of the axis, without a size."""
    direction = row("anhui", -1, measure="direction", unit="")
    drawing = drawn(frame(direction, row(value=-3.0, **PERCENT)))
    (arrow,) = [mark for name, mark in drawing.marks.items() if "direction" in name]
    (axes,) = drawing.picture.axes

    tail, head = (np.array(end) for end in arrow._posA_posB)
    assert head[1] < tail[1]
    assert drawing.faults == {}
    assert axes.get_xlim()[0] < -3


def test_from_none_to_some_is_no_change_in_percent():
    """Two after none have an infinite ratio; the dot lies at the end of the axis."""
    drawing = drawn(frame(row(value=2)), frame(context(value=0, year=2023)))

    (mark,) = drawing.marks.values()
    assert mark.get_xdata()[0] == 100
    assert drawing.faults == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_to_draw_is_a_page_of_reasons(language):
    """One count of one year."""
    drawing = drawn(frame(row()), language=language)

    assert drawing.marks == {}
    assert drawing.faults == {}


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("count", [5, 20])
def test_any_number_of_regions_is_laid_out_without_a_fault(count, form):
    """A line for each region while they fit."""
    rows = frame(
        *(
            row(value=-float(n), **PERCENT)
            | {
                "region": f"sim{n:02}",
                "adcode": f"{n:02}",
                "id": f"sim-{n}",
                "region_en": f"Sim {n}",
            }
            for n in range(count)
        )
    )

    drawing = drawn(rows, form=form)
    assert drawing.faults == {}
    assert len(drawing.marks) == count


def test_more_regions_than_fit_are_refused():
    """200 on one page: the error says to draw fewer."""
    rows = frame(
        *(
            row(value=-1.0, **PERCENT) | {"region": f"s{n}", "adcode": f"{n:03}", "id": f"s-{n}"}
            for n in range(200)
        )
    )

    with pytest.raises(CrowdedError, match="200 regions"):
        drawn(rows)
