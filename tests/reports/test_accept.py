"""The whole side door: an invented sixth region from its text to the tables, and back unharmed."""

import io
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from qingshan import DATA, TEXT, cells, content, decided, put
from qingshan import tables as copied

from analysis.cli.reports import accept as accept_command
from analysis.cli.reports import compile_
from analysis.errors import BusyError, TableError, UsageError
from analysis.reports import accept, compilation, review, reviewed, storage
from analysis.tables import checks, descriptor, load, originals


@pytest.fixture
def folder(tmp_path):
    """A copy of the real tables that a test may change."""
    return copied(tmp_path)


@pytest.fixture(scope="session")
def found():
    """The invented report, compiled against the real tables."""
    return compilation.compiled(TEXT, DATA, region="qingshan")


@pytest.fixture(scope="session")
def blank(found):
    """The review workbook as compile writes it."""
    return review.workbook(found)


@pytest.fixture
def quick(monkeypatch):
    """A descriptor that only says that it was renewed: comparing all tables takes seconds."""

    def describe(folder, _):
        (folder / descriptor.FILE).write_bytes(b"renewed\n")

    monkeypatch.setattr(descriptor, "describe", describe)


@pytest.fixture
def workbook(blank, tmp_path):
    """A reviewed workbook without a fault."""
    return decided(blank, tmp_path / "reviewed.xlsx")


@pytest.fixture(scope="module")
def joined(blank, tmp_path_factory):
    """Tables that the sixth region has joined, and the workbook it came from."""
    place = tmp_path_factory.mktemp("joined")
    data = copied(place)
    path = decided(blank, place / "reviewed.xlsx")
    return data, path, accept.accept(path, data)


def test_a_sixth_region_joins_the_tables(joined):
    """Accepted rows, every numeral, the region and its standings are in, and all is clean."""
    folder, _, outcome = joined
    held = load.load(folder)
    rows = held.observations[held.observations["region"].eq("qingshan")]
    numerals = held.mentions[held.mentions["region"].eq("qingshan")]

    assert checks.everything(folder) == []
    assert len(rows) == 22
    assert set(numerals["role"]) >= {"observation", "target", "date", "label", "other_region"}
    assert "observations/qingshan.csv" in outcome.files
    assert any("+ qingshan-2024" in change for change in outcome.changes)
    deaths = rows[rows["indicator"].eq("deaths") & rows["measure"].eq("level")].iloc[0]
    assert (deaths["value"], deaths["printed"]) == (29, "29人")


def test_each_new_row_stands_in_its_sentence(joined):
    """The accepted rows hold against the original, which is kept beside the tables."""
    data, _, _ = joined
    kept = data / "originals" / "qingshan.txt"
    faults = originals.verify(load.load(data), kept.parent)

    assert kept.read_bytes() == TEXT.read_bytes()
    assert [fault for fault in faults if "qingshan" in f"{fault.file} {fault.found}"] == []


def test_accepting_twice_changes_nothing(joined):
    """The same workbook again finds nothing to do, and touches no file."""
    data, path, _ = joined
    before = content(data)
    stamps = {file: file.stat().st_mtime_ns for file in data.rglob("*.csv")}
    again = accept.accept(path, data)

    assert (again.files, again.changes) == ((), ())
    assert content(data) == before
    assert {file: file.stat().st_mtime_ns for file in data.rglob("*.csv")} == stamps


@pytest.mark.usefixtures("quick")
def test_a_changed_mind_changes_only_its_row(folder, blank, tmp_path):
    """A row rejected later leaves the tables; its numeral becomes a label with the reason."""
    accept.accept(decided(blank, tmp_path / "first.xlsx"), folder)

    def reject(book):
        page = book["review"]
        column = cells(page)
        row = next(r for r in page.iter_rows(min_row=2) if r[column["raw"] - 1].value == "1260")
        row[column["decision"] - 1].value = "reject"

    outcome = accept.accept(decided(blank, tmp_path / "second.xlsx", reject), folder)
    mentions = load.load(folder).mentions
    refused = mentions[mentions["region"].eq("qingshan") & mentions["raw"].eq("1260")].iloc[0]

    assert refused["role"] == "label"
    assert any(change.startswith("observations/qingshan: - ") for change in outcome.changes)
    assert set(outcome.files) == {"mentions/qingshan.csv", "observations/qingshan.csv"}


