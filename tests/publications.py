"""A small manifest made by hand: one figure of each kind, some labels hostile."""

import json
from pathlib import Path

from analysis.figures import provenance

HOSTILE = (
    '=HYPERLINK("http://x","click")',
    "<script>alert(1)</script>",
    "$\\frac{1}{2}$ & $x^2$",
    "名" * 2000,
    "安\u202e徽\u200f safe",
    "+1-2@SUM(A1)",
)
REGIONS = {
    "anhui": ("安徽", "Anhui", "340000"),
    "anshan": ("鞍山", "Anshan", "210300"),
    "chuxiong": ("楚雄", "Chuxiong", "532300"),
    "nantong": ("南通", "Nantong", "320600"),
    "yaohai": ("瑶海", "Yaohai", "340102"),
}


def row(region="chuxiong", value=45, year=2024, **more):
    """One drawn row, as a record holds it."""
    zh, en, adcode = REGIONS.get(region, (region, region, "999999"))
    given = {
        "id": f"{region}-deaths-{year}{more.get('measure', '')}",
        "origin": "report",
        "report": f"{region}-{year}",
        "region": region,
        "region_zh": zh,
        "region_en": en,
        "adcode": adcode,
        "indicator": "deaths",
        "indicator_zh": "生产安全事故死亡人数",
        "indicator_en": "Deaths in work-safety accidents",
        "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31",
        "status": "actual",
        "measure": "level",
        "mark": "exact",
        "comparator": "=",
        "value": value,
        "unit": "人",
        "unit_en": "people",
        "lower": (value or 0) * 0.73,
        "upper": (value or 0) * 1.34 + 3,
        "method": "exact-c",
        "printed": f"{value}人",
        "start": 301,
        "end": 303,
        "evidence": f"发生事故若干起、死亡{value}人",
        "publisher": f"{zh}应急管理局",
        "title": f"{year}年工作总结",
        "published": f"{year + 1}-02-01",
        "basis": "printed",
    }
    return {key: cell for key, cell in (given | more).items() if cell is not None}


def stated(region="nantong", percent=-9.2, year=2024):
    """A change that was published without counts."""
    if percent is None:
        more = {"measure": "direction", "mark": "direction_only", "direction": -1}
    else:
        more = {"measure": "change_pct", "mark": "percent_only", "percent": percent}
    more |= {
        "id": f"{region}-stated-{year}",
        "lower": None,
        "upper": None,
        "method": None,
        "unit": "%",
        "unit_en": "%",
    }
    return row(region, None, year, **more, printed="9.2%", evidence="死亡人数同比下降")


def refusal(region="yaohai", zh="该报告只是计划，不含实绩", en="the report is a plan"):
    """A region left out, and why."""
    names = REGIONS.get(region, (region, region, ""))
    return {
        "region": region,
        "region_zh": names[0],
        "region_en": names[1],
        "rule": "plan_report",
        "reason_zh": zh,
        "reason_en": en,
    }


def figure(name, rows, *, kind="", scale="value", language="zh", refused=(), title=None, **more):
    """The record of one figure, as the manifest holds it."""
    about = {part: rows[0][f"indicator_{part}"] for part in ("zh", "en")}
    both = {"zh": "楚雄2024年死亡人数的下降未超出偶然波动", "en": "The fall is within chance"}
    record = {
        "version": 2,
        "kind": kind or name.partition("-")[0],
        "scale": scale,
        "name": f"{name}-{language}",
        "language": language,
        "title": title or both,
        "about": about,
        "axis": {"zh": "生产安全事故死亡人数｜人", "en": "Deaths | people"},
        "subtitle": {"zh": "生产安全事故死亡人数｜人｜2024年", "en": "Deaths | people | 2024"},
        "source": {"zh": "资料来源：某局《总结》", "en": "Sources: a report"},
        "notes": [{"zh": "精确泊松95%区间", "en": "exact Poisson 95% interval"}],
        "alt": {"zh": "图中：楚雄45人。", "en": "Shown: Chuxiong 45 people."},
        "caption": title or both,
        "rows": list(rows),
        "refused": list(refused),
        "marks": marks(rows),
        "lines": [],
        "plot": [0.04, 0.2, 0.92, 0.55],
        "job": f"job-{name}-{language}",
        "notebook": "2_trend.ipynb",
        "parameters": {"language": language},
        "inputs": {"observations/chuxiong": "ab" * 32},
        "files": {},
        **more,
    }
    record["fingerprint"] = provenance.fingerprint(record)
    return record


