"""
A national panel beside plain queries: loading, one comparison, one funnel; printed as a table.

Run from the root of the repository: ``python -m benchmarks.scale FOLDER``, where FOLDER was written
by ``regional-safety simulate --output FOLDER``. polars is measured if it is installed (in an
environment of its own; nothing here needs it). Every way is checked to find the same regions and
counts. Rounds are interleaved, so read ratios, not seconds.
"""

import argparse
import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np

from analysis.comparability import many
from analysis.statistics import intervals
from analysis.tables import panel

INDICATOR = "deaths"
Way = Callable[[], Any]

# Names and populations, prepared once: ours are held by the panel too.
PEOPLE = """
create table people as
select r.region, r.adcode, r.name_zh, r.name_en, cast(c.period[12:] as date) as day, c.value
from read_parquet('{folder}/regions.parquet') r
join read_parquet('{folder}/context.parquet') c using (adcode)
"""
SQL = """
with latest as (
  select region, arg_max(value, period_end) as value, max(period_end) as day
  from {rows}
  where indicator = '{indicator}' and measure = 'level' and status = 'actual' and breakdown = ''
  group by region
)
select p.adcode, p.name_zh, p.name_en, l.value, p.value as people
from latest l join people p using (region, day)
where l.day >= date '2023-01-01'
order by p.adcode
"""


def rates(value: Any, people: Any) -> tuple[Any, ...]:
    """The rate of each region with its exact limits."""
    lower, upper, _ = intervals.poisson(value)
    return tuple(100_000 * part / people for part in (value, lower, upper))


def duckdb_ways(folder: Path) -> dict[str, Way]:
    """The comparison in SQL: from the file, and from the rows held in memory."""
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    path = f"read_parquet('{folder}/{panel.FILE}')"
    connection.execute(f"create table rows as select * from {path}")  # noqa: S608 - our own path
    connection.execute(PEOPLE.format(folder=folder))

    def run(rows: str) -> Any:
        sql = SQL.format(rows=rows, indicator=INDICATOR)
        found = connection.execute(sql).fetchnumpy()
        return found["value"], rates(found["value"], found["people"])

    return {"DuckDB, file": lambda: run(path), "DuckDB, memory": lambda: run("rows")}


def polars_ways(folder: Path) -> dict[str, Way]:
    """The comparison in polars: from the file, and from the rows held in memory."""
    polars = import_module("polars")
    column, day = polars.col, polars.col("period_end")
    lazy = polars.scan_parquet(folder / panel.FILE)
    held = lazy.collect().lazy()
    people = (
        polars.read_parquet(folder / "context.parquet")
        .join(polars.read_parquet(folder / "regions.parquet"), on="adcode")
        .with_columns(period_end=column("period").str.slice(11).str.to_date())
        .select("region", "adcode", "name_zh", "name_en", "period_end", people=column("value"))
        .lazy()
    )

    def run(rows: Any) -> Any:
        mine = rows.filter(
            (column("indicator") == INDICATOR)
            & (column("measure") == "level")
            & (column("status") == "actual")
            & (column("breakdown") == "")
        ).select("region", "value", "period_end")
        latest = mine.sort("period_end").group_by("region").agg(column("value").last(), day.last())
        kept = latest.filter(day >= polars.date(2023, 1, 1)).join(
            people, on=["region", "period_end"]
        )
        found = kept.sort("adcode").collect()
        value = found["value"].to_numpy()
        return value, rates(value, found["people"].to_numpy())

    return {"polars, file": lambda: run(lazy), "polars, memory": lambda: run(held)}


def our_ways(folder: Path) -> dict[str, Way]:
    """The whole verdict: kept, refused with reasons, cautions, names, exact rates."""
    held = panel.Panel(folder)
    rows = held.rows
    mine = held.of(INDICATOR)

    fresh = panel.Panel(folder)  # without all rows in memory, from which it would answer

    def cold() -> Any:
        other = panel.Panel(folder)
        return verdict(other, other.of(INDICATOR))

    return {
        "this package, file": lambda: verdict(held, fresh.of(INDICATOR)),
        "this package, file and small tables": cold,
        "this package, memory": lambda: verdict(held, mine),
        "this package, every row": lambda: verdict(held, rows),
    }


