"""
Compare the safety performance of regions from their published reports.

Begin with ``load()``; the rows it gives answer questions themselves::

    import analysis as rs

    rows = rs.load().rows
    rows.safety.why("chuxiong", "deaths")    # the figure, its sentence, what it may stand beside
    rows.safety.compare("drills_held")       # who may be compared, and why the others may not
    rows[rows["region"].eq("chuxiong")].safety.change()   # ratios with exact intervals

    with rs.style():
        figure = rs.charts.trend(...)        # every chart takes rows and gives a figure

The modules behind it are attributes: ``rs.charts``, ``rs.compare``, ``rs.annual``, ``rs.derive``,
``rs.external``, ``rs.findings``, ``rs.publish`` and more; ``dir(rs)`` lists them.
"""

from importlib import import_module
from typing import Any

_HOMES = {"load": "accessor"}
_MODULES = (
    "absence",
    "annual",
    "charts",
    "checks",
    "columnar",
    "compare",
    "derive",
    "displays",
    "explain",
    "explore",
    "external",
    "findings",
    "headlines",
    "intervals",
    "panel",
    "parts",
    "policies",
    "profiles",
    "publish",
    "questions",
    "simulation",
    "style",
    "tables",
    "targets",
    "verdicts",
    "wording",
)

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Open the front door on first use: a run with nothing to do never imports pandas."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What completion offers at a prompt."""
    return [*_HOMES, *_MODULES]
