"""What ``run --notify`` calls, when, and how its failure is reported."""

import json
import shlex
import shutil
import sys
import time

import pytest
from small import TABLE, Project, environment, gone, hanging

from analysis.runs import notification

SAVE = "import sys; open('notices.jsonl', 'a', encoding='utf-8').write(sys.stdin.read() + '\\n')"
COMMAND = shlex.join([sys.executable, "-c", SAVE])
OTHER = TABLE.replace("2023-12-31,42", "2023-12-31,43")
HANGS = """\
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "300"])
open(os.environ["HANGS"], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(300)
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A small project whose figures are up to date; making them is no change."""
    project = Project(tmp_path_factory.mktemp("finished") / "project")
    project.run("--quiet", "--notify", COMMAND)
    assert notices(project) == []
    return project


@pytest.fixture
def project(finished, tmp_path):
    """A copy of it."""
    return Project.at(shutil.copytree(finished.root, tmp_path / "project"))


def notices(project):
    """The summaries that the command was given."""
    path = project.root / "notices.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def test_a_changed_value_is_notified_once(project):
    """With its name, both values and the reason; the next run has nothing to notify."""
    project.table(OTHER)
    project.run("--notify", COMMAND)
    project.run("--notify", COMMAND)

    (notice,) = notices(project)

    assert notice["code"] == 0
    assert sorted(notice["done"]) == ["draw-en-deaths", "draw-zh-deaths"]
    assert (notice["failed"], notice["late"], notice["refused"]["en"], notice["page"]) == (
        [],
        [],
        "",
        "",
    )
    assert notice["changed"] == [
        {
            "kind": "changed",
            "name": {"zh": "east 2023年12月31日 deaths", "en": "east, at 31 Dec 2023: deaths"},
            "before": {"zh": "42", "en": "42"},
            "after": {"zh": "43", "en": "43"},
            "why": {
                "zh": "数据表observations/east已变",
                "en": "table observations/east changed",
            },
        }
    ]
    assert notice["run"] in (project.figures / "runs.jsonl").read_text("utf-8")


def test_changed_bytes_are_not_notified(project):
    """A notebook that draws the same values another way, and a table with a line of no job."""
    path = project.root / "notebooks" / "draw.ipynb"
    path.write_text(path.read_text("utf-8").replace("polyline", "polygon"), "utf-8")
    before = project.drawn()
    project.run("--notify", COMMAND)

    assert project.drawn() != before
    assert notices(project) == []


def test_a_dry_run_notifies_nobody(project):
    """It changes nothing."""
    project.table(OTHER)
    project.run("--dry-run", "--notify", COMMAND)

    assert notices(project) == []


def test_the_command_may_be_in_the_plan(project):
    """A list of words; that of the command line goes before it."""
    words = json.dumps([sys.executable, "-c", SAVE])
    path = project.root / "plan.toml"
    path.write_text(f"notify = {words}\n{path.read_text('utf-8')}", "utf-8")
    project.table(OTHER)
    project.run()

    assert len(notices(project)) == 1


def test_a_failed_job_is_notified_with_its_cause(project):
    """Every time that it fails."""
    project.notebook("bad", "1 / 0")
    project.jobs("bad")
    done = project.call("run", "--notify", COMMAND)

    (notice,) = notices(project)
    assert (done.returncode, notice["code"], notice["done"]) == (1, 1, [])
    (failure,) = notice["failed"]
    assert failure["job"] == "bad"
    assert failure["cause"]["zh"].startswith("ZeroDivisionError")


def test_tables_that_are_refused_are_notified(project):
    """Nothing ran, and somebody has to correct a table."""
    project.table("indicator\ndeaths\naccidents\n", "indicators")
    project.table(OTHER)
    done = project.call("run", "--notify", COMMAND)

    (notice,) = notices(project)
    assert done.returncode != 0
    assert "indicators" in notice["refused"]["en"]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("no-such-command now", "notify  no-such-command now did not start: No such file"),
        ("sh -c 'echo first >&2; echo no route >&2; exit 6'", "failed with exit code 6: no route"),
    ],
)
def test_a_failed_command_is_one_line_and_no_failed_run(project, command, line):
    """The figures and the exit code are those of a run without it; --quiet prints it, too."""
    project.table(OTHER)
    done = project.call("run", "--quiet", "--notify", command)

    assert done.returncode == 0
    (printed,) = done.stderr.splitlines()
    assert line in printed
    assert project.record("draw-zh-deaths")["figures"][0]["rows"][1]["value"] == 43.0


def test_a_command_that_does_not_read_its_input_succeeds(project):
    """A flag is enough for some."""
    project.table(OTHER)
    done = project.call("run", "--quiet", "--notify", "true")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path, monkeypatch):
    """Although it ignores the signal that asks it to stop."""
    monkeypatch.setattr(notification, "DEADLINE", 2.0)
    monkeypatch.setenv("HANGS", str(tmp_path / "pids"))
    began = time.monotonic()
    cause = notification.send([sys.executable, "-c", HANGS], {"run": "x" * 1_000_000}, tmp_path)

    assert cause.en.endswith("was ended: it took longer than 2 s, or the run was stopped")
    assert time.monotonic() - began < 20
    assert all(gone(pid) for pid in hanging(tmp_path / "pids"))


def test_a_signal_ends_a_run_that_waits_for_its_command(project, tmp_path):
    """The run was finished: its exit code stays."""
    project.table(OTHER)
    command, path = shlex.join([sys.executable, "-c", HANGS]), tmp_path / "pids"
    run = project.start("run", "--notify", command, env=environment(HANGS=str(path)))
    pids = hanging(path)
    run.terminate()
    _, errors = run.communicate(timeout=60)

    assert run.returncode == 0
    assert "was ended" in errors
    assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize("words", ["'open", "", "  "])
def test_a_command_that_is_no_words_is_refused_before_the_run(project, words):
    """Usage, exit code 2."""
    done = project.call("run", "--notify", words)

    assert done.returncode == 2
    assert "is no command" in done.stderr
