"""The whole side door: an invented sixth region from its text to the tables, and back unharmed."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from analysis import annual, checks, compare, derive, descriptor, originals, tables
from analysis.errors import BusyError, TableError, UsageError
from analysis.ingest import acceptance, compiling, review, storage
from analysis.ingest.commands import accept as accept_command
from analysis.ingest.commands import compile_

HERE = Path(__file__).parent
TEXT = HERE / "qingshan.txt"
REGION = {
    "name_zh": "青山市",
    "name_en": "Qingshan",
    "level": "prefecture",
    "adcode": "429900",
    "parent": "100000",
}


@pytest.fixture
def folder(tmp_path):
    """A copy of the real tables that a test may change."""
    kept = shutil.ignore_patterns("originals", ".*")
    return Path(shutil.copytree(HERE.parent / "data", tmp_path / "data", ignore=kept))


@pytest.fixture(scope="session")
def found():
    """The invented report, compiled against the real tables."""
    return compiling.compiled(TEXT, HERE.parent / "data", region="qingshan")


@pytest.fixture(scope="session")
def blank(found):
    """The review workbook as compile writes it."""
    return review.workbook(found)


def cells(page):
    """The columns of a sheet by name."""
    return {cell.value: cell.column for cell in page[1]}


def decided(blank, path, change=None):
    """The workbook as a person leaves it: all accepted, the region told, then *change*."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    page = book["review"]
    column = cells(page)
    plans = iter(("kind:general+level:prefecture", "kind:special+level:prefecture"))
    for row in page.iter_rows(min_row=2):
        if row[column["role"] - 1].value in {"observation", "target"}:
            row[column["decision"] - 1].value = "accept"
        if row[column["indicator"] - 1].value == "emergency_plans":
            row[column["breakdown"] - 1].value = next(plans)
    for row in book["report"].iter_rows(min_row=2):
        row[1].value = REGION.get(row[0].value, row[1].value)
    if change:
        change(book)
    book.save(path)
    return path


@pytest.fixture
def quick(monkeypatch):
    """A descriptor that only says that it was renewed: comparing all tables takes seconds."""

    def describe(folder):
        (folder / descriptor.FILE).write_bytes(b"renewed\n")

    monkeypatch.setattr(descriptor, "describe", describe)


@pytest.fixture
def workbook(blank, tmp_path):
    """A reviewed workbook without a fault."""
    return decided(blank, tmp_path / "reviewed.xlsx")


