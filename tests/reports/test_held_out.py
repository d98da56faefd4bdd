"""Passages in many styles, marked by hand: how well prose is read that no rule was written for."""

import runpy
from collections import Counter
from pathlib import Path

import pytest

from analysis.reports.suggestions import catalogue
from analysis.tables import numerals

ROOT = Path(__file__).parents[2]
BENCHMARK = runpy.run_path(str(ROOT / "benchmarks" / "held_out.py"))
KNOWN = catalogue(ROOT / "data")
TUNED = [*BENCHMARK["passages"]()]
FINAL = [*BENCHMARK["passages"](BENCHMARK["PASSAGES"] / "final")]
LAST = [*BENCHMARK["passages"](BENCHMARK["PASSAGES"] / "last")]
BLIND = [*BENCHMARK["passages"](BENCHMARK["PASSAGES"] / "blind")]


def shares(passages):
    """The share of every measure over all figures of the passages."""
    total = Counter()
    for passage in passages:
        total.update(BENCHMARK["measured"](passage, KNOWN)[0])
    own = {name: total[name] / total["own"] for name in BENCHMARK["MEASURES"]}
    named = {name: total[name] / total["known"] for name in ("top1", "top3")}
    return own | named | {"false": total["false"] / total["proposed"]}


@pytest.mark.parametrize(
    "passage", [*TUNED, *FINAL, *LAST, *BLIND], ids=lambda passage: passage.name
)
def test_every_mark_stands_on_a_numeral(passage):
    """What a reader marked is where the reading looks."""
    places = {numeral.start for numeral in numerals.find(passage.text)}

    assert set(passage.due) <= places
    assert len(passage.text) >= 550


FLOORS = [
    (TUNED, {"role": 0.97, "exact": 0.95, "measure": 0.98, "top1": 0.88, "top3": 0.95}),
    (FINAL, {"role": 0.95, "exact": 0.88, "measure": 0.95, "top1": 0.68, "top3": 0.75}),
    (LAST, {"role": 0.95, "exact": 0.88, "measure": 0.95, "top1": 0.72, "top3": 0.83}),
    (BLIND, {"role": 0.95, "exact": 0.9, "measure": 0.97, "top1": 0.88, "top3": 0.93}),
]


@pytest.mark.parametrize(("passages", "floors"), FLOORS, ids=["tuned", "final", "last", "blind"])
def test_passages_are_read_as_marked(passages, floors):
    """No measure falls below its floor, and few figures are false."""
    found = shares(passages)

    assert {name: share for name, share in floors.items() if found[name] < share} == {}
    assert found["false"] < 0.05
