"""Tables flattened into text: a bare number takes the unit and the words of its row and column."""

from datetime import date
from pathlib import Path

import pytest

from analysis.language.vocabulary import Measure, Role
from analysis.reports.candidates import plain
from analysis.reports.grids import cells
from analysis.reports.reader import read
from analysis.reports.setting import Setting
from analysis.reports.suggestions import catalogue

TOLD = Setting(("青山",), 2, date(2024, 1, 1), date(2024, 12, 31))
CATALOGUE = catalogue(Path(__file__).parents[2] / "data")
TABLE = """类别{0}起数{0}占比（%）{0}亡人{0}损失（万元）
居住场所{0}187{0}38.0{0}8{0}612.4
厂房{0}126{0}4.0{0}0{0}933.2
"""


def figures(text):
    """Value, unit and measure of every figure of a text."""
    owned = [c for c in read(text, TOLD, CATALOGUE) if c.owns and c.numeral]
    return [(plain(c.value), c.unit, str(c.measure)) for c in owned]


@pytest.mark.parametrize("divider", ["\t", " | ", "   ", "\u3000\u3000", " "])
def test_a_column_gives_its_unit_and_scale(divider):
    """However the cells are divided, 万元 of the header multiplies and 起数 counts 起."""
    values = [187, 38, 8, 6_124_000, 126, 4, 0, 9_332_000]
    units = ["起", "%", "人", "元"] * 2

    assert figures(TABLE.format(divider)) == [
        (value, unit, "level") for value, unit in zip(values, units, strict=True)
    ]


def test_a_row_gives_the_unit_where_the_columns_are_periods():
    """Named rows with 本期 and 上年同期: the second is a year earlier, the third a change."""
    text = "指标\t本期\t上年同期\t增减（%）\n死亡人数（人）\t9\t10\t-10.0\n"
    found = [c for c in read(text, TOLD, CATALOGUE) if c.owns]

    assert [(plain(c.value), c.unit) for c in found] == [(9, "人"), (10, "人"), (-10, "%")]
    assert [c.period[0].year for c in found] == [2024, 2023, 2024]
    assert [c.measure for c in found] == [Measure.LEVEL, Measure.LEVEL, Measure.CHANGE_PCT]
    assert {c.indicator for c in found} == {"deaths"}


def test_the_line_above_may_give_the_unit_of_all():
    """单位:万元 over a table serves every column that names none."""
    text = "救灾资金（单位：万元）\n县区\t中央\t省级\n东区\t120.5\t30\n"

    assert figures(text) == [(1_205_000, "元", "level"), (300_000, "元", "level")]


def test_numbers_without_any_unit_and_serial_numbers_are_labels():
    """What no header explains is no figure; nor is the number of a row."""
    text = "序号\t名称\t数值\n1\t东区\t17\n2\t西区\t18\n"

    assert {c.role for c in read(text, TOLD)} == {Role.LABEL}


def test_prose_is_no_table():
    """Blanks in sentences make no cells."""
    assert cells("第一部分　工作总结\n全年检查 120 家 企业，整改隐患 30 处。\n好 的 3\n") == {}


def test_every_cell_is_found_where_it_stands():
    """Places are offsets of the text, in full width as well."""
    text = "一、表\n类别\t起数\n厂房\t１２６\n仓库\t15\n"

    assert [text[start : start + 2] for start in cells(text)] == ["１２", "15"]
