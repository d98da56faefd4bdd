"""Summaries of rows that titles and charts share."""

import pandas as pd
import pytest

from analysis.statistics import summaries


def test_density_adds_the_length_of_every_report_of_a_region():
    """Four rows in two reports of 1,000 and 3,000 characters are one for 1,000 characters."""
    reports = pd.DataFrame({"report": ["a-2023", "a-2024"], "characters": [1_000, 3_000]})
    rows = pd.DataFrame(
        {
            "report": ["a-2023", "a-2024", "a-2024", "a-2024"],
            "region": ["a"] * 4,
            "theme": ["drills"] * 4,
        }
    )

    assert summaries.density(rows, reports)["a"] == pytest.approx(1.0)


def test_density_gives_a_report_of_two_regions_to_both():
    """Each region has its own rows of the report, and the whole length of its text."""
    reports = pd.DataFrame({"report": ["a_b-2023"], "characters": [2_000]})
    rows = pd.DataFrame(
        {"report": ["a_b-2023"] * 3, "region": ["a", "b", "b"], "theme": ["drills"] * 3}
    )

    assert summaries.density(rows, reports).to_dict() == {"a": 0.5, "b": 1.0}
