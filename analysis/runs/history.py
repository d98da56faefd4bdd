"""
The history of runs: a line per run in ``runs.jsonl``, the tables of the last run, their report.

The report of ``regional-safety status`` names the last run, changed values, failed and stale jobs.
"""

import csv
import io
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from analysis import files, validation
from analysis.figures import manifest
from analysis.figures.fields import Change
from analysis.language.messages import say
from analysis.language.text import Text

from . import processes, staging
from .lookup import table_files
from .outcome import BUSY, FAILED, LATE, OK
from .plan import Plan, Project
from .stale import overview

FILE = "runs.jsonl"
TABLES = ".tables.json"  # the values of every table at the last run
MOST_BYTES = 4 << 20  # a longer file loses its older half
MOST_LINES = 20_000  # that are read
MOST_TABLES = 16 << 20  # bytes
Line = dict[str, Any]
SHOWN = 20  # entries of a list in the text form
EXAMPLES = 3  # jobs that are named, of those that are stale for one reason
FEW = 6  # changed values of a table or region that are shown each; more are counted
_MEANINGS = {
    OK: "state.last.ok",
    FAILED: "state.last.failed",
    BUSY: "state.last.busy",
    LATE: "state.last.late",
}
_CHANGES = {
    "added": "state.change.added",
    "changed": "state.change.changed",
    "removed": "state.change.removed",
}


class Failure(TypedDict):
    """A job that failed or was late; a cause that has two languages is a table."""

    job: str
    cause: str | dict[str, str]
    cell: NotRequired[int | None]
    kept: NotRequired[str]


class Jobs(TypedDict, total=False):
    """The jobs of a run."""

    done: list[str]
    failed: list[Failure]
    late: list[Failure]


class Past(TypedDict):
    """A line of the history."""

    run: str
    jobs: Jobs
    began: NotRequired[str]
    seconds: NotRequired[float]
    code: NotRequired[int]
    refused: NotRequired[str | dict[str, str]]
    changed: NotRequired[list[Change]]


_NOTHING: Line = {"began": "", "seconds": 0.0, "code": 0, "refused": "", "changed": []}


