"""The drawing of shares from found to rectified."""

import pytest
from drawings import Drawing
from tidy import frame, row

from analysis import charts, derive, findings, parts, style

FORMS = [("zh", "slide"), ("en", "page")]


def drawn(rows, *, language="en", form="slide"):
    """The figure of the loops of *rows*, as the notebook draws it."""
    shares = derive.shares(rows)
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
def drawing(request, rows):
    """The figure of the real tables."""
    language, form = request.param
    return drawn(rows, language=language, form=form)


def loop(region, found, rectified):
    """Two rows: hazards found and hazards rectified."""
    names = {"theme": "hazards", "quantity": "count", "unit": "项", "indicator_zh": "隐患"}
    return [
        row(region, found, indicator="hazards_found", **names),
        row(region, rectified, indicator="hazards_rectified", **names),
    ]


def test_every_word_can_be_read(drawing):
    """No text covers another, leaves the page or is struck by a mark."""
    assert not drawing.faults


def test_shares_and_intervals_stand_where_their_rows_say(drawing):
    """Dot at the share, line from limit to limit, on an axis from 0 to 100 %."""
    for share in drawing.picture.rows.to_dict("records"):
        (dot,) = drawing.named(f"mark-{share['id']}")
        (line,) = drawing.named(f"interval-{share['id']}")
        assert dot.axes.get_xlim() == (0, 100)
        assert dot.get_xdata()[0] == share["share"]
        assert list(line.get_xdata()) == [share["lower"], share["upper"]]


def test_rectified_is_divided_by_found(drawing):
    """2739 of 2802, never the other way round."""
    said = drawing.said

    assert "2739/2802" in said
    assert "97.8%" in said


def test_a_rebuilt_count_is_called_so(drawing):
    """2387 is nowhere printed: it follows from 97.35 % of 2452."""
    called = {"zh": "（反推）/", "en": " (rebuilt)/"}[drawing.picture.language]
    said = drawing.said

    assert f"2387{called}2452" in said
    assert said.count(called) == drawing.picture.rows["basis"].eq("rebuilt").sum()


def test_small_totals_keep_their_wide_interval(drawing):
    """3 of 3 is 100 %, and anything from 29 % on."""
    (three,) = drawing.picture.rows[drawing.picture.rows["total"].eq(3)].to_dict("records")

    assert (round(three["lower"], 1), three["upper"]) == (29.2, 100)
    assert "29.2–100" in drawing.said


def test_one_figure_for_both_ends_is_a_reason_and_no_mark(drawing, rows):
    """Nantong's 3586 found-and-rectified hazards have no share, and the strip says why."""
    strip = {entry.region: entry.reason.en for entry in drawing.picture.caption.left_out}

    assert list(strip) == ["anhui", "anshan", "nantong", "yaohai"]
    assert "one figure" in strip["nantong"]
    both = rows[rows["indicator"].str.contains("found_and_rectified")]
    assert not set(both["id"]) & set(drawing.marks)


def test_regions_never_share_an_axis():
    """Campaigns differ in scope, so each region has axes of its own, in house order."""
    rows = frame(*loop("chuxiong", 10, 9), *loop("anshan", 100, 20))
    drawing = drawn(rows)
    places = {
        share["region"]: drawing.named(f"mark-{share['id']}")[0].axes
        for share in drawing.picture.rows.to_dict("records")
    }

    assert list(places) == ["anshan", "chuxiong"]
    assert places["anshan"].get_position().y0 > places["chuxiong"].get_position().y0


def test_no_loop_at_all_is_said():
    """A page without a share names the region and why."""
    drawing = drawn(frame(loop("chuxiong", 10, 9)[0]))

    assert "nothing to draw" in drawing.said
    assert "rectified not given" in drawing.picture.caption.left_out[0].reason.en


def test_the_caption_says_where_the_axis_starts(drawing):
    """And how the interval is to be read."""
    notes = " ".join(note.en for note in drawing.picture.caption.notes)

    assert "from 0 to 100%" in notes
    assert "Clopper–Pearson" in notes
    assert "cannot be compared" in drawing.picture.caption.alt.en
