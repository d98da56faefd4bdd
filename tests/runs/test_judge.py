"""A run from table to manifest, what it remembers, and what status tells."""

import json
import re

import pytest
from small import RECORD, SKETCH, START, TABLE, Project

from analysis.runs import judge, plan

# Files of a person in the folder of a job: near to a figure's record, but none.
STRANGERS = {
    "notes.svg": "<svg/>",
    "notes.json": '{"name": "other", "title": {}, "rows": [], "files": ["notes.svg"]}',
    "mine.json": '{"name": "mine", "title": {}, "rows": [], "files": ["notes.svg", "../x"]}',
    "list.json": "[]",
    "deep.json": "[" * 100_000,
}


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A project that was made, and made again after one value had changed."""
    project = Project(tmp_path_factory.mktemp("changed") / "project")
    project.run()
    first = project.manifest()
    project.table(TABLE.replace("2023-12-31,42", "2023-12-31,43"))
    said = project.call("run", "--json")
    return project, first, [json.loads(line) for line in said.stdout.splitlines()]


def test_only_the_jobs_that_read_a_changed_value_run(changed):
    """Two of four, each with its reason."""
    _, _, events = changed
    started = {event["job"]: event["reason"] for event in events if event["event"] == "start"}

    assert started == {
        "draw-zh-deaths": "table observations/east changed",
        "draw-en-deaths": "table observations/east changed",
    }
    assert events[-1]["unchanged"] == 2


def test_the_manifest_says_which_value_changed(changed):
    """Before and after, once for each job that drew it; the others say nothing."""
    project, first, _ = changed
    row = {
        "origin": "report",
        "region": "east",
        "indicator": "deaths",
        "period_end": "2023-12-31",
    }
    change = {
        "change": "changed",
        "row": row,
        "before": {"value": 42.0, "printed": "42"},
        "after": {"value": 43.0, "printed": "43"},
        "why": {"zh": "数据表observations/east已变", "en": "table observations/east changed"},
    }

    jobs = project.manifest()["jobs"]

    assert {job["changed"] == [] for job in first["jobs"].values()} == {True}
    assert jobs["draw-zh-deaths"]["changed"] == [change]
    assert jobs["draw-zh-accidents"]["changed"] == []
    last = json.loads((project.figures / "runs.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["changed"] == [change]


def test_a_value_drawn_with_and_without_limits_changes_once(tmp_path):
    """The history counts values, not the ways to draw them."""
    project = Project(tmp_path / "project")
    limits = RECORD.replace('"printed"', '"lower": float(row["value"]) - 9, "printed"')
    project.notebook("limits", START, SKETCH, limits)
    project.jobs("draw", "limits")
    project.run()
    project.table(TABLE.replace("2023-12-31,42", "2023-12-31,43"))

    project.run()

    last = json.loads((project.figures / "runs.jsonl").read_text("utf-8").splitlines()[-1])
    assert last["done"] == 2
    assert [one["after"]["value"] for one in last["changed"]] == [43.0]


def test_the_manifest_holds_what_a_figure_stands_on(changed):
    """Job, notebook, parameters, inputs, rows and the sha256 of its files."""
    project, _, _ = changed
    figure = next(f for f in project.manifest()["figures"] if f["job"] == "draw-en-deaths")

    assert figure["notebook"] == "draw.ipynb"
    assert figure["parameters"] == {"language": "en", "indicator": "deaths"}
    assert figure["inputs"].keys() == {"observations/east"}
    assert [row["value"] for row in figure["rows"]] == [45.0, 43.0]
    assert figure["files"] == {
        "draw-en-deaths/line.svg": project.drawn()["draw-en-deaths/line.svg"]
    }


def test_two_fresh_runs_make_the_same_files(tmp_path):
    """Figures, records of figures, executed notebooks and the manifest, byte for byte."""
    made = []
    for name in ("one", "two"):
        project = Project(tmp_path / name)
        project.run()
        files = {k: v for k, v in project.published().items() if not k.endswith("run.json")}
        made.append((files, project.manifest()))

    assert made[0] == made[1]


def test_status_tells_what_changed_failed_and_waits(changed):
    """The last run, its values, values changed since, failures and stale jobs."""
    project, _, _ = changed
    project.table(TABLE.replace("96", "97"))
    project.notebook("bad", START, "1 / 0")
    with (project.root / "plan.toml").open("a") as file:
        file.write('\n[[job]]\nnotebook = "bad"\n')
    assert project.call("run", "bad").returncode == 1
    project.table(TABLE.replace("96", "98") + "deaths,2024-12-31,40\n")

    told = project.call("status").stdout
    data = json.loads(project.call("status", "--json").stdout)

    assert re.match(r"last run \S+, only of bad, \S+ s: something failed \(exit code 1\)", told)
    assert "bad, cell 4: ZeroDivisionError: division by zero (see figures/failed/" in told
    assert "values changed by the run before:\n  changed  east deaths 2023-12-31: 42.0 (42)" in told
    jobs = "4 jobs (draw-zh-deaths, draw-zh-accidents, draw-en-deaths, …)"
    assert f"\nstale:\n  table observations/east changed: {jobs}\n" in told
    assert ": 42.0 (42) → 43.0 (43) (table observations/east changed)\n" in told
    assert [change["change"] for change in data["since"]] == ["changed", "added"]
    assert data["since"][0]["before"] == {"value": "97"}
    assert data["since"][0]["after"] == {"value": "98"}


def test_a_table_with_many_changed_values_is_one_line_of_status(tmp_path):
    """A new region adds hundreds; seven of a table are counted, six of another are shown."""
    project = Project(tmp_path / "project")
    project.run()
    months = [f"deaths,2024-{month:02}-28,{month}\n" for month in range(1, 8)]
    project.table("indicator,period,value\n" + "".join(months), "observations/west")
    project.table(TABLE + "".join(months[:6]))

    lines = project.call("status").stdout.splitlines()

    heading = lines.index("values changed in the tables since:")
    assert lines[heading + 1].startswith("  added    observations/east deaths")
    assert lines[heading + 7 : heading + 9] == [
        "  added    observations/west: 7 values (--json lists all)",
        "stale:",
    ]


def test_a_job_that_left_the_plan_is_named(tmp_path):
    """Its figures stay, outside the manifest, until a person removes them."""
    project = Project(tmp_path / "project")
    project.run("draw-zh-deaths")
    project.plan('[[job]]\nnotebook = "draw"\n')

    told = project.call("status").stdout

    assert "made, but not in the plan:\n  draw-zh-deaths" in told


@pytest.mark.parametrize("record", ["whole", "torn"])
def test_a_figure_that_is_no_longer_drawn_goes(tmp_path, record):
    """Its file would belong to no record; what is not the job's stays, its record torn or not."""
    project = Project(tmp_path / "project")
    project.jobs("draw")
    project.run()
    folder = project.figures / "draw"
    for name, text in STRANGERS.items():
        (folder / name).write_text(text, "utf-8")
    if record == "torn":
        (folder / "run.json").write_bytes(b"{")
    sketch = RECORD.replace('"line"', '"curve"').replace("line.json", "curve.json")
    project.notebook("draw", START, SKETCH.replace("line.svg", "curve.svg"), sketch)

    project.run()

    names = {path.name for path in folder.iterdir()}
    assert names == {"curve.svg", "curve.json", "draw.ipynb", "run.json", *STRANGERS}


