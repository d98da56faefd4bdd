"""The drawing of a whole and its parts."""

import pytest
from drawings import Drawing
from tidy import frame, row

from analysis import charts, findings, parts, style

FIGURES = [
    ("disaster_direct_loss", "zh", "page"),
    ("deaths", "en", "slide"),
    ("emergency_plans_revised", "en", "page"),
]


def drawn(data, rows, context, indicator, *, language="en", form="slide"):
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
def drawing(request, data, rows, context):
    """One of the real compositions."""
    indicator, language, form = request.param
    return drawn(data, rows, context, indicator, language=language, form=form)


def test_every_word_can_be_read(drawing):
    """No text covers another, leaves the page or is struck by a bar."""
    assert not drawing.faults


def test_bars_start_at_zero_and_end_at_their_share(drawing):
    """The axis is the whole: 0 to 100 %."""
    for part in drawing.picture.rows.to_dict("records"):
        (bar,) = drawing.named(f"mark-{part['id']}")
        assert bar.get_x() == 0
        assert bar.get_width() == pytest.approx(100 * part["value"] / part["whole"])
        assert bar.axes.get_xlim() == (0, 100)


def test_intervals_come_from_the_rows(drawing):
    """Counts of events have a line, money and plans have none."""
    for part in drawing.picture.rows.to_dict("records"):
        lines = drawing.named(f"interval-{part['id']}")
        ends = [list(line.get_xdata()) for line in lines]
        assert ends == ([[part["lower"], part["upper"]]] if part["method"] else [])


def test_parts_of_other_publications_are_hollow(drawing):
    """A hollow bar does not come from the report."""
    for part in drawing.picture.rows.to_dict("records"):
        (bar,) = drawing.named(f"mark-{part['id']}")
        assert (bar.get_facecolor()[:3] == (1, 1, 1)) == (part["origin"] == "context")


def test_parts_stand_as_printed_and_not_by_size(drawing):
    """From the top down in the order of the report, whatever the values."""
    for _, whole in drawing.picture.rows.groupby("whole_id", sort=False):
        heights = [drawing.named(f"mark-{id_}")[0].get_y() for id_ in whole["id"]]
        assert heights == sorted(heights, reverse=True)
        assert whole["start"].is_monotonic_increasing


def test_every_other_region_has_a_reason(drawing):
    """The strip and the plot are together all five regions."""
    left_out = [entry.region for entry in drawing.picture.caption.left_out]

    assert left_out == ["anhui", "anshan", "nantong", "yaohai"]


def test_small_parts_are_written_out(data, rows, context):
    """0.09 % of the losses is no visible bar, and still a number."""
    said = drawn(data, rows, context, "disaster_direct_loss", language="zh").said

    assert "23.8万元，0.09%" in said
    assert "26211.64万元" in said
    assert "26211.63万元" in said


def test_each_whole_has_axes_of_its_own(data, rows, context):
    """70 plans and 652 plans are two wholes: their bars share no axis."""
    drawing = drawn(data, rows, context, "emergency_plans_revised")
    places = {
        drawing.named(f"mark-{part['id']}")[0].axes: part["whole"]
        for part in drawing.picture.rows.to_dict("records")
    }

    assert sorted(places.values()) == [70, 652]


def test_nothing_to_take_apart_is_said(data, context):
    """A whole without parts is a reason, not an empty plot."""
    drawing = drawn(data, frame(row()), context.iloc[:0], "deaths")

    assert "nothing to draw" in drawing.said
    assert drawing.picture.caption.left_out[0].reason.en == "a whole only, without parts"


def test_the_source_names_the_report_of_the_whole(data, rows, context):
    """The sectors of the deaths come from a bulletin; their sum is the report's."""
    source = drawn(data, rows, context, "deaths").picture.caption.source.en

    assert source.startswith("Sources: Chuxiong report 2024")
    assert "context figures" in source
