"""A cell becomes the number or day it writes, or says what to write instead."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tables import cells

NUMBER, DAY, TEXT = "float64", "datetime64[ns]", "str"


def read(cell, kind, *, coded=False, nullable=False):
    """One cell as a column of its own."""
    series = pd.Series([cell], index=[2], dtype="str")
    return cells.typed(series, kind, coded=coded, nullable=nullable)


@given(st.floats(-1e12, 1e12).map(lambda x: float(f"{x:.10g}")))
def test_a_number_written_plainly_is_that_number(number):
    """Up to fifteen digits, nothing is lost."""
    text = f"{number:.10f}".rstrip("0").rstrip(".") if abs(number) < 1e5 else f"{number:.0f}"

    found = read(text, NUMBER)

    assert found.cells[2] == float(text)
    assert not found.wrong
    assert not found.repaired


@given(st.integers(-(10**14), 10**14))
def test_separators_and_full_width_are_folded_and_told(number):
    """１，０５２ is 1052."""
    wide = f"{number:,}".translate(str.maketrans("0123456789,-", "０１２３４５６７８９，－"))

    found = read(wide, NUMBER)

    assert found.cells[2] == number
    assert found.repaired == {2: str(number)}


@given(st.dates(date(1949, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_in_the_ways_excel_writes_it(day):
    """2024/1/31 and 2024年1月31日 are 2024-01-31; so is 2024-01-31 itself."""
    iso = f"{day:%Y}".zfill(4) + f"-{day:%m-%d}"
    parts = iso.split("-")
    short = [parts[0], *(str(int(part)) for part in parts[1:])]

    for text in (iso, "/".join(short), "{}年{}月{}日".format(*short)):
        found = read(text, DAY)
        assert found.cells[2] == pd.Timestamp(day)
        assert found.repaired == ({} if text == iso else {2: iso})


@given(st.text(max_size=12), st.sampled_from([NUMBER, DAY]))
def test_anything_else_is_missing_and_told(text, kind):
    """A cell is a value, or a rule and a mend; never an error of its own."""
    found = read(text, kind)

    assert bool(found.wrong) == bool(found.cells.isna().all())
    assert all(rule and mend for rule, mend in found.wrong.values())


def test_an_empty_cell_is_missing_where_it_may_be():
    """And wrong where it may not."""
    assert not read("", NUMBER, nullable=True).wrong
    rule, remedy = read("", NUMBER).wrong[2]
    assert (rule.en, remedy.en) == ("not a plain number", "write a plain decimal number")


def test_codes_are_folded_and_prose_is_not():
    """A full-width code is the code; a quotation stays as printed."""
    assert read("ａｎｈｕｉ", TEXT, coded=True).repaired == {2: "anhui"}
    assert read("“１２”", TEXT).cells[2] == "“１２”"


@pytest.mark.parametrize(
    ("cell", "kind", "mend"),
    [
        ("1.2万", NUMBER, "write 12000"),
        ("3580余件", NUMBER, "write 3580, and >= as the comparator"),
        ("1.3万余人次", NUMBER, "write 13000, and >= as the comparator"),
        ("1..2万", NUMBER, "write a plain decimal number"),
        ("6.7％", NUMBER, "write 6.7, and the sign as the unit"),
        ("四十五", NUMBER, "write 45"),
        ("—", NUMBER, "leave the line out: a figure that was not published has no row"),
        ("45657", DAY, "if Excel meant a day by it, write 2024-12-31"),
        ("2024", DAY, "write its first or last day, 2024-01-01 or 2024-12-31"),
        ("31.12.2024", DAY, "write the date as YYYY-MM-DD"),
    ],
)
def test_a_wrong_cell_says_what_was_meant(cell, kind, mend):
    """Where it shows."""
    assert read(cell, kind).wrong[2][1].en == mend


@pytest.mark.parametrize("cell", ["4²", "④②", "Ⅳ", "₄₂", "４²", "⑴", "42️", "𝟒𝟐", "٤٢"])
def test_a_digit_of_another_kind_is_refused(cell):
    """A raised or circled digit is a footnote mark; others are foreign to the tables."""
    assert read(cell, NUMBER).wrong[2][0].en == "not a plain number"


@pytest.mark.parametrize(
    "cell", ["2024-01-3¹", "②024-01-31", "1948-12-31", "2101-01-01", "0001-01-01"]
)
def test_a_day_of_an_odd_year_or_digit_is_refused(cell):
    """The tables begin with 1949."""
    assert read(cell, DAY).wrong


@pytest.mark.parametrize(
    ("cell", "folded"), [("ａｎｈｕｉ", "anhui"), ("①", "①"), ("㎡", "㎡"), ("e\u0301", "é")]
)
def test_a_code_is_narrowed_and_composed_but_not_replaced(cell, folded):
    """Only full-width forms are folded."""
    assert read(cell, TEXT, coded=True).cells[2] == folded
