"""The gallery is static, closed to the outside, escaped, and the same each time."""

import csv
import io
import json
import re
import shutil

import pytest
from publications import HOSTILE, figure, hostile, row, written

from analysis.errors import AnalysisError
from analysis.language.text import Text
from analysis.publish.content import Definition
from analysis.publish.gallery import gallery


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures with its gallery."""
    folder = written(tmp_path_factory.mktemp("project"), more=[hostile(), hostile("en")])
    gallery.build(folder)
    return folder


def files(folder):
    """Every file of a gallery."""
    paths = [folder / "index.html", *sorted((folder / "gallery").rglob("*"))]
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths if p.is_file()}


def index(folder):
    """The data of the list."""
    text = (folder / "gallery" / "index.js").read_text("utf-8")
    return json.loads(text.removeprefix("window.GALLERY=").rstrip(";\n"))


def record(folder, key):
    """The data of one figure."""
    path = next(one["record"] for one in index(folder)["figures"] if one["key"] == key)
    text = (folder / path).read_text("utf-8")
    return json.loads(text.partition(",")[2].rsplit(")", 1)[0])


def test_the_same_manifest_gives_the_same_bytes(figures, tmp_path):
    """Built elsewhere, built again: not a byte differs, and nothing is rewritten."""
    other = written(tmp_path, more=[hostile(), hostile("en")])
    gallery.build(other)
    before = {p: p.stat().st_mtime_ns for p in (other / "gallery").rglob("*")}

    gallery.build(other)

    assert files(other) == files(figures)
    assert {p: p.stat().st_mtime_ns for p in (other / "gallery").rglob("*")} == before


def test_the_page_allows_nothing_from_outside(figures):
    """A policy without any host, and no address of one in any file."""
    page = (figures / "index.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' file:"
    assert "unsafe" not in policy
    for name, data in files(figures).items():
        if name.endswith((".html", ".css", "gallery.js")):
            assert b"http" not in data.replace(b"http-equiv", b"")
    assert "<script>" not in page
    assert "onclick" not in page


def test_the_script_never_reads_words_as_markup():
    """Only text nodes and attributes: no way for a label to become an element."""
    script = gallery._asset("gallery.js")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script


def test_hostile_words_are_data(figures):
    """No label can end the script that carries it, and all are there to read."""
    for name, data in files(figures).items():
        if name.endswith(".js") and not name.endswith("gallery.js"):
            assert b"<" not in data
    shown = [one["phrase"] for one in record(figures, "comparison-hostile")["rows"].values()]
    assert shown[:4] == list(HOSTILE[:4])
    assert shown[4] == "安徽 safe"


def test_every_mark_has_its_sentence(figures):
    """Each mark that can be clicked names a row with a phrase, over the whole manifest."""
    for one in index(figures)["figures"]:
        told = record(figures, one["key"])
        for drawn in told["drawn"].values():
            for mark in drawn["marks"]:
                assert told["rows"][mark["id"]]["phrase"]
                assert told["rows"][mark["id"]]["source"]["zh"]
            for path in drawn["files"].values():
                assert (figures / path).is_file()
        assert (figures / told["table"]).is_file()


def test_a_row_says_what_it_may_be_compared_with(figures):
    """The other regions of its comparison, and the reason for each that is not there."""
    rows = record(figures, "comparison-deaths")["rows"]
    told = rows["chuxiong-deaths-2024"]
    assert len(told["with"]) == 2
    assert told["without"] == [
        {"zh": "瑶海：该报告只是计划，不含实绩", "en": "Yaohai: the report is a plan"}
    ]


def test_both_languages_are_one_entry(figures):
    """A figure in two languages is listed once, with both titles and both pictures."""
    keys = [one["key"] for one in index(figures)["figures"]]
    assert len(keys) == len(set(keys))
    assert set(record(figures, "trend-deaths")["drawn"]) == {"zh", "en"}


def test_figures_of_other_rows_are_no_pair(tmp_path):
    """The same name in two languages over other rows: two entries, each with its own sentences."""
    rows = {"zh": row("nantong", 60), "en": row("anshan", 7)}
    folder = written(
        tmp_path, more=[figure("own-1", [one], kind="trend", language=k) for k, one in rows.items()]
    )

    gallery.build(folder)

    for language, one in rows.items():
        told = record(folder, f"own-1-{language}")
        assert set(told["rows"]) == {one["id"]}
        assert set(told["drawn"]) == {language}


def test_tables_open_as_text(figures):
    """A leading sign of a formula is quoted in words, never in numbers."""
    path = figures / record(figures, "comparison-hostile")["table"]
    lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert lines[0]["evidence"] == "'" + HOSTILE[0]
    assert lines[5]["evidence"] == "'" + HOSTILE[5]
    assert lines[0]["value"] == "10"


def test_what_the_last_run_changed_is_shown(tmp_path):
    """The changes that the manifest records, once for both languages."""
    folder = written(tmp_path)
    whole = json.loads((folder / "manifest.json").read_text("utf-8"))
    key = {"region": "chuxiong", "indicator": "deaths", "period_end": "2024-12-31"}
    values = [{"value": n, "unit": "人", "comparator": "="} for n in (44, 45)]
    change = {"change": "changed", "row": key, "before": values[0], "after": values[1]}
    change["why"] = {"zh": "数据表已变", "en": "a table changed"}
    for job in whole["jobs"].values():
        job["changed"] = [change]
    (folder / "manifest.json").write_text(json.dumps(whole), "utf-8")

    gallery.build(folder)

    (told,) = index(folder)["changes"]
    assert (told["before"]["zh"], told["after"]["zh"]) == ("44人", "45人")
    assert told["name"]["en"].startswith("Chuxiong, ")
    assert told["why"]["en"] == "a table changed"


def test_a_figure_that_is_gone_leaves_no_file(tmp_path):
    """The folder holds what the manifest names and nothing else."""
    folder = written(tmp_path, more=[hostile()])
    gallery.build(folder)
    many = set(files(folder))
    shutil.rmtree(folder)

    folder = written(tmp_path)
    (folder / "gallery" / "records").mkdir(parents=True)
    (folder / "gallery" / "records" / "9999.js").write_text("old")
    gallery.build(folder)

    assert set(files(folder)) < many


def test_missing_figures_are_listed_with_their_reason(figures):
    """Indicator, region, reason; each once."""
    told = index(figures)["missing"]
    assert {"zh": "瑶海", "en": "Yaohai"} in [one["region"] for one in told]
    assert len({json.dumps(one) for one in told}) == len(told)


def test_without_a_manifest_it_says_what_to_do(tmp_path):
    """Make the figures first."""
    with pytest.raises(AnalysisError, match="run"):
        gallery.build(tmp_path)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1"])
def test_cells_of_a_table_are_inert(cell):
    """Every sign that a spreadsheet takes for a formula."""
    quoted = gallery._cell(cell)
    assert quoted[0] in {"'", " "}
    assert row()["value"] == 45


def test_a_row_that_cannot_be_compared_says_why(tmp_path):
    """Each other region that reports the indicator, with the reason of the table."""
    why = {"reason_zh": "范围不同", "reason_en": "they cover different things"}
    pair = [row("nantong", 3, **why), row("chuxiong", 5, **why)]
    for one in pair:
        one |= {"id": f"{one['region']}-parks", "indicator": "parks"}
    folder = written(
        tmp_path, more=[figure("not-comparable", pair, kind="not_comparable", scale="none")]
    )

    gallery.build(folder)

    told = record(folder, "not-comparable")["rows"]["nantong-parks"]
    assert not told.get("with")
    assert told["without"] == [
        {"zh": "楚雄：范围不同", "en": "Chuxiong: they cover different things"}
    ]


NONE = Text("无", "None")
DEFINITIONS = {
    "deaths": Definition(Text("死亡", "Deaths"), Text("死者人数", "People killed"), NONE),
    "unused": Definition(NONE, NONE, NONE),
}


def test_each_figure_has_a_json_file_with_its_rows(figures):
    """By name, with the ids of the list of marks and without empty fields."""
    listed = json.loads((figures / "gallery" / "api" / "figures.json").read_text("utf-8"))

    names = [one["name"] for one in listed["figures"]]
    assert names == [one["key"] for one in index(figures)["figures"]]
    for one in listed["figures"]:
        folder = figures / "gallery" / "api"
        given = json.loads((folder / one["json"]).read_text("utf-8"))
        assert {row["id"] for row in given["rows"]} == {*record(figures, one["name"])["rows"]}
        assert (folder / one["csv"]).resolve().is_file()
    rows = json.loads((figures / "gallery" / "api" / "trend-deaths.json").read_text("utf-8"))[
        "rows"
    ]
    last = next(row for row in rows if row["id"] == "chuxiong-deaths-2024")
    assert (last["region"], last["value"], last["period_end"]) == ("chuxiong", 45, "2024-12-31")


def test_definitions_are_those_of_the_indicators_shown(tmp_path):
    """On a page of their own, and as JSON."""
    folder = written(tmp_path)
    gallery.build(folder, definitions=DEFINITIONS)

    assert [*index(folder)["definitions"]] == ["deaths"]
    given = json.loads((folder / "gallery" / "api" / "indicators.json").read_text("utf-8"))
    assert given["deaths"]["definition"]["en"] == "People killed"


def test_the_front_page_says_what_by_whom_when_and_how_to_cite(figures):
    """With the publishers of the reports, the version of the data and the licence."""
    front = {one["title"]["en"]: one["lines"] for one in index(figures)["front"]}

    assert [*front] == [
        "What this is",
        "By whom",
        "When and where",
        "Licence",
        "How to cite",
        "Data",
    ]
    words = {title: " ".join(line["zh"] for line in lines) for title, lines in front.items()}
    assert "楚雄应急管理局" in words["By whom"]
    assert "2025-02-01" in words["When and where"]
    assert index(figures)["version"] in words["How to cite"]