def content(folder):
    """Every file of the tables with its bytes."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def joined(blank, tmp_path_factory):
    """Tables that the sixth region has joined, and the workbook it came from."""
    place = tmp_path_factory.mktemp("joined")
    kept = shutil.ignore_patterns("originals", ".*")
    data = Path(shutil.copytree(HERE.parent / "data", place / "data", ignore=kept))
    path = decided(blank, place / "reviewed.xlsx")
    return data, path, acceptance.accept(path, data)


def test_a_sixth_region_joins_the_tables(joined):
    """Accepted rows, every numeral, the region and its standings are in, and all is clean."""
    folder, _, outcome = joined
    held = tables.load(folder)
    rows = held.observations[held.observations["region"].eq("qingshan")]
    numerals = held.mentions[held.mentions["region"].eq("qingshan")]

    assert checks.everything(folder) == []
    assert len(rows) == 23
    assert set(numerals["role"]) >= {"observation", "target", "date", "label", "other_region"}
    assert "observations/qingshan.csv" in outcome.files
    assert any("+ qingshan-2024" in change for change in outcome.changes)
    deaths = rows[rows["indicator"].eq("deaths") & rows["measure"].eq("level")].iloc[0]
    assert (deaths["value"], deaths["printed"]) == (29, "29人")


def test_each_new_row_stands_in_its_sentence(joined):
    """The accepted rows hold against the original, which is kept beside the tables."""
    data, _, _ = joined
    kept = data / "originals" / "qingshan.txt"
    faults = originals.verify(tables.load(data), kept.parent)

    assert kept.read_bytes() == TEXT.read_bytes()
    assert [fault for fault in faults if "qingshan" in f"{fault.file} {fault.found}"] == []


def test_accepting_twice_changes_nothing(joined):
    """The same workbook again finds nothing to do, and touches no file."""
    data, path, _ = joined
    before = content(data)
    stamps = {file: file.stat().st_mtime_ns for file in data.rglob("*.csv")}
    again = acceptance.accept(path, data)

    assert (again.files, again.changes) == ((), ())
    assert content(data) == before
    assert {file: file.stat().st_mtime_ns for file in data.rglob("*.csv")} == stamps


@pytest.mark.usefixtures("quick")
def test_a_changed_mind_changes_only_its_row(folder, blank, tmp_path):
    """A row rejected later leaves the tables; its numeral becomes a label with the reason."""
    acceptance.accept(decided(blank, tmp_path / "first.xlsx"), folder)

    def reject(book):
        page = book["review"]
        column = cells(page)
        row = next(r for r in page.iter_rows(min_row=2) if r[column["raw"] - 1].value == "1260")
        row[column["decision"] - 1].value = "reject"

    outcome = acceptance.accept(decided(blank, tmp_path / "second.xlsx", reject), folder)
    mentions = tables.load(folder).mentions
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

    acceptance.accept(decided(blank, tmp_path / "new.xlsx", name), folder)

    assert "bridges_inspected" in set(tables.load(folder).indicators["indicator"])


@pytest.mark.usefixtures("quick")
def test_a_trial_writes_nothing(folder, workbook):
    """A dry run tells the same changes and leaves every byte."""
    before = content(folder)
    outcome = acceptance.accept(workbook, folder, dry_run=True)

    assert "observations/qingshan.csv" in outcome.files
    assert content(folder) == before


def put(sheet, column, value, *, raw=None):
    """A change that writes *value* into the first (or the *raw*) line of a sheet."""

    def change(book):
        page = book[sheet]
        columns = cells(page)
        rows = page.iter_rows(min_row=2)
        line = next(r for r in rows if raw is None or r[columns["raw"] - 1].value == raw)
        line[columns[column] - 1].value = value

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
    "another format": put("report", "value", "another 2"),
    "a lost sheet": lambda book: book.remove(book["text"]),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_workbook_changes_nothing(folder, blank, tmp_path, harm):
    """Whatever was spoilt is told with its place, and every byte of the tables stays."""
    before = content(folder)
    path = decided(blank, tmp_path / "harmed.xlsx", HARM[harm])

    with pytest.raises(TableError) as refused:
        acceptance.accept(path, folder)

    assert refused.value.faults
    assert content(folder) == before


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
        acceptance.accept(path, folder)

    assert content(folder) == before


NEW = {"themes.csv": b"x\n", "new/one.csv": b"y\n", "units.csv": b"z\n", "a.csv": b"w\n"}


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
        storage.replace_all(folder, {"themes.csv": b"x\n", "new.csv": b"y\n", "units.csv": b"z\n"})
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
    (folder / "linked.csv").symlink_to(elsewhere)

    with pytest.raises(UsageError, match="link"):
        storage.replace_all(folder, {"linked.csv": b"theirs\n"})

    assert elsewhere.read_bytes() == b"mine\n"


LATER = (
    "青山市2025年应急管理工作总结\n2024年全市共发生生产安全事故37起、死亡29人。\n"
    "今年全市共发生生产安全事故30起,同比减少6起;死亡24人。\n青山市应急管理局\n2026年1月9日"
)


def later(data, place):
    """A reviewed workbook of the region's report of the next year."""
    text = place / "later.txt"
    text.write_text(LATER, "utf-8")
    path = place / "later.xlsx"
    review.save(compiling.compiled(text, data, region="qingshan", period="2025"), path)
    return decided(path.read_bytes(), path)


@pytest.fixture(scope="module")
def twice(joined, tmp_path_factory):
    """Tables that a second report of the sixth region has joined, and what was told."""
    place = tmp_path_factory.mktemp("twice")
    data = Path(shutil.copytree(joined[0], place / "data"))
    path = later(data, place)
    return data, path, acceptance.accept(path, data)


def test_the_next_report_of_a_region_joins_beside_the_first(joined, twice):
    """Files of its own name; nothing of the first report changes, and both originals verify."""
    (before, *_), (data, *_) = joined, twice
    held = tables.load(data)
    of = held.reports["region"].eq("qingshan")
    alone = replace(held, reports=held.reports[of], commitments=held.commitments[:0])
    alone = replace(alone, identities=held.identities[:0])

    assert checks.everything(data) == []
    assert held.originals["qingshan-2024"] == "qingshan"
    assert held.originals["qingshan-2025"] == "qingshan-2025"
    assert originals.verify(alone, data / "originals") == []
    for name in ("observations/qingshan.csv", "mentions/qingshan.csv", "instrument_status.csv"):
        assert (data / name).read_bytes() == (before / name).read_bytes()


def test_a_later_report_is_held_against_its_own_text(twice, tmp_path):
    """A wrong word in the second original is told of the second report's rows only."""
    data, *_ = twice
    folder = Path(shutil.copytree(data / "originals", tmp_path / "originals"))
    path = folder / "qingshan-2025.txt"
    path.write_text(LATER.replace("37起", "38起"), "utf-8")
    faults = originals.verify(tables.load(data), folder)
    mine = [fault for fault in faults if "qingshan" in f"{fault.file} {fault.found} {fault.rule}"]

    assert {fault.file for fault in mine} == {
        "reports.csv", "mentions/qingshan-2025.csv", "observations/qingshan-2025.csv",
    }  # fmt: skip


