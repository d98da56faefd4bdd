"""The rows of frames as dictionaries."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def as_records(frame: "pd.DataFrame") -> list[dict[Any, Any]]:
    """
    Return the rows of *frame* as dictionaries of plain Python values.

    The same as ``frame.to_dict("records")``, which takes three times as long for frames of many
    columns and few rows.
    """
    names = list(frame)
    columns = [column.tolist() for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
