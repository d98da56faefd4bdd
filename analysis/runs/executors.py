"""
Who runs the notebooks: forks of a warm process, or stock kernels, one process a job.

An executor starts, watches and stops processes; it neither plans nor judges.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from analysis.errors import UsageError, WorkerError

from . import processes
from .work import Task

Event = dict[str, Any]


class Executor(Protocol):
    """What the runner needs of whoever runs its notebooks."""

    places: int  # how many jobs it can run at a time

    def start(self, task: Task) -> None:
        """Begin *task*; its events carry its job's name."""

    def wait(self, seconds: float) -> list[Event]:
        """The events that came, after at most *seconds*; one with ``ended`` is a job's last."""

    def stop(self, job: str) -> None:
        """End *job* and all it started; its ``ended`` still comes."""

    def close(self) -> None:
        """End everything."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether a warm process can be forked safely: after heavy imports, only on Linux."""
    return sys.platform == "linux"


class Local:
    """Jobs on this machine: forked from the warm process, or each with a stock kernel."""

    def __init__(
        self,
        environment: dict[str, str],
        home: Path,
        warm: Iterable[str],
        warm_up: Iterable[str],
    ) -> None:
        self.environment, self.home = environment, home
        self.places = processors()
        self.settings = {
            "warm": ["analysis.runs.engine", *warm],
            "warm_up": ["analysis.runs.engine:prepare", *warm_up],
        }
        self.events: queue.Queue[Event] = queue.Queue()
        self.pids: dict[str, int] = {}
        self.warm: subprocess.Popen[bytes] | None = None
        self.dropped: set[str] = set()
        self.ready = False
        self.safe = can_fork()
        self.tasks: dict[str, Task] = {}
        self.kernels: dict[str, subprocess.Popen[bytes]] = {}
        self.readers: list[threading.Thread] = []

    def start(self, task: Task) -> None:
        """Fork a process for *task*, or start one where it names a kernel."""
        self.tasks[task["job"]] = task
        if not task["kernel"] and not self.safe:
            task["kernel"] = "python3"
        line = json.dumps(task).encode() + b"\n"
        if task["kernel"]:
            process = self._python("analysis.runs.work")
            self.kernels[task["job"]] = process
            self.pids[task["job"]] = process.pid
            _send(process, line)
            self.events.put({"job": task["job"], "pid": process.pid})
            self._listen(process, task["job"])
        else:
            if self.warm is None:
                self.warm = self._warmed()
            self.pids[task["job"]] = 0
            _send(self.warm, line)

    def wait(self, seconds: float) -> list[Event]:
        """The events of every process, as they come."""
        try:
            events = [self.events.get(timeout=max(seconds, 0.001))]
        except queue.Empty:
            return []
        while not self.events.empty():
            events.append(self.events.get())
        return [event for event in events for event in self._noted(event)]

    def stop(self, job: str) -> None:
        """End the job's process, its session, and what else carries the mark of its stage."""
        pid = self.pids.get(job, 0)
        if pid:
            processes.end(lambda: processes.family(pid))
        elif job in self.pids:  # ordered, but the warm process has not come to it
            self.dropped.add(job)
            self.events.put({"job": job, "ended": -processes.KILL, "raised": "it never started"})

    def close(self) -> None:
        """End the warm process and every kernel."""
        heads = [pid for pid in self.pids.values() if pid]
        if self.warm is not None:
            _close(self.warm)  # the end of its orders
            heads.append(self.warm.pid)
        processes.end(lambda: [one for pid in heads for one in processes.family(pid)])
        for reader in self.readers:
            reader.join(timeout=5)
        self.warm = None

    def _noted(self, event: Event) -> list[Event]:
        """Keep the process numbers; turn the end of the warm process into ends of its jobs."""
        if "pid" in event:
            self.pids[event["job"]] = event["pid"]
            if event["job"] in self.dropped:
                self.stop(event["job"])
                return []
        if "refused" in event:
            raise UsageError(event["refused"])
        self.ready = self.ready or "ready" in event
        if "unsafe" in event:
            self.safe, self.ready = False, True
        if "closed" in event and event["job"] is None:
            return self._orphaned()
        if "ended" in event:
            self.pids.pop(event["job"], None)
            self.kernels.pop(event["job"], None)
        return [event] if event.get("job") else []

    def _orphaned(self) -> list[Event]:
        """The warm process is gone: so are the jobs it had; the next one gets a new parent."""
        if not self.ready:
            raise WorkerError(f"the process that warms up ended: {self._last_words()}")
        self.warm = None
        lost = [job for job in self.pids if job not in self.kernels]
        if not self.safe:
            for job in lost:
                self.start(self.tasks[job])
            return []
        for job in lost:
            self.stop(job)
            self.pids.pop(job)
        told = "the process that all notebooks are forked from was ended"
        return [{"job": job, "ended": 1, "raised": told} for job in lost]

    def _last_words(self) -> str:
        said = (self.home / "log.txt").read_text("utf-8", "replace").strip().splitlines()
        return said[-1] if said else "it said nothing"

    def _warmed(self) -> subprocess.Popen[bytes]:
        process = self._python("analysis.runs.warm")
        _send(process, json.dumps(self.settings).encode() + b"\n")
        self._listen(process, None)
        return process

    def _python(self, module: str) -> subprocess.Popen[bytes]:
        with (self.home / "log.txt").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.home,
                env=self.environment,
                start_new_session=True,
            )

    def _listen(self, process: subprocess.Popen[bytes], job: str | None) -> None:
        """Pass on what *process* says; its end is the last event of a *job* of its own."""
        reader = threading.Thread(target=self._heard, args=(process, job), daemon=True)
        self.readers.append(reader)
        reader.start()

    def _heard(self, process: subprocess.Popen[bytes], job: str | None) -> None:
        if process.stdout is None:
            raise WorkerError("a process without a pipe cannot be heard")
        with process.stdout as lines:
            for line in lines:
                with suppress(ValueError):  # a process that was killed may leave half a line
                    self.events.put(json.loads(line))
        ended = _ended(process)
        _close(process)
        self.events.put({"job": job, **ended} if job else {"job": None, "closed": ended["ended"]})


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    if process.stdin is None:
        raise WorkerError("a process without a pipe cannot be told anything")
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except BrokenPipeError:
        return  # its end is on the way as an event


def _close(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()


def _ended(process: subprocess.Popen[bytes]) -> Event:
    """Wait for the end of *process*, and what the system knows of its use."""
    if not hasattr(os, "wait4"):
        return {"ended": process.wait()}
    from .warm import work_done

    try:
        _, status, usage = os.wait4(process.pid, 0)
    except ChildProcessError:  # it was stopped, and whoever stopped it has waited for it
        process.returncode = -processes.KILL
        return {"ended": process.returncode}
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"ended": process.returncode, **work_done(usage)}
