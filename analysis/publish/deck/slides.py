"""
Write a deck: one figure per slide, native charts where possible, with notes and sources.

The texts of ``content`` go into placeholders or text boxes. Every shape has a mark, by which
``refresh`` finds it after the deck was edited.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from analysis.charts.kinds import kind_of
from analysis.charts.native import Table
from analysis.figures import manifest
from analysis.language.messages import say
from analysis.publish import content
from analysis.publish.content import LEFT_OUT, Content
from analysis.publish.fit import shares

from . import pages, shapes, store, tags
from . import template as deck_template
from .chart import NativeChart
from .template import EMU, Box


def deck(
    figures: Path,
    *,
    language: str,
    template: Path | None = None,
    patterns: Sequence[str] = (),
    given_order: bool = False,
    mark: str = "",
) -> bytes:
    """
    Return a deck of the figures of a manifest, in sections by kind.

    Parameters
    ----------
    figures
        The folder with ``manifest.json`` and the pictures.
    template
        A deck whose layouts to use; its own slides are left out.
    patterns
        Names without the language, or patterns with ``*``; all figures if none is given.
    given_order
        Keep the order of *patterns*, in place of the order of a briefing.
    mark
        ``qr`` for a small QR code of each fingerprint.

    Returns
    -------
    bytes
        A PPTX file; the same manifest and template give the same bytes.
    """
    loaded = manifest.load(figures)
    records = content.chosen(loaded, language, patterns, given_order=given_order, folder=figures)
    presentation = deck_template.empty(template)
    shown = [one for one in records if patterns or content.worth_a_slide(one)]
    version = store.mark(figures)
    opening = [pages.cover(shown, language, version), *pages.key(presentation, language)]
    sections = [
        (
            say("slides.opening")[language],
            [pages.add(presentation, one, language) for one in opening],
        )
    ]
    contents = {one["name"]: paged(content.content(one, language)) for one in shown}
    for name, group in groupby(shown, key=lambda record: kind_of(record).title[language]):
        every = [page for one in group for page in contents[one["name"]]]
        slides = [add(presentation, page, language, figures, mark) for page in every]
        sections.append((name, slides))
    rest = [
        pages.add(presentation, page, language)
        for page in pages.appendix(presentation, records, language)
    ]
    store.divide(presentation, [*sections, (say("slides.appendix")[language], rest)])
    scope = {"chosen": "select" if patterns else "all"}
    return store.sealed(presentation, chain(*contents.values()), language, version, scope)


TABLE_ROOM = {False: (12.13, 4.1), True: (7.85, 4.1)}  # inches: whole, with an aside
TABLE_SIZE = 12.0  # points


def slide(folder: Path, name: str, **origin: Any) -> bytes:
    """
    Return a deck with the slide of one figure that is in no manifest.

    Parameters
    ----------
    folder
        The folder with ``<name>.json`` and ``<name>.png``, written by ``figures.save``.
    name
        The name of the figure.
    origin
        How the figure was made (``notebook``, ``parameters``); stored in the slide.

    Returns
    -------
    bytes
        A PPTX file; the same figure gives the same bytes.
    """
    record = {**json.loads((folder / f"{name}.json").read_bytes()), **origin}
    deck = deck_template.empty(None)
    slide_content = content.content(record, record["language"])
    add(deck, slide_content, record["language"], folder)
    return store.sealed(deck, [slide_content], record["language"], record["fingerprint"])


def paged(one: Content) -> list[Content]:
    """Return the slides of a figure: several if it is a list that is too long for one."""
    if one.table is None or one.plot is not None:
        return [one]
    wide, high = TABLE_ROOM[has_aside(one)]
    parts = list(pages.split(one.table, shares(one.table, wide, TABLE_SIZE), TABLE_SIZE, high))
    if len(parts) == 1:
        return [one]
    return [
        replace(
            one,
            figure=f"{one.figure}-p{number}" if number > 1 else one.figure,
            title=f"{one.title} · {number}/{len(parts)}",
            table=part,
        )
        for number, part in enumerate(parts, 1)
    ]


def on_one_slide(one: Content) -> Content:
    """Return the slide of a figure, with as many lines of a list as it has room for."""
    table = one.table
    if table is None:
        return one
    kept = range(len(table.lines), 0, -1)
    short = (replace(one, table=content.shortened(table, n, one.language)) for n in kept)
    return next((each for each in short if len(paged(each)) == 1), one)


def texts(slide_content: Content) -> dict[str, str]:
    """Return the text of each part of a slide."""
    return {
        "title": slide_content.title,
        "subtitle": slide_content.subtitle,
        "side": side_words(slide_content),
        "caveat": slide_content.caveat,
        "source": slide_content.source,
        "stamp": content.stamp(
            {**slide_content.record, "name": slide_content.figure}, slide_content.language
        ),
        "heading": slide_content.table.heading if slide_content.table is not None else "",
        "notes": slide_content.notes,
    }


def side_words(slide_content: Content) -> str:
    """Return the list of regions left out, as shown beside the chart."""
    if not slide_content.left_out or drawing(slide_content) == "picture":
        return ""
    head = LEFT_OUT[slide_content.language]
    mark = {"zh": "：", "en": ": "}[slide_content.language]
    return "\n".join(
        [head, *(f"{name}{mark}{reason}" for _, name, reason in slide_content.left_out)]
    )


def drawing(slide_content: Content) -> str:
    """Return the part that shows the values: ``chart``, ``table`` or ``picture``."""
    if slide_content.plot is not None:
        return "chart"
    return "picture" if slide_content.table is None else "table"


def body_parts(slide_content: Content) -> set[str]:
    """Return the names of the parts in the room of the chart."""
    parts = {drawing(slide_content)}
    if slide_content.table is not None:
        parts |= {"table", "heading"} if slide_content.table.heading else {"table"}
    return parts | ({"side"} if side_words(slide_content) else set())


def add(
    presentation: Any, slide_content: Content, language: str, figures: Path, mark: str = ""
) -> Any:
    """Add the slide of one figure, and return it."""
    slide = presentation.slides.add_slide(deck_template.layout(presentation, "Figure"))
    words = {
        part.title(): text
        for part, text in texts(slide_content).items()
        if part not in {"side", "notes", "heading"}
    }
    wanted = {role for role, text in words.items() if text} | {"Chart", "Number"}
    aside = {"Side"} if has_aside(slide_content) else set()
    areas = deck_template.areas(slide.slide_layout, "Figure", wanted | aside)
    shapes.fill(slide, "Figure", slide_content.figure, words, language, wanted)
    slide.notes_slide.notes_text_frame.text = slide_content.notes
    side, box = areas["Side"].box if aside else None, areas["Chart"].box
    if drawing(slide_content) == "picture":
        box = shapes.room(slide, slide_content.figure, box)
    body(slide, slide_content, language, figures, box, side)
    if mark == "qr":
        shapes.code(slide, slide_content, presentation.slide_width / EMU)
    shapes.arrange(slide, slide_content.figure)
    return slide


def add_text(slide: Any, figure: str, part: str, words: str, language: str) -> Any:
    """Add a text of a figure that its slide did not have, where the layout has room for it."""
    wanted = {"Title", "Chart", part.title()}
    box = deck_template.areas(slide.slide_layout, "Figure", wanted)[part.title()].box
    return shapes.add_text(slide, figure, part, words, box, language)


def has_aside(slide_content: Content) -> bool:
    """Return whether anything goes beside the chart or table."""
    with_chart = slide_content.plot is not None and slide_content.table is not None
    return with_chart or bool(side_words(slide_content))


def body(
    slide: Any,
    slide_content: Content,
    language: str,
    figures: Path,
    box: Box,
    aside: Box | None,
) -> None:
    """Add the chart, table or picture, and what goes beside it."""
    left, top, width, height = box
    if aside is not None:
        width = min(width, aside[0] - left - 0.35)
        _side(slide, slide_content, language, aside)
    room = (left, top, width, height)
    if slide_content.plot is not None:
        _chart(slide, slide_content, language, room)
    elif slide_content.table is not None:
        changes(slide, slide_content, language, room)
    else:
        shapes.picture(slide, slide_content, figures, room)


def _chart(slide: Any, slide_content: Content, language: str, box: Box) -> None:
    from pptx.enum.chart import XL_CHART_TYPE

    states = tags.sign(slide, slide_content.figure)
    native = native_chart(slide_content, language, box[2], states)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *shapes.emu(box), native)
    frame.name = f"rs:{slide_content.figure}:chart"
    shapes.describe(frame, slide_content.alt)


def native_chart(
    slide_content: Content, language: str, width: float, states: Mapping[str, str]
) -> Any:
    """Return the native chart of a figure; its workbook has the hashes of the slide's parts."""
    carried = {**store.carried(slide_content), "kind": slide_content.record["kind"]}
    native: Any = NativeChart(
        slide_content.plot,  # type: ignore[arg-type]
        language,
        carried,
        width=width,
    )
    own = {"alt": tags.short(slide_content.alt), "chart": tags.short(native.signature)}
    native.carried["parts"] = {**states, **own}
    return native


