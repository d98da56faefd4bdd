"""
An executor that runs jobs on other machines through Dask and returns their files.

A worker needs this package only: tables and notebooks are sent with the jobs.
"""

import atexit
import hashlib
import io
import queue
import shutil
import tempfile
import threading
import time
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import UsageError, WorkerError

from . import processes, staging
from .executors import Event, Local
from .fingerprints import Fingerprints
from .plan import Plan
from .worker import Task

PATIENCE = 30.0  # seconds for the scheduler to answer
_POLL = 0.5  # seconds between checks whether the run has stopped the job
_thread = threading.local()  # one fork server for each thread of a Dask worker


class Cluster:
    """Runs jobs on the workers of a Dask scheduler."""

    def __init__(self, scheduler: str, plan: Plan, stage: staging.Stage) -> None:
        distributed = _distributed()
        if not scheduler:
            raise UsageError("--executor dask needs --scheduler tcp://host:8786")
        try:
            self.client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except OSError as error:
            raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        self.capacity = sum(self.client.nthreads().values())
        if not self.capacity:
            raise UsageError(f"the scheduler at {scheduler} has no worker: start one")
        self.run = stage.run
        self.sent: dict[str, tuple[Task, Any]] = {}
        self.events: queue.Queue[Event] = queue.Queue()
        data = packed(plan.project.root)
        # Broadcast, so that no job is lost with the only worker that has the tables.
        self.bundle = self.client.scatter(data, broadcast=True, hash=False)
        self.settings = {
            "run": stage.run,
            "bundle": hashlib.sha256(data).hexdigest(),
            "package": package_hash(),
            "warm": [*plan.warm],
            "warm_up": [*plan.warm_up],
        }

    def start(self, task: Task) -> None:
        """Send *task*; if its worker dies, Dask sends it to another."""
        key = f"{task['job']}-{self.run}"
        options = {"key": key, "pure": False, "retries": 0}
        future = self.client.submit(perform, task, self.bundle, self.settings, **options)
        self.sent[task["job"]] = (task, future)
        future.add_done_callback(lambda done: self._receive(task, done))

    def wait(self, seconds: float) -> list[Event]:
        """Return the events of the jobs that have ended."""
        try:
            events = [self.events.get(timeout=max(seconds, 0.001))]
        except queue.Empty:
            return []
        while not self.events.empty():
            events.append(self.events.get())
        return events

    def stop(self, job: str) -> None:
        """Cancel *job* and signal its worker to end it."""
        _, future = self.sent[job]
        _flag(self.client, f"stop-{self.run}-{job}").set()
        future.cancel()

    def close(self) -> None:
        """Cancel all unfinished jobs."""
        _flag(self.client, f"stop-{self.run}").set()
        self.client.cancel([future for _, future in self.sent.values() if not future.done()])
        self.client.close()

    def _receive(self, task: Task, future: Any) -> None:
        """Write the files of a job to its staging folder and queue its events."""
        job = task["job"]
        try:
            events, files = future.result()
        except Exception as error:  # noqa: BLE001  a lost worker, a cancelled job, a lost connection
            self.events.put({"job": job, "ended": 1, "raised": f"{type(error).__name__}: {error}"})
            return
        for name, data in files.items():
            path = Path(task["stage"]) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for event in events:
            self.events.put(event)


def packed(root: Path) -> bytes:
    """Return the tables and notebooks of a project as a reproducible ZIP archive."""
    archive = io.BytesIO()
    paths = [
        path
        for folder in ("data", "notebooks")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pack:
        for path in paths:
            if (root / "data" / "originals") not in path.parents:
                name = zipfile.ZipInfo(path.relative_to(root).as_posix())
                name.compress_type = zipfile.ZIP_DEFLATED
                pack.writestr(name, path.read_bytes())
    return archive.getvalue()


@cache
def package_hash() -> str:
    """Return the content hash of the sources of this package, computed once per process."""
    return Fingerprints().sources(Path(__file__).parents[1], Path(__file__).parent / "none")


def perform(
    task: Task, bundle: bytes, settings: dict[str, Any]
) -> tuple[list[Event], dict[str, bytes]]:
    """
    Run *task* on this Dask worker.

    Returns
    -------
    tuple of list and dict
        The events of the job, and the files in its staging folder by relative path.

    Raises
    ------
    WorkerError
        If the worker has another version of this package, or the run has cancelled the job.
    """
    if package_hash() != settings["package"]:
        raise WorkerError("this worker has another version of the package: install the same")
    local, root = _prepare(bundle, settings)
    stage = Path(tempfile.mkdtemp(prefix="job-", dir=root))
    (stage / "out").mkdir()
    try:
        events = _run(local, _moved(task, root, stage), settings)
        files = {
            path.relative_to(stage).as_posix(): path.read_bytes()
            for path in stage.rglob("*")
            if path.is_file() and "home" not in path.relative_to(stage).parts
        }
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return events, files


def _moved(task: Task, root: Path, stage: Path) -> Task:
    """Return *task* with the folders of this machine."""
    moved: Task = {**task, "stage": str(stage)}
    if "check" in task:
        return {**moved, "check": str(root / "data")}
    notebook = root / "notebooks" / Path(task["notebook"]).name
    return {**moved, "notebook": str(notebook), "folder": str(root / "notebooks")}


def _prepare(bundle: bytes, settings: dict[str, Any]) -> tuple[Local, Path]:
    """Return the local executor of this thread and the unpacked project, kept for later jobs."""
    if getattr(_thread, "bundle", None) != settings["bundle"]:
        if hasattr(_thread, "local"):
            _thread.local.close()
            shutil.rmtree(_thread.root, ignore_errors=True)
        root = Path(tempfile.mkdtemp(prefix="regional-safety-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(bundle)) as pack:
            pack.extractall(root)
        for name in ("home", "cache"):
            (root / name).mkdir()
        variables = processes.environment(settings["run"], root / "home", root / "cache")
        _thread.local = Local(variables, root / "home", settings["warm"], settings["warm_up"])
        _thread.root, _thread.bundle = root, settings["bundle"]
    return _thread.local, _thread.root


def _run(local: Local, task: Task, settings: dict[str, Any]) -> list[Event]:
    """Run *task* until it ends, its deadline passes or it is cancelled; return its events."""
    job, run = task["job"], settings["run"]
    client = _distributed().get_client()
    flags = [_flag(client, f"stop-{run}"), _flag(client, f"stop-{run}-{job}")]
    local.start(task)
    events: list[Event] = []
    due, late = float("inf"), 0.0
    while not any("ended" in event for event in events):
        events += [event for event in local.wait(_POLL) if event["job"] == job]
        if due == float("inf") and any("pid" in event for event in events):
            due = time.monotonic() + task.get("deadline", float("inf"))
        if time.monotonic() > due and not late:
            late = task["deadline"]
            local.stop(job)
        if any(flag.is_set() for flag in flags):
            local.stop(job)
            raise WorkerError("the run gave this job up")
    *others, last = [event for event in events if "pid" not in event]  # ids of this machine
    return [*others, {**last, "late": late}]


def _flag(client: Any, name: str) -> Any:
    return _distributed().Event(name, client=client)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--executor dask needs: pip install 'regional-safety[dask]'") from error
    return distributed
