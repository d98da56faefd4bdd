"""
The tables under ``data/``: reading, contracts, checks, the panel.

``folders`` finds the files of tables and ``load`` reads them into frames; ``csv_file`` and
``xlsx_file`` read one untrusted file; ``schema`` and ``contract`` say what each column may hold;
``checks`` compares tables with each other, ``originals`` with the reports, ``descriptor`` with the
data package; ``panel`` reads the same tables from Parquet for thousands of regions.

Imports: language, errors, files, project.
"""

from analysis import opener

__getattr__ = opener(__name__)
