"""Word files: what Word shows with every change accepted is the text, and nothing else."""

import contextlib
import zipfile

import pytest
from report_files import cell, control, paragraph, run, table, word

from analysis.errors import DocumentError
from analysis.reports.documents import load
from analysis.reports.docx_file import text

UP, DOWN = "<w:vertAlign w:val='superscript'/>", "<w:vertAlign w:val='subscript'/>"
STYLES = (
    "<w:style w:type='character' w:styleId='Gone'><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Heir'><w:basedOn w:val='Gone'/></w:style>"
    "<w:style w:type='character' w:styleId='Note'><w:rPr>" + UP + "</w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Old'><w:rPr><w:strike/></w:rPr></w:style>"
)
PROMPT = "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
SYMBOL = "<w:r><w:sym w:font='{}' w:char='{}'/></w:r>"


def math(xml):
    """An equation."""
    return f"<m:oMath>{xml}</m:oMath>"


def number(digits):
    """A run of an equation."""
    return f"<m:r><m:t>{digits}</m:t></m:r>"


PARAGRAPHS = {
    "a raised mark of a note": (("事故12", run("[1]", UP), "起"), "事故12起"),
    "a raised digit": (("事故12", run("3", UP), "起"), "事故12³起"),
    "a raised power": (("面积300m", run("2", UP), "。"), "面积300m²。"),
    "a raised position": (("12", run("3", "<w:position w:val='6'/>"), "起"), "12³起"),
    "a raised style": (("12", run("3", "<w:rStyle w:val='Note'/>"), "起"), "12³起"),
    "a lowered digit": (("CO", run("2", DOWN)), "CO₂"),
    "hidden": (("死亡", run("5", "<w:vanish/>"), "3人"), "死亡3人"),
    "not hidden": (("死亡", run("5", "<w:vanish w:val='0'/>"), "3人"), "死亡53人"),
    "struck": (("死亡", run("5", "<w:strike/>"), run("6", "<w:dstrike/>"), "3人"), "死亡3人"),
    "hidden by a style": (("死亡", run("5", "<w:rStyle w:val='Gone'/>"), "3人"), "死亡3人"),
    "hidden by a base": (("死亡", run("5", "<w:rStyle w:val='Heir'/>"), "3人"), "死亡3人"),
    "moved away": (("甲", f"<w:moveFrom w:id='1'>{run('12起')}</w:moveFrom>", "乙"), "甲乙"),
    "moved here": (("甲", f"<w:moveTo w:id='1'>{run('12起')}</w:moveTo>", "乙"), "甲12起乙"),
    "an equation": (("检查", math(number("400")), "家"), "检查400家"),
    "a fraction": (
        (math(f"<m:f><m:num>{number(3)}</m:num><m:den>{number(4)}</m:den></m:f>"),),
        "3/4",
    ),
    "a power": (
        (math(f"<m:sSup><m:e>{number(10)}</m:e><m:sup>{number(4)}</m:sup></m:sSup>"), "人"),
        "10⁴人",
    ),
    "a hyphen that does not break": (("1", "<w:r><w:noBreakHyphen/></w:r>", "5人"), "1-5人"),
    "a soft hyphen": (("1", "<w:r><w:softHyphen/></w:r>", "5人"), "15人"),
    "a symbol": (("3", SYMBOL.format("Symbol", "F02D"), "5次"), "3−5次"),
    "a digit as a symbol": (("3", SYMBOL.format("Symbol", "F035"), "次"), "35次"),
    "an arrow": ((SYMBOL.format("Wingdings", "F0E2"), "5%"), "↓5%"),
    "an unknown symbol": ((SYMBOL.format("Webdings", "F0AA"), "5次"), "\ufffd5次"),
    "a control": (("检查", control(run("30")), "家"), "检查30家"),
    "a control with its prompt": (
        ("检查", control(run("1")).replace("<w:sdtPr/>", PROMPT), "30家"),
        "检查30家",
    ),
    "a control without content": (("检查", "<w:sdt><w:sdtPr/></w:sdt>", "30家"), "检查30家"),
    "a reading above": (
        ("<w:r><w:ruby><w:rt>" + run("1") + "</w:rt><w:rubyBase>" + run("青山")
         + "</w:rubyBase></w:ruby></w:r>", "市"),
        "青山市",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAGRAPHS)
def test_a_paragraph_reads_as_word_shows_it(case):
    """Each way to set, hide, move or draw a character."""
    pieces, due = PARAGRAPHS[case]

    assert text("a.docx", word(paragraph(*pieces), STYLES)) == f"{due}\n"


def test_a_struck_paragraph_and_a_deleted_end_of_paragraph():
    """A paragraph style may strike all of it; a paragraph whose end is deleted goes on."""
    struck = "<w:p><w:pPr><w:pStyle w:val='Old'/></w:pPr>" + run("事故9起") + "</w:p>"
    joined = "<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>" + run("事故1") + "</w:p>"

    assert text("a.docx", word(struck + joined + paragraph("2起"), STYLES)) == "事故12起\n"


def test_a_text_box_does_not_break_its_paragraph():
    """A box that hangs in a number is a line of its own."""
    box = f"<w:r><w:pict><w:txbxContent>{paragraph('3')}</w:txbxContent></w:pict></w:r>"

    assert text("a.docx", word(paragraph("事故1", box, "2起"))) == "事故12起\n3\n"


def test_controls_around_rows_and_cells_are_seen_through():
    """A row and a cell in a content control keep their places; a deleted row does not."""
    deleted = "<w:tr><w:trPr><w:del w:id='1'/></w:trPr>" + cell("化工") + cell("9") + "</w:tr>"
    rows = control(f"<w:tr>{cell('道路')}{cell('5')}</w:tr>")
    head = [cell("类别"), cell("起数")]
    whole = table(head, [cell("工矿"), control(cell("3"))]).replace(
        "</w:tbl>", f"{rows}{deleted}</w:tbl>"
    )

    assert text("a.docx", word(whole)) == "类别\t起数\n工矿\t3\n道路\t5\n"


def test_merged_cells_keep_their_columns():
    """A name over two rows names both; a number over two rows stands once."""
    down, on = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    rows = (
        [cell("地区"), cell("事故", "<w:gridSpan w:val='2'/>"), cell("合计")],
        [cell("东区", down), cell("5"), cell("6"), cell("11", down)],
        [cell("", on), cell("7"), cell("8"), cell("", on)],
    )

    assert text("a.docx", word(table(*rows))) == "地区\t事故\t\t合计\n东区\t5\t6\t11\n东区\t7\t8\n"


def test_a_table_in_a_table_and_a_table_of_paragraphs_are_lines():
    """What serves the layout of a page is read paragraph by paragraph."""
    inner = table([cell("道路"), cell("5")])
    outer = f"<w:tbl><w:tr><w:tc>{paragraph('一、情况')}{inner}<w:p/></w:tc></w:tr></w:tbl>"
    long = table([cell("全市安全生产形势总体平稳。" * 12), cell("二")])

    assert text("a.docx", word(outer)).splitlines() == ["一、情况", "道路\t5"]
    assert text("a.docx", word(long)).splitlines()[1] == "二"


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"xl/workbook.xml": b"<a/>"}, "a workbook"),
        ({"ppt/presentation.xml": b"<a/>"}, "a presentation"),
        ({"OFD.xml": b"<a/>"}, "an OFD document"),
        ({"content.xml": b"<a/>", "mimetype": b"x"}, "an OpenDocument file"),
    ],
)
def test_another_archive_is_named(tmp_path, parts, named):
    """A workbook, slides or another format is told as what it is."""
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)

    with pytest.raises(DocumentError, match=named):
        load(path)


