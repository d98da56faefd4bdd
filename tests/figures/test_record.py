"""A figure as files: the same bytes twice, nothing half written, a record of each row."""

import errno
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from drawings import bare
from PIL import Image
from tidy import ABSENT, context, frame, population, row

import analysis as rs
from analysis import project
from analysis.charts import Caption, style
from analysis.charts.comparison import comparison as draw_comparison
from analysis.charts.page import Page
from analysis.charts.trend import trend as draw_trend
from analysis.comparability import findings, rules
from analysis.errors import GlyphError, UsageError
from analysis.figures.record import save
from analysis.language.text import Text
from analysis.statistics import gaps, rates
from analysis.statistics import years as annual

PEOPLE = frame(
    population("chuxiong", 2_000_000, 2024),
    population("nantong", 8_000_000, 2024),
)


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """The folder of a running job."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage"))
    return tmp_path / "stage"


def compared():
    """A comparison of two counts, a percentage and a silent plan."""
    rows = frame(
        row("nantong", 100),
        row("chuxiong", 40),
        row("anshan", value=-9.2, measure="change_pct", unit="%", printed="9.2%"),
        row("yaohai", kind="plan", indicator="drills"),
    )
    return rules.comparable(rates.rates(rates.limits(rows), PEOPLE), "deaths", ABSENT)


def comparison(language="zh"):
    """The picture of the comparison."""
    result = compared()
    with style.house_style():
        return draw_comparison(
            result.rows,
            title=findings.comparison(result),
            language=language,
            refused=result.refused,
            cautions=result.cautions,
            scale=result.scale,
        )


def trend():
    """A picture with arrows, hollow dots and whiskers."""
    rows = frame(
        row(value=45),
        row(value=51, year=2023),
        row("anhui", value=-1, measure="direction", unit="", printed="下降"),
    )
    other = frame(context(value=53, year=2022))
    years = rates.limits(annual.levels(rows, other, "deaths", first_year=2020))
    changes = annual.changes_of(rows, other, "deaths", first_year=2020)
    stated = changes[changes["mark"].ne("exact")]
    with style.house_style():
        return draw_trend(
            pd.concat([years, stated], ignore_index=True),
            title=findings.trend(years, stated, changes),
            language="en",
            refused=gaps.regions(rows, "deaths", {"chuxiong", "anhui"}, ABSENT),
        )


def plain(text):
    """A page that says one thing."""
    caption = Caption(title=Text("甲", "one"), subtitle=text, source=text, alt=text)
    return bare(Page(caption, "zh"))


def test_a_figure_is_its_formats_and_its_record(stage):
    """SVG, PNG and one JSON; what is shown is the PNG that was written."""
    shown = save(comparison(), "comparison-deaths-zh")

    assert sorted(path.name for path in stage.iterdir()) == [
        "comparison-deaths-zh.json",
        "comparison-deaths-zh.png",
        "comparison-deaths-zh.svg",
    ]
    assert shown.data[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_plan_may_ask_for_other_formats(stage, monkeypatch):
    """What the runner hands on holds where the notebook names none."""
    monkeypatch.setenv(project.FORMATS, "png,pdf")

    save(comparison(), "figure")

    assert {path.name for path in stage.iterdir()} == {"figure.png", "figure.pdf", "figure.json"}
    assert (stage / "figure.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("draw", [comparison, trend])
def test_the_same_figure_twice_is_the_same_bytes(stage, monkeypatch, draw):
    """SVG, PNG, PDF and the record, drawn anew under other settings and another clock."""
    kinds = ("svg", "png", "pdf")
    save(draw(), "figure", formats=kinds)
    first = {path.name: path.read_bytes() for path in stage.iterdir()}

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    with mpl.rc_context({"font.size": 30, "svg.hashsalt": "other", "savefig.dpi": 30}):
        save(draw(), "figure", formats=kinds)

    assert {path.name: path.read_bytes() for path in stage.iterdir()} == first


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_last_line_leads_to_the_method_and_names_the_figure(stage, language):
    """The page it points to exists, and the mark after it is the one in the record."""
    picture = comparison(language)

    save(picture, "deaths")

    text = (stage / "deaths.svg").read_text("utf-8")
    made = json.loads((stage / "deaths.json").read_text("utf-8"))
    target = re.search(r'<a xlink:href="\.\./\.\./(docs/method[^"]+)"', text)[1]
    assert (Path(__file__).parents[2] / target).is_file()
    last = min(picture.plot.texts, key=lambda words: words.get_position()[1]).get_text()
    assert last.startswith({"zh": "方法说明", "en": "Method notes"}[language])
    assert last.endswith(f"deaths · {made['fingerprint']}")


def test_the_language_changes_the_figure(stage):
    """Same rows, other words."""
    for language in ("zh", "en"):
        save(comparison(language), f"figure-{language}")

    assert (stage / "figure-zh.png").read_bytes() != (stage / "figure-en.png").read_bytes()


def test_the_record_leads_from_each_mark_to_its_sentence(stage):
    """Rows with evidence and place, refusals with reasons in both languages, alt text, sources."""
    save(comparison(), "figure")

    record = json.loads((stage / "figure.json").read_text("utf-8"))
    assert [(r["region"], r["value"], r["rate"]) for r in record["rows"]] == [
        ("nantong", 100, 1.25),
        ("chuxiong", 40, 2),
    ]
    assert all(r["evidence"] and r["start"] == 100 and r["method"] for r in record["rows"])
    assert [(r["region"], r["rule"]) for r in record["refused"]] == [
        ("anshan", "percent_only"),
        ("yaohai", "plan_report"),
    ]
    assert all(r["reason_zh"] and r["reason_en"] for r in record["refused"])
    for field in ("title", "subtitle", "source", "alt", "caption"):
        assert set(record[field]) == {"zh", "en"}
        assert all(record[field].values())


def test_the_record_is_plain_json_without_gaps_or_infinities(stage):
    """A missing cell has no field; infinity is a word; times are dates."""
    picture = comparison()
    rows = picture.rows.assign(ratio=[float("inf"), float("nan")])

    save(replace(picture, rows=rows), "figure")

    rows = json.loads((stage / "figure.json").read_text("utf-8"))["rows"]
    assert rows[0]["ratio"] == "∞"
    assert "ratio" not in rows[1]
    assert "breakdown" not in rows[0]
    assert rows[0]["period_end"] == "2024-12-31"


def test_a_wider_region_drawn_as_a_line_is_in_the_record(stage):
    """What is drawn has its source, a benchmark too."""
    result = compared()
    wider = frame(
        context("china", 28_000),
        population("china", 1.4e9, 2024, indicator="population_year_end"),
    )
    with style.house_style():
        picture = draw_comparison(
            result.rows,
            title=findings.comparison(result),
            language="zh",
            refused=result.refused,
            benchmarks=rates.benchmark(wider, result.rows),
            scale=result.scale,
        )

    save(picture, "figure")

    record = json.loads((stage / "figure.json").read_text("utf-8"))
    assert [r["region"] for r in record["beside"]] == ["china"]
    assert any(line["name"].startswith("benchmark-") for line in record["lines"])


def test_every_row_drawn_has_a_mark_in_the_record(stage):
    """The ids agree."""
    save(trend(), "figure")

    record = json.loads((stage / "figure.json").read_text("utf-8"))
    assert {m["id"] for m in record["marks"]} == {r["id"] for r in record["rows"]}


def test_a_missing_glyph_stops_the_figure_before_anything_is_written(stage):
    """In the caption and inside the axes."""
    with pytest.raises(GlyphError, match="𓀀"):
        plain(Text("安全𓀀", "safety"))
    picture = comparison()
    picture.plot.axes[0].annotate("𓀀", (0, 0))
    with pytest.raises(GlyphError, match="𓀀"):
        save(picture, "figure")
    assert not stage.exists()


@pytest.mark.parametrize("name", ["../figure", "a/b", "", "Figure", "图", ".hidden", "a b"])
def test_a_name_that_is_no_plain_file_name_is_refused(stage, name):
    """Nothing is written beside the stage."""
    with pytest.raises(UsageError, match="small letters"):
        save(comparison(), name)
    assert not stage.exists()


def test_an_unknown_format_names_the_known_ones(stage):
    """Before anything is drawn."""
    with pytest.raises(UsageError, match="svg, png, pdf"):
        save(comparison(), "figure", formats=["svg", "gif"])
    assert not stage.exists()


def test_a_figure_that_cannot_be_written_leaves_the_old_one_whole(stage, monkeypatch):
    """A full disk, or a process that dies: the reader sees the old file or the new one."""
    save(comparison("zh"), "figure")
    before = (stage / "figure.png").read_bytes()

    def no_space(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "replace", no_space)
    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(OSError, match="no space left"):
        save(comparison("en"), "figure")

    assert (stage / "figure.png").read_bytes() == before
    assert [path for path in stage.iterdir() if path.suffix == ".tmp"] == []


@pytest.mark.usefixtures("stage")
def test_the_text_alternative_is_in_the_language_of_the_picture():
    """A screen reader reads what the reader reads."""
    shown = save(comparison("en"), "figure")

    assert shown.alt.startswith("Deaths: per person, Chuxiong has")


def test_a_mark_is_recorded_where_the_written_picture_has_it(stage):
    """Every box lies inside the plot, arrows too, and holds ink of its region's colour."""
    save(trend(), "trend-deaths-zh", formats=("png",))
    record = json.loads((stage / "trend-deaths-zh.json").read_text("utf-8"))
    with Image.open(stage / "trend-deaths-zh.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    high, wide, _ = pixels.shape
    regions = {one["id"]: one["region"] for one in record["rows"]}

    assert {one.get("direction") for one in record["rows"]} & {-1, 1}
    for mark in record["marks"]:
        left, top, width, height = mark["box"]
        assert left >= 0
        assert top >= 0
        assert left + width <= 1
        assert top + height <= 1
        box = pixels[
            round(top * high) : round((top + height) * high) + 1,
            round(left * wide) : round((left + width) * wide) + 1,
        ]
        ink = np.array(mpl.colors.to_rgb(style.colour(regions[mark["id"]]))) * 255
        assert (np.abs(box - ink).max(axis=2) < 60).any(), mark["id"]


@pytest.mark.parametrize(("language", "words"), [("zh", "数据表未通过检查"), ("en", "tables fail")])
def test_a_page_of_tables_that_fail_their_check_says_so(tmp_path, monkeypatch, language, words):
    """46 deaths where the report prints 45, saved by hand; sound tables leave no such words."""
    monkeypatch.delenv(project.OUTPUT, raising=False)
    for name in ("data", "notebooks"):
        ignored = shutil.ignore_patterns("originals", "*.ipynb")
        shutil.copytree(project.home() / name, tmp_path / name, ignore=ignored)
    monkeypatch.chdir(tmp_path)
    rs.trend("deaths", language=language).save(formats=["svg"])
    picture = tmp_path / "figures" / "by_hand" / f"trend-deaths-{language}.svg"
    assert words not in picture.read_text("utf-8")

    table = tmp_path / "data" / "observations" / "chuxiong.csv"
    wrong = table.read_text("utf-8").replace(
        "actual,level,=,45,人,45人", "actual,level,=,46,人,45人"
    )
    table.write_text(wrong, "utf-8")
    with pytest.warns(UserWarning, match="fail `check`"):
        rs.trend("deaths", language=language).save(formats=["svg"])
    assert words in picture.read_text("utf-8")
