"""Records, plans, notebooks and outputs that are forged, odd or without end (P29, P34 to P37)."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from small import FOUR, GUARD, RECORD, SKETCH, START, environment, sha

from analysis.errors import UsageError
from analysis.figures import manifest
from analysis.runs import history, plan, staging

HASH = "0" * 64


def forge(project, job="draw-zh-deaths", **changes):
    """Change the record of a job and seal it again, as anybody can."""
    folder = project.figures / job
    record = manifest.unseal((folder / "run.json").read_bytes())
    record.pop("seal", None)
    record |= changes
    (folder / "run.json").write_bytes(manifest.seal(record))


VICTIMS = [
    "../../../victim.txt",
    "../../../victims",
    "../draw-en-deaths/line.svg",
    "/victim",
    "a\0b",
]


@pytest.mark.parametrize("name", VICTIMS)
def test_p29_a_forged_record_removes_nothing_elsewhere(finished, tmp_path, name):
    """P29: a record whose names leave its folder is damaged: the job is made again."""
    (tmp_path / "victim.txt").write_text("precious")
    (tmp_path / "victims").mkdir()
    (tmp_path / "victims" / "a").write_text("precious")
    other = sha(finished.figures / "draw-en-deaths" / "line.svg")
    record = finished.record("draw-zh-deaths")
    forge(finished, outputs=record["outputs"] | {name: HASH})

    told = finished.call("run")

    assert told.returncode == 0, told.stderr
    assert "draw-zh-deaths" in told.stderr
    assert "its record is damaged" in told.stderr
    assert (tmp_path / "victim.txt").read_text() == "precious"
    assert (tmp_path / "victims" / "a").read_text() == "precious"
    assert sha(finished.figures / "draw-en-deaths" / "line.svg") == other


CHANGES = {
    "job": {"job": "draw-en-deaths"},
    "outputs": {"outputs": []},
    "hash": {"outputs": {"line.svg": "x"}},
    "figures": {"figures": None},
    "figure": {"figures": [{"name": "line"}]},
    "file": {
        "figures": [{"name": "line", "title": {"zh": "", "en": ""}, "rows": [], "files": ["../x"]}]
    },
    "absent": {
        "figures": [{"name": "x", "title": {"zh": "", "en": ""}, "rows": [], "files": ["x.svg"]}]
    },
    "rows": {
        "figures": [{"name": "line", "title": {"zh": "", "en": ""}, "rows": [5], "files": []}]
    },
    "parts": {"parts": {}},
    "inputs": {"parts": {"inputs": 5}},
    "changed": {"changed": [{"change": "added"}]},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_p34_a_record_of_another_shape_is_damaged(finished, kind):
    """P34: one field of another type: the job is stale, no command fails."""
    forge(finished, **CHANGES[kind])

    for command in (("plan",), ("status",), ("run",)):
        done = finished.call(*command)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    assert finished.call("run", "--dry-run").stdout == ""


PLANS = {
    "deadline = nan\n": "deadline must be a number, not nan",
    "deadline = inf\n": "deadline must be a number, not inf",
    "deadline = -5\n": "deadline must be a number of seconds",
    "deadline = 0\n": "deadline must be a number of seconds",
    'deadline = "abc"\n': "deadline must be a number, not text",
    "warm = 5\n": "warm must be a list, not a whole number",
    "warm = [5]\n": "warm[0] must be text",
    "warm_up = 5\n": "warm_up must be text or a list",
    "formats = [5]\n": "formats[0] must be text",
    "job = 5\n": "job must be a list",
    "job = [5]\n": "job[0] must be a table",
    "[[job]]\nnotebook = 5\n": "job 1: notebook must be text",
    '[[job]]\nnotebook = "draw"\neach = ["a"]\n': "job 1: each must be a table, not a list",
    '[[job]]\nnotebook = "draw"\neach = { language = 5 }\n': "each.language must be text or a list",
    '[[job]]\nnotebook = "draw"\neach = { x = [nan] }\n': "must be text, a number",
    '[[job]]\nnotebook = "draw"\neach = { x = [2020-01-01] }\n': "must be text, a number",
    '[[job]]\nnotebook = "draw"\nreads = 5\n': "job 1: reads must be a list",
    '[[job]]\nnotebook = "draw"\nreads = [5]\n': "reads[0] must be text or a table",
    '[[job]]\nnotebook = "draw"\nreads = [{ where = "x" }]\n': "reads[0] has no table",
    '[[job]]\nnotebook = "draw"\ndeadline = true\n': "deadline must be a number",
    '[[job]]\nnotebook = "draw"\nexecutor = ["kernel"]\n': "executor must be text",
    '[[job]]\nnotebook = "con"\n': "cannot be the name of a file",
    "a = " + "[" * 5_000 + "\n": "is not TOML",
}  # fmt: skip


@pytest.mark.parametrize("text", PLANS)
def test_p34_a_plan_of_other_types_is_refused_in_words(project, text):
    """P34: the key, what it must be and what it is, before anything starts."""
    project.plan(text)

    with pytest.raises(UsageError) as refused:
        plan.load(plan.Project(project.root))

    assert PLANS[text] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_p34_a_plan_that_asks_for_too_much_is_refused(project):
    """P34: a product of lists grows fast."""
    values = ", ".join(map(str, range(200)))
    project.notebook("draw", parameters="a: int = 1\nb: int = 1")
    project.plan(f'[[job]]\nnotebook = "draw"\neach = {{ a = [{values}], b = [{values}] }}\n')

    with pytest.raises(UsageError, match="over 10000 jobs"):
        plan.load(plan.Project(project.root))


def test_p34_a_byte_order_mark_is_no_part_of_a_file(project):
    """P34: Windows editors write one: plan, notebook, table, descriptor."""
    project.table("region\neast\n", "regions")
    (project.root / "data" / "datapackage.json").write_text("{}")
    for path in [*project.root.rglob("*.*")]:
        if path.is_file():
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert len(plan.load(plan.Project(project.root)).jobs) == 4


CELL = {"cell_type": "code", "source": "x", "metadata": {}}
NOTEBOOKS = {
    "deep": b'{"cells": [], "metadata": ' + b'{"a": ' * 100_000,
    "surrogate": json.dumps({"cells": [CELL | {"source": "\ud800"}], "metadata": {}}).encode(),
    "tags": json.dumps({"cells": [CELL | {"metadata": {"tags": None}}], "metadata": {}}).encode(),
    "tag": json.dumps({"cells": [CELL | {"metadata": {"tags": [5]}}], "metadata": {}}).encode(),
    "source": json.dumps({"cells": [CELL | {"source": 5}], "metadata": {}}).encode(),
    "cells": json.dumps({"cells": {}, "metadata": {}}).encode(),
    "kernel": json.dumps({"cells": [], "metadata": {"kernelspec": []}}).encode(),
    "nan": b'{"cells": [], "metadata": {"a": NaN}}',
    "null": b"null",
    "nul": b"\0" * 100,
}


@pytest.mark.parametrize("kind", NOTEBOOKS)
def test_p34_what_is_no_notebook_is_refused_in_words(project, kind):
    """P34: too deep, half a character, tags that are no list: exit 2 and one line."""
    (project.root / "notebooks" / "draw.ipynb").write_bytes(NOTEBOOKS[kind])

    with pytest.raises(UsageError, match="is not a notebook") as refused:
        plan.load(plan.Project(project.root))

    assert "\n" not in str(refused.value)


LINES = [
    '{"jobs":{"done":5}}',
    '{"jobs":{}}',
    '{"run":"x","jobs":{"done":[5]}}',
    '{"run":"x","jobs":{"failed":[{}]}}',
    '{"run":"x","jobs":{"failed":[{"job":"a","cause":5}]}}',
    '{"run":"x","jobs":{},"code":"0"}',
    '{"run":"x","jobs":{},"changed":[{"change":"added","row":1}]}',
    '{"run":"x","jobs":null}',
    "[" * 100_000,
    "null",
]


def test_p12_p34_lines_of_other_shapes_are_skipped(finished):
    """P12, P34: `status` shows the last line that is a run."""
    with (finished.figures / history.FILE).open("a") as file:
        file.write("\n".join(LINES) + "\n")

    told = finished.call("status")

    assert told.returncode == 0, told.stderr
    assert "all jobs done" in told.stdout
    assert [line["done"] for line in history.lines(finished.figures)] == [4]


@pytest.mark.parametrize("line", [b"{}\n", b"\n", b"[" * 1_000 + b"\n"])
def test_p35_a_history_without_measure_is_read_in_time(project, line):
    """P35: millions of short lines, and a file larger than any."""
    project.figures.mkdir()
    for size in (history.MOST_BYTES, 60 << 20):
        (project.figures / history.FILE).write_bytes(line * (size // len(line)))
        began = time.process_time()

        assert history.lines(project.figures) == []
        assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "name", ["runs.jsonl", ".tables.json", "manifest.json", "draw-zh-deaths/run.json"]
)
def test_p35_a_pipe_among_the_figures_stops_nothing(finished, name):
    """P35: no command waits for a pipe, and a run replaces it."""
    (finished.figures / name).unlink()
    os.mkfifo(finished.figures / name)

    for command in ("status", "plan", "run"):
        done = finished.call(command, *(["--force"] if command == "run" else []))
        assert done.returncode == 0, done.stderr
    assert (finished.figures / name).is_file()


@pytest.mark.parametrize("name", ["notebooks/draw.ipynb", "plan.toml", "data/datapackage.json"])
def test_p35_a_pipe_in_place_of_an_input_is_refused(project, name):
    """P35: at once, with its name."""
    (project.root / name).unlink(missing_ok=True)
    os.mkfifo(project.root / name)
    began = time.monotonic()

    refused = project.call("run")

    assert refused.returncode == 2
    assert Path(name).name in refused.stderr
    assert time.monotonic() - began < GUARD


def test_p35_a_table_that_is_a_pipe_or_a_device_is_told(project):
    """P35: no reader waits for it; the check of the tables names it."""
    project.table("indicator\ndeaths\naccidents\n", "indicators")
    project.table("adcode\n", "context").unlink()
    os.mkfifo(project.root / "data" / "context.csv")
    (project.root / "data" / "units.csv").symlink_to("/dev/zero")

    refused = project.call("run")

    assert refused.returncode == 1
    assert "context.csv" in refused.stderr
    assert "no plain file" in refused.stderr
    assert project.call("status").returncode == 0


WRITE = "(out / 'line.json').write_text(json.dumps(record))"
ENTITY = "<!DOCTYPE x [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>"
NO_FILE = "is missing, or not a regular file"
# What a last cell does to its outputs: without end, without measure, or no file at all.
OUTPUTS = {
    "(out / 'line.json').unlink(); os.symlink('/dev/zero', out / 'line.json')": NO_FILE,
    "(out / 'line.json').unlink(); os.mkfifo(out / 'line.json')": NO_FILE,
    "(out / 'line.svg').unlink(); os.symlink('/dev/zero', out / 'line.svg')": NO_FILE,
    "(out / 'line.svg').unlink(); os.symlink('/etc/passwd', out / 'line.svg')": NO_FILE,
    "(out / 'line.svg').unlink(); (out / 'line.svg').mkdir()": NO_FILE,
    "os.truncate(out / 'line.svg', 40 << 20)": "line.svg is too large: 32 MB at most",
    "os.truncate(out / 'line.svg', 300 << 20)": "too large: 256 MB at most",
    "os.truncate(out / 'line.json', 20 << 20)": "line.json is too large: 16 MB at most",
    f"record['rows'] *= 30_000; {WRITE}": "rows must be at most 20000 rows",
    "[(out / f'{n}.txt').touch() for n in range(600)]": "602 files were written: 500 at most",
    "(out / 'line.json').write_text('[' * 100_000)": "is not the record of a figure",
    f"record['rows'][0]['deep'] = [[]]; {WRITE}": "must be a table of single values",
    f"record['files'] = ['../line.svg']; {WRITE}": "must be a plain file name",
    f'(out / "line.svg").write_text("{ENTITY}")': "it declares entities",
    "print('x' * (70 << 20))": "no notebook was written",
}


@pytest.mark.parametrize("line", OUTPUTS)
def test_p36_an_output_without_measure_is_refused(project, line):
    """P36: judged within seconds and little memory, and the other job is published."""
    project.notebook("odd", START, SKETCH, RECORD, line)
    project.jobs("odd", "draw", deadline=30)
    began = time.monotonic()

    done = project.call("run", "--json")

    assert done.returncode == 1, done.stderr
    events = [json.loads(event) for event in done.stdout.splitlines()]
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert failed["job"] == "odd"
    assert OUTPUTS[line] in failed["cause"]
    assert list(project.drawn()) == ["draw/line.svg"]
    assert time.monotonic() - began < GUARD
    assert project.rubbish() == []


def test_p36_millions_of_elements_are_judged_in_time(project):
    """P36: a drawing of 12 MB with three million elements."""
    svg = "\"<svg xmlns='http://www.w3.org/2000/svg'>\" + '<g/>' * 3_000_000 + '</svg>'"
    project.notebook("draw", START, SKETCH, RECORD, f"(out / 'line.svg').write_text({svg})")
    project.jobs("draw", deadline=30)
    began = time.monotonic()

    project.run()

    assert time.monotonic() - began < GUARD


SPEAKS = """
import glob
lines = b'{"job": "draw-en-deaths", "ended": 0, "pid": 1}\\n[]\\nnoise\\n{"cell": "x"}\\n'
lines += b"x" * 9000 + b"\\n"
for name in os.listdir("/proc/self/fd"):
    try:
        if os.readlink(f"/proc/self/fd/{name}").startswith("pipe:"):
            os.write(int(name), lines)
    except OSError:
        pass
