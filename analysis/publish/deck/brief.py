"""
A brief deck: at most eight slides on a region, a theme or an indicator.

The summary is made of the titles of the figures that follow, so that it says what they show.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from analysis.charts.kinds import kind_of
from analysis.charts.native import Table
from analysis.errors import UsageError
from analysis.figures import manifest
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.publish import content

from . import pages, slides, store
from . import template as deck_template
from .pages import Page, Record

MOST = 4  # figures


class Finding(Protocol):
    """What a summary needs of a finding of ``comparability.standing``."""

    @property
    def title(self) -> Text:
        """The finding in a few words."""

    @property
    def subtitle(self) -> Text:
        """The subtitle of its figure; empty if the figure has the same for every finding."""

    @property
    def sentence(self) -> Text:
        """The finding with its evidence."""

    @property
    def regions(self) -> Collection[str]:
        """The codes of the regions that it is about."""

    @property
    def figure(self) -> str:
        """The name of the figure that shows it, without the language."""


@dataclass(frozen=True, slots=True)
class About:
    """The subject of a brief: codes of regions and of indicators; all if there are none."""

    regions: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    names: tuple[Text, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, scope: Mapping[str, str]) -> "About":
        """Return the subject that :attr:`scope` describes, without the names."""
        words = tuple(filter(None, scope.get("about", "").split("|")))
        regions, indicators = (
            frozenset(scope.get(part, "").split()) for part in ("regions", "indicators")
        )
        return cls(regions, indicators, words=words)

    @property
    def scope(self) -> dict[str, str]:
        """The subject as texts that a document stores."""
        return {
            "about": "|".join(self.words),
            "regions": " ".join(sorted(self.regions)),
            "indicators": " ".join(sorted(self.indicators)),
        }

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the rows on the subject."""
        return [
            row
            for row in rows
            if (not self.regions or row.get("region") in self.regions)
            and (not self.indicators or row.get("indicator") in self.indicators)
        ]


def deck(
    figures: Path,
    *,
    language: str,
    about: About | None = None,
    title: str = "",
    template: Path | None = None,
    patterns: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    mark: str = "",
) -> bytes:
    """
    Return a brief deck.

    Parameters
    ----------
    about
        The subject; everything if not given.
    title
        The title of the cover; by default it is made from the subject.
    patterns
        The figures to show, in their order; by default those of the findings, then those that say
        most about the subject.
    findings
        The findings on the subject, for the summary; without them it has the titles of the figures.
    mark
        ``qr`` for a small QR code of each fingerprint.

    Raises
    ------
    UsageError
        If no figure is about the subject, or more are named than a brief can have.
    """
    about = about or About()
    every, shown = selected(figures, language, about, patterns, findings)
    title = title or title_of(about, language)
    scope = {"chosen": "brief", "title": title, **about.scope}
    presentation = deck_template.empty(template)
    version = store.mark(figures)
    front, back = pages_of(presentation, shown, every, language, version, scope, findings)
    contents = [slides.on_one_slide(content.content(record, language)) for record in shown]
    for page in front:
        pages.add(presentation, page, language)
    for one in contents:
        slides.add(presentation, one, language, figures, mark)
    for page in back:
        pages.add(presentation, page, language)
    return store.sealed(presentation, contents, language, version, scope)


def selected(
    figures: Path,
    language: str,
    about: About,
    patterns: Sequence[str] = (),
    findings: Sequence[Finding] = (),
) -> tuple[list[dict[str, Any]], list[Record]]:
    """
    Return all figures, and those that a brief on a subject shows.

    Raises
    ------
    UsageError
        If no figure is about the subject, or more are named than a brief can have.
    """
    every = content.chosen(manifest.load(figures), language)
    shown = _named(figures, language, patterns) if patterns else chosen(every, about, findings)
    if not shown:
        raise UsageError(say("deck.no_subject"))
    return every, retitled(shown, about, findings)


