"""
A single-threaded fork server: it imports the heavy libraries once and forks a process per job.

It exits, with its children, when standard input closes.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import project, validation

from . import processes, worker

_CHUNK = 1 << 16
MOST_EVENTS = 20_000  # of one job; more are dropped


@dataclass(slots=True)
class _Child:
    """A forked process, and the pipe that it alone writes its events to."""

    job: str
    pipe: int
    unread: bytes = b""
    events: int = 0


class ForkServer:
    """Reads tasks as lines of JSON from one pipe and writes events as lines of JSON to another."""

    def __init__(self, tasks: int, events: int) -> None:
        self.tasks, self.events, self.unread = tasks, events, b""
        self.live: dict[int, _Child] = {}

    def send(self, event: dict[str, Any]) -> None:
        """Write one event."""
        data = memoryview(json.dumps(event).encode() + b"\n")
        while data:
            data = data[os.write(self.events, data) :]

    def serve(self) -> None:
        """Fork a process for each task and report each exit, until the pipe of tasks closes."""
        ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        while True:
            children = {child.pipe: child for child in self.live.values() if child.pipe >= 0}
            ready, _, _ = select.select([self.tasks, ended, *children], [], [])
            for pipe in children.keys() & ready:
                self._relay(children[pipe])
            if ended in ready:
                os.read(ended, _CHUNK)
                self._reap()
            if self.tasks in ready and not self._read():
                break
        processes.end(self._children, grace=0.0)

    def _children(self) -> list[Any]:
        self._reap()
        import psutil

        return psutil.Process().children(recursive=True)

    def _read(self) -> bool:
        """Fork a process for every complete line; return False at the end of the pipe."""
        data = os.read(self.tasks, _CHUNK)
        *lines, self.unread = (self.unread + data).split(b"\n")
        for line in lines:
            self._fork(json.loads(line))
        return bool(data)

    def _fork(self, task: worker.Task) -> None:
        parent = os.getpid()
        pipe, events = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = self._perform(task, parent, events)
            finally:
                # Without teardown, because threads and exit handlers of a notebook could hang it.
                os._exit(status)
        os.close(events)
        os.set_blocking(pipe, False)
        self.live[pid] = _Child(task["job"], pipe)
        self.send({"job": task["job"], "pid": pid})

    def _relay(self, child: _Child) -> None:
        """Send on the events that *child* has written; other lines are dropped."""
        while child.pipe >= 0:
            try:
                data = os.read(child.pipe, _CHUNK)
            except BlockingIOError:
                return
            *lines, unread = (child.unread + data).split(b"\n")
            child.unread = unread[: worker.LONGEST_LINE + 1]
            for line in lines:
                event = worker.said(line)
                if event is not None and child.events < MOST_EVENTS:
                    child.events += 1
                    self.send({"job": child.job, **event})
            if len(data) < _CHUNK:
                if not data:
                    self._close(child)
                return

    @staticmethod
    def _close(child: _Child) -> None:
        os.close(child.pipe)
        child.pipe = -1

    def _perform(self, task: worker.Task, parent: int, events: int) -> int:
        """Run *task* in the forked process, which has no pipe but its own; return its status."""
        pipes = [child.pipe for child in self.live.values() if child.pipe >= 0]
        for handle in (self.tasks, self.events, *pipes):
            os.close(handle)
        os.setsid()
        processes.die_with_parent(parent)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        with suppress(OSError):  # out of memory, the kernel kills this process, not its parent
            Path("/proc/self/oom_score_adj").write_text("500", "ascii")
        log = os.open(Path(task["stage"]) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream, handle in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
            os.dup2(handle, stream)
        status = worker.perform(task, worker.sender(events))
        sys.stdout.flush()
        sys.stderr.flush()
        return status

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.live.pop(pid, None)
            if child is not None:
                self._relay(child)
                if child.pipe >= 0:
                    self._close(child)
                event = {"ended": os.waitstatus_to_exitcode(status), **resources(usage)}
                self.send({"job": child.job, **event})


def resources(usage: Any) -> dict[str, float]:
    """Return CPU seconds and peak memory in bytes from the usage that ``os.wait4`` returns."""
    scale = 1 if sys.platform == "darwin" else 1024
    cpu = round(usage.ru_utime + usage.ru_stime, 3)
    return {"cpu": cpu, "memory": usage.ru_maxrss * scale}


def prepare(modules: list[str], calls: list[str]) -> None:
    """
    Import *modules* and call the functions *calls* (``module:function``) before any fork.

    Raises
    ------
    ImportError
        If a module of the plan cannot be imported.
    """
    validation.skip_grammar()
    importlib.import_module("papermill")
    for name in modules:
        _imported(name)
    for call in calls:
        module, _, function = call.partition(":")
        act: Callable[[], object] | None = getattr(_imported(module), function, None)
        if act is not None:
            _try(act)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:
        message = f"plan.toml warms {name}, which cannot be imported: {error!r}"
        raise ImportError(message) from error


def _try(act: Callable[[], object]) -> None:
    """Call *act* and log an exception: a job that has the same trouble will report it."""
    try:
        act()
    except Exception:  # noqa: BLE001
        traceback.print_exc()


def main() -> None:
    """Prepare by the settings in the first line of standard input, then serve the tasks."""
    events = os.dup(1)
    os.dup2(2, 1)
    tasks = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    processes.adopt_orphans()
    server = ForkServer(tasks, events)
    first = b""
    while not first.endswith(b"\n"):
        first += os.read(tasks, 1) or sys.exit(0)
    settings = json.loads(first)
    gc.set_threshold(project.OBJECTS)
    try:
        prepare(settings["warm"], settings["warm_up"])
    except ImportError as error:
        server.send({"refused": str(error)})
        return
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page
    threads = len([*Path("/proc/self/task").iterdir()])
    if threads > 1:  # a lock of another thread would stay locked in a fork
        server.send({"unsafe": threads})
        os._exit(0)  # without waiting for the threads
    server.send({"ready": True})
    server.serve()


if __name__ == "__main__":
    main()
