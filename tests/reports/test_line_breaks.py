"""Lines that a page broke are one: in prose, and inside a number."""

import time

import pytest

from analysis.reports.line_breaks import closed, joined, unwrapped

BROKEN = {
    "共检查企业12\n34家次，好。": "共检查企业1234家次，好。",
    "整改，整改率98.\n5%。": "整改，整改率98.5%。",
    "发生事故12\n起，死亡3人。": "发生事故12起，死亡3人。",
    "投入资金3.2\n亿元，好。": "投入资金3.2亿元，好。",
    "培训人员一万二\n千人次。": "培训人员一万二千人次。",
    "培训人员一万\n二千人次。": "培训人员一万二千人次。",
    "检查，死亡\n3\n人。": "检查，死亡3人。",
    "共检查企业12\r\n34家次，好。": "共检查企业1234家次，好。",
    "共检查企业12  \n　　34家次，好。": "共检查企业1234家次，好。",
}
KEPT = (
    "共检查企业12。\n3、加强演练，提高能力。",
    "类别\t12\n34家\t好，",
    "名称  12\n34家  好，",
    "事故起数\n12\n34\n",
    "二、2024\n1月以来，事故3起。",
    "检查企业12\n3家企业停产\n",
    "一、检查企业12家\n二、演练，3场",
    "十\n一、检查，3家",
)


@pytest.mark.parametrize("text", BROKEN)
def test_a_number_over_two_lines_is_one(text):
    """Between digits, behind the point, before the unit or scale, in words."""
    assert joined(text)[0] == BROKEN[text]


@pytest.mark.parametrize("text", KEPT)
def test_items_tables_and_lists_keep_their_lines(text):
    """The next item, cell or line of a list is no rest of a number."""
    assert joined(text) == (text, 0)


@pytest.mark.parametrize("piece", ["安12\n", "安\n1\n", "千\n", "一\n千", " ", "安 \n", "1,"])
def test_joining_takes_linear_time(piece):
    """Whatever is repeated."""
    began = time.process_time()
    joined(piece * (400_000 // len(piece)))

    assert time.process_time() - began < 5


def test_blanks_between_single_digits_are_removed():
    """Letter-spaced digits are one number; numbers of a row are not."""
    assert closed("检查 1 2 3 4 家，整改 9 8 %")[0] == "检查 1234 家，整改 98 %"
    assert closed("道路\t1 2\t3") == ("道路\t1 2\t3", 0)
    assert closed("道路 12 34 起") == ("道路 12 34 起", 0)


def test_headings_are_never_joined():
    """A full line before a heading stays a line of its own."""
    lines = ["全市应急管理系统扎实推进各项工作", "二、存在问题", "(一)基础薄弱"]

    assert unwrapped(lines).count("\n") == 2
    assert unwrapped(["一、2024年工作完成情况", "全年检查企业12家。"]).count("\n") == 1
