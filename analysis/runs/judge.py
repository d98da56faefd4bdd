"""
Check the output of a job: all cells ran, all figures are complete, all sources are in the plan.

papermill's own status is not used: it is "completed" even after a kernel has died. Everything is
read with a limit of size, and no step begins after the deadline.
"""

import json
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from analysis import files, validation
from analysis.figures import pictures
from analysis.figures.fields import Figure
from analysis.language.messages import say
from analysis.language.text import Text

from .lookup import described
from .parameters import Cell, Format4
from .plan import Job, Source
from .processes import KILL

MOST_FILES = 500  # that a job publishes
MOST_BYTES = 256 << 20  # of all of them
MOST_NOTEBOOK = 64 << 20
MOST_RECORD = 16 << 20
MOST_LOG = 8 << 20
_LONGEST_CAUSE = 400
_GLYPHS = (
    re.compile(r"Glyph (?P<code>\d{1,7}) .*?missing from"),
    re.compile(r"does not have a glyph for '(?P<sign>.[^']{0,12})'"),
    re.compile(r"findfont: Font family (?P<family>.{0,200}?) not found"),
)
_MEMORY = ("MemoryError", "ArrayMemoryError", "DeadKernelError")


class Ended(NamedTuple):
    """How the process of a job ended."""

    status: int  # its exit status; minus the signal that ended it
    raised: str = ""  # the exception it reported
    cell: int | None = None  # the last cell that began, counted from 0
    line: str = ""  # that cell's first line
    late: float = 0.0  # the deadline it missed, in seconds
    cpu: float = 0.0
    memory: int = 0  # its peak, in bytes
    deadline: float = 0.0  # in seconds
    due: float = float("inf")  # when checking must have ended, on the monotonic clock


class FailureError(Exception):
    """The cause of a failed job, the cell, and advice."""

    def __init__(self, cause: Text, advice: Text, cell: int | None = None, line: str = "") -> None:
        super().__init__(cause.en, advice.en, cell, line)
        self.cause, self.advice, self.cell, self.line = cause, advice, cell, line


class LateError(FailureError):
    """A job that missed its deadline."""


def judge(job: Job, stage: Path, ended: Ended) -> list[dict[str, Any]]:
    """
    Check the notebook and the figures that *job* wrote to its staging folder *stage*.

    Returns
    -------
    list of dict
        The records of all figures. The executed notebook is written beside them.

    Raises
    ------
    FailureError
        For the first fault.
    """
    if ended.late:
        cause = say("job.cause.deadline", seconds=ended.late)
        raise LateError(cause, say("job.advice.deadline"), ended.cell, ended.line)
    try:
        return _judged(job, stage, ended)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        cause = say("job.cause.unreadable", error=repr(error)[:_LONGEST_CAUSE])
        raise FailureError(cause, say("job.advice.save"), ended.cell, ended.line) from error


