"""
Reading a new report: from its text to candidate rows, their review, and the tables.

``documents`` takes text out of files (``docx_file``, ``html_file``, ``pdf_file``), ``reader`` finds
the numerals and what each one means, ``compilation`` and ``review`` write the review workbook,
``accept`` takes accepted rows into the tables.

Imports: comparability and below.
"""

from analysis import opener

__getattr__ = opener(__name__)
