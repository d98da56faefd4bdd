"""
A deck: one figure a slide, native where it can be, with caveats, sources and evidence on board.

It places what ``content`` says into named placeholders; every shape of ours has a stable name, so
that ``refresh`` finds it again whatever else was done to the deck.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import files
from analysis.charts.native import Table
from analysis.figures import manifest, office, provenance
from analysis.figures.carriers import owned
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.publish import content
from analysis.publish.content import LEFT_OUT, Content
from analysis.publish.fit import ems_of

from . import graft, shapes
from . import template as deck_template
from .chart import NativeChart
from .shapes import Box

VERSION = "1"
PART = "regional-safety"
_TITLE = say("slides.title")
_COVER = say("slides.cover")
_COVER_SOURCE = say("slides.cover_source")
_KEY = say("slides.key")
_REFUSED = say("slides.refused")
_SOURCES = say("slides.sources")


def deck(
    figures: Path,
    *,
    language: str,
    template: Path | None = None,
    patterns: Sequence[str] = (),
) -> bytes:
    """
    A deck of the figures of a manifest.

    Parameters
    ----------
    figures
        The folder that holds ``manifest.json`` and the pictures.
    template
        A deck whose layouts have placeholders named as ours; its own slides are left out.
    patterns
        Which figures: names without the language, or patterns with ``*``; all if none is given.

    Returns
    -------
    bytes
        A PPTX file; the same manifest and template give the same bytes.
    """
    whole = manifest.load(figures)
    records = content.chosen(whole, language, patterns)
    made = deck_template.empty(template)
    shown = [one for one in records if patterns or content.worth_a_slide(one)]
    _cover(made, shown, language, mark(figures))
    marks = content.key(language)
    _pages(made, _KEY[language], marks, "key", (1.3, 4.4), words=content.RULES, size=15)
    said = [content.content(record, language) for record in shown]
    for one in said:
        add(made, one, language, figures)
    refused = content.refusals(records, language)
    _pages(made, _REFUSED[language], refused, "refusals", (4.0, 8.1))
    _pages(
        made,
        _SOURCES[language],
        content.sources(records, language),
        "sources",
        (3.0, 6.0, 1.7, 1.4),
    )
    return sealed(made, said, language, mark(figures))


def mark(figures: Path) -> str:
    """The short mark of a manifest."""
    return files.digest((figures / manifest.MANIFEST).read_bytes())[:16]


def sealed(made: Any, said: Iterable[Content], language: str, version: str) -> bytes:
    """The bytes of a presentation, with what we wrote and what it stands on stored in it."""
    said = list(said)
    core = made.core_properties
    core.title, core.subject = _TITLE[language], PART
    core.author = core.last_modified_by = provenance.package()
    core.language, core.keywords, core.revision = shapes.LANGUAGES[language], version, 1
    given = {PART: VERSION, f"{PART}.language": language, f"{PART}.manifest": version}
    marks = written(made)
    given |= {f"{PART}.figure.{one.figure}": noted(marks.get(one.figure, {})) for one in said}
    store(made, given, {one.figure: carried(one) for one in said})
    out = io.BytesIO()
    made.save(out)
    return office.normalised(out.getvalue())


def carried(one: Content) -> dict[str, Any]:
    """What a slide stands on, with the place of each mark of its chart and table."""
    marks = [*(one.plot.marks if one.plot else ()), *(one.table.marks if one.table else ())]
    if not one.plot and not one.table:
        marks = [(f"mark-{row['id']}", row["id"]) for row in one.record["rows"]]
    return {**provenance.of(one.record), "marks": marks}


def texts(one: Content) -> dict[str, str]:
    """The words of each shape of ours on the slide of *one*."""
    return {
        "title": one.title,
        "subtitle": one.subtitle,
        "side": side_words(one),
        "caveat": one.caveat,
        "source": one.source,
        "stamp": content.stamp(one.record, _language(one)),
        "notes": one.notes,
    }


def _language(one: Content) -> str:
    return str(one.record["language"])


def side_words(one: Content) -> str:
    """The regions left out, as they stand beside the chart."""
    if not one.left_out:
        return ""
    head = LEFT_OUT[_language(one)]
    mark = {"zh": "：", "en": ": "}[_language(one)]
    return "\n".join([head, *(f"{name}{mark}{reason}" for _, name, reason in one.left_out)])


def written(made: Any) -> dict[str, dict[str, str]]:
    """A short mark of every part of ours as it stands, by which a hand edit is told later."""
    found: dict[str, dict[str, str]] = {}
    for slide in made.slides:
        for shape in slide.shapes:
            figure, part = owned(shape.name)
            if figure:
                found.setdefault(figure, {}).setdefault(part, state(shape))
                if part in DESCRIBED:
                    found[figure].setdefault("alt", short(described(shape)))
                if part == "stamp" and slide.has_notes_slide:
                    found[figure].setdefault("notes", short(spoken(slide)))
    return found


DESCRIBED = ("chart", "picture")


def state(shape: Any) -> str:
    """A short mark of what a shape of ours says: its words, cells, values or pixels."""
    if getattr(shape, "has_chart", False):
        return short(graft.signature(shape.chart._chartSpace))  # noqa: SLF001
    if getattr(shape, "has_table", False):
        cells = [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
        return short("\n".join(cells))
    if shape.has_text_frame:
        return short(shape.text_frame.text)
    if not hasattr(shape, "image"):
        return ""
    wide, high = shapes.shown(shape)
    return short(f"{files.digest(shape.image.blob)} {wide:.3f} {high:.3f}")


def described(shape: Any) -> str:
    """The words that a screen reader reads for a shape."""
    return str(shape._element.xpath(".//p:cNvPr")[0].get("descr", ""))  # noqa: SLF001


def spoken(slide: Any) -> str:
    """The notes of a slide."""
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return "" if frame is None else str(frame.text)


def short(words: str) -> str:
    """A mark of eight characters, the same whatever blanks a program put around the words."""
    return files.digest("\n".join(words.split()).encode())[:8]


def noted(parts: Mapping[str, str]) -> str:
    """
    The marks of a slide's parts as one short property: Office cuts those over 255 characters.

    >>> noted({"title": "0a1b2c3d", "chart": "ffffffff"})
    'title=0a1b2c3d chart=ffffffff'
    """
    return " ".join(f"{part}={mark}" for part, mark in parts.items())


def store(made: Any, given: Mapping[str, str], held: Mapping[str, Any]) -> None:
    """Put custom properties and provenance among the parts of a presentation, anew."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    package = made.part.package
    text = json.dumps(held, ensure_ascii=False, sort_keys=True)
    parts = (
        (
            package,
            office.CUSTOM_RELATION,
            office.CUSTOM,
            office.CUSTOM_TYPE,
            office.property_part(given),
        ),
        (made.part, office.ITEM_RELATION, office.ITEM, "application/xml", office.item(text)),
    )
    for owner, kind, name, mime, blob in parts:
        _drop(owner, kind)
        owner.relate_to(Part(PackURI(f"/{name}"), mime, package, blob), kind)


