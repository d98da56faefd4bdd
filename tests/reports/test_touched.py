"""Characters beside a figure that it does not use are told."""

import pytest
from qingshan import CATALOGUE, TOLD

from analysis.reports.reader import read


def signs(text):
    """The characters that the doubts of all rows name."""
    rows = read(text, TOLD, CATALOGUE)
    return [d.values["sign"] for row in rows for d in row.doubts if d.id == "touched"]


TOUCHED = {
    "检查企业12\n34家次。": "12",
    "检查企业1 2家。": "1",
    "火灾≥5起。": "≥",
    "死亡1O人。": "O",
    "受伤I5人。": "I",
    "投入5元3角。": "3角",
    "持续2小时30分。": "30分",
    "增长\ufffd5%。": "\ufffd",
    "事故12³起。": "³",
    "检查企业12①家。": "①",
    "产量10⁴吨。": "⁴",
    "检查企业3/5家。": "/",
}
WHOLE = (
    "检查企业1,234家，死亡3人。",
    "统一检查30家。",
    "每组配备3-5人。",
    "面积300m²。",
    "同比下降12.5%。",
    "事故12起3人死亡。",
    "投入3.5亿元，近3年12起。",
    "形成“1+49”预案体系。",
    "2024年12起。",
    "检查企业约12家以上。",
)


@pytest.mark.parametrize("text", TOUCHED)
def test_a_character_that_the_reading_leaves_out_is_a_doubt(text):
    """A digit, sign, letter, raised mark or rest of an amount beside the figure."""
    assert TOUCHED[text] in signs(text)


@pytest.mark.parametrize("text", WHOLE)
def test_a_figure_read_with_all_its_characters_has_no_such_doubt(text):
    """What is used, or belongs to another word, is not told."""
    assert signs(text) == []
