"""
Extract the text of a report file: plain text, web page, Word or PDF.

Plain text keeps every character, so that offsets are offsets of the file, unless a line break
divides a number. For the other formats the extracted text is the original from then on.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analysis.errors import DocumentError
from analysis.language.messages import say
from analysis.tables.numerals import NUMERAL

from . import lexicon
from .doubts import Doubt
from .layout import fold
from .line_breaks import OPENS, joined

SUFFIXES = (".txt", ".html", ".htm", ".docx", ".pdf")
MAX_BYTES = 32 << 20
MAX_TEXT = 4 << 20  # bytes of plain text or of a web page
MAX_CHARACTERS = 500_000  # the longest reports have a fifth
MAX_NUMERALS = 12_000  # a report has a few hundred, a yearbook some thousands
_PAGE = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)", re.IGNORECASE)
_NO_TITLE = re.compile(r"[。；]|您的位置|^时间|^发布|^来源")
_MISREAD = re.compile(  # 事故O起, 死亡1O人
    r"(?:(?<=[\u4e00-\u9fff])[OoIl]|(?<![A-Za-z])[OoIl]\d{1,9}|(?<!\d)\d{1,9}[OoIl]\d{0,9})"
    r"[起人次户家件座处项场份台支个]"
)
_SHOWN = 5
_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,20})""", re.IGNORECASE
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "ascii": "utf-8"}
_WIDER |= {"us-ascii": "utf-8", "iso-8859-1": "utf-8", "unicode": "utf-8", "utf8": "utf-8"}
_SURE = 20  # characters other than ASCII that valid UTF-8 does not have by chance
_FOREIGN = (
    (rb"\{\\rtf", "rtf"),
    (rb"\xd0\xcf\x11\xe0", "old_office"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\x00\x00|II\*\x00|MM\x00\*", "picture"),
    (rb"\x1f\x8b|Rar!|7z\xbc\xaf|BZh|\xfd7zXZ", "packed"),
    (rb"(?i:(?:[\w-]+:[^\n]*\r?\n(?:[ \t][^\n]*\n)*){0,40}MIME-Version:)", "web_archive"),
)


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
            if 4 <= len(bare) <= 80 and not (_NO_TITLE.search(bare) or OPENS.match(bare)):
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
            raise DocumentError(name, say("document.too_large", limit=MAX_BYTES >> 20))
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            name, say("document.unreachable", reason=str(error.strerror))
        ) from error
    document = _opened(name, path.suffix.lower(), data)
    if not document.text.strip():
        raise DocumentError(name, say("document.empty"))
    _refuse_long(name, document.text)
    return Document(document.text, document.kind, (*document.doubts, *_odd(document.text)))


def _refuse_long(name: str, text: str) -> None:
    """Raise for a text longer than any report, which would take too long to read."""
    numerals = sum(1 for _ in NUMERAL.finditer(text))
    for count, most, unit in (
        (len(text), MAX_CHARACTERS, "characters"),
        (numerals, MAX_NUMERALS, "numerals"),
    ):
        if count > most:
            size, limit = f"{count:,}", f"{most:,}"
            raise DocumentError(name, say(f"document.too_long.{unit}", size=size, limit=limit))


def _odd(text: str) -> Iterator[Doubt]:
    """Yield doubts about an advertisement, and about letters in the place of digits."""
    words = spam(text)
    if words:
        yield Doubt("spam", {"words": words})
    misread = list(dict.fromkeys(match[0] for match in _MISREAD.finditer(text)))[:_SHOWN]
    if misread:
        yield Doubt("letters", {"words": "、".join(misread)})


def _opened(name: str, suffix: str, data: bytes) -> Document:
    document = _extracted(name, suffix, data)
    text, count = joined(document.text)
    doubts = (Doubt("lines_joined", {"count": count}),) if count else ()
    return Document(text, document.kind, (*document.doubts, *doubts))


def _extracted(name: str, suffix: str, data: bytes) -> Document:
    from . import docx_file, html_file, pdf_file

    if data[:5] == b"%PDF-":
        text, count = pdf_file.text(name, data)
        return Document(text, "pdf", (Doubt("digits_joined", {"count": count}),) if count else ())
    if data[:2] == b"PK":
        return Document(docx_file.text(name, data), "docx")
    _refuse_foreign(name, data)
    if suffix in {".pdf", ".docx", ".doc", ".xlsx"} and not _PAGE.match(data[:200].decode("latin")):
        raise DocumentError(name, say("document.another_format", suffix=suffix))
    if len(data) > MAX_TEXT:
        raise DocumentError(name, say("document.too_much_text", limit=MAX_TEXT >> 20))
    text, doubts = _decoded(name, data)
    if suffix in {".html", ".htm"} or _PAGE.match(text[:200]):
        headed, body = html_file.text(name, text)
        title = _cut(headed)
        return Document(
            body if not title or title in body[:300] else f"{title}\n{body}", "html", doubts
        )
    _refuse_markup(name, text)
    return Document(text, "txt", doubts)


def _refuse_foreign(name: str, data: bytes) -> None:
    """Raise with the name of a known format that is not read."""
    for pattern, kind in _FOREIGN:
        if re.match(pattern, data[:4096].lstrip()):
            raise DocumentError(name, say("document.foreign", kind=say(f"document.kind.{kind}")))


def _refuse_markup(name: str, text: str) -> None:
    """Raise for XML and JSON, whose words are no report's."""
    begin = text.lstrip("\ufeff \r\n\t")
    if re.match(r"<\?xml|<[A-Za-z][\w:-]*(?:\s+[\w:-]+=|/?>)", begin):
        raise DocumentError(name, say("document.markup"))
    if begin[:1] in {"{", "["}:
        try:
            json.loads(begin)
        except (ValueError, RecursionError):
            return
        raise DocumentError(name, say("document.json"))


def _decoded(name: str, data: bytes) -> tuple[str, tuple[Doubt, ...]]:
    """Return the text of *data* in the encoding that it names, else in one that fits."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    declared = () if wide else _declared(data)
    for encoding in ("utf-16",) if wide else (*declared, "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" in text:
            break
        known = encoding == "utf-8" or encoding in declared
        return text, () if known else (Doubt("encoding", {"encoding": encoding}),)
    raise DocumentError(name, say("document.encoding"))


def _declared(data: bytes) -> tuple[str, ...]:
    """Return the encoding that the head of a page names, if any."""
    head = data[:2048]
    named = _CHARSET.search(head) if b"<" in head[:400] else None
    if named is None or _surely_utf8(data):
        return ()
    encoding = named[1].decode("ascii").lower()
    return (_WIDER.get(encoding, encoding),)


def _surely_utf8(data: bytes) -> bool:
    """Whether *data* is valid UTF-8 with so many characters that it is nothing else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum(character > "\x7f" for character in text) >= _SURE


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
