"""
Checks between tables: keys, units, evidence, offsets, owners and arithmetic.

It needs no original text; ``originals`` holds the tables against the reports themselves. A rule
that leans on a table which has already lost lines to faults is silent, so that one fault is not
told twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import Fault, WordError
from analysis.language.vocabulary import (
    Absence,
    Basis,
    Comparator,
    Level,
    Measure,
    Membership,
    Quantity,
    Role,
    Standing,
    Status,
    Use,
)

from . import load, numerals
from .cells import FIRST_YEAR, LAST_YEAR
from .identities import decided
from .load import Tables
from .printed import numbers, within
from .schema import BY_REGION, LINKS, TABLES, UNLINKED

__all__ = ["check", "decided", "everything", "expected_unit", "printed_value"]

OWNING = (Role.OBSERVATION, Role.TARGET)
WHOLE = (Quantity.COUNT, Quantity.PEOPLE, Quantity.RANK)
_BOUND = re.compile(r"[0-9万亿][余多]")
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_FEWEST_DIGITS = 3  # of a value that is looked for without its unit
FIGURES = ("observations", "context", "peers")  # the tables with one value a row
_PER = re.compile(r"(?P<unit>.+)/(?:年|季度|月|周|日)")


def everything(folder: Path | str | None = None) -> list[Fault]:
    """Every fault of *folder*: of form, of contract, and between the tables, sorted."""
    found = load.survey(folder)
    return sorted({*found.faults, *check(found.tables)})


def check(held: Tables) -> list[Fault]:
    """Every fault between the tables, sorted by file and line; an empty list is a pass."""
    rules: Iterable[Callable[[Tables], Iterator[Fault]]] = (
        _links,
        _regions,
        _report_times,
        _tree,
        _peers,
        _breaks,
        _units,
        _amounts,
        _context_values,
        _parts,
        _periods,
        _phrases,
        _places,
        _values,
        _bounds,
        _owners,
        _standings,
        _identities,
        _members,
        _member_roles,
        _absences,
    )
    return sorted(fault for rule in rules for fault in rule(held))


def _told(
    held: Tables, table: str, bad: pd.DataFrame, column: str, words: tuple[str, str]
) -> Iterator[Fault]:
    """Yield one fault for each row of *bad*; *words* are the rule and the advice with braces."""
    rule, mend = words
    for line, row in bad.iterrows():
        where = f"{table}/{row['file']}" if "file" in row else held.file(table)
        told = (rule.format_map(row), mend.format_map(row))
        yield Fault(where, int(str(line)), column, _shown(row[column]), *told)


def _shown(cell: Any) -> str:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:.12g}" if isinstance(cell, float) else repr(cell)


def _links(held: Tables) -> Iterator[Fault]:
    for column, (target, key) in LINKS.items():
        if target in held.lacking:
            continue
        known = set(getattr(held, target)[key])
        for table in TABLES:
            here: pd.DataFrame = getattr(held, table)
            apart = (table, column) == (target, key) or (table, column) in UNLINKED
            if column in here and not apart:
                yield from _unknown(held, table, column, known)


def _unknown(held: Tables, table: str, column: str, known: set[str]) -> Iterator[Fault]:
    frame: pd.DataFrame = getattr(held, table)
    words = frame[column].str.split("+").explode()
    for word in sorted(set(words) - known - {""}):
        bad = frame.loc[words.index[words.eq(word)].unique()]
        bad = bad[[word in str(cell).split("+") for cell in bad[column]]]
        near = str(WordError(column, word, sorted(known))).split("; ")[-1]
        rule = f"{word!r} is not in the table it refers to"
        yield from _told(held, table, bad, column, (_literal(rule), _literal(near)))


def _literal(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _regions(held: Tables) -> Iterator[Fault]:
    """Check that rows are in the file of their region, and that no two reports share a file."""
    if "reports" in held.lacking:
        return
    twins = held.reports[held.original_of("reports").duplicated()]
    words = ("a second report in the files of {region}", "give {report} files of its own name")
    yield from _told(held, "reports", twins, "report", words)
    texts = set(held.originals.values())
    for table in BY_REGION:
        lost = getattr(held, table)[~held.original_of(table).isin(texts)]
        words = ("a file of no report", "name it by its region, or by a later report")
        yield from _told(held, table, lost, "start", words)
    for table in ("observations", "commitments"):
        frame: pd.DataFrame = getattr(held, table)
        covered = frame["report"].map(held.regions_of)
        pairs = zip(frame["region"], covered, strict=True)
        words = ("a report of another region than {region}", "put the row with its region")
        bad = frame[[bool(regions) and region not in regions for region, regions in pairs]]
        yield from _told(held, table, bad, "report", words)


def _report_times(held: Tables) -> Iterator[Fault]:
    """A report of results is published after its period, which lies in the years of its title."""
    reports = held.reports
    early = reports["published"].lt(reports["period_end"]) & reports["kind"].ne("plan")
    words = ("published before the period of {report} ends", "correct the day or the period")
    yield from _told(held, "reports", reports[early], "published", words)
    spans = [_title_years(*cells) for cells in zip(reports["title"], reports["kind"], strict=True)]
    first, last = (reports[name].dt.year for name in ("period_start", "period_end"))
    other = [
        bool(years) and not years[0] <= start <= end <= years[-1]
        for years, start, end in zip(spans, first, last, strict=True)
    ]
    words = ("the title of {report} names another year", "correct the period or the title")
    yield from _told(held, "reports", reports[other], "period_start", words)


def _title_years(title: str, kind: str) -> list[int]:
    """
    The years that *title* gives a report, without the last of several if that is of its plan.

    >>> _title_years("2023年工作总结和2024年工作安排", "report+plan"), _title_years("要点", "plan")
    ([2023], [])
    """
    years = sorted({int(year) for year in _YEAR.findall(title)})
    planned = "plan" in kind and kind != "plan" and len(years) > 1
    return years[:-1] if planned else years


def _tree(held: Tables) -> Iterator[Fault]:
    """
    A region lies in one of a wider level, so no chain of parents can turn in a circle.

    Without its parent, a region could not be seen to lie inside another.
    """
    lost = held.regions["parent"].eq("") & held.regions["level"].ne(Level.COUNTRY)
    words = ("a {level} without the region around it", "give the adcode of that region")
    yield from _told(held, "regions", held.regions[lost], "parent", words)
    order = {word.value: word.order for word in Level}
    levels = held.regions.set_index("adcode")["level"]
    above = held.regions["parent"].map(levels).map(order).astype("float64")
    own = held.regions["level"].map(order).astype("float64")
    words = ("a parent that is no wider than a {level}", "give the adcode of the region around it")
    yield from _told(held, "regions", held.regions[above >= own], "parent", words)


def _peers(held: Tables) -> Iterator[Fault]:
    """A figure of a region with a report or context belongs into the context."""
    reporting = held.regions["region"].isin(held.regional_reports["region"])
    adcodes = {*held.regions.loc[reporting, "adcode"], *held.context["adcode"]}
    known = held.peers[held.peers["adcode"].isin(adcodes)]
    words = ("a region with a report or with context", "put the row into context.csv")
    yield from _told(held, "peers", known, "adcode", words)


def _breaks(held: Tables) -> Iterator[Fault]:
    turned = held.breaks[held.breaks["last"] >= held.breaks["first"]]
    words = ("an older scope that ends after the newer one starts", "swap or correct the dates")
    yield from _told(held, "breaks", turned, "last", words)


def _units(held: Tables) -> Iterator[Fault]:
    if "units" not in held.lacking:
        yield from _indicator_units(held)
        yield from _target_units(held)
        words = ("{unit!r} is not in the table of units", "write a unit of that table")
        unknown = held.families[~held.families["unit"].isin(set(held.units["unit"]))]
        yield from _told(held, "families", unknown, "unit", words)
    units = held.indicators.set_index("indicator")["unit"]
    for table in FIGURES:
        frame: pd.DataFrame = getattr(held, table)
        due = [
            expected_unit(measure, units.get(indicator, unit))
            for measure, indicator, unit in zip(
                frame["measure"], frame["indicator"], frame["unit"], strict=True
            )
        ]
        frame = frame.assign(due=due)
        words = ("the unit of {indicator} is {due!r}", "write {due!r}")
        yield from _told(held, table, frame[frame["unit"].ne(frame["due"])], "unit", words)


def _indicator_units(held: Tables) -> Iterator[Fault]:
    quantities = held.units.set_index("unit")["quantities"].str.split(" ")
    wrong = [
        quantity not in quantities.get(unit, [])
        for quantity, unit in zip(held.indicators["quantity"], held.indicators["unit"], strict=True)
    ]
    words = ("no unit of {quantity}", "mend unit, quantity or the table of units")
    yield from _told(held, "indicators", held.indicators[wrong], "unit", words)


def _target_units(held: Tables) -> Iterator[Fault]:
    """A target may be so much a year; a number and its unit come together."""
    frame = held.commitments
    base = frame["target_unit"].str.replace(_PER, r"\g<unit>", regex=True)
    words = ("{target_unit!r} is not in the table of units", "write a unit of that table")
    unknown = frame[~base.isin(set(held.units["unit"]) | {""})]
    yield from _told(held, "commitments", unknown, "target_unit", words)
    alone = frame["target_value"].notna() & frame["comparator"].eq("")
    alone |= frame["target_value"].isna() & (frame["comparator"] + frame["target_unit"]).ne("")
    words = ("a value, its unit and its comparator belong together", "fill all, or leave all empty")
    yield from _told(held, "commitments", frame[alone], "target_value", words)


def expected_unit(measure: str, unit: str) -> str:
    """
    The unit a value must have: the indicator's, % for a change in percent, none for a direction.

    >>> expected_unit("change_pct", "起")
    '%'
    """
    return {Measure.CHANGE_PCT: "%", Measure.DIRECTION: ""}.get(Measure(measure), unit)


def _amounts(held: Tables) -> Iterator[Fault]:
    """Cases and people are whole, shares lie between 0 and 100, a direction is -1, 0 or 1."""
    quantities = held.indicators.set_index("indicator")["quantity"]
    for table in FIGURES:
        frame: pd.DataFrame = getattr(held, table)
        quantity, value = frame["indicator"].map(quantities), frame["value"]
        level = frame["measure"].eq(Measure.LEVEL)
        broken = quantity.isin(WHOLE) & (value.mod(1).ne(0) | value.lt(0))
        words = ("no number of cases, people or places", "write whole units: 1.2万 is 12000")
        yield from _told(held, table, frame[level & broken], "value", words)
        share = quantity.eq(Quantity.SHARE) & ~value.between(0, 100)
        words = ("a share outside 0 to 100 %", "write the percentage as printed")
        yield from _told(held, table, frame[level & share], "value", words)
        turn = frame["measure"].eq(Measure.DIRECTION) & ~value.isin([-1, 0, 1])
        words = ("no direction", "write -1, 0 or 1")
        yield from _told(held, table, frame[turn], "value", words)
    yield from _fractions(held)


def _fractions(held: Tables) -> Iterator[Fault]:
    """A context percentage that its evidence prints a hundred times as large."""
    percents = held.context[held.context["unit"].eq("%")]
    hundredfold = [
        _is_fraction(value, evidence)
        for value, evidence in zip(percents["value"], percents["evidence"], strict=True)
    ]
    words = ("a percentage written as a fraction", "write it as printed, 6.7 for 6.7%")
    yield from _told(held, "context", percents[hundredfold], "value", words)


def _is_fraction(value: float, evidence: str) -> bool:
    """Return whether *evidence* prints *value* only a hundred times as large."""
    numbers = _numbers(evidence)
    return float(f"{abs(value) * 100:.10g}") in numbers and abs(value) not in numbers


def _context_values(held: Tables) -> Iterator[Fault]:
    """Check that the evidence of a printed context figure has its numeral, in any unit."""
    rows = held.context[held.context["basis"].eq(Basis.PRINTED) & held.context["value"].ne(0)]
    rows = rows[rows["measure"].ne(Measure.DIRECTION) & rows["evidence"].ne("")]
    columns = ["evidence", "value", "unit"]
    odd = [
        not within(evidence, value, unit)
        and not _has_digits(evidence, value)
        and not (unit == "%" and _is_fraction(value, evidence))
        for evidence, value, unit in rows[columns].itertuples(index=False, name=None)
    ]
    words = ("the evidence does not print {value:.12g}", "correct the value or the evidence")
    yield from _told(held, "context", rows[odd], "value", words)


def _has_digits(phrase: str, value: float) -> bool:
    """
    Return whether *phrase* has the digits of *value*, as in a table in units of 10,000.

    >>> _has_digits("云南省 28,954.20", 2895420000000), _has_digits("死亡45人", 46)
    (True, False)
    """
    digits = f"{abs(value):.15g}".replace(".", "").strip("0")
    return len(digits) >= _FEWEST_DIGITS and digits in re.sub(r"\D", "", phrase)


def _numbers(phrase: str) -> set[float]:
    numbers = set()
    for numeral in numerals.find(phrase):
        with suppress(ValueError):
            numbers.add(float(numerals.value(numeral.raw)))
    return numbers - {0.0}


def _parts(held: Tables) -> Iterator[Fault]:
    """A breakdown names each dimension once and in one order, so that it is written one way."""
    prefix = held.breakdowns["breakdown"].str.split(":").str[0]
    words = ("a part of another dimension", "let the code begin with the dimension")
    odd = held.breakdowns[prefix.ne(held.breakdowns["dimension"])]
    yield from _told(held, "breakdowns", odd, "dimension", words)
    words = ("parts out of order, or two of one dimension", "sort them; one a dimension")
    for table in FIGURES:
        frame: pd.DataFrame = getattr(held, table)
        odd = frame[[not _in_order(str(code).split("+")) for code in frame["breakdown"]]]
        yield from _told(held, table, odd, "breakdown", words)


def _in_order(parts: list[str]) -> bool:
    dimensions = {part.partition(":")[0] for part in parts}
    return parts == sorted(parts) and len(dimensions) == len(parts)


def _periods(held: Tables) -> Iterator[Fault]:
    words = ("a period that ends before it starts", "swap or correct the dates")
    for table in ("reports", "observations", "peers"):
        frame: pd.DataFrame = getattr(held, table)
        bad = frame[frame["period_start"] > frame["period_end"]]
        yield from _told(held, table, bad, "period_start", words)
    ends = held.context["period"].str.split("/", expand=True)
    if len(ends):
        days = [pd.to_datetime(ends[side], format="%Y-%m-%d", errors="coerce") for side in (0, 1)]
        bad = held.context[ends[0] > ends[1]]
        yield from _told(held, "context", bad, "period", words)
        odd = [day.isna() | ~day.dt.year.between(FIRST_YEAR, LAST_YEAR) for day in days]
        words = ("no days of the calendar", f"write days of {FIRST_YEAR} to {LAST_YEAR}")
        yield from _told(held, "context", held.context[odd[0] | odd[1]], "period", words)
    yield from _undated(held)
    ends_of = held.reports.set_index("report")["period_end"]
    rows = held.observations
    last = pd.Series([ends_of.get(report, pd.NaT) for report in rows["report"]], rows.index)
    late = rows["status"].eq(Status.ACTUAL) & (rows["period_end"] > pd.to_datetime(last))
    words = ("an actual figure of a time after its report", "correct the period or the status")
    yield from _told(held, "observations", rows[late], "period_end", words)


def _undated(held: Tables) -> Iterator[Fault]:
    """Only a target or plan may have no date, and then neither of its days is given."""
    rows = held.observations
    first, last = rows["period_start"].isna(), rows["period_end"].isna()
    wrong = first.ne(last) | (last & rows["status"].eq(Status.ACTUAL))
    words = ("a period without both of its days", "fill in both; leave both empty for no date")
    yield from _told(held, "observations", rows[wrong], "period_end", words)


def _phrases(held: Tables) -> Iterator[Fault]:
    rows = held.observations
    apart = [p not in e for p, e in zip(rows["printed"], rows["evidence"], strict=True)]
    words = ("evidence without the printed figure", "quote the phrase that holds {printed!r}")
    yield from _told(held, "observations", rows[apart], "evidence", words)


def _places(held: Tables) -> Iterator[Fault]:
    if "reports" in held.lacking:
        return
    length = held.reports.groupby(held.original_of("reports"))["characters"].max()
    words = ("the place {start}-{end} lies outside the report", "correct start and end")
    for table in ("observations", "mentions", "commitments", "instrument_status", "absences"):
        last = held.original_of(table).map(length).astype("float64")
        frame: pd.DataFrame = getattr(held, table)
        outside = ~(frame["start"] < frame["end"]) | (frame["end"] > last)
        placed = last.notna() & frame["start"].notna()
        yield from _told(held, table, frame[placed & outside], "start", words)


def _values(held: Tables) -> Iterator[Fault]:
    """Check that the value equals the printed figure, with 万 and 亿 multiplied out."""
    rows = held.observations
    wrong = [
        abs(value) not in {float(number) for number in printed_value(printed, end - start)}
        for value, printed, start, end in rows[["value", "printed", "start", "end"]].itertuples(
            index=False, name=None
        )
    ]
    words = ("printed as {printed}", "write the value in base units")
    yield from _told(held, "observations", rows[wrong], "value", words)


def printed_value(printed: str, length: int) -> set[Decimal]:
    """
    The numbers that *printed* may state, where its numeral is *length* characters long.

    A phrase without such a numeral states 0, 1 or 100 (无…, one thing, 全部).

    >>> sorted(printed_value("26211.63万元", 8)), sorted(printed_value("无重大火灾事故", 7))
    ([Decimal('262116300.00')], [Decimal('0'), Decimal('1'), Decimal('100')])
    """
    found = set()
    for numeral in numerals.find(printed):
        if numeral.end - numeral.start == length:
            with suppress(ValueError):
                found |= numbers(printed, numeral.start, numeral.end)
    return found or {Decimal(0), Decimal(1), Decimal(100)}


def _bounds(held: Tables) -> Iterator[Fault]:
    """余 and 多 behind a number make it a lower bound."""
    rows = held.observations
    bound = rows["printed"].str.contains(_BOUND) & rows["comparator"].ne(Comparator.AT_LEAST)
    words = ("{printed} is a lower bound", "write >=")
    yield from _told(held, "observations", rows[bound], "comparator", words)


def _owners(held: Tables) -> Iterator[Fault]:
    """A mention that is an observation or target owns a row, and no other mention does."""
    if held.lacking & {"observations", "mentions"}:
        return
    owned: dict[tuple[str, int], set[str]] = {}
    rows = held.observations
    for place, status in zip(_spots(held, "observations"), rows["status"], strict=True):
        role = Role.TARGET if status == Status.TARGET else Role.OBSERVATION
        owned.setdefault(place, set()).add(role)
    roles = [owned.get(place, set()) for place in _spots(held, "mentions")]
    frame = held.mentions.assign(due=[", ".join(sorted(found)) or "none" for found in roles])
    wrong = [
        role not in found if role in OWNING else bool(found)
        for role, found in zip(frame["role"], roles, strict=True)
    ]
    words = ("for {raw}, rows that start at {start} are: {due}", "correct the role or the row")
    yield from _told(held, "mentions", frame[wrong], "role", words)


def _spots(held: Tables, table: str) -> Iterator[tuple[str, int]]:
    """Where each row of *table* starts, and in which original."""
    return zip(held.original_of(table), getattr(held, table)["start"], strict=True)


def _standings(held: Tables) -> Iterator[Fault]:
    """Every instrument has a standing in every reporting region, with evidence if mentioned."""
    status = held.instrument_status
    silent = status["status"].isin([Standing.NOT_MENTIONED, Standing.UNREAD])
    words = ("{status} with this evidence", "give evidence and its place only where mentioned")
    odd = (silent == status["evidence"].ne("")) | (silent == status["start"].notna())
    yield from _told(held, "instrument_status", status[odd], "evidence", words)
    if held.lacking & {"instruments", "instrument_status", "reports"}:
        return
    have = set(status[["instrument", "region"]].itertuples(index=False, name=None))
    where, mend = held.file("instrument_status"), "add the row"
    for instrument in held.instruments["instrument"]:
        for region in held.first_reports:
            if (instrument, region) not in have:
                found, rule = f"no {instrument} for {region}", "every instrument has a row a region"
                yield Fault(where, 0, "instrument", found, rule, mend)


def _identities(held: Tables) -> Iterator[Fault]:
    if held.lacking & {"identities", "mentions", "observations", "reports"}:
        return
    frame = decided(held)
    mend = "hold the figures that it names against the report before the verdict is changed"
    words = ("the numbers say {decided}", mend)
    wrong = frame[frame["verdict"].ne(frame["decided"])]
    yield from _told(held, "identities", wrong, "verdict", words)


def _members(held: Tables) -> Iterator[Fault]:
    """Every member of a family is exactly one row of the observations."""
    if held.lacking & {"observations", "family_members"}:
        return
    key = ["report", "indicator", "breakdown", "measure"]
    sizes = held.observations.groupby(key).size().to_dict()
    members = held.family_members
    rows = [sizes.get(cells, 0) for cells in members[key].itertuples(index=False, name=None)]
    frame = members.assign(rows=rows)
    words = ("{rows} observations of {report} have these cells", "name exactly one of them")
    yield from _told(held, "family_members", frame[frame["rows"].ne(1)], "indicator", words)


def _member_roles(held: Tables) -> Iterator[Fault]:
    """A report enters a family by one figure or by parts of it, and a ratio by a divisor too."""
    if held.lacking & {"families", "family_members", "indicators"}:
        return
    members = held.family_members
    whole, parts, divisors = (_per_report(members, role) for role in Membership)
    wrong = ~(whole.eq(1) & parts.eq(0)) & ~(whole.eq(0) & parts.ge(2))
    words = ("neither one member nor several parts of {report}", "give one member, or two parts")
    yield from _told(held, "family_members", members[wrong], "role", words)
    uses = members["family"].map(held.families.set_index("family")["use"])
    words = ("a ratio has one denominator a report, another family none", "correct the role")
    wrong = divisors.ne(uses.eq(Use.RATIO).astype("int64"))
    yield from _told(held, "family_members", members[wrong], "role", words)
    yield from _part_units(held)


def _per_report(members: pd.DataFrame, role: Membership) -> "pd.Series[int]":
    """How many rows of *role* the family of each row has from the report of that row."""
    groups = members["role"].eq(role).groupby([members["family"], members["report"]])
    return groups.transform("sum").astype("int64")


def _part_units(held: Tables) -> Iterator[Fault]:
    """Parts are added up, so they have one unit."""
    units = held.indicators.set_index("indicator")["unit"]
    parts = held.family_members[held.family_members["role"].eq(Membership.PART)]
    sizes = parts["indicator"].map(units).groupby([parts["family"], parts["report"]])
    mixed = parts[sizes.transform("nunique").gt(1)]
    words = ("parts of different units cannot be added", "keep parts of one unit")
    yield from _told(held, "family_members", mixed, "indicator", words)


def _absences(held: Tables) -> Iterator[Fault]:
    """Check that an absent indicator has no figure, and one given elsewhere has one there."""
    if held.lacking & {"observations", "absences"}:
        return
    absences, rows = held.absences, held.observations
    zero = rows["value"].eq(0) & rows["measure"].eq(Measure.LEVEL)
    reported, zeros = (set(_figures(part, "indicator")) for part in (rows, rows[zero]))
    words = ("{report} has a figure of {indicator}", "delete the row")
    present = [cell in reported for cell in _figures(absences, "indicator")]
    yield from _told(held, "absences", absences[present], "indicator", words)
    sources = {Absence.TOLD_ELSEWHERE: reported, Absence.IMPLIED_ZERO: zeros}
    wrong = [
        cell not in sources[kind] if kind in sources else bool(cell[1])
        for kind, cell in zip(
            absences["kind"].map(Absence), _figures(absences, "elsewhere"), strict=True
        )
    ]
    words = ("no figure for {kind}", "name an indicator of {report}, for implied_zero one of 0")
    yield from _told(held, "absences", absences[wrong], "elsewhere", words)


def _figures(rows: pd.DataFrame, column: str) -> list[tuple[str, str]]:
    """The report and the indicator in *column* of each row."""
    return list(zip(rows["report"], rows[column], strict=True))
