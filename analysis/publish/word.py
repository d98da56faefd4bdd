"""
Write a Word document: blocks of text, pictures and tables in named styles.

Each block has a hidden bookmark that names its part and the hash of its content, for an update.

The Chinese page follows the habits of official documents, GB/T 9704: A4, 16 point body, 28 point
lines, headings 一、（一）, the page number at the outer foot. Heights are estimated before writing.
"""

import copy
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

from lxml import etree

from analysis import files
from analysis.charts.native import Table
from analysis.figures import office, provenance
from analysis.publish.fit import broken, ems_of, seams

from . import bookmarks
from .bookmarks import Found
from .deck import shapes, store, tags

MM = 72 / 25.4  # points
A4 = (210, 297)


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: fonts, size and line pitch in points, indent in characters."""

    name: str
    size: float
    east: str
    latin: str
    line: float  # 0 for the height of a picture
    align: str = "left"
    indent: int = 0
    before: float = 0
    after: float = 0
    bold: bool = False
    keep: bool = False  # with the next paragraph
    level: int = 0  # of a heading
    right: float = 0  # indent in points


@dataclass(frozen=True, slots=True)
class Form:
    """A page: margins in millimetres (top, bottom, left, right) and its styles by name."""

    language: str
    margins: tuple[float, float, float, float]
    styles: dict[str, Style]

    @property
    def width(self) -> float:
        """The width of the text in points."""
        return (A4[0] - self.margins[2] - self.margins[3]) * MM

    @property
    def height(self) -> float:
        """The height of the text in points."""
        return (A4[1] - self.margins[0] - self.margins[1]) * MM


def _styles(*styles: Style) -> dict[str, Style]:
    return {style.name: style for style in styles}


_XBS, _FS, _HEI, _KAI, _SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
_ROMAN, _SANS = "Times New Roman", "Arial"
FALLBACKS = {
    _XBS: "宋体,SimSun,Noto Serif CJK SC",
    _FS: "仿宋,FangSong,Noto Serif CJK SC",
    _HEI: "SimHei,Noto Sans CJK SC",
    _KAI: "楷体,KaiTi,Noto Serif CJK SC",
    _SONG: "SimSun,Noto Serif CJK SC",
    _ROMAN: "Liberation Serif,Noto Serif",
    _SANS: "Liberation Sans,Noto Sans",
}
FORMS = {
    "zh": Form("zh", (37, 35, 28, 26), _styles(
        Style("Normal", 16, _FS, _ROMAN, 28),
        Style("Title", 22, _XBS, _ROMAN, 34, "center", after=6),
        Style("Subtitle", 16, _KAI, _ROMAN, 28, "center", after=10),
        Style("Heading 1", 16, _HEI, _ROMAN, 28, indent=2, keep=True, level=1),
        Style("Heading 2", 16, _KAI, _ROMAN, 28, indent=2, keep=True, level=2),
        Style("Body Text", 16, _FS, _ROMAN, 28, indent=2),
        Style("Caption", 14, _HEI, _ROMAN, 22, "center", keep=True),
        Style("Figure", 12, _SONG, _ROMAN, 0, "center", before=4, keep=True),
        Style("Table Text", 12, _SONG, _ROMAN, 17, keep=True),
        Style("Source", 10.5, _SONG, _ROMAN, 14, after=4),
        Style("Source List", 10.5, _SONG, _ROMAN, 15),
        Style("Date", 16, _FS, _ROMAN, 28, "right", right=64),
        Style("Footer", 14, _SONG, _ROMAN, 18),
    )),
    "en": Form("en", (25, 25, 25, 25), _styles(
        Style("Normal", 11, _HEI, _SANS, 15),
        Style("Title", 20, _HEI, _SANS, 26, after=4, bold=True),
        Style("Subtitle", 13, _HEI, _SANS, 18, after=8),
        Style("Heading 1", 13, _HEI, _SANS, 18, before=10, after=3, bold=True, keep=True, level=1),
        Style("Heading 2", 11, _HEI, _SANS, 15, before=4, bold=True, keep=True, level=2),
        Style("Body Text", 11, _HEI, _SANS, 15, after=5),
        Style("Caption", 10, _HEI, _SANS, 14, before=3, bold=True, keep=True),
        Style("Figure", 10, _HEI, _SANS, 0, "center", before=4, keep=True),
        Style("Table Text", 9, _HEI, _SANS, 12, keep=True),
        Style("Source", 8.5, _HEI, _SANS, 11, after=6),
        Style("Source List", 9, _HEI, _SANS, 12, after=1),
        Style("Date", 10, _HEI, _SANS, 14, "right", before=6),
        Style("Footer", 10, _HEI, _SANS, 13),
    )),
}  # fmt: skip


_MANY_LINES = 4


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text in a style; ``number`` follows ``words`` as a field that counts captions."""

    style: str
    words: str
    counter: str = ""
    number: int = 0
    rest: str = ""

    @property
    def text(self) -> str:
        """The whole text."""
        return f"{self.words}{self.number or ''}{self.rest}"

    @property
    def shown(self) -> str:
        """What :func:`bookmarks.content` reads back from the document."""
        return self.text

    def height(self, form: Form) -> float:
        """Return the estimated height in points."""
        style = form.styles[self.style]
        text = "　" * style.indent + self.text
        room = (form.width - style.right) / style.size / (1 + seams(text) / max(ems_of(text), 1))
        lines = sum(len(broken(line, room, most=99)) for line in text.split("\n"))
        lines += lines > _MANY_LINES  # programs break long texts with many numbers earlier
        return lines * style.line + style.before + style.after


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture across the page, cropped to a box (left, top, width, height as shares)."""

    name: str
    png: bytes
    box: tuple[float, float, float, float]
    alt: str
    style: str = "Figure"

    @property
    def shown(self) -> str:
        """What :func:`bookmarks.content` reads back from the document."""
        return files.digest(self.png)

    def shape(self) -> float:
        """Return the width of the box divided by its height."""
        from PIL import Image

        with Image.open(io.BytesIO(self.png)) as image:
            return image.width * self.box[2] / (image.height * self.box[3])

    def height(self, form: Form) -> float:
        """Return the height in points."""
        return form.width / self.shape() + form.styles[self.style].before + 4


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``widths`` are shares of its columns."""

    table: Table
    widths: Sequence[float]
    title: str
    style: str = "Table Text"

    @property
    def shown(self) -> str:
        """What :func:`bookmarks.content` reads back from the document."""
        return "\n".join(cell for line in self.rows for cell in line)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells, with those of the head."""
        return (self.table.head, *self.table.lines)

    def columns(self, form: Form) -> list[float]:
        """Return the widths of the columns in points."""
        return [form.width * width / sum(self.widths) for width in self.widths]

    def height(self, form: Form) -> float:
        """Return the estimated height in points."""
        style = form.styles[self.style]
        high = 0.0
        for line in self.rows:
            cells = zip(line, self.columns(form), strict=True)
            rooms = [len(broken(words, (width - 11) / style.size, 99)) for words, width in cells]
            high += max(rooms) * style.line + 1
        return high


Block = Paragraph | Picture | Grid


class Part(NamedTuple):
    """Blocks that are renewed together, under a name of lower-case letters and digits."""

    name: str
    blocks: Sequence[Block]


HASHES = "regional-safety.part."


def hashes(parts: Iterable[Part]) -> dict[str, str]:
    """Return the hashes of the blocks of each part, as custom properties."""
    return {
        f"{HASHES}{part.name}": " ".join(tags.short(block.shown) for block in part.blocks)
        for part in parts
    }


def pages(blocks: Iterable[Block], form: Form) -> int:
    """Return the estimated number of pages of some blocks."""
    count, room = 1, form.height
    for group in _groups(blocks, form):
        high = sum(block.height(form) for block in group)
        if high <= room:
            room -= high
            continue
        used = 0.0
        if len(group) == 1 and group[0].style == "Body Text":  # whole lines stay on the page
            line = form.styles["Body Text"].line
            used = room // line * line
        new = max(1, math.ceil((high - used) / form.height))
        room = used + new * form.height - high
        count += new
    return count


def _groups(blocks: Iterable[Block], form: Form) -> Iterator[list[Block]]:
    """Yield the blocks that stay together on a page."""
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not form.styles[block.style].keep:
            yield group
            group = []
    if group:
        yield group


def document(
    parts: Sequence[Part], form: Form, title: str, stored: str, properties: Mapping[str, str]
) -> bytes:
    """
    Return the document of some parts; equal parts give equal bytes.

    Parameters
    ----------
    stored
        The provenance of what the document shows, kept in a custom part.
    properties
        Custom properties; the hashes of the parts are added to them.
    """
    import docx

    word = docx.Document()
    _set_up(word, form)
    for part in parts:
        for number, block in enumerate(part.blocks):
            element = add(word, block, form)
            found = Found(element, tags.short(bookmarks.content(word, element)))
            bookmarks.put(word, found, part.name, number)
    core = word.core_properties
    core.title, core.author, core.last_modified_by = title, *[provenance.package()] * 2
    core.comments, core.language, core.revision = "", _LANGUAGES[form.language], 1
    seal(word, {**properties, **hashes(parts)}, stored)
    return office.normalised(saved(word))


def saved(word: Any) -> bytes:
    """Return the bytes of a document."""
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def seal(word: Any, properties: Mapping[str, str], stored: str) -> None:
    """Write custom properties and provenance into a document, replacing earlier ones."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part as OfficePart

    def part(name: str, mime: str, blob: bytes) -> Any:
        return OfficePart(PackURI(f"/{name}"), mime, blob, word.part.package)

    store.seal(word.part, part, properties, stored)


