"""
Figures of thousands of regions compared by the rules of ``rules``.

The rows of a panel are codes: they are filtered as codes, and only the rows that are compared or
refused get their names, limits and rates. What their figures may claim are counts and ranges, no
region by name.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.language import numbers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Measure, Status
from analysis.rows import as_records
from analysis.statistics import benchmarks, dates, rates
from analysis.statistics.spread import NATION
from analysis.tables.panel import Panel, only
from analysis.tables.parquet import FILE

from . import rules
from .rules import Comparison

_REPORT = ["title", "publisher", "published", "kind"]
_SAME = {"file": FILE, "origin": "report", "url": "", "basis": "printed"}


def comparable(
    panel: Panel, rows: pd.DataFrame, indicator: str, *, regions: Sequence[str] | None = None
) -> Comparison:
    """
    Compare the figures of *indicator* in a panel.

    Parameters
    ----------
    panel
        The tables that *rows* refer to.
    rows
        Observations of the panel as codes (``panel.rows``, ``panel.of``), or some of them.
    indicator
        The code of the indicator.
    regions
        Those that must appear, kept or refused; every reporting region if not given.

    Returns
    -------
    rules.Comparison
        The same as from ``rules.comparable`` on the same rows, names and rates.
    """
    _refuse_recoded(panel, rows)
    mine = only(rows, indicator)
    part, latest = rules.candidates(mine)
    due = panel.reporters if regions is None else panel.reporters.loc[list(regions)]
    away = due[~due["region"].isin(latest["region"])]
    others = mine[mine["region"].isin(away["region"])]
    if len(others):  # in the order of Tables.rows: of several rows the first is named
        order = ["breakdown", "period_end", "start"]
        others = tidy(panel, others).sort_values(order, kind="stable")
    absent = rules.absent(as_records(away), others, part, near={})
    return rules.settle(indicator, _name(panel, indicator), measured(panel, latest), absent)


def _refuse_recoded(panel: Panel, rows: pd.DataFrame) -> None:
    """Raise if the categories of *rows* are not the panel's: a code is a place among them."""
    for name, words in panel.lists.items():
        categories = rows[name].cat.categories
        if categories is not words and not categories.equals(words):
            raise UsageError(say("panel.recoded", column=name))


def _name(panel: Panel, indicator: str) -> Text:
    (place,) = panel.lists["indicator"].get_indexer(pd.Index([indicator]))
    return Text(*(str(panel.indicators[name].array[place]) for name in ("name_zh", "name_en")))