def _judged(job: Job, stage: Path, ended: Ended) -> list[dict[str, Any]]:
    out = stage / "out"
    notebook = _notebook(stage, ended)
    _refuse_failed_cells(notebook, ended)
    if ended.status != 0:
        raise FailureError(_death(ended), _remedy(ended.raised, ended), ended.cell, ended.line)
    _refuse_unrun_cells(notebook)
    _refuse_missing_glyphs(notebook, stage)
    _refuse_too_much(out)
    figures = [_figure(path, ended) for path in sorted(out.glob("*.json"))]
    _refuse_unexpected(out, figures)
    for figure in figures:
        _refuse_undeclared(job, figure)
    text = json.dumps(_stable(notebook), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    (out / f"{job.name}.ipynb").write_text(text, "utf-8")
    return figures


def _refuse_late(ended: Ended) -> None:
    if time.monotonic() > ended.due:
        cause = say("job.cause.deadline_checking", seconds=ended.deadline)
        raise LateError(cause, say("job.advice.deadline"), ended.cell, ended.line)


def _notebook(stage: Path, ended: Ended) -> Format4:
    """Return the executed notebook; a process that died may have left a part of it."""
    data = files.read(stage / "notebook.ipynb", MOST_NOTEBOOK)
    try:
        return (
            validation.parsed(data, Format4) if data is not None else {"cells": [], "metadata": {}}
        )
    except ValueError:
        if ended.status == 0:
            raise
        return {"cells": [], "metadata": {}}


def _code_cells(notebook: Format4) -> Iterator[tuple[int, Cell, str]]:
    """Yield the index, the cell and the first line of each code cell that should have run."""
    index = 0
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if "papermill-error-cell-tag" in tags:
            continue  # a note that papermill inserts
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.strip() and "skip-execution" not in tags:
            yield index, cell, source.strip().splitlines()[0]
        index += 1


def _refuse_failed_cells(notebook: Format4, ended: Ended) -> None:
    for index, cell, line in _code_cells(notebook):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                cause = f"{output.get('ename')}: {output.get('evalue')}"[:_LONGEST_CAUSE]
                left = output.get("ename") == "SystemExit"
                text = say("job.cause.stopped_itself") if left else Text(cause, cause)
                raise FailureError(text, _remedy(cause, ended), index, line)


def _refuse_unrun_cells(notebook: Format4) -> None:
    if not notebook["cells"]:
        raise FailureError(say("job.cause.no_notebook"), say("job.advice.log"))
    for index, cell, line in _code_cells(notebook):
        if cell.get("execution_count") is None:
            raise FailureError(say("job.cause.unrun"), say("job.advice.exit"), index, line)


def _death(ended: Ended) -> Text:
    if ended.status < 0:
        likely = say("job.cause.likely_memory") if ended.status == -KILL else Text("", "")
        size = ended.memory / 2**20
        peak = say("job.cause.peak", size=size) if ended.memory else Text("", "")
        number, name = -ended.status, signal.Signals(-ended.status).name
        return say("job.cause.killed", number=number, name=name, likely=likely, peak=peak)
    raised = ended.raised[:_LONGEST_CAUSE]
    if _kernel_died(raised):
        return say("job.cause.kernel_killed", raised=raised)
    return Text(raised, raised) if raised else say("job.cause.status", status=ended.status)


def _kernel_died(raised: str) -> bool:
    return "DeadKernelError" in raised or "Kernel died" in raised


def _remedy(raised: str, ended: Ended) -> Text:
    if (
        ended.status in {-KILL, -signal.SIGSEGV}
        or _kernel_died(raised)
        or raised.startswith(_MEMORY)
    ):
        return say("job.advice.memory")
    if "No space left" in raised or "Errno 28" in raised:
        return say("job.advice.disk")
    return say("job.advice.kernel" if "NoSuchKernel" in raised else "job.advice.cell")


def _refuse_missing_glyphs(notebook: Format4, stage: Path) -> None:
    """Raise an error for a missing glyph or font, of which matplotlib only warns."""
    for index, cell, line in _code_cells(notebook):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                _refuse_glyph("".join(output.get("text", "")), index, line)
    log = files.read(stage / "log.txt", MOST_LOG)
    if log is None and (stage / "log.txt").exists():
        raise _too_large("log.txt", MOST_LOG)
    _refuse_glyph((log or b"").decode("utf-8", "replace"), None, "")


def _too_large(file: str, most: int) -> FailureError:
    cause = say("job.cause.too_large", file=file, most=most >> 20)
    return FailureError(cause, say("job.advice.save"))


def _refuse_glyph(text: str, cell: int | None, line: str) -> None:
    for pattern in _GLYPHS:
        if match := pattern.search(text):
            groups = match.groupdict()
            if "family" in groups:
                cause = say("job.cause.no_font", family=groups["family"])
            else:
                sign = _sign(groups)
                cause = say("job.cause.no_glyph", sign=sign)
            raise FailureError(cause, say("job.advice.style"), cell, line)


def _sign(groups: Mapping[str, str]) -> str:
    if "code" not in groups:
        return _unescaped(groups["sign"])
    code = int(groups["code"])
    return chr(code) if code <= 0x10FFFF else groups["code"]


def _unescaped(sign: str) -> str:
    r"""
    Return a character that a log may have written as an escape sequence.

    >>> _unescaped("\\u4eac"), _unescaped("京")
    ('京', '京')
    """
    return sign.encode("ascii", "backslashreplace").decode("unicode_escape")


def _refuse_too_much(out: Path) -> None:
    """Raise an error for too many files or bytes, before any is read."""
    sizes = [path.lstat().st_size for path in out.iterdir()]
    if len(sizes) > MOST_FILES:
        cause = say("job.cause.too_many", count=len(sizes), most=MOST_FILES)
        raise FailureError(cause, say("job.advice.save"))
    if sum(sizes) > MOST_BYTES:
        raise _too_large(out.name, MOST_BYTES)


def _read(path: Path, most: int) -> bytes:
    """Return the bytes of a file of a figure."""
    data = files.read(path, most)
    if data:
        return data
    if data is None and path.is_file() and path.stat().st_size > most:
        raise _too_large(path.name, most)
    cause = say("job.cause.missing" if data is None else "job.cause.empty", file=path.name)
    raise FailureError(cause, say("job.advice.save"))


def _figure(path: Path, ended: Ended) -> dict[str, Any]:
    """Return the record of a figure, after decoding every file it names."""
    _refuse_late(ended)
    try:
        record = validation.parsed(_read(path, MOST_RECORD), Figure)
    except ValueError as error:
        cause = say("job.cause.no_record", file=path.name, error=str(error)[:_LONGEST_CAUSE])
        raise FailureError(cause, say("job.advice.publish")) from error
    name, names = record["name"], sorted(record["files"])
    if name != path.stem or not names:
        cause = say("job.cause.incomplete_record", file=path.name)
        raise FailureError(cause, say("job.advice.publish"))
    for file in names:
        _refuse_late(ended)
        _decode(path.parent, name, file)
    whole = {"caption": {}, "alt": {}, "language": "", "refused": [], **record, "files": names}
    return cast("dict[str, Any]", whole)


def _decode(folder: Path, name: str, file: str) -> None:
    """Raise an error unless *file* of the figure *name* can be decoded."""
    suffix = file.removeprefix(f"{name}.")
    decode = _DECODERS.get(suffix)
    if not files.is_plain(file) or decode is None or suffix == file:
        cause = say("job.cause.not_named", file=file, name=name, kinds=", ".join(_DECODERS))
        raise FailureError(cause, say("job.advice.name"))
    data = _read(folder / file, pictures.MOST_BYTES)
    try:
        decode(data)
    except Exception as error:
        words = str(error)[:_LONGEST_CAUSE]
        cause = say("job.cause.cannot_read_back", file=file, error=words)
        raise FailureError(cause, say("job.advice.save")) from error


def _svg(data: bytes) -> None:
    """Parse an SVG without building a tree, so that millions of elements need no memory."""
    from xml.parsers import expat

    roots: list[str] = []
    parser = expat.ParserCreate(namespace_separator="}")

    def begin(name: str, _attributes: object) -> None:
        roots.append(name)
        parser.StartElementHandler = None

    def refuse(*_: object) -> None:
        raise ValueError("it declares entities")

    parser.StartElementHandler, parser.EntityDeclHandler = begin, refuse
    parser.Parse(data, True)  # noqa: FBT003  positional in C
    if not roots[0].endswith("}svg"):
        raise ValueError(f"the root is {roots[0]}")


def _png(data: bytes) -> None:
    with pictures.opened(data, "the PNG") as image:
        image.load()


def _pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-64:]:
        raise ValueError("it is cut off")


