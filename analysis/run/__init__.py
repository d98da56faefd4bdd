"""Run the stale jobs of the plan so that no good figure is ever lost."""

from .outcome import Options, Outcome
from .runner import job, run

__all__ = ["Options", "Outcome", "job", "run"]