def renew(word: Any, element: Any, block: Block) -> None:
    """Put new content into the element of a block; formats set by hand stay."""
    from docx.table import Table as Rows
    from docx.text.paragraph import Paragraph as Words

    if isinstance(block, Picture):
        _repaint(word, element, block)
    elif isinstance(block, Grid):
        _refill(Rows(element, word), block.rows)
    else:
        _reword(Words(element, word), block)


def _reword(paragraph: Any, block: Paragraph) -> None:
    """Replace the text of a paragraph; the field that counts captions stays."""
    runs = paragraph.runs
    ends = [n for n, run in enumerate(runs) if run._r.xpath("w:fldChar[@w:fldCharType='end']")]  # noqa: SLF001
    after = runs[ends[-1] + 1 :] if ends else runs
    _retext(paragraph, after, block.rest if ends else block.text)


def _retext(paragraph: Any, runs: Iterable[Any], words: str) -> None:
    worded = [run for run in runs if run.text]
    if worded:
        shapes.retext(SimpleNamespace(runs=worded), words)
    else:
        paragraph.add_run(words)


def _refill(rows: Any, lines: Sequence[Sequence[str]]) -> None:
    """Write the cells of a table; rows are added like the last one, or removed."""
    for _ in range(len(rows.rows), len(lines)):
        rows._tbl.append(copy.deepcopy(rows._tbl.tr_lst[-1]))  # noqa: SLF001
    for surplus in rows._tbl.tr_lst[len(lines) :]:  # noqa: SLF001
        surplus.getparent().remove(surplus)
    for row, line in zip(rows.rows, lines, strict=True):
        for cell, words in zip(row.cells, line, strict=True):
            if cell.text != words:
                _retext(cell.paragraphs[0], cell.paragraphs[0].runs, words)


