"""Tables flattened into text: a bare number takes the unit and the words of its row and column."""

import pytest
from qingshan import CATALOGUE, TOLD

from analysis.language.vocabulary import Measure, Role
from analysis.reports.candidates import plain
from analysis.reports.grids import cells
from analysis.reports.reader import read

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


def rows(text):
    """Value, unit, first year and role of every figure of a table, and the words of its cell."""
    grid = cells(text)
    found = [c for c in read(text, TOLD, CATALOGUE) if c.owns]
    assert all(c.start in grid for c in found)
    return [(plain(c.value), c.unit, c.period[0].year, grid[c.start].label) for c in found]


def test_two_header_lines_with_merged_names():
    """A name over two columns of years serves both."""
    text = (
        "类别\t事故起数（起）\t\t死亡人数（人）\n类别\t2024年\t2023年\t2024年\t2023年\n"
        "工矿\t3\t5\t2\t4\n道路\t4\t6\t1\t2\n"
    )

    assert rows(text) == [
        *((3, "起", 2024, "工矿"), (5, "起", 2023, "工矿")),
        *((2, "人", 2024, "工矿"), (4, "人", 2023, "工矿")),
        *((4, "起", 2024, "道路"), (6, "起", 2023, "道路")),
        *((1, "人", 2024, "道路"), (2, "人", 2023, "道路")),
    ]


def test_three_header_lines():
    """Subject, unit and period stand in lines of their own."""
    text = (
        "项目\t事故\t\t\t\n\t起数（起）\t\t死亡（人）\t\n"
        "\t本期\t上年同期\t本期\t上年同期\n道路\t3\t4\t1\t2\n"
    )

    assert [row[:3] for row in rows(text)] == [
        *((3, "起", 2024), (4, "起", 2023), (1, "人", 2024), (2, "人", 2023)),
    ]


def test_years_without_the_word_for_year():
    """2023 and 2024 head columns or name rows, and are dates themselves."""
    columns = "指标\t2023\t2024\n事故起数（起）\t12\t10\n"
    lines = "年份\t事故起数（起）\n2022年\t30\n2023\t20\n"

    assert [row[:3] for row in rows(columns)] == [(12, "起", 2023), (10, "起", 2024)]
    assert [row[:3] for row in rows(lines)] == [(30, "起", 2022), (20, "起", 2023)]
    assert {c.role for c in read(columns, TOLD) if c.raw.startswith("20")} == {Role.DATE}


def test_months_in_the_names_of_rows_are_their_periods():
    """1月 and 2月 are months of the report's year."""
    found = [c for c in read("月份\t事故起数（起）\n1月\t3\n2月\t4\n", TOLD, CATALOGUE) if c.owns]

    assert [str(c.period[1]) for c in found] == ["2024-01-31", "2024-02-29"]


def test_a_name_of_a_place_with_a_numeral_is_no_number():
    """三门县 and 百色市 name rows; their numerals are part of a name."""
    text = "县区\t事故起数（起）\n三门县\t12\n百色市\t8\n合计\t20\n"

    assert rows(text) == [
        (12, "起", 2024, "三门县"),
        (8, "起", 2024, "百色市"),
        (20, "起", 2024, ""),
    ]
    assert [c.role for c in read(text, TOLD) if c.raw in {"三", "百"}] == [Role.LABEL] * 2


def test_a_column_of_units():
    """The unit of a row stands in a column of its own, with its scale."""
    text = "指标\t单位\t2024年\t2023年\n事故起数\t起\t12\t15\n投入资金\t万元\t120.5\t100\n"

    assert [row[:3] for row in rows(text)] == [
        *((12, "起", 2024), (15, "起", 2023)),
        *((1_205_000, "元", 2024), (1_000_000, "元", 2023)),
    ]


def test_two_tables_side_by_side():
    """The name of a number is the one left of it, where the header of names comes again."""
    text = "类别\t起数\t类别\t起数\n道路\t3\t工矿\t4\n火灾\t5\t建筑\t6\n"

    assert [row[3] for row in rows(text)] == ["道路", "工矿", "火灾", "建筑"]


def test_a_note_behind_the_numbers_names_nothing():
    """Remarks at the end of a row, or between its numbers, are not its name."""
    text = "类别\t起数\t主要原因\t死亡（人）\n道路\t3\t超速\t1\n工矿\t4\t违章\t2\n"

    assert [row[3] for row in rows(text)] == ["道路", "道路", "工矿", "工矿"]


def test_a_line_between_rows_names_a_group():
    """一、工矿商贸 holds for the rows below it."""
    text = "类别\t起数\n一、工矿商贸\n煤矿\t3\n建筑\t4\n"

    assert [row[3] for row in rows(text)] == ["工矿商贸煤矿", "工矿商贸建筑"]


def test_a_row_without_first_cells_is_aligned_by_what_its_cells_are():
    """Where the name of the place is merged, words stay in the columns of words."""
    text = "县区\t类别\t起数\t死亡（人）\n东区\t道路\t3\t1\n工矿\t4\t2\n西区\t道路\t5\t0\n"

    assert [row[:2] for row in rows(text)] == [
        *((3, "起"), (1, "人"), (4, "起"), (2, "人"), (5, "起"), (0, "人")),
    ]


def test_a_column_of_names_may_have_no_header():
    """One cell more in each row than in the header, the first one a name."""
    assert [row[:2] for row in rows("起数\t死亡（人）\n道路\t3\t1\n")] == [(3, "起"), (1, "人")]


@pytest.mark.parametrize(
    "text",
    [
        "类别\t起数\n道路\t3\t1\n",
        "类别\t起数\n道路\t3\t1\t2\n",
        "县区\t类别\t起数\t死亡（人）\n东区\t道路\t3\t1\n3\t1\t2\n",
    ],
)
def test_a_row_of_another_width_that_fits_nowhere_is_doubted(text):
    """More numbers than names of columns, or numbers where names are due."""
    doubts = [[d.id for d in c.doubts] for c in read(text, TOLD, CATALOGUE) if c.owns]

    assert any("row_width" in ids for ids in doubts)


def test_a_row_that_lacks_its_last_cells_and_one_without_numbers_are_no_fault():
    """Empty cells at the end, dashes for nothing."""
    text = "类别\t起数\t死亡（人）\n煤矿\t-\t—\n建筑\t4\n化工\t/\t1\n"

    assert [row[:2] for row in rows(text)] == [(4, "起"), (1, "人")]
    assert all(d.id != "row_width" for c in read(text, TOLD, CATALOGUE) for d in c.doubts)


def test_a_column_of_what_is_to_be_reached_is_a_target():
    """年度目标 beside 完成数."""
    text = "项目\t年度目标（家）\t完成数（家）\n检查企业\t1000\t1200\n"
    found = [c for c in read(text, TOLD, CATALOGUE) if c.owns]

    assert [(c.role, str(c.period[1])) for c in found] == [
        (Role.TARGET, "2024-12-31"),
        (Role.OBSERVATION, "2024-12-31"),
    ]


def test_a_share_beside_a_count_and_a_change_beside_both():
    """占比 is a level in percent, 同比 a change with its sign."""
    text = "类别\t起数\t占比（%）\t同比（%）\n道路\t12\t60.0\t-10.5\n"

    assert figures(text) == [(12, "起", "level"), (60, "%", "level"), (-10.5, "%", "change_pct")]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028"])
def test_every_line_end_ends_a_row(end):
    """Tables are found whatever ends their lines."""
    text = "类别\t起数\n厂房\t126\n仓库\t15\n".replace("\n", end)

    assert figures(text) == [(126, "起", "level"), (15, "起", "level")]
