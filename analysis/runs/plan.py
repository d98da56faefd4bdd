"""
The plan: the jobs of ``plan.toml`` with their parameters and sources.

Notebooks and tables are read as plain text; nothing is run.
"""

import importlib.metadata
import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from analysis import files, validation
from analysis.errors import UsageError, WordError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.project import KNOWN_FORMATS

from . import parameters
from .lookup import Words
from .parameters import Value

PLAN = "plan.toml"
_TITLE = Text(PLAN, PLAN)
DEADLINE = 600.0  # seconds a job may take unless the plan says otherwise
_HEADER = re.compile(r"\s*\[\[\s*job\s*\]\]")  # the line at which a job begins
_TOP = ("warm", "warm_up", "notify", "deadline", "formats", "default", "job")
_JOB = ("notebook", "each", "reads", "warm", "deadline", "executor", "formats")
_READ = ("table", "where")
_DEFAULT = ("each", "reads", "without")
_SHARED = ("each", "reads")  # of a job, where it has none of its own
_EXECUTORS = ("in-process", "kernel")
MOST_JOBS = 10_000
LONGEST_DEADLINE = 7 * 24 * 3600.0
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


Seconds = Annotated[
    float, lambda seconds: 0 < seconds <= LONGEST_DEADLINE, "a number of seconds, above 0"
]


class Read(TypedDict):
    """An entry of ``reads``: a table, or its lines of one value of a parameter."""

    table: str
    where: NotRequired[str]


class Entry(TypedDict):
    """A ``[[job]]`` of the plan."""

    notebook: NotRequired[str]
    each: NotRequired[dict[str, str | list[object]]]
    reads: NotRequired[list[str | Read]]
    warm: NotRequired[list[str]]
    deadline: NotRequired[Seconds]
    executor: NotRequired[str]
    formats: NotRequired[list[str]]


class Default(TypedDict):
    """Defaults of the jobs, and of notebooks that no job names."""

    each: NotRequired[dict[str, str | list[object]]]
    reads: NotRequired[list[str | Read]]
    without: NotRequired[list[str]]  # notebooks that are not run


class Whole(TypedDict):
    """The file ``plan.toml``."""

    default: NotRequired[Default]

    warm: NotRequired[list[str]]
    warm_up: NotRequired[str | list[str]]
    notify: NotRequired[list[str]]
    deadline: NotRequired[Seconds]
    formats: NotRequired[list[str]]
    job: NotRequired[list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Project:
    """The folder with ``plan.toml``, and its subfolders."""

    root: Path

    @property
    def data(self) -> Path:
        """Return the folder of the tables."""
        return self.root / "data"

    @property
    def notebooks(self) -> Path:
        """Return the folder of the notebooks, which is their working folder."""
        return self.root / "notebooks"

    @property
    def figures(self) -> Path:
        """Return the folder of all outputs."""
        return self.root / "figures"


class Source(NamedTuple):
    """A table that a job reads, or only its lines with *value* in the column *where*."""

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
    warm: tuple[str, ...] = ()  # imported before a process is forked, where the job is run


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs of a project, and what the fork server imports before it forks."""

    project: Project
    warm: tuple[str, ...]
    warm_up: tuple[str, ...]
    jobs: tuple[Job, ...]
    notify: tuple[str, ...] = ()  # a command, see docs/scheduling.md

    @property
    def version(self) -> str:
        """Return the version of this package."""
        return library("regional-safety")

    def warmed_for(self, jobs: Iterable[Job]) -> "Plan":
        """Return the plan that also warms the modules of *jobs*."""
        own = (module for job in jobs for module in job.warm)
        return replace(self, warm=tuple(dict.fromkeys([*self.warm, *own])))

    def select(self, names: Iterable[str]) -> list[Job]:
        """
        Return the jobs that *names* match: names of jobs or notebooks, or patterns with ``*``.

        Raises
        ------
        WordError
            If a name matches no job.
        """
        selected: dict[str, Job] = {}
        for name in names:
            matching = [job for job in self.jobs if _matches(name, job)]
            if not matching:
                raise WordError(say("word.job"), name, [job.name for job in self.jobs])
            selected |= {job.name: job for job in matching}
        return list(selected.values()) if selected else list(self.jobs)


def _matches(name: str, job: Job) -> bool:
    return name in {job.name, job.notebook.stem} or ("*" in name and fnmatchcase(job.name, name))


def home(start: Path | None = None) -> Project:
    """
    Return the project of the nearest folder with ``plan.toml``, from *start* upward.

    Raises
    ------
    UsageError
        If no folder from *start* (by default the working folder) upward has one.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PLAN).is_file():
            return Project(folder)
    raise UsageError(say("error.no_project", file=PLAN, folder=here))


