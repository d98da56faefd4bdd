"""Simulated countries of so many regions, as rows of a panel."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import analysis as rs
from analysis.tables import simulated


@cache
def crowd(regions, indicator="deaths"):
    """Return the rows of one indicator in *regions* regions over five years."""
    folder = Path(mkdtemp(prefix="crowd-"))
    simulated.simulate(folder, regions=regions, years=5, indicators=3)
    return rs.load(folder).of(indicator)
