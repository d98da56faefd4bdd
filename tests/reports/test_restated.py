"""The next report of a region: beside the first, held against its own text and against it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import qingshan
from qingshan import LATER, decided, later

from analysis.comparability import rules
from analysis.errors import TableError
from analysis.reports import accept, compilation, restated, review
from analysis.statistics import rates, years
from analysis.tables import checks, descriptor, load, originals


@pytest.fixture(scope="module")
def blank():
    """The review workbook of the first report, as compile writes it."""
    return review.workbook(compilation.compiled(qingshan.TEXT, qingshan.DATA, region="qingshan"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the real tables; their descriptor takes long and is not looked at."""
    monkeypatch.setattr(
        descriptor, "describe", lambda folder, _: (folder / descriptor.FILE).touch()
    )
    return qingshan.tables(tmp_path)


@pytest.fixture(scope="module")
def joined(blank, tmp_path_factory):
    """Tables that the sixth region has joined."""
    place = tmp_path_factory.mktemp("joined")
    data = qingshan.tables(place)
    accept.accept(decided(blank, place / "reviewed.xlsx"), data)
    return data


@pytest.fixture(scope="module")
def twice(joined, tmp_path_factory):
    """Tables that a second report of the sixth region has joined, and what was told."""
    place = tmp_path_factory.mktemp("twice")
    data = Path(shutil.copytree(joined, place / "data"))
    path = later(data, place)
    return data, path, accept.accept(path, data)


def test_the_next_report_of_a_region_joins_beside_the_first(joined, twice):
    """Files of its own name; nothing of the first report changes, and both originals verify."""
    before, (data, *_) = joined, twice
    held = load.load(data)
    of = held.reports["region"].eq("qingshan")
    alone = replace(held, reports=held.reports[of], commitments=held.commitments[:0])
    alone = replace(alone, identities=held.identities[:0])

    assert checks.everything(data) == []
    assert held.originals["qingshan-2024"] == "qingshan"
    assert held.originals["qingshan-2025"] == "qingshan-2025"
    assert originals.verify(alone, data / "originals") == []
    for name in ("observations/qingshan.csv", "mentions/qingshan.csv", "instrument_status.csv"):
        assert (data / name).read_bytes() == (before / name).read_bytes()


def test_a_later_report_is_held_against_its_own_text(twice, tmp_path):
    """A wrong word in the second original is told of the second report's rows only."""
    data, *_ = twice
    folder = Path(shutil.copytree(data / "originals", tmp_path / "originals"))
    path = folder / "qingshan-2025.txt"
    path.write_text(LATER.replace("37起", "38起"), "utf-8")
    faults = originals.verify(load.load(data), folder)
    mine = [fault for fault in faults if "qingshan" in f"{fault.file} {fault.found} {fault.rule}"]

    assert {fault.file for fault in mine} == {
        "reports.csv", "mentions/qingshan-2025.csv", "observations/qingshan-2025.csv",
    }  # fmt: skip


def test_a_restated_value_is_a_check_and_never_an_overwrite(twice):
    """Both rows stay; the later one tells the agreement or revision, and its word is drawn."""
    data, _, outcome = twice
    held = load.load(data)
    stated = held.observations[held.observations["region"].eq("qingshan")]
    stated = stated[stated["measure"].eq("level") & stated["status"].eq("actual")]
    by = {(r["report"], r["indicator"], r["period_end"].year): r for _, r in stated.iterrows()}

    assert by["qingshan-2024", "accidents", 2024]["value"] == 36
    assert by["qingshan-2025", "accidents", 2024]["value"] == 37
    assert by["qingshan-2025", "accidents", 2024]["note"] == "修订：qingshan-2024为36"
    assert by["qingshan-2025", "deaths", 2024]["note"] == "与qingshan-2024一致"
    assert by["qingshan-2025", "deaths", 2025]["note"] == ""
    told = "\n".join(outcome.checks)
    assert "37 of qingshan-2025 revises qingshan-2024 (36)" in told
    assert "imply 36, which agrees with qingshan-2024" in told
    rows = held.rows[held.rows["region"].eq("qingshan") & held.rows["indicator"].eq("accidents")]
    levels = rows[rows["measure"].eq("level") & rows["status"].eq("actual")]
    assert levels.set_index(levels["period_end"].dt.year)["value"].to_dict() == {2024: 37, 2025: 30}


def test_the_trend_gets_the_new_year_and_the_comparison_takes_the_latest(twice):
    """The year that the second report implies is counted as one that disputes the revision."""
    data, *_ = twice
    held = load.load(data)
    levels = years.levels(held.rows, held.context_rows, "accidents", first_year=2019)
    mine = levels[levels["region"].eq("qingshan")].set_index("period_end")
    rated = rates.rates(rates.limits(held.rows), held.context_rows)
    kept = rules.comparable(rated, "accidents", held.absence_rows).rows.set_index("region")

    assert mine["value"].tolist() == [37, 30]
    assert mine["disputed"].tolist() == [1, 0]
    assert "qingshan" not in kept.index or kept.loc["qingshan", "period_end"].year == 2025


def test_the_order_in_which_reports_arrive_does_not_matter(folder, blank, twice, tmp_path):
    """The later report first: the same rows and notes, and accepting either again adds nothing."""
    data, *_ = twice
    second = later(folder, tmp_path)
    first = decided(blank, tmp_path / "first.xlsx")
    accept.accept(second, folder)
    accept.accept(first, folder)

    assert _rows(folder) == _rows(data)
    assert accept.accept(first, folder).files == ()
    assert accept.accept(second, folder).files == ()


def _rows(data):
    """The rows of the sixth region, whatever file they are in."""
    held = load.load(data).observations
    mine = held[held["region"].eq("qingshan")].drop(columns="file")
    return sorted(map(str, mine.to_dict("records")))


def test_a_code_that_stands_for_another_period_is_refused(joined, blank, tmp_path):
    """A half-year report cannot replace the rows of the year under the same code."""

    def halve(book):
        for row in book["report"].iter_rows(min_row=2):
            if row[0].value == "period_end":
                row[1].value = "2024-06-30"

    with pytest.raises(TableError, match="qingshan-2024 is known with period_end 2024-12-31"):
        accept.accept(decided(blank, tmp_path / "half.xlsx", halve), joined)


def test_a_target_without_a_date_is_no_obstacle():
    """Anshan's report has targets without dates; a later report of Anshan must join."""
    undated = {
        "region": "", "indicator": "drills_held", "breakdown": "", "status": "target",
        "measure": "level", "value": "1", "period_start": "", "period_end": "",
    }  # fmt: skip

    assert list(restated._implied([undated], [undated], "anshan-2023")) == []


def test_levels_of_two_regions_in_one_report_are_kept_apart():
    """45 of one region and 30 of the other; the change of the first implies its own year before."""
    row = {
        "indicator": "deaths", "breakdown": "", "status": "actual",
        "period_start": "2024-01-01", "period_end": "2024-12-31",
    }  # fmt: skip
    level = row | {"measure": "level"}
    rows = [
        level | {"region": "a", "value": "45"},
        row | {"region": "a", "measure": "change_abs", "value": "-6"},
        level | {"region": "b", "value": "30"},
    ]
    before = level | {"region": "a", "value": "51"}
    before |= {"period_start": "2023-01-01", "period_end": "2023-12-31"}

    (note,) = restated._implied(rows, [before], "a_b-2023")

    assert "imply 51, which agrees with a_b-2023" in note