def retitled(records: Iterable[Record], about: About, findings: Sequence[Finding]) -> list[Record]:
    """
    Return figures with the findings that they show on a subject as their titles.

    The title of a figure of several regions or indicators is about one of them, perhaps another.
    """
    own = [one for one in findings if not about.regions or about.regions.issuperset(one.regions)]
    subject = {"subject": sorted(about.regions)} if about.regions else {}
    return [
        (dict(record) if _is_titled_on(record, about) else _retitled(record, own)) | subject
        for record in records
    ]


def _is_titled_on(record: Record, about: About) -> bool:
    """Return whether a figure begins with a row on a subject that names no region."""
    first = record["rows"][:1]
    return not about.regions and about.rows(first) == first


def _retitled(record: Record, findings: Iterable[Finding]) -> dict[str, Any]:
    first = next((one for one in findings if _of_finding(one, [record])), None)
    if first is None:
        return dict(record)
    texts = {"title": first.title + _page_of(record), "spoken": first.sentence}
    texts |= {"subtitle": first.subtitle} if first.subtitle else {}
    return {**record, **{name: {"zh": text.zh, "en": text.en} for name, text in texts.items()}}


def _page_of(record: Record) -> Text:
    """Return the number of the page in the title of a figure; empty for a lone one."""
    title = labels.both(record["title"])
    return Text(*("".join(_COUNT.findall(words)[-1:]) for words in (title.zh, title.en)))


def _named(figures: Path, language: str, patterns: Sequence[str]) -> list[dict[str, Any]]:
    loaded = manifest.load(figures)
    records = content.chosen(loaded, language, patterns, given_order=True, folder=figures)
    if len(records) > MOST:
        raise UsageError(say("deck.too_many", most=MOST, figures=len(records)))
    return records


def chosen(
    records: Iterable[Record], about: About, findings: Sequence[Finding] = ()
) -> list[Record]:
    """
    Return the figures of findings, then those with the highest weight for a subject.

    Those that are too dense, or are lists of sentences that a longer list has too, are left out.
    """
    records = [one for one in records if not kind_of(one).dense]
    named = [record for one in findings for record in _of_finding(one, records)]
    ranked = {one["name"]: one for one in (*named, *_weightiest(records, about))}
    repeated = next(iter(_repeated(list(ranked.values())[:MOST], about)), None)
    while repeated is not None:
        del ranked[repeated]
        repeated = next(iter(_repeated(list(ranked.values())[:MOST], about)), None)
    return list(ranked.values())[:MOST]


def _repeated(records: Sequence[Record], about: About) -> Iterator[str]:
    """Yield the names of the lists whose sentences on a subject are all in a longer list."""
    lists = {one["name"]: _spans(one, about) for one in records if kind_of(one).listed}
    for name, spans in lists.items():
        longer = [others for others in lists.values() if len(others) > len(spans) > 0]
        if any(all(any(map(span.meets, others)) for span in spans) for others in longer):
            yield name


class _Span(NamedTuple):
    """The characters of a sentence in a report."""

    report: str
    start: int
    end: int

    def meets(self, other: "_Span") -> bool:
        """Return whether two spans have a character in common."""
        same = self.report == other.report
        return same and self.start < other.end and other.start < self.end


def _spans(record: Record, about: About) -> list[_Span]:
    rows = (row for row in about.rows(record["rows"]) if "end" in row)
    return [_Span(row["report"], row["start"], row["end"]) for row in rows]


def _of_finding(finding: Finding, records: Sequence[Record]) -> list[Record]:
    """Return the figure that shows a finding as a list: the first page with its regions."""
    name = finding.figure
    pages = [one for one in records if name in {content.key_of(one), _stem(one)}] if name else []
    regions = {*finding.regions}
    own = (one for one in pages if not regions or regions & {row["region"] for row in one["rows"]})
    return list(islice(own, 1))


def _stem(record: Record) -> str:
    """Return the name of a figure without the number of its page."""
    return re.sub(r"-\d$", "", content.key_of(record))


