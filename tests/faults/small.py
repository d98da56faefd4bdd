"""Small projects built by code: notebooks that draw, and notebooks that misbehave."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# Where the machine has more to do than processors, everything takes that much longer.
BUSY = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
GUARD = 60.0 * BUSY  # seconds after which something hangs: at least ten times the usual

START = """\
import csv, json, os, sys, time
from pathlib import Path

out = Path(os.environ["REGIONAL_SAFETY_OUTPUT"])
with open("../data/observations/east.csv", encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["indicator"] == indicator]
values = [float(row["value"]) for row in rows]
"""
# A figure without matplotlib, so that a fault is injected and judged in a tenth of a second.
SKETCH = """\
points = " ".join(f"{place},{value}" for place, value in enumerate(values))
text = f"<svg xmlns='http://www.w3.org/2000/svg'><polyline points='{points}'/></svg>"
(out / "line.svg").write_text(text, encoding="utf-8")
files = ["line.svg"]
"""
DRAW = """\
import matplotlib
from matplotlib.figure import Figure

matplotlib.rcParams["svg.hashsalt"] = "fixture"
figure = Figure(figsize=(4, 3))
figure.subplots().plot(values, marker="o", label=language)
figure.savefig(out / "line.png")
figure.savefig(out / "line.svg")
files = ["line.png", "line.svg"]
"""
RECORD = """\
drawn = [
    {"origin": "report", "region": "east", "indicator": indicator, "period_end": row["period"],
     "value": float(row["value"]), "printed": row["value"]}
    for row in rows
]
record = {"name": "line", "title": {"zh": "图", "en": "figure"}, "files": files, "rows": drawn}
(out / "line.json").write_text(json.dumps(record), encoding="utf-8")
"""
PARAMETERS = """\
language: str = "zh"  # zh or en
indicator: str = "deaths"  # a code
"""
TABLE = """\
indicator,period,value
deaths,2022-12-31,45
deaths,2023-12-31,42
accidents,2023-12-31,96
"""
FOUR = """\
[[job]]
notebook = "draw"
each = { language = ["zh", "en"], indicator = ["deaths", "accidents"] }
reads = [{ table = "observations/east", where = "indicator" }]
"""
# A cell that hangs, with a child that outlives a careless end, and shrugs at polite signals.
STUBBORN = """\
import signal, subprocess
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "300"], start_new_session=True)
Path(os.environ["HANGS"]).write_text(f"{os.getpid()} {child.pid}")
while True:
    time.sleep(1)
"""


def notebook(*cells, kernel="python3", language="python", parameters=PARAMETERS):
    """A notebook with a question, a parameters cell and *cells* of code."""
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")
    code = [new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(cells)]
    made = new_notebook(cells=[new_markdown_cell("# Why?", id="question"), tagged, *code])
    made.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": language}
    return made


class Project:
    """A folder with a plan, a table and a notebook ``draw``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.figures = root / "figures"
        (root / "notebooks").mkdir(parents=True)
        self.table(TABLE)
        self.plan(FOUR)
        self.notebook("draw", START, SKETCH, RECORD)

    @classmethod
    def at(cls, root: Path) -> "Project":
        """The project that already stands at *root*."""
        project = object.__new__(cls)
        project.root, project.figures = root, root / "figures"
        return project

    def table(self, text: str, name: str = "observations/east") -> Path:
        """Write a table."""
        path = self.root / "data" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
        return path

    def plan(self, text: str) -> None:
        """Write the plan."""
        (self.root / "plan.toml").write_text(text, encoding="utf-8")

    def notebook(self, name: str, *cells: str, **options: str) -> Path:
        """Write a notebook."""
        path = self.root / "notebooks" / f"{name}.ipynb"
        nbformat.write(notebook(*cells, **options), path)
        return path

    def jobs(self, *notebooks: str, **keys: object) -> None:
        """Plan one job a notebook, with the parameters' defaults."""
        extra = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        entry = '[[job]]\nnotebook = {}\nreads = ["observations/east"]\n{}\n'
        self.plan("".join(entry.format(json.dumps(name), extra) for name in notebooks))

    def start(self, *words: str, **options: object) -> subprocess.Popen[str]:
        """The command line in a process of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
        command = [sys.executable, "-m", "analysis", *words]
        return subprocess.Popen(command, **{"cwd": self.root} | pipes | options)

    def call(self, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
        """The command line, to its end."""
        return finished(self.start(*words, **options))

    def run(self, *words: str, **options: object) -> None:
        """A run that must succeed."""
        done = self.call("run", *words, **options)
        assert done.returncode == 0, done.stderr

    def record(self, job: str) -> dict:
        """The record of a job."""
        return json.loads((self.figures / job / "run.json").read_text("utf-8"))

    def manifest(self) -> dict:
        """The manifest."""
        return json.loads((self.figures / "manifest.json").read_text("utf-8"))

    def drawn(self) -> dict[str, str]:
        """The sha256 of every published drawing."""
        paths = sorted(self.figures.glob("*/*.svg")) + sorted(self.figures.glob("*/*.png"))
        return {path.relative_to(self.figures).as_posix(): sha(path) for path in paths}

    def published(self) -> dict[str, str]:
        """The sha256 of every published file of every job, records and notebooks too."""
        return {
            path.relative_to(self.figures).as_posix(): sha(path)
            for path in sorted(self.figures.glob("*/*"))
            if path.is_file() and path.parent.name[0] != "." and path.parent.name != "failed"
        }

    def tree(self) -> dict[str, tuple[str, int]]:
        """Every file below the root with its content and the time it was written."""
        return {
            str(path): (sha(path), path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def rubbish(self) -> list[Path]:
        """What a run must not leave behind."""
        return [*self.figures.glob(".stage-*"), *self.figures.rglob("*.tmp")]

    def processes(self) -> list[psutil.Process]:
        """Every process that a run of this project has started, other than the command itself."""
        found = []
        for process in psutil.process_iter():
            try:
                variables = process.environ()
            except (psutil.Error, OSError):
                continue
            if str(self.figures) in variables.get("IPYTHONDIR", ""):
                found.append(process)
        return found


def finished(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """*process* at its end."""
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()  # what it started ends with it
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def sha(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def environment(**more: str) -> dict[str, str]:
    """The variables of this process and some *more*."""
    return os.environ | more


def until(condition, seconds: float = 60.0):
    """What *condition* gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def command(process: psutil.Process) -> list[str]:
    """The command line of a process; empty once it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:  # it ended, or is a zombie, since it was listed
        return []


def hanging(path: Path) -> list[int]:
    """The process numbers a stubborn notebook wrote, once it has."""
    return until(lambda: path.exists() and [int(pid) for pid in path.read_text().split()])
