"""
How long runs take, side by side: stock papermill, nbconvert, this package, and the limit.

    python benchmarks/runs.py                        24 jobs, three interleaved rounds
    python benchmarks/runs.py --jobs 120 --rounds 1
    python benchmarks/runs.py --scale                5 to 3,200 regions, a generated plan

Every way makes the same pictures from the same notebooks in a folder of its own. The ways take
turns in each round, so that what else the machine does falls on all of them: quote ratios, not
seconds.
"""

import argparse
import contextlib
import itertools
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil

ROOT = Path(__file__).parents[1]
TWO = 2
YEARS = (*range(2017, 2023), 2016)

# The notebooks' own cells as plain functions, in two processes that stay: no notebook is kept,
# nothing is isolated, judged or recorded. What is left is reading, computing and drawing.
LIMIT = """
import importlib, json, os, sys
spec = json.load(open(sys.argv[1]))
os.chdir(spec["folder"])
for name in spec["warm"]:
    importlib.import_module(name)
for call in spec["warm_up"]:
    module, _, function = call.partition(":")
    getattr(importlib.import_module(module), function, lambda: None)()
pids = []
for part in range(2):
    if (pid := os.fork()) == 0:
        for job in spec["jobs"][part::2]:
            os.environ["REGIONAL_SAFETY_OUTPUT"] = job["out"]
            exec(compile(job["code"], job["name"], "exec"), {"display": lambda *shown: None})
        os._exit(0)
    pids.append(pid)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids))
"""


class Job(NamedTuple):
    """A notebook with its parameters."""

    name: str
    notebook: str
    parameters: dict[str, str | int]


class Cost(NamedTuple):
    """What one way took for all jobs."""

    wall: float
    cpu: float
    memory: float  # the most held at once, in MB, shared pages counted once


def chosen(count: int) -> list[Job]:
    """The first *count* jobs: trends over several years, and comparisons."""
    selections = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))["selections"]
    trends = itertools.product(YEARS, ("accidents", "deaths", "injuries"), ("zh", "en"))
    shared = itertools.product(selections["comparable_indicators"], ("zh", "en"))
    pairs = zip(
        (
            Job("", "2_trend", {"language": w, "indicator": i, "first_year": y})
            for y, i, w in trends
        ),
        (Job("", "3_comparison", {"language": w, "subject": i}) for i, w in shared),
        strict=False,
    )
    rest = (Job("", "3_comparison", {"language": w, "subject": i}) for i, w in shared)
    jobs = itertools.islice(itertools.chain(itertools.chain.from_iterable(pairs), rest), count)
    named = [
        job._replace(name="-".join([job.notebook, *map(str, job.parameters.values())]))
        for job in jobs
    ]
    if len(named) < count:
        sys.exit(f"there are only {len(named)} such jobs")
    return named


