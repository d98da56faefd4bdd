"""A manifest or a provenance by hand is refused in words before anything is done with it."""

import json

import pytest

from analysis.errors import AnalysisError
from analysis.figures import manifest, provenance

BOTH = {"zh": "a", "en": "a"}
CARRIED = {
    "package": "regional-safety 1", "figure": "f", "language": "en", "fingerprint": "0",
    "title": BOTH, "subtitle": BOTH, "source": BOTH, "notes": [], "sources": [{}],
    "rows": [{"id": "a", "source": 0}], "refused": [],
}  # fmt: skip
ROW = {"id": "a", "source": 0}
ODD = {
    "no language": {"language": None},
    "a refusal that is a number": {"refused": [1]},
    "sources that are a text": {"sources": "abc"},
    "sources that are texts": {"sources": ["t"]},
    "a source that is none": {"sources": []},
    "a source before the first": {"rows": [ROW | {"source": -1}]},
    "a value that is a text": {"rows": [ROW | {"value": "x"}]},
    "a limit that is a text": {"rows": [ROW | {"lower": "z"}]},
    "a day that is none": {"rows": [ROW | {"period_end": "2024-13-45"}]},
    "an offset that is a text": {"rows": [ROW | {"start": "1"}]},
    "a row within a row": {"rows": [ROW | {"period_start": {}}]},
    "a list in place of a word": {"rows": [ROW | {"status": []}]},
    "a title that is a text": {"title": "a"},
    "another package": {"package": "other 1"},
    "a mark without a row": {"marks": [["mark-a"]]},
    "parameters that are a list": {"parameters": []},
}


def test_a_whole_provenance_is_taken():
    """The one that the others differ from."""
    assert provenance.parsed(json.dumps(CARRIED)) == CARRIED


@pytest.mark.parametrize("kind", ODD)
def test_p34_an_odd_provenance_is_damaged(kind):
    """P34: whichever part is of another shape."""
    with pytest.raises(AnalysisError, match="the provenance in this file is damaged"):
        provenance.parsed(json.dumps(CARRIED | ODD[kind]))


FIGURE = {
    "name": "x", "title": BOTH, "rows": [], "files": {"job/x.svg": "0" * 64}, "job": "job",
    "notebook": "n.ipynb", "parameters": {}, "inputs": {},
}  # fmt: skip
WHOLE = {"figures": [FIGURE], "jobs": {}, "package": "1", "version": 1}
MANIFESTS = {
    "an empty object": b"{}",
    "a list": b"[]",
    "nothing": b"null",
    "figures that are nothing": b'{"figures":null,"jobs":{},"version":1}',
    "depth": b"[" * 100_000,
    "no text": b"\xff\xfe\x00",
    "a file elsewhere": json.dumps(
        WHOLE | {"figures": [FIGURE | {"files": {"../x.svg": "0" * 64}}]}
    ).encode(),
    "a file of no job": json.dumps(
        WHOLE | {"figures": [FIGURE | {"files": {"x.svg": "0" * 64}}]}
    ).encode(),
    "a job elsewhere": json.dumps(WHOLE | {"jobs": {"../job": {}}}).encode(),
    "rows within rows": json.dumps(WHOLE | {"figures": [FIGURE | {"rows": [[1]]}]}).encode(),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_p34_a_manifest_by_hand_is_damaged(tmp_path, kind):
    """P34: and a run renews it."""
    (tmp_path / manifest.MANIFEST).write_bytes(MANIFESTS[kind])

    with pytest.raises(AnalysisError, match=r"is damaged .*`run` will renew it"):
        manifest.load(tmp_path)


def test_a_figure_without_the_words_of_a_publication_is_silent(tmp_path):
    """A notebook may write a record of its own, with a name, a title, rows and files."""
    (tmp_path / manifest.MANIFEST).write_text(json.dumps(WHOLE))

    (figure,) = manifest.load(tmp_path)["figures"]

    assert (figure["subtitle"], figure["notes"], figure["refused"]) == ({}, [], [])
