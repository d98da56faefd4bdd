"""
What figures say in fixed words: reasons, notes, keys of marks and the line of sources.

It computes nothing; numbers, periods and sentences are worded in ``wording``.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.language.messages import say

from .text import Text
from .vocabulary import Comparator, Gap, Mark, Measure, Nature, Quantity, Rule, Status

MARKS = {
    Mark.EXACT: say("mark.exact"),
    Mark.ZERO: say("mark.zero"),
    Mark.AT_LEAST: say("mark.at_least"),
    Mark.AT_MOST: say("mark.at_most"),
    Mark.ABOUT: say("mark.about"),
    Mark.PERCENT_ONLY: say("mark.percent_only"),
    Mark.DIRECTION_ONLY: say("mark.direction_only"),
    Mark.TARGET: say("mark.target"),
    Mark.PLAN: say("mark.plan"),
    Mark.MISSING: say("mark.missing"),
}

GAPS = {
    Gap.PERCENT_ONLY: say("gap.percent_only"),
    Gap.DIRECTION_ONLY: say("gap.direction_only"),
    Gap.TARGET_ONLY: say("gap.target_only"),
    Gap.PLAN_ONLY: say("gap.plan_only"),
    Gap.PLAN_REPORT: say("gap.plan_report"),
    Gap.PART_ONLY: say("gap.part_only"),
    Gap.WHOLE_ONLY: say("gap.whole_only"),
    Gap.ONE_PERIOD: say("gap.one_period"),
    Gap.CHANGE_ONLY: say("gap.change_only"),
    Gap.NOT_REPORTED: say("gap.not_reported"),
}

RULES = {
    Rule.INDICATOR: say("rule.indicator"),
    Rule.MEASURE: say("rule.measure"),
    Rule.UNIT: say("rule.unit"),
    Rule.STATUS: say("rule.status"),
    Rule.COVERAGE: say("rule.coverage"),
    Rule.PART_OF_WHOLE: say("rule.part_of_whole"),
    Rule.LEVEL: say("rule.level"),
    Rule.YEAR: say("rule.year"),
    Rule.LENGTH: say("rule.length"),
    Rule.BOUND: say("rule.bound"),
    Rule.SIZE: say("rule.size"),
    Rule.REPRINT: say("rule.reprint"),
    Rule.DIRECTION: say("rule.direction"),
}

METHODS = {
    "exact-c": say("method.exact_c"),
    "exact-c, rounding included": say("method.exact_c_rounding_included"),
    "clopper-pearson": say("method.clopper_pearson"),
    "exact-conditional": say("method.exact_conditional"),
}

NOT_COMPARABLE_SUBTITLE = say("note.not_comparable_subtitle")
ONE_RESULT = say("note.one_result")
NO_RESULT = say("note.no_result")
OTHER_SCOPE = say("note.other_scope")
ON_ITS_OWN = say("note.on_its_own")
ON_A_LIST = say("note.on_a_list")
MORE_BESIDE = say("note.more_beside")
GIVEN_BELOW = say("note.given_below")
MARK_NOTES = {
    Mark.AT_LEAST: say("mark_note.at_least"),
    Mark.AT_MOST: say("mark_note.at_most"),
    Mark.ABOUT: say("mark_note.about"),
}

CLUSTERED = ("deaths", "injuries", "disaster_deaths")
LIST_NOTE = say("note.list_note")
CLUSTER_NOTE = say("note.cluster_note")
PERCENT_NOTE = say("note.percent_note")
CONTEXT_NOTE = say("note.context_note")
BRACKET_NOTE = say("note.bracket_note")


CROWD = 12  # figures or regions beyond which a page names only a few of them


def on_a_list(rows: pd.DataFrame) -> bool:
    """Whether a result among *rows* counts units that were chosen, and so has no interval."""
    if "lower" not in rows:
        return False
    counts = rows["quantity"].eq(Quantity.COUNT) & rows["nature"].eq(Nature.FLOW)
    exact = rows["measure"].eq(Measure.LEVEL) & rows["comparator"].eq(Comparator.EXACT)
    return bool((counts & exact & rows["status"].eq(Status.ACTUAL) & rows["lower"].isna()).any())


def source_note(rows: pd.DataFrame) -> Text:
    """
    Name every report behind *rows* once, and other publications apart, with their dates.

    *rows* needs ``origin``, ``publisher``, ``title``, ``published`` and ``period_end``.
    """
    order = rows.sort_values(["level_order", "adcode"], kind="stable")
    reported = order["origin"].eq("report") & order["report"].ne("")
    reports = order[reported].drop_duplicates("report")
    context = rows[rows["origin"].eq("context")]
    zh = [f"{r.publisher}《{r.title}》" for r in reports.itertuples()]
    years = [code.rpartition("-")[2] for code in reports["report"]]
    en = [f"{name} report {year}" for name, year in zip(reports["region_en"], years, strict=True)]
    text = say("note.text", join="；".join(zh), join_2="; ".join(en))
    if len(reports) > CROWD:
        text = say("note.source_note.sources_reports", count=len(reports))
    if not reports.empty and context.empty:
        return text
    names = list(dict.fromkeys(context["publisher"]))
    more_zh = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    regions = list(dict.fromkeys(context["region_en"]))
    figures = "1 context figure" if len(context) == 1 else f"{len(context)} context figures"
    more_en = f"{figures} for {', '.join(regions)}"
    if reports.empty:
        return say("note.sources", more_L=Text(more_zh, more_en))
    return text + say("note.also_listed_data_context", more_L=Text(more_zh, more_en))


REPRINTED = say("note.reprinted")
POPULATION_KINDS = {
    "resident_population_year_end": say("population_kind.resident_population_year_end"),
    "population_year_end": say("population_kind.population_year_end"),
    "resident_population_annual_mean": say("population_kind.resident_population_annual_mean"),
    "census_population": say("population_kind.census_population"),
    "registered_population": say("population_kind.registered_population"),
}


FEWEST_POINTS = 5  # below this, values are listed and no trend is claimed
EXPECTED_NOTE = say("note.expected_note")
STATED_HEADING = say("note.stated_heading")


COUNT_NOTE = say("note.count_note")
PART_NOTE = say("note.part_note")
GAP_WORDS = {
    Gap.PERCENT_ONLY: say("gap_short.percent_only"),
    Gap.DIRECTION_ONLY: say("gap_short.direction_only"),
    Gap.TARGET_ONLY: say("gap_short.target_only"),
    Gap.PLAN_ONLY: say("gap_short.plan_only"),
    Gap.PLAN_REPORT: say("gap_short.plan_report"),
    Gap.PART_ONLY: say("gap_short.part_only"),
    Gap.WHOLE_ONLY: say("gap_short.whole_only"),
    Gap.ONE_PERIOD: say("gap_short.one_period"),
    Gap.CHANGE_ONLY: say("gap_short.change_only"),
    Gap.NOT_REPORTED: say("gap_short.not_reported"),
}
_MARK_SIGNS = {
    Mark.EXACT: "●",
    Mark.ZERO: "◎",
    Mark.AT_LEAST: "△",
    Mark.AT_MOST: "▽",
    Mark.ABOUT: "○",
    Mark.PERCENT_ONLY: "◇",
    Mark.DIRECTION_ONLY: "↓",
    Mark.TARGET: "□",
    Mark.PLAN: "□",
}


def marks_key(used: Iterable[Mark]) -> Text:
    """The one-line key of the marks in *used*, with the dash for what is not reported."""
    signs = [
        Text(f"{_MARK_SIGNS[mark]} {MARKS[mark].zh}", f"{_MARK_SIGNS[mark]} {MARKS[mark].en}")
        for mark in used
    ]
    dash = say("note.dash")
    return Text.joined([*signs, dash], zh="　", en="   ")


TOTAL = say("note.total")
REGION_COUNT = say("note.region_count")
ONE_REGION = say("note.one_region")
SILENCE_NOTE = say("note.silence_note")
REPORTS_DIFFER_NOTE = say("note.reports_differ_note")
PLAN_REPORT_NOTE = say("note.plan_report_note")
UNLISTED = say("note.unlisted")
WORDS_ALONE = say("note.words_alone")
PROMISE_NOTE = say("note.promise_note")
NOTHING_CHECKABLE = say("note.nothing_checkable")
TARGET_HEADING = say("note.target_heading")
DATE_HEADING = say("note.date_heading")

BARRED = say("note.barred")
ALONE = say("note.alone")
KINDS = {
    "report": say("report_kind.report"),
    "plan": say("report_kind.plan"),
    "progress": say("report_kind.progress"),
}
REPORTED_HEADING = say("note.reported_heading")
STANDS_HEADING = say("note.stands_heading")
BESIDE_HEADING = say("note.beside_heading")
UNSAID_HEADING = say("note.unsaid_heading")
RESULTS = say("note.results")
AIMS = say("note.aims")
NO_FIGURES = say("note.no_figures")
NO_OUTCOMES = say("note.no_outcomes")
NO_OUTCOMES_PLAN = say("note.no_outcomes_plan")
NOTHING_BESIDE = say("note.nothing_beside")
EVERYTHING_BESIDE = say("note.everything_beside")
WITHOUT_SCALE = say("note.without_scale")
BACK_NOTE = say("note.back_note")
OWN_PANELS = say("note.own_panels")
OWN_SCALES = say("note.own_scales")
POLICY_COUNTS = say("note.policy_counts")
PER_PERSON = say("note.per_person")
COUNT_ALONE = say("note.count_alone")
COUNT_OF = say("note.count_of")
