"""Contents that passed are not checked twice; everything else is."""

import json
import re
import shutil

import minimal
import pytest

from analysis.tables import cache, contract, folders, load


@pytest.fixture
def east(tmp_path):
    """A small invented project whose tables have passed."""
    folder = minimal.project(tmp_path)
    load.load(folder)
    return folder


@pytest.fixture
def compared(monkeypatch):
    """The tables whose cells are compared with their schema, read as in a new process."""
    monkeypatch.setattr(load, "_kept", {})
    tables = []
    original = contract._contract_faults

    def recorded(label, frame, schema):
        tables.append(schema.name)
        return original(label, frame, schema)

    monkeypatch.setattr(contract, "_contract_faults", recorded)
    return tables


def test_unchanged_tables_are_not_compared_again(east, compared):
    """Only the table that changed is."""
    minimal.plant(east / "themes.csv", 2, "name_en", "Results")

    assert load.load(east).themes["name_en"].iloc[0] == "Results"
    assert compared == ["themes"]


@pytest.mark.usefixtures("compared")
def test_a_changed_cell_is_still_a_fault(east):
    """A cached pass is one of other bytes."""
    minimal.plant(east / "observations" / "east.csv", 3, "status", "actuall")

    (fault,) = load.survey(east).faults

    assert (fault.file, fault.line, fault.column) == ("observations/east.csv", 3, "status")


def test_with_again_every_table_is_compared(east, compared):
    """What passed is forgotten."""
    load.survey(east, again=True)

    assert set(compared) == set(load.TABLES)


def test_a_cache_that_came_with_the_tables_is_not_believed(east, compared, tmp_path):
    """An archive may hold bad tables with the record of a pass of the very same bytes."""
    copied = tmp_path / "copied"
    shutil.copytree(east, copied)

    load.load(copied)

    assert set(compared) == set(load.TABLES)


@pytest.mark.usefixtures("compared")
def test_a_missing_column_is_a_fault_whatever_the_cache_has(east, monkeypatch):
    """A table without it would be read as empty."""
    path = east / "themes.csv"
    path.write_text(path.read_text("utf-8").replace("name_en", "name_fr"), "utf-8")
    monkeypatch.setattr(cache.Passed, "day", lambda *_: "2024-01-01")

    faults = load.survey(east).faults

    assert {fault.column for fault in faults} == {"name_en", "name_fr"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"{",
        lambda record: json.dumps({**record, "rules": "0" * 64}).encode(),
        lambda record: json.dumps({**record, "passed": {"x": "2024-01-01"}}).encode(),
        lambda record: json.dumps({**record, "passed": {"0" * 64: "yesterday"}}).encode(),
    ],
    ids=["empty", "cut off", "other rules", "no hash", "no day"],
)
def test_a_damaged_cache_or_one_of_other_rules_is_replaced(east, compared, damage):
    """All tables are checked as if there were none."""
    path = east / cache.FILE
    record = json.loads(path.read_bytes())
    path.write_bytes(damage(record))

    load.load(east)

    assert set(compared) == set(load.TABLES)
    assert json.loads(path.read_bytes()) == record


def test_a_link_in_place_of_the_cache_is_not_followed(east, compared, tmp_path):
    """The file it leads to stays as it is."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (east / cache.FILE).unlink()
    (east / cache.FILE).symlink_to(outside)

    load.load(east)

    assert set(compared) == set(load.TABLES)
    assert outside.read_text() == "mine"


def test_a_doubled_key_is_found_whatever_the_cache_says(east, compared):
    """Only the comparison with the schema is left out."""
    path = east / "themes.csv"
    path.write_text(path.read_text("utf-8") + path.read_text("utf-8").splitlines()[1] + "\n")
    record = json.loads((east / cache.FILE).read_bytes())
    identity = cache.identity(path, load.csv_file.digest(path))
    forged = cache.content("themes", identity)
    record["passed"][forged] = "2024-01-01"
    (east / cache.FILE).write_bytes(json.dumps(record).encode())

    faults = load.survey(east).faults

    assert {fault.rule["en"] for fault in faults} == {"a doubled key"}
    assert compared == []


def test_files_that_passed_in_another_process_have_their_day(east, monkeypatch):
    """A file that changed since has none."""
    path = east / cache.FILE
    path.write_bytes(re.sub(rb'"[0-9]{4}-[0-9]{2}-[0-9]{2}"', b'"2024-02-29"', path.read_bytes()))
    minimal.plant(east / "themes.csv", 2, "name_en", "Results")
    monkeypatch.setattr(load, "_kept", {})

    days = load.survey(east).passed

    assert days == ["2024-02-29"] * (len(folders.files(east)) - 1)
