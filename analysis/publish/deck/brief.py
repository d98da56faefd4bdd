"""
A brief deck: at most eight slides on a region, a theme or an indicator.

The summary is made of the titles of the figures that follow, so that it says what they show.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.charts.kinds import kind_of
from analysis.charts.native import Table
from analysis.errors import UsageError
from analysis.figures import manifest
from analysis.language import labels
from analysis.language.messages import say
from analysis.publish import content

from . import pages, slides, store
from . import template as deck_template
from .pages import Page, Record

MOST = 4  # figures
_LINES = 6  # of what cannot be compared


@dataclass(frozen=True, slots=True)
class About:
    """The subject of a brief: codes of regions and of indicators; all if there are none."""

    regions: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()

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
        The figures to show, in their order; by default those that say most about the subject.
    mark
        ``qr`` for a small QR code of each fingerprint.

    Raises
    ------
    UsageError
        If no figure is about the subject, or more are named than a brief can have.
    """
    about = about or About()
    every = content.chosen(manifest.load(figures), language)
    shown = _named(figures, language, patterns) if patterns else chosen(every, about)
    if not shown:
        raise UsageError("no figure is about this: `regional-safety figures` lists all figures")
    title = title or _title(shown, about, language)
    scope = {"chosen": "brief", "title": title, "regions": " ".join(sorted(about.regions))}
    scope["indicators"] = " ".join(sorted(about.indicators))
    presentation = deck_template.empty(template)
    version = store.mark(figures)
    front, back = _pages(presentation, shown, every, language, version, scope)
    contents = [content.content(record, language) for record in shown]
    for page in front:
        pages.add(presentation, page, language)
    for one in contents:
        slides.add(presentation, one, language, figures, mark)
    for page in back:
        pages.add(presentation, page, language)
    return store.sealed(presentation, contents, language, version, scope)


def _named(figures: Path, language: str, patterns: Sequence[str]) -> list[dict[str, Any]]:
    loaded = manifest.load(figures)
    records = content.chosen(loaded, language, patterns, given_order=True)
    if len(records) > MOST:
        raise UsageError(
            f"a brief has at most {MOST} figures, and {len(records)} are named: "
            "name fewer, or make a deck with --select"
        )
    return records


def chosen(records: Iterable[Record], about: About) -> list[Record]:
    """Return the figures that say most about a subject, in the order of a briefing."""
    kinds: Counter[str] = Counter()
    selected: list[Record] = []
    for record in sorted(records, key=lambda one: (-_weight(one, about), content.place(one))):
        if _weight(record, about) > 0 and kinds[record["kind"]] < (2 if _narrow(about) else 1):
            kinds[record["kind"]] += 1
            selected.append(record)
    return sorted(selected[:MOST], key=content.place)


def _narrow(about: About) -> bool:
    return bool(about.regions or about.indicators)


def _weight(record: Record, about: About) -> float:
    """Return how much a figure says about a subject: 0 for nothing."""
    rows = record["rows"]
    mine = about.rows(rows)
    if kind_of(record).apart or not mine or not content.worth_a_slide(record):
        return 0.0
    if not _narrow(about):
        return 1.0
    given = {*record.get("parameters", {}).values()}
    own = bool(given & about.regions) or bool(given & about.indicators)
    names = {str(row.get("region_zh", "")) for row in mine} if about.regions else set()
    titled = any(name and name in record["title"]["zh"] for name in names)
    return 3.0 * own + 2.0 * titled + 2.0 * len(mine) / len(rows)


def _title(shown: Sequence[Record], about: About, language: str) -> str:
    rows = [row for record in shown for row in about.rows(record["rows"])]
    regions = {row["region"]: labels.region(row)[language] for row in rows if row.get("region")}
    names = [regions[code] for code in sorted(about.regions & {*regions})]
    indicators = {
        str(row["indicator"]): str(row.get(f"indicator_{language}", "")) for row in rows
        if row.get("indicator")
    }  # fmt: skip
    if len(about.indicators) == 1:
        names += [indicators[code] for code in about.indicators & {*indicators}]
    if not names:
        return store.TITLE[language]
    glue = {"zh": "、", "en": ", "}[language]
    return say("brief.title", names=glue.join(names))[language]


def _pages(
    presentation: Any,
    shown: Sequence[Record],
    every: Sequence[Record],
    language: str,
    version: str,
    scope: Mapping[str, str],
) -> tuple[list[Page], list[Page]]:
    """Return the pages before and after the figures."""
    front = [pages.cover(shown, language, version, scope["title"]), summary(shown, language)]
    about = About(*(frozenset(scope.get(part, "").split()) for part in ("regions", "indicators")))
    back = [
        *_apart(presentation, _on(every, about), language),
        *pages.divided(
            presentation,
            "sources",
            say("brief.sources")[language],
            content.sources(shown, language),
            (2.6, 3.6, 1.5, 1.0),
            words=say("brief.method")[language],
            size=12,
            most=1,
        ),
    ]
    return front, back


def pages_of(
    presentation: Any,
    shown: Sequence[Record],
    every: Sequence[Record],
    language: str,
    version: str,
    scope: Mapping[str, str],
) -> list[Page]:
    """Return the pages of a brief that shows some figures, for its update."""
    front, back = _pages(presentation, shown, every, language, version, scope)
    return [*front, *back]


def summary(shown: Sequence[Record], language: str) -> Page:
    """Return the page of findings: the titles of the figures that follow."""
    titles = dict.fromkeys(labels.both(record["title"])[language] for record in shown)
    end = {"zh": "。", "en": "."}[language]
    words = "\n".join(f"{number}. {one.rstrip(end)}{end}" for number, one in enumerate(titles, 1))
    title = say("brief.summary", count=len(titles))[language]
    return Page("summary", "Summary", {"Title": title, "Words": words})


def _on(records: Iterable[Record], about: About) -> Iterator[Record]:
    """Yield the records with the rows and refusals on a subject only."""
    for record in records:
        gaps = about.rows({"indicator": _indicator(record), **gap} for gap in record["refused"])
        rows = about.rows(record["rows"])
        if rows or gaps:
            yield {**record, "rows": rows, "refused": gaps}


def _indicator(record: Record) -> str:
    """Return the one indicator of a figure, or an empty text."""
    codes = {row.get("indicator", "") for row in record["rows"]}
    return str(codes.pop()) if len(codes) == 1 else ""


def _apart(presentation: Any, records: Iterable[Record], language: str) -> Iterator[Page]:
    """Yield the page of what cannot be compared, with the first few lines."""
    table = content.refusals(records, language)
    lines = table.lines[:_LINES]
    more = len(table.lines) - len(lines)
    if more:
        lines = (*lines, ("…", say("brief.more", count=more)[language]))
    title = say("brief.apart")[language]
    whole = Table(table.head, lines)
    for page in pages.divided(presentation, "apart", title, whole, (3.6, 8.5), size=14, most=1):
        yield Page(page.name, page.layout, {"Title": title}, page.table, page.widths, page.size)