def test_a_restated_value_is_a_check_and_never_an_overwrite(twice):
    """Both rows stay; the later one tells the agreement or revision, and its word is drawn."""
    data, _, outcome = twice
    held = tables.load(data)
    stated = held.observations[held.observations["region"].eq("qingshan")]
    stated = stated[stated["measure"].eq("level") & stated["status"].eq("actual")]
    by = {(r["report"], r["indicator"], r["period_end"].year): r for _, r in stated.iterrows()}

    assert by["qingshan-2024", "accidents", 2024]["value"] == 36
    assert by["qingshan-2025", "accidents", 2024]["value"] == 37
    assert by["qingshan-2025", "accidents", 2024]["note"] == "修订：qingshan-2024为36"
    assert by["qingshan-2025", "deaths", 2024]["note"] == "与qingshan-2024一致"
    assert by["qingshan-2025", "deaths", 2025]["note"] == ""
    told = "\n".join(outcome.checks)
    assert "37 of qingshan-2025 revises qingshan-2024 (36)" in told
    assert "imply 36, which agrees with qingshan-2024" in told
    rows = held.rows[held.rows["region"].eq("qingshan") & held.rows["indicator"].eq("accidents")]
    levels = rows[rows["measure"].eq("level") & rows["status"].eq("actual")]
    assert levels.set_index(levels["period_end"].dt.year)["value"].to_dict() == {2024: 37, 2025: 30}


def test_the_trend_gets_the_new_year_and_the_comparison_takes_the_latest(twice):
    """The year that the second report implies is counted as one that disputes the revision."""
    data, *_ = twice
    held = tables.load(data)
    levels = annual.levels(held.rows, held.context_rows, "accidents", first_year=2019)
    mine = levels[levels["region"].eq("qingshan")].set_index("period_end")
    rated = derive.rates(derive.limits(held.rows), held.context_rows)
    kept = compare.comparable(rated, "accidents").rows.set_index("region")

    assert mine["value"].tolist() == [37, 30]
    assert mine["disputed"].tolist() == [1, 0]
    assert "qingshan" not in kept.index or kept.loc["qingshan", "period_end"].year == 2025


@pytest.mark.usefixtures("quick")
def test_the_order_in_which_reports_arrive_does_not_matter(folder, blank, twice, tmp_path):
    """The later report first: the same rows and notes, and accepting either again adds nothing."""
    data, *_ = twice
    second = later(folder, tmp_path)
    first = decided(blank, tmp_path / "first.xlsx")
    acceptance.accept(second, folder)
    acceptance.accept(first, folder)

    assert _rows(folder) == _rows(data)
    assert acceptance.accept(first, folder).files == ()
    assert acceptance.accept(second, folder).files == ()


def _rows(data):
    """The rows of the sixth region, whatever file they are in."""
    held = tables.load(data).observations
    mine = held[held["region"].eq("qingshan")].drop(columns="file")
    return sorted(map(str, mine.to_dict("records")))


def test_a_code_that_stands_for_another_period_is_refused(joined, blank, tmp_path):
    """A half-year report cannot replace the rows of the year under the same code."""
    data, *_ = joined

    def halve(book):
        for row in book["report"].iter_rows(min_row=2):
            if row[0].value == "period_end":
                row[1].value = "2024-06-30"

    with pytest.raises(TableError, match="qingshan-2024 is known with period_end 2024-12-31"):
        acceptance.accept(decided(blank, tmp_path / "half.xlsx", halve), data)


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
    assert {"E2", "F2", "G2", "J2", "K2", "L2", "M2"} <= lists
    assert row[column["role"] - 1].fill.fgColor.rgb != "00000000"


def test_the_workbook_is_the_same_for_the_same_text(found, blank):
    """Same input, same bytes."""
    assert review.workbook(found) == blank


def test_no_text_becomes_a_formula(tmp_path):
    """A report that prints what looks like a formula is still only text."""
    path = tmp_path / "evil.txt"
    path.write_text('=HYPERLINK("http://x")2024年总结\n=1+1发生事故12起。\n@12起\n', "utf-8")
    found = compiling.compiled(path, HERE.parent / "data", region="qingshan", period="2024")
    book = openpyxl.load_workbook(io.BytesIO(review.workbook(found)))

    kinds = {c.data_type for page in book.worksheets for row in page.iter_rows() for c in row}
    assert "f" not in kinds
    assert "\n=" not in compiling.as_csv(found)
    assert ",=1" not in compiling.as_csv(found)


def test_compile_prints_one_object_a_numeral(tmp_path):
    """The command's lines are JSON with the promised fields; talk goes to stderr."""
    arguments = [str(TEXT), "--region", "qingshan", "--project", str(HERE.parent)]
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
