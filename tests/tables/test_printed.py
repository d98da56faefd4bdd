"""A printed figure states the number that a reader takes from it, in every usual form."""

from decimal import Decimal

import pytest

from analysis.tables.printed import numbers, states

# Text, the numeral in it, and what it states.
STATED = [
    ("死亡45人", "45", "45"),
    ("损失26211.63万元", "26211.63", "262116300"),
    ("罚款1亿2000万元", "1", "120000000"),
    ("资金1亿3千万元", "1", "130000000"),
    ("共３６起", "３６", "36"),
    ("损失３１２０．５万元", "３１２０", "31205000"),
    ("整改率９９．１％", "９９", "99.1"),
    ("下降两成", "两", "20"),
    ("占九成五", "九", "95"),
    ("占六成半", "六", "65"),
    ("占8成以上", "8", "80"),
    ("新成立3个,一成立就巡查", "一", "1"),
    ("占三分之二", "二", "66.67"),
    ("占三分之二", "三", "66.7"),
    ("占四分之三", "三", "75"),
    ("占2分之1", "1", "50"),
    ("覆盖率百分之九十八", "九十八", "98"),
    ("死亡率千分之三", "三", "3"),
    ("是去年的2.5倍", "2.5", "2.5"),
    ("疏散三万五千人", "三万五千", "35000"),
]


@pytest.mark.parametrize(("text", "raw", "number"), STATED)
def test_a_figure_states_its_number(text, raw, number):
    """What a reader takes from the words around the numeral."""
    start = text.index(raw)

    assert Decimal(number) in numbers(text, start, start + len(raw))


@pytest.mark.parametrize(
    ("text", "raw", "wrong"),
    [
        ("下降两成", "两", "2"),
        ("整改率９９．１％", "９９", "99"),
        ("罚款1亿2000万元", "1", "100000000"),
        ("占三分之二", "二", "2"),
        ("占三分之二", "二", "66.6"),
        ("占九成五", "九", "90"),
    ],
)
def test_half_of_a_figure_is_not_what_it_states(text, raw, wrong):
    """The numeral alone, or a fraction cut off instead of rounded, is another number."""
    start = text.index(raw)

    assert Decimal(wrong) not in numbers(text, start, start + len(raw))


def test_a_serial_number_states_none():
    """Dots as in a date give no number."""
    with pytest.raises(ValueError, match=r"2024\.5\.21"):
        numbers("2024.5.21", 0, 9)


@pytest.mark.parametrize(
    ("printed", "length", "numbers"),
    [
        ("45人", 2, {45}),
        ("26211.63万元", 8, {262116300}),
        ("1.2万余场次", 3, {12000}),
        ("第二名", 1, {2}),
        ("无重大事故", 5, {0, 1, 100}),
        ("2024.5.21", 9, {0, 1, 100}),
    ],
)
def test_a_printed_figure_states_its_numbers(printed, length, numbers):
    """With 万 and 亿 multiplied out; a phrase without a numeral states 0, 1 or 100."""
    amounts = {0, 1, 2, 45, 100, 12000, 26211.63, 262116300}
    assert {value for value in amounts if states(printed, length, value)} == numbers
