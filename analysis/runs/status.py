"""
Where things stand: the last run, the values that changed since, what is stale, what failed.

It reads records and tables; it changes nothing.
"""

from typing import Any

from analysis.figures import manifest

from . import history, processes, stage
from .plan import Plan, overview

SHOWN = 20
_MEANT = {0: "all well", 1: "something failed", 75: "busy", 124: "past its deadline"}


def status(plan: Plan) -> dict[str, Any]:
    """Where the project of *plan* stands, as plain data."""
    figures = plan.project.figures
    jobs = overview(plan, plan.jobs)
    stale = {job["name"]: job["reason"] for job in jobs if job["stale"]}
    runs = history.lines(figures)
    return {
        "last": runs[-1] if runs else None,
        "running": _running(plan),
        "failed": [one for one in _failed(runs) if one["job"] in stale],
        "stale": stale,
        "fresh": [job["name"] for job in jobs if not job["stale"]],
        "changed": next((run["changed"] for run in reversed(runs) if run["changed"]), []),
        "since": history.since(plan.project),
        "gone": _gone(plan),
    }


def _running(plan: Plan) -> list[str]:
    marks = [
        folder.name.removeprefix(stage.PREFIX)
        for folder in plan.project.figures.glob(f"{stage.PREFIX}*")
    ]
    return [mark for mark in marks if processes.marked(processes.RUN, mark)]


def _failed(runs: list[history.Line]) -> list[dict[str, Any]]:
    """The last failure of every job that has not been made since."""
    open_: dict[str, dict[str, Any]] = {}
    for run in runs:
        for job in run["jobs"]["done"]:
            open_.pop(job, None)
        for why in (*run["jobs"]["failed"], *run["jobs"]["late"]):
            open_[why["job"]] = {"run": run["run"], "began": run["began"], **why}
    return list(open_.values())


def _gone(plan: Plan) -> list[str]:
    """Jobs that have figures but no place in the plan any more."""
    known = {job.name for job in plan.jobs}
    made = plan.project.figures.glob(f"*/{manifest.RECORD}")
    return sorted(path.parent.name for path in made if path.parent.name not in known)


def lines(found: dict[str, Any]) -> list[str]:
    """What :func:`status` found, in words."""
    told = [_last(found["last"])]
    told += [f"a run is under way: {mark}" for mark in found["running"]]
    told += _listed("values changed by the run before", found["changed"], _change)
    told += _listed("values changed in the tables since", found["since"], _change)
    told += _listed("failed", found["failed"], _failure)
    told += _listed("stale", list(found["stale"].items()), lambda job: f"{job[0]}: {job[1]}")
    told += _listed("made, but no longer in the plan", found["gone"], str)
    told.append(f"up to date: {len(found['fresh'])} job(s)")
    return told


def _listed(title: str, entries: list[Any], told: Any) -> list[str]:
    if not entries:
        return []
    more = [f"  and {len(entries) - SHOWN} more (--json lists all)"] if len(entries) > SHOWN else []
    return [f"{title}:", *(f"  {told(entry)}" for entry in entries[:SHOWN]), *more]


def _last(run: history.Line | None) -> str:
    if run is None:
        return "no run yet"
    code = run["code"]
    meant = _MEANT.get(code, "stopped")
    why = f"\n  {run['refused']}" if run.get("refused") else ""
    return f"last run {run['began']}, {run['seconds']:.1f} s: {meant} (exit code {code}){why}"


def _change(change: dict[str, Any]) -> str:
    """
    One change of a value.

    >>> row = {"region": "anshan", "indicator": "accidents", "period_end": "2023-12-31"}
    >>> before, after = {"value": 96, "printed": "96起"}, {"value": 97, "printed": "97起"}
    >>> _change({"change": "changed", "row": row, "before": before, "after": after})
    'changed  anshan accidents 2023-12-31: 96 (96起) → 97 (97起)'
    """
    row = change["row"]
    names = ("region", "adcode", "indicator", "breakdown", "period", "period_end", "status")
    about = " ".join(str(row[name]) for name in names if row.get(name) not in {None, "", "actual"})
    if "table" in change and "region" not in row:
        about = f"{change['table']} {about}"
    sides = [_value(side) for side in (change["before"], change["after"]) if side is not None]
    return f"{change['change']:8} {about}: {' → '.join(sides)}"


def _value(side: dict[str, Any]) -> str:
    printed = f" ({side['printed']})" if side.get("printed") else ""
    return f"{side.get('value', '?')}{printed}"


def _failure(why: dict[str, Any]) -> str:
    where = "" if why["cell"] is None else f", cell {why['cell'] + 1}"
    kept = f" (see {why['kept']})" if "kept" in why else ""
    return f"{why['job']}{where}: {why['cause']}{kept}"
