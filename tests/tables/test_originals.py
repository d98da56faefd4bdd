"""Every row is held against its original; one digit, one place or one word off is told."""

import runpy
import shutil
from pathlib import Path

import minimal
import pytest

from analysis.tables import load, numerals, originals

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
PLACES = (ROOT.parent / "shared" / "reports", DATA / "originals")


@pytest.fixture(scope="module")
def reports(data):
    """The folder with the originals of every report."""
    for place in PLACES:
        if all((place / f"{region}.txt").is_file() for region in data.reports["region"]):
            return place
    told = " nor in ".join(str(place) for place in PLACES)
    pytest.skip(f"the original reports are not here: neither in {told}; nothing was verified")
    return None


@pytest.fixture
def east(tmp_path):
    """A small invented project with its original."""
    return minimal.project(tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The tables of that project, read once."""
    return load.load(minimal.project(tmp_path_factory.mktemp("small")))


def faults(folder):
    """What verification finds in the tables of *folder*."""
    return originals.verify(load.load(folder), folder.parent / "originals")


def test_every_row_of_the_tables_stands_in_its_report(data, reports):
    """Mentions exact; numeral, printed text, evidence and sign of each row in place."""
    assert originals.verify(data, reports) == []


def test_nothing_that_a_report_mentions_is_called_unmentioned(reports):
    """Its text has no words of a shared indicator without a figure, an absence or another use."""
    benchmark = runpy.run_path(str(ROOT / "benchmarks" / "absences.py"))

    assert list(benchmark["unexplained"](DATA, reports)) == []


def test_the_proofs_count_what_was_held(data):
    """What a pass means is said in numbers, computed from the tables."""
    lines = "\n".join(originals.proofs(data))

    assert f"{len(data.mentions)} numerals" in lines
    assert f"{len(data.observations)} rows" in lines
    assert f"{len(data.absences)} phrases of absent figures" in lines
    assert f"{len(data.identities)} identities" in lines
    assert "0 does not close" in lines


def test_no_row_survives_one_digit_one_place_or_one_character(data, reports):
    """Every row of the tables, in every way that a slip of the hand could change it."""
    texts = {r: (reports / f"{r}.txt").read_bytes().decode() for r in data.reports["region"]}
    places = {r: {(n.start, n.end) for n in numerals.find(text)} for r, text in texts.items()}
    rows = data.observations.to_dict("records")

    survivors = [
        (row["region"], row["start"], change)
        for row in rows
        for change in slips(row)
        if not list(originals._doubts(row | change, texts[row["region"]], places[row["region"]]))
    ]

    assert len(rows) > 300
    assert survivors == []


def slips(row):
    """One digit of the value, its sign, one place, or one character of the quotations."""
    digits = f"{abs(row['value']):.12g}"
    for place, digit in enumerate(digits):
        if digit.isdigit():
            other = digits[:place] + str((int(digit) + 1) % 10) + digits[place + 1 :]
            yield {"value": float(other) if row["value"] >= 0 else -float(other)}
    if row["value"]:
        yield {"value": -row["value"]}
    for step in (-1, 1):
        yield {"start": row["start"] + step}
        yield {"end": row["end"] + step}
        yield {"start": row["start"] + step, "end": row["end"] + step}
    for column in ("evidence", "printed"):
        yield {column: "甲" + row[column][1:]}
        yield {column: row[column] + "甲"}


@pytest.mark.parametrize("line", [2, 40, 120])
def test_a_digit_a_place_and_a_phrase_are_caught_in_the_real_tables(tmp_path, reports, line):
    """Each on a copy of the tables, told with file, line and column."""
    folder = shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("originals"))
    path = folder / "observations" / "chuxiong.csv"
    lines = minimal.read(path)
    cells = dict(zip(lines[0], lines[line - 1], strict=True))
    for column, cell in (
        ("value", f"{float(cells['value']) + 1:.12g}"),
        ("start", str(int(cells["start"]) + 1)),
        ("evidence", cells["evidence"] + "无此"),
    ):
        minimal.plant(path, line, column, cell)
        found = originals.verify(load.load(folder), reports)
        minimal.plant(path, line, column, cells[column])

        told = {(fault.file, fault.line, fault.column) for fault in found}
        assert ("observations/chuxiong.csv", line, column) in told


def test_the_invented_project_is_whole(east):
    """What follows changes one thing in tables that verify."""
    assert faults(east) == []


@pytest.mark.parametrize(
    ("line", "column", "cell", "words"),
    [
        (3, "value", 44.0, "the original prints"),
        (3, "value", -45.0, "the original prints"),
        (6, "value", 1200.0, "write 12000"),
        (6, "comparator", "=", "余 or 多 follows"),
        (3, "start", 20, "neither a numeral nor the printed phrase"),
        (3, "end", 22, "neither a numeral nor the printed phrase"),
        (3, "evidence", "死亡45名", "is not in the original"),
        (2, "evidence", "死亡45人", "is elsewhere in the original"),
        (3, "printed", "45名", "is not in the original"),
        (4, "evidence", "减少3", "does not contain the printed figure"),
        (4, "value", 3.0, "the original says 减少"),
        (5, "value", 6.3, "the original says 下降"),
        (8, "value", 100.0, "does not say so"),
        (8, "value", 7.0, "there is no number in"),
    ],
)
def test_one_change_of_a_row_is_told_at_its_cell(small, line, column, cell, words):
    """File, line and column of the cell that disagrees with the original."""
    held = minimal.changed(small, "observations", line, **{column: cell})

    found = originals.verify(held, small.folder.parent / "originals")

    told = [fault for fault in found if (fault.line, fault.column) == (line, column)]
    assert told, found
    assert told[0].file == "observations/east.csv"
    assert words in str(told[0])


def test_a_numeral_left_out_or_made_up_is_told(east):
    """The list of numerals is the original's, no more and no less."""
    path = east / "mentions" / "east.csv"
    lines = minimal.read(path)
    minimal.write(east, "mentions/east", lines[:2] + lines[3:])
    assert [fault.rule.en for fault in faults(east)] == [
        "a numeral of the original without a row",
    ]
    minimal.write(east, "mentions/east", [*lines, ["5", "6", "7", "label", "made up"]])
    assert [(f.line, f.rule.en) for f in faults(east)] == [
        (len(lines) + 1, "no numeral of the original")
    ]
    minimal.write(east, "mentions/east", lines)
    minimal.plant(path, 3, "raw", "43")
    assert [(f.line, f.column) for f in faults(east)] == [(3, "raw")]


def test_phrases_of_instruments_commitments_and_absences_are_held(east):
    """Their evidence is the text of the place they name."""
    minimal.plant(east / "instrument_status.csv", 2, "evidence", "建立“防火码”机制")
    minimal.plant(east / "commitments.csv", 2, "start", "1")
    minimal.plant(east / "absences.csv", 2, "end", "82")

    told = {(fault.file, fault.line, fault.column) for fault in faults(east)}

    assert told == {
        ("instrument_status.csv", 2, "evidence"),
        ("commitments.csv", 2, "evidence"),
        ("absences.csv", 2, "evidence"),
    }


def test_a_wrong_identity_is_told(east):
    """6.3 % is not 45 in 3."""
    minimal.plant(east / "identities.csv", 2, "verdict", "exact")

    assert [(f.file, f.line, f.column) for f in faults(east)] == [("identities.csv", 2, "verdict")]


def test_another_original_is_told(east):
    """One character changed: another hash; none that is text: no original; none: skipped."""
    original = east.parent / "originals" / "east.txt"
    original.write_bytes(original.read_bytes().replace("开展".encode(), "组织".encode()))
    assert "sha256" in {fault.column for fault in faults(east)}

    original.write_bytes(b"\xff")
    assert [fault.rule.en for fault in faults(east)] == ["no original that can be read"]

    original.unlink()
    assert faults(east) == []
    assert originals.absent(load.load(east), original.parent) == ["east.txt"]
