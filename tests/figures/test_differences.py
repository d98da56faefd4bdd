"""Changes of values as commands and pages word them."""

import pytest

from analysis.figures import differences

ROW = {"region": "chuxiong", "indicator": "deaths", "breakdown": "", "period_end": "2024-12-31",
       "status": "actual", "measure": "level", "comparator": "=", "unit": "人",
       "unit_en": "people"}  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "zh"),
    [(("45人", "45人"), ("45人", "46人")), (("45人", "46人"), ("45人", "46人"))],
)
def test_a_changed_value_has_two_different_texts(printed, zh):
    """Also in Chinese, which shows the printed text, where that text was left as it was."""
    sides = [
        {"value": value, "printed": text} for value, text in zip((45, 46), printed, strict=True)
    ]
    change = {"row": ROW, "change": "changed", "before": sides[0], "after": sides[1]}
    (described,) = differences.described([change], [])

    assert (described["before"]["zh"], described["after"]["zh"]) == zh
    assert (described["before"]["en"], described["after"]["en"]) == ("45 people", "46 people")