def _repaint(word: Any, element: Any, block: Picture) -> None:
    """Replace a picture in its width; the old file leaves the document."""
    from docx.oxml.ns import qn

    blip = next(element.iter(qn("a:blip")))
    old = blip.get(qn("r:embed"))
    blip.set(qn("r:embed"), word.part.get_or_add_image(io.BytesIO(block.png))[0])
    if old not in word.element.body.xpath("//@r:embed"):
        word.part.rels.pop(old, None)
    for sizes in element.xpath(".//wp:extent|.//a:xfrm/a:ext"):
        sizes.set("cy", str(round(int(sizes.get("cx")) / block.shape())))
    _describe(element, block)


_LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


def _set_up(word: Any, form: Form) -> None:
    """Set page, styles, fonts and foot of a document."""
    from docx.shared import Mm

    section = word.sections[0]
    section.page_width, section.page_height = Mm(A4[0]), Mm(A4[1])
    top, bottom, left, right = map(Mm, form.margins)
    section.top_margin, section.bottom_margin = top, bottom
    section.left_margin, section.right_margin = left, right
    section.footer_distance = Mm(form.margins[1] - 13)
    _drop_defaults(word, form)
    for style in form.styles.values():
        _define(word, style)
    word.settings.odd_and_even_pages_header_footer = True
    _foot(section.footer, form, "right")
    _foot(section.even_page_footer, form, "left")


