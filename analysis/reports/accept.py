"""
Write the accepted rows of a reviewed workbook to the tables, all of them or none.

The new tables are checked in a copy first. Accepting the same workbook again changes nothing. A
value of an earlier year is compared with the row that has it and never replaces it.
"""

import csv
import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from analysis import files
from analysis.errors import Fault, TableError, UsageError
from analysis.language.messages import advice, say
from analysis.language.text import Text
from analysis.language.vocabulary import Role, Standing, Status
from analysis.tables import numerals
from analysis.tables.checks import expected_unit
from analysis.tables.load import regions_covered
from analysis.tables.schema import BY_REGION, KEYS, TABLES

from . import lexicon, restated, reviewed, storage
from .doubts import BASES
from .reviewed import Line, Reviewed
from .sheets import COLUMNS, INDICATORS, REGIONS, REPORT, REVIEW

Rows = list[dict[str, str]]
_REFUSED = "复核未采纳"


class Change(NamedTuple):
    """A row that is added (+), changed (~) or removed (-)."""

    table: str
    sign: str
    row: str

    def __str__(self) -> str:
        return f"{self.table}: {self.sign} {self.row}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What accepting a workbook changes, as lines to print."""

    files: tuple[str, ...]
    changes: tuple[str, ...]
    tallies: tuple[str, ...]  # the number of changed rows of each table
    checks: tuple[str, ...]
    summary: tuple[Text, ...] = ()
    recovered: tuple[Text, ...] = ()  # what an interrupted accept had left


def accept(path: Path, data: Path, *, dry_run: bool = False) -> Outcome:
    """
    Write the accepted rows of the reviewed workbook *path* to the tables in *data*.

    Parameters
    ----------
    path
        The workbook that ``compile`` wrote, filled in by a reviewer.
    data
        The folder of the tables.
    dry_run
        Check everything and return the changes, but write nothing.

    Raises
    ------
    TableError
        When the workbook or the resulting tables have faults; nothing is written then.
    BusyError
        When another process is accepting.
    """
    decided = reviewed.load(path)
    with storage.alone(data, dry_run=dry_run) as recovered:
        proposal = _Proposal(data, decided)
        contents = proposal.contents()
        try:
            contents |= _checked(data, contents)
        except TableError as error:
            raise TableError(map(proposal.placed, error.faults)) from error
        names = [name for name, new in contents.items() if files.read(data / name) != new]
        if not dry_run:
            storage.replace_all(data, contents)
    return Outcome(
        tuple(sorted(names)),
        tuple(map(str, proposal.changes)),
        tuple(_tallies(proposal.changes)),
        tuple(proposal.checks),
        tuple(_summary(decided)),
        recovered,
    )


def _tallies(changes: list[Change]) -> Iterator[str]:
    """Yield one line a table with the numbers of its changed rows."""
    counts = Counter((change.table, change.sign) for change in changes)
    for table in dict.fromkeys(change.table for change in changes):
        signs = (f"{sign} {counts[table, sign]}" for sign in "+~-" if counts[table, sign])
        yield f"{table}: {', '.join(signs)}"


def _summary(decided: Reviewed) -> Iterator[Text]:
    """Yield a summary of the workbook in a few lines: figures, numerals, rows left out."""
    figures = [line for line in decided.lines if line["role"] in reviewed.OWNING]
    accepted = sum(line.owns for line in figures)
    targets = sum(line.owns and line["status"] == Status.TARGET for line in figures)
    places = {(n.start, n.end) for n in numerals.find(decided.text)}
    unread = sum(line["status"] == Standing.UNREAD for line in decided.instruments)
    named = decided.report["report"]
    yield say("accept.figures", report=named, count=accepted, targets=targets)
    yield say("accept.numerals", count=len(places), rejected=len(figures) - accepted)
    if unread:
        yield say("accept.unread", count=unread)


def undo(data: Path, *, dry_run: bool = False) -> list[str]:
    """
    Restore the tables in *data* as they were before the last workbook was accepted.

    Returns
    -------
    list of str
        The files that change.

    Raises
    ------
    UsageError
        If no workbook was accepted since the last undo, or a table has changed since.
    """
    with storage.alone(data, dry_run=dry_run):
        contents = storage.undone(data)
        if dry_run:
            return sorted(contents)
        changed = storage.replace_all(data, contents)
        storage.forget(data)
        return changed


