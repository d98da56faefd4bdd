"""A panel of Parquet files: the same contract, the same comparison, however many regions."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tidy import ABSENT

from analysis.comparability import many, rules
from analysis.errors import TableError, UsageError, WordError
from analysis.statistics import rates
from analysis.tables import checks, contract, panel, parquet, simulated
from analysis.tables.schema import TABLES

# What a panel cannot say as ordinary tables do: names of its own, the latest report of a region.
OTHER = ["id", "file", "report", "publisher", "title"]


def written(folder, tables):
    """Write ordinary tables as a panel, with ``report``: a report may state an earlier year."""
    small = {name: getattr(tables, name) for name in panel.SMALL}
    rows = tables.observations.assign(**tables.periods.drop(columns="dated"))
    rows = rows.drop(columns="file").sort_values(["indicator", "region"], kind="stable")
    pieces = [piece for _, piece in rows.groupby("indicator", sort=False)]
    return parquet.write(folder, small, pieces or [rows])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Fifty regions, four years, ten indicators."""
    place = tmp_path_factory.mktemp("simulated")
    simulated.simulate(place, regions=50, years=4, indicators=10)
    return place


@pytest.fixture(scope="module")
def held(folder):
    """The panel."""
    return panel.Panel(folder)


def pairwise(tables, indicator):
    """The comparison that looks at every pair."""
    rows = rates.limits(rates.marks(tables.rows))
    return rules.comparable(rates.rates(rows, rates.marks(tables.context_rows)), indicator, ABSENT)


def same(one, other):
    """Both comparisons say the same."""
    assert (one.cautions, one.scale) == (other.cautions, other.scale)
    plain = [name for name in one.refused if name not in OTHER]
    pd.testing.assert_frame_equal(one.refused[plain], other.refused[plain], check_dtype=False)
    assert list(one.rows["region"]) == list(other.rows["region"])
    if len(one.rows):
        columns = [name for name in one.rows if name not in ("id", "file")]
        assert set(columns) == set(other.rows) - {"id", "file"}
        pd.testing.assert_frame_equal(one.rows[columns], other.rows[columns], check_dtype=False)


def test_the_rows_keep_the_contract_of_observations(held):
    """The very model that CSV tables are held to, and every rule between tables."""
    tables = held.tables(held.regions["region"], held.rows)
    columns = list(TABLES["observations"].columns)
    frame = tables.observations[columns].astype({"start": "float64", "end": "float64"})

    contract.schema("observations").validate(frame)
    assert checks.check(tables) == []


def test_a_cell_takes_a_few_bytes(held):
    """Codes, no text: fifteen columns of less than a hundred bytes a row in all."""
    rows = held.rows
    texts = [name for name in rows if not isinstance(rows[name].dtype, pd.CategoricalDtype)]

    assert texts == ["period_start", "period_end", "value", "start", "end"]
    assert rows["region"].cat.codes.dtype == np.int8
    # The words are few in a large panel; here they would outweigh the rows.
    codes = sum(rows[name].cat.codes.nbytes for name in rows if name not in texts)
    assert (codes + rows[texts].memory_usage(index=False).sum()) / len(rows) < 70


@pytest.mark.parametrize("place", range(10))
def test_it_says_what_pairs_say(held, place):
    """Kept, refused and cautions of each made-up indicator."""
    indicator = held.indicators["indicator"][place + 1]
    tables = held.tables(held.regions["region"], held.rows)

    same(pairwise(tables, indicator), many.comparable(held, held.rows, indicator))


def test_it_says_what_pairs_say_of_our_own_tables(tmp_path, data, rated):
    """The indicators of two or more reports and some of one, written and read back."""
    written(tmp_path, data)
    ours = panel.Panel(tmp_path)

    assert len(ours.rows) == len(data.observations)
    regions = rated.groupby("indicator")["region"].nunique()
    for indicator in [*regions[regions > 1].index, *regions[regions == 1].index[::20]]:
        due = rules.comparable(rated, indicator, ABSENT)
        same(due, many.comparable(ours, ours.rows, indicator))


