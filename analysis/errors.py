"""
The exceptions of the package; each message has the cause, the location and a remedy.

Imports nothing of the package before a message is printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol


class Bilingual(Protocol):
    """A text in Chinese and English, such as a message."""

    def __getitem__(self, language: str) -> str:
        """Return the text in *language*."""


class AnalysisError(Exception):
    """Base class of the exceptions of the package. The command line exits with status 1."""

    def __str__(self) -> str:
        return words(self.args[0], "en") if len(self.args) == 1 else super().__str__()


class UsageError(AnalysisError):
    """An invalid request. The command line exits with status 2."""


class WordError(UsageError):
    """A word outside a closed vocabulary. The message suggests *near*, or the nearest words."""

    def __init__(
        self,
        kind: str | Bilingual,
        value: object,
        known: Iterable[object],
        near: Iterable[str] = (),
    ) -> None:
        super().__init__(kind, value, [str(word) for word in known], list(near))

    @property
    def near(self) -> list[str]:
        """Return the words to suggest."""
        _, value, known, near = self.args
        return list(near or get_close_matches(str(value), known, n=3, cutoff=0.5) or known[:8])

    def __str__(self) -> str:
        from analysis.language import failures

        return failures.error(self).en


class CrowdedError(UsageError):
    """More rows than one page can show legibly."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A fault of a table: where it is, the content found, the rule, and the remedy.

    Faults are sorted by file, line, column and content.
    """

    file: str
    line: int  # 0 for the whole file
    column: str
    found: str | Bilingual
    rule: Bilingual
    remedy: Bilingual

    def __lt__(self, other: "Fault") -> bool:
        return self._order() < other._order()

    def __str__(self) -> str:
        location = [self.file]
        location += [f"line {self.line}"] if self.line else []
        location += [f"column {self.column}"] if self.column else []
        found, rule, remedy = (words(text, "en") for text in (self.found, self.rule, self.remedy))
        return f"{', '.join(location)}: found {found}: {rule}; {remedy}"

    def _order(self) -> tuple[str, int, str, str, str]:
        return self.file, self.line, self.column, words(self.found, "en"), words(self.rule, "en")


def words(text: Any, language: str) -> str:
    """Return *text* in *language*; anything but a text in both languages as it is."""
    return str(text[language] if hasattr(text, "en") else text)


class TableError(AnalysisError):
    """Invalid tables. The message lists all faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(sorted(faults))

    @property
    def faults(self) -> list[Fault]:
        """Return the faults, sorted by file and line."""
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
    """A lock of another run. The command line exits with status 75."""

    def __str__(self) -> str:
        return f"busy: another process has locked {self.args[0]}; try later, or use --wait SECONDS"


class WorkerError(AnalysisError):
    """A process that runs notebooks has failed, independently of the notebook."""


class DocumentError(AnalysisError):
    """A report file whose text cannot be read."""

    def __init__(self, name: str, found: str, mend: str) -> None:
        super().__init__(name, found, mend)

    def __str__(self) -> str:
        name, found, mend = self.args
        return f"{name}: {found}; {mend}"
