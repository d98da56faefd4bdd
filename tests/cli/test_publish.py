"""The commands of publications: what they write, list and refuse."""

import os
import shutil

import pytest
from click.testing import CliRunner
from publications import written

from analysis.cli.main import main


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with figures."""
    return written(tmp_path_factory.mktemp("project")).parent


def run(*arguments):
    """The result of a command."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def files(folder):
    """Every file below a folder with its content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("more", [(), ("--brief",), ("--select", "trend-deaths"), ("--all",)])
def test_a_dry_run_writes_nothing(project, more):
    """It prints where the deck would be and how large."""
    before = files(project)

    result = run("deck", *more, "--project", project, "--dry-run")

    assert result.exit_code == 0, result.output
    assert "not written" in result.output
    assert files(project) == before


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "字节，未写入"), ("en", "bytes, not written")]
)
def test_a_dry_run_prints_in_the_language_of_the_reader(project, monkeypatch, language, told):
    """Not in that of the document."""
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", language)

    for command in ("deck", "report"):
        assert told in run(command, "--project", project, "--dry-run").output


def test_what_is_overwritten_is_kept(project, tmp_path):
    """As .bak, unless it is the same."""
    path = tmp_path / "deck.pptx"
    path.write_bytes(b"of the author")

    for _ in range(2):
        run("deck", "trend-deaths", "--project", project, "--output", path)

    assert path.with_name("deck.pptx.bak").read_bytes() == b"of the author"
    assert path.read_bytes().startswith(b"PK")


def test_figures_are_listed_with_their_titles(project):
    """By the names that the other commands take."""
    result = run("figures", "--project", project, "--language", "en")

    titles = dict(line.split(None, 1) for line in result.output.splitlines())
    assert titles["coverage-shared-1"] == titles["trend-deaths"] == "The fall is within chance"
    chosen = run("figures", "trend-*", "--project", project, "--language", "zh", "--json")
    assert '"name": "trend-deaths"' in chosen.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--select",), "names of figures"),
        (("--all", "trend-deaths"), "--all is every figure"),
        (("--about", "deaths"), "belong to --brief"),
        (("--title", "x"), "belong to --brief"),
        (("--update", "x.pptx", "--brief"), "leave out brief"),
        (("nothing-like-it",), "no figure is called"),
    ],
)
def test_contradictions_are_refused(project, arguments, words):
    """With exit status 2, and nothing written."""
    before = files(project)

    result = run("deck", *arguments, "--project", project)

    assert result.exit_code == 2
    assert words in result.output
    assert files(project) == before


def test_an_update_ends_with_a_line_of_numbers(project, tmp_path):
    """How many slides were renewed, kept and not found."""
    path = tmp_path / "deck.pptx"
    run("deck", "--language", "en", "--project", project, "--output", path)

    result = run("deck", "--update", path, "--project", project)

    assert result.output.splitlines()[-1].startswith("0 updated, 0 kept, 0 not found")


def test_a_mark_is_traced(project):
    """By the name of a figure."""
    result = run("trace", "trend-deaths-en", "--project", project)

    assert result.exit_code == 0, result.output
    assert "trend-deaths-en" in result.output
    assert run("trace", "trend-deths-en", "--project", project).exit_code == 2


@pytest.mark.parametrize("command", [["deck", "trend-*"], ["workbook"], ["report"]])
@pytest.mark.parametrize("name", ["data/reports.csv", "data/new.pptx", "link", "pipe"])
def test_p30_an_output_is_not_written_among_the_tables(project, tmp_path, command, name):
    """P30: nor through a link to them, and no command waits for a pipe."""
    tables = project / "data"
    tables.mkdir(exist_ok=True)
    (tables / "reports.csv").write_text("report\n")
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(tables / "reports.csv")
    os.mkfifo(pipe)
    target = {"link": link, "pipe": pipe}.get(name, project / name)
    before = files(tables)

    try:
        refused = run(*command, "--project", project, "--output", target)
        assert refused.exit_code == 2
        assert refused.exception is not None
        assert files(tables) == before
        assert link.is_symlink()
        assert pipe.is_fifo()
    finally:
        shutil.rmtree(tables)
