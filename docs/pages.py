"""
The generated pages under ``docs/``: dictionary, what is missing, identities, method, glossary.

``python docs/pages.py`` writes them; a test compares the committed pages with the tables. In pages
written by hand it renews the output that follows a command, and adds calls to the lists of calls.
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import architecture
import methods
import pandas as pd
from click.testing import CliRunner

from analysis import files
from analysis.charts.kinds import KINDS
from analysis.cli import main as commands
from analysis.comparability import families
from analysis.language import numbers, values
from analysis.language.messages import catalogue, say
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Better,
    Closure,
    Language,
    Measure,
    Nature,
    Quantity,
    Status,
)
from analysis.statistics import gaps
from analysis.tables import identities, load
from analysis.tables.frames import framed
from analysis.tables.load import Tables

QUANTITIES = {
    Quantity.COUNT: Text("计数", "count"),
    Quantity.PEOPLE: Text("人数", "people"),
    Quantity.MONEY: Text("金额", "money"),
    Quantity.LENGTH: Text("长度", "length"),
    Quantity.AREA: Text("面积", "area"),
    Quantity.SHARE: Text("占比", "share"),
    Quantity.RATE: Text("比率", "rate"),
    Quantity.RANK: Text("名次", "rank"),
    Quantity.DURATION: Text("时长", "duration"),
    Quantity.MASS: Text("质量", "mass"),
    Quantity.VOLUME: Text("体积", "volume"),
}
NATURES = {Nature.FLOW: Text("期间累计", "flow"), Nature.STOCK: Text("时点存量", "stock")}
BETTERS = {
    Better.LOWER: Text("越低越好", "lower"),
    Better.HIGHER: Text("越高越好", "higher"),
    Better.NEITHER: Text("无好坏之分", "neither"),
}
DOCS = Path(__file__).parent
CALLS = {Language.ZH: "jupyter.zh.md", Language.EN: "jupyter.md"}
ANSWERED = re.compile(r"(```sh\nregional-safety ([^\n]+)\n```\n\n```text\n)(.*?)(?=```)", re.DOTALL)
CLOSURES = {
    Closure.EXACT: Text("恰好相等", "exact"),
    Closure.WITHIN_ROUNDING: Text("在舍入误差之内", "within rounding"),
    Closure.DOES_NOT_CLOSE: Text("不相等", "does not close"),
}
MADE = Text(
    "本页由 `make docs` 从 `data/` 生成，请勿手改。",
    "`make docs` writes this page from `data/`; do not edit it by hand.",
)


def contents(held: Tables) -> dict[str, str]:
    """Every generated page by its file name, as Markdown."""
    pages = {"identities.md": identities_page(held), architecture.NAME: architecture.picture()}
    for language in Language:
        pages[f"dictionary.{language}.md"] = dictionary_page(held, language)
        pages[f"frames.{language}.md"] = frames_page(held, language)
        pages[f"missing.{language}.md"] = missing_page(held, language)
        pages[f"glossary.{language}.md"] = glossary_page(language)
        pages[methods.PAGES[language]] = methods.page(language)
        pages[CALLS[language]] = calls_page(language)
    return answered_pages() | pages


def main() -> None:
    """Write every page that differs from what stands in ``docs/``."""
    for name, text in contents(load.load()).items():
        if files.read(DOCS / name) != text.encode():
            files.write(DOCS / name, text.encode())


def answered_pages() -> dict[str, str]:
    """Every page that shows what a command prints, with the lines that it prints now."""
    texts = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
    return {name: ANSWERED.sub(_answered, text) for name, text in texts.items()}


def _answered(block: re.Match[str]) -> str:
    """A command and the first lines of its output, as many as the page has."""
    output = CliRunner().invoke(commands.main, shlex.split(block[2])).stdout
    return block[1] + "".join(output.splitlines(keepends=True)[: block[3].count("\n")])


def calls_page(language: Language) -> str:
    """The page that lists the calls, with a row for each kind of figure that it lacks."""
    text = (DOCS / CALLS[language]).read_text("utf-8")
    end = [row.end() for row in re.finditer(r"^\| `rs\..*\n", text, re.MULTILINE)][-1]
    new = [name for name in KINDS if f"`rs.{name}(" not in text]
    rows = [f"| `rs.{name}(…)` | {say(f'kind.{name}')[language]} |\n" for name in new]
    return text[:end] + "".join(rows) + text[end:]


def dictionary_page(held: Tables, language: Language) -> str:
    """Every indicator by theme: code, name, unit, kind, definition, and who reports it."""
    title = Text("指标词典", "Data dictionary")[language]
    lead = Text(
        f"共{len(held.indicators)}个指标。“报告”列为有此指标数字的地区及行数；"
        "“背景”指只见于其他出版物。",
        f"{len(held.indicators)} indicators. The last column names the regions whose reports have "
        'figures, with the number of rows; "context" means other publications only.',
    )[language]
    lines = [f"# {title}", "", MADE[language], "", lead, ""]
    for theme in held.themes.to_dict("records"):
        chosen = held.indicators[held.indicators["theme"].eq(theme["theme"])]
        if len(chosen):
            lines += [f"## {theme[f'name_{language}']}", ""]
            lines += [*_dictionary(held, chosen, language), ""]
    return _page(lines)


def frames_page(held: Tables, language: Language) -> str:
    """Every column of every frame: name, type, unit and what it contains."""
    lead = Text(
        "`rs.load().columns()`给出同样的内容。`rows`和`context_rows`是`rs.load()`的数据，每行一个数字；"
        "`safety.rate`和`safety.change`是相应调用增加的列；其余是`data/`的数据表。",
        "`rs.load().columns()` gives the same. `rows` and `context_rows` have one row a figure; "
        "`safety.rate` and `safety.change` are the columns that those calls add; the others are "
        "the tables of `data/`.",
    )[language]
    title = Text("数据框的列", "Columns of the frames")[language]
    head = Text("列|类型|单位|内容", "column|type|unit|contents")[language].split("|")
    lines = [f"# {title}", "", MADE[language], "", lead, ""]
    for frame, columns in framed(held).columns().groupby("frame", sort=False):
        cells = columns[["column", "type", f"unit_{language}", f"description_{language}"]]
        rows = [
            (f"`{name}`", *others) for name, *others in cells.itertuples(index=False, name=None)
        ]
        lines += [f"## `{frame}`", "", *_table(head, rows), ""]
    return _page(lines)


def _dictionary(held: Tables, chosen: pd.DataFrame, language: Language) -> list[str]:
    head = Text(
        "代码|名称|单位|种类|性质|方向|定义|报告",
        "code|name|unit|quantity|nature|better|definition|reports",
    )
    units = held.units.set_index("unit")["name_en"]
    rows = [
        (
            f"`{row['indicator']}`",
            row[f"name_{language}"],
            row["unit"] if language is Language.ZH else units[row["unit"]] or row["unit"],
            QUANTITIES[Quantity(row["quantity"])][language],
            NATURES[Nature(row["nature"])][language],
            BETTERS[Better(row["better"])][language],
            row[f"definition_{language}"],
            _reporters(held, row["indicator"], language),
        )
        for row in chosen.to_dict("records")
    ]
    return _table(head[language].split("|"), rows)


def _reporters(held: Tables, indicator: str, language: Language) -> str:
    mine = held.rows[held.rows["indicator"].eq(indicator)]
    counts = mine.sort_values(["level_order", "adcode"])[f"region_{language}"]
    named = [f"{name} ({count})" for name, count in counts.value_counts(sort=False).items()]
    if named:
        return Text("、", ", ")[language].join(named)
    known = held.context["indicator"].eq(indicator).any()
    return Text("背景", "context")[language] if known else "—"


def missing_page(held: Tables, language: Language) -> str:
    """What each report gives of the shared indicators, and why the rest is empty."""
    shared = _shared(held)
    title = Text("缺失的数字及原因", "What is missing, and why")[language]
    lead = Text(
        f"两地以上报告提到的{len(shared)}个指标。有实际数字的格写数字，其余写原因；"
        "缺失不是零。每格详情：`regional-safety explain 地区 指标`。",
        f"The {len(shared)} indicators that two or more reports mention. A cell has the figure "
        "that happened, or the reason why there is none; missing is not zero. For the sentence "
        "behind a cell: `regional-safety explain REGION INDICATOR`.",
    )[language]
    regions = gaps.reporting(held.rows)
    cells = _cells(held, shared, language)
    names = held.indicators.set_index("indicator")[f"name_{language}"]
    head = [Text("指标", "indicator")[language], *(row[f"region_{language}"] for row in regions)]
    body = [(names[code], *(cells[row["region"], code] for row in regions)) for code in shared]
    only = _alone(held, regions, language)
    return _page([f"# {title}", "", MADE[language], "", lead, "", *_table(head, body), "", *only])


def _shared(held: Tables) -> list[str]:
    regions = held.rows.groupby("indicator")["region"].nunique()
    return [code for code in held.indicators["indicator"] if regions.get(code, 0) > 1]


def _cells(held: Tables, codes: Sequence[str], language: Language) -> dict[Any, str]:
    """What each region gives of each indicator: its most telling level, or why it has none."""
    rows = held.rows[held.rows["indicator"].isin(codes)]
    counted = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    cells = {
        (row["region"], row["indicator"]): _figure(row, language)
        for row in families.each(counted, held).to_dict("records")
    }
    near = {code: gaps.by_report(held.absence_rows, code) for code in codes}
    for region in gaps.reporting(held.rows):
        mine = rows[rows["region"].eq(region["region"])]
        for code in codes:
            if (region["region"], code) not in cells:
                own = mine[mine["indicator"].eq(code)].to_dict("records")
                reason = gaps.explained(region, own, near[code])
                cells[region["region"], code] = f"*{reason[f'reason_{language}']}*"
    return cells


def _figure(row: dict[Any, Any], language: Language) -> str:
    """The figure that stands for a region, or how many parts there are."""
    if not row["stands"]:
        return say("coverage.parts", count=row["parts"])[language]
    part = values.part(row)[language]
    return values.value(row)[language] + (f" ({part})" if part else "")


def _alone(held: Tables, regions: Iterable[dict[Any, Any]], language: Language) -> list[str]:
    """How many indicators each region reports, and how many of them no other does."""
    shared = set(_shared(held))
    title = Text("只有一地报告的指标", "Indicators that one region alone reports")[language]
    head = Text("地区|指标数|其中独有", "region|indicators|of them alone")[language].split("|")
    rows = []
    for region in regions:
        mine = held.rows[held.rows["region"].eq(region["region"])]
        codes = set(mine["indicator"])
        rows.append((region[f"region_{language}"], len(codes), len(codes - shared)))
    return [f"## {title}", "", *_table(head, rows)]


def glossary() -> pd.DataFrame:
    """Return ``glossary.csv``: terms, their meanings, and the words that they replace."""
    frame = pd.read_csv(DOCS / "glossary.csv", keep_default_na=False)
    for language in Language:
        terms = frame[f"term_{language}"]
        frame[f"term_{language}"] = [say(t)[language] if t in catalogue() else t for t in terms]
    return frame


def glossary_page(language: Language) -> str:
    """Every term with its translation and its meaning."""
    title = Text("术语表", "Glossary")[language]
    lead = Text(
        "本项目各页面、图和消息使用的术语。",
        "The terms of the pages, figures and messages of this project.",
    )[language]
    made = Text(
        "本页由 `make docs` 从 `docs/glossary.csv` 生成，请勿手改。",
        "`make docs` writes this page from `docs/glossary.csv`; do not edit it by hand.",
    )[language]
    head = Text("术语|英文|含义", "term|Chinese|meaning")[language].split("|")
    other = {Language.ZH: Language.EN, Language.EN: Language.ZH}[language]
    columns = [f"term_{language}", f"term_{other}", f"meaning_{language}"]
    rows = glossary()[columns].itertuples(index=False)
    return _page([f"# {title}", "", made, "", lead, "", *_table(head, rows)])


def identities_page(held: Tables) -> str:
    """Every arithmetic relation that a report states, with how it closes."""
    frame = identities.decided(held)
    counts = frame["decided"].value_counts()
    told = [
        f"{closure.zh} / {closure.en}: {counts.get(word, 0)}" for word, closure in CLOSURES.items()
    ]
    head = ["报告 report", "等式 relation", "结果 closes", "差 gap", "说明 note"]
    rows = [
        (
            row["report"],
            row["formula"],
            _closing(row),
            numbers.exact(round(row["gap"], 4)),
            row["note"],
        )
        for row in frame.to_dict("records")
    ]
    title = "# 报告自己的算术 / The reports' own arithmetic"
    lead = "、".join(told)
    return _page([title, "", MADE.zh, MADE.en, "", lead, "", *_table(head, rows)])


def _closing(row: dict[Any, Any]) -> str:
    closure = CLOSURES[Closure(row["decided"])]
    return f"{closure.zh} {closure.en}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(_escaped, line)) + " |" for line in lines]


def _escaped(cell: object) -> str:
    return str(cell).replace("|", r"\|")


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    main()
