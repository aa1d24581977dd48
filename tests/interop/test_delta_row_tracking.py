"""Ids and commit versions of rows (row tracking) when rows are put into other files: as the
protocol has them, looked up in the log and in the files."""

import json
import os
import urllib.parse

import delta
import delta_meta as meta
import polars
import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import DeltaTable
from program import good
from pyquire import QuireError

N = 40
DATA = pa.table({"id": range(N), "part": ["ab"[i % 2] for i in range(N)],
                 "v": [None if i % 7 == 0 else float(i) for i in range(N)]})


def make(tmp_path, partition_by=(), more=None):
    url = str(tmp_path / "t")
    delta.create(url, DATA.schema, partition_by=partition_by,
                 properties={"delta.enableRowTracking": "true", **(more or {})})
    delta.append(url, DATA.slice(0, 25))
    delta.append(url, DATA.slice(25))
    return url


def tracked(url):
    """What each row has: {id: (row id, commit version)}."""
    config = meta.last(url, "metaData")["configuration"]
    names = [config[f"delta.rowTracking.materialized{kind}ColumnName"]
             for kind in ("RowId", "RowCommitVersion")]
    [key_name] = [field["metadata"].get("delta.columnMapping.physicalName", "id") for field in
                  json.loads(meta.last(url, "metaData")["schemaString"])["fields"]
                  if field["name"] == "id"]
    found = {}
    for add in sorted(meta.live(url), key=lambda add: "deletionVector" in add):
        path = os.path.join(url, urllib.parse.unquote(add["path"]))
        rows = pyarrow.parquet.ParquetFile(path).read()
        gone = deleted(url, add, rows[key_name])
        stats = json.loads(add["stats"])
        assert not set(names) & set(stats["nullCount"]), stats
        columns = [rows[name].to_pylist() if name in rows.column_names else [None] * len(rows)
                   for name in names]
        for place, (key, row, version) in enumerate(zip(rows[key_name].to_pylist(), *columns)):
            if key in gone or ("deletionVector" in add and key in found):
                continue  # a vector takes it; what it was changed to is in another file
            assert key not in found
            found[key] = (add["baseRowId"] + place if row is None else row,
                          add["defaultRowCommitVersion"] if version is None else version)
    assert len({row for row, _ in found.values()}) == len(found)
    return found


def deleted(url, add, keys):
    """Keys of rows that a vector takes, which are those that no reader has."""
    if "deletionVector" not in add:
        return set()
    return set(keys.to_pylist()) - set(delta.read(url)["id"].to_pylist())


def assert_hidden(url):
    wanted = delta.read(url)
    assert wanted.column_names == DATA.column_names
    assert polars.read_delta(url).columns == DATA.column_names
    if "deletionVectors" not in meta.last(url, "protocol").get("readerFeatures", []):
        assert DeltaTable(url).to_pyarrow_table().num_rows == wanted.num_rows


@pytest.mark.parametrize("partition_by", [(), ("part",)])
@pytest.mark.parametrize("vectors", [False, True])
def test_rows_keep_their_ids(tmp_path, partition_by, vectors):
    url = make(tmp_path, partition_by,
               {"delta.enableDeletionVectors": "true"} if vectors else None)
    wanted = tracked(url)
    assert sorted(row for row, _ in wanted.values()) == list(range(N))
    assert {version for key, (_, version) in wanted.items() if key < 25} == {1}

    delta.delete(url, "id % 5 = 3")
    wanted = {key: value for key, value in wanted.items() if key % 5 != 3}
    assert tracked(url) == wanted
    assert_hidden(url)

    delta.update(url, {"v": "v + 1"}, "id BETWEEN 10 AND 20")
    version = delta.version(url)
    wanted = {key: (row, version if 10 <= key <= 20 else before)
              for key, (row, before) in wanted.items()}
    assert tracked(url) == wanted
    assert_hidden(url)

    delta.append(url, pa.table({"id": [50, 51], "part": ["a", "b"], "v": [0.5, None]}))
    wanted = tracked(url)
    good("table", "optimize", url)
    assert delta.version(url) == version + 2
    assert tracked(url) == wanted
    assert_hidden(url)

    good("table", "optimize", url, "--zorder", "v,id")
    assert tracked(url) == wanted

    delta.overwrite(url, DATA.slice(0, 2), where="id < 2")
    found = tracked(url)
    assert {key: found[key] for key in found if key >= 2} == \
        {key: wanted[key] for key in wanted if key >= 2}
    highest = json.loads(meta.last(url, "domainMetadata")["configuration"])["rowIdHighWaterMark"]
    for key in (0, 1):
        assert found[key][1] == delta.version(url) and N <= found[key][0] <= highest
    for at in range(3, delta.version(url) + 1):
        tags = meta.actions(url, at)[0]["commitInfo"]["tags"]
        assert tags == {"delta.rowTracking.preserved": "true"}
    assert_hidden(url)


def test_changes_say_nothing_of_ids(tmp_path):
    url = make(tmp_path, (), {"delta.enableChangeDataFeed": "true"})
    delta.update(url, {"part": "'c'"}, "id = 7")
    delta.delete(url, "id = 9")
    rows = delta.changes(url, 3)
    assert rows.column_names[:3] == DATA.column_names and len(rows.column_names) == 6
    assert sorted(zip(rows["id"].to_pylist(), rows["part"].to_pylist())) == [
        (7, "b"), (7, "c"), (9, "b")]


