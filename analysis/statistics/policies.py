"""
Instruments and commitments as tidy rows: who has which, what is promised.

It reads no file and compares no outcome; a report that is silent on an instrument stays silent.
"""

from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from analysis.language import aims
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Language, Level, Partial, Promise, Standing
from analysis.rows import as_records
from analysis.tables.load import Tables

from . import gaps

SEVERAL = 3  # reports that must mention an instrument for it to be on the first page
_ORDER = ["level_order", "adcode"]


def standings(data: Tables) -> pd.DataFrame:
    """
    How far each region has each instrument, one row a pair that was read for.

    Returns
    -------
    pandas.DataFrame
        In house order. ``status`` is a ``Standing``; ``indicator``,
        ``indicator_zh`` and ``indicator_en`` name the instrument; ``start`` and ``end`` are -1
        and ``evidence`` is empty where the report does not mention it.
    """
    names = {
        "instrument": "indicator",
        "name_zh": "indicator_zh",
        "name_en": "indicator_en",
    }
    listed = data.instruments[[*names, "theme"]].rename(columns=names)
    read = data.instrument_status["status"].ne(Standing.UNREAD)
    status = data.instrument_status[read].rename(columns={"instrument": "indicator"})
    rows = status.merge(listed, on="indicator", validate="m:1")
    places = rows[["start", "end"]].fillna(-1).astype("int64")
    placed = rows.assign(start=places["start"], end=places["end"])
    return _placed(
        placed.assign(report=placed["region"].map(data.first_reports), table="instrument_status"),
        data,
    )


def commitments(data: Tables) -> pd.DataFrame:
    """
    What each region commits itself to, one row a planned measure, in the order of its report.

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``indicator_zh`` and ``indicator_en`` name the measure; ``status`` is a
        ``Promise``; ``value``, ``comparator``, ``unit``, ``unit_en``, ``unit_one``,
        ``per`` (the time that the number is for, in Chinese) and ``deadline`` are missing or empty
        where the report gives none.
    """
    names = {
        "commitment": "indicator",
        "label_zh": "indicator_zh",
        "label_en": "indicator_en",
        "target_value": "value",
    }
    rows = data.commitments.rename(columns=names)
    parts = rows["target_unit"].str.split("/", n=1)
    unit, per = parts.str[0], parts.str[1].fillna("")
    units, themes = data.units.set_index("unit"), data.themes.set_index("theme")
    rows = rows.assign(
        status=_promises(rows["value"].notna(), rows["deadline"].notna()),
        unit=unit,
        unit_en=unit.map(units["name_en"]).fillna(""),
        unit_one=unit.map(units["one"]).fillna(""),
        per=per,
        note="",
        table="commitments",
        **{f"theme_{code}": rows["theme"].map(themes[f"name_{code}"]) for code in Language},
    )
    return _placed(rows, data)


def _promises(numbered: "pd.Series[bool]", dated: "pd.Series[bool]") -> Any:
    cases = [numbered & dated, numbered, dated]
    words = [str(Promise.NUMBER_AND_DATE), str(Promise.NUMBER), str(Promise.DATE)]
    return np.select(cases, words, str(Promise.WORDS))


def _placed(rows: pd.DataFrame, data: Tables) -> pd.DataFrame:
    """*rows* with their region, their report and an id, in house order and that of the text."""
    regions = data.regions[["region", "adcode", "level", "name_zh", "name_en"]]
    regions = regions.rename(columns={"name_zh": "region_zh", "name_en": "region_en"})
    about = ["report", "title", "publisher", "published", "period_start", "period_end", "kind"]
    parents = data.regions.set_index("adcode")["parent"].to_dict()
    placed = rows.merge(regions, on="region", validate="m:1")
    placed = placed.merge(data.reports[about], on="report", validate="m:1")
    placed = placed.assign(
        origin="report",
        level_order=[Level(level).order for level in placed["level"]],
        ancestors=[" ".join(_above(adcode, parents)) for adcode in placed["adcode"]],
        id=_ids(placed),
    )
    return placed.sort_values([*_ORDER, "start", "indicator"], kind="stable", ignore_index=True)


def _above(adcode: str, parents: dict[Any, str]) -> list[str]:
    """
    The adcodes of the regions that *adcode* lies in, nearest first.

    >>> _above("340102", {"340102": "340100", "340100": "340000", "340000": ""})
    ['340100', '340000']
    """
    chain: list[str] = []
    above = parents.get(adcode, "")
    while above and above not in chain:
        chain.append(above)
        above = parents.get(above, "")
    return chain


