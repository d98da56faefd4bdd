"""
Write a deck: one figure per slide, native charts where possible, with notes and sources.

The texts of ``content`` go into named placeholders. Every shape has a stable name, by which
``refresh`` finds it after the deck was edited.
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
    Return a deck of the figures of a manifest.

    Parameters
    ----------
    figures
        The folder with ``manifest.json`` and the pictures.
    template
        A deck whose layouts have the required placeholder names; its own slides are left out.
    patterns
        Names without the language, or patterns with ``*``; all figures if none is given.

    Returns
    -------
    bytes
        A PPTX file; the same manifest and template give the same bytes.
    """
    loaded = manifest.load(figures)
    records = content.chosen(loaded, language, patterns)
    presentation = deck_template.empty(template)
    shown_records = [one for one in records if patterns or content.worth_a_slide(one)]
    _cover(presentation, shown_records, language, mark(figures))
    marks = content.key(language)
    _pages(presentation, _KEY[language], marks, "key", (1.3, 4.4), words=content.RULES, size=15)
    contents = [content.content(record, language) for record in shown_records]
    for one in contents:
        add(presentation, one, language, figures)
    refused = content.refusals(records, language)
    _pages(presentation, _REFUSED[language], refused, "refusals", (4.0, 8.1))
    _pages(
        presentation,
        _SOURCES[language],
        content.sources(records, language),
        "sources",
        (3.0, 6.0, 1.7, 1.4),
    )
    return sealed(presentation, contents, language, mark(figures))


def mark(figures: Path) -> str:
    """Return the first 16 digits of the hash of a manifest."""
    return files.digest((figures / manifest.MANIFEST).read_bytes())[:16]


def sealed(presentation: Any, contents: Iterable[Content], language: str, version: str) -> bytes:
    """Return the bytes of a presentation, with its state and provenance stored in it."""
    contents = list(contents)
    core = presentation.core_properties
    core.title, core.subject = _TITLE[language], PART
    core.author = core.last_modified_by = provenance.package()
    core.language, core.keywords, core.revision = shapes.LANGUAGES[language], version, 1
    properties = {PART: VERSION, f"{PART}.language": language, f"{PART}.manifest": version}
    marks = written(presentation)
    properties |= {
        f"{PART}.figure.{one.figure}": noted(marks.get(one.figure, {})) for one in contents
    }
    store(presentation, properties, {one.figure: carried(one) for one in contents})
    out = io.BytesIO()
    presentation.save(out)
    return office.normalised(out.getvalue())


def carried(slide_content: Content) -> dict[str, Any]:
    """Return the provenance of a slide, with the position of each mark in its chart and table."""
    marks = [
        *(slide_content.plot.marks if slide_content.plot else ()),
        *(slide_content.table.marks if slide_content.table else ()),
    ]
    if not slide_content.plot and not slide_content.table:
        marks = [(f"mark-{row['id']}", row["id"]) for row in slide_content.record["rows"]]
    return {**provenance.of(slide_content.record), "marks": marks}


def texts(slide_content: Content) -> dict[str, str]:
    """Return the text of each named shape on a slide."""
    return {
        "title": slide_content.title,
        "subtitle": slide_content.subtitle,
        "side": side_words(slide_content),
        "caveat": slide_content.caveat,
        "source": slide_content.source,
        "stamp": content.stamp(slide_content.record, _language(slide_content)),
        "notes": slide_content.notes,
    }


def _language(slide_content: Content) -> str:
    return str(slide_content.record["language"])


def side_words(slide_content: Content) -> str:
    """Return the list of regions left out, as shown beside the chart."""
    if not slide_content.left_out:
        return ""
    head = LEFT_OUT[_language(slide_content)]
    mark = {"zh": "：", "en": ": "}[_language(slide_content)]
    return "\n".join(
        [head, *(f"{name}{mark}{reason}" for _, name, reason in slide_content.left_out)]
    )


def written(presentation: Any) -> dict[str, dict[str, str]]:
    """Return a short hash of every part of each figure, used to detect edits by hand."""
    marks: dict[str, dict[str, str]] = {}
    for slide in presentation.slides:
        for shape in slide.shapes:
            figure, part = owned(shape.name)
            if figure:
                marks.setdefault(figure, {}).setdefault(part, state(shape))
                if part in DESCRIBED:
                    marks[figure].setdefault("alt", short(described(shape)))
                if part == "stamp" and slide.has_notes_slide:
                    marks[figure].setdefault("notes", short(spoken(slide)))
    return marks


