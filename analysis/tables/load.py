"""
Reading of the tables under ``data/``: validated and joined into tidy frames.

It computes no figure; ``statistics`` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import project
from analysis.errors import Fault, TableError
from analysis.language.vocabulary import Basis, Level

from . import cache, contract, csv_file, folders, printed
from .schema import BY_REGION, KEYS, TABLES

_SUFFIX = re.compile(r"\.[a-z]+$")


@dataclass(frozen=True, eq=False)
class Tables:
    """Every table as a frame that keeps its contract; the index is the line in its file."""

    folder: Path
    reports: pd.DataFrame
    regions: pd.DataFrame
    indicators: pd.DataFrame
    synonyms: pd.DataFrame
    breakdowns: pd.DataFrame
    units: pd.DataFrame
    themes: pd.DataFrame
    observations: pd.DataFrame
    mentions: pd.DataFrame
    context: pd.DataFrame
    breaks: pd.DataFrame
    peers: pd.DataFrame
    instruments: pd.DataFrame
    instrument_status: pd.DataFrame
    commitments: pd.DataFrame
    identities: pd.DataFrame
    families: pd.DataFrame
    family_members: pd.DataFrame
    absences: pd.DataFrame
    lacking: frozenset[str] = frozenset()  # tables that lost lines to faults; empty once loaded

    def file(self, name: str) -> str:
        """The file that table *name* was read from, for a message."""
        suffix = next(
            (s for s in folders.SUFFIXES if (self.folder / f"{name}{s}").exists()), ".csv"
        )
        return f"{name}{suffix}"

    @cached_property
    def regional_reports(self) -> pd.DataFrame:
        """``reports`` with one row per report and region, so that ``region`` is one code."""
        return by_region(self.reports)

    def regions_of(self, report: str) -> tuple[str, ...]:
        """Return the regions that *report* is about, () for an unknown report."""
        rows = self.regional_reports
        return tuple(rows.loc[rows["report"].eq(report), "region"])

    @cached_property
    def first_reports(self) -> dict[str, str]:
        """The report of each region whose files bear the region's name, else its last one."""
        pairs = self.regional_reports[["region", "report"]].to_numpy().tolist()
        return dict(sorted(pairs, key=lambda pair: self.originals[pair[1]] == pair[0]))

    @cached_property
    def originals(self) -> dict[str, str]:
        """
        The name of each report's original and of its files: its own, or that of its region.

        A region's first report is kept as ``anhui``, a later one as ``anhui-2024``.
        """
        own = set(_stems(self.observations)) | set(_stems(self.mentions))
        named = self.reports[["report", "region"]].itertuples(index=False, name=None)
        return {report: report if report in own else region for report, region in named}

    def original_of(self, table: str) -> "pd.Series[str]":
        """Return the name of the original that each row of *table* has its place in."""
        frame: pd.DataFrame = getattr(self, table)
        if table in BY_REGION:
            return _stems(frame)
        named = "report" in frame
        reports = frame["report"] if named else frame["region"].map(self.first_reports)
        return reports.map(self.originals)

    @cached_property
    def periods(self) -> pd.DataFrame:
        """
        The period of each observation, and whether it is ``dated``.

        A target without a date has the period of its report.
        """
        rows = self.observations
        reports = self.reports.set_index("report")
        return pd.DataFrame(
            {
                name: rows[name].fillna(reports[name].reindex(rows["report"]).set_axis(rows.index))
                for name in ("period_start", "period_end")
            }
        ).assign(dated=rows["period_end"].notna())

    @cached_property
    def rows(self) -> pd.DataFrame:
        """
        Every reported value with the names of its region, indicator, parts and source.

        Of a figure that several reports of a region state, the latest report's word stands; the
        others remain in :attr:`observations`. Periods are those of :attr:`periods`.
        """
        about = ["report", "title", "publisher", "published", "kind", "period_end"]
        reports = self.reports[about].rename(columns={"period_end": "told"})
        rows = self.observations.assign(**self.periods)
        rows = rows.merge(reports, on="report", validate="m:1")
        by_time = rows.sort_values(["told", "report"], kind="stable")
        key = KEYS["observations"][1:]
        last = ~by_time.duplicated(key, keep="last").sort_index()
        rows = rows[last].drop(columns="told")
        return self._named(rows.assign(origin="report", url="", basis="printed"))

    @cached_property
    def peer_rows(self) -> pd.DataFrame:
        """``peers`` without the regions that have a report or figures in ``context``."""
        reporting = self.regions["region"].isin(self.regional_reports["region"])
        own = {*self.regions.loc[reporting, "adcode"], *self.context["adcode"]}
        return self.peers[~self.peers["adcode"].isin(own)]

    @cached_property
    def absence_rows(self) -> pd.DataFrame:
        """``absences`` with the names of the indicator ``elsewhere``, empty without one."""
        names, codes = self.indicators.set_index("indicator"), self.absences["elsewhere"]
        return self.absences.assign(
            elsewhere_zh=codes.map(names["name_zh"]).fillna(""),
            elsewhere_en=codes.map(names["name_en"]).fillna(""),
        )

    @cached_property
    def context_rows(self) -> pd.DataFrame:
        """
        The figures of other publications in the columns of :attr:`rows`, and two more.

        ``vintage``, and ``segment``: how many declared breaks of its series a figure lies before,
        0 where it is of today's scope.
        """
        regions = self.regions[["region", "adcode"]]
        context = self.context.merge(regions, on="adcode", validate="m:1")
        starts, ends = context["period"].str[:10], context["period"].str[11:]
        rows = context.drop(columns=["adcode", "period"]).assign(
            segment=self._segments(context["adcode"], context["indicator"], pd.to_datetime(ends)),
            report="",
            period_start=pd.to_datetime(starts),
            period_end=pd.to_datetime(ends),
            status="actual",
            comparator="=",
            printed=_printed(context),
            start=-1,
            end=-1,
            published=pd.to_datetime(""),
            kind="",
            dated=True,
            origin="context",
        )
        return self._named(rows)

    def _segments(
        self, adcodes: "pd.Series[str]", indicators: "pd.Series[str]", ends: "pd.Series[Any]"
    ) -> "pd.Series[int]":
        """How many breaks of the region and indicator come after each day."""
        segments = pd.Series(0, index=adcodes.index)
        columns = ["adcode", "indicator", "first"]
        for adcode, indicator, first in self.breaks[columns].itertuples(index=False, name=None):
            before = adcodes.eq(adcode) & indicators.eq(indicator) & ends.lt(first)
            segments += before.astype("int64")
        return segments

    def _ancestors(self) -> dict[str, str]:
        """The adcodes above each region, nearest first, separated by blanks."""
        parents = dict(self.regions[["adcode", "parent"]].itertuples(index=False, name=None))
        chains = {}
        for adcode, parent in parents.items():
            chain, above = [], parent
            while above and above not in chain:
                chain.append(above)
                above = parents.get(above, "")
            chains[adcode] = " ".join(chain)
        return chains

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        regions = self.regions[["region", "adcode", "level", "parent", "name_zh", "name_en"]]
        indicators = self.indicators.drop(columns=["unit", "definition_zh", "definition_en"])
        units = self.units.set_index("unit")
        parts = self.breakdowns.set_index("breakdown")[["name_zh", "name_en"]].to_dict()
        named = rows.merge(
            regions.rename(columns={"name_zh": "region_zh", "name_en": "region_en"}),
            on="region",
            validate="m:1",
        ).merge(
            indicators.rename(columns={"name_zh": "indicator_zh", "name_en": "indicator_en"}),
            on="indicator",
            validate="m:1",
        )
        named = named.assign(
            unit_en=named["unit"].map(units["name_en"]).fillna(""),
            unit_one=named["unit"].map(units["one"]).fillna(""),
            breakdown_zh=[_parts(code, parts["name_zh"], "、") for code in named["breakdown"]],
            breakdown_en=[_parts(code, parts["name_en"], ", ") for code in named["breakdown"]],
            level_order=[Level(level).order for level in named["level"]],
            ancestors=named["adcode"].map(self._ancestors()),
            id=_ids(named),
        )
        order = ["level_order", "adcode", "indicator", "breakdown", "period_end", "start"]
        return named.sort_values(order, kind="stable", ignore_index=True)


