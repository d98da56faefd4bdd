"""The publications behind figures, and their publishers in English (``publishers.csv``)."""

import csv
from functools import cache
from importlib import resources
from io import StringIO

import pandas as pd

from .messages import say
from .text import Text
from .values import CROWD

_FILE = "publishers.csv"
_NAMED = ["level_order", "adcode", "origin", "report", "publisher", "title", "region_en"]


@cache
def _english() -> dict[str, str]:
    text = resources.files(__package__).joinpath(_FILE).read_text("utf-8")
    return {line["zh"]: line["en"] for line in csv.DictReader(StringIO(text))}


def publisher(name: str) -> Text:
    """
    Return a publisher named in the tables, in both languages; in Chinese where it is not listed.

    >>> publisher("楚雄州应急管理局").en
    'Chuxiong Emergency Management Bureau'
    """
    return Text(name, _english().get(name, name))


def short(name: str) -> Text:
    """Return a publisher without where its text was reprinted."""
    full = publisher(name)
    return Text(full.zh.split("（")[0], full.en.split(" (")[0])


def source_note(rows: pd.DataFrame) -> Text:
    """
    Name every report behind *rows* once, and other publications apart, with their dates.

    *rows* needs ``level_order``, ``adcode``, ``origin``, ``report``, ``publisher``, ``title`` and
    ``region_en``.
    """
    order = rows[_NAMED].sort_values(["level_order", "adcode"], kind="stable")
    reported = order["origin"].eq("report") & order["report"].ne("")
    reports = order[reported].drop_duplicates("report")
    context = rows.loc[rows["origin"].eq("context"), "publisher"]
    zh = [f"{r.publisher}《{r.title}》" for r in reports.itertuples()]
    years = [code.rpartition("-")[2] for code in reports["report"]]
    names = [_regions(order, code) for code in reports["report"]]
    en = [f"{name} report {year}" for name, year in zip(names, years, strict=True)]
    text = say("source.reports", names=Text("；".join(zh), "; ".join(en)))
    if len(reports) > CROWD:
        text = say("source.report_count", count=len(reports))
    if not reports.empty and context.empty:
        return text
    figures = _context_figures(context)
    if reports.empty:
        return say("source.context", figures=figures)
    return text + say("source.context_too", figures=figures)


def _regions(rows: pd.DataFrame, report: str) -> str:
    """Return the regions among *rows* that *report* is about, in English."""
    return " and ".join(dict.fromkeys(rows.loc[rows["report"].eq(report), "region_en"]))


def _context_figures(context: "pd.Series[str]") -> Text:
    """Return the first publishers of context figures, without where these were reprinted."""
    names = list(dict.fromkeys(map(short, context.unique())))
    more = Text("等", " and others") if len(names) > 3 else Text("", "")
    return Text.joined(names[:3], zh="、", en=", ") + more
