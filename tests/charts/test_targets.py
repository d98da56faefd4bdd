"""The table of targets with their results."""

import pandas as pd
import pytest
from album import drawings
from drawings import Drawing
from tidy import frame, row

from analysis.charts import style
from analysis.charts.targets import targets as draw_targets
from analysis.comparability import findings
from analysis.errors import CrowdedError
from analysis.language import aims
from analysis.statistics import attainment


def drawn(rows, *, language="en", form="slide"):
    """The table of the targets of *rows*."""
    judged = attainment.judged(rows)
    with style.house_style():
        return Drawing(
            draw_targets(
                judged,
                title=findings.targets(judged),
                language=language,
                refused=attainment.without_target(rows, judged),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=[("zh", "slide"), ("en", "page")], ids="-".join)
def pages(request):
    """The pages of the real targets."""
    language, form = request.param
    return drawings("targets", language, form)


def limit(value, **changes):
    """A target for the deaths of a year."""
    return row(value=value, status="target", comparator="<=", printed="", **changes)


def test_every_target_is_a_line_of_the_table(pages, rows):
    """With its row in the record, in house order."""
    judged = attainment.judged(rows)

    assert [id_ for page in pages for id_ in page.figure.rows["id"]] == list(judged["id"])
    assert {id_ for page in pages for id_ in page.marks} == set(judged["id"])


def test_the_title_counts_targets_that_are_not_due(pages, rows):
    """20 targets; the ten without a date in the report cannot be due or not."""
    judged = attainment.judged(rows)
    undated = judged["outcome"].eq("undated").sum()

    assert (len(judged), undated) == (20, 10)
    caption = pages[0].figure.caption
    assert caption.title.en == "10 of 20 targets have no date (1/2)"
    assert judged["region"].eq("chuxiong").sum() == 11
    assert caption.subtitle.en == "None was due when written; Chuxiong sets 11 of 20 targets"
    assert caption.subtitle.zh == "成文时无一到期；20项目标楚雄占11项"


def test_dates_are_those_of_the_report(pages):
    """Anshan's 39 trades have none: "by then"."""
    said = pages[0].said
    words = {"zh": ("报告未写期限", "2023—2025年"), "en": ("no date given", "2023–2025")}

    for text in words[pages[0].figure.language]:
        assert text in said


def test_the_words_of_the_report_are_kept(pages):
    """不少于1次 in Chinese, a bound in English."""
    words = {"zh": "不少于1次", "en": "≥1 event"}[pages[0].figure.language]

    assert words in "\n".join(page.said for page in pages)


@pytest.mark.parametrize(
    ("result", "words"),
    [(0, "met: 0 people (0–3.69), 2024"), (45, "missed: 45 people (32.8–60.2), 2024")],
)
def test_a_result_is_written_with_its_verdict(result, words):
    """A zero target is a fact of the year."""
    drawing = drawn(frame(limit(0), row(value=result)))

    assert words in drawing.said.replace("\n", " ")


def test_a_target_without_a_result_is_not_missed():
    """The same target without a result has words only."""
    drawing = drawn(frame(limit(0), row("nantong", 3)))

    assert "no result reported" in drawing.said
    assert "missed" not in drawing.said.replace("not a missed target", "")
    assert len(drawing.marks) == 1


def test_a_target_without_date_and_result_cannot_be_judged():
    """Nothing was due, so that nothing is unreported."""
    drawing = drawn(frame(limit(0, dated=False), row("nantong", 3)))

    assert "cannot tell" in drawing.said
    assert "no result reported" not in drawing.said


def test_regions_without_targets_are_named(rows):
    """Nantong sets none."""
    refused = attainment.without_target(rows, attainment.judged(rows))

    assert refused["region"].tolist() == ["nantong"]


def test_too_many_lines_for_a_page_are_refused(rows):
    """A figure that cannot be read is not drawn."""
    target = rows[rows["status"].eq("target")].iloc[0].to_dict()
    many = frame(*[target | {"start": at, "id": str(at)} for at in range(60)])

    with pytest.raises(CrowdedError, match="do not fit one page"):
        drawn(many)


def test_a_page_without_targets_is_said():
    """A page without marks says so."""
    assert "nothing to draw" in drawn(frame(row())).said


def test_a_number_that_the_report_does_not_print_is_marked_as_implied(pages):
    """“All” is 100 % by our reading, a ban is 0; neither number is in the text."""
    rows = pd.concat([page.figure.rows for page in pages])
    words = {row["evidence"]: aims.target_as_printed(row).en for row in rows.to_dict("records")}

    assert words["全覆盖开展乡村干部、地震救援“第一响应人”培训"] == "100% (implied)"
    assert (
        words["及时准确报送突发或敏感事件信息,杜绝迟报、谎报、瞒报、漏报现象"]
        == "0 cases (implied)"
    )
    assert words["全年至少开展2次区级综合应急救援演练"] == "≥2 events"
