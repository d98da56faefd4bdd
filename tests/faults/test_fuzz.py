"""
A standing fuzz of everything that is read from outside: valid files with one part changed.

In `make test` each test draws the same examples; `make fuzz` draws thousands of new ones. Whatever
is in a file, a reader takes it or refuses it in words, and touches nothing elsewhere.
"""

import copy
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import Project, notebook

from analysis import files
from analysis.errors import AnalysisError
from analysis.explore import trace
from analysis.figures import manifest, provenance
from analysis.reports import storage
from analysis.runs import cluster, history, judge, parameters, plan, stale, worker

HASH = "0" * 64
BOTH = {"zh": "图", "en": "figure"}
ROW = {
    "id": "a", "origin": "report", "report": "anshan-2023", "region": "anshan", "value": 42,
    "indicator": "deaths", "measure": "level", "status": "actual", "comparator": "=",
    "period_start": "2023-01-01", "period_end": "2023-12-31", "lower": 30.2, "upper": "∞",
    "printed": "42起", "start": 3, "end": 5, "evidence": "发生42起", "unit": "起",
}  # fmt: skip
FIGURE = {
    "name": "line", "title": BOTH, "subtitle": BOTH, "source": BOTH, "alt": BOTH, "language": "en",
    "rows": [ROW], "files": ["line.svg"], "refused": [{"region": "x", "reason_zh": "无"}],
    "notes": [BOTH], "marks": [{"id": "a", "box": [0, 0, 1, 1], "panel": 0}], "fingerprint": "f",
}  # fmt: skip
CHANGE = {"change": "changed", "row": {"region": "x"}, "before": {"value": 1}, "after": {}}
RUN = {
    "job": "job", "notebook": "draw.ipynb", "parameters": {"language": "en"}, "key": HASH,
    "parts": {"inputs": {"regions": HASH}, "libraries": {}, "parameters": {}, "lock": ""},
    "outputs": {"line.svg": HASH, "line.json": HASH}, "figures": [FIGURE], "changed": [CHANGE],
    "reason": "never made", "version": 1,
}  # fmt: skip
MANIFEST = {
    "figures": [
        FIGURE | {"job": "job", "notebook": "n.ipynb", "parameters": {}, "inputs": {}}
        | {"files": {"job/line.svg": HASH}}
    ],
    "jobs": {"job": {"notebook": "n.ipynb", "parameters": {}, "changed": []}},
    "package": "1", "version": 1,
}  # fmt: skip
PAST = {
    "run": "x", "began": "2024", "seconds": 1.5, "code": 1, "refused": "", "changed": [CHANGE],
    "jobs": {"done": ["a"], "late": [], "failed": [{"job": "b", "cause": BOTH, "cell": 1}]},
}  # fmt: skip
JOURNAL = {
    "files": [
        {"name": "reports.csv", "old": HASH, "new": HASH},
        {"name": "observations/new.csv", "old": None, "new": HASH},
    ]
}
PLAN = {
    "deadline": 60, "formats": ["svg"], "warm": ["json"], "warm_up": "json:dumps",
    "default": {"each": {"language": ["zh"]}, "reads": ["*"], "without": ["x"]},
    "job": [
        {"notebook": "draw", "each": {"language": ["zh"], "indicator": ["deaths"]}, "deadline": 5,
         "reads": ["observations/*", {"table": "observations/east", "where": "indicator"}]}
    ],
}  # fmt: skip
CARRIED = {
    "package": "regional-safety 1", "figure": "line", "language": "en", "fingerprint": "f",
    "title": BOTH, "subtitle": BOTH, "source": BOTH, "notes": [BOTH], "sources": [{"title": "t"}],
    "rows": [{name: cell for name, cell in ROW.items() if name != "report"} | {"source": 0}],
    "refused": [{"region": "x", "reason_zh": "无", "start": 1}], "parameters": {"language": "en"},
    "notebook": "n.ipynb", "inputs": {"regions": HASH},
}  # fmt: skip
EVENT = {
    "cell": 1,
    "cells": 5,
    "line": "x = 1",
    "raised": "E: x",
    "fault": {
        "file": "a.csv",
        "line": 1,
        "column": "",
        "found": "",
        "rule": {"zh": "", "en": ""},
        "remedy": {"zh": "", "en": ""},
    },
}
REPLY = {
    "events": [{"cell": 1}, {"ended": 0, "late": 0.0}],
    "files": {"log.txt": 1, "out/a.svg": 1},
}

names = st.sampled_from(
    [
        "../../precious",
        "/precious",
        "..",
        "a/../../b",
        "a\0b",
        "con",
        "~",
        "\x1b[2J",
        "\ud800",
        "\u202e",
    ]
)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -(10**30), 1e308]))
leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=8), names)
junk = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value, path=()):
    """The path to every part of *value*."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, part in [*items, *(enumerate(value) if isinstance(value, list) else ())]:
        yield from places(part, (*path, key))


@st.composite
def mutated(draw, valid):
    """*valid* with one to three parts replaced, renamed or left out."""
    value = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([*places(value)]))
        if not path:
            return draw(junk)
        *way, last = path
        holder = value
        for step in way:
            holder = holder[step]
        kind = draw(st.sampled_from(["replace", "drop", "rename"]))
        if kind == "replace" or isinstance(holder, list):
            holder[last] = draw(junk)
        else:
            part = holder.pop(last)
            if kind == "rename":
                holder[draw(names | st.text(max_size=5))] = part
    return value


def data(value) -> bytes:
    """*value* as JSON, with NaN and half characters as Python writes them."""
    return json.dumps(value).encode()


def refusal(call, *given) -> str:
    """The words with which *call* refuses *given*, or ""; any other exception is a fault."""
    try:
        call(*given)
    except AnalysisError as error:
        assert "Traceback" not in str(error)  # noqa: PT017  both ways are right
        return str(error)
    return ""


fuzzed = settings(
    deadline=5_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder within one with a file that nothing may touch."""
    root = tmp_path_factory.mktemp("fuzz")
    (root / "precious").write_text("mine")
    (root / "in" / "job").mkdir(parents=True)
    yield root / "in"
    assert (root / "precious").read_text() == "mine"
    assert {path.name for path in root.iterdir()} == {"precious", "in"}


