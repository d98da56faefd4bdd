"""Records, the manifest and what changed between two sets of rows."""

import json

import pytest

from analysis.errors import AnalysisError
from analysis.figures import manifest

RECORD = {
    "job": "2_trend-zh",
    "notebook": "2_trend.ipynb",
    "parameters": {"language": "zh"},
    "key": "k",
    "parts": {"inputs": {"regions": "1"}},
    "changed": [],
    "outputs": {"a.svg": "s", "a.json": "j", "2_trend-zh.ipynb": "n"},
    "figures": [
        {
            "name": "a",
            "title": {"zh": "甲", "en": "A"},
            "files": ["a.svg"],
            "rows": [{"region": "anshan", "value": 42}],
            "refused": [],
        }
    ],
    "run": {"seconds": 1.5},
}


def test_the_manifest_names_every_figure_and_what_it_was_made_from():
    """And holds no time, whatever order the records come in."""
    other = RECORD | {"job": "1_coverage-zh", "run": {"seconds": 9}}

    data = manifest.assemble([RECORD, other], "1.0")

    assert data == manifest.assemble([other, RECORD], "1.0")
    whole = json.loads(data)
    figure = whole["figures"][1]
    assert figure["job"] == "2_trend-zh"
    assert figure["files"] == {"2_trend-zh/a.svg": "s"}
    assert figure["inputs"] == {"regions": "1"}
    assert figure["rows"] == [{"region": "anshan", "value": 42}]
    assert b"seconds" not in data


def test_values_that_share_a_key_are_compared_as_a_set():
    """A total and its parts may share a key; only what differs is told."""
    row = {"region": "anshan", "indicator": "fines"}
    old = [row | {"value": 1}, row | {"value": 2}]
    new = [row | {"value": 2}, row | {"value": 3}, row | {"value": 4}]

    told = [(c["change"], c["before"], c["after"]) for c in manifest.changes(old, new)]

    assert told == [("changed", {"value": 1}, {"value": 3}), ("added", None, {"value": 4})]


def test_without_a_manifest_the_way_out_is_told(tmp_path):
    """Nothing was made, or it is damaged."""
    with pytest.raises(AnalysisError, match="make the figures first, with `run`"):
        manifest.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(AnalysisError, match="`run` will renew it"):
        manifest.load(tmp_path)
