"""
Look in the reports for subjects that the tables call unmentioned, and list what is found.

    python benchmarks/absences.py --originals DIR [--data DIR]

For every indicator with figures of two or more reports, and every report without one, the text is
searched for the synonyms of the indicator and for the words below. A report that has a row in
``absences.csv`` is explained by it; any other match is printed, unless it is one of the listed
other uses of the same words. Nothing printed means that each of those reports is silent.
"""

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Words that may name the subject of an indicator beside its synonyms; blanks join words of one
# sentence, as in the table of synonyms.
WORDS = {
    "administrative_fines": ("处罚", "罚款", "罚没"),
    "chemical_parks_graded": ("化工园区", "化工产业园"),
    "closures": ("关闭",),
    "deaths": ("死亡", "伤亡"),
    "disaster_relief_funds": ("救灾 资金", "救助", "冬春"),
    "drill_participants": ("演练", "拉练", "拉动"),
    "drills_held": ("演练", "拉练", "拉动"),
    "emergency_plans": ("预案",),
    "emerging_sectors_clarified": ("新兴", "新业态", "新行业", "新领域"),
    "enterprises_in_campaign": ("专项治理", "专项整治"),
    "entities_inspected": ("检查 企业", "检查 单位", "暗访"),
    "full_coverage_inspection_rounds": ("全覆盖 检查", "全覆盖 督导", "轮 检查"),
    "funds_secured": ("资金", "经费", "预算", "国债"),
    "hazard_rectification_rate": ("整改率", "整改 隐患", "闭环", "销号"),
    "hazards_found": ("隐患",),
    "hazards_found_and_rectified": ("隐患",),
    "hazards_rectification_supervised": ("督办", "整改"),
    "hazards_rectified": ("整改", "治理隐患"),
    "inspection_coverage_rate": ("全覆盖 检查", "全覆盖 排查", "检查率"),
    "interviews_held": ("约谈", "曝光", "通报", "警示"),
    "key_sectors_covered": ("重点行业", "重点领域"),
    "major_hazards_found": ("重大事故隐患", "重大隐患"),
    "mines_closed": ("矿山", "煤矿"),
    "monitoring_sites_connected": ("监测", "监控", "联网"),
    "people_trained": ("培训", "轮训", "教育"),
    "publicity_events": ("宣传", "宣讲", "普法", "科普"),
    "publicity_materials": ("资料", "手册", "折页", "宣传"),
    "publicity_participants": ("宣传", "普法", "科普"),
    "relief_supplies_stock": ("物资", "储备"),
    "risk_consultations": ("会商", "研判"),
    "severe_weather_rounds": ("天气", "暴雨", "台风", "寒潮", "强对流", "降雨"),
    "supply_classes": ("物资 种类", "大类", "物资 储备"),
    "supply_types": ("物资 种类", "余种", "物资 储备"),
    "suspended_for_rectification": ("停产", "停业", "整顿"),
    "tailings_ponds_treated": ("尾矿库", "头顶库"),
    "training_sessions": ("培训", "轮训", "教育"),
    "units_guided": ("指导", "帮扶", "辅导"),
    "units_with_plan_work": ("预案",),
}
# Cells where such words mean something else, and what: nothing of them is the subject.
OTHER_USES = {
    ("full_coverage_inspection_rounds", "nantong-2024"): "plans cover every township (预案全覆盖)",
    ("interviews_held", "nantong-2024"): "praise in a circular (通报表扬)",
    ("interviews_held", "yaohai-2020"): "joint sanctions for lost credit (失信联合惩戒)",
    ("units_guided", "anhui-2023"): "a guiding ideology (以……为指导)",
}
_SENTENCE = re.compile(r"[^。；;！？\n]+")


class Hit(NamedTuple):
    """A sentence of a report that has the words of an indicator."""

    indicator: str
    report: str
    words: str
    start: int
    sentence: str


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of one CSV table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def empty_cells(data: Path) -> Iterator[tuple[str, str]]:
    """Yield every indicator that two reports have, with each report that has no row of it."""
    reporting = defaultdict(set)
    for path in sorted((data / "observations").glob("*.csv")):
        for row in rows(path):
            reporting[row["indicator"]].add(row["report"])
    for indicator, having in sorted(reporting.items()):
        if len(having) > 1:
            for report in rows(data / "reports.csv"):
                if report["report"] not in having:
                    yield indicator, report["report"]


def vocabulary(data: Path) -> dict[str, list[str]]:
    """Return the words of each indicator: its synonyms and those of :data:`WORDS`."""
    words = defaultdict(list)
    for row in rows(data / "synonyms.csv"):
        words[row["indicator"]].append(row["synonym"])
    for indicator, more in WORDS.items():
        words[indicator] += more
    return words


def matches(sentence: str, words: str) -> bool:
    """
    Whether *sentence* has every word of *words*, and none of those after an exclamation mark.

    >>> matches("组织开展应急演练", "演练 !桌面"), matches("组织开展桌面演练", "演练 !桌面")
    (True, False)
    """
    return all(
        (word[1:] not in sentence) if word[0] == "!" else word in sentence for word in words.split()
    )


def hits(text: str, indicator: str, report: str, words: list[str]) -> Iterator[Hit]:
    """Yield the sentences of *text* with words of the indicator, each once."""
    for match in _SENTENCE.finditer(text):
        for phrase in words:
            if matches(match[0], phrase):
                yield Hit(indicator, report, phrase, match.start(), match[0])
                break


def unexplained(data: Path, originals: Path) -> Iterator[Hit]:
    """Yield every hit in a cell that has neither a row of absences nor another use."""
    regions = {row["report"]: row["region"] for row in rows(data / "reports.csv")}
    explained = {(row["indicator"], row["report"]) for row in rows(data / "absences.csv")}
    words = vocabulary(data)
    for cell in empty_cells(data):
        if cell not in explained and cell not in OTHER_USES:
            indicator, report = cell
            text = (originals / f"{regions[report]}.txt").read_text(encoding="utf-8")
            yield from hits(text, indicator, report, words[indicator])


def main() -> None:
    """Print the unexplained hits; exit with status 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--originals", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("data"))
    options = parser.parse_args()
    found = list(unexplained(options.data, options.originals))
    for hit in found:
        print(f"{hit.indicator} {hit.report} at {hit.start}: {hit.words}: {hit.sentence[:60]}")
    cells = len(list(empty_cells(options.data)))
    print(f"{cells} cells without a figure, {len(found)} hits without an explanation")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
