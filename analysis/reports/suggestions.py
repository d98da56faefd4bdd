"""
Suggest indicators for a figure from the words around it.

Synonyms come first: one or more short terms that must all be near, nearer words weighing more.
The remaining suggestions are the indicators whose name and definition share most with the words:
the cosine of their pairs of neighbouring characters, rare pairs weighing more.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.tables import csv_file

_DEFINITION = 0.4  # weight of a pair of the definition; 1 in the name
_NEAR_ENOUGH = 0.4  # least weight of words that count
_REMEMBERED = 2_048
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")

Vector = npt.NDArray[np.float64]


def pairs(text: str) -> set[str]:
    """
    Return the pairs of neighbouring Chinese characters of *text*.

    >>> sorted(pairs("隐患 整改率"))
    ['改率', '整改', '隐患']
    """
    runs = _CHINESE.findall(text)
    return {run[place : place + 2] for run in runs for place in range(len(run) - 1)}


class Descriptions:
    """
    Names and definitions, indexed for comparison with the words around a figure.

    Examples
    --------
    >>> known = Descriptions([("受灾人口", "自然灾害中受灾的人员"), ("罚款金额", "行政处罚的罚款")])
    >>> [round(float(likeness), 2) for likeness in known.likeness([("全市受灾", 1.0)])[0]]
    [0.48, 0.0]
    """

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        documents = [
            dict.fromkeys(pairs(definition), _DEFINITION) | dict.fromkeys(pairs(name), 1.0)
            for name, definition in texts
        ]
        spread = Counter(pair for document in documents for pair in sorted(document))
        self._places = {pair: place for place, pair in enumerate(spread)}
        self._pairs = list(spread)
        self._rarity = np.array([log(1 + len(texts) / count) for count in spread.values()])
        self._rows = np.zeros((len(spread), len(texts)))
        for column, document in enumerate(documents):
            for pair, weight in document.items():
                place = self._places[pair]
                self._rows[place, column] = weight * self._rarity[place]
        self._known = lru_cache(maxsize=_REMEMBERED)(self._known_pairs)
        self._rows /= np.maximum(np.sqrt((self._rows**2).sum(axis=0)), 1e-9)

    def likeness(self, words: Iterable[tuple[str, float]]) -> tuple[Vector, list[str]]:
        """Return the likeness of each description to *words*, and the known pairs in *words*."""
        shared_pairs: dict[int, float] = {}
        for text, weight in words:
            if weight < _NEAR_ENOUGH:
                continue
            for place in self._known(text):
                if shared_pairs.get(place, 0) < weight:
                    shared_pairs[place] = weight
        if not shared_pairs:
            return np.zeros(self._rows.shape[1]), []
        places = np.fromiter(shared_pairs, dtype=int)
        weights = np.fromiter(shared_pairs.values(), dtype=float) * self._rarity[places]
        found: Vector = weights @ self._rows[places] / np.sqrt((weights**2).sum())
        return found, [self._pairs[place] for place in places]

    def _known_pairs(self, text: str) -> tuple[int, ...]:
        """Return the known pairs of *text*; cached, as neighbouring figures share their words."""
        found = (self._places.get(text[start : start + 2]) for start in range(len(text) - 1))
        return tuple(sorted({place for place in found if place is not None}))

    def shared(self, column: int, shared_pairs: Iterable[str]) -> str:
        """Return the two rarest pairs of *shared_pairs* in the description in *column*."""
        own = [pair for pair in shared_pairs if self._rows[self._places[pair], column]]
        return "+".join(sorted(own, key=lambda pair: -self._rarity[self._places[pair]])[:2])


_MOST = 3
ENOUGH = 1.6  # below this the synonyms in common are chance
ALIKE = 0.45  # below this a likeness to a definition is shown and not taken
_SHORT, _LONG = 4, 16  # characters of a noun phrase that becomes a synonym
_FAINT = 0.76  # words below this are too far from the figure, whatever its unit
_PRIOR = 0.8  # the trust in words that no reviewed report has
_LEAST = 0.1  # below this it is chance
_CONTEXT = "context"  # denominators: a report that gives one names it outright
_COUNTER = 0.1  # what a fitting counter adds to a likeness
_TYPES = {"people": {"people"}, "share": {"share", "rate"}, "rate": {"share", "rate"}}
_SAME = 1.0
_UNLIKE = -2.0
_EXCLUDED = "!"


class Suggestion(NamedTuple):
    """An indicator with its unit, its score and the words it is based on."""

    indicator: str
    unit: str
    score: float
    why: str


class Words(NamedTuple):
    """Words near a figure and their weight."""

    text: str
    weight: float


class Reviewed(NamedTuple):
    """An accepted figure with its phrase in the text."""

    evidence: str
    printed: str
    unit: str
    indicator: str

    @property
    def phrase(self) -> str:
        """
        The noun phrase before the figure, '' if it is too short or long to name anything.

        >>> Reviewed("全市检查企业,实现锅炉智改397台", "397台", "台", "boilers").phrase
        '实现锅炉智改'
        """
        before, printed, _ = self.evidence.partition(self.printed)
        phrase = re.split(r"[^\u4e00-\u9fff]", before)[-1]
        return phrase if printed and _SHORT <= len(phrase) <= _LONG else ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """The columns of ``indicators`` that suggestions use."""

    code: str
    name: str
    unit: str
    quantity: str
    nature: str
    definition: str = ""
    theme: str = ""


@dataclass
class Catalogue:
    """The indicators with their synonyms, indexed by term."""

    indicators: dict[str, Indicator]
    synonyms: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)  # Chinese names of breakdowns by code
    counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _by_term: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        terms = set()
        self._heads: dict[str, list[str]] = defaultdict(list)
        for place, (_, needed, barred) in enumerate(self.synonyms):
            terms |= {*needed, *barred}
            self._by_term[max(needed, key=len)].append(place)
        for term in terms:
            self._heads[term[:2]].append(term)
        self._present = lru_cache(maxsize=_REMEMBERED)(self._scan)
        self._fit = lru_cache(maxsize=_REMEMBERED)(self._fitting)
        self._codes = tuple(self.indicators)
        rows = self.indicators.values()
        self._described = Descriptions([(row.name, row.definition) for row in rows])

    def learn(self, reviewed: Iterable[Reviewed]) -> None:
        """
        Learn from accepted figures.

        Counted is, by the words that decide, how often a figure had the indicator suggested. The
        noun phrase of a figure that no synonym named becomes one.
        """
        phrases: dict[tuple[str, str], None] = {}
        for figure in reviewed:
            code, known = figure.indicator, self.indicators.get(figure.indicator)
            kind = known.quantity if known else ""
            suggestions = self.suggest([Words(figure.evidence, 1.0)], unit=figure.unit, kind=kind)
            top = suggestions[0] if suggestions and suggestions[0].score >= ENOUGH else None
            if top:
                right, all_of = self.counts.get((top.indicator, top.why), (0, 0))
                self.counts[top.indicator, top.why] = right + (top.indicator == code), all_of + 1
            if known and top is None and figure.phrase:
                phrases[code, figure.phrase] = None
        for code, phrase in phrases:
            self._by_term[phrase].append(len(self.synonyms))
            self._heads[phrase[:2]].append(phrase)
            self.synonyms.append((code, (phrase,), ()))
        self._present.cache_clear()

    def trust(self, suggestion: Suggestion) -> float:
        """Return the share of reviewed figures with the same words that had the indicator."""
        right, all_of = self.counts.get((suggestion.indicator, suggestion.why), (0, 0))
        return (right + _PRIOR) / (all_of + 1)

    def suggest(self, words: Iterable[Words], *, unit: str, kind: str) -> list[Suggestion]:
        """
        Return up to three indicators for a figure in *unit* with *words* around it, best first.

        Examples
        --------
        >>> rows = {"deaths": Indicator("deaths", "死亡人数", "人", "people", "flow")}
        >>> catalogue = Catalogue(rows, [("deaths", ("死亡",), ())])
        >>> catalogue.suggest([Words("共死亡", 1)], unit="人", kind="people")[0].indicator
        'deaths'
        >>> catalogue.suggest([Words("共死亡", 1)], unit="元", kind="money")
        []
        """
        words = list(words)
        known = self._by_synonyms(words, unit, kind)
        return known + self._by_descriptions(
            words, unit, kind, {found.indicator for found in known}
        )

    def terms(self, suggestion: Suggestion) -> set[str]:
        """Return the terms of all synonyms of an indicator, with the pairs of its description."""
        row = self.indicators[suggestion.indicator]
        listed = (needed for code, needed, _ in self.synonyms if code == row.code)
        return pairs(row.name) | pairs(row.definition) | {t for terms in listed for t in terms}

    def speaks(self, suggestion: Suggestion, word: str) -> bool:
        """Whether the name or the matched words of a suggestion have *word*."""
        return word in self.indicators[suggestion.indicator].name or word in suggestion.why

    def speaks_in(self, suggestion: Suggestion, text: str) -> bool:
        """Whether *text* has one of the matched words of a suggestion."""
        return any(word in text for word in suggestion.why.removeprefix("≈").split("+"))

    def _by_synonyms(self, words: list[Words], unit: str, kind: str) -> list[Suggestion]:
        """Return the suggestions by synonyms."""
        weights = self._found(words)
        scores: dict[str, tuple[float, str]] = {}
        for term in weights:
            for place in self._by_term.get(term, ()):
                code, needed, barred = self.synonyms[place]
                if self._speaks(code, needed, barred, weights, kind, unit):
                    score = sum(len(word) * weights[word] for word in needed)
                    score *= max(weights[word] for word in needed)
                    if score < _FAINT:
                        continue
                    score += _likeness(unit, self.indicators[code].unit)
                    if score > scores.get(code, (0.0, ""))[0]:
                        scores[code] = score, "+".join(needed)
        best = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))[:_MOST]
        return [
            Suggestion(code, self.indicators[code].unit, round(score, 2), why)
            for code, (score, why) in best
            if score >= ENOUGH
        ]

    def _by_descriptions(
        self, words: list[Words], unit: str, kind: str, known: set[str]
    ) -> list[Suggestion]:
        """Return suggestions by names and definitions, up to three in all."""
        if len(known) == _MOST:
            return []
        likeness, shared_pairs = self._described.likeness(words)
        scores = np.where(likeness > 0, likeness + self._fit(kind, unit), 0)
        best = np.argsort(-scores, kind="stable")[: 2 * _MOST]
        found = [
            Suggestion(
                self._codes[place],
                self.indicators[self._codes[place]].unit,
                round(float(scores[place]), 2),
                f"≈{self._described.shared(place, shared_pairs)}",
            )
            for place in best
            if scores[place] >= _LEAST and self._codes[place] not in known
        ]
        return found[: _MOST - len(known)]

    def _fitting(self, kind: str, unit: str) -> Vector:
        """Return the score of the counter for each indicator, -1 if it does not fit."""
        return np.array(
            [
                _COUNTER * _likeness(unit, row.unit)
                if (row.theme != _CONTEXT or "/" in row.unit) and _fits(row, kind, unit)
                else -1.0
                for row in self.indicators.values()
            ]
        )

    def _speaks(
        self,
        code: str,
        needed: tuple[str, ...],
        barred: tuple[str, ...],
        weights: Mapping[str, float],
        kind: str,
        unit: str,
    ) -> bool:
        return (
            _fits(self.indicators[code], kind, unit)
            and all(weights.get(word, 0) >= _FAR for word in needed)
            and not any(weights.get(word, 0) >= _NEAR for word in barred)
        )

    def _found(self, words: Iterable[Words]) -> dict[str, float]:
        found: dict[str, float] = {}
        for text, weight in words:
            for term in self._present(text):
                if found.get(term, 0) < weight:
                    found[term] = weight
        return found

    def _scan(self, text: str) -> tuple[str, ...]:
        """Return the terms in *text*; cached, as neighbouring figures share their words."""
        pairs = (text[start : start + 2] for start in range(len(text)))
        found = {
            term
            for start, pair in enumerate(pairs)
            for term in (*self._heads.get(pair, ()), *self._heads.get(pair[0], ()))
            if text.startswith(term, start)
        }
        return tuple(sorted(found))  # in one order, whatever the run


_NEAR, _FAR = 0.75, 0.2
_MEASURED = {"money", "length", "area", "duration", "mass", "volume"}
_EXACT = {"间"}
_ANY = "个"  # counts nearly all things, but no documents and no events
_EVENTS, _DOCUMENTS, _INCIDENTS = 2, 4, 9
_CASES = ({"起", "次"}, {"起", "件"}, {"起", "项"}, {"件", "次"}, {"处", "家"}, {"处", "座"})
_GROUPS = {
    unit: group
    for group, units in enumerate(
        (
            "家 户 座 所",
            "间",
            "次 场 期 轮 批 班",
            "项 个 处 条 件 大",
            "份 本",
            "支 组",
            "台 套",
            "种 类",
            "人 人次",
            "起",
        )
    )
    for unit in units.split()
}


def unlike(printed: str, unit: str) -> bool:
    """
    Whether a printed counter counts another kind of thing than *unit* does.

    >>> unlike("户", "次"), unlike("户", "家")
    (True, False)
    """
    groups = {_GROUPS.get(printed), _GROUPS.get(unit)}
    if len(groups) == 1 or None in groups or {printed, unit} in _CASES:
        return False
    return _ANY not in {printed, unit} or bool(groups & {_EVENTS, _DOCUMENTS, _INCIDENTS})


def _likeness(printed: str, unit: str) -> float:
    """Return a score of the printed counter for an indicator's unit: 户 fits 家, never 次."""
    if printed == unit:
        return _SAME
    if printed not in _GROUPS or unit not in _GROUPS:
        return 0.0
    if {printed, unit} in _CASES:
        return _SAME / 2
    if unlike(printed, unit):
        return _UNLIKE
    return _SAME / 2 if _GROUPS[printed] == _GROUPS[unit] else -_SAME