CELL = st.fixed_dictionaries(
    {
        "year": st.integers(2020, 2024),
        "value": st.integers(0, 120),
        "comparator": st.sampled_from(["=", "=", ">=", "~"]),
        "measure": st.sampled_from(["level", "level", "level", "change_pct"]),
        "status": st.sampled_from(["actual", "actual", "target"]),
        "part": st.sampled_from(["", "", "sector:mining"]),
        "months": st.sampled_from([12, 12, 11]),
        "known": st.booleans(),
    }
)
PLACES = ("anhui", "hefei", "yaohai", "anshan", "nantong", "chuxiong")
PLAIN = {"year": 2020, "value": 0, "comparator": "=", "measure": "level", "status": "actual"}
PLAIN |= {"part": "", "months": 12, "known": True}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), CELL), max_size=9))
@example([("anhui", PLAIN), ("anshan", PLAIN | {"known": False})])  # two levels as usual
def test_it_says_what_pairs_say_of_anything(tmp_path_factory, data, cells):
    """Regions inside others, other years, parts, bounds, lengths, and unknown populations."""
    tables = odd(data, cells)
    place = tmp_path_factory.mktemp("odd")
    written(place, tables)
    ours = panel.Panel(place)

    same(pairwise(tables, "deaths"), many.comparable(ours, ours.rows, "deaths"))


def odd(data, cells):
    """Our tables with made-up deaths of real regions in place of the observations."""
    found = {}
    for region, cell in cells:
        end = pd.Timestamp(cell["year"], cell["months"], 1) + pd.offsets.MonthEnd(0)
        row = {
            "report": f"{region}-{cell['year']}",
            "indicator": "deaths",
            "breakdown": cell["part"],
            "period_start": pd.Timestamp(cell["year"], 1, 1),
            "period_end": end,
            "status": cell["status"],
            "measure": cell["measure"],
            "comparator": cell["comparator"],
            "value": float(cell["value"]),
            "unit": "%" if cell["measure"] == "change_pct" else "人",
            "printed": f"{cell['value']}人",
            "start": 0,
            "end": 1,
            "evidence": "x",
            "note": "",
            "region": region,
            "file": f"{region}.csv",
        }
        found[tuple(row[k] for k in ("report", "breakdown", "status", "measure"))] = row
    rows = pd.DataFrame(list(found.values()), columns=list(data.observations))
    kinds = data.observations.dtypes.to_dict()
    hidden = {region for region, cell in cells if not cell["known"]}
    codes = data.regions.set_index("region")["adcode"].reindex(sorted(hidden)).tolist()
    return replace(
        data,
        reports=reports(data, rows),
        observations=rows.astype(kinds),
        context=data.context[~data.context["adcode"].isin(codes)],
    )


def reports(data, rows):
    """One report for each that the rows name; the rows' own year is its."""
    named = rows.drop_duplicates("report")
    frame = pd.DataFrame({"report": named["report"], "region": named["region"]}).assign(
        title="t",
        publisher="p",
        published=pd.NaT,
        period_start=named["period_start"],
        period_end=named["period_end"],
        kind="report",
        sha256="0" * 64,
        characters=10,
        note="",
    )
    return frame.astype(data.reports.dtypes.to_dict())


def test_one_indicator_is_read_alone(folder, held):
    """The same rows, without the others."""
    alone = panel.Panel(folder).of("deaths")

    pd.testing.assert_frame_equal(
        alone.astype(str).reset_index(drop=True),
        held.of("deaths").astype(str).reset_index(drop=True),
    )
    assert set(alone["indicator"]) == {"deaths"}
    with pytest.raises(WordError, match="did you mean deaths"):
        held.of("death")


def test_one_size_and_seed_is_one_country(tmp_path, folder, held):
    """The same figures, and another country for another seed."""
    simulated.simulate(tmp_path / "again", regions=50, years=4, indicators=10)
    simulated.simulate(tmp_path / "other", regions=50, years=4, indicators=10, seed=2)

    again, other = (panel.Panel(tmp_path / name).rows for name in ("again", "other"))
    pd.testing.assert_frame_equal(again, held.rows)
    assert again["value"].sum() != other["value"].sum()
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{name}.parquet" for name in (*panel.SMALL, "observations")}
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_nothing_simulated_can_be_taken_for_real(held, data):
    """Names say so, no real adcode begins with 9, and only the nation has a real code."""
    assert held.regions["name_zh"].str.contains("模拟").all()
    assert held.regions["adcode"].str.startswith("9").all()
    assert set(held.regions["region"]) & set(data.regions["region"]) == {"china"}


