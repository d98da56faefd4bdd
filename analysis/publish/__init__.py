"""
Publications from the manifest: deck, workbook and gallery.

``content`` and ``plots`` turn the record of a figure into words, cells and native charts; ``deck``,
``workbook`` and ``gallery`` write them.

Imports: figures and below.
"""