DESCRIBED = ("chart", "picture")


def state(shape: Any) -> str:
    """Return a short hash of the content of a shape: its text, cells, values or pixels."""
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
    """Return the alternative text of a shape."""
    return str(shape._element.xpath(".//p:cNvPr")[0].get("descr", ""))  # noqa: SLF001


def spoken(slide: Any) -> str:
    """Return the speaker notes of a slide."""
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return "" if frame is None else str(frame.text)


def short(words: str) -> str:
    """Return the first eight digits of the hash of *words*, ignoring differences in white space."""
    return files.digest("\n".join(words.split()).encode())[:8]


def noted(parts: Mapping[str, str]) -> str:
    """
    Return the hashes of a slide's parts as one property; Office cuts those over 255 characters.

    >>> noted({"title": "0a1b2c3d", "chart": "ffffffff"})
    'title=0a1b2c3d chart=ffffffff'
    """
    return " ".join(f"{part}={mark}" for part, mark in parts.items())


def store(presentation: Any, properties: Mapping[str, str], provenances: Mapping[str, Any]) -> None:
    """Write custom properties and provenance into a presentation, replacing earlier ones."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    package = presentation.part.package
    text = json.dumps(provenances, ensure_ascii=False, sort_keys=True)
    parts = (
        (
            package,
            office.CUSTOM_RELATION,
            office.CUSTOM,
            office.CUSTOM_TYPE,
            office.property_part(properties),
        ),
        (
            presentation.part,
            office.ITEM_RELATION,
            office.ITEM,
            "application/xml",
            office.item(text),
        ),
    )
    for owner, kind, name, mime, blob in parts:
        _drop(owner, kind)
        owner.relate_to(Part(PackURI(f"/{name}"), mime, package, blob), kind)


def _drop(owner: Any, kind: str) -> None:
    """Remove stored parts of an earlier version; custom XML of other programs is kept."""
    rels = owner._rels  # noqa: SLF001
    for key, rel in list(rels.items()):
        if rel.reltype == kind and (kind != office.ITEM_RELATION or _is_ours(rel)):
            rels.pop(key)


def _is_ours(rel: Any) -> bool:
    return not rel.is_external and office.stored({office.ITEM: rel.target_part.blob}) is not None


def _cover(
    presentation: Any, records: Sequence[Mapping[str, Any]], language: str, version: str
) -> None:
    slide = presentation.slides.add_slide(deck_template.layout(presentation, "Cover"))
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
    """Write text into the placeholders of those names, and remove empty ones."""
    placeholders = deck_template.places(slide)
    for name, shape in placeholders.items():
        if words.get(name):
            shape.name = f"rs:{figure}:{name.lower()}"
            shapes.write(shape, words[name], language)
        else:
            shapes.drop(shape)
    if "Number" not in words:
        _number(slide)


def _number(slide: Any) -> None:
    """Copy the slide number from the layout, which python-pptx does not do."""
    import copy

    for shape in slide.slide_layout.placeholders:
        if shape.name == "Number":
            slide.shapes._spTree.append(copy.deepcopy(shape._element))  # noqa: SLF001


def add(presentation: Any, slide_content: Content, language: str, figures: Path) -> None:
    """Add the slide of one figure."""
    slide = presentation.slides.add_slide(deck_template.layout(presentation, "Figure"))
    placeholders = deck_template.places(slide)
    box = shapes.box_of(placeholders["Chart"])
    if slide_content.plot is None and slide_content.table is None and "Caveat" in placeholders:
        box = (*box[:3], box[3] + shapes.spare(placeholders["Caveat"], slide_content.caveat))
    aside = shapes.box_of(placeholders["Side"]) if "Side" in placeholders else None
    shapes.take_away(placeholders, ("Chart", "Side"))
    words = {
        part.title(): text
        for part, text in texts(slide_content).items()
        if part not in {"side", "notes"}
    }
    _fill(slide, words, slide_content.figure, language)
    _plot(slide, slide_content, language, figures, box, aside)
    slide.notes_slide.notes_text_frame.text = slide_content.notes


def _plot(
    slide: Any, slide_content: Content, language: str, figures: Path, box: Box, aside: Box | None
) -> None:
    """Add the chart, table or picture, and the text beside it if there is any."""
    left, top, width, height = box
    if (
        aside
        and (slide_content.left_out or slide_content.table)
        and (slide_content.plot or slide_content.table)
    ):
        width = aside[0] - left - 0.35
    else:
        aside = None
    if slide_content.plot is not None:
        _chart(slide, slide_content, language, (left, top, width, height))
    elif slide_content.table is not None:
        changes(slide, slide_content, language, (left, top, width, height))
    else:
        shapes.picture(slide, slide_content, language, figures, box)
    if aside is not None:
        _side(slide, slide_content, language, aside)


def _chart(slide: Any, slide_content: Content, language: str, box: Box) -> None:
    from pptx.enum.chart import XL_CHART_TYPE

    native: Any = NativeChart(
        slide_content.plot,  # type: ignore[arg-type]
        language,
        carried(slide_content),
        width=box[2],
    )
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *shapes.emu(box), native)
    frame.name = f"rs:{slide_content.figure}:chart"
    shapes.describe(frame, slide_content.alt)


def _side(slide: Any, slide_content: Content, language: str, box: Box) -> None:
    """Add, beside the chart, the table of changes without counts and the regions left out."""
    left, top, width, height = box
    if slide_content.table is not None and slide_content.plot is not None:
        high = changes(slide, slide_content, language, (left, top, width, height))
        top, height = top + high + 0.2, height - high - 0.2
    if slide_content.left_out:
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
    widths = _shares(table, width, size)
    high = sum(shapes.height_of(line, widths, size) for line in (table.head, *table.lines))
    frame = shapes.grid(slide, table, language, (left, top, width, high), widths, size)
    frame.name = f"rs:{slide_content.figure}:table"
    shapes.describe(frame, slide_content.alt)
    return top + high - box[1]


def table_size(slide_content: Content) -> float:
    """Return the text size of a table in points: smaller beside a chart."""
    if slide_content.plot is None:
        return 15.0
    several = slide_content.table is not None and any(
        "\n" in line[0] for line in slide_content.table.lines
    )
    return 10.0 if several else 11.0


def _shares(table: Table, width: float, size: float) -> list[float]:
    """Return column widths: narrow columns as wide as their text, the first takes the rest."""
    columns = len(table.head)
    widest = [_widest((line[column] for line in table.lines), size) for column in range(columns)]
    others = [max(one, 0.5) for one in widest[1:]]
    first = min(max(widest[0], 0.5), max(width - sum(others), width * 0.25))
    rest = (width - first) / sum(others)
    return [first, *(one * rest for one in others)]


def _widest(cells: Iterable[str], size: float) -> float:
    """Return the width in inches of the longest line of some cells."""
    return max(ems_of(part) for cell in cells for part in cell.split("\n")) * size / 72 + 0.2


LINE = 0.29  # height in inches of a table line in the appendix


def _pages(
    presentation: Any,
    title: str,
    table: Table,
    name: str,
    widths: Sequence[float],
    *,
    words: Text | None = None,
    size: float = 12.0,
) -> None:
    """Add a table on as many slides as it needs; none if it has no lines."""
    pages = list(_split(table, widths, size))
    for number, page in enumerate(pages, 1):
        slide = presentation.slides.add_slide(deck_template.layout(presentation, "Page"))
        placeholders = deck_template.places(slide)
        box = (
            shapes.box_of(placeholders["Table"])
            if "Table" in placeholders
            else (0.6, 1.55, 12.1, 5.3)
        )
        shapes.take_away(placeholders, ("Table",))
        count = f" ({number}/{len(pages)})" if len(pages) > 1 else ""
        language = "zh" if title in {_KEY.zh, _REFUSED.zh, _SOURCES.zh} else "en"
        texts = {"Title": title + count} | ({"Words": words[language]} if words else {})
        _fill(slide, texts, f"{name}-{number}", language)
        high = sum(shapes.height_of(line, widths, size) for line in (page.head, *page.lines))
        frame = shapes.grid(slide, page, language, (*box[:3], high), widths, size)
        frame.name = f"rs:{name}-{number}:table"
        shapes.describe(frame, title)


def _split(table: Table, widths: Sequence[float], size: float) -> Iterator[Table]:
    """Yield the table in parts that fit one slide each."""
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
