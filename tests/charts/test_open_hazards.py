"""The drawing of what was found and what was rectified."""

import pytest
from album import drawings
from drawings import Drawing
from tidy import ABSENT, frame, row

from analysis.charts import style
from analysis.charts.open_hazards import open_hazards as draw_open_hazards
from analysis.comparability import findings
from analysis.statistics import rates, wholes

FORMS = [("zh", "slide"), ("en", "page")]


def drawn(rows, *, language="en", form="slide"):
    """The figure of the campaigns of *rows*, as the notebook draws it."""
    shares = wholes.most_open(rates.shares(rows))
    with style.house_style():
        return Drawing(
            draw_open_hazards(
                shares,
                title=findings.open_hazards(shares),
                language=language,
                refused=wholes.unclosed(rows, set(shares["region"]), ABSENT),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def loops(request):
    """The figure of the real tables."""
    language, form = request.param
    (drawing,) = drawings("open_hazards", language, form)
    return drawing


def loop(region, found, rectified):
    """Two rows: hazards found and hazards rectified."""
    names = {"theme": "hazards", "quantity": "count", "unit": "项", "indicator_zh": "隐患"}
    names |= {"printed": ""}
    return [
        row(region, found, indicator="hazards_found", **names),
        row(region, rectified, indicator="hazards_rectified", **names),
    ]


def test_marks_are_at_the_counts_of_their_rows_without_an_interval(loops):
    """Ring at the cases rectified, dot at those found, on one axis from 0."""
    for share in loops.figure.rows.to_dict("records"):
        (ring,) = loops.named(f"mark-{share['id']}")
        (dot,) = loops.named(f"found-{share['id']}")
        assert ring.get_xdata()[0] == share["cases"]
        assert dot.get_xdata()[0] == share["total"]
        assert dot.axes.get_xlim()[0] == 0
        assert not loops.named(f"interval-{share['id']}")


def test_numbers_are_printed_as_in_the_report(loops):
    """5556项 and 2802个 in Chinese, all digits in English; the differences in the same unit."""
    words = {
        "zh": ("5556项", "4658项", "2802个", "898项", "63个"),
        "en": ("5,556", "4,658", "2,802", "898"),
    }

    for number in words[loops.figure.language]:
        assert number in loops.said.split("\n")


def test_the_title_is_the_campaign_with_the_largest_difference(loops):
    """Violations: 5,556 found, 4,658 rectified; no report states what became of the other 898."""
    title = loops.figure.caption.title

    assert title.en == "Chuxiong: 4,658 of 5,556 violations rectified"
    assert title.zh == "楚雄违法行为5556项，整改4658项"
    assert loops.figure.rows["open"].tolist() == [898, 65, 63, 0, 0]


def test_a_difference_is_not_called_open(loops):
    """898 and 63 are computed; of 195 and 44 the report prints that all were rectified."""
    language = loops.figure.language
    words = {"zh": ("（计算得出）", "全部整改"), "en": ("(computed)", "all rectified")}
    computed, closed = words[language]
    lines = loops.said.split("\n")

    assert (lines.count(computed), lines.count(closed)) == (2, 2)
    title, alt = loops.figure.caption.title[language], loops.figure.caption.alt[language]
    for text in (title, alt):
        assert not {"open", "未整改"} & set(text.split())
        assert "898" not in text


def test_major_hazards_among_others_are_no_row_of_their_own(loops):
    """共查出各类安全隐患195项(其中重大隐患3项)."""
    words = {"zh": "其中重大3项", "en": "3 of them major"}

    assert words[loops.figure.language] in loops.said.replace("\n", " ")
    assert 3 not in loops.figure.rows["total"].tolist()


def test_a_reconstructed_count_is_called_so(loops):
    """2387 is nowhere printed: it follows from 97.35 % of 2452; both are of those on time."""
    words = {"zh": "2387项推算，按期整改率97.35%", "en": "2,387 reconstructed; 97.35% on time"}
    late = {"zh": "65项未按期（推算）", "en": "65 not on time (reconstructed)"}
    said = loops.said.replace("\n", "" if loops.figure.language == "zh" else " ")

    assert words[loops.figure.language] in said
    assert late[loops.figure.language] in said


def test_a_printed_rate_is_beside_the_count(loops):
    """整改违法行为4658项,整改率达83.84%: as printed, not as computed."""
    words = {"zh": "4658项|整改率83.84%", "en": "4,658|rate 83.84%"}

    assert words[loops.figure.language] in loops.said.replace("\n", "|")
    assert loops.figure.rows["rate_printed"].tolist() == ["83.84%", "97.35%", "", "", ""]


def test_one_figure_for_both_ends_is_a_reason_and_no_mark(loops, rows):
    """Nantong's 3586 found-and-rectified hazards cannot be open or closed."""
    reasons = {entry.region: entry.reason.en for entry in loops.figure.caption.left_out}

    assert list(reasons) == ["anhui", "anshan", "nantong", "yaohai"]
    assert "one figure" in reasons["nantong"]
    both = rows[rows["indicator"].str.contains("found_and_rectified")]
    assert not set(both["id"]) & set(loops.marks)


def test_regions_are_in_house_order_and_named():
    """Level, then adcode, from the top down."""
    drawing = drawn(frame(*loop("chuxiong", 10, 9), *loop("anshan", 100, 20)))
    heights = {
        share["region"]: drawing.named(f"mark-{share['id']}")[0].get_ydata()[0]
        for share in drawing.figure.rows.to_dict("records")
    }

    assert list(heights) == ["anshan", "chuxiong"]
    assert heights["anshan"] > heights["chuxiong"]
    assert "Anshan · Hazards" in drawing.said


def test_nothing_open_and_nothing_known_are_said():
    """All rectified is a title of its own; one end alone is a reason."""
    closed = drawn(frame(*loop("chuxiong", 10, 10)))
    alone = drawn(frame(loop("chuxiong", 10, 9)[0]))

    assert closed.figure.caption.title.en == "Chuxiong: all 10 hazards rectified"
    assert "nothing to draw" in alone.said
    assert "rectified not given" in alone.figure.caption.left_out[0].reason.en
