"""A part is only ever offered: in the cell's list and beside the indicators, never filled in."""

import io

import openpyxl
import pytest
import qingshan
from qingshan import cells

from analysis.reports import compilation, portions, review

TEXT = (
    "青山市2024年应急管理工作总结\n"
    "2024年,全市修订总体预案12个、专项预案36个,乡镇(街道)修订预案528个。\n"
    "全市道路运输业发生生产安全事故15起。开展执法检查1260次。\n"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The sheet to review of a report whose figures are about parts."""
    path = tmp_path_factory.mktemp("parts") / "parts.txt"
    path.write_text(TEXT, "utf-8")
    found = compilation.compiled(path, qingshan.DATA, region="qingshan")
    return openpyxl.load_workbook(io.BytesIO(review.workbook(found)))["review"]


def line(page, raw):
    """The cells of one numeral by column, and their line."""
    column = cells(page)
    row = next(r for r in page.iter_rows(min_row=2) if r[column["raw"] - 1].value == raw)
    return {name: row[place - 1] for name, place in column.items()}


def offered(page, cell):
    """The choices of one cell."""
    return [
        validation.formula1
        for validation in page.data_validations.dataValidation
        if cell.coordinate in validation.sqref
    ]


@pytest.mark.parametrize(
    ("raw", "part"),
    [("12", "kind:general"), ("36", "kind:special"), ("528", "level:township")],
)
def test_the_likeliest_part_comes_first(page, raw, part):
    """The name that stands at the figure goes before those farther off in the sentence."""
    row = line(page, raw)
    (choices,) = offered(page, row["breakdown"])

    assert choices.strip('"').split(",")[0] == part
    assert f"? {part} " in row["suggestions"].value
    assert not row["breakdown"].value


def test_a_figure_of_the_whole_is_offered_every_part(page):
    """Where no name of a part stands, the list is the whole table."""
    (choices,) = offered(page, line(page, "1260")["breakdown"])

    assert choices.startswith("lists!")


def test_two_parts_may_be_meant_at_once():
    """Of two dimensions together, in the order of the tables; of one, never."""
    known = {"sector:mining": "矿山", "kind:general": "总体预案", "kind:special": "专项预案"}

    assert portions.guessed("矿山总体预案", "", known)[-1] == "kind:general+sector:mining"
    assert portions.guessed("总体预案、专项预案", "", known) == ["kind:special", "kind:general"]
    assert portions.guessed("演练", "", known) == []
