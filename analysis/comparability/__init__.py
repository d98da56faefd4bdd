"""
Which figures may be compared, and what a figure may claim.

``families`` compares an indicator, a family or a theme, ``apart`` says why others are not compared,
``rules`` judges pairs of rows, ``many`` does so for thousands of regions, ``findings`` makes the
sentence that a figure may claim, ``position`` that on the level of a region, ``profiles`` gathers
what one region reports, ``displays`` prints results at a prompt.

Imports: statistics and below.
"""

from analysis import opener

__getattr__ = opener(__name__)
