"""A brief deck: eight slides at most, whose summary says what the slides show."""

import io
import json
import re
from pathlib import Path

import docx
import pytest
from album import drawings
from pptx import Presentation
from publications import figure, refusal, row, written
from test_hand_edits import before, carriers, office, raised, updated, versions

import analysis as rs
from analysis import project
from analysis.comparability import standing
from analysis.errors import UsageError
from analysis.explore.subject import subject
from analysis.figures.record import record_of
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.publish import content, report
from analysis.publish.deck import brief, refresh, slides
from analysis.tables.load import load

ROOT = Path(__file__).parents[2]
DEATHS = brief.About(indicators=frozenset({"deaths"}))


def everything(language="zh"):
    """Figures of two regions and two indicators, and of what cannot be compared."""
    drills = {"indicator": "drills", "indicator_zh": "演练", "indicator_en": "Drills"}
    apart = [
        row(region, 5, id=f"{region}-plans", indicator="plans", indicator_zh="预案",
            indicator_en="Plans", reason_zh="范围不同", reason_en="other scope")
        for region in ("nantong", "anshan")
    ]  # fmt: skip
    pair = [row("nantong", 323, **drills), row("anshan", 368, **drills)]
    title = {"zh": "南通演练323场", "en": "Nantong held 323 drills"}
    return [
        figure("comparison-drills", pair, language=language, refused=[refusal()], title=title),
        figure("profile-nantong", [row("nantong", 60)], language=language, title=title,
               parameters={"region": "nantong"}),
        figure("not-comparable", apart, kind="not_comparable", scale="none", language=language),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures in both languages."""
    more = [*everything(), *everything("en")]
    return written(tmp_path_factory.mktemp("project"), more=more, edit=before)


def texts(data):
    """The text of every part, by slide."""
    return [
        {carriers.owned(s.name)[1]: s.text_frame.text for s in slide.shapes if s.has_text_frame}
        for slide in Presentation(io.BytesIO(data)).slides
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "about",
    [brief.About(), DEATHS, brief.About(regions=frozenset({"nantong"}))],
    ids=["all", "deaths", "nantong"],
)
def test_a_brief_has_at_most_eight_slides(figures, language, about):
    """Cover, summary, figures, what cannot be compared, sources; less than a megabyte."""
    data = brief.deck(figures, language=language, about=about)
    pages = texts(data)

    assert 4 <= len(pages) <= 8
    assert len(data) < 1_000_000
    assert {"title", "subtitle", "source"} <= set(pages[0])
    assert "words" in pages[1]
    assert brief.deck(figures, language=language, about=about) == data


@pytest.mark.parametrize("about", [DEATHS, brief.About(regions=frozenset({"nantong"}))])
def test_the_summary_says_what_the_slides_show(figures, about):
    """Each line is the title of a slide that follows; the last counts what cannot be compared."""
    pages = texts(brief.deck(figures, language="zh", about=about))
    titles = [page["title"] for page in pages if "stamp" in page]

    lines = [line.partition(". ")[2].rstrip("。") for line in pages[1]["words"].split("\n")]
    assert lines[: len(set(titles))] == list(dict.fromkeys(titles))
    rest = lines[len(set(titles)) :]
    assert all("不能比较" in line for line in rest)


def test_figures_of_the_subject_come_first_one_of_each_kind(figures):
    """The profile of the region is there; figures of other regions are not."""
    records = slides.content.chosen(slides.manifest.load(figures), "zh")
    about = brief.About(regions=frozenset({"nantong"}))

    names = [record["name"] for record in brief.chosen(records, about)]

    assert "profile-nantong-zh" in names
    assert len(names) <= brief.MOST
    assert all(about.rows(record["rows"]) for record in records if record["name"] in names)


def test_the_author_names_figures_in_an_order(figures):
    """And gets that order; more than four are refused."""
    names = ["trend-deaths", "comparison-drills"]
    pages = texts(brief.deck(figures, language="zh", patterns=names))

    stamps = [page["stamp"] for page in pages if "stamp" in page]
    assert ["trend-deaths" in stamps[0], "comparison-drills" in stamps[1]] == [True, True]
    with pytest.raises(UsageError, match="at most 4"):
        brief.deck(figures, language="zh", patterns=["*"])


def test_a_subject_without_figures_is_refused(figures):
    """The message says where the names are."""
    with pytest.raises(UsageError, match="regional-safety figures"):
        brief.deck(figures, language="zh", about=brief.About(regions=frozenset({"wuhan"})))


def test_a_brief_is_renewed_with_its_summary(figures, tmp_path):
    """Title of the slide and line of the summary say the same number again."""
    data = brief.deck(figures, language="zh", patterns=["comparison-deaths"], title="我的简报")
    folder = written(tmp_path / "new", more=everything(), edit=raised)

    deck, report = updated(data, folder, tmp_path)

    assert deck.slides[0].shapes.title.text_frame.text == "我的简报"
    assert versions(deck.slides[1]) == versions(deck.slides[2]) == {"46"}
    assert any("summary" in line for line in report.changed)
    assert not updated((tmp_path / "deck.pptx").read_bytes(), folder, tmp_path)[1].changed


class Placed:
    """A finding on Nantong, whose figure has a title on Chuxiong."""

    title = Text("南通死亡60人", "Nantong: 60 deaths")
    subtitle = Text("南通的副题", "On Nantong")
    sentence = Text("南通死亡60人，另有说明。", "Nantong: 60 deaths, with evidence.")
    regions = ("nantong",)
    figure = "comparison-deaths"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_brief_on_a_region_has_its_findings_as_titles(figures, tmp_path, language):
    """Title, subtitle and what to say are of Nantong, also after an update."""
    about = brief.About(regions=frozenset({"nantong"}), words=("nantong",))
    data = brief.deck(figures, language=language, about=about, findings=[Placed()])

    page = next(one for one in texts(data) if "comparison-deaths" in one.get("stamp", ""))
    assert page["title"] == Placed.title[language]
    assert page["subtitle"] == Placed.subtitle[language]
    cover = texts(data)[0]["subtitle"].split("\n")[0]
    assert cover.startswith(("南通（", "Nantong, beside"))
    (tmp_path / "deck.pptx").write_bytes(data)
    findings = {"nantong": [Placed()]}
    report = refresh.update(
        tmp_path / "deck.pptx", figures, findings=lambda about: findings[about[0]]
    )
    assert not report.changed
    both = brief.retitled(everything(), brief.About(), [Placed()])
    assert [one["title"] for one in both] == [one["title"] for one in everything()]


def test_selected_figures_keep_their_order(figures):
    """As they were named; without --select they are in the order of a briefing."""
    names = ["trend-deaths", "coverage-shared-1"]
    for given_order, expected in ((True, names), (False, names[::-1])):
        data = slides.deck(figures, language="zh", patterns=names, given_order=given_order)
        stamps = [page["stamp"] for page in texts(data) if "stamp" in page]
        assert [next(name for name in names if name in stamp) for stamp in stamps] == expected


def test_all_figures_are_in_sections(figures):
    """Each slide is in one section, in order; the figures of a kind share one."""
    deck = office.presentation(slides.deck(figures, language="zh"))
    sections = deck.part._element.xpath("//*[local-name()='section']")

    names = [section.get("name") for section in sections]
    assert (names[0], names[-1]) == ("概要", "附录")
    assert len(set(names)) == len(names)
    ids = [one.get("id") for section in sections for one in section.iter() if "sldId" in one.tag]
    assert [one for one in ids if one] == [str(slide.slide_id) for slide in deck.slides]


def test_notes_begin_with_two_sentences_to_say(figures):
    """Then what the figure shows, then the evidence."""
    data = slides.deck(figures, language="zh", patterns=["comparison-deaths"])
    slide = next(s for s in Presentation(io.BytesIO(data)).slides if s.has_notes_slide)

    lines = slide.notes_slide.notes_text_frame.text.split("\n")
    assert lines[:4] == ["讲稿要点", "楚雄死亡45人。", "生产安全事故死亡人数｜人｜2024年。", ""]


@pytest.mark.parametrize(
    ("spoken", "said"),
    [({"zh": "升降尚难判断", "en": ""}, "升降尚难判断。"), (None, "人｜2024年。")],
)
def test_the_second_sentence_is_the_one_that_the_figure_gives(spoken, said):
    """Never its first note, which may be a method; without one, what the axis shows."""
    record = figure("trend-deaths", [row()])
    record |= {"spoken": spoken} if spoken else {}

    assert content.to_say(record, "zh")[1].endswith(said)


def test_a_target_without_a_date_has_none_in_the_speaker_notes():
    """The period of its report is not when it is due."""
    target = {"status": "target", "indicator_zh": "检查覆盖率", "value": 100, "unit": "%"}
    dated, undated = row(**target), row(**target, dated=False)

    assert labels.reading(dated).zh.startswith("楚雄 2024年")
    assert labels.reading(undated).zh.startswith("楚雄 报告未写期限 检查覆盖率")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_number_of_indicators_apart_is_the_same_everywhere(language, tmp_path, monkeypatch):
    """The figure, its rows, the brief deck, the Word brief and README give one number."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage"))
    pages = rs.not_comparable(rows=load().rows, language=language)
    for page in pages:
        page.save(formats=["png"])
    records = [json.loads(path.read_text()) for path in (tmp_path / "stage").glob("*.json")]
    job = {"job": "job", "notebook": "3_comparison.ipynb", "parameters": {}, "inputs": {}}
    more = [{**one, **job, "files": {}} for one in records]
    folder = written(tmp_path, more=more)

    apart = len({row["indicator"] for one in records for row in one["rows"]})
    assert str(apart) in re.findall(r"\d+", pages[0].caption.title[language])
    readme = re.findall(r"(\d+) of the (\d+) indicators", (ROOT / "README.md").read_text("utf-8"))
    assert int(readme[0][1]) - int(readme[0][0]) == apart
    said = texts(brief.deck(folder, language=language))[1]["words"].split("\n")[-1]
    assert re.findall(r"\d+", said.partition(". ")[2]) == [str(apart)]
    word = docx.Document(io.BytesIO(report.report(folder, language=language)))
    assert _listed(word, say("report.apart")[language]) == apart


