"""Folders of Parquet that become tables in place: what polars, pyarrow and DuckDB wrote, read by
delta-rs afterwards; statistics against the rows; what is refused, and leaves nothing behind."""

import datetime
import decimal
import json

import delta_meta as meta
import duckdb
import polars
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from program import bad, good

ROWS = pa.table({
    "id": pa.array([1, 2, 3, 4], pa.int64()),
    "small": pa.array([1, None, -3, 4], pa.int16()),
    "name": ["a", "b/c d", None, "é" * 40],
    "at": pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 678901)] * 4, pa.timestamp("us", "UTC")),
    "day": pa.array([datetime.date(2020, 1, 1), None, datetime.date(1960, 1, 1), None]),
    "price": pa.array([decimal.Decimal("1.25"), None, None, decimal.Decimal("-9.99")],
                      pa.decimal128(10, 2)),
    "real": [1.5, float("nan"), None, -2.5],
    "s": pa.array([{"a": 1, "l": [1, 2]}, None, {"a": None, "l": []}, {"a": 4, "l": None}],
                  pa.struct([("a", pa.int32()), ("l", pa.list_(pa.int64()))])),
})


def adds(url):
    return [line["add"] for line in meta.actions(url, 0) if "add" in line]


def rows_of(table):
    return sorted(table.select(["id", "small", "name", "day", "price"]).to_pylist(),
                  key=lambda row: row["id"])


def test_a_folder_of_partitions(tmp_path):
    folder = tmp_path / "t"
    named = ROWS.append_column("p", pa.array([1, 1, 2, None], pa.int32())).append_column(
        "q", pa.array(["x y", "a/b=c%", "x y", "z"]))
    ds.write_dataset(named, folder, format="parquet",
                     partitioning=ds.partitioning(pa.schema([("p", pa.int32()), ("q", pa.string())]),
                                                  flavor="hive"))
    (folder / "_SUCCESS").write_text("")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.parquet").write_text("not looked at")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    done = good("table", "convert", folder, "--partition-by", "p int, q string", "--json").json()
    assert done["files"] == 4 and done["rows"] == 4
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before
    for judge in (DeltaTable(str(folder)).to_pyarrow_table(),
                  pa.ipc.open_stream(good("table", "read", folder, "--to", "arrow-stream").out).read_all()):
        assert rows_of(judge) == rows_of(ROWS)
        assert sorted(zip(judge["id"].to_pylist(), judge["p"].to_pylist(), judge["q"].to_pylist())) \
            == [(1, 1, "x y"), (2, 1, "a/b=c%"), (3, 2, "x y"), (4, None, "z")]
    assert polars.read_delta(str(folder)).height == 4
    assert good("table", "info", folder, "--json").json()["partition_columns"] == ["p", "q"]
    assert DeltaTable(str(folder)).history()[0]["operation"] == "CONVERT"
    # It is a table as any other from now on.
    good("table", "append", folder, next(folder.glob("p=1/*/*.parquet")), "--evolve", "add")
    assert good("table", "info", folder, "--json").json()["rows"] == 5


def write_pyarrow(path):
    pq.write_table(ROWS, path, row_group_size=2)


def write_polars(path):
    polars.from_arrow(ROWS).write_parquet(path, row_group_size=2)


def write_duckdb(path):
    rows = ROWS.drop_columns(["at"])
    duckdb.register("given", rows)
    duckdb.sql(f"COPY given TO '{path}' (FORMAT parquet)")


@pytest.mark.parametrize("write", [write_pyarrow, write_polars, write_duckdb])
def test_statistics_are_of_the_rows(tmp_path, write):
    url = tmp_path / "t"
    url.mkdir()
    write(str(url / "a b%.parquet"))
    good("table", "convert", url)
    [add] = adds(url)
    assert add["path"] == "a%20b%25.parquet" and add["size"] == (url / "a b%.parquet").stat().st_size
    stats = json.loads(add["stats"])
    assert stats["numRecords"] == 4
    assert stats["nullCount"]["small"] == 1 and stats["nullCount"]["name"] == 1
    assert (stats["minValues"]["id"], stats["maxValues"]["id"]) == (1, 4)
    assert (stats["minValues"]["small"], stats["maxValues"]["small"]) == (-3, 4)
    assert stats["minValues"]["day"] == "1960-01-01"
    assert "real" not in stats["maxValues"], "a NaN may be above"
    assert stats["minValues"].get("name", "a") <= "a"
    assert stats["maxValues"].get("name", "\U0010ffff") >= "é" * 32
    got = DeltaTable(str(url)).to_pyarrow_table(filters=[("id", ">", 2)])
    assert sorted(got["id"].to_pylist()) == [3, 4]


def test_files_of_several_schemas(tmp_path):
    url = tmp_path / "t"
    (url / "deep" / "er").mkdir(parents=True)
    pq.write_table(pa.table({"a": [1], "s": [{"x": 1}]}), url / "1.parquet")
    pq.write_table(pa.table({"b": ["z"], "s": [{"y": 2.5}]}), url / "deep" / "er" / "2.parquet")
    good("table", "convert", url, "--property", "delta.appendOnly=true")
    expected = [{"a": None, "s": {"x": None, "y": 2.5}, "b": "z"},
                {"a": 1, "s": {"x": 1, "y": None}, "b": None}]
    for judge in (DeltaTable(str(url)).to_pyarrow_table().to_pylist(),
                  good("table", "read", url).lines()):
        assert sorted(judge, key=lambda row: row["a"] or 0) == expected
    assert meta.last(url, "protocol")["minWriterVersion"] == 2


