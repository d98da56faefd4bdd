"""
What a person accepted, put into the tables in one step or not at all.

The tables as they would be are checked in a copy first; the same workbook twice changes nothing.
A value of an earlier year is held against the row that has it, and never replaces it.
"""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from analysis import numerals
from analysis.errors import TableError, UsageError
from analysis.schema import TABLES
from analysis.words import Measure, Role, Standing, Status

from . import reviewed, storage
from .reviewed import Line, Reviewed
from .sheets import COLUMNS, INDICATORS

Rows = list[dict[str, str]]
_KEY = ("indicator", "breakdown", "period_start", "period_end", "status", "measure")
_REFUSED = "复核未采纳"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What accepting a workbook changed, or would change, told for a person to read."""

    files: tuple[str, ...]
    changes: tuple[str, ...]
    checks: tuple[str, ...]


def accept(path: Path, data: Path, *, dry_run: bool = False) -> Outcome:
    """
    Put the accepted rows of the reviewed workbook *path* into the tables in *data*.

    Parameters
    ----------
    path
        The workbook that ``compile`` wrote and a person filled.
    data
        The folder of the tables.
    dry_run
        Check everything and tell the changes, but write nothing.

    Raises
    ------
    TableError
        When the workbook or the tables it would make have faults; nothing is written then.
    BusyError
        When another program is accepting.
    """
    decided = reviewed.load(path)
    with storage.alone(data):
        proposal = _Proposal(data, decided)
        contents = proposal.contents()
        contents |= _checked(data, contents)
        files = [name for name, new in contents.items() if _bytes(data / name) != new]
        if not dry_run:
            storage.replace_all(data, contents)
    return Outcome(tuple(sorted(files)), tuple(proposal.changes), tuple(proposal.checks))


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _checked(data: Path, contents: dict[str, bytes]) -> dict[str, bytes]:
    """Hold a copy of the tables with *contents* to every contract; return its descriptor."""
    from analysis import checks, descriptor

    if all(_bytes(data / name) == new for name, new in contents.items()):
        return {}
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "data"
        kept = shutil.ignore_patterns("originals", ".*", "~*")
        shutil.copytree(data, copy, ignore=kept)
        for name, new in contents.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(new)
        faults = checks.everything(copy)
        if faults:
            raise TableError(faults)
        descriptor.describe(copy)
        return {descriptor.FILE: (copy / descriptor.FILE).read_bytes()}


def _columns(name: str) -> tuple[str, ...]:
    """The columns of a table by its contract."""
    return tuple(TABLES[name].to_schema().columns)


def _read(path: Path) -> Rows:
    if not path.exists():
        if path.with_suffix(".xlsx").exists():
            name = path.with_suffix(".xlsx").name
            raise UsageError(f"{name} is a workbook: save it as CSV before accepting into it")
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _written(columns: Iterable[str], rows: Rows) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


@dataclass
class _Proposal:
    """The tables as they would be after a reviewed workbook."""

    data: Path
    decided: Reviewed
    changes: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.report = self.decided.report["report"]
        self.region = self.decided.report["region"]
        self.reports = _read(self.data / "reports.csv")
        others = [r["report"] for r in self.reports if r["region"] == self.region]
        # A second report of a region has a file of its own: its places are of another text.
        self.first = not [report for report in others if report != self.report]
        self.stem = self.region if self.first else self._own_stem()
        self._contents: dict[str, bytes] = {}

    def _own_stem(self) -> str:
        known = _read(self.data / f"observations/{self.region}.csv")
        mine = any(row["report"] == self.report for row in known)
        return self.region if mine else self.report

    def contents(self) -> dict[str, bytes]:
        """Every file with its new content; those that stay as they are, are left out."""
        self._upsert("reports", [self._picked("reports")], "report")
        self._regions()
        self._named(INDICATORS, self.decided.indicators)
        self._named("breakdowns", self.decided.breakdowns)
        self._instruments()
        self._observations()
        self._mentions()
        self._contents[f"originals/{self.stem}.txt"] = self.decided.text.encode()
        return self._contents

    def _picked(self, name: str) -> dict[str, str]:
        return {column: self.decided.report.get(column, "") for column in _columns(name)}

    def _upsert(self, name: str, new: Rows, key: str) -> None:
        """Replace the rows of the same key, add the others at the end."""
        rows = _read(self.data / f"{name}.csv")
        fresh = {row[key]: row for row in new}
        merged = [fresh.pop(row[key], row) for row in rows] + list(fresh.values())
        self._put(name, rows, merged, key)

    def _put(self, name: str, old: Rows, new: Rows, key: str) -> None:
        if old == new:
            return
        self.changes += _difference(name, old, new, key)
        columns = list(old[0]) if old else _columns(name.partition("/")[0])
        self._contents[f"{name}.csv"] = _written(columns, new)

    def _regions(self) -> None:
        known = {row["region"] for row in _read(self.data / "regions.csv")}
        if self.region not in known:
            self._upsert("regions", [self._picked("regions")], "region")

    def _named(self, name: str, lines: list[Line]) -> None:
        """Add the indicators or parts that a person named; one that is known stays as it is."""
        columns = COLUMNS[name]
        rows = _read(self.data / f"{name}.csv")
        known = {row[columns[0]] for row in rows}
        new = [
            {column: line[column] for column in columns}
            for line in lines
            if line[columns[0]] and line[columns[0]] not in known
        ]
        if new:
            self._put(name, rows, [*rows, *new], columns[0])

    def _instruments(self) -> None:
        """One standing an instrument; a later report of the region does not change them."""
        rows = _read(self.data / "instrument_status.csv")
        if not self.first:
            return
        fresh = {line["instrument"]: self._standing(line) for line in self.decided.instruments}
        kept = [row for row in rows if row["region"] != self.region]
        order = list(dict.fromkeys([*(row["instrument"] for row in rows), *fresh]))
        place = {instrument: index for index, instrument in enumerate(order)}
        merged = sorted([*kept, *fresh.values()], key=lambda row: place[row["instrument"]])
        same = sorted(map(str, rows)) == sorted(map(str, merged))
        if not same:
            old = [{**row, "key": f"{row['instrument']} {row['region']}"} for row in rows]
            new = [{**row, "key": f"{row['instrument']} {row['region']}"} for row in merged]
            self.changes += _difference("instrument_status", old, new, "key")
            self._contents["instrument_status.csv"] = _written(
                _columns("instrument_status"), merged
            )

    def _standing(self, line: Line) -> dict[str, str]:
        silent = line["status"] == Standing.NOT_MENTIONED
        cells = {column: "" if silent else line[column] for column in ("evidence", "start", "end")}
        row = {"instrument": line["instrument"], "region": self.region, "status": line["status"]}
        return {**row, **cells, "note": line["note"]}

    def _observations(self) -> None:
        name = f"observations/{self.stem}"
        rows = _read(self.data / f"{name}.csv")
        others = [row for row in rows if row["report"] != self.report]
        mine = [self._observation(line) for line in self.decided.lines if line.owns]
        earlier = list(self._earlier())
        for row in mine:
            self._compare(row, earlier)
        self._implied(mine, earlier)
        mine.sort(key=lambda row: (int(row["start"]), row["indicator"], row["breakdown"]))
        if rows != [*others, *mine]:
            old = [row for row in rows if row["report"] == self.report]
            self.changes += _difference(name, _keyed(old), _keyed(mine), "key")
            self._contents[f"{name}.csv"] = _written(_columns("observations"), [*others, *mine])

    def _observation(self, line: Line) -> dict[str, str]:
        cells = {column: line[column] for column in _columns("observations")[1:]}
        value = Decimal(line["value"])
        cells["value"] = f"{value.normalize():f}" if value else "0"
        parts = sorted(part for part in line["breakdown"].split("+") if part)
        return {"report": self.report, **cells, "breakdown": "+".join(parts)}

    def _earlier(self) -> Iterator[dict[str, str]]:
        """Every row of other reports on the same region."""
        for path in sorted((self.data / "observations").glob("*.csv")):
            if path.stem.partition("-")[0] == self.region:
                yield from (row for row in _read(path) if row["report"] != self.report)

    def _compare(self, row: dict[str, str], earlier: Rows) -> None:
        """A value that another report states too is noted as agreement or as a revision."""
        for other in earlier:
            if any(row[column] != other[column] for column in _KEY):
                continue
            same = Decimal(other["value"]) == Decimal(row["value"])
            revised = f"修订：{other['report']}为{other['value']}"
            told = f"与{other['report']}一致" if same else revised
            if told not in row["note"]:
                row["note"] = f"{row['note']}；{told}".strip("；")
            verb = "agrees with" if same else "revises"
            self.checks.append(
                f"{row['indicator']} {row['period_start']}..{row['period_end']}: {row['value']} "
                f"{verb} {other['report']} ({other['value']})"
            )

    def _implied(self, mine: Rows, earlier: Rows) -> None:
        """A level and its change imply the level of the year before, which may be known."""
        levels = {_same(row): row for row in mine if row["measure"] == Measure.LEVEL}
        for row in mine:
            level = levels.get(_same(row))
            if row["measure"] != Measure.CHANGE_ABS or level is None:
                continue
            before = Decimal(level["value"]) - Decimal(row["value"])
            for other in earlier:
                if other["measure"] == Measure.LEVEL and _same(other) == _same(row, years=1):
                    same = Decimal(other["value"]) == before
                    verb = "agrees with" if same else "differs from"
                    said = f"{level['value']} and a change of {row['value']} imply {before}"
                    known = f"{other['report']} ({other['value']})"
                    self.checks.append(f"{row['indicator']}: {said}, which {verb} {known}")

    def _mentions(self) -> None:
        name = f"mentions/{self.stem}"
        rows = _read(self.data / f"{name}.csv")
        grouped: dict[tuple[int, int], list[Line]] = {}
        for line in self.decided.lines:
            grouped.setdefault(line.place, []).append(line)
        places = {(n.start, n.end) for n in numerals.find(self.decided.text)}
        mine = [_mention(grouped[place]) for place in sorted(places)]
        self._put(name, rows, mine, "start")


def _mention(lines: list[Line]) -> dict[str, str]:
    """One numeral, whatever number of rows it owns; a refused figure becomes a label."""
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


def _same(row: dict[str, str], *, years: int = 0) -> tuple[str, ...]:
    """What a row is about, *years* earlier."""
    dates = [
        f"{int(row[column][:4]) - years}{row[column][4:]}"
        for column in ("period_start", "period_end")
    ]
    return (row["indicator"], row["breakdown"], row["status"], *dates)


def _keyed(rows: Rows) -> Rows:
    return [
        {**row, "key": " ".join(filter(None, (row["start"], *(row[c] for c in _KEY))))}
        for row in rows
    ]


def _difference(name: str, old: Rows, new: Rows, key: str) -> Iterator[str]:
    """What is added, changed and removed, one line each."""
    before, after = ({row[key]: row for row in rows} for rows in (old, new))
    for word, row in after.items():
        if word not in before:
            yield f"{name}: + {word}{_figure(row)}"
        elif before[word] != row:
            was = before[word]
            told = [f"{c} {was.get(c)!r} -> {row[c]!r}" for c in row if was.get(c) != row[c]]
            yield f"{name}: ~ {word}: {', '.join(told)}"
    yield from (f"{name}: - {word}" for word in before if word not in after)


def _figure(row: dict[str, str]) -> str:
    if "value" not in row:
        return ""
    return f": {row['comparator']} {row['value']} {row['unit']} “{row['evidence']}”"
