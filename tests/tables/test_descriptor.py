"""The descriptor is valid, says what the tables are, and notices when they are not."""

import json
import shutil
from pathlib import Path

import minimal
import pytest
from frictionless import Package

from analysis.comparability.families import selections
from analysis.errors import TableError
from analysis.tables import descriptor, folders, load

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A small invented project with its descriptor."""
    folder = minimal.project(tmp_path_factory.mktemp("east"))
    descriptor.describe(folder, selections)
    return folder


@pytest.fixture
def east(described, tmp_path):
    """A copy of it, to be changed."""
    return Path(shutil.copytree(described, tmp_path / "data"))


@pytest.fixture(scope="module")
def record(data):
    """The descriptor that the real tables would be given."""
    return descriptor.described(data, selections(data))


def told(folder):
    """What the descriptor says of the tables now."""
    return [(fault.file, fault.found, fault.rule.en) for fault in descriptor.compare(folder)]


def test_the_committed_descriptor_is_that_of_the_tables(record):
    """`regional-safety describe` would change nothing."""
    committed = json.loads((DATA / descriptor.FILE).read_text("utf-8"))

    assert committed == record
    assert descriptor.compare(DATA) == []


def test_frictionless_finds_nothing():
    """An independent reader of the files and metadata, with their keys and constraints."""
    report = Package(str(DATA / descriptor.FILE)).validate()

    assert report.valid, report.flatten(["title", "message"])
    assert report.stats["tasks"] == len(folders.files(DATA))


def test_every_file_and_column_is_described(data, record):
    """With its rows, hash, key, and a sentence for each column."""
    assert record["$schema"].endswith("2.0/datapackage.json")
    assert len(record["resources"]) == len(folders.files(data.folder))
    assert sum(r["rows"] for r in record["resources"]) == sum(
        len(getattr(data, name)) for name in load.TABLES
    )
    for resource in record["resources"]:
        assert resource["hash"].startswith("sha256:")
        assert resource["schema"].get("primaryKey") or resource["schema"]["uniqueKeys"]
        for field in resource["schema"]["fields"]:
            assert field["title"]
            assert field["description"].endswith(".")


def test_the_selections_are_those_of_the_tables(data, record):
    """Regions in house order, indicators in the order of their table."""
    chosen = record["selections"]

    five = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]
    assert [region for region in chosen["regions"] if region in five] == five
    assert {*chosen["regions"]} == {*data.regional_reports["region"]}
    codes = list(data.indicators["indicator"])
    for name in ("shared_indicators", "comparable_indicators"):
        assert sorted(chosen[name], key=codes.index) == chosen[name]
    assert len(chosen["shared_indicators"]) >= 18
    assert set(chosen["comparable_indicators"]) < set(chosen["shared_indicators"])


def test_the_same_tables_give_the_same_bytes(east):
    """Nothing of the day or the machine is in it."""
    before = (east / descriptor.FILE).read_bytes()

    descriptor.describe(east, selections)

    assert (east / descriptor.FILE).read_bytes() == before
    assert told(east) == []


def test_a_file_cut_behind_a_line_is_refused_by_its_rows(east):
    """Parsing cannot see it; this is what the descriptor is for."""
    path = east / "observations" / "east.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))

    [(file, found, rule)] = told(east)

    assert file == "observations/east.csv"
    assert found.en.startswith("7 rows")
    assert rule == "8 rows are described"


def test_a_changed_digit_is_refused_until_it_is_described(east):
    """Same rows, same bytes, other content."""
    path = east / "themes.csv"
    path.write_bytes(path.read_bytes().replace(b"Outcomes", b"Outcomez"))

    assert [(file, rule) for file, _, rule in told(east)] == [
        ("themes.csv", "other content than described")
    ]

    descriptor.describe(east, selections)
    assert told(east) == []


def test_a_file_that_comes_or_goes_is_told(east):
    """Another region's table is not in the package until it is described."""
    (east / "mentions" / "west.csv").write_bytes((east / "mentions" / "east.csv").read_bytes())
    assert [(file, rule) for file, _, rule in told(east)] == [
        ("mentions/west.csv", "not in the descriptor")
    ]

    (east / "mentions" / "west.csv").rename(east / "mentions" / "east.csv")
    (east / "observations" / "east.csv").unlink()
    assert [(file, found) for file, found, _ in told(east)] == [
        (descriptor.FILE, "observations/east.csv")
    ]


@pytest.mark.parametrize("cut", [0, 1, 200, -40])
def test_a_torn_descriptor_is_a_fault_and_no_crash(east, cut):
    """Cut anywhere, it is no descriptor."""
    path = east / descriptor.FILE
    path.write_bytes(path.read_bytes()[:cut])

    assert [rule for *_, rule in told(east)] == ["no descriptor that can be read"]


@pytest.mark.parametrize("text", ["[]", "{}", '{"resources": [1]}', '{"resources": 3}'])
def test_a_descriptor_of_another_shape_is_a_fault(east, text):
    """Valid JSON is not enough."""
    (east / descriptor.FILE).write_text(text, "utf-8")

    assert [rule for *_, rule in told(east)] == ["no descriptor that can be read"]


def test_tables_with_faults_are_not_described(east):
    """What is wrong would be made official."""
    before = (east / descriptor.FILE).read_bytes()
    minimal.plant(east / "regions.csv", 3, "level", "town")

    with pytest.raises(TableError, match="not one of"):
        descriptor.describe(east, selections)
    assert (east / descriptor.FILE).read_bytes() == before


def test_unchanged_tables_leave_no_doubt(east):
    """Nor do tables that were never described."""
    assert descriptor.doubts(east) == []
    (east / descriptor.FILE).unlink()
    assert descriptor.doubts(east) == []


def test_a_value_changed_against_its_evidence_is_a_doubt(east):
    """The number of faults, and the first of them with their place."""
    minimal.plant(east / "observations" / "east.csv", 2, "value", "43")

    lines = [line.en for line in descriptor.doubts(east)]

    assert lines[0].startswith("The tables fail `check` (")
    assert any("observations/east.csv, line 2, column value: found 43" in line for line in lines)


def test_faults_of_identities_follow_those_of_the_figures(east):
    """An identity fails because a value was changed; its file is the first in the alphabet."""
    minimal.plant(east / "observations" / "east.csv", 2, "value", "43")
    minimal.plant(east / "identities.csv", 2, "verdict", "differs")

    first, *faults = [line.en for line in descriptor.doubts(east)]

    assert first.startswith("The tables fail `check` (")
    assert "observations/east.csv, line 2" in faults[0]
    assert faults == sorted(faults, key=lambda line: "identities.csv" in line)
    assert any("identities.csv" in line for line in faults)


def test_a_change_without_a_fault_names_the_file(east):
    """It may be meant."""
    minimal.plant(east / "observations" / "east.csv", 2, "note", "read twice")

    (line,) = descriptor.doubts(east)

    assert line.en == "Tables changed since the last `describe`: observations/east.csv"
