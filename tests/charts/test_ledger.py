"""The ledger: words to the left, a plot beside each line, every group on axes of its own."""

from itertools import pairwise

import pytest
from drawings import Drawing, bare

from analysis.charts import ledger, style
from analysis.charts.page import Caption, Page
from analysis.errors import UsageError
from analysis.language.text import Text

CAPTION = Caption(*(Text("一", "a"),) * 4)


def laid_out(*sizes, words="Work-safety accidents", below="2024", form="slide"):
    """A page with groups of so many lines each."""
    lines = [[ledger.Line(words, below)] * size for size in sizes]
    groups = [ledger.Group(f"Group {at}", style.INK, group) for at, group in enumerate(lines)]
    with style.house_style():
        page = Page(CAPTION, "en", form=form)
        return page, ledger.panels(page, groups, gutter=3.0, room=page.room)


def test_each_line_has_its_height_in_inches():
    """A group of two lines has axes as high as both, and a place in the middle of each."""
    page, (panel,) = laid_out(2)
    high = panel.axes.get_position().height * page.size.height

    assert panel.axes.get_ylim() == pytest.approx((0, high))
    assert panel.heights == pytest.approx([high * 3 / 4, high / 4])


def test_groups_stand_one_under_the_other_without_sharing_axes():
    """The first group is on top."""
    _, panels = laid_out(2, 1, 3)
    places = [panel.axes.get_position() for panel in panels]

    assert [len(panel.heights) for panel in panels] == [2, 1, 3]
    assert all(one.y0 > other.y1 for one, other in pairwise(places))


@pytest.mark.parametrize(
    ("groups", "size"), [((3,), 13), ((10,), 13), ((3, 3, 3), 11.5), ((11,), 10)]
)
def test_type_shrinks_where_lines_are_many(groups, size):
    """Many lines are set smaller, but not below the size of notes."""
    page, _ = laid_out(*groups)
    sizes = {text.get_fontsize() for text in page.plot.texts if text.get_text().startswith("Work")}

    assert sizes == {size}
    assert not Drawing(bare(page)).overlapping


def test_what_cannot_be_read_is_refused():
    """Too many lines for a page stop the drawing, with what to do about it."""
    with pytest.raises(UsageError, match="40 lines do not fit one page: draw fewer"):
        laid_out(40)


def test_room_for_a_mark_does_not_shrink_with_the_words():
    """A line without words is high enough for a mark and its number, however many there are."""
    heights = [panel.heights[0] * 2 for panel in laid_out(*(1,) * 7, words="\u3000", below="")[1]]

    assert min(heights) > 1.2 * 13 / 72
