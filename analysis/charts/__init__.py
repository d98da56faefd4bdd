"""Charts: each takes tidy rows and gives a figure; none reads, computes or saves."""

from .apart import apart
from .comparison import comparison
from .coverage import coverage, shared
from .page import Caption, Picture
from .trend import trend

__all__ = ["Caption", "Picture", "apart", "comparison", "coverage", "shared", "trend"]
