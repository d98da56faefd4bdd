"""
One page for a region: what it reports, its outcomes, comparable figures, and missing ones.

An empty panel shows the reason; no panel shares a scale with another.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale, Status
from analysis.statistics import intervals

from . import events, grid, neighbours, silence, style
from .figure import Caption, Figure, Kind
from .page import Page, wrapped
from .pane import LINE, TIGHTEST, Pane

WIDTHS = (2.75, 5.75, 3.4)  # inches of the three panels on a slide; the gaps take the rest
NAMES = 1.65  # inches of the names of themes


def profile(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    beside: pd.DataFrame,
    unsaid: pd.DataFrame,
    sentences: Sequence[Text] = (),
    aside: Text | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the page of one region.

    Parameters
    ----------
    rows
        Every row of the region's report (``profiles.of``); those with ``outcome`` are its
        accidents and losses, in that order.
    beside
        Rows of several regions by indicator with ``shown``, ``shown_lower``, ``shown_upper``,
        ``scale`` and ``cautions``; may be empty.
    unsaid
        The shared indicators that cannot be compared, with ``reason_zh`` and ``reason_en``.
    sentences
        The counted changes as sentences; those without room on the page are in the alt text only.
    aside
        Other contents of the report, at the end of the subtitle.
    """
    outcomes = rows[rows["outcome"].notna()].sort_values("outcome")
    every, beside = neighbours.count(beside), neighbours.first(beside)
    more = every - neighbours.count(beside)
    caption = Caption(
        title=title,
        subtitle=_subtitle(rows, aside),
        source=values.source_note(pd.concat([rows, beside], ignore_index=True)),
        alt=_alt(title, outcomes, every, len(unsaid), sentences),
        notes=tuple(_notes(rows, outcomes, beside, more)),
    )
    page = Page(caption, language, form=form, ax=ax)
    axes = grid.canvas(page)
    paragraphs = [_paragraph(page, sentence) for sentence in sentences]
    step = page.size.note * LINE / 72
    need = _need(page, rows, outcomes, beside)
    need += sum(map(len, paragraphs)) * step
    left, middle, right = _panels(page, axes, silence.write(page, axes, unsaid, need))
    _draw_themes(page, axes, left, rows)
    spare = middle.top - middle.bottom - events.lines(page, outcomes) * TIGHTEST * step / LINE
    middle = _write_sentences(page, middle, paragraphs, spare)
    events.draw(page, axes, middle, rows, outcomes)
    neighbours.draw(page, axes, right, beside)
    drawn = pd.concat([rows, beside], ignore_index=True).drop_duplicates("id")
    return page.figure(KIND.name, Scale.NONE, drawn, unsaid)


def _subtitle(rows: pd.DataFrame, aside: Text | None) -> Text:
    """Return the report, its kind and the most frequent period of its figures."""
    first = rows.iloc[0]
    kinds = [say(f"report_kind.{kind}") for kind in str(first["kind"]).split("+")]
    results = rows[rows["status"].eq(Status.ACTUAL)]
    periods = (results if len(results) else rows)[["period_start", "period_end"]]
    start, end = periods.value_counts(sort=True).index[0]
    report = values.report_period(first["report"], "en")
    name = Text(f"《{first['title']}》", f"{first['region_en']} {report}")
    parts = [name, Text.joined(kinds, zh="＋", en=" and "), values.period(start, end)]
    return Text.joined([*parts, *([aside] if aside else [])], zh="｜", en=" | ")


