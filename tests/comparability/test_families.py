"""Which figure stands for a region is declared; every view of a comparison has the same rows."""

import pytest
from tidy import UNDECLARED, context, declared, frame, population, row

import analysis as rs
from analysis.comparability import apart, families
from analysis.explore import explain
from analysis.figures import record
from analysis.language.vocabulary import Apart
from analysis.publish import content
from analysis.statistics import rates

PEOPLE = frame(population("chuxiong", 2_300_000, 2024), population("nantong", 7_700_000, 2024))
FOUND = {"indicator": "hazards_found", "theme": "hazards"}
LED = row("chuxiong", 2452, breakdown="campaign:led", **FOUND)
CHECKED = row("chuxiong", 9999, breakdown="campaign:aaa", start=7, **FOUND)
SEEN = row("nantong", 3423, indicator="hazards_seen", breakdown="campaign:bimonthly")


def rated(*rows):
    """The rows with limits and rates."""
    return rates.rates(rates.limits(frame(*rows)), PEOPLE)


def of_family(use="listing", *others):
    """A family of two regions, of which Chuxiong has another, larger part."""
    known = declared({"led": use}, ("led", LED, "member"), ("led", SEEN, "member"), *others)
    return known, rated(LED, CHECKED, SEEN, *(one for _, one, _ in others))


def test_the_declared_part_stands_for_its_region():
    """Not the larger one, nor the one that the text or the alphabet has first."""
    known, rows = of_family()
    found = families.comparable(rows, "led", known)

    assert found.rows[["region", "value"]].to_numpy().tolist() == [
        ["nantong", 3423],
        ["chuxiong", 2452],
    ]
    chuxiong = found.rows.set_index("region").loc["chuxiong"]
    assert (chuxiong["used"], chuxiong["parts"]) == (1, 2)
    assert found.refused[["rule", "id"]].to_numpy().tolist() == [["other_scope", CHECKED["id"]]]


@pytest.mark.parametrize("subject", ["hazards_found", "hazards_seen", "led theme"])
def test_an_indicator_or_a_theme_is_compared_by_its_families(subject):
    """Whichever member's indicator is asked for."""
    known, rows = of_family()

    assert set(families.comparable(rows, subject, known).rows["region"]) == {"nantong", "chuxiong"}


def test_a_listing_has_no_rate_and_its_caution():
    """Never per person."""
    known, rows = of_family()
    found = families.comparable(rows, "led", known)

    assert found.scale == "none"
    assert found.rows["rate"].isna().all()
    assert [caution.en for caution in found.cautions] == ["led caution_en"]


def test_a_ratio_divides_by_its_own_denominator():
    """590 hazards in 187 mines."""
    mines = row("chuxiong", 187, indicator="mines", breakdown="sector:mines")
    visits = row("nantong", 10, indicator="mines", breakdown="sector:mines")
    known, rows = of_family("ratio", ("led", mines, "denominator"), ("led", visits, "denominator"))
    found = families.comparable(rows, "led", known).rows.set_index("region")

    assert found["ratio"].round(2).to_dict() == {"nantong": 342.3, "chuxiong": 13.11}
    assert found["divisor_id"].to_dict() == {"nantong": visits["id"], "chuxiong": mines["id"]}


def test_a_whole_outside_of_families_is_compared_as_a_whole():
    """A family of the yearly change of deaths says nothing of their number."""
    change = row("nantong", -14.3, measure="change_pct", unit="%")
    known = declared({"changes": "listing"}, ("changes", change, "member"))

    assert families.about(rated(change, row()), "deaths", known) == []
    assert families.about(rated(change, row()), "changes", known) == ["changes"]


def test_deaths_are_given_without_road_traffic_too():
    """24 of 45: 21 of 2.3 million people are left."""
    road = frame(context("chuxiong", 24, breakdown="sector:road_traffic"))
    found = families.comparable(rated(row(), row("nantong", 77)), "deaths", declared(other=road))

    notes = [caution.en for caution in found.cautions if "road traffic" in caution.en]
    assert len(notes) == 1
    assert notes[0].startswith("24 of Chuxiong's 45 deaths are of road traffic (53.3%)")
    assert notes[0].endswith("without them 0.913 per 100,000 people")


