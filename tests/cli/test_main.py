"""The command line: words in, exit codes out."""

import os

import pytest
from click.testing import CliRunner
from small import Project, finished

from analysis.cli.main import main
from analysis.errors import AnalysisError, BusyError, TableError, UsageError


@pytest.fixture
def call(tmp_path):
    """Call the command line on a small project, in this process."""
    project = Project(tmp_path / "project")

    def called(*words):
        return CliRunner().invoke(main, [*words, "--project", str(project.root)])

    return called


def test_plan_shows_every_job_and_why_it_is_stale(call):
    """One line a job."""
    shown = call("plan", "draw-zh-*")

    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [
        "draw-zh-deaths: never made",
        "draw-zh-accidents: never made",
    ]


def test_an_unknown_job_is_a_misuse(call):
    """Exit code 2, with the nearest name, on standard error."""
    shown = call("run", "draw-zh-deth", "--dry-run")

    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert "did you mean draw-zh-deaths" in shown.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (BusyError("x"), 75),
        (TableError([]), 1),
        (AnalysisError("x"), 1),
        (OSError(28, "No space left on device", "x"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_error_has_its_exit_code(call, monkeypatch, error, code):
    """Raised on purpose, told in one message, never as a traceback."""

    def fails(*_):
        raise error

    monkeypatch.setattr("analysis.runs.plan.load", fails)

    shown = call("plan")

    assert shown.exit_code == code
    assert "Traceback" not in shown.output


@pytest.mark.skipif(os.name == "nt", reason="pipes that break are told otherwise there")
def test_a_reader_that_has_seen_enough_is_no_error_to_tell(tmp_path):
    """As with any other program before ``| head``."""
    project = Project(tmp_path / "project")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        shown = finished(project.start("plan", stdout=nobody))

    assert shown.stderr == ""
