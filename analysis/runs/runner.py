"""
A run: start the stale jobs, check their results, publish the good ones, and write the manifest.

``executors`` run the notebooks, ``judge`` checks their results and ``staging`` publishes them.
"""

import contextlib
import errno
import importlib.util
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import files
from analysis.errors import BusyError, Fault, TableError, UsageError, WordError, WorkerError
from analysis.figures import manifest
from analysis.language.messages import say
from analysis.language.text import Text

from . import history, judge, staging
from .executors import Executor, Local
from .outcome import FAILED, LATE, Event, Options, Outcome, Send, Signals, StoppedError
from .plan import Job, Plan
from .stale import Fingerprints, Stale
from .worker import Task

if TYPE_CHECKING:
    from filelock import FileLock

CHECK = ":tables"  # the name of the check of the tables; no job can have it
LONGEST_WAIT = 3600.0
LIMITS = ("lower", "upper")
WARM_UP = 120.0  # seconds that importing the heavy libraries may take on a busy machine
CHECKING_ONE = 5.0  # seconds that checking an output may take at the end of the deadline
CHECKING = 900.0  # seconds that the check of the tables may take


@dataclass(slots=True)
class Live:
    """A job whose process runs, or has ended and is to be judged."""

    job: Job
    reason: Text
    parts: dict[str, Any]
    folder: Path
    lock: "FileLock"
    began: float
    events: Event  # the merged events of its process
    running: bool = False
    late: float = 0.0
    ended: bool = False
    lasted: float = 0.0  # seconds from its start to its end

    @property
    def due(self) -> float:
        """Return when its deadline passes on the monotonic clock; warming up does not count."""
        return self.began + self.job.deadline + (0.0 if self.running else WARM_UP)

    def end(self) -> judge.Ended:
        """Return how its process ended."""
        return judge.Ended(
            status=self.events["ended"],
            raised=self.events.get("raised", ""),
            cell=self.events.get("cell"),
            line=self.events.get("line", ""),
            late=self.late,
            memory=self.events.get("memory", 0),
            deadline=self.job.deadline,
            due=time.monotonic() + max(CHECKING_ONE, self.job.deadline - self.lasted),
        )


def run(plan: Plan, jobs: Iterable[Job], options: Options, send: Send) -> Outcome:
    """
    Rebuild the figures of the stale ones among *jobs*.

    Parameters
    ----------
    send
        Called with each event as it happens, a dict whose ``event`` is one of ``run``, ``start``,
        ``cell``, ``retry``, ``done``, ``failed``, ``late``, ``busy`` and ``end``.

    Raises
    ------
    UsageError
        If a job cannot run as requested; nothing has been published then.
    TableError
        If the tables are invalid; nothing has been published then.
    BusyError
        If another run has locked the figures.
    """
    return _run(plan, list(jobs), options, send, lock="run")


def job(plan: Plan, one: Job, options: Options, send: Send) -> Outcome:
    """Rebuild the figures of *one* job; other processes may run other jobs meanwhile."""
    return _run(plan, [one], options, send, lock=f"call-{one.name}")


def _run(plan: Plan, jobs: list[Job], options: Options, send: Send, lock: str) -> Outcome:
    figures, began = plan.project.figures, time.time()
    stale = Stale(plan.project)
    reasons = {one.name: _reason(one, stale, options) for one in jobs}
    queue = [one for one in jobs if reasons[one.name]]
    if not queue and not staging.debris(figures) and staging.manifest_is_current(plan, stale):
        return _finish(plan, options, Outcome(unchanged=[*reasons]), send, began)
    _require_kernels(queue)
    outcome = Outcome(unchanged=[name for name, reason in reasons.items() if reason is None])
    signals = Signals()
    try:
        with (
            signals.raised(),
            staging.lock(figures, lock, options.wait),
            staging.Stage(figures) as stage,
        ):
            _Runner(plan.warmed_for(queue), options, send, stale, stage, outcome).run(
                queue, signals
            )
    except StoppedError:
        outcome.stopped = signals.received
    except (TableError, UsageError, WorkerError) as error:
        outcome.refused = error.text
        _finish(plan, options, outcome, send, began)
        raise
    return _finish(plan, options, outcome, send, began)


def _reason(job: Job, stale: Stale, options: Options) -> Text | None:
    """Return why *job* must run, or None if it need not."""
    return say("stale.forced") if options.force else stale.reason(job)


