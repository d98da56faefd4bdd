"""
Comparison of the tables with the texts of the reports, character by character.

It reads the originals, which are not in the repository, and changes nothing.
"""

import os
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import files
from analysis.errors import Fault
from analysis.language.messages import advice, say
from analysis.language.text import Text
from analysis.language.vocabulary import Closure, Comparator, Measure
from analysis.rows import as_records

from . import identities, numerals, printed
from .load import Tables

_FALL = "下降|减少|降低|压减|回落|缩减|比[^,，。;；减缩]{1,8}少"
_RISE = "上升|增长|增加|提高|提升|上涨|比[^,，。;；增]{1,8}多"
_TURN = re.compile(f"(?P<fall>{_FALL})|(?P<rise>{_RISE})")
_STOP = re.compile(r"[。；;!！?？\n]")
_BOUND = re.compile("[万亿]*[余多]")
# What a phrase without a numeral may state, and the characters that make it say so.
_PHRASES: dict[float, str] = {0.0: "无未零没不杜", 100.0: "全各均每所都完"}

Row = Mapping[Any, Any]


class _Doubt(NamedTuple):
    """What is wrong with one cell of a row."""

    column: str
    rule: Text
    remedy: Text


def verify(tables: Tables, folder: Path) -> list[Fault]:
    """
    Every disagreement between *tables* and the originals in *folder*, by file and line.

    Parameters
    ----------
    tables
        The tables, loaded.
    folder
        Where each original lies as ``<region>.txt`` (a region's later report as
        ``<report>.txt``), byte for byte as it was hashed. Those of :func:`absent` are skipped.

    Returns
    -------
    list of Fault
        Empty when each original there is the one of ``reports``, the mentions are exactly its
        numerals, every row's numeral, printed text, evidence and sign stand where the row says,
        and every identity closes as it claims.
    """
    faults = [*_identities(tables)]
    records = tables.reports.to_dict("index")
    skipped = absent(tables, folder)
    for line, report in records.items():
        original = tables.originals[str(report["report"])]
        if f"{original}.txt" in skipped:
            continue
        text = _text(folder / f"{original}.txt")
        faults += _sameness(tables, int(str(line)), report, text)
        if text is None:
            continue
        faults += _mentions(tables, original, text)
        faults += _rows(tables, str(report["report"]), text)
        for name in ("instrument_status", "commitments", "absences"):
            faults += _phrases(tables, name, original, text)
    return sorted(faults)


def absent(tables: Tables, folder: Path) -> list[str]:
    """Return the names of the originals that are not in *folder*."""
    names = [f"{tables.originals[str(report)]}.txt" for report in tables.reports["report"]]
    return [name for name in names if not os.path.lexists(folder / name)]


def proofs(tables: Tables) -> list[str]:
    """
    What :func:`verify` goes through, one line a kind, for a person to read.

    The identities are counted by how they close.
    """
    closures = identities.decided(tables)["decided"].value_counts()
    closing = ", ".join(f"{closures.get(word, 0)} {word.replace('_', ' ')}" for word in Closure)
    placed = int(tables.instrument_status["start"].notna().sum())
    return [
        f"{len(tables.reports)} originals by sha256 and length",
        f"{len(tables.mentions)} numerals, none missing and none invented",
        f"{len(tables.observations)} rows: numeral, printed text, evidence, value and sign",
        f"{placed} instrument and {len(tables.commitments)} commitment phrases in place",
        f"{len(tables.absences)} phrases of absent figures in place",
        f"{len(tables.identities)} identities: {closing}",
    ]


def _identities(tables: Tables) -> Iterator[Fault]:
    frame = identities.decided(tables)
    for line, row in frame[frame["verdict"].ne(frame["decided"])].iterrows():
        words = advice("identity_formula", decided=row["decided"], formula=row["formula"])
        where, found = tables.file("identities"), str(row["verdict"])
        yield Fault(where, int(str(line)), "verdict", found, *words)


def _text(path: Path) -> str | None:
    data = files.read(path.resolve())
    try:
        return None if data is None else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _sameness(tables: Tables, line: int, report: Row, text: str | None) -> Iterator[Fault]:
    where, file = tables.file("reports"), f"{tables.originals[str(report['report'])]}.txt"
    if text is None:
        yield Fault(where, line, "report", file, *advice("no_original"))
        return
    known = {"sha256": sha256(text.encode()).hexdigest(), "characters": len(text)}
    for column, value in known.items():
        if report[column] != value:
            words = advice("original_changed", column=column, file=file, value=value)
            yield Fault(where, line, column, str(report[column]), *words)


def _mentions(tables: Tables, original: str, text: str) -> Iterator[Fault]:
    """The numerals of the original and the rows of the table are the same set."""
    rows = tables.mentions[tables.original_of("mentions").eq(original)]
    due = {(numeral.start, numeral.end): numeral.raw for numeral in numerals.find(text)}
    where = f"mentions/{rows['file'].iloc[0]}" if len(rows) else f"mentions/{original}.csv"
    for line, row in rows.iterrows():
        place = (row["start"], row["end"])
        found = _located(row["raw"], place)
        if place not in due:
            yield Fault(where, int(str(line)), "start", found, *advice("no_numeral"))
        elif due[place] != row["raw"]:
            words = advice("other_numeral", numeral=due[place])
            yield Fault(where, int(str(line)), "raw", found, *words)
    have = set(rows[["start", "end"]].itertuples(index=False, name=None))
    for place in sorted(set(due) - have):
        yield Fault(where, 0, "start", _located(due[place], place), *advice("numeral_row"))


