"""PDF files: tables are rows, page numbers go by place and sequence, digits may be spaced."""

import pytest
from report_files import pdf

from analysis.errors import DocumentError
from analysis.reports import pdf_file
from analysis.reports.documents import load
from analysis.reports.doubts import Doubt

TABLE = [["类别", "起数（起）", "死亡（人）"], ["工矿", "13", "12"], ["合计", "1058", "36"]]


def lines(*pages):
    """The lines of the text of a PDF of these pages."""
    return pdf_file.text("a.pdf", pdf(*pages))[0].splitlines()


def test_numbers_of_a_table_are_no_page_numbers():
    """Cells stay, wherever on the page; those of one line are one row."""
    found = lines(["青山市2024年工作总结", *TABLE, "检查企业1200家。"])

    assert found[1:4] == ["类别\t起数（起）\t死亡（人）", "工矿\t13\t12", "合计\t1058\t36"]


def test_a_number_that_is_a_line_of_its_own_stays_in_its_sentence(tmp_path):
    """A text run of digits alone belongs to the words around it."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["全年，检查企业", "12", "家，死亡", "3", "人。"]))
    found = load(path)

    assert found.text == "全年，检查企业12家，死亡3人。\n"
    assert found.doubts == (Doubt("lines_joined", {"count": 3}),)


def test_page_numbers_rise_with_the_pages():
    """Bare numbers at the foot that rise are page numbers, from whatever page they start."""
    pages = [
        [f"第{word}页的内容到此为止。", str(number)] for number, word in enumerate("甲乙丙", 7)
    ]

    assert lines(*pages) == [
        "第甲页的内容到此为止。",
        "第乙页的内容到此为止。",
        "第丙页的内容到此为止。",
    ]


@pytest.mark.parametrize("numbers", [("12", "45", "9"), ("3", "3", "3"), ("31",)])
def test_numbers_at_the_foot_that_do_not_rise_are_kept(numbers):
    """The last row of a table may end a page."""
    found = lines(*([f"{word}表如下。", n] for word, n in zip("甲乙丙", numbers, strict=False)))

    assert [line for line in found if line.isdigit()] == list(numbers)


@pytest.mark.parametrize("mark", ["- {} -", "— {} —", "第{}页", "{} / 9", "第 {} 页 共 9 页"])
def test_a_framed_number_at_an_end_of_a_page_is_left_out(mark):
    """Dashes or the word for a page say what it is, also on a single page."""
    assert lines(["检查企业12家。", mark.format(1)]) == ["检查企业12家。"]
    assert lines([mark.format(3), "检查企业12家。"]) == ["检查企业12家。"]


def test_running_heads_are_left_out():
    """What heads every page is no text."""
    pages = [["青山市应急管理局", f"事故{number}起。"] for number in (3, 4, 5)]

    assert lines(*pages) == ["事故3起。", "事故4起。", "事故5起。"]


def test_spaced_digits_are_one_number():
    """Justified digits have blanks between them."""
    text, blanks = pdf_file.text("a.pdf", pdf(["检查企业 1 2 3 4 家次，死亡 3 人。"]))

    assert (text, blanks) == ("检查企业 1234 家次，死亡 3 人。\n", 3)


def test_a_page_that_draws_without_end_is_refused(monkeypatch):
    """The number of drawing orders is limited, and so is the size of a page."""
    monkeypatch.setattr(pdf_file, "_MAX_ORDERS", 50)
    with pytest.raises(DocumentError, match="more drawing orders"):
        lines(["事故12起。"] * 100)
    monkeypatch.setattr(pdf_file, "_MAX_STREAM", 50)
    with pytest.raises(DocumentError, match="too large"):
        lines(["事故12起。"])
