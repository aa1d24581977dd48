"""Quire reads what pandas, pyarrow, Polars and DuckDB write: equal values, and the
same types found without a schema."""

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyquire
import pytest
from hypothesis import given
from tables import assert_same, nested_tables, tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("writers")


def no_empty_texts(table):
    """For writers that write an empty string as they write a missing one."""
    texts = pa.array([text or None for text in table["s"].to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index("s"), "s", texts)


@given(tables())
def test_csv_pyarrow(folder, table):
    path = folder / "pyarrow.csv"
    pa.csv.write_csv(table, path)
    assert_same(pyquire.read(path), table)


@given(tables())
def test_csv_polars(folder, table):
    path = folder / "polars.csv"
    pl.from_arrow(table).write_csv(path)
    assert_same(pyquire.read(path), table)


@given(tables())
def test_csv_duckdb(folder, table):
    path = folder / "duckdb.csv"
    duckdb.from_arrow(table).write_csv(str(path), header=True)
    assert_same(pyquire.read(path), table)


@given(tables())
def test_csv_pandas(folder, table):
    path = folder / "pandas.csv"
    table.to_pandas(integer_object_nulls=True, timestamp_as_object=True).to_csv(path, index=False)
    assert_same(pyquire.read(path), no_empty_texts(table))


@given(tables())
def test_csv_pandas_quoted(folder, table):
    import csv

    path = folder / "quoted.tsv"
    frame = table.to_pandas(integer_object_nulls=True, timestamp_as_object=True)
    frame.to_csv(path, index=False, sep="\t", quoting=csv.QUOTE_ALL, na_rep="<none>",
                 lineterminator="\r\n")
    # Every field is quoted, so nothing is a null but by the schema of the values.
    got = pyquire.read(path, settings={"infer": "off"})
    assert got["s"].to_pylist() == [
        "<none>" if text is None else text for text in table["s"].to_pylist()]


@given(tables())
def test_jsonl_polars(folder, table):
    path = folder / "polars.jsonl"
    pl.from_arrow(table).write_ndjson(path)
    assert_same(pyquire.read(path), table)


@given(tables())
def test_jsonl_duckdb(folder, table):
    path = folder / "duckdb.jsonl"
    relation = duckdb.from_arrow(table)
    duckdb.sql(f"COPY (SELECT * FROM relation) TO '{path}' (FORMAT json)")
    assert_same(pyquire.read(path), table)


@given(tables())
def test_json_duckdb_array(folder, table):
    path = folder / "duckdb.json"
    relation = duckdb.from_arrow(table)
    duckdb.sql(f"COPY (SELECT * FROM relation) TO '{path}' (FORMAT json, ARRAY true)")
    assert_same(pyquire.read(path), table)


@pytest.mark.parametrize("format", ["json", "jsonl"])
@given(table=tables(columns=("i", "s", "b")))
def test_json_pandas(folder, table, format):
    """Its floats have 15 digits at most, so they are left out."""
    path = folder / ("pandas." + format)
    frame = table.to_pandas(integer_object_nulls=True)
    frame.to_json(path, orient="records", lines=format == "jsonl")
    assert_same(pyquire.read(path), table)


@given(nested_tables())
def test_jsonl_nested(folder, table):
    path = folder / "nested.jsonl"
    pl.from_arrow(table).write_ndjson(path)
    assert_same(pyquire.read(path), table)


@pytest.mark.parametrize("codec, extension", [("gzip", "gz"), ("zstd", "zst")])
def test_compressed_by_duckdb(folder, codec, extension):
    path = folder / f"numbers.csv.{extension}"
    duckdb.sql(f"COPY (SELECT range AS id FROM range(100000)) TO '{path}' (COMPRESSION {codec})")
    assert pyquire.read(path)["id"].to_pylist() == list(range(100000))


@pytest.mark.parametrize("extension", ["gz", "zst"])
def test_compressed_for_duckdb(folder, extension):
    path = folder / f"ours.csv.{extension}"
    pyquire.write(path, pa.table({"id": range(100000)}))
    assert duckdb.sql(f"SELECT count(*), sum(id) FROM '{path}'").fetchall() == \
        [(100000, sum(range(100000)))]
