"""Output goes to streams that always work, and no terminal obeys what a file says."""

import io
import os
import subprocess
import sys

import pytest
from small import Project

from analysis.cli import streams


@pytest.fixture
def project(tmp_path):
    """A small project of one job."""
    project = Project(tmp_path / "project")
    project.jobs("draw")
    return project


def shell(project, line: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell line, with RS as the command."""
    command = line.replace("RS", f"'{sys.executable}' -m analysis")
    return subprocess.run(
        ["sh", "-c", command],
        cwd=project.root,
        capture_output=True,
        check=False,
        env=os.environ | variables,
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_p32_a_closed_stream_changes_nothing(project, closed):
    """P32: the figures are made and the exit code is that of the run; nothing is said."""
    done = shell(project, f"RS run {closed}")

    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stdout + done.stderr
    assert list(project.drawn()) == ["draw/line.svg"]
    assert project.rubbish() == []


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_p32_a_closed_stream_keeps_the_exit_code_of_a_failure(project, closed):
    """P32: 1 and 2 as with open streams."""
    project.notebook("draw", "1 / 0")

    assert shell(project, f"RS run {closed}").returncode == 1
    assert shell(project, f"RS run no-such-job {closed}").returncode == 2


def test_p32_a_full_device_or_another_encoding_gives_no_traceback(project):
    """P32: output to a full disk, and Chinese to a terminal that knows ASCII only."""
    assert b"Traceback" not in shell(project, "RS run >/dev/full").stderr
    told = shell(project, "RS plan --language zh", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert told.returncode == 0, told.stderr
    assert b"Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("limit", "cause"), [("-n 12", "Too many open files"), ("-f 1", "File too large")]
)
def test_p32_a_limit_of_the_shell_is_a_clean_failure(project, limit, cause):
    """P32: too few open files, or too small ones: said in a line, and nothing stays behind."""
    done = shell(project, f"ulimit {limit}; RS run")

    assert done.returncode == 1
    assert cause in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert project.drawn() == {}
    assert project.rubbish() == []


def test_p33_a_control_character_of_a_file_is_escaped(project):
    """P33: the error of a notebook, printed and stored, cannot rule a terminal."""
    signs = ["\x1b[2J", "\x9b2J", "\x07", "\x08\x08", "\x7f", "\r", "\u2028", "\u202e", "\u2066"]
    raised = "".join(f"a{sign}b" for sign in signs)
    project.notebook("draw", f"raise ValueError({raised!r})")

    done = shell(project, "RS run").stderr.decode()
    status = shell(project, "RS status").stdout.decode()

    assert [sign for sign in signs if f"a\\u{ord(sign[0]):04x}" not in done] == []
    assert [sign for sign in signs if sign[0] in done + status] == []


def test_p33_line_breaks_tabs_and_the_bar_pass():
    """P33: what the program itself writes is left alone."""
    sink = io.StringIO()
    stream = streams.Harmless(sink)

    for text in ("a\tb\n", streams.CLEAR, "安 é 😀", "\x1b[31m"):
        stream.write(text)

    assert sink.getvalue() == f"a\tb\n{streams.CLEAR}安 é 😀\\u001b[31m"
