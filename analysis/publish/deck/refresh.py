"""
A deck brought up to date in place: what we wrote and nobody touched is renewed, all else stays.

It never adds or removes a slide. A part that was edited by hand is left as it is, and said; the
deck is replaced in one step, the one before is kept beside it as ``.bak``.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import files
from analysis.errors import AnalysisError, UsageError
from analysis.figures import carriers, manifest, office, provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.publish import content
from analysis.publish.content import Content

from . import chart as slide_charts
from . import graft, shapes, slides
from .slides import PART
from .template import EMU

TEXTS = ("title", "subtitle", "side", "caveat", "source", "stamp")


@dataclass(slots=True)
class Report:
    """What an update did, for a reader."""

    language: str
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """What changed, then what was left alone and why."""
        if not self.changed:
            yield _NOTHING[self.language]
        yield from self.changed
        yield from self.kept


_NOTHING = say("refresh.nothing")
_EDITED = say("refresh.edited")
_WOULD = say("refresh.would")
_DELETED = say("refresh.deleted")
_OTHERS = say("refresh.others")
_GONE = say("refresh.gone")
_REBUILT = say("refresh.rebuilt")
_OTHER = say("refresh.other")


def update(path: Path, figures: Path, *, dry_run: bool = False) -> Report:
    """
    Renew the deck *path* from the manifest in *figures*.

    Parameters
    ----------
    dry_run
        Say what would change, and write nothing.

    Raises
    ------
    AnalysisError
        When it is not a deck of ours, damaged, read-only or open elsewhere; it is then untouched.
    """
    try:
        path = path.resolve(strict=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not dry_run:
        office.refuse_unwritable(path)
    data = path.read_bytes()
    with office.damage_told(path.name):
        work = _Update(path.name, data, figures)
        work.run()
        after = work.saved() if work.report.changed else data
    if after != data and not dry_run:
        _replace(path, data, after)
    return work.report


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Put the new deck in the place of the old one, unless someone was there meanwhile."""
    opened(path.name, after)
    office.refuse_unwritable(path)
    if path.read_bytes() != before:
        raise AnalysisError(f"{path} was changed by another program meanwhile: update it again")
    mode = path.stat().st_mode
    files.write(path.with_name(f"{path.name}.bak"), before)
    files.write(path, after)
    path.chmod(mode)


def opened(name: str, data: bytes) -> tuple[Any, dict[str, bytes]]:
    """
    The presentation in *data* and its parts.

    Raises
    ------
    AnalysisError
        When it is no deck, damaged, or not made by us.
    """
    from pptx import Presentation

    found = office.parts(data, name)
    given = office.properties(found)
    if "ppt/presentation.xml" not in found or PART not in given:
        raise AnalysisError(
            f"{name} is not a deck of ours, or lost its properties in another program: "
            "make a new one with `deck --output`"
        )
    if given[PART] != slides.VERSION:
        raise AnalysisError(f"{name} was made by another version ({given[PART]}): make a new one")
    with office.damage_told(name):
        return Presentation(io.BytesIO(data)), found


