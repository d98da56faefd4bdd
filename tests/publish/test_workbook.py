"""A workbook is text and numbers, linked to its sentences, and the same each time."""

import io
import re

import openpyxl
import pytest
from lxml import etree
from publications import HOSTILE, figure, hostile, row, written

from analysis.errors import UsageError
from analysis.explore import trace
from analysis.figures import office
from analysis.language.text import Text
from analysis.publish.content import Definition
from analysis.publish.workbook import book as workbook
from analysis.publish.workbook import tabs


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures with a manifest, hostile labels among them."""
    folder = tmp_path_factory.mktemp("project")
    why = {"reason_zh": "范围不同", "reason_en": "they cover different things"}
    apart = [row("nantong", 3, **why), row("chuxiong", 5, **why)]
    apart.append(row("anhui", 8, 2023, status="plan", mark="plan", **why))
    apart.append(row("anshan", 9, 2023, mark="at_least", **why))
    table = figure("not-comparable", apart, kind="not_comparable", scale="none")
    return written(folder, more=[hostile(), hostile("en"), table])


@pytest.fixture(scope="module")
def data(figures):
    """The Chinese workbook."""
    return workbook.workbook(figures, language="zh")


@pytest.fixture(scope="module")
def book(data):
    """The same, read by another library."""
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_same_manifest_gives_the_same_bytes(figures, data):
    """No date, no order of sets."""
    assert workbook.workbook(figures, language="zh") == data


def test_no_cell_is_a_formula_and_no_link_leads_outside(data, book):
    """Whatever the labels say: no formula part, no external relation, no live address."""
    for name, part in office.parts(data, "book").items():
        assert b"<f>" not in part or "/charts/" in name
        assert b'TargetMode="External"' not in part
        assert "externalLink" not in name
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in {"s", "n"}


def test_hostile_words_are_there_to_read(book):
    """As text, whole in the evidence, and quoted so that editing a cell leaves it text."""
    cells = [cell for line in book["依据"].iter_rows() for cell in line if cell.value]
    said = [str(cell.value) for cell in cells]
    for words in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[3]):
        assert words in said
    risky = [cell for cell in cells if str(cell.value).startswith(("=", "+"))]
    assert risky
    assert all(cell.quotePrefix for cell in risky)
    assert not any("\u202e" in words for words in said)


def test_english_evidence_names_the_language_of_a_note():
    """And the publisher in English; the Chinese sheet has both as they are in the tables."""
    one = row(note="年初快报", publisher="楚雄州应急管理局")
    cells = {
        language: {column.head.en: column.cell(one, language) for column in tabs.EVIDENCE}
        for language in ("zh", "en")
    }

    assert cells["en"]["Note"] == "(in Chinese) 年初快报"
    assert cells["en"]["Publisher"] == "Chuxiong Emergency Management Bureau"
    assert (cells["zh"]["Note"], cells["zh"]["Publisher"]) == (one["note"], one["publisher"])


def test_every_value_links_to_its_sentence(book):
    """The link beside a number leads to the line with its phrase."""
    links = {}
    for sheet in (book["比较"], book["未列入比较"]):
        heads = {cell.value: cell.column for cell in sheet[workbook.HEAD + 1]}
        for line in range(workbook.HEAD + 2, sheet.max_row + 1):
            cell = sheet.cell(line, heads["数值"])
            if cell.hyperlink:
                target = int(re.search(r"!A(\d+)", cell.hyperlink.location)[1])
                links[cell.value] = [c.value for c in book["依据"][target]]
    assert any("发生事故若干起、死亡45人" in cells for cells in links.values())
    assert {60, 45, 0, 8, 9} <= set(links)


def test_every_cell_and_chart_point_traces_to_a_sentence(data, tmp_path):
    """Renamed, it still names the row of each value."""
    path = tmp_path / "other.bin"
    path.write_bytes(data)

    found = trace.pieces(path)

    assert trace.unsourced(found) == []
    assert {piece.carried["figure"] for piece in found} >= {
        "comparison-deaths-zh", "trend-deaths-zh", "year-on-year-zh", "open-hazards-zh",
    }  # fmt: skip
    places = [place for piece in found for place, _ in piece.marks]
    assert any(place.startswith("比较!") for place in places)
    assert any(place.startswith("图1!") for place in places)


def test_cells_named_by_the_trace_hold_their_values(data, book, tmp_path):
    """The place of a mark is the cell in which its value stands."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)

    piece = next(p for p in trace.pieces(path) if p.carried["figure"] == "comparison-deaths-zh")

    rows = piece.rows()
    for place, one in piece.marks:
        tab, _, cell = place.partition("!")
        assert book[tab][cell].value == rows[one]["value"]


