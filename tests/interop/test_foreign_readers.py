"""pandas, pyarrow, Polars and DuckDB read what Quire writes: equal values."""

import datetime
import io
import json

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyquire
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import COLUMNS, DECIMALS, NESTED, assert_same, nested_tables, plain, tables

SCHEMA = pa.schema([(name, kind) for name, (kind, _, _) in COLUMNS.items()])
DUCKDB_TYPES = {"i": "BIGINT", "f": "DOUBLE", "s": "VARCHAR", "b": "BOOLEAN", "d": "DATE",
                "t": "TIMESTAMP"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readers")


def written(folder, table, format, **settings):
    path = folder / ("table." + format)
    pyquire.write(path, table, settings=settings)
    return path


# CSV --------------------------------------------------------------------------------------

def pyarrow_csv(path, **convert):
    return pa.csv.read_csv(
        path, parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            **convert))


@given(tables())
def test_csv_pyarrow(folder, table):
    path = written(folder, table, "csv")
    assert_same(pyarrow_csv(path, column_types=SCHEMA), table)


@given(tables())
def test_csv_pyarrow_infers(folder, table):
    """Left alone it finds the same types, at its own units."""
    path = written(folder, table, "csv")
    got = pyarrow_csv(path)
    assert got.schema.field("t").type in (pa.timestamp("s"), pa.timestamp("ns"))
    units = got.column("t").cast(pa.timestamp("us"))
    got = got.set_column(got.schema.get_field_index("t"), "t", units)
    assert_same(got, table)


@given(tables())
def test_csv_polars(folder, table):
    path = written(folder, table, "csv")
    got = pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)
    expected = pl.from_arrow(table)
    assert got.schema == expected.schema
    assert plain(got.to_dicts()) == plain(expected.to_dicts())


@given(tables())
def test_csv_duckdb(folder, table):
    path = written(folder, table, "csv")
    got = duckdb.read_csv(str(path), header=True, sep=",", quotechar='"', escapechar='"',
                          allow_quoted_nulls=False, parallel=False, dtype=DUCKDB_TYPES,
                          auto_detect=False, columns=DUCKDB_TYPES)
    assert_same(got.to_arrow_table(), table)


@given(tables())
def test_csv_pandas(folder, table):
    """It cannot tell an empty string from a missing one: both are missing here."""
    path = written(folder, table, "csv")
    got = pd.read_csv(path, keep_default_na=False, na_values=[""],
                      dtype={"i": "Int64", "s": "object", "b": "boolean"})
    columns = table.to_pydict()
    assert [None if value is pd.NA else value for value in got["i"]] == columns["i"]
    assert [None if value is pd.NA else value for value in got["b"]] == columns["b"]
    assert plain(got["f"].tolist()) == \
        plain([float("nan") if value is None else value for value in columns["f"]])
    texts = [None if pd.isna(value) else value for value in got["s"]]
    assert texts == [value or None for value in columns["s"]]
    for name in ("d", "t"):
        got_texts = [None if pd.isna(value) else value for value in got[name]]
        parse = type(COLUMNS[name][2]).fromisoformat
        assert [value and parse(value) for value in got_texts] == columns[name]


@given(tables(columns=("s", "i"), nulls=False),
       st.sampled_from(";|\t:'"), st.sampled_from(["lf", "crlf"]),
       st.sampled_from(["minimal", "all", "nonnumeric"]))
def test_csv_dialects_python(folder, table, delimiter, line_end, quoting):
    """Python's own reader, over dialects."""
    import csv

    path = written(folder, table, "csv", delimiter=delimiter, line_end=line_end, quoting=quoting)
    text = path.read_bytes().decode()
    got = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    rows = [[row["s"], str(row["i"])] for row in table.to_pylist()]
    assert got == [["s", "i"], *rows]
    assert_same(pyquire.read(path, settings={"delimiter": delimiter}), table)


def test_csv_not_finite(folder):
    values = [1.5, float("nan"), float("inf"), float("-inf"), None]
    path = written(folder, pa.table({"f": values, "i": range(5)}), "csv")
    expected = plain(values)
    assert plain(pyarrow_csv(path, column_types={"f": pa.float64()})["f"].to_pylist()) == expected
    assert plain(pl.read_csv(path, schema_overrides={"f": pl.Float64})["f"].to_list()) == expected
    sql = f"SELECT f FROM read_csv('{path}', columns={{'f': 'DOUBLE', 'i': 'INT'}}, header=true)"
    assert plain([row[0] for row in duckdb.sql(sql).fetchall()]) == expected
    got = pd.read_csv(path)["f"].tolist()
    assert plain(got[:4]) == expected[:4] and pd.isna(got[4])
    assert plain(pyquire.read(path)["f"].to_pylist()) == expected


@given(st.lists(DECIMALS, min_size=1, max_size=10))
def test_csv_decimals(folder, values):
    table = pa.table({"x": pa.array(values, pa.decimal128(20, 4)), "i": range(len(values))})
    path = written(folder, table, "csv")
    got = pyarrow_csv(path, column_types={"x": pa.decimal128(20, 4), "i": pa.int64()})
    assert_same(got, table)
    rows = duckdb.sql(f"SELECT x FROM read_csv('{path}', header=true, "
                      "columns={'x': 'DECIMAL(20,4)', 'i': 'BIGINT'})").fetchall()
    assert [row[0] for row in rows] == values
    assert_same(pyquire.read(path, schema=table.schema), table)