def marks(rows):
    """Where a drawing would have put the marks of *rows*: by their value."""
    return [
        {
            "id": one["id"],
            "box": [0.4, 0.2 + 0.1 * place, 0.02, 0.03],
            "panel": 0,
            "at": [one.get("value"), int(one["period_end"][:4])],
        }
        for place, one in enumerate(rows)
    ]


def figures(language="zh"):
    """One figure of each kind."""
    years = [row(value=53, year=2022, origin="context", report=None, start=-1, end=-1)]
    years += [row(value=51, year=2023), row(value=45)]
    pair = [row("nantong", 60), row("chuxiong", 45), row("anshan", 0, mark="zero")]
    changes = [row(value=45, before=51, ratio=0.88, lower=0.58, upper=1.34), stated()]
    shares = [
        row(
            value=84,
            id="chuxiong-rectified",
            evidence="整改4658项",
            cases=4658,
            total=5556,
            open=898,
            total_printed="5556项",
            loop="violations_found",
            basis="counted",
            rate_printed="83.84%",
            share=83.84,
            lower=None,
            upper=None,
        )
    ]
    parts = [
        row(
            value=amount,
            breakdown=f"sector:{name}",
            breakdown_zh=name,
            breakdown_en=name,
            share=amount / 262.11,
        )
        | {"id": f"chuxiong-losses-{name}"}
        for name, amount in (("农业", 15000), ("工矿", 8000), ("家庭", 3211))
    ]
    ratio = row(expected=38.0, ratio=1.18, of_zh="全国", of_en="China", lower=0.86, upper=1.58)
    return [
        figure("comparison-deaths", pair, language=language, refused=[refusal()]),
        figure("trend-deaths", [*years, stated(), stated("anhui", None, 2023)], language=language),
        figure("year-on-year", changes, kind="changes", scale="ratio", language=language),
        figure("open-hazards", shares, kind="open_hazards", language=language),
        figure("parts-losses", parts, scale="share", language=language),
        figure("expected-deaths", [ratio], kind="expected", scale="ratio", language=language),
        figure("coverage-shared-1", [*pair, stated()], scale="none", language=language),
    ]


def hostile(language="zh"):
    """A figure whose every word is an attack."""
    rows = [
        row(f"r{place}", 10 + place, region_zh=words, region_en=words, evidence=words, note=words)
        | {"indicator_zh": words, "indicator_en": words, "publisher": words, "title": words}
        for place, words in enumerate(HOSTILE)
    ]
    title = {"zh": HOSTILE[0], "en": HOSTILE[1]}
    refused = [refusal("x", words, words) for words in HOSTILE]
    more = {"source": title, "alt": title, "subtitle": title, "notes": [title]}
    return figure(
        "comparison-hostile", rows, language=language, title=title, refused=refused, **more
    )


def manifest(*, more=(), edit=None):
    """A whole manifest in both languages; *edit* is called with each figure."""
    every = [one for language in ("zh", "en") for one in figures(language)] + list(more)
    every = json.loads(json.dumps(every))  # each its own rows
    for one in every:
        if edit is not None:
            edit(one)
            if not one["lines"]:
                one["marks"] = marks(one["rows"])
            one["fingerprint"] = provenance.fingerprint(one)
    jobs = {one["job"]: {"notebook": one["notebook"], "changed": []} for one in every}
    return {"version": 1, "package": "0.1.0", "jobs": jobs, "figures": every}


def written(folder, **options):
    """Put a manifest and its pictures into ``folder/figures``; give that folder."""
    from PIL import Image

    whole = manifest(**options)
    for one in whole["figures"]:
        place = Path(folder) / "figures" / one["job"]
        place.mkdir(parents=True, exist_ok=True)
        picture = place / f"{one['name']}.png"
        Image.new("RGB", (400, 225), "white").save(picture)
        picture.write_bytes(provenance.stamped(picture.read_bytes(), "png", one))
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 225">'
            + "".join(f'<g id="mark-{r["id"]}"><circle r="3"/></g>' for r in one["rows"])
            + "</svg>"
        )
        drawing = place / f"{one['name']}.svg"
        drawing.write_bytes(provenance.stamped(svg.encode(), "svg", one))
        one["files"] = {f"{one['job']}/{file.name}": "0" * 64 for file in (picture, drawing)}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1)
    (Path(folder) / "figures" / "manifest.json").write_text(text + "\n", "utf-8")
    return Path(folder) / "figures"