def tidy(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a panel in full: the columns of ``Tables.rows``, in the order of *rows*."""
    texts = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    columns: dict[str, Any] = {str(name): _words(rows[name]) for name in texts}
    for name in ("period_start", "period_end"):
        columns[name] = rows[name].to_numpy().astype("datetime64[us]")
    columns["value"] = rows["value"].to_numpy()
    columns |= {name: rows[name].to_numpy().astype("int64") for name in ("start", "end")}
    columns |= _taken(panel.reports[_REPORT], rows["report"])
    columns |= _taken(panel.named_regions.drop(columns="region"), rows["region"])
    columns |= _taken(panel.named_indicators, rows["indicator"])
    columns |= _parts(panel, rows["breakdown"])
    columns |= _taken(panel.unit_names, rows["unit"])
    columns["id"] = _ids(columns)
    columns["dated"] = np.ones(len(rows), dtype=bool)
    columns |= {
        name: pd.array([word], dtype="str").repeat(len(rows)) for name, word in _SAME.items()
    }
    return pd.DataFrame(columns, copy=False)


def _words(column: "pd.Series[Any]") -> Any:
    """Return a categorical column as text."""
    return column.cat.categories.take(column.cat.codes.to_numpy()).array


def _taken(table: pd.DataFrame, column: "pd.Series[Any]") -> dict[str, Any]:
    """Return the columns of *table*, the line of each code of *column*."""
    codes = column.cat.codes.to_numpy()
    return {str(name): table[name].array.take(codes) for name in table}


def _ids(columns: dict[str, Any]) -> Any:
    """Return a short name for each row, which does not depend on the other rows."""
    year, distinct = pd.factorize(columns["period_end"].astype("datetime64[Y]"))
    years = pd.array(distinct.astype(str), dtype="str").take(year)
    return columns["region"] + "-" + columns["indicator"] + "-" + years


def _parts(panel: Panel, column: "pd.Series[Any]") -> dict[str, Any]:
    """Return the names of the parts, joined as ``Tables.rows`` joins them."""
    codes, distinct = pd.factorize(column.cat.codes.to_numpy())
    parts = [word.split("+") for word in column.cat.categories.take(distinct)]
    names = panel.breakdowns.set_index("breakdown")
    columns = {}
    for name, glue in (("name_zh", "、"), ("name_en", ", ")):
        joined = [
            glue.join(str(names[name].get(code, code)) for code in part if code) for part in parts
        ]
        columns["breakdown" + name.removeprefix("name")] = pd.array(joined, dtype="str").take(codes)
    return columns


def measured(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """Return levels of a panel in full, with marks, limits and rates as ``rates`` adds them."""
    full = rates.limits(rates.marks(tidy(panel, rows)))
    return rates.per_person(full, panel.populations)


def ratios(panel: Panel, rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """
    Return the yearly counts of *indicator* over those expected at the rate of the nation.

    Returns
    -------
    pandas.DataFrame
        One row a region and year with an exact count: the columns of :func:`measured`, those of
        ``benchmarks.yearly_rates``, ``expected``, and ``ratio`` with ``lower`` and ``upper``.

    Raises
    ------
    UsageError
        If there is no such count, or none of the nation for the same year.
    """
    _refuse_recoded(panel, rows)
    mine = only(rows, indicator)
    counts = mine["measure"].eq(Measure.LEVEL) & mine["status"].eq(Status.ACTUAL)
    counts &= mine["breakdown"].eq("") & mine["comparator"].eq(Comparator.EXACT)
    levels = measured(panel, mine[counts])
    levels = levels[levels["rate"].notna() & rates.countable(levels) & dates.whole_year(levels)]
    nation = rates.marks(panel.tables([NATION]).context_rows)
    pairs = levels.merge(benchmarks.yearly_rates(nation, nation, indicator), on="period_end")
    if pairs.empty:
        raise UsageError(say("panel.no_pairs", indicator=indicator))
    return benchmarks.over_expected(
        pairs.assign(expected=pairs["of_rate"] * pairs["population"] / rates.PER)
    )


def provinces(panel: Panel, pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Return the rows of :func:`ratios` added up by province and year, with rates and ratios.

    ``regions`` is how many regions of the province are in a row.
    """
    codes = pairs["adcode"].str.slice(stop=2).add("0000").rename("province")
    sums = {name: (name, "sum") for name in ("value", "expected", "population")}
    groups = pairs.groupby([codes, "period_end"])
    added = groups.agg(**sums, regions=("region", "size")).reset_index()
    first = groups.first().reset_index().drop(columns=list(sums))
    known = panel.named_regions.set_index("adcode")[["region", "region_zh", "region_en", "level"]]
    rows = added.merge(first.drop(columns=[*known, "adcode"]), on=["province", "period_end"])
    rows = rows.join(known, on="province", how="inner").rename(columns={"province": "adcode"})
    year = rows["period_end"].dt.year.astype(str)
    name = rows["region"] + "-" + rows["indicator"] + "-" + year
    rows = benchmarks.over_expected(
        rows.assign(id=name, printed="", evidence="", report="", basis="derived")
    )
    rate = rows["of_rate"]
    return rows.assign(
        rate=rows["ratio"] * rate, rate_lower=rows["lower"] * rate, rate_upper=rows["upper"] * rate
    )


def ranked(rows: pd.DataFrame) -> Text:
    """Return how many intervals of *rows* include the national rate."""
    inside = rows["lower"].le(1) & rows["upper"].ge(1)
    return say("finding.ranked", inside=int(inside.sum()), count=len(rows))


def unnamed(rows: pd.DataFrame) -> Text:
    """Return the indicator and the year of *rows*, whose ratios to the nation are drawn."""
    first = rows.iloc[0]
    name = Text(first["indicator_zh"], first["indicator_en"])
    return say("ranked.subtitle", name=name, year=first["period_end"].year)


def tiles(rows: pd.DataFrame) -> Text:
    """Return the lowest and the highest ratio of a province."""
    ends = {"low": rows["ratio"].min(), "high": rows["ratio"].max()}
    ratios = {name: numbers.ratio(end) for name, end in ends.items()}
    return say("finding.tiles", count=len(rows), **ratios)


def multiples(rows: pd.DataFrame) -> Text:
    """Return the lowest and the highest rate of a province in the last year."""
    last = rows[rows["period_end"].eq(rows["period_end"].max())]
    ends = {"low": last["rate"].min(), "high": last["rate"].max()}
    named = {name: numbers.ratio(end) for name, end in ends.items()}
    return say("finding.multiples", count=len(last), year=last["period_end"].iloc[0].year, **named)