def _drop(owner: Any, kind: str) -> None:
    """Forget what an earlier writing stored; custom XML of others stays."""
    rels = owner._rels  # noqa: SLF001
    for key, rel in list(rels.items()):
        if rel.reltype == kind and (kind != office.ITEM_RELATION or _is_ours(rel)):
            rels.pop(key)


def _is_ours(rel: Any) -> bool:
    return not rel.is_external and office.stored({office.ITEM: rel.target_part.blob}) is not None


def _cover(made: Any, records: Sequence[Mapping[str, Any]], language: str, version: str) -> None:
    slide = made.slides.add_slide(deck_template.layout(made, "Cover"))
    rows = {row["id"]: row for record in records for row in record["rows"]}
    regions = {row["region"]: row[f"region_{language}"] for row in rows.values()}
    names = {"zh": "、", "en": ", "}[language].join(list(regions.values())[:12])
    words = {
        "Title": _TITLE[language],
        "Subtitle": _COVER.format(regions=names, figures=len(records), rows=len(rows))[language],
        "Source": _COVER_SOURCE.format(mark=version)[language],
    }
    _fill(slide, words, "cover", language)


def _fill(slide: Any, words: Mapping[str, str], figure: str, language: str) -> None:
    """Write words into the placeholders of those names; empty ones are taken away."""
    held = deck_template.places(slide)
    for name, shape in held.items():
        if words.get(name):
            shape.name = f"rs:{figure}:{name.lower()}"
            shapes.write(shape, words[name], language)
        else:
            shapes.drop(shape)
    if "Number" not in words:
        _number(slide)