def test_the_executed_notebook_is_kept_with_its_outputs(tmp_path):
    """Beside the figures, as papermill made it, without its times and paths."""
    project = Project(tmp_path / "project")
    project.run("draw-zh-deaths")

    text = (project.figures / "draw-zh-deaths" / "draw-zh-deaths.ipynb").read_text("utf-8")

    cells = json.loads(text)["cells"]
    assert "injected-parameters" in cells[2]["metadata"]["tags"]
    assert "deaths" in "".join(cells[2]["source"])
    assert "duration" not in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("name", "data", "whole"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", False),
        ("a.pdf", b"%PDF-1.4 ... %%EOF\n", True),
        ("a.pdf", b"%PDF-1.4 ...", False),
        ("a.svg", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", False),
        ("a.svg", b"<!DOCTYPE x [<!ENTITY a 'a'>]><svg xmlns='x'>&a;</svg>", False),
        ("a.gif", b"GIF89a", False),
        ("b.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", False),
    ],
)
def test_a_figure_must_read_back(tmp_path, name, data, whole):
    """Decoded, not only there; and named after its figure."""
    (tmp_path / name).write_bytes(data)

    if whole:
        judge._decode(tmp_path, "a", name)
    else:
        with pytest.raises(judge.FailureError):
            judge._decode(tmp_path, "a", name)


@pytest.mark.parametrize("read", ["both-2024", "east"])
def test_a_row_is_of_the_file_of_its_report_whatever_its_region(tmp_path, read):
    """A report of two regions has one file, of the name that the descriptor gives."""
    (tmp_path / "datapackage.json").write_text('{"files": {"both-2024": "both-2024"}}')
    path = tmp_path / "observations" / f"{read}.csv"
    job = plan.Job("draw", tmp_path, {}, (plan.Source(f"observations/{read}", path),), 60, "", ())
    row = {"origin": "report", "report": "both-2024", "region": "east", "indicator": "deaths"}
    figure = {"name": "trend", "rows": [row, row | {"region": "west"}]}

    if read == "both-2024":
        judge._refuse_undeclared(job, figure)
        return
    with pytest.raises(judge.FailureError) as stopped:
        judge._refuse_undeclared(job, figure)
    assert stopped.value.advice.en == 'add "observations/both-2024" to its reads in plan.toml'


def test_a_failure_is_told_in_the_language_of_the_command(tmp_path):
    """The cause, the advice, and both again in the status; JSON stays English."""
    project = Project(tmp_path / "project")
    project.notebook("fails", START, SKETCH, RECORD, "(out / 'line.svg').unlink()")
    project.notebook("dies", "import os; os.kill(os.getpid(), 9)")
    project.jobs("fails", "dies")

    told = project.call("run", "--language", "zh")
    status = project.call("status", "--language", "zh")
    english = project.call("status")
    data = json.loads(project.call("status", "--json").stdout)

    assert "原因：line.svg缺失，或不是普通文件" in told.stderr
    assert "办法：笔记本必须保存完整的图" in told.stderr
    assert "进程被终止（信号9，SIGKILL）：可能内存不足" in told.stderr
    assert "line.svg缺失，或不是普通文件" in status.stdout
    assert "line.svg is missing, or not a regular file" in english.stdout
    causes = {failed["job"]: failed["cause"] for failed in data["failed"]}
    assert causes["fails"] == {
        "zh": "line.svg缺失，或不是普通文件",
        "en": "line.svg is missing, or not a regular file",
    }


def test_a_history_of_an_older_version_is_shown(tmp_path):
    """Its causes are texts in one language."""
    project = Project(tmp_path / "project")
    project.figures.mkdir()
    failed = {"job": "draw-zh-deaths", "cause": "it was late", "cell": 3}
    line = {"run": "x", "began": "2024", "code": 124, "jobs": {"done": [], "late": [failed]}}
    (project.figures / "runs.jsonl").write_text(json.dumps(line) + "\n")

    assert "draw-zh-deaths, cell 4: it was late" in project.call("status").stdout
