"""Documents: every kind of report file gives its text, and a harmful one our own error."""

import contextlib
import io
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_files import pdf

from analysis.errors import DocumentError
from analysis.reports.documents import load, spam
from analysis.reports.doubts import Doubt
from analysis.reports.reader import read
from analysis.reports.setting import setting

PAGE = """<!doctype html><html><head><meta charset="{charset}"><title>青山市总结-某某网</title>
<script>var hits = 12345;</script></head><body>
<div class="top-nav"><a>首页</a> 2024 专题</div><div class="crumbs">您的位置 &gt; 公开</div>
<div id="article-content"><h1>青山市2024年工作总结</h1><p>全市发生事故<b>12</b>起,</p>
<p>死亡３人。</p><table><tr><td>演练</td><td>30场</td></tr></table></div>
<div class="related">相关阅读 999 篇</div><div id="footer">ICP备12345678号</div></body></html>"""


def saved(tmp_path, name, data):
    """A file with these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    return path


def word():
    """A Word report with a heading, a paragraph, a table and a closing line."""
    document = docx.Document()
    document.add_heading("青山市2024年工作总结")
    document.add_paragraph("全市发生事故12起。")
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("演练", "30场", ""), strict=False):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.add_paragraph("死亡3人。")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_plain_text_is_kept_to_the_letter(tmp_path, newline):
    """Every character of a text file stays, so that offsets are offsets of the file."""
    text = f"\ufeff青山市2024年总结{newline}事故１２起。\u3000{newline}"
    found = load(saved(tmp_path, "a.txt", text.encode()))

    assert (found.text, found.kind, found.title) == (text, "txt", "青山市2024年总结")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_read_and_said(tmp_path, encoding):
    """A text that is not UTF-8 is read, and a person is told."""
    found = load(saved(tmp_path, "a.txt", "青山市事故12起。".encode(encoding)))

    assert found.text.lstrip("\ufeff") == "青山市事故12起。"
    assert found.doubts == (Doubt("encoding", {"encoding": encoding}),)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_web_page_gives_its_article_alone(tmp_path, charset):
    """Navigation, scripts, footers and further reading are left out."""
    found = load(saved(tmp_path, "a.html", PAGE.format(charset=charset).encode(charset)))

    assert "全市发生事故12起," in found.text
    assert "演练\t30场" in found.text
    assert not any(noise in found.text for noise in ("12345", "首页", "您的位置", "999", "ICP"))
    assert found.title == "青山市2024年工作总结"


def test_a_word_file_gives_paragraphs_and_tables_in_order(tmp_path):
    """Text and tables follow each other as in the document; a merged cell is said once."""
    found = load(saved(tmp_path, "a.docx", word()))

    assert found.text == "青山市2024年工作总结\n全市发生事故12起。\n演练\t30场\n死亡3人。\n"


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def changed_word():
    """A Word report with a tracked change, a content control and a footnote."""
    change = (
        "<w:p><w:r><w:t>检查</w:t></w:r>"
        "<w:ins w:id='1' w:author='a'><w:r><w:t>37</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>38</w:delText></w:r></w:del>"
        "<w:r><w:t>家。</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>演练44场。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    notes = (
        f"<w:footnotes xmlns:w='{WORD}'><w:footnote w:type='separator' w:id='0'><w:p/></w:footnote>"
        "<w:footnote w:id='1'><w:p><w:r><w:t>不含铁路事故3起。</w:t></w:r></w:p></w:footnote>"
        "</w:footnotes>"
    )
    kind = f"<Override PartName='/word/footnotes.xml' ContentType='{PARTS}.footnotes+xml'/>"
    link = f"<Relationship Id='n' Type='{LINKS}/footnotes' Target='footnotes.xml'/>"
    added = {
        "word/document.xml": (b"</w:body>", f"{change}</w:body>"),
        "[Content_Types].xml": (b"</Types>", f"{kind}</Types>"),
        "word/_rels/document.xml.rels": (b"</Relationships>", f"{link}</Relationships>"),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            before, after = added.get(name, (b"", ""))
            data = old.read(name)
            new.writestr(name, data.replace(before, after.encode()) if before else data)
        new.writestr("word/footnotes.xml", notes)
    return stream.getvalue()


def test_a_word_file_gives_accepted_changes_controls_and_footnotes(tmp_path):
    """What is inserted stands, what is deleted does not; a footnote follows the text."""
    found = load(saved(tmp_path, "a.docx", changed_word()))

    assert found.text.splitlines()[-3:] == ["检查37家。", "演练44场。", "不含铁路事故3起。"]


def test_cells_over_rows_and_columns_keep_their_place(tmp_path):
    """A name over two rows names both, a heading over two columns leaves the second empty."""
    page = (
        "<html><body><table><tr><th></th><th colspan=2>事故</th><th>演练</th></tr>"
        "<tr><td rowspan=2>东区</td><td>5</td><td>6</td><td>7</td></tr>"
        "<tr><td>8</td><td>9</td><td>10</td></tr></table></body></html>"
    )
    found = load(saved(tmp_path, "a.html", page.encode()))

    assert found.text == "\t事故\t\t演练\n东区\t5\t6\t7\n东区\t8\t9\t10\n"


def test_a_table_for_layout_and_hidden_text(tmp_path):
    """An article within a table keeps its lines; what a page hides is not read."""
    long = "<p>一、总体情况</p><p>" + "全市安全生产形势总体平稳。" * 12 + "</p>"
    hidden = '<p style="display: none">事故99起</p>'
    page = f"<html><body><table><tr><td>{long}{hidden}</td></tr></table></body></html>"
    found = load(saved(tmp_path, "a.html", page.encode()))

    assert found.text.split("\n")[0] == "一、总体情况"
    assert "99" not in found.text


def test_a_number_that_the_page_broke_is_one_number(tmp_path):
    """26211. at the end of a full line and 63 at the start of the next are one figure."""
    lines = ["全市应急管理系统全年共计投入资金26211.", "63万元,整改隐患三千多处,形势持续平稳。"]
    found = load(saved(tmp_path, "a.pdf", pdf(lines)))

    assert "26211.63万元" in found.text


def test_a_pdf_gives_its_text_with_lines_joined(tmp_path):
    """Lines that the page broke are joined, page numbers are left out."""
    lines = ["全市应急管理系统共检查企业一千二", "百家,整改隐患三千项。", "- 1 -"]
    found = load(saved(tmp_path, "a.pdf", pdf(lines)))

    assert found.text == "全市应急管理系统共检查企业一千二百家,整改隐患三千项。\n"


def test_words_of_a_foreign_site_in_the_title_are_told(tmp_path):
    """A mirrored title with an advertisement is flagged, and the title is cut before it."""
    text = "青山市2024年工作总结-好运娱乐城官网平台\n正文。事故12起。\n"
    found = load(saved(tmp_path, "a.txt", text.encode()))

    assert found.title == "青山市2024年工作总结"
    assert found.doubts == (Doubt("spam", {"words": "好运娱乐城官网平台"}),)
    assert spam("青山市2024年工作总结-青山市人民政府\n") == ""


def zipped(parts):
    """An archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