def _located(numeral: str, place: tuple[int, int]) -> Text:
    return say("found.numeral", numeral=repr(numeral), start=place[0], end=place[1])


def _rows(tables: Tables, report: str, text: str) -> Iterator[Fault]:
    rows = tables.observations[tables.observations["report"].eq(report)]
    places = {(numeral.start, numeral.end) for numeral in numerals.find(text)}
    for row in as_records(rows.reset_index()):
        for doubt in _doubts(row, text, places):
            found = str(row[doubt.column])
            where = f"observations/{row['file']}"
            yield Fault(where, int(row["line"]), doubt.column, found, doubt.rule, doubt.remedy)


def _doubts(row: Row, text: str, places: set[tuple[int, int]]) -> Iterator[_Doubt]:
    start, end = int(row["start"]), int(row["end"])
    numeral = (start, end) in places
    begun = start in {first for first, _ in places}
    phrase = text[start:end] == row["printed"] and not begun
    if not numeral and not phrase:
        words = advice("place", text=text[start:end])
        yield _Doubt("end" if begun else "start", *words)
    yield from _quotes(row, text, start, end)
    if numeral:
        yield from _number(row, text)
    elif phrase:
        yield from _stated(row)
    yield from _sign(row, text)


def _quotes(row: Row, text: str, start: int, end: int) -> Iterator[_Doubt]:
    """Check that evidence and printed text are in the original at the offsets of the figure."""
    quoted = list(_around(text, str(row["evidence"]), start, end))
    printed = list(_around(text, str(row["printed"]), start, end))
    for column, found in (("evidence", quoted), ("printed", printed)):
        if not found:
            elsewhere = str(row[column]) in text
            yield _Doubt(column, *advice("quoted_elsewhere" if elsewhere else "not_quoted"))
    inside = any(
        outer <= inner and inner + len(row["printed"]) <= outer + len(row["evidence"])
        for outer in quoted
        for inner in printed
    )
    if quoted and printed and not inside:
        yield _Doubt("evidence", *advice("short_evidence"))


def _around(text: str, phrase: str, start: int, end: int) -> Iterator[int]:
    """Return the offset of *phrase* in *text* at which it covers characters *start* to *end*."""
    first = max(end - len(phrase), 0)
    place = text.find(phrase, first)
    while place != -1 and place <= start:
        yield place
        place = text.find(phrase, place + 1)


def _number(row: Row, text: str) -> Iterator[_Doubt]:
    """The value is the numeral of the original, 万 and 亿 multiplied out; 余 is a bound."""
    start, end = int(row["start"]), int(row["end"])
    first = text.rfind("\n", 0, start) + 1
    line = text[first:].partition("\n")[0]
    try:
        written = printed.numbers(line, start - first, end - first)
    except ValueError:
        yield _Doubt("start", *advice("single_number", text=text[start:end]))
        return
    value = float(row["value"])
    size = value if row["measure"] == Measure.LEVEL else abs(value)
    if size not in {float(number) for number in written}:
        words = advice("printed", text=text[start : end + 3], value=max(written))
        yield _Doubt("value", *words)
    if _BOUND.match(text, end) and row["comparator"] != Comparator.AT_LEAST:
        yield _Doubt("comparator", *advice("bound_follows"))


def _stated(row: Row) -> Iterator[_Doubt]:
    """A phrase without a numeral states a direction, nothing, everything, or one thing."""
    value, phrase = float(row["value"]), str(row["printed"])
    if row["measure"] == Measure.DIRECTION:
        if value not in {-1.0, 0.0, 1.0}:
            yield _Doubt("value", *advice("states_direction", phrase=phrase))
    elif value not in {0.0, 1.0, 100.0}:
        yield _Doubt("value", *advice("no_number", phrase=phrase))
    elif value == 1 and phrase[0] in _PHRASES[0]:
        yield _Doubt("value", *advice("states_none", phrase=phrase))
    elif value in _PHRASES and not set(phrase) & set(_PHRASES[value]):
        yield _Doubt("value", *advice("not_stated", phrase=phrase))


def _sign(row: Row, text: str) -> Iterator[_Doubt]:
    """A change has the sign of the last word for a rise or fall before it in its sentence."""
    value = float(row["value"])
    if row["measure"] == Measure.LEVEL:
        return
    stops = [match.end() for match in _STOP.finditer(text, 0, int(row["start"]))]
    clause = text[stops[-1] if stops else 0 : int(row["end"])]
    turns = list(_TURN.finditer(clause))
    if turns and not (value < 0 if turns[-1].lastgroup == "fall" else value > 0):
        yield _Doubt("value", *advice("sign", word=turns[-1][0]))


def _phrases(tables: Tables, table: str, original: str, text: str) -> Iterator[Fault]:
    """The evidence of a row that quotes a place is the text of that place."""
    frame: pd.DataFrame = getattr(tables, table)
    quoted = frame[tables.original_of(table).eq(original) & frame["start"].notna()]
    for line, row in quoted.iterrows():
        there = text[int(row["start"]) : int(row["end"])]
        if there != row["evidence"]:
            fault = "phrase_place" if row["evidence"] in text else "phrase_nowhere"
            where, found = tables.file(table), repr(row["evidence"])
            yield Fault(where, int(str(line)), "evidence", found, *advice(fault, text=there))
