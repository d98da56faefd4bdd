"""The indicators of a region that cannot be compared with other regions, and why."""

import math

import pandas as pd
from matplotlib.axes import Axes

from analysis.language.messages import say

from . import grid, style
from .page import Page, measured, wrapped
from .pane import LINE

DEEPEST = 3  # maximum lines of indicators with one reason


def write(page: Page, axes: Axes, unsaid: pd.DataFrame, need: float) -> float:
    """Write the indicators and reasons, in full if *need* leaves room; return the height used."""
    size, room = page.size.note, page.room
    step = size * LINE / 72
    reasons = [
        (str(reason), list(group[f"indicator_{page.language}"]))
        for reason, group in unsaid.groupby(f"reason_{page.language}", sort=False)
    ]
    full = [_in_full(page, *reason) for reason in reasons]
    long = sum(len(lines) for lines in full)
    if not reasons:
        lines = 1
        page.text(room.left, room.bottom + step, say("note.everything_beside")[page.language], size)
    elif room.height - need >= (long + 2.0) * step:
        lines = long
        _write_full(page, axes, reasons, full, room.bottom + long * step)
    else:
        lines = math.ceil(len(reasons) / 2)
        for index, (reason, names) in enumerate(reasons):
            right, down = divmod(index, lines)
            left = room.left + right * room.width * 0.51
            words = listed(page, names, room.width * 0.49 - _indent(page, reason))
            at = (left, room.bottom + (lines - down - 0.5) * step)
            _write_reason(page, axes, at, reason, words)
    top = room.bottom + lines * step
    page.text(room.left, top + step * 1.3, say("note.unsaid_heading")[page.language], size * 1.15)
    grid.rule(axes, room.left, room.left + room.width, [top + step * 0.1])
    return top + step * 2.0


def _in_full(page: Page, reason: str, names: list[str]) -> list[str]:
    """Return *names* beside their reason, in at most ``DEEPEST`` lines."""
    width = page.room.width - _indent(page, reason)
    return listed(page, names, width, deep=DEEPEST)


def listed(page: Page, names: list[str], width: float, *, deep: int = 1) -> list[str]:
    """Return *names* in at most *deep* lines: as many as fit, and their total number."""
    glue = "、" if page.language == "zh" else ", "
    words = glue.join(names)
    for shown in range(len(names) - 1, -1, -1):
        lines = wrapped(words, width, page.size.note)
        if len(lines) <= deep:
            return lines
        template = say("note.count_of") if shown else say("note.count_alone")
        words = template.format(names=glue.join(names[:shown]), count=len(names))[page.language]
    return [words]


def _indent(page: Page, reason: str) -> float:
    return measured(reason, page.size.note) + page.size.note * 2.2 / 72


def _write_full(
    page: Page, axes: Axes, reasons: list[tuple[str, list[str]]], full: list[list[str]], y: float
) -> None:
    step = page.size.note * LINE / 72
    for (reason, _), lines in zip(reasons, full, strict=True):
        _write_reason(page, axes, (page.room.left, y - step / 2), reason, lines)
        y -= step * len(lines)


def _write_reason(
    page: Page, axes: Axes, at: tuple[float, float], reason: str, lines: list[str]
) -> None:
    """Write one reason in black, with the *lines* of its indicators in grey."""
    size = page.size.note
    spot = (at[0] + size * 0.4 / 72, at[1])
    grid.stamp(axes, spot, grid.DASH, style.GREY, markersize=size * 0.7, gid="gap")
    page.text(at[0] + size * 1.2 / 72, at[1], reason, size, va="center")
    x = at[0] + _indent(page, reason)
    for index, line in enumerate(lines):
        y = at[1] - index * size * LINE / 72
        page.text(x, y, line, size, color=style.GREY, va="center")
