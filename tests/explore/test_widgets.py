"""The panel without a browser: every choice redraws or says why not, and what is kept is whole."""

import base64
import re
import subprocess
import sys
import tomllib
from html import unescape
from pathlib import Path

import papermill
import pytest
from pptx import Presentation

import analysis.runs.plan
from analysis import project
from analysis.errors import UsageError, WordError
from analysis.explore import trace, widgets
from analysis.language.messages import label
from analysis.language.vocabulary import Gap

ROOT = Path(__file__).parents[2]
INDICATORS = ["deaths", "drills_held", "administrative_fines", "injuries"]
PARTS = ("region", "period", "beside")


@pytest.fixture(scope="module")
def opened(data):
    """A panel that any test may move; each begins by choosing its indicator."""
    return widgets.Explorer(data, language="en", indicator="deaths", region="chuxiong")


def said(panel):
    """What the panel says of the last choice."""
    return unescape(re.sub("<[^>]+>", "", panel._message.value))


def shown(panel):
    """The words of the answer, without its picture."""
    return unescape(re.sub("<[^>]+>", " ", panel._shown.value))


def buttons(panel, part):
    """The buttons of a row as they are seen."""
    return list(panel.controls[part].box.children[1:])


def refused(button):
    """Whether a button is grey."""
    return "rs-refused" in button._dom_classes


def press(panel, part, name):
    """Press the button of *name* in a row."""
    next(one for one in buttons(panel, part) if one.description.endswith(name)).click()


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_button_redraws_or_says_why_not(opened, indicator):
    """Each option of each row, in the state that the indicator begins with."""
    opened.choose("indicator", indicator)
    begin, kinds = opened.question, set()
    for part in PARTS:
        for place, button in enumerate(buttons(opened, part)):
            before, was = opened._shown.value, opened.question
            grey = refused(button)
            button.click()
            if grey:
                assert (opened.question, opened._shown.value) == (was, before)
                assert said(opened) == button.tooltip
            else:
                assert said(opened) == ""
                assert f'data-name="{opened.name}"' in opened._shown.value
                assert opened.answer.reading.en in shown(opened)
                assert buttons(opened, part)[place].description.startswith("● ")
            kinds.add(grey)
        opened.question = begin
        opened._redraw()
    assert kinds == {True, False}


def test_a_grey_button_is_marked_and_can_be_reached(opened):
    """It is not disabled, so the keyboard gets there; a sign and its reason tell it apart."""
    opened.choose("indicator", "injuries")
    grey = [one for one in buttons(opened, "region") if refused(one)]

    assert len(grey) == 4
    assert not any(one.disabled for one in grey)
    assert all(one.description.startswith("✕ ") for one in grey)
    plan = next(one for one in grey if "Yaohai" in one.description)
    assert plan.tooltip == f"Yaohai: {label(Gap.PLAN_REPORT).en}"
    assert plan.tooltip in unescape(opened._why_not.value)


def test_an_unreported_indicator_stands_last_says_why_and_springs_back(opened):
    """A list cannot switch off one of its options, so this one is refused."""
    opened.choose("indicator", "deaths")
    listed = opened.controls["indicator"].list
    signs = [name.startswith("✕ ") for name, _ in listed.options]
    assert signs == sorted(signs)
    assert any(signs)

    listed.value = listed.options[-1][1]

    assert listed.value == opened.question.indicator == "deaths"
    assert said(opened) == listed.options[-1][0].removeprefix("✕ ")


def test_a_theme_leads_to_its_first_indicator(opened, data):
    """And lists its indicators alone."""
    opened.controls["theme"].list.value = "drills"

    codes = [code for _, code in opened.controls["indicator"].list.options]
    of_theme = data.indicators.loc[data.indicators["theme"].eq("drills"), "indicator"]
    assert codes == list(of_theme)
    assert opened.question.indicator == codes[0]


