"""
The gallery: static pages with every figure and the evidence of each mark.

Needs no server, network or JavaScript library. Everything from tables is written as data and shown
as text.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from analysis import files
from analysis.charts.kinds import KINDS, kind_of
from analysis.figures import manifest, pictures, provenance
from analysis.figures.differences import described
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.publishers import publisher
from analysis.language.text import Text
from analysis.publish import content
from analysis.publish.deck import brief, store

from . import api

Record = Mapping[str, Any]
FOLDER = "gallery"
THUMB = 480  # pixels across
_CSV = (
    "id", "origin", "report", "region", "region_zh", "region_en", "indicator", "indicator_zh",
    "indicator_en", "breakdown", "period_start", "period_end", "status", "measure", "comparator",
    "value", "unit", "per", "deadline", "percent", "lower", "upper", "rate", "rate_lower",
    "rate_upper", "ratio", "share", "method", "basis", "printed", "start", "end", "evidence",
    "publisher", "title", "published", "url", "note",
)  # fmt: skip


def build(
    figures: Path,
    *,
    language: str = "zh",
    definitions: Mapping[str, content.Definition] | None = None,
) -> Path:
    """
    Write ``index.html`` and the folder ``gallery`` beside the manifest in *figures*.

    Only files whose content changed are written; files of removed figures are deleted.

    Parameters
    ----------
    definitions
        Name and definition of each indicator by its code; those that a figure has are listed.

    Returns
    -------
    pathlib.Path
        The start page.
    """
    whole = manifest.load(figures)
    pairs = _pairs(content.with_fingerprint(one) for one in whole["figures"])
    beside = _Beside(whole["figures"])
    thumbs = {record["name"]: _thumb(figures, record) for pair in pairs.values() for record in pair}
    contents: dict[str, bytes] = {}
    for key, pair in pairs.items():
        record = json.dumps(key, ensure_ascii=False), _json(_record(key, pair, beside, whole))
        contents[f"{FOLDER}/records/{key}.js"] = (
            f"GALLERY.open({record[0]},{record[1]});\n".encode()
        )
        contents[f"{FOLDER}/tables/{key}.csv"] = table(pair)
        contents[f"{FOLDER}/api/{key}.json"] = api.figure(pair, _CSV)
    version = store.mark(figures)
    every = [record for pair in pairs.values() for record in pair]
    used = content.defined(every, definitions or {})
    index = _index(pairs, whole, version, thumbs) | {
        "front": list(_front([pair[0] for pair in pairs.values()], version)),
        "definitions": {code: [_both(one) for one in texts] for code, texts in used.items()},
    }
    contents[f"{FOLDER}/api/figures.json"] = api.figures(pairs, version)
    contents[f"{FOLDER}/api/indicators.json"] = api.indicators(used)
    contents[f"{FOLDER}/index.js"] = f"window.GALLERY={_json(index)};\n".encode()
    for name in ("gallery.css", "gallery.js"):
        contents[f"{FOLDER}/{name}"] = _asset(name).encode()
    page = _asset("gallery.html").replace("{lang}", language)
    contents["index.html"] = page.replace("{title}", say("gallery.title")[language]).encode()
    _write(figures, contents | {path: data for path, data in thumbs.values() if path})
    return figures / "index.html"


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text("utf-8")


def _json(value: object) -> str:
    """Return JSON that is safe inside a script element: ``<`` and line separators are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _write(figures: Path, contents: Mapping[str, bytes]) -> None:
    for name, data in contents.items():
        path = figures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if files.read(path) != data:
            files.write(path, data)
    written = {figures / name for name in contents}
    for path in (figures / FOLDER).rglob("*"):
        if path.is_file() and path not in written:
            path.unlink()


