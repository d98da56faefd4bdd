"""
Name the indicator of a figure.

It is that of the figure's parent, of the event named last, or of the words around the figure.
"""

import re
from dataclasses import dataclass, field

from analysis.language.vocabulary import Measure

from . import breakdowns, facts, grids, roles, scopes, subjects
from .layout import Sentence
from .quantities import Quantity
from .relations import TERRITORIES, Figure
from .roles import Judgement, Reason
from .suggestions import ALIKE, ENOUGH, Catalogue, Suggestion, Words

FOREBEARS = 3  # how many figures back a figure may take its words from
_CLAUSE_END = re.compile(rf"[,。;\n]|[(](?!{TERRITORIES})")
_KINDS: dict[str, str] = {Reason.FORMULA: "count", Reason.ZERO: ""}
_AVERAGE = re.compile(r"(?:平均每?|[人户案件次家日月年]均)[\u4e00-\u9fff]{0,8}$")
_UNFINISHED = re.compile(r"正在|未(?!发生)|尚未|仍?没有|还未")
_MISSING = re.compile(r"(?<!死亡)(?<!死亡[和或、])失踪(?:人数|人口)?$")  # and not dead
_PORTION = re.compile(r"占(?!应)|比重|比例")
_NAMED_RATE = re.compile(r"([\u4e00-\u9fff]{2}率)[\u4e00-\u9fff]{0,4}$")
_CAMPAIGN = re.compile(r"重大(?:事故)?隐患(?=[^,。;]{0,12}(?:行动|攻坚|专项))")  # its name
_OFFICE = re.compile(r"物资储备(?:局|中心)")  # stores nothing of the figure
_AREAS = re.compile(r"个?(?:县|市(?!级)|区(?!域)|州|乡|镇|街道|村|社区|部门|行政村|国家|省)")
_WITH = re.compile(r"^(?:并|还|先后|分别|镇政府|县政府|区政府|市政府|已|共)?[与向对赴同]")
_QUOTA_SHARE = re.compile(r"占[^,。;]{0,16}(?:控制指标|指标|控制数|目标)[^,。;]{0,12}$")
_AIMED = re.compile(r"控制在|不超过|不突破|力争|以内")
QUOTA_USED = "quota_used"
BY_EVENT = 20.0  # the score of an indicator that the event decides, above that of any words
RELATIVE = {"%", "‰", "倍", "百分点"}
_ONLY_COUNTED = re.compile(r"(?:事故)?(?P<unit>[起人件次户家场项])(?:数|次)")


