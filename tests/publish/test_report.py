"""A brief in Word: two pages that say what the figures show, in named styles."""

import io
import re
import zipfile

import docx
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn
from publications import figure, hostile, refusal, row, written
from test_brief import DEATHS, everything

from analysis.cli.main import main
from analysis.errors import UsageError
from analysis.explore import trace
from analysis.language.text import Text
from analysis.publish import report, word
from analysis.publish.deck import brief

SECTIONS = {
    "zh": ["一、总体情况", "二、主要数据", "三、不能比较的指标和原因", "四、数据来源与口径"],
    "en": ["1. Overall", "2. Main figures", "3. What cannot be compared, and why",
           "4. Sources and definitions"],
}  # fmt: skip


class Finding:
    """A finding that a figure shows."""

    sentence = Text("楚雄死亡45人，上年51人。", "Chuxiong: 45 deaths, 51 the year before.")
    regions = ()
    figure = "trend-deaths"


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures in both languages."""
    more = [*everything(), *everything("en"), hostile(), hostile("en")]
    return written(tmp_path_factory.mktemp("project"), more=more)


@pytest.fixture(scope="module", params=["zh", "en"])
def brief_file(request, figures):
    """Language and bytes of a brief on deaths."""
    language = request.param
    made = report.report(figures, language=language, about=DEATHS, findings=[Finding()])
    return language, made


def opened(data):
    """The document in these bytes."""
    return docx.Document(io.BytesIO(data))


def texts(document, style):
    """The texts of the paragraphs of a style."""
    return [one.text for one in document.paragraphs if one.style.name == style]


def test_the_parts_come_in_the_official_order(brief_file):
    """Findings, figures, what cannot be compared, sources; each a heading of Word."""
    language, data = brief_file
    document = opened(data)

    headings = texts(document, "Heading 1")
    assert [one for one in SECTIONS[language] if one in headings] == headings
    assert {SECTIONS[language][0], SECTIONS[language][1]} <= set(headings)
    assert len(texts(document, "Title")) == len(texts(document, "Date")) == 1


def test_a_chinese_page_follows_the_standard_of_official_documents(figures):
    """Margins 37, 35, 28, 26 mm; title 22 point; body 16 point in 28 point lines, two in."""
    document = opened(report.report(figures, language="zh", about=DEATHS))

    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    title, body = document.styles["Title"], document.styles["Body Text"]
    assert (title.font.size.pt, body.font.size.pt) == (22, 16)
    assert body.paragraph_format.line_spacing.pt == 28
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    fonts = [one.element.rPr.rFonts.get(qn("w:eastAsia")) for one in (title, body)]
    assert fonts == ["方正小标宋简体", "仿宋_GB2312"]
    head = document.styles["Heading 1"]
    assert head.element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_every_font_has_a_fallback(brief_file):
    """The table of fonts names others where one is missing."""
    _, data = brief_file
    table = zipfile.ZipFile(io.BytesIO(data)).read("word/fontTable.xml").decode()

    assert table.count("<w:font ") == table.count("<w:altName ") >= 2
    assert "CJK SC" in table


def test_the_page_number_is_at_the_outer_foot(brief_file):
    """Right on odd pages, left on even ones, between dashes."""
    _, data = brief_file
    document = opened(data)

    section = document.sections[0]
    feet = [one.paragraphs[0] for one in (section.footer, section.even_page_footer)]
    assert document.settings.odd_and_even_pages_header_footer
    assert [one.alignment for one in feet] == [2, 0]
    assert [one.text for one in feet] == ["— 1 —"] * 2


def test_the_summary_has_the_numbers_of_the_rows(brief_file, tmp_path):
    """Those that `trace` reads back from the document, and the table shows the same."""
    language, data = brief_file
    (tmp_path / "brief.docx").write_bytes(data)
    pieces = {one.carried["figure"]: one for one in trace.pieces(tmp_path / "brief.docx")}
    shown = pieces[f"trend-deaths-{language}"].rows()
    values = {int(one["value"]) for one in shown.values() if one.get("value") is not None}

    document = opened(data)
    sentence = Finding.sentence[language]
    assert sentence in texts(document, "Body Text")
    assert {int(number) for number in re.findall(r"\d+", sentence)} <= values
    lines = [[cell.text for cell in line.cells] for line in document.tables[0].rows]
    unit = {"zh": "人", "en": " people"}[language]
    own = next(line for line in lines if line[0] in {"楚雄", "Chuxiong"})
    assert own[3:5] == [f"45{unit}", f"51{unit}"]


def test_each_figure_of_the_brief_is_found_in_it(figures, brief_file, tmp_path):
    """By its fingerprint, once."""
    language, data = brief_file
    (tmp_path / "brief.docx").write_bytes(data)

    _, shown = brief.selected(figures, language, DEATHS, findings=[Finding()])
    carried = [one.carried["fingerprint"] for one in trace.pieces(tmp_path / "brief.docx")]
    assert sorted(carried) == sorted(one["fingerprint"] for one in shown)


def test_a_picture_has_a_caption_a_source_and_a_text_alternative(brief_file):
    """In this order, in styles of their own; the mark is in the picture and below it."""
    language, data = brief_file
    document = opened(data)

    styles = [one.style.name for one in document.paragraphs]
    place = styles.index("Figure")
    assert styles[place : place + 3] == ["Figure", "Caption", "Source"]
    caption, source = (document.paragraphs[place + step].text for step in (1, 2))
    assert caption.startswith({"zh": "图1　", "en": "Figure 1. "}[language])
    about = next(document.paragraphs[place]._p.iter(qn("wp:docPr")))
    mark = about.get("title").rpartition(":")[2]
    assert about.get("descr")
    assert mark in source
    table = texts(document, "Caption")[0]
    assert table.startswith({"zh": "表1　", "en": "Table 1. "}[language])


def test_the_same_manifest_gives_the_same_bytes(figures, brief_file):
    """Dates and ids are fixed."""
    language, data = brief_file
    again = report.report(figures, language=language, about=DEATHS, findings=[Finding()])
    assert again == data


@pytest.mark.parametrize("language", ["zh", "en"])
def test_long_contents_are_cut_to_two_pages(tmp_path, monkeypatch, language):
    """The evidence of findings gives way to their titles, and lines of the table go."""
    pair = [row("nantong", 323), row("anshan", 368)]
    reason = "统计范围不同，" * 12
    more = [
        figure("comparison-long", pair, language=one, refused=[refusal(zh=reason, en=reason)],
               title={"zh": "很长的题目" * 8, "en": "A long title " * 8})
        for one in ("zh", "en")
    ]  # fmt: skip
    folder = written(tmp_path, more=more)
    finding = Finding()
    finding.sentence = Text("很长的句子" * 60, "A long sentence " * 60)

    written_blocks = []
    monkeypatch.setattr(
        word, "document", lambda parts, *_: written_blocks.extend(report.blocks(parts))
    )
    report.report(folder, language=language, findings=[finding])

    assert word.pages(written_blocks, word.FORMS[language]) <= report.MOST_PAGES
    assert {type(one) for one in written_blocks} == {word.Paragraph, word.Picture, word.Grid}


def test_a_page_is_full_when_its_lines_are():
    """22 lines of 28 points fit the 225 mm of a Chinese page; the 23rd is on the next."""
    line = word.Paragraph("Body Text", "字")

    assert word.pages([line] * 22, word.FORMS["zh"]) == 1
    assert word.pages([line] * 23, word.FORMS["zh"]) == 2
    assert word.pages([line] * 45, word.FORMS["zh"]) == 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_words_stay_words(tmp_path, language):
    """No control characters, no field, no link."""
    folder = written(tmp_path, more=[hostile(language)])
    about = brief.About(regions=frozenset({"r0", "r1", "r2", "r3", "r4", "r5"}))

    data = report.report(folder, language=language, about=about, title="题\x07目\u202e")

    document = opened(data)
    assert texts(document, "Title") == ["题目"]
    codes = [one.text.split()[0] for one in document.element.iter(qn("w:instrText"))]
    assert set(codes) <= {"SEQ"}


def test_a_subject_without_figures_is_refused(figures):
    """The message says where the names are."""
    with pytest.raises(UsageError, match="regional-safety figures"):
        report.report(figures, language="zh", about=brief.About(regions=frozenset({"wuhan"})))


def test_the_command_writes_the_brief_beside_the_decks(figures):
    """In the language asked for, with the title given."""
    arguments = ["report", "--title", "Our brief", "--language", "en", "--project"]
    result = CliRunner().invoke(main, [*arguments, str(figures.parent)])

    assert result.exit_code == 0, result.output
    path = figures / "briefing" / "report-en.docx"
    assert str(path) in result.output
    assert texts(opened(path.read_bytes()), "Title") == ["Our brief"]
