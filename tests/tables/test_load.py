"""Tables are read from CSV or XLSX, held to their contracts, and joined into tidy frames."""

import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import minimal
import openpyxl
import pandas as pd
import pytest

from analysis.errors import TableError, UsageError
from analysis.tables import checks, contract, folders, load, schema

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def east(tmp_path):
    """A small invented project."""
    return minimal.project(tmp_path)


def as_workbook(path):
    """Put a workbook, typed as Excel would, in the place of a CSV."""
    book = openpyxl.Workbook()
    for line in minimal.read(path):
        book.worksheets[0].append([_typed(cell) for cell in line])
    book.save(path.with_suffix(".xlsx"))
    path.unlink()


def _typed(cell):
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return datetime.fromisoformat(cell)
    return float(cell) if re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", cell) else cell or None


def test_the_real_tables_load(data):
    """Every table has rows, and every row of the reports is in the tidy frame once."""
    assert all(len(getattr(data, name)) for name in schema.TABLES)
    assert len(data.rows) == len(data.observations) == data.rows["id"].nunique()
    assert len(data.context_rows) == len(data.context)
    assert set(data.rows["region"]) == set(data.regional_reports["region"])


def test_the_tidy_frame_names_everything(data):
    """Both languages, units and house order, for every row."""
    named = ["region_zh", "region_en", "indicator_zh", "indicator_en", "publisher", "title"]

    assert data.rows[named].ne("").all().all()
    assert data.rows[data.rows["breakdown"].ne("")]["breakdown_en"].ne("").all()
    assert data.rows["level_order"].is_monotonic_increasing
    assert list(data.rows.loc[data.rows["region"].eq("yaohai"), "ancestors"].unique()) == [
        "340100 340000 100000"
    ]


def test_every_table_may_be_a_workbook(tmp_path):
    """The same frames, whatever the file; and nothing is repaired on the way."""
    folder = shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("originals"))
    plain = load.load(folder)
    for path in folders.files(folder).values():
        if len(minimal.read(path)) < 1_000:
            as_workbook(path)

    found = load.survey(folder)

    assert found.faults == found.repairs == []
    assert checks.check(found.tables) == []
    for name in schema.TABLES:
        mine, theirs = (getattr(held, name) for held in (found.tables, plain))
        columns = [column for column in theirs.columns if column != "file"]
        pd.testing.assert_frame_equal(mine[columns], theirs[columns])
    assert found.tables.file("regions") == "regions.xlsx"


def test_both_files_of_a_table_are_an_error(east):
    """Nobody knows which is the newer."""
    (east / "themes.xlsx").write_bytes(b"PK")

    with pytest.raises(TableError, match=r"themes.csv, themes.xlsx: one file a table"):
        load.load(east)


def test_a_missing_table_is_an_error_that_names_what_is_there(east):
    """An old .xls beside it is named."""
    (east / "themes.csv").rename(east / "themes.xls")

    with pytest.raises(TableError, match=r"found themes.xls: one file a table"):
        load.load(east)


def test_an_open_workbook_is_an_error(east):
    """Excel's lock file says that changes may not be saved yet."""
    (east / "~$themes.xlsx").write_bytes(b"\x05Anna")

    with pytest.raises(TableError, match="the table is open in Excel"):
        load.load(east)


def test_a_fault_in_a_workbook_names_sheet_and_cell(east):
    """The cell as Excel names it."""
    as_workbook(east / "regions.csv")
    book = openpyxl.load_workbook(east / "regions.xlsx")
    book.worksheets[0]["E3"] = "town"
    book.save(east / "regions.xlsx")

    with pytest.raises(TableError, match=r"regions.xlsx, sheet Sheet, line 3, column level \(E3\)"):
        load.load(east)


def test_a_survey_keeps_the_sound_lines(east):
    """Faults are told, and the rest can still be checked."""
    minimal.plant(east / "observations" / "east.csv", 3, "status", "actuall")

    found = load.survey(east)

    assert [(fault.line, fault.column) for fault in found.faults] == [(3, "status")]
    assert len(found.tables.observations) == 7
    assert found.tables.lacking == {"observations"}


def test_a_repair_is_told_and_the_value_is_the_plain_one(east):
    """A date as Excel writes it back, and a number in full width."""
    path = east / "observations" / "east.csv"
    minimal.plant(path, 3, "value", "４５")
    minimal.plant(path, 3, "period_end", "2024/12/31")

    found = load.survey(east)

    assert found.faults == []
    assert [(repair.column, repair.remedy.en) for repair in found.repairs] == [
        ("period_end", "read as 2024-12-31"),
        ("value", "read as 45"),
    ]
    assert found.tables.observations.loc[3, "value"] == 45
    assert checks.check(found.tables) == []


