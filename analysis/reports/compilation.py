"""
Compile a report file: its text, region and period, its candidates, and its row of ``reports``.

Nothing is written; the review workbook and the other formats are made from the result.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.vocabulary import Confidence, Measure, Role
from analysis.tables.load import regions_covered

from . import areas
from .candidates import Candidate
from .documents import Document, load
from .doubts import Doubt
from .layout import Mood, sections
from .naming import RELATIVE
from .reader import read
from .setting import Setting, setting
from .suggestions import Catalogue, catalogue

_SHORTEST = 16  # characters of a sentence that is not repeated by chance
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Compiled:
    """A report with its candidates."""

    document: Document
    region: str
    setting: Setting
    candidates: tuple[Candidate, ...]
    catalogue: Catalogue
    data: Path

    @property
    def report(self) -> str:
        """The code of the report: its first region and the last year of its period."""
        return f"{regions_covered(self.region)[0]}-{self.setting.end.year}"


def compiled(path: Path, data: Path, *, region: str = "", period: str = "") -> Compiled:
    """
    Compile the report file *path* against the tables in *data*.

    Parameters
    ----------
    path
        A ``.txt``, ``.html``, ``.docx`` or ``.pdf`` file.
    data
        The folder of the tables, for the catalogue, its synonyms and the names of regions.
    region
        The code of the region, known to the tables or new; several joined by +. As named by the
        file or in the text if not given.
    period
        Such as ``2024`` or ``2024-01..2024-11``; read from the text if not given.

    Raises
    ------
    DocumentError
        When the file has no text.
    UsageError
        When no period or no region is found.
    """
    document = load(path)
    known_regions = areas.known(data)
    region = region or areas.guessed(path.stem, document.text, known_regions)
    if not region:
        raise UsageError(say("compile.no_region", file=path.name))
    names = tuple(known_regions[code] for code in regions_covered(region) if code in known_regions)
    context = setting(document.text, names=names, period=period)
    known = catalogue(data)
    figures = read(document.text, context, known)
    single = len(regions_covered(region)) == 1  # else a sentence may be said of each region
    candidates = tuple(distinguished(_once(document.text, figures) if single else figures))
    return Compiled(document, region, context, candidates, known, data)


def _once(text: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Turn repeated figures of a sentence into labels that name the place of the first."""
    seen: dict[tuple[object, ...], int] = {}
    for candidate in candidates:
        sentence, offset = _sentence(text, candidate.start)
        about = (candidate.period, candidate.status, candidate.region, candidate.measure)
        tabled = any(doubt.id == "from_table" for doubt in candidate.doubts)
        first = candidate.start
        if candidate.owns and not tabled and len(sentence) >= _SHORTEST:
            first = seen.setdefault((sentence, offset, *about), candidate.start)
        if first == candidate.start:
            yield candidate
            continue
        doubts = (*candidate.doubts, Doubt("said_before"))
        reason = f"与前文重复，见 start {first}"
        yield replace(
            candidate, role=Role.LABEL, reason=reason, doubts=doubts, indicator="", suggestions=()
        )


def _sentence(text: str, position: int) -> tuple[str, int]:
    """Return the sentence around *position* without blanks, and where in it the place is."""
    around = text[max(0, position - _LONGEST) : position]
    left = re.split(r"[。！？!?；;\r\n]", around)[-1]
    right = re.split(r"[。！？!?；;\r\n]", text[position : position + _LONGEST], maxsplit=1)[0]
    before, after = ("".join(part.split()) for part in (left, right))
    return before + after, len(before)


def distinguished(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """
    Add a doubt to every figure that a figure of the same indicator contradicts.

    Two figures of one key need different breakdowns. A whole is no less than its part, so that a
    smaller figure is of a part that the words do not name.
    """
    candidates = tuple(candidates)
    first: dict[tuple[object, ...], Candidate] = {}
    largest: dict[tuple[object, ...], Candidate] = {}
    for candidate in filter(_named, candidates):
        first.setdefault(_key(candidate), candidate)
        if candidate.measure is Measure.LEVEL and candidate.unit not in RELATIVE:
            for key in {_key(candidate), _key(candidate, part="")}:
                largest[key] = max(largest.get(key, candidate), candidate, key=_amount)
    for candidate in candidates:
        if not _named(candidate):
            yield candidate
            continue
        same, part = first[_key(candidate)], largest.get(_key(candidate), candidate)
        if same is not candidate:
            again = (same.value, same.unit) == (candidate.value, candidate.unit)
            same_indicator = Doubt("same_indicator", {"start": same.start})
            yield _doubted(candidate, Doubt("said_before") if again else same_indicator)
        elif _amount(part) > _amount(candidate):
            yield _doubted(candidate, Doubt("below_part", {"start": part.start}))
        else:
            yield candidate


def _named(candidate: Candidate) -> bool:
    return candidate.owns and bool(candidate.indicator)


def _key(candidate: Candidate, part: str | None = None) -> tuple[object, ...]:
    """Return what makes a figure another one; *part* instead of its breakdown."""
    breakdown = candidate.breakdown if part is None else part
    thing = candidate.indicator, breakdown, candidate.region, candidate.base
    return (*thing, candidate.period, candidate.status, candidate.measure)


def _amount(candidate: Candidate) -> Decimal:
    return candidate.value or Decimal(0)


def _doubted(candidate: Candidate, doubt: Doubt) -> Candidate:
    level = Confidence.LOOK if candidate.confidence is Confidence.SURE else candidate.confidence
    return replace(candidate, doubts=(*candidate.doubts, doubt), confidence=level)


def jsonl(report: Compiled, language: str = "zh") -> Iterator[str]:
    """Yield one JSON object per numeral or stated fact, in the order of the text."""
    for candidate in report.candidates:
        yield json.dumps(candidate.as_json(language), ensure_ascii=False)


def as_csv(report: Compiled, language: str = "zh") -> str:
    """Return the candidates as CSV; lists are joined by a bar, and no cell starts a formula."""
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


def facts(report: Compiled) -> dict[str, str]:
    """Return the row of ``reports``, as far as the text gives it; the reviewer completes it."""
    text, context = report.document.text, report.setting
    publishers = Counter(_PUBLISHER.findall(text[:2_000] + text[-500:]))
    publisher = max(publishers, key=lambda name: (len(name), publishers[name]), default="")
    return {
        "report": report.report,
        "region": report.region,
        "title": report.document.title,
        "publisher": publisher,
        "published": _published(text),
        "period_start": str(context.start),
        "period_end": str(context.end),
        "kind": _kind(report),
        "sha256": report.document.digest,
        "characters": str(len(text)),
        "note": "",
    }


def _published(text: str) -> str:
    """Return the last full date of the last lines, else the first lines' date of a web page."""
    for part in (text[-200:], text[:400]):
        for year, month, day in reversed(_DATED.findall(part)):
            try:
                return str(date(int(year), int(month), int(day)))
            except ValueError:
                continue
    return ""


def _kind(report: Compiled) -> str:
    context = report.setting
    if context.mood is Mood.PLAN:
        return "plan"
    whole = (context.start.month, context.end.month) == (1, 12)
    parts = sections(report.document.text, year=context.end.year)
    plans = any(part.mood is Mood.PLAN for part in parts)
    plans = plans or any(
        candidate.period and candidate.period[1] > context.end for candidate in report.candidates
    )
    return ("report" if whole else "progress") + ("+plan" if plans else "")