@pytest.mark.usefixtures("quick")
def test_a_new_indicator_and_part_can_be_named(folder, blank, tmp_path):
    """What the catalogue lacks is named in the workbook and joins it."""
    fresh = {
        "indicator": "bridges_inspected",
        "name_zh": "检查桥梁数",
        "name_en": "Bridges inspected",
        "theme": "hazards",
        "unit": "座",
        "quantity": "count",
        "nature": "flow",
        "better": "neither",
        "definition_zh": "检查的桥梁座数。",
        "definition_en": "Bridges inspected.",
    }

    def name(book):
        page = book["review"]
        column = cells(page)
        row = next(r for r in page.iter_rows(min_row=2) if r[column["raw"] - 1].value == "812")
        row[column["indicator"] - 1].value = "bridges_inspected"
        row[column["unit"] - 1].value = "座"
        row[column["breakdown"] - 1].value = "kind:bridge"
        places = cells(book["indicators"])
        for key in places:
            book["indicators"].cell(2, places[key]).value = fresh.get(key)
        for number, value in enumerate(("kind:bridge", "kind", "桥梁", "Bridge"), 1):
            book["breakdowns"].cell(2, number).value = value

    accept.accept(decided(blank, tmp_path / "new.xlsx", name), folder)

    assert "bridges_inspected" in set(load.load(folder).indicators["indicator"])


@pytest.mark.usefixtures("quick")
def test_a_trial_writes_nothing(folder, workbook):
    """A dry run tells the same changes and leaves every byte."""
    before = content(folder)
    outcome = accept.accept(workbook, folder, dry_run=True)

    assert "observations/qingshan.csv" in outcome.files
    assert content(folder) == before


def fact(key, value):
    """A change of one fact in the sheet of the report."""

    def change(book):
        row = next(row for row in book["report"].iter_rows(min_row=2) if row[0].value == key)
        row[1].value = value

    return change


def drop_line(book):
    """Delete the line of one numeral."""
    book["review"].delete_rows(5)


def merge(book):
    """Merge two cells."""
    book["review"].merge_cells("H2:H3")


def rename(book):
    """Rename a column."""
    book["review"]["E1"] = "Rolle"


HARM = {
    "a formula": put("review", "value", "=1+1", raw="36"),
    "no number": put("review", "value", "many", raw="36"),
    "another number": put("review", "value", "37", raw="36"),
    "no decision": put("review", "decision", None, raw="36"),
    "an unknown decision": put("review", "decision", "maybe", raw="36"),
    "an unknown role": put("review", "role", "rumour", raw="36"),
    "an unknown status": put("review", "status", "hoped", raw="36"),
    "an unknown comparator": put("review", "comparator", "<", raw="36"),
    "an unknown indicator": put("review", "indicator", "happiness", raw="36"),
    "no indicator": put("review", "indicator", None, raw="36"),
    "a part out of the table": put("review", "breakdown", "sector:moon", raw="36"),
    "a wrong unit": put("review", "unit", "人", raw="36"),
    "no date": put("review", "period_start", "last year", raw="36"),
    "a future actual": put("review", "period_end", "2031-12-31", raw="36"),
    "invented evidence": put("review", "evidence", "发生事故36起", raw="36"),
    "long evidence": put("review", "evidence", "全" * 41, raw="36"),
    "another figure printed": put("review", "printed", "37起", raw="36"),
    "a moved place": put("review", "start", "12", raw="36"),
    "a place that is no number": put("review", "start", "x", raw="36"),
    "a changed numeral": put("review", "raw", "63", raw="36"),
    "role against status": put("review", "role", "target", raw="36"),
    "a lost line": drop_line,
    "merged cells": merge,
    "a renamed column": rename,
    "a changed text": put("text", "line", '"青海市"'),
    "no text": put("text", "line", "青山市"),
    "an offset beyond all": put("text", "offset", "9" * 300),
    "no start": put("review", "start", None, raw="36"),
    "a region that is a path": fact("region", "../../evil"),
    "a report that is a path": fact("report", "../evil-2024"),
    "a report of another region": fact("report", "anhui-2031"),
    "no number of characters": fact("characters", "many"),
    "a fact without its line": lambda book: book["report"].delete_rows(3),
    "another format": put("report", "value", "another 2"),
    "a lost sheet": lambda book: book.remove(book["text"]),
}


def test_a_report_that_sets_targets_is_also_a_plan(tmp_path):
    """Whether or not a heading says so."""
    text = tmp_path / "report.txt"
    text.write_text(
        "青山市2024年应急管理工作总结\n全年发生事故36起。开展演练12场。\n2025年演练不少于20场。",
        "utf-8",
    )
    compiled = compilation.compiled(text, DATA, region="qingshan")

    assert compilation.facts(compiled)["kind"] == "report+plan"


def test_decisions_that_are_missing_are_told_once(folder, blank, tmp_path):
    """The first line stands for all of them, with how many more there are."""

    def forget(book):
        page = book["review"]
        column = cells(page)["decision"]
        for line in page.iter_rows(min_row=2):
            line[column - 1].value = None

    path = decided(blank, tmp_path / "forgotten.xlsx", forget)
    with pytest.raises(TableError) as told:
        accept.accept(path, folder)

    (fault,) = told.value.faults
    assert fault.rule.en == "no decision"
    assert re.fullmatch(r"choose accept or reject; \d+ more lines have none", fault.remedy.en)