def verdict(held: panel.Panel, rows: Any) -> Any:
    """Compare, and give what the engines give."""
    found = many.comparable(held, rows, INDICATOR).rows
    return found["value"].to_numpy(), tuple(
        found[name].to_numpy() for name in ("rate", "rate_lower", "rate_upper")
    )


def timed(ways: dict[str, Way], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each way in each round, one way after the other."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            begun = time.perf_counter()
            way()
            took[name].append(1_000 * (time.perf_counter() - begun))
    return took


def agree(ways: dict[str, Way]) -> None:
    """Stop unless every way finds the same counts and limits; a bound (余) has limits in none."""
    results = {name: way() for name, way in ways.items()}
    first, *others = results
    exact = ~np.isnan(results[first][1][1])
    for other in others:
        np.testing.assert_array_equal(results[first][0], results[other][0], other)
        for one, two in zip(results[first][1], results[other][1], strict=True):
            np.testing.assert_allclose(one[exact], two[exact], rtol=1e-12, err_msg=other)


def forget(folder: Path) -> None:
    """Ask the system to drop the files from its cache."""
    for path in folder.glob("*.parquet"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def once(what: str, folder: Path) -> None:
    """One measurement in this process alone: seconds, CPU seconds and megabytes."""
    if what == "funnel":
        import_module("analysis.charts")  # a notebook has it already; the others do without
    forget(folder)
    begun, busy = time.perf_counter(), time.process_time()
    if what == "whole":
        size = len(panel.Panel(folder).rows)
    elif what == "bare":
        with duckdb.connect() as connection:
            size = len(connection.read_parquet(str(folder / panel.FILE)).df())
    elif what == "one":
        fresh = panel.Panel(folder)
        size = len(verdict(fresh, fresh.of(INDICATOR))[0])
    else:
        size = funnel(folder)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(f"{seconds:.3f} {cpu:.3f} {peak:.0f} {size}")


def funnel(folder: Path) -> int:
    """Draw the funnel of one indicator to PNG; the rows drawn."""
    import analysis

    figure = analysis.peers(INDICATOR, rows=analysis.load(folder).of(INDICATOR))
    figure.drawn("png")
    return len(figure.rows)


def apart(what: str, folder: Path, rounds: int) -> tuple[float, float, float]:
    """The median of *rounds* measurements, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", str(folder), "--once", what]
    told = [subprocess.check_output(command, text=True).split() for _ in range(rounds)]
    return tuple(median(float(line[place]) for line in told) for place in range(3))  # type: ignore[return-value]


def report(folder: Path, rounds: int) -> None:
    """Print both tables."""
    print("| in a process of its own, files not cached | wall s | CPU s | peak MB |")
    print("| --- | --- | --- | --- |")
    for what, words in (
        ("bare", "pandas and DuckDB alone: the whole file, nothing checked"),
        ("whole", "the whole panel, checked against its contract"),
        ("one", "one indicator compared across all regions"),
        ("funnel", "the same, and drawn by `peers` as PNG"),
    ):
        wall, cpu, peak = apart(what, folder, 3)
        print(f"| {words} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")
    ways = our_ways(folder)
    ways |= duckdb_ways(folder)
    if find_spec("polars"):
        ways |= polars_ways(folder)
    agree(ways)
    took = timed(ways, rounds)
    ours = median(took["this package, memory"])
    print("\n| warm, in turn | median ms | least ms | this package, memory = 1 |")
    print("| --- | --- | --- | --- |")
    for name, times in took.items():
        print(f"| {name} | {median(times):.0f} | {min(times):.0f} | {median(times) / ours:.2f} |")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--once", choices=["whole", "bare", "one", "funnel"])
    chosen = parser.parse_args()
    if chosen.once:
        once(chosen.once, chosen.folder)
    else:
        report(chosen.folder, chosen.rounds)


if __name__ == "__main__":
    main()