def _side(slide: Any, slide_content: Content, language: str, box: Box) -> None:
    """Add, beside the chart, the table of changes without counts and the regions left out."""
    left, top, width, height = box
    if slide_content.table is not None and slide_content.plot is not None:
        high = changes(slide, slide_content, language, (left, top, width, height))
        top, height = top + high + 0.2, height - high - 0.2
    if side_words(slide_content):
        _list_left_out(slide, slide_content, language, (left, top, width, height))


def _list_left_out(slide: Any, slide_content: Content, language: str, box: Box) -> None:
    from pptx.util import Pt

    shape = slide.shapes.add_textbox(*shapes.emu(box))
    shape.name = f"rs:{slide_content.figure}:side"
    shapes.no_insets(shape)
    words = side_words(slide_content)
    size, kept = shapes.fit(words, box[2], box[3] * 0.94, 12.0)
    head, *lines = kept.split("\n")
    shapes.set_run(shape.text_frame.paragraphs[0], head, language, size, "tx2")
    for line in lines:
        paragraph = shape.text_frame.add_paragraph()
        paragraph.space_before = Pt(3)
        shapes.set_run(paragraph, line, language, size, "tx1")


def changes(slide: Any, slide_content: Content, language: str, box: Box) -> float:
    """Add the table of a figure under its heading, and return the height of both in inches."""
    table = slide_content.table
    if table is None:
        return 0.0
    left, top, width, _ = box
    if table.heading:
        shape = slide.shapes.add_textbox(*shapes.emu((left, top, width, 0.4)))
        shape.name = f"rs:{slide_content.figure}:heading"
        shapes.no_insets(shape)
        first = shape.text_frame.paragraphs[0]
        shapes.set_run(first, table.heading, language, 12.0, "tx2")
        top += 0.4
    size = table_size(slide_content)
    while size > shapes.SMALLEST and _height(table, width, size) > box[1] + box[3] - top:
        size -= 1
    widths, high = shares(table, width, size), _height(table, width, size)
    frame = shapes.grid(slide, table, language, (left, top, width, high), widths, size)
    frame.name = f"rs:{slide_content.figure}:table"
    shapes.describe(frame, slide_content.alt)
    return top + high - box[1]


def table_size(slide_content: Content) -> float:
    """Return the text size of a table in points: smaller beside a chart."""
    if slide_content.plot is not None:
        return TABLE_SIZE
    return 13.0 if slide_content.table and len(slide_content.table.lines) > 8 else 15.0


def _height(table: Table, width: float, size: float) -> float:
    """Return the height in inches of a table of some width."""
    widths = shares(table, width, size)
    return sum(shapes.height_of(line, widths, size) for line in (table.head, *table.lines))
