"""The plan tells the truth: a job draws the same when it sees only what it says it reads."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from copies import FIRST, ROOT, WHOLE
from small import sha

from analysis.runs import executors, processes, worker


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """One warm process for all of them; it has met no table yet."""
    home = tmp_path_factory.mktemp("home")
    variables = processes.environment("reads", home, tmp_path_factory.mktemp("cache"))
    executor = executors.Local(variables, home, WHOLE.warm, ["analysis.charts.style:warm_up"])
    yield executor
    executor.close()


def drawn(local, job, project: Path, stage: Path) -> dict[str, str]:
    """The sha256 of every figure of *job* when it runs in *project*."""
    (stage / "out").mkdir(parents=True)
    task = worker.Task(
        job=stage.name,
        notebook=str(project / "notebooks" / job.notebook.name),
        parameters=dict(job.parameters),
        formats=["svg"],
        stage=str(stage),
        folder=str(project / "notebooks"),
        kernel="",
        memory=0,
    )
    local.start(task)
    events = []
    while not events or "ended" not in events[-1]:
        events += local.wait(60)
    assert events[-1]["ended"] == 0, events[-2:]
    return hashes(stage / "out")


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every drawing in *folder*."""
    return {path.name: sha(path) for path in sorted(folder.glob("*.svg"))}


def restricted(job, project: Path) -> None:
    """A project whose tables hold what *job* reads and, so that no file is empty, one line."""
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("originals"))
    reads: dict[str, set[tuple[str, str]]] = {}
    for source in job.reads:
        reads.setdefault(source.table, set()).add((source.where, source.value))
    for path in (project / "data").rglob("*.csv"):
        wanted = reads.get(path.relative_to(project / "data").with_suffix("").as_posix(), set())
        if ("", "") not in wanted:
            _keep(path, wanted)


def _keep(path: Path, wanted: set[tuple[str, str]]) -> None:
    header, *body = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    kept = [
        row
        for place, row in enumerate(body)
        if place == 0 or any(row[header.index(column)] == value for column, value in wanted)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])


@pytest.mark.parametrize("name", FIRST)
def test_a_job_draws_the_same_from_what_it_says_it_reads(local, published, tmp_path, name):
    """Else a change outside of its reads would leave an old figure standing as new."""
    job = FIRST[name]
    restricted(job, tmp_path / "project")

    seen = hashes(published / "figures" / job.name)

    assert seen
    assert drawn(local, job, tmp_path / "project", tmp_path / f"{name}-read") == seen
