"""
Shapes of a slide: text fitted to its box, native tables, pictures cropped to the plot.

Handles boxes, text and python-pptx objects; ``content`` supplies the text.
"""

import copy
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.charts.native import Table
from analysis.figures import carriers, pictures, qr
from analysis.publish.content import Content
from analysis.publish.fit import ems_of, seams

from . import template
from .template import EMU, Box, box_of

SMALLEST = 10.0  # points, the smallest legible size
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


def fill(
    slide: Any,
    layout: str,
    name: str,
    words: Mapping[str, str],
    language: str,
    wanted: AbstractSet[str],
) -> None:
    """
    Write the text of each part into its placeholder, or into a text box where there is none.

    Parameters
    ----------
    name
        The figure or page, for the marks of the shapes.
    wanted
        The parts of the slide, also those without a text.
    """
    placed = template.canvas(slide, layout, wanted)
    for role, (box, shape) in placed.items():
        if role in {"Chart", "Table"}:
            if shape is not None:
                drop(shape)
        elif role == "Number":
            _number(slide, layout)
        elif words.get(role):
            if shape is None:
                add_text(slide, name, role.lower(), words[role], box, language)
            else:
                shape.name = f"rs:{name}:{role.lower()}"
                write(shape, words[role], language)


def add_text(slide: Any, figure: str, part: str, words: str, box: Box, language: str) -> Any:
    """Add a part of a figure as a text box."""
    shape = text_box(slide, box)
    shape.name = f"rs:{figure}:{part}"
    write(shape, words, language, part.title())
    return shape


