"""The review: what a person sees first, and two regions from one text to the tables."""

import io

import openpyxl
import pytest
import qingshan
from click.testing import CliRunner
from qingshan import cells, put

from analysis.cli.reports import accept as accept_command
from analysis.cli.reports import compile_
from analysis.errors import TableError
from analysis.reports import accept, compilation, review
from analysis.tables import checks, descriptor, load

TWO = (
    "东山市、西水市2024年应急管理工作总结\n一、东山市\n2024年发生生产安全事故36起、死亡29人。\n"
    "二、西水市\n2024年发生生产安全事故12起、死亡9人。\n东山市应急管理局\n2025年1月16日"
)
NEW = [
    ["east", "429901", "东山市", "Dongshan", "prefecture", "420000"],
    ["west", "429902", "西水市", "Xishui", "prefecture", "420000"],
    ["hubei_", "420000", "湖北省", "Hubei", "province", "100000"],
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """A descriptor that only says that it was renewed: comparing all tables takes seconds."""

    def describe(folder, _):
        (folder / descriptor.FILE).write_bytes(b"renewed\n")

    monkeypatch.setattr(descriptor, "describe", describe)


@pytest.fixture
def folder(tmp_path):
    """A copy of the real tables that a test may change."""
    return qingshan.tables(tmp_path)


def compiled(folder, text, region="qingshan", name="a.txt"):
    """A text as a report of a region."""
    path = folder.parent / name
    path.write_text(text, "utf-8")
    return compilation.compiled(path, folder, region=region, period="2024")


def sheet(report, name="review", language="zh"):
    """The lines of a sheet of the review workbook, each by column."""
    book = openpyxl.load_workbook(io.BytesIO(review.workbook(report, language)))
    columns = cells(book[name])
    rows = book[name].iter_rows(2, values_only=True)
    lines = [{column: row[at - 1] or "" for column, at in columns.items()} for row in rows]
    return [line for line in lines if any(line.values())]


def reviewed(folder, report, *changes, new=NEW):
    """A workbook in which all figures are accepted, with the regions *new*, then *changes*."""
    book = openpyxl.load_workbook(io.BytesIO(review.workbook(report)))
    page, column = book["review"], cells(book["review"])
    for row in page.iter_rows(min_row=2):
        if row[column["role"] - 1].value in {"observation", "target"}:
            row[column["decision"] - 1].value = "accept"
    for number, line in enumerate(new, 2):
        for place, value in enumerate(line, 1):
            book["regions"].cell(number, place).value = value
    for change in changes:
        change(book)
    path = folder.parent / "reviewed.xlsx"
    book.save(path)
    return path


def test_sure_figures_come_first_and_other_numerals_are_folded_away(folder):
    """A filter on the roles hides dates and labels; figures go from sure to guessed."""
    report = compilation.compiled(qingshan.TEXT, folder, region="qingshan")
    lines = sheet(report)
    figures = [line for line in lines if line["role"] in {"observation", "target"}]
    trust = [["sure", "look", "guess"].index(line["confidence"]) for line in figures]
    page = openpyxl.load_workbook(io.BytesIO(review.workbook(report)))["review"]
    hidden = [page.row_dimensions[number].hidden for number in range(2, len(lines) + 2)]

    assert lines[: len(figures)] == figures
    assert trust == sorted(trust)
    assert hidden == [line not in figures for line in lines]
    assert len(lines) == len(report.candidates)


def test_a_sentence_that_is_repeated_is_offered_once(folder):
    """The figures of its second time are labels that name the first place."""
    sentence = "全年共检查生产经营单位1260家，整改隐患805处。"
    report = compiled(folder, f"2024年总结\n{sentence}\n一、情况\n{sentence}\n")
    rows = [c for c in report.candidates if c.raw in {"1260", "805"}]

    assert [c.owns for c in rows] == [True, True, False, False]
    assert rows[2].reason == f"与前文重复，见 start {rows[0].start}"


def test_short_sentences_and_rows_of_tables_may_come_again(folder):
    """What is alike by chance is no repetition."""
    rows = "类别\t起数\n道路运输和工矿商贸其他行业领域\t3\n"
    report = compiled(folder, f"2024年总结\n事故3起。\n事故3起。\n{rows}\n{rows}")

    assert sum(c.owns for c in report.candidates) == 4


def test_two_regions_end_to_end(folder):
    """Known by name, both regions join with their parent; the checks tell their rows apart."""
    regions = folder / "regions.csv"
    added = [f"{code},{adcode},{zh},{en},{level},{up}\n" for code, adcode, zh, en, level, up in NEW]
    regions.write_text(regions.read_text("utf-8") + "".join(added), "utf-8")
    report = compiled(folder, TWO, "east+west")
    proposed = {line["printed"]: line["region"] for line in sheet(report) if line["confidence"]}
    outcome = accept.accept(reviewed(folder, report), folder)
    tables = load.load(folder)
    rows = tables.observations[tables.observations["report"].eq("east-2024")]

    assert proposed == {"36起": "east", "29人": "east", "12起": "west", "9人": "west"}
    assert checks.everything(folder) == []
    assert dict(zip(rows["printed"], rows["region"], strict=True)) == proposed
    assert "observations/east-2024.csv" in outcome.files
    assert tables.regions_of("east-2024") == ("east", "west")
    assert accept.accept(reviewed(folder, report), folder).files == ()


def test_regions_and_their_parent_are_added_in_the_workbook(folder):
    """A district of a province that the tables lack brings the province along; names are codes."""
    report = compiled(folder, TWO, "east+west")
    east = [put("review", "region", NEW[0][2], raw=raw) for raw in ("36", "29")]
    west = [put("review", "region", "west", raw=raw) for raw in ("12", "9")]
    path = reviewed(folder, report, *east, *west)
    accept.accept(path, folder)

    tables = load.load(folder)
    assert {"east", "west", "hubei_"} <= set(tables.regions["region"])
    rows = tables.observations[tables.observations["report"].eq("east-2024")]
    assert list(rows["region"]) == ["east", "east", "west", "west"]


def test_a_region_without_its_parent_is_told_what_to_add(folder):
    """Other provinces are no help; the line that is missing is."""
    report = compiled(folder, TWO, "east+west")
    east = [put("review", "region", "east", raw=raw) for raw in ("36", "29", "12", "9")]
    path = reviewed(folder, report, *east, new=NEW[:2])

    with pytest.raises(TableError, match=r"sheet regions.*420000.*add its own line on this sheet"):
        accept.accept(path, folder)


@pytest.mark.parametrize("region", ["全省", "anhui", ""])
def test_a_figure_of_no_region_of_the_report_is_refused(folder, region):
    """Which of two regions is never guessed, and another region has its own report."""
    report = compiled(folder, TWO, "east+west")
    path = reviewed(folder, report, put("review", "region", region, raw="36"))

    with pytest.raises(TableError, match=r"column region .*choose one of the report's regions"):
        accept.accept(path, folder)


def test_instruments_that_nobody_read_for_stay_unread(folder):
    """The text's suggestion is shown; without a person's word nothing is asserted."""
    report = compiled(
        folder, "东山市应急管理局2024年总结\n建立安全生产“赛马”机制，事故36起。\n", "east"
    )
    shown = {line["instrument"]: line for line in sheet(report, "instruments")}
    named = put("instruments", "status", "not_mentioned")
    path = reviewed(folder, report, named, new=[*NEW[:1], NEW[2]])
    outcome = accept.accept(path, folder)
    status = load.load(folder).instrument_status
    own = status[status["region"].eq("east")].set_index("instrument")["status"]

    assert {line["status"] for line in shown.values()} == {"unread"}
    assert {line["suggestion"] for line in shown.values()} >= {"not_mentioned"}
    assert own.value_counts().to_dict() == {"unread": len(own) - 1, "not_mentioned": 1}
    assert any("unread" in text.id or "not read" in text.en for text in outcome.summary)


def test_the_unit_follows_the_indicator(folder):
    """An emptied unit is that of the indicator, and so is another word for the same thing."""
    text = "东山市应急管理局2024年总结\n全年检查企业120家。\n"
    report = compiled(folder, text, "east")
    chosen = put("review", "indicator", "inspections", raw="120")
    empty = put("review", "unit", None, raw="120")
    one = accept.accept(reviewed(folder, report, chosen, new=[*NEW[:1], NEW[2]]), folder)
    rows = load.load(folder).observations
    assert set(rows.loc[rows["region"].eq("east"), "unit"]) == {"次"}
    assert any("家 -> 次" in check for check in one.checks)
    path = reviewed(folder, report, chosen, empty, new=[*NEW[:1], NEW[2]])
    assert accept.accept(path, folder).files == ()


def command(folder, *words):
    """A command of the suite on the tables in *folder*."""
    call = {"compile": compile_, "accept": accept_command}[words[0]]
    arguments = [*map(str, words[1:]), "--project", str(folder.parent), "--language", "en"]
    return CliRunner().invoke(call, arguments)


def test_a_folder_of_reports_gives_a_workbook_each(folder, tmp_path):
    """Regions come from file names; what cannot be read is told and stops nothing."""
    reports, output = tmp_path / "reports", tmp_path / "reviews"
    reports.mkdir()
    (reports / "east-2024.txt").write_text("东山市2024年总结\n事故36起。\n", "utf-8")
    (reports / "chuxiong-2023.html").write_text("<p>2023年总结</p><p>事故3起。</p>", "utf-8")
    (reports / "bad.pdf").write_bytes(b"%PDF-1.4")
    (reports / "picture.png").write_bytes(b"x")
    result = command(folder, "compile", reports, "--output", output)

    assert {path.name for path in output.iterdir()} == {
        "east-2024.txt.xlsx",
        "chuxiong-2023.html.xlsx",
    }
    assert isinstance(result.exception, Exception)
    assert "1 of 3 reports not read" in str(result.exception)
    assert "not report files: picture.png" in result.stderr
    assert "bad.pdf" in result.stderr


@pytest.mark.parametrize(("name", "begins"), [("a.xlsx", b"PK"), ("a.csv", b"start,"),
                                              ("a.jsonl", b"{")])  # fmt: skip
def test_the_name_of_the_output_says_its_format(folder, tmp_path, name, begins):
    """No word for the format is needed beside review.xlsx."""
    report = tmp_path / "east-2024.txt"
    report.write_text("东山市2024年总结\n事故36起。\n", "utf-8")

    assert command(folder, "compile", report, "--output", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_report_that_names_no_region_asks_for_it(folder, tmp_path):
    """Nothing is guessed from nothing."""
    report = tmp_path / "report.txt"
    report.write_text("某地2024年总结\n事故36起。\n", "utf-8")
    result = command(folder, "compile", report)

    assert "give --region" in str(result.exception)


def test_what_accept_does_fits_one_screen(folder):
    """Figures, numerals and unread instruments in numbers; every row only on request."""
    report = compilation.compiled(qingshan.TEXT, folder, region="qingshan")
    path = folder.parent / "reviewed.xlsx"
    qingshan.decided(review.workbook(report), path)
    short = command(folder, "accept", path, "--dry-run")
    whole = command(folder, "accept", path, "--dry-run", "--details")
    lines = [*short.stdout.splitlines(), *short.stderr.splitlines()]

    assert len(lines) <= 24
    assert any(line.startswith("observations/qingshan: + ") for line in lines)
    assert any(
        "instruments not looked for in this report: no status recorded" in line for line in lines
    )
    assert any("numerals accounted for" in line for line in lines)
    assert len(whole.stdout.splitlines()) > 40


CLOSING = "\n青山市应急管理局\n2025年1月16日"
ONE = [["qingshan", "429900", "青山市", "Qingshan", "prefecture", "100000"]]


def test_a_new_campaign_is_proposed_on_the_sheet_of_parts(folder):
    """A quoted name becomes the part of its figures; accepting one asks for its English name."""
    report = compiled(folder, f"青山市2024年总结\n在“清风”行动中,检查企业96家。{CLOSING}")
    (figure,) = [line for line in sheet(report) if line["raw"] == "96"]
    (part,) = sheet(report, "breakdowns")

    assert figure["breakdown"] == part["breakdown"] == "campaign:new_at_11"
    assert part["name_zh"] == "“清风”行动"
    with pytest.raises(TableError, match="name_en"):
        accept.accept(reviewed(folder, report, new=ONE), folder)

    named = put("breakdowns", "name_en", "Fresh breeze")
    accept.accept(reviewed(folder, report, named, new=ONE), folder)
    assert (load.load(folder).breakdowns["breakdown"] == "campaign:new_at_11").sum() == 1


def test_a_new_part_that_no_accepted_row_has_is_not_taken(folder):
    """Rejecting the figures of a campaign leaves the table of parts as it is."""
    text = f"青山市2024年总结\n发生事故3起。在“清风”行动中,检查企业96家。{CLOSING}"
    refused = put("review", "decision", "reject", raw="96")
    accept.accept(reviewed(folder, compiled(folder, text), refused, new=ONE), folder)

    assert not load.load(folder).breakdowns["breakdown"].str.startswith("campaign:new").any()


def test_the_base_of_a_change_is_a_column_and_a_note_of_its_row(folder):
    """What a change is a change from stands beside its measure; the tables note it."""
    text = f"青山市2024年总结\n12月份发生事故18起,环比上升20%。{CLOSING}"
    report = compiled(folder, text)
    (line,) = [line for line in sheet(report) if line["raw"] == "20"]
    accept.accept(reviewed(folder, report, new=ONE), folder)
    rows = load.load(folder).observations
    notes = rows.loc[rows["report"].eq("qingshan-2024") & rows["measure"].eq("change_pct"), "note"]

    assert line["base"] == "month_before"
    assert [*notes] == ["与上月（上期）比较，不是与上年比较"]


def test_a_workbook_from_before_the_column_of_the_base_is_still_accepted(folder):
    """A review that was begun with an earlier version is not lost."""

    def earlier(book):
        page = book["review"]
        page.delete_cols(cells(page)["base"])

    report = compiled(folder, f"青山市2024年总结\n发生事故18起,环比上升20%。{CLOSING}")
    accept.accept(reviewed(folder, report, earlier, new=ONE), folder)

    assert load.load(folder).observations["report"].eq("qingshan-2024").sum() == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_that_cannot_be_read_is_refused_in_the_language_of_the_reader(folder, language):
    """The reason and the remedy are in Chinese or in English, as asked."""
    path = folder.parent / "a.txt"
    path.write_text("{\\rtf1 text}", "utf-8")
    arguments = [str(path), "--project", str(folder.parent), "--language", language]
    refused = CliRunner().invoke(compile_, arguments).exception

    assert ("RTF文件" if language == "zh" else "an RTF file") in refused.text[language]


@pytest.mark.parametrize("key", ["region", "report"])
def test_faults_are_in_words(folder, key):
    """No pattern is shown to a person."""
    report = compiled(folder, TWO, "east+west")

    def spoil(book):
        row = next(row for row in book["report"].iter_rows(min_row=2) if row[0].value == key)
        row[1].value = "?"

    with pytest.raises(TableError) as refused:
        accept.accept(reviewed(folder, report, spoil), folder)
    assert "[a-z]" not in str(refused.value)
    assert "such as qingshan" in str(refused.value)


def test_a_figure_without_indicator_counts_as_not_taken(folder):
    """It is folded behind the others and already rejected; the rest is for the reviewer."""
    text = f"青山市2024年总结\n更换软管326根。发生事故3起。{CLOSING}"
    lines = {line["raw"]: line for line in sheet(compiled(folder, text)) if line["confidence"]}

    assert [*lines] == ["3", "326"]
    assert (lines["326"]["indicator"], lines["326"]["decision"]) == ("", "reject")
    assert lines["3"]["decision"] == ""


def test_a_figure_with_key_and_value_of_an_earlier_one_is_left_out(folder):
    """Other words for the same thing; another value of the same thing is for the reviewer."""
    text = f"青山市2024年总结\n全年发生事故3起。全市事故共3起,死亡2人。共有1人死亡。{CLOSING}"
    lines = [line for line in sheet(compiled(folder, text)) if line["role"] == "observation"]

    assert [(line["raw"], line["decision"]) for line in lines] == [
        ("3", ""),
        ("2", ""),
        ("1", ""),
        ("3", "reject"),
    ]
