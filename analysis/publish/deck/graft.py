"""
Replace the data of a chart that was formatted by hand, keeping its formatting.

Works on the XML of chart parts only, not on slides or records.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


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


def graft(old: Any, new: Any, *, ceiling_was: float | None, keep_type: bool = True) -> None:
    """
    Put the data of the chart *new* into *old*, keeping the formatting of *old*.

    Series are matched by name and points by category, so that a colour stays with its region.

    Parameters
    ----------
    ceiling_was
        The end of the axis as it was last written; an end that was changed by hand is kept.
    keep_type
        Whether a chart of another type than *new* is one whose type was changed by hand.
    """
    same_type = _types(old) == _types(new)
    if not same_type and not (keep_type and len(_all(old, "ser")) == len(_all(new, "ser"))):
        (was,), (now,) = _all(old, "plotArea"), _all(new, "plotArea")
        was.getparent().replace(was, now)
        return
    groups = _groups(old)
    known = _by_name(_all(old, "ser")) if same_type else dict(enumerate(_all(old, "ser")))
    fresh = _by_name(_all(new, "ser")) if same_type else dict(enumerate(_all(new, "ser")))
    anchor = None
    for key, series in fresh.items():
        was = known.pop(key, None)
        if was is None:
            if anchor is None:
                _all(groups[0], "ser")[0].addprevious(series)
            else:
                anchor.addnext(series)
            anchor = series
            continue
        _graft_series(was, series, same_type=same_type)
        if anchor is not None and len(groups) == 1:
            anchor.addnext(was)
        anchor = was
    for series in known.values():
        series.getparent().remove(series)
    _graft_ceiling(old, new, ceiling_was)


def _types(chart: Any) -> list[str]:
    return [str(group.tag) for group in _groups(chart)]


def _groups(chart: Any) -> list[Any]:
    """Return the groups of series of one type."""
    return [one for one in _all(chart, "plotArea")[0] if one.find(f"{{{C}}}ser") is not None]


def _by_name(series: Iterable[Any]) -> dict[Any, Any]:
    """Return series by name; those of one name are numbered, and a lone series has any name."""
    every = list(series)
    if len(every) == 1:
        return {"": every[0]}
    names: dict[Any, Any] = {}
    for one in every:
        name = _joined(one.find(f"{{{C}}}tx"))
        number = sum(1 for other, _ in names if other == name)
        names[name, number] = one
    return names


def _joined(element: Any) -> str:
    values = () if element is None else element.iter(f"{{{C}}}v")
    return " ".join("".join(str(value.text).split()) for value in values)


def _graft_series(old: Any, new: Any, *, same_type: bool) -> None:
    moved = _moved(old, new)
    for tag in ("idx", "order", "tx", "cat", "val", "xVal", "yVal"):
        _swap(old, new, tag)
    _graft_errors(old, new)
    if same_type:
        _swap_extension(old, new)
        _graft_points(old, new, moved)
        _graft_labels(old, new, moved)


def _swap_extension(old: Any, new: Any) -> None:
    """Swap the extension with the labels' cells, which LibreOffice drops."""
    now = new.find(f"{{{C}}}extLst")
    if old.find(f"{{{C}}}extLst") is None and now is not None:
        old.append(now)
    _swap(old, new, "extLst")


def _moved(old: Any, new: Any) -> dict[str, str]:
    """Return the new index of each old point, by its category; points without one keep theirs."""
    was, now = _categories(old), _categories(new)
    places = {name: index for index, name in now.items()}
    if len(places) < len(now) or len({*was.values()}) < len(was) or not was:
        return {}
    return {index: places.get(name, "") for index, name in was.items()}


def _categories(series: Any) -> dict[str, str]:
    categories = series.find(f"{{{C}}}cat")
    points = () if categories is None else categories.iter(f"{{{C}}}pt")
    return {
        str(point.get("idx")): "".join(str(point.findtext(f"{{{C}}}v")).split()) for point in points
    }


