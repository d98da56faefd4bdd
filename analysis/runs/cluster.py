"""
An executor that runs jobs on other machines through Dask and returns their files.

A worker needs this package only: tables and notebooks are sent with the jobs. Scheduler and workers
are trusted to run code, but what they send back is treated as data: bytes and JSON, checked here.
"""

import hashlib
import io
import json
import logging
import queue
import re
import shutil
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from analysis import files, validation
from analysis.errors import UsageError, WorkerError
from analysis.language.messages import say

from . import judge, processes, staging
from .executors import Event, Local, taken
from .plan import Plan
from .stale import Fingerprints
from .worker import Said, Task

PATIENCE = 15.0  # seconds for the scheduler to answer
LOST_AFTER = 20.0  # seconds after which a scheduler that is disconnected is given up
SILENT_AFTER = 60.0  # the same for one that is connected but does not answer
MOST_REPLY = judge.MOST_BYTES + judge.MOST_NOTEBOOK + judge.MOST_LOG
_ASK = 5.0  # seconds between questions to the scheduler
_POLL = 0.5  # seconds between checks whether the run has cancelled the job
_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss)://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_thread = threading.local()  # one fork server for each thread of a Dask worker


class Ended(Said):
    """An event of a job on a worker."""

    ended: NotRequired[int]
    late: NotRequired[float]
    cpu: NotRequired[float]
    memory: NotRequired[float]


class Reply(TypedDict):
    """The first line of a reply: the events of a job, and the files that follow, by size."""

    events: list[Ended]
    files: dict[str, int]


class Cluster:
    """Runs jobs on the workers of a Dask scheduler."""

    def __init__(self, scheduler: str, plan: Plan, stage: staging.Stage) -> None:
        require_address(scheduler)
        distributed = _distributed()
        _silence()
        self.gone = f"the Dask scheduler at {scheduler} does not answer any more"
        self.client = _connected(distributed, scheduler)
        self.capacity = sum(self.client.nthreads().values())
        if not self.capacity:
            raise UsageError(say("dask.no_worker", scheduler=scheduler))
        self.run = stage.run
        self.sent: dict[str, tuple[Task, Any]] = {}
        self.open: set[str] = set()  # jobs whose end has not been reported
        self.events: queue.Queue[Event] = queue.Queue()
        self.seen = self.heard = time.monotonic()  # the scheduler last connected, last answered
        threading.Thread(target=self._ask, daemon=True).start()
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
        order = json.dumps({"task": task, "settings": {**self.settings, "key": key}}).encode()
        future = self.client.submit(perform, order, self.bundle, **options)
        self.sent[task["job"]] = (task, future)
        self.open.add(task["job"])
        future.add_done_callback(lambda done: self._receive(task, done))

    def wait(self, seconds: float) -> list[Event]:
        """Return the events of the jobs that have ended, or are lost with the scheduler."""
        end = time.monotonic() + seconds
        events = self._taken(min(seconds, _POLL))
        while not events and time.monotonic() < end:
            if self._lost():
                return [self._end(job, self.gone) for job in sorted(self.open)]
            events = self._taken(_POLL)
        return events

    def stop(self, job: str) -> None:
        """Cancel *job*, which ends at once here and soon on its worker."""
        self.events.put(self._end(job, "it was stopped"))
        self._cancel([self.sent[job][1]])

    def close(self) -> None:
        """Cancel all unfinished jobs."""
        self._cancel([future for _, future in self.sent.values() if not future.done()])
        closing = threading.Thread(target=self.client.close, args=(PATIENCE,), daemon=True)
        closing.start()
        closing.join(PATIENCE)

    def _taken(self, seconds: float) -> list[Event]:
        """Return the queued events of jobs whose end has not been reported."""
        return [event for event in taken(self.events, seconds) if self._is_news(event)]

    def _is_news(self, event: Event) -> bool:
        news = event["job"] in self.open
        if "ended" in event:
            self.open.discard(event["job"])
        return news

    def _end(self, job: str, cause: str) -> Event:
        return {"job": job, "ended": 1, "raised": cause}

    def _ask(self) -> None:
        """Ask the scheduler again and again; through a silent link no question has an end."""
        while self.client.status != "closed":
            with suppress(Exception):
                self.client.nthreads()
                self.heard = time.monotonic()
            time.sleep(_ASK)

    def _lost(self) -> bool:
        """Return whether the scheduler has been disconnected or silent for too long."""
        now, status = time.monotonic(), self.client.status
        if status == "running":
            self.seen = now
        late = now - self.seen > LOST_AFTER or now - self.heard > SILENT_AFTER
        return late or status == "closed"

    def _cancel(self, futures: list[Any]) -> None:
        """Cancel *futures* without waiting for a scheduler that may be gone."""
        cancel = threading.Thread(target=self._try_to_cancel, args=(futures,), daemon=True)
        cancel.start()
        cancel.join(2.0)

    def _try_to_cancel(self, futures: list[Any]) -> None:
        try:
            self.client.cancel(futures, force=True)
        except Exception:
            logging.getLogger(__name__).debug("a job could not be cancelled", exc_info=True)

    def _result(self, future: Any) -> bytes:
        """Return the reply of a worker, which must be bytes."""
        if self.client.status != "running":
            raise WorkerError(self.gone)
        if future.status != "finished":  # the exception itself could be of any type
            raise WorkerError(f"the job was lost ({future.status}): its worker ended or failed")
        reply = future.result(timeout=PATIENCE)
        if type(reply) is not bytes or len(reply) > MOST_REPLY:
            raise WorkerError("the reply of the worker is none of this package: install the same")
        return reply

    def _receive(self, task: Task, future: Any) -> None:
        """Write the files of a job to its staging folder and queue its events."""
        job = task["job"]
        try:
            events = unpacked(self._result(future), Path(task["stage"]))
        except Exception as error:  # noqa: BLE001  a lost worker, a full disk, anything else
            words = str(error).partition("\n")[0][:1500]
            events = [self._end(job, f"{type(error).__name__}: {words}")]
        for event in events:
            self.events.put({**event, "job": job})


