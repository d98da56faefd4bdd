"""The page that opens a briefing: deaths as each report has them, and the findings."""

import pytest
from album import drawings


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ["同比下降", "目标：逐年下降", "同比下降14.3%", "45人", "未列"]),
        ("en", ["down", "target: fall every year", "14.3% down", "45 people", "no figure"]),
    ],
)
def test_deaths_are_as_each_report_has_them(language, said):
    """A direction, a target, a percentage, a count, and nothing in Yaohai's plan."""
    (drawing,) = drawings("overview", language)
    left = drawing.picture.get_figwidth() * drawing.picture.dpi / 2
    heights = [
        next(box.y1 for text, box in drawing.words if text == each and box.x1 < left)
        for each in said
    ]

    assert heights == sorted(heights, reverse=True)
    assert set(drawing.figure.beside["indicator"]) == {"deaths"}