# JSON -------------------------------------------------------------------------------------

def json_value(value):
    """How a value of a table stands in JSON."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        if isinstance(value, datetime.datetime):
            return value.isoformat(timespec="microseconds")
        return value.isoformat()
    return value


@pytest.mark.parametrize("format", ["json", "jsonl"])
@given(table=tables(), pretty=st.booleans(), ascii=st.booleans(),
       separators=st.sampled_from(["compact", "python"]))
def test_json_python(folder, table, format, pretty, ascii, separators):
    settings = {"ascii": "on" if ascii else "off", "separators": separators}
    if format == "json":
        settings["pretty"] = "on" if pretty else "off"
    path = written(folder, table, format, **settings)
    text = path.read_bytes().decode("ascii" if ascii else "utf-8")
    lines = text.rstrip("\n").split("\n")
    got = json.loads(text) if format == "json" else list(map(json.loads, lines))
    expected = [{name: json_value(value) for name, value in row.items()}
                for row in table.to_pylist()]
    assert plain(got) == plain(expected)
    assert [list(row) for row in got] == [table.column_names] * table.num_rows
    assert_same(pyquire.read(path), table)


@given(tables())
def test_jsonl_pyarrow(folder, table):
    """It casts no texts to dates, but ours cast after it has read them."""
    path = written(folder, table, "jsonl")
    texts = pa.schema([(field.name, pa.string() if field.name in "dt" else field.type)
                       for field in SCHEMA])
    got = pa.json.read_json(path, parse_options=pa.json.ParseOptions(explicit_schema=texts))
    assert_same(got.cast(SCHEMA), table)


@given(tables())
def test_jsonl_polars(folder, table):
    path = written(folder, table, "jsonl")
    schema = pl.from_arrow(table).schema
    texts = {name: pl.String if name in "dt" else kind for name, kind in schema.items()}
    got = pl.read_ndjson(path, schema=texts).with_columns(
        pl.col("d").str.to_date(), pl.col("t").str.to_datetime(time_unit="us"))
    assert plain(got.to_dicts()) == plain(table.to_pylist())


@given(tables())
def test_jsonl_duckdb(folder, table):
    path = written(folder, table, "jsonl")
    got = duckdb.read_json(str(path), columns=DUCKDB_TYPES, format="newline_delimited")
    assert_same(got.to_arrow_table(), table)


@given(tables(columns=("i", "s", "b"), nulls=False))
def test_json_pandas(folder, table):
    path = written(folder, table, "json")
    got = pd.read_json(path, dtype=False)
    assert plain(got.to_dict("records")) == plain(table.to_pylist())


@given(nested_tables())
def test_jsonl_nested(folder, table):
    path = written(folder, table, "jsonl")
    expected = plain(table.to_pylist())
    got = pa.json.read_json(
        path, parse_options=pa.json.ParseOptions(explicit_schema=table.schema))
    assert plain(got.to_pylist()) == expected
    schema = {"id": pl.Int64, "n": pl.Struct({"x": pl.Int64, "tags": pl.List(pl.String)})}
    assert plain(pl.read_ndjson(path, schema=schema).to_dicts()) == expected
    got = duckdb.read_json(str(path), format="newline_delimited", columns={
        "id": "BIGINT", "n": "STRUCT(x BIGINT, tags VARCHAR[])"})
    assert plain(got.to_arrow_table().to_pylist()) == expected
    assert_same(pyquire.read(path, schema=table.schema), table)


@given(nested_tables())
def test_csv_nested_is_json_text(folder, table):
    path = written(folder, table, "csv")
    got = [json.loads(text) for text in pyarrow_csv(path)["n"].to_pylist()]
    assert plain(got) == plain(table["n"].to_pylist())
    assert pyquire.read(path, schema=table.schema)["n"].type == NESTED


@pytest.mark.parametrize("policy, expected", [
    ("null", [None, None, 1.0]), ("string", ["NaN", "-Infinity", 1.0])])
def test_json_not_finite(folder, policy, expected):
    table = pa.table({"f": [float("nan"), float("-inf"), 1.0]})
    path = written(folder, table, "json", nan=policy)
    assert [row["f"] for row in json.loads(path.read_text())] == expected


def test_json_not_finite_refused(folder):
    with pytest.raises(pyquire.QuireError) as caught:
        written(folder, pa.table({"f": [1.0, float("inf")]}), "jsonl", nan="error")
    assert (caught.value.row, caught.value.column) == (2, "f")


@given(st.lists(DECIMALS, min_size=1, max_size=10))
def test_json_decimals_as_numbers(folder, values):
    import decimal

    table = pa.table({"x": pa.array(values, pa.decimal128(20, 4))})
    path = written(folder, table, "json", decimals="number")
    rows = json.loads(path.read_text(), parse_float=decimal.Decimal, parse_int=decimal.Decimal)
    assert [row["x"] for row in rows] == values
    assert_same(pyquire.read(path, schema=table.schema), table)
