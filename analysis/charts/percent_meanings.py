"""The whole numbers that fit a chain of published percentages, and counts that contradict them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.comparability import percentages
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics.summaries import Meaning

from . import marks, style, table
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind, applicable, described
from .page import Page, begun, measured
from .table import Cell

MOST = 12  # counts on one line
NAMES, YEAR, ANSWERS = 0.16, 0.075, 0.22  # shares of the width; the counts have the rest
BEYOND = 1.4  # the end of a line over its largest count


def percent_meanings(
    meanings: Sequence[Meaning],
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a line per chain of percentages, with a tick at every count of its last year that fits.

    The line of which the title is, the first one with an answer, is shaded.

    Parameters
    ----------
    meanings
        From ``percents.meanings``.
    refused
        Regions with counts, or without percentages of two years, and why.

    Raises
    ------
    CrowdedError
        If the lines do not fit one page.
    """
    rows = _rows(meanings)
    if rows.empty:
        return blank(
            KIND.name, rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(meanings, rows, title, refused), language, form=form, ax=ax)
    years = sorted({year for meaning in meanings for year in meaning.years[1:]})
    answered = (at for at, m in enumerate(meanings) if m.contradicted or m.smallest)
    grid = table.write(
        page,
        page.room,
        _columns(page, years),
        [_line(page, meaning, years) for meaning in meanings],
        rules=range(len(meanings)),
        shaded=next(answered, None),
    )
    axes = grid.axes(page, len(years) + 1)
    axes.set_xlim(0, 1)
    for meaning, at in zip(meanings, grid.middles, strict=True):
        _draw(axes, page, meaning, at)
    return page.figure(KIND.name, Scale.VALUE, rows, refused)


def _rows(meanings: Sequence[Meaning]) -> pd.DataFrame:
    """Return the percentages and partial counts drawn, each with the series that fit its chain."""
    frames = [
        pd.concat([meaning.rows, meaning.partly]).assign(
            base_year=meaning.years[0],
            fits="; ".join("–".join(map(str, chain.counts)) for chain in meaning.answer.chains),
        )
        for meaning in meanings
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"region": []})


def _caption(
    meanings: Sequence[Meaning], rows: pd.DataFrame, title: Text, refused: pd.DataFrame
) -> Caption:
    years = [Text(*[str(year)] * 2) for year in sorted({m.years[-1] for m in meanings})]
    conditions = {
        "percent_meanings.key": (rows["percent"].notna() & rows["origin"].eq("context")).any(),
        "note.context": any(len(meaning.partly) for meaning in meanings),
    }
    return Caption(
        title=title,
        subtitle=say("percent_meanings.about", years=Text.joined(years, zh="、", en=", ")),
        axis=say("percent_meanings.axis"),
        source=publishers.source_note(rows),
        alt=described("percent_meanings.figure", [_in_words(meaning) for meaning in meanings]),
        left_out=left_out(refused),
        notes=(
            say("percent_meanings.unrevised"),
            *(percentages.known(meaning) for meaning in meanings if len(meaning.partly)),
            *applicable(conditions),
        ),
    )


def _in_words(meaning: Meaning) -> Text:
    return say(
        "percent_meanings.alt",
        name=percentages.subject(meaning),
        percents=Text.joined(percentages.printed(meaning), zh="，", en=", "),
        answer=percentages.answer(meaning),
    )


def _columns(page: Page, years: Sequence[int]) -> list[table.Column]:
    """Return the columns: names, percentages by year, counts and answers."""
    heads = [say("percent_meanings.axis"), say("percent_meanings.answer")]
    plot = 1 - NAMES - YEAR * len(years) - ANSWERS
    return [
        table.Column("", NAMES),
        *(table.Column(str(year), YEAR, "right") for year in years),
        *(
            table.Column(begun(head[page.language]), share)
            for head, share in zip(heads, (plot, ANSWERS), strict=True)
        ),
    ]


def _line(page: Page, meaning: Meaning, years: Sequence[int]) -> list[Cell]:
    """Return name, percentages and answer of one chain; a percentage leads to its row."""
    own = style.colour(str(meaning.rows["region"].iloc[0]))
    cells = dict.fromkeys(years, Cell(""))
    for row in as_records(meaning.rows):
        colour = own if row["origin"] == "report" else style.GREY
        percent = numbers.signed_percent(row["percent"])
        cells[row["period_end"].year] = Cell(percent, colour=colour, gid=f"mark-{row['id']}")
    parts = (percentages.answer(meaning), percentages.how(meaning))
    answer = Cell(*(text[page.language] for text in parts))
    name = Cell(percentages.subject(meaning)[page.language], colour=own)
    return [name, *cells.values(), Cell(""), answer]


def _draw(axes: Axes, page: Page, meaning: Meaning, at: float) -> None:
    """Draw the counts of the last year that fit on a line of their own scale, from 0 on."""
    counts = sorted({chain.counts[-1] for chain in meaning.answer.chains[:MOST]})
    known = [limits.high for limits in meaning.answer.known.values()]
    top = max([*counts, *known, 10]) * BEYOND
    line = {"arrowstyle": "-|>", "color": style.QUIET, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(1, at), xytext=(0, at), arrowprops=line)
    look = {"color": style.GREY, "ha": "center", "va": "top"}
    marks.write(axes, "0", (0, at), (0, -page.mark * 0.6), page.size.note, **look)
    _draw_known(axes, page, meaning, at, top)
    colour = style.colour(str(meaning.rows["region"].iloc[0]))
    if counts and not meaning.contradicted:
        axes.plot([counts[0] / top, 0.985], [at, at], color=colour, linewidth=4, alpha=0.25)
    free = 0.0
    for count in counts:
        shape: dict[str, Any] = {"marker": "x" if meaning.contradicted else "|"}
        shape |= {"markersize": page.mark * 1.3, "color": colour, "markeredgewidth": 2.0}
        axes.plot([count / top], [at], linestyle="none", gid="fit", **shape)
        half = measured(f" {count}", page.size.note) / 2 / _width(axes, page)
        if count / top - half >= free:
            free = count / top + half
            spot, look = (0, page.mark), {"color": colour, "ha": "center", "va": "bottom"}
            marks.write(axes, str(count), (count / top, at), spot, page.size.note, **look)


def _width(axes: Axes, page: Page) -> float:
    """Return the width of *axes* in inches."""
    return float(axes.get_position().width * page.size.width)


def _draw_known(axes: Axes, page: Page, meaning: Meaning, at: float, top: float) -> None:
    """Draw the count of a part of the last year, and what the whole year can be after it."""
    for row in as_records(meaning.partly):
        low, high = meaning.answer.known[len(meaning.rows)]
        ends = [low / top, high / top]
        axes.plot(ends, [at, at], color=style.INK, linewidth=5, alpha=0.5, zorder=2, gid="known")
        x = row["value"] / top
        marks.draw(axes, x, at, row, hollow=True, size=page.mark)
        day = say("trend.to_date", day=values.day(row["period_end"], year=False))[page.language]
        words, look = f"{numbers.exact(row['value'])} {day}", {"color": style.INK, "va": "top"}
        marks.write(axes, words, (x, at), (-page.mark, -page.mark), page.size.note, **look)


KIND = Kind("percent_meanings", order=56)
