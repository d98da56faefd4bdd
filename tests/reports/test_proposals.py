"""The contract of ``compile --format jsonl``, and the new indicators that it proposes."""

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
import qingshan
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from qingshan import cells

from analysis.cli.reports import compile_
from analysis.reports import compilation, lexicon, proposals, review
from analysis.reports.proposals import proposal
from analysis.tables.schema import CODE

ROOT = Path(__file__).parents[2]
FIELDS = ["start", "end", "raw", "printed", "role", "value", "unit", "comparator", "measure"]
FIELDS += ["status", "period", "indicator", "suggestions", "doubts"]
FIELDS += ["breakdown", "region", "base", "confidence"]
REPORT = """\ufeff某某新区2022年上半年应急管理工作总结
上半年，全区共发生事故１２起、死亡３人，起数同比下降8.5%。
下拨抗旱资金320万元。
接种锦鲤疫苗40羽。
外省某市“3·21”事故教训深刻，举报电话0999-6123456。
"""


@pytest.fixture
def printed(tmp_path):
    """The objects that the command prints for a region that no table knows."""
    path = tmp_path / "新 报告.txt"
    path.write_bytes(REPORT.encode())
    options = ["--region", "newplace", "--period", "2022H1", "--project", str(ROOT)]
    done = CliRunner().invoke(compile_, [str(path), "--format", "jsonl", *options])

    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_object_has_the_promised_fields_in_order(printed):
    """No more and no fewer than the contract names."""
    assert {tuple(row) for row in printed} == {tuple(FIELDS)}


def test_places_are_places_of_the_original_text(printed):
    """Full-width digits and a mark at the start of the file shift nothing."""
    text = REPORT

    assert all(text[row["start"] : row["end"]] == row["raw"] for row in printed)
    assert [row["raw"] for row in printed if row["role"] == "observation"][:2] == ["１２", "３"]


def test_a_new_place_is_read_like_a_known_one(printed):
    """Values, measures and period come without any table of the region."""
    figures = [row for row in printed if row["role"] == "observation"]
    values = [(row["value"], row["unit"], row["measure"], row["indicator"]) for row in figures]

    assert values[:3] == [
        (12, "起", "level", "accidents"),
        (3, "人", "level", "deaths"),
        (-8.5, "%", "change_pct", "accidents"),
    ]
    assert {row["period"] for row in figures[:3]} == {"2022-01-01/2022-06-30"}


def test_an_unknown_quantity_proposes_a_new_indicator(printed):
    """Its code can stand in a table, its name is the noun phrase, its unit as printed."""
    (found,) = [row for row in printed if row["raw"] == "40"]
    new = found["suggestions"][-1]

    assert found["indicator"] is None
    assert re.fullmatch(CODE, new["indicator"])
    assert (new["unit"], new["score"]) == ("头", 0.0)
    assert "锦鲤疫苗" in new["why"]


@given(st.text(max_size=40), st.sampled_from(["个", "元", "%", "人次", ""]), st.integers(0, 10**6))
def test_any_phrase_gives_a_code_and_a_short_name(phrase, unit, start):
    """Whatever stands before a figure."""
    code, name, _ = proposal(phrase, unit, start)

    assert re.fullmatch(CODE, code)
    assert len(name) <= 18


def test_a_name_does_not_say_its_kind_twice():
    """资金 needs no 金额, and 率 needs no 占比."""
    assert proposal("下拨抗旱资金", "元", 0).name == "下拨抗旱资金"
    assert proposal("参保率", "%", 0).name == "参保率"
    assert proposal("全市累计营救被困群众", "人", 0).code == "rescued_trapped_people"


@pytest.mark.parametrize(
    ("unit", "name"),
    [("米", "隔离带长度"), ("小时", "隔离带时长"), ("倍", "隔离带比率"), ("毫米", "隔离带")],
)
def test_a_name_ends_with_what_its_unit_measures(unit, name):
    """By its quantity; millimetres may measure rain, so they add nothing."""
    assert proposal("隔离带", unit, 0).name == name


def test_the_reader_measures_with_a_unit_what_the_table_of_units_says(data):
    """Counters name units that tables do not have; those that they have agree."""
    table = data.units.set_index("unit")["quantities"].str.split(" ")
    read = {u: quantity for u, quantity in lexicon.quantities().items() if u in table.index}

    assert len(read) > 25
    assert {u: q for u, q in read.items() if q not in table[u]} == {}


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
    assert part in row["breakdown"].value.split("+")


def test_a_figure_of_the_whole_is_offered_every_part(page):
    """Where no name of a part stands, the list is the whole table."""
    (choices,) = offered(page, line(page, "1260")["breakdown"])

    assert choices.startswith("lists!")


def test_two_parts_may_be_meant_at_once():
    """Of two dimensions together, in the order of the tables; of one, never."""
    known = {"sector:mining": "矿山", "kind:general": "总体预案", "kind:special": "专项预案"}

    assert proposals.guessed("矿山总体预案", "", known)[-1] == "kind:general+sector:mining"
    assert proposals.guessed("总体预案、专项预案", "", known) == ["kind:special", "kind:general"]
    assert proposals.guessed("演练", "", known) == []