def _drop_defaults(word: Any, form: Form) -> None:
    """Replace the fonts, language and picture of the blank document."""
    from docx.oxml.ns import qn

    defaults = word.styles.element.find(qn("w:docDefaults"))
    for fonts in defaults.iter(qn("w:rFonts")):
        fonts.attrib.clear()
    for spacing in defaults.iter(qn("w:spacing")):
        spacing.attrib.clear()
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")
    for owner in (word.part, word.part.package):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml")):
                owner.rels.pop(key)
            elif relation.reltype.endswith("/fontTable"):
                relation.target_part._blob = _fonts(form)  # noqa: SLF001


def _fonts(form: Form) -> bytes:
    """Return the table of fonts, each with the names that may replace it."""
    from docx.oxml.ns import nsmap, qn

    root = etree.Element(qn("w:fonts"), nsmap={"w": nsmap["w"]})
    styles = form.styles.values()
    for name in dict.fromkeys(font for one in styles for font in (one.east, one.latin)):
        font = etree.SubElement(root, qn("w:font"), {qn("w:name"): name})
        etree.SubElement(font, qn("w:altName"), {qn("w:val"): FALLBACKS[name]})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _define(word: Any, style: Style) -> None:
    """Define a style of a document anew."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    known = style.name in word.styles
    one = word.styles[style.name] if known else word.styles.add_style(
        style.name, WD_STYLE_TYPE.PARAGRAPH, builtin=style.name == "Date"
    )  # fmt: skip
    for part in one.element.findall(qn("w:rPr")) + one.element.findall(qn("w:pPr")):
        one.element.remove(part)
    one.quick_style, one.hidden = True, False
    one.font.name, one.font.size, one.font.bold = style.latin, Pt(style.size), style.bold
    one.font.color.rgb = RGBColor(0, 0, 0)
    one.element.rPr.rFonts.set(qn("w:eastAsia"), style.east)
    layout = one.paragraph_format
    layout.alignment = getattr(WD_ALIGN_PARAGRAPH, style.align.upper())
    layout.space_before, layout.space_after = Pt(style.before), Pt(style.after)
    layout.line_spacing = Pt(style.line) if style.line else 1.0
    layout.keep_with_next, layout.widow_control = style.keep, True
    layout.keep_together = style.name != "Body Text"
    layout.first_line_indent, layout.right_indent = Pt(style.indent * style.size), Pt(style.right)
    if style.indent:  # in characters, so that it follows a change of the size
        one.element.pPr.ind.set(qn("w:firstLineChars"), str(100 * style.indent))
    if style.level:
        outline = one.element.pPr.makeelement(
            qn("w:outlineLvl"), {qn("w:val"): str(style.level - 1)}
        )
        one.element.pPr.append(outline)


def _foot(footer: Any, form: Form, side: str) -> None:
    """Write the page number at the outer side of a foot, one character in."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = "Footer"
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, side.upper())
    setattr(paragraph.paragraph_format, f"{side}_indent", Pt(form.styles["Footer"].size))
    paragraph.add_run("— ")
    _field(paragraph, "PAGE", "1")
    paragraph.add_run(" —")


