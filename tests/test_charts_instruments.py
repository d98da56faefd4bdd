"""The drawing of instruments: who has which, how many, and how much two reports share."""

import pytest
from drawings import Drawing

from analysis import charts, headlines, policies, style, wording
from analysis.charts import grid
from analysis.words import Standing

FORMS = [("zh", "slide"), ("en", "page")]
ORDER = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


@pytest.fixture(scope="module")
def standings(data):
    """Every instrument in every region of the real tables."""
    return policies.standings(data)


@pytest.fixture(scope="module")
def absent(data, standings):
    """No region is missing from the real tables."""
    return policies.unlisted(data, standings)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def counts(request, data, standings, absent):
    """All instruments by theme, drawn."""
    language, form = request.param
    with style.house_style():
        picture = charts.instrument_counts(
            standings,
            title=headlines.instruments(standings),
            language=language,
            themes=data.themes,
            absent=absent,
            form=form,
        )
    return Drawing(picture)


def page(data, rows, absent, language="en", form="slide"):
    """A page of instruments, drawn."""
    with style.house_style():
        picture = charts.instruments(
            rows,
            title=headlines.instruments_page(rows, data.themes),
            language=language,
            themes=data.themes,
            absent=absent,
            form=form,
        )
    return Drawing(picture)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def matrix(request, data, standings, absent):
    """The first page of the shared instruments, drawn."""
    language, form = request.param
    shared = policies.groups(standings)["shared"]
    ordered = policies.ordered(shared, data.themes, language)
    return page(data, policies.pages(ordered, 20)[0], absent, language, form)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def stairs(request, standings, absent):
    """How much every two reports have in common, drawn."""
    language, form = request.param
    pairs = policies.overlaps(standings)
    with style.house_style():
        picture = charts.similarity(
            pairs,
            title=headlines.similarity(pairs),
            language=language,
            rows=standings,
            absent=absent,
            form=form,
        )
    return Drawing(picture)


def heads(drawing):
    """The names of the regions with the place of their left edge, from left to right."""
    names = {r[f"region_{drawing.picture.language}"] for r in grid.regions(drawing.picture.rows)}
    found = {text: box.x0 for text, box in drawing.words if text in names}
    return sorted(found, key=found.get)


def test_every_word_can_be_read(counts, matrix, stairs):
    """No text covers another, leaves the page or is struck by a mark."""
    for drawing in (counts, matrix, stairs):
        assert drawing.faults == {}


def test_every_mention_has_one_mark(counts, standings):
    """What is drawn are the rows that stand on a sentence; silence is told apart."""
    known = policies.mentioned(standings)

    assert set(counts.marks) == set(known["id"]) == set(counts.picture.rows["id"])
    assert len(counts.named("gap")) == len(standings) - len(known)
    assert len(counts.picture.refused) == len(standings) - len(known)


def test_no_region_is_missing_and_the_order_is_the_house_order(counts, matrix):
    """By level, then adcode, from left to right."""
    for drawing in (counts, matrix):
        language = drawing.picture.language
        names = {r["region"]: r[f"region_{language}"] for r in grid.regions(drawing.picture.rows)}

        assert heads(drawing) == [names[region] for region in ORDER]


def test_four_standings_look_different_without_colour(matrix):
    """Shape and filling tell in use, under way, planned and not mentioned apart."""
    looks = {grid.LOOKS[standing] for standing in Standing}

    assert len(looks) == len(Standing)
    for row in matrix.picture.rows.to_dict("records"):
        mark = matrix.marks[row["id"]]
        assert (mark.get_marker(), mark.get_fillstyle()) == grid.LOOKS[Standing(row["status"])]
        assert mark.get_color() == style.colour(row["region"])
    for dash in matrix.named("gap"):
        assert dash.get_marker() == "_"


