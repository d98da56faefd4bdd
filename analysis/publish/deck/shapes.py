"""
Shapes of a slide: text fitted to its box, native tables, pictures cropped to the plot.

Handles boxes, text and python-pptx objects; ``content`` supplies the text.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.charts.native import Table
from analysis.publish.content import Content
from analysis.publish.fit import ems_of

from . import template
from .template import EMU

SMALLEST = 10.0  # points, the smallest legible size
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
Box = tuple[float, float, float, float]


def write(shape: Any, words: str, language: str) -> None:
    """Put *words* into a text shape, in a smaller size or cut where they do not fit."""
    size = own_size(shape)
    fitted, text = fit(words, shape.width / EMU, shape.height / EMU, size)
    fitted = _on_one_line(text, shape.width / EMU, fitted)
    frame = shape.text_frame
    lines = text.split("\n")
    for extra in list(frame.paragraphs)[1:]:
        extra._p.getparent().remove(extra._p)  # noqa: SLF001
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        set_run(paragraph, line, language, fitted if fitted < size else None)


def fitted(shape: Any, words: str, part: str) -> str:
    """Return *words* as :func:`write` puts them into a shape, cut where they do not fit."""
    size = 12.0 if part == "side" else own_size(shape)
    high = shape.height / EMU * (0.94 if part == "side" else 1.0)
    return fit(words, shape.width / EMU, high, size)[1]


def rewrite(shape: Any, words: str, language: str) -> None:
    """Replace the lines of a list, keeping the formatting of its first and second line."""
    import copy

    frame = shape.text_frame
    lines = words.split("\n")
    body = frame._txBody  # noqa: SLF001
    while len(frame.paragraphs) < len(lines):
        body.append(copy.deepcopy(frame.paragraphs[-1]._p))  # noqa: SLF001
    for extra in list(frame.paragraphs)[len(lines) :]:
        body.remove(extra._p)  # noqa: SLF001
    for paragraph, line in zip(frame.paragraphs, lines, strict=True):
        if paragraph.runs:
            paragraph.runs[0].text = line
            for more in paragraph.runs[1:]:
                paragraph._p.remove(more._r)  # noqa: SLF001
        else:
            set_run(paragraph, line, language, None)


def set_run(
    paragraph: Any, words: str, language: str, size: float | None, colour: str = ""
) -> None:
    """Replace the runs of a paragraph by one run of *words* with its language set."""
    from pptx.util import Pt

    for old in list(paragraph.runs):
        paragraph._p.remove(old._r)  # noqa: SLF001
    run = paragraph.add_run()
    run.text = words
    properties = run._r.get_or_add_rPr()  # noqa: SLF001
    properties.set("lang", LANGUAGES[language])
    properties.set("altLang", "en-US" if language == "zh" else "zh-CN")
    if size is not None:
        run.font.size = Pt(size)
    if colour:
        from pptx.enum.dml import MSO_THEME_COLOR

        run.font.color.theme_color = MSO_THEME_COLOR.from_xml(colour)


def own_size(shape: Any) -> float:
    """Return the text size of a placeholder in its layout, in points."""
    for place in (place for layout in template.LAYOUTS.values() for place in layout):
        if place.name.lower() == shape.name.rpartition(":")[2]:
            return _layout_size(shape) or place.size
    return _layout_size(shape) or 12.0


def _layout_size(shape: Any) -> float | None:
    base = getattr(shape, "_base_placeholder", None)
    sizes = [] if base is None else base._element.findall(f".//{{{template.A}}}defRPr[@sz]")  # noqa: SLF001
    return int(sizes[0].get("sz")) / 100 if sizes else None


def fit(words: str, width: float, height: float, size: float) -> tuple[float, str]:
    """
    Return the size at which *words* fit a box in inches, and *words*, cut if necessary.

    >>> fit("short", 4, 1, 26)
    (26, 'short')
    >>> fit("字" * 4000, 4, 1, 26)[1][-1]
    '…'
    """
    while size > SMALLEST and lines_needed(words, width, size) * size * 1.2 / 72 > height:
        size = max(SMALLEST, size - 1)
    room = max(1, int(height / (size * 1.2 / 72)))
    while lines_needed(words, width, size) > room and len(words) > 1:
        words = words[: int(len(words) * 0.9)].rstrip("…") + "…"
    return size, words


def _on_one_line(words: str, width: float, size: float) -> float:
    """
    Return a size up to three points smaller if a large heading then fits on one line.

    >>> _on_one_line("a heading of thirty-five characters", 6.5, 26), _on_one_line("short", 6, 26)
    (23, 26)
    """
    if size < _HEADING or lines_needed(words, width, size) != 2:
        return size
    smaller = (size - less for less in (1, 2, 3))
    return next((points for points in smaller if lines_needed(words, width, points) == 1), size)


_HEADING = 20.0  # points; larger text is kept on one line if possible


def lines_needed(words: str, width: float, size: float) -> int:
    """Return the number of lines of *words* at *size* points in *width* inches, rounded up."""
    ems = max(1.0, width * 72 / size * 0.97)
    return sum(max(1, -int(-ems_of(line) // ems)) for line in words.split("\n"))


def describe(shape: Any, words: str) -> None:
    """Set the alternative text of a shape."""
    named = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001
    named.set("descr", words)


def emu(box: Box) -> tuple[int, ...]:
    """Convert a box from inches to English Metric Units."""
    return tuple(round(n * EMU) for n in box)


def no_insets(shape: Any) -> None:
    """Remove the margins of a text box, and wrap its text."""
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def grid(
    slide: Any, table: Table, language: str, box: Box, widths: Sequence[float], size: float
) -> Any:
    """Add a native table with thin rules between its lines and no fill."""
    lines = (table.head, *table.lines)
    frame = slide.shapes.add_table(len(lines), len(table.head), *emu(box))
    _plain(frame.table)
    for column, width in zip(frame.table.columns, widths, strict=True):
        column.width = round(width * EMU)
    for index, cells in enumerate(lines):
        frame.table.rows[index].height = round(height_of(cells, widths, size) * EMU)
        for cell, words in zip(frame.table.rows[index].cells, cells, strict=True):
            fill_cell(cell, words, language, size, head=index == 0)
    return frame


def _plain(table: Any) -> None:
    """Set the table style “No Style, No Grid”, which no theme colours."""
    properties = table._tbl.tblPr  # noqa: SLF001
    properties.set("bandRow", "0")
    for style_id in properties.findall(f"{{{template.A}}}tableStyleId"):
        style_id.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def fill_cell(cell: Any, words: str, language: str, size: float, *, head: bool = False) -> None:
    """Write one cell, with a thin rule under it."""
    from pptx.oxml import parse_xml
    from pptx.util import Inches

    cell.margin_left = cell.margin_right = Inches(0.02)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    colour = "tx2" if head else "tx1"
    for extra in list(cell.text_frame.paragraphs)[1:]:
        extra._p.getparent().remove(extra._p)  # noqa: SLF001
    for index, line in enumerate(words.split("\n")):
        paragraph = cell.text_frame.paragraphs[0] if not index else cell.text_frame.add_paragraph()
        set_run(paragraph, line, language, size, colour)
    line = parse_xml(
        f'<a:lnB xmlns:a="{template.A}" w="6350"><a:solidFill><a:schemeClr val="bg2"/>'
        "</a:solidFill></a:lnB>"
    )
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    for old in properties.findall(f"{{{template.A}}}lnB"):
        properties.remove(old)
    properties.insert(0, line)


def height_of(line: Sequence[str], widths: Sequence[float], size: float = 12.0) -> float:
    """Return the height of a table line in inches."""
    needed = (
        lines_needed(words, width - 0.06, size) for words, width in zip(line, widths, strict=True)
    )
    return 0.1 + max(needed) * size * 1.25 / 72


def spare(shape: Any, words: str) -> float:
    """Return the inches that *words* leave free at the top of a bottom-anchored placeholder."""
    base = getattr(shape, "_base_placeholder", None)
    body = None if base is None else base._element.find(f".//{{{template.A}}}bodyPr")  # noqa: SLF001
    if body is None or body.get("anchor") != "b":
        return 0.0
    _, _, wide, high = box_of(shape)
    size, kept = fit(words, wide, high, own_size(shape))
    needed = lines_needed(kept, wide, size) * size * 1.2 / 72 + 0.06 if words else 0.0
    return max(0.0, high - needed)


def box_of(shape: Any) -> Box:
    """Return the box of a shape in inches: left, top, width, height."""
    return tuple(n / EMU for n in (shape.left, shape.top, shape.width, shape.height))


def drop(shape: Any) -> None:
    """Remove *shape* from its slide."""
    shape._element.getparent().remove(shape._element)  # noqa: SLF001


def take_away(placeholders: Mapping[str, Any], names: Iterable[str]) -> None:
    """Remove the placeholders of these names, whose boxes other shapes will use."""
    for name in names:
        if name in placeholders:
            drop(placeholders[name])


def picture(slide: Any, slide_content: Content, language: str, figures: Path, box: Box) -> None:
    """Add the picture of a figure, cropped to its plot; the slide has the text."""
    del language
    path = next(
        (figures / file for file in slide_content.record["files"] if file.endswith(".png")), None
    )
    if path is None or not path.is_file():
        return
    picture = slide.shapes.add_picture(str(path), 0, 0)
    wide, high = picture.width, picture.height
    crop(picture, slide_content)
    shape = wide * shown(picture)[0] / (high * shown(picture)[1])
    wide = min(box[2], box[3] * shape)
    high = wide / shape
    at = (box[0] + (box[2] - wide) / 2, box[1] + (box[3] - high) / 2, wide, high)
    picture.left, picture.top, picture.width, picture.height = emu(at)
    picture.name = f"rs:{slide_content.figure}:picture"
    describe(picture, slide_content.alt)


_EDGE = 0.006  # of the page width: text and marks extend slightly beyond the plot


def crop(picture: Any, slide_content: Content) -> None:
    """Crop a picture to its plot, without the text around it."""
    left, top, width, height = slide_content.record.get("plot") or (0.0, 0.0, 1.0, 1.0)
    picture.crop_left = max(0.0, left - _EDGE)
    picture.crop_right = max(0.0, 1 - left - width - _EDGE)
    picture.crop_top, picture.crop_bottom = top, 1 - top - height


def shown(picture: Any) -> tuple[float, float]:
    """Return the shares of the width and height of a picture that are not cropped."""
    across = 1 - picture.crop_left - picture.crop_right
    return across, 1 - picture.crop_top - picture.crop_bottom