def test_what_no_longer_fits_gives_way(opened):
    """Beside Chuxiong, then asking about Chuxiong itself: the comparison is another one."""
    opened.choose("indicator", "drills_held")
    opened.choose("region", "nantong")
    opened.choose("beside", "chuxiong")

    press(opened, "region", "Chuxiong")

    assert opened.question.region == "chuxiong"
    assert opened.question.beside != "chuxiong"
    assert said(opened) == ""


def test_the_language_changes_every_word_and_no_choice(opened):
    """Buttons, sentence, picture and table; back again to the same."""
    opened.choose("indicator", "deaths")
    opened.choose("region", "chuxiong")
    before = opened.question, opened._shown.value

    press(opened, "language", "中文")
    assert opened.question == before[0]
    assert [one.description for one in buttons(opened, "region")][3] == "● 楚雄"
    assert opened.answer.figure.language == "zh"
    assert "2024年" in shown(opened)
    assert "死亡45人" in shown(opened)

    press(opened, "language", "English")
    assert (opened.question, opened._shown.value) == before


def test_the_picture_is_drawn_once_with_its_words(opened):
    """An SVG in the page itself, with a text for who cannot see it."""
    opened.choose("indicator", "deaths")
    html = opened._shown.value
    kind, picture = re.search(r'src="data:([^;]+);base64,([^"]+)"', html).groups()

    assert html.count("<img ") == 1
    assert kind == "image/svg+xml"
    assert b"<svg" in base64.b64decode(picture)[:400]
    assert unescape(re.search(r'alt="([^"]+)"', html)[1]) == opened.answer.figure.caption.alt.en


def test_rows_and_their_evidence_stand_below(opened):
    """The figure, its interval, the phrase and where in the report it stands."""
    opened.choose("indicator", "deaths")
    opened.choose("region", "chuxiong")
    table = opened._shown.value.partition("<table>")[2]
    line = next(part for part in table.split("<tr>") if "45 people" in part)

    assert "32.8" in line
    assert "60.2" in line
    assert "死亡45人" in line
    assert re.search(r"character \d+", line)


def test_what_is_no_amount_is_told_in_words(opened):
    """A direction and a target are no minus one; a percentage says its way."""
    opened.choose("indicator", "deaths")
    opened.choose("region", "chuxiong")
    opened.choose("beside", "apart")
    lines = opened._shown.value.partition("<table>")[2].split("<tr>")

    for region, words in [("Anhui", "down"), ("Anshan", "target down"), ("Nantong", "14.3% down")]:
        assert any(f"<td>{region}</td>" in line and f"<td>{words}</td>" in line for line in lines)


def test_hostile_words_are_shown_as_they_are(data):
    """A name or a phrase of a table is text, whatever it looks like."""
    evil = '<img src=x onerror="alert(1)">'
    rows = data.observations.assign(evidence=evil)
    names = data.regions.assign(name_en="<script>alert(1)</script>")
    sly = type(data)(**{**vars_of(data), "observations": rows, "regions": names})

    panel = widgets.Explorer(sly, language="en", indicator="injuries")
    panel.choose("region", "yaohai")

    for html in (panel._shown.value, panel._message.value, panel._why_not.value):
        assert "<script" not in html
        assert "<img src=x" not in html
    assert "&lt;script&gt;" in panel._message.value
    assert "&lt;img src=x" in panel._shown.value


def vars_of(tables):
    """The fields of the tables."""
    return {name: getattr(tables, name) for name in tables.__dataclass_fields__}


def test_an_unknown_beginning_names_the_nearest(data):
    """Before anything is drawn."""
    with pytest.raises(WordError, match="did you mean deaths"):
        widgets.Explorer(data, indicator="death")


def test_a_question_that_names_something_refused_stops_with_the_reason(data):
    """Another question would be answered in its place, and nobody would notice."""
    words = {"indicator": "deaths", "region": "chuxiong", "beside": "nantong"}

    name = "Deaths in work-safety accidents"
    with pytest.raises(UsageError, match=f"no answer: {name}, Nantong: percent change only"):
        widgets.Explorer(data, **words)
    with pytest.raises(UsageError, match=f"no answer: {name}, Yaohai: the report is a plan"):
        widgets.Explorer(data, indicator="deaths", region="yaohai")


