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
    found = {}
    for add in sorted(live(url), key=lambda add: "deletionVector" in add):
        path = os.path.join(url, urllib.parse.unquote(add["path"]))
        rows = pyarrow.parquet.ParquetFile(path).read()
        gone = deleted(url, add, rows)
        stats = json.loads(add["stats"])
        assert not set(names) & set(stats["nullCount"]), stats
        columns = [rows[name].to_pylist() if name in rows.column_names else [None] * len(rows)
                   for name in names]
        for place, (key, row, version) in enumerate(zip(rows["id"].to_pylist(), *columns)):
            if key in gone or ("deletionVector" in add and key in found):
                continue  # a vector takes it; what it was changed to is in another file
            assert key not in found
            found[key] = (add["baseRowId"] + place if row is None else row,
                          add["defaultRowCommitVersion"] if version is None else version)
    assert len({row for row, _ in found.values()}) == len(found)
    return found


def live(url):
    files = {}
    for version in range(meta.newest(url) + 1):
        lines = meta.actions(url, version)
        for line in lines:
            if "remove" in line:
                files.pop(line["remove"]["path"], None)
        for line in lines:
            if "add" in line:
                files[line["add"]["path"]] = line["add"]
    return files.values()


def deleted(url, add, rows):
    """Keys of rows that a vector takes, which are those that no reader has."""
    if "deletionVector" not in add:
        return set()
    return set(rows["id"].to_pylist()) - set(delta.read(url)["id"].to_pylist())


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


def test_refused_by_name(tmp_path):
    url = make(tmp_path)
    with pytest.raises(QuireError, match="row tracking"):
        delta.merge(url, DATA.slice(0, 1), ["id"])
    assert delta.version(url) == 2
