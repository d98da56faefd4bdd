"""
Thousands of regions side by side: what ``rules.comparable`` says, without looking at pairs.

The rules stay in ``rules``: a row is held against what is kept as a whole, and only the pairs
whose reason is to be told are judged one by one. Frame in, :class:`rules.Comparison` out.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.language import phrases
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Comparator,
    Denominator,
    Gap,
    Measure,
    Reliability,
    Status,
    Verdict,
)
from analysis.statistics import gaps, rates
from analysis.tables.panel import Panel, key
from analysis.tables.row_groups import FILE, only

from . import rules
from .rules import Comparison, Judgement

_INDICATOR = ["theme", "quantity", "nature", "better", "denominator"]
_REPORT = ["title", "publisher", "published", "kind"]
_LIMITS = ["lower", "upper", "method", "rounding"]
_COUNTED = ["value", "unit", "printed", "comparator", "measure", "status", *_INDICATOR, "indicator"]
_JUDGED = ["breakdown_zh", "breakdown_en", "region_zh", "region_en", "adcode", "ancestors"]
_JUDGED += ["period_start", "breakdown", "period_end", "level", "rate", *_COUNTED]
_POPULATION = [f"population_{part}" for part in ("distance", "kind", "reliability", "year")]
_REFUSED = [*dict.fromkeys([*_JUDGED, *gaps.REPORT, *gaps.FIGURE])]
_MARKED = [*rates.SAME, "period_end", "measure", "comparator", "value"]


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
        The same as from ``rules.comparable`` on the same rows, names and rates.
    """
    _refuse_recoded(panel, rows)
    mine = only(rows, indicator)
    shared, places = _shared(mine)
    chosen = mine.take(_latest(mine, places))
    traits = _Traits.of(panel, chosen)
    kept_places, bars = _settle(traits)
    order = traits.house_order(kept_places)
    full = measured(panel, chosen.take([*order, *np.ravel(bars).astype(int)]))
    kept = full.iloc[: len(order)]
    refused = _refused(full.iloc[len(order) :])
    listed = panel.lists["region"]
    due = panel.reporters["place"] if regions is None else listed.get_indexer(pd.Index(regions))
    away = listed.take(np.setdiff1d(due, chosen["region"].cat.codes))
    refused += _absent(panel, mine, shared, away)
    scale = "rate" if len(kept) and kept["rate"].notna().all() else "value"
    words = _judged(kept, traits.take(order))
    return Comparison(
        indicator,
        _name(panel, indicator),
        kept,
        gaps.frame(refused),
        rules.cautions(words, _odd_population(kept), scale),
        scale,
    )


def _refuse_recoded(panel: Panel, rows: pd.DataFrame) -> None:
    """A code is a place in a table, so the categories must still be the table's."""
    for name, words in panel.lists.items():
        found = rows[name].cat.categories
        if found is not words and not found.equals(words):
            raise UsageError(f"the categories of {name!r} are not the panel's: keep all of them")


def _name(panel: Panel, indicator: str) -> Text:
    (place,) = panel.lists["indicator"].get_indexer(pd.Index([indicator]))
    return Text(*(str(panel.indicators[name].array[place]) for name in ("name_zh", "name_en")))


def _is(column: "pd.Series[Any]", word: str) -> Any:
    """Which cells of a column of codes hold *word*."""
    return column.cat.codes.to_numpy() == column.cat.categories.get_indexer(pd.Index([word]))[0]


def _words(column: "pd.Series[Any]") -> Any:
    """A column of codes as text; only the words that are used are looked up."""
    return column.cat.categories.take(column.cat.codes.to_numpy()).array


def _shared(mine: pd.DataFrame) -> tuple[str, Any]:
    """The part that most regions report a level of (the whole before a part), and its rows."""
    levels = np.flatnonzero(
        _is(mine["measure"], Measure.LEVEL) & _is(mine["status"], Status.ACTUAL)
    )
    part, region = (mine[name].cat.codes.to_numpy()[levels] for name in ("breakdown", "region"))
    codes = np.unique(part)
    words = list(mine["breakdown"].cat.categories.take(codes))
    counts = [len(np.unique(region[part == code])) for code in codes] if len(codes) > 1 else [1]
    if not words:
        return "", levels
    most = min(zip(counts, words, codes, strict=True), key=lambda one: (-one[0], one[1] != "", one))
    return most[1], levels[part == most[2]]


def _latest(mine: pd.DataFrame, places: Any) -> Any:
    """Of the rows at *places*, the one of the latest period of each region."""
    region = mine["region"].cat.codes.to_numpy()[places]
    ends = mine["period_end"].to_numpy()[places].view("int64")
    order = np.lexsort((ends, region))
    return places[order[np.diff(region[order], append=-1) != 0]]


