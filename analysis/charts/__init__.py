"""
Charts: functions that draw tidy rows as figures, without reading, computing or saving.

``form`` is ``slide`` or ``page`` (half a sheet). With ``ax``, axes of ``plt.subplots``, the chart
and its title replace these axes in their figure; the other texts are in ``caption``.
"""

from .changes import changes
from .commitments import commitments
from .comparison import comparison
from .coverage import coverage
from .expected import expected
from .figure import Caption, Figure
from .instruments import instruments
from .not_comparable import not_comparable
from .open_hazards import open_hazards
from .overview import overview
from .paging import Pages, on_pages
from .parts import parts
from .peers import peers
from .percent_meanings import contradiction, percent_meanings
from .profile import Block, Statement, profile
from .side_by_side import side_by_side
from .targets import targets
from .trend import trend
from .vintages import vintages
from .year_to_date import year_to_date

__all__ = [
    "Block",
    "Caption",
    "Figure",
    "Pages",
    "Statement",
    "changes",
    "commitments",
    "comparison",
    "contradiction",
    "coverage",
    "expected",
    "instruments",
    "not_comparable",
    "on_pages",
    "open_hazards",
    "overview",
    "parts",
    "peers",
    "percent_meanings",
    "profile",
    "side_by_side",
    "targets",
    "trend",
    "vintages",
    "year_to_date",
]
