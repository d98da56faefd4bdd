"""
Jobs on other machines: the same work, sent through Dask, its results brought back to be judged.

A worker needs this package and nothing of the project: tables and notebooks travel with the jobs.
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

from . import processes, stage
from .executors import Event, Local
from .fingerprints import Fingerprints
from .plan import Plan
from .work import Task

PATIENCE = 30.0  # seconds for the scheduler to answer
_LOOK = 0.5  # seconds between looks whether the run still wants the job
_here = threading.local()  # one warm process for each thread of a worker


class Cluster:
    """An executor whose processes run wherever the workers of a Dask scheduler are."""

    def __init__(self, scheduler: str, plan: Plan, place: stage.Stage) -> None:
        distributed = _distributed()
        if not scheduler:
            raise UsageError("--executor dask needs --scheduler tcp://host:8786")
        try:
            self.client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except OSError as error:
            raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        self.places = sum(self.client.nthreads().values())
        if not self.places:
            raise UsageError(f"the scheduler at {scheduler} has no worker: start one")
        self.run = place.run
        self.sent: dict[str, tuple[Task, Any]] = {}
        self.events: queue.Queue[Event] = queue.Queue()
        data = packed(plan.project.root)
        # Broadcast, so that no job is lost with the one worker that holds the tables.
        self.bundle = self.client.scatter(data, broadcast=True, hash=False)
        self.settings = {
            "run": place.run,
            "mark": hashlib.sha256(data).hexdigest(),
            "package": package_mark(),
            "warm": [*plan.warm],
            "warm_up": [*plan.warm_up],
        }

    def start(self, task: Task) -> None:
        """Send *task*; another worker takes it over should its worker die."""
        key = f"{task['job']}-{self.run}"
        options = {"key": key, "pure": False, "retries": 0}
        future = self.client.submit(perform, task, self.bundle, self.settings, **options)
        self.sent[task["job"]] = (task, future)
        future.add_done_callback(lambda done: self._back(task, done))

    def wait(self, seconds: float) -> list[Event]:
        """The events of the jobs that came back."""
        try:
            events = [self.events.get(timeout=max(seconds, 0.001))]
        except queue.Empty:
            return []
        while not self.events.empty():
            events.append(self.events.get())
        return events

    def stop(self, job: str) -> None:
        """Tell the worker to end *job*, and give it up at once."""
        _, future = self.sent[job]
        _flag(self.client, f"stop-{self.run}-{job}").set()
        future.cancel()

    def close(self) -> None:
        """Give up every job that is not back."""
        _flag(self.client, f"stop-{self.run}").set()
        self.client.cancel([future for _, future in self.sent.values() if not future.done()])
        self.client.close()

    def _back(self, task: Task, future: Any) -> None:
        """Lay the files of a job into its stage, as if they had been made there."""
        job = task["job"]
        try:
            events, files = future.result()
        except Exception as error:  # noqa: BLE001  a lost worker, a cancelled job, a broken wire
            self.events.put({"job": job, "ended": 1, "raised": f"{type(error).__name__}: {error}"})
            return
        for name, data in files.items():
            path = Path(task["stage"]) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for event in events:
            self.events.put(event)


def packed(root: Path) -> bytes:
    """The tables and notebooks of a project as one archive, the same for the same content."""
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
def package_mark() -> str:
    """The mark of the sources of this package, as this process came to know them."""
    return Fingerprints().sources(Path(__file__).parents[1], Path(__file__).parent / "none")


def perform(
    task: Task, bundle: bytes, settings: dict[str, Any]
) -> tuple[list[Event], dict[str, bytes]]:
    """
    Do *task* on the worker this is called on.

    Returns
    -------
    tuple of list and dict
        The events of the job, and the files it left in its stage by their path in it.

    Raises
    ------
    WorkerError
        When the worker has another version of this package, or the run gave the job up.
    """
    if package_mark() != settings["package"]:
        raise WorkerError("this worker has another version of the package: install the same")
    local, root = _ready(bundle, settings)
    place = Path(tempfile.mkdtemp(prefix="job-", dir=root))
    (place / "out").mkdir()
    try:
        events = _watched(local, _moved(task, root, place), settings)
        files = {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file() and "home" not in path.relative_to(place).parts
        }
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return events, files


def _moved(task: Task, root: Path, place: Path) -> Task:
    """The task with the folders of this machine."""
    moved: Task = {**task, "stage": str(place)}
    if "check" in task:
        return {**moved, "check": str(root / "data")}
    notebook = root / "notebooks" / Path(task["notebook"]).name
    return {**moved, "notebook": str(notebook), "folder": str(root / "notebooks")}


def _ready(bundle: bytes, settings: dict[str, Any]) -> tuple[Local, Path]:
    """The warm process of this thread and the unpacked project; both are kept for the next job."""
    if getattr(_here, "mark", None) != settings["mark"]:
        if hasattr(_here, "local"):
            _here.local.close()
            shutil.rmtree(_here.root, ignore_errors=True)
        root = Path(tempfile.mkdtemp(prefix="regional-safety-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(bundle)) as pack:
            pack.extractall(root)
        for name in ("home", "cache"):
            (root / name).mkdir()
        variables = processes.environment(settings["run"], root / "home", root / "cache")
        _here.local = Local(variables, root / "home", settings["warm"], settings["warm_up"])
        _here.root, _here.mark = root, settings["mark"]
    return _here.local, _here.root


def _watched(local: Local, task: Task, settings: dict[str, Any]) -> list[Event]:
    """Run *task* to its end, its deadline, or the end of the run that wants it."""
    job, run = task["job"], settings["run"]
    client = _distributed().get_client()
    flags = [_flag(client, f"stop-{run}"), _flag(client, f"stop-{run}-{job}")]
    local.start(task)
    events: list[Event] = []
    due, late = float("inf"), 0.0
    while not any("ended" in event for event in events):
        events += [event for event in local.wait(_LOOK) if event["job"] == job]
        if due == float("inf") and any("pid" in event for event in events):
            due = time.monotonic() + task.get("deadline", float("inf"))
        if time.monotonic() > due and not late:
            late = task["deadline"]
            local.stop(job)
        if any(flag.is_set() for flag in flags):
            local.stop(job)
            raise WorkerError("the run gave this job up")
    told = [event for event in events if "pid" not in event]  # a number of another machine
    return [*told[:-1], {**told[-1], "late": late}]


def _flag(client: Any, name: str) -> Any:
    return _distributed().Event(name, client=client)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--executor dask needs: pip install 'regional-safety[dask]'") from error
    return distributed
