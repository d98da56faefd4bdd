"""
Read the candidates of a report, sentence by sentence.

The words around a figure give its indicator, those before it its status, period and whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from analysis.language.vocabulary import Base, Comparator, Measure, Role, Status
from analysis.tables import numerals
from analysis.tables.checks import expected_unit

from . import breakdowns, facts, grids, roles, scopes, subjects, touched
from .candidates import EVIDENCE, Candidate, evidence
from .confidence import confidence
from .doubts import BASES, Doubt
from .layout import Enclosures, Mood, Sentence, after_last, fold, sections, sentences
from .leftover import FEWEST, leftover
from .naming import BY_EVENT, FOREBEARS, QUOTA_USED, RELATIVE, Namer, content, first
from .periods import Expression, Period, Timeline, before_change, resolved, span, spoken_period
from .proposals import NewPart, new_part
from .quantities import Quantity, joined
from .relations import Figure, figures
from .roles import Judgement, Reason, elsewhere, status
from .setting import Setting
from .suggestions import ENOUGH, Catalogue, Suggestion, unlike

_AROUND = 80  # characters before a figure that may name the region it is about
_NOUN = 10  # characters behind a figure that may name it


def read(text: str, setting: Setting, catalogue: Catalogue | None = None) -> Iterator[Candidate]:
    """
    Yield a candidate for every numeral of *text* and every fact stated without one, in order.

    Parameters
    ----------
    text
        The text of the report; positions are offsets into it.
    setting
        The region and period of the report.
    catalogue
        The indicators to suggest; none are suggested without it.
    """
    folded, catalogue = fold(text), catalogue or Catalogue({})
    enclosures = Enclosures(folded)
    parted = sections(folded, year=setting.end.year, mood=setting.mood)
    waiting = (n._replace(raw=folded[n.start : n.end]) for n in numerals.find(text))
    following = next(waiting, None)
    cells = grids.cells(text)
    namer = Namer(folded, catalogue, cells, subjects.Events(folded))
    timeline = Timeline(folded, enclosures, later=setting.later)
    spellings = breakdowns.spellings(catalogue.parts)
    about = text, folded, setting, catalogue, enclosures, cells, timeline, namer, spellings
    reader = _Reader(*about)
    candidates: list[Candidate] = []
    for sentence in sentences(folded, parted):
        inside = []
        while following is not None and following.start < sentence.end:
            inside.append(following)
            following = next(waiting, None)
        candidates += reader.sentence(sentence, inside)
    yield from _consistent(candidates)


def _consistent(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Yield the candidates without the zeros that a figure of the same thing contradicts."""
    counted = {_thing(c) for c in candidates if c.owns and c.numeral and c.value}
    for candidate in candidates:
        zero = not candidate.numeral and candidate.value == 0 and candidate.indicator
        if not (zero and candidate.measure is Measure.LEVEL and _thing(candidate) in counted):
            yield candidate


def _thing(candidate: Candidate) -> tuple[object, ...]:
    covers = (candidate.indicator, candidate.breakdown, candidate.region)
    return (*covers, candidate.measure, candidate.status, candidate.period)


