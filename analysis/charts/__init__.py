"""
Charts: functions that draw tidy rows as figures, without reading, computing or saving.

Each module of a kind has one function of its own name, such as ``analysis.charts.trend.trend``.
``form`` is ``slide`` or ``page`` (half a sheet). With ``ax``, axes of ``plt.subplots``, the chart
and its title replace these axes in their figure; the other texts are in ``caption``.
"""

from .figure import Caption, Figure
from .paging import Pages, on_pages

__all__ = ["Caption", "Figure", "Pages", "on_pages"]
