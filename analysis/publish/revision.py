"""
Update a brief in Word in place, each part as a whole or not at all.

A part is a title, the findings, the table with its sources, a figure with its caption. Its blocks
are found by their bookmarks, else by their content. Paragraphs of the author between them stay.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError
from analysis.figures import carriers, manifest, office
from analysis.language import labels
from analysis.language.messages import say

from . import bookmarks, content, report, word
from .bookmarks import Found
from .deck import brief, refresh, renew, store, tags
from .deck.refresh import Findings, Report
from .deck.renew import Changes, Step
from .word import Block, Grid, Paragraph, Part, Picture

MOST = 10_000  # paragraphs and bookmarks of a document: some 200 pages
UNITS = (("table", "sources"),)  # parts that are renewed together, for the numbers of the sources


def update(
    path: Path,
    figures: Path,
    *,
    findings: Findings | None = None,
    drawn: report.Drawn | None = None,
    dry_run: bool = False,
) -> Report:
    """
    Update the brief *path* from the manifest in *figures*.

    Parameters
    ----------
    findings
        Function that returns the findings on a subject; without it the brief has the titles of
        the figures.
    drawn
        Function that draws a figure at the width of the page; see :func:`report.report`.
    dry_run
        Report what would change without writing.

    Raises
    ------
    AnalysisError
        If it is no brief of this package, is damaged, read-only or open in another program.
        The file is then unchanged.
    """

    def revised(name: str, data: bytes) -> _Revision:
        revision = _Revision(name, data, figures, findings, drawn)
        revision.run()
        return revision

    return refresh.replaced(path, revised, dry_run=dry_run)


@dataclass(slots=True)
class _Plan(Changes):
    """The changes of one part."""

    part: str
    blocked: bool = False


class _Revision:
    """One update of a document."""

    def __init__(
        self,
        name: str,
        data: bytes,
        figures: Path,
        findings: Findings | None,
        drawn: report.Drawn | None,
    ) -> None:
        import docx

        package = office.parts(data, name)
        self.properties = office.properties(package)
        scope = _scope(name, package, self.properties)
        self.language = self.properties[f"{store.PART}.language"]
        self.report = Report(self.language, say("revision.units"))
        self.touched = False
        self.word = docx.Document(io.BytesIO(data))
        if bookmarks.size(self.word) > MOST:
            raise AnalysisError(say("revision.too_long", file=name, most=f"{MOST:,}"))
        self.hashes = {
            key.removeprefix(word.HASHES): value.split()
            for key, value in self.properties.items()
            if key.startswith(word.HASHES)
        }
        # Of one figure there are two where a part that was not updated has the older one.
        self.old = [one for _, one, _ in carriers.embedded(package)]
        self._compose(figures, scope, findings, drawn)
        self.blocks = bookmarks.found(self.word, self.hashes)
        self.others = list(bookmarks.loose(self.word, self.blocks))

    def _compose(
        self,
        figures: Path,
        scope: Mapping[str, str],
        findings: Findings | None,
        drawn: report.Drawn | None,
    ) -> None:
        """Make the parts as they are now, from the figures that the brief shows."""
        pictured, others = scope["pictured"].split(), scope["others"].split()
        every = content.chosen(manifest.load(figures), self.language)
        self.records = {one["name"]: one for one in every if one["name"] in {*pictured, *others}}
        self.about = brief.About.of(scope)
        named = findings(self.about.words) if findings else ()
        kept = [self.records[name] for name in (*pictured, *others) if name in self.records]
        shown = brief.retitled(kept, self.about, named)
        if not shown:
            raise AnalysisError(say("revision.retired"))
        choice = report.chosen(
            figures, self.about, every, shown, self.language, scope["title"], named, drawn
        )
        before = (each for one in shown for each in report.stored(one, self.language, figures))
        pictures = {one[0].figure: one for one in (*before, *choice.pictured.values())}
        numbered = {
            number: pictures[name] for number, name in enumerate(pictured, 1) if name in pictures
        }
        self.size = report.Size(*map(int, scope["size"].split()))
        self.choice = replace(choice, pictured=numbered)
        self.parts = {part.name: part.blocks for part in report.parts(self.choice, self.size)}
        self.gone = {
            f"figure{number}": name
            for number, name in enumerate(pictured, 1)
            if name not in pictures
        }
        words = [block.shown for part in self.parts.values() for block in part]
        self.outdated = renew.outdated_since(self.old, self.records.values(), words, self.language)

    def run(self) -> None:
        """Update each part, or those that belong together, as a whole or not at all."""
        names = list(dict.fromkeys((*self.parts, *self.blocks, *self.hashes)))
        plans = {name: self._plan(name) for name in names}
        self._check_others(plans)
        joined = {name: unit for unit in UNITS for name in unit}
        for unit in dict.fromkeys(joined.get(name, (name,)) for name in names):
            self._settle([plans[name] for name in unit if name in plans])
        if any(plan.steps and not plan.blocked for plan in plans.values()):
            known = [one for one in self.old if one["figure"] in self.records]
            lines = (
                line for one in known for line in refresh.reasons(one, self.records[one["figure"]])
            )
            self.report.changed += [f"    {line}" for line in dict.fromkeys(lines)]
        self.stale = any(plan.blocked for plan in plans.values())

    def _plan(self, part: str) -> _Plan:
        """Return the plan for a part."""
        plan = _Plan(part)
        was, now = self.blocks.get(part, {}), self.parts.get(part, ())
        expected = self.hashes.get(part, [])
        if part in self.gone and was:
            plan.lost.append(say("revision.gone", figure=self.gone[part])[self.language])
        else:
            for number in range(max(len(now), len(expected), *was, 0) + 1):
                block = now[number] if number < len(now) else None
                self._block(plan, number, block, known=number < len(expected))
        return plan

    def _block(self, plan: _Plan, number: int, block: Block | None, *, known: bool) -> None:
        """Plan one block: as it was written, changed, edited by hand, removed or new."""
        found = self.blocks.get(plan.part, {}).get(number)
        if found is None:
            if block is not None:
                self._missing(plan, number, block, known=known)
            return
        now = bookmarks.content(self.word, found.element)
        wanted = tags.short(block.shown) if block is not None else ""
        if wanted in {found.state, tags.short(now)}:
            return
        if bookmarks.is_edited(self.word, found):
            self._edited(plan, now, block)
            return
        line = f"{plan.part}: {say('refresh.values')[self.language]}"
        if not isinstance(block, Grid | Picture):
            words = block.shown if block is not None else "—"
            line = renew.changed_line(plan.part, now, words)
        plan.steps.append(Step(line, partial(self._renew, plan.part, number, block)))

    def _missing(self, plan: _Plan, number: int, block: Block, *, known: bool) -> None:
        """Plan a new block, or note one that was removed or that has lost its bookmark."""
        if not known:
            step = partial(self._add, plan.part, number, block)
            plan.steps.append(Step(f"{plan.part}: + {labels.legible(block.shown, 120)}", step))
        elif any(_alike(element, block) for _, element in self.others):
            plan.lost.append(say("revision.not_found", part=plan.part)[self.language])
        else:
            line = f"{plan.part}: {say('refresh.removed')[self.language]}"
            plan.kept += [] if line in plan.kept else [line]

    def _edited(self, plan: _Plan, now: str, block: Block | None) -> None:
        """Note a block that was edited by hand and would change."""
        if isinstance(block, Grid | Picture):
            plan.edited.append(say("refresh.edited_values", part=plan.part)[self.language])
            return
        plan.note_outdated(plan.part, self.outdated(now), self.language)
        words = block.shown if block is not None else "—"
        plan.kept.append(renew.kept_line(plan.part, words, self.language))

    def _check_others(self, plans: Mapping[str, _Plan]) -> None:
        """Note numbers of the version before in paragraphs of the author."""
        following = dict(pairwise(self.parts))
        for before, element in self.others:
            part = following.get(before, before) if before in report.HEADINGS.values() else before
            words = element.xpath("string()")
            if part in plans and plans[part].steps:
                name = labels.legible(words, 24)
                plans[part].note_outdated(name, self.outdated(words), self.language)

    def _settle(self, plans: Sequence[_Plan]) -> None:
        """Carry out all plans of parts that belong together, or none."""
        steps = [step for plan in plans for step in plan.steps]
        reasons = [reason for plan in plans for reason in plan.reasons]
        self.report.kept += [line for plan in plans for line in plan.kept]
        for plan in plans:
            plan.blocked = bool(reasons)
        if reasons:
            left, names = say("revision.left")[self.language], ", ".join(one.part for one in plans)
            self.report.kept.append(f"{names}: {left}: {'; '.join(dict.fromkeys(reasons))}")
            self.report.count["missing" if any(plan.lost for plan in plans) else "kept"] += 1
        else:
            for step in steps:
                step.apply()
                self.report.changed.append(step.line)
            self.report.count["renewed" if steps else "current"] += 1
        for plan in plans:
            self.touched |= bool(steps and not reasons) | self._flag(plan.part, stale=bool(reasons))

    def _flag(self, part: str, *, stale: bool) -> bool:
        """Put or remove the mark of a part that is not up to date; return whether it changed."""
        old = bookmarks.flags(self.word, part)
        blocks = self.blocks.get(part)
        if bool(old) == stale or (stale and not blocks):
            return False
        for element in old:
            element.getparent().remove(element)
        if stale and blocks:
            words = say("revision.stale")[self.language]
            note = word.add(self.word, Paragraph("Source", words), word.FORMS[self.language])
            bookmarks.flag(self.word, part, note, blocks[min(blocks)].element)
            self.report.changed.append(f"{part}: {words}")
        return True

    def _renew(self, part: str, number: int, block: Block | None) -> None:
        element = self.blocks[part][number].element
        if block is None:
            element.getparent().remove(element)
            del self.blocks[part][number]
            return
        word.renew(self.word, element, block)
        self.blocks[part][number] = Found(element, tags.short(block.shown))

    def _add(self, part: str, number: int, block: Block) -> None:
        """Add a block after the one before it."""
        element = word.add(self.word, block, word.FORMS[self.language])
        before = self._before(part, number)
        if before is not None:
            before.addnext(element)
        self.blocks.setdefault(part, {})[number] = Found(element, tags.short(block.shown))

    def _before(self, part: str, number: int) -> Any:
        """Return the last element before a block: of its part, else of the parts before."""
        names = list(self.parts)
        for name in names[names.index(part) :: -1]:
            blocks = self.blocks.get(name, {})
            earlier = [one for one in blocks if name != part or one < number]
            if earlier:
                return blocks[max(earlier)].element
        return None

    def saved(self) -> bytes:
        """Return the bytes of the updated document, with its own dates."""
        properties = report.properties_of(self.choice, self.size, self.about)
        scope = {key: value for key, value in self.properties.items() if ".scope." in key}
        hashes = word.hashes(Part(name, blocks) for name, blocks in self.parts.items())
        carried = report.provenances(self.choice, self.size)
        if self.stale:  # the numbers of the version before that are still in it
            oldest = {one["figure"]: one for one in reversed(self.old)}
            carried = json.dumps(oldest, ensure_ascii=False, sort_keys=True)
        for part, own in self.blocks.items():
            for number, found in own.items():
                bookmarks.put(self.word, found, part, number)
        word.seal(self.word, self.properties | properties | scope | hashes, carried)
        return office.packed(office.parts(word.saved(self.word), "the document"))


def _scope(
    name: str, package: Mapping[str, bytes], properties: Mapping[str, str]
) -> dict[str, str]:
    """Return what a brief was asked to show."""
    scope = store.scope_of(properties)
    if "word/document.xml" not in package or "pictured" not in scope:
        raise AnalysisError(say("revision.no_brief", name=name))
    version = properties.get(store.PART, "")
    if version != store.VERSION:
        raise AnalysisError(say("refresh.other_version", name=name, version=version))
    return scope


def _alike(element: Any, block: Block) -> bool:
    """Return whether an element without a bookmark may be a block that lost it."""
    if isinstance(block, Grid):
        return bool(element.xpath("self::w:tbl"))
    if isinstance(block, Picture):
        return bool(element.xpath(".//a:blip"))
    return renew.alike(element.xpath("string()"), block.shown)
