"""Every fault of the tables is told at once, with file, line, column and what to do."""

import shutil
from dataclasses import replace
from pathlib import Path

import minimal
import pandas as pd
import pytest

from analysis.tables import checks, load, schema
from analysis.tables.identities import decided

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def copied(tmp_path):
    """A copy of the real tables."""
    return shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("originals"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The tables of an invented region."""
    return load.load(minimal.project(tmp_path_factory.mktemp("small")))


def test_the_real_tables_pass(data):
    """No fault of contract, key, unit, evidence, place, owner or arithmetic."""
    assert checks.check(data) == []


def test_ten_faults_of_ten_kinds_are_told_with_their_lines(copied):
    """Contract and cross-table faults of one table in one pass, and nothing else."""
    path = copied / "observations" / "chuxiong.csv"
    planted = [
        (3, "status", "actuall", "write actual"),
        (12, "value", "1.2万", "write 12000"),
        (20, "period_end", "2024-13-31", "write the date as YYYY-MM-DD"),
        (28, "comparator", "≥", "not one of"),
        (37, "indicator", "drils_held", "did you mean drills_held"),
        (45, "unit", "名", "the unit of"),
        (53, "breakdown", "sector:nowhere", "not in the table it refers to"),
        (62, "evidence", "全州", "quote the phrase"),
        (70, "printed", "", "empty; fill it in"),
        (79, "note", "a\x07", "a control character"),
    ]
    for line, column, cell, _ in planted:
        minimal.plant(path, line, column, cell)

    found = checks.everything(copied)

    assert [(f.file, f.line, f.column) for f in found] == [
        ("observations/chuxiong.csv", line, column) for line, column, *_ in planted
    ]
    for fault, (*_, words) in zip(found, planted, strict=True):
        assert words in str(fault)


@pytest.mark.parametrize("cell", ["county", "县级市", "town", ""])
def test_a_level_that_is_none_is_never_taken_for_a_country(copied, cell):
    """The word is as near to county as can be; an empty cell is near to nothing."""
    minimal.plant(copied / "regions.csv", 11, "level", cell)

    (fault,) = [fault for fault in checks.everything(copied) if fault.column == "level"]

    assert fault.remedy.en == (
        "write one of country, province, prefecture, district; "
        "a county or county-level city is district"
    )


def test_a_word_far_from_all_is_told_all(copied):
    """None of them is proposed above the others."""
    minimal.plant(copied / "observations" / "chuxiong.csv", 28, "comparator", "≥")

    (fault,) = checks.everything(copied)

    assert fault.remedy.en == "write one of =, >=, <=, ~"


def test_faults_of_several_tables_are_told_together(copied):
    """A fault in one table does not hide those of another, nor is it told twice."""
    minimal.plant(copied / "regions.csv", 3, "level", "town")
    minimal.plant(copied / "units.csv", 4, "quantities", "")
    minimal.plant(copied / "observations" / "anshan.csv", 10, "value", "1")

    found = checks.everything(copied)

    assert [(f.file, f.line, f.column) for f in found] == [
        ("observations/anshan.csv", 10, "value"),
        ("regions.csv", 3, "level"),
        ("units.csv", 4, "quantities"),
    ]


DAY = pd.Timestamp("2026-01-01")
OF_ANOTHER_TEXT = {"value": 54.0, "printed": "54人", "evidence": "死亡54人"}


def _zero(indicator):
    """An absence that calls *indicator* a zero of a wider class."""
    return {"kind": "implied_zero", "elsewhere": indicator}


@pytest.mark.parametrize(
    ("table", "line", "column", "cells", "words"),
    [
        ("reports", 2, "region", {"region": "west"}, "not in the table it refers to"),
        ("regions", 3, "parent", {"parent": "990000"}, "not in the table it refers to"),
        ("regions", 2, "parent", {"parent": "320000"}, "no wider than a country"),
        ("indicators", 3, "theme", {"theme": "outcome"}, "did you mean outcomes"),
        ("indicators", 3, "unit", {"unit": "场"}, "no unit of people"),
        ("synonyms", 2, "indicator", {"indicator": "death"}, "did you mean deaths"),
        ("observations", 3, "report", {"report": "west-2024"}, "not in the table it refers to"),
        ("observations", 3, "unit", {"unit": "起"}, "the unit of deaths is '人'"),
        ("observations", 5, "unit", {"unit": "人"}, "write '%'"),
        ("observations", 3, "value", {"value": 45.5}, "no number of cases, people or places"),
        ("observations", 3, "value", {"value": 54.0}, "printed as 45人"),
        ("observations", 3, "printed", OF_ANOTHER_TEXT, "`mentions` at this place is 45"),
        ("observations", 3, "breakdown", {"breakdown": "sector:farm"}, "not in the table"),
        ("observations", 3, "period_start", {"period_start": DAY}, "ends before it starts"),
        ("observations", 3, "period_end", {"period_end": DAY}, "a time after its report"),
        ("observations", 3, "start", {"start": 900, "end": 902}, "outside the report"),
        ("observations", 3, "evidence", {"evidence": "死亡人数"}, "without the printed figure"),
        ("observations", 6, "comparator", {"comparator": "="}, "a lower bound"),
        ("mentions", 3, "role", {"role": "label"}, "correct the role or the row"),
        ("mentions", 2, "role", {"role": "target"}, "rows that start at 0 are: none"),
        ("context", 2, "adcode", {"adcode": "990000"}, "not in the table it refers to"),
        ("context", 2, "period", {"period": "2023-12-31/2023-01-01"}, "ends before it starts"),
        ("peers", 2, "unit", {"unit": "起"}, "the unit of deaths is '人'"),
        ("peers", 2, "value", {"value": 9.5}, "no number of cases, people or places"),
        ("peers", 2, "period_start", {"period_start": DAY}, "ends before it starts"),
        ("peers", 2, "indicator", {"indicator": "death"}, "did you mean deaths"),
        ("breaks", 2, "adcode", {"adcode": "990000"}, "not in the table it refers to"),
        ("breaks", 2, "last", {"last": DAY}, "ends after the newer one starts"),
        ("instrument_status", 2, "evidence", {"status": "not_mentioned"}, "only where mentioned"),
        ("instrument_status", 2, "instrument", {"instrument": "code"}, "not in the table"),
        ("commitments", 2, "target_unit", {"target_unit": "吨"}, "not in the table of units"),
        ("commitments", 2, "target_value", {"target_value": None}, "belong together"),
        ("commitments", 2, "report", {"region": "china"}, "a report of another region"),
        ("identities", 2, "verdict", {"verdict": "exact"}, "the numbers say within_rounding"),
        ("identities", 2, "verdict", {"whole": 5}, "no numeral at 5"),
        ("identities", 2, "verdict", {"parts": "19"}, "percent_change of 1 numbers"),
        ("breakdowns", 2, "dimension", {"dimension": "level"}, "a part of another dimension"),
        ("reports", 2, "published", {"published": pd.Timestamp("2024-12-30")}, "period of east"),
        ("reports", 2, "period_start", {"title": "2023年工作总结"}, "names another year"),
        ("regions", 3, "parent", {"parent": ""}, "without the region around it"),
        ("families", 2, "unit", {"unit": "吨"}, "not in the table of units"),
        ("families", 2, "theme", {"theme": "outcome"}, "did you mean outcomes"),
        ("family_members", 2, "family", {"family": "tolls"}, "did you mean toll"),
        (
            "family_members",
            2,
            "indicator",
            {"breakdown": "sector:mining"},
            "0 observations of east",
        ),
        ("family_members", 2, "indicator", {"indicator": "drills"}, "2 observations of east"),
        ("family_members", 2, "role", {"role": "part"}, "neither one member nor several parts"),
        ("family_members", 2, "role", {"role": "denominator"}, "another family none"),
        ("absences", 2, "indicator", {"indicator": "deaths"}, "has a figure of deaths"),
        ("absences", 2, "elsewhere", {"elsewhere": "deaths"}, "no figure for mentioned"),
        ("absences", 2, "elsewhere", {"kind": "told_elsewhere"}, "no figure for told_elsewhere"),
        ("absences", 2, "elsewhere", _zero("deaths"), "for implied_zero one of 0"),
        ("absences", 2, "start", {"start": 900, "end": 902}, "outside the report"),
    ],
)
def test_each_rule_between_tables_is_told_at_its_cell(small, table, line, column, cells, words):
    """One thing changed in tables that pass."""
    found = checks.check(minimal.changed(small, table, line, **cells))

    told = [f for f in found if f.file.startswith(table) and (f.line, f.column) == (line, column)]
    assert any(words in str(fault) for fault in told), found


def test_the_invented_tables_pass(small):
    """What the rules above depart from."""
    assert checks.check(small) == []


def test_a_zero_of_a_wider_class_may_stand_for_an_absent_indicator(small):
    """The invented report states no serious accident."""
    assert checks.check(minimal.changed(small, "absences", 2, **_zero("serious"))) == []


def test_a_plan_may_be_published_before_its_period_ends(small):
    """A report of results may not; and a title may name the plan's year beside the report's."""
    early = {"published": pd.Timestamp("2024-01-10"), "kind": "plan"}
    titled = {"title": "2024年工作总结和2025年工作安排"}

    assert checks.check(minimal.changed(small, "reports", 2, **early)) == []
    assert checks.check(minimal.changed(small, "reports", 2, **titled)) == []
    period = {name: pd.Timestamp("2025-06-30") for name in ("period_start", "period_end")}
    found = checks.check(minimal.changed(small, "reports", 2, **titled, **period))
    assert "the title of east-2024 names another year" in {fault.rule.en for fault in found}


def test_a_direction_of_another_publication_has_no_unit(small):
    """A unit is wanted of every other measure."""
    direction = {"measure": "direction", "value": -1.0, "unit": ""}

    assert checks.check(minimal.changed(small, "context", 2, **direction)) == []
    (fault,) = checks.check(minimal.changed(small, "context", 2, **direction | {"unit": "人"}))
    assert fault.column == "unit"
    (fault,) = checks.check(minimal.changed(small, "context", 2, unit=""))
    assert "the unit of deaths is '人'" in str(fault)


def test_parts_of_a_family_have_one_unit(small):
    """Deaths and accidents are not added up; deaths in two measures would be."""
    row = small.family_members.loc[[2]].assign(role="part")
    other = row.assign(indicator="accidents").set_axis([3])
    parts = replace(small, family_members=pd.concat([row, other]))

    assert [(f.line, f.rule.en) for f in checks.check(parts)] == [
        (line, "parts of different units cannot be added") for line in (2, 3)
    ]


def test_a_ratio_has_a_denominator_in_each_report(small):
    """And then it passes."""
    ratio = minimal.changed(small, "families", 2, use="ratio")
    (fault,) = checks.check(ratio)
    assert "a ratio has one denominator" in fault.rule.en

    divisor = small.family_members.loc[[2]].assign(indicator="accidents", role="denominator")
    members = pd.concat([small.family_members, divisor.set_axis([3])])
    assert checks.check(replace(ratio, family_members=members)) == []


def test_a_context_figure_that_its_evidence_does_not_print_is_told(data):
    """51 deaths as 52; the real tables pass, where tables of others are in units of 10,000."""
    context = data.context
    printed = context["evidence"].str.contains("死亡51人") & context["value"].eq(51)
    line = context.index[printed][0]

    found = checks.check(minimal.changed(data, "context", line, value=52.0))

    assert [(fault.file, fault.line, fault.rule.en) for fault in found] == [
        ("context.csv", line, "the evidence does not print 52")
    ]


def test_a_percentage_written_as_a_fraction_is_told(small):
    """0.067 beside a printed 6.7%."""
    cells = {"measure": "change_pct", "unit": "%", "value": 0.067, "evidence": "下降6.7%"}

    found = checks.check(minimal.changed(small, "context", 2, **cells))

    assert [fault.rule.en for fault in found] == ["a percentage written as a fraction"]


@pytest.mark.parametrize("table", schema.TABLES)
def test_a_table_without_rows_raises_nothing_but_faults(small, table):
    """Half a project is told, not crashed on."""
    checks.check(replace(small, **{table: getattr(small, table).iloc[:0]}))


def test_every_instrument_has_a_row_a_region(small):
    """A region that says nothing of an instrument says so in a row."""
    found = checks.check(replace(small, instrument_status=small.instrument_status.iloc[:0]))

    assert [(f.line, f.found.en) for f in found] == [(0, "no safety_code for east")]


def test_parts_are_written_one_way(small):
    """Sorted, and one of each dimension."""
    parts = pd.DataFrame(
        [("level:city", "level", "市级", "City"), ("sector:fire", "sector", "消防", "Fire")],
        columns=small.breakdowns.columns,
        index=[3, 4],
    )
    more = replace(small, breakdowns=pd.concat([small.breakdowns, parts]))

    for code, faults in (
        ("level:city+sector:mining", 0),
        ("sector:mining+level:city", 1),
        ("sector:fire+sector:mining", 1),
    ):
        assert len(checks.check(minimal.changed(more, "observations", 2, breakdown=code))) == faults


def test_the_reports_own_arithmetic_is_decided(data):
    """Each identity closes as it claims, and the losses by sector are one step of rounding off."""
    frame = decided(data).set_index("identity")

    assert set(frame["decided"]) <= {"exact", "within_rounding"}
    loss = frame.loc["disaster-loss-by-sector"]
    assert (loss["decided"], loss["gap"]) == ("within_rounding", -100)
    assert frame.loc["prefecture-plans-by-kind", "formula"] == "1 + 15 + 54 = 70"


def test_two_reports_never_share_the_files_of_one_text(tmp_path):
    """A later report of a region without files of its own would have places in another text."""
    folder = minimal.project(tmp_path)
    header, first = minimal.read(folder / "reports.csv")
    second = ["east-2025", *first[1:4], "2026-01-10", "2025-01-01", "2025-12-31", *first[7:]]
    minimal.write(folder, "reports", [header, first, second])

    (fault,) = checks.everything(folder)

    assert (fault.file, fault.line, fault.column) == ("reports.csv", 3, "report")
    assert "east-2025" in fault.remedy.en


def test_a_file_that_no_report_is_behind_is_told(tmp_path):
    """A mistyped name of a later report's file would leave its numerals without an owner."""
    folder = minimal.project(tmp_path)
    minimal.write(folder, "mentions/east-2052", minimal.read(folder / "mentions/east.csv"))

    found = checks.everything(folder)

    assert {fault.file for fault in found} == {"mentions/east-2052.csv"}
    assert "a file of no report" in {fault.rule.en for fault in found}


def planted(folder, column, cells):
    """The faults of the population rows of the context once their *column* has *cells*."""
    path = folder / "context.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    places = [n for n, line in enumerate(lines, 1) if ",resident_population_year_end," in line]
    for line, cell in zip(places, cells, strict=False):
        minimal.plant(path, line, column, cell)
    return [(f.column, f.rule.en) for f in checks.everything(folder) if f.file == "context.csv"]


def test_a_denominator_is_positive_and_in_whole_people(copied):
    """A population of 0 would be an infinite rate; 233 and 232.7 are numbers in 万."""
    rules = [rule for _, rule in planted(copied, "value", ["0", "233", "232.7", "-1"])]

    assert sum(rule == "no size of a region" for rule in rules) == 2
    assert sum(rule.startswith("the evidence does not print 233") for rule in rules) == 1
    assert sum(rule.startswith("no number of cases, people") for rule in rules) == 2


def test_a_period_has_days_of_the_calendar(copied):
    """Days that are not there look like days."""
    days = ["2019-02-30/2019-12-31", "2023-01-01/2023-02-29", "2024-06-31/2024-06-31"]

    assert [column for column, _ in planted(copied, "period", days)] == ["period"] * 3
