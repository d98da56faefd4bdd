"""
The tests would notice: each slip that matters is made on purpose, and a test must fail.

A mutation replaces one function by a copy with one word changed, or one table of the package by
another; the tests named beside it are run as they stand, and one of them has to stop.
"""

import inspect
import textwrap

import pytest
import test_findings
import test_gaps
import test_rates
import test_rules
import test_style
import test_tests
import test_values
import test_years

from analysis.charts import style
from analysis.comparability import rules
from analysis.language import values as wording
from analysis.statistics import gaps, intervals, rates, summaries, tests, years


def rewritten(function, old, new):
    """A copy of *function* in its own module, with *old* replaced by *new*."""
    source = textwrap.dedent(inspect.getsource(function))
    assert old in source, f"{function.__name__} no longer says {old!r}: adjust the mutation"
    scope = vars(inspect.getmodule(function)).copy()
    exec(source.replace(old, new), scope)  # noqa: S102  our own source, one word changed
    return scope[function.__name__]


def swap(module, name, old, new):
    """Mutate one function of a module."""
    return lambda patch: patch.setattr(module, name, rewritten(getattr(module, name), old, new))


def put(module, name, value):
    """Replace one table of a module."""
    return lambda patch: patch.setattr(module, name, value)


def minimal_pairs():
    """Every rule on its minimal pair, as the test of the rules does."""
    for pair in test_rules.MINIMAL:
        test_rules.test_each_rule_fires_alone_on_a_minimal_pair(*pair)


def examples():
    """The two yearly changes that the notes print."""
    for now, before, ratio, low, high in (
        (42, 45, "0.93 (0.60-1.45)", 27, 67),
        (45, 51, "0.88 (0.58-1.34)", 32, 74),
    ):
        test_years.test_counted_changes_are_the_printed_ratios(now, before, ratio, low, high)


def printed_limits():
    """The exact limits that the notes print."""
    for count, lower, upper in ((42, "30.3", "56.8"), (0, "0.0", "3.7")):
        test_rates.test_limits_are_the_printed_ones(count, lower, upper)


def marks():
    """The mark of a zero and of a bound."""
    test_rates.test_each_kind_of_evidence_has_its_own_mark({"value": 0}, "zero")
    test_rates.test_each_kind_of_evidence_has_its_own_mark({"comparator": ">="}, "at_least")


def bounds():
    """No interval for a bound, a target or a stock."""
    for changes in ({"comparator": ">="}, {"status": "target"}, {"nature": "stock"}):
        test_rates.test_what_is_no_count_of_events_has_no_interval(changes)


def orders():
    """Regions by level and adcode, however the values fall."""
    for values in ((1, 2, 3), (3, 2, 1), (2, 3, 1)):
        test_rules.test_order_does_not_follow_the_values(values)


def sight():
    """Colours under each kind of sight, and in grey."""
    for kind in test_style.SIGHTS:
        test_style.test_regions_stay_apart_however_one_sees(kind)
    test_style.test_regions_stay_apart_in_grey_print()


def trends():
    """Which way, and whether chance explains it."""
    test_findings.test_a_trend_says_which_way_and_whether_chance_explains_it(
        45, 51, f"楚雄死亡51→45：{test_findings.TOO_FEW.zh}"
    )


def reasons():
    """What there is instead of a figure."""
    for case in test_gaps.CASES:
        test_gaps.test_each_kind_of_row_is_a_reason_of_its_own(*case)


def nearest():
    """The nearest population, with its distance."""
    test_rates.test_a_rate_takes_the_nearest_published_year_and_carries_the_distance(2021, 2020, 1)


def wordings():
    """What a row says of a fall."""
    test_values.test_a_row_says_what_it_is(
        {"measure": "change_pct", "value": -9.2}, "同比下降9.2%", "9.2% down"
    )


