"""How numbers and their intervals read, and that both ends are told equally fine."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.language import numbers


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (0, "0", "0"),
        (45, "45", "45"),
        (-45, "−45", "−45"),
        (8574, "8574", "8,574"),
        (9999, "9999", "9,999"),
        (9999.7, "1万", "10,000"),
        (10_000, "1万", "10,000"),
        (12_345, "1.23万", "12,300"),
        (12_355, "1.24万", "12,400"),
        (99_999, "10万", "100,000"),
        (999_999, "100万", "1 million"),
        (12_345_678, "1230万", "12.3 million"),
        (99_999_999, "1亿", "100 million"),
        (262_116_300, "2.62亿", "262 million"),
        (1.5e9, "15亿", "1.5 billion"),
        (83.84, "83.8", "83.8"),
        (1.925, "1.93", "1.93"),
        (0.0004, "0.0004", "0.0004"),
        (float("inf"), "∞", "∞"),
        (float("-inf"), "−∞", "−∞"),
    ],
)
def test_a_number_reads_as_its_readers_group_it(number, zh, en):
    """In full below ten thousand, else three significant digits; a half rounds up."""
    assert (numbers.number(number, "zh"), numbers.number(number, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("lower", "upper", "zh", "en"),
    [
        (0, 3.689, "0–3.69", "0–3.69"),
        (0.02532, 5.572, "0.03–5.57", "0.03–5.57"),
        (0.0004, 5.572, "0.0004–5.57", "0.0004–5.57"),
        (77.76, 117.2, "78–117", "78–117"),
        (4.115, 17.08, "4.1–17.1", "4.1–17.1"),
        (44.04, 74.98, "44.0–75.0", "44.0–75.0"),
        (1.297, 2.4, "1.30–2.40", "1.30–2.40"),
        (1_545, 1_704, "1545–1704", "1,545–1,704"),
        (9_800, 9_996, "9800–9996", "9,800–9,996"),
        (9_800, 12_345, "9800–1.23万", "9,800–12,300"),
        (25_000, 26_812, "2.50万–2.68万", "25,000–26,800"),
        (950_000, 1_041_000, "95万–104万", "950,000–1.04 million"),
        (2_500_000, 2_612_000, "250万–261万", "2.50 million–2.61 million"),
        (3.1, float("inf"), "3.1–∞", "3.1–∞"),
    ],
)
def test_both_ends_of_an_interval_are_equally_fine(lower, upper, zh, en):
    """Three digits of the upper end; a small end is never rounded to nothing."""
    assert (numbers.interval(lower, upper, "zh"), numbers.interval(lower, upper, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ((1.8, 1.297, 2.436), "1.80 (1.30–2.44)"),
        ((45, 32.82, 60.21), "45 (32.8–60.2)"),
        ((0, 0, 3.689), "0 (0–3.69)"),
        ((9.53, 8.12, 11.2), "9.5 (8.1–11.2)"),
        ((322.6, 312.4, 333.1), "323 (312–333)"),
    ],
)
def test_an_estimate_is_no_finer_than_its_interval(figures, told):
    """A count stays whole."""
    assert numbers.estimate(*figures, "en") == told


@given(
    lower=st.floats(1e-6, 1e12, allow_nan=False),
    wider=st.floats(1.001, 1e4, allow_nan=False),
    language=st.sampled_from(["zh", "en"]),
)
def test_no_end_of_an_interval_is_told_far_from_where_it_is(lower, wider, language):
    """Within half a step of three digits of the upper end, or of its own three digits."""
    upper = lower * wider

    told = [_read(end) for end in numbers.interval(lower, upper, language).split("–")]

    step = 10.0 ** (math.floor(math.log10(upper)) - 2)
    assert abs(told[1] - upper) <= 0.501 * step
    assert told[0] > 0
    assert abs(told[0] - lower) <= 0.501 * max(step, 10.0 ** (math.floor(math.log10(lower)) - 2))


def _read(text):
    """The number that a reader takes from a label."""
    scales = {"亿": 1e8, "万": 1e4, " billion": 1e9, " million": 1e6}
    for word, scale in scales.items():
        if text.endswith(word):
            return float(text.removesuffix(word)) * scale
    return float(text.replace(",", ""))
