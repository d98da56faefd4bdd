"""
Processes: a clean environment to start them in, and how to end them with their children.

Only processes marked by a run, and their descendants, are ended.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil  # imported when processes are looked for: a run with nothing to do has none

RUN = "REGIONAL_SAFETY_RUN"  # marks every process of a run, and so every orphan of a dead run
GRACE = 1.0  # seconds between SIGTERM and SIGKILL
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has only the latter
_PDEATHSIG, _SUBREAPER = 1, 36  # of linux/prctl.h
_FOREIGN_PREFIXES = ("PYTHON", "MATPLOTLIB", "MPL", "IPYTHON", "JUPYTER_CONFIG", "JUPYTER_RUNTIME")
_FOREIGN_NAMES = ("COLUMNS", "LINES", "SOURCE_DATE_EPOCH", "TZ", "LC_ALL", "LANG", "LANGUAGE")


def environment(run: str, home: Path, cache: Path) -> dict[str, str]:
    """
    Return the environment of a run: the user's, without variables that could change a figure.

    Parameters
    ----------
    run
        The name of the run.
    home
        An empty folder used in place of the user's IPython and Jupyter settings.
    cache
        A permanent folder for matplotlib's list of fonts.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name not in _FOREIGN_NAMES
    }
    return kept | {
        RUN: run,
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a fork must have one thread
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(cache),
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",  # a file in the working folder cannot shadow a library
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
        # One thread each: jobs run in parallel, and forking needs a single thread.
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def marked(name: str, value: str) -> "list[psutil.Process]":
    """Return the other processes whose environment variable *name* is *value*."""
    import psutil

    matching = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(name) == value:
                matching.append(process)
    return _living(matching)


def family(pid: int) -> "list[psutil.Process]":
    """Return the process *pid*, its descendants, and the other processes of its session."""
    import psutil

    members: dict[int, psutil.Process] = {}
    with suppress(psutil.Error):
        head = psutil.Process(pid)
        members |= {one.pid: one for one in (head, *head.children(recursive=True))}
    if hasattr(os, "getsid"):
        for other in psutil.pids():
            with suppress(psutil.Error, OSError):
                if other not in members and os.getsid(other) == pid:
                    members[other] = psutil.Process(other)
    return _living(members.values())


def _living(candidates: "Iterable[psutil.Process]") -> "list[psutil.Process]":
    """Return the processes that are not zombies."""
    import psutil

    living = []
    for process in candidates:
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living


def end(find: "Callable[[], Iterable[psutil.Process]]", grace: float = GRACE) -> None:
    """Send SIGTERM, then SIGKILL, to the processes that *find* returns until there are none."""
    import psutil

    seconds, number = grace, signal.SIGTERM
    for _attempt in range(4):
        remaining = list(find())
        if not remaining:
            return
        for process in remaining:
            with suppress(psutil.Error, OSError):
                process.send_signal(number)
        _wait(remaining, seconds)
        seconds, number = 2.0, KILL


def _wait(running: "list[psutil.Process]", seconds: float) -> None:
    """Wait until all have ended; unlike psutil's own wait, do not wait for zombies."""
    end = time.monotonic() + seconds
    while _living(running) and time.monotonic() < end:
        time.sleep(0.01)


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when *parent* ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call
            os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants, so that they can be found and ended (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)