def load(project: Project) -> Plan:
    """
    Read the plan of *project* and validate every job against its notebook and tables.

    Raises
    ------
    UsageError
        For an unknown key, notebook, table, parameter or value, and for two jobs that would
        write the same files.
    """
    entries, lines = _parsed(project.root / PLAN)
    reader = _Reader.of(project, entries)
    made = (
        job
        for where, entry in _whole_entries(entries, lines, project.notebooks)
        for job in reader.jobs(entry, where)
    )
    jobs = list(itertools.islice(made, MOST_JOBS + 1))
    if len(jobs) > MOST_JOBS:
        raise UsageError(say("plan.too_many", most=MOST_JOBS))
    if not jobs:
        raise UsageError(say("plan.no_job"))
    _refuse_duplicates(jobs)
    warm_up = entries.get("warm_up", [])
    return Plan(
        project,
        tuple(entries.get("warm", [])),
        tuple([warm_up] if isinstance(warm_up, str) else warm_up),
        tuple(jobs),
        tuple(entries.get("notify", [])),
    )


def ad_hoc(project: Project, notebook: str, words: Iterable[str], language: str = "") -> Job:
    """
    Return a job of *notebook* that the plan need not have.

    Parameters
    ----------
    words
        Parameters, each ``name=value``; the others are the first ones in the plan.
    language
        The language, if the notebook has one in the plan and *words* name none.

    Raises
    ------
    UsageError
        For an unknown notebook, parameter or value.
    """
    entries, lines = _parsed(project.root / PLAN)
    reader = _Reader.of(project, entries)
    entry = {"notebook": notebook, **_shared(entries)}
    whole = (one for _, one in _whole_entries(entries, lines, project.notebooks))
    entry = next((one for one in whole if one.get("notebook") == notebook), entry)
    each = entry.get("each", {})
    if language and "language" in each:
        entry = {**entry, "each": {**each, "language": [language]}}
    return reader.job(entry, say("plan.ad_hoc", notebook=notebook), words)


def _whole_entries(
    entries: Mapping[str, Any], lines: Sequence[int], notebooks: Path
) -> Iterator[tuple[Text, dict[str, Any]]]:
    """Yield each job of the plan with the defaults, then notebooks that no job names."""
    default, shared = entries.get("default", {}), _shared(entries)
    jobs = entries.get("job", [])
    for number, entry in enumerate(jobs, 1):
        whole = shared | entry
        if isinstance(entry.get("each"), dict):
            whole["each"] = {**default.get("each", {}), **entry["each"]}
        if len(lines) == len(jobs):
            yield say("plan.job_at", number=number, line=lines[number - 1]), whole
        else:
            yield say("plan.job", number=number), whole
    if "default" in entries:
        named = {str(entry.get("notebook")) for entry in jobs} | {*default.get("without", ())}
        for path in sorted(notebooks.glob("*.ipynb")):
            if path.stem not in named and _declares(path, default.get("each", {})):
                yield say("plan.default"), {"notebook": path.stem, **shared}


