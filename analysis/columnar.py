"""
Thousands of regions side by side: what ``compare.comparable`` says, without looking at pairs.

The rules stay in ``compare``: a row is held against what is kept as a whole, and only the pairs
whose reason is to be told are judged one by one. Frame in, :class:`compare.Comparison` out.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from . import absence, compare, derive
from .compare import Comparison, Judgement
from .panel import FILE, Panel, key, only
from .wording import Text
from .words import Denominator, Measure, Reliability, Status, Verdict

_PLACE = ["region", "region_zh", "region_en", "level_order", "adcode", "report"]
_PLACE += ["publisher", "title"]


def comparable(
    panel: Panel, rows: pd.DataFrame, indicator: str, *, regions: Sequence[str] | None = None
) -> Comparison:
    """
    The figures of *indicator* in a panel that may stand side by side.

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
    compare.Comparison
        The same as from ``compare.comparable`` on the same rows, names and rates.
    """
    mine = only(rows, indicator)
    levels = mine[mine["measure"].eq(Measure.LEVEL) & mine["status"].eq(Status.ACTUAL)]
    shared = _most_shared(levels)
    told = measured(panel, _latest(levels[levels["breakdown"].eq(shared)]))
    kept_places, bars = _settle(_Traits.of(told))
    kept = told.take(kept_places)
    kept = kept.sort_values(["level_order", "adcode", "period_end"], ignore_index=True)
    refused = [_refusal(told, *bar) for bar in bars]
    due = list(panel.reports["region"].unique()) if regions is None else list(regions)
    refused += _absent(panel, mine, shared, sorted(set(due) - set(told["region"])))
    scale = "rate" if len(kept) and kept["rate"].notna().all() else "value"
    words = _words(kept)
    notes = compare.cautions(words, kept[_odd_population(kept)], scale)
    name = _name(panel, indicator)
    return Comparison(indicator, name, kept, absence.frame(refused), notes, scale)


def _name(panel: Panel, indicator: str) -> Text:
    row = panel.indicators.set_index("indicator").loc[indicator]
    return Text(str(row["name_zh"]), str(row["name_en"]))


def _most_shared(levels: pd.DataFrame) -> str:
    """The part that most regions report; the whole before a part, then by name."""
    pairs = levels[["breakdown", "region"]].drop_duplicates()
    counts = pairs["breakdown"].value_counts()
    parts = [(-int(n), part != "", str(part)) for part, n in counts.items() if n]
    return min(parts)[2] if parts else ""


def _latest(levels: pd.DataFrame) -> pd.DataFrame:
    """The row of the latest period of each region."""
    region = levels["region"].cat.codes.to_numpy()
    order = np.lexsort((levels["period_end"].to_numpy(), region))
    last = np.diff(region[order], append=-1) != 0
    return levels.take(order[last])


def tidy(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a panel in full: the columns and names of ``Tables.rows``, in the order given."""
    days = dict.fromkeys(("period_start", "period_end"), "datetime64[us]")
    whole = {"start": "int64", "end": "int64"}
    texts = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    kinds: dict[Any, str] = dict.fromkeys(texts, "str") | days | whole
    plain = rows.astype(kinds).reset_index(drop=True)
    parts = [
        plain.drop(columns="region"),
        _taken(panel.named_regions, rows["region"]),
        _taken(_titled(panel.reports), rows["report"], panel.reports["report"]),
        _taken(_named(panel.indicators), rows["indicator"]),
        _distinct(plain, ["breakdown"], lambda part: _parts(panel, part)),
    ]
    told = {"file": FILE, "origin": "report", "url": "", "basis": "printed"}
    named: pd.DataFrame = pd.concat(parts, axis=1).assign(**told)
    year = named["period_end"].dt.year.astype("str")
    return named.assign(
        unit_en=named["unit"].map(panel.units.set_index("unit")["name_en"]).fillna(""),
        id=named["region"] + "-" + named["indicator"] + "-" + year,
    )


def _titled(reports: pd.DataFrame) -> pd.DataFrame:
    return reports[["title", "publisher", "published", "kind"]]


def _named(indicators: pd.DataFrame) -> pd.DataFrame:
    names = {"name_zh": "indicator_zh", "name_en": "indicator_en"}
    kept = ["theme", "quantity", "nature", "better", "denominator"]
    return indicators[[*names, *kept]].rename(columns=names)