@dataclass
class Namer:
    """The indicators of the figures read so far, for those that refer to them."""

    folded: str
    catalogue: Catalogue
    grid: dict[int, grids.Cell]
    events: subjects.Events
    assigned: dict[int, tuple[Suggestion, ...]] = field(default_factory=dict)
    row: tuple[str, tuple[Suggestion, ...]] = "", ()  # of a table, with its last level
    named: dict[str, Suggestion] = field(default_factory=dict)  # by unit, of the last level
    above: dict[str, Suggestion] = field(default_factory=dict)  # the same of the line before

    def line(self) -> None:
        """Begin a line; only its regions may refer to what the line before counts."""
        self.above, self.named = self.named or self.above, {}

    def suggested(
        self, sentence: Sentence, topic: str, figure: Figure, judgement: Judgement
    ) -> tuple[Suggestion, ...]:
        """Return the indicators for a figure: by its parent, its event, or the words around it."""
        words = _words(figure, sentence, self.folded, topic)
        own = figure.parent is None or bool(figure.subject)
        if figure.measure is not Measure.LEVEL and not own:
            parent = self.assigned.get(figure.parent.quantity.start, ())  # type: ignore[union-attr]
            if first(parent):
                return parent
        again = figure.parent if figure.measure is Measure.LEVEL else None
        alike = again is not None and again.quantity.unit == figure.quantity.unit
        period = figure.near and subjects.unnamed(figure.near + figure.post[:2])
        part = figure.part and breakdowns.only(figure.near) and not subjects.named(figure.near)
        listed = again is not None and again.bracketed and figure.bracketed and not figure.near
        if again and alike and (period or part or listed):  # 死亡3人,上年为5人; 其中煤矿5家
            return self.assigned.get(again.quantity.start, ())
        suggested = self._fitting(figure, self._by_words(words, figure, judgement))
        if not _AVERAGE.search(figure.near[-12:]):
            suggested = self._by_event(figure, suggested)
        suggested = self._in_row(figure, suggested)
        self.assigned[figure.quantity.start] = suggested
        if figure.measure is Measure.LEVEL and suggested and suggested[0].score >= ENOUGH:
            self.named[figure.quantity.unit] = suggested[0]
        return suggested

    def _in_row(self, figure: Figure, suggested: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
        """Return, for a change in a table that names nothing, what its row counts before it."""
        cell = self.grid.get(figure.quantity.start)
        if cell is None:
            return suggested
        if figure.measure is Measure.LEVEL and first(suggested):
            self.row = cell.label, suggested
        label, before = self.row
        changed = figure.measure is not Measure.LEVEL
        bare = changed and (not first(suggested) or figure.subject == figure.near)
        return before if bare and label == cell.label else suggested

    def _by_words(
        self, words: list[Words], figure: Figure, judgement: Judgement
    ) -> tuple[Suggestion, ...]:
        catalogue, q = self.catalogue, figure.quantity
        kind, unit = _KINDS.get(judgement.reason, q.kind), q.unit
        if figure.measure is not Measure.LEVEL:
            counted = q if q.unit not in RELATIVE else _origin(figure)
            kind, unit = (counted.kind, counted.unit) if counted else ("", "")
        suggested = tuple(catalogue.suggest(words, unit=unit, kind=kind))
        if suggested and suggested[0].score >= ENOUGH:
            return suggested
        unit = _counted_again(figure)
        listed = figure.measure is Measure.LEVEL and scopes.only_region(figure.near)
        again = self.named.get(unit) or (self.above.get(unit) if listed else None)
        return suggested if again is None else (again, *suggested[:2])

    def _fitting(self, figure: Figure, suggested: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
        """Drop the indicators that the words next to the figure rule out."""
        catalogue, q = self.catalogue, figure.quantity
        if figure.measure is not Measure.LEVEL:
            return suggested
        near = figure.near[-12:]
        if (
            _AVERAGE.search(near)
            or _MISSING.search(near + figure.post[:2])
            or _UNFINISHED.match(self.folded, q.last, q.last + 6)
        ):
            return ()
        if q.unit in RELATIVE:
            if _PORTION.search(near):
                return tuple(s for s in suggested if s.indicator == QUOTA_USED)
            rate = _NAMED_RATE.search(near)
            return tuple(s for s in suggested if rate is None or catalogue.speaks(s, rate[1][:2]))
        if q.unit == "个" and _AREAS.match(self.folded, q.end, q.last + 10):
            clause = re.split(r"[,;:。\n]", self.folded[max(0, q.first - 40) : q.first])[-1]
            noun = self.folded[q.end : q.end + (6 if _WITH.search(clause) else 18)]
            named = (s for s in suggested if s.indicator not in subjects.generic())
            return tuple(s for s in named if catalogue.speaks_in(s, noun + near))
        return suggested

    def _by_event(
        self, figure: Figure, suggested: tuple[Suggestion, ...]
    ) -> tuple[Suggestion, ...]:
        """Put the indicator of the event named last first, or drop what another event decides."""
        unit = figure.quantity.unit
        before = self.folded[max(0, figure.quantity.first - 60) : figure.quantity.first]
        if _QUOTA_SHARE.search(before) and unit == "%":
            return self._certain(QUOTA_USED, "指标", suggested)
        if figure.measure is not Measure.LEVEL and unit in RELATIVE:
            origin = _origin(figure)
            unit = origin.unit if origin and not figure.subject else ""
        quota = roles.quota(before)
        slot = subjects.of_quota(before) if quota else subjects.slot(figure, unit)
        code = first(suggested)
        if not slot or (code and code not in subjects.generic() and suggested[0].score >= ENOUGH):
            return suggested
        cell = self.grid.get(figure.quantity.start)
        subject = subjects.named(f"{cell.label}{cell.header}" if cell else figure.subject)
        if not subject and _AIMED.search(figure.near):
            subject = self.events.before(figure.quantity.first, near=True) or "accident"
        subject = subject or self.events.before(figure.quantity.first, table=cell is not None)
        around = f"{cell.label}{cell.header}" if cell else before
        if not subject and slot in {"count", "loss"} and "起数" in around:
            subject = "accident"
        code = subjects.indicators().get(subject, {}).get(slot, "")
        others = tuple(s for s in suggested if s.indicator not in subjects.generic() - {code})
        if not code:
            return others if subject else suggested
        return self._certain(code, subject, others)

    def _certain(
        self, code: str, why: str, others: tuple[Suggestion, ...]
    ) -> tuple[Suggestion, ...]:
        """Return the suggestions with the indicator *code* first, if the catalogue has it."""
        known = self.catalogue.indicators.get(code)
        if not known:
            return others
        top = Suggestion(code, known.unit, BY_EVENT, why)
        return (top, *(s for s in others if s.indicator != code))[:3]

    def of_fact(self, sentence: Sentence, fact: facts.Fact) -> tuple[Suggestion, ...]:
        """Return the indicators for a fact: by the event that did not happen, else by words."""
        before = self.folded[max(sentence.start, fact.start - 40) : fact.start]
        words = [Words(fact.subject, 1.0), Words(before, 0.4)]
        words.append(Words(sentence.section.heading, 0.2))
        suggested = tuple(self.catalogue.suggest(words, unit=fact.unit, kind=fact.kind))
        if "伤亡" in fact.subject:  # the dead and the injured are two indicators
            return ()
        if fact.measure is Measure.DIRECTION:
            slot = subjects.of_direction(fact.subject)
        else:
            slot = subjects.of_zero(fact.subject) if fact.value == 0 else ""
        if not slot:
            return suggested
        subject = subjects.first_named(fact.subject) or self.events.before(fact.start)
        code = subjects.indicators().get(subject, {}).get(slot, "")
        others = tuple(s for s in suggested if s.indicator not in subjects.generic() - {code})
        return self._certain(code, subject, others) if code or subject else suggested


def _counted_again(figure: Figure) -> str:
    """Return the unit of an earlier level that 起数减少7起 or 其中化工2起 refers to, or '-'."""
    if figure.measure is not Measure.LEVEL:
        only = _ONLY_COUNTED.fullmatch(figure.subject)
        return only["unit"] if only else "-"
    alone = figure.part or scopes.only_region(figure.near)  # 其中化工2起; 江州区22人
    return figure.quantity.unit if alone else "-"


def _origin(figure: Figure) -> Quantity | None:
    """Return the counted figure that a percentage is a change of, or None."""
    parent = figure.parent
    while parent is not None and parent.quantity.unit in RELATIVE:
        parent = parent.parent
    return parent.quantity if parent else None


def first(suggested: tuple[Suggestion, ...]) -> str:
    """Return the first indicator, '' if it is only faintly alike."""
    return suggested[0].indicator if suggested and suggested[0].score >= ALIKE else ""


def _words(figure: Figure, sentence: Sentence, text: str, topic: str) -> list[Words]:
    """Return the words around a figure that may name it, nearer ones weighing more."""
    if figure.subject:
        return [Words(figure.subject, 1.0), Words(figure.far[-40:], 0.15)]
    if figure.measure is not Measure.LEVEL and figure.parent:
        figure = figure.parent
    q = figure.quantity
    ahead = _CLAUSE_END.split(text[q.last : min(sentence.end, q.last + 30)], maxsplit=1)[0]
    words = [
        Words(figure.near[-40:] + text[q.start : q.last], 0.75 if figure.attached else 1.0),
        Words(text[q.end : q.last] + figure.post, 1.0),
        Words(ahead, 0.4 if q.unit else 1.0),
        Words(figure.far[-60:], 0.4),
        Words(topic, 0.35),
        Words(_CAMPAIGN.sub("隐患", sentence.section.heading[:40]), 0.25),
        Words(text[max(0, sentence.start - 40) : sentence.start], 0.15),
    ]
    parent, fade = figure.parent, 0.5
    if not content(figure.near) or figure.bracketed or figure.part:
        fade = 0.7 if figure.near or figure.far else 0.95
    for _ in range(FOREBEARS):
        if parent is None:
            break
        words += [Words(parent.near[-40:], fade), Words(parent.post, fade * 0.8)]
        words.append(Words(parent.far[-40:], fade * 0.4))
        parent, fade = parent.parent, fade * 0.7
    return [word._replace(text=_OFFICE.sub("", word.text)) for word in words]


def content(near: str) -> bool:
    """Whether the words before a figure name anything."""
    return len(re.sub(r"[^\u4e00-\u9fff]|[和及与]", "", near)) > 1
