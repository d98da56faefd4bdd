"""A comparison of two regions lists verdicts, scopes, cautions and the reasons of refusals."""

import pytest

from analysis.comparability import families
from analysis.errors import UsageError, WordError
from analysis.explore import words
from analysis.explore.pairs import compare
from analysis.language.messages import label
from analysis.language.vocabulary import Gap


def test_comparable_figures_have_a_verdict_scopes_and_cautions(data):
    """Drills held in all are; promised ones are compared with a target of another part."""
    lines = compare(data, "chuxiong", "nantong", "drills_held", language="en").split("\n")

    assert lines[0].startswith("Chuxiong and Nantong: 1 can be compared, 1 cannot")
    assert "Emergency drills: comparable with caution" in lines
    assert any(line.startswith("  Chuxiong 2024 8,574 events (") for line in lines)
    assert any(line.startswith("  ! Organisers and sizes differ") for line in lines)


def test_a_refusal_has_its_reason_and_the_change_beside_it(data):
    """Nantong's report prints a percentage of deaths and no count."""
    text = compare(data, "chuxiong", "nantong", "deaths", language="en")

    assert "Deaths, year on year: comparable with caution" in text
    assert "Deaths in work-safety accidents: not comparable\n  Chuxiong 2024 45 people" in text
    assert f"  × Nantong: {label(Gap.PERCENT_ONLY).en}: 14.3% down" in text


def test_everything_that_both_report_is_listed_if_nothing_is_asked(data):
    """The counts of the first line are those of the list."""
    lines = compare(data, "chuxiong", "nantong").split("\n")
    heads = [line for line in lines[1:] if not line.startswith("  ")]
    refused = [line for line in heads if line.endswith("不可比")]

    assert lines[0].startswith(f"楚雄与南通：可比{len(heads) - len(refused)}项，")
    assert f"不可比{len(refused)}项" in lines[0]


def test_names_and_synonyms_mean_the_codes(data):
    """死亡人数 is a synonym of deaths in the tables."""
    due = compare(data, "chuxiong", "nantong", "deaths")

    assert compare(data, "楚雄", "Nantong", "死亡人数") == due
    assert compare(data, "chuxiong", "nantong", "fatalities") == due


def test_a_region_without_a_report_names_the_figures_of_others(data):
    """The tables have the populations of Hefei for two years."""
    text = compare(data, "合肥", "chuxiong", language="en")

    assert text == (
        "Hefei: no report here; other publications have Resident population at year end (2023–2024)"
    )


def test_a_subject_of_one_region_says_what_the_other_lacks(data):
    """Yaohai's report is a plan; nobody is compared with nobody."""
    text = compare(data, "chuxiong", "yaohai", "accidents", language="en")

    assert "0 can be compared, 0 cannot, 2 reported by one only" in text
    assert f"× Yaohai: {label(Gap.PLAN_REPORT).en}" in text


def test_one_region_twice_is_refused(data):
    """Whether a subject is given or not."""
    for subject in (None, "deaths", "open hazards"):
        with pytest.raises(UsageError, match="Chuxiong: name two different regions"):
            compare(data, "chuxiong", "楚雄", subject)


def test_a_suggestion_is_in_the_language_asked(data):
    """The nearest codes come with a name that the reader can read."""
    with pytest.raises(WordError) as refused:
        compare(data, "chuxiong", "nantong", "deaths in")
    assert "deaths (Deaths in work-safety accidents)" in refused.value.text["en"]
    assert "deaths (生产安全事故死亡人数)" in refused.value.text["zh"]


def test_a_synonym_of_several_indicators_is_refused_with_their_codes(data):
    """储备物资 is a synonym of two indicators in the tables."""
    rows = data.synonyms
    codes = rows.loc[rows["synonym"].eq("储备物资"), "indicator"]

    assert len(codes) > 1
    with pytest.raises(UsageError) as refused:
        words.indicator("储备物资", data)
    named = data.indicators.set_index("indicator")["name_en"]
    assert all(f"{code} ({named[code]})" in str(refused.value) for code in codes)


