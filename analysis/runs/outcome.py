"""The options and the outcome of a run, exit codes, and how signals stop a run."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from analysis.language.text import Text

OK, FAILED, USAGE, BUSY, LATE, STOPPED = 0, 1, 2, 75, 124, 128
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

Event = dict[str, Any]
Send = Callable[[Event], None]

NONE = Text("", "")


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a run; the defaults are those of the command line."""

    force: bool = False
    workers: int = 0  # 0 for one per processor
    deadline: float = 0.0  # seconds for the whole run, 0 for none
    fail_fast: bool = False
    executor: str = "local"
    scheduler: str = ""
    memory: int = 0  # bytes a job may take, 0 for no limit
    wait: float = 0.0  # seconds to wait for another run to end
    notify: tuple[str, ...] = ()  # the command that is called if a value changed or a job failed


@dataclass(slots=True)
class Outcome:
    """
    The outcome of every job of a run.

    >>> Outcome(done=["1_coverage-zh"]).code
    0
    >>> Outcome(done=["1_coverage-zh"], late=[{"job": "2_trend-zh"}]).code
    124
    """

    run: str = ""
    done: list[str] = field(default_factory=list)
    failed: list[Event] = field(default_factory=list)
    late: list[Event] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # not started, or stopped with the run
    unchanged: list[str] = field(default_factory=list)
    changed: list[Event] = field(default_factory=list)
    stopped: int = 0  # the signal that stopped the run
    refused: Text = NONE  # why nothing was published

    @property
    def code(self) -> int:
        """Return the exit code: for a failure, else a missed deadline, else a busy job."""
        if self.stopped:
            return STOPPED + self.stopped
        if self.failed or self.refused.en:
            return FAILED
        if self.late or self.left:
            return LATE
        return BUSY if self.busy else OK


class StoppedError(Exception):
    """A signal has stopped the run."""


class Signals:
    """Handles INT, TERM and HUP: they stop the run, but never while a job is published."""

    def __init__(self) -> None:
        self.delaying = False
        self.received = 0  # the number of the first signal

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise :class:`StoppedError` at the first signal."""
        before = {number: signal.signal(number, self._receive) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def delayed(self) -> Iterator[None]:
        """Delay a signal until the block ends."""
        self.delaying = True
        try:
            yield
        finally:
            self.delaying = False
        if self.received:
            raise StoppedError

    def _receive(self, number: int, _frame: object) -> None:
        first = not self.received
        self.received = self.received or number
        if first and not self.delaying:
            raise StoppedError
