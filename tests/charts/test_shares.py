"""The drawing of shares: from found to rectified, and the parts of a whole."""

import pytest
from drawings import Drawing
from tidy import frame, row

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings
from analysis.statistics import parts, rates

FORMS = [("zh", "slide"), ("en", "page")]


def closed(rows, *, language="en", form="slide"):
    """The figure of the loops of *rows*, as the notebook draws it."""
    shares = rates.shares(rows)
    with style.house_style():
        return Drawing(
            charts.closed_loop(
                shares,
                title=findings.closed_loop(shares),
                language=language,
                refused=parts.unclosed(rows, set(shares["region"])),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def loops(request, rows):
    """The figure of the real tables."""
    language, form = request.param
    return closed(rows, language=language, form=form)


def loop(region, found, rectified):
    """Two rows: hazards found and hazards rectified."""
    names = {"theme": "hazards", "quantity": "count", "unit": "项", "indicator_zh": "隐患"}
    return [
        row(region, found, indicator="hazards_found", **names),
        row(region, rectified, indicator="hazards_rectified", **names),
    ]


def test_every_word_of_a_loop_can_be_read(loops):
    """No text covers another, leaves the page or is struck by a mark."""
    assert not loops.faults


def test_shares_stand_where_their_rows_say_without_an_interval(loops):
    """Dot at the share on an axis from 0 to 100 %; complete counts have no line."""
    for share in loops.figure.rows.to_dict("records"):
        (dot,) = loops.named(f"mark-{share['id']}")
        assert dot.axes.get_xlim() == (0, 100)
        assert dot.get_xdata()[0] == share["share"]
        assert not loops.named(f"interval-{share['id']}")


def test_rectified_is_divided_by_found(loops):
    """2739 of 2802, never the other way round."""
    said = loops.said

    assert "2739/2802" in said
    assert "97.8%" in said


def test_a_rebuilt_count_is_called_so(loops):
    """2387 is nowhere printed: it follows from 97.35 % of 2452."""
    called = {"zh": "（反推）/", "en": " (rebuilt)/"}[loops.figure.language]
    said = loops.said

    assert f"2387{called}2452" in said
    assert said.count(called) == loops.figure.rows["basis"].eq("rebuilt").sum()


def test_what_is_still_open_is_a_number(loops):
    """Violations: 5,556 found, 4,658 rectified, so 898 are open."""
    words = {"zh": "未整改898", "en": "898 open"}[loops.figure.language]

    assert words in loops.said


def test_one_figure_for_both_ends_is_a_reason_and_no_mark(loops, rows):
    """Nantong's 3586 found-and-rectified hazards have no share, and the strip says why."""
    strip = {entry.region: entry.reason.en for entry in loops.figure.caption.left_out}

    assert list(strip) == ["anhui", "anshan", "nantong", "yaohai"]
    assert "one figure" in strip["nantong"]
    both = rows[rows["indicator"].str.contains("found_and_rectified")]
    assert not set(both["id"]) & set(loops.marks)


def test_regions_never_share_an_axis():
    """Campaigns differ in scope, so each region has axes of its own, in house order."""
    rows = frame(*loop("chuxiong", 10, 9), *loop("anshan", 100, 20))
    loops = closed(rows)
    places = {
        share["region"]: loops.named(f"mark-{share['id']}")[0].axes
        for share in loops.figure.rows.to_dict("records")
    }

    assert list(places) == ["anshan", "chuxiong"]
    assert places["anshan"].get_position().y0 > places["chuxiong"].get_position().y0


def test_no_loop_at_all_is_said():
    """A page without a share names the region and why."""
    loops = closed(frame(loop("chuxiong", 10, 9)[0]))

    assert "nothing to draw" in loops.said
    assert "rectified not given" in loops.figure.caption.left_out[0].reason.en


def test_the_caption_says_where_the_axis_starts(loops):
    """And that complete counts have no interval."""
    notes = " ".join(note.en for note in loops.figure.caption.notes)

    assert "from 0 to 100%" in notes
    assert "no interval" in notes
    assert "cannot be compared" in loops.figure.caption.alt.en


FIGURES = [
    ("disaster_direct_loss", "zh", "page"),
    ("deaths", "en", "slide"),
    ("emergency_plans_revised", "en", "page"),
]


def composed(data, rows, context, indicator, *, language="en", form="slide"):
    """The composition of *indicator*, as the notebook draws it."""
    pieces = parts.composition(rows, context, indicator, data.breakdowns)
    with style.house_style():
        return Drawing(
            charts.composition(
                pieces,
                title=findings.composition(pieces),
                language=language,
                refused=parts.whole_only(rows, indicator, set(pieces["region"])),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FIGURES, ids="-".join)
def parted(request, data, rows, context):
    """One of the real compositions."""
    indicator, language, form = request.param
    return composed(data, rows, context, indicator, language=language, form=form)


def test_every_word_of_a_composition_can_be_read(parted):
    """No text covers another, leaves the page or is struck by a bar."""
    assert not parted.faults


def test_bars_start_at_zero_and_end_at_their_share(parted):
    """The axis is the whole: 0 to 100 %."""
    for part in parted.figure.rows.to_dict("records"):
        (bar,) = parted.named(f"mark-{part['id']}")
        assert bar.get_x() == 0
        assert bar.get_width() == pytest.approx(100 * part["value"] / part["whole"])
        assert bar.axes.get_xlim() == (0, 100)


def test_intervals_come_from_the_rows(parted):
    """Counts of events have a line, money and plans have none."""
    for part in parted.figure.rows.to_dict("records"):
        lines = parted.named(f"interval-{part['id']}")
        ends = [list(line.get_xdata()) for line in lines]
        assert ends == ([[part["lower"], part["upper"]]] if part["method"] else [])


def test_parts_of_other_publications_are_hollow(parted):
    """A hollow bar does not come from the report."""
    for part in parted.figure.rows.to_dict("records"):
        (bar,) = parted.named(f"mark-{part['id']}")
        assert (bar.get_facecolor()[:3] == (1, 1, 1)) == (part["origin"] == "context")


def test_parts_stand_as_printed_and_not_by_size(parted):
    """From the top down in the order of the report, whatever the values."""
    for _, whole in parted.figure.rows.groupby("whole_id", sort=False):
        heights = [parted.named(f"mark-{id_}")[0].get_y() for id_ in whole["id"]]
        assert heights == sorted(heights, reverse=True)
        assert whole["start"].is_monotonic_increasing


def test_every_other_region_has_a_reason(parted):
    """The strip and the plot are together all five regions."""
    left_out = [entry.region for entry in parted.figure.caption.left_out]

    assert left_out == ["anhui", "anshan", "nantong", "yaohai"]


def test_small_parts_are_written_out(data, rows, context):
    """0.09 % of the losses is no visible bar, and still a number."""
    said = composed(data, rows, context, "disaster_direct_loss", language="zh").said

    assert "23.8万元，0.09%" in said
    assert "26211.64万元" in said
    assert "26211.63万元" in said


def test_each_whole_has_axes_of_its_own(data, rows, context):
    """70 plans and 652 plans are two wholes: their bars share no axis."""
    parted = composed(data, rows, context, "emergency_plans_revised")
    places = {
        parted.named(f"mark-{part['id']}")[0].axes: part["whole"]
        for part in parted.figure.rows.to_dict("records")
    }

    assert sorted(places.values()) == [70, 652]


def test_nothing_to_take_apart_is_said(data, context):
    """A whole without parts is a reason, not an empty plot."""
    parted = composed(data, frame(row()), context.iloc[:0], "deaths")

    assert "nothing to draw" in parted.said
    assert parted.figure.caption.left_out[0].reason.en == "a whole only, without parts"


def test_the_source_names_the_report_of_the_whole(data, rows, context):
    """The sectors of the deaths come from a bulletin; their sum is the report's."""
    source = composed(data, rows, context, "deaths").figure.caption.source.en

    assert source.startswith("Sources: Chuxiong report 2024")
    assert "; also " in source
