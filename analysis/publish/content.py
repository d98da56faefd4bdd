"""
Contents of a slide: the texts, the chart or picture and the tables of one figure.

Reads records of the manifest and returns text and cells; ``slides`` decides their positions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from analysis.charts import native
from analysis.charts.kinds import KINDS, kind_of
from analysis.charts.native import Plot, Table
from analysis.errors import UsageError
from analysis.language import labels
from analysis.language.messages import label, say
from analysis.language.publishers import publisher
from analysis.language.text import Text
from analysis.language.vocabulary import Mark

Record = Mapping[str, Any]
MOST_NOTED = 80  # rows in the notes of one slide; `trace` lists all of them


@dataclass(frozen=True, slots=True)
class Content:
    """Contents of the slide of one figure, in one language."""

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

    @property
    def language(self) -> str:
        """The language of the figure."""
        return str(self.record["language"])


LEFT_OUT = say("content.left_out")


def content(record: Record, language: str) -> Content:
    """Return the contents of the slide of one figure."""
    kind = kind_of(record)
    plot = _legible(kind.native(record, language), record)
    table = kind.table(record, language)
    # A picture of the counts includes the changes, so no separate table is needed.
    pictured = plot is None and native.shown(record) and not kind.listed
    both = {part: labels.both(record[part])[language] for part in ("title", "subtitle", "alt")}
    return Content(
        figure=record["name"],
        fingerprint=record["fingerprint"],
        left_out=tuple(_left_out(record, language)),
        caveat=labels.sentences(_notes(record, plot))[language],
        source=labels.both(record["source"])[language],
        notes=_spoken(record, language),
        plot=plot,
        table=None if pictured else table,
        record=record,
        **both,
    )


def is_whole(table: Table | None, record: Record) -> bool:
    """Return whether there is a table that has every row of a figure."""
    marks = {row for _, row in table.marks} if table else set()
    return bool(marks) and {row["id"] for row in native.listed(record)} <= marks


def shortened(table: Table, most: int, language: str, more: str = "brief.more_lines") -> Table:
    """Return the first lines of a table, with the number of the others in a last line."""
    left = len(table.lines) - most
    if left <= 0:
        return table
    end = [""] * len(table.head)
    longest = [max(map(len, column)) for column in zip(*table.lines, strict=True)]
    end[longest.index(max(longest))] = say(more, count=left)[language]
    return replace(table, lines=(*table.lines[:most], tuple(end)))


MOST_LABELS = 10  # dots side by side whose values and intervals are written beside them


def _legible(plot: Plot | None, record: Record) -> Plot | None:
    """Return *plot*, or None where its labels would overlap and there is a picture instead."""
    crowded = plot is not None and plot.kind == "dots" and len(plot.categories) > MOST_LABELS
    pictured = any(name.endswith(".png") for name in record["files"])
    return None if crowded and pictured else plot


def _short(row: Mapping[str, Any], language: str) -> str:
    return labels.legible(labels.region(row)[language], 24)


def _left_out(record: Record, language: str) -> Iterable[tuple[str, str, str]]:
    shown = {row["region"] for row in record["rows"]} if kind_of(record).listed else set()
    for gap in (gap for gap in native.refused(record) if gap.get("region") not in shown):
        name = labels.legible(labels.region(gap)[language], 24)
        yield gap.get("region", ""), name, labels.reason(gap)[language]


# Replacements, by id, for notes on marks that a native chart draws differently or not at all.
_INSTEAD = {
    "note.context": say("native_note.context"),
    "note.elsewhere": say("native_note.elsewhere"),
    "note.chance_band": Text("", ""),
    "year_to_date.interval": say("native_note.beside"),
    "mark_note.at_least": say("native_note.at_least"),
    "mark_note.about": say("native_note.about"),
}


def _notes(record: Record, plot: Plot | None) -> Iterable[Text]:
    """Yield the notes of a record, reworded where a native chart differs from the picture."""
    for note in record["notes"]:
        text = labels.both(note)
        yield _INSTEAD.get(note.get("id", ""), text) if plot is not None else text
    if plot is not None and plot.kind in {"dots", "lines"}:
        points = [point for series in plot.series for point in series.points if point]
        if any(point.region and point.mark == Mark.AT_MOST for point in points):
            yield say("native_note.at_most")


def _spoken(record: Record, language: str) -> str:
    """Return the speaker notes: two sentences, a description, the evidence, the gaps."""
    rows = [*record["rows"], *record.get("beside", ())]
    lines = [say("content.to_say")[language], *to_say(record, language), ""]
    lines += [
        say("content.reads")[language],
        labels.both(record["alt"])[language],
        "",
        say("content.evidence")[language],
    ]
    for number, row in enumerate(rows[:MOST_NOTED], 1):
        lines.append(f"{number}. {labels.reading(row)[language]}")
        lines.append(f"    {labels.citation(row)[language]}")
    if len(rows) > MOST_NOTED:
        lines.append(say("content.more").format(count=len(rows) - MOST_NOTED)[language])
    if record["refused"]:
        lines += ["", LEFT_OUT[language]]
        lines += [
            f"— {labels.region(gap)[language]}: {labels.because(gap)[language]}"
            for gap in record["refused"]
        ]
    lines += ["", stamp(record, language)]
    return "\n".join(labels.legible(line, 600) for line in lines)


def to_say(record: Record, language: str) -> list[str]:
    """Return two sentences about a figure: its finding, and its basis or its limits."""
    second = labels.both(record.get("spoken") or record["subtitle"])
    texts = [text for text in (labels.both(record["title"]), second) if text]
    return [labels.sentences([text])[language] for text in texts]


def stamp(record: Record, language: str) -> str:
    """Return the short text, name and fingerprint, that identifies a figure on a slide."""
    return f"{stamp_head(record, language)}{record['fingerprint']}"


def stamp_head(record: Record, language: str) -> str:
    """Return the stamp of a figure without the fingerprint."""
    return f"{say('content.stamp')[language]} {record['name']} · "


def first_lines(language: str) -> tuple[str, str]:
    """Return the lines with which speaker notes begin: now, and in earlier versions."""
    return say("content.to_say")[language], say("content.reads")[language]


def chosen(
    manifest: Mapping[str, Any],
    language: str,
    patterns: Sequence[str] = (),
    *,
    given_order: bool = False,
    folder: Path | None = None,
) -> list[dict[str, Any]]:
    """
    Return the figures of *manifest* in one language, in the order of a briefing or of *patterns*.

    Raises
    ------
    UsageError
        If there is no figure in that language, or none that matches a pattern; where a job that is
        not in the plan drew it in *folder*, with the lines that make it a job of the plan.
    """
    records = [record for record in manifest["figures"] if record["language"] == language]
    retired = sorted({str(one["kind"]) for one in records if not is_made(one)})
    if retired:
        raise UsageError(say("deck.retired", kinds=", ".join(retired)))
    records = [with_fingerprint(record) for record in records]
    unknown = [one for one in patterns if not any(_means(one, record) for record in records)]
    if unknown and folder is not None:
        _refuse_unplanned(unknown, folder, manifest, language)
    if not records:
        raise UsageError(say("deck.no_language", language=language))
    if unknown:
        raise UsageError(_unknown(unknown[0], records))
    selected = [
        record for record in records if not patterns or any(_means(p, record) for p in patterns)
    ]
    if given_order and patterns:
        order = {one["name"]: _first(patterns, one) for one in selected}
        return sorted(selected, key=lambda record: (order[record["name"]], place(record)))
    return sorted(selected, key=place)


def is_made(record: Record) -> bool:
    """Return whether figures of the kind of *record* are made by this version."""
    return record.get("kind", "") in KINDS or "kind" not in record


def _first(patterns: Sequence[str], record: Record) -> int:
    """Return the position of the first pattern that means a figure."""
    return next(number for number, pattern in enumerate(patterns) if _means(pattern, record))


def _refuse_unplanned(
    patterns: Sequence[str], folder: Path, planned: Mapping[str, Any], language: str
) -> None:
    """Raise an error with the entry of the plan, if a job outside it drew one of *patterns*."""
    from analysis.figures.manifest import plan_entry, unplanned

    for record in unplanned(folder, planned):
        if any(_means(pattern, record) for pattern in patterns):
            given, notebook = record["parameters"], Path(record["notebook"]).stem
            if "language" in given:
                given = {"language": language} | {**given, "language": language}
            entry = f"\n\n{plan_entry(notebook, given)}"
            told = say("deck.unplanned", figure=key_of(record), notebook=notebook)
            raise UsageError(told + Text(entry, entry))


def _unknown(pattern: str, records: Sequence[Record]) -> Text:
    """
    Return the error message for an unknown figure, with the nearest names or the known kinds.

    >>> records = [{"name": "trend-deaths-zh", "language": "zh", "kind": "trend"},
    ...            {"name": "targets-1-zh", "language": "zh", "kind": "targets"}]
    >>> _unknown("trend-deths", records).en
    "no figure is called 'trend-deths'; did you mean trend-deaths? (2 are known)"
    >>> _unknown("map-*", records).en
    "no figure is called 'map-*'; 2 are known, of the kinds trend, targets"
    """
    plain = dict.fromkeys(key_of(record) for record in records)
    near = get_close_matches(pattern.removesuffix("*"), plain, n=3)
    if near:
        return say("deck.unknown", pattern=pattern, near=", ".join(near), count=len(plain))
    used = {kind_of(record).name for record in records}
    kinds = ", ".join(name for name in KINDS if name in used)
    return say("deck.unknown_kinds", pattern=pattern, count=len(plain), kinds=kinds)


def key_of(record: Record) -> str:
    """
    Return the name of a figure without its language.

    >>> key_of({"name": "trend-deaths-zh", "language": "zh"})
    'trend-deaths'
    """
    return str(record["name"]).removesuffix(f"-{record['language']}")


def with_fingerprint(record: Record) -> dict[str, Any]:
    """Return *record* with its fingerprint, which older records lack."""
    from analysis.figures import provenance

    return {"fingerprint": provenance.fingerprint(record), **record}


def _means(pattern: str, record: Record) -> bool:
    """Return whether *pattern* is the name of a figure, its kind, or a pattern of its name."""
    name = str(record["name"])
    return pattern in {name, key_of(record), record.get("kind")} or fnmatchcase(name, pattern)


def place(record: Record) -> tuple[int, str]:
    """Return the sort key of a figure in the order of a briefing."""
    return kind_of(record).order, key_of(record)


def worth_a_slide(record: Record) -> bool:
    """Return whether a figure gets a slide of its own: it compares regions, or has rows to list."""
    if not kind_of(record).compares:
        return bool(record["rows"])
    return len({row["region"] for row in native.shown(record)}) > 1


def refusals(records: Iterable[Record], language: str) -> Table:
    """Return the table of figures that cannot be compared, one line per indicator."""
    regions_by_reason: dict[str, dict[str, list[str]]] = {}
    for record in records:
        if not kind_of(record).gaps:
            continue  # figures of other kinds show the reasons themselves
        for what, name, reason in _unequal(record, language):
            names = regions_by_reason.setdefault(what, {}).setdefault(reason, [])
            names += [name] if name not in names else []
    mark, colon = {"zh": ("、", "："), "en": (", ", ": ")}[language]
    lines = (
        (what, "\n".join(f"{mark.join(names)}{colon}{why}" for why, names in reasons.items()))
        for what, reasons in regions_by_reason.items()
        if reasons
    )
    return Table(tuple(say("content.heads")[language].split("|")), tuple(lines))


def about(record: Record, language: str) -> str:
    """Return the indicator of a figure, or the topic of its kind if it has several."""
    return labels.legible(labels.both(record["about"])[language], labels.LONGEST)


def _unequal(record: Record, language: str) -> Iterable[tuple[str, str, str]]:
    """Yield indicator, region and reason of each row that cannot be compared."""
    if kind_of(record).apart:
        for row in record["rows"]:
            what = labels.legible(str(row.get(f"indicator_{language}", "")), labels.LONGEST)
            yield what, _short(row, language), labels.legible(labels.reason(row)[language], 120)
        return  # regions without any figure are in the table of missing figures
    for gap in record["refused"]:
        what = _missing(record, gap, language)
        if what:  # a figure of several questions shows itself which of them has no answer
            yield what, _short(gap, language), labels.legible(labels.reason(gap)[language], 120)


def _missing(record: Record, gap: Mapping[str, Any], language: str) -> str:
    """Return the indicator that a refusal is about; empty if the figure has several."""
    names = {
        row.get("indicator", ""): str(row.get(f"indicator_{language}", ""))
        for row in record["rows"]
    }
    if gap.get("indicator") in names:
        return labels.legible(names[gap["indicator"]], labels.LONGEST)
    return about(record, language) if len(names) <= 1 else ""


def sources(records: Iterable[Record], language: str) -> Table:
    """Return the table of publications behind the figures, with the number of rows from each."""
    used: dict[tuple[str, str, str], set[str]] = {}
    for record in records:
        for row in (*record["rows"], *record.get("beside", ())):
            cells = (row.get(part, "") for part in ("publisher", "title", "published"))
            who, title, day = (labels.legible(cell, 80) for cell in cells)
            if who or title:
                used.setdefault((publisher(who)[language], title, day), set()).add(row["id"])
    lines = tuple(
        (*who, str(len(ids))) for who, ids in sorted(used.items(), key=lambda entry: entry[0])
    )
    return Table(tuple(say("content.source_heads")[language].split("|")), lines)


class Definition(NamedTuple):
    """Name, definition and unit of an indicator."""

    name: Text
    definition: Text
    unit: Text


def defined(
    records: Iterable[Record], definitions: Mapping[str, Definition]
) -> dict[str, Definition]:
    """Return the definitions of the indicators that figures have, in their order."""
    codes = {row.get("indicator") for record in records for row in record["rows"]}
    return {code: texts for code, texts in definitions.items() if code in codes}


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


def key(language: str) -> Table:
    """Return the table of marks and their meanings."""
    lines = [(sign, label(Mark(mark))[language]) for mark, sign in _SIGNS.items()]
    lines.append(("│", say("content.whisker")[language]))
    return Table(tuple(say("content.key_heads")[language].split("|")), tuple(lines))