def _finish(plan: Plan, options: Options, outcome: Outcome, send: Send, began: float) -> Outcome:
    """Add the run to the history, notify, send the last event and return *outcome*."""
    counts = {
        "done": len(outcome.done),
        "failed": len(outcome.failed),
        "late": len(outcome.late),
        "left": len(outcome.left),
        "busy": len(outcome.busy),
        "unchanged": len(outcome.unchanged),
        "changed": len(outcome.changed),
    }
    seconds = round(time.time() - began, 3)
    line = {
        **counts,
        "run": outcome.run,
        "began": history.utc(began),
        "seconds": seconds,
        "code": outcome.code,
        "refused": {"zh": outcome.refused.zh, "en": outcome.refused.en},
        "jobs": {
            "done": outcome.done,
            "late": [*map(staging.plain, outcome.late)],
            "failed": [*map(staging.plain, outcome.failed)],
        },
        "changed": outcome.changed,
    }
    with contextlib.suppress(OSError):  # a full disk does not undo what was published
        history.add(plan.project.figures, line)
    if outcome.refused.en:
        send({"event": "refused", "cause": outcome.refused})
    if options.notify and (outcome.changed or outcome.code in {FAILED, LATE}):
        _notify(plan, options, line, send)
    send({"event": "end", **counts, "seconds": seconds, "code": outcome.code})
    return outcome


def _notify(plan: Plan, options: Options, line: Event, send: Send) -> None:
    """Call the command of *options* with a summary of the run, and report its failure."""
    from . import notification

    content = notification.summary(plan.project.figures, line)
    if cause := notification.send(options.notify, content, plan.project.root):
        send({"event": "notify", "cause": cause})


def _require_kernels(jobs: Iterable[Job]) -> None:
    """Raise an error if the kernel of a notebook is not installed."""
    using = {one.kernel: one.notebook.name for one in jobs if one.kernel}
    if "python3" in using and not importlib.util.find_spec("ipykernel"):
        raise UsageError(say("run.no_ipykernel"))
    if using.keys() - {"python3"}:
        from jupyter_client.kernelspec import KernelSpecManager

        known = sorted(KernelSpecManager().find_kernel_specs())
        for name in using.keys() - {"python3", *known}:
            kind = say("word.in", where=using[name], kind=say("word.kernel"))
            raise WordError(kind, name, known)