def test_one_region_is_compared_with_every_other(data):
    """The same verdicts as for each two; the rest is counted by reason, nothing left out."""
    lines = compare(data, "yaohai", language="en").split("\n")

    assert lines[0].startswith("Yaohai: 2 can be compared with another region")
    assert "  Comprehensive drills planned: Chuxiong (comparable with caution)" in lines
    assert "3 cannot be compared with any region:" in lines
    assert sum(int(line.split(":")[0]) for line in lines[lines.index(lines[3]) + 1 :]) == 3
    both = compare(data, "yaohai", "chuxiong", language="en").split("\n")
    assert "Comprehensive drills planned: comparable with caution" in both


def test_one_region_and_an_indicator_are_compared_with_every_other(data):
    """Without a second region, the second word may be the indicator."""
    text = compare(data, "nantong", "drills_held", language="en")

    assert text.startswith("Nantong: 1 can be compared with another region")
    assert "  Emergency drills: Chuxiong (comparable with caution)" in text
    assert "1 cannot be compared with any region:" in text
    every = compare(data, "chuxiong", "drills_held", language="en")
    assert "cannot be compared with any region" not in every
    none = compare(data, "yaohai", "fires", language="en")
    assert f"no figure: {label(Gap.PLAN_REPORT).en}" in none


@pytest.mark.parametrize("column", ["family", "name_zh", "name_en"])
def test_names_that_compare_prints_are_understood(data, rated, column):
    """Each family by its code and names; some are names of indicators with a figure in it."""
    for row in data.families.to_dict("records"):
        code = words.indicator(row[column], data)
        if code != row["family"]:
            assert row["family"] in families.about(rated, code, data)


def test_a_family_is_compared_alone(data):
    """By two regions and by one; 458 and 3586 are printed by the reports."""
    lines = compare(data, "鞍山", "南通", "专项重大隐患").split("\n")
    one = compare(data, "anshan", "campaign_major_hazards", language="en").split("\n")

    assert lines[0] == "鞍山与南通：可比1项，不可比0项，只有一地有数字0项"
    assert lines[1] == "专项重大隐患：可比，须注意"
    assert "458项" in lines[2]
    assert "3586个" in lines[3]
    assert one[1:] == ["  Major hazards in campaigns: Nantong, Chuxiong (comparable with caution)"]
    none = compare(data, "yaohai", "campaign_major_hazards", language="en")
    assert none.startswith("Yaohai · Major hazards in campaigns: no figure: ")


def test_open_hazards_of_two_regions_are_listed_and_not_compared(data):
    """Campaigns differ in scope."""
    text = compare(data, "chuxiong", "nantong", "open hazards", language="en")

    assert "Chuxiong · Found and rectified" in text
    assert "Nantong · Found and rectified" in text
    assert "campaigns differ in scope and do not compare" in text


def test_without_a_region_the_shared_indicators_are_counted_and_listed(data):
    """Counted here from the rows; deaths, year on year, are those of the regions with a change."""
    lines = compare(data, language="en").split("\n")
    regions = data.rows.drop_duplicates(["region", "indicator"]).groupby("indicator").size()
    by = ", ".join(f"by {count}: {(regions == count).sum()}" for count in (5, 4, 3, 2))

    assert lines[0].startswith(f"{(regions > 1).sum()} indicators are reported by two or more of 5")
    assert lines[0].endswith(f"Reported {by}.")
    assert "  Deaths, year on year: Anhui, Nantong, Chuxiong" in lines
    names = data.indicators.set_index("indicator")["name_en"]
    assert lines[1].startswith("  Reported by 4 regions: ")
    assert set(lines[1].partition(": ")[2].split("; ")) == {*names[regions.index[regions == 4]]}
    assert lines[2].startswith(f"Questions that can be compared: {len(lines[3:])} (several may")
    sizes = [line.count(",") for line in lines[3:] if "year on year" not in line]
    assert sizes == sorted(sizes, reverse=True)
