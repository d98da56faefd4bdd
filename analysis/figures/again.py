"""Draw a figure of the manifest again, in another form."""

import inspect
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.text import Text

from analysis.charts import Figure, Pages
from analysis.charts.figure import SIGNATURE
from analysis.charts.kinds import KINDS
from analysis.charts.style import SIZES
from analysis.errors import AnalysisError

from . import calls, provenance
from .record import record_of

DPI = 220
_NAMED = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}


def again(record: Mapping[str, Any], rows: pd.DataFrame, form: str) -> Figure | None:
    """
    Return the figure of *record* drawn from *rows* in *form*.

    None if it does not fit the form, if its record lacks an argument of the call, or if it shows
    something else than when it was recorded: the tables or the arguments are others.
    """
    call = getattr(calls, record["kind"]) if record["kind"] in KINDS else None
    if call is None:
        return None
    names = inspect.signature(call).parameters
    given = {key: value for key, value in record["parameters"].items() if key in names}
    wanted = {one.name for one in names.values() if one.kind in _NAMED and one.default is one.empty}
    if wanted - given.keys():  # saved without a notebook, so without its parameters
        return None
    try:
        drawn = call(**given, rows=rows, language=record["language"], form=form)
    except AnalysisError:
        return None
    figures = drawn if isinstance(drawn, Pages) else (drawn,)
    return next((one for one in figures if _is_same(one, record)), None)


def _is_same(figure: Figure, record: Mapping[str, Any]) -> bool:
    if figure.name != record["name"]:
        return False
    return bool(record_of(figure, figure.name, [])["fingerprint"] == record["fingerprint"])


def pictured(
    record: Mapping[str, Any], rows: pd.DataFrame, form: str
) -> tuple[dict[str, Any], bytes] | None:
    """Return the record and the picture of a figure drawn again, if all its text is legible."""
    figure = again(record, rows, form)
    if figure is None or not _is_legible(figure, SIZES[form].note):
        return None
    png = provenance.stamped(figure.drawn("png", dpi=DPI), "png", record)
    return {**record, "plot": list(figure.room)}, png


def _is_legible(figure: Figure, least: float) -> bool:
    texts: list[Any] = [one for one in figure.page.findobj(Text) if one.get_gid() != SIGNATURE]
    return all(one.get_fontsize() >= least for one in texts if one.get_text().strip())
