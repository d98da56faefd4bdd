"""
What a slide says: the words, the chart or picture and the tables of one figure.

It takes the manifest's records and gives words and cells; where they stand is for ``slides``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from analysis.errors import UsageError
from analysis.language import labels, numbers
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark

from . import plots
from .plots import Plot

Record = Mapping[str, Any]
# The order of a briefing: what there is, how regions stand, how they moved, what became of it.
FAMILIES = {
    "coverage": say("content.families.coverage"),
    "comparison": say("content.families.comparison"),
    "not-comparable": say("content.families.not_comparable"),
    "trend": say("content.families.trend"),
    "year-on-year": say("content.families.year_on_year"),
    "funnel": say("content.families.funnel"),
    "closed-loop": say("content.families.closed_loop"),
    "composition": say("content.families.composition"),
    "targets": say("content.families.targets"),
    "instruments": say("content.families.instruments"),
    "commitments": say("content.families.commitments"),
    "profile": say("content.families.profile"),
}
MOST_NOTED = 80  # rows in the notes of one slide; the rest is named by `trace`


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of words; the first line is the head."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, str], ...] = ()  # the place of a cell, and the id of its row
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything one slide says of one figure, in one language."""

    figure: str
    fingerprint: str
    title: str
    subtitle: str
    left_out: tuple[tuple[str, str, str], ...]  # region's code, its name, the reason
    caveat: str
    source: str
    alt: str
    notes: str
    plot: Plot | None
    table: Table | None
    record: Record = field(repr=False)


CHANGES = say("content.changes")
LEFT_OUT = say("content.left_out")
_READS = say("content.reads")
_EVIDENCE = say("content.evidence")
_MORE = say("content.more")
_STAMP = say("content.stamp")


def content(record: Record, language: str) -> Content:
    """The slide of one figure."""
    plot = plots.plot(record, language)
    both = {part: labels.both(record[part])[language] for part in ("title", "subtitle", "alt")}
    return Content(
        figure=record["name"],
        fingerprint=record["fingerprint"],
        left_out=tuple(_left_out(record, language)),
        caveat=labels.sentences(_notes(record, plot))[language],
        source=labels.both(record["source"])[language],
        notes=_spoken(record, language),
        plot=plot,
        table=_table(record, plot, language),
        record=record,
        **both,
    )


def _table(record: Record, plot: Plot | None, language: str) -> Table | None:
    """What has no place on an axis: changes without counts."""
    name, stated = str(record["name"]), plots.stated(record)
    # Where only the picture can show the counts, it shows the changes beside them too.
    pictured = plot is None and plots.shown(record)
    if name.startswith(("trend-", "year-on-year")) and stated and not pictured:
        return _changes(stated, language)
    return None


def _short(row: Mapping[str, Any], language: str) -> str:
    return labels.legible(labels.region(row)[language], 24)


def _order(row: Mapping[str, Any]) -> tuple[int, str]:
    """
    House order: country, provinces, prefectures, districts, each by its code.

    >>> [_order({"adcode": code})[0] for code in ("100000", "340000", "532300", "340102")]
    [0, 1, 2, 3]
    """
    code = str(row.get("adcode", "999999"))
    level = 0 if code == "100000" else 1 if code.endswith("0000") else 2 if code[4:] == "00" else 3
    return level, code


def _left_out(record: Record, language: str) -> Iterable[tuple[str, str, str]]:
    for gap in record["refused"]:
        name = labels.legible(labels.region(gap)[language], 24)
        yield gap.get("region", ""), name, labels.reason(gap)[language]


def _notes(record: Record, plot: Plot | None) -> Iterable[Text]:
    """The caveats of a record, in the words of what a native chart shows."""
    for note in record["notes"]:
        text = labels.both(note)
        yield _INSTEAD.get(text.zh, text) if plot is not None else text
    if plot is not None and plot.kind in {"dots", "lines"}:
        used = {point.mark for one in plot.series for point in one.points if point and point.region}
        if Mark.AT_MOST in used:
            yield _CAP


_PALE = say("content.pale")
# Notes on marks that a picture has and a native chart draws otherwise, or not at all.
_INSTEAD = {
    say("note.context_note").zh: _PALE,
    say("note.elsewhere_note").zh: say("content.instead.zh"),
    say("note.chance_band").zh: Text("", ""),
    say("note.whole_axis").zh: Text("", ""),
    say(f"mark_note.{Mark.AT_LEAST}").zh: say("content.instead.zh_2"),
    say(f"mark_note.{Mark.ABOUT}").zh: say("content.instead.zh_3"),
}
_CAP = say("content.cap")


