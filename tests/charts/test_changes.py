"""The drawing of changes: ratios on a log axis, and what has no counts beside them."""

import numpy as np
import pytest
from drawings import Drawing
from tidy import ABSENT, context, frame, row

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings
from analysis.statistics import gaps, standardised, years

CODES = ("accidents", "deaths", "injuries")
FORMS = [("zh", "slide"), ("en", "page")]


def drawn(rows, others, codes=("deaths",), *, language="en", form="slide"):
    """The figure of the changes of *rows*, as the notebook draws it."""
    every = years.changes(rows, others)
    changes = standardised.family(every, rows, codes, first_year=2022)
    with style.house_style():
        return Drawing(
            charts.year_on_year(
                changes,
                title=findings.year_on_year(changes),
                language=language,
                national=standardised.changes(every, changes),
                refused=gaps.regions(rows, codes[0], set(changes["region"]), ABSENT),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request, rows, context):
    """The figure of the real tables."""
    language, form = request.param
    return drawn(rows, context, CODES, language=language, form=form)


def only(drawing, start):
    """The single artist whose gid begins with *start*."""
    (artist,) = drawing.named(start)
    return artist


def pair(now, before):
    """Chuxiong's deaths of 2024 with the difference that gives 2023."""
    return row(value=now), row(value=now - before, measure="change_abs")


NOTHING = frame(context(year=2000)).iloc[:0]


def test_every_word_can_be_read(drawing):
    """No text covers another, leaves the page or is struck by a mark."""
    assert not drawing.faults


def test_every_change_has_one_mark_and_every_other_region_a_reason(drawing, rows):
    """What is drawn and what is in the strip are together all five regions."""
    left_out = {entry.region for entry in drawing.figure.caption.left_out}

    assert set(drawing.marks) == set(drawing.figure.rows["id"])
    assert left_out == {"anshan", "yaohai"}
    assert left_out | set(drawing.figure.rows["region"]) == set(rows["region"])


def test_ratios_and_intervals_stand_where_their_rows_say(drawing):
    """Dot at the ratio, line from the lower to the upper limit, on a log axis."""
    counted = drawing.figure.rows[drawing.figure.rows["mark"].eq("exact")]

    for change in counted.to_dict("records"):
        dot = only(drawing, f"mark-{change['id']}")
        line = only(drawing, f"interval-{change['id']}")
        assert dot.axes.get_xscale() == "log"
        assert list(dot.get_xdata()) == [change["ratio"]]
        assert list(line.get_xdata()) == [change["lower"], change["upper"]]
        assert dot.get_ydata()[0] == line.get_ydata()[0]


def test_figures_of_other_publications_are_hollow(drawing):
    """The report's own year is a full dot, the year of another publication an empty one."""
    for change in drawing.figure.rows[drawing.figure.rows["mark"].eq("exact")].to_dict("records"):
        fill = only(drawing, f"mark-{change['id']}").get_markerfacecolor()
        assert (fill == "white") == (change["origin"] == "context")


def test_what_has_no_counts_stands_on_no_scale(drawing):
    """Percentages and directions share no axes with ratios, and theirs have no numbers."""
    stated = drawing.figure.rows[drawing.figure.rows["mark"].ne("exact")]
    ratios = {
        only(drawing, f"mark-{id_}").axes
        for id_ in drawing.figure.rows.loc[drawing.figure.rows["mark"].eq("exact"), "id"]
    }
    places = {only(drawing, f"mark-{id_}").axes for id_ in stated["id"]}

    assert not ratios & places
    for axes in places:
        assert list(axes.get_xticks()) == list(axes.get_yticks()) == []


def test_percentages_of_one_size_stand_at_one_height(drawing):
    """Nothing about the place of a diamond says how large its percentage is."""
    stated = drawing.figure.rows[drawing.figure.rows["mark"].eq("percent_only")]
    heights = {only(drawing, f"mark-{id_}").get_ydata()[0] for id_ in stated["id"]}

    assert len(heights) == 1


def test_directions_are_arrows_and_percentages_diamonds(drawing):
    """The report of Anhui says only that accidents and deaths fell."""
    for change in drawing.figure.rows.to_dict("records"):
        artist = only(drawing, f"mark-{change['id']}")
        if change["mark"] == "direction_only":
            tail, head = artist.arrow_patch._posA_posB
            assert head[1] < tail[1]
        if change["mark"] == "percent_only":
            assert artist.get_marker() == "D"


def test_percentages_of_other_publications_are_in_brackets(drawing):
    """-9.2 % is Nantong's own, -13.33 % is not."""
    said = drawing.said.splitlines()

    assert "−9.2%" in said
    assert "[−13.33%]" in said
    assert "[−9.2%]" not in said


def test_the_band_ends_where_a_change_would_show(drawing):
    """For 51 deaths that is 32/51 and 74/51, and the counts are written beside it."""
    chosen = drawing.figure.rows["indicator"].eq("deaths") & drawing.figure.rows["value"].eq(45)
    (deaths,) = drawing.figure.rows[chosen].to_dict("records")
    ticks = drawing.named(f"detectable-{deaths['id']}")
    band = only(drawing, f"band-{deaths['id']}").get_paths()[0].vertices[:, 0]

    assert [tick.get_xdata()[0] for tick in ticks] == [32 / 51, 74 / 51]
    assert (band.min(), band.max()) == pytest.approx((32 / 51, 74 / 51))
    assert any("≤32" in line and "≥74" in line for line in drawing.said.splitlines())


def test_the_national_ratio_is_a_grey_line_beside_its_own_year(drawing):
    """Deaths fell nationally to 0.92 in 2024; injuries have no national figure."""
    lines = drawing.named("benchmark")

    assert sorted(round(line.get_xdata()[0], 2) for line in lines) == [0.89, 0.92, 0.95]
    assert {line.get_color() for line in lines} == {style.GREY}


def test_the_notes_count_the_comparisons(drawing):
    """Six were made, none stands; a reader is told so in both languages."""
    notes = [note.en for note in drawing.figure.caption.notes]

    assert "6 comparisons; none stands at a false discovery rate of 5%" in notes


def test_regions_stand_in_house_order(drawing):
    """Anhui before Nantong before Chuxiong in the rows; no panel is ordered by value."""
    tops = {}
    for change in drawing.figure.rows.to_dict("records"):
        box = only(drawing, f"mark-{change['id']}").axes.get_position()
        panel = (change["mark"] == "exact", change["region"], change["indicator"])
        tops.setdefault(panel, box.y0)
    stated = [y for (counted, *_), y in tops.items() if not counted]
    counted = [y for (counted, *_), y in tops.items() if counted]

    assert stated == sorted(stated, reverse=True)
    assert counted == sorted(counted, reverse=True)


def test_no_deaths_at_all_is_drawn_and_printed_as_zero():
    """A ratio of 0 has no place on a log axis: its mark stands at the edge, its number is true."""
    drawing = drawn(frame(*pair(0, 12)), NOTHING)
    (id_,) = drawing.figure.rows["id"]
    dot = only(drawing, f"mark-{id_}")

    assert dot.get_xdata()[0] == dot.axes.get_xlim()[0]
    assert "0.00 (0.00–0.36)" in drawing.said


def test_from_none_to_some_is_an_infinite_ratio():
    """After no death, three deaths are no percentage; the interval has a lower end only."""
    drawing = drawn(frame(*pair(3, 0)), NOTHING)

    assert "∞ (0.41–∞)" in drawing.said
    assert not drawing.faults


def test_none_after_none_is_no_ratio():
    """Zero in both years is said in words, and no dot is drawn."""
    drawing = drawn(frame(*pair(0, 0)), NOTHING)

    assert "zero both years" in drawing.said
    assert not drawing.marks


def test_where_no_fall_could_show_the_band_has_one_end():
    """After two accidents even none would prove nothing."""
    drawing = drawn(frame(*pair(2, 2)), NOTHING)
    (id_,) = drawing.figure.rows["id"]

    assert len(drawing.named(f"detectable-{id_}")) == 1
    assert "≤" not in drawing.said


def test_percentages_alone_take_the_whole_page():
    """Without counts there is no axis of ratios, and the title says why."""
    percent = row("nantong", -14.3, measure="change_pct", unit="%", printed="14.3%")
    drawing = drawn(frame(percent), NOTHING)

    assert not [axes for axes in drawing.picture.axes if axes.get_xscale() == "log"]
    assert drawing.figure.caption.title.zh == "同比变化：只有百分比或方向，没有数量"


def test_nothing_to_draw_is_said():
    """A page without marks names every region and its reason."""
    rows = frame(row("anshan", -1, measure="direction", status="target", unit=""))
    drawing = drawn(rows, NOTHING)

    assert "nothing to draw" in drawing.said
    assert [entry.region for entry in drawing.figure.caption.left_out] == ["anshan"]


def test_the_alternative_text_says_what_is_shown_and_what_cannot_be_said(drawing):
    """Every number is in it, and the warning not to rank percentages against ratios."""
    alt = drawing.figure.caption.alt.en

    assert "0.88 (0.58–1.34)" in alt
    assert "cannot be ranked" in alt
    assert np.all([entry.name.en in alt for entry in drawing.figure.caption.left_out])
