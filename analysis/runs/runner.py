"""
One run: start the stale jobs, watch them, judge them, publish what is good, record it last.

It decides; ``executors`` run the notebooks, ``judge`` judges them and ``stage`` publishes.
"""

import contextlib
import importlib.util
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from analysis import files
from analysis.errors import BusyError, Fault, TableError, UsageError, WordError, WorkerError
from analysis.figures import manifest

from . import assembly, history, judge, stage
from .executors import Executor, Local
from .fingerprints import Fingerprints
from .outcome import Event, Options, Outcome, Signals, StoppedError, Tell
from .plan import Job, Plan, Stale
from .work import Task

CHECK = ":tables"  # no job can be called that
LONGEST_WAIT = 3600.0
LIMITS = ("lower", "upper")
WARM_UP = 120.0  # seconds that importing the heavy libraries may take on a busy machine
CHECKING = 900.0  # seconds that holding the tables to their contracts may take


@dataclass(slots=True)
class Live:
    """A job whose process runs, or has ended and waits for the tables' verdict."""

    job: Job
    reason: str
    parts: dict[str, Any]
    folder: Path
    lock: FileLock
    began: float
    told: Event
    running: bool = False
    late: float = 0.0
    ended: bool = False

    @property
    def due(self) -> float:
        """When its deadline passes, on the monotonic clock; warming up does not count."""
        return self.began + self.job.deadline + (0.0 if self.running else WARM_UP)

    def end(self) -> judge.Ended:
        """All that is known of how its process ended."""
        return judge.Ended(
            status=self.told["ended"],
            raised=self.told.get("raised", ""),
            cell=self.told.get("cell"),
            line=self.told.get("line", ""),
            late=self.late,
            memory=self.told.get("memory", 0),
        )


def run(plan: Plan, jobs: Iterable[Job], options: Options, tell: Tell) -> Outcome:
    """
    Make the figures of the stale ones among *jobs*.

    Parameters
    ----------
    tell
        Called with each event as it happens, a dict whose ``event`` is one of ``run``, ``start``,
        ``cell``, ``retry``, ``done``, ``failed``, ``late``, ``busy`` and ``end``.

    Raises
    ------
    UsageError
        When a job could not run as asked; nothing has been published then.
    TableError
        When the tables break their contract; nothing has been published then.
    BusyError
        When another run holds the figures.
    """
    return _run(plan, list(jobs), options, tell, lock="run")


def job(plan: Plan, one: Job, options: Options, tell: Tell) -> Outcome:
    """Make the figures of *one* job, while other processes may make those of others."""
    return _run(plan, [one], options, tell, lock=f"call-{one.name}")


def _run(plan: Plan, jobs: list[Job], options: Options, tell: Tell, lock: str) -> Outcome:
    figures, began = plan.project.figures, time.time()
    stale = Stale(plan.project)
    reasons = {one.name: "forced" if options.force else stale.reason(one) for one in jobs}
    wanted = [one for one in jobs if reasons[one.name]]
    if not wanted and not stage.debris(figures) and assembly.holds(plan, stale):
        return _over(figures, Outcome(unchanged=[*reasons]), tell, began)
    _require_kernels(wanted)
    outcome = Outcome(unchanged=[name for name, reason in reasons.items() if not reason])
    queue = [(one, reasons[one.name]) for one in wanted]
    signals = Signals()
    try:
        with (
            signals.raised(),
            stage.lock(figures, lock, options.wait),
            stage.Stage(figures) as place,
        ):
            _Runner(plan, options, tell, stale, place, outcome).go(queue, signals)
    except StoppedError:
        outcome.stopped = signals.came
    except (TableError, UsageError, WorkerError) as error:
        outcome.refused = str(error)
        _over(figures, outcome, tell, began)
        raise
    return _over(figures, outcome, tell, began)


def _over(figures: Path, outcome: Outcome, tell: Tell, began: float) -> Outcome:
    """Tell how the run ended, and add it to the history."""
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
        "refused": outcome.refused,
        "jobs": {"done": outcome.done, "late": outcome.late, "failed": outcome.failed},
        "changed": outcome.changed,
    }
    with contextlib.suppress(OSError):  # a full disk does not undo what was published
        history.add(figures, line)
    if outcome.refused:
        tell({"event": "refused", "cause": outcome.refused})
    tell({"event": "end", **counts, "seconds": seconds, "code": outcome.code})
    return outcome


def _require_kernels(jobs: Iterable[Job]) -> None:
    """Refuse a notebook whose kernel is not installed, before anything starts."""
    using = {one.kernel: one.notebook.name for one in jobs if one.kernel}
    if "python3" in using and not importlib.util.find_spec("ipykernel"):
        raise UsageError("ipykernel is not installed: pip install ipykernel")
    if using.keys() - {"python3"}:
        from jupyter_client.kernelspec import KernelSpecManager

        known = sorted(KernelSpecManager().find_kernel_specs())
        for name in using.keys() - {"python3", *known}:
            raise WordError(f"{using[name]}: kernel", name, known)