def test_a_table_is_held_again_only_when_its_bytes_changed(east, monkeypatch):
    """A process that reads the tables for each of its jobs pays once."""
    first = load.load(east)
    seen = []
    held = contract.held
    monkeypatch.setattr(
        contract, "held", lambda path, name, **more: seen.append(name) or held(path, name, **more)
    )

    first.regions.loc[:, "level"] = "changed by a caller"
    assert load.load(east).regions["level"].iloc[0] == "country"
    assert seen == []

    minimal.plant(east / "themes.csv", 2, "name_en", "Results")
    assert load.load(east).themes["name_en"].iloc[0] == "Results"
    assert seen == ["themes"]


def test_a_folder_outside_a_project_is_a_misuse(tmp_path, monkeypatch):
    """The message says where it looked."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="run this inside the project"):
        load.load()


def test_a_report_may_cover_two_regions(data):
    """Rows keep their own region; the report is found from either region."""
    both = data.reports["report"].eq("anshan-2023")
    reports = data.reports.assign(region=data.reports["region"].mask(both, "anshan+anhui"))
    reports = reports[reports["report"].ne("anhui-2023")]
    moved = data.observations["report"].replace("anhui-2023", "anshan-2023")
    held = replace(data, reports=reports, observations=data.observations.assign(report=moved))
    counts = held.rows.groupby("region")["report"].agg(["size", "first"])

    assert held.regions_of("anshan-2023") == ("anshan", "anhui")
    assert held.first_reports["anhui"] == held.first_reports["anshan"] == "anshan-2023"
    assert counts.loc["anhui", "first"] == "anshan-2023"
    assert counts["size"].to_dict() == data.rows.groupby("region").size().to_dict()


def test_the_regions_of_an_unknown_report_are_none(data):
    """An unknown code is for the checks to name, not an error here."""
    assert data.regions_of("nowhere-2024") == ()


def test_a_doubled_code_of_a_region_is_a_fault_with_its_lines(east):
    """Two regions with one code would be one region to every comparison."""
    path = east / "regions.csv"
    (line,) = [one for one in path.read_text("utf-8").splitlines() if one.startswith("east")]
    adcode = line.split(",")[1]
    with path.open("a", encoding="utf-8") as file:
        file.write(f"zzz,{adcode},甲,Zzz,{line.split(',')[4]},\n")

    survey = load.survey(east)
    faults = [*survey.faults, *checks.check(survey.tables)]

    found = [fault for fault in faults if fault.column == "adcode" and fault.file == "regions.csv"]
    assert {fault.found for fault in found} == {adcode}
    assert {fault.rule.en for fault in found} == {"a doubled key"}
    assert len(found) == 2


@pytest.mark.parametrize("table", ["indicators", "units", "themes"])
def test_a_doubled_code_of_another_table_is_a_fault_with_its_lines(east, table):
    """A code that names two things is reported, not joined."""
    path = east / f"{table}.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")

    survey = load.survey(east)
    faults = [*survey.faults, *checks.check(survey.tables)]

    doubled = [one for one in faults if one.file == path.name and one.rule.en == "a doubled key"]
    assert [fault.line for fault in doubled] == [2, len(lines) + 1]


@pytest.mark.parametrize("code", ["con", "nul", "com1", "aux", "x" * 61])
def test_a_code_must_be_a_portable_name(tmp_path, code):
    """It becomes the name of files, also on Windows."""
    path = tmp_path / "regions.csv"
    path.write_text(
        f"region,adcode,name_zh,name_en,level,parent\n{code},429900,甲,A,country,\n", "utf-8"
    )

    (fault,) = contract.held(path, "regions").faults

    assert (fault.line, fault.column) == (2, "region")
    assert "cannot be the name of a file" in fault.rule.en


def test_units_that_look_alike_are_one(tmp_path):
    """Composed and decomposed letters, and a sign with a variation selector."""
    path = tmp_path / "units.csv"
    lines = ["起,a,a,count", "起\ufe0f,b,b,count", "é,c,c,count", "e\u0301,d,d,count"]
    path.write_text("unit,name_en,one,quantities\n" + "\n".join(lines) + "\n", "utf-8")

    faults = contract.held(path, "units").faults

    assert sorted((fault.line, fault.rule.en) for fault in faults) == [
        (line, "a doubled key") for line in range(2, 6)
    ]


def test_a_region_with_a_report_or_context_is_no_peer(data):
    """Its rows in ``peers.csv`` stay there, and are left out of the peers."""
    own = data.regions.set_index("region")["adcode"]
    first, second, *_ = data.peers["adcode"].unique()
    places = {first: own["chuxiong"], second: own["yunnan"]}
    tables = replace(data, peers=data.peers.assign(adcode=data.peers["adcode"].replace(places)))

    assert len(data.peer_rows) == len(data.peers)
    kept = data.peers[~data.peers["adcode"].isin([first, second])]
    assert list(tables.peer_rows.index) == list(kept.index)
