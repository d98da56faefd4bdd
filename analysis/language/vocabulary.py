"""
The closed vocabularies: every word the code branches on.

Words that only a reader reads (indicators, regions, units) are data under ``data/``.
"""

from enum import StrEnum
from typing import Self

from analysis.errors import WordError


class Word(StrEnum):
    """A closed vocabulary; an unknown word is refused with the nearest ones named."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        raise WordError(cls.__name__.lower(), value, [word.value for word in cls])


class Language(Word):
    """The languages every text exists in."""

    ZH = "zh"
    EN = "en"


class Status(Word):
    """Whether a figure happened, must be reached, or is intended."""

    ACTUAL = "actual"
    TARGET = "target"
    PLAN = "plan"


class Measure(Word):
    """What a figure measures of its indicator."""

    LEVEL = "level"
    CHANGE_ABS = "change_abs"
    CHANGE_PCT = "change_pct"
    DIRECTION = "direction"


class Base(Word):
    """What a change is a change from."""

    YEAR_BEFORE = "year_before"  # the same period of the year before
    MONTH_BEFORE = "month_before"
    MEAN = "mean"  # of several years
    PLAN = "plan"  # a target or quota
    OTHER = "other"  # another year or period


class Confidence(Word):
    """How much of a candidate row a reviewer has to check."""

    SURE = "sure"
    LOOK = "look"
    GUESS = "guess"


class Comparator(Word):
    """Precision of a figure: ``>=`` is printed as 余/多/至少, ``<=`` as 近/不足, ``~`` as 约."""

    EXACT = "="
    AT_LEAST = ">="
    AT_MOST = "<="
    ABOUT = "~"


class Quantity(Word):
    """The kind of thing an indicator counts or measures."""

    COUNT = "count"
    PEOPLE = "people"
    MONEY = "money"
    LENGTH = "length"
    AREA = "area"
    SHARE = "share"
    RATE = "rate"
    RANK = "rank"
    DURATION = "duration"
    MASS = "mass"
    VOLUME = "volume"


class Nature(Word):
    """Whether an indicator adds up over a period or is a level at one date."""

    FLOW = "flow"
    STOCK = "stock"


class Better(Word):
    """The direction that a definition calls better; ``neither`` unless it is explicit."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


class Denominator(Word):
    """What an indicator may be divided by, because both cover the same whole."""

    POPULATION = "population"


class Level(Word):
    """The administrative level of a region, in the order figures keep."""

    COUNTRY = "country"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    DISTRICT = "district"

    @property
    def order(self) -> int:
        """Place from the widest level (0) to the narrowest."""
        return list(Level).index(self)


class Role(Word):
    """What a numeral of a report is."""

    OBSERVATION = "observation"
    TARGET = "target"
    DATE = "date"
    LABEL = "label"
    OTHER_REGION = "other_region"


class Standing(Word):
    """How far a region has an instrument."""

    IN_USE = "in_use"
    BUILDING = "building"
    PLANNED = "planned"
    NOT_MENTIONED = "not_mentioned"
    UNREAD = "unread"  # nobody has read the report for it


class Absence(Word):
    """Why a report has no figure of an indicator."""

    NO_FIGURE = "no_figure"  # a general statement only
    MENTIONED = "mentioned"  # the subject, without this figure
    TOLD_ELSEWHERE = "told_elsewhere"  # under another indicator
    IMPLIED_ZERO = "implied_zero"  # a zero of a wider class


class Use(Word):
    """What a comparison family may be shown as."""

    RATE = "rate"
    RATIO = "ratio"
    GRADE = "grade"  # the part of the figure answers, on an ordered scale
    LISTING = "listing"


class Membership(Word):
    """What a figure is in a comparison family."""

    MEMBER = "member"
    PART = "part"
    DENOMINATOR = "denominator"


class Promise(Word):
    """What of a commitment could be checked later."""

    NUMBER_AND_DATE = "number_and_date"
    NUMBER = "number"
    DATE = "date"
    WORDS = "words"


# What the tables of instruments and commitments say in place of a number.
POLICIES: dict[str, Word] = {str(word): word for word in (*Standing, *Promise)}


class Basis(Word):
    """How a context figure came to be known."""

    PRINTED = "printed"
    DERIVED = "derived"


class Vintage(Word):
    """Whether a figure is the first print of its period or the base that a later print implies."""

    FIRST = "first"
    BASE = "base"


class Scope(Word):
    """The scope of a count of accidents or deaths, as printed."""

    COMMERCIAL_ROAD = "commercial_road"  # of road traffic only commercial transport
    WITH_ROAD = "with_road"  # road traffic among the sectors; whether only commercial, not said
    WITH_FIRES = "with_fires"  # as before, and fires of businesses
    ALL_ROAD = "all_road"  # all road traffic and fires
    ROAD_ONLY = "road_only"
    WITHOUT_ROAD = "without_road"
    FATAL_ONLY = "fatal_only"  # accidents in which nobody died are left out
    GENERAL_ONLY = "general_only"  # accidents with three deaths or more are left out
    UNSTATED = "unstated"


class Reliability(Word):
    """Whether a context figure was read at its publisher or at a reprint."""

    OFFICIAL = "official"
    REPRINT = "reprint"


class Relation(Word):
    """The arithmetic an identity states."""

    SUM = "sum"
    DIFFERENCE = "difference"
    PERCENT_CHANGE = "percent_change"
    SHARE = "share"


class Closure(Word):
    """How well an identity closes at the printed precision."""

    EXACT = "exact"
    WITHIN_ROUNDING = "within_rounding"
    DOES_NOT_CLOSE = "does_not_close"


