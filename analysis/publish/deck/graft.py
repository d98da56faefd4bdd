"""
New data put into a chart that somebody has worked on: its looks stay, its numbers change.

It compares and changes the XML of a chart part, and knows neither slides nor records.
"""

import math
from typing import Any

from .chart import C


def signature(chart: Any) -> str:
    """
    What a chart shows, from the XML of its part: names, categories, values and intervals.

    Numbers are read as numbers, so it is the same after a program wrote them its own way.
    """
    return "\n".join(
        " ".join([tag, *(_settled(value.text) for value in part.iter(f"{{{C}}}v"))])
        for one in chart.iter(f"{{{C}}}ser")
        for tag in ("tx", "cat", "xVal", "val", "yVal", "errBars")
        for part in one.findall(f"{{{C}}}{tag}")
    )


def _settled(text: str | None) -> str:
    try:
        return f"{float(text or ''):.9g}"
    except ValueError:
        return "".join(str(text).split())  # lines are broken to the width of the chart


def graft(old: Any, new: Any, *, ceiling_was: float | None) -> bool:
    """
    Put the data of the chart *new* into *old*, keeping every look that was given to it by hand.

    Parameters
    ----------
    ceiling_was
        The end of the axis as we last set it; one that was changed by hand stays.

    Returns
    -------
    bool
        Whether the two have the same number of series; if not, nothing was done.
    """
    pairs = list(zip(_all(old, "ser"), _all(new, "ser"), strict=False))
    if len(_all(old, "ser")) != len(_all(new, "ser")):
        return False
    for one, other in pairs:
        for tag in ("tx", "cat", "val", "xVal", "yVal", "extLst"):
            _swap(one, other, tag)
        _graft_points(one, other)
        _graft_labels(one, other)
        _graft_errors(one, other)
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


def _graft_points(one: Any, other: Any) -> None:
    """Where the shape of a mark differs, the kind of evidence has changed: take the new mark."""
    was = {_index(point): point for point in one.findall(f"{{{C}}}dPt")}
    for point in other.findall(f"{{{C}}}dPt"):
        held = was.pop(_index(point), None)
        if held is None:
            _insert(one, point)
        elif _symbol_of(held) != _symbol_of(point):
            one.replace(held, point)
    for gone in was.values():
        one.remove(gone)


def _symbol_of(point: Any) -> str:
    found = point.find(f"{{{C}}}marker/{{{C}}}symbol")
    return "" if found is None else str(found.get("val"))


def _insert(one: Any, point: Any) -> None:
    """A point stands behind those before it, and before labels, error bars and data."""
    points = one.findall(f"{{{C}}}dPt")
    before = [held for held in points if int(_index(held)) < int(_index(point))]
    if before:
        before[-1].addnext(point)
        return
    for tag in ("dPt", "dLbls", "errBars", "cat", "xVal", "val", "yVal"):
        found = one.find(f"{{{C}}}{tag}")
        if found is not None:
            found.addprevious(point)
            return


def _graft_labels(one: Any, other: Any) -> None:
    """Labels that were deleted by hand stay deleted; the others take the new words."""
    was, now = one.find(f"{{{C}}}dLbls"), other.find(f"{{{C}}}dLbls")
    if was is None or now is None:
        return
    held = {_index(label): label for label in was.findall(f"{{{C}}}dLbl")}
    for label in reversed(now.findall(f"{{{C}}}dLbl")):
        old = held.pop(_index(label), None)
        if old is None:
            was.insert(0, label)
        elif old.find(f"{{{C}}}tx") is not None:
            _swap(old, label, "tx")
    for gone in held.values():
        was.remove(gone)


def _graft_errors(one: Any, other: Any) -> None:
    was, now = one.find(f"{{{C}}}errBars"), other.find(f"{{{C}}}errBars")
    if was is not None and now is not None:
        for tag in ("plus", "minus"):
            _swap(was, now, tag)
    elif was is not None:
        one.remove(was)
    elif now is not None:
        places = (one.find(f"{{{C}}}{tag}") for tag in ("cat", "xVal"))
        next(place for place in places if place is not None).addprevious(now)


def _graft_ceiling(old: Any, new: Any, ceiling_was: float | None) -> None:
    was, now = ([s.find(f"{{{C}}}max") for s in _all(one, "scaling")] for one in (old, new))
    for one, other in zip(was, now, strict=False):
        if one is None or other is None or ceiling_was is None:
            continue
        if math.isclose(float(one.get("val")), ceiling_was, rel_tol=1e-6):
            one.set("val", other.get("val"))
