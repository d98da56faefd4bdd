"""Targets and their results, as a table."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import aims, labels, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Measure, Scale, Status
from analysis.rows import as_records

from . import native, style, table
from .comparison import left_out
from .figure import Caption, Figure, Kind, applicable
from .page import Page
from .table import Cell

Row = dict[Any, Any]
HEADS = ("region", "indicator", "target", "due", "result")  # messages targets.<head>
SHARES = (0.11, 0.41, 0.17, 0.12, 0.19)  # of the width


def targets(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    about: Text | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    List each target with its value, when it is due, and its result.

    Parameters
    ----------
    rows
        From ``attainment.judged``, in house order.
    title
        The finding, from ``findings``.
    refused
        Regions without a target here, and why (``attainment.without_target``).
    about
        The subtitle, from ``findings``; what the columns are if not given.
    """
    page = Page(_caption(rows, title, about, refused), language, form=form, ax=ax)
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, refused)
    records = as_records(rows)
    first = table.starts(records, "region")
    columns = table.headed(page.language, [f"targets.{head}" for head in HEADS], SHARES)
    lines = [_cells(row, page.language, named=index in first) for index, row in enumerate(records)]
    table.write(page, page.room, columns, lines, rules=first)
    return page.figure(KIND.name, Scale.NONE, rows, refused, _results(rows))


def _cells(row: Row, language: str, *, named: bool) -> list[Cell]:
    colour = style.colour(row["region"])
    region = row[f"region_{language}"] if named else ""
    known = pd.notna(row["result"])
    return [
        Cell(region, colour=colour),
        Cell(values.about(row)[language], gid=f"mark-{row['id']}"),
        Cell(aims.target_as_printed(row)[language], colour=colour),
        Cell(values.time_of(row)[language], colour=style.INK if row["dated"] else style.GREY),
        Cell(aims.outcome(row)[language], colour=style.INK if known else style.GREY),
    ]


def _results(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the results drawn beside their targets, as separate rows."""
    known = rows[rows["result_id"].notna()]
    columns = [name for name in map(str, known) if name.startswith("result_")]
    names = {name: name.removeprefix("result_") for name in columns} | {"result": "value"}
    shared = ["region", "region_zh", "region_en", "indicator", "indicator_zh", "indicator_en"]
    shared += ["origin", "report", "publisher", "title", "published", "unit", "unit_en"]
    shared += ["unit_one"]
    results = known[[*shared, "result", *columns]].rename(columns=names)
    return results.assign(status=str(Status.ACTUAL))


def _notes(rows: pd.DataFrame) -> list[Text]:
    levels = as_records(rows[rows["measure"].eq(Measure.LEVEL)])
    conditions = {"note.target_implied": any(map(values.implied, levels))}
    return [say("note.outcome"), *applicable(conditions), say("note.targets_planned")]


def _caption(rows: pd.DataFrame, title: Text, about: Text | None, refused: pd.DataFrame) -> Caption:
    source = rows if len(rows) else refused.assign(origin="report")
    return Caption(
        title=title,
        subtitle=about or say("targets.subtitle"),
        source=publishers.source_note(source),
        alt=say("targets.alt", title=title, count=len(rows)),
        left_out=left_out(refused),
        notes=tuple(_notes(rows)),
        spoken=say("note.outcome"),
    )


def _table(record: native.Record, language: str) -> native.Table | None:
    """Return the targets of a record as a table of text."""
    rows = native.listed(record)
    lines = [
        (
            labels.region(row)[language],
            labels.indicator(row)[language],
            labels.value(row)[language],
            labels.period(row)[language],
        )
        for row in rows
    ]
    head = tuple(say(f"targets.{name}")[language] for name in HEADS[: len(HEADS) - 1])
    marks = tuple((f"{index + 1}", row["id"]) for index, row in enumerate(rows))
    return native.Table(head, tuple(lines), marks) if lines else None


KIND = Kind(
    "targets",
    order=90,
    columns=("status", "value", "unit", "direction", "shorthand", "reason"),
    table=_table,
    listed=True,
)
