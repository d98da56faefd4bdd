"""What each report gives of one indicator, line by line: figures that share no scale."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import digits, phrases, style, wording
from analysis.wording import Text
from analysis.words import Mark

from . import marks
from .page import Caption, Page, Picture, Room, measured, wrapped

NAME, FIGURE, WORDS = 0.0, 1.75, 5.1  # inches from the left edge of a slide's room
TALLEST = 1.15  # inches of one line at most


def apart(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    List the figure of each region with its part, period and evidence; no axis joins them.

    Parameters
    ----------
    rows
        One row a region (``compare.best``) of one indicator, with ``mark``.
    refused
        The regions without any figure, with ``reason_zh`` and ``reason_en``.
    """
    page = Page(_caption(rows, refused, title), language, form=form, ax=ax)
    room = page.room
    every = pd.concat([rows, refused], ignore_index=True)
    lines = every.sort_values(["level_order", "adcode"], kind="stable").to_dict("records")
    scale = page.size.width / style.SLIDE.width
    step = min(room.height / len(lines), TALLEST * page.size.height / style.SLIDE.height)
    high = step * len(lines)
    low = room.bottom + (room.height - high) / 2
    axes = page.axes(Room(room.left, low, room.width, high))
    axes.set(xlim=(0, room.width), ylim=(high, 0))
    axes.axis("off")
    for place, line in enumerate(lines):
        axes.axhline(place * step, color=style.BAND, linewidth=0.8)
        _line(axes, page, line, (place + 0.5) * step, scale)
    axes.axhline(high, color=style.BAND, linewidth=0.8)
    page.picture.rows, page.picture.refused = rows, refused
    return page.picture


def _caption(rows: pd.DataFrame, refused: pd.DataFrame, title: Text) -> Caption:
    used = [mark for mark in Mark if rows["mark"].eq(mark).any()]
    methods = [phrases.METHODS[m] for m in dict.fromkeys(rows.get("method", [])) if m]
    listed = [phrases.ON_A_LIST] if phrases.on_a_list(rows) else []
    said = wording.joined(
        (
            Text(f"{r['region_zh']}{wording.what(r).zh}", f"{r['region_en']} {wording.what(r).en}")
            for r in rows.to_dict("records")
        ),
        zh="、",
        en=", ",
    )
    return Caption(
        title=title,
        subtitle=phrases.APART if len(set(rows["region"])) > 1 else phrases.ONE_REPORT,
        source=phrases.source_note(pd.concat([rows, refused], ignore_index=True).fillna(_BLANK)),
        alt=Text(
            f"{title.zh}。{said.zh}。各行不能互相比较。",
            f"{title.en}. {said.en}. The lines cannot be compared with each other.",
        ),
        notes=(phrases.marks_key(used), *methods, *listed),
    )


_BLANK = {"origin": "report", "publisher": "", "title": ""}


def _line(axes: Axes, page: Page, line: dict[Any, Any], y: float, scale: float) -> None:
    options: dict[str, Any] = {"va": "center"}
    axes.text(
        NAME * scale,
        y,
        line[f"region_{page.language}"],
        fontsize=page.size.subtitle,
        color=style.colour(line["region"]),
        **options,
    )
    if pd.isna(line.get("mark")):
        axes.text(
            FIGURE * scale,
            y,
            line[f"reason_{page.language}"],
            fontsize=page.size.label,
            color=style.GREY,
            **options,
        )
        return
    _figure(axes, page, line, y, scale)
    _words(axes, page, line, y, scale)


def _figure(axes: Axes, page: Page, line: dict[Any, Any], y: float, scale: float) -> None:
    """The mark and the figure in large type, with its interval beneath."""
    x = FIGURE * scale
    if line["mark"] == Mark.DIRECTION_ONLY:
        sign = "↓" if line["value"] < 0 else "↑"
        axes.text(
            x,
            y,
            sign,
            ha="center",
            va="center",
            fontsize=page.size.subtitle,
            color=style.colour(line["region"]),
            gid=f"mark-{line['id']}",
        )
    else:
        marks.draw(axes, x, y, line)
    words, size = wording.what(line)[page.language], page.size.title * 0.9
    room = (WORDS - FIGURE - 0.45) * scale
    while measured(words, size) > room and size > page.size.label:
        size -= 0.5
    span = ""
    if pd.notna(line.get("lower")):
        span = digits.interval(line["lower"], line["upper"], page.language)
    lift = page.size.note * 0.8 / 72 if span else 0.0
    axes.text(
        x + 0.25 * scale,
        y - lift,
        words,
        fontsize=size,
        va="center",
        color=style.colour(line["region"]),
    )
    axes.text(
        x + 0.25 * scale,
        y + size * 0.55 / 72 + lift,
        span,
        fontsize=page.size.note,
        va="center",
        color=style.GREY,
    )


def _words(axes: Axes, page: Page, line: dict[Any, Any], y: float, scale: float) -> None:
    """What the figure is about and when, and the phrase of the report it stands on."""
    part = wording.part(line)[page.language]
    when = wording.period(line["period_start"], line["period_end"])[page.language]
    about = " · ".join(word for word in (part, when) if word)
    width = page.room.width - WORDS * scale
    lines = [
        (text, page.size.label * 0.92, style.INK)
        for text in wrapped(about, width, page.size.label * 0.92)
    ]
    lines += [
        (text, page.size.note, style.GREY)
        for text in wrapped(f"“{line['evidence']}”", width, page.size.note)
    ]
    top = y - sum(size for _, size, _ in lines) * 1.3 / 72 / 2
    for text, size, colour in lines:
        style.require_glyphs(text)
        axes.text(WORDS * scale, top, text, fontsize=size, color=colour, va="top")
        top += size * 1.3 / 72