@dataclass
class _Reader:
    """The state that one sentence leaves for the next."""

    text: str
    folded: str
    setting: Setting
    catalogue: Catalogue
    enclosures: Enclosures
    grid: dict[int, grids.Cell]
    timeline: Timeline
    namer: Namer
    spellings: breakdowns.Spellings
    latest: tuple[str, str] = "", ""  # theme and part of the figure before in the sentence
    parts: dict[int, str] = field(default_factory=dict)
    new_parts: dict[str, NewPart] = field(default_factory=dict)  # by name
    topic: str = ""
    before: roles.Standing | None = None  # status of the figure before
    demanding: bool = False  # whether the words before demand something
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)

    def sentence(self, sentence: Sentence, inside: list[numerals.Numeral]) -> Iterator[Candidate]:
        words = self.folded[sentence.start : sentence.end]
        topic = re.match(r"\s*([\u4e00-\u9fff、()“”]{2,16}(?:方面|领域))[,:]", words)
        before = self.folded[max(0, sentence.start - 1) : sentence.start]
        if before in {"", "\n"}:
            self.namer.line()
        if before in {"", "\n"} or sentence.start == sentence.section.start:
            self.topic = ""
        if topic:
            self.topic = topic[1]
        self.before = None
        self.latest = "", ""
        if before in {"", "\n", "。"}:
            self.demanding = False
        read = zip(inside, joined(self.folded, inside), strict=True)
        judged = [_ranked(q, self._judged(n, q, sentence)) for n, q in read]
        kept = [q for q, judgement in judged if judgement.role is Role.OBSERVATION]
        listed = [grids.figure(q, self.grid[q.start]) for q in kept if q.start in self.grid]
        kept = [q for q in kept if q.start not in self.grid]
        linked = figures(self.folded, sentence, kept, self.enclosures)
        related = {figure.quantity.start: figure for figure in (*linked, *listed)}
        candidates = [
            self._row(sentence, related[q.start], j) if q.start in related else self._mention(q, j)
            for q, j in judged
        ]
        candidates += self._facts(sentence, candidates)
        yield from sorted(candidates, key=lambda c: (c.start, c.end))

    def _judged(self, numeral: numerals.Numeral, read: Quantity, sentence: Sentence) -> Judgement:
        cell = self.grid.get(numeral.start)
        if cell and cell.role is None and (cell.unit or read.unit):
            return Judgement(Role.OBSERVATION, Reason.TABLE)
        if read.inside:
            return Judgement(Role.LABEL, "属另一数的位数")
        at = roles.place(self.folded, numeral, read, self.enclosures)
        judgement = roles.judge(at)
        if cell and cell.role and judgement.role in {Role.OBSERVATION, Role.LABEL}:
            return Judgement(cell.role, Reason.TABLE_NAME)
        dated = judgement.reason == Reason.DATE_NAME
        if (judgement.role is Role.OBSERVATION or dated) and self._elsewhere(numeral, sentence):
            return Judgement(Role.OTHER_REGION, "其他地区的事故或数据", judgement.doubts)
        return judgement

    def _elsewhere(self, numeral: numerals.Numeral, sentence: Sentence) -> bool:
        """Whether the words before the numeral name another region."""
        said = self.folded[max(sentence.start, numeral.start - 80) : numeral.start]
        return elsewhere(said, self.folded[numeral.end : numeral.end + 30], self.setting)

    def _mention(self, read: Quantity, judgement: Judgement) -> Candidate:
        raw = self.text[read.start : read.end]
        away = judgement.role is Role.OTHER_REGION
        before = self.folded[max(0, read.start - _AROUND) : read.start]
        return Candidate(
            read.start,
            read.end,
            raw,
            judgement.role,
            judgement.reason,
            printed=raw,
            region=scopes.wider_region(before) if away else "",
            doubts=(*judgement.doubts, *touched.letters(self.text, read)),
        )

    def _row(self, sentence: Sentence, figure: Figure, judgement: Judgement) -> Candidate:
        q = figure.quantity
        named, carried = self._named_period(figure)
        standing, doubts, _ = self._standing(sentence, figure, named)
        suggested = self.namer.suggested(sentence, self.topic, figure, judgement)
        if standing is Status.PLAN and self._theme(suggested) == "outcomes":  # nobody plans deaths
            standing, doubts = Status.TARGET, (*doubts, Doubt("planned_as_target"))
        repeated = self._repeated(figure, standing)
        unit = _unit(figure, suggested)
        role = Role.TARGET if standing is Status.TARGET else Role.OBSERVATION
        period, dated = self._period(figure, standing, suggested, named, carried=carried)
        base, part = self._base(figure), self._part(sentence, figure, first(suggested))
        new_part = self._new_part(sentence, figure, first(suggested), part)
        region = self._region(sentence, figure)
        unsure = (*judgement.doubts, *q.doubts, *figure.doubts, *doubts, *dated)
        if new_part:
            unsure += (Doubt("new_part", {"name": new_part.name}),)
        else:
            unsure += self._unnamed_part(sentence, figure, first(suggested), part)
            unsure += self._unexplained(figure, suggested, part, region)
            unsure += self._scope(figure, part)
            unsure += self._passed_over(figure, suggested, part)
        unsure += (BASES[base],) if base in BASES else ()
        unsure += (*self._touched(q, judgement), *_unsure(figure, suggested, unit))
        candidate = Candidate(
            q.start,
            q.end,
            self.text[q.start : q.end],
            role,
            judgement.reason,
            printed=self.text[q.first : q.last],
            value=figure.value,
            unit=unit,
            counter=q.counter,
            comparator=_bound(q, quota=self._capped(figure)),
            measure=figure.measure,
            status=standing,
            period=period,
            phrase=_phrase(figure),
            evidence=evidence(self.text, self.folded, q, sentence),
            indicator=first(suggested),
            breakdown=new_part.code if new_part else part,
            new_part=new_part,
            region=region,
            base=base,
            suggestions=suggested,
            doubts=unsure,
            confidence=confidence(suggested, unsure, self.catalogue, q.counter),
        )
        if candidate.base is Base.MEAN and candidate.indicator == "disaster_direct_loss":
            candidate = _from_mean(candidate)
        if repeated is not None:
            return replace(
                candidate,
                role=Role.LABEL,
                reason=f"与前文重复，见 start {repeated}",
                doubts=(*candidate.doubts, Doubt("said_before")),
                indicator="",
                suggestions=(),
            )
        return candidate

    def _touched(self, read: Quantity, judgement: Judgement) -> tuple[Doubt, ...]:
        """Return the doubts about characters beside a figure of prose, outside a formula."""
        if read.start in self.grid or judgement.reason == Reason.FORMULA:
            return ()
        return tuple(touched.doubts(self.text, self.folded, read))

    def _part(self, sentence: Sentence, figure: Figure, indicator: str) -> str:
        """Return the part of its indicator that a figure is about."""
        known = self.catalogue.indicators.get(indicator)
        if not known:
            return ""
        q, cell = figure.quantity, self.grid.get(figure.quantity.start)
        parent = self.parts.get(figure.parent.quantity.start, "") if figure.parent else ""
        if cell:
            own, lead = f"{cell.label} {cell.header}", ""
        elif figure.subject:
            own, lead = figure.subject, self.folded[sentence.start : q.first]
        else:
            bracketed = figure.far[-12:] if figure.far.endswith(")") else ""  # 乡镇(街道)修订预案
            joint = figure.parent.near[-24:] if figure.parent and not figure.gap else ""  # 3户8间
            own = (
                bracketed
                + joint
                + figure.near[-24:]
                + self.folded[q.end : q.last]
                + figure.post[:8]
            )
            same = figure.part and self._counts_again(figure, indicator)
            lead = "" if same else self.folded[sentence.start : q.first - len(figure.near)]
        part = breakdowns.part_of(
            known.name,
            known.theme,
            own=own,
            lead=lead,
            opening="" if cell else self._opening(figure),
            headings=(self.topic, sentence.section.heading),
            known=self.spellings,
        )
        if figure.measure is not Measure.LEVEL and not figure.subject:
            part = parent or part
        elif part and (figure.bracketed or figure.part):
            part = breakdowns.merged(part, parent)
        else:
            theme, before = self.latest
            bare = indicator == QUOTA_USED or bool(_BARE_VERB.fullmatch(figure.near))
            part = part or (before if bare and theme == known.theme else "")
            if figure.attached:  # 10县市修订预案652个
                part = breakdowns.merged(part, before)
            if not part and _NEXT.fullmatch(figure.gap) and self._plain(figure, indicator):
                part = breakdowns.carried(before, known.theme)
        self.parts[q.start] = part
        self.latest = known.theme, part
        return part

    def _counts_again(self, figure: Figure, indicator: str) -> bool:
        """Whether one of the figures that a figure continues has its *indicator*."""
        for _ in range(FOREBEARS):
            if figure.parent is None:
                break
            figure = figure.parent
            if first(self.namer.assigned.get(figure.quantity.start, ())) == indicator:
                return True
        return False

    def _plain(self, figure: Figure, indicator: str) -> bool:
        """Whether the words before a figure name nothing but the indicator: 车辆84台次."""
        named = Suggestion(indicator, "", BY_EVENT, "")
        return len(leftover(figure.near, named, "", self.catalogue)) < FEWEST

    def _new_part(
        self, sentence: Sentence, figure: Figure, indicator: str, part: str
    ) -> NewPart | None:
        """Return a part to propose: a cause, or the campaign of the sentence or its heading."""
        known = self.catalogue.indicators.get(indicator)
        if not known or part or figure.measure is not Measure.LEVEL:
            return None
        places = (self._opening(figure), sentence.section.heading)
        names = [("cause", breakdowns.cause(figure.near, known.theme))]
        names += [("campaign", breakdowns.campaign(words, known.theme)) for words in places]
        for dimension, name in names:
            if name:
                proposed = new_part(dimension, name, sentence.start)
                return self.new_parts.setdefault(name, proposed)
        return None

    def _unnamed_part(
        self, sentence: Sentence, figure: Figure, indicator: str, part: str
    ) -> tuple[Doubt, ...]:
        """Return a doubt where the paragraph names a campaign that the part is not of."""
        known = self.catalogue.indicators.get(indicator)
        if breakdowns.of_campaign(part) or (known and not breakdowns.has_campaigns(known.theme)):
            return ()
        line = after_last(self.folded, figure.quantity.first, "\n")
        words = self.folded[line : figure.quantity.first] + sentence.section.heading[:40]
        campaign = _CAMPAIGN.search(words) if figure.measure is Measure.LEVEL else None
        return (Doubt("campaign_unnamed"),) if campaign else ()

    def _unexplained(
        self, figure: Figure, suggested: tuple[Suggestion, ...], part: str, region: str
    ) -> tuple[Doubt, ...]:
        """Return the doubts about a part: words that it does not explain, or several codes."""
        if not first(suggested):
            return ()
        cell = self.grid.get(figure.quantity.start)
        named = self.catalogue.speaks_in(suggested[0], figure.near)
        own = figure.subject or (figure.near if named else figure.near + figure.post)
        words = f"{cell.label} {cell.header}" if cell else own
        for name in (region, *self.setting.names):
            words = words.replace(name, "") if name else words
        left = leftover(words[-24:], suggested[0], part, self.catalogue)
        doubts = (Doubt("other_words", {"words": left}),) if len(left) >= FEWEST else ()
        return (*doubts, Doubt("several_parts")) if "+" in part else doubts

    def _passed_over(
        self, figure: Figure, suggested: tuple[Suggestion, ...], part: str
    ) -> tuple[Doubt, ...]:
        """Return a doubt about a part that the row lacks, or that one word does not confirm."""
        known = self.catalogue.indicators.get(first(suggested))
        if not known or suggested[0].score == BY_EVENT:
            return ()
        q, cell = figure.quantity, self.grid.get(figure.quantity.start)
        opening = self._opening(figure)
        clause = re.split(r"[,;:]", opening)[-1]
        if breakdowns.unused(known.name, known.theme, part, clause=clause, opening=opening):
            return (Doubt("part_unused"),)
        near = figure.subject or figure.near[-24:] + self.folded[q.end : q.last] + figure.post[:8]
        own = f"{cell.label} {cell.header}" if cell else near
        single = "+" not in suggested[0].why
        return (Doubt("part_carried"),) if single and breakdowns.carried_over(part, own) else ()

    def _scope(self, figure: Figure, part: str) -> tuple[Doubt, ...]:
        """Return a doubt where road accidents may be those that the police count."""
        police = part == "sector:road_traffic" and _ROAD.search(self._opening(figure))
        return (Doubt("road_scope"),) if police else ()

    def _region(self, sentence: Sentence, figure: Figure) -> str:
        cell = self.grid.get(figure.quantity.start)
        lead = cell.label if cell else self.folded[sentence.start : figure.quantity.first]
        return scopes.smaller_region(f"{lead}:" if cell else lead, self.setting)

    def _base(self, figure: Figure) -> Base | None:
        """Return what a change is a change from, None for a level."""
        if figure.measure is Measure.LEVEL:
            return None
        cell = self.grid.get(figure.quantity.start)
        return scopes.base_of(cell.header if cell else self._opening(figure), self.setting.end.year)

    def _opening(self, figure: Figure) -> str:
        """Return the words from the last full stop or line break to a figure."""
        first = figure.quantity.first
        return self.folded[after_last(self.folded, first, "。\n") : first]

    def _repeated(self, figure: Figure, status: Status) -> int | None:
        """Return the offset of an earlier figure of the same value, unit and noun, or None."""
        last = figure.quantity.last
        behind = re.sub(r"^[县市区州乡镇村街道(、)]+", "", self.folded[last : last + 24])[:4]
        if figure.measure is not Measure.LEVEL or not re.fullmatch(
            r"[\u4e00-\u9fff]{3}[^\d]", behind
        ):
            return None
        key = (str(figure.value), figure.quantity.unit, behind, status)
        first = self.seen.setdefault(key, figure.quantity.start)
        return None if first == figure.quantity.start else first

    def _named_period(self, figure: Figure) -> tuple[Expression | None, bool]:
        if figure.quantity.start in self.grid:
            return None, False
        return self.timeline.at(figure.quantity.first)

    def _standing(
        self, sentence: Sentence, figure: Figure, named: Expression | None
    ) -> roles.Standing:
        """Return the status of a figure; parts and items of a list share that of the one before."""
        start, end = self.setting.start, self.setting.end
        later = named is not None and resolved(named, start, end)[0] > end
        due = named is not None and named.kind in {"due", "end"} and self.setting.later
        ahead = later or due or self.demanding
        cell = self.grid.get(figure.quantity.start)
        if cell and grids.aimed(cell):
            return roles.Standing(Status.TARGET, (Doubt("planned_as_target"),))
        standing = status(self.folded, sentence, figure, self.setting, ahead=ahead)
        listed = _LISTED.fullmatch(figure.gap) or figure.part or scopes.only_region(figure.near)
        if standing.status is Status.PLAN and self.before and listed:
            standing = self.before  # 培育3个镇、30家企业: one verb for both
        self.before = standing
        self.demanding = standing.demands and sentence.section.mood is not Mood.PLAN
        return standing

    def _period(
        self,
        figure: Figure,
        standing: Status,
        suggested: tuple[Suggestion, ...],
        named: Expression | None,
        *,
        carried: bool,
    ) -> tuple[Period, tuple[Doubt, ...]]:
        """Return the period of a figure, with a doubt where an earlier sentence gives it."""
        first, last = figure.quantity.first, figure.quantity.last
        default = start, end = self._whole(figure, standing)
        cell = self.grid.get(figure.quantity.start)
        doubts: tuple[Doubt, ...] = ()
        if cell:
            earlier = grids.earlier(cell, start, end)
            start, end = spoken_period(cell.words, start, end) if earlier == default else earlier
        elif named and not self._quota(figure):
            start, end = resolved(named, start, end)
            doubts = (Doubt("period_carried"),) if carried and named.kind != "now" else ()
            doubts += (Doubt("period_unclear"),) if named.kind == "season" else ()
        if figure.measure is Measure.LEVEL and self.timeline.old_value(first, last):
            start, end = before_change(start, end) if default == (start, end) else (start, end)
            doubts = (*doubts, Doubt("old_value"))
        return (end if self._stock(suggested) else start, end), doubts

    def _whole(self, figure: Figure, standing: Status) -> Period:
        """Return the period of figures without words for one."""
        start, end = self.setting.start, self.setting.end
        if standing is Status.ACTUAL:
            return start, end
        return span(end.year, 1, 12) if self._quota(figure) else self.setting.planned

    def _quota(self, figure: Figure) -> bool:
        first, cell = figure.quantity.first, self.grid.get(figure.quantity.start)
        before = self.folded[max(0, first - 20) : first]
        return (cell is not None and grids.aimed(cell)) or roles.quota(before)

    def _capped(self, figure: Figure) -> bool:
        """Whether a figure is a quota that is not to be exceeded."""
        cell = self.grid.get(figure.quantity.start)
        return self._quota(figure) and (cell is None or "控制" in cell.header)

    def _theme(self, suggested: tuple[Suggestion, ...]) -> str:
        """Return the theme of the first indicator."""
        known = self.catalogue.indicators.get(first(suggested))
        return known.theme if known else ""

    def _stock(self, suggested: tuple[Suggestion, ...]) -> bool:
        """Whether the first indicator is a level at one date."""
        known = self.catalogue.indicators.get(first(suggested))
        return known is not None and known.nature == "stock"

    def _facts(self, sentence: Sentence, others: list[Candidate]) -> list[Candidate]:
        taken = [(c.start, c.end) for c in others if c.owns]
        return [self._fact(sentence, fact) for fact in facts.find(self.folded, sentence, taken)]

    def _fact(self, sentence: Sentence, fact: facts.Fact) -> Candidate:
        """Return the row of a fact without a numeral."""
        planned = sentence.section.mood is Mood.PLAN or fact.wish
        status = Status.TARGET if planned else Status.ACTUAL
        suggested = self.namer.of_fact(sentence, fact)
        printed = self.text[fact.start : fact.end]
        named, _ = self.timeline.at(fact.start)
        period = self.setting.planned if planned else (self.setting.start, self.setting.end)
        direction = fact.measure is Measure.DIRECTION
        unit = suggested[0].unit if first(suggested) else fact.unit or _zero_unit(fact)
        clause = re.split(r"[,;。]", self.folded[sentence.start : fact.start])[-1]
        return Candidate(
            fact.start,
            fact.end,
            printed,
            Role.TARGET if planned else Role.OBSERVATION,
            fact.reason,
            printed=printed,
            value=Decimal(fact.value),
            measure=fact.measure,
            status=status,
            unit="" if direction else unit,
            period=resolved(named, *period) if named else period,
            phrase=fact.subject,
            evidence=printed[:EVIDENCE],
            suggestions=suggested,
            numeral=False,
            indicator=first(suggested),
            breakdown=self._part_in(first(suggested), clause + fact.subject),
            region=scopes.smaller_region(clause, self.setting),
            base=Base.YEAR_BEFORE if direction else None,
            doubts=(Doubt("no_numeral"),),
        )

    def _part_in(self, indicator: str, own: str) -> str:
        """Return the part that the clause of a fact names."""
        known = self.catalogue.indicators.get(indicator)
        return breakdowns.part_of(known.name, known.theme, own=own) if known else ""


