"""
Update the figures of a deck in place, each slide as a whole or not at all.

A slide is renewed if every part of its figures can be; else it stays as it is, with a mark that it
is not up to date. What was edited by hand is kept. The deck is replaced atomically, and the
previous version is kept beside it as ``.bak``.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from analysis.charts.kinds import kind_of
from analysis.errors import AnalysisError
from analysis.figures import carriers, manifest, office, provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.publish import content
from analysis.publish.content import Content

from . import booklet, brief, renew, shapes, slides, store, tags
from .brief import Finding
from .renew import Plan, Target
from .store import PART
from .tags import Contents, Shown
from .template import EMU, P

SLIDES = say("refresh.slides")
MOST = 20_000  # shapes of a deck
Findings = Callable[[Sequence[str]], Sequence[Finding]]


@dataclass(slots=True)
class Report:
    """The result of an update, as lines for a reader; *unit* is what the numbers count."""

    language: str
    unit: Text = SLIDES
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Yield what changed, what was kept and why, and the numbers of slides."""
        if not self.changed:
            yield say("refresh.nothing")[self.language]
        yield from self.changed
        yield from self.kept
        counts = {name: self.count[name] for name in ("renewed", "kept", "missing", "current")}
        yield say("refresh.summary", unit=self.unit, **counts)[self.language]


def update(
    path: Path, figures: Path, *, dry_run: bool = False, findings: Findings | None = None
) -> Report:
    """
    Update the deck *path* from the manifest in *figures*.

    Parameters
    ----------
    dry_run
        Report what would change without writing.
    findings
        Function that returns the findings on a subject, for the summary of a brief deck; without
        it the summary has the titles of the figures.

    Raises
    ------
    AnalysisError
        If the deck shows no figure of this package, is damaged, read-only or open in another
        program. The file is then unchanged.
    """
    work = partial(_worked, figures=figures, findings=cache(findings or _none))
    return replaced(path, work, dry_run=dry_run)


class Work(Protocol):
    """An update of a document after all its work."""

    report: Report
    touched: bool

    def saved(self) -> bytes:
        """Return the bytes of the updated document."""


def replaced(path: Path, work: Callable[[str, bytes], Work], *, dry_run: bool) -> Report:
    """Replace a document by its update, *work* of its name and bytes, unless it is the same."""
    path, data = office.contents(path)
    if not dry_run:
        office.refuse_unwritable(path)
    with office.damage_reported(path.name):
        done = work(path.name, data)
        after = done.saved() if done.touched else data
    if after != data and not dry_run:
        office.replace(path, data, after)
    return done.report


def _none(_about: Sequence[str]) -> Sequence[Finding]:
    return ()


def _worked(name: str, data: bytes, figures: Path, findings: Findings) -> "Update":
    """Return the update after all its work; a slide whose change fails is left out of it."""
    failed: dict[int, str] = {}
    while True:
        work = Update(name, data, figures, failed, findings)
        try:
            work.run()
        except _SlideError as error:
            failed[error.number] = type(error.__cause__).__name__
        else:
            return work


