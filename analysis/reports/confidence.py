"""
How sure a candidate row is, from the agreement of its cues.

``docs/reading.md`` has the reliability of each class on the reviewed reports, each read without
what its own review taught.
"""

from analysis.language.vocabulary import Confidence

from .doubts import Doubt
from .suggestions import ENOUGH, Catalogue, Suggestion

_STRONG = 2.4  # least score of words that name one indicator
_MARGIN = 0.7  # greatest share of the first score that the second may have
_LONG = 5  # characters of a word that names a level by itself: 应急避难场所
_TRUSTED = 0.75  # least share of reviewed figures with the same words that had the indicator
_HARMLESS = frozenset(
    {"chinese_numerals", "implied_unit", "dealt_over_list", "from_table", "counter_later"}
    | {"planned_as_target", "period_carried", "base_month", "base_mean", "base_plan", "base_other"}
)


def confidence(
    suggested: tuple[Suggestion, ...],
    doubts: tuple[Doubt, ...],
    known: Catalogue,
    counter: str,
) -> Confidence:
    """
    Return how much of a row a reviewer has to check.

    Parameters
    ----------
    suggested
        The indicators, best first.
    doubts
        What the reader doubts.
    known
        The catalogue, with the share of reviewed figures with the same words that had the first.
    counter
        The counter as printed.
    """
    if not suggested or suggested[0].score < ENOUGH:
        return Confidence.GUESS
    if any(doubt.id not in _HARMLESS for doubt in doubts):
        return Confidence.LOOK
    first, *rest = suggested
    alone = all(other.score <= max(ENOUGH, _MARGIN * first.score) for other in rest)
    named = first.score >= _STRONG and alone and not _vague(first, known, counter)
    return Confidence.SURE if named and known.trust(first) >= _TRUSTED else Confidence.LOOK


def _vague(first: Suggestion, known: Catalogue, counter: str) -> bool:
    """Whether a level at one date has its indicator by one short word, or another counter."""
    row = known.indicators[first.indicator]
    short = "+" not in first.why and len(first.why) < _LONG
    return row.nature == "stock" and (short or counter not in {"", row.unit})
