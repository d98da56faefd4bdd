"""
How a run tells what happens: a line that renews itself on a terminal, plain lines in a pipe, JSON.

It writes events; it takes no part in them.
"""

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable
from typing import TextIO

from .outcome import Event


class Talk:
    """Called with each event of a run."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json, self.quiet = as_json, quiet
        self.bar = sys.stderr.isatty() and not as_json and not quiet
        self.jobs = self.over = 0
        self.doing: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        """Tell *event*."""
        if self.as_json:
            say(json.dumps(event, ensure_ascii=False), sys.stdout)
            return
        self._count(event)
        line = _line(event)
        important = event["event"] in {"failed", "late", "busy"}
        if line and (important or not self.quiet):
            self._clear()
            say(line, sys.stdout if event["event"] == "end" else sys.stderr)
        if self.bar:
            self._draw(over=event["event"] == "end")

    def _count(self, event: Event) -> None:
        kind, name = event["event"], event.get("job", "")
        if kind == "run":
            self.jobs = event["jobs"]
        elif kind == "start":
            self.doing[name] = ""
        elif kind == "cell":
            self.doing[name] = f" cell {event['cell'] + 1}"
        elif kind in {"done", "failed", "late", "busy"}:
            self.doing.pop(name, None)
            self.over += 1

    def _clear(self) -> None:
        if self.bar:
            sys.stderr.write("\r\x1b[K")

    def _draw(self, *, over: bool) -> None:
        """Renew the last line: how far the run is, and which cell each job is in."""
        self._clear()
        if not over and self.jobs:
            width = 20
            full = width * self.over // self.jobs
            names = ", ".join(f"{name}{cell}" for name, cell in self.doing.items())
            text = f"{'█' * full}{'░' * (width - full)} {self.over}/{self.jobs} {names}"
            sys.stderr.write(cut(text, shutil.get_terminal_size().columns - 1))
        sys.stderr.flush()


def say(text: str, stream: TextIO) -> None:
    """Write one line, whatever the stream's encoding can hold."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:  # whoever listened has gone; the run goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def cut(text: str, width: int) -> str:
    """
    As much of *text* as fits into *width* columns, a Chinese character taking two.

    >>> cut("鞍山 42", 5)
    '鞍山 '
    """
    used = 0
    for place, sign in enumerate(text):
        used += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used > width:
            return text[:place]
    return text


def _line(event: Event) -> str:
    """One event in words, "" for those that only move the bar."""
    told = _WORDS.get(event["event"])
    return told(event) if told else ""


def _values(event: Event) -> str:
    return f", {event['changed']} value(s) changed" if event["changed"] else ""


def _failed(event: Event) -> str:
    where = "" if event["cell"] is None else f", cell {event['cell'] + 1} ({event['line']})"
    lines = [f"FAILED  {event['job']}: {event['notebook']}{where}", f"  why: {event['cause']}"]
    lines += [f"  do:  {event['advice']}"]
    lines += [f"  see: {event['kept']}"] if "kept" in event else []
    return "\n".join(lines)


def _summary(event: Event) -> str:
    names = ("done", "failed", "late", "left", "busy", "unchanged")
    counts = ", ".join(f"{event[name]} {name}" for name in names if event[name]) or "no job"
    return f"{counts}{_values(event)} in {event['seconds']:.1f} s"


_WORDS: dict[str, Callable[[Event], str]] = {
    "run": lambda e: f"run {e['run']}: {e['jobs']} job(s), {e['workers']} at a time",
    "done": lambda e: f"done    {e['job']} in {e['seconds']:.1f} s{_values(e)}: {e['reason']}",
    "failed": _failed,
    "late": _failed,
    "busy": lambda e: f"busy    {e['job']}: another process is making it",
    "retry": lambda e: f"retry   {e['job']}: the kernel did not start: {e['retry']}",
    "end": _summary,
}
