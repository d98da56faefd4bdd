"""What is refused before any work, told so that a person or a machine can act (P17, P20-P25)."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import nbformat
import openpyxl
import pytest
from small import FOUR, RECORD, SKETCH, START, TABLE, Project

from analysis.errors import Fault, TableError, UsageError
from analysis.language.messages import say
from analysis.runs import plan, runner, worker
from analysis.tables import csv_file

ROOT = Path(__file__).parents[2]


def refusal(project: Project) -> str:
    """What planning says about the project; it must refuse."""
    with pytest.raises(UsageError) as refused:
        plan.load(plan.Project(project.root))
    return str(refused.value)


EACH = '[[job]]\nnotebook = "draw"\neach = { %s }\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[job]]\nnotebook = "drwa"\n', "notebook 'drwa' is not known; did you mean draw?"),
        ('[[job]]\nnotbook = "draw"\n', "key 'notbook' is not known; did you mean notebook"),
        ("[[job]\n", "is not TOML"),
        (EACH % 'langauge = ["zh"]', "parameter 'langauge' is not known; did you mean language"),
        (EACH % 'language = ["fr"]', "language 'fr' is not known; did you mean zh, en?"),
        (EACH % "language = [1]", "language = 1 is a int, but str is declared"),
        (EACH % "first_year = [1066]", "first_year = 1066 is outside 1990-2100"),
        (EACH % 'first_year = ["2020"]', "first_year = '2020' is a str, but int is declared"),
        (EACH % "first_year = [true]", "first_year = True is a bool, but int is declared"),
        (EACH % 'indicator = ["deathz"]', "indicator 'deathz' is not known; did you mean deaths"),
        (EACH % 'indicator = "shared"', "selection 'shared' is not known; did you mean shared_in"),
        (EACH % "indicator = [[1]]", "must be text, a number, true or false"),
        (EACH % "indicator = []", "must be a list of values"),
        ('[[job]]\nnotebook = "draw"\nreads = ["regoins"]\n', "table 'regoins' is not known; did"),
        ('[[job]]\nnotebook = "draw"\nreads = ["{region}"]\n', "parameter 'region' is not known"),
        ('[[job]]\nnotebook = "draw"\nexecutor = "rocket"\n', "executor 'rocket' is not known"),
    ],
)
def test_p17_what_is_missing_or_wrong_is_named(project, text, told):
    """P17: one line that names the nearest thing that would do, before anything starts."""
    project.notebook(
        "draw", parameters='language: str = "zh"\nfirst_year: int = 2020\nindicator = ""'
    )
    project.table("indicator\ndeaths\n", "indicators")
    project.table("region\n", "regions")
    (project.root / "data" / "datapackage.json").write_text('{"selections": {"shared_ind": []}}')
    project.plan(text)

    assert told in refusal(project)
    assert "\n" not in refusal(project)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not json", "is not a notebook"),
        (b"<<<<<<< HEAD\n{}\n=======\n", "merge-conflict markers"),
        (b"[]", "is not a notebook of format 4"),
        (b'{"cells": [], "metadata": {}}', "no cell tagged 'parameters'"),
    ],
)
def test_p17_what_is_no_notebook_is_said_so(project, content, told):
    """P17: not JSON, merge markers, another shape, no tagged cell."""
    (project.root / "notebooks" / "draw.ipynb").write_bytes(content)

    assert told in refusal(project)


def test_p17_a_kernel_that_is_not_installed_is_named(project):
    """P17: with exit code 2 and no kernel started."""
    project.notebook("draw", START, kernel="python33")
    project.jobs("draw")

    refused = project.call("run")

    assert refused.returncode == 2
    assert "draw.ipynb: kernel 'python33' is not known; did you mean python3?" in refused.stderr
    assert not (project.figures / "failed").exists()


def test_p17_without_ipykernel_stock_kernels_are_refused(project, monkeypatch):
    """P17: said with the command that mends it."""
    project.jobs("draw", executor="kernel")
    jobs = plan.load(plan.Project(project.root)).jobs
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(UsageError, match="pip install ipykernel"):
        runner._require_kernels(jobs)


def test_p17_a_warm_module_that_is_missing_is_named(project):
    """P17: the plan asks the warm process to import what is not there."""
    project.plan('warm = ["no_such_module"]\n\n' + FOUR)

    refused = project.call("run")

    assert refused.returncode == 2
    assert "plan.toml warms no_such_module, which cannot be imported" in refused.stderr
    assert project.rubbish() == []


@pytest.mark.parametrize(
    "value",
    ["../../x", "/etc/passwd", "a\x00b", "a\nb", "x" * 1_000_000, '"; import os', ".."],
)
def test_p22_a_value_can_neither_run_code_nor_leave_the_folder(project, value):
    """P22: a path, a line break, a NUL or a megabyte is no value."""
    project.plan(EACH.replace("%s", f"indicator = [{json.dumps(value)}]"))

    refusal(project)


@pytest.mark.parametrize("name", ["x; import os", "x\\ny", "__class__", "x.__class__", "{x}"])
def test_p22_a_parameter_name_is_never_code(project, name):
    """P22: only declared names pass, and papermill's own check is not relied on."""
    project.plan(EACH.replace("%s", f'"{name}" = ["1"]'))

    assert "is not known" in refusal(project)