def test_one_line_accepts_all_sure_figures(blank, tmp_path):
    """A sure figure without a decision has that of the line; all others keep theirs."""

    def sure(book):
        page, column = book["review"], cells(book["review"])
        for line in page.iter_rows(min_row=2):
            if line[column["confidence"] - 1].value == "sure":
                line[column["decision"] - 1].value = "reject" if line[0].row == 2 else None
        facts = {row[0].value: row[1] for row in book["report"].iter_rows(min_row=2)}
        facts["sure"].value = "accept"

    lines = reviewed.load(decided(blank, tmp_path / "sure.xlsx", sure)).lines
    decisions = [line["decision"] for line in lines if line["confidence"] == "sure"]

    assert decisions == ["reject", *["accept"] * (len(decisions) - 1)]
    assert len(decisions) > 2


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_workbook_changes_nothing(folder, blank, tmp_path, harm):
    """Whatever was spoilt is told with its place, and every byte of the tables stays."""
    before = content(folder)
    path = decided(blank, tmp_path / "harmed.xlsx", HARM[harm])

    with pytest.raises(TableError) as refused:
        accept.accept(path, folder)

    assert refused.value.faults
    assert content(folder) == before


TOLD = {
    "another number": "harmed.xlsx, sheet review, line 2, column value (K2)",
    "no number": "harmed.xlsx, sheet review, line 2, column value (K2)",
    "a wrong unit": "harmed.xlsx, sheet review, line 2, column unit (L2)",
    "a future actual": "harmed.xlsx, sheet review, line 2, column period_end (R2)",
    "an unknown indicator": "harmed.xlsx, sheet review, line 2, column indicator (I2)",
    "an unknown region level": "harmed.xlsx, sheet regions, line 2, column level (E2)",
    "no publisher": "harmed.xlsx, sheet report, line 6, column publisher (B6)",
    "an indicator without a name": "harmed.xlsx, sheet indicators, line 2, column name_zh (B2)",
}


def nameless(book):
    """A new indicator whose proposed name was deleted."""
    put("indicators", "indicator", "bridges")(book)
    put("indicators", "name_zh", None)(book)


HARM_OF_TABLES = HARM | {
    "an unknown region level": put("regions", "level", "town"),
    "no publisher": fact("publisher", None),
    "an indicator without a name": nameless,
}


@pytest.mark.parametrize("harm", TOLD)
def test_a_fault_is_told_at_the_cell_a_person_filled(folder, blank, tmp_path, harm):
    """Whichever table would have broken its contract, file, sheet and cell are the workbook's."""
    path = decided(blank, tmp_path / "harmed.xlsx", HARM_OF_TABLES[harm])

    with pytest.raises(TableError) as refused:
        accept.accept(path, folder)

    assert TOLD[harm] in str(refused.value)


