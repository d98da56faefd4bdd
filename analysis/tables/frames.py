"""
The frames that a user loads: pandas types in house order, described columns, a short display.

The package itself computes with the plain text columns of :class:`Tables`; :func:`plain` turns the
frames of a user back into those.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd

from analysis.errors import WordError
from analysis.language.messages import catalogue, say
from analysis.language.text import Text
from analysis.language.vocabulary import Level, Measure, Status

from .load import Tables
from .schema import COLUMNS, TABLES, meaning

PART = "by_"  # begins the column of one dimension of the breakdown
_ROWS = ("rows", "context_rows")
_TEXT, _NUMBER, _COUNT = "str", "float64", "int64"
# The columns that `rows.safety.rate()` and `rows.safety.change()` add, with their types.
ADDED: dict[str, dict[str, str]] = {
    "safety.rate": {
        "mark": _TEXT,
        "lower": _NUMBER,
        "upper": _NUMBER,
        "method": _TEXT,
        "rounding": _NUMBER,
        "population_year": _NUMBER,
        "population": _NUMBER,
        "population_kind": _TEXT,
        "population_reliability": _TEXT,
        "population_publisher": _TEXT,
        "population_distance": _NUMBER,
        "rate": _NUMBER,
        "rate_lower": _NUMBER,
        "rate_upper": _NUMBER,
    },
    "safety.change": {
        "mark": _TEXT,
        "rank": _COUNT,
        "reliability": _TEXT,
        "vintage": _TEXT,
        "segment": _NUMBER,
        "sources": _NUMBER,
        "disputed": _NUMBER,
        "before": _NUMBER,
        "before_origin": _TEXT,
        "before_basis": _TEXT,
        "ratio": _NUMBER,
        "lower": _NUMBER,
        "upper": _NUMBER,
        "method": _TEXT,
        "at_most": _NUMBER,
        "at_least": _NUMBER,
        "p_value": _NUMBER,
        "percent": _NUMBER,
        "direction": _NUMBER,
    },
}


class Frames(Tables):
    """
    The tables of a folder as a user loads them.

    ``rows`` has one row a value, ``context_rows`` the figures of other publications; the tables
    themselves are attributes, such as ``indicators``. :meth:`columns` describes every column.
    """

    def columns(self, frame: str = "") -> pd.DataFrame:
        """
        Describe the columns of *frame*, or of every frame.

        Parameters
        ----------
        frame
            ``rows``, ``context_rows``, the name of a table, or ``safety.rate`` or
            ``safety.change`` for what those calls add to rows.

        Returns
        -------
        pandas.DataFrame
            ``frame``, ``column``, ``type``, ``unit_zh``, ``unit_en``, ``description_zh``,
            ``description_en``.

        Raises
        ------
        WordError
            For the name of no frame, naming the nearest ones.
        """
        known = [*_ROWS, *ADDED, *TABLES]
        if frame and frame not in known:
            raise WordError(say("word.frame"), frame, known)
        cells = [line for name in ([frame] if frame else known) for line in _described(self, name)]
        names = ["frame", "column", "type", "unit_zh", "unit_en"]
        return pd.DataFrame(cells, columns=[*names, "description_zh", "description_en"])

    def __dir__(self) -> list[str]:
        """Return what completion offers: the frames and what describes them."""
        return [*_ROWS, "columns", "folder", *TABLES]

    def __repr__(self) -> str:
        return "\n".join([self._about(), *(f"  {name}: {about}" for name, about in self._sizes())])

    def _repr_html_(self) -> str:
        lines = (f"<li><code>{name}</code>: {about}</li>" for name, about in self._sizes())
        return f"<p>{escape(self._about())}</p><ul>{''.join(lines)}</ul>"

    def _about(self) -> str:
        about = say("frames.about", reports=len(self.reports), regions=len(self.first_reports))
        return f"{about.zh} {about.en}"

    def _sizes(self) -> Iterator[tuple[str, str]]:
        """Yield each frame of figures with its size."""
        for name in (*_ROWS, "peers", "indicators", "families", "instruments", "commitments"):
            frame = getattr(self, name)
            yield name, f"{len(frame):,} × {len(frame.columns)}"


def framed(tables: Tables) -> Frames:
    """Return *tables* with frames of their own: pandas copies a column once either changes it."""
    frames: dict[str, Any] = {
        field.name: frame.copy(deep=False)
        for field in fields(tables)
        if isinstance(frame := getattr(tables, field.name), pd.DataFrame)
    }
    loaded = Frames(folder=tables.folder, **frames)
    for name in _ROWS:  # in place of what the cached properties of Tables would compute again
        vars(loaded)[name] = _typed(tables, name).copy(deep=False)
    return loaded


@lru_cache(maxsize=4)  # both frames of two folders
def _typed(tables: Tables, name: str) -> pd.DataFrame:
    return typed(getattr(tables, name), tables)


def typed(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """
    Return *rows* with pandas types.

    Returns
    -------
    pandas.DataFrame
        ``region``, ``level``, ``theme``, ``status`` and ``measure`` are ordered categoricals in
        house order; added are ``year``, in which the period ends, and for each dimension of the
        breakdown a column ``by_…`` of its parts, missing where the figure is not of a part.
    """
    orders = {
        "region": _house_order(tables.regions),
        "level": [*map(str, Level)],
        "theme": list(tables.themes["theme"]),
        "status": [*map(str, Status)],
        "measure": [*map(str, Measure)],
    }
    words = {
        name: pd.Categorical(rows[name], categories=order, ordered=True)
        for name, order in orders.items()
    }
    return rows.assign(**words, year=rows["period_end"].dt.year, **_parts(rows["breakdown"]))


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return *rows* as :class:`Tables` has them: text columns, without those that are added."""
    added = [name for name in rows if name == "year" or str(name).startswith(PART)]
    words = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    kept = [name for name in words if name not in added]
    return rows.drop(columns=added).astype(dict.fromkeys(kept, "str"))


