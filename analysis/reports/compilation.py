"""
A report file compiled: its text, its setting, every candidate, and what is known of the report.

It writes nothing; the review workbook and the other formats are made from it.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from analysis.tables import csv_file

from .candidates import Candidate
from .documents import Document, load
from .doubts import Doubt
from .layout import Mood, sections
from .reader import read
from .setting import Setting, setting
from .suggestions import Catalogue, catalogue

FORMATS = ("jsonl", "csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One report read as far as a machine may."""

    document: Document
    region: str
    told: Setting
    candidates: tuple[Candidate, ...]
    catalogue: Catalogue
    data: Path

    @property
    def report(self) -> str:
        """The code of the report: its region and the year that its period ends in."""
        return f"{self.region}-{self.told.end.year}"


def compiled(path: Path, data: Path, *, region: str, period: str = "") -> Compiled:
    """
    Compile the report file *path* against the tables in *data*.

    Parameters
    ----------
    path
        A ``.txt``, ``.html``, ``.docx`` or ``.pdf`` file.
    data
        The folder of the tables; catalogue, synonyms and region names are taken from it.
    region
        The code of the region, known to the tables or new.
    period
        Such as ``2024`` or ``2024-01..2024-11``; read from the text if not given.

    Raises
    ------
    DocumentError
        When the file gives no text.
    UsageError
        When the period cannot be told.
    """
    document = load(path)
    names = tuple(
        row["name_zh"]
        for _, row in csv_file.table(data / "regions.csv").iterrows()
        if row["region"] == region
    )
    told = setting(document.text, names=names, period=period)
    known = catalogue(data)
    found = tuple(_told_apart(read(document.text, told, known)))
    return Compiled(document, region, told, found, known, data)


def _told_apart(candidates: Iterator[Candidate]) -> Iterator[Candidate]:
    """Doubt every figure that would have the key of an earlier one."""
    seen: dict[tuple[object, ...], int] = {}
    for candidate in candidates:
        key = (candidate.indicator, candidate.period, candidate.status, candidate.measure)
        if not candidate.owns or not candidate.indicator:
            yield candidate
            continue
        first = seen.setdefault(key, candidate.start)
        doubt = Doubt("same_indicator", {"start": first})
        doubts = candidate.doubts if first == candidate.start else (*candidate.doubts, doubt)
        yield replace(candidate, doubts=doubts)


def jsonl(report: Compiled, language: str = "zh") -> Iterator[str]:
    """Yield one JSON object per numeral or stated fact, in the order of the text."""
    for candidate in report.candidates:
        yield json.dumps(candidate.as_json(language), ensure_ascii=False)


def as_csv(report: Compiled, language: str = "zh") -> str:
    """Return the candidates as CSV; lists are joined by `` | ``, and no cell starts a formula."""
    stream = io.StringIO()
    records = [
        candidate.as_json(language) | {"evidence": candidate.evidence, "reason": candidate.reason}
        for candidate in report.candidates
    ]
    writer = csv.DictWriter(stream, list(records[0]) if records else ["start"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in records)
    return stream.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list):
        words = [item["indicator"] if isinstance(item, dict) else str(item) for item in value]
        value = " | ".join(words)
    dangerous = isinstance(value, str) and value[:1] in "=+-@\t\r" and len(value) > 1
    return f"'{value}" if dangerous else value


_PUBLISHER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,12}(?:省|市|州|区|县|旗|盟))?应急管理(?:局|厅)|安全生产委员会办公室"
)
_DATED = re.compile(r"(20\d\d)[年-](\d{1,2})[月-](\d{1,2})")


def facts(found: Compiled) -> dict[str, str]:
    """What ``reports.csv`` needs to know, as far as the text tells; a person completes it."""
    text, told = found.document.text, found.told
    publishers = Counter(_PUBLISHER.findall(text[:2_000] + text[-500:]))
    publisher = max(publishers, key=lambda name: (len(name), publishers[name]), default="")
    return {
        "report": found.report,
        "region": found.region,
        "title": found.document.title,
        "publisher": publisher,
        "published": _published(text),
        "period_start": str(told.start),
        "period_end": str(told.end),
        "kind": _kind(found),
        "sha256": found.document.digest,
        "characters": str(len(text)),
        "note": "",
    }


def _published(text: str) -> str:
    """The last full date of the last lines, else the one a web page gives itself."""
    for part in (text[-200:], text[:400]):
        for year, month, day in reversed(_DATED.findall(part)):
            try:
                return str(date(int(year), int(month), int(day)))
            except ValueError:
                continue
    return ""


def _kind(found: Compiled) -> str:
    told = found.told
    if told.mood is Mood.PLAN:
        return "plan"
    whole = (told.start.month, told.end.month) == (1, 12)
    parts = sections(found.document.text, year=told.end.year)
    plans = any(part.mood is Mood.PLAN for part in parts)
    plans = plans or any(one.period and one.period[1] > told.end for one in found.candidates)
    return ("report" if whole else "progress") + ("+plan" if plans else "")
