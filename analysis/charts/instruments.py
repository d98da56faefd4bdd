"""
Systems, mechanisms and programmes: who has which, how many, and how much two reports share.

Shape and filling say how far an instrument is; nothing is sorted by a number.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis import phrases, style, wording
from analysis.wording import Text
from analysis.words import Gap, Standing, Verdict

from . import grid, tally
from .comparison import left_out
from .page import Caption, Page, Picture, wrapped

THEME, SHARED = 1.75, 0.85  # inches on a slide, of the words to the left and right
NAME = {"zh": 3.1, "en": 4.35}  # inches of the names
TALLEST = 0.36  # inches of a line of the matrix


def instrument_counts(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    themes: pd.DataFrame,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    Draw one mark an instrument, themes by regions, and write how many there are of each kind.

    Parameters
    ----------
    rows
        Every instrument in every region (``policies.standings``).
    themes
        ``theme``, ``name_zh``, ``name_en`` in the order to draw.
    absent
        The regions without any row, each with the reason.
    """
    caption = Caption(
        title=title,
        subtitle=Text(
            "各主题的举措，每个记号一项｜数字为在用、在建、计划的项数",
            "instruments by theme, one mark each | numbers: in use, under way, planned",
        ),
        source=phrases.source_note(rows),
        alt=_counts_alt(rows, title),
        left_out=left_out(absent),
        notes=(phrases.SILENCE_NOTE, *_differences(rows)),
    )
    page = Page(caption, language, form=form, ax=ax)
    names = list(themes[["theme", f"name_{language}"]].itertuples(index=False, name=None))
    tally.draw(
        page,
        rows,
        column="status",
        words=wording.STANDINGS,
        themes=names,
        silent=Standing.NOT_MENTIONED,
    )
    return _with_rows(page, rows)


