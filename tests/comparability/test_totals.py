"""Only amounts that are apart from each other are added."""

import pandas as pd
import pytest
from tidy import frame, row

from analysis.comparability import totals
from analysis.errors import UsageError


def total(*rows):
    """The sum of some visible rows."""
    return totals.total(frame(*rows))


def test_counts_of_two_regions_and_of_two_years_are_added():
    """Regions of which none is inside another; years that follow each other."""
    assert total(row("chuxiong", 45), row("nantong", 77)) == 122
    assert total(row("chuxiong", 45, year=2024), row("chuxiong", 51, year=2023)) == 96
    assert total(row("chuxiong", 45)) == 45


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row(), row(indicator="accidents")], "several of indicator: accidents, deaths"),
        ([row(), row(breakdown="sector:mining")], r"several of breakdown: \(the whole\), sector"),
        ([row(), row(status="target")], "several of status"),
        ([row(measure="change_pct", unit="%")], "change_pct, not an amount"),
        ([row(status="plan")], "of status plan, and did not happen"),
        ([row(comparator=">=", printed="3580余")], "3580余 is no exact figure"),
        ([row(value=45), row(value=45)], "several figures of one period"),
        ([row("chuxiong", year=2024), row("nantong", year=2023)], "figures of different periods"),
    ],
)
def test_other_rows_are_refused_with_the_reason(rows, reason):
    """A sum over them would count something twice, or not count."""
    with pytest.raises(UsageError, match=reason):
        total(*rows)


def test_a_region_is_not_added_to_one_around_it(data):
    """The deaths of Yunnan include those of Chuxiong."""
    rows = data.context_rows
    deaths = rows[rows["indicator"].eq("deaths") & rows["measure"].eq("level")]
    deaths = deaths[deaths["breakdown"].eq("") & deaths["period_end"].eq("2023-12-31")]
    nested = deaths[deaths["region"].isin(["china", "yunnan"])].drop_duplicates("region")

    with pytest.raises(UsageError, match="yunnan is a part of china"):
        totals.total(nested)


def test_accidents_of_several_regions_are_not_added():
    """Regions count different accidents."""
    rows = [row("chuxiong", 42, indicator="accidents"), row("nantong", 9, indicator="accidents")]
    with pytest.raises(UsageError, match="regions count different accidents"):
        total(*rows)


def test_the_reason_is_in_the_language_of_messages(monkeypatch):
    """The columns and their words stay as they are in the frame."""
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "zh")
    with pytest.raises(UsageError, match="这2行不能相加：indicator有几种：accidents、deaths"):
        total(row(), row(indicator="accidents"))


def test_no_rows_have_no_total():
    """Not zero."""
    with pytest.raises(UsageError, match="there are none"):
        totals.total(pd.DataFrame(columns=["value"]))
