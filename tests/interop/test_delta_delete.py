"""Deleting rows of Delta tables, judged by delta-rs and polars: the rows of every version, what
is copied and what stays, deletion vectors, conflicts, and what the log says."""

import json
import os
import urllib.parse

import delta
import polars
import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder
from pyquire import QuireError

N = 200
DATA = pa.table({
    "id": pa.array(range(N)),
    "part": pa.array([None if i % 11 == 0 else "abxc"[i % 4] for i in range(N)]),
    "v": pa.array([None if i % 7 == 0 else i / 2 for i in range(N)]),
})


def make(tmp_path, partition_by=(), properties=None):
    url = str(tmp_path / "t")
    delta.create(url, DATA.schema, partition_by=partition_by, properties=properties)
    for start in range(0, N, 50):
        delta.append(url, DATA.slice(start, 50))
    return url


def ids(table):
    return sorted(table["id"].to_pylist())


def assert_ids(url, wanted, version=None):
    """What Quire, delta-rs and polars read."""
    assert ids(delta.read(url, -1 if version is None else version)) == sorted(wanted)
    judge = DeltaTable(url, version=version)
    rows = QueryBuilder().register("t", judge).execute("SELECT id FROM t").read_all()
    assert sorted(pa.table(rows)["id"].to_pylist()) == sorted(wanted)
    assert sorted(polars.read_delta(url, version=version)["id"].to_list()) == sorted(wanted)


