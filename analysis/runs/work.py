"""
One job in this process: papermill executes its notebook and every figure lands in its stage.

The process is made for the job and ends with it; what the outcome is worth is for ``judge``.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from analysis.project import FORMATS

from .processes import OUTPUT

STARTS = 3  # a kernel may fail to start because another took its port; a cell is never retried
_LINE = 3_500  # below what a pipe takes in one piece, so that lines of two jobs never mix
Tell = Callable[[dict[str, Any]], None]

# A kernel must not meet a matplotlibrc beside the notebook, which matplotlib reads when imported.
_STARTUP = """\
import contextlib, os
with contextlib.suppress(ImportError):
    import matplotlib
os.chdir({folder!r})
"""


class Task(TypedDict, total=False):
    """All that a process must know of a job; it travels as JSON."""

    job: str
    notebook: str
    parameters: dict[str, Any]
    formats: list[str]  # of its figures, [] for the usual ones
    stage: str  # the job's folder: ``out`` for figures, ``notebook.ipynb``, ``log.txt``
    folder: str  # the working folder
    kernel: str  # "" runs the cells in this process
    memory: int  # bytes it may take, 0 for no limit
    deadline: float  # seconds it may take
    check: str  # instead of a job: the folder of tables to hold to their contracts


def perform(task: Task, tell: Tell) -> int:
    """Do *task* and give the exit status; what went wrong is told."""
    _limit(task.get("memory", 0))
    try:
        if "check" in task:
            _check(Path(task["check"]), tell)
        else:
            _execute(task, tell)
    except BaseException as error:  # noqa: BLE001  SystemExit too: nothing may leave unnoticed
        tell({"raised": f"{type(error).__name__}: {error}"[:1500]})
        return 1
    return 0


def teller(events: int, job: str) -> Tell:
    """A function that writes what it is told about *job* as one line into the pipe *events*."""

    def tell(event: dict[str, Any]) -> None:
        line = json.dumps({"job": job, **event}, ensure_ascii=True)
        if len(line) > _LINE:
            line = json.dumps({"job": job} | {k: str(v)[:500] for k, v in event.items()})
        os.write(events, line.encode() + b"\n")

    return tell


def _limit(memory: int) -> None:
    if memory and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _check(data: Path, tell: Tell) -> None:
    """Hold the tables to their contracts, and tell the faults one by one."""
    from analysis.tables import checks

    for fault in checks.everything(data):
        tell({"fault": [getattr(fault, name) for name in fault.__slots__]})


def _execute(task: Task, tell: Tell) -> None:
    import papermill

    stage = Path(task["stage"])
    os.environ[OUTPUT] = str(stage / "out")
    os.environ[FORMATS] = ",".join(task.get("formats", []))
    os.chdir(_working_folder(task, stage))
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # forked processes would all draw the same numbers
    began: list[int] = []

    def told(place: int, cells: int, line: str) -> None:
        began.append(place)
        tell({"cell": place, "cells": cells, "line": line[:120]})

    options = _in_process(told) if not task["kernel"] else _in_kernel(task["kernel"], told)
    for start in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                _literal(task["notebook"]),
                _literal(str(stage / "notebook.ipynb")),
                task["parameters"] or None,
                progress_bar=False,
                **options,
            )
        except (OSError, RuntimeError) as error:
            if began or start == STARTS or isinstance(error, FileNotFoundError):
                raise
            tell({"retry": f"{error}"[:300]})
            time.sleep(0.2 * start)
        else:
            return


def _literal(path: str) -> str:
    """A path that papermill's ``str.format`` leaves as it is."""
    return path.replace("{", "{{").replace("}", "}}")


def _working_folder(task: Task, stage: Path) -> Path:
    folder = Path(task["folder"])
    if task["kernel"] != "python3":
        return folder
    home = stage / "home"
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-folder.py").write_text(_STARTUP.format(folder=str(folder)), "utf-8")
    os.environ["IPYTHONDIR"] = str(home / "ipython")
    return home


def _in_process(told: Callable[[int, int, str], None]) -> dict[str, Any]:
    return {"engine_name": "in-process", "told": told}


def _in_kernel(kernel: str, told: Callable[[int, int, str], None]) -> dict[str, Any]:
    def begins(cell: dict[str, Any], cell_index: int) -> None:
        told(cell_index, 0, (str(cell["source"]).strip().splitlines() or [""])[0])

    return {"kernel_name": kernel, "on_cell_start": begins, "start_timeout": 60}


def main() -> int:
    """Do the task on standard input; its events go to what was standard output."""
    task: Task = json.loads(sys.stdin.buffer.readline())
    events = os.dup(1)
    log = os.open(Path(task["stage"]) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    return perform(task, teller(events, task["job"]))


if __name__ == "__main__":
    sys.exit(main())
