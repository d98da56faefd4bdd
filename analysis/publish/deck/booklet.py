"""Renew the slides without a figure: cover, summary, key, appendix."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from analysis.language.messages import say
from analysis.publish import content

from . import brief, pages, renew, shapes, store, tags, template
from .pages import Page
from .renew import Plan
from .store import PART
from .tags import Part, Shown

if TYPE_CHECKING:
    from .refresh import Update


class Booklet:
    """The pages of a deck in an update."""

    def __init__(self, work: "Update") -> None:
        self.work = work
        self.present = [
            (slide, contents, shown)
            for slide, contents in zip(work.slides, work.contents, strict=True)
            for shown in contents.figures.values()
            if tags.page_of(shown.figure)
        ]

    def update(self) -> None:
        """Renew each page, add or remove pages of tables that became longer or shorter."""
        if not self.present:
            return
        wanted = {page.name: page for page in self._wanted()}
        for kind, group in groupby(self.present, key=lambda one: tags.page_of(one[2].figure)):
            self._series(kind, list(group), wanted)

    def _wanted(self) -> Iterable[Page]:
        """Return the pages of the deck as they should be now."""
        work, scope = self.work, self._scope()
        shown = self._shown()
        version = store.mark(work.figures)
        every = [one for one in work.records.values() if one["language"] == work.language]
        if scope.get("chosen") == "brief":
            findings = work.findings(brief.About.of(scope).words)
            front, back = brief.pages_of(
                work.presentation, shown, every, work.language, version, scope, findings
            )
            return [*front, *back]
        records = every if scope["chosen"] == "all" else shown
        return [
            pages.cover(shown, work.language, version, scope.get("title", "")),
            *pages.key(work.presentation, work.language),
            *pages.appendix(work.presentation, records, work.language),
        ]

    def _shown(self) -> list[Any]:
        names = dict.fromkeys(name for contents in self.work.contents for name in contents.figures)
        return [self.work.records[name] for name in names if name in self.work.records]

    def _scope(self) -> dict[str, str]:
        """Return the choice of figures stored in the deck, or found from an earlier version."""
        scope = store.scope_of(self.work.properties)
        every = {
            name
            for name, record in self.work.records.items()
            if record["language"] == self.work.language and content.worth_a_slide(record)
        }
        whole = PART in self.work.properties and every <= {*self.work.baseline}
        return {"chosen": "all" if whole else "select"} | scope

    def _series(self, kind: str, group: list[Any], wanted: Mapping[str, Page]) -> None:
        """Renew the pages of one kind, such as those of the sources."""
        names = [name for name in wanted if tags.page_of(name) == kind]
        here = {shown.figure for _, _, shown in group}
        for slide, contents, shown in group:
            if shown.figure in wanted:
                self._page(slide, shown, wanted[shown.figure])
            else:
                self._superfluous(slide, contents, shown)
        known = {name for name in self.work.baseline if tags.page_of(name) == kind}
        if known <= here:  # none of them was deleted by hand
            last = group[-1][0]
            for name in (name for name in names if name not in here):
                last = self._append(wanted[name], last)

    def _page(self, slide: Any, shown: Shown, page: Page) -> None:
        work = self.work
        label = f"{work.number(slide)}. {shown.figure}"
        target = renew.Target(
            label, slide, shown, _NO_CONTENT, work.language, work.figures, _nothing_outdated
        )
        result = Plan(shown)
        texts = {role.lower(): words for role, words in page.texts.items()}
        for part in list(shown.parts):
            if part.name == "table" and page.table is not None:
                lines = [page.table.head, *page.table.lines]
                renew.cells(target, part, lines, page.size, result)
            elif part.name in texts:
                self._text(target, part, texts[part.name], result)
        self._settle(slide, shown, result)

    def _text(self, target: renew.Target, part: Part, words: str, result: Plan) -> None:
        """Plan a text; the version in a text that was edited is renewed within it."""
        old, new = self.work.properties.get(f"{PART}.manifest", ""), store.mark(self.work.figures)
        now = part.shape.text_frame.text
        if part.edited and old and old != new and old in now:
            line = f"{target.label}, {part.name}: {old} → {new}"
            result.steps.append(renew.Step(line, lambda: shapes.substitute(part.shape, old, new)))
            return
        renew.text(target, part, words, result)

    def _settle(self, slide: Any, shown: Shown, result: Plan) -> None:
        work = self.work
        work.report.kept += result.kept
        if result.edited:
            line = f"{work.number(slide)}. {shown.figure}: {say('refresh.left')[work.language]}"
            work.report.kept.append(f"{line}: {'; '.join(result.edited)}")
            work.report.count["kept"] += 1
            work.mark_stale(slide, shown.figure)
            return
        for step in result.steps:
            step.apply()
            work.report.changed.append(step.line)
        if result.steps:
            work.remember(shown)
        work.clear_stale(slide)

    def _superfluous(self, slide: Any, contents: tags.Contents, shown: Shown) -> None:
        """Remove a page of a table that has become shorter, unless it was edited."""
        work = self.work
        own = [shape for shape in contents.loose if not shape.is_placeholder]
        if own or any(part.edited for part in shown.parts):
            work.mark_stale(slide, shown.figure)
            return
        line = f"{work.number(slide)}. {shown.figure}: {say('refresh.page_removed')[work.language]}"
        work.report.changed.append(line)
        entries = work.presentation.slides._sldIdLst  # noqa: SLF001
        (entry,) = (one for one in entries if int(one.get("id")) == slide.slide_id)
        store.leave_section(work.presentation, entry.get("id"))
        template.remove(work.presentation, entry)
        work.baseline.pop(shown.figure, None)
        work.touched = True

    def _append(self, page: Page, last: Any) -> Any:
        """Add a page after the slide *last*, and return it."""
        work = self.work
        slide = pages.add(work.presentation, page, work.language)
        entries = work.presentation.slides._sldIdLst  # noqa: SLF001
        by_id = {int(one.get("id")): one for one in entries}
        by_id[last.slide_id].addnext(by_id[slide.slide_id])
        store.join_section(work.presentation, str(last.slide_id), str(slide.slide_id))
        work.baseline[page.name] = tags.sign(slide, page.name)
        work.touched = True
        line = f"{work.number(slide)}. {page.name}: {say('refresh.page_added')[work.language]}"
        work.report.changed.append(line)
        return slide


_NO_CONTENT: Any = None


def _nothing_outdated(_words: str) -> set[str]:
    return set()
