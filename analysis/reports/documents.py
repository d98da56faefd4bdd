"""
Extract the text of a report file: plain text, web page, Word or PDF.

Plain text keeps every character, so that offsets are offsets of the file. For the other formats
the extracted text is the original from then on.
"""

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.errors import DocumentError

from . import lexicon
from .doubts import Doubt
from .layout import fold

MAX_BYTES = 32 << 20
MAX_PAGES = 600
MAX_UNPACKED = 64 << 20
_ASIDE = (
    "//script|//style|//nav|//header|//footer|//aside|//form|//noscript|//iframe|//button|//svg"
    "|//*[@hidden]|//*[contains(translate(@style, ' ', ''), 'display:none')]"
)
_ASIDE_NAMES = re.compile(
    r"nav|menu|foot|header|crumb|share|side|copyright|related|recommend|banner|pager|toolbar|login",
    re.IGNORECASE,
)
_MAIN_NAMES = re.compile(
    r"content|article|zoom|editor|detail|main-?text|news-?text|bodytext|ue_table", re.IGNORECASE
)
_BLOCKS = frozenset(
    (*("p", "div", "br", "li", "tr", "table", "ul", "ol"), "section", "article", "h1", "h2", "h3")
)
_WRAPPED = 0.7  # a line this full, of the widest, was broken by the page and not by its writer
_OPENS = re.compile(
    r"[ \u3000]*(?:[一二三四五六七八九十]+、"
    r"|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、．]|第.{1,3}[章节])"
)
_LONGEST_CELL = 120
_WIDEST = 60  # columns or rows that one cell of a table may take
_PAGE = re.compile(r"\ufeff?\s*<(?:!doctype|html)", re.IGNORECASE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NO_TITLE = re.compile(r"[。；]|您的位置|^时间|^发布|^来源")
_ENDS = re.compile(r"[。！？；：:;!?]$")


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a report, the format of its file, and doubts about it."""

    text: str
    kind: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the text as UTF-8, which is that of a plain UTF-8 file."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def title(self) -> str:
        """The first line that could be a title, without the advertisement of another site."""
        for line in self.text[:2_000].split("\n"):
            bare = _cut(line.strip().lstrip("\ufeff"))
            if 4 <= len(bare) <= 80 and not (_NO_TITLE.search(bare) or _OPENS.match(bare)):
                return bare
        return ""


def load(path: Path) -> Document:
    """
    Read the report file *path*: ``.txt``, ``.html``, ``.docx`` or ``.pdf`` with text.

    Raises
    ------
    DocumentError
        When the file is none of these, too large, damaged, or without text.
    """
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(name, f"over {MAX_BYTES >> 20} MB", "give the text alone")
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(name, str(error.strerror), "check the path") from error
    document = _opened(name, path.suffix.lower(), data)
    if not document.text.strip():
        raise DocumentError(name, "no text in it", "recognise the scanned pages first, or type it")
    found = spam(document.text)
    doubts = (Doubt("spam", {"words": found}),) if found else ()
    return Document(document.text, document.kind, (*document.doubts, *doubts))


def _opened(name: str, suffix: str, data: bytes) -> Document:
    if data[:5] == b"%PDF-":
        return Document(_pdf(name, data), "pdf")
    if data[:2] == b"PK":
        return Document(_docx(name, data), "docx")
    if suffix in {".pdf", ".docx", ".doc", ".xlsx"}:
        raise DocumentError(name, f"not a {suffix} file inside", "save it again, or as text")
    text, doubts = _decoded(name, data)
    if suffix in {".html", ".htm"} or _PAGE.match(text[:200]):
        return Document(_html(name, text), "html", doubts)
    return Document(text, "txt", doubts)


def _decoded(name: str, data: bytes) -> tuple[str, tuple[Doubt, ...]]:
    marks = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    names = [encoding for mark, encoding in marks if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in names:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        doubts = () if encoding == "utf-8" else (Doubt("encoding", {"encoding": encoding}),)
        return text, doubts
    raise DocumentError(name, "no text in an encoding we know", "save it as UTF-8 text")


def _html(name: str, text: str) -> str:
    import lxml.etree
    import lxml.html

    try:
        parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        tree: Any = lxml.html.fromstring(text.encode("utf-8", "replace"), parser=parser)
        return _article(tree)
    except (lxml.etree.LxmlError, ValueError, RecursionError) as error:
        raise DocumentError(name, f"no web page: {error}", "save the text alone") from error


def _article(tree: Any) -> str:
    """Return the title and the text of a page without navigation, header and footer."""
    for node in [*tree.xpath(_ASIDE), *tree.xpath("//comment()")]:
        _drop(node)
    for node in tree.xpath("//*[@class or @id]"):
        if _ASIDE_NAMES.search(_named(node)) and _share(node, tree) < 0.5:
            _drop(node)
    headed = tree.xpath("(//h1)[1]//text()") or tree.xpath("(//title)[1]//text()")
    title = _cut(" ".join("".join(headed).split()))
    body = _tidy("".join(_flow(_main(tree))))
    return body if not title or title in body[:300] else f"{title}\n{body}"


def _drop(node: Any) -> None:
    """Remove a node and keep the text after it."""
    parent = node.getparent()
    if parent is None:
        return
    before = node.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (node.tail or "")
    else:
        before.tail = (before.tail or "") + (node.tail or "")
    parent.remove(node)


def _named(node: Any) -> str:
    return f"{node.get('class', '')} {node.get('id', '')}"


def _share(node: Any, tree: Any) -> float:
    return len(node.text_content()) / max(1, len(tree.text_content()))


def _main(tree: Any) -> Any:
    """Return the element with an article's name and most text, else the body of the page."""
    named = [n for n in tree.xpath("//*[@class or @id]") if _MAIN_NAMES.search(_named(n))]
    named += tree.xpath("//article|//main")
    best = max(named, key=lambda node: len(node.text_content()), default=None)
    if best is not None and _share(best, tree) > 0.4:
        return best
    return next(iter(tree.xpath("//body")), tree)


def _flow(node: Any) -> Iterator[str]:
    """Yield the text of a node in reading order with a line break around every block."""
    if node.tag == "table" and _tabular(node):
        yield "\n" + "\n".join(map("\t".join, _spanned(node))) + "\n"
        return
    block = node.tag in _BLOCKS
    yield "\n" if block else ""
    yield re.sub(r"[ \t\r\n]+", " ", node.text or "")
    for child in node:
        yield from _flow(child)
        yield re.sub(r"[ \t\r\n]+", " ", child.tail or "")
    yield "\n" if block else "\t" * (node.tag in {"td", "th"})


def _tabular(table: Any) -> bool:
    """Whether a table has short cells only; otherwise it serves the layout of the page."""
    cells = table.xpath(".//td|.//th")
    return not table.xpath(".//table") and all(
        len(cell.text_content()) <= _LONGEST_CELL for cell in cells
    )


def _spanned(table: Any) -> Iterator[list[str]]:
    """Yield the rows of a table; merged columns are empty after the first, merged names repeat."""
    below: dict[int, tuple[int, str]] = {}  # by column: number of further rows, and their text
    for row in table.iter("tr"):
        said: list[str] = []
        for cell in row.xpath("./td|./th"):
            said += _down(below, len(said))
            text = " ".join("".join(_flow(cell)).split())
            wide, deep = (_span(cell, name) for name in ("colspan", "rowspan"))
            name = "" if re.fullmatch(r"[-\d.,%\s]*", text) else text
            below |= {len(said) + step: (deep - 1, "" if step else name) for step in range(wide)}
            said += [text, *[""] * (wide - 1)]
        yield said + _down(below, len(said))


def _down(below: dict[int, tuple[int, str]], column: int) -> list[str]:
    """Return the texts that cells of rows above repeat from *column* on."""
    said = []
    while below.get(column, (0, ""))[0] > 0:
        left, name = below[column]
        below[column] = left - 1, name
        said.append(name)
        column += 1
    return said


def _span(cell: Any, name: str) -> int:
    """Return the number of columns or rows of a cell, 1 for an invalid number."""
    told = cell.get(name, "1").strip()
    return min(int(told), _WIDEST) if re.fullmatch(r"[1-9]\d{0,3}", told) else 1


def _tidy(text: str) -> str:
    """Remove control characters, outer blanks of lines and runs of empty lines."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    lines = [line.strip(" \u3000\xa0").rstrip("\t \u3000\xa0") for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _docx(name: str, data: bytes) -> str:
    import docx

    _refuse_archive(name, data)
    try:
        document = docx.Document(io.BytesIO(data))
        parts = [*_written(document.element.body, document), *_notes(document)]
    except Exception as error:  # a parser of a damaged file may raise anything
        raise DocumentError(name, f"no Word document: {error}", "save it as .docx again") from error
    return _tidy("\n".join(parts))


def _written(node: Any, document: Any) -> Iterator[str]:
    """Yield the paragraphs and tables of a node in order, including those in content controls."""
    from docx.table import Table

    for child in node.iterchildren(f"{_WORD}p", f"{_WORD}tbl", f"{_WORD}sdt"):
        if child.tag == f"{_WORD}tbl":
            yield _table(Table(child, document))
        elif child.tag == f"{_WORD}sdt":
            yield from _written(child.find(f"{_WORD}sdtContent"), document)
        else:
            yield _paragraph(child)


def _paragraph(node: Any) -> str:
    """Return the text of a paragraph with every tracked change accepted."""
    kinds = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n"}
    runs = node.iter(f"{_WORD}t", *kinds)
    kept = (run for run in runs if run.getparent().tag == f"{_WORD}r")  # a tab stop is no tab
    return "".join(kinds.get(run.tag, run.text or "") for run in kept if not _doubled(run))


def _doubled(run: Any) -> bool:
    """Whether a run is part of the fallback copy of a text box."""
    return any(node.tag.endswith("}Fallback") for node in run.iterancestors())


def _table(table: Any) -> str:
    """Return a table as lines; merged columns are empty after the first."""
    lines = []
    for row in table.rows:
        seen: set[Any] = set()
        cells = []
        for cell in row.cells:
            text = " ".join(map(_paragraph, cell._tc.iter(f"{_WORD}p")))  # noqa: SLF001
            cells.append("" if cell._tc in seen else text.replace("\n", " "))  # noqa: SLF001
            seen.add(cell._tc)  # noqa: SLF001
        lines.append("\t".join(cells))
    return "\n".join(lines)


def _notes(document: Any) -> Iterator[str]:
    """Yield the footnotes and endnotes."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in {"footnotes", "endnotes"}:
            for note in parse_xml(relation.target_part.blob):
                if note.get(f"{_WORD}type") is None:  # the others are rules between text and notes
                    yield "".join(map(_paragraph, note.iter(f"{_WORD}p")))


def _refuse_archive(name: str, data: bytes) -> None:
    """Raise for an archive that is too large unpacked or has macros or external entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            room = MAX_UNPACKED
            for part in archive.infolist():
                with archive.open(part) as stream:
                    content = stream.read(room + 1)
                room -= len(content)
                hostile = b"<!DOCTYPE" in content[:4096] or part.filename.endswith("vbaProject.bin")
                if room < 0 or hostile or ".." in part.filename.split("/"):
                    raise DocumentError(name, f"{part.filename} is no report", "give plain text")
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise DocumentError(name, f"damaged: {error}", "save it as .docx again") from error


def _pdf(name: str, data: bytes) -> str:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked, count = reader.is_encrypted, 0 if reader.is_encrypted else len(reader.pages)
        pages = [page.extract_text() for page in reader.pages[:MAX_PAGES]] if count else []
    except Exception as error:  # a parser of a damaged file may raise anything
        raise DocumentError(name, f"no readable PDF: {error}", "save it as text") from error
    if locked or count > MAX_PAGES:
        found = "encrypted" if locked else f"over {MAX_PAGES} pages"
        raise DocumentError(name, found, "give the report's own pages, without a password")
    return _tidy(unwrapped(_paged(pages)))


def _paged(pages: list[str]) -> list[str]:
    """Return the lines of all pages without running heads, feet and page numbers."""
    split = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    ends = Counter(line for lines in split for line in {*lines[:1], *lines[-1:]})
    running = {line for line, count in ends.items() if count > max(2, len(pages) / 2)}
    number = re.compile(r"[-—–\s]*(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/共]\s*\d+\s*页?)?[-—–\s]*")
    return [
        line
        for lines in split
        for line in lines
        if line not in running and not number.fullmatch(line)
    ]


def unwrapped(lines: list[str]) -> str:
    r"""
    Join lines that the width of a page broke.

    >>> unwrapped(["全市应急管理系统共检查企业一万二", "千家,整改隐患。", "一、工作", "好。"])
    '全市应急管理系统共检查企业一万二千家,整改隐患。\n一、工作\n好。'
    """
    widest = max((len(line) for line in lines), default=0)
    joined: list[str] = []
    before = ""
    for line in lines:
        full = len(before) >= _WRAPPED * widest
        if joined and full and not _ENDS.search(before) and not _OPENS.match(line):
            joined[-1] += line
        else:
            joined.append(line)
        before = line
    return "\n".join(joined)


def spam(text: str) -> str:
    r"""
    Return the advertisement of another site in the first lines of a mirrored page, or ''.

    >>> spam("2023年工作总结-某某娱乐城官网平台\n正文"), spam("2023年工作总结\n正文")
    ('某某娱乐城官网平台', '')
    """
    for line in text[:400].split("\n")[:4]:
        kept = _cut(line)
        if kept != line.strip():
            return line.strip()[len(kept) :].strip(" -—_|")
    return ""


def _cut(line: str) -> str:
    """Return a line up to a dash followed by words of gambling sites or app shops."""
    words = "|".join(row[0] for row in lexicon.rows("spam"))
    match = re.search(rf"[ ]*[-—_|–丨·][^-—_|–丨]*(?:{words}).*$", fold(line))
    return line.strip() if match is None else line[: match.start()].strip()