def _field(paragraph: Any, code: str, shown: str) -> None:
    """Add a field and the result that is shown until it is computed again."""
    from docx.oxml.ns import qn

    for kind in ("begin", "code", "separate", "result", "end"):
        run = paragraph.add_run(shown if kind == "result" else "")
        if kind == "code":
            run._r.append(run._r.makeelement(qn("w:instrText"), {}))  # noqa: SLF001
            run._r[-1].text = f" {code} "  # noqa: SLF001
        elif kind != "result":
            field = run._r.makeelement(qn("w:fldChar"), {qn("w:fldCharType"): kind})  # noqa: SLF001
            run._r.append(field)  # noqa: SLF001


def add(word: Any, block: Block, form: Form) -> Any:
    """Add one block at the end of a document, and return its element."""
    if isinstance(block, Picture):
        return _picture(word, block, form)
    if isinstance(block, Grid):
        return _grid(word, block, form)
    paragraph = word.add_paragraph(block.words, style=block.style)
    if block.counter:
        _field(paragraph, f"SEQ {block.counter} \\* ARABIC", str(block.number))
        paragraph.add_run(block.rest)
    return paragraph._p  # noqa: SLF001


def _picture(word: Any, block: Picture, form: Form) -> Any:
    """Add a picture, cropped, with its text alternative and the mark of its figure."""
    from docx.shared import Pt

    paragraph = word.add_paragraph(style=block.style)
    run = paragraph.add_run()
    width = form.width
    inline = run.add_picture(io.BytesIO(block.png), Pt(width), Pt(width / block.shape()))
    _describe(inline._inline, block)  # noqa: SLF001
    return paragraph._p  # noqa: SLF001


def _describe(element: Any, block: Picture) -> None:
    """Crop a picture, and write its text alternative and the mark of its figure."""
    from docx.oxml.ns import qn

    left, top, wide, high = block.box
    sides = {"l": left, "t": top, "r": 1 - left - wide, "b": 1 - top - high}
    fill = next(element.iter(qn("pic:blipFill")))
    for old in fill.findall(qn("a:srcRect")):
        fill.remove(old)
    crop = fill.makeelement(
        qn("a:srcRect"), {side: str(round(100_000 * share)) for side, share in sides.items()}
    )
    fill.insert(1, crop)
    about = next(element.iter(qn("wp:docPr")))
    about.set("descr", block.alt)
    about.set("title", block.name)


def _grid(word: Any, block: Grid, form: Form) -> Any:
    """Add a table whose head is repeated on a further page."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.oxml.ns import qn
    from docx.shared import Pt

    lines = block.rows
    grid = word.add_table(len(lines), len(block.table.head), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    caption = grid._tbl.tblPr.makeelement(qn("w:tblCaption"), {qn("w:val"): block.title})  # noqa: SLF001
    grid._tbl.tblPr.append(caption)  # noqa: SLF001
    for column, width in zip(grid.columns, block.columns(form), strict=True):
        column.width = Pt(width)
    for row, line in zip(grid.rows, lines, strict=True):
        for cell, words, width in zip(row.cells, line, block.columns(form), strict=True):
            cell.width = Pt(width)
            cell.paragraphs[0].style = block.style
            cell.paragraphs[0].add_run(words).bold = row._index == 0 or None  # noqa: SLF001
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))
        if line is lines[0]:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
    return grid._tbl  # noqa: SLF001
