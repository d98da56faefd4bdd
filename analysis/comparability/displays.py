"""
How results show themselves at a prompt: as text, and as HTML in which every word is escaped.

It computes nothing and draws nothing; both languages are shown, because none was chosen.
"""

from html import escape
from typing import Any, NamedTuple

import pandas as pd

from analysis.language import values
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics import precision

SHOWN = 12  # rows at most; a comparison of thousands is for a chart


class Told(str):
    """A text that shows itself as it reads, at a prompt and in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre style='white-space: pre-wrap'>{escape(self)}</pre>"


class Compared(NamedTuple):
    """
    What a comparison has to show.

    Examples
    --------
    >>> none = pd.DataFrame(columns=["region_zh"])
    >>> print(Compared(Text("死亡", "Deaths"), none, none, (), "value").text())
    死亡 Deaths
      (no figure can be set beside another)
    """

    name: Text
    rows: pd.DataFrame
    refused: pd.DataFrame
    cautions: tuple[Text, ...]
    scale: str

    def text(self) -> str:
        """What is kept, what is refused and why, and what strains it, line by line."""
        shown = self._kept().itertuples(index=False)
        kept = [f"  {' · '.join(filter(None, cells))}" for cells in shown]
        refused = [f"  — {place}: {why}" for place, why in self._refused().itertuples(index=False)]
        nothing = "  (no figure can be set beside another)"
        lines = [self._heading(), *(kept or [nothing]), *_more(self.rows)]
        notes = (f"  ! {note.zh} {note.en}" for note in self.cautions)
        return "\n".join([*lines, *refused, *_more(self.refused), *notes])

    def html(self) -> str:
        """The same as two tables and a list."""
        notes = "".join(f"<li>{escape(f'{note.zh} {note.en}')}</li>" for note in self.cautions)
        return "".join(
            [
                f"<b>{escape(self._heading())}</b>",
                *(_table(self._kept()), *_more(self.rows)),
                *(_table(self._refused()), *_more(self.refused)),
                f"<ul>{notes}</ul>" if notes else "",
            ]
        )

    def _heading(self) -> str:
        unit = "，每10万人 per 100,000 people" if self.scale == "rate" else ""
        return f"{self.name.zh} {self.name.en}{unit}"

    def _kept(self) -> pd.DataFrame:
        """Region, part, period, figure, and what is compared with its interval."""
        columns = ["地区 Region", "部分 Part", "期间 Period", "数字 Figure", "比较 Compared"]
        rows = as_records(self.rows.head(SHOWN))
        if self.scale == Scale.NONE:
            cells = [(_place(r), _scope(r), _period(r), values.what(r).en, _of(r)) for r in rows]
        else:
            cells = [
                (_place(r), _part(r), _period(r), values.value(r).en, _sure(r, self.scale))
                for r in rows
            ]
        return pd.DataFrame(cells, columns=columns, dtype="str")

    def _refused(self) -> pd.DataFrame:
        cells = [
            (_place(row), f"{row['reason_zh']} {row['reason_en']}")
            for row in as_records(self.refused.head(SHOWN))
        ]
        return pd.DataFrame(cells, columns=["未并列 Left out", "原因 Why"], dtype="str")


def _table(frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    with pd.option_context("display.max_colwidth", None):
        return str(frame.to_html(index=False, escape=True, border=0, justify="left"))


def _more(frame: pd.DataFrame) -> list[str]:
    return [f"  … {len(frame) - SHOWN:,} more"] if len(frame) > SHOWN else []


def _place(row: dict[Any, Any]) -> str:
    return f"{row['region_zh']} {row['region_en']}"


def _part(row: dict[Any, Any]) -> str:
    """What of the indicator the figure covers; empty for the whole."""
    part = values.part(row)
    return f"{part.zh} {part.en}".strip()


def _scope(row: dict[Any, Any]) -> str:
    """What the figure of a family covers."""
    return f"{row['scope_zh']} {row['scope_en']}"


def _of(row: dict[Any, Any]) -> str:
    """How many of the parts that a region reports the figure is; empty for all."""
    return f"{row['used']} of {row['parts']}" if row["parts"] > row["used"] else ""


def _period(row: dict[Any, Any]) -> str:
    return values.time_of(row).en


def _sure(row: dict[Any, Any], scale: str) -> str:
    """The number that is compared, and its limits."""
    names = ("rate_lower", "rate_upper") if scale == "rate" else ("lower", "upper")
    lower, upper = (float(row[name]) for name in names)
    shown = precision.as_value(row) if scale == "rate" else row
    return values.estimate(shown, lower, upper).en