time.sleep(0.3)
"""


def test_p37_a_notebook_cannot_speak_for_another_job(project):
    """P37: it writes to every pipe it has; the others end as they end, its noise is dropped."""
    code = f"if indicator == 'deaths' and language == 'zh':\n    exec({SPEAKS!r})"
    project.notebook("draw", START, code, SKETCH, RECORD)

    done = project.call("run", "--json", "-j", "2")

    assert done.returncode == 0, done.stderr
    events = [json.loads(event) for event in done.stdout.splitlines()]
    assert sorted(event["job"] for event in events if event["event"] == "done") == [
        "draw-en-accidents", "draw-en-deaths", "draw-zh-accidents", "draw-zh-deaths",
    ]  # fmt: skip
    assert len(project.drawn()) == 4


def published(tmp_path, text):
    """Publish two files with *text* and return their folder."""
    folder, made = tmp_path / "job", tmp_path / "made"
    made.mkdir(exist_ok=True)
    for name in ("a.svg", "b.svg"):
        (made / name).write_text(text)
    outputs = {name: sha(made / name) for name in ("a.svg", "b.svg")}
    staging.publish(made, folder, {"outputs": outputs}, ("a.svg", "b.svg", "gone.svg"))
    return folder


@pytest.mark.parametrize("step", range(1, 4))
def test_p02_a_file_that_cannot_be_replaced_leaves_the_old_set(tmp_path, monkeypatch, step):
    """P2: whichever of three renames fails, all files are the old ones again."""
    folder = published(tmp_path, "old")
    (folder / "gone.svg").write_text("old")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    replace, count = Path.replace, iter(range(1, 100))

    def failing(self, target):
        if self.parent.name == "made" and next(count) == step:
            raise PermissionError(1, "Operation not permitted", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(staging.ReplaceError, match="not permitted") as failed:
        published(tmp_path, "new")

    assert Path(failed.value.filename).parent == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    monkeypatch.undo()
    published(tmp_path, "new")
    assert {p.name for p in folder.iterdir()} == {"a.svg", "b.svg", "run.json"}


def test_p02_a_protected_file_is_named_and_the_set_stays(project):
    """P2: an immutable figure: the message names it and says what to do."""
    project.plan(FOUR.replace('["zh", "en"]', '["zh"]').replace(', "accidents"', ""))
    project.run()
    target = project.figures / "draw-zh-deaths" / "line.svg"
    tool = shutil.which("chattr")
    if tool is None or subprocess.run([tool, "+i", target], check=False).returncode != 0:
        pytest.skip("a protected file needs root and chattr")
    try:
        before = project.published()
        project.notebook("draw", START, SKETCH.replace("polyline", "polygon"), RECORD)
        failed = project.call("run", env=environment())
    finally:
        subprocess.run([tool, "-i", target], check=True)

    assert failed.returncode == 1
    assert "figures/draw-zh-deaths/line.svg cannot be replaced: " in failed.stderr
    assert "close it in other programs, or check its permissions" in failed.stderr
    assert project.published() == before
    project.run()
