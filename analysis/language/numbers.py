"""
How a number reads in Chinese and in English: its digits, its scale and its interval.

It knows neither units nor rows; ``wording`` says what a number counts.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from .vocabulary import Language


def number(value: float, language: str) -> str:
    """
    A number for a label: in full below ten thousand, else with three significant digits.

    >>> [number(n, "zh") for n in (0, 45, 8574, 12_345, 262_116_300)]
    ['0', '45', '8574', '1.23万', '2.62亿']
    >>> [number(n, "en") for n in (45, 8_574, 12_345, 262_116_300)]
    ['45', '8,574', '12,300', '262 million']
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    sign, shown = "−" if value < 0 else "", _shown(abs(value))
    scale, word = _scale(value, language)
    if word:
        return f"{sign}{_rounded(float(shown) / scale)}{word}"
    return sign + (shown if Language(language) is Language.ZH else f"{Decimal(shown):,f}")


_SCALES = {
    Language.ZH: ((10**8, "亿"), (10**4, "万")),
    Language.EN: ((10**9, " billion"), (10**6, " million")),
}


def _scale(value: float, language: str) -> tuple[int, str]:
    """What *value* is counted in on a label: its size and its word."""
    shown = Decimal(_shown(abs(value)))
    scales = (*_SCALES[Language(language)], (1, ""))
    return next(scale for scale in scales if shown >= scale[0] or scale[0] == 1)


def _shown(size: float) -> str:
    """The digits of *size*: all below ten thousand, else three."""
    return _rounded(size) if size < 1_000 or size >= 9_999.5 else str(round(size))


def _rounded(size: float) -> str:
    """*size* with three significant digits, and no more decimals than it has."""
    if size == 0:
        return "0"
    text = _fixed(size, _decimals(size))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(size: float) -> int:
    """After how many decimals three significant digits of *size* end; below 0 before the point."""
    return 2 - math.floor(math.log10(size))


def _fixed(size: float, decimals: int) -> str:
    step = Decimal(1).scaleb(-decimals)
    return f"{Decimal(repr(float(size))).quantize(step, ROUND_HALF_UP):f}"


def exact(value: float) -> str:
    """
    A number in full, for tables and alt text.

    >>> exact(262116300.0), exact(83.84)
    ('262,116,300', '83.84')
    """
    text = f"{value:,.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def signed_percent(percent: float) -> str:
    """
    Return a change in percent with its sign, as printed.

    >>> signed_percent(4.7), signed_percent(-9.25)
    ('+4.7%', '−9.25%')
    """
    return f"{'+' if percent > 0 else ''}{exact(percent)}%"


def computed_percent(percent: float) -> str:
    """
    Return a computed change in percent with its sign and one decimal.

    >>> computed_percent(-15.98), computed_percent(0.02)
    ('−16.0%', '0.0%')
    """
    words = f"{percent:+.1f}%".replace("-", "−")
    return "0.0%" if words[1:] == "0.0%" else words


def ratio(value: float) -> str:
    """
    A ratio to two decimals.

    >>> ratio(45 / 51), ratio(float("inf"))
    ('0.88', '∞')
    """
    return "∞" if math.isinf(value) else f"{value:.2f}"


def percent(share: float) -> str:
    """
    A share in percent: one decimal, two where it is very small, none where it is all.

    >>> percent(97.75), percent(0.0906), percent(100.0)
    ('97.8%', '0.09%', '100%')
    """
    if share in {0.0, 100.0}:
        return f"{share:.0f}%"
    return f"{share:.2f}%" if share < 0.1 else f"{share:.1f}%"


def interval(lower: float, upper: float, language: str) -> str:
    """
    The two ends of an interval for a label, both as fine as three digits of the upper one.

    >>> interval(32.82, 60.21, "zh"), interval(0.02532, 5.572, "en"), interval(0, 3.689, "en")
    ('32.8–60.2', '0.03–5.57', '0–3.69')
    >>> interval(25_200, 26_800, "zh"), interval(9_800, 12_345, "en")
    ('2.52万–2.68万', '9,800–12,300')
    """
    return "–".join(_as_fine(end, upper, language) for end in (lower, upper))


def estimate(value: float, lower: float | None, upper: float | None, language: str) -> str:
    """
    A number with its interval, if it has one, in brackets; a broken number is as fine as that.

    >>> estimate(1.8, 1.297, 2.436, "en"), estimate(45, 32.82, 60.21, "zh")
    ('1.80 (1.30–2.44)', '45（32.8–60.2）')
    >>> estimate(1.8, None, None, "en"), estimate(45, math.nan, math.nan, "zh")
    ('1.8', '45')
    """
    if lower is None or upper is None or math.isnan(lower):
        return number(value, language)
    broken = not float(value).is_integer()
    told = _as_fine(value, upper, language) if broken else number(value, language)
    return told + bracketed(interval(lower, upper, language), language)


def times(value: float, lower: float | None, upper: float | None, language: str) -> str:
    """
    A ratio with its interval, if it has one, in brackets.

    >>> times(45 / 51, 0.578, 1.341, "en"), times(2, None, None, "zh")
    ('0.88 (0.58–1.34)', '2.00')
    """
    return ratio(value) + _ends(lower, upper, ratio, language)


def share(value: float, lower: float | None, upper: float | None, language: str) -> str:
    """
    A share in percent with its interval, if it has one, in brackets.

    >>> share(97.75, 97.12, 98.27, "en"), share(100, math.nan, math.nan, "zh")
    ('97.8% (97.1–98.3)', '100%')
    """
    return percent(value) + _ends(lower, upper, lambda end: percent(end).rstrip("%"), language)


def _ends(
    lower: float | None, upper: float | None, told: Callable[[float], str], language: str
) -> str:
    if lower is None or upper is None or math.isnan(lower):
        return ""
    return bracketed(f"{told(lower)}–{told(upper)}", language)


def bracketed(words: str, language: str) -> str:
    """
    *words* in the brackets of the language, after a space where it has spaces.

    >>> bracketed("1–2", "zh"), bracketed("1–2", "en")
    ('（1–2）', ' (1–2)')
    """
    return f"（{words}）" if Language(language) is Language.ZH else f" ({words})"


def _as_fine(value: float, upper: float, language: str) -> str:
    """*value* with as many decimals as *upper* has, where one scale serves both."""
    plain = number(value, language)
    if value == 0 or not (0 < abs(value) < math.inf and 0 < upper < math.inf):
        return plain
    scale, word = _scale(upper, language)
    decimals = _decimals(float(_rounded(upper / scale)))
    alone = scale == 1 and upper >= 1_000
    if alone or _scale(value, language)[1] != word or abs(value) / scale < 0.5 * 10**-decimals:
        return plain
    sign = "−" if value < 0 else ""
    return f"{sign}{_fixed(abs(value) / scale, max(decimals, 0))}{word}"