def utc(seconds: float) -> str:
    """
    Return a time as ISO 8601, to the second.

    >>> utc(0)
    '1970-01-01T00:00:00Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def add(figures: Path, line: Line) -> None:
    """Append *line* in one write, so that lines of two concurrent runs never mix."""
    path = figures / FILE
    data = files.canonical(line) + b"\n"
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        files.clear(path)
        path.unlink(missing_ok=True)
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = file.read(1) not in {b"", b"\n"}
        file.write(b"\n" + data if torn else data)
        file.seek(max(0, size - MOST_BYTES // 2))
        recent = file.read() if size > MOST_BYTES else b""
    if recent:
        files.write(path, recent.partition(b"\n")[2])


def lines(figures: Path) -> list[Line]:
    """Return the valid lines, oldest first."""
    valid = []
    whole = files.read(figures / FILE, 2 * MOST_BYTES) or b""
    for data in whole.splitlines()[-MOST_LINES:]:
        try:
            line = validation.parsed(data, Past)
        except ValueError:
            continue
        jobs = {"done": [], "failed": [], "late": [], **line["jobs"]}
        valid.append({**_NOTHING, **line, "jobs": jobs})
    return valid


def keep_tables(project: Project) -> None:
    """Save the values of the tables for :func:`since`."""
    data = files.canonical(_values(project))
    path = project.figures / TABLES
    if files.read(path, MOST_TABLES) != data:
        with suppress(OSError):  # `status` can do without it
            files.write(path, data)


def since(project: Project) -> list[dict[str, Any]]:
    """Return the values added, changed and removed in the tables since the last run."""
    try:
        data = files.read(project.figures / TABLES, MOST_TABLES) or b""
        before = validation.parsed(data, dict[str, list[validation.Row]])
    except ValueError:
        return []
    now = _values(project)
    return [
        {"table": table, **change}
        for table in sorted({*before, *now})
        for change in manifest.changes(before.get(table, []), now.get(table, []))
    ]


def _values(project: Project) -> dict[str, list[dict[str, str]]]:
    """Return the keys and values of the rows of every CSV table with values."""
    tables = {}
    for path in table_files(project.data):
        name = path.relative_to(project.data).with_suffix("").as_posix()
        rows = list(_rows(path))
        if rows:
            tables[name] = rows
    return tables


def _rows(path: Path) -> Iterator[dict[str, str]]:
    kept = (*manifest.ROW_KEY, *manifest.ROW_VALUE)
    try:
        reader = csv.DictReader(io.StringIO(files.text(path), newline=""))
        if "value" in (reader.fieldnames or []):
            yield from ({name: row[name] for name in kept if row.get(name)} for row in reader)
    except (ValueError, csv.Error):
        return  # a workbook, or an invalid table


def report(plan: Plan, language: str = "en") -> dict[str, Any]:
    """Return the state of the project of *plan* as plain data, reasons in *language*."""
    figures = plan.project.figures
    jobs = overview(plan, plan.jobs, language)
    stale = {job["name"]: job["reason"] for job in jobs if job["stale"]}
    runs = lines(figures)
    return {
        "last": runs[-1] if runs else None,
        "running": _running(plan),
        "failed": [one for one in _failed(runs) if one["job"] in stale],
        "stale": stale,
        "fresh": [job["name"] for job in jobs if not job["stale"]],
        "changed": next((run["changed"] for run in reversed(runs) if run["changed"]), []),
        "since": since(plan.project),
        "gone": _gone(plan),
    }


def _running(plan: Plan) -> list[str]:
    runs = [
        folder.name.removeprefix(staging.PREFIX)
        for folder in plan.project.figures.glob(f"{staging.PREFIX}*")
    ]
    return [run for run in runs if processes.marked(processes.RUN, run)]


def _failed(runs: list[Line]) -> list[dict[str, Any]]:
    """Return the last failure of each job that has not succeeded since."""
    open_: dict[str, dict[str, Any]] = {}
    for run in runs:
        for job in run["jobs"]["done"]:
            open_.pop(job, None)
        for why in _unfinished(run):
            open_[why["job"]] = {"run": run["run"], "began": run["began"], **why}
    return list(open_.values())


def _unfinished(run: Line) -> list[Failure]:
    return [*run["jobs"]["failed"], *run["jobs"]["late"]]


def _gone(plan: Plan) -> list[str]:
    """Return the names of jobs with figures that the plan no longer lists."""
    known = {job.name for job in plan.jobs}
    records = plan.project.figures.glob(f"*/{manifest.RECORD}")
    return sorted(path.parent.name for path in records if path.parent.name not in known)


def printed(state: dict[str, Any], language: str) -> list[str]:
    """Return the lines that print *state*, a result of :func:`report`."""
    texts = [_last(state["last"])]
    texts += [say("state.running", run=run) for run in state["running"]]
    texts += _listed("state.changed_before", _changes(state["changed"]))
    texts += _listed("state.changed_since", _changes(state["since"]))
    texts += _listed("state.failed", map(_failure, state["failed"]))
    texts += _listed("state.stale", _stale(state["stale"]))
    texts += _listed("state.gone", map(_plain, state["gone"]))
    texts.append(say("state.fresh", count=len(state["fresh"])))
    return [text[language] for text in texts]


def _listed(title: str, lines: Iterable[Text]) -> list[Text]:
    """Return a heading and the first *lines*; nothing if there are none."""
    every = [Text("  ", "  ") + line for line in lines]
    if not every:
        return []
    texts, hidden = every[:SHOWN], len(every) - SHOWN
    more = [say("state.more", count=hidden)] if hidden > 0 else []
    return [say("state.heading", title=say(title)), *texts, *more]


def _stale(reasons: Mapping[str, str]) -> Iterator[Text]:
    """Yield one line for each reason, with the number of jobs and the first of them."""
    for reason in dict.fromkeys(reasons.values()):
        jobs = [job for job, why in reasons.items() if why == reason]
        shown = [*jobs[:EXAMPLES], *(["…"] if len(jobs) > EXAMPLES else [])]
        names = Text.joined(map(_plain, shown), zh="、", en=", ")
        yield say("state.stale_jobs", reason=reason, count=len(jobs), names=names)


def _plain(text: str) -> Text:
    return Text(text, text)


def _last(run: Line | None) -> Text:
    if run is None:
        return say("state.no_run")
    code = run["code"]
    meaning = say(_MEANINGS.get(code, "state.last.stopped"))
    seconds = f"{run['seconds']:.1f}"
    words = {"began": run["began"], "seconds": seconds, "meaning": meaning, "code": code}
    jobs = [*run["jobs"]["done"], *(one["job"] for one in _unfinished(run))]
    only = {"job": jobs[0]} if len(jobs) == 1 else {}
    text = say("state.last_job" if only else "state.last", **words, **only)
    cause = _cause(run.get("refused", ""))
    return text + _plain("\n  ") + cause if cause.en else text


def _changes(changes: Iterable[dict[str, Any]]) -> Iterator[Text]:
    """Yield a line for each change, or one for many changes of a kind in a table or region."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in changes:
        where = str(change.get("table") or change["row"].get("region", ""))
        groups.setdefault((change["change"], where), []).append(change)
    for (kind, where), group in groups.items():
        if len(group) <= FEW:
            yield from map(_change, group)
        else:
            yield _kind(kind) + say("state.change.many", where=where, count=len(group))


def _kind(change: str) -> Text:
    kind = say(_CHANGES[change])
    return Text(f"{kind.zh} ", f"{kind.en:8} ")


def _change(change: dict[str, Any]) -> Text:
    """
    Return one change of a value as a line.

    >>> row = {"region": "anshan", "indicator": "accidents", "period_end": "2023-12-31"}
    >>> before, after = {"value": 96, "printed": "96起"}, {"value": 97, "printed": "97起"}
    >>> _change({"change": "changed", "row": row, "before": before, "after": after}).en
    'changed  anshan accidents 2023-12-31: 96 (96起) → 97 (97起)'
    """
    row = change["row"]
    names = ("region", "adcode", "indicator", "breakdown", "period", "period_end", "status")
    about = " ".join(str(row[name]) for name in names if row.get(name) not in {None, "", "actual"})
    if "table" in change and "region" not in row:
        about = f"{change['table']} {about}"
    sides = [_value(side) for side in (change["before"], change["after"]) if side is not None]
    text = _kind(change["change"]) + _plain(f"{about}: {' → '.join(sides)}")
    why = change.get("why")
    return text + (_cause(why).aside() if why else _plain(""))


def _value(side: dict[str, Any]) -> str:
    printed = f" ({side['printed']})" if side.get("printed") else ""
    return f"{side.get('value', '?')}{printed}"


def _failure(failure: dict[str, Any]) -> Text:
    cell = failure.get("cell")
    text = _plain(failure["job"])
    if cell is not None:
        text += say("run.at_cell", cell=cell + 1)
    text += _plain(": ") + _cause(failure["cause"])
    return text + say("state.see", folder=failure["kept"]) if "kept" in failure else text


def _cause(cause: str | dict[str, str]) -> Text:
    """Return a cause of the history, which older versions wrote in English only."""
    return (
        _plain(cause) if isinstance(cause, str) else Text(cause.get("zh", ""), cause.get("en", ""))
    )