@pytest.mark.parametrize("vectors", [False, True])
@pytest.mark.parametrize("mode", [None, "name", "id"])
def test_merged_rows_take_over_ids(tmp_path, vectors, mode):
    """Rows that are replaced pass their ids on; rows that are new get such as never were."""
    more = {"delta.enableDeletionVectors": "true"} if vectors else {}
    if mode:
        more["delta.columnMapping.mode"] = mode
    url = make(tmp_path, (), more)
    wanted = tracked(url)
    result = delta.merge(url, pa.table({"id": [33, 3, 50, None], "v": [1.0, 2.0, 3.0, 4.0]}),
                         ["id"])
    assert (result.rows_updated, result.rows_inserted) == (2, 2)
    found = tracked(url)
    new = [found.pop(key) for key in (50, None)]
    assert all(version == 3 and row >= N for row, version in new)
    assert found == wanted | {key: (wanted[key][0], 3) for key in (33, 3)}
    assert delta.read(url).column_names == DATA.column_names
    # Nothing of the rows that came is left beside the table's files.
    paths = {add["path"] for version in range(1, 4) for line in meta.actions(url, version)
             if (add := line.get("add"))}
    assert {name for name in os.listdir(url) if name.endswith(".parquet")} == paths


def test_merged_rows_take_over_ids_in_a_table_that_grows(tmp_path):
    """Keys become wider, and a column is added, in the same commit."""
    url = str(tmp_path / "t")
    delta.create(url, pa.schema([("id", pa.int32()), ("v", pa.int64())]),
                 properties={"delta.enableRowTracking": "true"})
    delta.append(url, pa.table({"id": pa.array(range(6), pa.int32()), "v": range(6)}))
    rows = pa.table({"id": pa.array([4, 2**40], pa.int64()), "v": [40, 50], "more": ["x", "y"]})
    delta.merge(url, rows, ["id"], evolve="widen")
    found = tracked(url)
    row, version = found.pop(2**40)
    assert version == 2 and row >= 6
    assert found == {key: (key, 2 if key == 4 else 1) for key in range(6)}
    assert sorted(map(str, delta.read(url)["more"].to_pylist())) == ["None"] * 5 + ["x", "y"]


def test_keys_that_the_table_has_more_than_once(tmp_path):
    """Each row is replaced and keeps its id; of those that become one, the first one's stays."""
    url = make(tmp_path)
    row = pa.table({"id": [1], "part": ["z"], "v": [0.5]})
    delta.append(url, pa.concat_tables([row, row]))
    ids = by_row(url)
    delta.merge(url, row, ["id"])
    assert by_row(url) == {row: 4 if row in (1, N, N + 1) else version
                           for row, version in ids.items()}
    delta.merge(url, row, ["id"], keys_once=True)
    found = by_row(url)
    assert len(set(found) & {1, N, N + 1}) == 1
    assert {row: version for row, version in found.items() if row not in (1, N, N + 1)} == \
        {row: version for row, version in ids.items() if row not in (1, N, N + 1)}


def by_row(url):
    """The version of each row by its id."""
    names = [meta.last(url, "metaData")["configuration"]
             [f"delta.rowTracking.materialized{kind}ColumnName"]
             for kind in ("RowId", "RowCommitVersion")]
    found = {}
    for add in meta.live(url):
        for place, row in enumerate(pyarrow.parquet.ParquetFile(os.path.join(
                url, urllib.parse.unquote(add["path"]))).read().to_pylist()):
            given, version = (row.get(name) for name in names)
            found[add["baseRowId"] + place if given is None else given] = \
                add["defaultRowCommitVersion"] if version is None else version
    return found


def test_rows_that_are_there_get_ids(tmp_path):
    url = str(tmp_path / "t")
    delta.create(url, DATA.schema, partition_by=["part"])
    delta.append(url, DATA.slice(0, 25))
    good("table", "checkpoint", url)
    delta.append(url, DATA.slice(25))
    before = {add["path"]: add["partitionValues"] for add in meta.live(url)}
    version = delta.property_set(url, {"delta.enableRowTracking": "true"})
    added = [line["add"] for line in meta.actions(url, version) if "add" in line]
    assert {add["path"]: add["partitionValues"] for add in added} == before
    ids = [add["baseRowId"] + row for add in added
           for row in range(json.loads(add["stats"])["numRecords"])]
    assert sorted(ids) == list(range(N))
    assert {row["id"]: row["part"] for row in delta.read(url).to_pylist()} == dict(
        zip(DATA["id"].to_pylist(), DATA["part"].to_pylist()))
    # Files that are named again are no more of them.
    with open(os.path.join(meta.log(url), f"{version:020}.crc"), encoding="utf-8") as file:
        assert json.load(file)["numFiles"] == len(before)
    good("table", "fsck", url)


def test_refused_by_name(tmp_path):
    url = make(tmp_path)
    configuration = {key: value for key, value in
                     meta.last(url, "metaData")["configuration"].items() if "RowId" not in key}
    meta.commit(url, {"metaData": meta.last(url, "metaData") | {"configuration": configuration}})
    for change in (lambda: delta.merge(url, DATA.slice(0, 1), ["id"]),
                   lambda: delta.delete(url, "id = 1")):
        with pytest.raises(QuireError, match="row tracking.*without names"):
            change()
    assert delta.version(url) == 3
