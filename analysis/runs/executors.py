"""
Executors: they run each job in a process of its own, forked from a server or with a kernel.

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
from .worker import Task, said

Event = dict[str, Any]
_LONGEST_LINE = 1 << 20


def taken(events: "queue.Queue[Event]", seconds: float) -> list[Event]:
    """Return all queued events, after at most *seconds* of waiting for the first."""
    try:
        first = events.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        return []
    return [first, *(events.get() for _ in range(events.qsize()))]


class Executor(Protocol):
    """The interface between the runner and the processes of jobs."""

    capacity: int  # how many jobs it can run at a time

    def start(self, task: Task) -> None:
        """Start *task*; its events carry the name of its job."""

    def wait(self, seconds: float) -> list[Event]:
        """Return new events, after at most *seconds*; a job's last one has ``ended``."""

    def stop(self, job: str) -> None:
        """End *job* and its child processes; its event ``ended`` follows."""

    def close(self) -> None:
        """End all processes."""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Return whether forking after heavy imports is safe, which it is on Linux only."""
    return sys.platform == "linux"


class Local:
    """Runs jobs on this machine, forked from the fork server or each with a Jupyter kernel."""

    def __init__(
        self,
        environment: dict[str, str],
        home: Path,
        warm: Iterable[str],
        warm_up: Iterable[str],
    ) -> None:
        self.environment, self.home = environment, home
        self.capacity = processors()
        self.settings = {
            "warm": ["analysis.runs.engine", *warm],
            "warm_up": ["analysis.runs.engine:prepare", *warm_up],
        }
        self.events: queue.Queue[Event] = queue.Queue()
        self.pids: dict[str, int] = {}
        self.server: subprocess.Popen[bytes] | None = None
        self.cancelled: set[str] = set()
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
            process = self._python("analysis.runs.worker")
            self.kernels[task["job"]] = process
            self.pids[task["job"]] = process.pid
            _send(process, line)
            self.events.put({"job": task["job"], "pid": process.pid})
            self._listen(process, task["job"])
        else:
            if self.server is None:
                self.server = self._start_server()
            self.pids[task["job"]] = 0
            _send(self.server, line)

    def wait(self, seconds: float) -> list[Event]:
        """Return the new events of all processes."""
        queued = taken(self.events, seconds)
        return [event for one in queued for event in self._process(one)]

    def stop(self, job: str) -> None:
        """End the job's process, its descendants and its session."""
        pid = self.pids.get(job, 0)
        if pid:
            processes.end(lambda: processes.family(pid))
        elif job in self.pids:  # sent, but not forked yet
            self.cancelled.add(job)
            self.events.put({"job": job, "ended": -processes.KILL, "raised": "it never started"})

    def close(self) -> None:
        """End the fork server and every kernel."""
        heads = [pid for pid in self.pids.values() if pid]
        if self.server is not None:
            _close(self.server)
            heads.append(self.server.pid)
        processes.end(lambda: [one for pid in heads for one in processes.family(pid)])
        for reader in self.readers:
            reader.join(timeout=5)
        self.server = None

    def _process(self, event: Event) -> list[Event]:
        """Record process ids; replace the end of the fork server by the ends of its jobs."""
        if "pid" in event:
            self.pids[event["job"]] = event["pid"]
            if event["job"] in self.cancelled:
                self.stop(event["job"])
                return []
        if "refused" in event:
            raise UsageError(event["refused"])
        self.ready = self.ready or "ready" in event
        if "unsafe" in event:
            self.safe, self.ready = False, True
        if "closed" in event and event["job"] is None:
            return self._server_ended()
        if "ended" in event:
            self.pids.pop(event["job"], None)
            self.kernels.pop(event["job"], None)
        return [event] if event.get("job") else []

    def _server_ended(self) -> list[Event]:
        """Return the ends of the fork server's jobs; start them anew if forking was unsafe."""
        if not self.ready:
            raise WorkerError(f"the process that warms up ended: {self._last_line()}")
        self.server = None
        lost = [job for job in self.pids if job not in self.kernels]
        if not self.safe:
            for job in lost:
                self.start(self.tasks[job])
            return []
        for job in lost:
            self.stop(job)
            self.pids.pop(job)
        cause = "the process that all notebooks are forked from was ended"
        return [{"job": job, "ended": 1, "raised": cause} for job in lost]

    def _last_line(self) -> str:
        lines = (self.home / "log.txt").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "its log is empty"

    def _start_server(self) -> subprocess.Popen[bytes]:
        process = self._python("analysis.runs.forkserver")
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
        """Queue the events of *process* and its end, as the end of *job* or of the server."""
        reader = threading.Thread(target=self._read, args=(process, job), daemon=True)
        self.readers.append(reader)
        reader.start()

    def _read(self, process: subprocess.Popen[bytes], job: str | None) -> None:
        if process.stdout is None:
            raise WorkerError("the process has no standard output to read")
        with process.stdout as lines:
            while line := lines.readline(_LONGEST_LINE):
                event = said(line) if job else _served(line)
                if event is not None:
                    self.events.put({"job": job, **event} if job else event)
        ended = _wait(process)
        _close(process)
        self.events.put({"job": job, **ended} if job else {"job": None, "closed": ended["ended"]})


def _served(line: bytes) -> Event | None:
    """Return an event of the fork server; a killed one may leave an incomplete line."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _send(process: subprocess.Popen[bytes], line: bytes) -> None:
    if process.stdin is None:
        raise WorkerError("the process has no standard input to write to")
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except (BrokenPipeError, ValueError):  # ValueError: closed, as the process has ended
        return  # its end follows as an event


def _close(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()


def _wait(process: subprocess.Popen[bytes]) -> Event:
    """Wait for *process* and return its exit status, CPU time and memory."""
    if not hasattr(os, "wait4"):
        return {"ended": process.wait()}
    from .forkserver import resources

    try:
        _, status, usage = os.wait4(process.pid, 0)
    except ChildProcessError:  # it was stopped and waited for elsewhere
        process.returncode = -processes.KILL
        return {"ended": process.returncode}
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"ended": process.returncode, **resources(usage)}
