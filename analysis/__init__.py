"""
Compare the safety performance of regions from their published reports.

Start with :func:`load`; the rows it returns answer questions themselves::

    import analysis as rs

    rows = rs.load().rows
    rs.trend("deaths")                       # a figure that shows itself; .save() writes it
    rows.safety.why("chuxiong", "deaths")    # the figure, its sentence, its comparisons
    rows.safety.compare("drills_held")       # which regions may be compared, and why others may not
    rows[rows["region"].eq("chuxiong")].safety.change()   # ratios with exact intervals

The rooms of the package are attributes (``rs.tables``, ``rs.statistics``, ``rs.comparability``,
``rs.charts``, ``rs.figures`` and so on); each names its modules in its docstring.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_HOMES = {"load": "explore.accessor", "check_parameters": "runs.parameters"}
_ROOMS = (
    "language",
    "tables",
    "statistics",
    "comparability",
    "charts",
    "figures",
    "publish",
    "runs",
    "reports",
    "explore",
)

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Import a name on first use: a run with nothing to do never imports pandas."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name == "style":
        return import_module(f"{__name__}.charts.style")
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is None and name in _calls():
        return getattr(import_module(f"{__name__}.figures.calls"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _calls() -> list[str]:
    """Return the names of the functions in ``figures.calls``, which takes a second to import."""
    import ast

    text = Path(__file__).with_name("figures").joinpath("calls.py").read_text("utf-8")
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return [function.name for function in functions if not function.name.startswith("_")]


def opener(room: str) -> Callable[[str], ModuleType]:
    """Return a ``__getattr__`` for the package *room*, which imports a module on first use."""

    def module(name: str) -> ModuleType:
        if name.startswith("_") or find_spec(f"{room}.{name}") is None:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return import_module(f"{room}.{name}")

    return module


def __dir__() -> list[str]:
    """Return what completion offers at a prompt."""
    return [*_HOMES, *_calls(), *_ROOMS, "style"]
