"""
Systems, mechanisms and programmes by the reports that mention them.

One line for each set of reports, with a dot for each instrument and report, whose fill shows how
far it is; and a heat map of how many instruments of one report are in another's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import publishers
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Scale, Standing
from analysis.rows import as_records

from . import grid, native, style, table
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, Room, measured, wrapped
from .table import Cell, Column

Row = dict[Any, Any]
COUNT = 0.05  # of the width, of the number of instruments
DOTS, ACROSS = 0.064, 9  # of the width of the page, of the dots of a region; dots on a line
FILLS = {Standing.IN_USE: "full", Standing.BUILDING: "left", Standing.PLANNED: "none"}
SIGNS = {Standing.IN_USE: "●", Standing.BUILDING: "◐", Standing.PLANNED: "○"}
NAMED = 1  # lines of a table for the instruments of one set of reports
OWN = 4  # those of the subject of a brief, in no other report
MAP = 0.27  # of the width, of the heat map beside the list
PALE = "#7FA9D3"  # the darkest cell of the map, on which dark numbers can be read
WIDE = 7  # inches of a page that has room for the map beside the list


def instruments(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    absent: pd.DataFrame,
    about: str = "",
    contained: pd.DataFrame | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a line for each set of reports that mention the same instruments.

    Parameters
    ----------
    rows
        From ``policies.patterns``: the instruments of some sets of reports, all regions of each.
    absent
        The regions without any row, each with the reason.
    about
        The region whose own instruments the title is about, if it is not those of all reports.
    contained
        From ``policies.containment``, drawn as a heat map beside the lines if given, where the page
        is wide enough.
    """
    contained = contained if style.SIZES[form].width > WIDE else None
    caption = Caption(
        title=title,
        subtitle=_subtitle(),
        source=publishers.source_note(rows),
        alt=say("instruments.alt" if contained is None else "instruments.alt_map", title=title),
        left_out=left_out(absent),
        notes=(say("note.silence"), say("note.reports_differ"), say("note.record")),
        spoken=say("note.silence"),
    )
    page = Page(caption, language, form=form, ax=ax)
    room = page.room
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, absent)
    if contained is not None:
        wide = room.width * MAP
        _heat_map(page, room._replace(left=room.left + room.width - wide, width=wide), contained)
        room = room._replace(width=room.width - wide - 0.35)
    _draw_patterns(page, room, rows, about)
    return _figure(page, rows)


def _subtitle() -> Text:
    """Return the key of the dots."""
    each = (
        Text(f"{sign} {label(word).zh}", f"{sign} {label(word).en}") for word, sign in SIGNS.items()
    )
    return Text.joined([say("instruments.caption"), *each], zh="　", en="   ")


def _figure(page: Page, rows: pd.DataFrame) -> Figure:
    """Return the figure, with instruments that a report does not mention as refusals."""
    silent = rows["status"].eq(Standing.NOT_MENTIONED)
    reason = label(Gap.NOT_REPORTED)
    refusals = rows[silent].assign(
        gap=str(Gap.NOT_REPORTED), reason_zh=reason.zh, reason_en=reason.en
    )
    return page.figure(KIND.name, Scale.NONE, rows[~silent], refusals)


def _draw_patterns(page: Page, room: Room, rows: pd.DataFrame, about: str) -> None:
    """Draw the lines with as many names as fit; the rest are a number."""
    regions = grid.regions(rows)
    groups = [group for _, group in rows.groupby("pattern", sort=False)]
    columns = _columns(page, room, regions)
    wide = columns[-1].share * room.width - table.gap(page)
    rules = table.starts([group.iloc[0].to_dict() for group in groups], "reports")
    each = [_names(group) for group in groups]
    texts = table.lists(page, room, wide, each)
    lines = [
        [*[Cell("")] * len(regions), Cell(str(len(names))), Cell(text)]
        for names, text in zip(each, texts, strict=True)
    ]
    shaded = _shaded(groups, {about} if about else {row["region"] for row in regions})
    layout = table.write(
        page, room, columns, lines, rules=rules, shaded=shaded, sizes=[page.size.note]
    )
    axes = grid.canvas(page)
    for group, at in zip(groups, layout.middles, strict=True):
        for region, box in zip(regions, layout.columns, strict=False):
            _draw_dots(page, axes, group[group["region"].eq(region["region"])], box, at)


def _names(group: pd.DataFrame) -> list[Text]:
    """Return the name of each instrument of *group*, in their order."""
    once = group.drop_duplicates("indicator")[["indicator_zh", "indicator_en"]]
    return [Text(zh, en) for zh, en in once.itertuples(index=False, name=None)]


def _shaded(groups: Sequence[pd.DataFrame], regions: set[str]) -> int | None:
    """Return which of *groups* has the instruments that exactly *regions* mention."""
    for at, group in enumerate(groups):
        if set(group.loc[group["status"].ne(Standing.NOT_MENTIONED), "region"]) == regions:
            return at
    return None