def test_p22_quotes_and_braces_reach_the_notebook_as_they_are(project):
    """P22: a value that looks like code or a template is only text."""
    value = "'); {0.__class__} %s $HOME ('"
    project.notebook("draw", f"assert indicator == {value!r}", START, SKETCH, RECORD)
    project.plan(f'[[job]]\nnotebook = "draw"\neach = {{ indicator = [{json.dumps(value)}] }}\n')

    project.run()

    assert (project.figures / f"draw-{value}" / "line.svg").exists()


def test_p24_a_pipe_gets_plain_lines(project):
    """P24: no bar and no colour where nobody watches; results and talk on two streams."""
    done = project.call("run")

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)
    assert done.stdout.startswith("4 done in")
    assert len(done.stderr.splitlines()) == 5


def test_p24_json_is_all_that_is_said_with_json(project):
    """P24: one event a line, and nothing else."""
    project.notebook("bad", START, "print('noise'); 1 / 0")
    project.plan(FOUR + '\n[[job]]\nnotebook = "bad"\n')

    done = project.call("run", "--json")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    kinds = [event["event"] for event in events]
    assert (kinds[0], kinds[-1]) == ("run", "end")
    assert kinds.count("done") == 4
    assert kinds.count("failed") == 1


def test_p24_quiet_says_only_what_failed(project):
    """P24: cron mails what is said, so a good run says nothing."""
    assert project.call("run", "--quiet").stderr == ""

    project.notebook("draw", START, "1 / 0")

    assert project.call("run", "--quiet").stderr.count("FAILED") == 4


