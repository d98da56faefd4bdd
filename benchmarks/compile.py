"""
Measure the reading of reports against the closed tables, and list every miss.

    python benchmarks/compile.py [--originals DIR] [--data DIR] [--hold-out | --no-synonyms]

With ``--hold-out`` each report is read without the synonyms that stand in no other report;
with ``--no-synonyms`` the names and definitions of the catalogue must do.

Prints for each report how many observation and target mentions got the right role; the right
value, unit and comparator; the right indicator first and within three; how many candidates are
false; and how facts without a numeral fared. Then every miss, one line each.
"""

import argparse
import csv
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from time import process_time

from analysis.language.vocabulary import Confidence
from analysis.reports.candidates import Candidate
from analysis.reports.compilation import distinguished
from analysis.reports.layout import fold
from analysis.reports.reader import read
from analysis.reports.setting import setting
from analysis.reports.suggestions import Catalogue, catalogue, reviewed

OWNING = ("observation", "target")
NEAR = 80  # characters: the terms of a synonym stand no further apart
MEASURES = ("role", "exact", "top1", "top3", "status", "period", "part")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of one CSV table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def hits(found: Candidate, due: list[dict[str, str]]) -> dict[str, bool]:
    """Which parts of a candidate agree with one of the rows *due* at its place."""
    period = "/".join(map(str, found.period or ()))
    codes = {row["indicator"] for row in due}
    value = found.value
    return {
        "exact": value is not None
        and any(
            (Decimal(row["value"]), row["unit"], row["comparator"])
            == (value, found.unit, found.comparator)
            for row in due
        ),
        "top1": found.indicator in codes,
        "top3": bool(codes & {suggestion.indicator for suggestion in found.suggestions}),
        "status": any(row["status"] == found.status for row in due),
        "part": any(row["breakdown"] == found.breakdown for row in due),
        "period": any(f"{row['period_start']}/{row['period_end']}" == period for row in due),
    }


def measured(
    text: str, found: list[Candidate], data: Path, region: str
) -> tuple[dict[str, int], list[str]]:
    """The counts of one report and its misses."""
    closed = {int(row["start"]): row for row in rows(data / f"mentions/{region}.csv")}
    due: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in rows(data / f"observations/{region}.csv"):
        due[int(row["start"])].append(row)
    counts, misses = defaultdict(int), []
    for candidate in (c for c in found if c.numeral):
        role, known = closed[candidate.start]["role"], due[candidate.start]
        around = text[max(0, candidate.start - 16) : candidate.end + 10].replace("\n", "⏎")
        counts["others"] += role not in OWNING
        counts["proposed"] += candidate.owns
        if role not in OWNING:
            counts["false"] += candidate.owns
            if candidate.owns:
                misses.append(f"false: {role}, {candidate.raw} in {around}")
            continue
        agree = {"role": candidate.role == role, **hits(candidate, known)}
        counts["own"] += 1
        right = all(agree[name] for name in ("role", "exact", "top1", "status", "period"))
        counts[candidate.confidence] += 1
        counts[f"{candidate.confidence} right"] += right
        counts[f"{candidate.confidence} with part"] += right and agree["part"]
        for name, good in agree.items():
            counts[name] += good and (name in {"role", "top1", "top3"} or candidate.owns)
            if not good:
                columns = ("indicator", "breakdown", "value", "unit", "comparator")
                want = {tuple(row[column] for column in columns) for row in known}
                got = (candidate.indicator, candidate.breakdown, candidate.value, candidate.unit)
                misses.append(f"{name}: {candidate.raw} in {around}: got {got}, due {want}")
    stated = [c for c in found if not c.numeral]
    places = {start for start in due if start not in closed}
    counts["facts"] = len(places)
    counts["facts_found"] = sum(
        {row["indicator"] for row in due[p]}
        <= {c.indicator for c in stated if c.start < int(due[p][0]["end"]) and p < c.end}
        for p in places
    )
    return counts, misses


def stands(terms: tuple[str, ...], text: str) -> bool:
    """Whether all *terms* of a synonym stand near each other in *text*."""
    places = [match.start() for match in re.finditer(re.escape(terms[0]), text)]
    around = (text[max(0, place - NEAR) : place + NEAR] for place in places)
    return any(all(term in words for term in terms) for words in around)


def held_out(known: Catalogue, own: str, others: list[str]) -> Catalogue:
    """The catalogue without the synonyms that stand in the text *own* and in no other."""
    kept = [
        (code, terms, barred)
        for place, (code, terms, barred) in enumerate(known.synonyms)
        if place < len(known.indicators)
        or not stands(terms, own)
        or any(stands(terms, other) for other in others)
    ]
    return Catalogue(known.indicators, kept, known.parts)


def line(name: str, counts: dict[str, int], seconds: float = 0) -> str:
    """One line of the table."""
    own = counts["own"] or 1
    parts = [f"{measure} {counts[measure] / own:6.1%}" for measure in MEASURES]
    false = f"false {counts['false']}/{counts['proposed']}"
    facts = f"facts {counts['facts_found']}/{counts['facts']}"
    head = f"{name:9} {counts['own']:4} mentions"
    return "  ".join([head, *parts, false, facts, f"{seconds:.2f} s"])


def reliability(counts: dict[str, int]) -> str:
    """The lines of the table of docs/reading.md: how often rows of each class are right."""
    lines = [
        "| class | rows | right but for the part | right in every cell |",
        "| --- | --- | --- | --- |",
    ]
    for word in Confidence:
        rows = counts[word] or 1
        cells = (counts[f"{word} right"], counts[f"{word} with part"])
        shares = [f"{count / rows:.0%}" for count in cells]
        lines.append(f"| {word} | {counts[word]} | {' | '.join(shares)} |")
    return "\n".join(lines)


def run(originals: Path, data: Path, known: Catalogue, *, hold_out: bool) -> None:
    """Print the table and the misses."""
    names = {row["region"]: row["name_zh"] for row in rows(data / "regions.csv")}
    total: dict[str, int] = defaultdict(int)
    every: list[str] = []
    reports = rows(data / "reports.csv")
    texts = {r["region"]: (originals / f"{r['region']}.txt").read_bytes().decode() for r in reports}
    folded = {region: fold(text) for region, text in texts.items()}
    for report in reports:
        region = report["region"]
        text, others = texts[region], [folded[name] for name in texts if name != region]
        fair = held_out(known, folded[region], others) if hold_out else known
        if hold_out:
            fair.learn(reviewed(data, without=report["report"]))
        period = f"{report['period_start']}..{report['period_end']}"
        began = process_time()
        told = setting(text, names=(names[region],), period=period)
        found = list(distinguished(read(text, told, fair)))
        seconds = process_time() - began
        counts, misses = measured(text, found, data, region)
        for name, count in counts.items():
            total[name] += count
        every += [f"{region} {miss}" for miss in misses]
        print(line(region, counts, seconds))
    print(line("all", total))
    print(reliability(total))
    print(*every, sep="\n")


if __name__ == "__main__":
    root = Path(__file__).parents[1]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--originals", type=Path, default=root / "data" / "originals")
    parser.add_argument("--data", type=Path, default=root / "data")
    less = parser.add_mutually_exclusive_group()
    less.add_argument("--hold-out", action="store_true")
    less.add_argument("--no-synonyms", action="store_true")
    chosen = parser.parse_args()
    whole = catalogue(chosen.data)
    names = Catalogue(whole.indicators, whole.synonyms[: len(whole.indicators)])
    used = names if chosen.no_synonyms else whole
    run(chosen.originals, chosen.data, used, hold_out=chosen.hold_out)
