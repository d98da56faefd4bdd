"""Values that stand out against the year before or against the rates of other regions."""

import pytest

from analysis.language.vocabulary import Oddity
from analysis.statistics import screen

LOSS = ("disaster_direct_loss", "sector:public_services")


def standing_out(rows, context):
    """Region, year, rule and ratio of each value but the one of the tables as they are."""
    found = screen.outliers(rows, context)
    assert [one for one in found if (one.row["indicator"], one.row["breakdown"]) == LOSS]
    return [
        (one.row["region"], one.row["period_end"].year, str(one.oddity), round(one.ratio, 1))
        for one in found
        if (one.row["indicator"], one.row["breakdown"]) != LOSS
    ]


def with_deaths(rows, value):
    """The rows with another number of deaths in Chuxiong in 2024, 45 in its report."""
    same = rows["region"].eq("chuxiong") & rows["indicator"].eq("deaths")
    same &= rows["breakdown"].eq("") & rows["measure"].eq("level")
    assert rows.loc[same, "value"].tolist() == [45]
    return rows.assign(value=rows["value"].mask(same, value))


@pytest.mark.parametrize("value", [45, 90, 200])
def test_ordinary_values_do_not_stand_out(data, value):
    """51 deaths in the year before: less than five times."""
    assert standing_out(with_deaths(data.rows, value), data.context_rows) == []


def test_a_slip_of_the_decimal_point_stands_out_against_both(data):
    """450 after 51, and ten times the rate that China and Yunnan have in about the middle."""
    found = standing_out(with_deaths(data.rows, 450), data.context_rows)

    assert found[0] == ("chuxiong", 2024, Oddity.YEAR_BEFORE, 8.8)
    assert [one[:3] for one in found[1:]] == [("chuxiong", 2024, Oddity.PEERS)]
    assert found[1][3] > screen.FACTOR
    assert screen.is_slip(450 / 51)


def test_too_few_cases_do_not_stand_out(data):
    """Five after one is chance."""
    context, years = data.context_rows, data.context_rows["period_end"].dt.year
    loss = context["indicator"].eq("deaths") & context["region"].eq("nantong")
    few = context.assign(value=context["value"].mask(loss, 1).mask(loss & years.eq(2021), 9))

    assert "nantong" not in {region for region, *_ in standing_out(data.rows, few)}
