"""An invented project of one region: the smallest tables that keep every contract."""

import csv
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from analysis.tables import numerals
from analysis.tables.load import Tables
from analysis.tables.schema import TABLES

TEXT = (
    "2024年,东区共发生事故42起、死亡45人,同比死亡人数减少3人、下降6.3%。\n"
    "开展演练1.2万余场次,参加3.5万人次。无重大事故。建立“安全码”机制。明年开展演练不少于2次。\n"
)
_SUM = f"{sha256(TEXT.encode()).hexdigest()}|{len(TEXT)}"
PEER = (
    *("420000", "湖北", "Hubei", "province", "deaths", "", "2023-01-01", "2023-12-31"),
    *("level", "9", "人", "with_road", "", "first", "printed", "应急厅", "通报", "", "reprint"),
    *("死亡9人", ""),
)
TABLE_LINES = {
    "reports": [
        f"east-2024|east|工作总结|东区应急局|2025-01-10|2024-01-01|2024-12-31|report+plan|{_SUM}|"
    ],
    "regions": ["china|100000|全国|China|country|", "east|320000|东区|East|province|100000"],
    "indicators": [
        "accidents|事故起数|Accidents|outcomes|起|count|flow|lower|population|起数|Accidents",
        "deaths|死亡人数|Deaths|outcomes|人|people|flow|lower|population|人数|Deaths",
        "serious|重大事故|Serious|outcomes|起|count|flow|lower|population|起数|Serious",
        "drills|演练场次|Drills|outcomes|场|count|flow|neither|population|场次|Drills held",
        "people_drilled|演练人次|Attendance|outcomes|人次|people|flow|neither||人次|Attendance",
        "alerts|预警起数|Alerts|outcomes|起|count|flow|neither||起数|Alerts",
    ],
    "synonyms": ["deaths|死亡"],
    "breakdowns": ["sector:mining|sector|矿山|Mining"],
    "units": [
        "起|cases|case|count",
        "人|people|person|people",
        "场|events|event|count",
        "人次|person-times|person-time|people",
    ],
    "themes": ["outcomes|结果|Outcomes"],
    "context": [
        "320000|2023-01-01/2023-12-31|deaths||level|48|人|printed|统计局|公报||official|死亡48人||first"
    ],
    "breaks": ["320000|deaths|2018-12-31|2020-01-01|旧口径|Older scope"],
    "peers": ["|".join(PEER)],
    "instruments": ["safety_code|安全码|Safety code|outcomes|扫码|Scanning"],
    "instrument_status": ["safety_code|east|in_use|建立“安全码”机制|{建立}|"],
    "commitments": [
        "east-1|east|east-2024|二|outcomes|2|场|>=||演练|Hold drills|{开展演练不}|开展演练不少于2次"
    ],
    "identities": ["deaths-change|east-2024|percent_change|{6.3}|{45} {3人}|within_rounding|"],
    "families": [
        "toll|伤亡|Toll|死亡多少人？|How many died?|人|outcomes|listing|口径不一|Scopes vary"
    ],
    "family_members": ["toll|east-2024|deaths||level|member|全区|Whole district"],
    "absences": ["east-2024|alerts|mentioned|建立“安全码”机制|{建立}|"],
    "observations/east": [
        "accidents||actual|level|=|42|起|42起|{42}|共发生事故42起|",
        "deaths||actual|level|=|45|人|45人|{45}|死亡45人|",
        "deaths||actual|change_abs|=|-3|人|3人|{3人}|死亡人数减少3人|",
        "deaths||actual|change_pct|=|-6.3|%|6.3%|{6.3}|减少3人、下降6.3%|",
        "drills||actual|level|>=|12000|场|1.2万余场次|{1.2}|开展演练1.2万余场次|",
        "people_drilled||actual|level|=|35000|人次|3.5万人次|{3.5}|参加3.5万人次|",
        "serious||actual|level|=|0|起|无重大事故|{无重大事故}|无重大事故|",
        "drills||target|level|>=|2|场|2次|{2次}|开展演练不少于2次|",
    ],
    "mentions/east": [],
}
_SPANS = {
    "{建立}": "建立“安全码”机制",
    "{开展演练不}": "开展演练不少于2次",
    "{3人}": "3",
    "{2次}": "2",
}
_ROLES = {0: ("date", "年份")} | {TEXT.index("2次"): ("target", "要求")}


def project(root: Path) -> Path:
    """Write the tables to ``data`` and the original to ``originals`` in *root*; return ``data``."""
    folder = root / "data"
    for name in TABLE_LINES:
        write(folder, name, table(name))
    (root / "originals").mkdir()
    (root / "originals" / "east.txt").write_bytes(TEXT.encode())
    return folder


def table(name: str) -> list[list[str]]:
    """The lines of a table with the header, places filled in from the text."""
    header = list(TABLES[name.partition("/")[0]].columns)
    if name.startswith("mentions"):
        return [header, *_mentions()]
    lines = [_placed(line, name).split("|") for line in TABLE_LINES[name]]
    if name.startswith("observations"):
        period = ["2024-01-01", "2024-12-31"]
        lines = [
            ["east-2024", "", *line[:2], *(period if line[2] == "actual" else _NEXT), *line[2:]]
            for line in lines
        ]
    return [header, *lines]


_NEXT = ["2025-01-01", "2025-12-31"]


def _placed(line: str, name: str) -> str:
    """*line* with each word in braces replaced by where it stands in the text."""
    for word in [f"{{{piece.split('}')[0]}}}" for piece in line.split("{")[1:]]:
        start = TEXT.index(word[1:-1])
        end = start + len(_SPANS.get(word, word[1:-1]))
        line = line.replace(word, str(start) if name == "identities" else f"{start}|{end}")
    return line


def _mentions() -> list[list[str]]:
    return [
        [str(n.start), str(n.end), n.raw, *_ROLES.get(n.start, ("observation", "数字"))]
        for n in numerals.find(TEXT)
    ]


def write(folder: Path, name: str, lines: list[list[str]]) -> None:
    """Write *lines* as the CSV of table *name*."""
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def read(path: Path) -> list[list[str]]:
    """The lines of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def plant(path: Path, line: int, column: str, cell: str) -> None:
    """Change one cell of a CSV file, the header being line 1."""
    lines = read(path)
    lines[line - 1][lines[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def changed(held: Tables, table: str, line: int, **cells: object) -> Tables:
    """The tables with some cells of one line of *table* changed, as if its file had been."""
    frame = getattr(held, table).copy()
    for column, cell in cells.items():
        frame.loc[line, column] = cell
    return replace(held, **{table: frame})