def _connected(distributed: Any, scheduler: str) -> Any:
    """
    Return a client of *scheduler*.

    Raises
    ------
    UsageError
        If none answers in time: Dask itself would wait for ever for a silent one.
    """
    answers: queue.Queue[Any] = queue.Queue()

    def connect() -> None:
        try:
            # Without "pickle" among them, no object that a worker makes up is built here.
            deserializers = ["dask", "msgpack", "error"]
            options = {"set_as_default": False, "deserializers": deserializers}
            answers.put(distributed.Client(scheduler, timeout=PATIENCE, **options))
        except Exception as error:  # noqa: BLE001  whatever another service answers
            answers.put(error)

    threading.Thread(target=connect, daemon=True).start()
    try:
        client = answers.get(timeout=2 * PATIENCE)
    except queue.Empty:
        client = TimeoutError(f"nothing for {2 * PATIENCE:.0f} s")
    if isinstance(client, Exception):
        words = str(client).partition("\n")[0][:300] or type(client).__name__
        raise UsageError(say("dask.no_answer", scheduler=scheduler, error=words)) from client
    return client


def _silence() -> None:
    """Drop what the libraries log, which is pages of it when a connection is lost."""
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] in {"distributed", "tornado", "asyncio"}:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [logging.NullHandler()], False
    sys.unraisablehook = _drop_from_dask


def _drop_from_dask(unraisable: "sys.UnraisableHookArgs") -> None:
    """Ignore the error that deleting a client which never connected raises."""
    if not str(getattr(unraisable.object, "__module__", "")).startswith("distributed"):
        sys.__unraisablehook__(unraisable)


def require_address(scheduler: str) -> None:
    """
    Raise an error unless *scheduler* is an address such as ``tcp://host:8786``.

    >>> require_address("tls://10.0.0.1:8786")
    >>> require_address("http://host:1")
    Traceback (most recent call last):
    analysis.errors.UsageError: 'http://host:1' is no scheduler: write --scheduler tcp://host:8786
    """
    if not scheduler:
        raise UsageError(say("dask.address"))
    if not _ADDRESS.fullmatch(scheduler):
        raise UsageError(say("dask.no_address", scheduler=scheduler[:80]))


def unpacked(reply: bytes, stage: Path) -> list[Event]:
    """
    Write the files of *reply* to the folder *stage* and return its events.

    Raises
    ------
    WorkerError
        If the reply is damaged, or names a file elsewhere; nothing is written then.
    OSError
        If a file cannot be written.
    """
    head, _, body = reply.partition(b"\n")
    try:
        header = validation.parsed(head, Reply)
        paths = {_path(stage, name): size for name, size in header["files"].items()}
        whole = sum(paths.values()) == len(body) and min(paths.values(), default=0) >= 0
    except ValueError as error:
        raise WorkerError(f"the reply of the worker is damaged: {error}") from error
    if not whole or not any("ended" in event for event in header["events"]):
        raise WorkerError("the reply of the worker is damaged: it is incomplete")
    at = 0
    for path, size in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, body[at : at + size])
        at += size
    known = Ended.__annotations__.keys() | Said.__annotations__.keys()
    events: list[Any] = header["events"]
    return [{name: event[name] for name in event if name in known} for event in events]


def _path(stage: Path, name: str) -> Path:
    folder, _, file = name.rpartition("/")
    if folder not in {"", "out"} or (not folder and file not in {"notebook.ipynb", "log.txt"}):
        raise ValueError(f"{name[:80]!r} is no file of a job")
    return files.below(stage, name)