_NEXT = re.compile(r"[、和及与][^,;:、]{0,14}")
_LISTED = re.compile(r"[^,;:]{0,14}[、和及与]")
_CAMPAIGN = re.compile(
    r"[”\"](?:专项)?(?:活动|行动|整治|检查|攻坚|督导|排查)|专项(?:整治|检查|行动|执法|治理|排查)|攻坚|大检查|三年行动|整治行动|行动[,。]"
)
_BARE_VERB = re.compile(
    r"[、,]?(?:其中|已|均|共|并|全部|完成|造成|累计)*"
    r"(?:整改|整治|销号|培训|参训|参演|参与|死亡|亡|受伤|伤|罚款|受众|受灾)?(?:完成|到位|人数)?"
)
_ROAD = re.compile(r"(?<!经营性)(?<!经营)道路交通事故")
_VS_MEAN = "disaster_loss_vs_prev5y_mean"


def _bound(q: Quantity, *, quota: bool) -> Comparator:
    """Return the comparator of a figure; a quota is an upper bound."""
    return Comparator.AT_MOST if quota and q.comparator is Comparator.EXACT else q.comparator


def _zero_unit(fact: facts.Fact) -> str:
    """Return the unit of what did not happen, where no indicator has it."""
    return "起" if fact.value == 0 and subjects.of_zero(fact.subject) == "count" else ""


