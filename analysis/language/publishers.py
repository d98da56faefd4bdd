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


def brief(name: str) -> Text:
    """
    Return a publisher without where its words were reprinted.

    >>> brief("安徽省政府新闻办（人民网安徽）").zh
    '安徽省政府新闻办'
    """
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
    text = _reports(order, reports)
    if not reports.empty and context.empty:
        return text
    figures = _context_figures(context)
    if reports.empty:
        return say("source.context", figures=figures)
    return text + say("source.context_too", figures=figures)


def _reports(rows: pd.DataFrame, reports: pd.DataFrame) -> Text:
    """Return the names of *reports*, with the regions among *rows* they are about; or a count."""
    if len(reports) > CROWD:
        return say("source.report_count", count=len(reports))
    about = rows.drop_duplicates(["report", "region_en"]).groupby("report")["region_en"]
    codes = [str(code) for code in reports["report"]]
    zh = [f"{r.publisher}《{r.title}》" for r in reports.itertuples()]
    names = [" and ".join(about.get_group(code)) for code in codes]
    years = [code.rpartition("-")[2] for code in codes]
    en = [f"{name} report {year}" for name, year in zip(names, years, strict=True)]
    return say("source.reports", names=Text("；".join(zh), "; ".join(en)))


def _context_figures(context: "pd.Series[str]") -> Text:
    """Return the first publishers of context figures, without where these were reprinted."""
    names = list(dict.fromkeys(map(brief, context.unique())))
    more = Text("等", " and others") if len(names) > 3 else Text("", "")
    return Text.joined(names[:3], zh="、", en=", ") + more
