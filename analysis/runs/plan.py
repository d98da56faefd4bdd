"""
The plan: which notebook runs with which parameters, what each job reads, and which are stale.

It reads ``plan.toml``, notebooks and tables as plain text and runs nothing; ``run`` does.
"""

import importlib.metadata
import itertools
import json
import platform
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import UsageError, WordError
from analysis.figures import manifest
from analysis.project import KNOWN_FORMATS

from . import parameters
from .fingerprints import Fingerprints, suffixed
from .parameters import Value

PLAN = "plan.toml"
DEADLINE = 600.0  # seconds a job may take unless the plan says otherwise
_TOP = ("warm", "warm_up", "deadline", "formats", "job")
_JOB = ("notebook", "each", "reads", "deadline", "executor", "formats")
_READ = ("table", "where")
_EXECUTORS = ("in-process", "kernel")
_LIBRARIES = ("matplotlib", "numpy", "pandas", "papermill", "pillow", "scipy", "seaborn", "zhplot")
# What Windows refuses in a file name, and every control character.
_NO_FILE = re.compile(r'[\x00-\x1f\x7f/\\<>:"|?*]')
_LONGEST_NAME = 150
_PLACE = re.compile(r"\{(\w+)\}")
# A parameter of this name must be a value of this column of this table.
_KEYS = {
    "indicator": ("indicators", "indicator"),
    "instrument": ("instruments", "instrument"),
    "region": ("reports", "region"),
    "report": ("reports", "report"),
    "theme": ("themes", "theme"),
}


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that holds ``plan.toml``, and the places in it."""

    root: Path

    @property
    def data(self) -> Path:
        """The tables."""
        return self.root / "data"

    @property
    def notebooks(self) -> Path:
        """The notebooks, and the working folder of each while it runs."""
        return self.root / "notebooks"

    @property
    def figures(self) -> Path:
        """Everything that is made."""
        return self.root / "figures"


class Source(NamedTuple):
    """A table that a job reads, whole or only the lines with one value in one column."""

    table: str  # such as ``observations/anhui``
    path: Path
    where: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with one set of parameters."""

    name: str
    notebook: Path
    parameters: Mapping[str, Value]
    reads: tuple[Source, ...]
    deadline: float
    kernel: str  # the kernel that must run it, "" where the warm process may
    formats: tuple[str, ...] = ()  # of its figures, where the plan asks for others than the usual


@dataclass(frozen=True, slots=True)
class Plan:
    """Every job of a project, and what the warm process imports before it forks."""

    project: Project
    warm: tuple[str, ...]
    warm_up: tuple[str, ...]
    jobs: tuple[Job, ...]

    @property
    def version(self) -> str:
        """The version of this package."""
        return _version("regional-safety")

    def select(self, names: Iterable[str]) -> list[Job]:
        """
        The jobs that *names* mean: a job, all jobs of a notebook, or a pattern with ``*``.

        Raises
        ------
        WordError
            For a name that means no job.
        """
        wanted: dict[str, Job] = {}
        for name in names:
            found = [job for job in self.jobs if _means(name, job)]
            if not found:
                raise WordError("job", name, [job.name for job in self.jobs])
            wanted |= {job.name: job for job in found}
        return list(wanted.values()) if wanted else list(self.jobs)


def _means(name: str, job: Job) -> bool:
    return name in {job.name, job.notebook.stem} or ("*" in name and fnmatchcase(job.name, name))


