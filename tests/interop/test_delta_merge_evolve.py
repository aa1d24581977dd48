"""Merging rows that have more than the table, and into tables that have keys several times: one
commit that others read, what its changes say, and what is refused."""

import delta
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyquire import QuireError
from test_delta_delete import actions

TOLD = {"delta.enableChangeDataFeed": "true"}
VECTORS = {"delta.enableDeletionVectors": "true"}
MAPPED = {"delta.columnMapping.mode": "name"}
OLD = pa.table({"k": [1, 2, 3], "part": ["a", "b", "a"], "v": [10, 20, 30]},
               pa.schema([("k", pa.int32()), ("part", pa.string()), ("v", pa.int64())]))
MORE = pa.table({"k": pa.array([2, 4], pa.int32()), "part": ["b", "c"], "v": [21, 40],
                 "more": ["x", "y"]})


def make(tmp_path, rows=OLD, times=1, partition_by=("part",), **properties):
    url = str(tmp_path / "t")
    delta.create(url, rows.schema, partition_by=list(partition_by), properties=properties)
    for _ in range(times):
        delta.append(url, rows)
    return url


def sorted_rows(url):
    return sorted(delta.read(url).to_pylist(), key=lambda row: (row["k"] or 0, row["v"]))


def told(url, version):
    return sorted((row["_change_type"], row["k"], row.get("more"))
                  for row in delta.changes(url, version, version).to_pylist())


@pytest.mark.parametrize("properties", [{}, TOLD, VECTORS, MAPPED, {**TOLD, **VECTORS}])
def test_columns_are_added_in_the_commit(tmp_path, properties):
    url = make(tmp_path, **properties)
    result = delta.merge(url, MORE, ["k"], evolve="add")
    assert (result.version, result.rows_updated, result.rows_inserted) == (2, 1, 1)
    assert delta.version(url) == 2 and len(actions(url, 2, "metaData")) == 1
    wanted = [{"k": 1, "part": "a", "v": 10, "more": None},
              {"k": 2, "part": "b", "v": 21, "more": "x"},
              {"k": 3, "part": "a", "v": 30, "more": None},
              {"k": 4, "part": "c", "v": 40, "more": "y"}]
    assert sorted_rows(url) == wanted
    if not {*VECTORS, *MAPPED} & {*properties}:
        read = DeltaTable(url).to_pyarrow_table().sort_by("k")
        assert read.select(["k", "part", "v", "more"]).to_pylist() == wanted
    if TOLD.keys() <= properties.keys():
        assert told(url, 2) == [("insert", 4, "y"), ("update_postimage", 2, "x"),
                                ("update_preimage", 2, None)]


def test_without_it_they_are_refused(tmp_path):
    url = make(tmp_path)
    with pytest.raises(QuireError, match="more: the table nothing"):
        delta.merge(url, MORE, ["k"])
    with pytest.raises(QuireError, match="columns"):
        delta.merge(url, MORE, ["k"], overwrite_schema=True)
    assert delta.version(url) == 1


def test_a_key_that_the_table_lacks(tmp_path):
    """No row of the table has one."""
    url = make(tmp_path, **TOLD)
    result = delta.merge(url, MORE, ["k", "more"], evolve="add")
    assert (result.rows_updated, result.rows_inserted) == (0, 2)
    assert [row["k"] for row in sorted_rows(url)] == [1, 2, 2, 3, 4]
    assert told(url, 2) == [("insert", 2, "x"), ("insert", 4, "y")]


def test_a_key_that_is_widened(tmp_path):
    url = make(tmp_path)
    rows = pa.table({"k": pa.array([2, 2**40], pa.int64()), "part": ["b", "c"], "v": [21, 40]})
    with pytest.raises(QuireError):
        delta.merge(url, rows, ["k"])
    result = delta.merge(url, rows, ["k"], evolve="widen")
    assert (result.rows_updated, result.rows_inserted) == (1, 1)
    assert [(row["k"], row["v"]) for row in sorted_rows(url)] == [
        (1, 10), (2, 21), (3, 30), (2**40, 40)]
    assert delta.merge(url, rows, ["k"]).rows_updated == 2


# --- Keys that are there several times ---------------------------------------------------------


@pytest.mark.parametrize("properties", [{}, TOLD, VECTORS, {**TOLD, **VECTORS}])
@pytest.mark.parametrize("evolve", ["off", "add"])
def test_keys_are_there_once(tmp_path, properties, evolve):
    url = make(tmp_path, times=3, **properties)
    rows = MORE if evolve == "add" else MORE.drop_columns(["more"])
    result = delta.merge(url, rows, ["k"], evolve=evolve, keys_once=True)
    assert (result.rows_updated, result.rows_deleted, result.rows_inserted) == (1, 2, 1)
    assert [(row["k"], row["v"]) for row in sorted_rows(url)] == [
        *[(1, 10)] * 3, (2, 21), *[(3, 30)] * 3, (4, 40)]
    metrics = actions(url, 4, "commitInfo")[0]["operationMetrics"]
    assert metrics["numTargetRowsDeleted"] == "2" and metrics["numTargetRowsUpdated"] == "1"
    if TOLD.keys() <= properties.keys():
        more = ("x", "y") if evolve == "add" else (None, None)
        assert told(url, 4) == [*[("delete", 2, None)] * 3, ("insert", 2, more[0]),
                                ("insert", 4, more[1])]


def test_else_each_is_replaced(tmp_path):
    url = make(tmp_path, times=2, **TOLD)
    result = delta.merge(url, MORE, ["k"], evolve="add")
    assert (result.rows_updated, result.rows_deleted, result.rows_inserted) == (2, 0, 1)
    assert [(row["k"], row["more"]) for row in sorted_rows(url)] == [
        (1, None), (1, None), (2, "x"), (2, "x"), (3, None), (3, None), (4, "y")]
    assert told(url, 3) == [("insert", 4, "y"), *[("update_postimage", 2, "x")] * 2,
                            *[("update_preimage", 2, None)] * 2]
