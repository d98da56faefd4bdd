"""Printed figures keep their print: in pictures, native charts, records and explanations."""

import re

import pandas as pd
import pytest
from album import CALLS, drawings, each

import analysis as rs
from analysis.charts.kinds import kind_of
from analysis.figures import record as records
from analysis.language import labels, numbers

PLAIN = re.compile(r"[近约超]?([\d.,]+)([万亿]?)")

NUMBER = re.compile(r"[\d.,]+(?: million)?[万亿%]?")


@pytest.fixture(scope="module")
def printed():
    """Results with an amount that their report prints as a numeral, by id."""
    rows = rs.load().rows
    results = rows[rows["measure"].eq("level") & rows["status"].eq("actual")]
    plain = results["printed"].str.match(PLAIN)
    return results[plain].set_index("id", drop=False)


def test_every_result_is_labelled_as_it_is_printed(printed):
    """675.95万元, 97.35% and 37161家; a numeral without a unit gets one."""
    for row in printed.to_dict("records"):
        said = labels.value(row)
        assert said.zh.startswith(row["printed"]), row["id"]
        assert said.zh.removeprefix(row["printed"]) in {"", row["unit"]}, row["id"]
        digits = re.sub(r"[^\d.]", "", said.en)
        assert float(digits) == row["value"], row["id"]


@each(CALLS)
def test_no_figure_rounds_a_printed_number(name, language, printed):
    """13 million for 12,984,400 or 97.4% for 97.35% is on no picture and in no native chart."""
    for drawing in drawings(name, language):
        figure = drawing.figure
        kept = printed[printed["id"].isin(figure.rows["id"])]
        texts = drawing.said.split("\n") + _native(figure)
        said = {token for text in texts for token in NUMBER.findall(text)}
        assert said.isdisjoint(_rounded(kept, language) - _exact(kept, language)), figure.name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rate_from_a_rounded_count_is_about_in_a_native_chart(language):
    """Nantong's 2.5万 drills are ≈320 per 100,000 people, as in the title; Chuxiong's are 368."""
    (figure,) = rs.comparison("drills_held", language=language)

    assert _native(figure) == ["≈320", "368"]
    assert "≈320" in figure.caption.title[language]


def _native(figure):
    """The labels of the native chart of *figure*, if it has one."""
    record = records.record_of(figure, figure.name, [])
    plot = kind_of(record).native(record, figure.language)
    series = plot.series if plot else ()
    return [point.label for each in series for point in each.points if point]


def _rounded(rows, language):
    """The printed values as computed numbers are written, three digits each."""
    units = rows["unit"].where(rows["unit"].eq("%"), "")
    pairs = zip(rows["value"], units, strict=True)
    return {numbers.number(value, language) + unit for value, unit in pairs}


def _exact(rows, language):
    """The printed values with all their digits, and small ones, which other rows share."""
    digits = pd.Series([labels.value(row)[language] for row in rows.to_dict("records")], dtype=str)
    return {token for text in digits for token in NUMBER.findall(text)}