def _checked(data: Path, contents: dict[str, bytes]) -> dict[str, bytes]:
    """Check a copy of the tables with *contents* and return its descriptor."""
    from analysis.comparability.families import selections
    from analysis.tables import checks, descriptor

    if all(files.read(data / name) == new for name, new in contents.items()):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        kept = shutil.ignore_patterns("originals", ".*", "~*")
        shutil.copytree(data, copy, ignore=kept)
        for name, new in contents.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(new)
        faults = checks.everything(copy)
        if faults:
            raise TableError(faults)
        descriptor.describe(copy, selections)
        return {descriptor.FILE: (copy / descriptor.FILE).read_bytes()}


def _columns(name: str) -> tuple[str, ...]:
    """Return the columns of a table."""
    return tuple(TABLES[name].columns)


def _read(path: Path) -> Rows:
    if not path.exists():
        if path.with_suffix(".xlsx").exists():
            name = path.with_suffix(".xlsx").name
            raise UsageError(say("accept.workbook", name=name))
        return []
    try:
        return list(csv.DictReader(io.StringIO(files.text(path), newline="")))
    except (ValueError, csv.Error) as error:
        raise UsageError(say("accept.unreadable", name=path.name, error=error)) from error


def _written(columns: Iterable[str], rows: Rows) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