def _number(slide: Any) -> None:
    """The number of the slide: python-pptx leaves that placeholder behind on the layout."""
    import copy

    for shape in slide.slide_layout.placeholders:
        if shape.name == "Number":
            slide.shapes._spTree.append(copy.deepcopy(shape._element))  # noqa: SLF001


def add(made: Any, one: Content, language: str, figures: Path) -> None:
    """Add the slide of one figure."""
    slide = made.slides.add_slide(deck_template.layout(made, "Figure"))
    held = deck_template.places(slide)
    box = shapes.box_of(held["Chart"])
    if one.plot is None and one.table is None and "Caveat" in held:
        box = (*box[:3], box[3] + shapes.spare(held["Caveat"], one.caveat))
    aside = shapes.box_of(held["Side"]) if "Side" in held else None
    shapes.take_away(held, ("Chart", "Side"))
    words = {
        part.title(): said for part, said in texts(one).items() if part not in {"side", "notes"}
    }
    _fill(slide, words, one.figure, language)
    _plot(slide, one, language, figures, box, aside)
    slide.notes_slide.notes_text_frame.text = one.notes


def _plot(
    slide: Any, one: Content, language: str, figures: Path, box: Box, aside: Box | None
) -> None:
    """The chart and, where there is something to say beside it, the side; else the full width."""
    left, top, width, height = box
    if aside and (one.left_out or one.table) and (one.plot or one.table):
        width = aside[0] - left - 0.35
    else:
        aside = None
    if one.plot is not None:
        _chart(slide, one, language, (left, top, width, height))
    elif one.table is not None:
        changes(slide, one, language, (left, top, width, height))
    else:
        shapes.picture(slide, one, language, figures, box)
    if aside is not None:
        _side(slide, one, language, aside)


def _chart(slide: Any, one: Content, language: str, box: Box) -> None:
    from pptx.enum.chart import XL_CHART_TYPE

    native: Any = NativeChart(
        one.plot,  # type: ignore[arg-type]
        language,
        carried(one),
        width=box[2],
    )
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *shapes.emu(box), native)
    frame.name = f"rs:{one.figure}:chart"
    shapes.describe(frame, one.alt)


def _side(slide: Any, one: Content, language: str, box: Box) -> None:
    """Beside the chart: the changes without counts, then the regions left out."""
    left, top, width, height = box
    if one.table is not None and one.plot is not None:
        high = changes(slide, one, language, (left, top, width, height))
        top, height = top + high + 0.2, height - high - 0.2
    if one.left_out:
        _list_left_out(slide, one, language, (left, top, width, height))


def _list_left_out(slide: Any, one: Content, language: str, box: Box) -> None:
    from pptx.util import Pt

    shape = slide.shapes.add_textbox(*shapes.emu(box))
    shape.name = f"rs:{one.figure}:side"
    shapes.no_insets(shape)
    words = side_words(one)
    size, kept = shapes.fit(words, box[2], box[3] * 0.94, 12.0)
    head, *lines = kept.split("\n")
    shapes.set_run(shape.text_frame.paragraphs[0], head, language, size, "tx2")
    for line in lines:
        paragraph = shape.text_frame.add_paragraph()
        paragraph.space_before = Pt(3)
        shapes.set_run(paragraph, line, language, size, "tx1")


