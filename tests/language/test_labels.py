"""A row of a record reads as its report wrote it: no plan as a result, no label that turns."""

import json

import pytest
from publications import HOSTILE, row

from analysis import project
from analysis.charts import style
from analysis.charts.commitments import commitments as draw_commitments
from analysis.comparability import findings
from analysis.figures.record import save
from analysis.language import labels
from analysis.statistics import policies
from analysis.tables import load

PLAN = {
    "status": "number_and_date",
    "measure": None,
    "indicator_zh": "区级演练",
    "indicator_en": "District drills",
    "lower": None,
    "upper": None,
    "unit": "次",
    "unit_en": "times",
    "unit_one": "time",
    "comparator": ">=",
}


def test_a_commitment_is_read_with_its_time_and_its_day():
    """Once a quarter by the end of next year; never as a result of the year of the report."""
    told = labels.reading(row(value=1, year=2024, per="季度", deadline="2025-12-31", **PLAN))

    assert told.en == (
        "Chuxiong, report 2024: District drills ≥1 time a quarter, by the end of 2025"
    )
    assert told.zh == "楚雄 2024年报告 区级演练 ≥1次/季度，2025年底前"


def test_a_commitment_of_words_says_so():
    """Without number and day there is nothing to read but that."""
    told = labels.reading(row(value=None, **PLAN | {"status": "words"}))

    assert told.en.endswith("District drills words only")


def test_the_record_of_a_figure_holds_what_a_commitment_is_for(tmp_path, monkeypatch):
    """Each number of the tables that has a time has it in the record, and each day."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path))
    rows = policies.checkable(policies.commitments(load.load()))
    absent = policies.worded(rows)
    with style.house_style():
        title = findings.commitments(rows)
        picture = draw_commitments(rows.head(8), title=title, language="en", absent=absent)
    save(picture, "promises", formats=("png",))

    held = json.loads((tmp_path / "promises.json").read_text("utf-8"))["rows"]
    told = rows.head(8)
    assert sorted(one.get("per", "") for one in held) == sorted(told["per"])
    assert sum("deadline" in one for one in held) == told["deadline"].notna().sum() > 0


SHARE = {
    "method": "clopper-pearson",
    "share": 97.3491,
    "lower": 96.63,
    "upper": 97.95,
    "comparator": "=",
    "measure": "level",
}


def test_a_share_reads_as_in_its_picture_and_is_said_once():
    """Behind a count it is the count's share; a printed percentage is no share of a share."""
    count = row(value=2387, unit="项", unit_en="items", **SHARE)
    percentage = row(value=97.35, unit="%", unit_en="%", **SHARE)

    assert labels.measure(count).en == "2,387 items, 97.3% (96.6–98.0)"
    assert labels.measure(percentage).en == "97.3% (96.6–98.0)"
    assert labels.measure(percentage | {"lower": None}).zh == "97.3%"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_lose_only_what_turns_or_hides(words):
    """Every other character is there to read."""
    kept = labels.legible(words)

    assert not set(kept) & {"\u202e", "\u200f", "\u200b"}
    assert kept == words.replace("\u202e", "").replace("\u200f", "")