def _parts(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """The names of the parts, joined as ``Tables.rows`` joins them."""
    names = panel.breakdowns.set_index("breakdown")
    glue = {"breakdown_zh": ("name_zh", "、"), "breakdown_en": ("name_en", ", ")}
    return pd.DataFrame(
        {
            column: [
                mark.join(str(names[name].get(part, part)) for part in code.split("+") if part)
                for code in rows["breakdown"]
            ]
            for column, (name, mark) in glue.items()
        },
        index=rows.index,
        dtype="str",
    )


def _taken(
    table: pd.DataFrame, column: "pd.Series[Any]", words: "pd.Series[str] | None" = None
) -> pd.DataFrame:
    """The line of *table* for each word; categories stand in the table's order unless told."""
    places = column.cat.codes.to_numpy()
    if words is not None:
        places = pd.Index(words).get_indexer(column.cat.categories)[places]
    return table.take(places).reset_index(drop=True)


def _distinct(
    rows: pd.DataFrame, columns: list[str], add: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """The columns that *add* adds, computed once for each distinct combination of *columns*."""
    group = rows.groupby(columns, sort=False, observed=True).ngroup()
    first = rows[~group.duplicated()]
    added = add(first)
    fresh = [name for name in added if name not in rows]
    return added[fresh].take(group.to_numpy()).set_index(rows.index)


def measured(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Levels of a panel with marks, limits and rates, as by ``derive.marks, limits, rates``.

    Counts repeat from region to region, so each distinct one is computed once.
    """
    named = tidy(panel, rows)
    looks = ["indicator", "comparator", "value", "printed"]
    added = _distinct(named, looks, lambda part: derive.limits(derive.marks(part)))
    full = pd.concat([named, added, _nearest(panel, named)], axis=1)
    divided = full["denominator"].eq(Denominator.POPULATION)
    factor = (derive.PER / full["population"]).where(divided)
    return full.assign(
        rate=full["value"] * factor,
        rate_lower=full["lower"] * factor,
        rate_upper=full["upper"] * factor,
    )


def _nearest(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """The population of the year nearest to each row's, the earlier of two as near."""
    known, keys = panel.populations
    region = pd.Index(panel.regions["region"]).get_indexer(rows["region"])
    year = rows["period_end"].dt.year.to_numpy()
    after = np.searchsorted(keys, key(region, year))
    options = np.stack([after - 1, after])
    other = np.pad(keys, 1, constant_values=-1)[options + 1] // key(1, 0) != region
    years = np.pad(known["population_year"].to_numpy(dtype="float64"), 1)[options + 1]
    far = np.where(other, np.inf, np.abs(years - year))
    across = far.min(axis=0)
    best = np.where(np.isfinite(across), options[far.argmin(axis=0), np.arange(len(rows))], -1)
    found = known.drop(columns="region").reindex(best).set_index(rows.index)
    return found.assign(population_distance=np.where(best < 0, np.nan, across))


class _Traits(NamedTuple):
    """What the rules of comparison look at, one array a trait."""

    adcode: Any
    above: Any
    year: Any
    level: Any
    unit: Any
    relative: Any

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Traits":
        """The traits of rows in full."""
        ancestors = [[int(code) for code in chain.split()] for chain in rows["ancestors"]]
        deep = max(map(len, ancestors), default=0)
        above = np.full((len(rows), deep), -1)
        for place, chain in enumerate(ancestors):
            above[place, : len(chain)] = chain
        relative = rows["quantity"].isin(compare.RELATIVE) | rows["rate"].notna()
        return cls(
            rows["adcode"].astype("int64").to_numpy(),
            above,
            rows["period_end"].dt.year.to_numpy(),
            rows["level_order"].to_numpy(),
            pd.factorize(rows["unit"])[0],
            relative.to_numpy(),
        )

    def take(self, places: Any) -> "_Traits":
        """The traits of some rows."""
        return _Traits(*(trait[places] for trait in self))

    def against(self, place: int, kept: Any) -> Any:
        """Which of the rows *kept* forbid the row at *place*."""
        one, others = self.take(place), self.take(kept)
        level = (others.level != one.level) & ~(others.relative & one.relative)
        within = np.isin(others.adcode, one.above) | (others.above == one.adcode).any(axis=1)
        far = np.abs(others.year - one.year) > compare.FARTHEST_YEARS
        return far | level | within | (others.unit != one.unit)


def _settle(traits: _Traits) -> tuple[list[int], list[tuple[int, int]]]:
    """
    The places kept, in the order of ``compare``; each place refused, with the first that bars it.

    Rows of one year, level and unit never bar each other: those that come first in the order are
    kept at once, the few others one by one.
    """
    if not len(traits.year):
        return [], []
    common, level = _most(traits.year), _most(traits.level)
    far, odd = np.abs(traits.year - common), traits.level != level
    order = np.lexsort((traits.adcode, odd, far))
    alike = (far == 0) & ~odd & (traits.unit == traits.unit[order[0]])
    kept = [int(place) for place in order if alike[place]]
    bars: list[tuple[int, int]] = []
    for place in map(int, order[~alike[order]]):
        barred = traits.against(place, kept)
        if barred.any():
            bars.append((place, kept[int(barred.argmax())]))
        else:
            kept.append(place)
    return kept, bars


def _most(values: Any) -> int:
    """The most frequent value, the highest of several."""
    found, times = np.unique(values, return_counts=True)
    return int(found[times == times.max()].max())


def _refusal(told: pd.DataFrame, place: int, bar: int) -> dict[str, Any]:
    row, other = told.iloc[[place, bar]].to_dict("records")
    words = compare.judge(other, row)  # type: ignore[arg-type]
    reason = next(word for word in words if word.verdict is Verdict.NOT_COMPARABLE)
    return absence.refusal(row, reason.rule, reason.reason)


def _absent(
    panel: Panel, mine: pd.DataFrame, shared: str, regions: list[str]
) -> Iterator[dict[str, Any]]:
    """Each of *regions* with what it has instead of a figure to compare."""
    reports = panel.reports.sort_values("period_end").drop_duplicates("region", keep="last")
    places = reports.merge(panel.named_regions, on="region", validate="1:1")
    places = places[places["region"].isin(regions)]
    # The order of Tables.rows, since the first of several rows is the one that is told.
    few = tidy(panel, mine[mine["region"].isin(regions)])
    few = few.sort_values(["breakdown", "period_end", "start"], kind="stable")
    some = {str(region): rows for region, rows in few.groupby("region")}
    silence: dict[str, dict[str, Any]] = {}
    for region in places.to_dict("records"):
        if region["region"] in some:
            yield absence.explained(region, some[region["region"]], shared)
            continue
        kind = str(region["kind"])
        if kind not in silence:
            silence[kind] = absence.explained(region, few.iloc[:0], shared)
        place = {name: region[name] for name in _PLACE}
        yield silence[kind] | place


def _words(kept: pd.DataFrame) -> list[Judgement]:
    """What strains the comparison: one pair for each caution that any pair gives."""
    pairs = sorted(set(_strained(kept)))
    records: dict[int, Any] = {p: kept.iloc[p].to_dict() for pair in pairs for p in pair}
    return [word for one, other in pairs for word in compare.judge(records[one], records[other])]


def _strained(kept: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """A pair of another year, level, bound or size, and the last pair of another length."""
    year, level = kept["period_end"].dt.year.to_numpy(), kept["level_order"].to_numpy()
    bound = kept["comparator"].ne("=").to_numpy()
    for trait in (year, level):
        yield from _first_pair(trait != trait[:1])
    if len(kept) > 1 and bound.any():
        place = int(bound.argmax())
        yield (0, max(place, 1))
    relative = (kept["quantity"].isin(compare.RELATIVE) | kept["rate"].notna()).to_numpy()
    for place in map(int, np.flatnonzero(~relative)):
        beside = np.flatnonzero(level == level[place])
        if len(beside) > 1:
            other = int(beside[0] if beside[0] != place else beside[1])
            yield (min(place, other), max(place, other))
            break
    yield from _uneven(kept)


def _first_pair(differs: Any) -> Iterator[tuple[int, int]]:
    if differs.any():
        yield (0, int(differs.argmax()))


def _uneven(kept: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """The first pair of each two periods that are not as long as each other."""
    spans = kept[["period_start", "period_end"]]
    span = spans.groupby(list(spans), sort=False).ngroup().to_numpy()
    days = (spans["period_end"] - spans["period_start"]).dt.days.to_numpy()
    firsts = np.unique(span, return_index=True)[1]
    for one, code in product(firsts, range(len(firsts))):
        others = np.flatnonzero(span[one + 1 :] == code) + one + 1
        if len(others) and abs(days[others[0]] - days[one]) > 1:
            yield (int(one), int(others[0]))


def _odd_population(kept: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose denominator has to be told: another year, another kind, or a reprint."""
    told = kept["population_distance"].ne(0)
    told |= ~kept["population_kind"].isin(derive.POPULATIONS[:2])
    odd: pd.Series[bool] = told | kept["population_reliability"].eq(Reliability.REPRINT)
    return odd & kept["population"].notna()