def test_what_cannot_be_compared_has_a_sheet_of_its_own(book):
    """Each figure marked as not comparable, with the reason."""
    sheet = book["未列入比较"]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=workbook.HEAD + 2)]

    assert len(lines) == 4
    assert all("范围不同" in line for line in lines)
    assert all(any(str(cell).startswith("[z]") for cell in line) for line in lines)


def test_gaps_have_their_shorthand_and_reason(book):
    """Not comparable, at least, plan, and a report that is only a plan."""
    held = (book[name].iter_rows(min_row=workbook.HEAD + 2) for name in ("比较", "未列入比较"))
    lines = [[cell.value for cell in line] for rows in held for line in rows]
    marks = {cell for line in lines for cell in line if str(cell).startswith("[")}
    assert {"[z] [n]", "[z] [≥]", "[r]"} <= marks
    explained = {cell.value for line in book["说明"].iter_rows() for cell in line}
    letters = {letter for mark in marks for letter in str(mark).split()}
    assert letters <= explained


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ({"mark": "exact"}, ""),
        ({"mark": "at_most"}, "[≤]"),
        ({"mark": "about", "origin": "context", "basis": "derived"}, "[≈] [o] [k]"),
        ({"rule": "percent_only"}, "[p]"),
        ({"rule": "coverage"}, "[z]"),
    ],
)
def test_shorthand(given, letters):
    """One letter a doubt, in a fixed order."""
    assert tabs.shorthand(given) == letters


def test_sheets_follow_the_practice(book):
    """A title in A1, a table with a filter, a head that stays, nothing merged or hidden."""
    for sheet in book:
        assert sheet["A1"].value
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert all(not part.hidden for part in sheet.row_dimensions.values())
    for name in ("比较", "年度", "依据", "来源"):
        assert book[name].tables
        assert book[name].freeze_panes
    assert book.sheetnames[:3] == ["封面", "目录", "说明"]
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)


def lines_of(sheet):
    """The lines of a table, each by the heads of its columns."""
    heads, *lines = sheet.iter_rows(min_row=workbook.HEAD + 1, values_only=True)
    return [dict(zip(heads, line, strict=False)) for line in lines if any(line)]


CODES = (
    "row_id", "region_code", "indicator_code", "breakdown_code", "period_start", "period_end",
)  # fmt: skip


def book_of(figures, language):
    """The workbook of figures that both languages have."""
    named = ["comparison-deaths", "trend-*"]
    data = workbook.workbook(figures, language=language, patterns=named)
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize(
    ("zh", "en", "heads"),
    [
        ("比较", "Comparison", ("数值", "Value")),
        ("年度", "Trend", ("数值", "Value")),
        ("依据", "Evidence", ("原句", "Phrase")),
    ],
)
def test_the_two_languages_join_by_code(figures, zh, en, heads):
    """By region, indicator, part, ISO dates and row; the values are the same."""
    chinese, english = (
        {tuple(line.get(name) for name in CODES): line for line in lines_of(opened[tab])}
        for language, tab in (("zh", zh), ("en", en))
        for opened in [book_of(figures, language)]
    )

    assert len(english) > 2
    assert set(english) == set(chinese)
    for key, line in english.items():
        assert line[heads[1]] == chinese[key][heads[0]]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in key[-2:] if day)


def test_a_gap_has_the_code_of_its_indicator(book):
    """Also where no value is."""
    gaps = [line for line in lines_of(book["比较"]) if line["缩写"] == "[r]"]

    assert ("yaohai", "deaths") in {(one["region_code"], one["indicator_code"]) for one in gaps}
    assert all(one["indicator_code"] for one in gaps if one["region_code"] == "yaohai")


def test_a_ratio_says_to_what(book):
    """To the expected count, or to the year before."""
    ratios = [line["实际为推算数的倍数"] for line in lines_of(book["实际与推算"])]

    assert ratios == [1.18]
    assert lines_of(book["变化"])[0]["与上年之比"] == 0.88


