"""
Questions and answers: the pandas accessor, explanations, the notebook panel, tracing.

``accessor`` adds ``rows.safety``, ``explain`` answers where a figure comes from, ``pairs`` what two
regions may be compared on, ``words`` finds the codes of names and synonyms, ``choices`` and
``widgets`` are the panel of the explorer notebook, ``trace`` reads a file back to its sentences.

Imports: every room but cli and reports.
"""

from analysis import opener

__getattr__ = opener(__name__)