def _packed_reply(events: list[Event], contents: Mapping[str, bytes]) -> bytes:
    header = {"events": events, "files": {name: len(data) for name, data in contents.items()}}
    return json.dumps(header).encode() + b"\n" + b"".join(contents.values())


def packed(root: Path) -> bytes:
    """Return the tables and notebooks of a project as a reproducible ZIP archive."""
    archive = io.BytesIO()
    paths = [
        path
        for folder in ("data", "notebooks")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not _is_hidden(path.relative_to(root))
    ]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pack:
        for path in paths:
            if (root / "data" / "originals") not in path.parents:
                name = zipfile.ZipInfo(path.relative_to(root).as_posix())
                name.compress_type = zipfile.ZIP_DEFLATED
                pack.writestr(name, path.read_bytes())
    return archive.getvalue()


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


@cache
def package_hash() -> str:
    """Return the content hash of the sources of this package, computed once per process."""
    return Fingerprints().sources(Path(__file__).parents[1], Path(__file__).parent / "none")


def perform(order: bytes, bundle: bytes) -> bytes:
    """
    Run a task on this Dask worker and return its events and files; errors are among the events.

    Parameters
    ----------
    order
        The task and the settings of the run, as JSON.
    bundle
        The tables and notebooks, as :func:`packed` returns them.
    """
    try:
        given = json.loads(order)
        return _packed_reply(*_performed(given["task"], bundle, given["settings"]))
    except Exception as error:  # noqa: BLE001  sent as data, so that nothing is pickled
        words = f"{type(error).__name__}: {error}"[:1500]
        return _packed_reply([{"ended": 1, "raised": words}], {})


def _performed(
    task: Task, bundle: bytes, settings: dict[str, Any]
) -> tuple[list[Event], dict[str, bytes]]:
    if package_hash() != settings["package"]:
        raise WorkerError("this worker has another version of the package: install the same")
    local, root = _prepare(bundle, settings)
    stage = Path(tempfile.mkdtemp(prefix="job-", dir=root))
    (stage / "out").mkdir()
    try:
        return _run(local, _moved(task, root, stage), settings), dict(_contents(stage))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _contents(stage: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the files of a job; links and pipes are left out."""
    room = MOST_REPLY - (1 << 20)
    for path in (stage / "log.txt", stage / "notebook.ipynb", *sorted((stage / "out").iterdir())):
        data = files.read(path, MOST_REPLY)
        if data is not None:
            room -= len(data)
            if room < 0:
                raise WorkerError(f"the job wrote more than {MOST_REPLY >> 20} MB")
            yield path.relative_to(stage).as_posix(), data


def _moved(task: Task, root: Path, stage: Path) -> Task:
    """Return *task* with the folders of this machine."""
    moved: Task = {**task, "stage": str(stage)}
    if "check" in task:
        return {**moved, "check": str(root / "data")}
    notebook = root / "notebooks" / Path(task["notebook"]).name
    return {**moved, "notebook": str(notebook), "folder": str(root / "notebooks")}


def _prepare(bundle: bytes, settings: dict[str, Any]) -> tuple[Local, Path]:
    """Return the local executor of this thread and the unpacked project, kept for later jobs."""
    wanted = (settings["bundle"], settings["run"])  # processes are marked with their run
    if getattr(_thread, "bundle", None) != wanted:
        if hasattr(_thread, "local"):
            _thread.local.close()
            shutil.rmtree(_thread.root, ignore_errors=True)
            del _thread.local, _thread.bundle
        # In the worker's own folder, which Dask removes, if need be at its next start.
        folder = _distributed().get_worker().local_directory
        root = Path(tempfile.mkdtemp(prefix="regional-safety-", dir=folder))
        with zipfile.ZipFile(io.BytesIO(bundle)) as pack:
            pack.extractall(root)
        for name in ("home", "cache"):
            (root / name).mkdir()
        variables = processes.environment(settings["run"], root / "home", root / "cache")
        _thread.local = Local(variables, root / "home", settings["warm"], settings["warm_up"])
        _thread.root, _thread.bundle = root, wanted
    return _thread.local, _thread.root


def _run(local: Local, task: Task, settings: dict[str, Any]) -> list[Event]:
    """Run *task* until it ends, its deadline passes or it is cancelled; return its events."""
    job = task["job"]
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
        if _is_cancelled(settings["key"]):
            local.stop(job)
            raise WorkerError("the run gave this job up")
    *others, last = [event for event in events if "pid" not in event]  # ids of this machine
    return [*others, {**last, "late": late}]


def _is_cancelled(key: str) -> bool:
    """Return whether the task *key* was cancelled, or its client is gone."""
    task = _distributed().get_worker().state.tasks.get(key)
    return task is None or task.state not in {"executing", "long-running"}


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError(say("dask.missing")) from error
    return distributed
