"""
Check the output of a job: all cells ran, all figures are complete, all sources are in the plan.

papermill's own status is not used: it is "completed" even after a kernel has died.
"""

import io
import json
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from analysis import files

from .plan import Job, Source, described
from .processes import KILL

_ERROR_LINES = 400
_NAME = re.compile(r'[^\x00-\x1f\x7f/\\<>:"|?*. ][^\x00-\x1f\x7f/\\<>:"|?*]{0,150}')
_GLYPHS = (
    re.compile(r"Glyph (?P<code>\d+) .*?missing from"),
    re.compile(r"does not have a glyph for '(?P<sign>.[^']*)'"),
    re.compile(r"findfont: Font family (?P<family>.*?) not found"),
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


class FailureError(Exception):
    """The cause of a failed job, the cell, and advice."""

    def __init__(self, cause: str, advice: str, cell: int | None = None, line: str = "") -> None:
        super().__init__(cause, advice, cell, line)
        self.cause, self.advice, self.cell, self.line = cause, advice, cell, line


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
        cause = f"over its deadline of {ended.late:g} s"
        raise FailureError(
            cause, "give it a longer deadline, or less to do", ended.cell, ended.line
        )
    try:
        return _judged(job, stage, ended)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        cause = f"what it left cannot be read: {error!r}"
        raise FailureError(cause, _SAVE, ended.cell, ended.line) from error


def _judged(job: Job, stage: Path, ended: Ended) -> list[dict[str, Any]]:
    notebook = _notebook(stage)
    _refuse_failed_cells(notebook, ended)
    if ended.status != 0:
        raise FailureError(_death(ended), _advice(ended), ended.cell, ended.line)
    _refuse_unrun_cells(notebook)
    _refuse_missing_glyphs(notebook, stage)
    figures = [_figure(path) for path in sorted((stage / "out").glob("*.json"))]
    _refuse_unexpected(stage / "out", figures)
    for figure in figures:
        _refuse_undeclared(job, figure)
    text = json.dumps(_stable(notebook), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    (stage / "out" / f"{job.name}.ipynb").write_text(text, "utf-8")
    return figures


def _notebook(stage: Path) -> dict[str, Any]:
    try:
        notebook: dict[str, Any] = json.loads((stage / "notebook.ipynb").read_bytes())
    except (OSError, ValueError):
        return {"cells": []}
    return notebook


def _code_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], str]]:
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


def _refuse_failed_cells(notebook: dict[str, Any], ended: Ended) -> None:
    for index, cell, line in _code_cells(notebook):
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                cause = f"{output['ename']}: {output['evalue']}"[:_ERROR_LINES]
                if output["ename"] == "SystemExit":
                    cause = "the notebook stopped itself (sys.exit) before its end"
                raise FailureError(cause, _remedy(cause, ended), index, line)


def _refuse_unrun_cells(notebook: dict[str, Any]) -> None:
    if not notebook["cells"]:
        raise FailureError("no notebook was written", "read log.txt")
    for index, cell, line in _code_cells(notebook):
        if cell.get("execution_count") is None:
            cause = "the process ended before this cell ran"
            raise FailureError(cause, "the notebook must not leave Python (os._exit)", index, line)


def _death(ended: Ended) -> str:
    if ended.status < 0:
        name = signal.Signals(-ended.status).name
        peak = f"; its memory peaked at {ended.memory / 2**20:.0f} MB" if ended.memory else ""
        likely = ": likely out of memory" if ended.status == -KILL else ""
        return f"the process was killed (signal {-ended.status}, {name}){likely}{peak}"
    if "DeadKernelError" in ended.raised or "Kernel died" in ended.raised:
        return f"the kernel was killed: likely out of memory ({ended.raised})"
    return ended.raised or f"the process ended with status {ended.status}"


def _advice(ended: Ended) -> str:
    return _remedy(_death(ended), ended)


def _remedy(cause: str, ended: Ended) -> str:
    if (
        ended.status in {-KILL, -signal.SIGSEGV}
        or "out of memory" in cause
        or cause.startswith(_MEMORY)
    ):
        return "run fewer jobs at a time (--jobs 1), or give it more memory"
    if "No space left" in cause or "Errno 28" in cause:
        return "free space on the disk, then run again"
    if "NoSuchKernel" in cause:
        return "install the kernel, or let the notebook name another"
    return "open the kept notebook and read the last cell that ran"