def test_of_several_parts_none_stands_unless_it_is_declared():
    """The cell then gives their number."""
    known, rows = of_family()
    undeclared = families.each(rows, UNDECLARED).set_index("region")
    own = families.each(rows, known).set_index("region")

    assert undeclared["stands"].to_dict() == {"nantong": True, "chuxiong": False}
    assert undeclared.loc["chuxiong", "parts"] == 2
    assert (own.loc["chuxiong", "value"], own.loc["chuxiong", "stands"]) == (2452, True)


def test_results_go_before_targets_and_amounts_before_changes():
    """Of the latest report."""
    rows = rated(
        row(status="target", value=0),
        row(value=-11.8, measure="change_pct", unit="%"),
        row(year=2023, value=51),
        row(value=45),
    )

    assert families.each(rows, UNDECLARED)[["value", "status"]].to_numpy().tolist() == [
        [45, "actual"]
    ]


WHY = [
    ((row(status="target"), row("nantong", status="target")), Apart.NO_RESULT),
    ((row(), row("nantong", status="plan")), Apart.ONE_RESULT),
    ((row(), row("nantong", breakdown="sector:mining")), Apart.WHOLE_AND_PART),
    ((row(breakdown="sector:a"), row("nantong", breakdown="sector:b")), Apart.PARTS),
    ((row(year=2020), row("nantong")), Apart.RULE),
]


@pytest.mark.parametrize(("rows", "kind"), WHY, ids=[str(kind) for _, kind in WHY])
def test_each_reason_has_its_pair(rows, kind):
    """And names what differs."""
    own = families.telling(rated(*rows))
    why = apart.why(own)

    assert why.kind is kind
    assert why.dimensions == (("sector",) if kind is Apart.PARTS else ())


def test_what_cannot_be_compared_is_not_also_compared(data, rated_rows):
    """Every shared indicator is on one side."""
    codes = list(data.indicators["indicator"])
    verdicts = families.shared(rated_rows, data, codes)
    listed = set(apart.not_comparable(rated_rows, data, verdicts)["indicator"])

    assert listed == {code for code, may in verdicts.items() if not may}
    assert sum(verdicts.values()) == 16


@pytest.fixture(scope="module")
def rated_rows():
    """The rows of the project with their rates."""
    return rs.load().rows.safety.rate()


@pytest.fixture(scope="module")
def subjects(data):
    """Every family, theme with families and shared indicator."""
    rows = data.rows.groupby("indicator")["region"].nunique()
    return [*data.families["family"], *data.families["theme"].unique(), *rows[rows > 1].index]


def test_prompt_picture_explanation_and_deck_have_the_same_rows(subjects):
    """For every family, theme and indicator of several regions."""
    rows = rs.load().rows
    for subject in subjects:
        asked = rows.safety.compare(subject)
        try:
            figures = rs.comparison(subject, language="en")
        except rs.errors.UsageError:
            assert len(asked.rows) < 2, subject
            continue
        drawn = [id_ for figure in figures for id_ in figure.rows["id"]]
        assert drawn == list(asked.rows["id"]), subject
        for figure in figures:
            notes = content.content(record.record_of(figure, figure.name, []), "en").notes
            for one in figure.rows.to_dict("records"):
                assert one["evidence"] in notes, subject


def test_an_explanation_names_the_figures_that_are_compared(data):
    """Each region of the family, with its scope and the caution."""
    text = explain.explain(data, "chuxiong", "major_hazards_found", language="en")

    assert "458 items" in text
    assert "3,586 items" in text
    assert "Two different campaigns" in text
    assert rs.load().rows.safety.compare("major_hazards_found").rows["value"].tolist() == [
        458,
        3586,
        2802,
    ]


def test_treated_ponds_are_those_struck_off():
    """Two, not the five that await acceptance."""
    found = rs.load().rows.safety.compare("tailings_ponds_treated")

    assert found.rows.set_index("region")["value"].to_dict() == {"anshan": 5, "chuxiong": 2}
    assert sorted(found.refused.loc[found.refused["region"].eq("chuxiong"), "rule"]) == [
        "other_scope",
        "other_scope",
    ]
