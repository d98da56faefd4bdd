"""
Measure the reading of passages that no rule was written for, and list every miss.

    python benchmarks/held_out.py [--set tuned|final|last|blind] [--data DIR]

Each passage is invented prose in which every figure is marked by hand, such as
``{12:o 12 起 accidents}``. The letter is the role: ``o`` observation, ``t`` target, ``p`` what is
intended (demanded or not), ``d`` date, ``l`` label, ``x`` another region, ``s`` not judged; what
is not marked is a label. Then come value, unit and indicator (``?`` where the catalogue has none,
``-`` not judged), and where they are not plain the comparator, ``pct`` or ``abs`` for a change,
and ``@`` with the period.

Printed are the shares of figures with the right role; value, unit and comparator; measure; status;
period; the right indicator first and within three where the catalogue has it; none where it has
none (open); the right role among other numerals; and false figures.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from analysis.reports.candidates import Candidate
from analysis.reports.periods import parse_period
from analysis.reports.reader import read
from analysis.reports.setting import Setting, setting
from analysis.reports.suggestions import Catalogue, catalogue

ROOT = Path(__file__).parents[1]
PASSAGES = ROOT / "tests" / "held_out"
MEASURES = ("role", "exact", "measure", "status", "period")
_MARK = re.compile(r"\{([^:}]+):([^}]+)\}")
_ROLES = {"o": "observation", "p": "observation", "t": "target", "d": "date", "l": "label"}
_ROLES |= {"x": "other_region", "s": ""}
_STATUSES = {"o": "actual", "p": "plan", "t": "target"}
_CHANGES = {"pct": "change_pct", "abs": "change_abs"}


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


class Passage(NamedTuple):
    """An invented text, its setting, and what is due at each place of it."""

    name: str
    text: str
    told: Setting
    due: dict[int, Due]


def passage(path: Path) -> Passage:
    """Read a marked passage; its first line names the region and the period."""
    head, marked = path.read_text(encoding="utf-8").split("\n", 1)
    region, period = head.split("\t")
    text, due, after = "", {}, 0
    for match in _MARK.finditer(marked):
        text += marked[after : match.start()]
        due[len(text)] = _due(len(text), match[2].split(" "))
        text += match[1]
        after = match.end()
    text += marked[after:]
    return Passage(path.stem, text, setting(text, names=(region,), period=period), due)


def _due(start: int, words: list[str]) -> Due:
    role, *rest = words
    if not rest:
        return Due(start, _ROLES[role])
    value, unit, indicator, *more = rest
    due = Due(start, _ROLES[role], _STATUSES[role], Decimal(value), unit, indicator)
    for word in more:
        if word in _CHANGES:
            due = due._replace(measure=_CHANGES[word])
        elif word.startswith("@"):
            due = due._replace(period="/".join(map(str, parse_period(word[1:]))))
        else:
            due = due._replace(comparator=word)
    return due


def passages(folder: Path = PASSAGES) -> Iterator[Passage]:
    """Every passage of *folder* in the order of its names."""
    for path in sorted(folder.glob("*.txt")):
        yield passage(path)


def measured(one: Passage, known: Catalogue) -> tuple[dict[str, int], list[str]]:
    """The counts of one passage and its misses."""
    counts: dict[str, int] = defaultdict(int)
    misses = []
    for found in (c for c in read(one.text, one.told, known) if c.numeral):
        due = one.due.get(found.start, Due(found.start, "label"))
        if not due.role:
            continue
        counts["proposed"] += found.owns
        around = one.text[max(0, found.start - 14) : found.end + 8].replace("\n", "⏎")
        wrong = list(_wrong(found, due, one.told))
        if due.status:
            counts["own"] += 1
            for name in MEASURES:
                counts[name] += name not in wrong
            counts["known"] += due.indicator not in {"?", "-"}
            counts["unknown"] += due.indicator == "?"
            for name in ("top1", "top3"):
                counts[name] += due.indicator not in {"?", "-"} and name not in wrong
            counts["open"] += due.indicator == "?" and "open" not in wrong
        else:
            counts["others"] += 1
            counts["told"] += not wrong
            counts["false"] += found.owns
        misses += [
            f"{name}: {found.raw} in {around}: {_shown(found)}, due {due[1:]}" for name in wrong
        ]
    return counts, misses


def _wrong(found: Candidate, due: Due, told: Setting) -> Iterator[str]:
    """The names of what does not agree."""
    intended = due.status == "plan" and found.status != "actual"
    if found.role != due.role and not (intended and found.owns):
        yield "role"
    if not due.status:
        return
    if (found.value, found.unit, found.comparator) != (due.value, due.unit, due.comparator):
        yield "exact"
    if found.measure != due.measure:
        yield "measure"
    if found.status != due.status and not intended:
        yield "status"
    period = "/".join(map(str, found.period or ()))
    own = {str(told.end) + "/" + str(told.end), f"{told.start}/{told.end}"}
    if period != due.period and (due.period or due.status == "actual") and period not in own:
        yield "period"
    if due.indicator == "?" and found.indicator:
        yield "open"
    if due.indicator not in {"?", "-", found.indicator}:
        yield "top1"
        if due.indicator not in {s.indicator for s in found.suggestions}:
            yield "top3"


def _shown(found: Candidate) -> str:
    figure = (found.role, found.value, found.unit, found.comparator, found.measure, found.status)
    return " ".join(map(str, (*figure, found.indicator)))


def line(name: str, counts: dict[str, int]) -> str:
    """One line of the table."""
    share = {m: counts[m] / (counts["own"] or 1) for m in MEASURES}
    share |= {m: counts[m] / (counts["known"] or 1) for m in ("top1", "top3")}
    share |= {"open": counts["open"] / (counts["unknown"] or 1)}
    share |= {"others": counts["told"] / (counts["others"] or 1)}
    parts = [f"{measure} {value:6.1%}" for measure, value in share.items()]
    false = f"false {counts['false']}/{counts['proposed']}"
    return "  ".join([f"{name:22} {counts['own']:3}", *parts, false])


def run(folder: Path, known: Catalogue) -> None:
    """Print the table and the misses."""
    total: dict[str, int] = defaultdict(int)
    every: list[str] = []
    for one in passages(folder):
        counts, misses = measured(one, known)
        for name, count in counts.items():
            total[name] += count
        every += [f"{one.name} {miss}" for miss in misses]
        print(line(one.name, counts))
    print(line("all", total))
    print(*sorted(every, key=lambda miss: miss.split(" ")[1]), sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=("tuned", "final", "last", "blind"), default="tuned")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    chosen = parser.parse_args()
    folder = PASSAGES if chosen.set == "tuned" else PASSAGES / chosen.set
    run(folder, catalogue(chosen.data))
