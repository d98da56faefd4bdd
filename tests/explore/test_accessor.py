"""What rows answer at a prompt, and that each answer is the public function's own."""

import base64
import subprocess
import sys

import pandas as pd
import pytest

import analysis as rs
from analysis.comparability import families, rules
from analysis.errors import UsageError, WordError
from analysis.explore import explain
from analysis.language.text import Text
from analysis.statistics import rates, years
from analysis.tables import simulated
from analysis.tables.frames import plain


@pytest.fixture(scope="module")
def ours():
    """The rows of the repository, as a user loads them."""
    return rs.load().rows


@pytest.fixture(scope="module")
def national(tmp_path_factory):
    """A small made-up panel."""
    folder = tmp_path_factory.mktemp("national")
    simulated.simulate(folder, regions=25, years=4, indicators=4)
    return rs.load(folder)


def test_rate_is_what_derive_says(ours, rated):
    """Marks, limits and rates, in the order of the rows."""
    pd.testing.assert_frame_equal(plain(ours.safety.rate())[list(rated)], rated)


def test_a_rate_can_be_asked_twice_and_for_another_number_of_people(ours, rated):
    """A question does not stand in the way of the next."""
    again = ours.safety.rate().safety.rate(per=1_000_000)

    pd.testing.assert_series_equal(again["rate"], 10 * rated["rate"])


def test_change_is_what_annual_says_of_these_rows(ours, rows, context):
    """Only regions, indicators and parts that are asked about."""
    mine = ours[ours["region"].eq("chuxiong") & ours["indicator"].eq("deaths")]
    every = years.changes(rows, context)
    due = every[every["region"].eq("chuxiong") & every["indicator"].eq("deaths")]
    due = due[due["breakdown"].isin(mine["breakdown"])]

    found = mine.safety.change()

    pd.testing.assert_frame_equal(plain(found)[list(due)], due.reset_index(drop=True))
    latest = found.iloc[-1]
    assert (latest["value"], latest["before"]) == (45, 51)
    assert round(latest["ratio"], 2) == 0.88


def test_compare_is_what_compare_says(ours, rated):
    """Kept, refused and cautions, for the regions of the rows."""
    due, found = families.comparable(rated, "deaths", rs.load()), ours.safety.compare("deaths")

    pd.testing.assert_frame_equal(found.rows, due.rows)
    pd.testing.assert_frame_equal(found.refused, due.refused)
    assert (found.cautions, found.scale) == (due.cautions, due.scale)


def test_reasons_cite_what_the_reports_print_instead(ours):
    """Anshan's report describes drills; counts kinds of supplies, not pieces."""
    drills = ours.safety.compare("drills_held").refused.set_index("region").loc["anshan"]
    stock = ours.safety.compare("relief_supplies_stock").refused.set_index("region").loc["anshan"]

    assert (drills["rule"], drills["evidence"]) == ("mentioned", "组织开展系列应急救援演练")
    assert (stock["rule"], stock["report"]) == ("told_elsewhere", "anshan-2023")
    assert stock["evidence"] == "全市抢险装备和物资达到9大类176种"
    assert stock["reason_zh"].startswith("另列为")


def test_compare_takes_the_regions_of_the_rows(ours):
    """A reader who asks about two regions hears of two."""
    two = ours[ours["region"].isin(["nantong", "chuxiong"])]

    found = two.safety.compare("deaths")

    assert set(found.rows["region"]) | set(found.refused["region"]) == {"nantong", "chuxiong"}
    assert repr(two.safety.compare("生产安全事故死亡人数")) == repr(found)


def test_why_is_what_explain_says(ours, data):
    """And shows itself as it reads."""
    told = ours.safety.why("yaohai", "deaths", language="en")

    originals = data.folder / "originals"
    due = explain.explain(data, "yaohai", "deaths", language="en", originals=originals)
    assert told == due
    assert repr(told) == due
    year = ours.safety.why("chuxiong", "deaths", "2024")
    assert ours.safety.why("楚雄", "生产安全事故死亡人数", 2024) == year


