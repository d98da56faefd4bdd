"""What is stale and why, and a record that is torn (P10, P12, P27)."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import FOUR, RECORD, SKETCH, START, TABLE, Project

from analysis.figures import manifest
from analysis.runs import history, plan, stale


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project whose four jobs are made."""
    project = Project(tmp_path_factory.mktemp("made") / "project")
    project.notebook("draw", START, SKETCH, RECORD)
    (project.root / "requirements.lock").write_text("numpy==2\n")
    project.table("region,name\neast,East\n", "regions")
    project.plan(FOUR.replace("reads = [", 'reads = ["regions", '))
    project.run()
    return project


@pytest.fixture
def copy(made, tmp_path):
    """A copy of that project to change."""
    root = tmp_path / "project"
    shutil.copytree(made.root, root)
    return root


def reasons(root: Path) -> dict[str, str]:
    """Why each job of the project at *root* is stale."""
    whole = plan.load(plan.Project(root))
    state = stale.Stale(whole.project)
    found = {job.name.removeprefix("draw-"): state.reason(job) for job in whole.jobs}
    return {name: reason.en if reason else "" for name, reason in found.items()}


def rewrite(path: Path, old: str, new: str) -> None:
    """Replace the first *old* in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


FRESH = dict.fromkeys(["zh-deaths", "zh-accidents", "en-deaths", "en-accidents"], "")


@pytest.mark.parametrize("when", [0, 915_148_800, 4_070_908_800])
def test_p10_the_clock_does_not_matter(copy, when):
    """P10: files from 1970, 1999 and 2099 with the same content are the same."""
    for path in copy.rglob("*"):
        os.utime(path, (when, when))

    assert reasons(copy) == FRESH


def test_p10_the_output_of_a_cell_does_not_matter(copy):
    """P10: a notebook that was opened and run has other outputs, but asks the same."""
    path = copy / "notebooks" / "draw.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    path.write_text(json.dumps(notebook, indent=4), "utf-8")

    assert reasons(copy) == FRESH


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("notebooks/draw.ipynb", "polyline", "polygon", "the notebook changed"),
        ("notebooks/draw.ipynb", '"tags": [', '"tags": ["x",', "the notebook changed"),
        ("notebooks/draw.ipynb", "Why?", "How?", "the notebook changed"),
        ("data/regions.csv", "East", "east", "table regions changed"),
        ("requirements.lock", "2", "3", "requirements.lock changed"),
    ],
)
def test_p10_what_all_jobs_read_makes_all_stale(copy, file, old, new, reason):
    """P10: one byte of a cell, a tag, a table or the lock file."""
    rewrite(copy / file, old, new)

    assert set(reasons(copy).values()) == {reason}


def test_p10_a_module_beside_the_notebooks_makes_all_stale(copy):
    """P10: what a notebook may import counts."""
    (copy / "notebooks" / "more.py").write_text("x = 1\n")

    assert set(reasons(copy).values()) == {"the package or a module beside the notebooks changed"}


def test_p10_a_byte_of_the_package_makes_all_stale(copy, monkeypatch):
    """P10: any source file of the package."""
    package = copy / "package"
    shutil.copytree(Path(plan.__file__).parents[1], package)
    monkeypatch.setattr(stale, "__file__", str(package / "runs" / "stale.py"))
    assert reasons(copy) == FRESH
    with (package / "language" / "vocabulary.py").open("a") as file:
        file.write("\n")

    assert set(reasons(copy).values()) == {"the package or a module beside the notebooks changed"}


def test_p10_only_the_lines_that_a_job_reads_count(copy):
    """P10: a value of one indicator leaves the jobs of the other alone; so does a moved line."""
    table = copy / "data" / "observations" / "east.csv"
    rewrite(table, "deaths,2023-12-31,42", "deaths,2023-12-31,43")
    changed = "table observations/east changed"

    assert reasons(copy) == FRESH | {"zh-deaths": changed, "en-deaths": changed}

    head, first, second, third = TABLE.splitlines()
    table.write_text(f"{head}\n{third}\n{first}\n{second}\n", "utf-8")

    assert reasons(copy) == FRESH


def test_p10_another_python_or_library_makes_all_stale(copy, monkeypatch):
    """P10: an upgrade is a reason, and is named."""
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert "became CPython 3.99.0" in reasons(copy)["zh-deaths"]
    monkeypatch.undo()
    version = stale.library
    monkeypatch.setattr(stale, "library", lambda n: "9.9" if n == "matplotlib" else version(n))

    assert set(reasons(copy).values()) == {"library matplotlib changed"}


def test_p10_a_new_parameter_is_a_new_job(copy):
    """P10: the parameters name the job, so another value is another job."""
    rewrite(copy / "plan.toml", '["zh", "en"]', '["zh"]')
    rewrite(copy / "plan.toml", "each", "deadline = 5\neach")

    assert reasons(copy) == {"zh-deaths": "", "zh-accidents": ""}


def test_p12_a_record_cut_at_any_byte_is_never_believed(copy):
    """P12: no crash, and never a false "up to date"."""
    path = copy / "figures" / "draw-zh-deaths" / manifest.RECORD
    whole = path.read_bytes()
    assert manifest.unseal(whole) is not None

    believed = [size for size in range(len(whole)) if manifest.unseal(whole[:size])]

    assert believed == []
    path.write_bytes(whole[: len(whole) // 2])
    assert reasons(copy)["zh-deaths"] == "its record is damaged"


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_p12_a_record_with_flipped_bytes_is_never_believed(made, data):
    """P12: any changed byte is damage."""
    whole = (made.figures / "draw-zh-deaths" / manifest.RECORD).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= data.draw(st.integers(1, 255))

    assert manifest.unseal(bytes(flipped)) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"null", b"[]", b'"x"', b"{}", b'{"seal": 1}', b"[" * 100_000]
)
def test_p12_what_is_no_record_is_no_record(data):
    """P12: empty, not UTF-8, of another shape or depth."""
    assert manifest.unseal(data) is None


def test_p12_a_record_of_another_version_is_not_believed(monkeypatch):
    """P12: a record that an older or newer version wrote is made again."""
    sealed = manifest.seal({"job": "x"})
    assert manifest.unseal(sealed) is not None
    monkeypatch.setattr(manifest, "VERSION", manifest.VERSION + 1)

    assert manifest.unseal(sealed) is None


def test_p12_a_torn_history_is_read_as_far_as_it_is_whole(tmp_path):
    """P12: a line that a killed run left half is skipped, and the next begins on its own."""
    history.add(tmp_path, {"run": "one", "jobs": {}})
    with (tmp_path / history.FILE).open("ab") as file:
        file.write(b'{"run": "tw')
    history.add(tmp_path, {"run": "three", "jobs": {}})

    assert [line["run"] for line in history.lines(tmp_path)] == ["one", "three"]


def test_p12_a_damaged_manifest_is_renewed(copy):
    """P12: the manifest follows from the records, so a run with nothing stale mends it."""
    whole = (copy / "figures" / "manifest.json").read_bytes()
    (copy / "figures" / "manifest.json").write_bytes(whole[:100])

    Project.at(copy).run()

    assert (copy / "figures" / "manifest.json").read_bytes() == whole


def test_p27_a_dry_run_changes_nothing_and_is_right(copy):
    """P27: in each state it says what would run, and no file is another afterwards."""
    project = Project.at(copy)
    figures = copy / "figures"
    table = copy / "data" / "observations" / "east.csv"
    states = [
        (lambda: None, ""),
        (lambda: rewrite(table, "96", "97"), "accidents: table observations/east changed"),
        ((figures / "draw-en-deaths/line.svg").unlink, "line.svg is missing"),
        ((figures / "draw-en-deaths/run.json").unlink, "en-deaths: never made"),
        (lambda: shutil.rmtree(copy / "figures"), "zh-deaths: never made"),
    ]
    for change, told in states:
        change()
        before = project.tree()
        dry = project.call("run", "--dry-run")
        assert dry.returncode == 0, dry.stderr
        assert told in dry.stdout
        assert bool(dry.stdout) == bool(told)
        assert project.tree() == before


def test_a_table_that_is_no_csv_with_that_column_counts_whole(tmp_path):
    """Too much is remade then, never too little."""
    path = tmp_path / "a.csv"
    marks = []
    for text in ("x,y\n1,2\n", "x,y\n1,3\n"):
        path.write_text(text)
        marks.append(stale.Fingerprints().lines(path, "indicator", "deaths"))

    assert marks[0] != marks[1]