@fuzzed
@given(mutated(RUN))
def test_records(folder, record):
    """A record is whole, or it is damaged; what is whole can be compared and assembled."""
    job = folder / "job"
    sealed = manifest.seal(record if isinstance(record, dict) else {})
    (job / "run.json").write_bytes(sealed)

    known = manifest.record(job)

    if known is not None:
        manifest.altered(job, known)
        manifest.claimed(job, known)
        manifest.changes(manifest.rows(known), [ROW])
        manifest.assemble([known], "1")


@fuzzed
@given(mutated(FIGURE))
def test_records_of_figures(folder, figure):
    """A file beside the figures is the record of a figure, or a stranger's."""
    (folder / "job" / "line.json").write_bytes(data(figure))
    ended = judge.Ended(0)

    for name in manifest.claimed(folder / "job", None):
        assert (folder / "job" / name).parent == folder / "job"
    with pytest.raises(judge.FailureError):  # its files are missing at least
        judge._figure(folder / "job" / "line.json", ended)
    (folder / "job" / "line.json").unlink()


@fuzzed
@given(mutated(MANIFEST))
def test_manifests(folder, whole):
    """A manifest is loaded, or the message says that a run renews it."""
    (folder / "manifest.json").write_bytes(data(whole))

    refused = refusal(manifest.load, folder)

    assert "`run` will renew it" in refused or not refused


@fuzzed
@given(mutated(PAST))
def test_histories(folder, line):
    """A line is shown by `status`, or skipped."""
    (folder / history.FILE).write_bytes(data(line) + b"\n")

    for past in history.lines(folder):
        failed = history._failed([past])
        report = {
            "last": past,
            "running": [],
            "failed": failed,
            "stale": {},
            "gone": [],
            "fresh": [],
        }
        history.printed(report | {"changed": past["changed"], "since": []}, "zh")


@fuzzed
@given(mutated(JOURNAL))
def test_journals(folder, journal):
    """A journal puts back tables below its folder, or is damaged."""
    tables = folder / "tables"
    stage = tables / storage.STAGE
    stage.mkdir(parents=True, exist_ok=True)
    (tables / "reports.csv").write_bytes(b"mine")
    (stage / "journal.json").write_bytes(data(journal))

    refusal(storage.recover, tables)

    assert (tables / "reports.csv").read_bytes() == b"mine"


def toml(value) -> str:
    """*value* as an inline value of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": "inf", "-inf": "-inf"}.get(str(value), "nan")
    return json.dumps(value) if value is not None else '""'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project."""
    return Project(tmp_path_factory.mktemp("fuzz") / "project")


@fuzzed
@given(mutated(PLAN))
def test_plans(project, entries):
    """A plan gives jobs with names of files, or a refusal of one line."""
    whole = entries if isinstance(entries, dict) else {"job": entries}
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in whole.items())
    (project.root / "plan.toml").write_bytes(text.encode("utf-8", "surrogatepass"))

    if refused := refusal(plan.load, plan.Project(project.root)):
        assert "\n" not in refused
    else:
        jobs = plan.load(plan.Project(project.root)).jobs
        assert all(files.is_plain(job.name) for job in jobs)


NOTEBOOK = json.loads(json.dumps(notebook("x = 1", "1 + 1")))


@fuzzed
@given(mutated(NOTEBOOK))
def test_notebooks(folder, whole):
    """A notebook is read, or refused in one line; its fingerprint is computed in any case."""
    path = folder / "draw.ipynb"
    path.write_bytes(data(whole))
    assert isinstance(stale.Fingerprints().notebook(path), str)

    assert "\n" not in refusal(lambda: parameters.declared(path, parameters.notebook(path)))


@fuzzed
@given(mutated(CARRIED))
def test_provenances(folder, carried):
    """A file that carries it is traced, or its provenance is damaged."""
    path = folder / "figure.svg"
    text = json.dumps(carried).replace("&", "&amp;").replace("<", "&lt;")
    space = f"xmlns='http://www.w3.org/2000/svg' xmlns:rs='{provenance.SPACE}'"
    path.write_text(f"<svg {space}><rs:provenance>{text}</rs:provenance></svg>", "utf-8")

    refusal(lambda: list(trace.lines(path, None)))
    refusal(trace.report, path, None)


@fuzzed
@given(mutated(EVENT), st.binary(max_size=40))
def test_events(event, noise):
    """A line is an event with known parts of the right types, or none."""
    for line in (data(event), noise, data(event) + noise):
        said = worker.said(line)
        assert said is None or said.keys() <= EVENT.keys() | {"retry"}


@fuzzed
@given(mutated(REPLY), st.binary(max_size=6))
def test_replies(folder, header, body):
    """A reply of a worker writes the files of a job, or nothing."""
    stage = folder / "stage"
    refusal(cluster.unpacked, data(header) + b"\n" + body, stage)
    written = {path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()}
    assert all(Path(name).parent.name in {"", "out"} for name in written)
