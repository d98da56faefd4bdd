"""The changes of values that a run records, in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.files import canonical
from analysis.language import labels
from analysis.language.text import Text

Row = Mapping[str, Any]
_NAMED = ("region", "indicator", "breakdown")  # the columns whose codes have names in drawn rows


def described(changes: Iterable[Row], rows: Iterable[Row]) -> list[dict[str, Any]]:
    """
    Return each change once, with ``kind``, and with ``name``, ``before``, ``after`` and ``why``.

    The latter are in both languages.

    Parameters
    ----------
    changes
        As recorded for a job or a run; jobs of both languages record the same ones.
    rows
        Drawn rows, which have the names of the codes.
    """
    names = _names(rows)
    parts = ("row", "before", "after")
    distinct = {canonical([change[part] for part in parts]): change for change in changes}
    return [_described(change, names) for change in distinct.values()]


def _names(rows: Iterable[Row]) -> dict[tuple[str, Any], Row]:
    """Return the columns with the Chinese and English name of each code."""
    return {
        (column, row[column]): {name: row[name] for name in _both(column) if name in row}
        for row in rows
        for column in _NAMED
        if column in row
    }


def _both(column: str) -> tuple[str, str]:
    return f"{column}_zh", f"{column}_en"


def _described(change: Row, names: Mapping[tuple[str, Any], Row]) -> dict[str, Any]:
    row = dict(change["row"])
    for column in _NAMED:
        row |= names.get((column, row.get(column)), {})
    before, after = change["before"], change["after"]
    if before and after and before.get("printed") == after.get("printed"):
        # One printed text of two values would hide the change.
        before, after = ({**side, "printed": ""} for side in (before, after))
    texts = {
        "name": labels.heading(row),
        "before": _value(row, before),
        "after": _value(row, after),
        "why": labels.both(change.get("why")),
    }
    return {
        "kind": change["change"],
        **{name: {"zh": text.zh, "en": text.en} for name, text in texts.items()},
    }


def _value(row: Row, values: Row | None) -> Text:
    return Text("", "") if values is None else labels.value({**row, **values})