def _from_mean(candidate: Candidate) -> Candidate:
    """Return the change of disaster losses from a mean as the indicator that it is."""
    if candidate.measure is not Measure.CHANGE_PCT:
        return candidate
    top = Suggestion(_VS_MEAN, "%", BY_EVENT, "均值")
    suggestions = (top, *candidate.suggestions[:2])
    level = Measure.LEVEL
    return replace(candidate, indicator=_VS_MEAN, measure=level, base=None, suggestions=suggestions)


def _ranked(read: Quantity, judgement: Judgement) -> tuple[Quantity, Judgement]:
    """Give a rank the unit 名."""
    if judgement.reason == Reason.RANK:
        read = read._replace(unit="名", kind="rank")
    return read, judgement


def _unit(figure: Figure, suggested: tuple[Suggestion, ...]) -> str:
    if figure.measure is Measure.CHANGE_PCT:
        return "%"
    printed = figure.quantity.unit
    if printed in RELATIVE:
        return printed
    top = suggested[0] if first(suggested) else None
    sure = top is not None and (not printed or top.score >= ENOUGH)
    own = top is not None and figure.near.endswith(tuple(top.why.split("+")))  # 许可证36张
    return top.unit if top and sure and (own or not unlike(printed, top.unit)) else printed


def _unsure(figure: Figure, suggested: tuple[Suggestion, ...], unit: str) -> tuple[Doubt, ...]:
    q = figure.quantity
    doubts = [Doubt("implied_unit")] if q.implied and q.kind != "count" else []
    if not first(suggested):
        doubts.append(Doubt("no_indicator"))
    elif suggested[0].score < ENOUGH:
        doubts.append(Doubt("only_definition"))
    elif len(suggested) > 1 and suggested[1].score > 0.85 * suggested[0].score:
        doubts.append(Doubt("two_indicators"))
    due = expected_unit(figure.measure, suggested[0].unit) if first(suggested) else unit
    if unit != due:
        doubts.append(Doubt("another_unit", {"indicator": suggested[0].indicator, "unit": due}))
    return tuple(doubts)


def _phrase(figure: Figure) -> str:
    """The noun phrase measured; a bare continuation takes that of the figure it continues."""
    named, own = figure, figure.subject or _own(figure)
    for _ in range(FOREBEARS):
        if content(own) or named.parent is None:
            break
        named = named.parent
        own = named.subject or _own(named)
    return re.sub(r"[\s\d“”\"]", "", own).strip("、,;:()。")[-24:]


def _own(figure: Figure) -> str:
    """Return the words before a figure, or those behind it where there are none."""
    return figure.near if content(figure.near) else figure.near + figure.post[:_NOUN]
