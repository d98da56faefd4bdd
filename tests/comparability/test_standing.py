"""The findings that stand: true, with their numbers, and about what was asked."""

import re

import pytest

from analysis.comparability import standing
from analysis.errors import WordError

REGIONS = ["anhui", "anshan", "chuxiong", "nantong", "yaohai"]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def every(data):
    """All findings of the project."""
    return standing.standing(data, most=1_000)


@pytest.mark.parametrize("word", [*REGIONS, "deaths", "hazards"])
def test_each_region_and_the_main_subjects_have_three_to_five_findings(data, word):
    """A brief of one of them has something to say."""
    found = standing.standing(data, [word])

    assert 3 <= len(found) <= 5
    for one in found:
        assert word in {*one.regions, one.theme, one.indicator}


def test_without_a_subject_there_are_five_of_different_kinds(data):
    """The overview has outcomes first, and not five times the same."""
    found = standing.standing(data)

    assert [one.kind for one in found] == ["placement", "change", "stated", "open", "family"]
    assert found[0].regions == ("chuxiong",)


def test_words_of_two_kinds_must_both_fit_and_names_are_as_good_as_codes(data):
    """Deaths of Nantong, by code and by name."""
    found = standing.standing(data, ["deaths", "nantong"])

    assert found
    assert all("nantong" in one.regions and one.indicator == "deaths" for one in found)
    assert found == standing.standing(data, ["生产安全事故死亡人数", "Nantong"])


def test_an_unknown_word_is_refused_with_what_is_near(data):
    """No empty brief for a slip of the pen."""
    with pytest.raises(WordError, match="'deth' is not known; did you mean deaths"):
        standing.standing(data, ["deth"])


def test_ids_are_unique_and_texts_complete_in_both_languages(every):
    """No brace left, no language empty, every sentence ended."""
    assert len({one.id for one in every}) == len(every)
    for one in every:
        for text in (one.title, one.sentence):
            assert text.zh
            assert text.en
            assert not {*"{}"} & {*text.zh, *text.en}
        assert one.sentence.zh.endswith("。"), one.id
        assert one.sentence.en.endswith("."), one.id


def test_both_languages_have_the_same_numbers(every):
    """A number of one language is in the other; the scopes of families are data, with months."""
    for one in (one for one in every if one.kind != "family"):
        for text in (one.title, one.sentence):
            numbers = [
                sorted(n.replace(",", "") for n in NUMBER.findall(words))
                for words in (text.zh.replace("每10万人", ""), text.en.replace("100,000", ""))
            ]
            assert numbers[0] == numbers[1], one.id


def test_the_placement_of_chuxiong_has_its_three_readings(every):
    """149 of 105.3 is 1.42; 0.95 of Yunnan's rate; 0.48 to 2.07 among peers."""
    (one,) = [one for one in every if one.id == "placement:chuxiong:deaths"]
    numbers = {name: round(value, 2) for name, value in one.values.items()}

    assert numbers == {
        "value": 149,
        "expected": 105.28,
        "ratio": 1.42,
        "lower": 1.2,
        "upper": 1.66,
        "low": 0.48,
        "high": 2.07,
        "province_ratio": 0.95,
    }
    assert "no verdict on Chuxiong" in one.sentence.en


def test_open_cases_are_those_of_the_report(every):
    """5,556 violations found and 4,658 rectified; 2,802 major hazards and 2,739."""
    found = {one.id: dict(one.values) for one in every if one.kind == "open"}

    assert found["open:chuxiong:violations_found"]["open"] == 898
    assert found["open:chuxiong:major_hazards_found"]["open"] == 63


def test_the_hazards_of_three_campaigns_are_listed_with_their_scopes(every):
    """458, 3,586 and 2,802 are not one count; the text says why."""
    (one,) = [one for one in every if one.id == "family:campaign_major_hazards"]

    assert dict(one.values) == {"anshan": 458, "nantong": 3586, "chuxiong": 2802}
    assert "so no rate per person is given" in one.sentence.en
    assert "4,393 firms" in one.sentence.en


def test_numbers_of_another_grade_are_no_range(every):
    """One park of grade C and three of grade D are not from one to three of anything."""
    assert "family:chemical_park_grade" not in {one.id for one in every}


def test_a_plan_is_said_to_have_no_results(every):
    """Yaohai's text of 2020."""
    (one,) = [one for one in every if one.id == "stated:yaohai"]

    assert "is a plan" in one.sentence.en
    assert one.values["figures"] == 4
