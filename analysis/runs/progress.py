"""Progress of a run: lines of text, a progress bar on a terminal, or one JSON object per event."""

import json
import shutil
import sys
import unicodedata
from collections.abc import Callable
from typing import TextIO

from analysis.language.messages import say
from analysis.language.text import Text

from .outcome import Event

_FAILURES = {"failed", "late", "busy"}
_ALWAYS = {*_FAILURES, "notify"}  # printed although quiet
_COUNTS = {
    "done": "run.summary.done",
    "failed": "run.summary.failed",
    "late": "run.summary.late",
    "left": "run.summary.left",
    "busy": "run.summary.busy",
    "unchanged": "run.summary.unchanged",
}


class Progress:
    """A callable that prints each event of a run in *language*, or as JSON."""

    def __init__(self, language: str = "en", *, as_json: bool = False, quiet: bool = False) -> None:
        self.language, self.as_json, self.quiet = language, as_json, quiet
        self.bar = sys.stderr.isatty() and not as_json and not quiet
        self.jobs = self.finished = 0
        self.running: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        """Print *event*."""
        if self.as_json:
            write_line(json.dumps(event, ensure_ascii=False, default=_english), sys.stdout)
            return
        self._count(event)
        line = _line(event)
        if line is not None and (event["event"] in _ALWAYS or not self.quiet):
            self._clear()
            stream = sys.stdout if event["event"] == "end" else sys.stderr
            write_line(line[self.language], stream)
        if self.bar:
            self._draw(over=event["event"] == "end")

    def _count(self, event: Event) -> None:
        kind, name = event["event"], event.get("job", "")
        if kind == "run":
            self.jobs = event["jobs"]
        elif kind == "start":
            self.running[name] = ""
        elif kind == "cell":
            self.running[name] = say("run.in_cell", cell=event["cell"] + 1)[self.language]
        elif kind in {"done", *_FAILURES}:
            self.running.pop(name, None)
            self.finished += 1

    def _clear(self) -> None:
        if self.bar:
            sys.stderr.write("\r\x1b[K")

    def _draw(self, *, over: bool) -> None:
        """Redraw the progress bar with the running jobs and their cells."""
        self._clear()
        if not over and self.jobs:
            width = 20
            full = width * self.finished // self.jobs
            names = ", ".join(f"{name}{cell}" for name, cell in self.running.items())
            text = f"{'█' * full}{'░' * (width - full)} {self.finished}/{self.jobs} {names}"
            sys.stderr.write(cut(text, shutil.get_terminal_size().columns - 1))
        sys.stderr.flush()


def write_line(text: str, stream: TextIO) -> None:
    """Write a line to *stream* at once."""
    stream.write(f"{text}\n")
    stream.flush()


def cut(text: str, width: int) -> str:
    """
    Return the beginning of *text* that fits *width* columns; a Chinese character takes two.

    >>> cut("鞍山 42", 5)
    '鞍山 '
    """
    used = 0
    for position, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return text[:position]
    return text


def _english(value: object) -> str:
    """Return the English string of a :class:`Text`, for JSON."""
    if isinstance(value, Text):
        return value.en
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _line(event: Event) -> Text | None:
    """Return the text of *event*, None for an event that only moves the progress bar."""
    write = _LINES.get(event["event"])
    return write(event) if write else None


def _began(event: Event) -> Text:
    return say("run.began", run=event["run"], count=event["jobs"], workers=event["workers"])


def _done(event: Event) -> Text:
    seconds, changes = f"{event['seconds']:.1f}", _changes(event)
    return say(
        "run.done", job=event["job"], seconds=seconds, changes=changes, reason=event["reason"]
    )


def _changes(event: Event) -> Text:
    count = event["changed"]
    return say("run.values_changed", count=count) if count else Text("", "")


def _failed(event: Event) -> Text:
    where = Text("", "")
    if event["cell"] is not None:
        where = say("run.at_cell", cell=event["cell"] + 1) + say("run.at_line", line=event["line"])
    lines = [say("run.failed", job=event["job"], notebook=event["notebook"], where=where)]
    lines += [say("run.failed_cause", cause=event["cause"])]
    lines += [say("run.failed_advice", advice=event["advice"])]
    lines += [say("run.failed_kept", folder=event["kept"])] if "kept" in event else []
    return Text.joined(lines, zh="\n", en="\n")


def _busy(event: Event) -> Text:
    return say("run.busy", job=event["job"])


def _retry(event: Event) -> Text:
    return say("run.retry", job=event["job"], error=event["retry"])


def _notify(event: Event) -> Text:
    cause: Text = event["cause"]
    return cause


def _summary(event: Event) -> Text:
    counts = [say(text, count=event[name]) for name, text in _COUNTS.items() if event[name]]
    joined = Text.joined(counts or [say("run.summary.none")], zh="，", en=", ")
    seconds = f"{event['seconds']:.1f}"
    return say("run.summary", counts=joined, changes=_changes(event), seconds=seconds)


_LINES: dict[str, Callable[[Event], Text]] = {
    "run": _began,
    "done": _done,
    "failed": _failed,
    "late": _failed,
    "busy": _busy,
    "retry": _retry,
    "notify": _notify,
    "end": _summary,
}
