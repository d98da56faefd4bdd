"""
A made-up country under our contract, as large as wanted: for trying what thousands of regions do.

Every name says that it is simulated and every adcode begins with 9, which no real one does, so a
simulated figure cannot be taken for a reported one. Same size and seed, same figures.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.vocabulary import Comparator, Measure, Status

from . import contract, parquet

LAST_YEAR = 2024
MOST_YEARS = 100
PER_PARENT = 10  # districts of a prefecture
PROVINCES = 9  # the first digit of an adcode is 9, the second one of these
MOST_REGIONS = PROVINCES * 99 * PER_PARENT
GAPS = 0.01  # of the cells, without any figure
SILENT = 0.03  # of the regions, for each indicator, that never report it
PERCENT_ONLY = 0.015  # of the cells
BOUNDS = 0.02  # of the cells
_PLACE = 100  # characters of a made-up report that one figure takes
_POPULATION = "resident_population_year_end"
_COUNTRY = "900000"
_NATION = "china"  # the code that benchmarks look up; names and adcode say that it is simulated


class Kind(NamedTuple):
    """What a made-up indicator counts or measures."""

    unit: str
    unit_en: str
    unit_one: str
    quantity: str
    theme: str
    nature: str = "flow"
    better: str = "neither"
    denominator: str = "population"


_EVENTS = Kind("起", "cases", "case", "count", "outcomes", better="lower")
_PEOPLE = Kind("人", "people", "person", "people", "outcomes", better="lower")
_KINDS = (
    _EVENTS,
    _PEOPLE,
    Kind("件", "items", "item", "count", "hazards"),
    Kind("次", "times", "time", "count", "drills"),
    Kind("支", "teams", "team", "count", "forces", nature="stock"),
    Kind("元", "yuan", "yuan", "money", "funding"),
    Kind("%", "%", "%", "share", "training", denominator=""),
)
_BY_NAME = {
    "accidents": ("生产安全事故起数", "Work-safety accidents", _EVENTS),
    "deaths": ("生产安全事故死亡人数", "Deaths in work-safety accidents", _PEOPLE),
    "injuries": ("生产安全事故受伤人数", "Injuries in work-safety accidents", _PEOPLE),
}


def simulate(
    folder: Path, *, regions: int = 3_200, years: int = 12, indicators: int = 300, seed: int = 1
) -> Path:
    """
    Write a made-up panel into *folder*, one Parquet file a table.

    Counts are Poisson around a rate that differs from region to region (log-normal, about 30 %),
    so chance and true differences are mixed as in life. A few cells are empty, bounds (余), or a
    percentage without counts; some regions never report some indicators. Of accidents, deaths and
    injuries the count of the whole country is known from elsewhere, as a reference.

    Parameters
    ----------
    folder
        Made if it is not there.
    regions, years, indicators
        How many of each; the last year is 2024. The first indicators are accidents, deaths and
        injuries.
    seed
        Another seed, another country.

    Returns
    -------
    pathlib.Path
        The file with the observations.

    Raises
    ------
    UsageError
        For a size that is not positive, or more regions than there are free codes.
    """
    sizes = {"regions": MOST_REGIONS, "years": MOST_YEARS, "indicators": 10_000}
    for (name, most), size in zip(sizes.items(), (regions, years, indicators), strict=True):
        if not 1 <= size <= most:
            raise UsageError(say("simulate.size", name=name, size=size, most=most))
    country = _Country(regions, years, indicators, np.random.default_rng(seed))
    return parquet.write(folder, country.tables(), country.pieces())


class _Country:
    """The regions, years and indicators of a made-up country, and their random numbers."""

    def __init__(self, regions: int, years: int, indicators: int, random: Any) -> None:
        self._random = random
        self._years = np.arange(LAST_YEAR - years + 1, LAST_YEAR + 1)
        self._regions = _regions(regions)
        self._districts = self._regions[self._regions["level"].eq("district")]
        self._indicators = _indicators(indicators)
        size = random.lognormal(12.75, 0.75, (regions, 1))
        growth = random.normal(1.002, 0.006, (regions, 1))
        self._people = np.round(size * growth ** np.arange(years))
        events = list(_BY_NAME.items())[:indicators]
        self._events = {code: self._values(kind) for code, (_, _, kind) in events}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table but the observations."""
        names = ["indicator", "name_zh", "name_en", *Kind._fields]
        indicators = pd.DataFrame(
            [(code, *two, *kind) for code, (*two, kind) in self._indicators.items()], columns=names
        )
        return {
            "reports": self._reports(),
            "regions": self._regions,
            "indicators": indicators.drop(columns=["unit_en", "unit_one"]).assign(
                definition_zh="模拟指标。", definition_en="A simulated indicator."
            ),
            "breakdowns": contract.empty("breakdowns"),
            "units": _units(),
            "themes": _themes(indicators["theme"]),
            "context": self._context(),
        }

    def pieces(self) -> Iterator[pd.DataFrame]:
        """The observations, one indicator at a time."""
        for place, (code, (_, _, kind)) in enumerate(self._indicators.items()):
            if code != _POPULATION:
                values = self._events[code] if code in self._events else self._values(kind)
                yield self._piece(kind, values).pipe(_placed, place, code)

    def _piece(self, kind: Kind, values: Any) -> pd.DataFrame:
        regions, years = self._districts["region"].to_numpy(), self._years
        frame = pd.DataFrame(
            {
                "region": pd.Categorical.from_codes(
                    np.repeat(np.arange(len(regions)), len(years)), pd.Index(regions)
                ),
                "year": np.tile(years, len(regions)),
                "value": values.ravel(),
            }
        )
        return _dated(self._varied(frame, kind), kind)

    def _values(self, kind: Kind) -> Any:
        """One value a region and year."""
        random, shape = self._random, self._people.shape
        frailty = np.exp(random.normal(0, 0.3, (shape[0], 1)))
        trend = np.exp(random.normal(-0.02, 0.03) * np.arange(shape[1]))
        if kind.quantity == "share":
            return np.round(100 * random.beta(40, 3, shape), 1)
        expected = 10 ** random.uniform(-5.5, -3.5) * frailty * trend * self._people
        if kind.quantity == "money":
            return np.round(expected * random.lognormal(11, 0.5, shape), -2)
        return random.poisson(expected).astype(float)

    def _varied(self, frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
        """Some cells are bounds, some a percentage only, some regions silent, some cells empty."""
        random, whole = self._random, kind.quantity in {"count", "people"}
        drawn = random.random(len(frame))
        bound = whole & (drawn < BOUNDS) & frame["value"].ge(100).to_numpy()
        percent = whole & (drawn > 1 - PERCENT_ONLY)
        silent = np.repeat(random.random(len(self._districts)) < SILENT, len(self._years))
        frame = _percent_only(_bounded(_said(frame, kind), bound, kind), percent, random)
        kept = (random.random(len(frame)) >= GAPS) & ~silent
        varied: pd.DataFrame = frame.loc[kept]
        return varied

    def _reports(self) -> pd.DataFrame:
        region = self._districts["region"].repeat(len(self._years)).reset_index(drop=True)
        name = self._districts["name_zh"].repeat(len(self._years)).reset_index(drop=True)
        year = pd.Series(np.tile(self._years, len(self._districts))).astype(str)
        return pd.DataFrame(
            {
                "report": region + "-" + year,
                "region": region,
                "title": year + "年模拟工作报告",
                "publisher": name + "应急管理局",
                "published": pd.Series(pd.NaT, region.index, dtype="datetime64[us]"),
                "period_start": pd.to_datetime(year + "-01-01"),
                "period_end": pd.to_datetime(year + "-12-31"),
                "kind": "report",
                "sha256": "0" * 64,
                "characters": float(_PLACE * len(self._indicators)),
                "note": "模拟，无原文",
            }
        )

    def _context(self) -> pd.DataFrame:
        """What statisticians publish: every population, and some counts of the whole country."""
        years, adcodes = self._years.astype(str), self._districts["adcode"]
        last = pd.Series(years) + "-12-31"
        people = np.vstack([self._people, self._people.sum(axis=0)])
        frames = [_published([*adcodes, _COUNTRY], _POPULATION, "人", last + "/" + last, people)]
        for code, values in self._events.items():
            unit, year = _BY_NAME[code][-1].unit, pd.Series(years) + "-01-01/" + last
            frames.append(_published([_COUNTRY], code, unit, year, values.sum(axis=0)))
        return pd.concat(frames, ignore_index=True)


def _published(
    adcodes: Sequence[str], indicator: str, unit: str, periods: "pd.Series[str]", values: Any
) -> pd.DataFrame:
    """Context rows of one indicator, a line a region and period."""
    frame = pd.DataFrame(
        {
            "adcode": np.repeat(np.array(adcodes), len(periods)),
            "period": np.tile(periods.to_numpy(), len(adcodes)),
            "value": np.ravel(values),
        }
    )
    return frame.assign(
        indicator=indicator,
        breakdown="",
        measure=str(Measure.LEVEL),
        unit=unit,
        basis="printed",
        publisher="模拟统计局",
        title="模拟统计年鉴",
        url="",
        reliability="official",
        evidence="",
        note="",
        vintage="first",
    )


def _regions(count: int) -> pd.DataFrame:
    """A country with the provinces and prefectures around *count* districts."""
    rows = [(_NATION, _COUNTRY, "模拟国", "Simulated Country", "country", "")]
    prefectures = -(-count // PER_PARENT)
    for place in range(min(PROVINCES, prefectures)):
        names = (f"模拟省{place + 1}", f"Simulated Province {place + 1}")
        rows.append((f"simprovince_{place + 1}", _adcode(place), *names, "province", _COUNTRY))
    for place in range(prefectures):
        codes = _adcode(place, 0), _adcode(place % PROVINCES)
        names = (f"模拟市{place + 1}", f"Simulated Prefecture {place + 1}")
        rows.append((f"simprefecture_{place + 1}", codes[0], *names, "prefecture", codes[1]))
    for place in range(count):
        around, within = divmod(place, PER_PARENT)
        codes = _adcode(around, within + 1), _adcode(around, 0)
        names = (f"模拟区{place + 1}", f"Simulated District {place + 1}")
        rows.append((f"sim{_letters(place)}", codes[0], *names, "district", codes[1]))
    columns = ["region", "adcode", "name_zh", "name_en", "level", "parent"]
    return pd.DataFrame(rows, columns=columns).sort_values("adcode", ignore_index=True)


def _adcode(place: int, within: int | None = None) -> str:
    """
    The code of a province, or of prefecture *place* (0) and its districts (1-99).

    >>> _adcode(1), _adcode(10, 0), _adcode(10, 7)
    ('920000', '920200', '920207')
    """
    if within is None:
        return f"9{place + 1}0000"
    return f"9{place % PROVINCES + 1}{place // PROVINCES + 1:02}{within:02}"


def _letters(place: int) -> str:
    """
    A name in letters alone, as the code of a report asks for.

    >>> _letters(0), _letters(27)
    ('aaa', 'abb')
    """
    return "".join(chr(97 + place // 26**power % 26) for power in (2, 1, 0))


def _indicators(count: int) -> dict[str, tuple[str, str, Kind]]:
    """The first *count* indicators and the population, each with its names and kind."""
    found = dict(list(_BY_NAME.items())[:count])
    for place in range(len(found), count):
        names = (f"模拟指标{place + 1}", f"Simulated indicator {place + 1}")
        found[f"sim_{place + 1:03}"] = (*names, _KINDS[place % len(_KINDS)])
    people = Kind("人", "people", "person", "people", "context", "stock", denominator="")
    return found | {_POPULATION: ("年末常住人口", "Year-end resident population", people)}


def _themes(codes: "pd.Series[str]") -> pd.DataFrame:
    themes = codes.drop_duplicates()
    return pd.DataFrame({"theme": themes, "name_zh": "模拟主题", "name_en": themes.str.title()})


def _units() -> pd.DataFrame:
    """The unit of every kind, and of a change in percent."""
    rows = {kind.unit: (*kind[:3], kind.quantity) for kind in _KINDS}
    return pd.DataFrame(list(rows.values()), columns=["unit", "name_en", "one", "quantities"])


def _said(frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Each value as its report would print it."""
    places, distinct = pd.factorize(frame["value"])
    if kind.quantity == "money":
        words = [f"{value / 1e4:.2f}万元" for value in distinct]
    else:
        words = [f"{value:.12g}{kind.unit}" for value in distinct]
    exact = {"measure": str(Measure.LEVEL), "comparator": str(Comparator.EXACT), "unit": kind.unit}
    return frame.assign(printed=np.array(words, dtype=object)[places], **exact)


def _bounded(frame: pd.DataFrame, chosen: Any, kind: Kind) -> pd.DataFrame:
    """Two digits and 余 where *chosen*."""
    value = frame["value"].to_numpy(copy=True)
    step = 10 ** (np.floor(np.log10(value[chosen])) - 1)
    value[chosen] = np.floor(value[chosen] / step) * step
    printed = frame["printed"].to_numpy(dtype=object, copy=True)
    printed[chosen] = [f"{number:.0f}余{kind.unit}" for number in value[chosen]]
    comparator = np.where(chosen, str(Comparator.AT_LEAST), frame["comparator"])
    return frame.assign(value=value, printed=printed, comparator=comparator)


def _percent_only(frame: pd.DataFrame, chosen: Any, random: Any) -> pd.DataFrame:
    """A change in percent and no count where *chosen*."""
    change = np.round(random.normal(-3, 10, len(frame)), 1)
    printed = frame["printed"].to_numpy(dtype=object, copy=True)
    printed[chosen] = [f"{abs(one):.1f}%" for one in change[chosen]]
    return frame.assign(
        value=np.where(chosen, change, frame["value"]),
        printed=printed,
        unit=np.where(chosen, "%", frame["unit"]),
        measure=np.where(chosen, str(Measure.CHANGE_PCT), frame["measure"]),
        comparator=np.where(chosen, str(Comparator.EXACT), frame["comparator"]),
    )


def _dated(frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """The whole year of a flow, the last day of it for a stock."""
    year = frame["year"].to_numpy()
    first, after = ((year - 1970 + more).astype("datetime64[Y]") for more in (0, 1))
    last = after.astype("datetime64[D]") - 1
    start = last if kind.nature == "stock" else first
    days = {"period_start": start, "period_end": last}
    dated = {name: day.astype("datetime64[us]") for name, day in days.items()}
    return frame.drop(columns="year").assign(**dated)


def _placed(frame: pd.DataFrame, place: int, code: str) -> pd.DataFrame:
    """The indicator, and the place in a made-up report that every region has it at."""
    start = place * _PLACE
    places, distinct = pd.factorize(frame["printed"])
    lengths = [len(word) - len(word.lstrip("0123456789.")) for word in distinct]
    return frame.assign(
        indicator=code,
        breakdown="",
        status=str(Status.ACTUAL),
        start=start,
        end=start + np.array(lengths)[places],
        evidence=frame["printed"],
        note="",
    )
