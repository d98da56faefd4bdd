"""What a user loads: types in house order, described columns, a short display."""

import re

import pandas as pd
import pytest

import analysis as rs
from analysis.errors import WordError
from analysis.tables import frames, load


@pytest.fixture(scope="module")
def ours():
    """The tables of the repository, as a user loads them."""
    return rs.load()


def test_words_are_ordered_categories_in_house_order(ours):
    """Levels from the widest, regions by level and code, themes as in their table."""
    rows = ours.rows
    assert list(rows["level"].cat.categories) == ["country", "province", "prefecture", "district"]
    assert list(rows["theme"].cat.categories) == list(ours.themes["theme"])
    for name in ("region", "level", "theme", "status", "measure"):
        assert rows[name].cat.ordered, name
        assert rows[name].notna().all(), name
    order = [code for code in rows["region"].cat.categories if (rows["region"] == code).any()]
    assert order == ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]
    assert list(rows.groupby("region").size().index) == order
    assert rows.sort_values("region", kind="stable")["region"].iloc[0] == "anhui"


def test_the_year_and_the_parts_are_columns(ours):
    """Each dimension of the packed breakdown has one, and together they are the breakdown."""
    rows = ours.rows
    parts = [name for name in rows if name.startswith("by_")]
    packed = [
        "+".join(
            f"{name[3:]}:{cell}" for name, cell in zip(parts, cells, strict=True) if pd.notna(cell)
        )
        for cells in rows[parts].astype("object").itertuples(index=False, name=None)
    ]

    assert packed == rows["breakdown"].tolist()
    assert rows["year"].tolist() == [day.year for day in rows["period_end"]]
    roads = rows[rows["by_sector"].eq("road_traffic") & rows["indicator"].eq("deaths")]
    assert set(roads["breakdown"]) <= {"sector:road_traffic"}


def test_plain_rows_are_those_of_the_tables(ours, data):
    """So that a figure of a user's rows is the figure of the tables."""
    pd.testing.assert_frame_equal(frames.plain(ours.rows), data.rows)
    pd.testing.assert_frame_equal(frames.plain(ours.context_rows), data.context_rows)


def test_every_column_of_every_frame_is_described(ours):
    """With the type that it has, and a text in both languages."""
    described = ours.columns()
    for name, frame in {"rows": ours.rows, "context_rows": ours.context_rows}.items():
        own = described[described["frame"].eq(name)]
        assert own["column"].tolist() == list(frame)
        assert own["type"].tolist() == [str(dtype) for dtype in frame.dtypes]
    assert set(described["frame"]) == {"rows", "context_rows", *frames.ADDED, *load.TABLES}
    assert described["description_en"].str.endswith(".").all()
    assert described["description_zh"].str.contains(r"[\u4e00-\u9fff]").all()


@pytest.mark.parametrize("call", ["rate", "change"])
def test_the_columns_that_a_call_adds_are_described(ours, call):
    """In their order and with their types."""
    added = getattr(ours.rows.safety, call)()
    due = {name: str(added[name].dtype) for name in added if name not in ours.rows}

    assert frames.ADDED[f"safety.{call}"] == due


def test_the_name_of_no_frame_names_the_nearest(ours):
    """As everywhere."""
    with pytest.raises(WordError, match="did you mean indicators"):
        ours.columns("indicator")


def test_tables_show_themselves_in_a_few_lines(ours):
    """As text and as HTML; completion offers the frames alone."""
    assert len(repr(ours).splitlines()) < 12
    assert re.search(rf"rows: {len(ours.rows)} × \d+", repr(ours))
    assert "<li><code>rows</code>" in ours._repr_html_()
    assert dir(ours) == sorted(["rows", "context_rows", "columns", "folder", *load.TABLES])
