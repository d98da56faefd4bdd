"""The whole numbers that fit a chain of published percentages, and counts that contradict them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics.forensics import Chain, Finding, Reading
from analysis.statistics.summaries import Meaning

from . import marks, style
from .blank import blank
from .comparison import left_out
from .figure import NOTHING, Caption, Figure, Kind, described
from .page import Page, Room

ACROSS = 2
LOWEST = 1.6  # inches of a panel of a slide, at least
MOST = 12  # series in one panel
DASHES: dict[Reading, Any] = {
    Reading.ROUNDED: "-",
    Reading.CUT_OFF: (0, (4, 2)),
    Reading.EITHER: (0, (1, 1.5)),
}
Row = dict[Any, Any]


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
    Draw a panel per chain of percentages, with a line for every series of counts that fits it.

    Parameters
    ----------
    meanings
        From ``percents.meanings``.
    refused
        Regions with counts, or without percentages of two years, and why.
    """
    rows = _rows(meanings)
    if rows.empty:
        return blank(
            KIND.name, rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(meanings, rows, title, refused), language, form=form, ax=ax)
    down = -(-len(meanings) // ACROSS)
    wide, high = page.room.width / min(ACROSS, len(meanings)), page.room.height / down
    if high < LOWEST * page.size.height / style.SLIDE.height:
        raise CrowdedError(f"{len(meanings)} chains do not fit one page: choose regions")
    for index, meaning in enumerate(meanings):
        row, column = divmod(index, ACROSS)
        top = page.room.bottom + page.room.height - row * high
        left = page.room.left + column * wide
        _draw(page, Room(left, top - high, wide - page.size.label * 1.5 / 72, high), meaning)
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


def reading(chain: Chain) -> Reading:
    """Return the one reading by which all percentages of *chain* fit; EITHER for a mixture."""
    for kind in (Reading.ROUNDED, Reading.CUT_OFF):
        if set(chain.readings) <= {kind, Reading.EITHER}:
            return kind
    return Reading.EITHER


def _caption(
    meanings: Sequence[Meaning], rows: pd.DataFrame, title: Text, refused: pd.DataFrame
) -> Caption:
    bounds = sorted({meaning.answer.bound for meaning in meanings})
    key = say(
        "percent_meanings.key",
        bound=Text.joined([Text(*[str(b)] * 2) for b in bounds], zh="或", en=" or "),
    )
    return Caption(
        title=title,
        subtitle=Text.listed([say("percent_meanings.about"), contradiction(meanings)]),
        axis=say("percent_meanings.axis"),
        source=publishers.source_note(rows),
        alt=described("percent_meanings.figure", [_in_words(meaning) for meaning in meanings]),
        left_out=left_out(refused),
        notes=(
            say("percent_meanings.unrevised"),
            *(_known(meaning) for meaning in meanings if len(meaning.partly)),
            key,
        ),
    )


def contradiction(meanings: Sequence[Meaning], *, dated: bool = False) -> Text:
    """
    Return the percentages and the count that contradict each other; empty if none do.

    *dated* adds the year of each percentage.
    """
    for meaning in meanings:
        if meaning.contradicted:
            words = {"name": _name(meaning), "percents": _listed(meaning, dated=dated)}
            return say("percent_meanings.contradiction", **words, **_part(meaning))
    return NOTHING


def _known(meaning: Meaning) -> Text:
    """Return what the whole year can be after the count of its part."""
    low, high = meaning.answer.known[len(meaning.rows)]
    return say("percent_meanings.known", low=low, high=high, **_part(meaning))


def _part(meaning: Meaning) -> dict[str, Any]:
    """Return the count of a part of the last year and its last day, in words."""
    row = meaning.partly.iloc[0].to_dict()
    day = values.day(row["period_end"], year=False)
    return {"count": numbers.exact(row["value"]), "day": day}


def _percents(meaning: Meaning) -> list[Text]:
    return [Text(*[numbers.signed_percent(p)] * 2) for p in meaning.rows["percent"]]


def _listed(meaning: Meaning, *, dated: bool) -> Text:
    each = _percents(meaning)
    if dated:
        pairs = zip(meaning.years[1:], each, strict=True)
        each = [Text(f"{year}年{way.zh}", f"{way.en} ({year})") for year, way in pairs]
    return Text.joined(each, zh="、", en=", ")


def _in_words(meaning: Meaning) -> Text:
    return say(
        "percent_meanings.alt",
        name=_name(meaning),
        percents=Text.joined(_percents(meaning), zh="，", en=", "),
        answer=_answer(meaning),
    )


def _name(meaning: Meaning) -> Text:
    """Return the region and the indicator."""
    first = meaning.rows.iloc[0].to_dict()
    return Text(first["region_zh"], first["region_en"]) + Text("", " ") + values.short(first)


def _answer(meaning: Meaning) -> Text:
    """Return how many series fit up to which count, by which reading, and what contradicts them."""
    answer, years = meaning.answer, meaning.years
    if answer.finding is Finding.NONE:
        return say("percent_meanings.none", bound=answer.bound)
    if meaning.contradicted:
        return say("percent_meanings.contradicted", **_part(meaning))
    smallest = min(answer.chains, key=lambda chain: chain.counts)
    how = say(f"percent_meanings.{reading(smallest)}")
    return say("percent_meanings.at_least", year=years[0], low=meaning.smallest, how=how)


def _draw(page: Page, room: Room, meaning: Meaning) -> None:
    """Write region, indicator and answer over the panel, and draw the series that fit."""
    size, note, top = page.size.label, page.size.note, room.bottom + room.height
    colour = style.colour(str(meaning.rows["region"].iloc[0]))
    page.text(room.left, top, _name(meaning)[page.language], size, color=colour)
    answer = _answer(meaning)[page.language]
    page.text(room.left, top - size * 1.45 / 72, answer, note, color=style.INK)
    head = (size * 1.45 + note * 1.7) / 72
    left, low = note * 3.2 / 72, note * 2.0 / 72
    right = note * (10 if len(meaning.partly) else 2) / 72
    high = room.height - head - low - note * 1.4 / 72
    axes = page.axes(Room(room.left + left, room.bottom + low, room.width - left - right, high))
    if meaning.contradicted:
        _draw_contradiction(axes, page, meaning)
    else:
        _draw_chains(axes, page, meaning)
    _draw_known(axes, page, meaning)
    _name_percents(axes, page, meaning)
    axes.set_xticks(meaning.years)
    axes.set_xlim(meaning.years[0] - 0.25, meaning.years[-1] + 0.15)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(style.GREY)
    axes.tick_params(labelsize=note)
    axes.locator_params(axis="y", nbins=4, integer=True)
    axes.set_ylim(0, _top(meaning))


def _top(meaning: Meaning) -> float:
    counts = [chain.counts[0] for chain in meaning.answer.chains[:MOST]]
    known = [limits.high for limits in meaning.answer.known.values()]
    return max([*counts, *known, 10]) * 1.12


def _draw_chains(axes: Axes, page: Page, meaning: Meaning) -> None:
    """Draw each series, and write the numbers of the smallest."""
    colour = style.colour(str(meaning.rows["region"].iloc[0]))
    for index, chain in enumerate(meaning.answer.chains[:MOST]):
        options: dict[str, Any] = {"color": colour, "alpha": 1.0 if index == 0 else 0.45}
        line = DASHES[reading(chain)]
        axes.plot(meaning.years, chain.counts, linestyle=line, linewidth=1.4, gid="fit", **options)
        for year, count in zip(meaning.years, chain.counts, strict=True) if index == 0 else ():
            shift, size = (0, -page.size.note * 0.5), page.size.note
            look = {"color": colour, "ha": "center", "va": "top"}
            marks.write(axes, str(count), (year, count), shift, size, **look)


def _draw_contradiction(axes: Axes, page: Page, meaning: Meaning) -> None:
    """Draw a cross at each count of the last year that fits the percentages and no other print."""
    for chain in meaning.answer.chains[:MOST]:
        at = (meaning.years[-1], chain.counts[-1])
        axes.plot(*at, "x", color=style.GREY, markersize=page.mark, markeredgewidth=1.4, gid="fit")
        words = say("percent_meanings.implied", counts=chain.counts[-1])[page.language]
        look = {"color": style.GREY, "ha": "right"}
        marks.write(axes, words, at, (-page.mark, 0), page.size.note, **look)


def _draw_known(axes: Axes, page: Page, meaning: Meaning) -> None:
    """Draw the count of a part of the last year, and what the whole year can be after it."""
    for row in as_records(meaning.partly):
        low, high = meaning.answer.known[len(meaning.rows)]
        x = meaning.years[-1]
        axes.plot(
            [x, x], [low, high], color=style.INK, linewidth=5, alpha=0.5, zorder=2, gid="known"
        )
        marks.draw(axes, x, row["value"], row, hollow=True, size=page.mark)
        day = values.day(row["period_end"], year=False)
        words = say("trend.to_date", day=day)[page.language]
        words, at = f"{numbers.exact(row['value'])} {words}", (x, row["value"])
        marks.write(axes, words, at, (page.mark, 0), page.size.label, color=style.INK)


def _name_percents(axes: Axes, page: Page, meaning: Meaning) -> None:
    """Write each percentage between its years, over the panel."""
    for row in as_records(meaning.rows):
        colour = style.colour(row["region"]) if row["origin"] == "report" else style.GREY
        marks.over(
            axes,
            row["period_end"].year - 0.5,
            numbers.signed_percent(row["percent"]),
            page.size.note,
            color=colour,
            gid=f"mark-{row['id']}",
        )


KIND = Kind("percent_meanings", order=56)
