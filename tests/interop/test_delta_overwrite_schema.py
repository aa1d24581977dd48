"""Overwriting and merging into tables that are made for the rows, and overwriting with rows of
other columns, judged by delta-rs."""

import os

import delta
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from program import bad, good
from pyquire import QuireError
from test_delta_evolve import made_meanwhile, refused


def judged(url):
    """The rows as delta-rs has them, in the order of their first column."""
    table = DeltaTable(str(url)).to_pyarrow_table()
    return table.sort_by(table.column_names[0]).to_pylist()


@pytest.mark.parametrize("verb", ["overwrite", "merge"])
def test_made_with_the_rows_or_not_at_all(tmp_path, verb):
    table = tmp_path / "t"
    how = [verb, table] + (["--on", "id"] if verb == "merge" else [])
    how = ["table", *how]
    (tmp_path / "good.csv").write_text("id,part\n1,a\n2,b\n")
    (tmp_path / "none.csv").write_text("id,part\n")
    pq.write_table(pa.table({"id": [1]}), tmp_path / "broken.parquet")
    whole = (tmp_path / "broken.parquet").read_bytes()
    (tmp_path / "broken.parquet").write_bytes(whole[:4] + b"\xff" * 40 + whole[44:])
    bad(3, *how, tmp_path / "good.csv", says="--create")
    bad(1, *how, tmp_path / "broken.parquet", "--create")
    assert not list(tmp_path.glob("t/**/*.*")), "nothing is left"
    done = good(*how, tmp_path / "good.csv", "--create", "--partition-by", "part", "--json").json()
    assert done["created"] and done["version"] == 0 and done["rows_inserted"] == 2
    assert DeltaTable(str(table)).metadata().partition_columns == ["part"]
    assert judged(table) == [{"id": 1, "part": "a"}, {"id": 2, "part": "b"}]
    done = good(*how, tmp_path / "good.csv", "--create", "--json").json()
    assert not done["created"] and done["version"] == 1
    assert len(judged(table)) == 2
    done = good("table", verb, tmp_path / "empty", *how[3:], tmp_path / "none.csv", "--create",
                "--schema", "id int64, part string", "--json").json()
    assert done["created"] and done["version"] == 0
    assert good("table", "info", tmp_path / "empty", "--json").json()["rows"] == 0


@pytest.mark.parametrize("call", [delta.overwrite, lambda url, rows, **more:
                                  delta.merge(url, rows, ["id"], **more)])
def test_two_that_make_a_table(tmp_path, call):
    url = str(tmp_path / "t")
    rows = pa.table({"id": [1]})
    stream = made_meanwhile(rows, lambda: delta.append(url, rows, create=()))
    refused("CONFLICT", call, url, stream, create=())
    assert delta.read(url).equals(rows)
    assert len(list(tmp_path.glob("t/*.parquet"))) == 1
    refused("CONFLICT", call, url, rows, create=(), create_only=True)
    assert call(url, rows, create=()).version == 1


def test_evolving(tmp_path):
    url = str(tmp_path / "t")
    delta.append(url, pa.table({"id": pa.array([1, 2], pa.int32()), "part": ["a", "b"]}), create=[])
    rows = pa.table({"ID": pa.array([3], pa.int32()), "part": ["b"], "more": [{"x": 1}]})
    refused("INPUT", delta.overwrite, url, rows, "part = 'b'")
    refused("INPUT", delta.overwrite, url, rows, "id = 2", evolve="add")
    done = delta.overwrite(url, rows, "part = 'b' and id > 1", evolve="add")
    assert (done.rows_deleted, done.rows_inserted, done.rows_copied) == (1, 1, 1)
    assert judged(url) == [{"id": 1, "part": "a", "more": None},
                           {"id": 3, "part": "b", "more": {"x": 1}}]
    wide = pa.table({"id": [2**40], "part": ["c"]})
    refused("INPUT", delta.overwrite, url, wide, evolve="add")
    delta.overwrite(url, wide, evolve="widen")
    assert delta.read(url).to_pylist() == [{"id": 2**40, "part": "c", "more": None}]
    for call in (lambda: delta.merge(url, wide, ["id"], overwrite_schema=True),
                 lambda: delta.delete(url, "true", evolve="add"),
                 lambda: delta.update(url, {"id": "1"}, create=[])):
        refused("USAGE", call)


