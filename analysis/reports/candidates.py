"""
A candidate row for each numeral: role, value, unit, indicator, period and doubts.

A reviewer accepts or rejects each in the review workbook.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from analysis.language.vocabulary import Base, Comparator, Confidence, Measure, Role, Status

from .doubts import Doubt, worded
from .layout import Sentence
from .proposals import NewPart, proposal
from .quantities import Quantity
from .suggestions import Suggestion

EVIDENCE = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A numeral, or a fact without one, as a possible row of the tables."""

    start: int
    end: int
    raw: str
    role: Role
    reason: str
    printed: str = ""
    value: Decimal | None = None
    unit: str = ""
    counter: str = ""
    comparator: Comparator = Comparator.EXACT
    measure: Measure = Measure.LEVEL
    status: Status = Status.ACTUAL
    period: tuple[date, date] | None = None
    phrase: str = ""
    evidence: str = ""
    indicator: str = ""
    breakdown: str = ""
    new_part: NewPart | None = None  # of the breakdown, where the tables do not have it
    region: str = ""  # of a smaller or larger region, by its name in the text
    base: Base | None = None
    confidence: Confidence = Confidence.LOOK
    suggestions: tuple[Suggestion, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    numeral: bool = True

    @property
    def owns(self) -> bool:
        """Whether the candidate is a possible row of ``observations``."""
        return self.role in {Role.OBSERVATION, Role.TARGET}

    def as_json(self, language: str = "zh") -> dict[str, Any]:
        """
        Return the candidate as one object of the ``jsonl`` output, its doubts in *language*.

        Without an indicator, the last suggestion is a new one: its code, unit and name.
        """
        owns = self.owns
        suggestions = [suggestion._asdict() for suggestion in self.suggestions]
        if owns and not self.indicator:
            code, name, unit = proposal(self.phrase, self.unit, self.start)
            suggestions.append(
                {"indicator": code, "unit": unit, "score": 0.0, "why": f"新：{name}"}
            )
        return {
            "start": self.start,
            "end": self.end,
            "raw": self.raw,
            "printed": self.printed,
            "role": str(self.role),
            "value": plain(self.value) if owns else None,
            "unit": self.unit if owns else None,
            "comparator": str(self.comparator) if owns else None,
            "measure": str(self.measure) if owns else None,
            "status": str(self.status) if owns else None,
            "period": "/".join(map(str, self.period)) if owns and self.period else None,
            "indicator": self.indicator or None,
            "suggestions": suggestions,
            "doubts": worded(self.doubts, language),
            "breakdown": self.breakdown if owns else None,
            "region": self.region or None,
            "base": str(self.base) if owns and self.base else None,
            "confidence": str(self.confidence) if owns else None,
        }


def plain(value: Decimal | None) -> int | float | None:
    """
    Return a value as JSON writes it, an integer where possible.

    >>> plain(Decimal("31204500.00")), plain(Decimal("-6.7"))
    (31204500, -6.7)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


_MARK = re.compile(r"[,。;:、!?\n\r\t]")


def evidence(text: str, folded: str, q: Quantity, sentence: Sentence) -> str:
    """Return the shortest run of whole phrases around a figure, up to 40 characters."""
    left, right = q.first, q.last
    stops = [m.end() for m in _MARK.finditer(folded, max(sentence.start, left - EVIDENCE), left)]
    lefts = [*reversed(stops), max(sentence.start, left - EVIDENCE)]
    end = _MARK.search(folded, right)
    after = end.start() if end else len(folded)
    right = after if after - left <= EVIDENCE and after <= sentence.end else right
    chosen = left
    for stop in lefts:
        if right - stop > EVIDENCE or "\n" in folded[stop:left]:
            break
        chosen = stop
        if left - stop >= 6 and stop != lefts[-1]:
            break
    return text[chosen:right].strip()