def _ids(rows: pd.DataFrame) -> list[str]:
    """A short name for each row that stays the same when other rows come and go."""
    key = ["region", "indicator", "report", "publisher", "title", "start", "status"]
    return [
        f"{cells[0]}-{cells[1]}-{sha256('|'.join(map(str, cells)).encode()).hexdigest()[:8]}"
        for cells in rows[key].itertuples(index=False, name=None)
    ]


def ordered(rows: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """*rows* by theme, then by the Chinese name; regions keep their house order."""
    place = {theme: at for at, theme in enumerate(themes["theme"])}
    # The common characters of GB 18030 are in the order of pinyin.
    names = rows["indicator_zh"].map(lambda name: name.encode("gb18030").hex())
    keys = rows.assign(_theme=rows["theme"].map(place), _name=names)
    found = keys.sort_values(["_theme", "_name", "indicator", *_ORDER], kind="stable")
    return found.drop(columns=["_theme", "_name"]).reset_index(drop=True)


def patterns(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return *rows* of :func:`standings` by the set of regions whose reports mention an instrument.

    Returns
    -------
    pandas.DataFrame
        With ``pattern``, the regions in house order, and ``reports``, how many they are; most
        reports first, then the sets with the most instruments.
    """
    known = rows[rows["status"].ne(Standing.NOT_MENTIONED)].sort_values(_ORDER, kind="stable")
    sets = known.groupby("indicator")["region"].agg([" ".join, "size"])
    named = rows.assign(
        pattern=rows["indicator"].map(sets["join"]).fillna(""),
        reports=rows["indicator"].map(sets["size"]).fillna(0).astype("int64"),
    )
    often = named.groupby("pattern")["indicator"].transform("nunique")
    keys = named.assign(_often=-often, _reports=-named["reports"])
    ordered = keys.sort_values(["_reports", "_often", "pattern"], kind="stable")
    return ordered.drop(columns=["_often", "_reports"]).reset_index(drop=True)


def containment(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return how many instruments of each report are also in each other report.

    Returns
    -------
    pandas.DataFrame
        One row a pair in house order: ``region`` and its names, ``other``, ``count`` and
        ``share`` (percent of those of ``region``).
    """
    known = rows[rows["status"].ne(Standing.NOT_MENTIONED)].sort_values(_ORDER, kind="stable")
    names = known.drop_duplicates("region")[["region", "region_zh", "region_en"]]
    sets = {str(region): set(group) for region, group in known.groupby("region")["indicator"]}
    pairs = [
        {**row, "other": other, "count": len(sets[row["region"]] & sets[other])}
        for row in as_records(names)
        for other in names["region"]
    ]
    frame = pd.DataFrame(pairs, columns=[*names, "other", "count"])
    totals = frame["region"].map({region: len(have) for region, have in sets.items()})
    return frame.assign(share=100 * frame["count"] / totals)


def unlisted(data: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """The regions whose report has no row in *rows*, with the reason, for the left-out strip."""
    reports = data.regional_reports
    missing = reports[~reports["region"].isin(rows["region"])]
    bare = missing[["region", "report"]].drop_duplicates("region")
    placed = _placed(bare.assign(indicator="", start=-1, status=""), data)
    return _refused(placed, Partial.NO_ENTRY)


def checkable(rows: pd.DataFrame) -> pd.DataFrame:
    """The commitments that carry a number or a deadline."""
    return rows[rows["status"].ne(Promise.WORDS)].reset_index(drop=True)


def worded(rows: pd.DataFrame) -> pd.DataFrame:
    """The regions whose commitments carry neither number nor deadline, with how many there are."""
    loose = rows["status"].eq(Promise.WORDS)
    return _refused(rows[loose.groupby(rows["region"]).transform("all")], Partial.WORDS_ALONE)


def _refused(rows: pd.DataFrame, word: Partial) -> pd.DataFrame:
    """The regions of *rows* as rows of the left-out strip, with *word* as reason."""
    bare = rows.assign(indicator="", id="", evidence="", start=-1)
    groups = [as_records(group) for _, group in bare.groupby("region", sort=False)]
    return gaps.frame([gaps.refusal(g[0], Gap.NOT_REPORTED, _reason(word, g)) for g in groups])


def _reason(word: Partial, rows: list[dict[Any, Any]]) -> Text:
    return aims.partial(word, rows if word is Partial.WORDS_ALONE else ())