def test_what_is_kept_is_whole(opened, tmp_path, monkeypatch):
    """A figure in two forms with its record, an entry of the plan, a slide that knows its rows."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path))
    opened.choose("indicator", "deaths")
    opened.choose("region", "chuxiong")
    opened.choose("beside", "years")

    opened._keep.click()

    stem = "trend-deaths-chuxiong-2024-years-en"
    kinds = ["json", "png", "pptx", "svg", "toml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{stem}.{kind}" for kind in kinds]
    slides = Presentation(tmp_path / f"{stem}.pptx").slides
    assert len(slides) == 1
    assert any(shape.has_chart for shape in slides[0].shapes)
    for kind in ("svg", "png", "pptx"):
        told = list(trace.lines(tmp_path / f"{stem}.{kind}", None))
        assert any("死亡45人" in line for line in told), kind
    assert f"{stem}.pptx" in opened._kept.value
    opened.choose("beside", "china")
    assert opened._kept.value == ""


def test_each_kind_of_figure_fits_a_slide(opened, tmp_path, monkeypatch):
    """Years, side by side, the country, and line by line; the same bytes each time."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path))
    for indicator, region, beside in [
        ("drills_held", "nantong", "all"),
        ("deaths", "chuxiong", "china"),
        ("deaths", "anhui", "apart"),
    ]:
        opened.choose("indicator", indicator)
        assert opened.choose("region", region) == ""
        assert opened.choose("beside", beside) == ""
        first = {path.suffix: path.read_bytes() for path in opened.keep()}
        assert {path.suffix: path.read_bytes() for path in opened.keep()} == first


def test_the_entry_makes_the_same_figure_a_job(data, tmp_path, monkeypatch):
    """The plan takes it, and the notebook run with its parameters draws the same bytes."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "kept"))
    panel = widgets.Explorer(data, language="en", indicator="drills_held", beside="chuxiong")
    kept = {path.suffix: path for path in panel.keep()}
    copy = tmp_path / "project"
    for name in ("data", "notebooks"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).symlink_to(ROOT / name)
    (copy / "plan.toml").write_bytes(kept[".toml"].read_bytes())

    (job,) = analysis.runs.plan.load(analysis.runs.plan.Project(copy)).jobs

    assert dict(job.parameters) == {"language": "en", **panel.question._asdict()}
    stage = tmp_path / "stage"
    monkeypatch.setenv(project.OUTPUT, str(stage))
    monkeypatch.chdir(ROOT / "notebooks")
    done = papermill.execute_notebook(
        str(job.notebook), str(tmp_path / "done.ipynb"), dict(job.parameters),
        engine_name="in-process", progress_bar=False,
    )  # fmt: skip
    for kind in (".svg", ".png"):
        assert (stage / kept[kind].name).read_bytes() == kept[kind].read_bytes()
    held = [output.data for cell in done.cells for output in cell.get("outputs", [])]
    assert any(
        {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(one) for one in held
    )


def test_the_plan_of_the_entry_reads_what_the_plan_has(data):
    """Every table that it names is there."""
    entry = tomllib.loads(widgets.plan_entry(widgets.Question("deaths"), "zh"))
    files = {path.relative_to(data.folder).with_suffix("").as_posix()
             for path in data.folder.rglob("*.csv")}  # fmt: skip

    (job,) = entry["job"]
    assert {name for name in job["reads"] if not name.endswith("*")} <= files


def test_nothing_else_needs_the_widgets():
    """A run, and a prompt, start without them."""
    code = (
        "import sys, analysis.runs.runner, analysis.publish\n"
        "import analysis.cli.main, analysis.explore.accessor\n"
        "print('ipywidgets' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert done.stdout == "False\n"
