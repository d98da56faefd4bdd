"""Rows as dictionaries are those that pandas gives."""

import pandas as pd

import analysis as rs
from analysis.rows import as_records


def alike(first, second):
    """Whether two rows have the same names, types and values; a missing value equals another."""
    return list(first) == list(second) and all(
        type(one) is type(other) and (one == other or (pd.isna(one) and pd.isna(other)))
        for one, other in zip(first.values(), second.values(), strict=True)
    )


def test_each_row_is_as_pandas_gives_it():
    """Texts, categories, numbers, days and missing values of the frame of the project."""
    rows = rs.load().rows
    expected = rows.to_dict("records")

    assert len(expected) > 300
    assert all(map(alike, as_records(rows), expected))
    assert len(as_records(rows)) == len(expected)


def test_a_frame_without_rows_or_columns_has_no_records():
    """Also with columns of several types."""
    assert as_records(rs.load().rows.iloc[:0]) == []
    assert as_records(pd.DataFrame()) == []


def test_columns_of_several_types_keep_them():
    """A row of whole numbers, fractions, texts and truth values."""
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, None], "c": ["x", None], "d": [True, False]})

    assert all(map(alike, as_records(frame), frame.to_dict("records")))