class _SlideError(Exception):
    """A change of a slide that failed halfway."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def opened(name: str, data: bytes) -> tuple[Any, dict[str, bytes]]:
    """
    Return the presentation in *data* and its parts.

    Raises
    ------
    AnalysisError
        If it is not a deck, is damaged, or was made by a later version.
    """
    parts = office.parts(data, name)
    version = office.properties(parts).get(PART, store.VERSION)
    if "ppt/presentation.xml" not in parts:
        raise AnalysisError(say("refresh.no_deck", name=name))
    if version != store.VERSION:
        raise AnalysisError(say("refresh.other_version", name=name, version=version))
    with office.damage_reported(name):
        return office.presentation(data), parts


class Update:
    """One update of a deck: its presentation, stored properties and the current records."""

    def __init__(
        self,
        name: str,
        data: bytes,
        figures: Path,
        failed: Mapping[int, str],
        findings: Findings,
    ) -> None:
        self.failed, self.findings = failed, findings
        self.presentation, package = opened(name, data)
        self.properties = office.properties(package)
        self.provenances: dict[str, Any] = dict(carriers.stores(package))
        self.figures = figures
        self.touched = False
        self.baseline = {
            key.removeprefix(f"{PART}.figure."): tags.parsed(value)
            for key, value in self.properties.items()
            if key.startswith(f"{PART}.figure.")
        }
        self.slides = list(self.presentation.slides)
        if _size(self.slides) > MOST:
            raise AnalysisError(say("refresh.too_long", file=name, most=f"{MOST:,}"))
        version = self.properties.get(f"{PART}.manifest", "")
        self.contents = [tags.find(slide, self.baseline, version) for slide in self.slides]
        names = [one for contents in self.contents for one in contents.figures]
        if not names and PART not in self.properties:
            raise AnalysisError(say("refresh.no_figure", name=name))
        self.language = self.properties.get(f"{PART}.language") or _majority(names)
        self.report = Report(self.language)
        self.records = self._retitled(_records(figures, self.language))

    def _retitled(self, records: Mapping[str, Any]) -> dict[str, Any]:
        """Return *records* with the titles that a brief on a region gives them."""
        about = brief.About.of(store.scope_of(self.properties) if self._is_brief else {})
        findings = self.findings(about.words) if about.regions else ()
        own = brief.retitled(records.values(), about, findings)
        return dict(zip(records, own, strict=True))

    @property
    def _is_brief(self) -> bool:
        return store.scope_of(self.properties).get("chosen") == "brief"

    @cached_property
    def _pages(self) -> dict[str, Content]:
        """The slides of lists, each by the name of the figure and the number of the slide."""
        lists = [one for one in self.records.values() if kind_of(one).listed]
        contents = [content.content(one, one["language"]) for one in lists]
        if self._is_brief:
            return {one.figure: slides.on_one_slide(one) for one in contents}
        return {page.figure: page for one in contents for page in slides.paged(one)}

    def now(self, figure: str) -> Content | None:
        """Return what a slide of a figure should show, or None if there is no such figure now."""
        if figure in self._pages or figure not in self.records:
            return self._pages.get(figure)
        record = self.records[figure]
        return content.content(record, record["language"])

    def run(self) -> None:
        """Update every slide that shows a figure of the project, and the pages around them."""
        for number, (slide, contents) in enumerate(zip(self.slides, self.contents, strict=True), 1):
            plans = [self._plan(number, slide, contents, one) for one in contents.figures.values()]
            self._settle(number, slide, [plan for plan in plans if plan is not None])
        booklet.Booklet(self).update()
        self._say_absent()

    def _plan(self, number: int, slide: Any, contents: Contents, shown: Shown) -> Plan | None:
        if tags.page_of(shown.figure):
            return None
        now = self.now(shown.figure)
        if now is None:
            return Plan(shown, lost=[say("refresh.gone")[self.language]], fingerprint="gone")
        old = shown.carried or self.provenances.get(shown.figure) or {}
        target = Target(
            f"{number}. {shown.figure}", slide, shown, now, now.language,
            self.figures, renew.outdated(old, now, now.language),
        )  # fmt: skip
        shown.fingerprint = shown.fingerprint or str(old.get("fingerprint", ""))
        error = self.failed.get(number, "")
        try:
            plan = renew.plan(target, contents.loose)
        except (*office.DAMAGE, AnalysisError) as failure:
            error, plan = type(failure).__name__, Plan(shown, fingerprint=now.fingerprint)
        if error:
            plan.lost.append(say("refresh.unreadable", error=error)[self.language])
        return plan

    def _settle(self, number: int, slide: Any, plans: list[Plan]) -> None:
        """Carry out all plans for a slide, or none."""
        if not plans:
            return
        blocked = [plan for plan in plans if plan.blocked]
        for plan in blocked:
            reasons = "; ".join(dict.fromkeys(plan.reasons))
            left = say("refresh.left")[self.language]
            line = f"{number}. {plan.shown.figure}: {left}: {reasons}"
            self.report.kept += [*plan.kept, line]
        if blocked:
            self.report.count["missing" if any(plan.lost for plan in blocked) else "kept"] += 1
            self.mark_stale(slide, blocked[0].shown.figure)
            return
        try:
            for plan in plans:
                self._carry_out(plan)
        except office.DAMAGE as error:
            raise _SlideError(number) from error
        steps = [step for plan in plans for step in plan.steps]
        self.report.count["renewed" if steps else "current"] += 1
        self.clear_stale(slide)

    def _carry_out(self, plan: Plan) -> None:
        self.report.kept += plan.kept
        name = plan.shown.figure
        for step in sorted(plan.steps, key=lambda step: step.last):
            step.apply()
            self.report.changed.append(step.line)
        now = self.now(name)
        if not plan.steps or now is None:
            return
        old = plan.shown.carried or self.provenances.get(name)
        self.report.changed += [f"    {line}" for line in reasons(old, now.record)]
        self.provenances[name] = store.carried(now)
        self.remember(plan.shown)

    def remember(self, shown: Shown) -> None:
        """Write the marks of the parts of a figure as they are now."""
        self.touched = True
        states = dict(shown.expected)
        for part in shown.parts:
            if part.name != tags.STALE:
                carriers.put_mark(part.shape, shown.figure, part.name, part.state or "")
                states[part.name] = part.state or ""
        self.baseline[shown.figure] = states

    def mark_stale(self, slide: Any, figure: str) -> None:
        """Put a visible mark on a slide that is not up to date, once."""
        if not self._stale(slide):
            width = self.presentation.slide_width / EMU
            shapes.flag(
                slide, figure, say("refresh.stale")[self.language], (width - 2.9, 0.06, 2.8, 0.3)
            )
            self.report.changed.append(
                f"{self.number(slide)}. {say('refresh.stale')[self.language]}"
            )
            self.touched = True

    def clear_stale(self, slide: Any) -> None:
        """Remove the mark of a slide that is up to date again."""
        for shape in self._stale(slide):
            shapes.drop(shape)
            self.touched = True

    def number(self, slide: Any) -> int:
        """Return the number of a slide in the deck."""
        return [one.slide_id for one in self.presentation.slides].index(slide.slide_id) + 1

    @staticmethod
    def _stale(slide: Any) -> list[Any]:
        return [one for one in slide.shapes if carriers.mark(one).part == tags.STALE]

    def _say_absent(self) -> None:
        seen = {name for contents in self.contents for name in contents.figures}
        known = [name for name in self.baseline if not tags.page_of(name)]
        self.report.kept += [
            f"{name}: {say('refresh.deleted')[self.language]}" for name in known if name not in seen
        ]
        others = [
            name
            for name, record in self.records.items()
            if record["language"] == self.language
            and name not in {*seen, *known}
            and content.worth_a_slide(record)
        ]
        others += [
            name
            for name, page in self._pages.items()
            if page.record["name"] in seen and name not in {*seen, *known}
        ]
        if others and self.properties.get(f"{PART}.scope.chosen", "all") == "all":
            names = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            line = say("refresh.others", n=len(others), names=names)
            self.report.kept.append(line[self.language])

    def saved(self) -> bytes:
        """Return the bytes of the updated deck, with its own dates."""
        self.properties |= {PART: store.VERSION, f"{PART}.language": self.language}
        self.properties[f"{PART}.manifest"] = store.mark(self.figures)
        for name, parts in self.baseline.items():
            self.properties[f"{PART}.figure.{name}"] = tags.noted(parts)
        store.store(self.presentation, self.properties, self.provenances)
        out = io.BytesIO()
        self.presentation.save(out)
        opened("the deck", out.getvalue())
        return office.packed(office.parts(out.getvalue(), "the deck"))


def reasons(old: Mapping[str, Any] | None, record: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield a line per changed value of a figure: old value, new value and its evidence.

    Parameters
    ----------
    old
        The provenance of the figure as it was.
    """
    if not old:
        return
    language, now = str(record["language"]), provenance.rows(provenance.of(record))
    for change in manifest.changes(provenance.rows(dict(old)), now):
        key = change["row"]
        row = next((row for row in record["rows"] if _same(row, key)), key)
        values = [_value(part) for part in (change["before"], change["after"])]
        yield (
            f"{labels.region(row)[language]} {labels.period(key)[language]}: "
            f"{values[0]} → {values[1]} {labels.citation(row)[language]}"
        )


def _size(every: Sequence[Any]) -> int:
    """Return the number of slides and of shapes on them, in groups too."""
    return sum(1 for slide in every for _ in slide._element.iter(f"{{{P}}}cNvPr"))  # noqa: SLF001


def _majority(names: list[str]) -> str:
    """
    Return the language of most figures.

    >>> _majority(["trend-deaths-en", "trend-accidents-en", "trend-deaths-zh"]), _majority([])
    ('en', 'zh')
    """
    return "en" if sum(name.endswith("-en") for name in names) * 2 > len(names) else "zh"


def _records(figures: Path, language: str) -> dict[str, Any]:
    """Return the figures of the manifest by name, those of *language* in order first."""
    loaded = manifest.load(figures)
    loaded["figures"] = [one for one in loaded["figures"] if content.is_made(one)]
    first = content.chosen(loaded, language)
    others = [one for one in loaded["figures"] if one["language"] != language]
    return {one["name"]: one for one in (*first, *map(content.with_fingerprint, others))}


def _same(row: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in key.items())


def _value(part: Mapping[str, Any] | None) -> str:
    if part is None:
        return "—"
    return str(part.get("printed") or part.get("value"))