def _columns(page: Page, room: Room, regions: Sequence[Row]) -> list[Column]:
    """Return a column of dots for each region, then the number and the names of instruments."""
    named = [(str(row[f"region_{page.language}"]), style.colour(row["region"])) for row in regions]
    widest = max(measured(name, page.size.note) for name, _ in named)
    dots = max(widest + 0.1, DOTS * page.size.width) / room.width
    heads = [Column(name, dots, "left", colour) for name, colour in named]
    names = Column(say("instruments.names")[page.language], 1 - dots * len(heads) - COUNT)
    return [*heads, Column("", COUNT, "right"), names]


def _draw_dots(page: Page, axes: Axes, rows: pd.DataFrame, box: Room, at: float) -> None:
    """Draw a dot for each instrument that a report mentions, in the order of the names."""
    known = as_records(rows[rows["status"].ne(Standing.NOT_MENTIONED)])
    lines = list(_in_rows(known, ACROSS))
    size = page.size.note * 0.5
    step = min(size * 1.3 / 72, box.width / ACROSS)
    for down, line in enumerate(lines):
        y = at + (len(lines) / 2 - down - 0.5) * size * 1.5 / 72
        for index, row in enumerate(line):
            fill, colour = FILLS[Standing(row["status"])], style.colour(row["region"])
            spot = (box.left + (index + 0.5) * step, y)
            grid.stamp(axes, spot, fill, colour, size=size, gid=f"mark-{row['id']}")


def _in_rows(records: Sequence[Row], most: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(records), most):
        yield records[start : start + most]


def _heat_map(page: Page, room: Room, contained: pd.DataFrame) -> None:
    """Draw how many instruments of the report of each line are also in that of each column."""
    import seaborn as sns

    names = contained[["region", f"region_{page.language}"]].drop_duplicates("region")
    order = list(names["region"])
    counts = contained.pivot(index="region", columns="other", values="count")
    shares = contained.pivot(index="region", columns="other", values="share")
    counts, shares = counts.loc[order, order], shares.loc[order, order]
    head = say("instruments.contained")[page.language]
    lines = wrapped(head, room.width, page.size.note)
    for index, line in enumerate(lines):
        y = room.bottom + room.height - index * page.size.note * 1.32 / 72
        page.text(room.left, y, line, page.size.note, color=style.GREY)
    labels = list(names[f"region_{page.language}"])
    widest = max(measured(name, page.size.note) for name in labels)
    left = widest + 0.1
    top = len(lines) * page.size.note * 1.32 / 72 + widest + 0.15
    side = min(room.width - left, room.height - top)
    box = Room(room.left + left, room.bottom + room.height - top - side, room.width - left, side)
    axes = page.axes(box)
    sns.heatmap(
        shares,
        annot=counts,
        fmt="d",
        cmap=sns.light_palette(PALE, as_cmap=True),
        vmin=0,
        vmax=100,
        cbar=False,
        linewidths=1.5,
        xticklabels=labels,
        yticklabels=labels,
        annot_kws={"fontsize": page.size.note, "color": style.INK},
        ax=axes,
    )
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(labelsize=page.size.note, length=0, labelrotation=0)
    if widest > 0.95 * box.width / len(labels):
        axes.tick_params(axis="x", labelrotation=90)


def _table(record: native.Record, language: str) -> native.Table | None:
    """Return the instruments by the reports that mention them, each report's signs in a column."""
    rows, subject = record["rows"], set(record.get("subject", ()))
    regions = {row["region"]: row for row in sorted(rows, key=native.level)}
    by_name: dict[str, dict[str, str]] = {}
    for row in rows:
        name = row[f"indicator_{language}"]
        by_name.setdefault(name, {})[row["region"]] = SIGNS[Standing(row["status"])]
    sets: dict[frozenset[str], list[str]] = {}
    for name, signs in by_name.items():
        if not subject or subject & {*signs}:
            sets.setdefault(frozenset(signs), []).append(name)
    lines = [
        line
        for reports, names in sorted(sets.items(), key=lambda one: not one[0] <= subject)
        for line in _lines(
            [by_name[name] for name in names], names, list(regions), language,
            OWN if reports <= subject else NAMED,
        )
    ]  # fmt: skip
    heads = [native.region_name(row, language) for row in regions.values()]
    head = (say("instruments.names")[language], "", *heads)
    marks = tuple((row[f"indicator_{language}"], row["id"]) for row in rows)
    return native.Table(head, tuple(lines), marks) if lines else None


def _lines(
    signs: Sequence[dict[str, str]],
    names: Sequence[str],
    regions: Sequence[str],
    language: str,
    most: int,
) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a set of reports: names, their number, and how often each sign."""
    counts = [Counter(each[region] for each in signs if region in each) for region in regions]
    cells = [
        " ".join(f"{sign}{count[sign]}" for sign in SIGNS.values() if count[sign])
        for count in counts
    ]
    for at, text in enumerate(native.in_lines(names, language, most)):
        yield (text, *(("", *[""] * len(cells)) if at else (str(len(names)), *cells)))


KIND = Kind("instruments", order=100, table=_table, listed=True)