def test_p24_a_terminal_gets_a_bar(project):
    """P24: the same run on a terminal renews one line with the cell each job is in."""
    project.jobs("draw")
    ours, theirs = pty.openpty()
    with project.start("run", stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(ours, 1 << 12)
            except OSError:
                break
        process.wait()
    os.close(ours)

    assert "░ 0/1 draw cell 3".encode() in said
    assert b"1 done in" in said


def test_p24_a_listener_that_leaves_does_not_end_the_run(project):
    """P24: `run | head` closes the pipe; the figures are made all the same."""
    process = project.start("run", "--json")
    process.stdout.close()
    process.wait()
    process.stderr.close()

    assert len(project.drawn()) == 4


@pytest.fixture
def real(tmp_path):
    """The project's own tables with one quick notebook."""
    project = Project(tmp_path / "real")
    shutil.rmtree(project.root / "data")
    shutil.copytree(ROOT / "data", project.root / "data")
    start = START.replace("east", "anshan").replace('row["indicator"] == indicator', "True")
    record = RECORD.replace("east", "anshan").replace("period", "period_end")
    record = record.replace('row["period_end_end"]', 'row["period_end"]').replace(
        "_end_end", "_end"
    )
    record = record.replace('"indicator": indicator', '"indicator": row["indicator"]')
    project.notebook("draw", start, SKETCH, record)
    project.plan('[[job]]\nnotebook = "draw"\nreads = ["observations/anshan"]\n')
    return project


def test_p20_a_bad_table_stops_the_run_with_every_fault(real):
    """P20: no job starts before the tables have passed."""
    real.run()
    good = real.published()
    table = real.root / "data" / "observations" / "anshan.csv"
    whole = table.read_bytes()
    regions = real.root / "data" / "regions.csv"
    table.write_bytes(whole[: int(len(whole) * 0.7)])
    regions.write_text(regions.read_text("utf-8").replace("prefecture", "town"), "utf-8")

    stopped = real.call("run", "--json")

    assert stopped.returncode == 1
    *before, refused, end = map(json.loads, stopped.stdout.splitlines())
    assert "start" not in {event["event"] for event in before}
    assert refused["event"] == "refused"
    assert "anshan.csv" in refused["cause"]
    assert (end["event"], end["done"], end["code"]) == ("end", 0, 1)
    assert re.search(r"^  .*anshan\.csv, line", real.call("status").stdout, re.MULTILINE)
    assert "anshan.csv" in stopped.stderr
    assert "regions.csv, line" in stopped.stderr
    assert real.published() == good
    assert real.rubbish() == []


def test_p20_a_check_of_the_tables_that_dies_lets_nothing_pass():
    """P20: killed, or with faults that did not arrive: no figure of unchecked tables."""
    for event, words in (({"ended": -9}, "-9"), ({"ended": 1}, "1"), ({"raised": "X"}, "X")):
        one = object.__new__(runner._Runner)
        one.checking, one.faults = True, []
        with pytest.raises(UsageError, match=f"could not be checked.*{words}"):
            one._receive_check({"job": runner.CHECK, **event})


def test_p20_a_fault_of_a_long_cell_arrives():
    """P20: shortened, where a line of the pipe would be too long."""
    text = say("fault.empty_cell")
    read, write = os.pipe()
    fault = Fault("a.csv", 3, "x" * 9_000, "安" * 9_000, text, text)

    worker.sender(write)({"fault": asdict(fault)})
    event = worker.said(os.read(read, 1 << 16).rstrip(b"\n"))

    assert (event["fault"]["file"], event["fault"]["line"]) == ("a.csv", 3)
    assert event["fault"]["found"].startswith("安安")
    assert event["fault"]["rule"]["zh"] == text.zh


@pytest.mark.parametrize("size", [0.99, 0.45, 0.1, 0.0])
def test_p20_a_table_cut_in_a_line_is_refused(tmp_path, size):
    """P20: a file without its last line break was not wholly written."""
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE.encode()[: int(len(TABLE) * size)])

    with pytest.raises(TableError, match=r"a\.csv"):
        csv_file.table(path)


def test_p20_a_workbook_cut_anywhere_is_refused(tmp_path):
    """P20: at every sixteenth of its length, and when it is something else by another name."""
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["region", "value"])
    book.active.append(["east", 42])
    book.save(path)
    whole = path.read_bytes()
    assert len(csv_file.table(path)) == 1
    for part in (*(whole[: len(whole) * n // 16] for n in range(16)), b"<html></html>"):
        path.write_bytes(part)
        with pytest.raises(TableError, match=r"a\.xlsx"):
            csv_file.table(path)


def test_p20_the_lock_file_of_a_spreadsheet_program_is_no_table(project):
    """P20: `~$east.xlsx` appears while a table is open, and goes again."""
    (project.root / "data" / "observations" / "~$east.xlsx").write_bytes(b"\x05")

    assert len(plan.load(plan.Project(project.root)).jobs) == 4


def test_p25_the_exit_code_tells_the_truth(project):
    """P25: 0 and 2 here; 1, 75, 124, 129, 130 and 143 with their faults in this folder."""
    assert project.call("run").returncode == 0
    assert project.call("run").returncode == 0
    assert project.call("run", "no-such-job").returncode == 2
    assert project.call("run", "--no-such-option").returncode == 2
    assert project.call("job", "draw").returncode == 2
    assert project.call("plan", cwd="/").returncode == 2
    nbformat.write(nbformat.v4.new_notebook(), project.root / "notebooks" / "draw.ipynb")
    assert project.call("run").returncode == 2


def test_p25_help_is_at_hand_for_every_command(project):
    """P25: --help answers with an example, and exits 0."""
    for name in ("run", "job", "plan", "status"):
        shown = project.call(name, "--help")
        assert shown.returncode == 0
        assert re.search(rf"Example:\n +regional-safety {name}", shown.stdout)


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_run_with_nothing_to_do_and_a_plan_import_nothing_heavy(finished, command):
    """They answer in a fraction of a second because they never meet pandas or papermill."""
    heavy = "{'pandas', 'numpy', 'papermill', 'nbformat', 'IPython', 'matplotlib', 'babel'}"
    script = (
        f"import sys\nsys.argv = ['x', {command!r}]\nfrom analysis.cli.main import main\n"
        f"try:\n    main()\nfinally:\n    print(sorted({heavy} & {{*sys.modules}}))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=finished.root,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"