def test_an_unknown_word_names_the_nearest(ours):
    """In every question that takes one."""
    with pytest.raises(WordError, match="did you mean deaths"):
        ours.safety.compare("death")
    with pytest.raises(WordError, match="chuxiong"):
        ours.safety.why("chuxong", "deaths")


def test_other_frames_have_no_answers():
    """The accessor is for our rows."""
    with pytest.raises(AttributeError, match=r"analysis\.load"):
        pd.DataFrame({"a": [1]}).safety.rate()


def test_rows_that_forgot_their_tables_ask_the_project(ours, rated):
    """A merge drops the attributes of a frame."""
    forgotten = pd.DataFrame(ours.to_dict("series"))
    assert not forgotten.attrs

    pd.testing.assert_series_equal(forgotten.safety.rate()["rate"], rated["rate"])


def test_no_question_changes_the_rows(ours):
    """Frame in, new frame out."""
    before = ours.copy()

    ours.safety.rate(), ours.safety.change(), ours.safety.compare("deaths")

    pd.testing.assert_frame_equal(ours, before)


def test_what_is_loaded_is_the_users_own():
    """A user who spoils a frame spoils no later answer."""
    mine = rs.load().rows
    mine["value"] = -1.0

    assert rs.load().rows["value"].ge(0).any()
    assert mine.safety.why("chuxiong", "deaths", "2024", language="zh").startswith("楚雄")


def test_a_panel_answers_the_same_questions(national):
    """Rates, changes, comparisons and reasons, from rows that are codes."""
    rows = national.of("deaths")
    kept = national.rows.safety.compare("deaths")

    assert set(kept.rows["region"]) | set(kept.refused["region"]) == set(national.reporters.index)
    rated = rows.safety.rate()
    assert len(rated) == len(rows)
    pd.testing.assert_frame_equal(rated.safety.rate(), rated)
    levels = rated["measure"].eq("level") & rated["comparator"].eq("=")
    assert rated.loc[levels, "rate_lower"].notna().all()
    assert rows.safety.change()["ratio"].notna().any()
    assert "simaab" in national.rows.safety.why("simaab", "deaths", language="en")
    name = national.regions.set_index("region").loc["simaab", "name_zh"]
    assert rows.safety.why(name, "deaths") == rows.safety.why("simaab", "deaths")
    with pytest.raises(WordError, match="region 'simzzz'"):
        rows.safety.why("simzzz", "deaths")


def test_a_panel_tells_the_regions_asked_about(national):
    """As ordinary rows do."""
    rows = national.rows
    some = rows[rows["region"].isin(["simaaa", "simaab"])]

    found = some.safety.compare("accidents")

    assert set(found.rows["region"]) | set(found.refused["region"]) == {"simaaa", "simaab"}


def test_too_many_rows_at_once_are_refused(national, monkeypatch):
    """With what to ask instead."""
    monkeypatch.setattr("analysis.explore.accessor.MOST", 10)

    with pytest.raises(UsageError, match=r"data\.of\('deaths'\)"):
        national.rows.safety.rate()


def test_a_comparison_shows_which_part_a_figure_covers(ours):
    """Between region and period; a figure of the whole has nothing there."""
    inspected = ours.safety.compare("entities_inspected")
    drills = repr(ours.safety.compare("drills_held"))

    scope = "全州应急管理部门现场执法检查 Emergency authorities of the prefecture, on site"
    assert f"楚雄 Chuxiong · {scope} · 2024 · 918 entities · 1 of 3" in repr(inspected)
    assert f"<td>{scope}</td>" in inspected._repr_html_()
    assert "楚雄 Chuxiong · 2024 · 8,574 events" in drills


def test_a_comparison_shows_itself_escaped(ours):
    """A word of a table is text, whatever it looks like."""
    found = ours.safety.compare("drills_held")
    evil = "<script>alert(1)</script>"
    sly = rules.Comparison(
        found.indicator,
        Text(evil, evil),
        found.rows.assign(region_en=evil, unit_en=evil, breakdown_en=evil),
        found.refused.assign(reason_en=evil, region_zh=evil),
        (Text(evil, evil),),
        "value",
    )

    shown = sly._repr_html_() + rs.comparability.displays.Told(evil)._repr_html_()

    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") > 5
    assert "alert(1)" in repr(sly)