def _pairs(records: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """
    Return the figures by name without language, Chinese before English, in the order of a briefing.

    Figures of one name that show different rows are not paired.
    """
    by_key: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(records, key=content.place):
        by_key.setdefault(content.key_of(record), []).append(record)
    pairs: dict[str, list[dict[str, Any]]] = {}
    for key, pair in by_key.items():
        if len({frozenset(_shown(one)) for one in pair}) > 1:
            pairs |= {str(one["name"]): [one] for one in pair}
        else:
            pairs[key] = sorted(pair, key=lambda one: one["language"] != "zh")
    return pairs


def _shown(record: Record) -> Iterator[str]:
    """Return the ids of all rows that a figure shows."""
    return (row["id"] for row in (*record["rows"], *record.get("beside", ())))


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _thumb(figures: Path, record: Record) -> tuple[str, bytes]:
    """Return name and content of a thumbnail, named by the hash of the large picture."""
    from PIL import Image

    source = next((name for name in record["files"] if name.endswith(".png")), None)
    data = pictures.read(figures / source) if source else None
    if data is None:
        return "", b""
    name = f"{FOLDER}/thumbs/{files.digest(data)[:20]}.png"
    known = files.read(figures / name)
    if known is not None:
        return name, known
    out = io.BytesIO()
    with pictures.opened(data, str(source)) as image:
        small = image.convert("RGB")
        small.thumbnail((THUMB, THUMB))
        # The other methods merge the region colours, which are rare among many greys.
        few = small.quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return name, out.getvalue()


def _index(
    pairs: Mapping[str, list[dict[str, Any]]],
    whole: Record,
    version: str,
    thumbs: Mapping[str, tuple[str, bytes]],
) -> dict[str, Any]:
    figures = [
        {
            "key": key,
            "family": pair[0]["kind"],
            "title": _both(labels.both(pair[0]["title"])),
            "about": _both(labels.both(pair[0]["subtitle"])),
            "regions": sorted({row["region"] for row in pair[0]["rows"] if "region" in row}),
            "indicators": sorted(
                {row["indicator"] for row in pair[0]["rows"] if "indicator" in row}
            ),
            "thumb": {one["language"]: thumbs[one["name"]][0] for one in pair},
            "record": f"{FOLDER}/records/{key}.js",
        }
        for key, pair in pairs.items()
    ]
    rows = [row for pair in pairs.values() for row in pair[0]["rows"]]
    changed = [change for job in whole["jobs"].values() for change in job["changed"]]
    used = {figure["family"] for figure in figures}
    return {
        "version": version,
        "figures": figures,
        "families": {name: _both(kind.title) for name, kind in KINDS.items() if name in used},
        "regions": {row["region"]: _both(labels.region(row)) for row in rows if "region" in row},
        "indicators": _indicators(rows),
        "missing": list(_missing(pair[0] for pair in pairs.values())),
        "changes": described(changed, rows),
    }  # fmt: skip


def _indicators(rows: Iterable[Record]) -> dict[str, dict[str, str]]:
    named = {
        row["indicator"]: {
            "zh": labels.legible(row.get("indicator_zh", row["indicator"]), labels.LONGEST),
            "en": labels.legible(row.get("indicator_en", row["indicator"]), labels.LONGEST),
        }
        for row in rows
        if "indicator" in row
    }
    return dict(sorted(named.items(), key=lambda one: one[1]["en"]))


def _front(records: Sequence[Record], version: str) -> Iterator[dict[str, Any]]:
    """Yield title and lines of each part of the front page."""
    both = {language: brief.coverage(records, language).split("\n") for language in ("zh", "en")}
    sources = sorted(content.sources(records, "zh").lines, key=lambda line: -int(line[-1]))
    names = list(dict.fromkeys(line[0] for line in sources if line[0]))
    who = Text.joined(map(publisher, names[:_NAMED]), zh="、", en=", ")
    lines = {
        "what": [say("gallery.what.text")],
        "who": [
            say("gallery.who.text", publishers=who, count=len(names), package=provenance.package())
        ],
        "when": [Text(zh, en) for zh, en in zip(both["zh"], both["en"], strict=True)],
        "licence": [say("book.licence")],
        "cite": [say("gallery.cite.text", mark=version)],
        "data": [say("gallery.data.text")],
    }
    for name, texts in lines.items():
        yield {"title": _both(_TITLES[name]), "lines": [_both(text) for text in texts]}


_NAMED = 6  # publishers, those of most figures first
_TITLES = {
    "what": say("gallery.what"),
    "who": say("gallery.who"),
    "when": say("gallery.when"),
    "licence": say("gallery.licence"),
    "cite": say("gallery.cite"),
    "data": say("gallery.data"),
}


def _missing(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    """Yield each gap once: indicator, region, reason."""
    seen = set()
    for record in records:
        kind = kind_of(record)
        if not kind.gaps or kind.apart:
            continue
        about = {language: content.about(record, language) for language in ("zh", "en")}
        for gap in record["refused"]:
            region, reason = _both(labels.region(gap)), _both(labels.because(gap))
            line = (about["en"], region["en"], reason["en"])
            if line not in seen:
                seen.add(line)
                yield {"about": about, "region": region, "reason": reason}


class _Beside:
    """Rows that each row may and may not be compared with, from the comparisons of a manifest."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._with: dict[str, list[dict[str, str]]] = {}
        self._without: dict[str, list[dict[str, str]]] = {}
        for record in records:
            if record["language"] != "zh":
                continue
            kind = kind_of(record)
            if kind.compares:
                self._read(record)
            elif kind.apart:
                self._read_apart(record["rows"])

    def _read(self, record: Record) -> None:
        rows = record["rows"]
        gaps = [_because(gap, labels.reason(gap)) for gap in record["refused"]]
        for row in rows:
            self._with[row["id"]] = [_both(labels.reading(one)) for one in rows if one is not row]
            self._without[row["id"]] = gaps

    def _read_apart(self, rows: Iterable[Record]) -> None:
        same: dict[str, list[Record]] = {}
        for row in rows:
            same.setdefault(row["indicator"], []).append(row)
        for group in same.values():
            for row in group:
                others = [one for one in group if one is not row]
                self._without[row["id"]] = [_because(one, labels.reason(one)) for one in others]

    def lists(self, row: Record) -> dict[str, Any]:
        """Return the lists of rows that *row* may and may not be compared with, if any."""
        lists = {"with": self._with.get(row["id"]), "without": self._without.get(row["id"])}
        return {name: others for name, others in lists.items() if others}


def _because(row: Record, reason: Text) -> dict[str, str]:
    region = labels.region(row)
    return {"zh": f"{region.zh}：{reason.zh}", "en": f"{region.en}: {reason.en}"}


def _record(key: str, pair: list[dict[str, Any]], beside: _Beside, whole: Record) -> dict[str, Any]:
    first = pair[0]
    changed = [change for one in pair for change in whole["jobs"][one["job"]]["changed"]]
    series = {(row.get("region"), row.get("indicator")) for row in first["rows"]}
    kept = [
        one for one in changed if (one["row"].get("region"), one["row"].get("indicator")) in series
    ]
    rows = [*first["rows"], *first.get("beside", ())]
    return {
        "key": key,
        **{
            part: _both(labels.both(first[part])) for part in ("title", "subtitle", "alt", "source")
        },
        "notes": [_both(labels.both(note)) for note in first["notes"]],
        "rows": {row["id"]: _row(row) | beside.lists(row) for row in rows},
        "refused": [
            {"region": _both(labels.region(gap)), "reason": _both(labels.because(gap))}
            for gap in first["refused"]
        ],
        "drawn": {one["language"]: _drawn(one) for one in pair},
        "table": f"{FOLDER}/tables/{key}.csv",
        "api": f"{FOLDER}/api/{key}.json",
        "changed": described(kept, rows),
        "notebook": first["notebook"],
        "parameters": {one["language"]: _parameters(one) for one in pair},
        "fingerprints": {one["language"]: f"{one['name']} · {one['fingerprint']}" for one in pair},
    }


def _parameters(record: Record) -> str:
    return " ".join(f"{name}={value}" for name, value in record["parameters"].items())


def _row(row: Record) -> dict[str, Any]:
    texts = {
        "reading": _both(labels.reading(row)),
        "phrase": labels.legible(row.get("evidence", "")),
        "place": _both(labels.offset(row)),
        "source": _both(labels.publication(row)),
        "note": labels.legible(row.get("note", "")),
    }
    return {name: words for name, words in texts.items() if words}


def _drawn(record: Record) -> dict[str, Any]:
    """Return the files of a figure in one language and the boxes of its marks."""
    by_suffix = {Path(name).suffix.lstrip("."): name for name in sorted(record["files"])}
    marks = [{"id": mark["id"], "box": mark["box"]} for mark in record.get("marks", ())]
    return {
        "picture": by_suffix.get("svg") or by_suffix.get("png", ""),
        "files": by_suffix,
        "marks": marks,
    }


def table(pair: Iterable[Record]) -> bytes:
    """Return the rows of a figure as CSV, with text that looks like a formula quoted."""
    first = next(iter(pair))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV)
    for row in (*first["rows"], *first.get("beside", ())):
        writer.writerow([_cell(row.get(name, "")) for name in _CSV])
    return (
        b"\xef\xbb\xbf" + out.getvalue().encode()
    )  # Excel reads UTF-8 only with a byte order mark


def _cell(cell: Any) -> Any:
    """
    Return a CSV cell; text that begins like a formula gets an apostrophe.

    >>> _cell("=1+1"), _cell(-9.2), _cell("−9.2%")
    ("'=1+1", -9.2, '−9.2%')
    """
    if not isinstance(cell, str):
        return cell
    kept = labels.legible(cell)
    return f"'{kept}" if kept[:1] in {"=", "+", "-", "@"} else kept