def _weightiest(records: Sequence[Record], about: About) -> list[Record]:
    """Return the figures by their weight for a subject, one of each kind first."""
    weighed = [(_weight(record, about), record) for record in records]
    ranked = sorted(
        ((weight, record) for weight, record in weighed if weight > 0),
        key=lambda entry: (-entry[0], content.place(entry[1])),
    )
    first: dict[str, Record] = {}
    others: list[Record] = []
    for weight, record in ranked:
        if record["kind"] not in first:
            first[record["kind"]] = record
        elif weight >= _OWN:
            others.append(record)
    return sorted([*first.values(), *others][:MOST], key=content.place)


_OWN = 2.0  # the weight of a figure that is of the subject, not only in part about it


def _weight(record: Record, about: About) -> float:
    """Return the weight of a figure for a subject; 0 if it has no row about it."""
    rows = record["rows"]
    mine = about.rows(rows)
    if kind_of(record).apart or not mine or not content.worth_a_slide(record):
        return 0.0
    if not about.regions and not about.indicators:
        return 1.0
    given = {str(value) for value in record.get("parameters", {}).values()}
    own = bool(given & about.regions) or bool(given & about.indicators)
    titled = any(name.zh and name.zh in record["title"]["zh"] for name in about.names)
    share = len(mine) / len(rows)
    return 0.0 if share < _LEAST and not own else 3.0 * own + 1.0 * titled + 2.0 * share


_LEAST = 0.2  # of the rows of a figure


def title_of(about: About, language: str) -> str:
    """Return the title of a brief on a subject."""
    if not about.names:
        return store.TITLE[language]
    return say("brief.title", names=Text.joined(about.names, zh="、", en=", "))[language]


def pages_of(
    presentation: Any,
    shown: Sequence[Record],
    every: Sequence[Record],
    language: str,
    version: str,
    scope: Mapping[str, str],
    findings: Sequence[Finding],
) -> tuple[list[Page], list[Page]]:
    """Return the pages before and after the figures."""
    about = About.of(scope)
    apart = apart_on(every, about, language)
    front = [
        _cover(shown, language, version, scope["title"], about),
        summary(shown, apart.lines, language, findings),
    ]
    back = [*_sources(presentation, shown, language)]
    if len(apart.lines) > FEW_APART:
        title = say("brief.apart")[language]
        back[:0] = _cut(presentation, "apart", title, apart, (3.6, 8.5), language, size=14)
    return front, back


def summary(
    shown: Sequence[Record],
    apart: Sequence[Sequence[str]],
    language: str,
    findings: Sequence[Finding] = (),
) -> Page:
    """
    Return the page of findings: those that the figures show, else the titles of the figures.

    Parameters
    ----------
    apart
        The indicators that cannot be compared, with reasons; the last line has the reasons of few,
        which have no page, else their number.
    """
    said = lines(shown, apart, language, findings)
    words = "\n".join(f"{number}. {line}" for number, line in enumerate(said, 1))
    title = say("brief.summary", count=len(said))[language]
    return Page("summary", "Summary", {"Title": title, "Words": words})


FEW_APART = 1  # indicators that cannot be compared; a page of their own would be nearly empty


def lines(
    shown: Sequence[Record],
    apart: Sequence[Sequence[str]],
    language: str,
    findings: Sequence[Finding] = (),
) -> list[str]:
    """Return the findings of :func:`summary` as sentences."""
    said = list(dict.fromkeys(line for one in shown for line in _said(one, language, findings)))
    if len(apart) > FEW_APART:
        said.append(say("brief.apart_count", count=len(apart))[language])
    else:
        few = (apart_line(line, language) for line in apart)
        said += [say("brief.apart_one", line=Text(line, line))[language] for line in few]
    end = {"zh": "。", "en": "."}[language]
    return [f"{one.rstrip(end)}{end}" for one in said]


def apart_line(line: Sequence[str], language: str) -> str:
    """Return which regions cannot be compared on an indicator and why, as a sentence."""
    what, reasons = line
    joined = {"zh": "；", "en": "; "}[language].join(reasons.split("\n"))
    words = say("report.apart_line", what=Text(what, what), reasons=Text(joined, joined))
    return words[language]


