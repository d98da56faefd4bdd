"""The sentence over a figure claims what its rows show, and no more."""

import pandas as pd
import pytest
from tidy import frame, row

from analysis.comparability import headlines


def standings(**mentioned):
    """For each instrument, the regions whose reports mention it."""
    return pd.DataFrame(
        {"indicator": code, "theme": theme, "region": region, "status": "in_use"}
        for code, (theme, regions) in mentioned.items()
        for region in regions
    )


ROWS = standings(
    drills=("drills", ("anhui", "anshan", "nantong")),
    maps=("hazards", ("anhui", "anshan")),
    codes=("hazards", ("chuxiong",)),
)
THEMES = pd.DataFrame(
    {
        "theme": ["hazards", "drills"],
        "name_zh": ["隐患治理", "应急演练"],
        "name_en": ["Hazard control", "Emergency drills"],
    }
)


def test_instruments_are_counted_once():
    """Three in all: one in three reports, one in one."""
    said = headlines.instruments(ROWS)

    assert said.en == "Of 3 instruments, 1 appear in three or more reports, 1 in only one"
    assert "3项举措" in said.zh


def test_a_page_names_its_themes():
    """From the first to the last, with how widely its instruments are shared."""
    said = headlines.instruments_page(ROWS, THEMES)

    assert said.en.startswith("Hazard control to emergency drills: 3 instruments, ")
    assert (
        said.zh
        == "隐患治理至应急演练的举措：1项见于三份以上的报告，1项见于两份报告，1项只见于一份报告"
    )
    alone = headlines.instruments_page(ROWS[ROWS["theme"].eq("drills")], THEMES)
    assert alone.en == "Emergency drills: 1 instrument in three or more reports"


def test_commitments_that_can_be_checked_are_counted():
    """Of three, one has a number and one a date."""
    rows = pd.DataFrame(
        {
            "status": ["words", "number", "date"],
            "region": ["anhui", "anshan", "anshan"],
            "region_zh": ["安徽", "鞍山", "鞍山"],
            "region_en": ["Anhui", "Anshan", "Anshan"],
        }
    )

    assert headlines.commitments(rows).en.startswith("Of 3 commitments, 2 carry")
    said = headlines.promises(rows[1:], number=2, pages=3)
    assert said.en == "Checkable commitments: Anshan 2 (2 of 3)"
    assert headlines.promises(rows[:0]).zh.endswith("：无")


CHANGED = pd.DataFrame({"lower": [0.6, 0.58], "upper": [1.45, 1.34]})
NONE = pd.DataFrame()


@pytest.mark.parametrize(
    ("cells", "changed", "said"),
    [
        ({}, CHANGED, "2 counted changes, all within chance"),
        ({}, CHANGED.assign(upper=[0.9, 1.34]), "2 counted changes, 1 beyond chance"),
        ({"measure": "change_pct", "unit": "%", "value": -9.2}, NONE, "in percent only"),
        ({"measure": "direction", "unit": "", "value": -1}, NONE, "by direction only"),
        ({"status": "target", "value": 0}, NONE, "targets only"),
        ({"value": 0}, NONE, "only zeros"),
        ({}, NONE, "counts without a year before"),
    ],
)
def test_a_region_claims_what_its_evidence_carries(cells, changed, said):
    """A count that did not change by more than chance is never said to have fallen."""
    mine = frame(row(**cells)).assign(outcome=0)
    told = headlines.profile(mine, changed, NONE)

    assert said in told.en
    assert told.en.endswith("nothing comparable")
    assert told.zh.startswith("楚雄：")


def test_a_region_without_outcomes_says_so():
    """A report about work only has no outcomes to speak of."""
    mine = frame(row(theme="drills")).assign(outcome=float("nan"))
    beside = pd.DataFrame({"indicator": ["drills_held", "drills_held", "plans"]})

    told = headlines.profile(mine, NONE, beside)
    assert told.en == "Chuxiong: no result for accidents or disasters; 2 indicators comparable"