def home(start: Path | None = None) -> Project:
    """
    The project around *start*: the nearest folder upward that holds ``plan.toml``.

    Raises
    ------
    UsageError
        When no folder above *start* (the working folder if not given) holds one.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PLAN).is_file():
            return Project(folder)
    raise UsageError(f"no {PLAN} at or above {here}: run this inside the project")


def load(project: Project) -> Plan:
    """
    Read the plan of *project* and hold every job to its notebook and tables.

    Raises
    ------
    UsageError
        For anything that could not run: an unknown key, notebook, table, parameter or value,
        or two jobs that would write the same files.
    """
    written = _written(project.root / PLAN)
    formats = written.get("formats", [])
    reader = _Reader(project, float(written.get("deadline", DEADLINE)), formats)
    jobs = [
        job
        for place, entry in enumerate(written.get("job", []), 1)
        for job in reader.jobs(entry, f"{PLAN}, job {place}")
    ]
    _refuse_doubles(jobs)
    warm_up = written.get("warm_up", [])
    return Plan(
        project,
        tuple(written.get("warm", [])),
        tuple([warm_up] if isinstance(warm_up, str) else warm_up),
        tuple(jobs),
    )


def _written(path: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    _known(PLAN, written, _TOP)
    return written


def _known(where: str, entry: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in entry:
        if key not in known:
            raise WordError(f"{where}: key", key, known)


class _Reader:
    """Entries of the plan to jobs, with what they may name in the project around them."""

    def __init__(self, project: Project, deadline: float, formats: object) -> None:
        self.project, self.deadline, self.formats = project, deadline, formats
        self.tables = {
            path.relative_to(project.data).with_suffix("").as_posix(): path
            for path in suffixed(project.data)
            if not path.name.startswith(("~", "."))
        }
        self.closed = {name: list(self._column(*place)) for name, place in _KEYS.items()}
        self.matching = cache(self._matching)

    def jobs(self, entry: dict[str, Any], where: str) -> Iterator[Job]:
        """Every job of one ``[[job]]`` entry: the product of its lists of parameter values."""
        _known(where, entry, _JOB)
        stem, folder = _file_name(where, str(entry.get("notebook", ""))), self.project.notebooks
        path = folder / f"{stem}.ipynb"
        read = parameters.notebook(path, [one.stem for one in folder.glob("*.ipynb")])
        lists = {
            name: self._listed(f"{where}: each {name}", values)
            for name, values in entry.get("each", {}).items()
        }
        known = parameters.declared(path, read) if lists else {}
        deadline, kernel = float(entry.get("deadline", self.deadline)), _kernel(where, entry, read)
        formats = _formats(where, entry.get("formats", self.formats))
        for values in itertools.product(*lists.values()):
            given = dict(zip(lists, values, strict=True))
            parameters.check(f"{where} ({stem})", given, known, self.closed)
            name = _file_name(where, "-".join([stem, *map(_spelled, values)]))
            sources = tuple(self._sources(where, entry.get("reads", []), given))
            yield Job(name, path, given, sources, deadline, kernel, formats)

    def _listed(self, where: str, values: object) -> list[Value]:
        """The values of one parameter: a list, or the name of a selection in the descriptor."""
        if isinstance(values, str):
            selections = _selections(self.project)
            if values not in selections:
                raise WordError(f"{where}: selection", values, selections)
            values = selections[values]
        if not isinstance(values, list) or not values:
            raise UsageError(f"{where} must be a list of values, or the name of a selection")
        for value in values:
            if not isinstance(value, str | int | float | bool):
                raise UsageError(f"{where}: {value!r} must be text, a number, true or false")
        return values

    def _sources(
        self, where: str, reads: Iterable[Any], given: Mapping[str, Value]
    ) -> Iterator[Source]:
        for read in reads:
            entry = {"table": read} if isinstance(read, str) else dict(read)
            _known(f"{where}: reads", entry, _READ)
            pattern = str(entry["table"])
            if pattern not in self.tables:
                pattern = _PLACE.sub(lambda name: _filled(where, name[1], given), pattern)
            column = str(entry.get("where", ""))
            value = _filled(where, column, given) if column else ""
            if not self.matching(pattern):
                raise WordError(f"{where}: table", pattern, self.tables)
            yield from (Source(*found, column, value) for found in self.matching(pattern))

    def _matching(self, pattern: str) -> list[tuple[str, Path]]:
        """The tables that a name or a pattern with ``*`` means."""
        if pattern in self.tables:
            return [(pattern, self.tables[pattern])]
        names = [name for name in self.tables if fnmatchcase(name, pattern)]
        return [(name, self.tables[name]) for name in sorted(names) if "*" in pattern]

    def _column(self, table: str, column: str) -> Iterable[str]:
        """The values of a key column, read without pandas where the table is CSV."""
        path = self.tables.get(table)
        if path is None or path.suffix not in {".csv", ".xlsx"}:
            return []
        if path.suffix == ".csv":
            return Fingerprints.column(path, column)
        from analysis.tables import csv_file

        return list(csv_file.table(path)[column])


def _kernel(where: str, entry: Mapping[str, Any], read: parameters.Notebook) -> str:
    executor = entry.get("executor", "in-process")
    if executor not in _EXECUTORS:
        raise WordError(f"{where}: executor", executor, _EXECUTORS)
    own = read.kernel not in {"", "python3"}
    return read.kernel if own else "python3" if executor == "kernel" else ""


def _formats(where: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise UsageError(f"{where}: formats must be a list")
    for one in given:
        if one not in KNOWN_FORMATS:
            raise WordError(f"{where}: format", one, KNOWN_FORMATS)
    return tuple(given)


def _spelled(value: Value) -> str:
    """
    A value as a part of a job's name.

    >>> [_spelled(value) for value in ("zh", 2024, True)]
    ['zh', '2024', 'true']
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file_name(where: str, name: str) -> str:
    if not name or _NO_FILE.search(name) or name[0] in ". " or name[-1] in ". ":
        raise UsageError(f"{where}: {name[:60]!r} cannot be the name of a file: use plain words")
    if len(name.encode()) > _LONGEST_NAME:
        raise UsageError(f"{where}: {name[:60]!r}... is longer than {_LONGEST_NAME} bytes")
    return name