class Verdict(Word):
    """Whether two figures may be compared."""

    COMPARABLE = "comparable"
    WITH_CAUTION = "with_caution"
    NOT_COMPARABLE = "not_comparable"


class Mark(Word):
    """How a figure is drawn; each mark means the same everywhere."""

    EXACT = "exact"
    ZERO = "zero"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"
    PERCENT_ONLY = "percent_only"
    DIRECTION_ONLY = "direction_only"
    TARGET = "target"
    PLAN = "plan"
    MISSING = "missing"


class Scale(Word):
    """The quantity on the axis of a figure's marks."""

    VALUE = "value"
    RATE = "rate"
    RATIO = "ratio"
    SHARE = "share"
    NONE = "none"


class Gap(Word):
    """Why a region has no figure to compare."""

    PERCENT_ONLY = "percent_only"
    DIRECTION_ONLY = "direction_only"
    TARGET_ONLY = "target_only"
    PLAN_ONLY = "plan_only"
    PLAN_REPORT = "plan_report"
    PART_ONLY = "part_only"
    WHOLE_ONLY = "whole_only"
    OTHER_SCOPE = "other_scope"
    ONE_PERIOD = "one_period"
    CHANGE_ONLY = "change_only"
    NO_FIGURE = "no_figure"
    MENTIONED = "mentioned"
    TOLD_ELSEWHERE = "told_elsewhere"
    IMPLIED_ZERO = "implied_zero"
    NOT_REPORTED = "not_reported"
    UNSEARCHED = "unsearched"


class Apart(Word):
    """Why figures of one indicator are not compared."""

    NO_RESULT = "no_result"
    NO_AMOUNT = "no_amount"  # changes at most
    ONE_RESULT = "one_result"
    WHOLE_AND_PART = "whole_and_part"
    PARTS = "parts"
    RULE = "rule"


class Oddity(Word):
    """What an unusual value is compared with."""

    YEAR_BEFORE = "year_before"
    PEERS = "peers"


class Pairing(Word):
    """What a figure of an indicator is compared with."""

    NONE = "none"
    OUTSIDE = "outside"  # with figures of another indicator, or of another question
    INSIDE = "inside"  # with other figures of its indicator


class Answer(Word):
    """What the figures of a family have in common."""

    FALLS = "falls"
    RISES = "rises"
    ZEROS = "zeros"
    GRADES = "grades"
    RATIOS = "ratios"
    RATES = "rates"
    AMOUNTS = "amounts"
    UNLIKE = "unlike"  # numbers of different things
    EQUAL = "equal"
    AIMS = "aims"  # the same target
    MIXED = "mixed"


class Partial(Word):
    """What a report has instead of a whole with its parts, of found and rectified, or of a plan."""

    WHOLE_ALONE = "whole_alone"
    PARTS_ALONE = "parts_alone"
    ONE_FIGURE = "one_figure"  # found and rectified together
    ENDS_APART = "ends_apart"  # found and rectified of different campaigns
    FOUND_ALONE = "found_alone"
    RECTIFIED_ALONE = "rectified_alone"
    SHARE_ALONE = "share_alone"
    NO_TARGET = "no_target"
    NO_ENTRY = "no_entry"  # in the tables of instruments
    WORDS_ALONE = "words_alone"  # no commitment has a number or a date


class Outcome(Word):
    """Outcome of a target."""

    MET = "met"
    MISSED = "missed"
    CANNOT_TELL = "cannot_tell"
    UNDATED = "undated"  # the report sets no date; an earlier figure may be known
    SO_FAR = "so_far"  # due later; an earlier figure is known
    NEXT_PERIOD = "next_period"  # set for a time after that of the report
    PLAN_REPORT = "plan_report"  # the report is a plan and has no results
    UNREPORTED = "unreported"


class Method(Word):
    """How an interval, a limit or a verdict was computed."""

    EXACT_POISSON = "exact-c"  # central and exact; the name statsmodels gives it
    EXACT_POISSON_ROUNDED = "exact-c, rounding included"
    EXACT_POISSON_UPPER = "exact-upper"
    BYAR = "byar"
    CLOPPER_PEARSON = "clopper-pearson"
    WILSON = "wilson"
    EXACT_CONDITIONAL = "exact-conditional"
    COMPOUND_POISSON = "compound-poisson-gamma"
    FUNNEL = "exact-funnel"
    FUNNEL_ADDITIVE = "funnel-additive-variance"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"

    @property
    def of_share(self) -> bool:
        """Whether the interval is of a share, not of the count beside it."""
        return self in {Method.CLOPPER_PEARSON, Method.WILSON}

    @property
    def of_ratio(self) -> bool:
        """Whether the interval is of a ratio of two counts."""
        return self is Method.EXACT_CONDITIONAL

    @property
    def of_limits(self) -> bool:
        """Whether the interval is of control limits, not of the value drawn among them."""
        return self in {Method.FUNNEL, Method.FUNNEL_ADDITIVE}


class Rule(Word):
    """A rule of comparison that a pair of figures may break or strain."""

    INDICATOR = "indicator"
    MEASURE = "measure"
    UNIT = "unit"
    STATUS = "status"
    COVERAGE = "coverage"
    PART_OF_WHOLE = "part_of_whole"
    LEVEL = "level"
    COUNTING = "counting"
    YEAR = "year"
    LENGTH = "length"
    POPULATION = "population"
    BOUND = "bound"
    SIZE = "size"
    REPRINT = "reprint"
    DIRECTION = "direction"
    CAUTIONS = "cautions"