def _shared(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults of a plan that its jobs take over."""
    default = entries.get("default", {})
    return {part: default[part] for part in _SHARED if part in default}


def _declares(path: Path, names: Iterable[str]) -> bool:
    """Return whether a notebook declares the parameters *names*; a damaged one is reported."""
    read = parameters.notebook(path)
    tagged = any("parameters" in cell["tags"] for cell in read.cells)
    return tagged and {*names} <= parameters.declared(path, read).keys()


def _parsed(path: Path) -> tuple[dict[str, Any], list[int]]:
    """Return the entries of the plan *path*, and the lines at which its jobs begin."""
    try:
        text = files.text(path)
        entries = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(say("plan.no_toml", path=path, error=error)) from error
    _refuse_unknown_keys(_TITLE, entries, _TOP)
    _refuse_misfit(_TITLE, entries, Whole)
    _refuse_unknown_keys(say("plan.default"), entries.get("default", {}), _DEFAULT)
    lines = enumerate(text.splitlines(), 1)
    return entries, [number for number, line in lines if _HEADER.match(line)]


def _refuse_misfit(where: Text, entry: object, kind: Any) -> None:
    if fault := validation.misfit(entry, kind):
        raise UsageError(say("plan.misfit", where=where, fault=fault))


def _refuse_unknown_keys(where: Text, entry: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in entry:
        if key not in known:
            raise WordError(_kind(where, "key"), key, known)


class _Reader:
    """Makes jobs from the entries of the plan, with the tables that they may name."""

    def __init__(self, project: Project, deadline: float, formats: object) -> None:
        self.project, self.deadline, self.formats = project, deadline, formats
        self.words = Words(project.data)
        self.tables, self.selections = self.words.tables, self.words.selections
        self.matching = cache(self._matching)

    @classmethod
    def of(cls, project: Project, entries: Mapping[str, Any]) -> "_Reader":
        """Return the reader of the plan with these *entries*."""
        deadline = float(entries.get("deadline", DEADLINE))
        return cls(project, deadline, entries.get("formats", []))

    def job(self, entry: dict[str, Any], where: Text, words: Iterable[str]) -> Job:
        """Return the job of *entry* with the parameters in *words*, of the others the first."""
        path = self.project.notebooks / f"{_file_name(where, entry['notebook'])}.ipynb"
        stems = [one.stem for one in self.project.notebooks.glob("*.ipynb")]
        known = parameters.declared(path, parameters.notebook(path, stems))
        each = {
            name: self._listed(say("plan.each", where=where, name=name), values)[:1]
            for name, values in entry.get("each", {}).items()
        }
        given = {name: [value] for name, value in parameters.typed(words, known).items()}
        return next(self.jobs({**entry, "each": each | given}, where))

    def jobs(self, entry: dict[str, Any], where: Text) -> Iterator[Job]:
        """Yield the jobs of a ``[[job]]`` entry: the product of its lists of parameter values."""
        _refuse_unknown_keys(where, entry, _JOB)
        _refuse_misfit(where, entry, Entry)
        stem, folder = _file_name(where, str(entry.get("notebook", ""))), self.project.notebooks
        path, stems = folder / f"{stem}.ipynb", [one.stem for one in folder.glob("*.ipynb")]
        if stem not in stems:
            raise WordError(_kind(where, "notebook"), stem, stems)
        read = parameters.notebook(path)
        lists = {
            name: self._listed(say("plan.each", where=where, name=name), values)
            for name, values in entry.get("each", {}).items()
        }
        known = parameters.declared(path, read) if lists else {}
        deadline, kernel = float(entry.get("deadline", self.deadline)), _kernel(where, entry, read)
        formats = _formats(where, entry.get("formats", self.formats))
        warm = tuple(entry.get("warm", []))
        for values in itertools.product(*lists.values()):
            given = dict(zip(lists, values, strict=True))
            parameters.check(
                say("plan.notebook", where=where, notebook=stem), given, known, self.words.of
            )
            name = _file_name(where, "-".join([stem, *map(_spelled, values)]))
            sources = tuple(self._sources(where, entry.get("reads", []), given))
            yield Job(name, path, given, sources, deadline, kernel, formats, warm)

    def _listed(self, where: Text, values: object) -> list[Value]:
        """Return the values of a parameter: a list, or a selection named in the descriptor."""
        if isinstance(values, str):
            if values not in self.selections:
                raise WordError(_kind(where, "selection"), values, self.selections)
            values = self.selections[values]
        if not isinstance(values, list) or not values:
            raise UsageError(say("plan.no_list", where=where))
        for value in values:
            if not isinstance(value, str | int | bool | float) or not _finite(value):
                raise UsageError(say("plan.no_value", where=where, value=value))
        return values

    def _sources(
        self, where: Text, reads: Iterable[Any], given: Mapping[str, Value]
    ) -> Iterator[Source]:
        for read in reads:
            entry = {"table": read} if isinstance(read, str) else dict(read)
            _refuse_unknown_keys(say("plan.reads", where=where), entry, _READ)
            pattern = str(entry["table"])
            if pattern not in self.tables:
                pattern = _PLACEHOLDER.sub(lambda name: _filled(where, name[1], given), pattern)
            column = str(entry.get("where", ""))
            value = _filled(where, column, given) if column else ""
            if not self.matching(pattern):
                raise WordError(_kind(where, "table"), pattern, self.tables)
            yield from (Source(*table, column, value) for table in self.matching(pattern))

    def _matching(self, pattern: str) -> list[tuple[str, Path]]:
        """Return the tables that a name or a pattern with ``*`` matches."""
        if pattern in self.tables:
            return [(pattern, self.tables[pattern])]
        names = [name for name in self.tables if fnmatchcase(name, pattern)]
        return [(name, self.tables[name]) for name in sorted(names) if "*" in pattern]


def _finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _kind(where: Text, kind: str) -> Text:
    return say("word.in", where=where, kind=say(f"word.{kind}"))


def _kernel(where: Text, entry: Mapping[str, Any], read: parameters.Notebook) -> str:
    executor = entry.get("executor", "in-process")
    if executor not in _EXECUTORS:
        raise WordError(_kind(where, "executor"), executor, _EXECUTORS)
    own = read.kernel not in {"", "python3"}
    return read.kernel if own else "python3" if executor == "kernel" else ""


def _formats(where: Text, given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise UsageError(say("plan.formats_no_list", where=where))
    for one in given:
        if one not in KNOWN_FORMATS:
            raise WordError(_kind(where, "format"), one, KNOWN_FORMATS)
    return tuple(given)


def _spelled(value: Value) -> str:
    """
    Return *value* as a part of a job's name.

    >>> [_spelled(value) for value in ("zh", 2024, True)]
    ['zh', '2024', 'true']
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _file_name(where: Text, name: str) -> str:
    if not files.is_plain(name):
        values = {"where": where, "name": name[:60], "most": files.LONGEST_NAME}
        raise UsageError(say("plan.no_file_name", **values))
    return name


def _filled(where: Text, name: str, given: Mapping[str, Value]) -> str:
    if name not in given:
        raise WordError(_kind(where, "parameter"), name, given)
    return _spelled(given[name])


def _refuse_duplicates(jobs: Iterable[Job]) -> None:
    claimed: dict[str, Job] = {}
    for job in jobs:
        twin = claimed.setdefault(job.name.casefold(), job)
        if twin is not job:
            one = {"first": twin.notebook.stem, "first_values": dict(twin.parameters)}
            two = {"second": job.notebook.stem, "second_values": dict(job.parameters)}
            raise UsageError(say("plan.twins", job=job.name, **one, **two))


def library(name: str) -> str:
    """Return the version of an installed library, ``""`` if there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
