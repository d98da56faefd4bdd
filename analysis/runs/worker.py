"""
Run one task in this process: execute a notebook with papermill, or check the tables.

The process runs one task and ends. Figures are written to the job's staging folder.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from analysis import validation
from analysis.project import FORMATS, OUTPUT

STARTS = 3  # a kernel may fail to start because its port was taken; a cell is never retried
LONGEST_LINE = 3_500  # bytes of an event
Send = Callable[[dict[str, Any]], None]

# A kernel must not meet a matplotlibrc beside the notebook, which matplotlib reads when imported.
_STARTUP = """\
import contextlib, os
with contextlib.suppress(ImportError):
    import matplotlib
os.chdir({folder!r})
"""


class Task(TypedDict, total=False):
    """A job, or a check of the tables, as sent to a process as JSON."""

    job: str
    notebook: str
    parameters: dict[str, Any]
    formats: list[str]  # of its figures, [] for the default ones
    stage: str  # the job's folder: ``out`` for figures, ``notebook.ipynb``, ``log.txt``
    folder: str  # the working folder
    kernel: str  # "" runs the cells in this process
    memory: int  # bytes it may take, 0 for no limit
    deadline: float  # seconds it may take
    check: str  # instead of a notebook: the folder of tables to validate


class SaidText(TypedDict):
    """A text in both languages."""

    zh: str
    en: str
    id: NotRequired[str]


class SaidFault(TypedDict):
    """A fault of a table."""

    file: str
    line: int
    column: str
    found: str | SaidText
    rule: SaidText
    remedy: SaidText


class Said(TypedDict):
    """An event that the process of a job may send; who sent it is known by its pipe."""

    cell: NotRequired[int]
    cells: NotRequired[int]
    line: NotRequired[str]
    retry: NotRequired[str]
    raised: NotRequired[str]
    fault: NotRequired[SaidFault]


def said(line: bytes) -> dict[str, Any] | None:
    """
    Return the event in a line of a job's pipe, or None for any other line.

    >>> said(b'{"cell": 2, "line": "x = 1", "job": "another", "ended": 0}')
    {'cell': 2, 'line': 'x = 1'}
    >>> said(b"printed by a notebook") is None
    True
    """
    try:
        event: Any = validation.parsed(line, Said) if len(line) <= LONGEST_LINE else {}
    except ValueError:
        return None
    known = {name: event[name] for name in Said.__annotations__ if name in event}
    return known or None


def perform(task: Task, send: Send) -> int:
    """Run *task* and return its exit status; errors are sent as events."""
    _limit(task.get("memory", 0))
    try:
        if "check" in task:
            return _check(Path(task["check"]), send)
        _execute(task, send)
    except BaseException as error:  # noqa: BLE001  SystemExit too: every error is sent
        send({"raised": f"{type(error).__name__}: {error}"[:1500]})
        return 1
    return 0


def sender(events: int) -> Send:
    """Return a function that writes an event as one line to the pipe *events*."""

    def send(event: dict[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=True)
        if len(line) > LONGEST_LINE:
            line = json.dumps({name: _shortened(value) for name, value in event.items()})
        os.write(events, line.encode() + b"\n")

    return send


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(one) for name, one in value.items()}
    return value[:80] if isinstance(value, str) else value


def _limit(memory: int) -> None:
    if memory and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _check(data: Path, send: Send) -> int:
    """Validate the tables, send each fault as an event, and return 1 if there are any."""
    from analysis.tables import checks

    faults = checks.everything(data)
    for fault in faults:
        send({"fault": asdict(fault)})
    return int(bool(faults))


def _execute(task: Task, send: Send) -> None:
    validation.skip_grammar()
    import papermill

    stage = Path(task["stage"])
    os.environ[OUTPUT] = str(stage / "out")
    os.environ[FORMATS] = ",".join(task.get("formats", []))
    os.chdir(_working_folder(task, stage))
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # forked processes would all draw the same numbers
    began: list[int] = []

    def on_cell(cell: int, cells: int, line: str) -> None:
        began.append(cell)
        send({"cell": cell, "cells": cells, "line": line[:120]})

    options = _in_process(on_cell) if not task["kernel"] else _in_kernel(task["kernel"], on_cell)
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
            send({"retry": f"{error}"[:300]})
            time.sleep(0.2 * start)
        else:
            return


def _literal(path: str) -> str:
    """Return *path* with its braces doubled, because papermill calls ``str.format`` on it."""
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


def _in_process(on_cell: Callable[[int, int, str], None]) -> dict[str, Any]:
    return {"engine_name": "in-process", "on_cell": on_cell}


def _in_kernel(kernel: str, on_cell: Callable[[int, int, str], None]) -> dict[str, Any]:
    def on_cell_start(cell: dict[str, Any], cell_index: int) -> None:
        on_cell(cell_index, 0, (str(cell["source"]).strip().splitlines() or [""])[0])

    return {"kernel_name": kernel, "on_cell_start": on_cell_start, "start_timeout": 60}


def main() -> int:
    """Run the task on standard input; send its events to the original standard output."""
    task: Task = json.loads(sys.stdin.buffer.readline())
    events = os.dup(1)
    log = os.open(Path(task["stage"]) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    return perform(task, sender(events))


if __name__ == "__main__":
    sys.exit(main())
