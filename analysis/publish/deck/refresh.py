"""
Update a deck in place: renew the parts that were not edited by hand, and keep all others.

Slides are neither added nor removed. Parts that were edited by hand are kept and reported. The deck
is replaced atomically, and the previous version is kept beside it as ``.bak``.
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
    """The result of an update, as lines for a reader."""

    language: str
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what changed, then what was kept and why."""
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
    Update the deck *path* from the manifest in *figures*.

    Parameters
    ----------
    dry_run
        Report what would change without writing.

    Raises
    ------
    AnalysisError
        If the deck was not made by this package, is damaged, read-only or open in another program.
        The file is then unchanged.
    """
    try:
        path = path.resolve(strict=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not dry_run:
        office.refuse_unwritable(path)
    data = path.read_bytes()
    with office.damage_reported(path.name):
        work = _Update(path.name, data, figures)
        work.run()
        after = work.saved() if work.report.changed else data
    if after != data and not dry_run:
        _replace(path, data, after)
    return work.report


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Replace the deck by *after* and keep a backup, unless another program changed it."""
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
    Return the presentation in *data* and its parts.

    Raises
    ------
    AnalysisError
        If it is not a deck, is damaged, or was not made by this package.
    """
    from pptx import Presentation

    parts = office.parts(data, name)
    properties = office.properties(parts)
    if "ppt/presentation.xml" not in parts or PART not in properties:
        raise AnalysisError(
            f"{name} is not a deck of ours, or lost its properties in another program: "
            "make a new one with `deck --output`"
        )
    if properties[PART] != slides.VERSION:
        raise AnalysisError(
            f"{name} was made by another version ({properties[PART]}): make a new one"
        )
    with office.damage_reported(name):
        return Presentation(io.BytesIO(data)), parts


class _Update:
    """One update of a deck: its presentation, stored properties and the current records."""

    def __init__(self, name: str, data: bytes, figures: Path) -> None:
        self.presentation, package = opened(name, data)
        self.properties = office.properties(package)
        self.provenances: dict[str, Any] = dict(carriers.stores(package))
        self.language = self.properties.get(f"{PART}.language", "zh")
        self.figures = figures
        self.report = Report(self.language)
        records = content.chosen(manifest.load(figures), self.language)
        self.records = {record["name"]: record for record in records}
        self.baseline = {
            key.removeprefix(f"{PART}.figure."): _parsed(value)
            for key, value in self.properties.items()
            if key.startswith(f"{PART}.figure.")
        }
        self.marks = {name: dict(parts) for name, parts in self.baseline.items()}

    def run(self) -> None:
        """Update every slide that shows a figure of the manifest."""
        seen = set()
        for number, slide in enumerate(self.presentation.slides, 1):
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
        slide_name = f"{number}. {name}"
        if record is None:
            self.report.kept.append(f"{slide_name}: {_GONE[self.language]}")
            return
        slide_content = content.content(record, self.language)
        before = len(self.report.changed)
        for shape in list(slide.shapes):
            figure, part = carriers.owned(shape.name)
            if figure == name:
                self._shape(slide_name, slide, shape, part, slide_content)
        if "stamp" in self.baseline[name] or slide.has_notes_slide:
            self._notes(slide_name, slide, slide_content)
        if len(self.report.changed) > before:
            self.report.changed += [f"    {line}" for line in self._reasons(slide_content)]
            self.provenances[name] = slides.carried(slide_content)

    def _shape(
        self, slide_name: str, slide: Any, shape: Any, part: str, slide_content: Content
    ) -> None:
        known = self.baseline[slide_content.figure].get(part)
        touched = known is not None and slides.state(shape) != known
        if part in TEXTS:
            self._text(slide_name, shape, part, slide_content, touched=touched)
        elif part == "chart":
            self._chart(slide_name, slide, shape, slide_content, touched=touched)
        elif part == "table":
            self._table(slide_name, shape, slide_content, touched=touched)
        elif part == "picture":
            self._picture(slide_name, slide, shape, slide_content, touched=touched)
        if part in slides.DESCRIBED:
            self._alt(shape, slide_content)

    def _note(self, slide_content: Content, part: str, mark: str) -> None:
        self.marks[slide_content.figure][part] = mark

    def _keep(self, slide_name: str, part: str, now: str) -> None:
        line = f"{slide_name}, {part}: {_EDITED[self.language]}"
        self.report.kept.append(f"{line}; {_WOULD[self.language]}: {now}" if now else line)

    def _text(
        self, slide_name: str, shape: Any, part: str, slide_content: Content, *, touched: bool
    ) -> None:
        words = slides.texts(slide_content)[part]
        was = shape.text_frame.text
        fitted = shapes.fitted(shape, words, part)
        if slides.short(fitted) == slides.short(was):
            return
        if touched:
            self._keep(slide_name, part, labels.legible(words, 120))
            return
        if part == "side":
            shapes.rewrite(shape, fitted, self.language)
        else:
            shapes.write(shape, words, self.language)
        self._note(slide_content, part, slides.state(shape))
        self.report.changed.append(
            f"{slide_name}, {part}: {labels.legible(was, 120)} → {labels.legible(words, 120)}"
        )

    def _chart(
        self, slide_name: str, slide: Any, shape: Any, slide_content: Content, *, touched: bool
    ) -> None:
        if slide_content.plot is None:
            if touched or slide_content.table is not None:
                self.report.kept.append(f"{slide_name}, chart: {_OTHER[self.language]}")
            else:
                self._pictured(slide_name, slide, shape, slide_content)
            return
        carried = slides.carried(slide_content)
        width = shape.width / EMU
        native = slide_charts.NativeChart(slide_content.plot, self.language, carried, width=width)
        new = slide_charts.chart_space(native.plot, self.language)
        old = shape.chart._chartSpace  # noqa: SLF001
        if graft.signature(old) == graft.signature(new):
            return
        if touched:
            self._keep(slide_name, "chart", "")
            return
        was = self._carried(shape).get("ceiling")
        from lxml import etree
        from pptx.oxml import parse_xml

        fresh = parse_xml(etree.tostring(new))
        if not graft.graft(old, fresh, ceiling_was=was):
            _rebuild(old, fresh)
            self.report.changed.append(f"{slide_name}, chart: {_REBUILT[self.language]}")
        shape.chart.part.chart_workbook.update_from_xlsx_blob(native.xlsx_blob)
        self._note(slide_content, "chart", slides.state(shape))
        self.report.changed.append(f"{slide_name}, chart: {_VALUES[self.language]}")

    def _pictured(self, slide_name: str, slide: Any, chart: Any, slide_content: Content) -> None:
        """Replace a native chart, and an unedited table beside it, by the picture of the figure."""
        figure, known = slide_content.figure, self.baseline[slide_content.figure]
        parts = {carriers.owned(shape.name): shape for shape in slide.shapes}
        replaced = {"chart": chart}
        table = parts.get((figure, "table"))
        if table is not None and slides.state(table) == known.get("table"):
            beside = {part: parts.get((figure, part)) for part in ("table", "heading")}
            replaced |= {part: shape for part, shape in beside.items() if shape is not None}
        boxes = [shapes.box_of(shape) for shape in replaced.values()]
        left, top = (min(box[side] for box in boxes) for side in (0, 1))
        right, low = (max(box[side] + box[side + 2] for box in boxes) for side in (0, 1))
        box = (left, top, right - left, low - top)
        shapes.picture(slide, slide_content, self.language, self.figures, box)
        picture = next((one for one in slide.shapes if one.name == f"rs:{figure}:picture"), None)
        if picture is None:  # the figures are without pictures
            self.report.kept.append(f"{slide_name}, chart: {_OTHER[self.language]}")
            return
        for part, shape in replaced.items():
            shapes.drop(shape)
            self.marks[figure].pop(part, None)
        self._note(slide_content, "picture", slides.state(picture))
        self.report.changed.append(f"{slide_name}, chart: {_REBUILT[self.language]}")

    def _carried(self, shape: Any) -> Mapping[str, Any]:
        part = shape.chart.part.chart_workbook.xlsx_part
        if part is None:
            return {}
        try:
            provenances = carriers.stores(office.parts(part.blob, "an embedded workbook"))
        except AnalysisError:  # saved by another program; the chart has the numbers too
            return {}
        return next(iter(provenances.values()), {})

    def _table(self, slide_name: str, shape: Any, slide_content: Content, *, touched: bool) -> None:
        table = slide_content.table
        if table is None:
            return
        lines = (table.head, *table.lines)
        drawn = shape.table
        was = [[cell.text_frame.text for cell in row.cells] for row in drawn.rows]
        if was == [list(line) for line in lines]:
            return
        same = len(was) == len(lines) and all(len(line) == len(table.head) for line in was)
        if touched or not same:
            self._keep(
                slide_name, "table", " | ".join(" ".join(line) for line in table.lines)[:200]
            )
            return
        size = slides.table_size(slide_content)
        for row, line in zip(drawn.rows, lines, strict=True):
            for cell, words in zip(row.cells, line, strict=True):
                if cell.text_frame.text != words:
                    shapes.fill_cell(cell, words, self.language, size, head=line is table.head)
        self._note(slide_content, "table", slides.state(shape))
        self.report.changed.append(f"{slide_name}, table: {_VALUES[self.language]}")

    def _picture(
        self, slide_name: str, slide: Any, shape: Any, slide_content: Content, *, touched: bool
    ) -> None:
        files = (
            self.figures / file for file in slide_content.record["files"] if file.endswith(".png")
        )
        path = next((file for file in files if file.is_file()), None)
        if path is None or path.read_bytes() == shape.image.blob:
            return
        if touched:
            self._keep(slide_name, "picture", "")
            return
        _, relation = slide.part.get_or_add_image_part(str(path))
        shape._element.blipFill.blip.rEmbed = relation  # noqa: SLF001
        before = shapes.shown(shape)
        shapes.crop(shape, slide_content)
        after = shapes.shown(shape)
        # Keep the width, and adapt the height to the new plot.
        shape.height = round(shape.height * after[1] / before[1] * before[0] / after[0])
        self._note(slide_content, "picture", slides.state(shape))
        self.report.changed.append(f"{slide_name}, picture: {_VALUES[self.language]}")

    def _alt(self, shape: Any, slide_content: Content) -> None:
        known = self.baseline[slide_content.figure].get("alt")
        if (
            slides.short(slides.described(shape)) == known
            and slides.short(slide_content.alt) != known
        ):
            shapes.describe(shape, slide_content.alt)
            self._note(slide_content, "alt", slides.short(slide_content.alt))

    def _notes(self, slide_name: str, slide: Any, slide_content: Content) -> None:
        known, was = self.baseline[slide_content.figure].get("notes"), slides.spoken(slide)
        if slides.short(slide_content.notes) == slides.short(was):
            return
        if slides.short(was) != known:
            if slides.short(slide_content.notes) != known:
                self._keep(slide_name, "notes", "")
            return
        slide.notes_slide.notes_text_frame.text = slide_content.notes
        self._note(slide_content, "notes", slides.short(slide_content.notes))
        self.report.changed.append(f"{slide_name}, notes: {_VALUES[self.language]}")

    def _reasons(self, slide_content: Content) -> Iterator[str]:
        """Yield a line per changed value: old value, new value and the evidence of the new one."""
        if slide_content.figure not in self.provenances:
            return
        rows = {row["id"]: row for row in slide_content.record["rows"]}
        old = provenance.rows(self.provenances[slide_content.figure])
        for change in manifest.changes(old, provenance.rows(provenance.of(slide_content.record))):
            key = change["row"]
            row = next((row for row in rows.values() if _same(row, key)), key)
            values = [_value(part) for part in (change["before"], change["after"])]
            yield (
                f"{labels.region(row)[self.language]} {labels.period(key)[self.language]}: "
                f"{values[0]} → {values[1]} {labels.citation(row)[self.language]}"
            )

    def saved(self) -> bytes:
        """Return the bytes of the updated deck, with its own dates."""
        self.properties[f"{PART}.manifest"] = slides.mark(self.figures)
        for name, parts in self.marks.items():
            self.properties[f"{PART}.figure.{name}"] = slides.noted(parts)
        slides.store(self.presentation, self.properties, self.provenances)
        out = io.BytesIO()
        self.presentation.save(out)
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
    """Replace the plot area of *old* by that of *new*, keeping fonts and frame."""
    (was,) = old.iter(f"{{{slide_charts.C}}}plotArea")
    (now,) = new.iter(f"{{{slide_charts.C}}}plotArea")
    was.getparent().replace(was, now)
