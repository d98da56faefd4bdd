"""Charts: each takes tidy rows and gives a figure; none reads, computes or saves."""

from .comparison import comparison
from .coverage import coverage, shared
from .page import Caption, Picture
from .trend import trend

__all__ = ["Caption", "Picture", "comparison", "coverage", "shared", "trend"]
