"""
What a run is asked for, what it did, and the exit code that says so.

It holds answers only; ``runner`` finds them.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

OK, FAILED, USAGE, BUSY, LATE, STOPPED = 0, 1, 2, 75, 124, 128
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

Event = dict[str, Any]
Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run; the defaults are those of the command line."""

    force: bool = False
    workers: int = 0  # 0 is one a processor
    deadline: float = 0.0  # seconds for the whole run, 0 for none
    fail_fast: bool = False
    executor: str = "local"
    scheduler: str = ""
    memory: int = 0  # bytes a job may take, 0 for no limit
    wait: float = 0.0  # seconds to wait for another run to end


@dataclass(slots=True)
class Outcome:
    """
    What became of every job of a run.

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
    refused: str = ""  # why nothing could be published at all

    @property
    def code(self) -> int:
        """The exit code: a failure weighs more than a missed deadline, and that than busy."""
        if self.stopped:
            return STOPPED + self.stopped
        if self.failed or self.refused:
            return FAILED
        if self.late or self.left:
            return LATE
        return BUSY if self.busy else OK


class StoppedError(Exception):
    """A signal asked the run to stop."""


class Signals:
    """INT, TERM and HUP stop the run, but never between the files of one job."""

    def __init__(self) -> None:
        self.holding = False
        self.came = 0

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raise :class:`StoppedError` where the first signal finds the run."""
        before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a signal wait until this is done."""
        self.holding = True
        try:
            yield
        finally:
            self.holding = False
        if self.came:
            raise StoppedError

    def _heard(self, number: int, _frame: object) -> None:
        first = not self.came
        self.came = self.came or number
        if first and not self.holding:
            raise StoppedError
