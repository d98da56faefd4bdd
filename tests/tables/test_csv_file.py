"""Table files are read whole and unchanged, repaired and told, or refused with a place."""

import csv as csv_module
import io
import os
import threading
import time
import tracemalloc
import zipfile
from pathlib import Path

import hostile
import hostile_csv
import hostile_xlsx
import pytest
from hostile_csv import HEADER, ROWS, csv
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import TableError
from analysis.tables import contract, csv_file

CORPUS = list(hostile.cases())
CASES = {case.name: case for case in CORPUS}
GUARD = 60  # seconds of this process after which a reader hangs; the usual is below two
BYTES = 500 << 20


def held(folder, case):
    """The case's file, held to the contract of commitments."""
    path = folder / case.file
    path.write_bytes(case.data)
    return contract.held(path, "commitments")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The table as the plain file gives it."""
    return held(tmp_path_factory.mktemp("plain"), CASES["plain"]).frame.reset_index(drop=True)


def test_the_corpus_is_large_and_each_case_has_its_own_name():
    """At least 80 files, no two of one name."""
    assert len(CORPUS) == len(CASES) == len({case.file for case in CORPUS}) >= 80


@pytest.mark.parametrize("name", CASES)
def test_each_file_is_read_repaired_or_refused_as_documented(name, tmp_path, plain):
    """Every fault names the file and what to do."""
    case = CASES[name]

    begin = time.process_time()  # of this process: others may keep the machine busy
    found = held(tmp_path, case)
    seconds = time.process_time() - begin

    told = "\n".join(map(str, found.faults if case.outcome == "refused" else found.repairs))
    assert case.words in told, told
    assert bool(found.faults) == (case.outcome == "refused"), found.faults
    assert all(fault.file.startswith(case.file) and fault.remedy.en for fault in found.faults)
    if case.outcome == "read":
        assert not found.repairs or name == "formula_computed", found.repairs
    if case.outcome != "refused":
        assert found.frame.reset_index(drop=True).equals(plain)
    assert seconds < GUARD


@pytest.mark.parametrize("limit", [131_072, 1 << 40])
def test_a_huge_cell_is_refused_whatever_limit_other_libraries_set(tmp_path, limit):
    """The csv module has one limit for the whole process."""
    before = csv_module.field_size_limit(limit)
    try:
        found = held(tmp_path, CASES["huge_cell"]).faults
    finally:
        csv_module.field_size_limit(before)

    assert [fault.line for fault in found] == [2]
    assert "over 32767 characters" in str(found[0])
    assert "shorten" in found[0].remedy.en


def test_memory_stays_small_on_every_bomb(tmp_path):
    """The largest cases stay far under 500 MB."""
    bombs = [CASES[name] for name in ("heavy_csv", "bomb_of_cells", "bomb_in_sum", "many_strings")]
    tracemalloc.start()
    for case in bombs:
        held(tmp_path, case)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < BYTES


FILES = {"csv": csv().encode(), "xlsx": hostile_xlsx.xlsx()}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_no_damage_raises_anything_but_a_fault(tmp_path_factory, kind, data):
    """Bytes changed, cut out or doubled: a frame or faults, never an error of a library."""
    content = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content[place : place + length] = data.draw(st.binary(max_size=30))
    path = tmp_path_factory.getbasetemp() / f"damaged.{kind}"
    path.write_bytes(bytes(content))

    found = contract.held(path, "commitments")

    assert found.faults or len(found.frame) <= len(ROWS) + 1


def test_a_workbook_and_a_csv_of_the_same_table_are_the_same(tmp_path):
    """Whatever the file, the cells are one text."""
    (tmp_path / "a.csv").write_text(csv(), "utf-8")
    (tmp_path / "a.xlsx").write_bytes(hostile_xlsx.xlsx())

    assert csv_file.table(tmp_path / "a.csv").equals(csv_file.table(tmp_path / "a.xlsx"))


def test_a_strict_workbook_is_named_as_such(tmp_path):
    """A sound file in a variant that is not read is not called damaged."""
    path = tmp_path / "strict.xlsx"
    path.write_bytes(_with_namespace("http://purl.oclc.org/ooxml/spreadsheetml/main"))

    with pytest.raises(TableError, match="save it as Excel Workbook"):
        csv_file.table(path)


def _with_namespace(name):
    """The plain workbook with another namespace of its main part."""
    common = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(hostile_xlsx.xlsx())) as plain,
        zipfile.ZipFile(stream, "w") as strict,
    ):
        for part in plain.namelist():
            strict.writestr(part, plain.read(part).replace(common, name.encode()))
    return stream.getvalue()


def test_every_line_keeps_its_number(tmp_path):
    """The index is the line in the file, also behind blank lines and quoted line breaks."""
    header, row, *_ = csv().splitlines()
    broken = row.replace("Hold drills", '"Hold\ndrills"')
    (tmp_path / "a.csv").write_text(f"{header}\n{row}\n\n{broken}\n", "utf-8")

    assert list(csv_file.table(tmp_path / "a.csv").index) == [2, 5]


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    """One pass mends the whole file."""
    rows = [[*ROWS[0], "more"], ["a\0", *ROWS[1][1:]], ["", "", "", "#N/A", *ROWS[2][4:]]]
    (tmp_path / "a.csv").write_text(csv(rows=rows), "utf-8")

    with pytest.raises(TableError) as told:
        csv_file.table(tmp_path / "a.csv")

    assert [(fault.line, fault.column) for fault in told.value.faults] == [
        (2, ""),
        (3, "commitment"),
        (4, "section"),
    ]


def test_a_growing_file_is_refused(tmp_path, monkeypatch):
    """A file that changes while it is read is half a table."""
    path = tmp_path / "a.csv"
    path.write_text(csv(), "utf-8")
    opened = Path.open

    def open_and_grow(self, *args):
        file = opened(self, *args)
        with opened(self, "ab") as more:
            more.write(b"one,more,line\n")
        return file

    monkeypatch.setattr(Path, "open", open_and_grow)

    with pytest.raises(TableError, match="still being written"):
        csv_file.table(path)


def test_a_file_that_another_thread_writes_is_never_half_read(tmp_path):
    """Either the whole table or a refusal, never some of its rows."""
    path = tmp_path / "a.csv"
    text = csv(rows=ROWS * 400)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            with path.open("w", encoding="utf-8", newline="") as file:
                for place in range(0, len(text), 5_000):
                    file.write(text[place : place + 5_000])
                    file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    lengths = set()
    for _ in range(60):
        try:
            lengths.add(len(csv_file.table(path)))
        except TableError:
            continue
    stop.set()
    writer.join()

    assert lengths <= {len(ROWS) * 400}


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "nothing"])
def test_what_is_no_plain_file_is_refused_and_never_waited_for(tmp_path, kind):
    """A pipe would hang the reader, and a device never ends."""
    path = tmp_path / "a.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")

    with pytest.raises(TableError, match=r"no plain file|cannot be read"):
        csv_file.table(path)


def test_a_header_is_compared_without_its_form():
    """What is typed in full width, with blanks or capitals is the same name."""
    assert csv_file.fold("　Ｔarget\n Value ") == "target value"


@pytest.mark.parametrize("sixteenth", range(1, 16))
def test_a_csv_cut_anywhere_but_behind_a_line_is_refused(tmp_path, sixteenth):
    """A cut behind a line cannot be seen here: the descriptor counts the rows."""
    data = csv().encode()
    data = data[: len(data) * sixteenth // 16]
    path = tmp_path / "a.csv"
    path.write_bytes(data)

    if data.endswith(b"\n"):
        assert len(csv_file.table(path)) < len(ROWS)
    else:
        with pytest.raises(TableError):
            csv_file.table(path)


def test_the_plain_header_is_the_contract():
    """The corpus departs from a table that keeps its contract."""
    assert list(contract.TABLES["commitments"].columns) == HEADER
    assert hostile_csv.changed(0, "region", "x")[0][1] == "x"


@pytest.mark.parametrize(
    "start", ["\n", "\t\n ", "\u200b", "\ufe0f", "\u3164", "\u3000", "\n\n\u2060"]
)
@pytest.mark.parametrize(
    "formula", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "+cmd|x", "＝1+1"]
)
def test_a_formula_is_found_behind_what_nobody_sees(tmp_path, start, formula):
    """The rule looks at the cell as it would be read."""
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv_module.writer(file, lineterminator="\n").writerows(
            [["a", "b"], ["1", f"{start}{formula}"]]
        )

    (fault,) = csv_file.read(path).faults

    assert (fault.line > 1, fault.rule.en) == (True, "a formula to a spreadsheet")


@pytest.mark.parametrize(
    "sign", ["\ufe0f", "\U000e0041", "\U000e0101", "\u3164", "\u034f", "\u115f", "\u2063", "\u061c"]
)
def test_a_sign_that_nobody_sees_is_dropped_and_told(tmp_path, sign):
    """Two units that look alike would be two."""
    path = tmp_path / "a.csv"
    path.write_text(f"unit,name\n起{sign},x\n", "utf-8")

    sheet = csv_file.read(path)

    assert sheet.cells["unit"].tolist() == ["起"]
    assert [repair.rule.en for repair in sheet.repairs] == ["invisible blanks"]