@pytest.mark.parametrize("size", [{"regions": 0}, {"regions": 9_000}, {"years": 101}])
def test_an_impossible_size_is_refused(tmp_path, size):
    """With the sizes that would do."""
    with pytest.raises(UsageError, match="choose from 1 to"):
        simulated.simulate(tmp_path, **size)


def read(path):
    """The rows of a Parquet file, whatever they are."""
    with duckdb.connect() as connection:
        return connection.execute("FROM read_parquet($path)", {"path": str(path)}).df()


def write(path, frame):
    """*frame* as a Parquet file of small row groups, whatever it holds."""
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        file = "$path (FORMAT parquet, ROW_GROUP_SIZE 2048)"
        connection.execute(f"COPY (FROM frame) TO {file}", {"path": str(path)})


def copied(folder, place):
    """A copy of the panel at *place*."""
    place.mkdir()
    for path in folder.glob("*.parquet"):
        (place / path.name).write_bytes(path.read_bytes())
    return panel.Panel(place)


def spoil(folder, place, **changes):
    """A copy of the panel at *place* whose second row has other cells."""
    ours = copied(folder, place)
    frame = read(folder / panel.FILE)
    for name, value in changes.items():
        frame.loc[1, name] = value
    write(place / panel.FILE, frame)
    return ours