def _refuse_missing_glyphs(notebook: dict[str, Any], stage: Path) -> None:
    """Raise an error for a missing glyph or font, of which matplotlib only warns."""
    for index, cell, line in _code_cells(notebook):
        for output in cell["outputs"]:
            if output.get("name") == "stderr":
                _refuse_glyph("".join(output["text"]), index, line)
    log = files.read(stage / "log.txt") or b""
    _refuse_glyph(log.decode("utf-8", "replace"), None, "")


def _refuse_glyph(text: str, cell: int | None, line: str) -> None:
    for pattern in _GLYPHS:
        if match := pattern.search(text):
            groups = match.groupdict()
            if "family" in groups:
                cause = f"no font {groups['family']}: characters would be drawn as boxes"
            else:
                sign = chr(int(groups["code"])) if "code" in groups else _unescaped(groups["sign"])
                cause = f"no glyph for {sign}: it would be drawn as a box"
            raise FailureError(cause, "draw with the style of the package", cell, line)


def _unescaped(sign: str) -> str:
    r"""
    Return a character that a log may have written as an escape sequence.

    >>> _unescaped("\\u4eac"), _unescaped("京")
    ('京', '京')
    """
    return sign.encode("ascii", "backslashreplace").decode("unicode_escape")


def _figure(path: Path) -> dict[str, Any]:
    """Return the record of a figure, after decoding every file it names."""
    try:
        record = json.loads(path.read_bytes())
        figure = {"caption": {}, "alt": {}, "language": "", "refused": [], **record}
        name, files, rows = figure["name"], figure["files"], figure["rows"]
        valid = name == path.stem and isinstance(rows, list) and {"zh", "en"} <= {*figure["title"]}
    except (ValueError, KeyError, TypeError) as error:
        cause = f"{path.name} is not the record of a figure: {error!r}"
        raise FailureError(cause, "publish with analysis.figures.save") from error
    if not valid or not files:
        cause = f"the record {path.name} lacks its name, a title in zh and en, rows or files"
        raise FailureError(cause, "publish with analysis.figures.save")
    for file in files:
        _decode(path.parent, name, str(file))
    figure["files"] = sorted(map(str, files))
    return figure


def _decode(folder: Path, name: str, file: str) -> None:
    """Raise an error unless *file* of the figure *name* can be decoded."""
    suffix = file.removeprefix(f"{name}.")
    decode = _DECODERS.get(suffix)
    if not _NAME.fullmatch(file) or decode is None or suffix == file:
        kinds = ", ".join(_DECODERS)
        raise FailureError(f"{file!r} is not {name}.({kinds})", "name files after their figure")
    data = files.read(folder / file)
    if not data:
        raise FailureError(f"{file} is {'empty' if data == b'' else 'missing'}", _SAVE)
    try:
        decode(data)
    except Exception as error:
        raise FailureError(f"{file} cannot be read back: {error}", _SAVE) from error


_SAVE = "the notebook must save the complete figure"


def _svg(data: bytes) -> None:
    import defusedxml.ElementTree

    root = defusedxml.ElementTree.fromstring(data)
    if not root.tag.endswith("}svg"):
        raise ValueError(f"the root is {root.tag}")


def _png(data: bytes) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        image.load()


def _pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-64:]:
        raise ValueError("it is cut off")


_DECODERS: dict[str, Callable[[bytes], None]] = {"svg": _svg, "png": _png, "pdf": _pdf}


def _refuse_unexpected(folder: Path, figures: list[dict[str, Any]]) -> None:
    if not figures:
        raise FailureError("no figure was published", "end with analysis.figures.save(...)")
    expected = {file for figure in figures for file in (f"{figure['name']}.json", *figure["files"])}
    for path in sorted(folder.iterdir()):
        if path.name not in expected:
            cause = f"{path.name} was written, but no figure names it"
            raise FailureError(cause, "publish it with analysis.figures.save")


def _refuse_undeclared(job: Job, figure: dict[str, Any]) -> None:
    """Raise an error for a row of a table that is not among the job's declared sources."""
    stems = _stems(job)
    for row in figure["rows"]:
        table = _table(row, stems)
        if table and not any(_covers(source, table, row) for source in job.reads):
            indicator, region = row.get("indicator", "?"), row.get("region", "?")
            cause = f"{figure['name']} draws {indicator} of {region}, which is outside its reads"
            raise FailureError(cause, f'add "{table}" to its reads in plan.toml')


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


def _stable(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return *notebook* without what differs between runs: times, paths and random names."""
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "injected-parameters"
    stable = {"parameters", "default_parameters", "environment_variables", "version"}
    metadata = notebook["metadata"].get("papermill", {})
    notebook["metadata"]["papermill"] = {k: v for k, v in metadata.items() if k in stable}
    return notebook
