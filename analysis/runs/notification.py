"""The command of ``run --notify``: its input, a summary of the run as JSON, and its failure."""

import json
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.figures import manifest
from analysis.figures.differences import described
from analysis.language.messages import say
from analysis.language.text import Text, harmless

from . import processes
from .outcome import Signals, StoppedError

DEADLINE = 30.0  # seconds
LONGEST = 200  # characters of the command's last line of errors


def summary(figures: Path, line: dict[str, Any]) -> dict[str, Any]:
    """Return the input of the command: *line* of the history, each change in both languages."""
    rows: list[manifest.Row] = []
    with suppress(AnalysisError):  # the full disk that is notified
        rows = [row for one in manifest.load(figures)["figures"] for row in one["rows"]]
    page = figures / "index.html"
    return {
        **{name: line[name] for name in ("run", "began", "seconds", "code", "refused")},
        **line["jobs"],
        "changed": described(line["changed"], rows),
        "page": f"{page}#/changes" if page.exists() else "",
    }


def send(command: Sequence[str], content: dict[str, Any], folder: Path) -> Text | None:
    """Run *command* in *folder* with *content* on its input; return why it failed, if it did."""
    data = json.dumps(content, ensure_ascii=False).encode()
    try:
        with tempfile.TemporaryFile() as errors:
            status = _status(command, data, folder, errors)
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        return say("notify.not_started", command=shlex.join(command), error=cause)
    if status is None:
        return say("notify.late", command=shlex.join(command), seconds=f"{DEADLINE:g}")
    rest = harmless(f": {last}"[:LONGEST]) if last else ""
    about = {"command": shlex.join(command), "status": status, "error": rest}
    return say("notify.failed", **about) if status else None


def _status(command: Sequence[str], data: bytes, folder: Path, errors: Any) -> int | None:
    """Return the exit status of *command*, or None if it was ended at the deadline or a signal."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603  the command that the caller asked for
        command, cwd=folder, stdin=subprocess.PIPE, stdout=quiet, stderr=errors
    ) as child:
        try:
            with Signals().raised():
                child.communicate(data, timeout=DEADLINE)
        except (subprocess.TimeoutExpired, StoppedError):
            processes.end(lambda: processes.family(child.pid))
            return None
        return child.returncode