class _Update:
    """One update: the deck, what it was made from, and what the manifest says now."""

    def __init__(self, name: str, data: bytes, figures: Path) -> None:
        self.made, found = opened(name, data)
        self.given = office.properties(found)
        self.held: dict[str, Any] = dict(carriers.stores(found))
        self.language = self.given.get(f"{PART}.language", "zh")
        self.figures = figures
        self.report = Report(self.language)
        records = content.chosen(manifest.load(figures), self.language)
        self.records = {record["name"]: record for record in records}
        self.baseline = {
            key.removeprefix(f"{PART}.figure."): _parsed(value)
            for key, value in self.given.items()
            if key.startswith(f"{PART}.figure.")
        }
        self.marks = {name: dict(parts) for name, parts in self.baseline.items()}

    def run(self) -> None:
        """Renew every slide that shows a figure of ours."""
        seen = set()
        for number, slide in enumerate(self.made.slides, 1):
            for name in dict.fromkeys(carriers.owned(shape.name)[0] for shape in slide.shapes):
                if name in self.baseline:
                    seen.add(name)
                    self._slide(number, slide, name)
        self._say_absent(seen)

    def _say_absent(self, seen: set[str]) -> None:
        for name in self.baseline:
            if name not in seen:
                self.report.kept.append(f"{name}: {_DELETED[self.language]}")
        others = [
            name
            for name, record in self.records.items()
            if name not in self.baseline and content.worth_a_slide(record)
        ]
        if others:
            names = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            self.report.kept.append(_OTHERS.format(n=len(others), names=names)[self.language])

    def _slide(self, number: int, slide: Any, name: str) -> None:
        record = self.records.get(name)
        place = f"{number}. {name}"
        if record is None:
            self.report.kept.append(f"{place}: {_GONE[self.language]}")
            return
        said = content.content(record, self.language)
        before = len(self.report.changed)
        for shape in list(slide.shapes):
            figure, part = carriers.owned(shape.name)
            if figure == name:
                self._shape(place, slide, shape, part, said)
        if "stamp" in self.baseline[name] or slide.has_notes_slide:
            self._notes(place, slide, said)
        if len(self.report.changed) > before:
            self.report.changed += [f"    {line}" for line in self._reasons(said)]
            self.held[name] = slides.carried(said)

    def _shape(self, place: str, slide: Any, shape: Any, part: str, said: Content) -> None:
        known = self.baseline[said.figure].get(part)
        touched = known is not None and slides.state(shape) != known
        if part in TEXTS:
            self._text(place, shape, part, said, touched=touched)
        elif part == "chart":
            self._chart(place, slide, shape, said, touched=touched)
        elif part == "table":
            self._table(place, shape, said, touched=touched)
        elif part == "picture":
            self._picture(place, slide, shape, said, touched=touched)
        if part in slides.DESCRIBED:
            self._alt(shape, said)

    def _note(self, said: Content, part: str, mark: str) -> None:
        self.marks[said.figure][part] = mark

    def _keep(self, place: str, part: str, now: str) -> None:
        line = f"{place}, {part}: {_EDITED[self.language]}"
        self.report.kept.append(f"{line}; {_WOULD[self.language]}: {now}" if now else line)

    def _text(self, place: str, shape: Any, part: str, said: Content, *, touched: bool) -> None:
        words = slides.texts(said)[part]
        was = shape.text_frame.text
        fitted = shapes.fitted(shape, words, part)
        if slides.short(fitted) == slides.short(was):
            return
        if touched:
            self._keep(place, part, labels.legible(words, 120))
            return
        if part == "side":
            shapes.rewrite(shape, fitted, self.language)
        else:
            shapes.write(shape, words, self.language)
        self._note(said, part, slides.state(shape))
        self.report.changed.append(
            f"{place}, {part}: {labels.legible(was, 120)} → {labels.legible(words, 120)}"
        )

    def _chart(self, place: str, slide: Any, shape: Any, said: Content, *, touched: bool) -> None:
        if said.plot is None:
            if touched or said.table is not None:
                self.report.kept.append(f"{place}, chart: {_OTHER[self.language]}")
            else:
                self._pictured(place, slide, shape, said)
            return
        carried = slides.carried(said)
        width = shape.width / EMU
        native = slide_charts.NativeChart(said.plot, self.language, carried, width=width)
        new = slide_charts.chart_space(native.plot, self.language)
        old = shape.chart._chartSpace  # noqa: SLF001
        if graft.signature(old) == graft.signature(new):
            return
        if touched:
            self._keep(place, "chart", "")
            return
        was = self._carried(shape).get("ceiling")
        from lxml import etree
        from pptx.oxml import parse_xml

        fresh = parse_xml(etree.tostring(new))
        if not graft.graft(old, fresh, ceiling_was=was):
            _rebuild(old, fresh)
            self.report.changed.append(f"{place}, chart: {_REBUILT[self.language]}")
        shape.chart.part.chart_workbook.update_from_xlsx_blob(native.xlsx_blob)
        self._note(said, "chart", slides.state(shape))
        self.report.changed.append(f"{place}, chart: {_VALUES[self.language]}")

    def _pictured(self, place: str, slide: Any, chart: Any, said: Content) -> None:
        """The picture in the place of a native chart, and of the table that it shows too."""
        figure, known = said.figure, self.baseline[said.figure]
        parts = {carriers.owned(shape.name): shape for shape in slide.shapes}
        gone = {"chart": chart}
        table = parts.get((figure, "table"))
        if table is not None and slides.state(table) == known.get("table"):
            beside = {part: parts.get((figure, part)) for part in ("table", "heading")}
            gone |= {part: shape for part, shape in beside.items() if shape is not None}
        boxes = [shapes.box_of(shape) for shape in gone.values()]
        left, top = (min(box[side] for box in boxes) for side in (0, 1))
        right, low = (max(box[side] + box[side + 2] for box in boxes) for side in (0, 1))
        box = (left, top, right - left, low - top)
        shapes.picture(slide, said, self.language, self.figures, box)
        picture = next((one for one in slide.shapes if one.name == f"rs:{figure}:picture"), None)
        if picture is None:  # the figures are without pictures
            self.report.kept.append(f"{place}, chart: {_OTHER[self.language]}")
            return
        for part, shape in gone.items():
            shapes.drop(shape)
            self.marks[figure].pop(part, None)
        self._note(said, "picture", slides.state(picture))
        self.report.changed.append(f"{place}, chart: {_REBUILT[self.language]}")

    def _carried(self, shape: Any) -> Mapping[str, Any]:
        part = shape.chart.part.chart_workbook.xlsx_part
        if part is None:
            return {}
        try:
            held = carriers.stores(office.parts(part.blob, "an embedded workbook"))
        except AnalysisError:  # someone saved the workbook anew; its numbers are in the chart too
            return {}
        return next(iter(held.values()), {})

    def _table(self, place: str, shape: Any, said: Content, *, touched: bool) -> None:
        table = said.table
        if table is None:
            return
        lines = (table.head, *table.lines)
        held = shape.table
        was = [[cell.text_frame.text for cell in row.cells] for row in held.rows]
        if was == [list(line) for line in lines]:
            return
        same = len(was) == len(lines) and all(len(line) == len(table.head) for line in was)
        if touched or not same:
            self._keep(place, "table", " | ".join(" ".join(line) for line in table.lines)[:200])
            return
        size = slides.table_size(said)
        for row, line in zip(held.rows, lines, strict=True):
            for cell, words in zip(row.cells, line, strict=True):
                if cell.text_frame.text != words:
                    shapes.fill_cell(cell, words, self.language, size, head=line is table.head)
        self._note(said, "table", slides.state(shape))
        self.report.changed.append(f"{place}, table: {_VALUES[self.language]}")

    def _picture(self, place: str, slide: Any, shape: Any, said: Content, *, touched: bool) -> None:
        files = (self.figures / file for file in said.record["files"] if file.endswith(".png"))
        path = next((file for file in files if file.is_file()), None)
        if path is None or path.read_bytes() == shape.image.blob:
            return
        if touched:
            self._keep(place, "picture", "")
            return
        _, relation = slide.part.get_or_add_image_part(str(path))
        shape._element.blipFill.blip.rEmbed = relation  # noqa: SLF001
        before = shapes.shown(shape)
        shapes.crop(shape, said)
        after = shapes.shown(shape)
        # As wide as it stands; as high as the new plot asks for.
        shape.height = round(shape.height * after[1] / before[1] * before[0] / after[0])
        self._note(said, "picture", slides.state(shape))
        self.report.changed.append(f"{place}, picture: {_VALUES[self.language]}")

    def _alt(self, shape: Any, said: Content) -> None:
        known = self.baseline[said.figure].get("alt")
        if slides.short(slides.described(shape)) == known and slides.short(said.alt) != known:
            shapes.describe(shape, said.alt)
            self._note(said, "alt", slides.short(said.alt))

    def _notes(self, place: str, slide: Any, said: Content) -> None:
        known, was = self.baseline[said.figure].get("notes"), slides.spoken(slide)
        if slides.short(said.notes) == slides.short(was):
            return
        if slides.short(was) != known:
            if slides.short(said.notes) != known:
                self._keep(place, "notes", "")
            return
        slide.notes_slide.notes_text_frame.text = said.notes
        self._note(said, "notes", slides.short(said.notes))
        self.report.changed.append(f"{place}, notes: {_VALUES[self.language]}")

    def _reasons(self, said: Content) -> Iterator[str]:
        """Which values are behind it: the old and the new one, and the sentence of the new."""
        if said.figure not in self.held:
            return
        now = {row["id"]: row for row in said.record["rows"]}
        old = provenance.rows(self.held[said.figure])
        for one in manifest.changes(old, provenance.rows(provenance.of(said.record))):
            key = one["row"]
            row = next((row for row in now.values() if _same(row, key)), key)
            values = [_value(part) for part in (one["before"], one["after"])]
            yield (
                f"{labels.region(row)[self.language]} {labels.period(key)[self.language]}: "
                f"{values[0]} → {values[1]} {labels.citation(row)[self.language]}"
            )

    def saved(self) -> bytes:
        """The updated deck; its own dates stay as they were."""
        self.given[f"{PART}.manifest"] = slides.mark(self.figures)
        for name, parts in self.marks.items():
            self.given[f"{PART}.figure.{name}"] = slides.noted(parts)
        slides.store(self.made, self.given, self.held)
        out = io.BytesIO()
        self.made.save(out)
        return office.packed(office.parts(out.getvalue(), "the deck"))


_VALUES = say("refresh.values")


def _parsed(value: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in value.split())
    return {part: mark for part, _, mark in pairs}


def _same(row: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in key.items())


def _value(part: Mapping[str, Any] | None) -> str:
    if part is None:
        return "—"
    printed = part.get("printed")
    return str(printed) if printed else json.dumps(part.get("value"))


def _rebuild(old: Any, new: Any) -> None:
    """Take the plot of *new*, keep the fonts and frame of *old*."""
    (was,) = old.iter(f"{{{slide_charts.C}}}plotArea")
    (now,) = new.iter(f"{{{slide_charts.C}}}plotArea")
    was.getparent().replace(was, now)