def lines(url, version):
    with open(os.path.join(url, "_delta_log", f"{version:020}.json"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def actions(url, version, kind):
    return [line[kind] for line in lines(url, version) if kind in line]


@pytest.mark.parametrize("partition_by", [(), ("part",)])
@pytest.mark.parametrize("vectors", [False, True])
def test_rows_go_and_null_stays(tmp_path, partition_by, vectors):
    url = make(tmp_path, partition_by)
    left = set(range(N))
    for where, gone in [
        ("id % 10 = 3", lambda i: i % 10 == 3),
        ("v > 20 AND part = 'b'", lambda i: i % 7 and i / 2 > 20 and i % 11 and i % 4 == 1),
        ("part IS NULL", lambda i: i % 11 == 0),
        ("v <> 1", lambda i: i % 7 and i != 2 and i < 100),
    ]:
        where = where if where != "v <> 1" else "v <> 1 AND id < 100"
        expected = {i for i in left if gone(i)}
        result = delta.delete(url, where, deletion_vectors=vectors)
        assert result.rows_deleted == len(expected) and not result.unchanged
        left -= expected
        assert_ids(url, left)
        info = DeltaTable(url).history(1)[0]
        assert info["operation"] == "DELETE" and info["version"] == result.version
        assert json.loads(info["operationParameters"]["predicate"]) == [where]
        assert info["operationMetrics"]["numDeletedRows"] == str(len(expected))
        assert (result.rows_copied == 0) or not vectors
    # Earlier versions stand as they were.
    assert_ids(url, range(N), version=4)
    assert delta.delete(url, "id = -1").unchanged
    assert delta.delete(url, "v IS NULL AND NULL").unchanged
    assert delta.delete(url).rows_deleted == len(left)
    assert_ids(url, [])


def test_what_is_ruled_out_is_not_touched(tmp_path):
    url = make(tmp_path)
    result = delta.delete(url, "id = 60")
    assert (result.files_removed, result.files_added, result.rows_copied) == (1, 1, 49)
    [removed], [added] = actions(url, 5, "remove"), actions(url, 5, "add")
    [before] = actions(url, 2, "add")
    assert removed["path"] == before["path"] and removed["size"] == before["size"]
    assert removed["extendedFileMetadata"] and removed["dataChange"] and added["dataChange"]
    assert json.loads(added["stats"])["numRecords"] == 49


def test_whole_partitions_go_unread(tmp_path):
    url = make(tmp_path, ("part",))
    for add in [add for version in range(1, 5) for add in actions(url, version, "add")]:
        if add["partitionValues"]["part"] == "b":
            os.remove(os.path.join(url, urllib.parse.unquote(add["path"])))
    gone = [i for i in range(N) if i % 11 and i % 4 == 1]
    result = delta.delete(url, "part = 'b'")
    assert (result.rows_deleted, result.files_added, result.files_removed) == (len(gone), 0, 4)
    assert_ids(url, set(range(N)) - set(gone))


def test_vectors_are_merged_and_end_with_their_file(tmp_path):
    url = make(tmp_path)
    delta.delete(url, "id IN (3, 5, 7, 60)", deletion_vectors=True)
    delta.delete(url, "id = 4 OR id = 199")
    assert_ids(url, set(range(N)) - {3, 4, 5, 7, 60, 199})
    protocol = DeltaTable(url).protocol()
    assert "deletionVectors" in protocol.reader_features
    assert {"appendOnly", "invariants"} <= set(protocol.writer_features)
    assert len(actions(url, 5, "add")) == 2 and len(list((tmp_path / "t").glob("*.bin"))) == 2
    [merged] = [add for add in actions(url, 6, "add") if add["deletionVector"]["cardinality"] == 4]
    assert json.loads(merged["stats"]) | {"tightBounds": False, "numRecords": 50} == json.loads(
        merged["stats"])
    old = [remove for remove in actions(url, 6, "remove") if "deletionVector" in remove]
    assert [one["deletionVector"]["cardinality"] for one in old] == [3]
    result = delta.delete(url, "id < 50")
    assert (result.files_removed, result.vectors_written, result.rows_deleted) == (1, 0, 46)
    assert_ids(url, set(range(50, N)) - {60, 199})
    info = actions(url, 6, "commitInfo")[0]["operationMetrics"]
    assert (info["numDeletionVectorsAdded"], info["numDeletionVectorsUpdated"]) == ("2", "1")


def test_large_vectors(tmp_path):
    """Several containers of the bitmap: sparse, dense and in runs."""
    url = str(tmp_path / "t")
    size = 300_000
    delta.create(url, pa.schema([("id", pa.int64())]))
    delta.append(url, pa.table({"id": range(size)}))
    delta.delete(url, "id % 2 = 0 AND id < 100000", deletion_vectors=True)
    delta.delete(url, "id BETWEEN 150000 AND 290000 OR id % 1000 = 1")
    left = [i for i in range(size) if not (i % 2 == 0 and i < 100000 or 150000 <= i <= 290000
                                           or i % 1000 == 1)]
    assert_ids(url, left)


def test_refusals(tmp_path):
    url = make(tmp_path)
    with pytest.raises(QuireError, match="character 6"):
        delta.delete(url, "id = = 1")
    with pytest.raises(QuireError, match="nope"):
        delta.delete(url, "nope = 1")
    with pytest.raises(QuireError, match="(?i)boolean"):
        delta.delete(url, "id + 1")
    assert delta.version(url) == 4
    only = str(tmp_path / "only")
    delta.create(only, DATA.schema, properties={"delta.appendOnly": "true"})
    with pytest.raises(QuireError, match="appendOnly"):
        delta.delete(only, "id = 1")


def test_left_files_are_those_of_the_log(tmp_path):
    """A delete that fails leaves no file of its own."""
    url = make(tmp_path)
    before = sorted(os.listdir(url))
    with pytest.raises(QuireError):
        delta.delete(url, "id = 3 OR CAST(concat('x', part) AS int) = id")
    assert sorted(os.listdir(url)) == before


def test_what_statistics_take_whole(tmp_path):
    """Nulls, NaN, texts that are cut and bounds that are met, against rows looked at one by one."""
    long = "x" * 40
    data = pa.table({
        "id": range(6),
        "f": pa.array([1.0, 2.0, float("nan"), 3.0, None, 4.0]),
        "s": pa.array([long + "a", long + "b", "y", None, "z", long]),
        "t": pa.array([1, 1_000_001, 1_000_999, 2_000_000, None, 5], pa.timestamp("us", "UTC")),
        "n": pa.array([5, 5, 5, 5, 5, None]),
        "d": pa.array([1, 2, 3, 4, 5, 6], pa.int32()).cast(pa.decimal128(12, 2)),
    })
    files = [[0, 1], [2, 3], [4, 5], [0], [2], [5]]
    conditions = ["f < 5", "f <= 2", "f >= 1", "f > 0.5", f"s > '{long}'", f"s <= '{long}b'",
                  f"s = '{long}a'", "s >= 'x'", "n = 5", "n IS NULL", "n <=> 5", "d < 3.5",
                  "t >= timestamp'1970-01-01 00:00:01Z'", "t <= timestamp'1970-01-01 00:00:01Z'",
                  "t < timestamp'1970-01-01 00:00:01.001Z'", "id BETWEEN 0 AND 1",
                  "id IN (5)", "id IN (0, 2)", "id < 9 AND n = 5", "id < 9 AND n + 1 = 6",
                  "id < 9 AND true", "NOT n IS NULL", "5 > f", "id = 1.5", "id < 9999999999"]
    url, other = str(tmp_path / "t"), str(tmp_path / "other")
    for each in (url, other):
        delta.create(each, data.schema)
    for condition in conditions:
        for each in (url, other):
            delta.delete(each, "id >= 0")
            assert delta.read(each).num_rows == 0
            for rows in files:
                delta.append(each, data.take(rows))
        result = delta.delete(url, condition)
        looked_at = delta.delete(other, f"({condition}) AND id + 0 >= 0")
        assert result.rows_deleted == looked_at.rows_deleted, condition
        assert ids(delta.read(url)) == ids(delta.read(other)), condition
