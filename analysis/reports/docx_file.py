"""
Extract the text of a Word file as Word shows it with every tracked change accepted.

Deleted, moved and struck-out text and hidden text is left out; equations, special characters and
content controls are read.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from analysis.errors import DocumentError
from analysis.language.messages import say

from .extraction import LONGEST_CELL, WIDEST, flat, lowered, raised, repeated, tidy

MAX_PART = 8 << 20  # bytes of one XML part; some ten times as much when parsed
_MAX_UNPACKED = 64 << 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = b"http://purl.oclc.org/ooxml/"
_CONTAINERS = frozenset(
    _W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")
)
_UNSEEN = frozenset(
    (*(_W + name for name in ("del", "moveFrom", "rt", "delText", "instrText", "pPr", "rPr")),)
)
_EQUATIONS = frozenset(_M + name for name in ("f", "sSup", "sSub", "sSubSup"))
_GONE = ("trPr/{0}del", "trPr/{0}hidden", "tcPr/{0}cellDel")
_CHARACTERS = {
    **{_W + name: "\t" for name in ("tab", "ptab")},
    **{_W + name: "\n" for name in ("br", "cr")},
    _W + "noBreakHyphen": "-",
}
_HIDING = ("vanish", "specVanish", "strike", "dstrike")
# https://unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt
_SYMBOL = {0x2D: "−", 0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓"}
_SYMBOL |= {0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "·", 0xB8: "÷", 0xB9: "≠"}
_SYMBOL |= {0xBB: "≈", 0xE0: "→"}
_WINGDINGS = {0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xEF: "←", 0xF0: "→"}
_WINGDINGS |= {0xF1: "↑", 0xF2: "↓", 0xFC: "√"} | {0x81 + n: chr(0x2460 + n) for n in range(10)}
_UNKNOWN = "\ufffd"


class _Look(NamedTuple):
    """How a run is set; None where the style or its base decides."""

    hidden: bool | None = None
    position: str | None = None

    def over(self, base: "_Look") -> "_Look":
        """Return this look with *base* where it decides nothing."""
        hidden = base.hidden if self.hidden is None else self.hidden
        return _Look(hidden, base.position if self.position is None else self.position)


def text(name: str, data: bytes) -> str:
    """
    Return the text of the Word file *name* with the bytes *data*.

    Raises
    ------
    DocumentError
        When it is no Word document, damaged, too large, or has macros or external entities.
    """
    import docx

    refuse_archive(name, data)
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document)
        parts = [*reader.blocks(document.element.body), *reader.notes()]
    except Exception as error:  # a parser of a damaged file may raise anything
        raise DocumentError(name, say("document.no_word", error=error)) from error
    return tidy("\n".join(parts))


class _Reader:
    """The paragraphs, tables and notes of one document."""

    def __init__(self, document: Any) -> None:
        self.part = document.part
        self.styles = {s.get(f"{_W}styleId"): s for s in document.styles.element.iter(f"{_W}style")}
        self.style = cache(self._style)

    def _style(self, name: str | None, depth: int = 0) -> _Look:
        """Return the look that a style and the styles it is based on give."""
        style = self.styles.get(name)
        if style is None or depth > 20:
            return _Look()
        own = _look(style.find(f"{_W}rPr"))
        base = _value(style.find(f"{_W}basedOn"))
        return own.over(self.style(base, depth + 1)) if base else own

    def blocks(self, node: Any) -> Iterator[str]:
        """Yield the paragraphs and tables of a node in order, text boxes after their paragraph."""
        line = ""
        for child in node.iterchildren():
            if child.tag == f"{_W}p":
                boxes: list[Any] = []
                line += self._paragraph(child, boxes)
                if child.find(f"{_W}pPr/{_W}rPr/{_W}del") is None:  # else the next one continues it
                    yield line
                    line = ""
                for box in boxes:
                    yield from self.blocks(box)
            elif child.tag == f"{_W}tbl":
                yield self.table(child)
            elif child.tag in _CONTAINERS and not _prompts(child):
                yield from self.blocks(child)
        if line:
            yield line

    def _paragraph(self, node: Any, boxes: list[Any]) -> str:
        style = node.find(f"{_W}pPr/{_W}pStyle")
        return self._flow(node, self.style(_value(style)), boxes)

    def _flow(self, node: Any, base: _Look, boxes: list[Any]) -> str:
        """Return the text of a node; text boxes in it are added to *boxes*."""
        return "".join(self._pieces(node, base, boxes))

    def _pieces(self, node: Any, base: _Look, boxes: list[Any]) -> Iterator[str]:
        for child in node.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _UNSEEN or _prompts(child):
                continue
            if tag == f"{_W}r":
                yield self._run(child, base, boxes)
            elif tag in _CHARACTERS:
                yield _CHARACTERS[tag]
            elif tag in {f"{_W}t", f"{_M}t"}:
                yield child.text or ""
            elif tag == f"{_W}sym":
                yield _symbol(child)
            elif tag == f"{_W}txbxContent":
                boxes.append(child)
            elif tag in _EQUATIONS:
                yield self._equation(child, base)
            else:
                yield from self._pieces(child, base, boxes)

    def _run(self, run: Any, base: _Look, boxes: list[Any]) -> str:
        properties = run.find(f"{_W}rPr")
        look = _look(properties)
        if properties is not None:
            look = look.over(self.style(_value(properties.find(f"{_W}rStyle"))))
        look = look.over(base)
        written = "" if look.hidden else self._flow(run, base, boxes)
        change = {"superscript": raised, "subscript": lowered}.get(look.position or "")
        return change(written) if change else written

    def _equation(self, node: Any, base: _Look) -> str:
        """Return a fraction as 1/2, and raised and lowered parts as such."""
        names = ("e", "num", "sub", "sup", "den")
        parts = {name: node.find(_M + name) for name in names}
        written = {n: self._flow(p, base, []) for n, p in parts.items() if p is not None}
        if "den" in written:
            return f"{written.get('num', '')}/{written['den']}"
        return (
            written.get("e", "") + lowered(written.get("sub", "")) + raised(written.get("sup", ""))
        )

    def table(self, table: Any) -> str:
        """Return a table as lines, or its cells one by one where they contain whole paragraphs."""
        rows = list(_inside(table, f"{_W}tr"))
        written = [[(c, list(self.blocks(c))) for c in _inside(row, f"{_W}tc")] for row in rows]
        short = all(len("".join(lines)) <= LONGEST_CELL for row in written for _, lines in row)
        if not short or next(table.iterdescendants(f"{_W}tbl"), None) is not None:
            return "\n".join(line for row in written for _, lines in row for line in lines)
        above: dict[int, str] = {}  # by column, the name of a cell that goes on below
        return flat(_columns(r, cells, above) for r, cells in zip(rows, written, strict=True))

    def notes(self) -> Iterator[str]:
        """Yield the footnotes and endnotes."""
        from docx.oxml import parse_xml

        for relation in self.part.rels.values():
            if relation.reltype.rsplit("/", 1)[-1] in {"footnotes", "endnotes"}:
                for note in parse_xml(relation.target_part.blob):
                    if note.get(f"{_W}type") is None:  # the others are rules between text and notes
                        yield "".join(self.blocks(note))


def _prompts(node: Any) -> bool:
    """Whether a node is a copy for old programs, or a content control with its prompt alone."""
    if node.tag == f"{_W}sdt":
        return node.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None
    return str(node.tag).endswith("}Fallback")


def _columns(row: Any, cells: list[tuple[Any, list[str]]], above: dict[int, str]) -> list[str]:
    """Return a row; merged columns are empty after the first, names of merged rows repeat."""
    texts = [""] * _number(row.find(f"{_W}trPr/{_W}gridBefore"), least=0)
    for cell, lines in cells:
        column, written = len(texts), " ".join(lines)
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merged is not None and merged.get(f"{_W}val", "continue") == "continue":
            written = above.get(column, "")
        above[column] = "" if merged is None else repeated(written)
        wide = min(_number(cell.find(f"{_W}tcPr/{_W}gridSpan")), max(1, WIDEST - column))
        texts += [written, *[""] * (wide - 1)]
    return texts


def _number(node: Any, least: int = 1) -> int:
    """Return the number in the value of *node*, limited; *least* if there is none."""
    digits = _value(node) or ""
    return min(int(digits), WIDEST) if re.fullmatch(r"[1-9]\d{0,8}", digits) else least


def _inside(node: Any, tag: str) -> Iterator[Any]:
    """Yield the rows or cells of a node, including those in content controls."""
    for child in node.iterchildren():
        if child.tag == tag:
            if all(child.find(_W + path.format(_W)) is None for path in _GONE):
                yield child
        elif child.tag in _CONTAINERS:
            yield from _inside(child, tag)


def _value(node: Any) -> str | None:
    return None if node is None else node.get(f"{_W}val")


def _look(properties: Any) -> _Look:
    """Return the look that run properties give themselves."""
    if properties is None:
        return _Look()
    nodes = [n for n in (properties.find(_W + name) for name in _HIDING) if n is not None]
    hidden = any(_value(node) not in {"0", "false", "off"} for node in nodes) if nodes else None
    position = _value(properties.find(f"{_W}vertAlign"))
    height = _value(properties.find(f"{_W}position")) or ""
    if position is None and re.fullmatch(r"-?[1-9]\d{0,3}", height):
        position = "superscript" if int(height) > 0 else "subscript"
    return _Look(hidden, position)


def _symbol(node: Any) -> str:
    """Return a character of a symbol font as Unicode, U+FFFD where it is not known."""
    code = node.get(f"{_W}char") or ""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", code):
        return ""
    number, font = int(code, 16), (node.get(f"{_W}font") or "").lower()
    if not 0xF000 <= number <= 0xF0FF:
        return chr(number) if number < 0xD800 else _UNKNOWN
    table = _WINGDINGS if font.startswith("wingdings") else _SYMBOL
    plain = chr(number - 0xF000) if font == "symbol" and number < 0xF040 else _UNKNOWN
    return table.get(number - 0xF000, plain)


def refuse_archive(name: str, data: bytes) -> None:
    """Raise for an archive that is no Word file, too large, or has macros or external entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_kind(name, archive.namelist())
            room = _MAX_UNPACKED
            for part in archive.infolist():
                limit = min(room, MAX_PART if part.filename.endswith((".xml", ".rels")) else room)
                with archive.open(part) as stream:
                    content = stream.read(limit + 1)
                room -= len(content)
                hostile = b"<!DOCTYPE" in content[:4096] or part.filename.endswith("vbaProject.bin")
                if len(content) > limit or hostile or ".." in part.filename.split("/"):
                    raise DocumentError(name, say("document.odd_part", part=part.filename))
                if part.filename == "word/document.xml" and _STRICT in content[:4096]:
                    raise DocumentError(name, say("document.strict"))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DocumentError(name, say("document.damaged", error=error)) from error


_KINDS = {
    "xl/": "workbook",
    "ppt/": "presentation",
    "OFD.xml": "ofd",
    "content.xml": "open_document",
    "META-INF/container.xml": "e_book",
}


def _refuse_kind(name: str, parts: list[str]) -> None:
    """Raise with the name of another format that is an archive as well."""
    for part, kind in _KINDS.items():
        if any(entry.startswith(part) for entry in parts) and "word/document.xml" not in parts:
            raise DocumentError(
                name, say("document.other_archive", kind=say(f"document.kind.{kind}"))
            )
