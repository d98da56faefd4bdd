"""Errors and faults of tables as text in both languages. It loads without pandas."""

from analysis.errors import AnalysisError, Fault, TableError, WordError, words

from .messages import say
from .text import Text


def error(exception: AnalysisError) -> Text:
    """
    Return the message of *exception*; one without a message of the catalogue is English in both.

    >>> error(AnalysisError(say("fault.empty_cell"))).zh
    '空单元格'
    """
    if isinstance(exception, TableError):
        count = say("failures.tables", count=len(exception.faults))
        lines = (fault(one) for one in exception.faults)
        return Text.joined([count, *lines], zh="\n  ", en="\n  ")
    if isinstance(exception, WordError):
        kind, value, known, _ = exception.args
        more = say("error.word_more", count=len(known)) if len(known) > len(exception.near) else ""
        near = ", ".join(exception.near)
        return say("error.word", kind=kind, value=str(value), near=near, more=more)
    message = exception.args[0] if len(exception.args) == 1 else str(exception)
    return _both(message)


def fault(fault: Fault) -> Text:
    """
    Return a fault as one line.

    >>> empty = Fault("regions.csv", 3, "level", "''", say("fault.empty"), say("remedy.empty"))
    >>> fault(empty).en
    "regions.csv, line 3, column level: found '': empty; fill it in"
    """
    place = Text(fault.file, fault.file)
    if fault.line:
        place += say("failures.line", line=fault.line)
    if fault.column:
        place += say("failures.column", column=fault.column)
    found, rule, remedy = map(_both, (fault.found, fault.rule, fault.remedy))
    return say("failures.fault", place=place, found=found, rule=rule, remedy=remedy)


def cells(fault: Fault, language: str) -> dict[str, str | int]:
    """Return a fault as a record with its texts in *language*."""
    texts = {name: getattr(fault, name) for name in fault.__slots__}
    return {k: v if isinstance(v, int) else words(v, language) for k, v in texts.items()}


def _both(text: object) -> Text:
    return text if isinstance(text, Text) else Text(str(text), str(text))
