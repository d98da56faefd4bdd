"""Codes of the words in a question: names in both languages, synonyms, regions without a report."""

import re
from contextlib import suppress

import pandas as pd

from analysis.errors import WordError
from analysis.figures.source import code_of, several
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.tables.load import Tables

# What the full name of a region has behind the short one.
_FULL = re.compile(
    r"(.{2,}?)(?:[\u4e00-\u9fff]{1,3}族)*(?:自治)?[省市州区县]"
    r"|(.+) (?:province|city|prefecture|district)",
    re.IGNORECASE,
)


# No indicators of the tables, but subjects: what was found and not rectified, and planned work.
OPEN, PLANNED = "open_hazards", "planned_work"
_SUBJECTS = {OPEN: "explain.open_words", PLANNED: "explain.planned_words"}


def region(word: str, tables: Tables) -> str:
    """Return the code of the region *word*, whether it has a report or not."""
    regions = tables.regions
    reported = regions[regions["region"].isin(tables.first_reports)]
    full = _FULL.fullmatch(word.strip())
    for name in (word, full and (full[1] or full[2])):
        with suppress(WordError):
            return code_of("region", name or word, regions)
    return code_of("region", word, reported)  # suggests regions with a report


def pair(one: str, other: str, tables: Tables) -> tuple[str, str]:
    """Return the codes of a region and an indicator, named in either order."""
    try:
        code = region(one, tables)
    except WordError:
        with suppress(WordError):
            return region(other, tables), indicator(one, tables)
        raise
    return code, indicator(other, tables)


def indicator(word: str, tables: Tables) -> str:
    """
    Return the code of the indicator, subject or family that *word* is a code or a name of.

    The names of families come before the synonyms of indicators.

    Raises
    ------
    UsageError
        For a synonym of several indicators, with their codes.
    """
    synonyms = tables.synonyms
    for subject, message in _SUBJECTS.items():
        if word.strip().casefold().replace("_", " ") in _words(message):
            return subject
    for kind, named in (("indicator", tables.indicators), ("family", tables.families)):
        with suppress(WordError):
            return code_of(kind, word, named)
    # Without what it is not about; the words of a synonym may stand together, as in 事故起数.
    names = synonyms["synonym"].str.replace(r"!\S+|\s", "", regex=True)
    same = names.str.casefold().eq("".join(word.split()).casefold())
    codes = synonyms.loc[same, "indicator"].unique()
    if len(codes) == 0:
        return code_of("indicator", word, tables.indicators)  # suggests the nearest
    if len(codes) > 1:
        raise several(word, "indicator", codes, tables.indicators)
    return str(codes[0])


def is_family(code: str, tables: Tables) -> bool:
    """Return whether *code* is that of a family, and of no indicator."""
    return code in {*tables.families["family"]} - {*tables.indicators["indicator"]}


def is_indicator(word: str, tables: Tables) -> bool:
    """Return whether *word* names an indicator and no region."""
    with suppress(WordError):
        region(word, tables)
        return False
    with suppress(WordError):
        return bool(indicator(word, tables))
    return False


def name(code: str, tables: Tables) -> Text:
    """Return the name of a region, an indicator or a family."""
    tables_of = {
        "region": tables.regions,
        "indicator": tables.indicators,
        "family": tables.families,
    }
    for kind, frame in tables_of.items():
        named = frame.loc[frame[kind].eq(code), ["name_zh", "name_en"]]
        if len(named):
            return Text(*map(str, named.iloc[0]))
    raise KeyError(code)


def _words(message: str) -> set[str]:
    words = say(message)
    return {*words.zh.split("、"), *words.en.split(", ")}


def without_report(code: str, tables: Tables) -> Text:
    """Return that region *code* has no report, and which figures other publications have of it."""
    context = tables.context_rows
    own = context[context["region"].eq(code)]
    if own.empty:
        return say("explore.no_report", region=name(code, tables))
    listed = [
        Text(str(zh), str(en)) + say("explore.years", years=years(group))
        for (zh, en), group in own.groupby(["indicator_zh", "indicator_en"], sort=False)
    ]
    figures = Text.joined(listed, zh="、", en=", ")
    return say("explore.no_report_but", region=name(code, tables), figures=figures)


def years(rows: pd.DataFrame) -> str:
    """
    Return the years in which periods of *rows* end, successive ones as a range.

    >>> years(pd.DataFrame({"period_end": pd.to_datetime(["2021-12-31", "2020-12-31"])}))
    '2020–2021'
    """
    every = pd.Series(sorted(set(rows["period_end"].dt.year)), dtype="int64")
    runs = every.groupby(every.diff().ne(1).cumsum())
    spans = runs.agg(["min", "max"]).itertuples(index=False, name=None)
    return ", ".join(f"{low}–{high}" if low < high else f"{low}" for low, high in spans)
