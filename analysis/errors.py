"""
The errors this package raises on purpose, each saying what, where and what to do next.

It imports nothing of the package, so every module may raise from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class AnalysisError(Exception):
    """The base of every error raised on purpose; the command line turns it into exit code 1."""


class UsageError(AnalysisError):
    """A wish that cannot be carried out as asked; the command line turns it into exit code 2."""


class WordError(UsageError):
    """A word outside a closed vocabulary; the message names *near*, or else the nearest ones."""

    def __init__(
        self, kind: str, value: object, known: Iterable[object], near: Iterable[str] = ()
    ) -> None:
        super().__init__(kind, value, [str(word) for word in known], list(near))

    def __str__(self) -> str:
        kind, value, known, near = self.args
        near = near or get_close_matches(str(value), known, n=3, cutoff=0.5) or known[:8]
        more = "" if len(known) == len(near) else f" ({len(known)} are known)"
        return f"{kind} {str(value)!r} is not known; did you mean {', '.join(near)}?{more}"


class CrowdedError(UsageError):
    """More rows than one page can show legibly."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """
    One thing wrong with a table, told so that a person can mend it.

    >>> print(Fault("regions.csv", 3, "level", "'town'", "not a known level", "write district"))
    regions.csv, line 3, column level: found 'town': not a known level; write district
    """

    file: str
    line: int  # 0 stands for the file as a whole
    column: str
    found: str
    rule: str
    mend: str

    def __str__(self) -> str:
        place = [self.file]
        place += [f"line {self.line}"] if self.line else []
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: found {self.found}: {self.rule}; {self.mend}"


class TableError(AnalysisError):
    """Tables that break their contract; every fault is listed, so one pass mends them all."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(sorted(faults))

    @property
    def faults(self) -> list[Fault]:
        """The faults by file and line."""
        faults: list[Fault] = self.args[0]
        return faults

    def __str__(self) -> str:
        lines = [f"{len(self.faults)} fault(s) in the tables", *map(str, self.faults)]
        return "\n  ".join(lines)


class GlyphError(AnalysisError):
    """A label with a character that the figure font cannot draw."""

    def __init__(self, text: str, missing: Iterable[str]) -> None:
        super().__init__(text, "".join(missing))

    def __str__(self) -> str:
        text, missing = self.args
        return f"no glyph for {missing!r} in {text!r}: change the label, or the font in style.py"


class BusyError(AnalysisError):
    """Another run holds the figures; the command line turns it into exit code 75."""

    def __str__(self) -> str:
        return f"busy: another process holds {self.args[0]}; try later, or use --wait SECONDS"


class WorkerError(AnalysisError):
    """A process that should run notebooks could not, whatever the notebook."""


class DocumentError(AnalysisError):
    """A report file whose text cannot be had."""

    def __init__(self, name: str, found: str, mend: str) -> None:
        super().__init__(name, found, mend)

    def __str__(self) -> str:
        name, found, mend = self.args
        return f"{name}: {found}; {mend}"
