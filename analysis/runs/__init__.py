"""
Runs of notebooks: the plan, what is stale, executors, verdicts, history.

``plan`` reads ``plan.toml``, ``fingerprints`` finds stale jobs, ``runner`` runs them through an
executor (``executors``, ``warm``, ``cluster``), ``judge`` accepts or refuses their output.

Imports: figures and below, but nothing that loads pandas before a job starts.
"""