SPOILED = {
    "an unknown word": ({"measure": "guess"}, "line 2, column measure"),
    "an unknown region": ({"region": "atlantis"}, "line 2, column region"),
    "an unknown unit": ({"unit": "furlongs"}, "line 2, column unit"),
    "no number": ({"value": float("inf")}, "line 2, column value: found 'inf': not a number"),
    "a place before the text": ({"start": -1}, "line 2, column start"),
    "a place of no length": ({"end": 0}, "line 2, column end: found '0': below 1"),
    "a long phrase": ({"evidence": "x" * 41}, "line 2, column evidence"),
    "an empty print": ({"printed": ""}, "line 2, column printed"),
    "a part of another form": ({"breakdown": "mining"}, "line 2, column breakdown"),
    "an indicator in two places": ({"indicator": "deaths"}, "sort the rows by indicator"),
    "an hour of a day": (
        {"period_end": pd.Timestamp(2022, 12, 31, 5)},
        "line 2, column period_end",
    ),
    "no day": ({"period_start": pd.NaT}, "line 2, column period_start: found null"),
    "no word": ({"note": None}, "line 2, column note: found null: an empty cell"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_spoiled_cell_is_reported(folder, tmp_path, fault):
    """With line, column and rule; the rows are not given."""
    changes, told = SPOILED[fault]

    with pytest.raises(TableError, match=told):
        _ = spoil(folder, tmp_path / "spoiled", **changes).rows


def test_a_doubled_row_is_reported(folder, tmp_path):
    """The same region, part, period and measure twice."""
    ours = copied(folder, tmp_path / "doubled")
    frame = read(folder / panel.FILE)
    write(tmp_path / "doubled" / panel.FILE, pd.concat([frame[:3], frame[2:]]))

    with pytest.raises(TableError, match=r"line 4, column region: .* a doubled key"):
        _ = ours.rows


def test_a_doubled_row_is_reported_of_one_indicator(folder, tmp_path):
    """With its line in the file, whichever indicator is asked for."""
    ours = copied(folder, tmp_path / "doubled")
    frame = read(folder / panel.FILE)
    last = len(frame) - 1
    write(tmp_path / "doubled" / panel.FILE, pd.concat([frame, frame.iloc[[last]]]))

    assert len(ours.of("deaths"))
    with pytest.raises(TableError, match=f"line {last + 2}, column region: .* a doubled key"):
        ours.of(frame["indicator"][last])


BROKEN = {
    "no table": lambda path: path.write_bytes(b"region,value" * 99),
    "nothing": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("table", ["observations", "regions"])
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_reported(folder, tmp_path, table, fault):
    """By its name; whatever the engine calls it."""
    ours = copied(folder, tmp_path / "broken")
    BROKEN[fault](tmp_path / "broken" / f"{table}.parquet")

    with pytest.raises(TableError, match=f"{table}.parquet: .* not a readable table"):
        _ = ours.rows


@pytest.mark.parametrize(
    ("name", "values"),
    [("value", "3"), ("start", 1.5), ("period_end", "2024-12-31"), ("unit", 3), ("note", b"x")],
)
def test_a_column_of_another_type_is_reported(folder, tmp_path, name, values):
    """No text that looks like a number, no number that would be rounded."""
    ours = copied(folder, tmp_path / "types")
    write(tmp_path / "types" / panel.FILE, read(folder / panel.FILE).assign(**{name: values}))

    with pytest.raises(TableError, match=f"column {name}: .* not of type"):
        _ = ours.rows


def test_too_many_rows_are_reported(folder, monkeypatch):
    """Before they fill the memory."""
    monkeypatch.setattr(parquet, "MOST_ROWS", 1_000)

    with pytest.raises(TableError, match="too many rows"):
        _ = panel.Panel(folder).rows


@pytest.mark.parametrize("name", ["a*b", "[x]?", "year=2024", "it's", "{a,b}", "~", "安全 %20"])
def test_a_folder_may_have_any_name(tmp_path, name):
    """A pattern of names, a partition or a quotation mark is a name like another."""
    simulated.simulate(tmp_path / name, regions=10, years=2, indicators=3)

    rows = panel.Panel(tmp_path / name).rows

    assert set(rows["indicator"]) == {"accidents", "deaths", "injuries"}
    assert set(rows["period_end"].dt.year) == {2023, 2024}


@pytest.mark.parametrize(
    "query",
    [
        "INSTALL httpfs",
        "LOAD httpfs",
        "FROM read_parquet('https://localhost/observations.parquet')",
        "FROM read_csv('{other}')",
        "FROM read_parquet('{folder}/../{other}')",
        "COPY (SELECT 1) TO '{other}'",
        "SET enable_external_access = true",
    ],
)
def test_the_engine_reaches_no_other_file(folder, tmp_path, query):
    """Neither an extension, nor the network, nor a file outside the folder."""
    other = tmp_path / "other.csv"
    other.write_text("a", "utf-8")

    with parquet._database(folder).cursor() as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=folder, other=other))
    assert other.read_text("utf-8") == "a"


def test_another_column_is_reported(folder, tmp_path):
    """One too many and one too few, both at once."""
    ours = copied(folder, tmp_path / "columns")
    frame = read(folder / panel.FILE).drop(columns="unit").assign(wish="x")
    write(tmp_path / "columns" / panel.FILE, frame)

    with pytest.raises(TableError) as error:
        _ = ours.rows
    assert {(fault.column, fault.rule.en) for fault in error.value.faults} == {
        ("unit", "a missing column"),
        ("wish", "not a column of this table"),
    }


def test_an_empty_cell_is_reported(folder, tmp_path):
    """Missing is not a value."""
    with pytest.raises(TableError, match=r"column value: found null"):
        _ = spoil(folder, tmp_path / "null", value=None).rows


def test_a_small_table_is_held_too(folder, tmp_path):
    """A doubled region, and a level that is none."""
    ours = copied(folder, tmp_path / "small")
    frame = pd.concat([ours.regions, ours.regions.iloc[[3]]], ignore_index=True)
    frame.loc[2, "level"] = "village"
    write(tmp_path / "small" / "regions.parquet", frame)

    with pytest.raises(TableError, match="a doubled key") as error:
        _ = panel.Panel(tmp_path / "small").regions
    assert any(fault.column == "level" and fault.line == 3 for fault in error.value.faults)


def test_a_region_without_a_report_of_the_year_is_reported(folder, tmp_path):
    """Where the file does not name the report, region and year must."""
    ours = copied(folder, tmp_path / "reports")
    write(tmp_path / "reports" / "reports.parquet", ours.reports.iloc[1:])

    with pytest.raises(TableError, match="column report"):
        _ = panel.Panel(tmp_path / "reports").rows


def test_codes_of_other_categories_are_refused(held):
    """A code is a place in a table; other categories would give other names."""
    rows = held.of("deaths")
    fewer = rows.assign(region=rows["region"].cat.remove_unused_categories())

    with pytest.raises(UsageError, match="categories of 'region'"):
        many.comparable(held, fewer, "deaths")


def test_words_that_cannot_be_told_apart_are_reported(folder, monkeypatch):
    """Words are found by hashes: two with the same hash are a fault, not one word."""
    select = parquet._File.select
    coarse = lambda self, columns, *rest, **more: select(  # noqa: E731
        self, columns.replace("hash(word)", "hash(word) % 7"), *rest, **more
    )
    monkeypatch.setattr(parquet._File, "select", coarse)

    with pytest.raises(TableError, match="column printed: found two values with the same hash"):
        _ = panel.Panel(folder).rows