def _listed(word, heading):
    """Return the number of indicators under *heading* of a Word brief: shown and counted ones."""
    lines = [one.text for one in word.paragraphs]
    start = next(at for at, line in enumerate(lines) if line.endswith(heading)) + 1
    own = [line for line in lines[start:] if line]
    end = next(at for at, line in enumerate(own) if re.search(r"另有\d+项|^\d+ more", line))
    return end + int(re.search(r"\d+", own[end])[0])


def test_a_brief_on_a_region_keeps_the_figures_of_the_others(figures):
    """Nantong's plans are apart from Anshan's: both are in the reason."""
    records = slides.content.chosen(slides.manifest.load(figures), "zh")

    table = brief.apart_on(records, brief.About(regions=frozenset({"nantong"})), "zh")

    assert [line[0] for line in table.lines] == ["预案"]
    assert "南通、鞍山" in table.lines[0][1]


def test_nothing_is_apart_for_a_region_whose_indicators_all_compare(figures):
    """Yaohai is left out of other figures, but has no figure that cannot be compared."""
    records = slides.content.chosen(slides.manifest.load(figures), "zh")

    assert not brief.apart_on(records, brief.About(regions=frozenset({"yaohai"})), "zh").lines


def test_without_figures_apart_the_reasons_of_the_others_are_listed(figures):
    """Deaths compare: only the regions without a count are left out, with their reasons."""
    records = slides.content.chosen(slides.manifest.load(figures), "zh")

    (line,) = brief.apart_on(records, DEATHS, "zh").lines

    assert line == ("生产安全事故死亡人数", "瑶海：该报告只是计划，不含实绩")


