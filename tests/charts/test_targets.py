"""The drawing of targets with their outcomes."""

import pytest
from drawings import Drawing
from tidy import frame, row

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings
from analysis.errors import UsageError
from analysis.statistics import attainment

FORMS = [("zh", "slide"), ("en", "page")]
PER_PAGE = 11


def drawn(rows, every=None, *, language="en", form="slide"):
    """The figure of judged targets, as the notebook draws it."""
    judged = attainment.judged(rows) if every is None else every
    with style.house_style():
        return Drawing(
            charts.targets(
                judged,
                title=findings.targets(judged),
                language=language,
                refused=attainment.without_target(rows, judged, judged),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=[0, 1], ids=["first", "second"])
def page(request, rows):
    """One page of the real targets: the first in Chinese, the second in English."""
    language, form = FORMS[request.param]
    at = request.param * PER_PAGE
    chosen = attainment.judged(rows).iloc[at : at + PER_PAGE]
    return drawn(rows, chosen, language=language, form=form)


def limit(value, **changes):
    """A target for the deaths of a year."""
    return row(value=value, status="target", comparator="<=", **changes)


def test_every_word_can_be_read(page):
    """No text covers another, leaves the page or is struck by a mark."""
    assert not page.faults


def test_each_target_is_a_hollow_square_or_an_arrow(page):
    """A target is no result; one without a size is an arrow."""
    for target in page.figure.rows.to_dict("records"):
        (mark,) = page.named(f"mark-{target['id']}")
        if target["measure"] == "direction":
            assert mark.get_text() == "↓"
        else:
            assert (mark.get_marker(), mark.get_markerfacecolor()) == ("s", "white")


def test_only_targets_with_a_result_have_a_dot(page):
    """Missing results are words, never a dot at zero."""
    results = set(page.figure.rows["result_id"].dropna())

    assert set(page.marks) == set(page.figure.rows["id"]) | results


def test_the_verdict_of_each_line_is_in_words(page):
    """'No result reported' is not 'missed'."""
    said = page.said

    assert ("报告没有公布结果" if page.figure.language == "zh" else "without results") in said
    assert "未达成" not in said
    assert "missed" not in said.replace("not a missed target", "")


def test_result_and_target_share_the_scale_of_their_line():
    """45 against 50: both from the same zero, the interval around the dot."""
    drawing = drawn(frame(limit(50), row(value=45)))
    (target,) = drawing.named(f"mark-{drawing.figure.rows['id'].iloc[0]}")
    (dot,) = drawing.named(f"mark-{drawing.figure.rows['result_id'].iloc[0]}")
    (line,) = drawing.named("interval-")

    assert dot.get_xdata()[0] / target.get_xdata()[0] == pytest.approx(45 / 50)
    scale = target.get_xdata()[0] / 50
    assert [end / scale for end in line.get_xdata()] == pytest.approx([32.82, 60.21], abs=0.01)
    assert "cannot tell: 45 people, 2024 (32.8–60.2)" not in drawing.said
    assert "cannot tell: 45 people (32.8–60.2), 2024" in drawing.said


def test_a_zero_target_and_a_zero_result_stand_on_the_zero():
    """Zero is a place: the square on it, the result with a ring."""
    drawing = drawn(frame(limit(0), row(value=0)))
    (target,) = drawing.named(f"mark-{drawing.figure.rows['id'].iloc[0]}")
    (dot,) = drawing.named(f"mark-{drawing.figure.rows['result_id'].iloc[0]}")

    assert target.get_xdata()[0] == dot.get_xdata()[0] == 0
    assert "met: 0 people (0–3.69), 2024" in drawing.said


def test_a_target_without_result_has_only_its_square():
    """The same target without a result: no dot, no interval, a dash and words."""
    drawing = drawn(frame(limit(0), row("nantong", 3)))

    assert len(drawing.marks) == 1
    assert not drawing.named("interval-")
    assert "— no result reported" in drawing.said


def test_the_strip_names_the_regions_without_targets(rows):
    """Nantong sets none; the others stand in the figure."""
    judged = attainment.judged(rows)
    refused = attainment.without_target(rows, judged, judged)

    assert refused["region"].tolist() == ["nantong"]


def test_regions_stand_in_house_order_on_axes_of_their_own(page):
    """Level, then adcode; each region's lines on its own axes."""
    tops = {
        target["region"]: page.named(f"mark-{target['id']}")[0].axes.get_position().y0
        for target in page.figure.rows.to_dict("records")
    }

    assert list(tops.values()) == sorted(tops.values(), reverse=True)
    assert len(set(tops.values())) == len(tops)


def test_too_many_lines_for_a_page_are_refused(rows):
    """A figure that cannot be read is not drawn."""
    judged = attainment.judged(rows)

    with pytest.raises(UsageError, match="do not fit one page"):
        drawn(rows, judged, form="page")


def test_a_page_without_targets_is_said():
    """A page without marks says so."""
    assert "nothing to draw" in drawn(frame(row())).said