def _printed(context: pd.DataFrame) -> list[str]:
    """Each figure as its evidence prints it; empty for a derived one, or without evidence."""
    columns = ["evidence", "value", "unit", "basis"]
    return [
        printed.within(evidence, value, unit) if basis == Basis.PRINTED else ""
        for evidence, value, unit, basis in context[columns].itertuples(index=False, name=None)
    ]


def _stems(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the name of the file of each row without its suffix."""
    return frame["file"].str.replace(_SUFFIX, "", regex=True)


def _ids(rows: pd.DataFrame) -> list[str]:
    """A short name for each row that stays the same when other rows come and go."""
    key = ["region", "report", "publisher", "title", "start", *KEYS["observations"][2:]]
    return [
        f"{cells[0]}-{cells[5]}-{sha256('|'.join(map(str, cells)).encode()).hexdigest()[:8]}"
        for cells in rows[key].itertuples(index=False, name=None)
    ]


def _parts(code: str, names: Mapping[Any, str], glue: str) -> str:
    return glue.join(str(names.get(part, part)) for part in code.split("+") if part)


def load(folder: Path | str | None = None) -> Tables:
    """
    Read every table of *folder*, or of ``data/`` of the project around the working folder.

    Raises
    ------
    TableError
        With every fault of form or contract in any table.
    """
    found = survey(folder)
    if found.faults:
        raise TableError(found.faults)
    return found.tables


class Survey(NamedTuple):
    """The valid lines of every table, with faults, repairs, and when unchanged files passed."""

    tables: Tables
    faults: list[Fault]
    repairs: list[Fault]
    passed: list[str]


def survey(folder: Path | str | None = None, *, again: bool = False) -> Survey:
    """
    Read every table of *folder* as :func:`load` does, but return faults instead of raising.

    With *again*, cells that passed their contract in an earlier process are checked again.
    """
    place = Path(folder) if folder is not None else project.home() / "data"
    paths, faults = folders.places(place)
    repairs: list[Fault] = []
    lacking = {fault.file.partition("/")[0] for fault in faults}
    frames: dict[str, pd.DataFrame] = {}
    passed = cache.Passed(place, again=again)
    for name in TABLES:
        parts = {key: path for key, path in paths.items() if key.partition("/")[0] == name}
        found = {key: _held(path, name, passed) for key, path in parts.items()}
        faults += [fault for part in found.values() for fault in part.faults]
        repairs += [fault for part in found.values() for fault in part.repairs]
        if any(part.faults for part in found.values()):
            lacking.add(name)
        frames[name] = _joined(name, found, parts)
    passed.save()
    tables = Tables(folder=place, lacking=frozenset(lacking), **frames)
    return Survey(tables, faults, repairs, passed.earlier())


_kept: dict[tuple[Path, str], tuple[bytes, contract.Held]] = {}


def _held(path: Path, name: str, passed: cache.Passed) -> contract.Held:
    """
    Validate one file; a file with the bytes of the last time is not read again.

    A process that forks one child a job reads every table once, and each child finds it read.
    *passed* has the contents that passed the contract in another process.
    """
    key, digest = (path.resolve(), name), csv_file.digest(path)
    if digest is None:
        return contract.held(path, name)
    content = cache.content(name, cache.identity(path, digest))
    known, held = _kept.get(key, (None, None))
    if held is None or known != digest:
        held = contract.held(path, name, passed=bool(passed.day(content)))
        if csv_file.digest(path) != digest:  # it changed meanwhile
            return contract.held(path, name)
        _kept[key] = digest, held
    if not held.faults:
        passed.add(content)
    return held._replace(frame=held.frame.copy(deep=False))


def _joined(name: str, found: dict[str, contract.Held], paths: dict[str, Path]) -> pd.DataFrame:
    """The one frame of a table, from the files of all reports if it has a file each."""
    if name not in BY_REGION:
        return found[name].frame if name in found else contract.empty(name)
    frames = [
        part.frame.assign(region=_regions(part.frame, _region(key)), file=paths[key].name)
        for key, part in found.items()
    ]
    return pd.concat(frames or [contract.empty(name).assign(region="", file="")])


def _regions(frame: pd.DataFrame, region: str) -> "pd.Series[str] | str":
    """Return the region of each row of a file: its own, else that of the file."""
    return frame["region"].replace("", region) if "region" in frame else region


def by_region(reports: pd.DataFrame) -> pd.DataFrame:
    """Return *reports* with one row per report and region that it covers."""
    return reports.assign(region=reports["region"].map(regions_covered)).explode("region")


def regions_covered(cell: str) -> list[str]:
    """
    Return the codes in a ``region`` cell of ``reports``.

    >>> regions_covered("anhui")
    ['anhui']
    """
    return cell.split("+")


def _region(key: str) -> str:
    """
    Return the region of the rows in a file.

    >>> _region("observations/anhui"), _region("mentions/anhui-2024")
    ('anhui', 'anhui')
    """
    return key.partition("/")[2].partition("-")[0]