class _Runner:
    """The loop of one run."""

    def __init__(
        self,
        plan: Plan,
        options: Options,
        tell: Tell,
        stale: Stale,
        place: stage.Stage,
        outcome: Outcome,
    ) -> None:
        self.plan, self.options, self.tell = plan, options, tell
        self.stale, self.place, self.outcome = stale, place, outcome
        self.figures = plan.project.figures
        outcome.run = place.run
        self.queue: list[tuple[Job, str]] = []
        self.live: dict[str, Live] = {}
        self.faults: list[Fault] = []
        self.checking = False
        self.check_due = float("inf")
        self.due = time.monotonic() + (options.deadline or float("inf"))
        self.signals = Signals()
        self.executor = self._executor()
        self.workers = options.workers or self.executor.places

    def go(self, queue: list[tuple[Job, str]], signals: Signals) -> None:
        """Run *queue* to its end, and leave everything in order however it ends."""
        self.queue, self.signals = queue, signals
        jobs, workers = len(self.queue), min(self.workers, len(self.queue))
        self.tell({"event": "run", "run": self.place.run, "jobs": jobs, "workers": workers})
        try:
            self._loop()
        finally:
            signals.holding = True
            self.executor.close()
            self.outcome.left += [*self.live, *(one.name for one, _ in self.queue)]
            for live in self.live.values():
                live.lock.release()
            self._manifest()
            history.keep_tables(self.plan.project)

    def _manifest(self) -> None:
        try:
            assembly.renew(self.plan)
        except (OSError, BusyError) as error:
            cause = on_disk(error) if isinstance(error, OSError) else str(error)
            why: Event = {"job": manifest.MANIFEST, "cause": cause, "cell": None, "line": ""}
            self.outcome.failed.append(why)
            advice = "the figures are whole; the next run writes it"
            self.tell({"event": "failed", "notebook": "no notebook", "advice": advice, **why})

    def _executor(self) -> Executor:
        if self.options.executor == "dask":
            from .cluster import Cluster

            return Cluster(self.options.scheduler, self.plan, self.place)
        home = self.place.folder / "home"
        return Local(self.place.environment(), home, self.plan.warm, self.plan.warm_up)

    def _loop(self) -> None:
        if self.queue:
            self._check_tables()
        while self.queue or self.live or self.checking:
            self._fill()
            ended = [live for live in self.live.values() if live.ended and not self.checking]
            # Nothing may have started after all, where another process made the job meanwhile.
            if self.live or self.checking:
                for event in self.executor.wait(0.0 if ended else self._patience()):
                    self._hear(event)
            self._end_late()
            self._fill()  # before judging: a free processor should not wait for that
            if ended:
                self._settle(ended[0])

    def _fill(self) -> None:
        while self.queue and self._busy() < self.workers:
            self._start(*self.queue.pop(0))

    def _busy(self) -> int:
        """Jobs that hold a place: to fail fast, one that is not judged yet holds its own."""
        return sum(self.options.fail_fast or not live.ended for live in self.live.values())

    def _patience(self) -> float:
        """Seconds until the next deadline."""
        due = [self.due, *(live.due for live in self.live.values() if not live.ended)]
        due += [self.check_due] if self.checking else []
        return max(0.0, min(LONGEST_WAIT, min(due) - time.monotonic()))

    def _stock(self) -> bool:
        return self.options.executor == "kernel"

    def _check_tables(self) -> None:
        """Hold the tables to their contracts beside the first jobs; nothing is published before."""
        data = self.plan.project.data
        if any(data.glob("indicators.*")):
            folder = str(self.place.open("tables"))
            kernel = "none" if self._stock() else ""
            self.executor.start(Task(job=CHECK, stage=folder, kernel=kernel, check=str(data)))
            self.checking = True
            self.check_due = time.monotonic() + WARM_UP + CHECKING

    def _start(self, one: Job, reason: str) -> None:
        try:
            held = stage.lock(self.figures, f"job-{one.name}")
        except BusyError:
            self.outcome.busy.append(one.name)
            self.tell({"event": "busy", "job": one.name})
            return
        if not self.options.force and not (reason := self.stale.reason(one)):
            held.release()
            self.outcome.unchanged.append(one.name)  # another process has made it meanwhile
            return
        folder, parts = self.place.open(one.name), self.stale.parts(one)
        told: Event = {}
        self.live[one.name] = Live(one, reason, parts, folder, held, time.monotonic(), told)
        self.tell({"event": "start", "job": one.name, "reason": reason})
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

    def _hear(self, event: Event) -> None:
        if event["job"] == CHECK:
            if self.checking:
                self._hear_check(event)
        elif event["job"] in self.live:
            live = self.live[event["job"]]
            live.told |= event
            if "pid" in event:
                live.began, live.running = time.monotonic(), True
            live.ended = live.ended or "ended" in event
            live.late = live.late or event.get("late", 0.0)
            for kind in ("cell", "retry"):
                if kind in event:
                    self.tell({"event": kind, **event})

    def _hear_check(self, event: Event) -> None:
        if "fault" in event:
            self.faults.append(Fault(*event["fault"]))
        elif "raised" in event:
            raise UsageError(f"the tables could not be checked: {event['raised']}")
        elif "ended" in event:
            self.checking = False
            if self.faults:
                raise TableError(self.faults)

    def _end_late(self) -> None:
        now = time.monotonic()
        for live in self.live.values():
            if not live.ended and not live.late and now >= min(live.due, self.due):
                live.late = live.job.deadline if live.due <= self.due else self.options.deadline
                self.executor.stop(live.job.name)
        if self.checking and now >= min(self.check_due, self.due):
            self._give_up_checking()
        if now >= self.due:
            self._drop_queue()

    def _give_up_checking(self) -> None:
        """What was drawn from tables that nobody has checked is not published."""
        self.checking = False
        for live in self.live.values():
            live.lock.release()
        self.outcome.left += self.live
        self.live.clear()
        self._drop_queue()
        why = {"job": "tables", "cause": "the tables were not checked in time", "cell": None}
        why |= {"line": "", "advice": "see how long `regional-safety check` takes here"}
        self.outcome.late.append(why)
        self.tell({"event": "late", "notebook": "no notebook", **why})

    def _drop_queue(self) -> None:
        self.outcome.left += [one.name for one, _ in self.queue]
        self.queue.clear()

    def _settle(self, live: Live) -> None:
        """Judge what a job made; publish it, or keep what tells why not."""
        del self.live[live.job.name]
        try:
            figures = judge.judge(live.job, live.folder, live.end())
            self._refuse_moved_tables(live)
            with self.signals.held():
                self._done(live, self._publish(live, figures))
        except judge.FailureError as failure:
            self._fail(live, failure)
        except OSError as error:
            self._fail(live, judge.FailureError(on_disk(error), "see the message"))
        finally:
            shutil.rmtree(live.folder, ignore_errors=True)
            live.lock.release()

    def _done(self, live: Live, changed: list[dict[str, Any]]) -> None:
        name = live.job.name
        self.outcome.done.append(name)
        known = [_said(one) for one in self.outcome.changed]
        self.outcome.changed += [one for one in changed if _said(one) not in known]
        about = {"reason": live.reason, "changed": len(changed), **self._use(live)}
        self.tell({"event": "done", "job": name, **about})

    def _refuse_moved_tables(self, live: Live) -> None:
        """A table that changed under the notebook may have been read half: do not publish that."""
        fingerprints = Fingerprints()
        for table, path, where, value in live.job.reads:
            if fingerprints.lines(path, where, value) != live.parts["inputs"][table]:
                cause = f"the table {table} changed while the notebook ran"
                raise judge.FailureError(cause, "run again when the table is complete")

    def _use(self, live: Live) -> Event:
        seconds = round(time.monotonic() - live.began, 3)
        return {"seconds": seconds, "cpu": live.told.get("cpu"), "memory": live.told.get("memory")}

    def _publish(self, live: Live, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Publish the figures of a job with their record, and give the values that changed."""
        one, made = live.job, live.folder / "out"
        folder = self.figures / one.name
        before = manifest.record(folder)
        record: manifest.Record = {
            "job": one.name,
            "notebook": one.notebook.name,
            "parameters": dict(one.parameters),
            "key": files.digest(files.canonical(live.parts)),
            "parts": live.parts,
            "reason": live.reason,
            "outputs": {p.name: files.digest(p.read_bytes()) for p in sorted(made.iterdir())},
            "figures": figures,
            "run": {"run": self.place.run, "ended": history.utc(time.time()), **self._use(live)},
        }
        changed = manifest.changes(manifest.rows(before), manifest.rows(record)) if before else []
        record["changed"] = changed
        stage.publish(made, folder, record, manifest.claimed(folder, before))
        return changed

    def _fail(self, live: Live, failure: judge.FailureError) -> None:
        why: Event = {
            "job": live.job.name,
            "notebook": live.job.notebook.name,
            "cell": failure.cell,
            "line": failure.line,
            "cause": failure.cause,
            "advice": failure.advice,
            **self._use(live),
        }
        with contextlib.suppress(OSError):
            kept = self.place.keep_failed(live.job.name, {**why, "parts": live.parts})
            why["kept"] = kept.relative_to(self.plan.project.root).as_posix()
        kind = "late" if live.late else "failed"
        (self.outcome.late if live.late else self.outcome.failed).append(why)
        self.tell({"event": kind, **why})
        if self.options.fail_fast:
            self._drop_queue()


def _said(change: Event) -> Event:
    """A change of a value without its limits, which some figures draw and others do not."""
    both = {side: change[side] or {} for side in ("before", "after")}
    kept = {side: {n: v for n, v in row.items() if n not in LIMITS} for side, row in both.items()}
    return {**change, **kept}


def on_disk(error: OSError) -> str:
    """An error of the disk with the path and the bytes that are free there."""
    path = Path(str(error.filename or "."))
    free = ""
    with contextlib.suppress(OSError):
        free = f" ({shutil.disk_usage(path if path.exists() else path.parent).free} bytes free)"
    return f"{error.strerror or error}: {error.filename or ''}{free}"
