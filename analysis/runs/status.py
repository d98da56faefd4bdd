"""The report of ``regional-safety status``: last run, changed values, failed and stale jobs."""

from collections.abc import Callable
from typing import Any

from analysis.figures import manifest
from analysis.language.messages import say
from analysis.language.text import Text

from . import history, processes, staging
from .outcome import BUSY, FAILED, LATE, OK
from .plan import Plan, overview

SHOWN = 20  # entries of a list in the text form
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


def status(plan: Plan, language: str = "en") -> dict[str, Any]:
    """Return the state of the project of *plan* as plain data, reasons in *language*."""
    figures = plan.project.figures
    jobs = overview(plan, plan.jobs, language)
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
    runs = [
        folder.name.removeprefix(staging.PREFIX)
        for folder in plan.project.figures.glob(f"{staging.PREFIX}*")
    ]
    return [run for run in runs if processes.marked(processes.RUN, run)]


def _failed(runs: list[history.Line]) -> list[dict[str, Any]]:
    """Return the last failure of each job that has not succeeded since."""
    open_: dict[str, dict[str, Any]] = {}
    for run in runs:
        for job in run["jobs"]["done"]:
            open_.pop(job, None)
        for why in (*run["jobs"]["failed"], *run["jobs"]["late"]):
            open_[why["job"]] = {"run": run["run"], "began": run["began"], **why}
    return list(open_.values())


def _gone(plan: Plan) -> list[str]:
    """Return the names of jobs with figures that the plan no longer lists."""
    known = {job.name for job in plan.jobs}
    records = plan.project.figures.glob(f"*/{manifest.RECORD}")
    return sorted(path.parent.name for path in records if path.parent.name not in known)


def lines(report: dict[str, Any], language: str) -> list[str]:
    """Return the lines that print *report*, a result of :func:`status`."""
    texts = [_last(report["last"])]
    texts += [say("state.running", run=run) for run in report["running"]]
    texts += _listed("state.changed_before", report["changed"], _change)
    texts += _listed("state.changed_since", report["since"], _change)
    texts += _listed("state.failed", report["failed"], _failure)
    texts += _listed(
        "state.stale", list(report["stale"].items()), lambda job: _plain(": ".join(job))
    )
    texts += _listed("state.gone", report["gone"], _plain)
    texts.append(say("state.fresh", count=len(report["fresh"])))
    return [text[language] for text in texts]


def _listed(title: str, entries: list[Any], line: Callable[[Any], Text]) -> list[Text]:
    """Return a heading and one line for each of the first *entries*; nothing if there are none."""
    if not entries:
        return []
    texts = [Text("  ", "  ") + line(entry) for entry in entries[:SHOWN]]
    hidden = len(entries) - SHOWN
    more = [say("state.more", count=hidden)] if hidden > 0 else []
    return [say("state.heading", title=say(title)), *texts, *more]


def _plain(text: str) -> Text:
    return Text(text, text)


def _last(run: history.Line | None) -> Text:
    if run is None:
        return say("state.no_run")
    code = run["code"]
    meaning = say(_MEANINGS.get(code, "state.last.stopped"))
    seconds = f"{run['seconds']:.1f}"
    text = say("state.last", began=run["began"], seconds=seconds, meaning=meaning, code=code)
    return text + _plain(f"\n  {run['refused']}") if run.get("refused") else text


def _change(change: dict[str, Any]) -> Text:
    """
    Return one change of a value as a line.

    >>> row = {"region": "anshan", "indicator": "accidents", "period_end": "2023-12-31"}
    >>> before, after = {"value": 96, "printed": "96起"}, {"value": 97, "printed": "97起"}
    >>> _change({"change": "changed", "row": row, "before": before, "after": after}).en
    'changed  anshan accidents 2023-12-31: 96 (96起) → 97 (97起)'
    """
    row, kind = change["row"], say(_CHANGES[change["change"]])
    names = ("region", "adcode", "indicator", "breakdown", "period", "period_end", "status")
    about = " ".join(str(row[name]) for name in names if row.get(name) not in {None, "", "actual"})
    if "table" in change and "region" not in row:
        about = f"{change['table']} {about}"
    sides = [_value(side) for side in (change["before"], change["after"]) if side is not None]
    rest = f" {about}: {' → '.join(sides)}"
    return Text(f"{kind.zh}{rest}", f"{kind.en:8}{rest}")


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
