"""Rows of the tidy frame, written out so that a test shows only what it is about."""

import pandas as pd

from analysis.comparability.families import Declared
from analysis.language.vocabulary import Level
from analysis.statistics import rates

REGIONS = {
    "china": ("100000", "全国", "China", "country", ""),
    "anhui": ("340000", "安徽", "Anhui", "province", "100000"),
    "anshan": ("210300", "鞍山", "Anshan", "prefecture", "210000 100000"),
    "nantong": ("320600", "南通", "Nantong", "prefecture", "320000 100000"),
    "hefei": ("340100", "合肥", "Hefei", "prefecture", "340000 100000"),
    "chuxiong": ("532300", "楚雄", "Chuxiong", "prefecture", "530000 100000"),
    "yaohai": ("340102", "瑶海", "Yaohai", "district", "340100 340000 100000"),
}
ENGLISH = {"人": "people", "起": "cases", "项": "items", "个": "", "%": "%", "元": "yuan", "": ""}
ONE = ENGLISH | {"人": "person", "起": "case", "项": "item"}


def row(region="chuxiong", value=45, *, year=2024, start=None, end=None, **changes):
    """One row as ``Tables.rows`` gives it: the deaths of a year unless *changes* say otherwise."""
    adcode, zh, en, level, ancestors = REGIONS[region]
    cells = {
        "report": f"{region}-{year}",
        "indicator": "deaths",
        "breakdown": "",
        "period_start": pd.Timestamp(start or f"{year}-01-01"),
        "period_end": pd.Timestamp(end or f"{year}-12-31"),
        "status": "actual",
        "measure": "level",
        "comparator": "=",
        "value": float(value),
        "unit": "人",
        "start": 100,
        "end": 102,
        "evidence": "死亡人数",
        "note": "",
        "region": region,
        "title": f"{zh}工作总结",
        "publisher": f"{zh}应急管理局",
        "published": pd.NaT,
        "kind": "report",
        "dated": True,
        "origin": "report",
        "url": "",
        "basis": "printed",
        "adcode": adcode,
        "level": level,
        "parent": ancestors.split(" ", maxsplit=1)[0],
        "region_zh": zh,
        "region_en": en,
        "indicator_zh": "死亡人数",
        "indicator_en": "Deaths",
        "theme": "outcomes",
        "quantity": "people",
        "nature": "flow",
        "better": "lower",
        "denominator": "population",
        "level_order": Level(level).order,
        "ancestors": ancestors,
    } | changes
    cells.setdefault("printed", f"{value}{cells['unit']}")
    cells.setdefault("unit_en", ENGLISH[cells["unit"]])
    cells.setdefault("unit_one", ONE[cells["unit"]])
    part = cells["breakdown"].partition(":")[2]
    cells |= {"breakdown_zh": part, "breakdown_en": part}
    place = (region, cells["indicator"], part, cells["measure"], year, cells["status"])
    return {"id": "-".join(map(str, place))} | cells


def context(region="chuxiong", value=45, **changes):
    """One row of another publication."""
    other = {"origin": "context", "report": "", "printed": "", "reliability": "official"}
    return row(region, value, **(other | changes))


def population(region, value, year, **changes):
    """The people of a region at the end of a year."""
    kind = {"indicator": "resident_population_year_end", "nature": "stock", "theme": "context"}
    day = f"{year}-12-31"
    return context(region, value, year=year, start=day, end=day, **(kind | changes))


def frame(*rows):
    """The rows as a marked frame in house order."""
    order = ["level_order", "adcode", "indicator", "breakdown", "period_end", "start"]
    tidy = pd.DataFrame(list(rows)).sort_values(order, kind="stable", ignore_index=True)
    return rates.marks(tidy)


def joined(rated):
    """The rows of all reports and a district without a population that also reports deaths."""
    mine = rated[rated["indicator"].eq("deaths") & rated["region"].eq("chuxiong")]
    bare = dict.fromkeys(("rate", "rate_lower", "rate_upper", "population"), float("nan"))
    other = {"region": "qinghe", "region_zh": "青禾", "region_en": "Qinghe", "adcode": "532301"}
    district = mine.assign(**other, report="qinghe-2024", level="district", level_order=4, **bare)
    return pd.concat([rated, district], ignore_index=True)


ABSENT = pd.DataFrame(
    columns=[
        *("report", "indicator", "kind", "evidence", "start", "end"),
        *("elsewhere", "elsewhere_zh", "elsewhere_en"),
    ]
)  # no report comes near a missing figure
_FAMILIES = ["family", "unit", "theme", "use"]
_FAMILIES += [f"{name}_{end}" for name in ("name", "question", "caution") for end in ("zh", "en")]
_MEMBERS = ["family", "report", "indicator", "breakdown", "measure", "role", "scope_zh", "scope_en"]


def declared(uses=(), *members, other=None):
    """Families of *uses*, members as (family, row, role), rows of *other* publications."""
    named = [
        {name: f"{code} {name}" for name in _FAMILIES} | {"family": code, "use": use, "unit": "项"}
        for code, use in dict(uses).items()
    ]
    rows = [
        {name: one[name] for name in _MEMBERS[1:5]}
        | {"family": code, "role": role, "scope_zh": "范围", "scope_en": "scope"}
        for code, one, role in members
    ]
    families = pd.DataFrame(named, columns=_FAMILIES)
    other = frame(row()).iloc[:0] if other is None else other
    return Declared(families, pd.DataFrame(rows, columns=_MEMBERS), ABSENT, other)


UNDECLARED = declared()
