"""
A brief in Word: at most two pages with the findings and figures of a brief deck.

The order is that of official briefs: findings, a table and figures, what cannot be compared,
sources. The evidence of later findings gives way first, then lines of the table.
"""

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product, starmap
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.charts import native
from analysis.charts.kinds import kind_of
from analysis.charts.native import Table
from analysis.figures import provenance
from analysis.language import labels, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Measure, Status

from . import content, word
from .bookmarks import Sort
from .deck import brief, shapes, store
from .fit import shares
from .word import Block, Grid, Paragraph, Part, Picture

Row = Mapping[str, Any]


class Size(NamedTuple):
    """How much a brief shows: figures, findings with evidence, lines of the table, lines apart."""

    figures: int
    findings: int
    lines: int
    apart: int

    @property
    def worth(self) -> int:
        """How much a reader gets: figures most, then findings with evidence."""
        return sum(map(operator.mul, self, (6, 2, 1, 1)))


Shown = tuple[content.Content, bytes | None]  # a figure with its picture; None for a table
Drawn = Callable[[content.Record], tuple[content.Record, bytes] | None]
MOST_PAGES = 2
_COUNTS = ((2, 1), (6, 4, 3, 2, 1, 0), (8, 6, 5, 4, 3, 2), (5, 3, 2, 1))
# From the most to the least; the first that fits is used.
SIZES = sorted(starmap(Size, product(*_COUNTS)), key=operator.attrgetter("worth"), reverse=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """The contents of a brief before they are cut to its pages."""

    language: str
    title: str
    shown: Sequence[content.Record]
    findings: Sequence[brief.Finding]
    rows: Sequence[tuple[Row, Row | None]]  # each with the year before
    apart: Table
    version: str
    regions: frozenset[str]
    pictured: Mapping[int, Shown]  # by the number of the figure

    def limited(self, size: Size) -> Size:
        """Return a size that shows the same, with no more of anything than there is."""
        known = (self.pictured, self.findings, self.rows, self.apart.lines)
        return Size(*(min(most, len(each)) for most, each in zip(size, known, strict=True)))

    def drawn(self, size: Size) -> dict[int, Shown]:
        """Return the figures that a brief of a size shows."""
        return {
            number: figure for number, figure in self.pictured.items() if number <= size.figures
        }


def report(
    figures: Path,
    *,
    language: str,
    about: brief.About | None = None,
    title: str = "",
    findings: Sequence[brief.Finding] = (),
    drawn: Drawn | None = None,
) -> bytes:
    """
    Return a brief of at most two pages as a Word document.

    Parameters
    ----------
    figures
        The folder with ``manifest.json`` and the pictures.
    about
        The subject; everything if not given.
    title
        The title; by default it is made from the subject.
    findings
        The findings on the subject; without them the brief has the titles of the figures.
    drawn
        Function that draws a figure at the width of the page, with its record, or returns None;
        without it the brief has the pictures of *figures*.

    Returns
    -------
    bytes
        A DOCX file; the same manifest and findings give the same bytes.

    Raises
    ------
    UsageError
        If no figure is about the subject.
    """
    about, form = about or brief.About(), word.FORMS[language]
    every, shown = brief.selected(figures, language, about, findings=findings)
    choice = chosen(figures, about, every, shown, language, title, findings, drawn)
    sizes: dict[Size, Size] = {}
    for size in SIZES:
        sizes.setdefault(choice.limited(size), size)
    sized = ((size, list(parts(choice, size))) for size in sizes.values())
    fitting = (one for one in sized if word.pages(blocks(one[1]), form) <= MOST_PAGES)
    size, written = next(fitting, (SIZES[-1], list(parts(choice, SIZES[-1]))))
    properties = properties_of(choice, size, about)
    return word.document(written, form, choice.title, provenances(choice, size), properties)


def blocks(written: Iterable[Part]) -> list[Block]:
    """Return the blocks of some parts."""
    return [block for part in written for block in part.blocks]


def chosen(
    figures: Path,
    about: brief.About,
    every: Sequence[content.Record],
    shown: Sequence[content.Record],
    language: str,
    title: str,
    findings: Sequence[brief.Finding],
    drawn: Drawn | None,
) -> Choice:
    """Return the contents of a brief that shows some figures, before they are cut to its pages."""
    return Choice(
        language=language,
        title=labels.legible(title, labels.LONGEST) or brief.title_of(about, language),
        shown=shown,
        findings=findings,
        rows=list(_rows(shown, about)),
        apart=brief.apart_on(every, about, language),
        version=store.mark(figures),
        regions=about.regions,
        pictured=dict(enumerate(_pictured(shown, language, figures, drawn), 1)),
    )


def properties_of(choice: Choice, size: Size, about: brief.About) -> dict[str, str]:
    """Return what a brief was asked to show and how much of it, as custom properties."""
    pictured = [one.figure for one, _ in choice.drawn(size).values()]
    others = [str(one["name"]) for one in choice.shown if str(one["name"]) not in pictured]
    properties = {
        store.PART: store.VERSION,
        f"{store.PART}.language": choice.language,
        f"{store.PART}.manifest": choice.version,
    }
    scope = {
        "title": choice.title,
        **about.scope,
        "size": " ".join(map(str, size)),
        "pictured": " ".join(pictured),
        "others": " ".join(others),
    }
    for key, value in scope.items():
        properties |= store.pieces(f"{store.PART}.scope.{key}", value)
    return properties


def provenances(choice: Choice, size: Size) -> str:
    """Return the provenance of the figures without a picture; pictures carry their own."""
    pictured = {one.figure for one, png in choice.drawn(size).values() if png is not None}
    own = {one["name"]: provenance.of(one) for one in choice.shown if one["name"] not in pictured}
    return json.dumps(own, ensure_ascii=False, sort_keys=True)


MOST_ROWS = 30  # of a picture that is legible across a page


def _pictured(
    shown: Iterable[content.Record], language: str, figures: Path, drawn: Drawn | None
) -> list[Shown]:
    """Return the first figures that are legible across a page, else those with a picture."""
    records = sorted(shown, key=lambda one: len(one["rows"]) > MOST_ROWS)
    legible = (_legible(record, language, drawn) for record in records if drawn)
    first = list(islice(filter(None, legible), SIZES[0].figures))
    return first or [one for record in records for one in stored(record, language, figures)]


def _legible(record: content.Record, language: str, drawn: Drawn) -> Shown | None:
    """Return a figure as a table if it is a list, else drawn at the width of the page."""
    if listed(record, language) is not None:
        return content.content(record, language), None
    again = drawn(record)
    light = again and shapes.light(again[1], record["name"])
    return again and (content.content(again[0], language), light)


def listed(record: content.Record, language: str) -> Table | None:
    """Return the table of a figure that has all its rows, or None."""
    table = kind_of(record).table(record, language)
    return table if content.is_whole(table, record) else None


def stored(record: content.Record, language: str, figures: Path) -> Iterator[Shown]:
    """Yield a figure with its picture in a folder, if it has one."""
    one = content.content(record, language)
    picture = shapes.pictured(one, figures)
    if picture is not None:
        yield one, picture


def _rows(shown: Iterable[content.Record], about: brief.About) -> Iterator[tuple[Row, Row | None]]:
    """Yield the latest result of each indicator, in turn from each figure, with the year before."""
    records = list(shown)
    every = {
        _key(row): row
        for record in records
        for row in (*record.get("beside", ()), *record["rows"])
        if row.get("measure") == Measure.LEVEL and row.get("status") == Status.ACTUAL
    }
    queues = [[row for row in about.rows(record["rows"]) if _is_result(row)] for record in records]
    latest: dict[tuple[str, ...], Row] = {}
    for place in range(max(map(len, queues), default=0)):
        for queue in queues:
            for row in sorted(queue, key=_last)[place : place + 1]:
                if all(row["id"] != one["id"] for one in latest.values()):
                    latest.setdefault(_key(row)[:-1], row)
    for row in latest.values():
        *what, year = _key(row)
        yield row, every.get((*what, str(int(year) - 1)))


def _key(row: Row) -> tuple[str, ...]:
    """Return region, indicator, part, scope and year of a row."""
    names = ("region", "indicator", "breakdown", "scope_zh")
    return (*(str(row.get(name, "")) for name in names), str(row.get("period_end", "0"))[:4])


def _last(row: Row) -> str:
    """Return the sort key by which later rows come first."""
    return str(9999 - int(_key(row)[-1]))


def _is_result(row: Row) -> bool:
    return (
        row.get("measure") == Measure.LEVEL
        and row.get("status") == Status.ACTUAL
        and row.get("origin", "report") == "report"
        and row.get("value") is not None
    )


def parts(choice: Choice, size: Size) -> Iterator[Part]:
    """Yield the parts of a brief of a size; those without a content are left out."""
    headings: list[str] = []
    for name, written in _parts(choice, size):
        kept = list(written)
        heading = HEADINGS.get(name, "")
        if kept and heading and heading not in headings:
            words = _heading(len(headings), _TITLES[heading])[choice.language]
            yield Part(heading, [Paragraph("Heading 1", words)])
            headings.append(heading)
        if kept:
            yield Part(name, kept)


HEADINGS = {  # the part with the heading above each part
    "overall": "heading1", "table": "heading2", "figure1": "heading2", "figure2": "heading2",
    "list1": "heading2", "list2": "heading2",
    "apart": "heading3", "sources": "heading4", "method": "heading4",
}  # fmt: skip
_TITLES = {
    "heading1": say("report.overall"),
    "heading2": say("report.data"),
    "heading3": say("report.apart"),
    "heading4": say("report.basis"),
}


def _parts(choice: Choice, size: Size) -> Iterator[tuple[str, Iterable[Block]]]:
    """Yield name and blocks of each part, without headings."""
    language = choice.language
    said = brief.lines(choice.shown, (), language, choice.findings[: size.findings])
    rows = sorted(choice.rows[: size.lines], key=lambda pair: native.level(pair[0]))
    sources = list(dict.fromkeys(labels.publication(row)[language] for row, _ in rows))
    yield "title", [Paragraph("Title", choice.title)]
    yield "subtitle", _subtitle(choice, said[0])
    yield "overall", [Paragraph("Body Text", line) for line in said]
    yield Sort.TABLE, _table(rows, sources, language)
    yield from _figures(choice.drawn(size).values(), tables=bool(rows))
    yield "apart", _apart(choice, size)
    yield "sources", _sources(sources)
    yield "method", _method(choice)
    yield "date", _date(choice)


def _subtitle(choice: Choice, first: str) -> Iterator[Block]:
    """Yield the title of the first figure, if it is on the subject and begins no finding."""
    heading, rows = labels.both(choice.shown[0]["title"]), choice.shown[0]["rows"]
    regions = [labels.region(row).zh for row in rows if row["region"] in choice.regions]
    named = not choice.regions or any(name in heading.zh for name in regions)
    if named and not first.startswith(heading[choice.language]):
        yield Paragraph("Subtitle", say("report.subtitle", finding=heading)[choice.language])


def _date(choice: Choice) -> Iterator[Block]:
    day = brief.latest_day(choice.shown)
    if day:
        words = say("report.date", day=values.day(pd.Timestamp(day)))[choice.language]
        yield Paragraph("Date", words)


_NUMERALS = "一二三四"


def _heading(number: int, title: Text) -> Text:
    return Text(f"{_NUMERALS[number]}、", f"{number + 1}. ") + title


def _figures(shown: Iterable[Shown], *, tables: bool) -> Iterator[tuple[str, Iterable[Block]]]:
    """Yield the parts of figures; lists are counted with the table before them, if there is one."""
    counts = {Sort.FIGURE: 0, Sort.LIST: int(tables)}
    for number, (one, png) in enumerate(shown, 1):
        name = Sort.LIST if png is None else Sort.FIGURE
        counts[name] += 1
        show = _list(one, counts[name]) if png is None else _picture(one, png, counts[name])
        yield f"{name}{number}", chain(show, _foot(one))


def _picture(one: content.Content, png: bytes, number: int) -> Iterator[Block]:
    """Yield the picture of a figure and its caption."""
    mark = f"rs:{one.figure}:picture:{one.fingerprint}"
    yield Picture(mark, png, shapes.inked(png, one.record.get("plot")), one.alt)
    yield _caption("report.figure", "Figure", number, one.title, one.language)


MOST_LINES = 8  # of a list


def _list(one: content.Content, number: int) -> Iterator[Block]:
    """Yield the caption of a list and the first lines of its table."""
    form, table = word.FORMS[one.language], listed(one.record, one.language)
    if table is not None:
        table = content.shortened(table, MOST_LINES, one.language)
        widths = shares(table, form.width / 72, form.styles["Table Text"].size)
        yield _caption("report.table", "Table", number, one.title, one.language)
        yield Grid(table, widths, one.title)


def _foot(one: content.Content) -> Iterator[Block]:
    """Yield the notes, the source and the mark of a figure."""
    record, language = one.record, one.language
    notes = say("report.note", words=labels.sentences(map(labels.both, record["notes"])))
    source = f"{one.source.rstrip('。.')}{_END[language]}"
    words = f"{source}{content.stamp(record, language)}"
    yield Paragraph("Source", f"{notes[language]}\n{words}" if record["notes"] else words)


_END = {"zh": "。", "en": ". "}


def _caption(label: str, counter: str, number: int, title: str, language: str) -> Paragraph:
    space = {"zh": "", "en": " "}[language]
    gap = {"zh": "　", "en": ". "}[language]
    return Paragraph("Caption", f"{say(label)[language]}{space}", counter, number, f"{gap}{title}")


_WIDTHS = {"zh": (1.1, 3.9, 1.3, 1.5, 1.5, 0.8), "en": (1.4, 3.5, 1.2, 1.5, 1.4, 1.2)}


def _table(
    rows: Sequence[tuple[Row, Row | None]], sources: Sequence[str], language: str
) -> Iterator[Block]:
    """Yield the table of results with the numbers of their sources."""
    if not rows:
        return
    lines = tuple(_line(row, before, sources, language) for row, before in rows)
    title = say("report.table_title")[language]
    yield _caption("report.table", "Table", 1, title, language)
    head = tuple(say("report.heads")[language].split("|"))
    yield Grid(Table(head, lines), _WIDTHS[language], title)
    heading = say("report.basis")
    yield Paragraph("Source", say("report.source_table", heading=heading)[language])


def _line(row: Row, before: Row | None, sources: Sequence[str], language: str) -> tuple[str, ...]:
    scope = Text(row.get("scope_zh", ""), row.get("scope_en", ""))
    what = labels.indicator(row)
    if scope.zh:  # which says more than the name of the part
        what = labels.indicator({**row, "breakdown_zh": ""}) + Text.aside(scope)
    source = sources.index(labels.publication(row)[language]) + 1
    blank = Text("—", "—")
    earlier = labels.value(before) if before else blank
    cells = (labels.region(row), what, labels.period(row), labels.value(row), earlier)
    return (*(labels.legible(cell[language], 120) for cell in cells), f"[{source}]")


def _apart(choice: Choice, size: Size) -> Iterator[Block]:
    """Yield a line for each indicator that cannot be compared, short ones first, and a count."""
    language = choice.language
    shortest = sorted(choice.apart.lines, key=lambda line: len("".join(line)))
    for line in shortest[: size.apart]:
        yield Paragraph("Body Text", brief.apart_line(line, language))
    left = len(choice.apart.lines) - size.apart
    if left > 0:
        end = {"zh": "。", "en": "."}[language]
        yield Paragraph("Body Text", say("brief.more", count=left)[language] + end)


def _sources(sources: Sequence[str]) -> Iterator[Block]:
    """Yield the numbered sources of the table."""
    for number, source in enumerate(sources, 1):
        yield Paragraph("Source List", f"[{number}] {labels.legible(source, 160)}")


def _method(choice: Choice) -> Iterator[Block]:
    method = say("report.method", mark=choice.version)
    yield Paragraph("Source List", method[choice.language])
