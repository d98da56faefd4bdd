"""
Runs of notebooks: the plan, stale jobs, executors, checks of their output, history.

``plan`` reads ``plan.toml`` (``parameters``) and ``stale`` finds the stale jobs. ``runner`` runs
them through an executor (``executors``, ``cluster``; ``forkserver``, ``worker``, ``engine``
and ``processes`` below it), ``judge`` checks their output and ``staging`` publishes it.
``progress`` prints the events of a run, ``outcome`` has its options and result, ``history``
reports past runs.

Imports: figures and below, but nothing that loads pandas before a job starts.
"""

from analysis import opener

__getattr__ = opener(__name__)