def apart_on(every: Iterable[Record], about: About, language: str) -> Table:
    """
    Return the table of what cannot be compared on a subject.

    These are the indicators of the figures that list them; where there are none on an indicator,
    the rows and regions that other figures leave out.
    """
    records = list(every)
    table = content.refusals(_apart(records, about), language)
    if table.lines or (about.regions and not about.indicators):
        return table
    return content.refusals(_on(records, about), language)


def _said(record: Record, language: str, findings: Sequence[Finding]) -> list[str]:
    """Return the findings that a figure shows, or its title."""
    shown = [one.sentence[language] for one in findings if record in _of_finding(one, [record])]
    return shown or [_COUNT.sub("", labels.both(record["title"])[language])]


_COUNT = re.compile(r" ?[（(]\d+/\d+[）)]")  # of the pages of a figure


def _on(records: Iterable[Record], about: About) -> Iterator[Record]:
    """Yield the records with the rows and refusals on a subject only."""
    for record in records:
        gaps = about.rows({"indicator": _indicator(record), **gap} for gap in record["refused"])
        rows = about.rows(record["rows"])
        if rows or gaps:
            yield {**record, "rows": rows, "refused": gaps}


def _apart(records: Iterable[Record], about: About) -> Iterator[Record]:
    """Yield the figures of what cannot be compared, with the rows of all regions on a subject."""
    for record in records:
        if kind_of(record).apart:
            codes = {row["indicator"] for row in about.rows(record["rows"])}
            yield {**record, "rows": [row for row in record["rows"] if row["indicator"] in codes]}


def _indicator(record: Record) -> str:
    """Return the one indicator of a figure, or an empty text."""
    codes = {row.get("indicator", "") for row in record["rows"]}
    return str(codes.pop()) if len(codes) == 1 else ""


def _cover(shown: Sequence[Record], language: str, version: str, title: str, about: About) -> Page:
    """Return the cover: the regions, the years and the age of the data in place of counts."""
    page = pages.cover(shown, language, version, title)
    return replace(page, texts={**page.texts, "Subtitle": coverage(shown, language, about)})


def coverage(shown: Sequence[Record], language: str, about: About | None = None) -> str:
    """Return the regions, the years and the age of the data of some figures, on two lines."""
    rows = [row for record in shown for row in record["rows"]]
    regions = pages.regions(rows, language)
    if about and about.regions:
        own = pages.regions((row for row in rows if row["region"] in about.regions), language)
        others = pages.regions(
            (row for row in rows if row["region"] not in about.regions), language
        )
        regions = say("brief.beside", own=own, others=others)[language] if others else own
    years = sorted({str(row["period_end"])[:4] for row in rows if row.get("period_end")})
    span = "–".join(dict.fromkeys((years[0], years[-1]))) if years else ""
    latest = latest_day(shown) or span
    return say("brief.cover", regions=regions, years=span, latest=latest)[language]


def latest_day(shown: Iterable[Record]) -> str:
    """Return the ISO date of the latest publication behind some figures, or an empty text."""
    days = (row.get("published") for record in shown for row in record["rows"])
    return max(map(str, filter(None, days)), default="")


def _sources(presentation: Any, shown: Sequence[Record], language: str) -> Iterator[Page]:
    """Yield the page of sources, those of most entries first, and of the method."""
    table = content.sources(shown, language)
    lines = sorted(table.lines, key=lambda line: (-int(line[-1]), line))
    title, method = say("brief.sources")[language], say("brief.method")[language]
    whole, widths = Table(table.head, tuple(lines)), (2.3, 3.3, 1.8, 1.2)
    yield from _cut(presentation, "sources", title, whole, widths, language, words=method, size=12)


def _cut(
    presentation: Any,
    name: str,
    title: str,
    table: Table,
    widths: Sequence[float],
    language: str,
    **more: Any,
) -> Iterator[Page]:
    """Yield a table on one page; its last line counts the lines for which there is no room."""
    for kept in range(len(table.lines), 0, -1):
        short = content.shortened(table, kept, language, "brief.more")
        parts = list(pages.divided(presentation, name, title, short, widths, **more))
        if len(parts) == 1:
            yield parts[0]
            return
