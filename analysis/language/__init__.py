"""
Words, numbers and periods as they read in Chinese and in English.

``vocabulary`` has the closed vocabularies that code branches on, ``text`` the bilingual string,
``messages`` the catalogue of constant texts (``messages.csv``), ``numbers`` formatted numbers,
``values`` formatted rows, ``publishers`` the publications behind them, and ``labels`` rows of a
stored record. ``vocabulary``, ``text`` and ``messages`` load without pandas, because planning a run
uses them.

Imports: errors, files.
"""

from analysis import opener

__getattr__ = opener(__name__)
