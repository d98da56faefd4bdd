"""
One candidate a numeral: what it is, how much, of what, when, and what to doubt.

It proposes; a person accepts or rejects each in the review workbook.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from analysis.language.vocabulary import Comparator, Measure, Role, Status

from .doubts import Doubt, worded
from .proposals import proposal
from .suggestions import Suggestion

EVIDENCE = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A numeral, or a fact without one, read as a row that the tables could take."""

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
    suggestions: tuple[Suggestion, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    numeral: bool = True

    @property
    def owns(self) -> bool:
        """Whether the candidate would be a row."""
        return self.role in {Role.OBSERVATION, Role.TARGET}

    def as_json(self, language: str = "zh") -> dict[str, Any]:
        """
        Return the candidate as one object of the ``jsonl`` output, its doubts in *language*.

        Where no indicator is sure, the last suggestion is a new one: its code, unit and name.
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
        }


def plain(value: Decimal | None) -> int | float | None:
    """
    A value as JSON writes it: whole where it is whole.

    >>> plain(Decimal("31204500.00")), plain(Decimal("-6.7"))
    (31204500, -6.7)
    """
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
