"""
The JSON files of the gallery: a list of the figures, one file a figure, and the indicators.

Rows have codes, ISO dates and row ids; words are in both languages.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.publish.content import Definition

Record = Mapping[str, Any]


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def figure(pair: Sequence[Record], names: Sequence[str]) -> bytes:
    """
    Return the file of one figure.

    Parameters
    ----------
    pair
        Its records in one or two languages, which have the same rows.
    names
        The fields of a row.
    """
    first = pair[0]
    rows = (*first["rows"], *first.get("beside", ()))
    texts = ("title", "subtitle", "alt", "source")
    return _json({
        **{name: first[name] for name in ("kind", "scale", *texts, "notes")},
        "fingerprints": {one["language"]: one["fingerprint"] for one in pair},
        "files": {one["language"]: sorted(one["files"]) for one in pair},
        "rows": [{name: row[name] for name in names if row.get(name, "") != ""} for row in rows],
        "refused": first["refused"],
    })  # fmt: skip


def figures(pairs: Mapping[str, Sequence[Record]], version: str) -> bytes:
    """Return the list of all figures, with the files of each."""
    return _json({
        "version": version,
        "figures": [
            {
                "name": name,
                "kind": pair[0]["kind"],
                "title": pair[0]["title"],
                "languages": [one["language"] for one in pair],
                "json": f"{name}.json",
                "csv": f"../tables/{name}.csv",
            }
            for name, pair in pairs.items()
        ],
    })  # fmt: skip


def indicators(definitions: Mapping[str, Definition]) -> bytes:
    """Return the list of indicators with their definitions."""
    return _json({
        code: {name: {"zh": text.zh, "en": text.en} for name, text in one._asdict().items()}
        for code, one in definitions.items()
    })  # fmt: skip
