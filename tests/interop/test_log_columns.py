"""The columns of a run log as foreign readers see them: names, types and order, and what may be
null."""

import json

import deltalake
import duckdb
import polars as pl
import pyarrow as pa
from log_samples import COLUMNS, NULLABLE, REPORT
from program import good

# Of each type of Delta: what pyarrow, Polars and DuckDB call it.
KINDS = {"string": (pa.string(), pl.String, "VARCHAR"), "double": (pa.float64(), pl.Float64, "DOUBLE"),
         "long": (pa.int64(), pl.Int64, "BIGINT"), "boolean": (pa.bool_(), pl.Boolean, "BOOLEAN"),
         "timestamp": (pa.timestamp("us", "UTC"), pl.Datetime("us", "UTC"),
                       "TIMESTAMP WITH TIME ZONE")}


def kinds(reader):
    return [(name, KINDS[kind][reader]) for name, kind in COLUMNS]


def test_columns(tmp_path):
    log = str(tmp_path / "log")
    good("log", "write", log, stdin=json.dumps(REPORT))
    table = deltalake.DeltaTable(log).to_pyarrow_table()
    assert [(field.name, field.type) for field in table.schema] == kinds(0)
    assert {field["name"] for field in json.loads(deltalake.DeltaTable(log).schema().to_json())[
        "fields"] if field["nullable"]} == NULLABLE
    assert list(pl.read_delta(log).schema.items()) == kinds(1)
    [file] = [uri.removeprefix("file://") for uri in deltalake.DeltaTable(log).file_uris()]
    assert [row[:2] for row in duckdb.sql(
        f"DESCRIBE FROM read_parquet('{file}')").fetchall()] == kinds(2)
    assert duckdb.sql(f"SELECT step_name FROM read_parquet('{file}') ORDER BY 1").fetchall() == [
        ("clean",), ("users",)]