@pytest.mark.parametrize(
    ("word", "regions", "indicator"),
    [
        ("chuxiong", {"chuxiong"}, None),
        ("楚雄", {"chuxiong"}, None),
        ("deaths", set(), "deaths"),
        ("hazards", set(), "hazards_found"),
        ("隐患治理", set(), "hazards_found"),
    ],
)
def test_a_subject_is_a_region_a_theme_or_an_indicator(word, regions, indicator):
    """By code or by name, in either language."""
    named = subject([word], load())

    assert named.regions == regions
    assert indicator is None or indicator in named.indicators
    assert len(named.names) == 1


def test_an_unknown_subject_has_the_nearest_words():
    """As for every word of the product."""
    with pytest.raises(UsageError, match="did you mean deaths"):
        subject(["deats"], load())


# The figures that findings name, and the amounts of their rows.
SHOWN = (
    "expected", "trend", "open_hazards", "families", "changes", "parts_of_deaths", "coverage",
    "targets", "instruments", "commitments", "profile_anshan", "profile_yaohai",
)  # fmt: skip
AMOUNTS = (
    "value", "before", "ratio", "lower", "upper", "expected", "rate", "share", "open", "cases",
    "total", "percent", "usual_lower", "usual_upper",
)  # fmt: skip


def numerals(text):
    """The numbers in a text, without the base of a rate."""
    bare = re.sub(r"每10万人|per 100,000", "", text)
    return {float(each.replace(",", "")) for each in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", bare)}


def shows(record, said, language, number):
    """Whether a figure has *number*: in its words, its rows, or as a count of rows of a region."""
    names = ("title", "subtitle", "axis", "alt", "source")
    texts = [labels.both(text)[language] for text in map(record.get, names)]
    texts += [labels.both(note)[language] for note in record["notes"]]
    rows = [*record["rows"], *record["beside"]]
    amounts = [row[name] for row in rows for name in AMOUNTS if name in row]
    regions = [row["region"] for row in record["rows"] if row.get("status") != "not_mentioned"]
    counts = {regions.count(region) for region in regions}
    known = numerals("\n".join([*texts, said])) | counts
    return number in known or any(number == round(amount, 2) for amount in amounts)


@pytest.fixture(scope="module", params=["zh", "en"])
def drawn(request):
    """The language, and each figure in it: its record with the words of its picture."""
    pictures = [each for name in SHOWN for each in drawings(name, request.param)]
    figures = [(record_of(one.figure, one.figure.name, []), one.said) for one in pictures]
    return request.param, figures


@pytest.mark.parametrize(
    "word", ["anhui", "anshan", "chuxiong", "nantong", "yaohai", "deaths", "hazards"]
)
def test_each_number_of_a_summary_is_in_the_figure_that_it_names(data, drawn, word):
    """Of the tables of the project: written, drawn, an amount of a row, or a count of rows."""
    language, figures = drawn
    said = {record["name"]: words for record, words in figures}
    found, findings = subject([word], data), standing.standing(data, [word])
    about = brief.About(found.regions, found.indicators, words=(word,))
    chosen = brief.chosen([record for record, _ in figures], about, findings)

    lines = [
        (record, line)
        for record in brief.retitled(chosen, about, findings)
        for line in brief.lines([record], (), language, findings)
    ]

    assert len(lines) >= 3
    for record, line in lines:
        words = said[record["name"]]
        known = {n for n in numerals(line) if shows(record, words, language, n)}
        rests = {whole - part for whole in known for part in known}  # 59 of 66, with 7 drawn
        assert not numerals(line) - known - rests, (record["name"], line)


def briefed(data, drawn, word):
    """The figures of a brief on *word* with their titles in it, and its findings."""
    found, findings = subject([word], data), standing.standing(data, [word])
    about = brief.About(found.regions, found.indicators, words=(word,))
    chosen = brief.chosen([record for record, _ in drawn[1]], about, findings)
    return brief.retitled(chosen, about, findings)


@pytest.mark.parametrize("word", ["anhui", "anshan", "yaohai"])
def test_a_brief_shows_each_sentence_in_one_list(data, drawn, word):
    """Every target of these regions is among their commitments; an index of all is too dense."""
    kinds = [record["kind"] for record in briefed(data, drawn, word)]

    assert kinds.count("commitments") == kinds.count("instruments") == 1
    assert not {"targets", "coverage", "overview"} & {*kinds}


def test_a_brief_on_a_theme_has_titles_on_it(data, drawn):
    """Hazards, not the violations that are more often open in the same figure."""
    (title,) = (
        record["title"]["zh"]
        for record in briefed(data, drawn, "hazards")
        if record["kind"] == "open_hazards"
    )

    assert "2452" in title
    assert "5556" not in title


def test_a_list_of_instruments_begins_with_those_of_the_region(data, drawn):
    """And has the seven that Anhui alone reports, none of other regions alone."""
    (record,) = (one for one in briefed(data, drawn, "anhui") if one["kind"] == "instruments")

    table = content.content(record, record["language"]).table

    assert table.lines[0][1:3] == ("7", "●7")
    assert all(line[2] for line in table.lines if line[1])


def test_the_only_indicator_apart_is_among_the_findings(figures):
    """A page of its own would be nearly empty."""
    pages = texts(brief.deck(figures, language="zh", about=DEATHS))

    assert (
        pages[1]["words"]
        .split("\n")[-1]
        .endswith("不能比较：生产安全事故死亡人数——瑶海：该报告只是计划，不含实绩。")
    )
    assert "哪些数字不能比较，为什么" not in {page.get("title") for page in pages}