class _Runner:
    """The main loop of a run."""

    def __init__(
        self,
        plan: Plan,
        options: Options,
        send: Send,
        stale: Stale,
        stage: staging.Stage,
        outcome: Outcome,
    ) -> None:
        self.plan, self.options, self.send = plan, options, send
        self.stale, self.stage, self.outcome = stale, stage, outcome
        self.figures = plan.project.figures
        outcome.run = stage.run
        self.queue: list[Job] = []
        self.live: dict[str, Live] = {}
        self.faults: list[Fault] = []
        self.checking = False
        self.check_due = float("inf")
        self.due = time.monotonic() + (options.deadline or float("inf"))
        self.signals = Signals()
        self.executor = self._executor()
        self.workers = options.workers or self.executor.capacity

    def run(self, queue: list[Job], signals: Signals) -> None:
        """Run the jobs of *queue*, then stop all processes and write the manifest."""
        self.queue, self.signals = queue, signals
        jobs, workers = len(self.queue), min(self.workers, len(self.queue))
        self.send({"event": "run", "run": self.stage.run, "jobs": jobs, "workers": workers})
        try:
            self._loop()
        finally:
            signals.delaying = True
            self.executor.close()
            self.outcome.left += [*self.live, *(one.name for one in self.queue)]
            for live in self.live.values():
                live.lock.release()
            self._write_manifest()
            history.keep_tables(self.plan.project)

    def _write_manifest(self) -> None:
        try:
            staging.write_manifest(self.plan)
        except (OSError, BusyError) as error:
            cause = disk_error(error) if isinstance(error, OSError) else error.text
            self._report("failed", manifest.MANIFEST, cause, say("run.manifest_left"))

    def _report(self, kind: str, job: str, cause: Text, advice: Text) -> None:
        """Send and record a failure of the run itself."""
        failure: Event = {"job": job, "cause": cause, "advice": advice, "cell": None, "line": ""}
        (self.outcome.late if kind == "late" else self.outcome.failed).append(failure)
        self.send({"event": kind, "notebook": say("run.no_notebook"), **failure})

    def _executor(self) -> Executor:
        if self.options.executor == "dask":
            from .cluster import Cluster

            return Cluster(self.options.scheduler, self.plan, self.stage)
        home = self.stage.folder / "home"
        return Local(self.stage.environment(), home, self.plan.warm, self.plan.warm_up)

    def _loop(self) -> None:
        if self.queue:
            self._check_tables()
        while self.queue or self.live or self.checking:
            self._fill()
            ended = [live for live in self.live.values() if live.ended]
            # No job may have started, if another process has rebuilt all of them meanwhile.
            if self.live or self.checking:
                for event in self.executor.wait(0.0 if ended else self._until_deadline()):
                    self._receive(event)
            self._stop_late_jobs()
            self._fill()  # before judging, so that no processor is idle meanwhile
            if ended:
                self._settle(ended[0])

    def _fill(self) -> None:
        while self.queue and not self.checking and self._occupied() < self.workers:
            self._start(self.queue.pop(0))

    def _occupied(self) -> int:
        """Return the number of running jobs; with `fail_fast`, include those not judged yet."""
        return sum(self.options.fail_fast or not live.ended for live in self.live.values())

    def _until_deadline(self) -> float:
        """Return the seconds until the next deadline."""
        due = [self.due, *(live.due for live in self.live.values() if not live.ended)]
        due += [self.check_due] if self.checking else []
        return max(0.0, min(LONGEST_WAIT, min(due) - time.monotonic()))

    def _stock(self) -> bool:
        return self.options.executor == "kernel"

    def _check_tables(self) -> None:
        """Start the check of the tables; no job starts before they pass."""
        data = self.plan.project.data
        if any(data.glob("indicators.*")):
            folder = str(self.stage.open("tables"))
            kernel = "none" if self._stock() else ""
            self.executor.start(Task(job=CHECK, stage=folder, kernel=kernel, check=str(data)))
            self.checking = True
            self.check_due = time.monotonic() + WARM_UP + CHECKING

    def _start(self, one: Job) -> None:
        try:
            lock = staging.lock(self.figures, f"job-{one.name}")
        except BusyError:
            self.outcome.busy.append(one.name)
            self.send({"event": "busy", "job": one.name})
            return
        reason = _reason(one, self.stale, self.options)
        if reason is None:
            lock.release()
            self.outcome.unchanged.append(one.name)  # another process has rebuilt it meanwhile
            return
        folder, parts, now = self.stage.open(one.name), self.stale.parts(one), time.monotonic()
        self.live[one.name] = Live(one, reason, parts, folder, lock, now, events={})
        self.send({"event": "start", "job": one.name, "reason": reason})
        self.executor.start(self._task(one, folder))

    def _task(self, one: Job, folder: Path) -> Task:
        return Task(
            job=one.name,
            notebook=str(one.notebook),
            parameters=dict(one.parameters),
            formats=list(one.formats),
            stage=str(folder),
            folder=str(self.plan.project.notebooks),
            kernel=one.kernel or ("python3" if self._stock() else ""),
            memory=self.options.memory,
            deadline=one.deadline,
        )

    def _receive(self, event: Event) -> None:
        if event["job"] == CHECK:
            if self.checking:
                self._receive_check(event)
        elif event["job"] in self.live:
            live = self.live[event["job"]]
            live.events |= event
            if "pid" in event:
                live.began, live.running = time.monotonic(), True
            if "ended" in event and not live.ended:
                live.ended, live.lasted = True, time.monotonic() - live.began
            live.late = live.late or event.get("late", 0.0)
            for kind in ("cell", "retry"):
                if kind in event:
                    self.send({"event": kind, **event})

    def _receive_check(self, event: Event) -> None:
        if "fault" in event:
            self.faults.append(_fault(event["fault"]))
        elif "raised" in event:
            raise UsageError(say("run.unchecked", error=event["raised"]))
        elif "ended" in event:
            self.checking = False
            if self.faults:
                raise TableError(self.faults)
            if event["ended"] != 0:  # it was killed, or none of its faults arrived
                raise UsageError(
                    say("run.unchecked", error=say("run.exit_status", status=event["ended"]))
                )

    def _stop_late_jobs(self) -> None:
        now = time.monotonic()
        for live in self.live.values():
            if not live.ended and not live.late and now >= min(live.due, self.due):
                live.late = live.job.deadline if live.due <= self.due else self.options.deadline
                self.executor.stop(live.job.name)
        if self.checking and now >= min(self.check_due, self.due):
            self._abandon_check()
        if now >= self.due:
            self._drop_queue()

    def _abandon_check(self) -> None:
        """Drop all jobs, because figures of unchecked tables are not made."""
        self.checking = False
        self._drop_queue()
        self._report("late", "tables", say("run.tables_late"), say("run.tables_late_advice"))

    def _drop_queue(self) -> None:
        self.outcome.left += [one.name for one in self.queue]
        self.queue.clear()

    def _settle(self, live: Live) -> None:
        """Judge the output of a job; publish it, or keep its notebook and log."""
        del self.live[live.job.name]
        try:
            figures = judge.judge(live.job, live.folder, live.end())
            self._refuse_changed_tables(live)
            with self.signals.delayed():
                self._done(live, self._publish(live, figures))
        except judge.FailureError as failure:
            self._fail(live, failure)
        except staging.ReplaceError as error:
            self._fail(live, _not_replaced(error, self.plan.project.root))
        except OSError as error:
            self._fail(live, judge.FailureError(disk_error(error), _disk_advice(error)))
        finally:
            shutil.rmtree(live.folder, ignore_errors=True)
            live.lock.release()

    def _done(self, live: Live, changed: list[dict[str, Any]]) -> None:
        name = live.job.name
        self.outcome.done.append(name)
        known = [_value_only(one) for one in self.outcome.changed]
        self.outcome.changed += [one for one in changed if _value_only(one) not in known]
        about = {"reason": live.reason, "changed": len(changed), **self._use(live)}
        self.send({"event": "done", "job": name, **about})

    def _refuse_changed_tables(self, live: Live) -> None:
        """Raise an error if a table changed while the notebook ran: it may have read both."""
        fingerprints = Fingerprints()
        for table, path, where, value in live.job.reads:
            if fingerprints.lines(path, where, value) != live.parts["inputs"][table]:
                cause = say("job.cause.table_changed", table=table)
                raise judge.FailureError(cause, say("job.advice.table"))

    def _use(self, live: Live) -> Event:
        seconds = round(time.monotonic() - live.began, 3)
        cpu, memory = live.events.get("cpu"), live.events.get("memory")
        return {"seconds": seconds, "cpu": cpu, "memory": memory}

    def _publish(self, live: Live, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Publish the figures of a job with their record, and return the changed values."""
        one, out = live.job, live.folder / "out"
        folder = self.figures / one.name
        before = manifest.record(folder)
        record: manifest.Record = {
            "job": one.name,
            "notebook": one.notebook.name,
            "parameters": dict(one.parameters),
            "key": files.digest(files.canonical(live.parts)),
            "parts": live.parts,
            "reason": live.reason.en,
            "outputs": {path.name: files.checksum(path) for path in sorted(out.iterdir())},
            "figures": figures,
            "run": {"run": self.stage.run, "ended": history.utc(time.time()), **self._use(live)},
        }
        changed = manifest.changes(manifest.rows(before), manifest.rows(record)) if before else []
        changed = [staging.plain({**change, "why": live.reason}) for change in changed]
        record["changed"] = changed
        staging.publish(out, folder, record, manifest.claimed(folder, before))
        return changed

    def _fail(self, live: Live, error: judge.FailureError) -> None:
        failure: Event = {
            "job": live.job.name,
            "notebook": live.job.notebook.name,
            "cell": error.cell,
            "line": error.line,
            "cause": error.cause,
            "advice": error.advice,
            **self._use(live),
        }
        with contextlib.suppress(OSError):
            kept = self.stage.keep_failed(live.job.name, {**failure, "parts": live.parts})
            failure["kept"] = kept.relative_to(self.plan.project.root).as_posix()
        late = isinstance(error, judge.LateError)
        kind = "late" if late else "failed"
        (self.outcome.late if late else self.outcome.failed).append(failure)
        self.send({"event": kind, **failure})
        if self.options.fail_fast:
            self._drop_queue()


def _value_only(change: Event) -> Event:
    """Return a change without its reason and its limits, which only some figures draw."""
    both = {side: change[side] or {} for side in ("before", "after")}
    kept = {side: {n: v for n, v in row.items() if n not in LIMITS} for side, row in both.items()}
    return {"row": change["row"], **kept}


def disk_error(error: OSError) -> Text:
    """Return the message of *error* with its path and, on a full disk, the free space there."""
    path = Path(str(error.filename or "."))
    free = Text("", "")
    if error.errno == errno.ENOSPC:
        with contextlib.suppress(OSError):
            size = shutil.disk_usage(path if path.exists() else path.parent).free
            free = say("job.free", size=f"{size / 2**20:,.1f} MB")
    words = {"error": error.strerror or error, "file": error.filename or "", "free": free}
    return say("job.cause.disk", **words)


def _disk_advice(error: OSError) -> Text:
    return say("job.advice.disk" if error.errno == errno.ENOSPC else "job.advice.see")


def _not_replaced(error: OSError, root: Path) -> judge.FailureError:
    """Return the failure of a file that another program keeps, or that is protected."""
    if error.errno == errno.ENOSPC:
        return judge.FailureError(disk_error(error), _disk_advice(error))
    file = Path(str(error.filename)).relative_to(root).as_posix()
    cause = say("job.cause.cannot_replace", file=file, error=error.strerror)
    return judge.FailureError(cause, say("job.advice.file"))


def _fault(cells: dict[str, Any]) -> Fault:
    """Return a fault that a worker has sent, its texts as dictionaries."""
    texts: dict[str, Any] = {
        name: Text(**cell) if isinstance(cell, dict) else cell for name, cell in cells.items()
    }
    return Fault(**texts)