def changes(slide: Any, one: Content, language: str, box: Box) -> float:
    """The table of a figure under its heading; gives the height of both in inches."""
    table = one.table
    if table is None:
        return 0.0
    left, top, width, _ = box
    if table.heading:
        shape = slide.shapes.add_textbox(*shapes.emu((left, top, width, 0.4)))
        shape.name = f"rs:{one.figure}:heading"
        shapes.no_insets(shape)
        first = shape.text_frame.paragraphs[0]
        shapes.set_run(first, table.heading, language, 12.0, "tx2")
        top += 0.4
    size = table_size(one)
    widths = _shares(table, width, size)
    high = sum(shapes.height_of(line, widths, size) for line in (table.head, *table.lines))
    frame = shapes.grid(slide, table, language, (left, top, width, high), widths, size)
    frame.name = f"rs:{one.figure}:table"
    shapes.describe(frame, one.alt)
    return top + high - box[1]


def table_size(one: Content) -> float:
    """Points for a table beside a chart, or for one that stands alone."""
    if one.plot is None:
        return 15.0
    several = one.table is not None and any("\n" in line[0] for line in one.table.lines)
    return 10.0 if several else 11.0


def _shares(table: Table, width: float, size: float) -> list[float]:
    """Figures stay on one line, and names take what they leave."""
    columns = len(table.head)
    widest = [_widest((line[place] for line in table.lines), size) for place in range(columns)]
    others = [max(one, 0.5) for one in widest[1:]]
    first = min(max(widest[0], 0.5), max(width - sum(others), width * 0.25))
    rest = (width - first) / sum(others)
    return [first, *(one * rest for one in others)]


def _widest(cells: Iterable[str], size: float) -> float:
    """The inches that the longest line of some cells takes."""
    return max(ems_of(part) for cell in cells for part in cell.split("\n")) * size / 72 + 0.2


LINE = 0.29  # inches a line of a table in the appendix takes


def _pages(
    made: Any,
    title: str,
    table: Table,
    name: str,
    widths: Sequence[float],
    *,
    words: Text | None = None,
    size: float = 12.0,
) -> None:
    """A table over as many slides as it needs; nothing, if it has no lines."""
    pages = list(_split(table, widths, size))
    for number, page in enumerate(pages, 1):
        slide = made.slides.add_slide(deck_template.layout(made, "Page"))
        held = deck_template.places(slide)
        box = shapes.box_of(held["Table"]) if "Table" in held else (0.6, 1.55, 12.1, 5.3)
        shapes.take_away(held, ("Table",))
        count = f" ({number}/{len(pages)})" if len(pages) > 1 else ""
        language = "zh" if title in {_KEY.zh, _REFUSED.zh, _SOURCES.zh} else "en"
        said = {"Title": title + count} | ({"Words": words[language]} if words else {})
        _fill(slide, said, f"{name}-{number}", language)
        high = sum(shapes.height_of(line, widths, size) for line in (page.head, *page.lines))
        frame = shapes.grid(slide, page, language, (*box[:3], high), widths, size)
        frame.name = f"rs:{name}-{number}:table"
        shapes.describe(frame, title)


def _split(table: Table, widths: Sequence[float], size: float) -> Iterator[Table]:
    """The table in pieces that fit a slide each."""
    room = 5.2
    page: list[tuple[str, ...]] = []
    for line in table.lines:
        high = shapes.height_of(line, widths, size)
        if page and room < high + LINE:
            yield Table(table.head, tuple(page))
            room, page = 5.2, []
        page.append(line)
        room -= high
    if page:
        yield Table(table.head, tuple(page))
