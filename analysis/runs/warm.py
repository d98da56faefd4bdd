"""
The warm process: it imports the heavy libraries once and forks one process a job.

It runs no job itself, has one thread, and ends with everything below it when its orders end.
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
from pathlib import Path
from typing import Any, cast

from . import processes, work

_CHUNK = 1 << 16


class Warm:
    """Orders come in as lines of JSON, events go out the same way."""

    def __init__(self, orders: int, events: int) -> None:
        self.orders, self.events, self.unread = orders, events, b""
        self.live: dict[int, work.Task] = {}

    def tell(self, event: dict[str, Any]) -> None:
        """Write one event."""
        os.write(self.events, json.dumps(event).encode() + b"\n")

    def serve(self) -> None:
        """Fork what is ordered and tell what ends, until there are no more orders."""
        ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        while True:
            ready, _, _ = select.select([self.orders, ended], [], [])
            if ended in ready:
                os.read(ended, _CHUNK)
                self._reap()
            if self.orders in ready and not self._take():
                break
        processes.end(self._children, grace=0.0)

    def _children(self) -> list[Any]:
        self._reap()
        import psutil

        return psutil.Process().children(recursive=True)

    def _take(self) -> bool:
        """Fork a process for every whole line that has come; False at the end of orders."""
        data = os.read(self.orders, _CHUNK)
        *lines, self.unread = (self.unread + data).split(b"\n")
        for line in lines:
            self._fork(json.loads(line))
        return bool(data)

    def _fork(self, task: work.Task) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                status = self._become(task, parent)
            finally:
                # No teardown: threads and exit handlers of the notebook could hang it.
                os._exit(status)
        self.live[pid] = task
        self.tell({"job": task["job"], "pid": pid})

    def _become(self, task: work.Task, parent: int) -> int:
        """The life of a forked process, from the fork to its exit status."""
        os.setsid()
        processes.die_with_parent(parent)
        signal.set_wakeup_fd(-1)
        for heard in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(heard, signal.SIG_DFL)
        with suppress(OSError):  # should memory run out, this process goes, not its parent
            Path("/proc/self/oom_score_adj").write_text("500", "ascii")
        log = os.open(Path(task["stage"]) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number, handle in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
            os.dup2(handle, number)
        status = work.perform(task, work.teller(self.events, task["job"]))
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
            task = self.live.pop(pid, None)
            if task is not None:
                event = {"ended": os.waitstatus_to_exitcode(status), **work_done(usage)}
                self.tell({"job": task["job"], **event})


def work_done(usage: Any) -> dict[str, float]:
    """CPU seconds and peak memory in bytes, of what ``os.wait4`` says about a process."""
    scale = 1 if sys.platform == "darwin" else 1024
    cpu = round(usage.ru_utime + usage.ru_stime, 3)
    return {"cpu": cpu, "memory": usage.ru_maxrss * scale}


def prepare(modules: list[str], calls: list[str]) -> None:
    """
    Import *modules* and make *calls* (``module:function``), so that no fork needs to.

    Raises
    ------
    ImportError
        Naming the module of the plan that is missing.
    """
    # Building this grammar takes a second at import; without it jsonschema skips one
    # string format that no notebook uses.
    sys.modules.setdefault("rfc3987_syntax", cast("Any", None))
    importlib.import_module("papermill")
    for name in modules:
        _imported(name)
    for call in calls:
        module, _, function = call.partition(":")
        act: Callable[[], object] | None = getattr(_imported(module), function, None)
        if act is not None:
            _tried(act)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:
        told = f"plan.toml warms {name}, which cannot be imported: {error!r}"
        raise ImportError(told) from error


def _tried(act: Callable[[], object]) -> None:
    """Warming up saves time and nothing else: what is wrong is for the jobs to meet and tell."""
    try:
        act()
    except Exception:  # noqa: BLE001  whatever it is
        traceback.print_exc()


def main() -> None:
    """Prepare as the first order says, then serve the others."""
    events = os.dup(1)
    os.dup2(2, 1)
    orders = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    processes.adopt_orphans()
    warm = Warm(orders, events)
    first = b""
    while not first.endswith(b"\n"):
        first += os.read(orders, 1) or sys.exit(0)
    settings = json.loads(first)
    try:
        prepare(settings["warm"], settings["warm_up"])
    except ImportError as error:
        warm.tell({"refused": str(error)})
        return
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page
    threads = len([*Path("/proc/self/task").iterdir()])
    if threads > 1:  # a lock that one of them holds would be held for ever in a fork
        warm.tell({"unsafe": threads})
        os._exit(0)  # not waiting for them
    warm.tell({"ready": True})
    warm.serve()


if __name__ == "__main__":
    main()
