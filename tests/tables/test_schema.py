"""The contracts say of every column what it is called, what it means and what it refers to."""

import re

import pytest

from analysis.tables import csv_file
from analysis.tables.schema import ALIASES, BY_REGION, COLUMNS, KEYS, LINKS, TABLES, meaning

COLUMNS_OF = {name: list(model.columns) for name, model in TABLES.items()}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_meaning(table):
    """A Chinese name and an English sentence."""
    for column in COLUMNS_OF[table]:
        zh, sentence = meaning(table, column)
        assert re.search("[\u4e00-\u9fff]", zh)
        assert sentence.endswith(".")


def test_no_meaning_is_of_a_column_that_is_gone():
    """What is described stands in a table."""
    every = {column for columns in COLUMNS_OF.values() for column in columns}
    for name in COLUMNS:
        table, _, column = name.rpartition(".")
        assert column in (COLUMNS_OF[table] if table else every)


def test_no_two_columns_share_a_chinese_name():
    """A table may bear either name, so they must lead to one column each."""
    assert len(ALIASES) == len(COLUMNS)
    for table, columns in COLUMNS_OF.items():
        names = [meaning(table, column)[0] for column in columns]
        assert len(set(names)) == len(names)
        assert [ALIASES[name] for name in names] == columns
    assert all(csv_file.fold(zh) == zh for zh in ALIASES)


def test_keys_and_links_are_columns():
    """And every table has a key."""
    assert set(KEYS) == set(TABLES)
    assert set(BY_REGION) < set(TABLES)
    for table, key in KEYS.items():
        assert set(key) <= set(COLUMNS_OF[table])
    for column, (target, key) in LINKS.items():
        assert key in COLUMNS_OF[target]
        assert any(column in columns for columns in COLUMNS_OF.values())
