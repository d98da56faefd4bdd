"""Run the stale jobs of the plan so that no good figure is ever lost."""
