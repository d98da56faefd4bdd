"""
Plan how the parts of a slide are renewed, before anything on it changes.

A plan has one step per part that differs. A part that must change but cannot, because it was edited
or is not found, blocks the plan, so that a slide never shows values of two versions.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from analysis.figures import carriers, qr
from analysis.figures.provenance import Provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.publish import content
from analysis.publish.content import Content

from . import chart as slide_charts
from . import graft, shapes, slides, store, tags
from .tags import Part, Shown
from .template import EMU, Box

_HASH = re.compile(r"[0-9a-f]{16}")
BODY = {"chart", "picture", "table", "heading", "side"}
WORDED = ("title", "subtitle", "caveat", "source", "stamp", "side", "heading")


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one part: its line in the report, and the function that makes it."""

    line: str
    apply: Callable[[], None]
    last: bool = False  # after the others, because it stores their hashes


@dataclass(slots=True, kw_only=True)
class Changes:
    """Steps that belong together, reasons against them, and what is kept."""

    steps: list[Step] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)  # reasons that lie in edits by hand
    lost: list[str] = field(default_factory=list)  # reasons that lie in what was not found

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons against the steps."""
        return (*self.lost, *self.edited)

    def note_outdated(self, name: str, numbers: Iterable[str], language: str) -> None:
        """Note that a part edited by hand has numbers of the version before, if it has any."""
        listed = "、".join(sorted(numbers)[:4])
        if listed:
            self.edited.append(say("refresh.conflict", part=name, numbers=listed)[language])


@dataclass(slots=True)
class Plan(Changes):
    """The changes of one figure on one slide."""

    shown: Shown
    fingerprint: str = ""

    @property
    def blocked(self) -> bool:
        """Whether a change is due that cannot be made."""
        new = bool(self.fingerprint) and self.shown.fingerprint not in {"", self.fingerprint}
        return bool(self.reasons) and (new or bool(self.steps))


@dataclass(frozen=True, slots=True)
class Target:
    """A figure on a slide, and what it should show now."""

    label: str
    slide: Any
    shown: Shown
    content: Content
    language: str
    figures: Path
    outdated: Callable[[str], AbstractSet[str]]  # numbers in a text of the version before

    @property
    def alone(self) -> bool:
        """Whether only the drawing of the figure is on the slide."""
        return self.shown.alone


def plan(target: Target, loose: Iterable[Any]) -> Plan:
    """Return the plan for a figure on a slide; *loose* are the shapes that belong to no figure."""
    result = Plan(target.shown, fingerprint=target.content.fingerprint)
    if _same_body(target):
        for part in target.shown.parts:
            _part(target, part, result)
    else:
        _whole(target, result)
    words = slides.texts(target.content)
    for part in target.shown.parts:
        if part.name in WORDED and part.name not in BODY:
            text(target, part, words[part.name], result)
        elif part.name == "code":
            _code(target, part, result)
    if not target.alone:
        _notes(target, result)
        _new_texts(target, words, result)
    _lost(target, list(loose), result)
    for shape in loose:
        if shape.has_text_frame and not _is_foot(shape):
            numbers = target.outdated(shape.text_frame.text)
            result.note_outdated(shape.name, numbers, target.language)
    return result


def _is_foot(shape: Any) -> bool:
    kind = shape.element.ph.get("type", "") if shape.is_placeholder else ""
    return kind in {"sldNum", "dt", "ftr"}


def _same_body(target: Target) -> bool:
    """Return whether the drawing is of the same parts as before."""
    names = target.shown.names()
    now = slides.body_parts(target.content)
    if target.alone:
        return slides.drawing(target.content) in names
    if not names & {*tags.DRAWN}:
        return True  # deleted or lost, so that there is nothing to replace
    was = BODY & {*target.shown.expected, *names}
    columns = [
        len(part.shape.table.columns) == len(target.content.table.head)
        for part in target.shown.parts
        if part.name == "table" and target.content.table is not None
    ]
    return was == now and all(columns)


def _part(target: Target, part: Part, result: Plan) -> None:
    """Plan one part of the drawing."""
    if part.name == "chart":
        _chart(target, part, result)
    elif part.name == "table" and target.content.table is not None:
        table = target.content.table
        size = slides.table_size(target.content)
        cells(target, part, [table.head, *table.lines], size, result)
    elif part.name == "picture":
        _picture(target, part, result)
    elif part.name in {"side", "heading"}:
        text(target, part, slides.texts(target.content)[part.name], result)
    if part.name in tags.DESCRIBED:
        _alt(target, part, result)


def text(target: Target, part: Part, words: str, result: Plan) -> None:
    """Plan a text."""
    shape, now = part.shape, part.shape.text_frame.text
    wanted = shapes.fitted(shape, words) if words else ""
    if tags.short(wanted) == tags.short(now):
        part.state = tags.state(shape)
        return
    label = f"{target.label}, {part.name}"
    if _edited(target, part, wanted):
        result.note_outdated(part.name, target.outdated(now), target.language)
        result.kept.append(kept_line(label, words, target.language))
        return
    result.steps.append(
        Step(changed_line(label, now, words), lambda: _rewrite(target, part, words))
    )


def _rewrite(target: Target, part: Part, words: str) -> None:
    if not words:
        shapes.drop(part.shape)
        target.shown.parts.remove(part)
        return
    shapes.write(part.shape, words, target.language)
    part.state = tags.state(part.shape)


def _edited(target: Target, part: Part, wanted: str) -> bool:
    """Return whether a text is not as it was written, as far as that is known."""
    if part.state:
        return part.edited
    now = part.shape.text_frame.text
    old = (target.shown.carried.get(name) for name in ("title", "subtitle", "source"))
    texts = [labels.both(text)[target.language] for text in old if isinstance(text, Mapping)]
    return now not in texts and skeleton(now) != skeleton(wanted)


def skeleton(words: str) -> str:
    """
    Return a text with its numbers and fingerprints replaced.

    >>> skeleton("7 figures, data version 51deb89a51deb89a")
    '# figures, data version #'
    """
    return re.sub(r"\d+(?:[.,]\d+)*", "#", _HASH.sub("#", words))


def kept_line(label: str, words: str, language: str) -> str:
    """Return the line about a text that was edited by hand and is kept."""
    edited, renewed = (say(one)[language] for one in ("refresh.edited", "refresh.would"))
    return f"{label}: {edited}; {renewed}: {labels.legible(words, 120)}"


def changed_line(label: str, old: str, new: str) -> str:
    """Return the line about a text that is renewed."""
    return f"{label}: {labels.legible(old, 120)} → {labels.legible(new, 120)}"


def _keep_drawing(target: Target, part: Part, result: Plan) -> None:
    line = f"{target.label}, {part.name}: {say('refresh.edited')[target.language]}"
    result.kept.append(line)
    result.edited.append(say("refresh.edited_values", part=part.name)[target.language])


def _chart(target: Target, part: Part, result: Plan) -> None:
    width = part.shape.width / EMU
    plot, carried = target.content.plot, store.carried(target.content)
    native = slide_charts.NativeChart(plot, target.language, carried, width=width)  # type: ignore[arg-type]
    if graft.signature(part.shape.chart._chartSpace) == native.signature:  # noqa: SLF001
        part.state = tags.state(part.shape)
        return
    _redraw(target, part, result, lambda: _regraft(target, part), last=True)


def _redraw(
    target: Target, part: Part, result: Plan, apply: Callable[[], None], *, last: bool = False
) -> None:
    """Plan to change the values of a drawing, unless it was edited."""
    if part.edited:
        _keep_drawing(target, part, result)
        return
    line = f"{target.label}, {part.name}: {say('refresh.values')[target.language]}"
    result.steps.append(Step(line, apply, last=last))


def _regraft(target: Target, part: Part) -> None:
    """Put the new values into a chart, and the new workbook behind it."""
    chart = part.shape.chart
    states = {one.name: one.state or "" for one in target.shown.parts}
    expected = target.shown.expected
    states |= {name: expected[name] for name in ("notes", "alt") if name in expected}
    native = slides.native_chart(target.content, target.language, part.shape.width / EMU, states)
    new = graft.parsed(slide_charts.chart_space(native.plot, target.language))
    was = target.shown.carried
    by_hand = was.get("kind") in {None, target.content.record["kind"]}
    graft.graft(chart._chartSpace, new, ceiling_was=was.get("ceiling"), keep_type=by_hand)  # noqa: SLF001
    graft.embed(chart, native.xlsx_blob)
    part.state = tags.state(part.shape)


def cells(
    target: Target, part: Part, lines: list[tuple[str, ...]], size: float, result: Plan
) -> None:
    """Plan a table."""
    rows = [[cell.text_frame.text for cell in row.cells] for row in part.shape.table.rows]
    if rows == [list(line) for line in lines]:
        part.state = tags.state(part.shape)
        return
    known = bool(part.state) or {row[0] for row in rows} <= {line[0] for line in lines}
    if known:
        _redraw(target, part, result, lambda: _refill(target, part, lines, size))
    else:
        _keep_drawing(target, part, result)


def _refill(target: Target, part: Part, lines: list[tuple[str, ...]], size: float) -> None:
    shapes.refill(part.shape, lines, target.language, size)
    part.state = tags.state(part.shape)


def _picture(target: Target, part: Part, result: Plan) -> None:
    blob = shapes.pictured(target.content, target.figures)
    if blob is not None and blob != part.shape.image.blob:
        _redraw(target, part, result, lambda: _repaint(target, part, blob))


def _repaint(target: Target, part: Part, blob: bytes) -> None:
    shapes.repaint(target.slide, part.shape, blob, target.content)
    part.state = tags.state(part.shape)


def _code(target: Target, part: Part, result: Plan) -> None:
    words = qr.words(target.content.fingerprint)
    if tags.described(part.shape) != words or part.edited:
        line = f"{target.label}, code: {words}"
        result.steps.append(Step(line, lambda: _recode(target, part)))


def _recode(target: Target, part: Part) -> None:
    shapes.recode(target.slide, part.shape, target.content)
    part.state = tags.state(part.shape)


def _alt(target: Target, part: Part, result: Plan) -> None:
    words, now = target.content.alt, tags.described(part.shape)
    if words == now:
        return
    known = target.shown.expected.get("alt", "")
    if now and known and tags.short(now) != known:
        result.note_outdated("alt", target.outdated(now), target.language)
        return
    line = f"{target.label}, alt: {say('refresh.values')[target.language]}"
    result.steps.append(Step(line, lambda: _describe(target, part, words)))


def _describe(target: Target, part: Part, words: str) -> None:
    shapes.describe(part.shape, words)
    target.shown.expected["alt"] = tags.short(words)


def _whole(target: Target, result: Plan) -> None:
    """Plan to replace the whole drawing, because it is of another kind now."""
    old = [part for part in target.shown.parts if part.name in BODY]
    drawn = slides.drawing(target.content)
    edited = [part for part in old if part.edited]
    if not old:
        return
    if drawn == "picture" and shapes.pictured(target.content, target.figures) is None:
        result.lost.append(say("refresh.no_picture")[target.language])
    if edited:
        result.kept.append(f"{target.label}, {drawn}: {say('refresh.other')[target.language]}")
    for part in edited:
        _keep_drawing(target, part, result)
    line = f"{target.label}, {drawn}: {say('refresh.rebuilt')[target.language]}"
    result.steps.append(Step(line, lambda: _replace(target, old)))


def _replace(target: Target, old: list[Part]) -> None:
    """Replace the drawing within its frame; the first shape keeps its id, for animations."""
    boxes = [shapes.on_slide(part.shape) for part in old]
    left, top = (min(box[side] for box in boxes) for side in (0, 1))
    right, low = (max(box[side] + box[side + 2] for box in boxes) for side in (0, 1))
    main = next((part for part in old if part.name in tags.DRAWN), old[0])
    number = carriers.properties(main.shape).get("id")
    for part in old:
        shapes.drop(part.shape)
        target.shown.parts.remove(part)
    before = {id(shape._element) for shape in target.slide.shapes}  # noqa: SLF001
    _draw(target, (left, top, right - left, low - top))
    added = [one for one in target.slide.shapes if id(one._element) not in before]  # noqa: SLF001
    for shape in added:
        name = carriers.owned(shape.name)[1]
        target.shown.parts.append(Part(name, shape, tags.state(shape)))
        if name == slides.drawing(target.content):
            carriers.properties(shape).set("id", number)
    names = {*target.shown.expected} - BODY
    target.shown.expected = {name: target.shown.expected[name] for name in names}


def _draw(target: Target, box: Box) -> None:
    one = target.content
    aside = None
    if slides.has_aside(one) and not target.alone:
        aside = (box[0] + box[2] * 0.68, box[1], box[2] * 0.32, box[3])
    slides.body(target.slide, one, target.language, target.figures, box, aside)


def _notes(target: Target, result: Plan) -> None:
    """Plan the speaker notes: the lines from the first of the earlier version to its stamp."""
    if not target.slide.has_notes_slide:
        return
    now, words = tags.spoken(target.slide), target.content.notes
    head, block, tail = noted_block(now, target.content)
    if tags.short(block) == tags.short(words) or not now.strip():
        target.shown.expected["notes"] = tags.short(words)
        return
    known = target.shown.expected.get("notes")
    if known not in {tags.short(block), tags.short(now)}:
        result.note_outdated("notes", target.outdated(now), target.language)
        result.kept.append(f"{target.label}, notes: {say('refresh.edited')[target.language]}")
        return
    if tags.short(now) == known:
        head = tail = ""
    line = f"{target.label}, notes: {say('refresh.values')[target.language]}"
    result.steps.append(Step(line, lambda: _speak(target, head, words, tail)))


def noted_block(now: str, one: Content) -> tuple[str, str, str]:
    """Return the lines before the notes of a figure, its notes, and the lines after them."""
    lines = now.split("\n")
    stamp = content.stamp_head(one.record, str(one.record["language"]))
    ends = [index for index, line in enumerate(lines) if line.strip().startswith(stamp)]
    heads = [line.strip() for line in content.first_lines(str(one.record["language"]))]
    starts = [index for index, line in enumerate(lines) if line.strip() in heads]
    if not ends or not starts or starts[0] > ends[-1]:
        return "", now, ""
    first, last = starts[0], ends[-1] + 1
    parts = (lines[:first], lines[first:last], lines[last:])
    head, block, tail = ("\n".join(part) for part in parts)
    return head, block, tail


def _speak(target: Target, head: str, words: str, tail: str) -> None:
    whole = "\n".join(part for part in (head, words, tail) if part.strip())
    target.slide.notes_slide.notes_text_frame.text = whole
    target.shown.expected["notes"] = tags.short(words)
    tags.sign_notes(target.slide, target.shown.figure, tags.short(words))


def _new_texts(target: Target, words: Mapping[str, str], result: Plan) -> None:
    """Plan texts that the figure did not have before, such as a first caveat."""
    for name in ("subtitle", "caveat"):
        known = target.shown.expected
        if words[name] and known and name not in known and name not in target.shown.names():
            line = changed_line(f"{target.label}, {name}", "—", words[name])
            result.steps.append(Step(line, partial(_add, target, name, words[name])))


def _add(target: Target, name: str, words: str) -> None:
    shape = slides.add_text(target.slide, target.content.figure, name, words, target.language)
    target.shown.parts.append(Part(name, shape, tags.state(shape)))


def _lost(target: Target, loose: list[Any], result: Plan) -> None:
    """Note the parts that are missing: deleted, or perhaps still there without their mark."""
    words = slides.texts(target.content)
    for name in () if target.alone else target.shown.missing():
        if name in BODY and not _same_body(target):
            continue
        lost = any(
            name in tags.DRAWN or alike(shape.text_frame.text, words.get(name, ""))
            for shape in tags.candidates(loose, name)
        )
        if lost:
            result.lost.append(say("refresh.not_found", part=name)[target.language])
        else:
            result.kept.append(f"{target.label}, {name}: {say('refresh.removed')[target.language]}")


LEAST_ALIKE = 0.3
LONGEST = 200  # characters that are compared


def alike(one: str, other: str) -> bool:
    """Return whether a text may be an edited version of another."""
    matcher = SequenceMatcher(None, one[:LONGEST], other[:LONGEST], autojunk=False)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)  # the slow one last
    return all(ratio() > LEAST_ALIKE for ratio in bounds)


_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def numbers(words: str) -> set[str]:
    """
    Return the numbers in a text, without years and fingerprints.

    >>> sorted(numbers("2024年死亡46人，1,298.40万元 · 24859360b069fa45"))
    ['1298.4', '46']
    """
    values = (float(one.replace(",", "")) for one in _NUMBER.findall(_HASH.sub("", words)))
    return {f"{value:.9g}" for value in values if value not in _YEARS}


_YEARS = range(1949, 2101)


def outdated(old: Provenance, new: Content, language: str) -> Callable[[str], AbstractSet[str]]:
    """Return a function that finds, in a text, numbers of the version before that are now wrong."""
    words = slides.texts(new).values()
    return outdated_since([old] if old else [], [new.record], words, language)


def outdated_since(
    old: Collection[Provenance],
    new: Iterable[Mapping[str, Any]],
    words: Iterable[str],
    language: str,
) -> Callable[[str], AbstractSet[str]]:
    """Return a function that finds, in a text, numbers of *old* that *new* and *words* lack."""
    now = numbers(" ".join([*words, *(said for one in new for said in _said(one, language))]))
    before = numbers(" ".join(said for one in old for said in _said(one, language)))

    def find(text: str) -> AbstractSet[str]:
        present = numbers(text) - now
        return present & before if old else present

    return find


def _said(record: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield the texts and values of a figure."""
    for name in ("title", "subtitle"):
        yield labels.both(record.get(name))[language]
    for row in record["rows"]:
        for name in ("value", "percent", "share", "ratio", "printed"):
            yield str(row.get(name, "")).lstrip("-")
