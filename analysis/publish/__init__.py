"""
Publications made from the manifest: deck, brief in Word, workbook and gallery.

``content`` turns the record of a figure into text, cells and native charts, ``fit`` adapts them to
their frame, and ``deck``, ``report``, ``workbook`` and ``gallery`` write them; ``word`` has the
styles of a report.

Imports: figures and below.
"""

from analysis import opener

__getattr__ = opener(__name__)