def tidy(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a panel in full: the columns and names of ``Tables.rows``, in the order given."""
    return pd.DataFrame(_told(panel, rows), copy=False)


def _told(panel: Panel, rows: pd.DataFrame) -> dict[str, Any]:
    """The columns of :func:`tidy`."""
    texts = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    columns: dict[str, Any] = {str(name): _words(rows[name]) for name in texts}
    for name in ("period_start", "period_end"):
        columns[name] = rows[name].to_numpy().astype("datetime64[us]")
    columns["value"] = rows["value"].to_numpy()
    columns |= {name: rows[name].to_numpy().astype("int64") for name in ("start", "end")}
    columns |= _taken(panel.reports[_REPORT], rows["report"].cat.codes)
    columns |= _taken(panel.named_regions.drop(columns="region"), rows["region"].cat.codes)
    columns |= _taken(panel.named_indicators, rows["indicator"].cat.codes)
    columns |= _parts(panel, rows["breakdown"])
    columns["unit_en"] = panel.unit_names.take(rows["unit"].cat.codes.to_numpy()).array
    columns["id"] = _ids(columns)
    told = {"file": FILE, "origin": "report", "url": "", "basis": "printed"}
    return columns | {
        name: pd.array([word], dtype="str").repeat(len(rows)) for name, word in told.items()
    }


def _ids(columns: dict[str, Any]) -> Any:
    """A short name for each row, which stays the same when other rows come and go."""
    year, distinct = pd.factorize(columns["period_end"].astype("datetime64[Y]"))
    years = pd.array(distinct.astype(str), dtype="str").take(year)
    return columns["region"] + "-" + columns["indicator"] + "-" + years


def _taken(table: pd.DataFrame, places: Any) -> dict[str, Any]:
    """The lines of *table* at *places*, a column each."""
    return {str(name): table[name].array.take(np.asarray(places)) for name in table}


def _parts(panel: Panel, column: "pd.Series[Any]") -> dict[str, Any]:
    """The names of the parts, joined as ``Tables.rows`` joins them."""
    codes, distinct = pd.factorize(column.cat.codes.to_numpy())
    parts = [word.split("+") for word in column.cat.categories.take(distinct)]
    names = panel.breakdowns.set_index("breakdown")
    found = {}
    for name, glue in (("name_zh", "、"), ("name_en", ", ")):
        told = [
            glue.join(str(names[name].get(part, part)) for part in one if part) for one in parts
        ]
        found["breakdown" + name.removeprefix("name")] = pd.array(told, dtype="str").take(codes)
    return found


def measured(panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Levels of a panel with marks, limits and rates, as by ``rates.marks, limits, rates``.

    Counts repeat from region to region, so each distinct one is computed once.
    """
    columns = _told(panel, rows)
    printed, kind, indicator = (
        rows[name].cat.codes.to_numpy() for name in ("printed", "comparator", "indicator")
    )
    marked, seen = _distinct(columns["value"] == 0, kind, indicator)
    counted, told = _distinct(columns["value"], printed, kind, indicator)
    columns |= _taken(rates.marks(_some(columns, _MARKED, marked))[["mark"]], seen)
    columns |= _taken(rates.limits(_some(columns, _COUNTED, counted))[_LIMITS], told)
    columns |= _nearest(panel, rows)
    divided = np.asarray(columns["denominator"] == Denominator.POPULATION)
    people = np.asarray(columns["population"], dtype="float64")
    factor = rates.PER / np.where(divided, people, np.nan)
    for rate, name in (("rate", "value"), ("rate_lower", "lower"), ("rate_upper", "upper")):
        columns[rate] = columns[name] * factor
    return pd.DataFrame(columns, copy=False)


def _some(columns: dict[str, Any], names: Sequence[str], places: Any) -> pd.DataFrame:
    return pd.DataFrame({name: columns[name].take(places) for name in names}, copy=False)


def _distinct(*columns: Any) -> tuple[Any, Any]:
    """The place of the first of each distinct row, and which of them each row is."""
    code = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        part, words = pd.factorize(column)
        code = pd.factorize(code * (len(words) + 1) + part)[0]
    return np.flatnonzero(~pd.Series(code).duplicated().to_numpy()), code


def _nearest(panel: Panel, rows: pd.DataFrame) -> dict[str, Any]:
    """The population of the year nearest to each row's, the earlier of two as near."""
    known, keys = panel.populations
    region = rows["region"].cat.codes.to_numpy().astype("int64")
    year = rows["period_end"].dt.year.to_numpy()
    after = np.searchsorted(keys, key(region, year))
    options = np.stack([after - 1, after])
    other = np.pad(keys, 1, constant_values=-1)[options + 1] // key(1, 0) != region
    years = np.pad(known["population_year"].to_numpy(dtype="float64"), 1)[options + 1]
    far = np.where(other, np.inf, np.abs(years - year))
    across = far.min(axis=0)
    best = np.where(np.isfinite(across), options[far.argmin(axis=0), np.arange(len(rows))], -1)
    found = known.drop(columns="region").reindex(best)
    columns = {str(name): found[name].array for name in found}
    return columns | {"population_distance": np.where(best < 0, np.nan, across)}


class _Traits(NamedTuple):
    """What the rules of comparison look at, one array a trait."""

    adcode: Any
    above: Any
    start: Any
    end: Any
    year: Any
    level: Any
    unit: Any
    relative: Any
    exact: Any

    @classmethod
    def of(cls, panel: Panel, rows: pd.DataFrame) -> "_Traits":
        """The traits of rows of one indicator."""
        region, places = rows["region"].cat.codes.to_numpy(), panel.places
        days = (
            rows[name].to_numpy().astype("datetime64[D]") for name in ("period_start", "period_end")
        )
        start, end = (day.view("int64") for day in days)
        kind = panel.indicators.take(rows["indicator"].cat.codes.to_numpy()[:1])
        relative = kind["quantity"].isin(rules.RELATIVE).any()
        divided = kind["denominator"].eq(Denominator.POPULATION).any()
        return cls(
            places.adcode[region],
            places.above[region],
            start,
            end,
            rows["period_end"].dt.year.to_numpy(),
            places.level[region],
            rows["unit"].cat.codes.to_numpy(),
            relative | (divided & places.counted[region]),
            _is(rows["comparator"], Comparator.EXACT),
        )

    def take(self, places: Any) -> "_Traits":
        """The traits of some rows."""
        return _Traits(*(trait[places] for trait in self))

    def one_by_one(self, places: Any) -> Iterator["_Traits"]:
        """The traits of some rows as plain numbers, a row at a time."""
        for line in zip(*(trait[places].tolist() for trait in self), strict=True):
            yield _Traits(*line)

    def house_order(self, places: Any) -> Any:
        """*places* by level, adcode and period."""
        places = np.asarray(places, dtype=int)
        some = self.take(places)
        return places[np.lexsort((some.end, some.adcode, some.level))]

    def against(self, place: int, kept: Any) -> Any:
        """Which of the rows *kept* forbid the row at *place*."""
        one, others = self.take(place), self.take(kept)
        level = (others.level != one.level) & ~(others.relative & one.relative)
        within = np.isin(others.adcode, one.above) | (others.above == one.adcode).any(axis=1)
        far = np.abs(others.year - one.year) > rules.FARTHEST_YEARS
        return far | level | within | (others.unit != one.unit)


class _Kept:
    """What is kept so far, as far as a rule may forbid another row beside it."""

    def __init__(self, traits: _Traits, places: Any) -> None:
        self._traits, self.places = traits, list[int](places.tolist())
        some = traits.take(places)
        self._years, self._units = set(some.year.tolist()), set(some.unit.tolist())
        self._levels = set(zip(some.level.tolist(), some.relative.tolist(), strict=True))
        self._adcodes, self._above = set(some.adcode.tolist()), set(some.above.ravel().tolist())

    def first_bar(self, place: int, one: _Traits) -> int | None:
        """The first of the rows kept that forbids *one*, the row at *place*, if any does."""
        if (
            all(abs(year - one.year) <= rules.FARTHEST_YEARS for year in self._years)
            and self._units <= {one.unit}
            and all(level == one.level or (own and one.relative) for level, own in self._levels)
            and one.adcode not in self._above
            and self._adcodes.isdisjoint(one.above)
        ):
            return None
        barring = self._traits.against(place, np.array(self.places))
        return self.places[int(barring.argmax())]

    def keep(self, place: int, one: _Traits) -> None:
        """Keep *one* more row."""
        self.places.append(place)
        self._years.add(one.year)
        self._units.add(one.unit)
        self._levels.add((one.level, one.relative))
        self._adcodes.add(one.adcode)
        self._above.update(one.above)


def _settle(traits: _Traits) -> tuple[list[int], list[tuple[int, int]]]:
    """
    The places kept, in the order of ``rules``; each row that bars another, and that one.

    Rows of one year, level and unit never bar each other: those that come first in the order are
    kept at once, the few others one by one.
    """
    if not len(traits.year):
        return [], []
    far = np.abs(traits.year - _most(traits.year))
    odd = traits.level != rules.usual_level(traits.level, traits.relative)
    order = np.lexsort((traits.adcode, odd, far))
    alike = (far == 0) & ~odd & (traits.unit == traits.unit[order[0]])
    kept = _Kept(traits, order[alike[order]])
    bars: list[tuple[int, int]] = []
    others = order[~alike[order]].tolist()
    for place, one in zip(others, traits.one_by_one(others), strict=True):
        bar = kept.first_bar(place, one)
        if bar is None:
            kept.keep(place, one)
        else:
            bars.append((bar, place))
    return kept.places, bars


def _most(values: Any) -> int:
    """The most frequent value, the highest of several."""
    found, times = np.unique(values, return_counts=True)
    return int(found[times == times.max()].max())


def _records(rows: pd.DataFrame, names: Sequence[str]) -> list[dict[Any, Any]]:
    """Some columns of a few *rows*: ``to_dict`` would look at the type of every column."""
    cells = [rows[name].tolist() for name in names]
    return [dict(zip(names, line, strict=True)) for line in zip(*cells, strict=True)]


def _refused(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row that a kept one bars, with the first reason; *pairs* are these two in turn."""
    records = _records(pairs, _REFUSED)
    found = []
    for bar, row in zip(records[::2], records[1::2], strict=True):
        words = rules.judge(bar, row)
        reason = next(word for word in words if word.verdict is Verdict.NOT_COMPARABLE)
        found.append(gaps.refusal(row, reason.rule, reason.reason))
    return found


def _absent(
    panel: Panel, mine: pd.DataFrame, shared: str, away: "pd.Index[str]"
) -> Iterator[dict[str, Any]]:
    """Each region *away* with what it has instead of a figure to compare."""
    some = _something(panel, mine, away)
    for region in _records(panel.reporters.loc[away], [*gaps.REPORT, "kind"]):
        if region["region"] in some:
            yield gaps.explained(region, some[region["region"]], shared)
        else:
            found = _silence(str(region["kind"]))
            yield gaps.refusal(region, found, phrases.GAPS[found])


def _something(panel: Panel, mine: pd.DataFrame, away: "pd.Index[str]") -> dict[str, pd.DataFrame]:
    """The rows of each region *away* that has any."""
    codes = mine["region"].cat.categories.get_indexer(away)
    places = np.flatnonzero(np.isin(mine["region"].cat.codes.to_numpy(), codes))
    if not len(places):
        return {}
    # The order of Tables.rows, since the first of several rows is the one that is told.
    rows = tidy(panel, mine.take(places))
    rows = rows.sort_values(["breakdown", "period_end", "start"], kind="stable")
    return {str(region): own for region, own in rows.groupby("region")}


@cache
def _silence(kind: str) -> Gap:
    """Why a region whose report is of that *kind* has no row at all."""
    nothing = pd.DataFrame(columns=["status", "measure", "breakdown"])
    return gaps.gap(nothing, kind)[0]


def _judged(kept: pd.DataFrame, traits: _Traits) -> list[Judgement]:
    """What strains the comparison: a pair for each caution that any pair gives."""
    pairs = sorted(set(_strained(traits)))
    places = sorted({place for pair in pairs for place in pair})
    records = dict(zip(places, _records(kept.take(places), _JUDGED), strict=True))
    found = []
    for one, other in pairs:
        found += rules.judge(records[one], records[other])
    return found


def _strained(traits: _Traits) -> Iterator[tuple[int, int]]:
    """A pair of another year, level, bound or size, and those of another length."""
    for trait in (traits.year, traits.level):
        differs = trait != trait[:1]
        if differs.any():
            yield (0, int(differs.argmax()))
    if len(traits.exact) > 1 and not traits.exact.all():
        yield (0, max(int(traits.exact.argmin()), 1))
    for place in np.flatnonzero(~traits.relative).tolist():
        beside = np.flatnonzero(traits.level == traits.level[place])
        if len(beside) > 1:
            other = int(beside[0] if beside[0] != place else beside[1])
            yield (min(place, other), max(place, other))
            break
    yield from _uneven(traits.start, traits.end)


def _uneven(start: Any, end: Any) -> Iterator[tuple[int, int]]:
    """The first pair of each two periods that are not as long as each other."""
    span = pd.factorize(start * 1_000_000 + end)[0]
    firsts = np.unique(span, return_index=True)[1]
    for one, code in product(firsts.tolist(), range(len(firsts))):
        others = np.flatnonzero(span[one + 1 :] == code) + one + 1
        if len(others) and abs((end - start)[others[0]] - (end - start)[one]) > 1:
            yield (one, int(others[0]))


def _odd_population(kept: pd.DataFrame) -> pd.DataFrame:
    """Rows whose denominator has to be told: another year, another kind, or a reprint."""
    told = kept["population_distance"].ne(0)
    told |= ~kept["population_kind"].isin(rates.POPULATIONS[:2])
    told |= kept["population_reliability"].eq(Reliability.REPRINT)
    names = ["region_zh", "region_en", *_POPULATION]
    return kept[names].take(np.flatnonzero(told & kept["population"].notna()))
