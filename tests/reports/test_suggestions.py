"""Suggesting indicators: synonyms first, then the likeness of words to names and definitions."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qingshan import CATALOGUE

from analysis.reports.reader import read
from analysis.reports.setting import setting
from analysis.reports.suggestions import (
    ALIKE,
    ENOUGH,
    Catalogue,
    Descriptions,
    Indicator,
    Words,
    catalogue,
    pairs,
)

DATA = Path(__file__).parents[2] / "data"

NAMED = Catalogue(CATALOGUE.indicators, [])
TOLD = setting("青山市2024年总结\n", period="2024")


@pytest.mark.parametrize(
    ("sentence", "indicator"),
    [
        ("注册的志愿应急避难场地47处可容纳群众避难。", "emergency_shelters"),
        ("全年因自然灾害受灾的群众4.2万人。", "disaster_affected_people"),
        ("按期完成整改的隐患占应整改的96.5%。", "hazard_rectification_rate"),
        ("煤矿每产百万吨煤的死亡率为0.05。", "coal_deaths_per_million_tonnes"),
        ("向困难受灾群众发放救助资金320万元。", "disaster_relief_funds"),
    ],
)
def test_a_wording_that_is_no_synonym_finds_its_indicator(sentence, indicator):
    """With no synonym at all, name and definition bring it within the best three."""
    (found,) = [c for c in read(sentence, TOLD, NAMED) if c.owns and c.numeral]

    assert indicator in [suggestion.indicator for suggestion in found.suggestions]


def test_english_synonyms_leave_the_reader_as_it_is(tmp_path):
    """They are for questions at a prompt; reports are Chinese."""
    lines = (DATA / "synonyms.csv").read_text("utf-8").splitlines(keepends=True)
    chinese = [line for line in lines[1:] if not line.isascii()]
    shutil.copy(DATA / "indicators.csv", tmp_path)
    (tmp_path / "synonyms.csv").write_text("".join([lines[0], *chinese]), "utf-8")
    without = catalogue(tmp_path).synonyms
    (tmp_path / "synonyms.csv").write_text("".join(lines), "utf-8")

    assert len(chinese) < len(lines) - 1
    assert catalogue(tmp_path).synonyms == without


def test_what_is_unlike_all_is_left_open():
    """A thing that the catalogue does not know gets no indicator, and a doubt."""
    (found,) = [c for c in read("收到锦旗12面，赠书若干。", TOLD, NAMED) if c.raw == "12"]

    assert found.indicator == ""


def test_a_faint_likeness_is_shown_and_not_taken():
    """Below the bound a suggestion stays a suggestion: code and unit are as printed."""
    text = "完成小水电站生态流量核查38座。"
    (found,) = [c for c in read(text, TOLD, NAMED) if c.raw == "38"]

    assert (found.indicator, found.unit) == ("", "座")
    assert all(suggestion.score < ALIKE for suggestion in found.suggestions)


def test_a_synonym_comes_before_any_likeness():
    """What the table says outweighs what only resembles."""
    rows = {
        "drills": Indicator("drills", "应急演练场次", "场", "count", "flow", "应急演练的场次。"),
        "shows": Indicator("shows", "汇报会", "场", "count", "flow", "应急处置汇报展示的场次。"),
    }
    told = Catalogue(rows, [("shows", ("桌面推演",), ())])
    found = told.suggest([Words("开展桌面推演等应急演练", 1.0)], unit="场", kind="count")

    assert [suggestion.indicator for suggestion in found] == ["shows", "drills"]
    assert found[0].score >= ENOUGH > found[1].score
    assert found[1].why.startswith("≈")


def test_a_counter_that_cannot_be_rules_an_indicator_out():
    """Money is no count, however alike the words are."""
    found = NAMED.suggest([Words("行政处罚金额", 1.0)], unit="起", kind="count")

    assert "administrative_fines" not in [suggestion.indicator for suggestion in found]


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 1)), max_size=6))
def test_a_likeness_is_between_nought_and_one(words):
    """For any words at all."""
    known = Descriptions([("受灾人口", "自然灾害中受灾的人员"), ("罚款金额", "行政处罚的罚款")])
    likeness, _ = known.likeness(words)

    assert np.all(likeness >= 0)
    assert np.all(likeness <= 1 + 1e-9)


def test_a_name_is_most_like_itself():
    """Each name of the catalogue is nearest to its own description."""
    rows = list(CATALOGUE.indicators.values())
    known = Descriptions([(row.name, row.definition) for row in rows])
    best = [int(np.argmax(known.likeness([(row.name, 1.0)])[0])) for row in rows]
    missed = [rows[i].name for i, place in enumerate(best) if place != i]

    assert len(missed) <= 0.05 * len(rows), missed


def test_pairs_do_not_reach_over_marks():
    """Only neighbours make a pair."""
    assert pairs("隐患，整改3处") == {"隐患", "整改"}
