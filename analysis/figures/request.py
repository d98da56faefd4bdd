"""The arguments of a call: checked options, and the rows, tables and names behind them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from typing import Any, TypedDict

import pandas as pd
from matplotlib.axes import Axes

from analysis import charts, project
from analysis.charts import Figure, Pages, style
from analysis.charts.comparison import comparison as draw_comparison
from analysis.charts.figure import NOTHING
from analysis.charts.side_by_side import side_by_side as draw_side_by_side
from analysis.comparability import apart, findings, rules
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError, WordError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Level
from analysis.project import FIRST_YEAR, LAST_YEAR
from analysis.statistics import (
    rates,
)
from analysis.tables.frames import plain
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import source
from .inputs import Inputs, whole

MOST_REGIONS = 250  # of a panel, in ordinary figures


class Options(TypedDict, total=False):
    """The options of every call."""

    rows: pd.DataFrame | None
    language: str | None
    form: str
    ax: Axes | None
    title: str | None


_TYPES: dict[str, type] = {"rows": pd.DataFrame, "ax": Axes, "title": str}


@dataclass(frozen=True)
class Canvas:
    """The drawing options of a call."""

    language: Language
    form: str
    ax: Axes | None
    title: str
    warning: Text  # of tables that fail their check

    def figure(
        self, draw: Callable[..., Figure], name: str, behind: pd.DataFrame | None = None
    ) -> Figure:
        """Return the figure drawn by *draw*, named *name* and the language, with rows *behind*."""
        with style.house_style():
            figure = draw(**self._options)
        if behind is not None and len(behind):
            beside = pd.concat([figure.beside, behind], ignore_index=True).drop_duplicates("id")
            figure = replace(figure, beside=beside[~beside["id"].isin(figure.rows["id"])])
        return replace(figure, name=f"{name}-{self.language}", warning=self.warning)

    @property
    def _options(self) -> dict[str, Any]:
        """The options of a chart; a title only if the caller gave one."""
        title = {"title": Text(self.title, self.title)} if self.title else {}
        return {"language": self.language, "form": self.form, "ax": self.ax, **title}

    def pages(
        self,
        draw: Callable[..., Figure],
        rows: pd.DataFrame,
        title: Text,
        name: str,
        *,
        by: str = "region",
        first: str = "",
    ) -> Pages:
        """Return *rows* as several figures; *first* ends the name of the first one."""
        draw = partial(draw, **self._options)
        title = self._options.get("title", title)
        with style.house_style():
            if self.ax is None:
                figures: Iterable[Figure] = charts.on_pages(draw, rows, title=title, by=by)
            else:  # axes are replaced once, so rows for more pages raise an error
                figures = [draw(rows, title=title)]
        return Pages(
            replace(
                figure,
                name=f"{name}{f'-{n}' if n > 1 else first}-{self.language}",
                warning=self.warning,
            )
            for n, figure in enumerate(figures, 1)
        )


@dataclass(frozen=True)
class Request(Canvas):
    """The arguments of a call: its data and the drawing options."""

    data: Inputs

    def side_by_side(self, rows: pd.DataFrame, refused: pd.DataFrame, name: str) -> Pages:
        """Return the table of the families of *rows*, on as few pages as needed."""
        rated = self.data.rated
        divisors = rated[rated["id"].isin(set(rows["divisor_id"].dropna()))]
        own = refused[refused["family"].isin(rows["family"])]
        draw = partial(draw_side_by_side, refused=own, divisors=divisors)
        title = findings.side_by_side(rows)
        return self.pages(draw, rows, title, f"comparison-{name}", by="family")


def on_one_scale(data: Inputs, result: Comparison) -> Callable[..., Figure]:
    """Return what draws the rows of *result* on one scale; raise an error for no two rows."""
    benchmark = rules.benchmark(data.context, result)
    if len(result.rows) < 2 and benchmark is None:
        first = apart.figures(data.rated, data.tables, result.indicator).iloc[0]
        reason = Text(first["reason_zh"], first["reason_en"])
        words = {"indicator": result.indicator, "reason": reason}
        raise UsageError(say("error.not_comparable", **words))
    return partial(
        draw_comparison,
        refused=result.refused,
        cautions=result.cautions,
        benchmarks=benchmark,
        scale=result.scale,
    )


def canvas(options: Options) -> Canvas:
    """Return the drawing options, each checked."""
    known = Options.__annotations__
    for name in options:
        if name not in known:
            raise WordError(say("word.option"), name, known)
    form = options.get("form", "slide")
    if form not in style.SIZES:
        raise WordError(say("word.form"), form, style.SIZES)
    for name, kind in _TYPES.items():
        given = options.get(name)
        if given is not None and not isinstance(given, kind):
            wanted = say(f"error.option.{name}")
            raise UsageError(
                say("error.option", name=name, wanted=wanted, type=type(given).__name__)
            )
    language = Language(project.language(options.get("language")))
    return Canvas(language, form, options.get("ax"), options.get("title") or "", NOTHING)


def check_year(name: str, year: object) -> None:
    """Raise an error unless *year*, the argument *name* of a call, is a year."""
    if not isinstance(year, Integral) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise UsageError(say("error.year", name=name, year=year, **limits))


def request(options: Options) -> Request:
    """Check the options of a call, and load the tables if no rows are given."""
    drawing = canvas(options)
    given = options.get("rows")
    tables = source.behind(pd.DataFrame() if given is None else given)
    if given is None:
        source.warn_of_changes(tables.folder, stacklevel=4)
    if isinstance(tables, Panel):
        tables = _few(tables, given)
        given = None
    rows = None if given is None else _tidy(given, tables)
    if (tables.rows if rows is None else rows).empty:
        raise UsageError(say("error.no_rows"))
    drawing = replace(drawing, warning=source.warning(tables.folder))
    if rows is None or rows.equals(tables.rows):
        return Request(**vars(drawing), data=whole(tables))
    return Request(**vars(drawing), data=Inputs(tables, rates.marks(rows)))


def _few(panel: Panel, rows: pd.DataFrame | None) -> Tables:
    """Return the tables of the regions of *rows* of a panel, and of those around them."""
    if rows is None:
        raise UsageError(say("panel.needs_rows"))
    present = panel.lists["region"][rows["region"].cat.codes.unique()]
    if len(present) > MOST_REGIONS:
        raise UsageError(say("panel.too_many", count=len(present), most=MOST_REGIONS))
    wider = panel.regions["level"].isin([Level.COUNTRY, Level.PROVINCE])
    return panel.tables({*present, *panel.regions.loc[wider, "region"]}, rows)


def _tidy(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return *rows* without columns added by earlier calls; raise an error for other tables."""
    missing = [str(name) for name in tables.rows if name not in rows]
    if missing:
        raise UsageError(say("error.missing_columns", names=", ".join(missing[:5])))
    strange = set(rows["region"]) - set(tables.regions["region"])
    if strange:
        raise UsageError(say("error.strange_regions", names=", ".join(sorted(strange)[:5])))
    return plain(rows)[list(tables.rows)]
