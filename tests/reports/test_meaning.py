"""What figures are about: indicator, part, region, base and period of short passages."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from qingshan import CATALOGUE

from analysis.language.vocabulary import Confidence
from analysis.reports.reader import read
from analysis.reports.setting import setting
from analysis.reports.suggestions import Reviewed, Words, catalogue

TESTS = Path(__file__).parents[1]
ROWS = list(csv.DictReader((TESTS / "meanings.csv").read_text("utf-8").splitlines()))
COLUMNS = ("indicator", "breakdown", "measure", "unit", "comparator", "status")


def candidates(row):
    """The candidates of the passage of a row; a bar in the table is a line end."""
    text = row["text"].replace("|", "\n")
    told = setting(text, names=(row["region"],), period=row["report_period"])
    return [candidate for candidate in read(text, told, CATALOGUE) if candidate.owns]


def cells(candidate):
    """The cells of a candidate as the table writes them."""
    record = {column: str(getattr(candidate, column)) for column in COLUMNS}
    return record | {
        "region_cell": candidate.region,
        "base": str(candidate.base or ""),
        "value": Decimal(candidate.value),
        "period": "/".join(map(str, candidate.period)),
    }


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['printed']} {row['text'][:12]}" for row in ROWS])
def test_every_cell_of_a_row_is_read(row):
    """A candidate at the printed figure has every cell as the table says."""
    expected = {key: row[key] for key in (*COLUMNS, "region_cell", "base", "period")}
    expected |= {"value": Decimal(row["value"])}

    found = [cells(c) for c in candidates(row) if row["printed"] in {c.raw, c.printed}]
    found += [cells(c) for c in candidates(row) if row["printed"] in c.printed]

    assert expected in found, found


def test_a_zero_that_a_level_contradicts_is_no_row():
    """A text that counts fires has no row that says there were none."""
    text = "全年发生森林火灾3起。全年未发生森林火灾。"
    rows = candidates({"text": text, "region": "青山市", "report_period": "2024"})

    assert [(row.indicator, row.value) for row in rows] == [("forest_fires", 3)]


def test_a_row_that_nothing_doubts_is_sure_and_one_without_indicator_a_guess():
    """Cues that agree make a row sure; a figure that no indicator fits is a guess."""
    text = "全市共发生生产安全事故12起。购置绿植36个。"
    rows = candidates({"text": text, "region": "青山市", "report_period": "2024"})

    assert [row.confidence for row in rows] == [Confidence.SURE, Confidence.GUESS]


def test_a_sector_of_the_sentence_that_the_part_lacks_is_a_doubt():
    """A fine behind a semicolon may be of the sector that was inspected, or of all."""
    text = "检查工贸企业12家次；行政罚款30万元。"
    rows = candidates({"text": text, "region": "青山市", "report_period": "2024"})

    assert rows[1].confidence is Confidence.LOOK
    assert "part_unused" in {doubt.id for doubt in rows[1].doubts}


def test_the_whole_of_another_thing_gives_its_part():
    """Serious hazards among the hazards of an inspected sector are of that sector."""
    text = "对工贸企业开展检查48家次，查出隐患62项，其中重大隐患3项。"
    rows = candidates({"text": text, "region": "青山市", "report_period": "2024"})

    assert [row.breakdown for row in rows] == ["sector:industry_and_trade"] * 3


def test_what_is_reviewed_counts_for_the_words_that_decided():
    """An accepted figure with another indicator lowers the trust in the words that named one."""
    known = catalogue(TESTS.parent / "data")
    known.counts.clear()
    known.learn(
        [
            Reviewed("检查企业300家", "300家", "家", "entities_inspected"),
            Reviewed("检查企业20家", "20家", "家", "units_guided"),
        ]
    )

    assert sorted(known.counts.values()) == [(1, 2)]


def test_a_phrase_that_no_synonym_named_becomes_one():
    """The noun phrase of an accepted figure names its indicator in the next report."""
    known = catalogue(TESTS.parent / "data")
    words = [Words("栽种悠悠草", 1.0)]
    before = known.suggest(words, unit="份", kind="count")
    known.learn([Reviewed("栽种悠悠草300份", "300份", "份", "publicity_materials")])

    assert before == []
    assert known.suggest(words, unit="份", kind="count")[0].indicator == "publicity_materials"