def _house_order(regions: pd.DataFrame) -> list[str]:
    """Return the codes of regions from the widest level to the narrowest, then by adcode."""
    levels = regions["level"].map({str(level): level.order for level in Level})
    order = regions.assign(_level=levels).sort_values(["_level", "adcode"], kind="stable")
    return list(order["region"])


def _parts(breakdowns: "pd.Series[str]") -> dict[str, "pd.Series[Any]"]:
    """Return for each dimension the part that each breakdown names, as categories."""
    codes = [dict(part.split(":") for part in cell.split("+") if part) for cell in breakdowns]
    dimensions = sorted({dimension for each in codes for dimension in each})
    index = breakdowns.index
    return {
        f"{PART}{dimension}": pd.Series(
            [each.get(dimension) for each in codes], index=index, dtype="category"
        )
        for dimension in dimensions
    }


def _described(tables: Frames, frame: str) -> Iterator[tuple[str, ...]]:
    if frame in ADDED:
        types = ADDED[frame]
    else:
        every: pd.DataFrame = getattr(tables, frame)
        types = {str(name): str(dtype) for name, dtype in every.dtypes.items()}
    for column, dtype in types.items():
        text, unit = description(frame, column), Text("", "")
        if f"frame_unit.{column}" in catalogue() and frame not in TABLES:
            unit = say(f"frame_unit.{column}")
        yield frame, column, dtype, unit.zh, unit.en, text.zh, text.en


def description(frame: str, column: str) -> Text:
    """Return what *column* of *frame* contains."""
    if column.startswith(PART):
        return say("frame.by", dimension=column.removeprefix(PART))
    if frame not in TABLES or column not in TABLES[frame].columns:
        if f"frame.{column}" in catalogue():
            return say(f"frame.{column}")
        return Text(*COLUMNS[column])
    return Text(*meaning(frame, column))
