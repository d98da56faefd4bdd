"""
Which jobs are stale: the content hashes of their inputs, compared with those of their record.

Modification times do not matter.
"""

import csv
import io
import platform
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import UsageError
from analysis.figures import manifest
from analysis.files import canonical, checksum, digest, text
from analysis.language.messages import say
from analysis.language.text import Text

from . import parameters
from .plan import Job, Plan, Project, library

_LIBRARIES = ("matplotlib", "numpy", "pandas", "papermill", "pillow", "scipy", "seaborn")


class Fingerprints:
    """Content hashes of files; each file is read once per instance."""

    def __init__(self) -> None:
        self.file = cache(checksum)
        self.notebook = cache(self._notebook)
        self._groups = cache(self._grouped)

    def _notebook(self, path: Path) -> str:
        """Return the hash of the cells, tags and kernel of a notebook, without its outputs."""
        try:
            of = parameters.notebook(path)
        except UsageError:
            return ""  # moved or damaged since the plan was read
        cells = [[cell["cell_type"], cell["source"], cell["tags"]] for cell in of.cells]
        return digest(canonical([cells, of.kernel]))

    def lines(self, path: Path, column: str = "", value: str = "") -> str:
        """
        Return the hash of the lines of a CSV table with *value* in *column*, or of the whole file.

        Other lines do not change it. A file that is not a CSV table with that column is hashed
        whole, so that too much is rebuilt rather than too little.
        """
        groups = self._groups(path, column) if column and path.suffix == ".csv" else None
        return self.file(path) if groups is None else groups.get(value, groups[None])

    def _grouped(self, path: Path, column: str) -> dict[str | None, str] | None:
        """Return the hash of the lines of each value of *column*, and of no line as None."""
        try:
            header, *body = csv.reader(io.StringIO(text(path), newline=""))
            index = header.index(column)
            groups: dict[str, list[list[str]]] = {}
            for row in body:
                groups.setdefault(row[index], []).append(row)
        except (ValueError, IndexError, csv.Error):
            return None
        empty: dict[str | None, str] = {None: digest(canonical([header]))}
        return empty | {value: digest(canonical([header, *rows])) for value, rows in groups.items()}

    def sources(self, package: Path, beside: Path) -> str:
        """Return the hash of all source files of the package and modules beside the notebooks."""
        files = [
            (path.relative_to(package).as_posix(), path)
            for path in package.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        ]
        files += [(f"notebooks/{path.name}", path) for path in beside.glob("*.py")]
        return digest(canonical(sorted((name, self.file(path)) for name, path in files)))


class Stale:
    """Compares the present inputs of jobs with those recorded with their figures."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files = Fingerprints()
        self.records: dict[str, manifest.Record | None] = {}  # as read by `reason`
        self._shared = {
            "package": self.files.sources(Path(__file__).parents[1], project.notebooks),
            "lock": self.files.file(project.root / "requirements.lock"),
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "libraries": {name: library(name) for name in _LIBRARIES},
        }

    def parts(self, job: Job) -> dict[str, Any]:
        """Return the parts of a job's key: a content hash or version of each input."""
        return {
            **self._shared,
            **({"formats": list(job.formats)} if job.formats else {}),
            "notebook": self.files.notebook(job.notebook),
            "parameters": dict(job.parameters),
            "inputs": {s.table: self.files.lines(s.path, s.where, s.value) for s in job.reads},
        }

    def reason(self, job: Job) -> Text | None:
        """Return why *job* must run, or None if its figures are up to date."""
        folder = self.project.figures / job.name
        if folder.is_symlink():
            return say("stale.link")
        self.records[job.name] = record = manifest.record(folder)
        if record is None:
            damaged = (folder / manifest.RECORD).exists()
            return say("stale.record_damaged") if damaged else say("stale.never_made")
        changed = next(_differences(record["parts"], self.parts(job)), None)
        return changed or manifest.altered(folder, record)


def overview(plan: Plan, jobs: Iterable[Job], language: str = "en") -> list[dict[str, Any]]:
    """Return *jobs* as plain data: what each reads and writes, and why it is stale."""
    project, stale = plan.project, Stale(plan.project)
    return [
        {
            "name": job.name,
            "notebook": _within(project, job.notebook),
            "parameters": dict(job.parameters),
            "inputs": [_within(project, path) for path in (job.notebook, *_files(job))],
            "outputs": [f"figures/{job.name}/{name}" for name in _outputs(project, job)],
            "stale": (reason := stale.reason(job)) is not None,
            "reason": reason[language] if reason else "",
        }
        for job in jobs
    ]


def _within(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _files(job: Job) -> list[Path]:
    return list(dict.fromkeys(source.path for source in job.reads))


def _outputs(project: Project, job: Job) -> list[str]:
    """Return the names of the files a job writes: its record, and its figures once it has run."""
    record = manifest.record(project.figures / job.name)
    return [manifest.RECORD, *sorted(record["outputs"] if record else [f"{job.name}.ipynb"])]


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Text]:
    """
    Yield the differences between two sets of parts.

    >>> before, now = {"inputs": {"regions": "1"}}, {"inputs": {"regions": "2", "units": "1"}}
    >>> [text.en for text in _differences(before, now)]
    ['table regions changed', 'table units is read for the first time']
    """
    for part in sorted({*before, *now}):
        old, new = before.get(part), now.get(part)
        if part in _GROUPS:
            yield from _changes(_GROUPS[part], old or {}, new or {})
        elif old != new:
            yield say(_PARTS.get(part, "stale.part_changed"), part=part, old=old, new=new)


_GROUPS = {
    "inputs": ("stale.table_changed", "stale.table_new", "stale.table_dropped"),
    "libraries": ("stale.library_changed", "stale.library_new", "stale.library_dropped"),
}
_PARTS = {
    "formats": "stale.formats_changed",
    "lock": "stale.lock_changed",
    "notebook": "stale.notebook_changed",
    "package": "stale.package_changed",
    "parameters": "stale.parameters_changed",
    "python": "stale.python_changed",
}


def _changes(
    messages: tuple[str, str, str], old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Text]:
    """Yield each changed, added and removed name with its message."""
    changed, added, removed = messages
    for name in sorted({*old, *new}):
        if name not in new:
            yield say(removed, name=name)
        elif name not in old:
            yield say(added, name=name)
        elif old[name] != new[name]:
            yield say(changed, name=name)
