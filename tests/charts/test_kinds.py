"""Each kind of figure says once what it is, and an unknown one is refused."""

import pytest

from analysis.charts.kinds import KINDS, kind, kind_of
from analysis.errors import AnalysisError, WordError
from analysis.language.messages import catalogue
from analysis.publish.workbook import tabs


def test_every_kind_has_its_own_place_in_a_briefing():
    """The order is that of a briefing: what there is, outcomes first, the profile last."""
    orders = [kind.order for kind in KINDS.values()]

    assert len(set(orders)) == len(orders), "two kinds in analysis/charts/ have the same `order`"
    assert list(KINDS)[:3] == ["overview", "expected", "peers"]
    assert list(KINDS)[-1] == "profile"


@pytest.mark.parametrize("one", KINDS.values(), ids=list(KINDS))
def test_the_texts_and_columns_of_every_kind_exist(one):
    """A title; for a sheet of the workbook its words and columns too."""
    parts = ("", ".tab", ".sheet", ".about") if one.columns else ("",)

    ids = {f"kind.{one.name}{part}" for part in parts}
    assert ids - set(catalogue()) == set(), "rows missing in analysis/language/messages.csv"
    assert set(one.columns) <= set(tabs.COLUMNS)


def test_a_record_of_an_unknown_kind_is_refused_with_the_kinds_there_are():
    """It never loses its chart, its sheet or its place without a word."""
    with pytest.raises(WordError, match=r"slope.*did you mean"):
        kind_of({"name": "slope-deaths-zh", "kind": "slope"})
    with pytest.raises(WordError, match="did you mean trend"):
        kind("trends")


def test_a_record_without_a_kind_says_what_to_do():
    """An earlier version wrote it."""
    with pytest.raises(AnalysisError, match="trend-deaths-zh was written by an earlier version"):
        kind_of({"name": "trend-deaths-zh"})
