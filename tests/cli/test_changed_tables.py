"""A value changed against its evidence is said by every door within its first lines."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from publications import written

import analysis as rs
from analysis.cli.main import main
from analysis.explore import trace
from analysis.tables import load

DATA = Path(__file__).parents[2] / "data"
DOUBT = "observations/chuxiong.csv, line {line}, column value: found 46"


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A project with figures, in whose tables 45 deaths became 46 since."""
    root = tmp_path_factory.mktemp("project")
    written(root)
    shutil.copytree(DATA, root / "data", ignore=shutil.ignore_patterns("originals"))
    path = root / "data" / "observations" / "chuxiong.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    (at,) = [n for n, line in enumerate(lines) if ",deaths,," in line and ",=,45," in line]
    lines[at] = lines[at].replace(",=,45,", ",=,46,")
    path.write_text("".join(lines), "utf-8")
    return root, DOUBT.format(line=at + 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("explain", "chuxiong", "deaths"),
        ("compare", "chuxiong", "nantong", "deaths"),
        ("deck", "trend-deaths", "--dry-run"),
        ("report",),
        ("workbook",),
        ("site",),
        ("figures",),
        ("trace", "trend-deaths-en"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_says_it_first(changed, arguments, tmp_path):
    """In the language of the output, before anything else."""
    root, doubt = changed
    output = {"report": "a.docx", "workbook": "a.xlsx"}.get(arguments[0])
    more = ("--output", str(tmp_path / output)) if output else ()
    asked = [*arguments, *more, "--project", str(root), "--language", "en"]

    said = CliRunner().invoke(main, asked).output

    assert doubt in "\n".join(said.splitlines()[:3]), said


def test_a_chinese_reader_is_told_in_chinese(changed):
    """The line, the column and the rule; nothing of it is English."""
    root, _ = changed
    asked = ["explain", "楚雄", "死亡人数", "--project", str(root), "--language", "zh"]

    said = CliRunner().invoke(main, asked).output

    assert "行“value”列：46：" in said
    assert "found" not in "".join(said.splitlines()[:4])


@pytest.mark.parametrize("name", ["deck", "report"])
def test_an_update_says_it_too(changed, name, tmp_path, monkeypatch):
    """In the reader's language, whatever the language of the document."""
    root, doubt = changed
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "en")
    path = tmp_path / f"{name}.{'pptx' if name == 'deck' else 'docx'}"
    assert (
        CliRunner().invoke(main, [name, "--output", str(path), "--project", str(root)]).exit_code
        == 0
    )

    result = CliRunner().invoke(main, [name, "--update", str(path), "--project", str(root)])

    assert result.exit_code == 0, result.output
    assert doubt in "\n".join(result.stderr.splitlines()[:3])


def test_a_run_refuses_it_before_any_job(changed, tmp_path):
    """No figure is made of tables that fail their check."""
    root = Path(shutil.copytree(changed[0], tmp_path / "copy"))
    shutil.copytree(DATA.parent / "notebooks", root / "notebooks")
    (root / "plan.toml").write_text('[[job]]\nnotebook = "6_coverage"\n', "utf-8")

    said = CliRunner().invoke(main, ["run", "--json", "--project", str(root)])

    events = [json.loads(line) for line in said.stdout.splitlines()]
    assert said.exit_code == 1, said.output
    assert "start" not in {event["event"] for event in events}
    assert changed[1] in said.output
    for words in (["status"], ["plan"], ["run", "--dry-run"]):
        state = CliRunner().invoke(main, [*words, "--project", str(root), "--language", "en"])
        assert changed[1] in "\n".join(state.output.splitlines()[:3])


def test_an_older_figure_says_what_its_value_is_now(changed, tmp_path, monkeypatch):
    """Drawn with 45 and not again since the table has 46; in the language asked for."""
    root = Path(shutil.copytree(changed[0], tmp_path / "copy"))
    rows = load.load(root / "data").rows
    row = rows["indicator"].eq("deaths") & rows["value"].eq(46)
    path = root / "figures" / "manifest.json"
    drawn = path.read_text("utf-8").replace("chuxiong-deaths-2024", rows.loc[row, "id"].item())
    path.write_text(drawn, "utf-8")
    monkeypatch.setattr(trace.Ledger, "_tables", lambda *_: ["observations/chuxiong"])
    asked = ["trace", "trend-deaths-zh", "--project", str(root), "--language", "en"]

    said = CliRunner().invoke(main, asked).output.splitlines()

    at = said.index("  1 value changed, table observations/chuxiong changed")
    assert said[at + 1].startswith("  Chuxiong, 2024: Deaths")
    assert ": 45 " in said[at + 1]
    assert "→ 46" in said[at + 1]


def test_the_prompt_warns(changed, monkeypatch):
    """When tables are loaded, and by a call that loads them itself."""
    root, doubt = changed
    monkeypatch.chdir(root)

    with pytest.warns(UserWarning, match=doubt):
        rs.load()
    with pytest.warns(UserWarning, match=doubt):
        rs.coverage(language="en")
    with pytest.warns(UserWarning, match="The tables fail"):
        rows = rs.load().rows
    said = rows.safety.why("chuxiong", "deaths", language="en").splitlines()
    assert doubt in "\n".join(said[:4])


def test_a_value_that_stands_out_is_a_note_of_check(tmp_path):
    """Of a table that has changed, and on standard error; the figure may be right."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("originals"))
    asked = ["check", "--project", str(tmp_path), "--language", "en"]
    assert "look again" not in CliRunner().invoke(main, asked).output
    path = tmp_path / "data" / "observations" / "chuxiong.csv"
    *lines, before, last = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, last, before]), "utf-8")

    checked = CliRunner().invoke(main, asked)

    (note,) = [line for line in checked.stderr.splitlines() if line.startswith("look again: ")]
    assert note.startswith(
        "look again: Chuxiong, 2024: Direct economic loss from natural disasters ("
    )
    assert note.endswith(" 237,600 yuan, 14.85 times the year before (16,000 yuan)")
    assert "look again" not in checked.stdout


def test_no_brief_mixes_old_figures_with_new_tables(changed, monkeypatch):
    """Its findings would have other numbers, and its titles be those of other regions."""
    root, _ = changed
    path = root / "brief.pptx"
    about = ["--about", "chuxiong", "--project", root]
    first = ["deck", "--brief", *about, "--output", path]
    assert CliRunner().invoke(main, [str(word) for word in first]).exit_code == 0
    before = path.read_bytes()
    monkeypatch.setattr(trace.Ledger, "stale", lambda _: True)

    for command in (
        ["deck", "--brief", *about],
        ["report", *about],
        ["deck", "--update", path, "--project", root],
    ):
        result = CliRunner().invoke(main, [str(word) for word in command])
        assert result.exit_code == 1
        assert "`run` first" in result.stderr
    assert path.read_bytes() == before