def _selections(project: Project) -> dict[str, Any]:
    path = project.data / "datapackage.json"
    try:
        return dict(json.loads(path.read_bytes()).get("selections", {}))
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"{path} is damaged: renew it with `describe`") from error


def _filled(where: str, name: str, given: Mapping[str, Value]) -> str:
    if name not in given:
        raise WordError(f"{where}: parameter", name, given)
    return _spelled(given[name])


def _refuse_doubles(jobs: Iterable[Job]) -> None:
    claimed: dict[str, Job] = {}
    for job in jobs:
        twin = claimed.setdefault(job.name.casefold(), job)
        if twin is not job:
            raise UsageError(
                f"two jobs claim figures/{job.name}: {twin.notebook.stem} {dict(twin.parameters)}"
                f" and {job.notebook.stem} {dict(job.parameters)}; change one"
            )


class Stale:
    """What every job would be made from now, and why its figures are no longer that."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files = Fingerprints()
        self.records: dict[str, manifest.Record | None] = {}  # as they were when asked for
        self._shared = {
            "package": self.files.sources(Path(__file__).parents[1], project.notebooks),
            "lock": self.files.file(project.root / "requirements.lock"),
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "libraries": {name: _version(name) for name in _LIBRARIES},
        }

    def parts(self, job: Job) -> dict[str, Any]:
        """The parts of a job's key: what it is made from, each by its content."""
        return {
            **self._shared,
            **({"formats": list(job.formats)} if job.formats else {}),
            "notebook": self.files.notebook(job.notebook),
            "parameters": dict(job.parameters),
            "inputs": {s.table: self.files.lines(s.path, s.where, s.value) for s in job.reads},
        }

    def reason(self, job: Job) -> str:
        """Why *job* must run, or ``""`` where its figures are what they would be again."""
        folder = self.project.figures / job.name
        if folder.is_symlink():
            return "its folder is a link"
        self.records[job.name] = made = manifest.record(folder)
        if made is None:
            damaged = (folder / manifest.RECORD).exists()
            return "its record is damaged" if damaged else "never made"
        return next(_differences(made["parts"], self.parts(job)), "") or manifest.altered(
            folder, made
        )


def overview(plan: Plan, jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """*jobs* as plain data: what each reads and writes, and why it is stale."""
    project, stale = plan.project, Stale(plan.project)
    return [
        {
            "name": job.name,
            "notebook": _within(project, job.notebook),
            "parameters": dict(job.parameters),
            "inputs": [_within(project, path) for path in (job.notebook, *_files(job))],
            "outputs": [f"figures/{job.name}/{name}" for name in _outputs(project, job)],
            "stale": bool(reason := stale.reason(job)),
            "reason": reason,
        }
        for job in jobs
    ]


def _within(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _files(job: Job) -> list[Path]:
    return list(dict.fromkeys(source.path for source in job.reads))


def _outputs(project: Project, job: Job) -> list[str]:
    """The files a job is known to write: its record always, its figures once it has run."""
    made = manifest.record(project.figures / job.name)
    return [manifest.RECORD, *sorted(made["outputs"] if made else [f"{job.name}.ipynb"])]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """
    What differs between two sets of parts, in words.

    >>> list(_differences({"inputs": {"regions": "1"}}, {"inputs": {"regions": "2", "units": "1"}}))
    ['table regions changed', 'table units is new to it']
    """
    for part in sorted({*before, *now}):
        old, new = before.get(part), now.get(part)
        if part in _KINDS:
            yield from _changed(_KINDS[part], old or {}, new or {})
        elif old != new:
            yield f"{old} became {new}" if part == "python" else f"{_TOLD.get(part, part)} changed"


_KINDS = {"inputs": "table", "libraries": "library"}
_TOLD = {
    "formats": "the list of formats",
    "lock": "requirements.lock",
    "notebook": "the notebook",
    "package": "the package or a module beside the notebooks",
}


def _changed(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{what} {name} is no longer read"
        elif name not in old:
            yield f"{what} {name} is new to it"
        elif old[name] != new[name]:
            yield f"{what} {name} changed"
