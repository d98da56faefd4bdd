"""
Checks between tables: keys, units, evidence, offsets, owners and arithmetic.

It needs no original text; ``originals`` compares the tables with the reports themselves. A rule
that needs a table which has already lost lines to faults is skipped, so that one fault is not
reported twice.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import Fault
from analysis.language.messages import advice, say
from analysis.language.text import Text
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
from .printed import states, within
from .schema import BY_REGION, LINKS, TABLES, UNLINKED

__all__ = ["check", "decided", "everything", "expected_unit"]

OWNING = (Role.OBSERVATION, Role.TARGET)
WHOLE = (Quantity.COUNT, Quantity.PEOPLE, Quantity.RANK)
SIZES = (Quantity.PEOPLE, Quantity.MONEY, Quantity.AREA)  # of a region, to divide by
_BOUND = re.compile(r"[0-9万亿][余多]")
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_FEWEST_DIGITS = 3  # of a value that is looked for without its unit
FIGURES = ("observations", "context", "peers")  # the tables with one value a row
_PER = re.compile(r"(?P<unit>.+)/(?:年|季度|月|周|日)")


def everything(folder: Path | str | None = None) -> list[Fault]:
    """Every fault of *folder*: of form, of contract, and between the tables, sorted."""
    found = load.survey(folder)
    return sorted({*found.faults, *check(found.tables)})


def check(tables: Tables) -> list[Fault]:
    """Every fault between the tables, sorted by file and line; an empty list is a pass."""
    rules: Iterable[Callable[[Tables], Iterator[Fault]]] = (
        _links,
        _regions,
        _report_times,
        _tree,
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
        _numerals,
        _standings,
        _identities,
        _members,
        _member_roles,
        _absences,
    )
    return sorted(fault for rule in rules for fault in rule(tables))


def _faults(
    tables: Tables, table: str, bad: pd.DataFrame, column: str, words: tuple[Text, Text]
) -> Iterator[Fault]:
    """Yield one fault for each row of *bad*; *words* are the rule and the remedy with braces."""
    for line, row in bad.iterrows():
        where = f"{table}/{row['file']}" if "file" in row else tables.file(table)
        rule, remedy = (text.format(**row) for text in words)
        yield Fault(where, int(str(line)), column, _shown(row[column]), rule, remedy)


def _shown(cell: Any) -> str:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:.12g}" if isinstance(cell, float) else repr(cell)


def _links(tables: Tables) -> Iterator[Fault]:
    for column, (target, key) in LINKS.items():
        if target in tables.lacking:
            continue
        known = set(getattr(tables, target)[key])
        for table in TABLES:
            here: pd.DataFrame = getattr(tables, table)
            apart = (table, column) == (target, key) or (table, column) in UNLINKED
            if column in here and not apart:
                yield from _unknown(tables, table, column, known)


def _unknown(tables: Tables, table: str, column: str, known: set[str]) -> Iterator[Fault]:
    frame: pd.DataFrame = getattr(tables, table)
    codes = frame[column].str.split("+").explode()
    for word in sorted(set(codes) - known - {""}):
        bad = frame.loc[codes.index[codes.eq(word)].unique()]
        bad = bad[[word in str(cell).split("+") for cell in bad[column]]]
        near = get_close_matches(word, known, n=3, cutoff=0.5) or sorted(known)[:8]
        words = advice("unknown_code", word=_literal(word), near=_literal(", ".join(near)))
        yield from _faults(tables, table, bad, column, words)


def _literal(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _regions(tables: Tables) -> Iterator[Fault]:
    """Check that rows are in the file of their region, and that no two reports share a file."""
    if "reports" in tables.lacking:
        return
    twins = tables.reports[tables.original_of("reports").duplicated()]
    words = advice("shared_file")
    yield from _faults(tables, "reports", twins, "report", words)
    texts = set(tables.originals.values())
    for table in BY_REGION:
        lost = getattr(tables, table)[~tables.original_of(table).isin(texts)]
        words = advice("stray_file")
        yield from _faults(tables, table, lost, "start", words)
    for table in ("observations", "commitments"):
        frame: pd.DataFrame = getattr(tables, table)
        covered = {report: tables.regions_of(report) for report in frame["report"].unique()}
        pairs = zip(frame["region"], frame["report"].map(covered), strict=True)
        words = advice("other_region")
        bad = frame[[bool(regions) and region not in regions for region, regions in pairs]]
        yield from _faults(tables, table, bad, "report", words)


def _report_times(tables: Tables) -> Iterator[Fault]:
    """A report of results is published after its period, which lies in the years of its title."""
    reports = tables.reports
    early = reports["published"].lt(reports["period_end"]) & reports["kind"].ne("plan")
    words = advice("published_early")
    yield from _faults(tables, "reports", reports[early], "published", words)
    spans = [_title_years(*cells) for cells in zip(reports["title"], reports["kind"], strict=True)]
    first, last = (reports[name].dt.year for name in ("period_start", "period_end"))
    other = [
        bool(years) and not years[0] <= start <= end <= years[-1]
        for years, start, end in zip(spans, first, last, strict=True)
    ]
    words = advice("title_year")
    yield from _faults(tables, "reports", reports[other], "period_start", words)


def _title_years(title: str, kind: str) -> list[int]:
    """
    The years that *title* gives a report, without the last of several if that is of its plan.

    >>> _title_years("2023年工作总结和2024年工作安排", "report+plan"), _title_years("要点", "plan")
    ([2023], [])
    """
    years = sorted({int(year) for year in _YEAR.findall(title)})
    planned = "plan" in kind and kind != "plan" and len(years) > 1
    return years[:-1] if planned else years


def _tree(tables: Tables) -> Iterator[Fault]:
    """
    A region lies in one of a wider level, so no chain of parents can turn in a circle.

    Without its parent, a region could not be seen to lie inside another.
    """
    lost = tables.regions["parent"].eq("") & tables.regions["level"].ne(Level.COUNTRY)
    words = advice("no_parent")
    yield from _faults(tables, "regions", tables.regions[lost], "parent", words)
    order = {word.value: word.order for word in Level}
    levels = tables.regions.set_index("adcode")["level"]
    above = tables.regions["parent"].map(levels).map(order).astype("float64")
    own = tables.regions["level"].map(order).astype("float64")
    words = advice("parent_level")
    yield from _faults(tables, "regions", tables.regions[above >= own], "parent", words)


def _breaks(tables: Tables) -> Iterator[Fault]:
    turned = tables.breaks[tables.breaks["last"] >= tables.breaks["first"]]
    words = advice("scopes_overlap")
    yield from _faults(tables, "breaks", turned, "last", words)


def _units(tables: Tables) -> Iterator[Fault]:
    if "units" not in tables.lacking:
        yield from _indicator_units(tables)
        yield from _target_units(tables)
        words = advice("unknown_unit")
        unknown = tables.families[~tables.families["unit"].isin(set(tables.units["unit"]))]
        yield from _faults(tables, "families", unknown, "unit", words)
    units = tables.indicators.set_index("indicator")["unit"]
    for table in FIGURES:
        frame: pd.DataFrame = getattr(tables, table)
        due = [
            expected_unit(measure, units.get(indicator, unit))
            for measure, indicator, unit in zip(
                frame["measure"], frame["indicator"], frame["unit"], strict=True
            )
        ]
        frame = frame.assign(due=due)
        words = advice("indicator_unit")
        yield from _faults(tables, table, frame[frame["unit"].ne(frame["due"])], "unit", words)


def _indicator_units(tables: Tables) -> Iterator[Fault]:
    quantities = tables.units.set_index("unit")["quantities"].str.split(" ")
    wrong = [
        quantity not in quantities.get(unit, [])
        for quantity, unit in zip(
            tables.indicators["quantity"], tables.indicators["unit"], strict=True
        )
    ]
    words = advice("unit_of_quantity")
    yield from _faults(tables, "indicators", tables.indicators[wrong], "unit", words)


def _target_units(tables: Tables) -> Iterator[Fault]:
    """A target may be so much a year; a number and its unit come together."""
    frame = tables.commitments
    base = frame["target_unit"].str.replace(_PER, r"\g<unit>", regex=True)
    words = advice("unknown_target_unit")
    unknown = frame[~base.isin(set(tables.units["unit"]) | {""})]
    yield from _faults(tables, "commitments", unknown, "target_unit", words)
    alone = frame["target_value"].notna() & frame["comparator"].eq("")
    alone |= frame["target_value"].isna() & (frame["comparator"] + frame["target_unit"]).ne("")
    words = advice("incomplete_target")
    yield from _faults(tables, "commitments", frame[alone], "target_value", words)


def expected_unit(measure: str, unit: str) -> str:
    """
    The unit a value must have: the indicator's, % for a change in percent, none for a direction.

    >>> expected_unit("change_pct", "起")
    '%'
    """
    return {Measure.CHANGE_PCT: "%", Measure.DIRECTION: ""}.get(Measure(measure), unit)


def _amounts(tables: Tables) -> Iterator[Fault]:
    """Cases and people are whole, shares lie between 0 and 100, a direction is -1, 0 or 1."""
    quantities = tables.indicators.set_index("indicator")["quantity"]
    for table in FIGURES:
        frame: pd.DataFrame = getattr(tables, table)
        quantity, value = frame["indicator"].map(quantities), frame["value"]
        level = frame["measure"].eq(Measure.LEVEL)
        broken = quantity.isin(WHOLE) & (value.mod(1).ne(0) | value.lt(0))
        words = advice("whole_number")
        yield from _faults(tables, table, frame[level & broken], "value", words)
        share = quantity.eq(Quantity.SHARE) & ~value.between(0, 100)
        words = advice("share_range")
        yield from _faults(tables, table, frame[level & share], "value", words)
        turn = frame["measure"].eq(Measure.DIRECTION) & ~value.isin([-1, 0, 1])
        words = advice("not_a_direction")
        yield from _faults(tables, table, frame[turn], "value", words)
    yield from _fractions(tables)
    yield from _denominators(tables)


def _denominators(tables: Tables) -> Iterator[Fault]:
    """People, money and land of a region that figures are divided by; none of them is 0."""
    named = tables.indicators["theme"].eq("context") & tables.indicators["quantity"].isin(SIZES)
    frame = tables.context
    sizes = frame["indicator"].isin(tables.indicators["indicator"][named])
    none = sizes & frame["measure"].eq(Measure.LEVEL) & frame["value"].le(0)
    yield from _faults(tables, "context", frame[none], "value", advice("no_denominator"))


def _fractions(tables: Tables) -> Iterator[Fault]:
    """A context percentage that its evidence prints a hundred times as large."""
    percents = tables.context[tables.context["unit"].eq("%")]
    hundredfold = [
        _is_fraction(value, evidence)
        for value, evidence in zip(percents["value"], percents["evidence"], strict=True)
    ]
    words = advice("fraction")
    yield from _faults(tables, "context", percents[hundredfold], "value", words)


def _is_fraction(value: float, evidence: str) -> bool:
    """Return whether *evidence* prints *value* only a hundred times as large."""
    numbers = _numbers(evidence)
    return float(f"{abs(value) * 100:.10g}") in numbers and abs(value) not in numbers


def _context_values(tables: Tables) -> Iterator[Fault]:
    """Check that the evidence of a printed context figure has its numeral, in any unit."""
    rows = tables.context[tables.context["basis"].eq(Basis.PRINTED) & tables.context["value"].ne(0)]
    rows = rows[rows["measure"].ne(Measure.DIRECTION) & rows["evidence"].ne("")]
    columns = ["evidence", "value", "unit"]
    odd = [
        not within(evidence, value, unit)
        and not _has_digits(evidence, value)
        and not (unit == "%" and _is_fraction(value, evidence))
        for evidence, value, unit in rows[columns].itertuples(index=False, name=None)
    ]
    words = advice("value_not_in_evidence")
    yield from _faults(tables, "context", rows[odd], "value", words)


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


def _parts(tables: Tables) -> Iterator[Fault]:
    """A breakdown names each dimension once and in one order, so that it is written one way."""
    prefix = tables.breakdowns["breakdown"].str.split(":").str[0]
    words = advice("part_dimension")
    odd = tables.breakdowns[prefix.ne(tables.breakdowns["dimension"])]
    yield from _faults(tables, "breakdowns", odd, "dimension", words)
    words = advice("part_order")
    for table in FIGURES:
        frame: pd.DataFrame = getattr(tables, table)
        odd = frame[[not _in_order(str(code).split("+")) for code in frame["breakdown"]]]
        yield from _faults(tables, table, odd, "breakdown", words)


def _in_order(parts: list[str]) -> bool:
    dimensions = {part.partition(":")[0] for part in parts}
    return parts == sorted(parts) and len(dimensions) == len(parts)


def _periods(tables: Tables) -> Iterator[Fault]:
    words = advice("period_reversed")
    for table in ("reports", "observations", "peers"):
        frame: pd.DataFrame = getattr(tables, table)
        bad = frame[frame["period_start"] > frame["period_end"]]
        yield from _faults(tables, table, bad, "period_start", words)
    ends = tables.context["period"].str.split("/", expand=True)
    if len(ends):
        days = [pd.to_datetime(ends[side], format="%Y-%m-%d", errors="coerce") for side in (0, 1)]
        bad = tables.context[ends[0] > ends[1]]
        yield from _faults(tables, "context", bad, "period", words)
        odd = [day.isna() | ~day.dt.year.between(FIRST_YEAR, LAST_YEAR) for day in days]
        words = advice("calendar", first=FIRST_YEAR, last=LAST_YEAR)
        yield from _faults(tables, "context", tables.context[odd[0] | odd[1]], "period", words)
    yield from _undated(tables)
    ends_of = tables.reports.set_index("report")["period_end"]
    rows = tables.observations
    last = pd.Series([ends_of.get(report, pd.NaT) for report in rows["report"]], rows.index)
    late = rows["status"].eq(Status.ACTUAL) & (rows["period_end"] > pd.to_datetime(last))
    words = advice("after_report")
    yield from _faults(tables, "observations", rows[late], "period_end", words)


def _undated(tables: Tables) -> Iterator[Fault]:
    """Only a target or plan may have no date, and then neither of its days is given."""
    rows = tables.observations
    first, last = rows["period_start"].isna(), rows["period_end"].isna()
    wrong = first.ne(last) | (last & rows["status"].eq(Status.ACTUAL))
    words = advice("half_period")
    yield from _faults(tables, "observations", rows[wrong], "period_end", words)


def _phrases(tables: Tables) -> Iterator[Fault]:
    rows = tables.observations
    apart = [p not in e for p, e in zip(rows["printed"], rows["evidence"], strict=True)]
    words = advice("evidence_lacks_figure")
    yield from _faults(tables, "observations", rows[apart], "evidence", words)


def _places(tables: Tables) -> Iterator[Fault]:
    if "reports" in tables.lacking:
        return
    length = tables.reports.groupby(tables.original_of("reports"))["characters"].max()
    words = advice("outside_report")
    for table in ("observations", "mentions", "commitments", "instrument_status", "absences"):
        last = tables.original_of(table).map(length).astype("float64")
        frame: pd.DataFrame = getattr(tables, table)
        outside = ~(frame["start"] < frame["end"]) | (frame["end"] > last)
        placed = last.notna() & frame["start"].notna()
        yield from _faults(tables, table, frame[placed & outside], "start", words)


def _values(tables: Tables) -> Iterator[Fault]:
    """Check that the value equals the printed figure, with 万 and 亿 multiplied out."""
    rows = tables.observations
    wrong = [
        not states(printed, end - start, value)
        for value, printed, start, end in rows[["value", "printed", "start", "end"]].itertuples(
            index=False, name=None
        )
    ]
    words = advice("not_as_printed")
    yield from _faults(tables, "observations", rows[wrong], "value", words)


def _bounds(tables: Tables) -> Iterator[Fault]:
    """余 and 多 behind a number make it a lower bound."""
    rows = tables.observations
    bound = rows["printed"].str.contains(_BOUND) & rows["comparator"].ne(Comparator.AT_LEAST)
    words = advice("lower_bound")
    yield from _faults(tables, "observations", rows[bound], "comparator", words)


def _owners(tables: Tables) -> Iterator[Fault]:
    """A mention that is an observation or target owns a row, and no other mention does."""
    if tables.lacking & {"observations", "mentions"}:
        return
    owned: dict[tuple[str, int], set[str]] = {}
    rows = tables.observations
    for place, status in zip(_spots(tables, "observations"), rows["status"], strict=True):
        role = Role.TARGET if status == Status.TARGET else Role.OBSERVATION
        owned.setdefault(place, set()).add(role)
    roles = [owned.get(place, set()) for place in _spots(tables, "mentions")]
    frame = tables.mentions.assign(due=[", ".join(sorted(found)) or "none" for found in roles])
    wrong = [
        role not in found if role in OWNING else bool(found)
        for role, found in zip(frame["role"], roles, strict=True)
    ]
    words = advice("owner_role")
    yield from _faults(tables, "mentions", frame[wrong], "role", words)


def _numerals(tables: Tables) -> Iterator[Fault]:
    """A figure prints the numeral that `mentions` has at its place."""
    if tables.lacking & {"observations", "mentions"}:
        return
    known = dict(zip(_spots(tables, "mentions"), tables.mentions["raw"], strict=True))
    # A figure in words has no numeral, and so none of another text.
    raw = [known.get(place, "") for place in _spots(tables, "observations")]
    frame = tables.observations.assign(raw=raw)
    other = [text not in printed for text, printed in zip(raw, frame["printed"], strict=True)]
    yield from _faults(
        tables, "observations", frame[other], "printed", advice("numeral_of_mentions")
    )


def _spots(tables: Tables, table: str) -> Iterator[tuple[str, int]]:
    """Where each row of *table* starts, and in which original."""
    return zip(tables.original_of(table), getattr(tables, table)["start"], strict=True)


def _standings(tables: Tables) -> Iterator[Fault]:
    """Every instrument has a standing in every reporting region, with evidence if mentioned."""
    status = tables.instrument_status
    silent = status["status"].isin([Standing.NOT_MENTIONED, Standing.UNREAD])
    words = advice("status_evidence")
    odd = (silent == status["evidence"].ne("")) | (silent == status["start"].notna())
    yield from _faults(tables, "instrument_status", status[odd], "evidence", words)
    if tables.lacking & {"instruments", "instrument_status", "reports"}:
        return
    have = set(status[["instrument", "region"]].itertuples(index=False, name=None))
    where, words = tables.file("instrument_status"), advice("instrument_row")
    for instrument in tables.instruments["instrument"]:
        for region in tables.first_reports:
            if (instrument, region) not in have:
                missing = say("found.instrument", instrument=instrument, region=region)
                yield Fault(where, 0, "instrument", missing, *words)


def _identities(tables: Tables) -> Iterator[Fault]:
    if tables.lacking & {"identities", "mentions", "observations", "reports"}:
        return
    frame = decided(tables)
    words = advice("identity")
    wrong = frame[frame["verdict"].ne(frame["decided"])]
    yield from _faults(tables, "identities", wrong, "verdict", words)


def _members(tables: Tables) -> Iterator[Fault]:
    """Every member of a family is exactly one row of the observations."""
    if tables.lacking & {"observations", "family_members"}:
        return
    key = ["report", "indicator", "breakdown", "measure"]
    sizes = tables.observations.groupby(key).size().to_dict()
    members = tables.family_members
    rows = [sizes.get(cells, 0) for cells in members[key].itertuples(index=False, name=None)]
    frame = members.assign(rows=rows)
    words = advice("member_rows")
    yield from _faults(tables, "family_members", frame[frame["rows"].ne(1)], "indicator", words)


def _member_roles(tables: Tables) -> Iterator[Fault]:
    """A report enters a family by one figure or by parts of it, and a ratio by a divisor too."""
    if tables.lacking & {"families", "family_members", "indicators"}:
        return
    members = tables.family_members
    whole, parts, divisors = (_per_report(members, role) for role in Membership)
    wrong = ~(whole.eq(1) & parts.eq(0)) & ~(whole.eq(0) & parts.ge(2))
    words = advice("member_roles")
    yield from _faults(tables, "family_members", members[wrong], "role", words)
    uses = members["family"].map(tables.families.set_index("family")["use"])
    words = advice("denominator")
    wrong = divisors.ne(uses.eq(Use.RATIO).astype("int64"))
    yield from _faults(tables, "family_members", members[wrong], "role", words)
    yield from _part_units(tables)


def _per_report(members: pd.DataFrame, role: Membership) -> "pd.Series[int]":
    """How many rows of *role* the family of each row has from the report of that row."""
    groups = members["role"].eq(role).groupby([members["family"], members["report"]])
    return groups.transform("sum").astype("int64")


def _part_units(tables: Tables) -> Iterator[Fault]:
    """Parts are added up, so they have one unit."""
    units = tables.indicators.set_index("indicator")["unit"]
    parts = tables.family_members[tables.family_members["role"].eq(Membership.PART)]
    sizes = parts["indicator"].map(units).groupby([parts["family"], parts["report"]])
    mixed = parts[sizes.transform("nunique").gt(1)]
    words = advice("part_units")
    yield from _faults(tables, "family_members", mixed, "indicator", words)


def _absences(tables: Tables) -> Iterator[Fault]:
    """Check that an absent indicator has no figure, and one given elsewhere has one there."""
    if tables.lacking & {"observations", "absences"}:
        return
    absences, rows = tables.absences, tables.observations
    zero = rows["value"].eq(0) & rows["measure"].eq(Measure.LEVEL)
    reported, zeros = (set(_figures(part, "indicator")) for part in (rows, rows[zero]))
    words = advice("present_figure")
    present = [cell in reported for cell in _figures(absences, "indicator")]
    yield from _faults(tables, "absences", absences[present], "indicator", words)
    sources = {Absence.TOLD_ELSEWHERE: reported, Absence.IMPLIED_ZERO: zeros}
    wrong = [
        cell not in sources[kind] if kind in sources else bool(cell[1])
        for kind, cell in zip(
            absences["kind"].map(Absence), _figures(absences, "elsewhere"), strict=True
        )
    ]
    words = advice("elsewhere")
    yield from _faults(tables, "absences", absences[wrong], "elsewhere", words)


def _figures(rows: pd.DataFrame, column: str) -> list[tuple[str, str]]:
    """The report and the indicator in *column* of each row."""
    return list(zip(rows["report"], rows[column], strict=True))