def _fits(indicator: Indicator, kind: str, unit: str) -> bool:
    """Whether a figure of *unit* can be one of *indicator*: 亩 is not 公顷."""
    exact = unit and (kind in _MEASURED or "/" in unit or indicator.unit in _EXACT)
    if unit == "人次" and indicator.unit == "人" and indicator.nature == "stock":
        return False
    return compatible(kind, indicator.quantity) and not (exact and unit != indicator.unit)


def compatible(kind: str, quantity: str) -> bool:
    """
    Whether a counter of *kind* may print a figure of an indicator's *quantity*.

    >>> compatible("count", "count"), compatible("people", "money"), compatible("", "count")
    (True, False, True)
    """
    return not kind or kind == quantity or quantity in _TYPES.get(kind, set())


def catalogue(folder: Path) -> Catalogue:
    """Read the catalogue and the synonyms of *folder*; a name not listed there is one, too."""
    columns = ("indicator", "name_zh", "unit", "quantity", "nature", "definition_zh", "theme")
    table = csv_file.table(folder / "indicators.csv")
    rows = {row[0]: Indicator(*row) for row in zip(*(table[name] for name in columns), strict=True)}
    extra = folder / "synonyms.csv"
    more = csv_file.table(extra)[["indicator", "synonym"]].to_numpy() if extra.exists() else ()
    # English ones are for questions at a prompt; reports are Chinese.
    chinese = [pair for pair in more if pair[0] in rows and not pair[1].isascii()]
    synonyms = [(code, *_terms(synonym)) for code, synonym in chinese]
    listed = {(code, needed) for code, needed, _ in synonyms}
    names = ((row.code, *_terms(_stem(row.name))) for row in rows.values())
    synonyms = [named for named in names if named[:2] not in listed] + synonyms
    parts = folder / "breakdowns.csv"
    named = csv_file.table(parts) if parts.exists() else None
    known = {} if named is None else dict(zip(named["breakdown"], named["name_zh"], strict=True))
    read = Catalogue(rows, synonyms, known)
    read.learn(reviewed(folder))
    return read


def reviewed(folder: Path, *, without: str = "") -> Iterator[Reviewed]:
    """Yield the accepted figures, except those of the report *without*."""
    for path in sorted((folder / "observations").glob("*.csv")):
        table = csv_file.table(path)
        level = table[(table["measure"] == "level") & (table["report"] != without)]
        columns = (level[name] for name in Reviewed._fields)
        yield from map(Reviewed, *columns)


def _terms(synonym: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a synonym into needed and excluded terms: 排查 隐患 !重大."""
    words = synonym.split()
    needed = tuple(word for word in words if not word.startswith(_EXCLUDED))
    return needed, tuple(word[1:] for word in words if word.startswith(_EXCLUDED))


def _stem(name: str) -> str:
    """Return a name without its counter and 数."""
    return (
        re.sub(
            r"(?:[起次人户家座件场份条项处类种块本台支]|台套|点位)?数量?$|人次$|金额$|场次$",
            "",
            name,
        )
        or name
    )
