"""
Charts: functions that draw tidy rows as figures, without reading, computing or saving.

``form`` is ``slide`` or ``page`` (half a sheet). With ``ax``, axes of ``plt.subplots``, the chart
with all its text replaces these axes in their figure.
"""

from .changes import year_on_year
from .commitments import promises
from .comparison import comparison
from .coverage import coverage
from .figure import Caption, Figure
from .funnel import funnel
from .instruments import instruments
from .not_comparable import not_comparable
from .paging import Pages, on_pages
from .profile import profile
from .shares import closed_loop, composition
from .side_by_side import side_by_side
from .targets import targets
from .trend import trend

__all__ = [
    "Caption",
    "Figure",
    "Pages",
    "closed_loop",
    "comparison",
    "composition",
    "coverage",
    "funnel",
    "instruments",
    "not_comparable",
    "on_pages",
    "profile",
    "promises",
    "side_by_side",
    "targets",
    "trend",
    "year_on_year",
]
