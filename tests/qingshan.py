"""A region that the tables do not know: its invented reports, and a person's word on them."""

import io
import shutil
from datetime import date
from pathlib import Path

import openpyxl

from analysis.reports import compilation, review
from analysis.reports.setting import Setting
from analysis.reports.suggestions import catalogue

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
TEXT = HERE / "qingshan.txt"
TOLD = Setting(("青山",), 2, date(2024, 1, 1), date(2024, 12, 31))
CATALOGUE = catalogue(DATA)
REGION = {
    "name_zh": "青山市",
    "name_en": "Qingshan",
    "level": "prefecture",
    "adcode": "429900",
    "parent": "100000",
}
# What a person knows better than any reader: the numeral, and its indicator.
CHOSEN = {
    "未发生重特大生产安全事故": "serious_and_major_accidents",
    "812": "major_hazards_found",
    "1260": "inspections",
    "12": "supply_classes",
}
REFUSED = ("24小时",)  # of 24小时值班值守, which names a duty
LATER = (
    "青山市2025年应急管理工作总结\n2024年全市共发生生产安全事故37起、死亡29人。\n"
    "今年全市共发生生产安全事故30起,同比减少6起;死亡24人。\n青山市应急管理局\n2026年1月9日"
)


def tables(place):
    """A copy of the real tables in *place*, without originals."""
    kept = shutil.ignore_patterns("originals", ".*")
    return Path(shutil.copytree(DATA, place / "data", ignore=kept))


def content(folder):
    """Every file of the tables with its bytes, without what accepting keeps for itself."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def cells(page):
    """The columns of a sheet by name."""
    return {cell.value.split("\n")[0]: cell.column for cell in page[1]}


def put(sheet, column, value, *, raw=None):
    """A change that writes *value* into the first (or the *raw*) line of a sheet."""

    def change(book):
        page = book[sheet]
        columns = cells(page)
        rows = page.iter_rows(min_row=2)
        line = next(r for r in rows if raw is None or r[columns["raw"] - 1].value == raw)
        line[columns[column] - 1].value = value

    return change


def decided(blank, path, change=None):
    """The workbook as a person leaves it: all accepted, the region told, then *change*."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    page = book["review"]
    column = cells(page)
    plans = iter(("kind:general+level:prefecture", "kind:special+level:prefecture"))
    for row in page.iter_rows(min_row=2):
        if row[column["role"] - 1].value in {"observation", "target"}:
            refused = row[column["printed"] - 1].value in REFUSED
            row[column["decision"] - 1].value = "reject" if refused else "accept"
            code = row[column["indicator"] - 1]
            code.value = CHOSEN.get(row[column["raw"] - 1].value, code.value)
        if row[column["indicator"] - 1].value == "emergency_plans":
            row[column["breakdown"] - 1].value = next(plans)
    for key, column in cells(book["regions"]).items():
        line = book["regions"].cell(2, column)
        line.value = line.value or REGION[key]
    if change:
        change(book)
    book.save(path)
    return path


def later(data, place):
    """A reviewed workbook of the region's report of the next year."""
    text = place / "later.txt"
    text.write_text(LATER, "utf-8")
    path = place / "later.xlsx"
    review.save(compilation.compiled(text, data, region="qingshan", period="2025"), path)
    return decided(path.read_bytes(), path)
