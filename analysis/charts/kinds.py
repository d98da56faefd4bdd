"""The registry of kinds of figures, collected from the chart modules."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from analysis.errors import AnalysisError, WordError
from analysis.language.messages import say

from .figure import Kind, Record


def _defined() -> dict[str, Kind]:
    """Return the kinds that the chart modules define, in the order of a briefing."""
    names = (entry.name for entry in iter_modules([str(Path(__file__).parent)]))
    modules = (import_module(f"{__package__}.{name}") for name in names)
    kinds = {
        value for module in modules for value in vars(module).values() if isinstance(value, Kind)
    }
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: (kind.order, kind.name))}


KINDS = _defined()


def kind(name: str) -> Kind:
    """
    Return the kind called *name*.

    Raises
    ------
    WordError
        For a kind that no chart defines.
    """
    if name not in KINDS:
        raise WordError(say("word.figure"), name, KINDS)
    return KINDS[name]


def kind_of(record: Record) -> Kind:
    """
    Return the kind of the figure that *record* describes.

    Raises
    ------
    AnalysisError
        For a record that names no kind, as earlier versions wrote them, or an unknown one.
    """
    name: Any = record.get("kind")
    if name is None:
        raise AnalysisError(say("error.old_record", name=record.get("name")))
    return kind(str(name))
