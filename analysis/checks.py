"""
What must hold between tables: keys, units, evidence, offsets, owners and arithmetic.

It needs no original text; ``originals`` holds the tables against the reports themselves.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from . import numerals
from .errors import Fault, WordError
from .tables import Tables
from .words import Closure, Measure, Relation, Role, Standing, Status

OWNING = (Role.OBSERVATION, Role.TARGET)


def check(tables: Tables) -> list[Fault]:
    """Every fault between the tables, sorted by file and line; an empty list is a pass."""
    rules: Iterable[Callable[[Tables], Iterator[Fault]]] = (
        _links,
        _regions,
        _units,
        _periods,
        _phrases,
        _values,
        _owners,
        _grid,
        _identities,
    )
    return sorted(fault for rule in rules for fault in rule(tables))


def _label(row: "pd.Series[Any]", table: str) -> str:
    return f"{table}/{row['file']}" if "file" in row else f"{table}.csv"


def _unknown(
    frame: pd.DataFrame, table: str, column: str, known: Iterable[str], *, split: str = ""
) -> Iterator[Fault]:
    words = set(known)
    for line, row in frame.iterrows():
        cell = str(row[column])
        for word in cell.split(split) if split else [cell]:
            if word and word not in words:
                mend = str(WordError(column, word, sorted(words))).split("; ")[-1]
                rule = "not in the table it refers to"
                yield Fault(_label(row, table), int(str(line)), column, repr(word), rule, mend)


def _links(tables: Tables) -> Iterator[Fault]:
    reports, regions = tables.reports["report"], tables.regions["region"]
    indicators, adcodes = tables.indicators["indicator"], tables.regions["adcode"]
    parts, themes = tables.breakdowns["breakdown"], tables.themes["theme"]
    yield from _unknown(tables.reports, "reports", "region", regions)
    for name, frame in (("observations", tables.observations), ("context", tables.context)):
        yield from _unknown(frame, name, "indicator", indicators)
        yield from _unknown(frame, name, "breakdown", parts, split="+")
    for name in ("observations", "commitments", "identities"):
        yield from _unknown(getattr(tables, name), name, "report", reports)
    yield from _unknown(tables.context, "context", "adcode", adcodes)
    yield from _unknown(tables.regions, "regions", "parent", adcodes)
    instruments = tables.instruments["instrument"]
    yield from _unknown(tables.instrument_status, "instrument_status", "instrument", instruments)
    for name in ("instrument_status", "commitments", "observations", "mentions"):
        yield from _unknown(getattr(tables, name), name, "region", regions)
    for name in ("indicators", "instruments", "commitments"):
        yield from _unknown(getattr(tables, name), name, "theme", themes)


def _regions(tables: Tables) -> Iterator[Fault]:
    home = tables.reports.set_index("report")["region"]
    for name in ("observations", "commitments"):
        frame: pd.DataFrame = getattr(tables, name)
        for line, row in frame[frame["report"].map(home).ne(frame["region"])].iterrows():
            mend = "put the row with its region"
            rule = f"a report of another region than {row['region']}"
            yield Fault(
                _label(row, name), int(str(line)), "report", str(row["report"]), rule, mend
            )


def _units(tables: Tables) -> Iterator[Fault]:
    quantities = tables.units.set_index("unit")["quantities"].str.split(" ")
    for line, row in tables.indicators.iterrows():
        if row["quantity"] not in quantities.get(row["unit"], []):
            rule, mend = f"no unit of {row['quantity']}", "mend unit, quantity or units.csv"
            yield Fault("indicators.csv", int(str(line)), "unit", str(row["unit"]), rule, mend)
    units = tables.indicators.set_index("indicator")["unit"]
    for name in ("observations", "context"):
        for line, row in getattr(tables, name).iterrows():
            due = expected_unit(row["measure"], units.get(row["indicator"], row["unit"]))
            if row["unit"] != due:
                rule, mend = f"the unit of {row['indicator']} is {due!r}", f"write {due!r}"
                found = repr(row["unit"])
                yield Fault(_label(row, name), int(str(line)), "unit", found, rule, mend)


def expected_unit(measure: str, unit: str) -> str:
    """
    The unit a value must have: the indicator's, % for a change in percent, none for a direction.

    >>> expected_unit("change_pct", "起")
    '%'
    """
    return {Measure.CHANGE_PCT: "%", Measure.DIRECTION: ""}.get(Measure(measure), unit)


def _periods(tables: Tables) -> Iterator[Fault]:
    for name in ("reports", "observations"):
        frame: pd.DataFrame = getattr(tables, name)
        for line, row in frame[frame["period_start"] > frame["period_end"]].iterrows():
            rule, mend = "a period that ends before it starts", "swap or correct the dates"
            found = f"{row['period_start']:%Y-%m-%d}"
            yield Fault(_label(row, name), int(str(line)), "period_start", found, rule, mend)


def _phrases(tables: Tables) -> Iterator[Fault]:
    """Evidence holds the printed figure, and every place lies inside the report."""
    length = tables.reports.set_index("region")["characters"]
    for line, row in tables.observations.iterrows():
        if str(row["printed"]) not in str(row["evidence"]):
            rule, mend = "evidence without the printed figure", "quote the phrase that holds it"
            yield Fault(
                _label(row, "observations"),
                int(str(line)),
                "evidence",
                repr(row["evidence"]),
                rule,
                mend,
            )
    for name in ("observations", "mentions", "commitments"):
        frame: pd.DataFrame = getattr(tables, name)
        end = frame["end"]
        outside = (frame["start"] >= end) | (end > frame["region"].map(length).fillna(0))
        for line, row in frame[outside].iterrows():
            rule, mend = "a place outside the report", "correct start and end"
            found = f"{row['start']}-{row['end']}"
            yield Fault(_label(row, name), int(str(line)), "start", found, rule, mend)


def _values(tables: Tables) -> Iterator[Fault]:
    """The value is what the printed figure says, with 万 and 亿 multiplied out."""
    for line, row in tables.observations.iterrows():
        written = printed_value(str(row["printed"]), int(row["end"]) - int(row["start"]))
        if abs(float(row["value"])) not in {float(number) for number in written}:
            rule = f"printed as {row['printed']}"
            mend = "write the value in base units"
            found = f"{row['value']:.12g}"
            yield Fault(
                _label(row, "observations"), int(str(line)), "value", found, rule, mend
            )


def printed_value(printed: str, length: int) -> set[Decimal]:
    """
    The numbers that *printed* may state, where its numeral is *length* characters long.

    A phrase without such a numeral states 0, 1 or 100 (无…, one thing, 全部).

    >>> sorted(printed_value("26211.63万元", 8)), sorted(printed_value("无重大火灾事故", 7))
    ([Decimal('262116300.00')], [Decimal('0'), Decimal('1'), Decimal('100')])
    """
    found = {
        numerals.scaled(numeral.raw, printed[numeral.end :])
        for numeral in numerals.find(printed)
        if numeral.end - numeral.start == length
    }
    return found or {Decimal(0), Decimal(1), Decimal(100)}


def _owners(tables: Tables) -> Iterator[Fault]:
    """A mention that is an observation or target owns a row, and no other mention does."""
    rows = tables.observations
    owned: dict[tuple[str, int], set[str]] = {}
    for region, start, status in rows[["region", "start", "status"]].itertuples(
        index=False, name=None
    ):
        role = Role.TARGET if status == Status.TARGET else Role.OBSERVATION
        owned.setdefault((region, start), set()).add(role)
    for line, row in tables.mentions.iterrows():
        roles = owned.get((str(row["region"]), int(row["start"])), set())
        wrong = row["role"] not in roles if row["role"] in OWNING else bool(roles)
        if wrong:
            found = f"{row['raw']} as {row['role']}"
            rule = f"rows that start there are {', '.join(sorted(roles)) or 'none'}"
            mend = "correct the role or the row"
            yield Fault(_label(row, "mentions"), int(str(line)), "role", found, rule, mend)


def _grid(tables: Tables) -> Iterator[Fault]:
    """Every instrument has a standing in every reporting region, with evidence if mentioned."""
    status = tables.instrument_status
    have = set(status[["instrument", "region"]].itertuples(index=False, name=None))
    for instrument in tables.instruments["instrument"]:
        for region in tables.reports["region"].drop_duplicates():
            if (instrument, region) not in have:
                rule, mend = "every instrument has a row a region", "add the row"
                found = f"no {instrument} for {region}"
                yield Fault("instrument_status.csv", 0, "instrument", found, rule, mend)
    silent = status["status"].eq(Standing.NOT_MENTIONED)
    for line, row in status[silent == status["evidence"].ne("")].iterrows():
        rule, mend = f"{row['status']} with this evidence", "give evidence only where mentioned"
        found = repr(row["evidence"])
        yield Fault("instrument_status.csv", int(str(line)), "evidence", found, rule, mend)


def _identities(tables: Tables) -> Iterator[Fault]:
    for line, row in decided(tables).iterrows():
        if row["verdict"] != row["decided"]:
            rule, mend = f"the numbers say {row['decided']}", "correct the verdict or the offsets"
            yield Fault(
                "identities.csv", int(str(line)), "verdict", str(row["verdict"]), rule, mend
            )


def decided(tables: Tables) -> pd.DataFrame:
    """
    The identities with what the printed numbers say of each.

    Returns
    -------
    pandas.DataFrame
        The identities with ``region``, ``formula`` (as written out), ``gap`` (left minus right,
        in the unit of the whole) and ``decided`` (a word of ``Closure``, or why it cannot be).
    """
    region = tables.reports.set_index("report")["region"]
    written = _written(tables)
    frame = tables.identities.assign(region=tables.identities["report"].map(region))
    results = [_decide(row, written) for _, row in frame.iterrows()]
    columns = pd.DataFrame(results, columns=["formula", "gap", "decided"], index=frame.index)
    return frame.join(columns)


class _Figure(NamedTuple):
    """A printed number and half of the last place it is printed to (0 for a plain count)."""

    value: Decimal
    slack: Decimal


def _written(tables: Tables) -> dict[tuple[str, int], _Figure]:
    """The number at each place of each region, in base units."""
    rows = tables.observations[["region", "start", "value"]]
    values = {
        (region, start): Decimal(repr(value))
        for region, start, value in rows.itertuples(index=False, name=None)
    }
    mentions = tables.mentions[["region", "start", "raw"]]
    return {
        (region, start): _figure(raw, values.get((region, start)))
        for region, start, raw in mentions.itertuples(index=False, name=None)
    }


def _figure(raw: str, value: Decimal | None) -> _Figure:
    number = numerals.value(raw)
    base = number if value is None else value
    scale = abs(base / number) if number else Decimal(1)
    decimals = len(raw.partition(".")[2])
    exact = scale == 1 and not decimals
    return _Figure(base, Decimal(0) if exact else scale.scaleb(-decimals) / 2)


def _decide(
    row: "pd.Series[Any]", written: dict[tuple[str, int], _Figure]
) -> tuple[str, float, str]:
    places = [int(row["whole"]), *map(int, str(row["parts"]).split())]
    missing = [place for place in places if (row["region"], place) not in written]
    if missing:
        return "", math.nan, f"no numeral at {missing[0]}"
    whole, *parts = (written[row["region"], place] for place in places)
    formula, result, slack = _arithmetic(Relation(str(row["kind"])), whole, parts)
    gap = abs(whole.value) - abs(result)
    closure = Closure.DOES_NOT_CLOSE
    if gap == 0:
        closure = Closure.EXACT
    elif abs(gap) <= slack:
        closure = Closure.WITHIN_ROUNDING
    return formula, float(gap), closure


def _arithmetic(
    kind: Relation, whole: _Figure, parts: list[_Figure]
) -> tuple[str, Decimal, Decimal]:
    """The relation written out, what its right side gives, and what rounding may explain."""
    end = _plain(whole.value)
    slack = sum((part.slack for part in parts), whole.slack)
    values = [part.value for part in parts]
    if kind is Relation.SUM:
        return f"{' + '.join(map(_plain, values))} = {end}", sum(values, Decimal(0)), slack
    first, second = values
    if kind is Relation.DIFFERENCE:
        return f"{_plain(first)} − {_plain(second)} = {end}", first - second, slack
    if kind is Relation.SHARE:
        return f"{_plain(first)} ÷ {_plain(second)} = {end}%", 100 * first / second, whole.slack
    before = first - second
    change = 100 * second / before
    return f"{_plain(second)} ÷ {_plain(before)} = {end}%", change, whole.slack


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
