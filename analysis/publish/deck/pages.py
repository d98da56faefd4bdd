"""Slides without a figure: the cover, the key, what cannot be compared, the sources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analysis.charts import native
from analysis.charts.native import Table
from analysis.language.messages import say
from analysis.publish import content

from . import shapes, store, template

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A slide of texts by role and perhaps a table; ``widths`` are shares of its columns."""

    name: str
    layout: str
    texts: Mapping[str, str]
    table: Table | None = None
    widths: Sequence[float] = field(default=())
    size: float = 14.0


def cover(records: Sequence[Record], language: str, version: str, title: str = "") -> Page:
    """Return the cover of a deck with the figures *records*."""
    rows = {row["id"] for record in records for row in record["rows"]}
    names = regions((row for record in records for row in record["rows"]), language)
    texts = {
        "Title": title or store.TITLE[language],
        "Subtitle": say("slides.cover").format(regions=names, figures=len(records), rows=len(rows))[
            language
        ],
        "Source": say("slides.cover_source").format(mark=version)[language],
    }
    return Page("cover", "Cover", texts)


def regions(rows: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return the names of the regions whose reports have some of the rows, by level."""
    reported = [row for row in rows if row.get("origin", "report") == "report"]
    ordered = sorted(reported, key=native.level)
    names = dict.fromkeys(str(row.get(f"region_{language}", "")) for row in ordered)
    return {"zh": "、", "en": ", "}[language].join(list(filter(None, names))[:12])


def key(presentation: Any, language: str) -> Iterator[Page]:
    """Yield the page that explains the marks."""
    table = content.key(language)
    yield from divided(
        presentation,
        "key",
        say("slides.key")[language],
        table,
        (1.3, 4.4),
        words=content.RULES[language],
    )


def appendix(presentation: Any, records: Iterable[Record], language: str) -> Iterator[Page]:
    """Yield the pages of what cannot be compared and of the sources, as many as needed."""
    records = list(records)
    refused = content.refusals(records, language)
    yield from divided(
        presentation, "refusals", say("slides.refused")[language], refused, (4.0, 8.1), size=12
    )
    cited = content.sources(records, language)
    yield from divided(
        presentation,
        "sources",
        say("slides.sources")[language],
        cited,
        (3.0, 6.0, 1.7, 1.4),
        size=12,
    )


def divided(
    presentation: Any,
    name: str,
    title: str,
    table: Table,
    widths: Sequence[float],
    *,
    words: str = "",
    size: float = 14.0,
    most: int = 99,
) -> Iterator[Page]:
    """Yield a table as pages that fit their slides, at most *most*; none if it has no lines."""
    wanted = ("Title", "Table", "Number", *(("Words",) if words else ()))
    layout = template.layout(presentation, "Page")
    box = table_box(template.areas(layout, "Page", wanted))
    scaled = scale(widths, box[2])
    parts = list(split(table, scaled, size, box[3]))
    for number, part in enumerate(parts[:most], 1):
        count = f" ({number}/{len(parts)})" if len(parts) > 1 else ""
        texts = {"Title": title + count} | ({"Words": words} if words else {})
        yield Page(f"{name}-{number}", "Page", texts, part, widths, size)


def table_box(areas: Mapping[str, template.Area]) -> template.Box:
    """Return the room of the table, which ends where the words beside it begin."""
    left, top, width, height = areas["Table"].box
    if "Words" in areas:
        width = min(width, areas["Words"].box[0] - left - 0.4)
    return left, top, width, height


def scale(widths: Sequence[float], width: float) -> list[float]:
    """
    Return *widths* scaled to a sum of *width*.

    >>> scale((1, 3), 8)
    [2.0, 6.0]
    """
    return [one * width / sum(widths) for one in widths]


def split(table: Table, widths: Sequence[float], size: float, height: float) -> Iterator[Table]:
    """Yield a table in parts that are at most as high as given in inches."""
    whole = height - shapes.height_of(table.head, widths, size)
    room = whole
    page: list[tuple[str, ...]] = []
    for line in (part for one in table.lines for part in _chopped(one, widths, size, whole)):
        high = shapes.height_of(line, widths, size)
        if page and room < high:
            yield replace(table, lines=tuple(page))
            room, page = whole, []
        page.append(line)
        room -= high
    if page:
        yield replace(table, lines=tuple(page))


def _chopped(
    line: tuple[str, ...], widths: Sequence[float], size: float, room: float
) -> Iterator[tuple[str, ...]]:
    """Yield a line in parts that fit a slide, if its last cell has several lines of text."""
    texts = line[-1].split("\n")
    if shapes.height_of(line, widths, size) <= room or len(texts) < 2:
        yield line
        return
    half = len(texts) // 2
    for start, part in ((line[:-1], texts[:half]), (("",) * (len(line) - 1), texts[half:])):
        yield from _chopped((*start, "\n".join(part)), widths, size, room)


def add(presentation: Any, page: Page, language: str) -> Any:
    """Add the slide of a page, and return it."""
    slide = presentation.slides.add_slide(template.layout(presentation, page.layout))
    wanted = {*(role for role, words in page.texts.items() if words)}
    wanted |= {"Table"} if page.table else set()
    wanted |= {"Number"} if page.layout != "Cover" else set()
    areas = template.areas(slide.slide_layout, page.layout, wanted)
    shapes.fill(slide, page.layout, page.name, page.texts, language, wanted)
    if page.table is not None:
        table(slide, page, page.table, table_box(areas), language)
    shapes.arrange(slide, page.name)
    return slide


def table(slide: Any, page: Page, cells: Table, box: template.Box, language: str) -> None:
    """Add the table of a page."""
    widths = scale(page.widths, box[2])
    high = sum(shapes.height_of(line, widths, page.size) for line in (cells.head, *cells.lines))
    frame = shapes.grid(slide, cells, language, (*box[:3], high), widths, page.size)
    frame.name = f"rs:{page.name}:table"
    shapes.describe(frame, page.texts["Title"])