def test_strict_open_xml_is_named():
    """Word can save a variant that cannot be read; saving it again would not help."""
    with pytest.raises(DocumentError, match="Strict Open XML"):
        text("a.docx", word("<w:x xmlns:w='http://purl.oclc.org/ooxml/wordprocessingml/main'/>"))


@pytest.mark.parametrize(
    "body",
    [
        table([cell("1", "<w:gridSpan w:val='100000000'/>")] * 3),
        "<w:tbl><w:tr><w:trPr><w:gridBefore w:val='999999999'/></w:trPr></w:tr></w:tbl>",
        table([cell("安", "<w:gridSpan w:val='60'/>")] * 2_000),
    ],
)
def test_a_cell_takes_no_more_columns_than_a_page_has(body):
    """A span of a hundred million columns costs nothing."""
    assert len(text("a.docx", word(body + paragraph("事故12起")))) < 20_000


@pytest.mark.parametrize("tag", ["w:sdt><w:sdtContent", "w:tbl><w:tr><w:tc"])
def test_a_document_nested_beyond_measure_is_read_or_refused(tag):
    """However deep, our own error or a text."""
    names = tag.split("><")
    opened = "".join(f"<{name}>" for name in names) * 90
    closing = "".join(f"</{name}>" for name in reversed(names)) * 90
    with contextlib.suppress(DocumentError):
        assert "事故12起" in text("a.docx", word(opened + paragraph("事故12起") + closing))


def test_a_part_too_large_to_parse_is_refused():
    """An XML part of many megabytes is no report."""
    with pytest.raises(DocumentError, match="is no report"):
        text("a.docx", word("<w:p/>" * 1_500_000))
