"""What may be asked, why the rest may not, and that every question offered has its answer."""

import itertools

import pytest

from analysis.comparability import families
from analysis.errors import WordError
from analysis.explore import explain
from analysis.explore.choices import ALL, APART, CHINA, YEARS, Question, Questions, codes
from analysis.language.messages import label
from analysis.language.vocabulary import Gap, Measure

SAMPLE = 10  # indicators that are looked at in full


@pytest.fixture(scope="module")
def asked(data):
    """The questions that the tables of the repository can answer."""
    return Questions(data)


def free(options):
    """The codes that may be chosen."""
    return [option.value for option in options if option.reason is None]


def reason(options, value):
    """Why *value* may not be chosen, in English."""
    return next(option.reason.en for option in options if option.value == value)


def offered(asked, indicator):
    """Every question about *indicator* that may be asked."""
    for region in free(asked.regions(indicator)):
        for period in free(asked.periods(indicator, region)):
            for beside in free(asked.besides(indicator, region, period)):
                yield Question(indicator, region, period, beside)


@pytest.fixture(scope="module")
def comparisons(rated, data):
    """What may be compared of every indicator, by families where there are."""
    codes = rated["indicator"].unique()
    return {code: families.comparable(rated, code, data) for code in codes}


def sampled(asked):
    """Deaths, and one indicator of every so many."""
    every = free(asked.indicators())
    return ["deaths", *every[:: len(every) // SAMPLE]]


def test_an_indicator_may_be_chosen_when_a_report_has_a_figure_of_it(asked, data):
    """And each of the others says that none has."""
    reported = set(data.observations["indicator"])

    assert set(free(asked.indicators())) == reported
    refused = [option for option in asked.indicators() if option.reason is not None]
    assert {option.value for option in refused} == set(data.indicators["indicator"]) - reported
    assert {option.reason.en for option in refused} == {"no report has a figure for this indicator"}


def test_themes_divide_the_indicators(asked):
    """Each indicator that may be chosen lies in exactly one theme that is offered."""
    parts = [free(asked.indicators(theme.value)) for theme in asked.themes()]

    assert sorted(itertools.chain(*parts)) == sorted(free(asked.indicators()))


def test_a_region_may_be_chosen_when_its_report_has_a_figure(asked, data):
    """Every region stands in the list for every indicator, in house order, or says why not."""
    pairs = set(data.observations[["region", "indicator"]].itertuples(index=False, name=None))
    for indicator in sampled(asked):
        regions = asked.regions(indicator)
        assert [one.value for one in regions] == [
            "anhui", "anshan", "nantong", "chuxiong", "yaohai"
        ]  # fmt: skip
        for one in regions:
            assert (one.reason is None) == ((one.value, indicator) in pairs)


def test_the_reason_of_a_region_is_the_one_that_charts_give(asked):
    """Yaohai's report is a plan; Anshan's does not speak of injuries."""
    regions = asked.regions("injuries")

    assert free(regions) == ["chuxiong"]
    assert reason(regions, "yaohai") == label(Gap.PLAN_REPORT).en
    assert reason(regions, "anshan") == label(Gap.NOT_REPORTED).en


def test_a_period_of_other_regions_names_who_has_no_figure_for_it(asked):
    """Deaths of Chuxiong are of 2024; Anhui's are of 2023."""
    periods = asked.periods("deaths", "chuxiong")

    assert free(periods) == ["2024"]
    assert reason(periods, "2023") == "no figure of Chuxiong for this period"


def test_periods_that_are_no_year_are_named_by_their_days(asked):
    """Anshan reports to 30 November."""
    assert "2023-01-01_2023-11-30" in free(asked.periods("administrative_fines", "anshan"))


def test_side_by_side_is_offered_exactly_when_two_figures_may_be_compared(asked, comparisons):
    """As `families` says of all regions, for those that report one period of an indicator."""
    seen = set()
    comparable = [code for code, found in comparisons.items() if len(found.rows) > 1]
    for indicator in [*sampled(asked), *comparable[:SAMPLE]]:
        found, rows = comparisons[indicator], asked._of(indicator)
        if codes(rows).groupby(rows["region"]).nunique().max() > 1:
            continue
        for region in free(asked.regions(indicator)):
            period = free(asked.periods(indicator, region))[0]
            allowed = ALL in free(asked.besides(indicator, region, period))
            kept = set(found.rows["region"])
            assert allowed == (region in kept and len(kept) > 1), (indicator, region)
            seen.add(allowed)
    assert seen == {True, False}


def test_what_may_not_stand_beside_a_figure_says_why(asked):
    """Each with the reason of its own report."""
    besides = asked.besides("deaths", "chuxiong", "2024")

    assert free(besides) == [YEARS, CHINA, APART]
    assert reason(besides, "anhui") == f"{label(Gap.DIRECTION_ONLY).en}: down"
    assert reason(besides, "nantong") == f"{label(Gap.PERCENT_ONLY).en}: 14.3% down"
    assert reason(besides, "yaohai") == label(Gap.PLAN_REPORT).en
    assert reason(besides, ALL) == "no two reports have comparable figures"


def test_a_district_is_never_set_beside_the_province_it_lies_in(asked):
    """Yaohai lies in Anhui: whatever both report, neither is offered beside the other."""
    both = set(free_indicators(asked, "yaohai")) & set(free_indicators(asked, "anhui"))
    for indicator in both:
        for period in free(asked.periods(indicator, "yaohai")):
            assert "anhui" not in free(asked.besides(indicator, "yaohai", period))


def free_indicators(asked, region):
    """The indicators of which *region* reports a figure."""
    rows = asked.data.rows
    return rows.loc[rows["region"].eq(region), "indicator"].unique()


def test_a_single_count_has_no_years_of_its_own(asked):
    """One period is no change; several years, or a change that was printed, are."""
    assert reason(
        asked.besides("drills_held", "nantong", "2024"), YEARS
    ) == "one period only, so no change can be seen"  # fmt: skip
    assert YEARS in free(asked.besides("deaths", "anhui", "2023"))


def test_every_question_on_offer_has_an_answer(asked):
    """A figure with rows, a sentence in both languages, and where the figure comes from."""
    kinds = set()
    for indicator in sampled(asked):
        for question in offered(asked, indicator):
            if (question.region, question.beside) in kinds:
                continue  # another indicator has shown this one
            kinds.add((question.region, question.beside))
            for language in ("zh", "en"):
                answer = asked.answer(question, language)
                assert len(answer.rows), question
                assert answer.reading[language]
                assert answer.figure.language == language
            assert asked.why(question, "zh")
    assert {beside for _, beside in kinds} >= {YEARS, CHINA, APART}


def test_an_answer_beside_another_region_shows_these_two(asked):
    """And the region asked about, at the period asked about."""
    answer = asked.answer(Question("drills_held", "nantong", "2024", "chuxiong"), "en")

    assert list(answer.rows["region"]) == ["nantong", "chuxiong"]
    assert set(answer.rows["measure"]) == {str(Measure.LEVEL)}


def test_an_answer_beside_the_country_draws_its_rate(asked):
    """The national rate of the same year."""
    answer = asked.answer(Question("deaths", "chuxiong", "2024", CHINA), "en")

    assert list(answer.rows["value"]) == [45]
    assert list(answer.figure.beside["region"]) == ["china"]


def test_the_years_of_a_region_are_its_own(asked):
    """45 deaths after 51, and the sentence that allows."""
    answer = asked.answer(Question("deaths", "chuxiong", "2024", YEARS), "en")

    assert set(answer.rows["region"]) == {"chuxiong"}
    assert answer.rows["value"].tolist()[-2:] == [51, 45]
    assert "0.88" in answer.reading.en


def test_why_is_what_explain_says(asked, data):
    """In the language of the answer."""
    told = asked.why(Question("deaths", "chuxiong", "2024", APART), "en")

    originals = data.folder / "originals"
    assert told == explain.explain(
        data, "chuxiong", "deaths", "2024", language="en", originals=originals
    )


def test_comparisons_of_few_rows_are_those_of_all(asked, comparisons):
    """Leaving out what is not asked about changes neither rows nor reasons."""
    for indicator in sampled(asked):
        found = families.comparable(asked._about(indicator), indicator, asked.data)
        due = comparisons[indicator]
        assert list(found.rows["id"]) == list(due.rows["id"])
        told = ["region", "rule", "reason_zh", "reason_en"]
        assert found.refused[told].equals(due.refused[told])


def test_a_wish_is_settled_part_by_part(asked):
    """What cannot be gives way to the first that can; the rest stays as wished."""
    wish = Question("deaths", "chuxiong", "", "nantong")

    assert asked.settled(wish) == Question("deaths", "chuxiong", "2024", YEARS)
    assert asked.refused(wish).en == f"Nantong: {label(Gap.PERCENT_ONLY).en}: 14.3% down"
    assert asked.refused(wish._replace(beside=CHINA)) is None


def test_a_wish_for_an_unreported_indicator_is_refused_with_the_reason(asked):
    """And anything else is asked instead."""
    code = next(one.value for one in asked.indicators() if one.reason is not None)

    assert asked.refused(Question(code)).en.endswith("no report has a figure for this indicator")
    assert asked.settled(Question(code)).indicator == free(asked.indicators())[0]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Question("death"), "indicator 'death'.*deaths"),
        (Question("deaths", "chuxong"), "region 'chuxong'.*chuxiong"),
        (Question("deaths", "chuxiong", "1999"), "period '1999'.*2024"),
        (Question("deaths", "chuxiong", "2024", "chuxiong"), "beside 'chuxiong'"),
    ],
)
def test_an_unknown_word_names_the_nearest(asked, wish, said):
    """When settled; when only carried over from another question it is let go."""
    with pytest.raises(WordError, match=said):
        asked.settled(wish)
    assert asked.refused(asked.nearest(wish)) is None
