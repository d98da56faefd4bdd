"""
Measure the reading of passages that no rule was written for, and list every miss.

    python benchmarks/held_out.py [--set SET] [--data DIR]

Each passage is invented prose in which every figure is marked by hand, such as
``{12:o 12 起 accidents}``. The letter is the role: ``o`` observation, ``t`` target, ``p`` what is
intended (demanded or not), ``z`` a fact without a numeral, ``d`` date, ``l`` label, ``x`` another
region, ``s`` not judged; what is not marked is a label. Then come value, unit and indicator (``?``
where the catalogue has none, ``-`` not judged), and where they are not plain the comparator,
``pct`` or ``abs`` for a change, ``@`` with the period, ``#`` with the breakdown (``#kind:*`` a new
one), ``&`` with the region inside or around that of the report, and ``^`` with the base of a
change; ``@-`` and ``#-`` are not judged. Breakdown, region and base are judged where the first
line of the passage says ``full``.

Printed are the shares of figures with the right cell, one column a cell, and of rows that need no
change; the right indicator first and within three where the catalogue has it; none where it has
none (open); the breakdown where one is needed; the right role among other numerals; false figures;
how many rows the reader is sure of, with the share of these that need no change; and how
many cells a reviewer writes for each figure with an indicator: changes, and decisions, of which the
sure rows share one.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from analysis.language.vocabulary import Confidence
from analysis.reports.candidates import Candidate
from analysis.reports.compilation import distinguished
from analysis.reports.periods import parse_period
from analysis.reports.reader import read
from analysis.reports.review import left_out
from analysis.reports.setting import Setting, setting
from analysis.reports.suggestions import Catalogue, catalogue

ROOT = Path(__file__).parents[1]
PASSAGES = ROOT / "tests" / "held_out"
SETS = ("tuned", "final", "last", "blind", "meaning", "unseen", "fresh", "varied", "apart", "later")
SETS += ("genres", "sealed", "bureaus", "ordinary")
MEASURES = ("role", "exact", "measure", "status", "period")
CELLS = (*MEASURES, "indicator", "part", "region", "base", "row")
_MARK = re.compile(r"\{([^:}]+):([^}]+)\}")
_ROLES = {"o": "observation", "p": "observation", "t": "target", "d": "date", "l": "label"}
_ROLES |= {"x": "other_region", "s": "", "z": "observation"}
_STATUSES = {"o": "actual", "p": "plan", "t": "target", "z": "actual"}
_CHANGES = {"pct": "change_pct", "abs": "change_abs"}
_BASES = {"year": "year_before", "month": "month_before"}
UNJUDGED = "-"


class Due(NamedTuple):
    """What a reader wrote down for one numeral."""

    start: int
    role: str
    status: str = ""
    value: Decimal = Decimal(0)
    unit: str = ""
    indicator: str = ""
    comparator: str = "="
    measure: str = "level"
    period: str = ""
    part: str = UNJUDGED
    region: str = UNJUDGED
    base: str = UNJUDGED
    fact: bool = False


class Passage(NamedTuple):
    """An invented text, its setting, and what is due at each place of it."""

    name: str
    text: str
    told: Setting
    due: dict[int, Due]


def passage(name: str, marked: str) -> Passage:
    """Read a marked passage; its first line names the region and the period."""
    head, marked = marked.split("\n", 1)
    region, period, *full = head.split("\t")
    text, due, after = "", {}, 0
    for match in _MARK.finditer(marked):
        text += marked[after : match.start()]
        due[len(text)] = _due(len(text), match[2].split(" "), full=bool(full))
        text += match[1]
        after = match.end()
    text += marked[after:]
    return Passage(name, text, setting(text, names=(region,), period=period), due)


def _due(start: int, words: list[str], *, full: bool) -> Due:
    role, *rest = words
    if not rest:
        return Due(start, _ROLES[role])
    value, unit, indicator, *more = rest
    due = Due(start, _ROLES[role], _STATUSES[role], Decimal(value), unit, indicator)
    due = due._replace(fact=role == "z")
    if full:
        due = due._replace(part="", region="", base="")
    for word in more:
        due = due._replace(**_cell(word))
    return due


def _cell(word: str) -> dict[str, str]:
    """Return the cell that a word of a mark gives."""
    rest = word[1:]
    if word in _CHANGES:
        return {"measure": _CHANGES[word]}
    if word.startswith("@"):
        return {"period": UNJUDGED if rest == UNJUDGED else "/".join(map(str, parse_period(rest)))}
    names = {"#": "part", "&": "region", "^": "base"}
    if word[0] in names:
        return {names[word[0]]: _BASES.get(rest, rest)}
    return {} if word == UNJUDGED else {"comparator": word}


def passages(folder: Path = PASSAGES) -> Iterator[Passage]:
    """Every passage of *folder* in the order of its names."""
    for path in sorted(folder.glob("*.txt")):
        for text in path.read_text(encoding="utf-8").split("====\n"):
            yield passage(f"{path.stem} {text.split(maxsplit=1)[0]}", text)


def measured(one: Passage, known: Catalogue) -> tuple[dict[str, int], list[str]]:
    """The counts of one passage and its misses."""
    counts: dict[str, int] = defaultdict(int)
    misses = []
    candidates = list(distinguished(read(one.text, one.told, known)))
    stated = {c.start: c for c in candidates if not c.numeral}
    for found in (c for c in candidates if c.numeral):
        due = one.due.get(found.start, Due(found.start, "label"))
        if not due.role:
            continue
        counts["proposed"] += found.owns
        wrong = [*_wrong(found, due, one.told)]
        counts["written"] += _written(found, due, wrong)
        if due.status:
            _count(counts, found, due, wrong)
        else:
            counts["others"] += 1
            counts["told"] += not wrong
            counts["false"] += found.owns
        misses += _missed(one, found, due, wrong)
    counts["written"] += 1  # the decision on all sure rows
    for due in (due for due in one.due.values() if due.fact):
        counts["facts"] += 1
        nearest = min(stated, key=lambda start: abs(start - due.start), default=-99)
        if abs(nearest - due.start) < 6:
            wrong = [*_wrong(stated[nearest], due, one.told)]
            counts["facts_right"] += not {*wrong} - {"exact", "top3"}
            misses += _missed(one, stated[nearest], due, wrong)
        else:
            misses += [f"fact: {one.text[due.start : due.start + 16]}, due {due[1:]}"]
    return counts, misses


def _count(counts: dict[str, int], found: Candidate, due: Due, wrong: list[str]) -> None:
    known = due.indicator not in {"?", "-"}
    counts["own"] += 1
    for name in CELLS:
        counts[name] += name not in wrong
    counts["sure"] += found.confidence is Confidence.SURE
    counts["sure_right"] += found.confidence is Confidence.SURE and "row" not in wrong
    counts["known"] += known
    counts["unknown"] += due.indicator == "?"
    for name in ("top1", "top3"):
        counts[name] += known and name not in wrong
    counts["open"] += due.indicator == "?" and "open" not in wrong
    needed = due.part not in {"", UNJUDGED}
    counts["needed"] += needed
    counts["filled"] += needed and "part" not in wrong


def _written(found: Candidate, due: Due, wrong: list[str]) -> int:
    """Return how many cells a reviewer writes in the row of a figure."""
    kept = bool(due.status) and due.indicator != "?"
    shown = found.owns and not left_out(found)
    decided = shown and kept and found.confidence is Confidence.SURE
    cells = {*wrong} - {"row", "top1", "top3", "open"} if kept else set()
    return (kept or shown) - decided + len(cells) + ("period" in cells)


def _missed(one: Passage, found: Candidate, due: Due, wrong: list[str]) -> list[str]:
    around = one.text[max(0, found.start - 14) : found.end + 8].replace("\n", "⏎")
    shown = f"{found.raw} in {around}: {_shown(found)}, due {due[1:]}"
    return [f"{one.name} {name}: {shown}" for name in wrong if name not in {"row", "indicator"}]


def _wrong(found: Candidate, due: Due, told: Setting) -> Iterator[str]:
    """The names of what does not agree; ``row`` if a cell to be accepted is among them."""
    wrong = [*_cells_wrong(found, due, told)]
    yield from wrong
    if due.status and {*wrong} - {"top3"}:
        yield "row"


def _cells_wrong(found: Candidate, due: Due, told: Setting) -> Iterator[str]:
    intended = due.status == "plan" and found.status != "actual"
    if found.role != due.role and not (intended and found.owns):
        yield "role"
    if not due.status:
        return
    unit = found.unit if due.indicator == UNJUDGED else due.unit  # it follows the indicator
    if (found.value, found.unit, found.comparator) != (due.value, unit, due.comparator):
        yield "exact"
    if found.measure != due.measure:
        yield "measure"
    if found.status != due.status and not intended:
        yield "status"
    if not _same_period(found, due, told):
        yield "period"
    yield from _subject_wrong(found, due)
    if due.part != UNJUDGED and not _same_part(found.breakdown, due.part):
        yield "part"
    if UNJUDGED != due.region != found.region:
        yield "region"
    if UNJUDGED != due.base != str(found.base or ""):
        yield "base"


def _same_period(found: Candidate, due: Due, told: Setting) -> bool:
    """Whether the period, or its last day for a stock, is that of the mark or of the report."""
    period = due.period or f"{told.start}/{told.end}"
    final = period[11:]
    unmarked = due.period == UNJUDGED or (not due.period and due.status != "actual")
    return unmarked or "/".join(map(str, found.period or ())) in {period, f"{final}/{final}"}


def _subject_wrong(found: Candidate, due: Due) -> Iterator[str]:
    if due.indicator == "?" and found.indicator:
        yield from ("open", "indicator")
    if due.indicator not in {"?", "-", found.indicator}:
        yield from ("top1", "indicator")
        if due.indicator not in {s.indicator for s in found.suggestions}:
            yield "top3"


def _same_part(found: str, due: str) -> bool:
    """Whether a breakdown is the one due; ``kind:*`` is any of its dimension."""
    dimension, _, name = due.partition(":")
    return found.startswith(f"{dimension}:") if name == "*" else found == due


def _shown(found: Candidate) -> str:
    figure = (found.role, found.value, found.unit, found.comparator, found.measure, found.status)
    more = (found.breakdown, found.region, found.base, found.confidence)
    period = "/".join(map(str, found.period or ()))
    return " ".join(map(str, (*figure, found.indicator, period, *more)))


def line(name: str, counts: dict[str, int]) -> str:
    """One line of the table."""
    own = counts["own"] or 1
    share = {m: counts[m] / own for m in (*CELLS, "sure")}
    share |= {m: counts[m] / (counts["known"] or 1) for m in ("top1", "top3")}
    share |= {"open": counts["open"] / (counts["unknown"] or 1)}
    share |= {"needed part": counts["filled"] / (counts["needed"] or 1)}
    share |= {"others": counts["told"] / (counts["others"] or 1)}
    share |= {"sure right": counts["sure_right"] / (counts["sure"] or 1)}
    parts = [f"{measure} {value:6.1%}" for measure, value in share.items()]
    written = f"written {counts['written'] / ((own - counts['unknown']) or 1):.2f}"
    false = f"false {counts['false']}/{counts['proposed']}"
    facts = f"facts {counts['facts_right']}/{counts['facts']}"
    return "  ".join([f"{name:22} {counts['own']:3}", *parts, written, false, facts])


def run(folder: Path, known: Catalogue) -> None:
    """Print the table and the misses."""
    total: dict[str, int] = defaultdict(int)
    every: list[str] = []
    for one in passages(folder):
        counts, misses = measured(one, known)
        for name, count in counts.items():
            total[name] += count
        every += misses
        print(line(one.name, counts))
    print(line("all", total))
    print(*sorted(every, key=lambda miss: miss.split(" ")[1]), sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="tuned")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    chosen = parser.parse_args()
    folder = PASSAGES if chosen.set == "tuned" else PASSAGES / chosen.set
    run(folder, catalogue(chosen.data))