MAIL = b"From: a@example.org\r\nSubject: report\r\nMIME-Version: 1.0\r\n\r\n12"
HARMFUL = {
    "empty.txt": b"",
    "blank.txt": " \n\u3000".encode(),
    "binary.txt": b"\x00\x01\x02" * 100,
    "noise.txt": bytes(range(128, 256)) * 3,
    "word.pdf": b"not a pdf",
    "half.pdf": pdf(["事故12起"])[:300],
    "scan.pdf": pdf([]),
    "half.docx": word()[:2_000],
    "other.docx": zipped({"a.txt": b"hello"}),
    "bomb.docx": zipped({"word/document.xml": b" " * (80 << 20)}),
    "entity.docx": zipped({"word/document.xml": XXE}),
    "outside.docx": zipped({"../word/document.xml": b"<a/>"}),
    "old.doc": b"\xd0\xcf\x11\xe0" + b"x" * 900,
    "word.rtf": b"{\\rtf1\\ansi 12}",
    "page.mht": MAIL,
    "data.json": '{"事故": 12}'.encode(),
    "data.xml": '<?xml version="1.0"?><a>事故12起</a>'.encode(),
    "picture.txt": b"\x89PNG\r\n\x1a\n",
    "packed.txt": b"\x1f\x8b\x08\x00",
    "long.txt": "安".encode() * 700_000,
    "numerals.txt": b"3\n" * 30_000,
    "empty.html": b"<html><body><script>1</script></body></html>",
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_or_damaged_file_is_refused(tmp_path, name):
    """Nothing but our own error, and it says what to do."""
    with pytest.raises(DocumentError) as refused:
        load(saved(tmp_path, name, HARMFUL[name]))

    assert name in str(refused.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("word.rtf", "an RTF file"),
        ("page.mht", "a web archive or mail"),
        ("old.doc", "an old office program"),
        ("data.json", "a JSON file"),
        ("data.xml", "an XML file"),
        ("picture.txt", "a picture"),
        ("numerals.txt", "30,000 numerals"),
        ("long.txt", "700,000 characters"),
    ],
)
def test_a_format_that_is_not_read_is_named(tmp_path, name, kind):
    """A person learns what the file is, not that its encoding is unknown."""
    with pytest.raises(DocumentError, match=kind):
        load(saved(tmp_path, name, HARMFUL[name]))


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "big5", "utf-8"])
def test_a_page_is_read_in_the_encoding_that_it_names(tmp_path, declared):
    """Big5 bytes would be read as other characters without the page's word for it."""
    page = f"<html><meta charset={declared}><body><p>甲市事故12起。</p></body></html>"
    found = load(saved(tmp_path, "a.html", page.encode(declared)))

    assert found.text == "甲市事故12起。\n"
    assert found.doubts == ()


