"""Report files made for tests: Word documents from their XML, and PDF pages of placed text."""

import io
import zipfile

import docx

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def word(body, styles="", parts=None):
    """A Word file with this XML as the body of its text, and these styles and parts added."""
    blank, stream = io.BytesIO(), io.BytesIO()
    docx.Document().save(blank)
    text = f"<w:document xmlns:w='{WORD}' xmlns:m='{MATH}'><w:body>{body}</w:body></w:document>"
    with zipfile.ZipFile(blank) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for name in old.namelist():
            data = text.encode() if name == "word/document.xml" else old.read(name)
            if name == "word/styles.xml":
                data = data.replace(b"</w:styles>", f"{styles}</w:styles>".encode())
            new.writestr(name, data)
        for name, data in (parts or {}).items():
            new.writestr(name, data)
    return stream.getvalue()


def run(text, look=""):
    """A run of text with run properties."""
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def paragraph(*pieces):
    """A paragraph of runs; a plain word is a run of its own."""
    runs = (piece if piece.startswith("<") else run(piece) for piece in pieces)
    return f"<w:p>{''.join(runs)}</w:p>"


def cell(text, look=""):
    """A cell of a table with cell properties."""
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows):
    """A table of rows, each a list of cells."""
    return f"<w:tbl>{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


def control(xml):
    """A content control around a piece of a document."""
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{xml}</w:sdtContent></w:sdt>"


def pdf(*pages):
    """
    A PDF with one page for each list of lines, its text mapped to Unicode as office programs do.

    A line is a text, or a list of texts that stand side by side.
    """
    mapping = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange\nendcmap end end"
    )
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H"
        b"/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>"
    )
    glyphs = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(len(pages)))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
        font,
        glyphs,
        b"<</Length %d>>stream\n%s\nendstream" % (len(mapping), mapping),
    ]
    for number, lines in enumerate(pages):
        stream = _drawn(lines)
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R"
        parts.append(page % (7 + 2 * number) + b"/Resources<</Font<</F 3 0 R>>>>>>")
        parts.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    return _numbered(parts)


def _drawn(lines):
    """The drawing orders of a page."""
    orders, height = ["BT /F 12 Tf"], 760
    for line in lines:
        for column, text in enumerate([line] if isinstance(line, str) else line):
            written = text.encode("utf-16-be").hex()
            orders.append(f"1 0 0 1 {40 + 160 * column} {height} Tm <{written}> Tj")
        height -= 20
    return "\n".join([*orders, "ET"]).encode()


def _numbered(parts):
    """The objects of a PDF with their table."""
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size + rows
    return (
        data
        + head
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            len(data),
        )
    )
