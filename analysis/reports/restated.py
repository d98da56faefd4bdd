"""
Compare the figures that several reports of one region give: agreement or revision.

No value is replaced; the note of the later report's row has the earlier value.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from analysis.language.vocabulary import Measure
from analysis.tables.schema import KEYS

Row = dict[str, str]
_KEY = KEYS["observations"][1:]
_NOTED = re.compile(r"；?(?:与[a-z0-9_]+-\w+一致|修订：[a-z0-9_]+-\w+为-?[\d.]+)")


def noted(reports: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """
    Return the rows of each report, with the values of earlier reports in their notes.

    *reports* is in order of time. Earlier notes of this kind are replaced.

    Examples
    --------
    >>> row = dict.fromkeys(_KEY, "") | {"value": "36", "note": ""}
    >>> [row["note"] for row in noted({"a-2024": [row], "a-2025": [row]})["a-2025"]]
    ['与a-2024一致']
    """
    known: dict[tuple[str, ...], list[tuple[str, Row]]] = {}
    noted_rows = {}
    for report, rows in reports.items():
        noted_rows[report] = [_noted(row, known.get(_key(row), ())) for row in rows]
        for row in rows:
            known.setdefault(_key(row), []).append((report, row))
    return noted_rows


def compared(reports: Mapping[str, Sequence[Row]], about: str) -> Iterator[str]:
    """Yield one line per figure that report *about* and another report both give or imply."""
    order = list(reports)
    for place, report in enumerate(order):
        for earlier in order[:place]:
            if about in {report, earlier}:
                yield from _stated(reports[report], report, reports[earlier], earlier)
                yield from _implied(reports[report], reports[earlier], earlier)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[column] for column in _KEY)


def _noted(row: Row, others: Iterable[tuple[str, Row]]) -> Row:
    notes = [_NOTED.sub("", row["note"]).strip("；")]
    for report, other in others:
        same = Decimal(other["value"]) == Decimal(row["value"])
        notes.append(f"与{report}一致" if same else f"修订：{report}为{other['value']}")
    return {**row, "note": "；".join(filter(None, notes))}


def _stated(rows: Sequence[Row], report: str, others: Sequence[Row], earlier: str) -> Iterator[str]:
    known = {_key(row): row for row in others}
    for row in rows:
        if (other := known.get(_key(row))) is not None:
            same = Decimal(other["value"]) == Decimal(row["value"])
            what = f"{row['indicator']} {row['period_start']}..{row['period_end']}"
            verb = "agrees with" if same else "revises"
            yield f"{what}: {row['value']} of {report} {verb} {earlier} ({other['value']})"


def _implied(rows: Sequence[Row], others: Sequence[Row], earlier: str) -> Iterator[str]:
    """Compare the level of the year before, implied by a level and its change."""
    levels = {_about(row): row for row in rows if row["measure"] == Measure.LEVEL}
    known = {_about(row): row for row in others if row["measure"] == Measure.LEVEL}
    for row in rows:
        level, other = levels.get(_about(row)), known.get(_about(row, years=1))
        if row["measure"] == Measure.CHANGE_ABS and level is not None and other is not None:
            before = Decimal(level["value"]) - Decimal(row["value"])
            notes = f"{level['value']} and a change of {row['value']} imply {before}"
            verb = "agrees with" if Decimal(other["value"]) == before else "differs from"
            yield f"{row['indicator']}: {notes}, which {verb} {earlier} ({other['value']})"


def _about(row: Row, *, years: int = 0) -> tuple[str, ...]:
    """Return the key of a row without its measure, *years* earlier."""
    dates = [
        f"{int(day[:4]) - years}{day[4:]}" if day else ""  # a target may have no date
        for day in (row["period_start"], row["period_end"])
    ]
    return (row.get("region", ""), row["indicator"], row["breakdown"], row["status"], *dates)