def _notes(
    rows: pd.DataFrame, outcomes: pd.DataFrame, beside: pd.DataFrame, more: int
) -> list[Text]:
    cautions = [
        Text(f"{sign}{text.zh}", f"{sign} {text.en}")
        for sign, text in zip(neighbours.POINTERS, neighbours.cautions(beside), strict=False)
    ]
    notes = list(dict.fromkeys([*values.methods(outcomes), *values.methods(beside)]))
    if outcomes.loc[outcomes["lower"].notna(), "indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    if len(beside) and beside["breakdown"].ne("").any():
        notes.append(say("note.part"))
    if rows.iloc[0]["kind"] == "plan":
        region = Text(rows.iloc[0]["region_zh"], rows.iloc[0]["region_en"])
        notes.append(say("note.plan_report", region=region))
    if more:
        notes.append(say("note.more_beside", shown=neighbours.MOST, more=more))
    return [*cautions, *notes, *([say("note.own_scales")] if len(beside) else [])]


def _need(page: Page, rows: pd.DataFrame, outcomes: pd.DataFrame, beside: pd.DataFrame) -> float:
    """Return the minimum height of the panels with their headings, in inches."""
    scale, size = page.size.width / 13.333, page.size.note
    outcome_height = events.lines(page, outcomes) * size * TIGHTEST / 72
    themes = (rows["theme"].nunique() + 1) * size * TIGHTEST / 72
    return (
        max(outcome_height, themes, neighbours.count(beside) * neighbours.SHORTEST * scale)
        + 2 * size * LINE / 72
    )


def _panels(page: Page, axes: Axes, bottom: float) -> list[Pane]:
    """Return the three panels side by side, after drawing their headings and rules."""
    room, scale = page.room, page.size.width / 13.333
    gap = (room.width - sum(WIDTHS) * scale) / (len(WIDTHS) - 1)
    headings = (
        say("note.reported_heading"),
        say("note.stands_heading"),
        say("note.beside_heading"),
    )
    top, left, panels = room.bottom + room.height, room.left, []
    for width, heading in zip(WIDTHS, headings, strict=True):
        wide, size = width * scale, page.size.note * 1.15
        words, size = grid.fitted(heading[page.language], wide, size, page.size.note)
        page.text(left, top, words[0], size)
        under = top - page.size.note * 1.8 / 72
        grid.rule(axes, left, left + wide, [under])
        panels.append(Pane(left, wide, under - 0.06, bottom))
        left += wide + gap
    return panels


def _paragraph(page: Page, sentence: Text) -> list[str]:
    width = WIDTHS[1] * page.size.width / 13.333
    return wrapped(sentence[page.language], width, page.size.note)


def _write_sentences(page: Page, panel: Pane, paragraphs: list[list[str]], spare: float) -> Pane:
    """Write as many sentences as fit *spare* at the foot of *panel*; return the rest of it."""
    size = page.size.note
    step = size * LINE / 72
    lines: list[str] = []
    for paragraph in paragraphs:
        if (len(lines) + len(paragraph) + 0.4) * step > spare:
            break
        lines += paragraph
    for index, line in enumerate(reversed(lines)):
        page.text(panel.left, panel.bottom + (index + 1) * step, line, size)
    return panel._replace(bottom=panel.bottom + (len(lines) + 0.4) * step) if lines else panel


def _draw_themes(page: Page, axes: Axes, panel: Pane, rows: pd.DataFrame) -> None:
    """Draw a bar per theme, filled for results and open for targets and plans, with counts."""
    size, scale = page.size.note, page.size.width / 13.333
    aims = rows["status"].ne(Status.ACTUAL)
    counts = aims.groupby(rows[f"theme_{page.language}"], sort=False).agg(["size", "sum"])
    high = panel.row(len(counts) + 1, 0.3 * scale)
    left, numbers = panel.left + NAMES * scale, panel.left + panel.width - 0.62 * scale
    inch = (numbers - left - 0.15 * scale) / counts["size"].max()
    _write_key(page, axes, panel, high, numbers)
    colour = style.colour(str(rows.iloc[0]["region"]))
    for index, (name, every, hollow) in enumerate(counts.itertuples(name=None), 1):
        y = panel.top - (index + 0.5) * high
        words, small = grid.fitted(str(name), left - panel.left - 0.06, size, size * 0.8)
        grid.lines(page, (panel.left, y), words, small)
        full, thick = every - hollow, high * 0.42
        corner, hole = (left, y - thick / 2), (left + full * inch, y - thick / 2)
        axes.add_patch(Rectangle(corner, full * inch, thick, facecolor=colour, edgecolor="none"))
        if hollow:
            box = Rectangle(hole, hollow * inch, thick, facecolor="white", edgecolor=colour)
            axes.add_patch(box)
        for x, number in ((numbers + 0.2 * scale, full), (numbers + 0.5 * scale, hollow)):
            if number:
                page.text(x, y, str(number), size, ha="center", va="center")


def _write_key(page: Page, axes: Axes, panel: Pane, high: float, numbers: float) -> None:
    """Write the two marks above their numbers, each with its name to the left."""
    size, scale, y = page.size.note, page.size.width / 13.333, panel.top - 0.5 * high
    pairs = ((grid.BAR, say("note.results"), 0.2), (grid.SQUARE, say("note.aims"), 0.5))
    for look, _, right in pairs:
        at = (numbers + right * scale, y)
        grid.stamp(axes, at, look, style.INK, markersize=size * 0.75)
    words = [text[page.language] for _, text, _ in pairs]
    names = "／".join(words) if page.language == "zh" else " / ".join(words)
    page.text(numbers, y, names, size, color=style.GREY, ha="right", va="center")


def _alt(
    title: Text,
    outcomes: pd.DataFrame,
    comparable: int,
    unsaid: int,
    sentences: Sequence[Text],
) -> Text:
    shown = Text.joined((events.told(row) for row in outcomes.to_dict("records")), zh="、", en=", ")
    read = Text.joined(sentences, zh="。", en=". ")
    return say(
        "profile.accidents_disasters_indicators_stand",
        title=title,
        shown=shown or say("alt.no_figure"),
        read=read + Text("。", ". ") if read else "",
        comparable=comparable,
        unsaid=unsaid,
    )


KIND = Kind("profile", order=120)
