"""The commands about the tables: results on stdout, talk on stderr, and true exit codes."""

import json
import shutil
from pathlib import Path

import minimal
import pytest
from click.testing import CliRunner

from analysis.cli.main import main
from analysis.comparability.families import selections
from analysis.figures.source import load
from analysis.tables import descriptor

ROOT = Path(__file__).parents[2]
COMMANDS = ("check", "describe", "verify", "explain", "compare")


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A small invented project, described."""
    root = tmp_path_factory.mktemp("east")
    descriptor.describe(minimal.project(root), selections)
    return root


@pytest.fixture
def east(described, tmp_path):
    """A copy of it, to be changed."""
    return Path(shutil.copytree(described, tmp_path / "project"))


def call(*words):
    """Call the command line in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command):
    """The example names the command."""
    shown = call(command, "--help")

    assert shown.exit_code == 0
    assert f"  regional-safety {command}" in shown.stdout.split("Example:")[1]


def test_check_passes_the_real_tables():
    """Contracts, keys and descriptor."""
    shown = call("check", "--project", ROOT)

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "no fault" in shown.stderr


def test_check_tells_every_fault_on_stdout(east):
    """And how many on stderr; the code is 1."""
    minimal.plant(east / "data" / "regions.csv", 3, "level", "town")
    minimal.plant(east / "data" / "observations" / "east.csv", 2, "value", "43")

    shown = call("check", "--project", east)

    assert shown.exit_code == 1
    assert shown.stderr == "4 faults\n"
    places = [line.split(": found")[0] for line in shown.stdout.splitlines()]
    assert places == [
        "observations/east.csv",
        "observations/east.csv, line 2, column value",
        "regions.csv",
        "regions.csv, line 3, column level",
    ]


def test_check_writes_json_and_nothing_else(east):
    """One object a fault."""
    minimal.plant(east / "data" / "regions.csv", 3, "level", "town")

    shown = call("check", "--json", "--project", east)

    faults = json.loads(shown.stdout)
    assert {"file", "line", "column", "found", "rule", "remedy"} == set(faults[0])
    assert shown.exit_code == 1


def test_check_says_what_it_repaired(east):
    """A repair is no fault, but the file is not the one described."""
    minimal.plant(east / "data" / "observations" / "east.csv", 3, "value", "４５")

    shown = call("check", "--project", east)

    assert "repaired: observations/east.csv, line 3, column value" in shown.stderr
    assert "other content" in shown.stdout or "bytes are described" in shown.stdout


def test_describe_renews_and_says_what_changed(east):
    """Then the tables pass again."""
    minimal.plant(east / "data" / "themes.csv", 2, "name_en", "Results")
    assert call("check", "--project", east).exit_code == 1

    shown = call("describe", "--project", east)

    assert shown.exit_code == 0
    assert shown.stdout.strip().endswith("datapackage.json")
    assert "description updated: themes.csv" in shown.stderr
    assert call("check", "--project", east).exit_code == 0


def test_verify_proves_or_tells(east):
    """What was proved, or each disagreement with its line."""
    words = ("verify", "--project", east, "--originals", east / "originals")

    passed = call(*words)
    minimal.plant(east / "data" / "observations" / "east.csv", 3, "evidence", "死亡45人、受伤")
    minimal.plant(east / "data" / "commitments.csv", 2, "start", "1")
    failed = call(*words)

    assert passed.exit_code == 0
    assert "8 rows: numeral, printed text, evidence, value and sign" in passed.stdout
    assert failed.exit_code == 1
    assert "observations/east.csv, line 3, column evidence" in failed.stdout
    assert failed.stderr == "2 faults\n"


def test_verify_without_originals_is_a_misuse(east):
    """The message says where they should lie."""
    shown = call("verify", "--project", east)

    assert shown.exit_code == 2
    assert "give --originals DIR" in shown.stderr


def test_verify_skips_originals_that_are_not_there(tmp_path):
    """One of two: no fault, and the message names it."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("originals", ".*"))
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "anhui.txt").write_bytes(b"\xff")

    shown = call("verify", "--project", tmp_path, "--originals", folder)

    assert shown.exit_code == 1
    assert "no original that can be read" in shown.stdout
    assert "4 originals are not there and were skipped" in shown.stderr
    assert shown.stderr.endswith("1 fault\n")


def test_explain_writes_the_explanation(east):
    """In the language asked for, with the sentence where the original is."""
    words = ("east", "deaths", "2024", "--project", east, "--originals", east / "originals")

    shown = call("explain", *words, "--language", "en")

    assert shown.exit_code == 0
    assert shown.stdout.startswith("East · Deaths · 2024: 45 people")
    assert "  sentence: " in shown.stdout
    assert "\x1b[" not in shown.stdout


def test_every_door_says_that_a_value_was_changed_against_its_evidence(east):
    """The commands within their first lines, and `load` as a warning."""
    minimal.plant(east / "data" / "observations" / "east.csv", 2, "value", "43")

    explained = call("explain", "east", "deaths", "--project", east, "--language", "en").stdout
    compared = call("compare", "east", "--project", east, "--language", "en").stdout
    decked = call("deck", "--dry-run", "--project", east, "--language", "en").stderr
    with pytest.warns(UserWarning, match="The tables fail `check`") as warned:
        load(east / "data")

    for text in (explained, compared, decked, str(warned[0].message)):
        assert "observations/east.csv, line 2, column value: found 43" in text[:600]


def test_explain_takes_names(east):
    """In Chinese and in English."""
    told = [
        call("explain", *words, "--project", east).stdout
        for words in (("east", "deaths"), ("东区", "死亡人数"), ("East", "Deaths"))
    ]

    assert told[0]
    assert told == [told[0]] * 3


def test_explain_tells_a_year_from_another_publication(east):
    """Whose 48 deaths of 2023 no report says."""
    shown = call("explain", "east", "deaths", "2023", "--project", east, "--language", "en")

    assert shown.stdout.startswith("East · Deaths · 2023: 48 people\n  printed: “死亡48人”")
    assert "统计局《公报》, from its publisher; another publication" in shown.stdout


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("east", "death"), "did you mean deaths"),
        (("west", "deaths"), "did you mean east"),
        (("east", "deaths", "2025"), "there are figures of 2023–2024"),
        (("east", "deaths", "--language", "fr"), "'fr' is not one of 'zh', 'en'"),
    ],
)
def test_explain_refuses_unknown_words_with_2(east, words, near):
    """Naming the nearest."""
    shown = call("explain", *words, "--project", east)

    assert (shown.exit_code, shown.stdout) == (2, "")
    assert near in shown.stderr


def test_a_simulation_takes_no_folder_with_other_files(tmp_path):
    """It would hide them from git, and stand beside tables of the same names."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")

    refused = CliRunner().invoke(main, ["simulate", "--output", str(tmp_path)])

    assert refused.exit_code == 2
    assert (tmp_path / ".gitignore").read_text() == "mine"
    assert len([*tmp_path.iterdir()]) == 2