def test_evolving_with_changes_told(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("id", pa.int64())]),
                 properties={"delta.enableChangeDataFeed": "true"})
    delta.append(url, pa.table({"id": [1, 2]}))
    delta.overwrite(url, pa.table({"id": [2], "x": ["new"]}), "id = 2", evolve="add")
    told = delta.changes(url, 2).select(["_change_type", "id", "x"]).to_pylist()
    assert sorted(told, key=str) == [{"_change_type": "delete", "id": 2, "x": None},
                                     {"_change_type": "insert", "id": 2, "x": "new"}]


@pytest.mark.parametrize("mapping", ["none", "name"])
def test_other_columns(tmp_path, mapping):
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("id", pa.int64()), ("p", pa.string()), ("v", pa.string())]),
                 partition_by=["p"], properties={"delta.columnMapping.mode": mapping, "mine": "1"})
    delta.append(url, pa.table({"id": [1], "p": ["a"], "v": ["x"]}))
    rows = pa.table({"P": ["b", None], "v": [1.5, 2.5], "at": pa.array([1, 2], pa.timestamp("us"))})
    refused("INPUT", delta.overwrite, url, rows)
    done = delta.overwrite(url, rows, overwrite_schema=True)
    assert (done.rows_deleted, done.rows_inserted) == (1, 2)
    read = delta.read(url)
    assert read.schema.names == ["P", "v", "at"] and read.schema.field("v").type == pa.float64()
    assert read.sort_by("v").to_pylist() == rows.to_pylist()
    info = good("table", "info", url, "--json").json()
    assert info["partition_columns"] == ["P"] and info["properties"]["mine"] == "1"
    if mapping == "none":
        assert judged(url)[0]["v"] in (1.5, 2.5)
    delta.append(url, pa.table({"v": [3.5], "p": ["c"]}))
    assert delta.read(url).num_rows == 3
    assert delta.read(url, version=1).to_pylist() == [{"id": 1, "p": "a", "v": "x"}]
    delta.restore(url, version=1)
    assert delta.read(url).to_pylist() == [{"id": 1, "p": "a", "v": "x"}]


def test_columns_that_cannot_be(tmp_path):
    url = str(tmp_path / "t")
    delta.append(url, pa.table({"id": [1], "p": ["a"]}), create=["p"])
    for rows, code, where in (
            (pa.table({"id": [1]}), "INPUT", None),
            (pa.table({"p": ["a"]}), "INPUT", None),
            (pa.table({"p": [[1]], "x": [1]}), "INPUT", None),
            (pa.table({"p": ["a"], "x": [1], "X": [1]}), "USAGE", None),
            (pa.table({"p": ["a"], "x": [1]}), "USAGE", "id = 1")):
        refused(code, delta.overwrite, url, rows, where, overwrite_schema=True)
    delta.constraint_add(url, "few", "id < 9")
    with pytest.raises(QuireError, match="id"):
        delta.overwrite(url, pa.table({"p": ["a"], "x": [1]}), overwrite_schema=True)
    assert delta.read(url).to_pylist() == [{"id": 1, "p": "a"}]
    assert len(list(tmp_path.glob("t/**/*.parquet"))) == 1


def test_program(tmp_path):
    table = tmp_path / "t"
    (tmp_path / "a.csv").write_text("id,name\n1,007\n")
    (tmp_path / "b.jsonl").write_text('{"id": 2, "name": "008"}\n{"id": 3, "more": {"x": 1}}\n')
    good("table", "create", table, "--schema", "id int32, name string")
    good("table", "overwrite", table, tmp_path / "a.csv")
    bad(1, "table", "overwrite", table, tmp_path / "b.jsonl", says="--evolve add")
    bad(1, "table", "merge", table, tmp_path / "b.jsonl", "--on", "id", says="--extra ignore")
    good("table", "overwrite", table, tmp_path / "b.jsonl", "--evolve", "add")
    assert good("table", "read", table, "--where", "id = 3").lines() == [
        {"id": 3, "name": None, "more": {"x": 1}}]
    (tmp_path / "a.csv").write_text("id,name\n1,7\n")
    good("table", "overwrite", table, tmp_path / "a.csv", "--overwrite-schema")
    assert good("table", "read", table).lines() == [{"id": 1, "name": 7}]
    pq.write_table(pa.table({"x": ["y"]}), tmp_path / "c.parquet")
    bad(2, "table", "overwrite", table, tmp_path / "c.parquet", "--overwrite-schema", "--where",
        "true", says="--overwrite-schema")
    bad(2, "table", "overwrite", table, tmp_path / "c.parquet", "--overwrite-schema", "--evolve",
        "add", says="--overwrite-schema")
    good("table", "overwrite", table, tmp_path / "c.parquet", "--overwrite-schema", "--create")
    assert good("table", "read", table).lines() == [{"x": "y"}]
    assert os.path.exists(table)
