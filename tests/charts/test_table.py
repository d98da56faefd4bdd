"""The table: text in columns, one height a line, and room for marks beside the text."""

import pytest
from drawings import Drawing, bare

from analysis.charts import style, table
from analysis.charts.figure import Caption
from analysis.charts.page import Page
from analysis.charts.table import Cell, Column
from analysis.errors import CrowdedError
from analysis.language.text import Text

CAPTION = Caption(*(Text("一", "a"),) * 4)
COLUMNS = [Column("Indicator", 0.5), Column("", 0.25), Column("Number", 0.25, "right")]


def written(count, *, words="Work-safety accidents", form="slide", **options):
    """A page with a table of so many lines."""
    lines = [[Cell(words, "2024"), Cell(""), Cell("42")]] * count
    with style.house_style():
        page = Page(CAPTION, "en", form=form)
        return page, table.write(page, page.room, COLUMNS, lines, **options)


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("count", [1, 5, 10])
def test_words_are_apart_and_lines_go_down_the_page(count, form):
    """Each line lies in the room of the plot, below the one before."""
    page, grid = written(count, form=form)

    assert Drawing(bare(page)).faults == {}
    assert grid.middles == sorted(grid.middles, reverse=True)
    assert len(grid.middles) == count
    top = page.room.bottom + page.room.height
    assert page.room.bottom < grid.middles[-1] <= grid.middles[0] < top


def test_axes_over_a_column_have_inches_as_unit():
    """A mark at the middle of a line is beside its words."""
    page, grid = written(4)
    axes = grid.axes(page, 1)
    low, high = axes.get_ylim()
    box = axes.get_position()

    assert low == pytest.approx(box.y0 * page.size.height)
    assert high == pytest.approx(box.y1 * page.size.height)
    assert all(low < middle < high for middle in grid.middles)


def test_many_lines_are_smaller_but_not_below_the_size_of_notes():
    """More are refused, with what to do about it."""
    sizes = [written(count)[1].size for count in (3, 8, 10)]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == style.SLIDE.label
    assert min(sizes) >= style.SLIDE.note
    with pytest.raises(CrowdedError, match="60 lines do not fit one page: draw fewer"):
        written(60)


def test_text_is_aligned_to_its_side():
    """Numbers end at the right edge of their column."""
    page, grid = written(2)
    number = next(text for text in page.plot.texts if text.get_text() == "42")
    edge = (grid.columns[2].left + grid.columns[2].width) / page.size.width

    assert number.get_ha() == "right"
    assert number.get_position()[0] == pytest.approx(edge)


def test_long_lists_share_the_room_and_count_what_is_left():
    """The list with the most names gets the most lines; each ends with what it drops."""
    with style.house_style():
        page = Page(CAPTION, "en")
        few = [Text("甲", "alpha"), Text("乙", "beta")]
        many = [Text(f"{at}", f"instrument number {at}") for at in range(400)]
        first, second = table.lists(page, page.room, 5.0, [few, many])
        with pytest.raises(CrowdedError):
            table.lists(page, page.room, 5.0, [few] * 100)

    assert first == "alpha, beta"
    shown = second.count("instrument number")
    assert second.endswith(f"and {400 - shown} more")
    assert shown > 20
