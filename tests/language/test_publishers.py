"""English names of publishers."""

import csv
import re
from pathlib import Path

import pytest
from tidy import context, frame, row

from analysis.language.publishers import publisher, source_note
from analysis.language.text import Text

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("table", ["reports", "context", "peers"])
def test_every_publisher_of_the_tables_has_an_english_name(table: str) -> None:
    """An English figure names its sources in English."""
    with (DATA / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {line["publisher"] for line in csv.DictReader(file)}
    chinese = {name for name in names if re.search("[\u3400-\u9fff]", publisher(name).en)}
    assert names
    assert not chinese


def test_an_unknown_publisher_keeps_its_own_name() -> None:
    """A row that somebody adds needs no line in the list."""
    assert publisher("某局") == Text("某局", "某局")


def test_each_report_is_named_once_and_in_house_order():
    """Three rows of two reports: two titles, the province first."""
    rows = frame(row(), row(year=2024, indicator="accidents"), row("anhui", year=2023))

    note = source_note(rows)

    assert note.zh == "资料来源：安徽应急管理局《安徽工作总结》；楚雄应急管理局《楚雄工作总结》"
    assert note.en == "Sources: Anhui report 2023; Chuxiong report 2024"


def test_a_report_of_two_regions_is_named_after_both():
    """It is one source, and neither region's alone."""
    rows = frame(row("anshan", year=2024), row("anhui", year=2024)).assign(report="anshan-2024")

    assert source_note(rows).en == "Sources: Anhui and Anshan report 2024"


def test_a_row_filtered_out_leaves_the_source_line_by_itself():
    """Credits are computed."""
    rows = frame(row(), row("anhui", year=2023))

    assert "Anhui" not in source_note(rows[rows["region"].eq("chuxiong")]).en


def test_other_publications_stand_apart():
    """A chart that uses context says so."""
    note = source_note(frame(row(), context(year=2023, publisher="楚雄州统计局")))

    assert note.zh.endswith("；另据楚雄州统计局")
    assert note.en.endswith("; also Chuxiong Bureau of Statistics")


def test_context_alone_is_no_report():
    """Only other publications: no report is named."""
    note = source_note(frame(context(publisher="楚雄州统计局")))

    assert note.zh == "资料来源：楚雄州统计局"


def test_a_figure_names_a_publisher_without_its_reprint() -> None:
    """Two reprints of one bureau are one source; the record keeps both."""
    names = ["云南省应急管理厅（转载）", "云南省应急管理厅（昆明信息港）"]

    note = source_note(frame(*(context(year=2023, publisher=name) for name in names)))

    assert note == Text(
        "资料来源：云南省应急管理厅", "Sources: Yunnan Emergency Management Department"
    )