def instruments(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    themes: pd.DataFrame,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    Draw who has which instrument: one line an instrument, one mark a region.

    Takes what :func:`instrument_counts` does; the instruments of *rows*, all regions of each,
    are drawn in the order in which they first appear.
    """
    caption = Caption(
        title=title,
        subtitle=Text(
            "每行一项举措，按主题与名称排列｜右侧为写到它的报告数",
            "one instrument a line, by theme and name | right: reports that mention it",
        ),
        source=phrases.source_note(rows),
        alt=_matrix_alt(rows, title),
        left_out=left_out(absent),
        notes=(phrases.SILENCE_NOTE, *_differences(rows)),
    )
    page = Page(caption, language, form=form, ax=ax)
    _draw_matrix(page, rows, themes.set_index("theme")[f"name_{language}"].to_dict())
    return _with_rows(page, rows)


def similarity(
    pairs: pd.DataFrame,
    *,
    title: Text,
    language: str,
    rows: pd.DataFrame,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    Draw, for every two regions, the share of instruments that their reports have in common.

    Parameters
    ----------
    pairs
        ``policies.overlaps``; a pair that may not be compared shows its reason instead.
    rows
        The instruments in the regions that the pairs stand on.
    absent
        The regions without any row, each with the reason.
    """
    methods = [phrases.METHODS[method] for method in dict.fromkeys(pairs["method"])]
    caption = Caption(
        title=title,
        subtitle=Text(
            "每两份报告共有的举措，占两份合计的百分比及95%区间",
            "instruments in both reports, percent of those in either, with 95% interval",
        ),
        source=phrases.source_note(rows),
        alt=_pairs_alt(pairs, title),
        left_out=left_out(absent),
        notes=(*methods, phrases.JACCARD_NOTE, phrases.SILENCE_NOTE, *_differences(rows)),
    )
    page = Page(caption, language, form=form, ax=ax)
    _draw_stairs(page, pairs, rows)
    picture = _with_rows(page, rows)
    picture.refused = pairs[pairs["verdict"].eq(Verdict.NOT_COMPARABLE)]
    return picture


def _with_rows(page: Page, rows: pd.DataFrame) -> Picture:
    """The picture with the rows that stand on a sentence, and those of silence apart."""
    quiet = rows["status"].eq(Standing.NOT_MENTIONED)
    told = phrases.GAPS[Gap.NOT_REPORTED]
    page.picture.rows = rows[~quiet]
    page.picture.refused = rows[quiet].assign(
        gap=str(Gap.NOT_REPORTED), reason_zh=told.zh, reason_en=told.en
    )
    return page.picture


def _differences(rows: pd.DataFrame) -> list[Text]:
    """That the reports differ, and which of them are only plans."""
    plans = [
        phrases.PLAN_REPORT_NOTE.format(region=Text(row["region_zh"], row["region_en"]))
        for row in grid.regions(rows)
        if row["kind"] == "plan"
    ]
    return [phrases.REPORTS_DIFFER_NOTE, *plans]


class Table(NamedTuple):
    """Where the columns and lines of the matrix stand, in inches on its page."""

    name: float
    left: float
    column: float
    right: float
    top: float
    line: float
    size: float  # of the names, in points


def _draw_matrix(page: Page, rows: pd.DataFrame, themes: Mapping[Any, str]) -> None:
    axes = grid.canvas(page)
    regions = grid.regions(rows)
    groups = [group for _, group in rows.groupby("indicator", sort=False)]
    names = [str(group.iloc[0][f"indicator_{page.language}"]) for group in groups]
    table = _table(page, names, len(regions))
    top = page.room.bottom + page.room.height
    grid.key(page, axes, (page.room.left, top), wording.STANDINGS, table.left - page.room.left)
    columns = {}
    for place, region in enumerate(regions):
        x = table.left + (place + 0.5) * table.column
        grid.head(page, region, x, top, wording.report_period(region["report"], page.language))
        columns[region["region"]] = x - 0.32 * table.column
    y, before = table.top, ""
    for group, name in zip(groups, names, strict=True):
        high = table.line * _weight(name, table)
        theme = str(group.iloc[0]["theme"])
        if theme != before:
            _write_theme(page, axes, table, themes[theme], y, high)
        _write_line(page, table, group, y - high / 2)
        for row in group.to_dict("records"):
            _draw_standing(page, axes, (columns[row["region"]], y - high / 2), row)
        y, before = y - high, theme


def _table(page: Page, names: list[str], regions: int) -> Table:
    """The largest names with which every line fits; long names take a second line."""
    scale, room = page.size.width / 13.333, page.room
    name = room.left + THEME * scale
    left, right = name + NAME[page.language] * scale, room.left + room.width
    column = (right - SHARED * scale - left) / regions
    top = room.bottom + room.height - (page.size.label * 1.3 + page.size.note * 1.8) / 72
    for size in (page.size.label, page.size.label * 0.9, page.size.note * 1.1, page.size.note):
        table = Table(name, left, column, right, top, 0.0, size)
        line = (top - room.bottom) / sum(_weight(words, table) for words in names)
        if line * 72 > size * 1.3:
            break
    return table._replace(line=min(TALLEST * scale, line))


def _weight(name: str, table: Table) -> float:
    """The height of a line of the matrix: a second line of words takes less than the first."""
    return 0.15 + 0.85 * len(wrapped(name, table.left - table.name - 0.1, table.size))


def _write_theme(page: Page, axes: Axes, table: Table, theme: str, y: float, high: float) -> None:
    grid.rule(axes, page.room.left, table.right, [y])
    width = table.name - page.room.left - 0.1
    found, size = grid.fitted(theme, width, page.size.note, page.size.note * 0.9)
    page.text(page.room.left, y - high / 2, found[0], size, color=style.GREY, va="center")


def _write_line(page: Page, table: Table, group: pd.DataFrame, y: float) -> None:
    """The name of an instrument to the left, and how many reports mention it to the right."""
    words = str(group.iloc[0][f"indicator_{page.language}"])
    found = wrapped(words, table.left - table.name - 0.1, table.size)
    grid.lines(page, (table.name, y), found, table.size)
    count = int(group["status"].ne(Standing.NOT_MENTIONED).sum())
    told = phrases.REGION_COUNT.format(count=count) if count > 1 else phrases.ONE_REGION
    options = {"color": style.GREY, "ha": "right", "va": "center"}
    page.text(table.right, y, told[page.language], page.size.note, **options)


def _draw_standing(page: Page, axes: Axes, at: tuple[float, float], row: dict[Any, Any]) -> None:
    """The mark of one region, with its word in small print unless the report is silent."""
    look, colour = grid.LOOKS[Standing(row["status"])], style.colour(row["region"])
    size = page.size.note
    if row["status"] == Standing.NOT_MENTIONED:
        grid.stamp(axes, at, look, colour, markersize=size, gid="gap")
        return
    grid.stamp(axes, at, look, colour, markersize=size * 0.95, gid=f"mark-{row['id']}")
    words = wording.STANDINGS[Standing(row["status"])][page.language]
    page.text(at[0] + size * 0.85 / 72, at[1], words, size, va="center")


class Cell(NamedTuple):
    """One cell of the staircase, in inches on its page; *top* is its upper edge."""

    left: float
    top: float
    width: float
    height: float


def _draw_stairs(page: Page, pairs: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Names on the diagonal, one cell below it for every pair, the scale in the empty corner."""
    axes = grid.canvas(page)
    regions, room = grid.regions(rows), page.room
    wide, high = room.width / len(regions), room.height / len(regions)
    lefts, tops = {}, {}
    for place, region in enumerate(regions):
        lefts[region["region"]] = room.left + place * wide
        tops[region["region"]] = room.bottom + room.height - place * high
        cell = Cell(room.left + place * wide, tops[region["region"]], wide, high)
        _name_stair(page, cell, region, rows)
    end = math.ceil(pairs["upper"].max() / 10) * 10
    for pair in pairs.to_dict("records"):
        cell = Cell(lefts[pair["region"]], tops[pair["other"]], wide, high)
        axes.add_patch(_shade(cell))
        if pair["verdict"] == Verdict.NOT_COMPARABLE:
            _refuse(page, axes, cell, pair)
        else:
            _draw_pair(page, axes, cell, pair, end)
    top = room.bottom + room.height
    _draw_scale(page, axes, Cell(room.left + room.width - wide, top, wide, high), end)


def _name_stair(page: Page, cell: Cell, region: dict[Any, Any], rows: pd.DataFrame) -> None:
    mine = rows["region"].eq(region["region"]) & rows["status"].ne(Standing.NOT_MENTIONED)
    x, y = cell.left + 0.1, cell.top - cell.height / 2
    name, colour = region[f"region_{page.language}"], style.colour(region["region"])
    page.text(x, y, name, page.size.label * 1.15, color=colour, va="bottom")
    when = wording.report_period(region["report"], page.language)
    count = phrases.MENTIONED.format(count=int(mine.sum()))[page.language]
    words = f"{when}，{count}" if page.language == "zh" else f"{when}, {count}"
    page.text(x, y - 0.05, words, page.size.note, color=style.GREY)


def _shade(cell: Cell) -> Rectangle:
    corner = (cell.left + 0.03, cell.top - cell.height + 0.03)
    width, height = cell.width - 0.06, cell.height - 0.06
    return Rectangle(corner, width, height, facecolor=style.SHADE, edgecolor="none", zorder=0)


def _refuse(page: Page, axes: Axes, cell: Cell, pair: dict[Any, Any]) -> None:
    """The reason why a pair is not compared, where its figure would stand."""
    words, size = pair[f"reason_{page.language}"], page.size.note
    found = wrapped(words, cell.width - 0.24, size)
    middle = cell.top - cell.height / 2
    at = (cell.left + 0.12 + size / 2 / 72, middle + size * 0.75 * len(found) / 72)
    grid.stamp(axes, at, grid.DASH, style.GREY, markersize=size, gid="gap")
    grid.lines(page, (cell.left + 0.12, middle - size * 0.7 / 72), found, size)


def _draw_pair(page: Page, axes: Axes, cell: Cell, pair: dict[Any, Any], end: float) -> None:
    """A share in words, its dot and interval on the scale of all cells, and what it stands on."""
    left, width = cell.left + 0.12, cell.width - 0.24
    page.text(
        left, cell.top - cell.height * 0.1, wording.share(pair)[page.language], page.size.label
    )
    y = cell.top - cell.height * 0.47
    code = f"{pair['region']}-{pair['other']}"
    low, high, at = (left + width * pair[name] / end for name in ("lower", "upper", "share"))
    axes.plot([left, left + width], [y, y], color=style.AXIS, linewidth=0.8, zorder=1)
    axes.plot([low, high], [y, y], color=style.INK, linewidth=1.8, zorder=2, gid=f"interval-{code}")
    dot, size = f"interval-share-{code}", page.size.note * 0.75
    grid.stamp(axes, (at, y), grid.DOT, style.INK, markersize=size, gid=dot)
    counts = phrases.COMMON.format(common=pair["common"], either=pair["either"])[page.language]
    below = [line for line in (counts, pair[f"reason_{page.language}"]) if line]
    _, size = grid.fitted(max(below, key=len), width, page.size.note, page.size.note * 0.9)
    for place, line in enumerate(below):
        height = cell.top - cell.height * 0.57 - place * size * 1.2 / 72
        page.text(left, height, line, size, color=style.GREY)


def _draw_scale(page: Page, axes: Axes, cell: Cell, end: float) -> None:
    """How to read a cell: the scale that all of them share."""
    left, width, size = cell.left + 0.12, cell.width - 0.24, page.size.note
    y = cell.top - cell.height * 0.47
    axes.plot([left, left + width], [y, y], color=style.AXIS, linewidth=0.8, zorder=1)
    for part, side in ((0.0, "left"), (0.5, "center"), (1.0, "right")):
        axes.plot([left + part * width] * 2, [y - 0.04, y + 0.04], color=style.GREY, linewidth=0.8)
        told = f"{part * end:.0f}%"
        page.text(left + part * width, y - 0.06, told, size, color=style.GREY, ha=side)
    told = phrases.SAME_SCALE[page.language]
    page.text(left, y + 0.08, told, size, color=style.GREY, va="bottom")


def _counts_alt(rows: pd.DataFrame, title: Text) -> Text:
    said = wording.joined(
        (_region_counts(row, rows) for row in grid.regions(rows)), zh="；", en="; "
    )
    return Text(
        f"{title.zh}。{said.zh}。未提及不等于没有，项数多不等于做得好。",
        f"{title.en}. {said.en}. Not mentioned is not absent, and more is not better.",
    )


def _region_counts(region: dict[Any, Any], rows: pd.DataFrame) -> Text:
    kinds = rows.loc[rows["region"].eq(region["region"]), "status"].value_counts()
    parts = [
        Text(f"{words.zh}{kinds.get(word, 0)}", f"{kinds.get(word, 0)} {words.en}")
        for word, words in wording.STANDINGS.items()
    ]
    told = wording.joined(parts, zh="、", en=", ")
    return Text(f"{region['region_zh']}{told.zh}", f"{region['region_en']} {told.en}")


def _matrix_alt(rows: pd.DataFrame, title: Text) -> Text:
    count = rows["indicator"].nunique()
    names: Sequence[str] = list(dict.fromkeys(rows["indicator_zh"]))
    named: Sequence[str] = list(dict.fromkeys(rows["indicator_en"]))
    return Text(
        f"{title.zh}。{count}项：{'、'.join(names)}。未提及不等于没有。",
        f"{title.en}. {count} instruments: {', '.join(named)}. Not mentioned is not absent.",
    )


def _pairs_alt(pairs: pd.DataFrame, title: Text) -> Text:
    said = []
    for pair in pairs[pairs["verdict"].ne(Verdict.NOT_COMPARABLE)].to_dict("records"):
        share = wording.share(pair)
        said.append(
            Text(
                f"{pair['region_zh']}与{pair['other_zh']}{share.zh}",
                f"{pair['region_en']} and {pair['other_en']} {share.en}",
            )
        )
    told = wording.joined(said, zh="、", en=", ")
    return Text(
        f"{title.zh}。{told.zh}。份额不是名次，也不说明谁做得更好。",
        f"{title.en}. {told.en}. The shares are no ranking and say nothing of quality.",
    )
