"""Rows that one page cannot hold are drawn on several, each group whole."""

import pandas as pd
import pytest
from drawings import bare

from analysis import charts
from analysis.charts import style, table
from analysis.charts.figure import Caption
from analysis.charts.page import Page
from analysis.errors import CrowdedError
from analysis.language.text import Text

TITLE = Text("题", "Title")


def drawn(rows, *, title):
    """A page with one line a row, one group a region."""
    page = Page(Caption(title, *(Text("一", "a"),) * 3), "en", form="slide")
    columns = [table.Column("Region", 0.5), table.Column("Deaths", 0.5)]
    lines = [[table.Cell(region), table.Cell("Deaths", "2024")] for region in rows["region"]]
    table.write(page, page.room, columns, lines)
    return bare(page, rows)


def regions(*sizes):
    """So many rows of regions a, b, c..."""
    names = [name for name, size in zip("abcdef", sizes, strict=False) for _ in range(size)]
    return pd.DataFrame({"region": names, "place": range(len(names))})


def on_pages(rows):
    """The pages and their titles."""
    with style.house_style():
        pictures = charts.on_pages(drawn, rows, title=TITLE)
    return [(p.rows, p.caption.title.en) for p in pictures]


def test_rows_that_fit_stay_on_one_page():
    """Nothing is split, and the title is as it was."""
    rows = regions(2, 2)
    ((page, title),) = on_pages(rows)

    pd.testing.assert_frame_equal(page, rows)
    assert title == "Title"


def test_every_row_is_on_one_page_in_order_and_no_region_is_split():
    """As few pages as hold them; each title says which page it is."""
    rows = regions(5, 5, 5, 5, 5)
    pages, titles = zip(*on_pages(rows), strict=True)
    held = [set(page["region"]) for page in pages]

    pd.testing.assert_frame_equal(pd.concat(pages), rows)
    assert len(pages) > 1
    assert sum(map(len, held)) == rows["region"].nunique()
    assert list(titles) == [f"Title ({n}/{len(pages)})" for n in range(1, len(pages) + 1)]


def test_no_rows_are_one_page():
    """A chart without rows says so on its own page."""
    with style.house_style():
        empty = charts.on_pages(lambda rows, title: (len(rows), title.en), regions(0), title=TITLE)

    assert list(empty) == [(0, "Title")]


def test_a_region_too_large_for_a_page_is_spread_evenly():
    """On as few pages as hold it, after those before it; nothing of another region joins them."""
    rows = regions(2, 30, 2)
    pages, _ = zip(*on_pages(rows), strict=True)
    sizes = [len(page) for page in pages if set(page["region"]) == {"b"}]

    pd.testing.assert_frame_equal(pd.concat(pages), rows)
    assert sum(sizes) == 30 or set(pages[-1]["region"]) == {"b", "c"}
    assert max(sizes) - min(sizes) <= 1
    assert set(pages[0]["region"]) == {"a"}


def test_a_row_too_large_for_a_page_is_refused():
    """There is no page on which it could be read."""

    def never(rows, *, title):
        raise CrowdedError(f"{len(rows)} lines of {title.en} do not fit one page")

    with pytest.raises(CrowdedError, match="do not fit one page"):
        charts.on_pages(never, regions(2), title=TITLE)