@dataclass
class _Proposal:
    """The tables after a reviewed workbook is accepted."""

    data: Path
    decided: Reviewed
    changes: list[Change] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.report = self.decided.report["report"]
        self.regions = regions_covered(self.decided.report["region"])
        self.reports = _read(self.data / "reports.csv")
        self._same_period()
        self.stem = self._stem(self.report)
        self._contents: dict[str, bytes] = {}
        self._origins: dict[tuple[str, int], tuple[str, int]] = {}  # table and line: sheet and line

    def placed(self, fault: Fault) -> Fault:
        """Return a fault of the tables with the cell of the workbook that caused it."""
        sheet, line = self._origins.get((fault.file.removesuffix(".csv"), fault.line), ("", 0))
        return self.decided.placed(replace(fault, line=line), sheet) if sheet else fault

    def _same_period(self) -> None:
        """Raise if the code belongs to a report of another region or period."""
        known = next((r for r in self.reports if r["report"] == self.report), self.decided.report)
        for column in ("region", "period_start", "period_end"):
            if known[column] != self.decided.report[column]:
                words = advice(
                    "known_report", report=self.report, column=column, value=known[column]
                )
                fault = Fault("", 0, column, self.decided.report[column], *words)
                raise TableError([self.decided.placed(fault, REPORT)])

    def _of(self, regions: Iterable[str]) -> Rows:
        """Return the known reports of any of these regions."""
        return [row for row in self.reports if {*regions} & {*regions_covered(row["region"])}]

    def _regions_of(self, report: str) -> list[str]:
        """Return the regions that a known report, or this one, is about."""
        known = {row["report"]: row["region"] for row in self.reports}
        return regions_covered(known.get(report, self.decided.report["region"]))

    def _stem(self, report: str) -> str:
        """Return the name of a report's files: its region's, or its own if later or of several."""
        regions = self._regions_of(report)
        others = [row["report"] for row in self._of(regions)]
        own = any((self.data / name / f"{report}.csv").exists() for name in BY_REGION)
        later = bool(others) and report not in others
        return report if own or later or len(regions) > 1 else regions[0]

    def contents(self) -> dict[str, bytes]:
        """Return the new content of each file that changes."""
        self._upsert("reports", [self._picked("reports")], "report")
        self._regions()
        self._named(INDICATORS, self.decided.indicators)
        used = {part for line in self.decided.lines if line.owns for part in _parts(line)}
        new = [line for line in self.decided.breakdowns if line["breakdown"] in used]
        self._named("breakdowns", new)
        self._instruments()
        self._observations()
        self._mentions()
        self._contents[f"originals/{self.stem}.txt"] = self.decided.text.encode()
        return self._contents

    def _picked(self, name: str) -> dict[str, str]:
        return {column: self.decided.report.get(column, "") for column in _columns(name)}

    def _regions(self) -> None:
        """Append the regions that the tables do not have; each has its parent there or here."""
        rows = _read(self.data / "regions.csv")
        new = [line for line in self.decided.regions if line["region"]]
        adcodes = {row["adcode"] for row in rows} | {line["adcode"] for line in new}
        for line in new:
            if line["parent"] not in {"", *adcodes}:
                words = advice("unknown_parent")
                fault = Fault("", line.number, "parent", line["parent"], *words)
                raise TableError([self.decided.placed(fault, REGIONS)])
        self._named(REGIONS, self.decided.regions)

    def _upsert(self, name: str, new: Rows, key: str) -> None:
        """Replace the rows with the same key and append the others."""
        rows = _read(self.data / f"{name}.csv")
        fresh = {row[key]: row for row in new}
        merged = [fresh.pop(row[key], row) for row in rows] + list(fresh.values())
        own_rows = {row[key] for row in new}
        lines = (line for line, row in enumerate(merged, 2) if row[key] in own_rows)
        self._origins |= {(name, line): (REPORT, 0) for line in lines}
        self._put(name, rows, merged, key)

    def _put(self, name: str, old: Rows, new: Rows, key: str) -> None:
        if old == new:
            return
        self.changes += _difference(name, old, new, key)
        columns = list(old[0]) if old else _columns(name.partition("/")[0])
        self._contents[f"{name}.csv"] = _written(columns, new)

    def _named(self, name: str, lines: list[Line]) -> None:
        """Append the new indicators or breakdowns; known ones stay unchanged."""
        columns = COLUMNS[name]
        rows = _read(self.data / f"{name}.csv")
        known = {row[columns[0]] for row in rows}
        named = [line for line in lines if line[columns[0]] and line[columns[0]] not in known]
        new = [{column: line[column] for column in columns} for line in named]
        self._from(name, name, named, first=len(rows) + 2)
        if new:
            self._put(name, rows, [*rows, *new], columns[0])

    def _from(self, name: str, sheet: str, lines: list[Line], first: int = 2) -> None:
        """Record that the lines of table *name* come from these *lines* of *sheet*."""
        for place, line in enumerate(lines, first):
            self._origins[name, place] = (sheet, line.number)

    def _instruments(self) -> None:
        """Replace the status of each instrument in the regions that no earlier report is of."""
        rows = _read(self.data / "instrument_status.csv")
        regions = [region for region in self.regions if self._first(region)]
        fresh = [self._standing(r, line) for r in regions for line in self.decided.instruments]
        kept = [row for row in rows if row["region"] not in regions]
        order = list(dict.fromkeys(row["instrument"] for row in [*rows, *fresh]))
        place = {instrument: index for index, instrument in enumerate(order)}
        merged = sorted([*kept, *fresh], key=lambda row: place[row["instrument"]])
        if sorted(map(str, rows)) != sorted(map(str, merged)):
            old = [{**row, "key": f"{row['instrument']} {row['region']}"} for row in rows]
            new = [{**row, "key": f"{row['instrument']} {row['region']}"} for row in merged]
            self.changes += _difference("instrument_status", old, new, "key")
            self._contents["instrument_status.csv"] = _written(
                _columns("instrument_status"), merged
            )

    def _first(self, region: str) -> bool:
        """Whether this is the report that the files of a region's instruments are of."""
        others = [row for row in self._of([region]) if row["report"] != self.report]
        return not others or self.stem == region

    def _standing(self, region: str, line: Line) -> dict[str, str]:
        silent = line["status"] in {Standing.NOT_MENTIONED, Standing.UNREAD}
        cells = {column: "" if silent else line[column] for column in ("evidence", "start", "end")}
        row = {"instrument": line["instrument"], "region": region, "status": line["status"]}
        return {**row, **cells, "note": line["note"]}

    def _observations(self) -> None:
        owners = [line for line in self.decided.lines if line.owns]
        owners.sort(
            key=lambda line: (line.place, line["region"], line["indicator"], line["breakdown"])
        )
        own_rows = [self._observation(line) for line in owners]
        self._from(f"observations/{self.stem}", REVIEW, owners)
        before = {report: self._rows(report) for report in self._in_time()}
        stated = {**before, self.report: own_rows}
        stated = {report: self._placed_rows(report, rows) for report, rows in stated.items()}
        for report, noted in restated.noted(stated).items():
            name = f"observations/{self._stem(report)}"
            single = len(self._regions_of(report)) == 1
            rows = [{**row, "region": ""} for row in noted] if single else noted
            if rows != before[report]:
                self.changes += _difference(name, _keyed(before[report]), _keyed(rows), "key")
                self._contents[f"{name}.csv"] = _written(_columns("observations"), rows)
        self.checks += restated.compared(stated, self.report)

    def _placed_rows(self, report: str, rows: Rows) -> Rows:
        """Return the rows of a report with their regions, which its file may leave out."""
        first = self._regions_of(report)[0]
        return [{**row, "region": row["region"] or first} for row in rows]

    def _in_time(self) -> list[str]:
        """Return the reports of these regions, including this one, earliest first."""
        known = {row["report"]: row for row in self._of(self.regions)}
        known[self.report] = self.decided.report
        return sorted(known, key=lambda report: (known[report]["period_end"], report))

    def _rows(self, report: str) -> Rows:
        return _read(self.data / f"observations/{self._stem(report)}.csv")

    def _observation(self, line: Line) -> dict[str, str]:
        cells = {column: line[column] for column in _columns("observations")[1:]}
        cells["unit"] = self._unit(line)
        value = Decimal(line["value"])
        cells["value"] = f"{value.normalize():f}" if value else "0"
        parts = _parts(line)
        based = {str(base): doubt.text.zh for base, doubt in BASES.items()}.get(line["base"], "")
        note = "；".join(filter(None, (line["note"], based if based not in line["note"] else "")))
        return {"report": self.report, **cells, "breakdown": "+".join(parts), "note": note}

    def _unit(self, line: Line) -> str:
        """Return the unit of a row: that of its indicator where it measures the same thing."""
        known = self._indicators.get(line["indicator"])
        due = expected_unit(line["measure"], known) if known is not None else line["unit"]
        quantities = lexicon.quantities()
        alike = line["unit"] == "" or quantities.get(line["unit"]) == quantities.get(due, "")
        if line["unit"] == due or not alike:
            return line["unit"]
        if line["unit"]:
            self.checks.append(f"line {line.number}: unit {line['unit']} -> {due}")
        return due

    @cached_property
    def _indicators(self) -> dict[str, str]:
        """The unit of each indicator, known or new."""
        known = {row["indicator"]: row["unit"] for row in _read(self.data / "indicators.csv")}
        return known | {line["indicator"]: line["unit"] for line in self.decided.indicators}

    def _mentions(self) -> None:
        name = f"mentions/{self.stem}"
        rows = _read(self.data / f"{name}.csv")
        grouped: dict[tuple[int, int], list[Line]] = {}
        for line in self.decided.lines:
            grouped.setdefault(line.place, []).append(line)
        places = {(n.start, n.end) for n in numerals.find(self.decided.text)}
        own_rows = [_mention(grouped[place]) for place in sorted(places)]
        self._from(name, REVIEW, [grouped[place][0] for place in sorted(places)])
        self._put(name, rows, own_rows, "start")