def flag(slide: Any, figure: str, words: str, box: Box) -> None:
    """Add a label with white text on a dark ground."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.text import PP_ALIGN

    shape = slide.shapes.add_textbox(*emu(box))
    shape.name = f"rs:{figure}:stale"
    carriers.put_mark(shape, figure, "stale", "")
    shape.fill.solid()
    shape.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_1
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER
    set_run(paragraph, words, "zh" if words[0] > "\u2fff" else "en", 12.0, "bg1")


def substitute(shape: Any, old: str, new: str) -> None:
    """Replace a word in the text of a shape, keeping its format."""
    for paragraph in shape.text_frame.paragraphs:
        words = "".join(run.text for run in paragraph.runs)
        if old in words:
            retext(paragraph, words.replace(old, new))


def text_box(slide: Any, box: Box) -> Any:
    """Add an empty text box without margins."""
    shape = slide.shapes.add_textbox(*emu(box))
    no_insets(shape)
    return shape


def _number(slide: Any, layout: str) -> None:
    """Copy the slide number from the layout, which python-pptx does not do."""
    number = template.placeholders(slide.slide_layout, layout).get("Number")
    if number is not None:
        slide.shapes._spTree.append(copy.deepcopy(number._element))  # noqa: SLF001


READING = (
    "title", "subtitle", "chart", "picture", "heading", "table", "words", "side", "caveat",
    "source", "stamp", "code",
)  # fmt: skip


def arrange(slide: Any, name: str) -> None:
    """Put the parts of a slide into the order in which a screen reader reads them."""
    tree = slide.shapes._spTree  # noqa: SLF001
    parts = {carriers.owned(shape.name): shape._element for shape in slide.shapes}  # noqa: SLF001
    for part in reversed(READING):
        if (name, part) in parts:
            tree.remove(parts[name, part])
            tree.insert(2, parts[name, part])  # after the two properties of the tree


def write(shape: Any, words: str, language: str, role: str = "") -> None:
    """
    Put *words* into a text shape, in a smaller size or cut where they do not fit.

    Characters that stay keep the format of their runs, and new ones take that of their place.
    """
    style = template.STYLES.get(role)
    size = own_size(shape)
    fitted_size, text = _fit(shape, words, size)
    lines, frame = text.split("\n"), shape.text_frame
    while len(frame.paragraphs) < len(lines):
        frame._txBody.append(copy.deepcopy(frame.paragraphs[-1]._p))  # noqa: SLF001
    for extra in list(frame.paragraphs)[len(lines) :]:
        extra._p.getparent().remove(extra._p)  # noqa: SLF001
    for paragraph, line in zip(frame.paragraphs, lines, strict=True):
        if paragraph.runs:
            retext(paragraph, line)
            _shrink(paragraph, fitted_size, size)
        else:
            explicit = fitted_size if style or fitted_size < size else None
            set_run(paragraph, line, language, explicit, style.colour if style else "")


def retext(paragraph: Any, words: str) -> None:
    """Replace the text of a paragraph; characters that stay keep the format of their run."""
    old = [(sign, run) for run in paragraph.runs for sign in run.text]
    runs = [run for _, run in old] or [paragraph.runs[0]]
    matcher = SequenceMatcher(None, "".join(sign for sign, _ in old), words, autojunk=False)
    owners: list[Any] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            owners += runs[start:end]
        else:
            owners += [runs[min(start, len(runs) - 1)]] * (new_end - new_start)
    first = paragraph.runs[0]._r  # noqa: SLF001
    anchor = first.getprevious()
    parent = first.getparent()
    for run in paragraph.runs:
        parent.remove(run._r)  # noqa: SLF001
    at = 0 if anchor is None else parent.index(anchor) + 1
    for run, pieces in itertools.groupby(zip(owners, words, strict=True), key=lambda pair: pair[0]):
        element = copy.deepcopy(run._r)  # noqa: SLF001
        element.text = "".join(sign for _, sign in pieces)
        parent.insert(at, element)
        at += 1


def _shrink(paragraph: Any, size: float, own: float) -> None:
    """Reduce runs that are larger than *size*, where the text did not fit at its own size."""
    from pptx.util import Pt

    for run in paragraph.runs:
        if size < own and (run.font.size is None or run.font.size.pt > size):
            run.font.size = Pt(size)


def _fit(shape: Any, words: str, size: float) -> tuple[float, str]:
    across, down = template.insets(shape)
    down += template.spacing(shape) * words.count("\n")
    width, height = shape.width / EMU - across, shape.height / EMU - down
    fitted_size, text = fit(words, width, height, size)
    return _on_one_line(text, width, fitted_size), text


def fitted(shape: Any, words: str) -> str:
    """Return *words* as :func:`write` puts them into a shape, cut where they do not fit."""
    return _fit(shape, words, own_size(shape))[1]


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
    """Return the text size of a shape in points: of its first run, else as it inherits it."""
    sizes = [
        run.font.size.pt
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.font.size is not None
    ]
    role = shape.name.rpartition(":")[2].title()
    style = template.STYLES.get(role, template.Style(12))
    return template.text_size(shape) or (max(sizes) if sizes else style.size)


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
    return sum(max(1, -int(-(ems_of(line) + seams(line)) // ems)) for line in words.split("\n"))


def describe(shape: Any, words: str) -> None:
    """Set the alternative text of a shape."""
    carriers.properties(shape).set("descr", words)


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


_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def drop(shape: Any) -> None:
    """Remove *shape* from its slide, with the picture or chart that only it uses."""
    part, element = shape.part, shape._element  # noqa: SLF001
    element.getparent().remove(element)
    _forget(part, element)


def _forget(part: Any, element: Any) -> None:
    """Drop the relations of an element that was removed, unless others use them."""
    used = {value for one in part._element.iter() for value in _relations(one)}  # noqa: SLF001
    for key in {value for one in element.iter() for value in _relations(one)} - used:
        if key in part.rels:
            part.rels.pop(key)


def _relations(element: Any) -> Iterator[str]:
    return (str(value) for name, value in element.attrib.items() if name.startswith(_RELATION))


def on_slide(shape: Any) -> Box:
    """Return the box of a shape in inches on the slide, also where it is in a group."""
    left, top, width, height = box_of(shape)
    for group in shape._element.iterancestors(f"{{{template.P}}}grpSp"):  # noqa: SLF001
        frame = group.grpSpPr.find(f"{{{template.A}}}xfrm")
        if frame is None:
            continue
        parts = {element.tag.rpartition("}")[2]: element for element in frame}
        x, y, inner_x, inner_y = (
            int(parts[name].get(side)) / EMU for name in ("off", "chOff") for side in ("x", "y")
        )
        wide, high = (
            int(parts["ext"].get(side)) / max(int(parts["chExt"].get(side)), 1)
            for side in ("cx", "cy")
        )
        left, top = x + (left - inner_x) * wide, y + (top - inner_y) * high
        width, height = width * wide, height * high
    return left, top, width, height


def refill(frame: Any, lines: Sequence[Sequence[str]], language: str, size: float) -> None:
    """Put *lines* into a table; rows are added with the format of the last one, or removed."""
    table = frame.table
    rows = table._tbl.tr_lst  # noqa: SLF001
    for extra in rows[len(lines) :]:
        extra.getparent().remove(extra)
    for _ in range(len(lines) - len(rows)):
        last = table._tbl.tr_lst[-1]  # noqa: SLF001
        last.addnext(copy.deepcopy(last))
    widths = [column.width / EMU for column in table.columns]
    for row, line in zip(table.rows, lines, strict=True):
        if [cell.text_frame.text for cell in row.cells] == list(line):
            continue
        row.height = round(height_of(line, widths, size) * EMU)
        for cell, words in zip(row.cells, line, strict=True):
            _recell(cell, words, language, size, head=line is lines[0])


def _recell(cell: Any, words: str, language: str, size: float, *, head: bool) -> None:
    """Replace the text of a cell, in the format of its text if it has one line."""
    paragraphs = cell.text_frame.paragraphs
    if cell.text_frame.text == words:
        return
    if len(paragraphs) == 1 and paragraphs[0].runs and "\n" not in words:
        retext(paragraphs[0], words)
    else:
        fill_cell(cell, words, language, size, head=head)


def repaint(slide: Any, shape: Any, blob: bytes, slide_content: Content) -> None:
    """Replace the picture in a shape as wide as before; the old one leaves the file."""
    _swap(slide, shape, blob)
    before = shown(shape)
    crop(shape, slide_content)
    after = shown(shape)
    shape.height = round(shape.height * after[1] / before[1] * before[0] / after[0])


def room(slide: Any, figure: str, box: Box) -> Box:
    """Return the room of a chart with the free room down to the next text of the figure."""
    low = box[1] + box[3]
    tops = [
        box_of(shape)[1]
        for shape in slide.shapes
        if carriers.owned(shape.name)[0] == figure and box_of(shape)[1] >= low
    ]
    return *box[:3], max(low, min(tops, default=low) - 0.05) - box[1]


def picture(slide: Any, slide_content: Content, figures: Path, box: Box) -> None:
    """Add the picture of a figure, cropped to its plot; the slide has the text."""
    blob = pictured(slide_content, figures)
    if blob is None:
        return
    picture = slide.shapes.add_picture(io.BytesIO(blob), 0, 0)
    wide, high = picture.width, picture.height
    crop(picture, slide_content)
    shape = wide * shown(picture)[0] / (high * shown(picture)[1])
    wide = min(box[2], box[3] * shape)
    high = wide / shape
    at = (box[0] + (box[2] - wide) / 2, box[1] + (box[3] - high) / 2, wide, high)
    picture.left, picture.top, picture.width, picture.height = emu(at)
    picture.name = f"rs:{slide_content.figure}:picture"
    describe(picture, slide_content.alt)


def code(slide: Any, slide_content: Content, width: float) -> None:
    """Add the fingerprint of a figure as a QR code in the upper right corner."""
    box = (width - qr.SIDE - 0.06, 0.06, qr.SIDE, qr.SIDE)
    picture = slide.shapes.add_picture(io.BytesIO(qr.png(slide_content.fingerprint)), *emu(box))
    picture.name = f"rs:{slide_content.figure}:code"
    describe(picture, qr.words(slide_content.fingerprint))


def recode(slide: Any, shape: Any, slide_content: Content) -> None:
    """Replace the QR code of a figure."""
    _swap(slide, shape, qr.png(slide_content.fingerprint))
    describe(shape, qr.words(slide_content.fingerprint))


def _swap(slide: Any, shape: Any, blob: bytes) -> None:
    """Replace the file of a picture; the old one leaves the deck."""
    _, key = slide.part.get_or_add_image_part(io.BytesIO(blob))
    old = copy.copy(shape._element.blipFill.blip)  # noqa: SLF001
    shape._element.blipFill.blip.rEmbed = key  # noqa: SLF001
    _forget(slide.part, old)


def pictured(slide_content: Content, figures: Path) -> bytes | None:
    """Return the picture of a figure as a slide shows it, or None if it has none."""
    names = (name for name in slide_content.record["files"] if name.endswith(".png"))
    contents = ((name, pictures.read(figures / name)) for name in names)
    return next((light(data, name) for name, data in contents if data is not None), None)


@lru_cache(maxsize=64)
def light(png: bytes, name: str) -> bytes:
    """Return a PNG with a palette of 128 colours, a quarter of the size, with its provenance."""
    from PIL import Image, PngImagePlugin

    with pictures.opened(png, name) as image:
        texts = PngImagePlugin.PngInfo()
        for key, words in getattr(image, "text", {}).items():
            texts.add_itxt(key, str(words), zip=True)
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
        # The other methods turn the palest shading into white.
        few = flat.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.putpalette(
            _exact(few.getpalette() or [], flat.resize(_SAMPLE, Image.Resampling.NEAREST))
        )
        out = io.BytesIO()
        few.save(out, "PNG", pnginfo=texts, dpi=image.info.get("dpi"), compress_level=9)
    return min(out.getvalue(), png, key=len)


_SAMPLE, _COMMON = (500, 281), 24


def _exact(palette: list[int], sample: Any) -> list[int]:
    """Return a palette whose entries nearest to the most common colours of a picture equal them."""
    colours = [tuple(palette[start : start + 3]) for start in range(0, len(palette), 3)]
    free = set(range(len(colours)))
    counted = sorted(sample.getcolors(sample.width * sample.height), reverse=True)
    for _, colour in counted[:_COMMON]:
        nearest = min(free, key=lambda place: (_off(colours[place], colour), place))
        if _off(colours[nearest], colour) < _NEAR:
            free.remove(nearest)
            colours[nearest] = colour
    return [part for colour in colours for part in colour]


_NEAR = 100  # squared distance of colours that look the same


def _off(one: Sequence[int], other: Sequence[int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


_EDGE = 0.006  # of the page width: text and marks extend slightly beyond the plot


def crop(picture: Any, slide_content: Content) -> None:
    """Crop a picture to its plot, without the text around it."""
    left, top, width, height = inked(picture.image.blob, slide_content.record.get("plot"))
    picture.crop_left, picture.crop_right = left, 1 - left - width
    picture.crop_top, picture.crop_bottom = top, 1 - top - height


@lru_cache(maxsize=64)
def _ink(png: bytes, box: Box) -> Box:
    """Return the part of a box of a picture that is not white at its edges."""
    from PIL import Image, ImageChops

    with Image.open(io.BytesIO(png)) as image:
        wide, high = image.size
        left, top = round(box[0] * wide), round(box[1] * high)
        right, low = round((box[0] + box[2]) * wide), round((box[1] + box[3]) * high)
        part = image.convert("RGB").crop((left, top, right, low))
        ink = ImageChops.difference(part, Image.new("RGB", part.size, "white")).getbbox()
    if ink is None:
        return box
    left, right = max(0, left + ink[0] - _RIM), min(wide, left + ink[2] + _RIM)
    top, low = max(0, top + ink[1] - _RIM), min(high, top + ink[3] + _RIM)
    return left / wide, top / high, (right - left) / wide, (low - top) / high


_RIM = 6  # pixels around the ink, because programs round


def inked(png: bytes, plot: Sequence[float] | None) -> Box:
    """Return the box of a picture, as shares, that has its plot, without the white around it."""
    left, top, width, height = plot or (0.0, 0.0, 1.0, 1.0)
    start, end = max(0.0, left - _EDGE), min(1.0, left + width + _EDGE)
    return _ink(png, (start, top, end - start, height))


def shown(picture: Any) -> tuple[float, float]:
    """Return the shares of the width and height of a picture that are not cropped."""
    across = 1 - picture.crop_left - picture.crop_right
    return across, 1 - picture.crop_top - picture.crop_bottom
