"""Any number, rendered in any of the styles a report uses, is read back exactly."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tables import numerals

DIGITS = "零一二三四五六七八九"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
WHOLE = st.integers(0, 10**13 - 1)


def chinese(number):
    """The number in words, as a report writes it."""
    if number == 0:
        return "零"
    words, rest = "", number
    for scale, word in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1, "")):
        section, rest = divmod(rest, scale)
        if section:
            gap = "零" if words and section < 1000 else ""
            words += gap + section_words(section) + word
        elif words and rest and scale > 1 and not words.endswith("零"):
            words += "零"
    return words.replace("零零", "零")


def section_words(section):
    """Four digits in words."""
    words = ""
    for scale, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, section = divmod(section, scale)
        if digit:
            words += DIGITS[digit] + word
        elif words and section and not words.endswith("零"):
            words += "零"
    return words


@given(WHOLE)
def test_digits_are_read_back(number):
    """Plain, grouped by thousands, and in full width."""
    assert numerals.value(str(number)) == number
    assert numerals.value(f"{number:,}") == number
    assert numerals.value(str(number).translate(WIDE)) == number


@given(WHOLE)
def test_words_are_read_back(number):
    """In Chinese words with 零 in the gaps, up to ten trillion."""
    assert numerals.value(chinese(number)) == number


@given(st.integers(1, 9), st.sampled_from("百千万亿"), st.integers(1, 9))
def test_a_last_digit_takes_the_next_lower_place(first, word, last):
    """三千五 is 3500, and 三千零五 is 3005."""
    scale = {"百": 100, "千": 1_000, "万": 10_000, "亿": 10**8}[word]
    short = f"{DIGITS[first]}{word}{DIGITS[last]}"

    assert numerals.value(short) == first * scale + last * scale // 10
    assert numerals.value(short.replace(word, word + "零")) == first * scale + last


@given(st.integers(1900, 2100))
def test_years_are_read_digit_by_digit(year):
    """二〇二四 is a row of digits."""
    assert numerals.value("".join(DIGITS[int(digit)] for digit in str(year))) == year
    spelt = "".join("〇" if digit == "0" else DIGITS[int(digit)] for digit in str(year))
    assert numerals.value(spelt) == year


@given(
    st.decimals(0, 10**6, places=2),
    st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8), ("万亿", 10**12)]),
    st.sampled_from(["", "余", "多"]),
    st.sampled_from(["元", "人次", "项,其中"]),
)
def test_scales_are_multiplied_out(number, scale, bound, unit):
    """1.3万余人次 and 1.3余万人次 are both 13000."""
    word, factor = scale
    raw = f"{number.normalize():f}"

    assert numerals.scaled(raw, f"{word}{bound}{unit}") == number * factor
    assert numerals.scaled(raw, f"{bound}{word}{unit}") == number * factor


@given(st.text(alphabet="0159.,，、 零一二十百千万亿两〇年月日起人余%（）", max_size=60))
def test_numerals_are_found_where_they_stand(text):
    """Each has its own characters, in order, and none overlaps the next."""
    found = list(numerals.find(text))

    assert all(text[n.start : n.end] == n.raw for n in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error_of_its_own(text):
    """A numeral is a number, or it is refused as none."""
    for numeral in numerals.find(text):
        try:
            number = numerals.scaled(numeral.raw, text[numeral.end :])
        except ValueError:
            continue
        assert number >= 0


@pytest.mark.parametrize(
    ("text", "raws"),
    [
        ("死亡45人,损失2.6万元", ["45", "2.6"]),
        ("两降三无", ["两", "三"]),
        ("1,052起、1,234.5万元", ["1,052", "1,234.5"]),
        ("二十大、第3季度", ["二十", "3"]),
        ("30余万", ["30", "万"]),
        ("3万亿", ["3"]),
    ],
)
def test_runs_are_the_contract_of_mentions(text, raws):
    """Digits and words, a 万 or 亿 right behind a digit belonging to it."""
    assert [numeral.raw for numeral in numerals.find(text)] == raws


@pytest.mark.parametrize(
    "raw", ["12,34", "1,2345", "1,052,3", "2024.5.21", "1.052,300", "34 x", "2024/1/1", "约三"]
)
def test_what_is_no_single_number_is_refused(raw):
    """12,34 may be two numbers, and 2024.5.21 is a day."""
    with pytest.raises(ValueError, match=raw):
        numerals.value(raw)


def test_a_value_keeps_its_printed_places():
    """2.50 is more precise than 2.5."""
    assert str(numerals.value("2.50")) == "2.50"
    assert numerals.value("2.50") == Decimal("2.5")