def repacked(data, name, new):
    """The workbook with one part replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", 8) as archive:
        for part in old.infolist():
            if part.filename != name:
                archive.writestr(part, old.read(part))
        archive.writestr(name, new)
    return stream.getvalue()


BOMB = b'<worksheet xmlns="x">' + b"<row/>" * 3_000_000
FILES = {
    "empty": lambda data: data[:0],
    "half saved": lambda data: data[: len(data) // 2],
    "a web page": lambda data: b"<html>" + data,
    "an old file": lambda data: b"\xd0\xcf\x11\xe0" + data,
    "a document type": lambda data: repacked(
        data, "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
    ),
    "a macro": lambda data: repacked(data, "xl/vbaProject.bin", b"Attribute"),
    "an outside link": lambda data: repacked(data, "xl/externalLinks/e.xml", b"<x/>"),
    "a bomb": lambda data: repacked(data, "xl/worksheets/sheet1.xml", BOMB),
    "a broken part": lambda data: repacked(data, "xl/worksheets/sheet1.xml", b"<worksheet"),
    "a part outside": lambda data: repacked(data, "../evil.xml", b"<x/>"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_or_damaged_file_is_refused(folder, workbook, tmp_path, kind):
    """Nothing but our own error, and no byte of the tables changes."""
    before = content(folder)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(FILES[kind](workbook.read_bytes()))

    with pytest.raises(TableError):
        accept.accept(path, folder)

    assert content(folder) == before


NEW = {
    "themes.csv": b"x\n",
    "mentions/one.csv": b"y\n",
    "units.csv": b"z\n",
    "observations/a.csv": b"w\n",
}


@pytest.mark.parametrize("step", range(1, 6))
def test_a_write_that_fails_midway_leaves_all_as_it_was(folder, monkeypatch, step):
    """Whichever step fails, the files before it are put back."""
    before = content(folder)
    replace, count = Path.replace, iter(range(1, 1_000))

    def failing(self, target):
        if next(count) == step:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="No space"):
        storage.replace_all(folder, NEW)
    monkeypatch.undo()

    assert content(folder) == before
    assert set(storage.replace_all(folder, NEW)) == set(NEW)
    assert storage.replace_all(folder, NEW) == []


def test_a_killed_run_is_undone_by_the_next(folder, monkeypatch):
    """A journal left behind puts the old files back before anything else happens."""
    before = content(folder)
    monkeypatch.setattr(storage, "recover", lambda root: root is None)
    replace = Path.replace

    def dying(self, target):
        if Path(target).name == "units.csv":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        storage.replace_all(
            folder, {"themes.csv": b"x\n", "observations/new.csv": b"y\n", "units.csv": b"z\n"}
        )
    monkeypatch.undo()
    assert (folder / "themes.csv").read_bytes() == b"x\n"

    with storage.alone(folder):
        pass

    assert content(folder) == before


def test_a_second_run_is_told_to_wait(folder):
    """Two runs never change the tables at once."""
    with storage.alone(folder), pytest.raises(BusyError), storage.alone(folder):
        pass


def test_a_link_is_never_written_through(folder, tmp_path):
    """A table that is a link to elsewhere is refused, and elsewhere stays."""
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(b"mine\n")
    (folder / "observations/linked.csv").symlink_to(elsewhere)

    with pytest.raises(UsageError, match="link"):
        storage.replace_all(folder, {"observations/linked.csv": b"theirs\n"})

    assert elsewhere.read_bytes() == b"mine\n"


def test_the_workbook_marks_the_numeral_and_locks_the_evidence(blank):
    """The numeral stands out in its sentence, choices are lists, what proves is locked."""
    book = openpyxl.load_workbook(io.BytesIO(blank), rich_text=True)
    page = book["review"]
    column = cells(page)
    row = next(r for r in page.iter_rows(min_row=2) if r[column["raw"] - 1].value == "812")
    marked = [part for part in row[column["sentence"] - 1].value if not isinstance(part, str)]

    assert [part.text for part in marked if part.font and part.font.b] == ["812"]
    assert page.protection.sheet
    assert row[column["evidence"] - 1].protection.locked
    assert not row[column["decision"] - 1].protection.locked
    lists = {str(v.sqref).split(":")[0] for v in page.data_validations.dataValidation}
    due = ("role", "decision", "region", "indicator", "unit", "comparator", "measure", "status")
    assert {page.cell(2, column[name]).coordinate for name in due} <= lists
    assert row[column["role"] - 1].fill.fgColor.rgb != "00000000"


def test_the_workbook_is_the_same_for_the_same_text(found, blank):
    """Same input, same bytes."""
    assert review.workbook(found) == blank


def test_no_text_becomes_a_formula(tmp_path):
    """A report that prints what looks like a formula is still only text."""
    path = tmp_path / "evil.txt"
    path.write_text('=HYPERLINK("http://x")2024年总结\n=1+1发生事故12起。\n@12起\n', "utf-8")
    found = compilation.compiled(path, DATA, region="qingshan", period="2024")
    book = openpyxl.load_workbook(io.BytesIO(review.workbook(found)))

    kinds = {c.data_type for page in book.worksheets for row in page.iter_rows() for c in row}
    assert "f" not in kinds
    assert "\n=" not in compilation.as_csv(found)
    assert ",=1" not in compilation.as_csv(found)


def test_compile_prints_one_object_a_numeral(tmp_path):
    """The command's lines are JSON with the promised fields; talk goes to stderr."""
    arguments = [str(TEXT), "--region", "qingshan", "--project", str(DATA.parent)]
    result = CliRunner().invoke(compile_, arguments)
    rows = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert {"start", "end", "raw", "printed", "role", "value", "unit", "comparator"} <= set(rows[0])
    assert {"measure", "status", "period", "indicator", "suggestions", "doubts"} <= set(rows[0])
    assert "candidates with doubts" in result.stderr
    for kind, name in (("csv", "c.csv"), ("xlsx", "c.xlsx")):
        output = ["--format", kind, "--output", str(tmp_path / name)]
        assert CliRunner().invoke(compile_, [*arguments, *output]).exit_code == 0
        assert (tmp_path / name).stat().st_size > 1_000


@pytest.mark.usefixtures("quick")
def test_the_commands_accept_and_say_what_changed(folder, workbook):
    """Changes go to stdout; the second time there are none."""
    arguments = [str(workbook), "--project", str(folder.parent)]
    first = CliRunner().invoke(accept_command, arguments)
    second = CliRunner().invoke(accept_command, arguments)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "observations/qingshan: + " in first.stdout
    assert second.stdout == ""
    assert "nothing changes" in second.stderr