SWAPPED = tuple((whole, part) for part, whole in rates.LOOPS)
WITHOUT = {
    rule.__name__: put(rules, "_RULES", tuple(r for r in rules._RULES if r is not rule))
    for rule in rules._RULES
}
MUTATIONS = {
    "a sign flipped in the year before": (
        swap(years, "prior_years", "least - change - half", "least + change - half"),
        test_years.test_a_printed_difference_gives_the_year_before_as_it_stands,
    ),
    "a percentage added instead of taken back": (
        swap(years, "prior_years", "1 + (change + half)", "1 - (change + half)"),
        lambda: test_years.test_a_sharp_percentage_leaves_one_number(42, -6.7, "6.7%", 45),
    ),
    "a fall called a rise": (swap(wording, "direction", "amount < 0", "amount > 0"), wordings),
    "chance forgotten in a title": (
        swap(summaries, "_change", 'row["lower"] <= 1', 'row["lower"] <= 0'),
        trends,
    ),
    "now and before exchanged": (
        swap(
            years, "counted_changes", "rate_ratio(now, 1.0, before", "rate_ratio(before, 1.0, now"
        ),
        examples,
    ),
    "a level narrowed to 90 %": (
        swap(rates, "limits", "level: float = 0.95", "level: float = 0.90"),
        printed_limits,
    ),
    "a level widened to 99 %": (
        swap(intervals, "rate_ratio", "level: float = 0.95", "level: float = 0.99"),
        examples,
    ),
    "a detectable change at another level": (
        swap(tests, "detectable_change", "level: float = 0.95", "level: float = 0.8"),
        lambda: test_tests.test_detectable_change_is_the_printed_one(45, 27, 67),
    ),
    "found and rectified exchanged": (
        put(rates, "LOOPS", SWAPPED),
        test_rates.test_a_share_is_the_part_of_the_whole_and_the_rest_is_open,
    ),
    "a part drawn from a bound": (
        swap(rates, "shares", 'rows["comparator"].eq(Comparator.EXACT)', 'rows["value"].notna()'),
        lambda: test_rates.test_a_bound_has_no_share(">="),
    ),
    "a rate per million": (
        swap(rates, "rates", "per: int = PER", "per: int = 10 * PER"),
        test_rates.test_a_rate_is_the_count_by_the_people,
    ),
    "the farthest population instead of the nearest": (
        swap(rates, "nearest", 'direction="nearest"', 'direction="forward"'),
        nearest,
    ),
    "a bound taken for a count": (
        swap(rates, "countable", '& rows["comparator"].eq(Comparator.EXACT)', ""),
        bounds,
    ),
    "a zero drawn as any other": (
        swap(rates, "marks", 'rows["value"].eq(0)', 'rows["value"].eq(-1)'),
        marks,
    ),
    "a whole percentage taken for exact": (
        swap(rates, "half", "and not _PERCENT.search(printed)", ""),
        lambda: test_rates.test_rounding_is_half_of_the_last_printed_place("12%", 0.5),
    ),
    "context before the report": (
        swap(years, "series", "reported.assign(rank=0)", "reported.assign(rank=9)"),
        test_years.test_the_report_goes_before_context_and_context_before_calculation,
    ),
    "eleven months taken for a year": (
        swap(years, "series", "[whole_year(ranked)]", ""),
        test_years.test_eleven_months_are_no_year,
    ),
    "regions ordered by value": (
        swap(rules, "settle", '["level_order", "adcode"]', '["value"]'),
        orders,
    ),
    "any two years compared": (put(rules, "FARTHEST_YEARS", 99), minimal_pairs),
    "an aim called a result": (
        swap(gaps, "_gap", 'row["status"] != Status.ACTUAL', "False"),
        reasons,
    ),
    "a part called the whole": (
        swap(gaps, "_gap", "Gap.PART_ONLY if", "Gap.WHOLE_ONLY if"),
        reasons,
    ),
    "the extremes tested as if picked by chance": (
        swap(summaries, "extremes", "math.comb(len(rows), 2)", "1"),
        test_findings.test_the_extremes_of_many_pairs_need_more_than_one_test_at_95_percent,
    ),
    "two regions of one colour": (
        lambda patch: patch.setitem(test_style.DRAWN, "anhui", style.REGIONS["yaohai"]),
        sight,
    ),
} | {f"the rule {name} dropped": (mutation, minimal_pairs) for name, mutation in WITHOUT.items()}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_slip_is_noticed(name, monkeypatch):
    """The test passes on the code as it stands, and stops when the slip is made."""
    mutation, check = MUTATIONS[name]
    check()

    mutation(monkeypatch)

    with pytest.raises((AssertionError, LookupError, ValueError)):
        check()
