"""
Intervals, rates, changes, shares and expected counts: numbers in, numbers out.

``limits``, ``intervals``, ``tests`` and ``spread`` compute on arrays; ``rates``, ``years``,
``percents``, ``parts``, ``peers``, ``attainment``, ``policies`` and ``gaps`` add columns to frames;
``dates`` says which periods are whole years; ``forensics`` serves both for percentages and the
bases that they imply.

Imports: tables, language and below.
"""

from analysis import opener

__getattr__ = opener(__name__)