def _parts(line: Line) -> list[str]:
    """Return the parts of the breakdown of a line, in the order of the tables."""
    return sorted(part for part in line["breakdown"].split("+") if part)


def _mention(lines: list[Line]) -> dict[str, str]:
    """Return the mention of one numeral; a rejected figure becomes a label."""
    owners = [line for line in lines if line.owns]
    first = owners[0] if owners else lines[0]
    if owners:
        actual = any(line["status"] != Status.TARGET for line in owners)
        role = Role.OBSERVATION if actual else Role.TARGET
        reason = "、".join(dict.fromkeys(line["indicator"] for line in owners))
    elif first["role"] in reviewed.OWNING:
        role, reason = Role.LABEL, _REFUSED
    else:
        role, reason = Role(first["role"]), first["reason"] or "无单位或非数量"
    return {
        "start": first["start"],
        "end": first["end"],
        "raw": first["raw"],
        "role": str(role),
        "reason": reason,
    }


def _keyed(rows: Rows) -> Rows:
    return [
        {
            **row,
            "key": " ".join(
                filter(None, (row["start"], *(row[c] for c in KEYS["observations"][1:])))
            ),
        }
        for row in rows
    ]


def _difference(name: str, old: Rows, new: Rows, key: str) -> Iterator[Change]:
    """Yield the added, changed and removed rows."""
    before, after = ({row[key]: row for row in rows} for rows in (old, new))
    for word, row in after.items():
        if word not in before:
            yield Change(name, "+", f"{word}{_figure(row)}")
        elif before[word] != row:
            was = before[word]
            cells = [f"{c} {was.get(c)!r} -> {row[c]!r}" for c in row if was.get(c) != row[c]]
            yield Change(name, "~", f"{word}: {', '.join(cells)}")
    yield from (Change(name, "-", word) for word in before if word not in after)


def _figure(row: dict[str, str]) -> str:
    if "value" not in row:
        return ""
    return f": {row['comparator']} {row['value']} {row['unit']} “{row['evidence']}”"