_DECODERS: dict[str, Callable[[bytes], None]] = {"svg": _svg, "png": _png, "pdf": _pdf}


def _refuse_unexpected(folder: Path, figures: list[dict[str, Any]]) -> None:
    if not figures:
        raise FailureError(say("job.cause.no_figure"), say("job.advice.end"))
    expected = {file for figure in figures for file in (f"{figure['name']}.json", *figure["files"])}
    for path in sorted(folder.iterdir()):
        if path.name not in expected:
            cause = say("job.cause.unexpected", file=path.name)
            raise FailureError(cause, say("job.advice.publish_it"))


def _refuse_undeclared(job: Job, figure: dict[str, Any]) -> None:
    """Raise an error for a row of a table that is not among the job's declared sources."""
    stems = _stems(job)
    for row in figure["rows"]:
        table = _table(row, stems)
        if table and not any(_covers(source, table, row) for source in job.reads):
            indicator, region = row.get("indicator", "?"), row.get("region", "?")
            names = {"figure": figure["name"], "indicator": indicator, "region": region}
            cause = say("job.cause.outside_reads", **names)
            raise FailureError(cause, say("job.advice.reads", table=table))


def _table(row: dict[str, Any], stems: Mapping[str, str]) -> str:
    if "table" in row:
        return str(row["table"])
    if row.get("origin") == "report":
        return f"observations/{stems.get(str(row.get('report')), row.get('region'))}"
    return "context" if row.get("origin") == "context" else ""


def _stems(job: Job) -> dict[str, str]:
    """Return the file of the observations of each report, by the descriptor of the tables."""
    tables = (source for source in job.reads if source.table.startswith("observations/"))
    folders = {source.path.parents[1] for source in tables}
    return {
        report: file for folder in folders for report, file in described(folder, "files").items()
    }


def _covers(source: Source, table: str, row: dict[str, Any]) -> bool:
    return source.table == table and (
        not source.where or str(row.get(source.where)) == source.value
    )


def _stable(notebook: Format4) -> Format4:
    """Return *notebook* without what differs between runs: times, paths and random names."""
    whole = cast("Any", notebook)
    for cell in whole["cells"]:
        cell["metadata"].pop("papermill", None)
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "injected-parameters"
    stable = {"parameters", "default_parameters", "environment_variables", "version"}
    metadata = whole["metadata"].get("papermill", {})
    whole["metadata"]["papermill"] = {k: v for k, v in metadata.items() if k in stable}
    return notebook
