"""Tables are replaced together, put back after a kill without losing edits, and undone."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from qingshan import DATA, TEXT, content
from qingshan import tables as copied

from analysis.cli.reports import accept as accept_command
from analysis.cli.reports import compile_
from analysis.errors import AnalysisError, UsageError
from analysis.reports import storage

NEW = {"reports.csv": b"x\n", "observations/new.csv": b"y\n", "units.csv": b"z\n"}


@pytest.fixture
def folder(tmp_path):
    """A copy of the real tables."""
    return copied(tmp_path)


def killed(folder, monkeypatch, at="units.csv"):
    """Replace tables until the process dies before it replaces *at*."""
    recover, replace = storage.recover, Path.replace

    def dying(self, target):
        if Path(target).name == at:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "recover", lambda root: root is None)
        patch.setattr(Path, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            storage.replace_all(folder, NEW)
    assert storage.recover is recover


def test_p28_an_edit_made_after_a_kill_is_never_lost(folder, monkeypatch):
    """P28: what the dead accept wrote goes back; what was edited since stays, and is named."""
    before = content(folder)
    killed(folder, monkeypatch)
    assert (folder / "reports.csv").read_bytes() == b"x\n"
    for name in ("units.csv", "themes.csv", "observations/new.csv"):
        with (folder / name).open("ab") as file:
            file.write(b"MY EDIT\n")

    with storage.alone(folder) as report:
        pass

    assert (folder / "reports.csv").read_bytes() == before[Path("reports.csv")]
    assert (folder / "themes.csv").read_bytes() == before[Path("themes.csv")] + b"MY EDIT\n"
    assert (folder / "units.csv").read_bytes() == before[Path("units.csv")] + b"MY EDIT\n"
    assert (folder / "observations" / "new.csv").read_bytes() == b"y\nMY EDIT\n"
    assert {text.en.split()[0]: "restored" in text.en for text in report} == {
        "reports.csv": True,
        "observations/new.csv": False,
        "units.csv": False,
    }
    assert not (folder / storage.STAGE).exists()


def test_p28_a_dry_run_recovers_nothing_but_says_so(folder, monkeypatch):
    """P28: no byte changes, the journal stays for the next accept."""
    killed(folder, monkeypatch)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    with storage.alone(folder, dry_run=True) as report:
        pass

    assert ["interrupted" in text.en for text in report] == [True]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


HASH = "0" * 64
JOURNALS = {
    "empty": b"",
    "torn": b'{"files": [{"na',
    "null": b"null",
    "number": b"5",
    "older": b'[["reports.csv", true]]',
    "name": b'{"files": [{"name": 5, "old": null, "new": null}]}',
    "outside": json.dumps(
        {"files": [{"name": "../precious.txt", "old": HASH, "new": None}]}
    ).encode(),
    "absolute": json.dumps({"files": [{"name": "/x.csv", "old": None, "new": HASH}]}).encode(),
    "no_table": json.dumps(
        {"files": [{"name": "originals/../precious.csv", "old": None, "new": HASH}]}
    ).encode(),
    "notebook": json.dumps({"files": [{"name": "x.ipynb", "old": None, "new": HASH}]}).encode(),
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", JOURNALS)
def test_p29_a_forged_or_torn_journal_touches_nothing(folder, tmp_path, kind):
    """P29: one line that says what to do; nothing inside or outside the tables changes."""
    stage = folder / storage.STAGE
    stage.mkdir()
    (stage / "journal.json").write_bytes(JOURNALS[kind])
    (stage / "old0").write_bytes(b"FORGED\n")
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"mine")
    before = content(folder)

    with pytest.raises(AnalysisError, match="is damaged") as refused, storage.alone(folder):
        pass

    assert "\n" not in str(refused.value)
    assert content(folder) == before
    assert precious.read_bytes() == b"mine"


@pytest.mark.parametrize("kind", ["old", "link"])
def test_p29_a_journal_cannot_bring_in_other_content(folder, tmp_path, kind):
    """P29: an old file that is not what the journal says, or a journal behind a link."""
    stage = folder / storage.STAGE
    target = tmp_path / "elsewhere" if kind == "link" else stage
    target.mkdir()
    now = storage._hash(folder, "reports.csv")
    entry = {"name": "reports.csv", "old": HASH, "new": now}
    (target / "journal.json").write_text(json.dumps({"files": [entry]}))
    (target / "old0").write_bytes(b"FORGED\n")
    before = content(folder)
    if kind == "link":
        stage.symlink_to(target)
        with storage.alone(folder):
            pass
        assert (target / "old0").exists()
    else:
        with pytest.raises(AnalysisError, match="is missing"), storage.alone(folder):
            pass

    assert content(folder) == before


def test_a_table_that_is_a_pipe_is_refused(folder):
    """Reading it would never end."""
    (folder / "units.csv").unlink()
    os.mkfifo(folder / "units.csv")

    with pytest.raises(UsageError, match="no plain file"):
        storage.replace_all(folder, NEW)


def test_undo_restores_the_tables_and_undoing_that_accepts_again(folder):
    """Both ways, file by file; a new file goes and comes back."""
    before = content(folder)
    storage.replace_all(folder, NEW)
    after = content(folder)

    storage.replace_all(folder, storage.undone(folder))
    assert content(folder) == before

    storage.replace_all(folder, storage.undone(folder))
    assert content(folder) == after


def test_undo_never_loses_an_edit(folder):
    """A table that has changed since is named, and nothing is undone; so is nothing to undo."""
    with pytest.raises(UsageError, match="nothing to undo"):
        storage.undone(folder)
    storage.replace_all(folder, NEW)
    (folder / "units.csv").write_bytes(b"edited\n")

    with pytest.raises(UsageError, match=r"changed since it was accepted: units\.csv"):
        storage.undone(folder)


def test_the_command_undoes_and_says_what(folder):
    """`accept --undo`, dry and for real; a workbook and --undo together are a misuse."""
    storage.replace_all(folder, NEW)
    options = ["--undo", "--project", str(folder.parent), "--language", "en"]

    dry = CliRunner().invoke(accept_command, [*options, "--dry-run"])
    assert (folder / "reports.csv").read_bytes() == b"x\n"
    done = CliRunner().invoke(accept_command, options)

    again = CliRunner().invoke(accept_command, options)
    assert again.exit_code != 0
    assert "nothing to undo" in str(again.exception)
    assert "would undo: observations/new.csv, reports.csv, units.csv" in dry.stderr
    assert "undone: observations/new.csv" in done.stderr
    assert (folder / "reports.csv").read_bytes() == (DATA / "reports.csv").read_bytes()
    assert CliRunner().invoke(accept_command, []).exit_code == 2


OUTPUTS = {
    "a table": "data/reports.csv",
    "a new file among the tables": "data/observations/new.jsonl",
    "a file that is something else": "notes.txt",
    "a link to a table": "link.jsonl",
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_p30_compile_replaces_nothing_that_is_not_its_own(folder, tmp_path, kind):
    """P30: tables and strangers' files are refused, and stay."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "link.jsonl").symlink_to(folder / "reports.csv")
    before = content(tmp_path)
    words = [str(TEXT), "--region", "qingshan", "--project", str(tmp_path)]

    done = CliRunner().invoke(compile_, [*words, "--output", str(tmp_path / OUTPUTS[kind])])

    assert isinstance(done.exception, UsageError)
    assert content(tmp_path) == before


def test_p30_compile_replaces_its_own_output(tmp_path):
    """P30: JSON lines and CSV are renewed; a workbook that may be filled in is kept beside."""
    data = tmp_path / "data"
    data.mkdir()
    for name, text in {
        "a.jsonl": '{"start": 3, "end": 7, "raw": "2',
        "b.csv": "start,end,raw,",
    }.items():
        (tmp_path / name).write_text(text)
        storage.make_room(tmp_path / name)
    storage.make_room(tmp_path / "new.csv")
    workbook = tmp_path / "c.xlsx"
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "review"
    book.save(workbook)
    storage.make_room(workbook)

    assert (tmp_path / "c.xlsx.bak").read_bytes() == workbook.read_bytes()
    book.active.title = "mine"
    book.save(workbook)
    with pytest.raises(UsageError, match="no output of `compile`"):
        storage.make_room(workbook)


@pytest.mark.parametrize("region", ["../../x", "/etc", "a b", "x\n", "A", "1a", "安徽"])
def test_p30_the_code_of_a_region_is_a_word(region):
    """P30: it becomes the name of files."""
    words = [str(TEXT), "--region", region, "--project", str(DATA.parent)]

    assert isinstance(CliRunner().invoke(compile_, words).exception, UsageError)