class Bench:
    """A copy of the project and the ways to make its figures."""

    def __init__(self, root: Path, jobs: list[Job]) -> None:
        self.root, self.jobs = root, jobs
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, root / name)
        text = (ROOT / "plan.toml").read_text("utf-8")
        top = text.split("[[job]]")[0]
        # Notebooks that no job names would run with their defaults, in this package only.
        others = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
        others -= {job.notebook for job in jobs}
        top = re.sub(
            r"^without = .*$", f"without = {json.dumps(sorted(others))}", top, flags=re.MULTILINE
        )
        self.plan = top + "".join(map(_entry, jobs))
        (root / "plan.toml").write_text(self.plan, "utf-8")

    def ways(self) -> dict[str, Callable[[], None]]:
        """Every way by its name, in the order of the table."""
        return {
            "stock papermill, one by one": lambda: self._many(self._papermill, 1),
            "stock papermill, two at a time": lambda: self._many(self._papermill, TWO),
            "jupyter nbconvert --execute, two at a time": lambda: self._many(self._nbconvert, TWO),
            "ours, stock kernels, two at a time": lambda: self._ours("--executor", "kernel"),
            "ours, cold": self._cold,
            "ours, warm": self._ours,
            "limit: plain functions in two warm processes": self._limit,
        }

    def _out(self, job: Job) -> Path:
        out = self.root / "out" / job.name
        out.mkdir(parents=True, exist_ok=True)
        return out

    def _many(self, way: Callable[[Job], None], at_once: int) -> None:
        shutil.rmtree(self.root / "out", ignore_errors=True)
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(way, self.jobs))
        self._complete(self.root / "out")

    def _papermill(self, job: Job) -> None:
        out = self._out(job)
        (out / "parameters.yaml").write_text(json.dumps(job.parameters), "utf-8")
        source = f"{job.notebook}.ipynb"
        words = ["papermill", source, str(out / "made.ipynb"), "--no-progress-bar"]
        self._call(*words, "-f", str(out / "parameters.yaml"), out=out)

    def _nbconvert(self, job: Job) -> None:
        """Nbconvert has no parameters, so they are written into the cell beforehand."""
        out = self._out(job)
        nb = nbformat.read(self.root / "notebooks" / f"{job.notebook}.ipynb", as_version=4)
        _parameters(nb).source += "\n" + _assigned(job)
        source = self.root / "notebooks" / f".bench-{job.name}.ipynb"
        nbformat.write(nb, source)
        words = ["nbconvert", "--to", "notebook", "--execute", source.name]
        self._call(*words, "--output-dir", str(out), "--output", "made.ipynb", out=out)
        source.unlink()

    def _call(self, *words: str, out: Path) -> None:
        variables = os.environ | {"REGIONAL_SAFETY_OUTPUT": str(out)}
        self._done([sys.executable, "-m", *words], self.root / "notebooks", variables)

    def _ours(self, *words: str) -> None:
        command = [sys.executable, "-m", "analysis", "run", "--force", "-j", "2", *words]
        self._done(command, self.root, dict(os.environ))
        self._complete(self.root / "figures")

    def _cold(self) -> None:
        shutil.rmtree(self.root / "figures", ignore_errors=True)
        self._ours()

    def _limit(self) -> None:
        import tomllib

        shutil.rmtree(self.root / "out", ignore_errors=True)
        top = tomllib.loads(self.plan)
        jobs = [
            {"name": job.name, "out": str(self._out(job)), "code": self._code(job)}
            for job in self.jobs
        ]
        spec = {"folder": str(self.root / "notebooks"), "jobs": jobs}
        spec |= {"warm": top["warm"], "warm_up": top["warm_up"]}
        (self.root / "limit.json").write_text(json.dumps(spec), "utf-8")
        command = [sys.executable, "-c", LIMIT, str(self.root / "limit.json")]
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._done(command, self.root, os.environ | threads)
        self._complete(self.root / "out")

    def _code(self, job: Job) -> str:
        nb = nbformat.read(self.root / "notebooks" / f"{job.notebook}.ipynb", as_version=4)
        _parameters(nb).source += "\n" + _assigned(job)
        return "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")

    def _done(self, command: list[str], folder: Path, variables: dict[str, str]) -> None:
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command[:6])} failed:\n{done.stderr[-2000:]}")

    def _complete(self, made: Path) -> None:
        drawn = len({path.parent for path in made.glob("*/*.svg")})
        if drawn < len(self.jobs):
            sys.exit(f"only {drawn} of {len(self.jobs)} jobs left a figure in {made}")


def _entry(job: Job) -> str:
    each = ", ".join(f"{name} = [{json.dumps(value)}]" for name, value in job.parameters.items())
    reads = '["*", "observations/*", "mentions/*"]'
    return f'[[job]]\nnotebook = "{job.notebook}"\neach = {{ {each} }}\nreads = {reads}\n\n'