def test_a_long_comparison_is_cut_and_says_so(national):
    """Thousands of rows are for a chart."""
    found = national.rows.safety.compare("deaths")

    assert f"… {len(found.rows) - rs.comparability.displays.SHOWN} more" in repr(found)
    assert found._repr_html_().count("<tr>") <= 2 * (rs.comparability.displays.SHOWN + 1)


def test_the_front_door_completes_and_explains():
    """Every name that completion offers opens, and says what it is."""
    names = dir(rs)

    assert {"load", "charts", "comparability", "style"} <= set(names)
    assert [name for name in names if not (getattr(rs, name).__doc__ or "").strip()] == []
    with pytest.raises(AttributeError, match="no attribute 'loda'"):
        _ = rs.loda


def test_style_is_a_context():
    """And puts the settings back."""
    import matplotlib as mpl

    before = mpl.rcParams["font.family"]
    with rs.style():
        assert mpl.rcParams["font.family"] == [rs.charts.style.FAMILY]
    assert mpl.rcParams["font.family"] == before


def test_a_chart_shows_itself_in_our_look(ours, monkeypatch):
    """Outside of the style it was drawn in, at a prompt without a backend; no axes are taken."""
    import IPython.display
    import matplotlib as mpl

    from analysis.charts.comparison import comparison as draw_comparison

    found = ours.safety.compare("drills_held")
    with rs.style():
        chart = draw_comparison(
            found.rows, title=rs.comparability.findings.comparison(found), language="en",
            refused=found.refused,
            cautions=found.cautions, scale=found.scale,
        )  # fmt: skip
    due = chart._repr_png_()
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda part, **_: shown.append(part))
    with mpl.rc_context({"savefig.facecolor": "red", "font.family": ["serif"]}):
        chart._ipython_display_()

    picture, words = shown
    assert base64.b64decode(picture["image/png"]) == due
    assert "Source" in words.data
    assert due.startswith(b"\x89PNG")


def test_the_front_door_costs_nothing_until_it_is_opened():
    """A run with nothing to do never imports pandas."""
    code = "import sys, analysis; dir(analysis); print('pandas' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert found.stdout == "False\n"


def test_rates_can_be_for_any_number_of_people(ours):
    """The default is that of the charts."""
    assert rates.PER == 100_000
    assert ours.safety.rate(per=1)["rate"].max() < 1_000


def test_expected_counts_are_those_of_the_figure(ours):
    """45 deaths against 32 at the national rate, and 149 against 105 in three years."""
    found = ours[ours["region"].eq("chuxiong")].safety.expected("deaths")

    nation = found[found["region"].eq("chuxiong") & found["of"].eq("china")]
    assert nation["value"].tolist() == [53, 51, 45, 149]
    assert nation["ratio"].round(2).tolist() == [1.41, 1.45, 1.39, 1.42]
    with pytest.raises(UsageError, match="no yearly count of drills_held in the nation"):
        ours.safety.expected("drills_held")


def test_parts_are_those_of_a_printed_whole(ours):
    """24 of 45 deaths are of road traffic; the parts add up to the whole."""
    found = ours.safety.parts("deaths")

    assert found["part_en"].iloc[0] == "Road traffic and transport"
    assert found["share"].iloc[0] == pytest.approx(100 * 24 / 45)
    assert found["value"].sum() == 45


def test_completion_offers_the_methods_and_nothing_else(ours):
    """At most about 45 names to learn, with the calls and packages of ``rs.``."""
    methods = ["change", "compare", "expected", "parts", "rate", "total", "why"]
    assert dir(ours.safety) == methods
    assert all(callable(getattr(ours.safety, name)) for name in methods)
    assert len({*dir(rs), *methods, "rows", "columns", "context_rows"}) <= 45
    assert not [name for name in dir(rs) if name.startswith("_")]


def test_the_accessor_shows_what_it_has(ours):
    """Instead of an address in memory."""
    own = ours[ours["region"].eq("yaohai")].safety

    assert repr(own).startswith("4 figures of ")
    assert ".total()" in repr(own)
    assert "<code>.total()</code>" in own._repr_html_()
