"""Small projects built by code: notebooks that draw, and notebooks that misbehave."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# Draws one figure without the package's own charts, and writes its record by hand.
DRAW = """\
import csv, json, os
from pathlib import Path
from matplotlib.figure import Figure
import matplotlib

out = Path(os.environ["REGIONAL_SAFETY_OUTPUT"])
with open("../data/observations/east.csv", encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["indicator"] == indicator]
"""
SAVE = """\
matplotlib.rcParams["svg.hashsalt"] = "fixture"
figure = Figure(figsize=(4, 3))
figure.subplots().plot([float(row["value"]) for row in rows], marker="o", label=language)
figure.savefig(out / "line.png")
figure.savefig(out / "line.svg")
record = {
    "name": "line",
    "title": {"zh": "图", "en": "figure"},
    "files": ["line.png", "line.svg"],
    "rows": [
        {"origin": "report", "region": "east", "indicator": indicator, "period_end": row["period"],
         "value": float(row["value"]), "printed": row["value"]}
        for row in rows
    ],
}
(out / "line.json").write_text(json.dumps(record), encoding="utf-8")
"""
PARAMETERS = """\
language: str = "zh"  # zh or en
indicator: str = "deaths"  # a code
"""
TABLE = (
    "indicator,period,value\ndeaths,2022-12-31,45\ndeaths,2023-12-31,42\naccidents,2023-12-31,96\n"
)
PLAN = """\
[[job]]
notebook = "draw"
each = { language = ["zh", "en"], indicator = ["deaths", "accidents"] }
reads = [{ table = "observations/east", where = "indicator" }]
"""


def notebook(*cells, kernel="python3", language="python", parameters=PARAMETERS):
    """A notebook with a question, a parameters cell and *cells* of code."""
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")
    code = [new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(cells)]
    made = new_notebook(cells=[new_markdown_cell("# Why?", id="question"), tagged, *code])
    made.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": language}
    return made


class Project:
    """A folder with a plan, tables and notebooks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.figures = root / "figures"
        for name in ("data/observations", "notebooks"):
            (root / name).mkdir(parents=True)
        self.table(TABLE)
        self.plan(PLAN)
        self.notebook("draw", DRAW, SAVE)

    def table(self, text: str, name: str = "observations/east") -> None:
        path = self.root / "data" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")

    def plan(self, text: str) -> None:
        (self.root / "plan.toml").write_text(text, encoding="utf-8")

    def notebook(self, name: str, *cells: str, **options: str) -> Path:
        path = self.root / "notebooks" / f"{name}.ipynb"
        nbformat.write(notebook(*cells, **options), path)
        return path

    def jobs(self, *notebooks: str, **keys: object) -> None:
        """A plan of one job a notebook, for the parameters' defaults."""
        extra = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        reads = 'reads = ["observations/east"]\n'
        self.plan("".join(f'[[job]]\nnotebook = "{name}"\n{reads}{extra}\n' for name in notebooks))

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "analysis", *words]

    def start(self, *words: str, **options: object) -> subprocess.Popen[str]:
        """The command line in a process of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        pipes |= {"encoding": "utf-8"}
        return subprocess.Popen(self.command(*words), cwd=self.root, **pipes | options)

    def call(self, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
        """The command line, to its end."""
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def record(self, job: str) -> dict:
        return json.loads((self.figures / job / "run.json").read_text("utf-8"))
