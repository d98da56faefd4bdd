"""
Replace the data of a chart that was formatted by hand, keeping its formatting.

Works on the XML of chart parts only, not on slides or records.
"""

import math
from typing import Any

from .chart import C


def signature(chart: Any) -> str:
    """
    Return the content of a chart part as text: names, categories, values and intervals.

    Numbers are normalised, so that the result does not depend on how a program writes them.
    """
    return "\n".join(
        " ".join([tag, *(_settled(value.text) for value in part.iter(f"{{{C}}}v"))])
        for series in chart.iter(f"{{{C}}}ser")
        for tag in ("tx", "cat", "xVal", "val", "yVal", "errBars")
        for part in series.findall(f"{{{C}}}{tag}")
    )


def _settled(text: str | None) -> str:
    try:
        return f"{float(text or ''):.9g}"
    except ValueError:
        return "".join(str(text).split())  # lines are broken to the width of the chart


def graft(old: Any, new: Any, *, ceiling_was: float | None) -> bool:
    """
    Put the data of the chart *new* into *old*, keeping the formatting of *old*.

    Parameters
    ----------
    ceiling_was
        The end of the axis as it was last written; an end that was changed by hand is kept.

    Returns
    -------
    bool
        Whether both have the same number of series; if not, nothing is changed.
    """
    pairs = list(zip(_all(old, "ser"), _all(new, "ser"), strict=False))
    if len(_all(old, "ser")) != len(_all(new, "ser")):
        return False
    for old_series, new_series in pairs:
        for tag in ("tx", "cat", "val", "xVal", "yVal", "extLst"):
            _swap(old_series, new_series, tag)
        _graft_points(old_series, new_series)
        _graft_labels(old_series, new_series)
        _graft_errors(old_series, new_series)
    _graft_ceiling(old, new, ceiling_was)
    return True


def _all(element: Any, tag: str) -> list[Any]:
    return list(element.iter(f"{{{C}}}{tag}"))


def _swap(one: Any, other: Any, tag: str) -> None:
    was, now = one.find(f"{{{C}}}{tag}"), other.find(f"{{{C}}}{tag}")
    if was is not None and now is not None:
        one.replace(was, now)


def _index(element: Any) -> str:
    return str(element.find(f"{{{C}}}idx").get("val"))


def _graft_points(series: Any, new_series: Any) -> None:
    """Replace points whose marker symbol changed; add new points and remove old ones."""
    old_points = {_index(point): point for point in series.findall(f"{{{C}}}dPt")}
    for point in new_series.findall(f"{{{C}}}dPt"):
        old_point = old_points.pop(_index(point), None)
        if old_point is None:
            _insert(series, point)
        elif _symbol_of(old_point) != _symbol_of(point):
            series.replace(old_point, point)
    for removed in old_points.values():
        series.remove(removed)


def _symbol_of(point: Any) -> str:
    symbol = point.find(f"{{{C}}}marker/{{{C}}}symbol")
    return "" if symbol is None else str(symbol.get("val"))


def _insert(series: Any, point: Any) -> None:
    """Insert a data point in schema order: after lower indices, before labels and data."""
    points = series.findall(f"{{{C}}}dPt")
    before = [earlier for earlier in points if int(_index(earlier)) < int(_index(point))]
    if before:
        before[-1].addnext(point)
        return
    for tag in ("dPt", "dLbls", "errBars", "cat", "xVal", "val", "yVal"):
        element = series.find(f"{{{C}}}{tag}")
        if element is not None:
            element.addprevious(point)
            return


def _graft_labels(series: Any, new_series: Any) -> None:
    """Update the text of labels; labels that were deleted by hand stay deleted."""
    was, now = series.find(f"{{{C}}}dLbls"), new_series.find(f"{{{C}}}dLbls")
    if was is None or now is None:
        return
    old_labels = {_index(label): label for label in was.findall(f"{{{C}}}dLbl")}
    for label in reversed(now.findall(f"{{{C}}}dLbl")):
        old = old_labels.pop(_index(label), None)
        if old is None:
            was.insert(0, label)
        elif old.find(f"{{{C}}}tx") is not None:
            _swap(old, label, "tx")
    for removed in old_labels.values():
        was.remove(removed)


def _graft_errors(series: Any, new_series: Any) -> None:
    was, now = series.find(f"{{{C}}}errBars"), new_series.find(f"{{{C}}}errBars")
    if was is not None and now is not None:
        for tag in ("plus", "minus"):
            _swap(was, now, tag)
    elif was is not None:
        series.remove(was)
    elif now is not None:
        following = (series.find(f"{{{C}}}{tag}") for tag in ("cat", "xVal"))
        next(element for element in following if element is not None).addprevious(now)


def _graft_ceiling(old: Any, new: Any, ceiling_was: float | None) -> None:
    was, now = ([s.find(f"{{{C}}}max") for s in _all(one, "scaling")] for one in (old, new))
    for one, other in zip(was, now, strict=False):
        if one is None or other is None or ceiling_was is None:
            continue
        if math.isclose(float(one.get("val")), ceiling_was, rel_tol=1e-6):
            one.set("val", other.get("val"))