def _renumbered(elements: Iterable[Any], moved: Mapping[str, str]) -> dict[str, Any]:
    """Return points or labels by their new index; those of removed categories are taken out."""
    kept = {}
    for element in list(elements):
        index = moved.get(_index(element), _index(element))
        if not index:
            element.getparent().remove(element)
            continue
        element.find(f"{{{C}}}idx").set("val", index)
        kept[index] = element
    return kept


def parsed(space: Any) -> Any:
    """Return a chart as python-pptx parses it, so that its elements can be put into another."""
    from lxml import etree
    from pptx.oxml import parse_xml

    return parse_xml(etree.tostring(space))


def embed(chart: Any, blob: bytes) -> None:
    """Embed the workbook of a chart, in place of one that was linked or lost."""
    part, space = chart.part, chart._chartSpace  # noqa: SLF001
    key = space.xlsx_part_rId
    if key is not None and (key not in part.rels or part.rels[key].is_external):
        (link,) = space.findall(f"{{{C}}}externalData")
        space.remove(link)
        if key in part.rels:
            part.rels.pop(key)
    part.chart_workbook.update_from_xlsx_blob(blob)


def _all(element: Any, tag: str) -> list[Any]:
    return list(element.iter(f"{{{C}}}{tag}"))


def _swap(one: Any, other: Any, tag: str) -> None:
    was, now = one.find(f"{{{C}}}{tag}"), other.find(f"{{{C}}}{tag}")
    if was is not None and now is not None:
        one.replace(was, now)


def _index(element: Any) -> str:
    return str(element.find(f"{{{C}}}idx").get("val"))


def _graft_points(series: Any, new_series: Any, moved: Mapping[str, str]) -> None:
    """Renew points whose marker symbol changed; add new points and remove old ones."""
    old_points = _renumbered(series.findall(f"{{{C}}}dPt"), moved)
    for point in new_series.findall(f"{{{C}}}dPt"):
        old_point = old_points.pop(_index(point), None)
        if old_point is None:
            _insert(series, point)
        elif _symbol_of(old_point) != _symbol_of(point) and not _coloured(old_point):
            series.replace(old_point, point)
        elif _symbol_of(old_point) != _symbol_of(point):
            old_point.find(f".//{{{C}}}symbol").set("val", _symbol_of(point))
    for removed in old_points.values():
        series.remove(removed)
    ordered = sorted(series.findall(f"{{{C}}}dPt"), key=lambda point: int(_index(point)))
    for before, after in itertools.pairwise(ordered):
        before.addnext(after)


def _coloured(point: Any) -> bool:
    """Return whether a point has a colour that is not of the theme, which is set by hand."""
    return next(point.iter(f"{{{A}}}srgbClr"), None) is not None and bool(_symbol_of(point))


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


def _graft_labels(series: Any, new_series: Any, moved: Mapping[str, str]) -> None:
    """Update the text of labels, and add or remove those of points that came or went."""
    was, now = series.find(f"{{{C}}}dLbls"), new_series.find(f"{{{C}}}dLbls")
    if was is None or now is None:
        return
    old_labels = _renumbered(was.findall(f"{{{C}}}dLbl"), moved)
    for label in reversed(now.findall(f"{{{C}}}dLbl")):
        old = old_labels.pop(_index(label), None)
        if old is None:
            was.insert(0, label)
        elif old.find(f"{{{C}}}tx") is None:
            continue  # deleted by hand
        elif old.find(f"{{{C}}}extLst") is None:
            was.replace(old, label)
        else:
            _swap(old, label, "tx")
    for removed in old_labels.values():
        was.remove(removed)
    ordered = sorted(was.findall(f"{{{C}}}dLbl"), key=lambda label: int(_index(label)))
    for label in reversed(ordered):
        was.insert(0, label)


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