def test_the_cover_says_what_the_workbook_covers(book):
    """Regions, years, the age of the data, the licence."""
    words = "\n".join(str(cell.value) for cell in book["封面"]["A"] if cell.value)

    assert all(part in words for part in ("楚雄", "2022", "2025-02-01", "MIT"))


def test_charts_have_error_bars_and_a_text_for_screen_readers(data):
    """Native charts, their intervals in cells."""
    parts = office.parts(data, "book")
    charts = [part.decode() for name, part in parts.items() if "/charts/chart" in name]
    drawings = b"".join(part for name, part in parts.items() if "/drawings/drawing" in name)
    assert any("<c:errBars>" in chart and "!$C$" in chart for chart in charts)
    assert "图中：楚雄45人。" in drawings.decode()


def test_properties_name_the_data(figures, data):
    """The version of the manifest travels with the file."""
    given = office.properties(office.parts(data, "book"))
    assert given["regional-safety.manifest"] == workbook.store.mark(figures)


def test_an_unknown_language_is_refused(figures):
    """The manifest has no French figures."""
    with pytest.raises(UsageError):
        workbook.workbook(figures, language="fr")


C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def test_the_axis_ends_beyond_every_whisker(data, book):
    """An axis that stops short would make an interval look smaller than it is."""
    parts = office.parts(data, "book")
    charts = [etree.fromstring(part) for name, part in parts.items() if "/charts/chart" in name]
    reached = 0
    for chart in charts:
        ends = [float(one.get("val")) for one in chart.iterfind(f".//{C}valAx/{C}scaling/{C}max")]
        for series in chart.iter(f"{C}ser"):
            if series.find(f"{C}errBars") is None:
                continue
            places = (f"{C}val//{C}f", f"{C}errBars/{C}plus//{C}f")
            values, up = (numbers(book, series.find(place).text) for place in places)
            assert max(map(sum, zip(values, up, strict=True))) <= ends[0]
            reached += 1
    assert reached > 4


def numbers(book, reference):
    """The numbers of a range that a chart names; an empty cell is none."""
    sheet, _, cells = reference.replace("$", "").replace("'", "").partition("!")
    return [cell.value or 0 for (cell,) in book[sheet][cells]]


def test_each_indicator_has_its_definition(figures):
    """On a sheet of its own, by the code that the tables have."""
    texts = Definition(
        Text("死亡", "Deaths"), Text("死者人数", "People killed"), Text("人", "people")
    )
    unused = texts._replace(name=Text("无", "None"))
    data = workbook.workbook(figures, language="en", definitions={"deaths": texts, "x": unused})

    lines = lines_of(openpyxl.load_workbook(io.BytesIO(data))["Definitions"])
    assert [(one["indicator_code"], one["Definition"]) for one in lines] == [
        ("deaths", "People killed")
    ]


def test_tables_have_the_same_names_in_both_languages(figures):
    """So that a program reads a table by its name."""
    books = [book_of(figures, language) for language in ("zh", "en")]
    names = [{name for sheet in opened for name in sheet.tables} for opened in books]

    assert names[0] == names[1]
    assert {"contents", "notes", "comparison", "trend", "evidence", "sources"} <= names[0]


def test_computed_numbers_have_one_decimal_and_printed_ones_all_of_theirs(tmp_path):
    """A ratio has two; a percentage that was printed with two decimals keeps them."""
    change = {"measure": "change_pct", "mark": "percent_only"}
    computed = row(value=45, before=51, ratio=45 / 51, percent=-11.764705882352942, lower=0.58)
    more = [
        figure("changes-all", [computed, row("nantong", None, percent=-9.25, **change)]),
    ]
    data = workbook.workbook(written(tmp_path, more=more), language="zh", patterns=["changes-all"])
    sheet = openpyxl.load_workbook(io.BytesIO(data))["变化"]
    heads = [cell.value for cell in sheet[workbook.HEAD + 1]]
    cells = {
        head: [line[place] for line in sheet.iter_rows(min_row=workbook.HEAD + 2)]
        for place, head in enumerate(heads)
    }

    assert [one.number_format for one in cells["变化（%）"]] == ["#,##0.0", "#,##0.####"]
    assert cells["与上年之比"][0].number_format == "0.00"
