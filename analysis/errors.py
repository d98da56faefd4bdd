"""
The exceptions of the package; each message has the cause, the location and a remedy.

The catalogue of messages is imported when one is printed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.language.text import Text


def _in_language(text: "Text") -> str:
    from analysis.language.messages import message_language

    return text[message_language()]


class AnalysisError(Exception):
    """
    Base class of the exceptions of the package. The command line exits with status 1.

    Its argument is a string, or a message in both languages.
    """

    @property
    def text(self) -> "Text":
        """Return the message in both languages; one that exists in English only is the same."""
        from analysis.language.text import Text

        message = self.args[0] if len(self.args) == 1 else None
        if isinstance(message, Text):
            return message
        words = super().__str__()
        return Text(words, words)

    def __str__(self) -> str:
        return _in_language(self.text)


class UsageError(AnalysisError):
    """An invalid request. The command line exits with status 2."""


class WordError(UsageError):
    """A word outside a closed vocabulary. The message suggests *near*, or the nearest words."""

    def __init__(
        self,
        kind: "str | Text",
        value: object,
        known: Iterable[object],
        near: "Iterable[Text]" = (),
    ) -> None:
        super().__init__(kind, value, [str(word) for word in known], list(near))

    @property
    def text(self) -> "Text":
        """Return the message in both languages."""
        from analysis.language.messages import say
        from analysis.language.text import Text

        kind, value, known, near = self.args
        folded = {word.casefold(): word for word in reversed(known)}
        close = get_close_matches(str(value).casefold(), folded, n=3, cutoff=0.5)
        words = [folded[word] for word in close] or known[:8]
        near = near or [Text(word, word) for word in words]
        more = "" if len(known) == len(near) else say("error.word_more", count=len(known))
        listed = Text.joined(near, zh=", ", en=", ")
        return say("error.word", kind=kind, value=str(value), near=listed, more=more)


class CrowdedError(UsageError):
    """More rows than one page can show legibly."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A fault of a table: where it is, the content found, the rule, and the remedy.

    Faults are sorted by file, line, column, content and rule.
    """

    file: str
    line: int  # 0 for the whole file
    column: str
    found: "str | Text"
    rule: "Text"
    remedy: "Text"

    @property
    def text(self) -> "Text":
        """Return the fault as one line in both languages."""
        from analysis.language.messages import say
        from analysis.language.text import Text

        place = Text(self.file, self.file)
        if self.line:
            place += say("fault_line.line", line=self.line)
        if self.column:
            place += say("fault_line.column", column=self.column)
        parts = {"found": self.found, "rule": self.rule, "remedy": self.remedy}
        return say("fault_line.whole", place=place, **parts)

    def __lt__(self, other: "Fault") -> bool:
        return self._order() < other._order()

    def __str__(self) -> str:
        return _in_language(self.text)

    def _order(self) -> tuple[str, int, str, str, str]:
        found = self.found if isinstance(self.found, str) else self.found.en
        return self.file, self.line, self.column, found, self.rule.en


class TableError(AnalysisError):
    """Invalid tables. The message lists all faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(sorted(faults))

    @property
    def faults(self) -> list[Fault]:
        """Return the faults, sorted by file and line."""
        faults: list[Fault] = self.args[0]
        return faults

    @property
    def text(self) -> "Text":
        """Return the number of faults, and a line for each, in both languages."""
        from analysis.language.messages import say
        from analysis.language.text import Text

        count = say("error.tables", count=len(self.faults))
        lines = (fault.text for fault in self.faults)
        return Text.joined([count, *lines], zh="\n  ", en="\n  ")


class GlyphError(AnalysisError):
    """A label with a character that the figure font cannot draw."""

    def __init__(self, text: str, missing: Iterable[str]) -> None:
        super().__init__(text, "".join(missing))

    @property
    def text(self) -> "Text":
        """Return the missing characters and the label in both languages."""
        from analysis.language.messages import say

        text, missing = self.args
        return say("error.glyphs", missing=missing, text=text)


class BusyError(AnalysisError):
    """A lock of another run. The command line exits with status 75."""


class WorkerError(AnalysisError):
    """A process that runs notebooks has failed, independently of the notebook."""


class DocumentError(AnalysisError):
    """A report file whose text cannot be read."""

    def __init__(self, name: str, reason: "Text") -> None:
        super().__init__(name, reason)

    @property
    def text(self) -> "Text":
        """Return the name of the file and the reason in both languages."""
        from analysis.language.messages import say

        name, reason = self.args
        return say("error.document", name=name, reason=reason)
