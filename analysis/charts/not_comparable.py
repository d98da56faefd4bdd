"""A table of indicators that cannot be compared: what each region reports, and the reason."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import labels, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Scale
from analysis.rows import as_records

from . import grid, native, paragraph, style
from .figure import Caption, Figure, Kind, applicable
from .page import Page, begun, measured
from .paragraph import Words

NAME, WHY = 2.4, 1.75  # inches of the first two columns on a slide
MOST = 2  # figures of one region on a line; the others are counted
AIR = 0.05  # inches between two lines
ELSEWHERE = "†"  # after a figure that is compared with those of another indicator

Row = dict[Any, Any]


class Line(NamedTuple):
    """One indicator: its name, the words of each region, and the reason."""

    name: list[Words]
    regions: list[list[Words]]
    why: list[Words]

    @property
    def height(self) -> float:
        """Height of the line, in inches."""
        reported = sum(map(paragraph.height, self.regions))
        return max(paragraph.height(self.name), reported, paragraph.height(self.why)) + AIR


class Columns(NamedTuple):
    """Left edges of the three columns, and their widths, in inches."""

    name: float
    why: float
    reported: float
    widths: tuple[float, float, float]


def not_comparable(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    List indicators with what each region reports, and why they cannot be compared.

    Parameters
    ----------
    rows
        From ``apart.not_comparable``: the figures of each indicator and region, with
        ``reason_zh`` and ``reason_en``, and ``elsewhere``.

    Raises
    ------
    CrowdedError
        When the lines do not fit one page.
    """
    page = Page(_caption(rows, title), language, form=form, ax=ax)
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, rows)
    columns = _columns(page)
    groups = [as_records(group) for _, group in rows.groupby("indicator", sort=False)]
    names = rows[f"region_{page.language}"].unique()
    indent = max(measured(str(name), page.size.note) for name in names) + 0.1
    lines = [_line(page, columns, records, indent) for records in groups]
    if sum(line.height for line in lines) > page.room.height:
        raise CrowdedError(say("crowded.indicators", count=len(lines)))
    _draw(page, columns, lines)
    return page.figure(KIND.name, Scale.NONE, rows, rows.iloc[:0])


def _caption(rows: pd.DataFrame, title: Text) -> Caption:
    count = rows["indicator"].nunique()
    most = rows.groupby(["indicator", "region"], observed=True).size().max()
    conditions = {"not_comparable.elsewhere": rows["elsewhere"].any(), "note.record": most > MOST}
    return Caption(
        title=title,
        subtitle=say("not_comparable.subtitle"),
        source=publishers.source_note(rows),
        alt=say("not_comparable.alt", title=title, count=count),
        notes=applicable(conditions),
    )


def _columns(page: Page) -> Columns:
    scale, room = page.size.width / style.SLIDE.width, page.room
    name, why, gap = NAME * scale, WHY * scale, 0.15 * scale
    widths = (name - gap, why - gap, room.width - name - why)
    return Columns(room.left, room.left + name, room.left + name + why, widths)


def _line(page: Page, columns: Columns, figures: list[Row], indent: float) -> Line:
    first, size, language = figures[0], page.size, page.language
    name, why, reported = columns.widths
    by_region: dict[str, list[Row]] = {}
    for row in figures:
        by_region.setdefault(row["region"], []).append(row)
    return Line(
        paragraph.lines(_name(first, language), name, size.note),
        [_region(page, rows, reported, indent) for rows in by_region.values()],
        paragraph.lines(begun(first[f"reason_{language}"]), why, size.note),
    )


def _name(row: Row, language: Language) -> str:
    """Return the indicator, in English with its unit, which the figures then omit."""
    name, unit = str(row[f"indicator_{language}"]), str(row["unit_en"])
    return name if language is Language.ZH or unit == "%" or unit in name else f"{name} ({unit})"


def _region(page: Page, figures: list[Row], width: float, indent: float) -> list[Words]:
    """Return the region's name and its figures: what each covers, and its number."""
    size, language = page.size.note, page.language
    colour = style.colour(figures[0]["region"])
    name = Words(figures[0][f"region_{language}"], size, colour)
    pieces = [_figure(row, language, size) for row in figures[:MOST]]
    if len(figures) > MOST:
        more = say("not_comparable.more", count=len(figures) - MOST)[language]
        pieces.append(Words(more, size, style.GREY))
    stop = "；" if language == "zh" else ";"
    pieces[:-1] = [piece._replace(text=piece.text + stop) for piece in pieces[:-1]]
    placed = paragraph.flow(pieces, width, indent)
    return [name, placed[0]._replace(same_line=True), *placed[1:]]


def _figure(row: Row, language: Language, size: float) -> Words:
    unitless = {} if row["unit_en"] == "%" else {"unit_en": "", "unit_one": ""}
    scope, number = values.part_or_all(row), values.what({**row, **unitless})
    text = say("not_comparable.figure", scope=scope, number=number)[language]
    text += ELSEWHERE if row["elsewhere"] else ""
    return Words(text, size, style.INK, gid=f"mark-{row['id']}")


def _draw(page: Page, columns: Columns, lines: list[Line]) -> None:
    axes, room = grid.canvas(page), page.room
    right = room.left + room.width
    spare = (room.height - sum(line.height for line in lines)) / len(lines)
    spare = min(spare, 0.15 * page.size.height / style.SLIDE.height)
    top = room.bottom + room.height
    for line in lines:
        grid.rule(axes, room.left, right, [top])
        below = top - (AIR + spare) / 2
        paragraph.write(page, columns.name, below, line.name)
        paragraph.write(page, columns.why, below, line.why)
        for words in line.regions:
            paragraph.write(page, columns.reported, below, words)
            below -= paragraph.height(words)
        top -= line.height + spare
    grid.rule(axes, room.left, right, [top])


def _table(record: native.Record, language: str) -> native.Table | None:
    """Return a line for each indicator and region: numbers with their scopes, and the reason."""
    lines, before = [], ""
    pairs = groupby(record["rows"], key=lambda row: (row["indicator"], row["region"]))
    for rows in (list(group) for _, group in pairs):
        row = rows[0]
        first = row["indicator"] != before
        before = row["indicator"]
        name, why = (row[f"{part}_{language}"] if first else "" for part in ("indicator", "reason"))
        lines.append(
            (name, native.region_name(row, language), _numbers(rows)[language], begun(why))
        )
    head = tuple(say("not_comparable.heads")[language].split("|"))
    marks = tuple((f"{at + 1}", row["id"]) for at, row in enumerate(record["rows"]))
    return native.Table(head, tuple(lines), marks) if lines else None


def _numbers(rows: Sequence[native.Row]) -> Text:
    """Return the first numbers of one region with their scopes, and the number of the others."""
    texts = [labels.value(row) + Text.aside(values.part(row)) for row in rows]
    if len(texts) > MOST:
        texts[MOST:] = [say("not_comparable.more", count=len(rows) - MOST)]
    return Text.joined(texts)


KIND = Kind(
    "not_comparable",
    order=30,
    columns=("status", "value", "unit", "change", "direction", "printed", "shorthand", "reason"),
    table=_table,
    listed=True,
    apart=True,
    gaps=True,
)