def test_a_page_that_names_a_wrong_encoding_is_read_all_the_same(tmp_path):
    """What is valid UTF-8 at length is UTF-8, whatever the page says."""
    page = f"<html><meta charset=gb2312><body><p>{'全市事故12起。' * 9}</p></body></html>"

    assert load(saved(tmp_path, "a.html", page.encode())).text.startswith("全市事故12起。")


@pytest.mark.parametrize("end", ["\r", "\u2028", "\x85", "\r\n", "\n"])
def test_every_line_end_divides_lines_and_stays(tmp_path, end):
    """Headings are seen whatever ends their lines; the text is kept to the letter."""
    text = end.join(
        ("青山市2024年总结", "一、工作情况", "事故12起。", "二、下步打算", "检查50家。")
    )
    found = load(saved(tmp_path, "a.txt", text.encode()))
    rows = [c for c in read(found.text, setting(found.text)) if c.owns]

    assert found.text == text
    assert [str(row.status) for row in rows] == ["actual", "target"]


def test_letters_in_the_place_of_digits_are_told(tmp_path):
    """O起 and 1O人 come of a scan; letters of names do not."""
    found = load(saved(tmp_path, "a.txt", "事故O起，死亡1O人，受伤l2人，IO个，A1级5家。".encode()))

    assert found.doubts == (Doubt("letters", {"words": "O起、1O人、l2人"}),)


def test_a_missing_file_is_our_own_error(tmp_path):
    """A path without a file is told as such."""
    with pytest.raises(DocumentError, match="check the path"):
        load(tmp_path / "none.txt")


@given(data=st.binary(max_size=400), suffix=st.sampled_from([".txt", ".html", ".docx", ".pdf"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, suffix):
    """Any file whatever gives a text or our own error."""
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes({".docx": b"PK\x03\x04", ".pdf": b"%PDF-1.4\n"}.get(suffix, b"") + data)
    with contextlib.suppress(DocumentError):
        assert load(path).text.strip()
