"""
Intervals, rates, changes, shares and expected counts: numbers in, numbers out.

``limits``, ``intervals`` and ``tests`` compute on arrays; ``rates``, ``years``, ``shares``,
``standardised``, ``attainment``, ``policies`` and ``gaps`` add columns to frames.

Imports: tables, language and below.
"""
