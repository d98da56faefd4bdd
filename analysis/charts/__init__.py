"""Charts: each takes tidy rows and gives a figure; none reads, computes or saves."""

from .apart import apart
from .changes import year_on_year
from .comparison import comparison
from .composition import composition
from .coverage import coverage, shared
from .funnel import funnel
from .loop import closed_loop
from .page import Caption, Picture
from .targets import targets, zeros
from .trend import trend

__all__ = [
    "Caption",
    "Picture",
    "apart",
    "closed_loop",
    "comparison",
    "composition",
    "coverage",
    "funnel",
    "shared",
    "targets",
    "trend",
    "year_on_year",
    "zeros",
]