def test_planned_is_not_drawn_like_not_mentioned(counts, standings):
    """Yaohai plans much and has little in use; its silence stays silence."""
    yaohai = standings[standings["region"].eq("yaohai")]
    planned = yaohai.loc[yaohai["status"].eq("planned"), "id"]

    assert {counts.marks[id_].get_marker() for id_ in planned} == {"s"}
    assert not set(counts.marks) & set(yaohai.loc[yaohai["status"].eq("not_mentioned"), "id"])


def test_numbers_of_all_themes_are_written(counts, standings):
    """The last line adds up each region and standing."""
    totals = standings.groupby(["region", "status"]).size()
    lowest = min(box.y0 for text, box in counts.words if text in {"合计", "All themes"})
    written = [text for text, box in counts.words if abs(box.y0 - lowest) < 6 and text.isdigit()]
    expected = [
        str(totals[region, standing])
        for region in ORDER
        for standing in ("in_use", "building", "planned")
        if totals.get((region, standing))
    ]

    assert sorted(written) == sorted(expected)


def test_lines_follow_theme_and_name(matrix, data):
    """The order of the page is that of the rows: by theme, then by name, never by number."""
    language = matrix.picture.language
    rows = matrix.picture.rows.drop_duplicates("indicator")
    names = list(rows[f"indicator_{language}"])
    places = {text: box.y1 for text, box in matrix.words if text in names}
    themes = {theme: place for place, theme in enumerate(data.themes["theme"])}
    shown = sorted(places, key=places.get, reverse=True)
    order = rows.set_index(f"indicator_{language}")["theme"].map(themes)

    assert [name for name in names if name in places] == shown
    assert order.is_monotonic_increasing


def test_an_instrument_of_one_region_says_so(data, standings, absent):
    """Its line has one mark, and the words for it."""
    own = policies.groups(standings)["own"]
    drawing = page(data, policies.pages(policies.ordered(own, data.themes, "en"), 20)[0], absent)
    count = drawing.picture.rows["indicator"].nunique()

    assert len(drawing.marks) == count
    assert drawing.said.count("only here") == count


def test_a_region_without_entries_stands_in_the_strip(data, standings):
    """A report that is not in the table yet is named below the plot."""
    some = standings[standings["region"].ne("nantong")]
    drawing = page(
        data, policies.groups(some, "insurance")["insurance"], policies.unlisted(data, some)
    )

    assert [entry.region for entry in drawing.picture.caption.left_out] == ["nantong"]
    assert "Nantong" in drawing.said


def test_every_pair_has_its_share_or_its_reason(stairs, standings):
    """Ten pairs: nine with an interval, and Yaohai in Anhui with a reason."""
    pairs = policies.overlaps(standings)
    kept = pairs[pairs["verdict"].ne("not_comparable")]
    drawn = {line.get_gid() for line in stairs.named("interval-share-")}

    assert len(pairs) == 10
    assert drawn == {
        f"interval-share-{a}-{b}" for a, b in zip(kept.region, kept.other, strict=True)
    }
    for pair in kept.to_dict("records"):
        assert wording.share(pair)[stairs.picture.language] in stairs.said
    (refused,) = stairs.picture.refused.to_dict("records")
    assert (refused["region"], refused["other"]) == ("anhui", "yaohai")
    assert refused[f"reason_{stairs.picture.language}"].split("，")[0][:5] in stairs.said


def test_intervals_stand_on_one_scale(stairs, standings):
    """The dot lies in its interval, and lengths are in proportion to the limits."""
    scales = set()
    for pair in policies.overlaps(standings).to_dict("records"):
        code = f"{pair['region']}-{pair['other']}"
        for line in stairs.named(f"interval-{code}"):
            low, high = line.get_xdata()
            scales.add(round((high - low) / (pair["upper"] - pair["lower"]), 6))
            (dot,) = stairs.named(f"interval-share-{code}")
            assert low < dot.get_xdata()[0] < high

    assert len(scales) == 1
