"""
Publications made from the manifest: deck, workbook and gallery.

``content`` turns the record of a figure into text, cells and native charts, ``fit`` adapts them to
their frame, and ``deck``, ``workbook`` and ``gallery`` write them.

Imports: figures and below.
"""

from analysis import opener

__getattr__ = opener(__name__)
