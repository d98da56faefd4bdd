"""
Processes: a clean environment to start them in, and a certain end for each and its children.

It ends only processes that carry the mark of a run, or descend from one of ours.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

RUN = "REGIONAL_SAFETY_RUN"  # marks every process of a run, and so every orphan of a dead one
OUTPUT = "REGIONAL_SAFETY_OUTPUT"  # the folder into which a notebook publishes
GRACE = 1.0  # seconds between asking a process to end and ending it
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has only the latter
_PDEATHSIG, _SUBREAPER = 1, 36  # of linux/prctl.h
_FOREIGN = ("PYTHON", "MATPLOTLIB", "MPL", "IPYTHON", "JUPYTER_CONFIG", "JUPYTER_RUNTIME")
_ALONE = ("COLUMNS", "LINES", "SOURCE_DATE_EPOCH", "TZ", "LC_ALL", "LANG", "LANGUAGE")


def environment(run: str, home: Path, cache: Path) -> dict[str, str]:
    """
    The variables a run's processes start with: the user's, less what could change a figure.

    Parameters
    ----------
    run
        The mark of the run.
    home
        An empty folder that stands in for the user's IPython and Jupyter settings.
    cache
        A folder that lasts, for matplotlib's list of fonts.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN) and name not in _ALONE
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
        "PYTHONSAFEPATH": "1",  # a file beside the run cannot pose as a library
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "0",
        "TZ": "UTC",
        # One thread each: the jobs are the parallel part, and forking needs a single thread.
        "MKL_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def marked(name: str, value: str) -> list[psutil.Process]:
    """Every process but this one that was started with the variable *name* set to *value*."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.append(process)
    return _living(found)


def family(pid: int) -> list[psutil.Process]:
    """The process *pid*, everything below it, and everything left over in its session."""
    found: dict[int, psutil.Process] = {}
    with suppress(psutil.Error):
        head = psutil.Process(pid)
        found |= {one.pid: one for one in (head, *head.children(recursive=True))}
    if hasattr(os, "getsid"):
        for other in psutil.pids():
            with suppress(psutil.Error, OSError):
                if other not in found and os.getsid(other) == pid:
                    found[other] = psutil.Process(other)
    return _living(found.values())


def _living(found: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those of *found* that are more than an entry waiting for its parent to read it."""
    living = []
    for process in found:
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living


def end(find: Callable[[], Iterable[psutil.Process]], grace: float = GRACE) -> None:
    """Ask all that *find* finds to end, then end what still lives, until nothing is found."""
    patience, how = grace, signal.SIGTERM
    for _attempt in range(4):
        found = list(find())
        if not found:
            return
        for process in found:
            with suppress(psutil.Error, OSError):
                process.send_signal(how)
        _wait(found, patience)
        patience, how = 2.0, KILL


def _wait(found: list[psutil.Process], seconds: float) -> None:
    """Wait until all of *found* have ended; psutil's own wait would wait for zombies too."""
    end = time.monotonic() + seconds
    while _living(found) and time.monotonic() < end:
        time.sleep(0.01)


def die_with_parent(parent: int) -> None:
    """End this process when *parent* ends, where the system offers it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of what children leave behind, so that it can be found and ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)