@pytest.mark.parametrize("writer", [{}, {"org.apache.spark.version": "3.5.3"}])
def test_times_of_96_bits(tmp_path, writer):
    at = datetime.datetime(2021, 5, 6, 7, 8, 9)
    table = pa.table({"at": pa.array([at], pa.timestamp("us"))}).replace_schema_metadata(writer)
    pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=True)
    good("table", "convert", tmp_path)
    schema = json.loads(meta.last(tmp_path, "metaData")["schemaString"])
    assert schema["fields"][0]["type"] == "timestamp"
    assert meta.last(tmp_path, "protocol")["minReaderVersion"] == 1
    assert good("table", "read", tmp_path).lines() == [{"at": "2021-05-06T07:08:09.000000Z"}]


def refused(status, folder, *options, says):
    before = sorted(folder.rglob("*"))
    result = bad(status, "table", "convert", folder, *options, says=says)
    assert sorted(folder.rglob("*")) == before, "nothing is left"
    return result


def test_what_is_refused(tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    refused(3, folder, says="no files of Parquet")
    refused(3, tmp_path / "none", says="no files of Parquet")
    pq.write_table(pa.table({"a": [1]}), folder / "1.parquet")
    pq.write_table(pa.table({"a": ["x"]}), folder / "2.parquet")
    refused(1, folder, says=['"long" in 1.parquet', '"string" in 2.parquet', "column a"])
    pq.write_table(pa.table({"A": [1]}), folder / "2.parquet")
    refused(1, folder, says=["by case alone", "2.parquet"])
    (folder / "2.parquet").write_text("PAR1 but nothing more")
    refused(1, folder, says="2.parquet")
    (folder / "2.parquet").unlink()
    (folder / "notes.txt").write_text("x")
    refused(2, folder, says="notes.txt")
    (folder / "notes.txt").unlink()
    for odd in (pa.array([1], pa.uint64()), pa.array([1], pa.timestamp("ns", "UTC")),
                pa.array([datetime.time(1, 2)], pa.time64("us"))):
        pq.write_table(pa.table({"odd": odd}), folder / "2.parquet")
        refused(2, folder, says="odd")
    (folder / "2.parquet").unlink()
    refused(2, folder, "--partition-by", "p int", says="partition columns given")
    refused(2, folder, "--property", "delta.columnMapping.mode=name", says="column mapping")
    good("table", "convert", folder)
    refused(4, folder, says="there is a table")


@pytest.mark.parametrize("inner", ["A", "deep/er/inner", "p=1"])
def test_tables_below_keep_their_files(tmp_path, inner):
    folder = tmp_path / "t"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / "m.parquet")
    # Rows that it has deleted would come back, and what it deletes would be missing here.
    good("table", "append", folder / inner, "-", "--from", "csv", "--create", stdin="b\n1\n2\n")
    good("table", "delete", folder / inner, "--where", "b = 1")
    said = refused(2, folder, says=["a table below the folder", "whose files are its own"])
    assert inner in said.err
    assert good("table", "read", folder / inner).lines() == [{"b": 2}]
    # One without files is one, too; one that is hidden is not looked at.
    for part in (folder / inner).glob("*.parquet"):
        part.unlink()
    refused(2, folder, says="a table below the folder")
    (folder / inner.split("/")[0]).rename(folder / "_aside")
    assert good("table", "convert", folder, "--json").json()["files"] == 1
    assert good("table", "read", folder).lines() == [{"a": 1}]


def test_partitions_that_are_not_as_given(tmp_path):
    folder = tmp_path / "t"
    for part in ("p=1/q=a", "p=2/q=b"):
        (folder / part).mkdir(parents=True)
        pq.write_table(pa.table({"a": [1]}), folder / part / "x.parquet")
    assert "p TYPE, q TYPE" in refused(2, folder, says="without partitions").err
    refused(2, folder, "--partition-by", "p int", says="partition columns given")
    refused(2, folder, "--partition-by", "p int, r string", says="partition columns given")
    refused(1, folder, "--partition-by", "p int, q int", says=["q", '"a"'])
    refused(2, folder, "--partition-by", "p whatever", says="whatever")
    good("table", "convert", folder, "--partition-by", "q string, p int64")
    assert sorted(row["p"] for row in good("table", "read", folder).lines()) == [1, 2]


def test_columns_that_are_in_files_and_folders(tmp_path):
    (tmp_path / "p=7").mkdir()
    pq.write_table(pa.table({"p": [7, 7], "a": [1, 2]}), tmp_path / "p=7" / "x.parquet")
    good("table", "convert", tmp_path, "--partition-by", "p int32")
    assert [add["partitionValues"] for add in adds(tmp_path)] == [{"p": "7"}]
    assert json.loads(adds(tmp_path)[0]["stats"])["numRecords"] == 2
    assert sorted(map(str, good("table", "read", tmp_path).lines())) == [
        "{'a': 1, 'p': 7}", "{'a': 2, 'p': 7}"]
    assert DeltaTable(str(tmp_path)).to_pyarrow_table().num_rows == 2