def _changes(rows: Sequence[Mapping[str, Any]], language: str) -> Table:
    """Region by year: a percentage with its diamond, or an arrow without a number."""
    years = sorted({_year(row) for row in rows})
    several = len({row["indicator"] for row in rows}) > 1
    names = {_line(row): _heading(row, language, several=several) for row in rows}
    cells: dict[tuple[Any, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        cells.setdefault((_line(row), _year(row)), []).append(row)
    lines = tuple(
        (name, *(_cell(cells.get((line, year), ())) for year in years))
        for line, name in names.items()
    )
    marks = tuple(
        (f"{names[line]}, {year}", row["id"])
        for (line, year), held in cells.items()
        for row in held
    )
    return Table(("", *map(str, years)), lines, marks, CHANGES[language])


def _line(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["region"], row["indicator"]


def _heading(row: Mapping[str, Any], language: str, *, several: bool) -> str:
    """The region, and what is measured where the table holds more than one thing."""
    name = labels.legible(labels.region(row)[language], 24)
    about = labels.legible(row.get(f"indicator_{language}", ""), 44)
    return f"{name}\n{about}" if several else name


def _year(row: Mapping[str, Any]) -> int:
    return int(str(row["period_end"])[:4])


def _cell(rows: Iterable[Mapping[str, Any]]) -> str:
    """
    What was published of one change: a diamond with its percentage, or an arrow.

    Brackets instead of the diamond hold what comes from another publication.

    >>> _cell([{"percent": -9.2}]), _cell([{"direction": -1}]), _cell([])
    ('◇−9.2%', '↓', '—')
    >>> _cell([{"percent": 3.0, "origin": "context"}])
    '[+3%]'
    """
    said = []
    for row in rows:
        if "percent" in row:
            told = f"{'+' if row['percent'] > 0 else ''}{numbers.exact(row['percent'])}%"
            said.append(f"[{told}]" if row.get("origin") == "context" else f"◇{told}")
        else:
            said.append("↓" if row.get("direction", 0) < 0 else "↑")
    return "\n".join(sorted(said)) if said else "—"


def _spoken(record: Record, language: str) -> str:
    """The notes of a slide: what it shows, every phrase behind it, and what was left out."""
    rows = [*record["rows"], *record.get("beside", ())]
    lines = [_READS[language], labels.both(record["alt"])[language], "", _EVIDENCE[language]]
    for place, row in enumerate(rows[:MOST_NOTED], 1):
        lines.append(f"{place}. {labels.reading(row)[language]}")
        lines.append(f"    {labels.citation(row)[language]}")
    if len(rows) > MOST_NOTED:
        lines.append(_MORE.format(count=len(rows) - MOST_NOTED)[language])
    if record["refused"]:
        lines += ["", LEFT_OUT[language]]
        lines += [
            f"— {labels.region(gap)[language]}: {labels.reason(gap)[language]}"
            for gap in record["refused"]
        ]
    lines += ["", stamp(record, language)]
    return "\n".join(labels.legible(line, 600) for line in lines)


def stamp(record: Record, language: str) -> str:
    """The short mark by which a figure is found again, whatever happened to the file."""
    return f"{_STAMP[language]} {record['name']} · {record['fingerprint']}"


def chosen(
    manifest: Mapping[str, Any], language: str, patterns: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """
    The figures of *manifest* in one language, in the order of a briefing.

    Raises
    ------
    UsageError
        When there is no figure in that language, or a pattern means none.
    """
    every = [one for one in manifest["figures"] if one["language"] == language]
    every = [with_fingerprint(one) for one in every]
    if not every:
        raise UsageError(f"the manifest has no figure in {language!r}: make them with `run`")
    for pattern in patterns:
        if not any(_means(pattern, one) for one in every):
            raise UsageError(_unknown(pattern, [str(one["name"]) for one in every]))
    kept = [one for one in every if not patterns or any(_means(p, one) for p in patterns)]
    return sorted(kept, key=place)


def _unknown(pattern: str, names: Sequence[str]) -> str:
    """
    That no figure is meant: with the nearest names, or the kinds that there are.

    >>> _unknown("trend-deths", ["trend-deaths-zh", "targets-1-zh"])
    "no figure is called 'trend-deths'; did you mean trend-deaths? (2 are known)"
    >>> _unknown("map-*", ["trend-deaths-zh", "targets-1-zh"])
    "no figure is called 'map-*'; 2 are known, of the kinds trend*, targets*"
    """
    plain = dict.fromkeys(name.rpartition("-")[0] for name in names)
    near = get_close_matches(pattern.removesuffix("*"), plain, n=3)
    if near:
        meant = f"did you mean {', '.join(near)}? ({len(plain)} are known)"
        return f"no figure is called {pattern!r}; {meant}"
    kinds = [f"{kind}*" for kind in FAMILIES if any(name.startswith(kind) for name in plain)]
    known = f"{len(plain)} are known, of the kinds {', '.join(kinds)}"
    return f"no figure is called {pattern!r}; {known}"


def with_fingerprint(record: Record) -> dict[str, Any]:
    """*record* with its fingerprint, which older records lack."""
    from analysis.figures import provenance

    return {"fingerprint": provenance.fingerprint(record), **record}


def _means(pattern: str, record: Record) -> bool:
    name = str(record["name"])
    return pattern in {name, name.rpartition("-")[0]} or fnmatchcase(name, pattern)


def place(record: Record) -> tuple[int, str]:
    """The place of a figure in the order of a briefing."""
    name = str(record["name"])
    found = (order for order, family in enumerate(FAMILIES) if name.startswith(family))
    return next(found, len(FAMILIES)), name


def worth_a_slide(record: Record) -> bool:
    """Whether a figure compares anything; what may not be compared goes to the appendix."""
    if not str(record["name"]).startswith("comparison-"):
        return bool(record["rows"])
    regions = {row["region"] for row in plots.shown(record)}
    return len(regions) > 1 and bool(plots.on_scale(record))


_HEADS = say("content.heads")
_COMPARING = (
    "comparison-", "not-comparable", "trend-", "year-on-year", "funnel-", "closed-loop",
    "composition-",
)  # fmt: skip


def refusals(records: Iterable[Record], language: str) -> Table:
    """What could not be set side by side, a line an indicator; regions of one reason together."""
    found: dict[str, dict[str, list[str]]] = {}
    for record in records:
        if not str(record["name"]).startswith(_COMPARING):
            continue  # the others tell the reason of every gap in the figure itself
        for what, name, reason in _unequal(record, language):
            names = found.setdefault(what, {}).setdefault(reason, [])
            names += [name] if name not in names else []
    mark, colon = {"zh": ("、", "："), "en": (", ", ": ")}[language]
    lines = (
        (what, "\n".join(f"{mark.join(names)}{colon}{why}" for why, names in reasons.items()))
        for what, reasons in found.items()
        if reasons
    )
    return Table(tuple(_HEADS[language].split("|")), tuple(lines))


def about(record: Record, language: str) -> str:
    """The indicator of a figure, what its title names first, or what its kind is about."""
    names = dict.fromkeys(str(row.get(f"indicator_{language}", "")) for row in record["rows"])
    named = next(iter(names), "")
    if not names:
        named = labels.both(record["title"])[language].replace("：", ":").partition(":")[0]
    if len(names) > 1:
        kinds = (text for kind, text in FAMILIES.items() if record["name"].startswith(kind))
        named = next(kinds, Text(named, named))[language]
    return labels.legible(named, labels.LONGEST)


def _unequal(record: Record, language: str) -> Iterable[tuple[str, str, str]]:
    """The indicator, the region and the reason of whatever is not set beside others."""
    if str(record["name"]).startswith("not-comparable"):
        for row in record["rows"]:
            what = labels.legible(str(row.get(f"indicator_{language}", "")), labels.LONGEST)
            yield what, _short(row, language), labels.legible(labels.reason(row)[language], 120)
        return  # a region without any figure stands in the table of what is missing
    what = about(record, language)
    for gap in record["refused"]:
        yield what, _short(gap, language), labels.legible(labels.reason(gap)[language], 120)


_SOURCE_HEADS = say("content.source_heads")


def sources(records: Iterable[Record], language: str) -> Table:
    """Every publication behind the figures, with how many of its entries are used."""
    used: dict[tuple[str, str, str], set[str]] = {}
    for record in records:
        for row in (*record["rows"], *record.get("beside", ())):
            cells = (row.get(part, "") for part in ("publisher", "title", "published"))
            who, title, day = (labels.legible(cell, 80) for cell in cells)
            if who or title:
                used.setdefault((who, title, day), set()).add(row["id"])
    lines = tuple(
        (*who, str(len(ids))) for who, ids in sorted(used.items(), key=lambda one: one[0])
    )
    return Table(tuple(_SOURCE_HEADS[language].split("|")), lines)


_KEY_HEADS = say("content.key_heads")
_SIGNS = {
    Mark.EXACT: "●",
    Mark.ZERO: "◎",
    Mark.AT_LEAST: "△ ≥",
    Mark.AT_MOST: "— ≤",
    Mark.ABOUT: "○ ≈",
    Mark.PERCENT_ONLY: "◇",
    Mark.DIRECTION_ONLY: "↓ ↑",
    Mark.TARGET: "□",
    Mark.PLAN: "▫",
}
RULES = say("content.rules")
_WHISKER = say("content.whisker")


def key(language: str) -> Table:
    """What each mark means."""
    lines = [(sign, label(Mark(mark))[language]) for mark, sign in _SIGNS.items()]
    lines.append(("│", _WHISKER[language]))
    return Table(tuple(_KEY_HEADS[language].split("|")), tuple(lines))