def _parameters(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return next(cell for cell in nb.cells if "parameters" in cell.metadata.get("tags", []))


def _assigned(job: Job) -> str:
    return "\n".join(f"{name} = {value!r}" for name, value in job.parameters.items())


@contextlib.contextmanager
def peak() -> Iterator[list[float]]:
    """The most memory that all processes below this one hold at once, in MB."""
    most, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.4):
            held = 0
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    held += process.memory_full_info().pss
            most[0] = max(most[0], held / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def cost(way: Callable[[], None]) -> Cost:
    """What *way* takes; CPU is that of every process it started and waited for."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with peak() as most:
        way()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, most[0])


def compared(count: int, rounds: int, only: str) -> list[str]:
    """The table of all ways, as the median of *rounds* in which they took turns."""
    costs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="runs-") as folder:
        bench = Bench(Path(folder) / "project", chosen(count))
        ways = {name: way for name, way in bench.ways().items() if only in name}
        for turn in range(rounds):
            for name, way in ways.items():
                costs.setdefault(name, []).append(cost(way))
                print(f"round {turn + 1}: {name}: {costs[name][-1].wall:.1f} s", file=sys.stderr)
        idle = cost(lambda: _idle(bench))
    return _table(count, costs, idle)


def _idle(bench: Bench) -> None:
    subprocess.run(
        [sys.executable, "-m", "analysis", "run"], cwd=bench.root, capture_output=True, check=True
    )


def _table(count: int, costs: dict[str, list[Cost]], idle: Cost) -> list[str]:
    middle = {
        name: Cost(*(statistics.median(values) for values in zip(*runs, strict=True)))
        for name, runs in costs.items()
    }
    names = list(middle)
    one, two = (middle.get(name) for name in names[:2])
    lines = [
        f"| {count} jobs | wall s | CPU s a job | peak MB | vs stock one by one | vs stock two |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, of in middle.items():
        ratios = [f"{stock.wall / of.wall:.1f}×" if stock else "" for stock in (one, two)]
        cells = [f"{of.wall:.1f}", f"{of.cpu / count:.2f}", f"{of.memory:.0f}", *ratios]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(f"| ours, nothing stale | {idle.wall:.2f} | | {idle.memory:.0f} | | |")
    return lines


SKETCH = """\
import csv, json, os
from pathlib import Path
out = Path(os.environ["REGIONAL_SAFETY_OUTPUT"])
with open(f"../data/observations/{region}.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
points = " ".join(f"{at},{row['value']}" for at, row in enumerate(rows))
text = f"<svg xmlns='http://www.w3.org/2000/svg'><polyline points='{points}'/></svg>"
(out / "line.svg").write_text(text, encoding="utf-8")
drawn = [{"origin": "report", "region": region, **row} for row in rows]
record = {"name": "line", "title": {"zh": "", "en": ""}, "files": ["line.svg"], "rows": drawn}
(out / "line.json").write_text(json.dumps(record), encoding="utf-8")
"""


def scaled(sizes: list[int]) -> list[str]:
    """How a run grows with the number of regions: one job and one table of 100 rows a region."""
    lines = [
        "| regions, jobs | first run s | a job ms | nothing stale s | one changed s | peak MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="scale-") as folder:
            root = Path(folder)
            _generated(root, size)
            call = [sys.executable, "-m", "analysis", "run", "--quiet"]

            def run(call: list[str] = call, root: Path = root) -> None:
                subprocess.run(call, cwd=root, check=True, capture_output=True)

            first, idle = cost(run), cost(run)
            table = root / "data" / "observations" / "r0.csv"
            table.write_text(table.read_text("utf-8").replace(",7\n", ",8\n", 1), "utf-8")
            changed = cost(run)
        each = 1000 * first.wall / size
        cells = [f"{size:,}", f"{first.wall:.1f}", f"{each:.0f}", f"{idle.wall:.2f}"]
        lines.append(f"| {' | '.join([*cells, f'{changed.wall:.2f}', f'{first.memory:.0f}'])} |")
        print(lines[-1], file=sys.stderr)
    return lines


def _generated(root: Path, size: int) -> None:
    observations = root / "data" / "observations"
    observations.mkdir(parents=True)
    (root / "notebooks").mkdir()
    names = [f"r{number}" for number in range(size)]
    body = "".join(f"i{at},2023-12-31,{at % 50}\n" for at in range(100))
    for name in names:
        (observations / f"{name}.csv").write_text("indicator,period_end,value\n" + body, "utf-8")
    nb = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('region: str = "r0"', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(SKETCH),
        ]
    )
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(nb, root / "notebooks" / "draw.ipynb")
    plan = f'[[job]]\nnotebook = "draw"\neach = {{ region = {json.dumps(names)} }}\n'
    (root / "plan.toml").write_text(plan + 'reads = ["observations/{region}"]\n', "utf-8")


def machine() -> str:
    """The machine in a few words."""
    model = platform.machine()
    with contextlib.suppress(OSError):
        info = Path("/proc/cpuinfo").read_text("utf-8")
        names = [line.split(":")[1].strip() for line in info.splitlines() if "model name" in line]
        model = names[0] if names else model
    memory = psutil.virtual_memory().total / 2**30
    cpus, python = len(os.sched_getaffinity(0)), platform.python_version()
    return f"{cpus} × {model}, {memory:.0f} GB, {platform.system()}, Python {python}"


def main() -> None:
    """Measure what was asked for and print it as tables."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    asked.add_argument("--jobs", type=int, default=24)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--only", default="", help="ways whose name holds this")
    asked.add_argument("--scale", nargs="*", type=int, help="numbers of regions")
    options = asked.parse_args()
    print(f"{machine()}; medians of {options.rounds} round(s)\n")
    if options.scale is not None:
        print("\n".join(scaled(options.scale or [5, 50, 320, 3200])))
    else:
        print("\n".join(compared(options.jobs, options.rounds, options.only)))


if __name__ == "__main__":
    main()
